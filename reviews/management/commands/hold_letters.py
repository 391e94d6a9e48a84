"""Out of issue and publication."""

from typing import Any

from django.core.management.base import CommandParser

from reviews.management.rounds import RoundCommand, find_letters, find_round, find_user
from reviews.rounds import hold, number_of


class Command(RoundCommand):
    help = "Holds the letters of the round YEAR, or one authority's: neither issued nor public."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument("--reason", required=True, metavar="TEXT")
        parser.add_argument("--authority", metavar="SLUG_OR_CODE")

    def handle(
        self, *, year: int, by: str, reason: str, authority: str | None, **options: Any
    ) -> None:
        round_ = find_round(year)
        held = hold(
            round_=round_, by=find_user(by), reason=reason, letters=find_letters(round_, authority)
        )
        if held:
            self.stdout.write(f"Held {number_of(held)} of the round {year}.")
        else:
            self.stdout.write(f"Nothing to do: these letters of the round {year} are held.")
