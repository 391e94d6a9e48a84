"""The sentences and charts of the statistics page, from one authority's figures.

The labels are the ones councils know from published letters, with their slips mended; they are
checked word for word by whoever relies on them, so they change only with a note in CHANGELOG.md.
"""

from reviews.figures.counts import Statistics
from reviews.figures.periods import Period
from reviews.figures.rates import Rate
from reviews.letters.document import Bar, Chart, Panel, Statement

# From these years ending 31 March the published layout changed.
PER_100K_FROM = 2023
PLAIN_INVESTIGATIONS_FROM = 2024
OVERVIEW_FROM = 2025

OWN = "This authority"
SIMILAR = "Similar authorities"
NOTHING = "Nothing to count"


def panels(statistics: Statistics) -> tuple[Panel, ...]:
    """The blocks of the statistics page in their order: three, and from 2025 an overview first."""
    blocks = (_upheld(statistics), _compliance(statistics), _remedies(statistics))
    if statistics.year_ending >= OVERVIEW_FROM:
        return (_overview(statistics), *blocks)
    return blocks


def number(count: int, singular: str, plural: str) -> str:
    """`1 complaint`, `0 complaints`, `2 complaints`."""
    return f"{count} {singular if count == 1 else plural}"


def investigations(year_ending: int) -> tuple[str, str]:
    """Singular and plural of what an investigation is called in letters of a year."""
    word = "" if year_ending >= PLAIN_INVESTIGATIONS_FROM else "detailed "
    return f"{word}investigation", f"{word}investigations"


def _overview(statistics: Statistics) -> Panel:
    counts = statistics.counts
    not_for_us = f"{counts.not_for_us} {'was' if counts.not_for_us == 1 else 'were'}"
    text = (
        f"We dealt with {number(counts.decided, 'complaint', 'complaints')}. "
        f"Of these, {not_for_us} not for us or not ready for us to investigate. "
        f"We assessed and closed {counts.assessed_and_closed}. "
        f"We investigated {counts.investigated}."
    )
    parts = (
        ("Not for us or not ready", counts.not_for_us),
        ("Assessed and closed", counts.assessed_and_closed),
        ("Investigated", counts.investigated),
    )
    if counts.decided:
        bars = tuple(Bar(label, str(n), n, counts.decided) for label, n in parts)
        chart = Chart(alternative=_in_words(bars), bars=bars, has_percent_scale=False)
    else:
        chart = _empty_chart()
    return Panel("overview", "Complaint overview", (Statement(text, "lead"),), chart)


def _upheld(statistics: Statistics) -> Panel:
    counts = statistics.counts
    one, many = investigations(statistics.year_ending)
    if counts.uphold.percent is None:
        statements = [Statement(f"We completed no {many} during this period.", "none")]
    else:
        statements = [
            Statement(
                f"{counts.uphold.percent}% of complaints we investigated were upheld.", "lead"
            ),
            *_comparison(statistics, "uphold"),
            Statement(number(counts.upheld, "upheld decision", "upheld decisions"), "count"),
            *_per_100k(statistics),
            _base(statistics, number(counts.investigated, one, many)),
        ]
    return Panel("upheld", "Complaints upheld", tuple(statements), _chart(statistics, "uphold"))


def _compliance(statistics: Statistics) -> Panel:
    counts = statistics.counts
    if counts.compliance.percent is None:
        statements = [
            Statement("No recommendations were due for compliance in this period.", "none")
        ]
    else:
        statements = [
            Statement(
                f"In {counts.compliance.percent}% of cases we were satisfied the authority had "
                "successfully implemented our recommendations.",
                "lead",
            ),
            *_comparison(statistics, "compliance"),
        ]
        if counts.satisfied_late:
            statements.append(
                Statement(
                    f"In {counts.satisfied_late} of these cases the authority complied late.",
                    "late",
                )
            )
        outcomes = number(counts.compliance_outcomes, "compliance outcome", "compliance outcomes")
        statements.append(_base(statistics, outcomes))
    return Panel(
        "compliance",
        "Compliance with Ombudsman recommendations",
        tuple(statements),
        _chart(statistics, "compliance"),
    )


def _remedies(statistics: Statistics) -> Panel:
    counts = statistics.counts
    if counts.remedied.percent is None:
        _, many = investigations(statistics.year_ending)
        statements = [
            Statement(f"The Ombudsman did not uphold any {many} during this period.", "none")
        ]
    else:
        statements = [
            Statement(
                f"In {counts.remedied.percent}% of upheld cases we found the authority had "
                "provided a satisfactory remedy before the complaint reached the Ombudsman.",
                "lead",
            ),
            *_comparison(statistics, "remedied"),
            Statement(
                number(
                    counts.remedied_by_authority,
                    "satisfactory remedy decision",
                    "satisfactory remedy decisions",
                ),
                "count",
            ),
            _base(statistics, number(counts.upheld, "upheld decision", "upheld decisions")),
        ]
    return Panel(
        "remedies",
        "Satisfactory remedies provided by the authority",
        tuple(statements),
        _chart(statistics, "remedied"),
    )


def _comparison(statistics: Statistics, measure: str) -> list[Statement]:
    average = statistics.similar_percent(measure)
    if average is None:
        return []
    return [
        Statement(
            f"This compares to an average of {average}% in similar authorities.", "comparison"
        )
    ]


def _per_100k(statistics: Statistics) -> list[Statement]:
    rate = statistics.population_rate
    if statistics.year_ending < PER_100K_FROM or rate is None:
        return []
    statements = [
        Statement(
            f"Adjusted for population, this is {rate.text} upheld decisions per 100,000 residents.",
            "adjusted",
        )
    ]
    average = statistics.similar.population_rate if statistics.similar else None
    if average is not None:
        statements.append(
            Statement(f"The average for authorities of this type is {average.text}.", "adjusted")
        )
    return statements


def _base(statistics: Statistics, total: str) -> Statement:
    period = Period(statistics.year_ending).text
    return Statement(f"Statistics are based on a total of {total} for the period {period}.", "base")


def _chart(statistics: Statistics, measure: str) -> Chart:
    own: Rate = getattr(statistics.counts, measure)
    if not own.is_defined:
        return _empty_chart()
    bars = [Bar(OWN, f"{own.percent}%", own.part, own.whole)]
    if statistics.similar is not None:
        average: Rate = getattr(statistics.similar, measure)
        if average.percent is not None:
            # As long as the percentage says: neither the sums nor what else would give them away
            # are in a letter, since another council's may be held.
            bars.append(Bar(SIMILAR, f"{average.percent}%", average.percent, 100, is_own=False))
    return Chart(alternative=_in_words(tuple(bars)), bars=tuple(bars))


def _empty_chart() -> Chart:
    return Chart(alternative=f"Empty chart: {NOTHING.lower()}.", empty=NOTHING)


def _in_words(bars: tuple[Bar, ...]) -> str:
    return "Bar chart. " + " ".join(
        f"{bar.label}: {bar.value}{f' ({bar.part} of {bar.whole})' if bar.is_own else ''}."
        for bar in bars
    )
