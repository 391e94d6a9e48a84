"""Whether a council's figure differs from similar authorities by more than chance.

The exact binomial distribution: if each of a council's cases had the average's chance of, say,
being upheld, how likely would a count as low or as high as its own be? Whole-number arithmetic
throughout, so the answer at the edge is the same on every machine. The limits of funnel plots are
the same test turned round, so a point lies outside them exactly where the sentence says so.

Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413; Spiegelhalter, D. J. (2005),
Statistics in Medicine 24, 1185-1202.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from reviews.figures.measures import MEASURES
from reviews.figures.rates import Rate

# No verdict is given on fewer cases than this.
MINIMUM_BASE = 10
# A count is unremarkable while each of its one-sided tails is above this: limits of 95%.
TAIL_95 = Fraction(25, 1000)
# The outer limits of funnel plots, 99.8%.
TAIL_998 = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Tails:
    """The chances of a count as low (`low`) and as high (`high`) as the one found, both exact."""

    low: Fraction
    high: Fraction


def tails(own: Rate, average: Rate) -> Tails:
    """The two one-sided tails of `own` if each case had the average's chance.

    Raises ValueError if the average has nothing to count.
    """
    weights, total = _weights(own.whole, _chance(average))
    return Tails(
        low=Fraction(sum(weights[: own.part + 1]), total),
        high=Fraction(sum(weights[own.part :]), total),
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """The lowest and the highest count that is unremarkable, both included."""

    low: int
    high: int

    def __contains__(self, count: int) -> bool:
        return self.low <= count <= self.high


def limits(whole: int, average: Rate, *, tail: Fraction = TAIL_95) -> Limits:
    """The counts of `whole` cases whose tails are both above `tail`.

    Raises ValueError if the average has nothing to count.
    """
    return _limits(whole, _chance(average), tail)


@lru_cache(maxsize=20_000)
def _limits(whole: int, chance: Fraction, tail: Fraction) -> Limits:
    weights, total = _weights(whole, chance)
    bound = tail * total
    return Limits(low=_first_above(weights, bound), high=whole - _first_above(weights[::-1], bound))


def _first_above(weights: list[int], bound: Fraction) -> int:
    """The first position at which the sum of the weights so far is above the bound."""
    reached = 0
    for position, weight in enumerate(weights):
        reached += weight
        if reached > bound:
            return position
    raise AssertionError("all the weights together are above any tail")


def _chance(average: Rate) -> Fraction:
    if not average.is_defined:
        raise ValueError("an average of nothing gives no chance")
    return Fraction(average.part, average.whole)


def _weights(whole: int, chance: Fraction) -> tuple[list[int], int]:
    """How often each count from 0 to `whole` comes up, and how often any: whole numbers."""
    yes, no = chance.numerator, chance.denominator - chance.numerator
    weights = []
    ways = 1
    for count in range(whole + 1):
        weights.append(ways * yes**count * no ** (whole - count))
        ways = ways * (whole - count) // (count + 1)
    return weights, chance.denominator**whole


class Verdict(StrEnum):
    """How a council's rate stands to the average of similar authorities."""

    NOTHING = "nothing"  # nothing to count, of its own or of the type
    TOO_FEW = "too_few"
    UNREMARKABLE = "unremarkable"
    HIGHER = "higher"
    LOWER = "lower"

    @property
    def text(self) -> str:
        """For tables and legends."""
        return {
            Verdict.NOTHING: "nothing to compare",
            Verdict.TOO_FEW: "too few to tell",
            Verdict.UNREMARKABLE: "no more than chance",
            Verdict.HIGHER: "higher than chance would explain",
            Verdict.LOWER: "lower than chance would explain",
        }[self]


def verdict(own: Rate, average: Rate | None) -> Verdict:
    """The one place that judges; no verdict on fewer than `MINIMUM_BASE` cases."""
    if average is None or not own.is_defined or not average.is_defined:
        return Verdict.NOTHING
    if own.whole < MINIMUM_BASE:
        return Verdict.TOO_FEW
    allowed = limits(own.whole, average)
    if own.part in allowed:
        return Verdict.UNREMARKABLE
    return Verdict.HIGHER if own.part > allowed.high else Verdict.LOWER


def sentence(measure: str, own: Rate, average: Rate | None) -> str:
    """The verdict in words, or for a small base which counts would tell nothing; "" for nothing.

    `With 2 investigations, 0, 1 or 2 upheld would all be unremarkable where the average is 45%.`
    """
    judged = verdict(own, average)
    if judged is Verdict.NOTHING or average is None:
        return ""
    nouns = MEASURES[measure]
    allowed = limits(own.whole, average)
    counts = _counts(allowed, own.whole)
    would = "would all be" if allowed.low < allowed.high else "would be"
    if judged is Verdict.TOO_FEW:
        return (
            f"With {nouns.based_on(own.whole)}, {counts} {nouns.part} {would} unremarkable "
            f"where the average is {_percent(average)}."
        )
    expected = (
        f"with {nouns.based_on(own.whole)}, {counts} {nouns.part} {would} unremarkable where the "
        f"average is {_percent(average)}"
    )
    if judged is Verdict.UNREMARKABLE:
        return f"The difference from similar authorities may be no more than chance: {expected}."
    return (
        f"This is {judged.value} than in similar authorities by more than chance would explain: "
        f"{expected}."
    )


def _percent(average: Rate) -> str:
    """`45%`. With all or none of the average's cases no other count would be unremarkable."""
    if average.percent == 100 and average.part < average.whole:
        return "just under 100%"
    if average.percent == 0 and average.part:
        return "just above 0%"
    return f"{average.percent}%"


def _counts(allowed: Limits, whole: int) -> str:
    """`0, 1 or 2`; from four counts on `2 to 9`."""
    counts = [f"{count:,}" for count in range(allowed.low, allowed.high + 1)]
    if len(counts) == 1:
        return counts[0]
    if len(counts) <= 3:
        return f"{', '.join(counts[:-1])} or {counts[-1]}"
    return f"{counts[0]} to {counts[-1]}"
