"""Whether issued letters are still what they were."""

from typing import Any

from django.core.management.base import CommandParser

from casework.refusals import Refused
from reviews.management.rounds import RoundCommand, find_round
from reviews.models import Letter
from reviews.rounds import verify


class Command(RoundCommand):
    help = "Checks that every issued letter of the round YEAR has the digest it was issued with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *, year: int, **options: Any) -> None:
        round_ = find_round(year)
        problems = verify(round_)
        if problems:
            raise Refused(*problems)
        issued = Letter.objects.issued().filter(summary__freeze__round=round_).count()
        all_of_them = "The 1 issued letter" if issued == 1 else f"All {issued} issued letters"
        verb = "is" if issued == 1 else "are"
        self.stdout.write(f"{all_of_them} of the round {year} {verb} as issued.")
