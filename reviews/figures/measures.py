"""The measures that pages, charts and files speak of: their names, nouns and definitions, once.

The definitions stand where the figures stand; `docs/figures.md` says the same at length.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reviews.figures.counts import Counts
from reviews.figures.rates import Rate


class Unit(StrEnum):
    """What a measure is counted in."""

    PERCENT = "percent"
    PER_100K = "per_100k"
    CASES = "cases"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    `code` stands in addresses and is the heading's anchor on the methods page. `base` is the whole
    that a percentage is of, in the singular and the plural; `part` says of the counted ones what
    they are: `3 of 12 investigations upheld`. `nothing` are the words in place of a percentage of
    nothing. The last three are empty for a measure that is not a percentage.
    """

    code: str
    label: str
    unit: Unit
    definition: str
    base: tuple[str, str] = ("", "")
    part: str = ""
    nothing: str = ""

    def based_on(self, whole: int) -> str:
        """`1 investigation`, `2 investigations`: what a percentage is of."""
        return f"{whole:,} {self.base[0 if whole == 1 else 1]}"


MEASURES: Mapping[str, Measure] = {
    measure.code: measure
    for measure in (
        Measure(
            "uphold",
            "Complaints upheld",
            Unit.PERCENT,
            "Of the complaints the Ombudsman investigated, the share in which it found fault. "
            "Complaints that it did not investigate are in neither part.",
            base=("investigation", "investigations"),
            part="upheld",
            nothing="none investigated",
        ),
        Measure(
            "compliance",
            "Compliance with recommendations",
            Unit.PERCENT,
            "Of the cases whose outcome was recorded in the year, the share in which the authority "
            "carried out what was recommended, also where it did so late.",
            base=("compliance outcome", "compliance outcomes"),
            part="complied with",
            nothing="none due",
        ),
        Measure(
            "remedied",
            "Satisfactory remedies",
            Unit.PERCENT,
            "Of the upheld complaints, the share in which the authority had already offered a "
            "suitable remedy before the complaint reached the Ombudsman.",
            base=("upheld decision", "upheld decisions"),
            part="already remedied by the authority",
            nothing="none upheld",
        ),
        Measure(
            "upheld-per-100k",
            "Upheld for every 100,000 residents",
            Unit.PER_100K,
            "Upheld decisions of the year for every 100,000 residents. It is not a percentage.",
        ),
        Measure(
            "received",
            "Complaints received",
            Unit.CASES,
            "Complaints that reached the Ombudsman in the year, whatever became of them.",
        ),
        Measure(
            "decided",
            "Complaints decided",
            Unit.CASES,
            "Complaints decided in the year, investigated or not, also those received before it.",
        ),
    )
}

RATES: Mapping[str, Callable[[Counts], Rate]] = {
    "uphold": lambda counts: counts.uphold,
    "compliance": lambda counts: counts.compliance,
    "remedied": lambda counts: counts.remedied,
}
