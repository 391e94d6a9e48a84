"""A receipt for every figure: its rule in words, its parts, what is left out and why.

The digest is of what is public of a frozen row. Counts by category and the sums of a type are not
in it: from a digest of them a protected cell could be found by trying the few values it can have.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reviews.figures.cells import Figure
from reviews.figures.counts import Counts, Statistics
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.periods import Period, day_text
from reviews.figures.sentences import likely

# The counts whose cases staff can look at, by the name they have in addresses: what they are, and
# how they are counted.
COUNTS: Mapping[str, tuple[str, str]] = {
    "received": ("Complaints received", MEASURES["received"].definition),
    "decided": (
        "Complaints decided",
        "Cases whose standing decision was made in the year. A case decided again counts once, by "
        "the decision that stands.",
    ),
    "invalid_or_incomplete": (
        "Invalid or incomplete",
        "Decided as invalid or incomplete: not something the Ombudsman was asked or able to "
        "consider.",
    ),
    "advice_given": ("Advice given", "Decided by giving advice."),
    "referred_back": (
        "Referred back for local resolution",
        "Decided by referring the complaint back, because the authority had not had its chance.",
    ),
    "closed_after_initial_enquiries": (
        "Closed after initial enquiries",
        "Assessed and closed without an investigation.",
    ),
    "not_upheld": ("Not upheld", "Investigated, and no fault found."),
    "upheld": (
        "Upheld",
        "Investigated, and fault found, also where the authority had accepted it before.",
    ),
    "investigated": ("Investigated", "Upheld and not upheld together."),
    "remedied_by_authority": (
        "Remedied by the authority",
        "Upheld, and the authority had offered a suitable remedy before the complaint reached the "
        "Ombudsman.",
    ),
    "satisfied": (
        "Carried out in time",
        "Cases in which it was recorded in the year that what was recommended was done in time.",
    ),
    "satisfied_late": (
        "Carried out late",
        "Cases in which it was recorded in the year that what was recommended was done late.",
    ),
    "not_satisfied": (
        "Not carried out",
        "Cases in which it was recorded in the year that what was recommended was not done.",
    ),
    "complied": ("Complied with", "Carried out in time and carried out late together."),
    "compliance_outcomes": (
        "Compliance outcomes",
        "Carried out in time, carried out late and not carried out together: one outcome a case.",
    ),
    "ceased": (
        "Compliance ceased",
        "Cases in which it was recorded in the year that the Ombudsman stopped asking.",
    ),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A count that a figure is made of; `code` names its cases, "" where there is no list."""

    label: str
    count: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How one figure came about; `code` is its anchor.

    `value` is the figure as shown, or the words in place of a percentage of nothing.
    """

    code: str
    label: str
    value: str
    rule: str
    parts: tuple[Part, ...] = ()
    left_out: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def receipts(statistics: Statistics) -> tuple[Receipt, ...]:
    """A receipt for every figure of a row, rates first."""
    counts = statistics.counts
    return (
        *(_rate(statistics, measure) for measure in RATES),
        _of_decided(counts),
        _per_100k(statistics),
        *(_count(statistics, code) for code in COUNTS),
    )


def _rate(statistics: Statistics, measure: str) -> Receipt:
    counts = statistics.counts
    own = RATES[measure](counts)
    part, whole = {
        "uphold": ("upheld", "investigated"),
        "compliance": ("complied", "compliance_outcomes"),
        "remedied": ("remedied_by_authority", "upheld"),
    }[measure]
    left_out = {
        "uphold": (
            f"{_cases(counts.decided - counts.investigated)} decided without an investigation: "
            f"{counts.not_for_us:,} not for us or not ready for us, "
            f"{counts.assessed_and_closed:,} assessed and closed. The rate is one of "
            "investigations.",
        ),
        "compliance": (
            f"{_cases(counts.ceased)} in which compliance was ceased: in neither part.",
            "Cases whose outcome was not recorded by the end of the year: they count in the year "
            "of their outcome.",
            "Outcomes of a decision that was made again: they no longer count.",
        ),
        "remedied": (
            f"{_cases(counts.not_upheld)} investigated and not upheld: there was nothing to "
            "remedy.",
        ),
    }[measure]
    interval = own.interval
    average = statistics.similar_percent(measure)
    further = []
    if interval:
        further.append(f"{likely(own)} Wilson 95% interval: {interval.low}% to {interval.high}%.")
    if average is not None:
        further.append(
            f"Average of similar authorities: {average}%, all cases of all councils of the type "
            "together, this one's included. It was worked out when the figures were frozen."
        )
    return Receipt(
        code=measure,
        label=MEASURES[measure].label,
        value=MEASURES[measure].nothing if own.percent is None else f"{own.percent}%",
        rule=f"{MEASURES[measure].definition} Whole percent, halves up.",
        parts=(_part(counts, part), _part(counts, whole, is_whole=True)),
        left_out=left_out,
        further=tuple(further),
    )


def _of_decided(counts: Counts) -> Receipt:
    own = counts.upheld_of_decided
    value = f"{own.percent}%"
    if own.percent is None:
        value = "none decided"
    elif not counts.investigated:
        value = MEASURES["uphold"].nothing
    return Receipt(
        code="upheld-of-decided",
        label="Upheld, of decided",
        value=value,
        rule="Upheld, of all complaints decided, investigated or not. It is not the uphold rate. "
        "Whole percent, halves up.",
        parts=(_part(counts, "upheld"), _part(counts, "decided", is_whole=True)),
    )


def _per_100k(statistics: Statistics) -> Receipt:
    rate, average = statistics.population_rate, None
    if statistics.similar and rate:
        average = statistics.similar.population_rate
    residents = "not known" if statistics.population is None else f"{statistics.population:,}"
    if statistics.population_year is not None:
        residents += f" (estimate for {statistics.population_year})"
    nothing = "population not known" if statistics.has_population_rate else "not given"
    return Receipt(
        code="upheld-per-100k",
        label=MEASURES["upheld-per-100k"].label,
        value=rate.text if rate else nothing,
        rule=f"{MEASURES['upheld-per-100k'].definition} One decimal, halves up. For the five types "
        "of council only.",
        parts=(
            (_part(statistics.counts, "upheld"), Part("Residents", residents))
            if statistics.has_population_rate
            else ()
        ),
        further=(f"Average of similar authorities: {average.text}.",) if average else (),
    )


def _count(statistics: Statistics, code: str) -> Receipt:
    label, rule = COUNTS[code]
    period = Period(statistics.year_ending)
    made_of = {
        "decided": (
            *("invalid_or_incomplete", "advice_given", "referred_back"),
            *("closed_after_initial_enquiries", "not_upheld", "upheld"),
        ),
        "investigated": ("upheld", "not_upheld"),
        "complied": ("satisfied", "satisfied_late"),
        "compliance_outcomes": ("satisfied", "satisfied_late", "not_satisfied"),
    }.get(code, ())
    left_out = {
        "received": (
            f"Complaints received before {day_text(period.first_day)} or after "
            f"{day_text(period.last_day)}, also where they were decided in the year.",
        ),
        "decided": (
            "Decisions that were made again: the one that stands counts, in the year of its own "
            "date.",
            f"Complaints without a decision by {day_text(period.last_day)}.",
        ),
        "compliance_outcomes": (
            f"{_cases(statistics.counts.ceased)} in which compliance was ceased.",
        ),
    }.get(code, ())
    return Receipt(
        code=code,
        label=label,
        value=f"{getattr(statistics.counts, code):,}",
        rule=rule,
        parts=tuple(_part(statistics.counts, each) for each in made_of)
        or (_part(statistics.counts, code),),
        left_out=left_out,
    )


def _part(counts: Counts, code: str, *, is_whole: bool = False) -> Part:
    label = COUNTS[code][0]
    return Part(f"Of: {label.lower()}" if is_whole else label, f"{getattr(counts, code):,}", code)


def _cases(number: int) -> str:
    return f"{number:,} {'case' if number == 1 else 'cases'}"


# The digest ---------------------------------------------------------------------------------------


def canonical(values: Mapping[str, Figure]) -> str:
    """The values as one text, the same on every machine: what the digest is taken of.

    JSON in UTF-8 with sorted keys and without spaces; numbers with decimals are text.
    """
    plain = {
        name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(values: Mapping[str, Figure]) -> str:
    """The SHA-256 digest of the canonical text: 64 hexadecimal digits."""
    return hashlib.sha256(canonical(values).encode()).hexdigest()
