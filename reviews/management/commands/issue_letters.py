"""Sends the letters on their way."""

from typing import Any

from django.core.management.base import CommandParser

from casework.choices import ContactRole
from reviews.management.rounds import RoundCommand, find_round, find_user
from reviews.models import Letter
from reviews.rounds import issue, number_of


class Command(RoundCommand):
    help = (
        "Stores the final PDF of every approved letter of the round YEAR and queues its messages. "
        "Can be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")

        parser.add_argument(
            "--case-lists",
            action="store_true",
            help="attach the case lists to the link officers' messages",
        )

    def handle(self, *, year: int, by: str, case_lists: bool, **options: Any) -> None:
        round_ = find_round(year)
        issued = issue(
            round_=round_,
            by=find_user(by),
            progress=self.progress("Issuing letters:"),
            case_lists_to=[ContactRole.LINK_OFFICER] if case_lists else [],
        )
        held = Letter.objects.of_round(round_.pk).held().filter(issued_at=None).count()
        rest = f"; {held} {'is' if held == 1 else 'are'} held" if held else ""
        if issued:
            self.stdout.write(f"Issued {number_of(issued)} of the round {year}{rest}.")
        else:
            self.stdout.write(f"Nothing to do: all letters of the round {year} are issued{rest}.")
