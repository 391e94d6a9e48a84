"""The second pair of eyes."""

from typing import Any

from django.core.management.base import CommandParser

from reviews.management.rounds import RoundCommand, find_letters, find_round, find_user
from reviews.rounds import approve, number_of

# The command has always taken letters with warnings; the history says that nobody gave a reason.
WITHOUT_REASON = "no reason was given with the command"


class Command(RoundCommand):
    help = "Approves the letters of the round YEAR, or one; not by the user who froze it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument("--authority", metavar="SLUG_OR_CODE")
        parser.add_argument(
            "--reason",
            default=WITHOUT_REASON,
            metavar="TEXT",
            help="Why letters with warnings, such as a vacant post, may be approved all the same.",
        )

    def handle(
        self, *, year: int, by: str, authority: str | None, reason: str, **options: Any
    ) -> None:
        round_ = find_round(year)
        letters = find_letters(round_, authority)
        approved = approve(
            round_=round_,
            by=find_user(by),
            letters=letters if authority else None,  # of all, those returned are passed by
            reason=reason,
        )
        if approved:
            self.stdout.write(f"Approved {number_of(approved)} of the round {year}.")
        else:
            held = " or held" if letters.held().exists() else ""
            self.stdout.write(
                f"Nothing to do: these letters of the round {year} are approved{held}."
            )
