"""Sends what waits in the outbox; run it every few minutes."""

from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from reviews.management.rounds import RoundCommand, find_round
from reviews.models import MessageState
from reviews.rounds import Sending, send


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
        self.stdout.write(f"Messages: {closing_line(done)}.")


def closing_line(done: Sending) -> str:
    """What a run did, in words that staff read too."""
    counts = done.counts
    found = [
        (done.sent, "sent"),
        (counts[MessageState.QUEUED], "to be tried again later"),
        (counts[MessageState.FAILED], "refused for good"),
        (counts[MessageState.UNKNOWN] + done.interrupted, "of which nobody knows the end"),
        (done.left, "still waiting"),
    ]
    said = [f"{number:,} {what}" for number, what in found if number]
    return ", ".join(said) or "nothing to do"
