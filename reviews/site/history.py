"""All the years known of one council, side by side: counted here, or taken over as published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reviews.figures.breaks import Break, between
from reviews.figures.chance import Verdict, verdict
from reviews.figures.counts import Statistics
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.periods import Period
from reviews.figures.rates import Rate
from reviews.models import AnnualSummary, PublishedFigure
from reviews.site.lines import LineChart, Point, line_chart

UNKNOWN = "not known"
RETRACTED = "letter retracted"
NOT_TOLD = "not told while figures of a council of this type are not public"


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage with its base, or the words that stand in its place, and what goes with it.

    `count` is what was counted (`3 upheld`), `likely` the interval (`10% to 57%`).
    """

    own: str
    similar: str = ""
    count: str = ""
    likely: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """A line of the table of all years; `points` are its marks in the charts, by measure.

    `verdicts` say by measure how it stands to the average, for years counted here whose sums are
    public; `breaks` are those between this year and the line below, the next older year known.
    """

    year: int
    period: str
    is_imported: bool
    is_retracted: bool
    received: str
    decided: str
    uphold: Share
    compliance: Share
    remedied: Share
    per_100k: Share
    points: dict[str, Point] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    breaks: tuple[tuple[Break, str], ...] = ()

    def share(self, measure: str) -> Share:
        """The rate of a measure: uphold, compliance or remedied."""
        return {
            "uphold": self.uphold,
            "compliance": self.compliance,
            "remedied": self.remedied,
        }[measure]


@dataclass(frozen=True, slots=True)
class Known:
    """A figure taken over: what it counts, its value, and the average of similar authorities."""

    label: str
    value: str
    similar: str = ""


def years(
    summaries: Iterable[AnnualSummary],
    figures: Iterable[PublishedFigure],
    retracted: Iterable[int] = (),
) -> list[Year]:
    """The newest year first, with the years whose letter is retracted. No year is in two.

    Summaries come with `are_sums_public`.
    """
    lines = [*map(_counted, summaries), *map(_imported, figures), *map(_retracted, retracted)]
    lines.sort(key=lambda line: line.year, reverse=True)
    older: list[int | None] = [*(line.year for line in lines[1:]), None]
    return [
        replace(line, breaks=_breaks(below, line.year)) if below else line
        for line, below in zip(lines, older, strict=False)
    ]


def charts(lines: Sequence[Year]) -> list[LineChart]:
    """A chart of each rate that has a figure in any of the years."""
    found = (
        line_chart(
            measure,
            [line.points[measure] for line in reversed(lines) if measure in line.points],
        )
        for measure in RATES
    )
    return [chart for chart in found if chart]


def share(rate: Rate, *, none: str, similar: int | None = None) -> Share:
    """A rate in words, `45% of 11`, or the words for nothing to count."""
    own = none if rate.percent is None else f"{rate.percent}% of {rate.whole:,}"
    return Share(own, _percent(similar))


def share_alone(rate: Rate, *, none: str) -> Share:
    """A rate without the number it is of, `45%`, where that is not public."""
    return Share(_percent(rate.percent) or none)


def full_share(measure: str, rate: Rate, *, similar: int | None = None) -> Share:
    """The same with its count and interval."""
    nouns = MEASURES[measure]
    brief = share(rate, none=nouns.nothing, similar=similar)
    if not rate.is_defined:
        return brief
    return replace(brief, count=f"{rate.part:,} {nouns.part}", likely=rate.likely)


def breaks_of(measure: str, earlier: int, later: int) -> tuple[str, ...]:
    """The breaks of one measure between two years, each in a sentence."""
    return tuple(
        f"Break in the series from {each.year_ending}: {each.reason} Do not compare across this "
        "line."
        for each in between(measure, earlier, later)
    )


def _breaks(earlier: int, later: int) -> tuple[tuple[Break, str], ...]:
    """The breaks between two years, each with the measures that it is one of."""
    found = {each: None for measure in MEASURES for each in between(measure, earlier, later)}
    return tuple(
        (
            each,
            ", ".join(
                measure.label.lower() for code, measure in MEASURES.items() if code in each.measures
            ),
        )
        for each in sorted(found, key=lambda each: each.year_ending)
    )


def _counted(summary: AnnualSummary) -> Year:
    statistics = summary.statistics()
    counts = statistics.counts
    shares = {
        measure: full_share(measure, rate(counts), similar=statistics.similar_percent(measure))
        for measure, rate in RATES.items()
    }
    return Year(
        year=summary.year_ending,
        period=summary.period.text,
        is_imported=False,
        is_retracted=False,
        received=f"{counts.received:,}",
        decided=f"{counts.decided:,}",
        per_100k=_per_100k(statistics),
        points={
            measure: Point(
                year=summary.year_ending,
                percent=own.percent,
                base=MEASURES[measure].based_on(own.whole),
                rate=own,
                similar=statistics.similar_percent(measure),
            )
            for measure, rate in RATES.items()
            if (own := rate(counts)).percent is not None
        },
        verdicts={
            measure: verdict(
                rate(counts), getattr(statistics.similar, measure) if statistics.similar else None
            )
            for measure, rate in RATES.items()
            if summary.are_sums_public
        },
        uphold=shares["uphold"],
        compliance=shares["compliance"],
        remedied=shares["remedied"],
    )


