"""Letters as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from reviews.exports import export_round
from reviews.management.rounds import RoundCommand, find_authority, find_round
from reviews.rounds import number_of


class Command(RoundCommand):
    help = (
        "Writes the letters of the round YEAR and manifest.csv into a folder or a .zip: issued "
        "letters, and drafts marked as such."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--to", required=True, type=Path, metavar="FOLDER_OR_FILE.zip")
        parser.add_argument("--authority", metavar="SLUG_OR_CODE")

    def handle(self, *, year: int, to: Path, authority: str | None, **options: Any) -> None:
        written = export_round(
            round_=find_round(year),
            by=system_user(),
            to=to,
            authority=None if authority is None else find_authority(authority).pk,
            progress=self.progress("Writing letters:"),
        )
        self.stdout.write(f"Wrote {number_of(written)} and manifest.csv to {to}.")
