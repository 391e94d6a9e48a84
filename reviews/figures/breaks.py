"""Breaks in the series, and changes between years that they and chance allow to be told.

A change from one year to another is worked out here and nowhere else, so that nothing can state one
across a break.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reviews.figures.measures import MEASURES
from reviews.figures.rates import Rate


@dataclass(frozen=True, slots=True)
class Break:
    """From `year_ending` on, `measures` cannot be compared with the years before; `reason` why."""

    year_ending: int
    measures: frozenset[str]
    title: str
    reason: str


BREAKS = (
    Break(
        2021,
        frozenset({"received", "decided"}),
        "Casework paused in 2020",
        "From March to June 2020 the Ombudsman took no new complaints and paused its casework, so "
        "that authorities could deal with the pandemic.",
    ),
    Break(
        2023,
        frozenset({"uphold", "remedied"}),
        "Fewer borderline cases investigated",
        "From the year ending 31 March 2023 the Ombudsman investigates fewer borderline cases, so "
        "more of those that it does investigate are upheld.",
    ),
)


def between(measure: str, earlier: int, later: int) -> tuple[Break, ...]:
    """The breaks of a measure after the year ending `earlier` and up to the one ending `later`."""
    if measure not in MEASURES:
        raise ValueError(f"{measure!r} is not a measure")
    earlier, later = sorted((earlier, later))
    return tuple(
        each for each in BREAKS if measure in each.measures and earlier < each.year_ending <= later
    )


def runs(measure: str, years: Iterable[int]) -> list[list[int]]:
    """The years in order, cut where a line may not go on: at a break and at a missing year."""
    found: list[list[int]] = []
    for year in sorted(set(years)):
        last = found[-1][-1] if found else None
        if last is not None and year == last + 1 and not between(measure, last, year):
            found[-1].append(year)
        else:
            found.append([year])
    return found


class Direction(StrEnum):
    """How a rate stands to that of an earlier year."""

    HIGHER = "higher"
    LOWER = "lower"
    NOT_TOLD = "not_told"  # the two intervals overlap


@dataclass(frozen=True, slots=True)
class Change:
    """A rate of one year beside that of an earlier one, no break between them."""

    measure: str
    earlier_year: int
    earlier: Rate
    later_year: int
    later: Rate

    @property
    def direction(self) -> Direction:
        """Higher or lower only where the two 95% intervals have no value in common."""
        before, after = self.earlier.wilson, self.later.wilson
        if before is None or after is None:
            return Direction.NOT_TOLD
        if after[0] > before[1]:
            return Direction.HIGHER
        return Direction.LOWER if after[1] < before[0] else Direction.NOT_TOLD

    @property
    def text(self) -> str:
        """The change in a sentence."""
        measure = MEASURES[self.measure]
        before, after = (
            f"{rate.percent}% of {measure.based_on(rate.whole)}"
            for rate in (self.earlier, self.later)
        )
        if self.direction is Direction.NOT_TOLD:
            return (
                f"{after} in the year ending 31 March {self.later_year}, {before} in "
                f"{self.earlier_year}: the difference may be no more than chance."
            )
        return (
            f"{after} in the year ending 31 March {self.later_year}, {self.direction} than "
            f"{before} in {self.earlier_year} and by more than chance would explain."
        )


def change(measure: str, earlier: tuple[int, Rate], later: tuple[int, Rate]) -> Change | None:
    """A rate beside that of an earlier year, each given with its year ending.

    None across a break, and where one of the two years had nothing to count. Raises ValueError if
    the years are not in order.
    """
    (earlier_year, before), (later_year, after) = earlier, later
    if earlier_year >= later_year:
        raise ValueError(f"{later_year} does not come after {earlier_year}")
    if between(measure, earlier_year, later_year) or not (before.is_defined and after.is_defined):
        return None
    return Change(measure, earlier_year, before, later_year, after)
