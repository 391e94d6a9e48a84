"""What a message says: plain text about a letter, the day before which it stays with its council,
and nothing about any case."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reviews.figures.periods import Period, day_text
from reviews.letters.wording import DEMONSTRATION, OFFICE

LONDON = ZoneInfo("Europe/London")

CHIEF_EXECUTIVE = "chief executive"
SUBJECT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Occasion:
    """The letter that a message is about; `page` is where it can be read once it is public.

    `is_public` says whether it is so already when the message is written, as a correction often is.
    """

    authority: str
    year_ending: int
    public_from: dt.datetime
    page: str
    is_demonstration: bool
    version: int = 1
    is_public: bool = False

    @property
    def embargo(self) -> str:
        """The instant in London: `00:01 on 29 July 2020 (London time)`."""
        local = self.public_from.astimezone(LONDON)
        return f"{local:%H:%M} on {day_text(local.date())} (London time)"


def one_line(text: str) -> str:
    """Text fit for a header: one line of printable characters, cut to what a subject may hold."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:SUBJECT_LENGTH]


def letter_text(occasion: Occasion, *, officer: str, addressee: str, has_case_lists: bool) -> str:
    """The text of a message that carries the letter to an `officer`, such as `link officer`.

    `addressee` is the officer whom the letter goes to; the others get a copy.
    """
    year = day_text(Period(occasion.year_ending).last_day)
    if officer != addressee:
        greeting = f"This is a copy for the {officer}. The letter itself goes to the {addressee}."
    elif addressee != CHIEF_EXECUTIVE:
        greeting = (
            "We have no e-mail address of a chief executive, so the letter comes to you. Please "
            "pass it on."
        )
    else:
        greeting = ""
    return _text(
        f"Our annual review letter to {occasion.authority} for the year ending {year} is attached "
        "as a PDF.",
        f"It is version {occasion.version} and replaces our earlier letter."
        if occasion.version > 1
        else "",
        greeting,
        _embargo(occasion, "the letter and its figures"),
        _lists(occasion) if has_case_lists else "",
        f"Please tell us {_by_when(occasion)}if something in it looks wrong to you.",
        occasion=occasion,
    )


def case_lists_text(occasion: Occasion) -> str:
    """The text of a message that carries the case lists alone."""
    return _text(
        _lists(occasion),
        _embargo(occasion, "the lists"),
        f"Please tell us {_by_when(occasion)}if a case is missing or is not yours.",
        occasion=occasion,
    )


def _lists(occasion: Occasion) -> str:
    year = day_text(Period(occasion.year_ending).last_day)
    return (
        f"The lists of the cases behind the figures of {occasion.authority} for the year ending "
        f"{year} are attached: complaints received, complaints decided, and compliance outcomes. "
        "They give references and dates and name nobody."
    )


def _by_when(occasion: Occasion) -> str:
    return "" if occasion.is_public else "before then "


def _embargo(occasion: Occasion, what: str) -> str:
    if occasion.is_public:
        return f"The letter is public at\n{occasion.page}"
    return (
        f"EMBARGO: until {occasion.embargo} {what} are for you and your officers only. From then "
        f"on the letter is at\n{occasion.page}"
    )


def _text(*paragraphs: str, occasion: Occasion) -> str:
    notice = DEMONSTRATION if occasion.is_demonstration else ""
    return "\n\n".join(part for part in (notice, *paragraphs, OFFICE) if part) + "\n"
