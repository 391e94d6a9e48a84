"""The cases behind the figures as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from reviews.exports import export_case_lists
from reviews.letters.statements import number
from reviews.management.rounds import RoundCommand, find_authority, find_round


class Command(RoundCommand):
    help = (
        "Writes the three case lists of each authority of the round YEAR, as they were when the "
        "figures were frozen, into FILE.zip."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--to", required=True, type=Path, metavar="FILE.zip")
        parser.add_argument("--authority", metavar="SLUG_OR_CODE")

    def handle(self, *, year: int, to: Path, authority: str | None, **options: Any) -> None:
        written = export_case_lists(
            round_=find_round(year),
            by=system_user(),
            to=to,
            authority=None if authority is None else find_authority(authority).pk,
        )
        self.stdout.write(f"Wrote {number(written, 'case list', 'case lists')} to {to}.")
