"""A rate through the years as a picture: where its marks go, and what it says in words.

Lengths are in units of the picture's view box; y grows downwards. Templates only place them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reviews.figures.breaks import between, runs
from reviews.figures.measures import MEASURES
from reviews.figures.rates import Rate

WIDTH = 300
HEIGHT = 196
_LEFT, _RIGHT = 40, 296
_TOP, _BOTTOM = 22, 166
_LABEL_ROOM = 34  # between two years' labels
_BESIDE = 9  # the average's mark stands beside the authority's, so that neither hides the other


@dataclass(frozen=True, slots=True)
class Point:
    """A rate in one year.

    `base` says in words what it is of, or is empty where that is not known; `rate` is None where
    the count or the base is not known.
    """

    year: int
    percent: int
    base: str = ""
    rate: Rate | None = None
    similar: int | None = None
    is_imported: bool = False

    @property
    def text(self) -> str:
        """`2020: 50% of 12 investigations (likely 25% to 75%), average 51%`."""
        base = f" of {self.base}" if self.base else ", base not known"
        likely = f" (likely {self.rate.likely})" if self.rate else ""
        similar = "" if self.similar is None else f", average {self.similar}%"
        imported = ", as published" if self.is_imported else ""
        return f"{self.year}: {self.percent}%{base}{likely}{similar}{imported}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A year's mark: the authority's own at `y`, its interval from `low` to `high`, the average's.

    The heights are None where there is nothing to show.
    """

    x: float
    y: float
    low: float | None
    high: float | None
    average: str
    is_imported: bool


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place; `line` is the height of what they name on the scale."""

    text: str
    x: float
    y: float
    line: float = 0


@dataclass(frozen=True, slots=True)
class LineChart:
    """`lines` are the pieces of the line; `breaks` the places where it may not go on."""

    measure: str
    heading: str
    alternative: str
    marks: tuple[Mark, ...]
    lines: tuple[str, ...]
    breaks: tuple[float, ...]
    scale: tuple[Label, ...]
    years: tuple[Label, ...]
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"


def line_chart(measure: str, points: Sequence[Point]) -> LineChart | None:
    """The chart of a rate, from its years in order; None without a year.

    The line stops at breaks in the series and at missing years.
    """
    if not points:
        return None
    first, last = points[0].year, points[-1].year
    place = {point.year: _x(point.year, first, last) for point in points}
    marks = tuple(_mark(point, place[point.year]) for point in points)
    height = {point.year: mark.y for point, mark in zip(points, marks, strict=True)}
    pieces = runs(measure, place)
    return LineChart(
        measure=measure,
        heading=MEASURES[measure].label,
        alternative=_in_words(measure, points),
        marks=marks,
        lines=tuple(
            " ".join(f"{place[year]},{height[year]}" for year in piece)
            for piece in pieces
            if len(piece) > 1
        ),
        breaks=tuple(
            _x(Fraction(2 * each.year_ending - 1, 2), first, last)
            for each in between(measure, first, last)
        ),
        scale=tuple(
            Label(f"{percent}%", _LEFT - 6, (y := _y(Decimal(percent))) + 4, y)
            for percent in (0, 50, 100)
        ),
        years=_year_labels(first, last),
    )


def _x(year: int | Fraction, first: int, last: int) -> float:
    if first == last:
        return (_LEFT + _RIGHT) / 2
    inset = 14
    along = Fraction(year - first) / (last - first)
    return round(_LEFT + inset + float(along) * (_RIGHT - _LEFT - 2 * inset), 1)


def _y(percent: Decimal) -> float:
    return round(float(_BOTTOM - percent * (_BOTTOM - _TOP) / 100), 1)


def _mark(point: Point, x: float) -> Mark:
    interval = point.rate.interval if point.rate else None
    average = ""
    if point.similar is not None:
        y = _y(Decimal(point.similar))
        average = f"M{round(x + _BESIDE, 1)} {round(y - 6, 1)}l6 6l-6 6l-6 -6z"
    return Mark(
        x=x,
        y=_y(Decimal(point.percent)),
        low=_y(interval.low) if interval else None,
        high=_y(interval.high) if interval else None,
        average=average,
        is_imported=point.is_imported,
    )


def _year_labels(first: int, last: int) -> tuple[Label, ...]:
    """Every year, or as many of them as there is room for, the last one among them."""
    room = (_RIGHT - _LEFT) // _LABEL_ROOM
    step = max(1, -(-(last - first + 1) // room))
    return tuple(
        Label(str(year), _x(year, first, last), HEIGHT - 10)
        for year in range(first, last + 1)
        if (last - year) % step == 0
    )


def _in_words(measure: str, points: Sequence[Point]) -> str:
    said = [f"Line chart. {MEASURES[measure].label}, by year ending 31 March."]
    for index, point in enumerate(points):
        if index:
            said += [
                f"Break in the series from {each.year_ending}."
                for each in between(measure, points[index - 1].year, point.year)
            ]
        said.append(f"{point.text}.")
    return " ".join(said)
