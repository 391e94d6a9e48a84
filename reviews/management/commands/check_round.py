"""Says what stands in the way of freezing a round."""

from typing import Any

from django.core.management.base import CommandParser

from reviews.management.rounds import RoundCommand, find_round
from reviews.rounds import check


class Command(RoundCommand):
    help = (
        "Lists what blocks freezing the round YEAR and what only warns; exits 1 if anything blocks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)

    def handle(self, *, year: int, **options: Any) -> None:
        findings = check(find_round(year))
        for finding in findings:
            self.stdout.write(f"{finding.level}: {finding.code}: {finding}")
        blocks = sum(finding.level == "block" for finding in findings)
        warnings = len(findings) - blocks
        self.stdout.write(
            f"Round {year}: {blocks} to mend before freezing, {warnings} to be aware of."
        )
        if blocks:
            raise SystemExit(1)
