"""Where the parts of a chart go in an inline SVG picture. Templates only place them.

Lengths are in units of the picture's view box, which is `WIDTH` wide; y grows downwards.
"""

import textwrap
from dataclasses import dataclass

from reviews.letters.document import Bar, Chart, Panel

WIDTH = 280
BAR_HEIGHT = 20
RING = 5  # radius of the mark that shows a bar of nothing
_LABEL_LINE = 18
_LABEL_CHARACTERS = 36
_BAR_GAP = 14
_VALUE_GAP = 8
_VALUE_CHARACTER = 10  # a digit in bold, generously
_TICKS = 24
EMPTY_HEIGHT = 92
_EMPTY_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """`track` is the length of the whole, `length` that of the part."""

    label: tuple[Words, ...]
    value: Words
    y: float
    middle: float
    length: float
    is_own: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart laid out. `ticks` stand under the bars; `empty` is the text of an empty frame."""

    alternative: str
    height: float
    track: float
    bars: tuple[DrawnBar, ...] = ()
    axis: float = 0
    ticks: tuple[Words, ...] = ()
    empty: tuple[Words, ...] = ()
    bar_height: int = BAR_HEIGHT
    ring: int = RING

    @property
    def view_box(self) -> str:
        """With room on both sides for the ring and half a tick's text."""
        return f"{-RING - 1} 0 {WIDTH + 2 * (RING + 1)} {self.height}"


@dataclass(frozen=True, slots=True)
class DrawnPanel:
    panel: Panel
    drawing: Drawing

    @property
    def template(self) -> str:
        """The include that shows this panel with what it means."""
        return f"reviews/panels/{self.panel.key}.html"


def drawn(panels: tuple[Panel, ...]) -> list[DrawnPanel]:
    return [DrawnPanel(panel, draw(panel.chart)) for panel in panels]


def draw(chart: Chart) -> Drawing:
    """The chart laid out. Raises ValueError if a bar is not a part of a whole."""
    if not chart.bars:
        return _empty(chart)
    widest = max(len(bar.value) for bar in chart.bars)
    track = WIDTH - _VALUE_GAP - widest * _VALUE_CHARACTER
    bars, top = [], 0.0
    for bar in chart.bars:
        placed = _bar(bar, top, track)
        bars.append(placed)
        top = placed.y + BAR_HEIGHT + _BAR_GAP
    axis = top - _BAR_GAP + 4
    percents = (0, 50, 100) if chart.has_percent_scale else ()
    ticks = tuple(
        Words(f"{percent}%", round(track * percent / 100, 1), axis + 18) for percent in percents
    )
    return Drawing(
        alternative=chart.alternative,
        height=axis + (_TICKS if ticks else 0),
        track=track,
        bars=tuple(bars),
        axis=axis,
        ticks=ticks,
    )


def _bar(bar: Bar, top: float, track: float) -> DrawnBar:
    if not 0 <= bar.part <= bar.whole or not bar.whole:
        raise ValueError(f"{bar.label}: {bar.part} of {bar.whole} is not a part of a whole")
    lines = textwrap.wrap(bar.label, _LABEL_CHARACTERS) or [""]
    label = tuple(
        Words(line, 0, top + 14 + index * _LABEL_LINE) for index, line in enumerate(lines)
    )
    y = top + len(lines) * _LABEL_LINE + 2
    length = round(track * bar.part / bar.whole, 1)
    start = (length if bar.part else RING) + _VALUE_GAP
    return DrawnBar(
        label=label,
        value=Words(bar.value, start, y + 15),
        y=y,
        middle=y + BAR_HEIGHT / 2,
        length=length,
        is_own=bar.is_own,
    )


def _empty(chart: Chart) -> Drawing:
    lines = textwrap.wrap(chart.empty, _EMPTY_CHARACTERS) or [""]
    first = EMPTY_HEIGHT / 2 + 5 - (len(lines) - 1) * _LABEL_LINE / 2
    words = tuple(
        Words(line, WIDTH / 2, first + index * _LABEL_LINE) for index, line in enumerate(lines)
    )
    return Drawing(alternative=chart.alternative, height=EMPTY_HEIGHT, track=WIDTH, empty=words)
