"""A funnel plot as a picture: each council's rate over its base, and the limits of chance.

Lengths are in units of the picture's view box; y grows downwards. Templates only place them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from reviews.figures.chance import (
    MINIMUM_BASE,
    TAIL_95,
    TAIL_998,
    Verdict,
    limits,
    verdict,
)
from reviews.figures.rates import Rate

WIDTH, HEIGHT = 640, 400
_LEFT, _RIGHT = 52, 626
_TOP, _BOTTOM = 14, 346
_FINEST = 160  # places along the axis at which limits are worked out, at most, besides the councils
_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)

# Marks around the point (0, 0): they differ by shape, and those told apart from chance are largest.
SHAPES = {
    Verdict.UNREMARKABLE: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    Verdict.TOO_FEW: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    Verdict.HIGHER: "M0 -7l7 12h-14z",
    Verdict.LOWER: "M0 7l7 -12h-14z",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A council's mark: where it stands, and its shape."""

    x: float
    y: float
    verdict: Verdict

    @property
    def shape(self) -> str:
        return SHAPES[self.verdict]


@dataclass(frozen=True, slots=True)
class Tick:
    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FunnelPlot:
    """`inner` and `outer` are the limits of 95% and 99.8%, each a lower and an upper line.

    `few` is how far too few cases for a verdict reach from the left.
    """

    spots: tuple[Spot, ...]
    inner: tuple[str, str]
    outer: tuple[str, str]
    average: float
    few: float
    bases: tuple[Tick, ...]
    scale: tuple[Tick, ...]
    left: int = _LEFT
    right: int = _RIGHT
    top: int = _TOP
    bottom: int = _BOTTOM
    height: int = _BOTTOM - _TOP
    view_box: str = f"0 0 {WIDTH} {HEIGHT}"


def funnel_plot(rates: Sequence[Rate], average: Rate) -> FunnelPlot:
    """The plot of rates that all have something to count, and of the average they are held beside.

    The limits are drawn half a case outside the outermost unremarkable counts, so that a point lies
    outside the line exactly where its count is outside the limits.
    """
    largest = max([MINIMUM_BASE * 2, *(rate.whole for rate in rates)])
    step = -(-largest // _FINEST)
    wholes = sorted({*range(1, largest + 1, step), largest, *(rate.whole for rate in rates)})

    def line(tail: Fraction) -> tuple[str, str]:
        found = [(whole, limits(whole, average, tail=tail)) for whole in wholes]
        low = [(n, max(Fraction(2 * each.low - 1, 2 * n), Fraction(0))) for n, each in found]
        high = [(n, min(Fraction(2 * each.high + 1, 2 * n), Fraction(1))) for n, each in found]
        return _points(low, largest), _points(high, largest)

    every = next(tick for tick in _TICKS if largest <= tick * 8)
    return FunnelPlot(
        spots=tuple(
            Spot(
                _x(rate.whole, largest),
                _y(Fraction(rate.part, rate.whole)),
                verdict(rate, average),
            )
            for rate in rates
        ),
        inner=line(TAIL_95),
        outer=line(TAIL_998),
        # The rounded average, which is what is published.
        average=_y(Fraction(average.percent or 0, 100)),
        few=round(_x(Fraction(2 * MINIMUM_BASE - 1, 2), largest) - _LEFT, 1),
        bases=tuple(
            Tick(f"{base:,}", _x(base, largest), _BOTTOM + 18)
            for base in range(0, largest + 1, every)
        ),
        scale=tuple(
            Tick(f"{percent}%", _LEFT - 8, _y(Fraction(percent, 100)))
            for percent in (0, 25, 50, 75, 100)
        ),
    )


def _x(whole: int | Fraction, largest: int) -> float:
    return round(_LEFT + float(Fraction(whole) / largest) * (_RIGHT - 10 - _LEFT), 1)


def _y(share: Fraction) -> float:
    return round(_BOTTOM - float(share) * (_BOTTOM - _TOP), 1)


def _points(line: Sequence[tuple[int, Fraction]], largest: int) -> str:
    return " ".join(f"{_x(whole, largest)},{_y(share)}" for whole, share in line)
