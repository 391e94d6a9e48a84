"""What every letter says apart from its figures: the usual narrative, and the words around it."""

import datetime as dt
from functools import cache
from pathlib import Path

from reviews.figures.periods import day_text
from reviews.letters.document import Block, Paragraph, Run
from reviews.letters.language import read, tidied
from reviews.letters.vocabulary import Facts

LETTERHEAD = ("Local Government & Social Care", "Ombudsman")
DELIVERY = "By email"
CLOSE = "Yours sincerely"
OFFICE = "Local Government and Social Care Ombudsman"
POST = "Chief Executive"
DRAFT = "Draft"
DEMONSTRATION = "Demonstration data: real councils and published totals, invented cases."


def subject(letter_on: dt.date) -> str:
    """The subject names the year in which the letter is sent, not the year it counts."""
    return f"Annual Review letter {letter_on.year}"


@cache
def usual() -> str:
    """The main text that a round begins with when no other round went before it."""
    return tidied(Path(__file__).with_name("usual_wording.md").read_text(encoding="utf-8"))


def replacement(*, version: int, on: dt.date, reason: str) -> Paragraph:
    """The first lines of a corrected letter: which one it replaces, and why."""
    return Paragraph(
        (
            Run("This letter replaces", is_bold=True),
            Run(
                f" our letter of {day_text(on)} (version {version}), which no longer stands. The "
                f"reason is: {reason}"
            ),
        )
    )


def narrative(facts: Facts) -> tuple[Block, ...]:
    """The letter from its first sentence to the close, in the usual words."""
    return read(usual(), "main").fill(facts)
