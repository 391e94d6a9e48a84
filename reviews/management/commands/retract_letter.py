"""A public letter withdrawn, with a notice in its place."""

from typing import Any

from django.core.management.base import CommandParser

from casework.refusals import Refused
from reviews.management.rounds import RoundCommand, find_authority, find_round, find_user
from reviews.models import AnnualSummary
from reviews.rounds import retract


class Command(RoundCommand):
    help = "Withdraws the public letter of one authority for good; a notice stands in its place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--authority", required=True, metavar="SLUG_OR_CODE")
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for staff")
        parser.add_argument("--notice", required=True, metavar="TEXT", help="what the public reads")

    def handle(
        self, *, year: int, authority: str, by: str, reason: str, notice: str, **options: Any
    ) -> None:
        round_, found = find_round(year), find_authority(authority)
        rows = AnnualSummary.objects.current().filter(freeze=round_.freeze_id, authority=found)
        summary = rows.select_related("letter__summary__freeze").first()
        if summary is None:
            raise Refused(f"{found.official_name} has no letter in the round {year}.")
        if retract(letter=summary.letter, by=find_user(by), reason=reason, notice=notice):
            self.stdout.write(f"Retracted the letter to {summary.name} of the round {year}.")
        else:
            self.stdout.write(f"Nothing to do: the letter to {summary.name} is retracted.")
