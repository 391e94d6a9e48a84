"""An edition of a year's national review."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from reviews.management.rounds import RoundCommand, find_round, find_user, read_instant
from reviews.rounds.national import make_review


class Command(RoundCommand):
    help = "Makes the national review of YEAR from the issued letters; another person approves it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument(
            "--publish-at",
            metavar="INSTANT",
            help="From when it is public, in London time; with the letters if not given.",
        )
        parser.add_argument("--reason", default="", help="Why there is another edition.")

    def handle(
        self, *, year: int, by: str, publish_at: str | None, reason: str, **options: Any
    ) -> None:
        made = make_review(
            round_=find_round(year),
            by=find_user(by),
            publish_at=read_instant(publish_at) if publish_at else None,
            reason=reason,
        )
        self.stdout.write(
            f"Made edition {made.number} of the national review {year} from {made.rows.count()} "
            f"letters, to be public from {timezone.localtime(made.publish_at):%Y-%m-%d %H:%M}."
        )
