"""Invented letters. The figures of the default one are those of an authority at 0% of 2 cases."""

from dataclasses import replace
from typing import Any

from reviews.figures.rates import Rate
from reviews.letters.document import (
    Bar,
    Block,
    BulletList,
    Chart,
    Heading,
    LetterDocument,
    Panel,
    Paragraph,
    Run,
    Statement,
)

NOTICE = "Demonstration data: real councils and published totals, invented cases"
PERIOD = "1 April 2019 to 31 March 2020"


def sentence(*runs: str | Run) -> Paragraph:
    """A paragraph of plain text and runs."""
    return Paragraph(tuple(run if isinstance(run, Run) else Run(run) for run in runs))


NARRATIVE: tuple[Block, ...] = (
    sentence(
        "I write to you with our annual summary of statistics on the decisions we made about your "
        "authority for the year ending 31 March 2020. I hope it helps you to see how well you "
        "respond when things go wrong, and where you can learn from complaints."
    ),
    Heading("Complaint statistics"),
    sentence(
        "The number of complaints says little by itself: a council that makes complaining easy may "
        "well receive more of them. We therefore look at three statistics which say something "
        "about how complaints were dealt with."
    ),
    sentence(
        Run("Complaints upheld. ", is_bold=True),
        "We uphold a complaint when we find some form of fault in an authority's actions, also "
        "where the authority accepted the fault before we looked into it.",
    ),
    sentence(
        Run("Compliance with recommendations. ", is_bold=True),
        "We recommend ways to put right what went wrong and we check that they are carried out. "
        "Failure to do so is rare, and an authority below 100% should look into each case.",
    ),
    sentence(
        Run("Satisfactory remedies. ", is_bold=True),
        "In these cases the authority upheld the complaint itself and offered a remedy that we "
        "found suitable before the complaint reached us.",
    ),
    sentence("Your figures are compared with those of similar authorities, of five types:"),
    BulletList(
        (
            (Run("county councils and unitary councils,"),),
            (Run("district councils and metropolitan boroughs, and"),),
            (Run("London boroughs."),),
        )
    ),
    sentence(
        "These data, and a copy of this letter, will be on ",
        Run("the map of council performance", link="https://www.example.org/map?year=2020&a=1"),
        " from 29 July 2020, beside those of other authorities in England.",
    ),
    Heading("Resources to help you get it right"),
    sentence(
        "Decisions, reports and the improvements that councils agreed to make can be searched by "
        "subject and authority. We also train council staff in handling complaints; for places "
        "write to ",
        Run("training@example.org", link="mailto:training@example.org"),
        ".",
    ),
)


def bars(own: Rate, similar: Rate | None) -> Chart:
    """The chart of a rate beside the average of similar authorities."""
    drawn = [Bar("This authority", f"{own.percent}%", own.part, own.whole)]
    if similar is not None:
        drawn.append(
            Bar(
                "Average of similar authorities",
                f"{similar.percent}%",
                similar.part,
                similar.whole,
                is_own=False,
            )
        )
    alternative = ", ".join(f"{bar.label}: {bar.value}" for bar in drawn)
    return Chart(alternative=alternative, bars=tuple(drawn))


def compared(similar: Rate) -> Statement:
    return Statement(
        f"This compares to an average of {similar.percent}% in similar authorities.", "comparison"
    )


def upheld(own: Rate, similar: Rate) -> Panel:
    return Panel(
        "upheld",
        "Complaints upheld",
        (
            Statement(f"{own.percent}% of complaints we investigated were upheld.", "lead"),
            compared(similar),
            Statement(f"{own.part} upheld decisions", "count"),
            Statement(
                f"Statistics are based on a total of {own.whole} detailed investigations for the "
                f"period {PERIOD}.",
                "base",
            ),
        ),
        bars(own, similar),
    )


