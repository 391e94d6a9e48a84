"""What stands beside a percentage: its count and base in one line, and what chance leaves open."""

from reviews.figures.counts import Counts
from reviews.figures.measures import MEASURES
from reviews.figures.rates import Rate


def in_short(measure: str, counts: Counts) -> str:
    """Count, percentage and base of a rate in one line, both bases for complaints upheld.

    `3 upheld: 27% of 11 investigated; 6% of 52 decided`. Raises KeyError for a measure that is no
    percentage.
    """
    return {"uphold": _upheld, "compliance": _complied, "remedied": _remedied}[measure](counts)


def likely(rate: Rate) -> str:
    """The interval as a sentence; "" where there was nothing to count."""
    ends = rate.likely
    if not ends:
        return ""
    if " to " not in ends:
        return f"Allowing for chance, the true rate is likely close to {ends}."
    low, high = ends.split(" to ")
    return f"Allowing for chance, the true rate is likely between {low} and {high}."


def _upheld(counts: Counts) -> str:
    decided = f"{counts.decided:,} decided"
    if not counts.decided:
        return "None decided"
    if not counts.uphold.is_defined:
        return f"None investigated of {decided}"
    return (
        f"{counts.upheld:,} upheld: {counts.uphold.percent}% of {counts.investigated:,} "
        f"investigated; {counts.upheld_of_decided.percent}% of {decided}"
    )


def _complied(counts: Counts) -> str:
    rate = counts.compliance
    if not rate.is_defined:
        return "No compliance outcomes"
    late = f", {counts.satisfied_late:,} of them late" if counts.satisfied_late else ""
    return (
        f"{rate.part:,} complied with: {rate.percent}% of "
        f"{MEASURES['compliance'].based_on(rate.whole)}{late}"
    )


def _remedied(counts: Counts) -> str:
    rate = counts.remedied
    if not rate.is_defined:
        return "None upheld"
    return (
        f"{rate.part:,} already remedied by the authority: {rate.percent}% of "
        f"{MEASURES['remedied'].based_on(rate.whole)}"
    )


def apart(first: Rate, second: Rate) -> bool:
    """Whether two rates differ by more than chance: their intervals have no value in common.

    The same rule by which changes between years are told (`reviews.figures.breaks`). Nothing to
    count is apart from nothing.
    """
    one, other = first.wilson, second.wilson
    if one is None or other is None:
        return False
    return one[0] > other[1] or other[0] > one[1]
