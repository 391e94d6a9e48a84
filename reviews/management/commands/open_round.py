"""Starts a year's review."""

from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from reviews.management.rounds import RoundCommand, read_day, read_instant
from reviews.rounds import open_round


class Command(RoundCommand):
    help = "Starts the review of the year ending 31 March of YEAR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--letter-date", required=True, metavar="YYYY-MM-DD")
        parser.add_argument(
            "--publish-at",
            required=True,
            metavar="INSTANT",
            help="ISO 8601; London time if it has no offset, 00:00 if it is a date alone",
        )

    def handle(self, *, year: int, letter_date: str, publish_at: str, **options: Any) -> None:
        round_ = open_round(
            year=year,
            letter_on=read_day(letter_date),
            publish_at=read_instant(publish_at),
            by=system_user(),
        )
        self.stdout.write(
            f"Opened the round {year}: letters dated {round_.letter_on}, public from "
            f"{round_.publish_at.isoformat()}."
        )
