"""Publishes the decisions that are due; run it every day."""

from typing import Any

from django.core.management.base import CommandParser

from casework.actions import system_user
from casework.management.refusals import RefusingCommand
from reviews.management.rounds import read_day
from reviews.publication import Publication, publish_decisions


class Command(RefusingCommand):
    help = (
        "Publishes each decision statement that is six weeks old and may be published, resumes and "
        "updates what is public, and withdraws what was public for five years. Runs as the system "
        "user; run again, it changes nothing more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--on", default="", metavar="DATE", help="as of that day, YYYY-MM-DD; default: today"
        )

    def handle(self, *, on: str, **options: Any) -> None:
        done = publish_decisions(
            by=system_user(), day=read_day(on) if on else None, progress=self.show
        )
        if self.stdout.isatty():
            self.stdout.write("\r\x1b[K", ending="")
        for why in done.held:
            self.stdout.write(f"Held: {why}")
        self.stdout.write(closing_line(done))

    def show(self, decisions: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{decisions:,} decisions", ending="")
            self.stdout.flush()


def closing_line(done: Publication) -> str:
    counts = (
        f"{done.published:,} published, {done.resumed:,} resumed, {done.updated:,} updated, "
        f"{done.withdrawn:,} withdrawn, {len(done.held):,} held"
    )
    return f"Decisions: {'nothing to do; ' if done.is_nothing else ''}{counts}."
