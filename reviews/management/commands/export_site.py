"""The published site as static files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from reviews.management.rounds import RoundCommand
from reviews.site.addresses import SERVER_DOES
from reviews.site.export import write_site


class Command(RoundCommand):
    help = "Writes what is public now into a folder, for any web server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, type=Path, metavar="FOLDER")

    def handle(self, *, to: Path, **options: Any) -> None:
        number = write_site(to=to, progress=self.progress("Writing address"))
        self.stdout.write(
            f"Wrote {number:,} address{'' if number == 1 else 'es'} to {to}. Left out, because it "
            f"needs the server: {', '.join(SERVER_DOES)}."
        )