def compliance(own: Rate, similar: Rate, late: int = 0) -> Panel:
    late_statement = (
        (Statement(f"In {late} of these cases the authority complied late.", "late"),)
        if late
        else ()
    )
    return Panel(
        "compliance",
        "Compliance with Ombudsman recommendations",
        (
            Statement(
                f"In {own.percent}% of cases we were satisfied the authority had successfully "
                "implemented our recommendations.",
                "lead",
            ),
            compared(similar),
            *late_statement,
            Statement(
                f"Statistics are based on a total of {own.whole} compliance outcomes for the "
                f"period {PERIOD}.",
                "base",
            ),
        ),
        bars(own, similar),
    )


def remedies(own: Rate, similar: Rate) -> Panel:
    return Panel(
        "remedies",
        "Satisfactory remedies provided by the authority",
        (
            Statement(
                f"In {own.percent}% of upheld cases we found the authority had provided a "
                "satisfactory remedy before the complaint reached the Ombudsman.",
                "lead",
            ),
            compared(similar),
            Statement(f"{own.part} satisfactory remedy decisions", "count"),
            Statement(
                f"Statistics are based on a total of {own.whole} upheld decisions for the "
                f"period {PERIOD}.",
                "base",
            ),
        ),
        bars(own, similar),
    )


def overview(not_for_us: int, closed: int, investigated: int) -> Panel:
    total = not_for_us + closed + investigated
    parts = {
        "Not for us or not ready for us": not_for_us,
        "Assessed and closed": closed,
        "Investigated": investigated,
    }
    chart = Chart(
        alternative=", ".join(f"{label}: {part}" for label, part in parts.items()),
        bars=tuple(Bar(label, f"{part:,}", part, total) for label, part in parts.items()),
        has_percent_scale=False,
    )
    text = (
        f"We dealt with {total:,} complaints. Of these, {not_for_us} were not for us or not ready "
        f"for us to investigate. We assessed and closed {closed}. We investigated {investigated}."
    )
    return Panel("overview", "Complaint overview", (Statement(text, "count"),), chart)


def nothing(panel: Panel, text: str, empty: str) -> Panel:
    """The panel of an authority for which there was nothing to count."""
    return replace(
        panel,
        statements=(Statement(text, "none"),),
        chart=Chart(alternative=empty, empty=empty),
    )


NONE_DUE = nothing(
    compliance(Rate(1, 1), Rate(1, 1)),
    "No recommendations were due for compliance in this period.",
    "No compliance outcomes to show",
)
NONE_UPHELD = nothing(
    remedies(Rate(1, 1), Rate(1, 1)),
    "The Ombudsman did not uphold any detailed investigations during this period.",
    "No upheld decisions to show",
)


def letter(**changes: Any) -> LetterDocument:
    """An invented letter with so many of its fields changed."""
    document = LetterDocument(
        authority="King's Lynn & West Norfolk Council",
        slug="kings-lynn-and-west-norfolk",
        year=2020,
        version=1,
        letterhead=("Local Government & Social Care", "OMBUDSMAN"),
        date="22 July 2020",
        delivery="By email",
        addressee=("Ms Specimen", "Chief Executive", "King's Lynn & West Norfolk Council"),
        salutation="Dear Ms Specimen",
        subject="Annual Review letter 2020",
        narrative=NARRATIVE,
        close="Yours sincerely",
        signatory=(
            "A. N. Specimen",
            "Local Government and Social Care Ombudsman",
            "Chair, Commission for Local Administration in England",
        ),
        statistics_heading="King's Lynn & West Norfolk Council",
        statistics_period=f"For the period ending 31 March 2020 ({PERIOD})",
        panels=(upheld(Rate(0, 2), Rate(45, 100)), NONE_DUE, NONE_UPHELD),
    )
    return replace(document, **changes)


def addressed_to(name: str, **changes: Any) -> LetterDocument:
    """A letter to the authority of this name."""
    return letter(
        authority=name,
        addressee=("The Chief Executive", name),
        salutation="Dear Chief Executive",
        statistics_heading=name,
        **changes,
    )
