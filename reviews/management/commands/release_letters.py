"""Back into issue and publication."""

from typing import Any

from django.core.management.base import CommandParser

from reviews.management.rounds import RoundCommand, find_letters, find_round, find_user
from reviews.rounds import number_of, release


class Command(RoundCommand):
    help = "Releases the held letters of the round YEAR, or one authority's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument("--authority", metavar="SLUG_OR_CODE")

    def handle(self, *, year: int, by: str, authority: str | None, **options: Any) -> None:
        round_ = find_round(year)
        released = release(round_=round_, by=find_user(by), letters=find_letters(round_, authority))
        if released:
            self.stdout.write(f"Released {number_of(released)} of the round {year}.")
        else:
            self.stdout.write(f"Nothing to do: none of these letters of the round {year} is held.")
