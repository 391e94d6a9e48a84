"""Counts a year once and for all."""

from typing import Any

from django.core.management.base import CommandParser

from casework.refusals import Refused
from reviews.letters.statements import number
from reviews.management.rounds import RoundCommand, find_round, find_user
from reviews.rounds import freeze


class Command(RoundCommand):
    help = "Counts the round YEAR and stores one frozen row and a draft letter for each authority."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument(
            "--again", action="store_true", help="count again, before any letter is issued"
        )
        parser.add_argument("--reason", default="", metavar="TEXT", help="why; goes with --again")

    def handle(self, *, year: int, by: str, again: bool, reason: str, **options: Any) -> None:
        if again != bool(reason.strip()):
            raise Refused("--again and --reason TEXT go together: say why the figures change.")
        frozen = freeze(round_=find_round(year), by=find_user(by), reason=reason.strip())
        authorities = number(frozen.summaries.count(), "authority", "authorities")
        self.stdout.write(
            f"Froze the round {year} (freeze {frozen.number}): {authorities}, each with a draft "
            "letter."
        )