def _per_100k(statistics: Statistics) -> Share:
    own = statistics.population_rate
    average = statistics.similar.population_rate if statistics.similar else None
    if own is None:
        return Share("population not known" if statistics.has_population_rate else "not given")
    return Share(own.text, average.text if average else "")


def _retracted(year: int) -> Year:
    """A year without figures."""
    none = Share(RETRACTED)
    return Year(
        year=year,
        period=Period(year).text,
        is_imported=False,
        is_retracted=True,
        received=RETRACTED,
        decided=RETRACTED,
        uphold=none,
        compliance=none,
        remedied=none,
        per_100k=none,
    )


def _imported(figure: PublishedFigure) -> Year:
    taken = {
        "uphold": (
            *(figure.uphold_percent, figure.upheld, figure.investigated),
            figure.uphold_percent_similar,
        ),
        # How many complied was never published, only the percentage and its base.
        "compliance": (
            *(figure.compliance_percent, None, figure.compliance_outcomes),
            figure.compliance_percent_similar,
        ),
        "remedied": (
            *(figure.remedied_percent, figure.remedied_by_authority, figure.upheld),
            figure.remedied_percent_similar,
        ),
    }
    return Year(
        year=figure.year_ending,
        period=Period(figure.year_ending).text,
        is_imported=True,
        is_retracted=False,
        received=_number(figure.complaints_received) or UNKNOWN,
        decided=_number(figure.dealt_with) or UNKNOWN,
        per_100k=Share(
            _decimal(figure.upheld_per_100k) or UNKNOWN, _decimal(figure.upheld_per_100k_similar)
        ),
        points={
            measure: Point(
                year=figure.year_ending,
                percent=percent,
                base="" if whole is None else MEASURES[measure].based_on(whole),
                rate=_known_rate(percent, part, whole),
                similar=similar,
                is_imported=True,
            )
            for measure, (percent, part, whole, similar) in taken.items()
            if percent is not None and whole != 0
        },
        uphold=_published_share("uphold", *taken["uphold"]),
        compliance=_published_share("compliance", *taken["compliance"]),
        remedied=_published_share("remedied", *taken["remedied"]),
    )


def _known_rate(percent: int | None, part: int | None, whole: int | None) -> Rate | None:
    """Count and base as published, where both are known and give the published percentage."""
    if part is None or whole is None or part > whole:
        return None
    rate = Rate(part, whole)
    return rate if rate.percent == percent else None


def _published_share(
    measure: str, percent: int | None, part: int | None, whole: int | None, similar: int | None
) -> Share:
    """As published: a percentage is never worked out from other figures."""
    average = _percent(similar)
    nouns = MEASURES[measure]
    if whole == 0:
        return Share(nouns.nothing, average)
    count = "" if part is None else f"{part:,} {nouns.part}"
    if percent is None:
        own = UNKNOWN if whole is None else f"{UNKNOWN}, of {whole:,}"
        return Share(own, average, count)
    own = f"{percent}% (base not known)" if whole is None else f"{percent}% of {whole:,}"
    rate = _known_rate(percent, part, whole)
    return Share(own, average, count, rate.likely if rate else "")


def known_figures(figure: PublishedFigure) -> list[Known]:
    """What is known of a year taken over, in the order of its cases' way; the unknown left out."""
    year = _imported(figure)
    lines = [
        Known("Complaints received", _number(figure.complaints_received)),
        Known("Complaints dealt with", _number(figure.dealt_with)),
        Known("Not for us or not ready for us", _number(figure.not_for_us)),
        Known("Assessed and closed", _number(figure.assessed_and_closed)),
        Known("Investigated", _number(figure.investigated)),
        Known("Upheld", _number(figure.upheld)),
        Known("Not upheld", _number(figure.not_upheld)),
        _known_share("Upheld, of investigated", figure.uphold_percent, year.uphold),
        Known(
            "Upheld for every 100,000 residents",
            _decimal(figure.upheld_per_100k),
            _decimal(figure.upheld_per_100k_similar),
        ),
        Known("Compliance outcomes", _number(figure.compliance_outcomes)),
        _known_share(
            "Complied, of compliance outcomes", figure.compliance_percent, year.compliance
        ),
        Known("Satisfactory remedies", _number(figure.remedied_by_authority)),
        _known_share("Satisfactory remedies, of upheld", figure.remedied_percent, year.remedied),
    ]
    return [line for line in lines if line.value or line.similar]


def sources(figure: PublishedFigure) -> list[tuple[str, bool]]:
    """Where the figures of a year were published, and whether that is an address to link to."""
    texts = (text.strip() for text in figure.source.split(" ; "))
    return [(text, text.startswith(("https://", "http://"))) for text in texts if text]


def _known_share(label: str, percent: int | None, share: Share) -> Known:
    is_known = percent is not None or share.own.startswith("none")
    return Known(label, share.own if is_known else "", share.similar)


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _percent(value: int | None) -> str:
    return "" if value is None else f"{value}%"


def _decimal(value: Decimal | None) -> str:
    return "" if value is None else str(value).removesuffix(".0")
