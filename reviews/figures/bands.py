"""How the figures of a council stand on the map: in five bands, or in words where there is none.

Bands are fixed for each measure, so that a colour means the same in every year and both layers, and
a council's band does not depend on other councils. They are bands of the printed figure. Measures
that count cases have none: a map of them would show where many people live.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reviews.figures.chance import MINIMUM_BASE
from reviews.figures.counts import Statistics
from reviews.figures.measures import MEASURES, RATES

# Below this number of residents a rate for every 100,000 says nothing: one case more is 5 more.
MINIMUM_RESIDENTS = 20_000

TOO_FEW = "too few to show"
PER_100K = "upheld-per-100k"


@dataclass(frozen=True, slots=True)
class Band:
    """One of five, 1 the lowest: from `low` up to the next band."""

    number: int
    low: Decimal
    label: str

    @property
    def shade(self) -> str:
        """The class of its colour in the style sheet."""
        return f"b{self.number}"


def _percents(*lows: int) -> tuple[Band, ...]:
    ends = (*(low - 1 for low in lows[1:]), 100)
    return tuple(
        Band(number, Decimal(low), f"{low}%" if low == end else f"{low}% to {end}%")
        for number, (low, end) in enumerate(zip(lows, ends, strict=True), start=1)
    )


BANDS: Mapping[str, tuple[Band, ...]] = {
    "uphold": _percents(0, 21, 41, 61, 81),
    "compliance": _percents(0, 80, 90, 95, 100),
    "remedied": _percents(0, 1, 10, 20, 30),
    PER_100K: (
        Band(1, Decimal(0), "0 to 1.9"),
        Band(2, Decimal(2), "2 to 3.9"),
        Band(3, Decimal(4), "4 to 5.9"),
        Band(4, Decimal(6), "6 to 8.9"),
        Band(5, Decimal(9), "9 or more"),
    ),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One council's figure of one measure.

    `part` of `whole`; `figure` is `68%`, `4.5` or words; `sentence` stands after the council's name
    and a colon. `sign` is what its hexagon shows beside the colour: the number of its band, `few`
    for too few to show, `none` for nothing to count, `–` where no figures are published.
    """

    figure: str
    sentence: str
    sign: str
    part: int | None = None
    whole: int | None = None
    band: Band | None = None

    @property
    def shade(self) -> str:
        """The class of its colour in the style sheet: that of its band, `few`, `none` or `gap`."""
        if self.band:
            return self.band.shade
        return self.sign if self.sign in ("few", "none") else "gap"

    @property
    def part_text(self) -> str:
        return "" if self.part is None else f"{self.part:,}"

    @property
    def whole_text(self) -> str:
        return "" if self.whole is None else f"{self.whole:,}"


NOT_PUBLISHED = Reading("no figures published", "no figures published", "–")
RETRACTED = Reading("letter retracted", "no figures published, the letter was retracted", "–")


def reading(measure: str, statistics: Statistics) -> Reading:
    """What the map and its table say of one frozen row; `measure` is a key of `BANDS`."""
    if measure == PER_100K:
        return _per_100k(statistics)
    nouns, rate = MEASURES[measure], RATES[measure](statistics.counts)
    if rate.percent is None:
        return Reading(nouns.nothing, nouns.nothing, "none", rate.part, rate.whole)
    base = nouns.based_on(rate.whole)
    if rate.whole < MINIMUM_BASE:
        sentence = f"{TOO_FEW}, {rate.part:,} of {base} {nouns.part}"
        return Reading(TOO_FEW, sentence, "few", rate.part, rate.whole)
    band = _band(measure, Decimal(rate.percent))
    figure = f"{rate.percent}%"
    sentence = f"{figure} of {base} {nouns.part}"
    return Reading(figure, sentence, str(band.number), rate.part, rate.whole, band)


def _per_100k(statistics: Statistics) -> Reading:
    rate = statistics.population_rate
    upheld = statistics.counts.upheld
    if rate is None:
        return Reading("no population", "no population to relate to", "none", upheld)
    if rate.population < MINIMUM_RESIDENTS:
        sentence = f"{TOO_FEW}, {upheld:,} upheld for {rate.population:,} residents"
        return Reading(TOO_FEW, sentence, "few", upheld, rate.population)
    band = _band(PER_100K, rate.per_100k)
    sentence = f"{rate.text} upheld for every 100,000 of {rate.population:,} residents"
    return Reading(rate.text, sentence, str(band.number), upheld, rate.population, band)


def _band(measure: str, value: Decimal) -> Band:
    return next(band for band in reversed(BANDS[measure]) if band.low <= value)
