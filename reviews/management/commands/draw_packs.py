"""The PDF files of the packs for scrutiny committees."""

from typing import Any

from django.core.management.base import CommandParser

from casework.refusals import Refused
from reviews.management.rounds import RoundCommand, find_round
from reviews.packs import draw_packs


class Command(RoundCommand):
    help = "Draws the packs for scrutiny of the round YEAR that are new or say something else now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *, year: int, **options: Any) -> None:
        drawn = draw_packs(find_round(year), progress=self.progress("Looked at"))
        self.stdout.write(
            f"Drew {drawn.number} of {drawn.of} packs of the round {year}; the others stand."
        )
        if drawn.failed:
            raise Refused(*drawn.failed)
