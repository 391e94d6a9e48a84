"""The second pair of eyes on a national review."""

from typing import Any

from django.core.management.base import CommandParser

from casework.refusals import Refused
from reviews.management.rounds import RoundCommand, find_round, find_user
from reviews.rounds.national import approve_review


class Command(RoundCommand):
    help = "Approves the newest edition of the national review of YEAR; not by who made it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")

    def handle(self, *, year: int, by: str, **options: Any) -> None:
        user = find_user(by)
        newest = find_round(year).reviews.select_related("round").order_by("-number").first()
        if newest is None:
            raise Refused(
                f"There is no national review {year}; make it with: manage.py make_review {year}"
            )
        if newest.approved_at:
            self.stdout.write(
                f"Nothing to do: edition {newest.number} of the national review {year} is approved."
            )
            return
        approve_review(review=newest, by=user)
        self.stdout.write(f"Approved edition {newest.number} of the national review {year}.")
