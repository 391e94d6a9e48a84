from typing import Any

from django.core.management.base import BaseCommand

from casework.actions.retention import delete_stray_files
from casework.actions.uploads import drop_old_uploads


class Command(BaseCommand):
    help = (
        "Deletes private files that no case has any more and uploads that nobody confirmed. Run it "
        "once a day."
    )

    def handle(self, **options: Any) -> None:
        files, uploads = delete_stray_files(), drop_old_uploads()
        self.stdout.write(
            f"Deleted {files:,} stray private file{'s' * (files != 1)} and {uploads:,} "
            f"unconfirmed upload{'s' * (uploads != 1)}."
        )
