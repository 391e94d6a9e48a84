"""The chart of a comparison: a picture that says what it shows, of how many, when and by whom.

Lengths are in units of the picture's view box; y grows downwards. The template only places them.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reviews.figures.measures import MEASURES
from reviews.figures.periods import Period
from reviews.site.lines import Point

WIDTH = 640
_LEFT, _RIGHT = 24, 616
_FIRST = 86  # below the heading
_LINE = 20
_NAME_CHARACTERS = 44
_BAR = 34  # from a name's last line to the next council


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Council:
    """A council's line: its mark at `x`, its interval and its average, where there are such."""

    name: tuple[Words, ...]
    value: Words
    y: float
    x: float | None
    low: float | None
    high: float | None
    average: str


@dataclass(frozen=True, slots=True)
class Comparison:
    heading: str
    period: str
    alternative: str
    councils: tuple[Council, ...]
    scale: tuple[Words, ...]
    notes: tuple[Words, ...]
    height: float
    left: int = _LEFT
    right: int = _RIGHT
    first: int = _FIRST - 14
    width: int = WIDTH

    @property
    def bottom(self) -> float:
        return self.scale[0].y - 16


def comparison(
    measure: str, year: int, councils: Sequence[tuple[str, Point | None, str]], *, source: str
) -> Comparison:
    """The chart of one year, each council given as its name, its point and the words for none."""
    nouns = MEASURES[measure]
    placed: list[Council] = []
    top = float(_FIRST)
    for name, point, words in councils:
        council = _council(name, point, words, top)
        placed.append(council)
        top = council.y + _BAR
    axis = top - 4
    notes = (
        f"Percentage of {nouns.base[1]}. Bar: the likely range (95% interval).",
        "Diamond: average of similar authorities. Percentages of few cases vary a lot by chance.",
        f"Source: {source}",
    )
    return Comparison(
        heading=nouns.label,
        period=f"Year ending 31 March {year} ({Period(year).text})",
        alternative=_in_words(measure, year, councils),
        councils=tuple(placed),
        scale=tuple(
            Words(f"{percent}%", _x(Decimal(percent)), axis + 16)
            for percent in (0, 25, 50, 75, 100)
        ),
        notes=tuple(
            Words(text, _LEFT, axis + 46 + index * _LINE) for index, text in enumerate(notes)
        ),
        height=axis + 46 + len(notes) * _LINE,
    )


def _council(name: str, point: Point | None, words: str, top: float) -> Council:
    lines = textwrap.wrap(name, _NAME_CHARACTERS) or [""]
    y = top + (len(lines) - 1) * _LINE + 18
    interval = point.rate.interval if point and point.rate else None
    average = ""
    if point and point.similar is not None:
        average = f"M{_x(Decimal(point.similar))} {y - 7}l7 7l-7 7l-7 -7z"
    return Council(
        name=tuple(Words(line, _LEFT, top + index * _LINE) for index, line in enumerate(lines)),
        value=Words(_value(point, words), _RIGHT, top),
        y=y,
        x=_x(Decimal(point.percent)) if point else None,
        low=_x(interval.low) if interval else None,
        high=_x(interval.high) if interval else None,
        average=average,
    )


def _value(point: Point | None, words: str) -> str:
    if point is None:
        return words
    return (
        f"{point.percent}% of {point.base}" if point.base else f"{point.percent}%, base not known"
    )


def _x(percent: Decimal) -> float:
    return round(float(_LEFT + percent * (_RIGHT - _LEFT) / 100), 1)


def _in_words(measure: str, year: int, councils: Sequence[tuple[str, Point | None, str]]) -> str:
    said = [f"Chart. {MEASURES[measure].label}, year ending 31 March {year}."]
    said += [
        f"{name}: {point.text.partition(': ')[2] if point else words}."
        for name, point, words in councils
    ]
    return " ".join(said)
