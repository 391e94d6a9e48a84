"""Sends the letters on their way."""

from typing import Any

from django.core.management.base import CommandParser

from reviews.management.rounds import RoundCommand, find_round, find_user
from reviews.models import Letter
from reviews.rounds import issue


class Command(RoundCommand):
    help = (
        "Stores the final PDF of every approved letter of the round YEAR and queues its messages. "
        "Can be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")

    def handle(self, *, year: int, by: str, **options: Any) -> None:
        round_ = find_round(year)
        issued = issue(round_=round_, by=find_user(by), progress=self.progress("Issuing letters:"))
        held = Letter.objects.of_round(round_.pk).held().filter(issued_at=None).count()
        rest = f"; {held} are held" if held else ""
        if issued:
            self.stdout.write(f"Issued {issued} letters of the round {year}{rest}.")
        else:
            self.stdout.write(f"Nothing to do: all letters of the round {year} are issued{rest}.")
