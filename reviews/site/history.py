"""All the years known of one council, side by side: counted here, or taken over as published."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reviews.figures.periods import Period
from reviews.figures.rates import Rate
from reviews.models import AnnualSummary, PublishedFigure

UNKNOWN = "not known"
RETRACTED = "letter retracted"


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage with its base, or the words that stand in its place, and the average."""

    own: str
    similar: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """A line of the table of all years."""

    year: int
    period: str
    is_imported: bool
    is_retracted: bool
    uphold: Share
    compliance: Share
    remedied: Share


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
    """The newest year first, with the years whose letter is retracted. No year is in two."""
    lines = [*map(_counted, summaries), *map(_imported, figures), *map(_retracted, retracted)]
    return sorted(lines, key=lambda line: line.year, reverse=True)


def share(rate: Rate, *, none: str, similar: int | None = None) -> Share:
    """A rate in words, `45% of 11`, or the words for nothing to count."""
    own = none if rate.percent is None else f"{rate.percent}% of {rate.whole:,}"
    return Share(own, _percent(similar))


def share_alone(rate: Rate, *, none: str) -> Share:
    """A rate without the number it is of, `45%`, where that is not public."""
    return Share(_percent(rate.percent) or none)


def _counted(summary: AnnualSummary) -> Year:
    statistics = summary.statistics()
    counts = statistics.counts

    return Year(
        year=summary.year_ending,
        period=summary.period.text,
        is_imported=False,
        is_retracted=False,
        uphold=share(
            counts.uphold, none="none investigated", similar=statistics.similar_percent("uphold")
        ),
        compliance=share(
            counts.compliance, none="none due", similar=statistics.similar_percent("compliance")
        ),
        remedied=share(
            counts.remedied, none="none upheld", similar=statistics.similar_percent("remedied")
        ),
    )


def _retracted(year: int) -> Year:
    """A year without figures."""
    none = Share(RETRACTED)
    return Year(
        year=year,
        period=Period(year).text,
        is_imported=False,
        is_retracted=True,
        uphold=none,
        compliance=none,
        remedied=none,
    )


def _imported(figure: PublishedFigure) -> Year:
    return Year(
        year=figure.year_ending,
        period=Period(figure.year_ending).text,
        is_imported=True,
        is_retracted=False,
        uphold=_published_share(
            figure.uphold_percent,
            figure.investigated,
            figure.uphold_percent_similar,
            none="none investigated",
        ),
        compliance=_published_share(
            figure.compliance_percent,
            figure.compliance_outcomes,
            figure.compliance_percent_similar,
            none="none due",
        ),
        remedied=_published_share(
            figure.remedied_percent,
            figure.upheld,
            figure.remedied_percent_similar,
            none="none upheld",
        ),
    )


def _published_share(
    percent: int | None, whole: int | None, similar: int | None, *, none: str
) -> Share:
    """As published: a percentage is never worked out from other figures."""
    if whole == 0:
        return Share(none, _percent(similar))
    if percent is None:
        return Share(UNKNOWN if whole is None else f"{UNKNOWN}, of {whole:,}", _percent(similar))
    base = "base not known" if whole is None else f"of {whole:,}"
    own = f"{percent}% {base}" if whole is not None else f"{percent}% ({base})"
    return Share(own, _percent(similar))


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
