"""Sends what waits in the outbox; run it every few minutes."""

from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from casework.refusals import Refused
from reviews.management.rounds import RoundCommand, find_round
from reviews.rounds import send


class Command(RoundCommand):
    help = (
        "Sends the messages that are due, of the round YEAR or of all. Runs as the system user; "
        "several may run at once, and one that is stopped can be run again. A message of which "
        "nobody knows whether it arrived is never sent again by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int, nargs="?")

    def handle(self, *, year: int | None, **options: Any) -> None:
        done = send(
            by=system_user(),
            round_=None if year is None else find_round(year),
            progress=self.progress("Sending messages:"),
        )
        self.stdout.write(str(done))
        if done.problem:
            raise Refused(done.problem)
