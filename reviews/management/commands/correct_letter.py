"""A new row and a new letter in place of an issued one."""

from typing import Any

from django.core.management.base import CommandParser

from casework.refusals import Refused
from reviews.management.rounds import RoundCommand, find_authority, find_round, find_user
from reviews.rounds import correct
from reviews.rounds.correcting import open_draft


class Command(RoundCommand):
    help = (
        "Recounts one authority of the round YEAR and drafts a letter that replaces the issued "
        "one and says why; it is approved and issued as any other. Where none was issued to it and "
        "others are, the new draft is its first letter."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument("--authority", required=True, metavar="SLUG_OR_CODE")
        parser.add_argument("--by", required=True, metavar="USERNAME")
        parser.add_argument(
            "--reason",
            required=True,
            metavar="TEXT",
            help="why; a letter that replaces another prints it",
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="in place of a correction that is not issued yet",
        )

    def handle(
        self, *, year: int, authority: str, by: str, reason: str, again: bool, **options: Any
    ) -> None:
        round_, found = find_round(year), find_authority(authority)
        drafted = open_draft(round_, found)
        if again and drafted in (None, 1):
            raise Refused(
                f"No correction of the letter to {found.official_name} is waiting to be issued; "
                "leave out --again."
            )
        summary = correct(
            round_=round_,
            authority=found,
            by=find_user(by),
            reason=reason,
            instead_of=drafted if again or drafted == 1 else None,
        )
        held = (
            " It is held, as the draft before it was; release it." if summary.letter.is_held else ""
        )
        self.stdout.write(
            f"Drafted version {summary.version} of the letter to {summary.name} in the round "
            f"{year}; another person approves it, then issue it.{held}"
        )
