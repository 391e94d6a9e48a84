"""What every letter says apart from its figures: the narrative, and the words around it."""

import datetime as dt

from reviews.figures.periods import Period, day_text
from reviews.letters.document import Block, BulletList, Heading, Paragraph, Run
from reviews.letters.statements import investigations

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


def narrative(
    *,
    authority: str,
    slug: str,
    year_ending: int,
    has_comparison: bool,
    public_on: dt.date,
    site_address: str,
) -> tuple[Block, ...]:
    """The letter from its first sentence to the close.

    `site_address` is the address of the public site without a final slash.
    """
    council_page = f"{site_address}/councils/{slug}/"
    return (
        _paragraph(
            f"This letter sets out what we decided about complaints concerning {authority} in the "
            f"year ending {day_text(Period(year_ending).last_day)}. I hope that it helps you, your "
            "members and your officers to see where residents were let down, where things were "
            "put right, and what can be learned from both."
        ),
        Heading("Complaint statistics"),
        _paragraph(
            "Three figures describe the year. We chose them because what matters is not how many "
            "people complain, which can be a sign of a council that is easy to complain to, but "
            "what an impartial look at their complaints finds, and what is done about it."
        ),
        BulletList(
            (
                _item(
                    "Complaints upheld.",
                    "The share of the complaints we investigated in which we found fault, "
                    "including those where the authority had accepted the fault before we became "
                    "involved. It tells you how often something had gone wrong in the cases that "
                    f"needed {_an(investigations(year_ending)[0])}. It is not a share of all "
                    "complaints made to us or to you.",
                ),
                _item(
                    "Compliance with recommendations.",
                    "The share of cases in which we were satisfied that what we recommended had "
                    "been done. We count a case in the year in which we recorded the outcome, so "
                    "some were decided in the year before. Recommendations are made to put "
                    "things right for people, so a figure below 100% deserves a close look at the "
                    "cases behind it.",
                ),
                _item(
                    "Satisfactory remedies provided by the authority.",
                    "The share of upheld complaints in which the authority had already offered a "
                    "suitable remedy before the complaint came to us. Fault can happen anywhere; "
                    "finding it and putting it right without our help is the mark of good "
                    "complaint handling.",
                ),
            )
        ),
        _compared() if has_comparison else _not_compared(authority),
        Paragraph(
            (
                Run("We will publish these figures and this letter on "),
                Run(day_text(public_on), is_bold=True),
                Run(
                    ", together with those of all other authorities. Anyone can then find them at "
                ),
                Run(council_page, link=council_page),
                Run(". Until that day they are for you and your officers only."),
            )
        ),
        Heading("Resources to help you get it right"),
        Paragraph(
            (
                Run(
                    "Your page on our site keeps your figures and letters of earlier years beside "
                    "this one, so that your scrutiny committee can follow them over time. How "
                    "each figure is counted and rounded, and why, is explained at "
                ),
                Run(f"{site_address}/methods/", link=f"{site_address}/methods/"),
                Run(", and all figures can be downloaded at "),
                Run(f"{site_address}/data/", link=f"{site_address}/data/"),
                Run("."),
            )
        ),
        _paragraph(
            "Behind the figures stand three lists of cases: those we received, those we decided "
            "and those in which we recorded a compliance outcome. Your link officer can ask us "
            "for them and check every case. If a figure looks wrong to you, please tell us before "
            "it is published."
        ),
        _paragraph(
            "Please share this letter with your members. A complaint that is heard and learned "
            "from spares the next person the same trouble."
        ),
    )


def _paragraph(text: str) -> Paragraph:
    return Paragraph((Run(text),))


def _item(term: str, text: str) -> tuple[Run, ...]:
    return (Run(term, is_bold=True), Run(f" {text}"))


def _an(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _compared() -> Paragraph:
    return _paragraph(
        "Beside each figure stands the average of similar authorities. We compare like with like "
        "in five groups: county councils, district councils, metropolitan boroughs, unitary "
        "councils and London boroughs. An average takes all cases of the group together, yours "
        "included. Where only a few cases were investigated a percentage can swing widely from "
        "one year to the next, so please read it with the number it is based on."
    )


def _not_compared(authority: str) -> Paragraph:
    return _paragraph(
        "We compare county councils, district councils, metropolitan boroughs, unitary councils "
        "and London boroughs with the average of their group. "
        f"{authority} was not part of one of these five groups in this period, so its figures "
        "stand without a comparison. Where only a few cases were investigated a percentage can "
        "swing widely from one year to the next, so please read it with the number it is based "
        "on."
    )
