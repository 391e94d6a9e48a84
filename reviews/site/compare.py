"""Up to five councils that a reader chose, side by side: as a page and as a picture to take away.

Councils stand in alphabetical order, whatever the order in which they were chosen, so that one
choice has one address.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.models.authorities import Authority
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.periods import Period
from reviews.figures.sentences import apart
from reviews.models import AnnualSummary, PublishedFigure
from reviews.site import history, names
from reviews.site.comparison import Comparison, comparison
from reviews.site.lines import Point
from reviews.site.responses import public

MOST = 5
PARAMETERS = ("council", "measure", "year")
CAVEAT = (
    "Percentages of few cases vary a lot by chance, councils differ in what they do, and these "
    "figures rank nobody."
)


class NotUnderstood(Exception):
    """What was asked for cannot be shown; the message is one sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A council and the years known of it; `names_then` are those of the years counted here."""

    authority: Authority
    name: str
    years: Mapping[int, history.Year]
    names_then: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader chose: councils in alphabetical order; `year` is None for the latest."""

    councils: tuple[Authority, ...]
    measure: str
    year: int | None

    def query(self, councils: Iterable[Authority] | None = None) -> str:
        """The choice as a query string, perhaps with other councils."""
        slugs = [each.slug for each in (self.councils if councils is None else councils)]
        pairs = [("council", slug) for slug in slugs] + [("measure", self.measure)]
        if self.year is not None:
            pairs.append(("year", str(self.year)))
        return urlencode(pairs)


@dataclass(frozen=True, slots=True)
class Line:
    """A council in the table of one year; `beside` says how it stands to its average.

    `likely` is its interval, or why there is none.
    """

    chosen: Chosen
    share: history.Share
    likely: str
    point: Point | None
    beside: str

    @property
    def has_receipt(self) -> bool:
        """Not where the year was taken over: what was counted then is not known here."""
        return self.point is not None and not self.point.is_imported


@public
def compare(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    everybody = _with_figures(at)
    try:
        asked = _asked(request.GET, everybody)
    except NotUnderstood as problem:
        asked = Asked((), "uphold", None)
        return _page(request, asked, everybody, [], problem=str(problem))
    if request.GET and request.META.get("QUERY_STRING", "") != asked.query():
        return redirect(f"{reverse('compare')}?{asked.query()}")
    chosen = _known(asked.councils, at=at)
    try:
        return _page(request, asked, everybody, chosen)
    except NotUnderstood as problem:
        latest = Asked(asked.councils, asked.measure, None)
        return _page(request, latest, everybody, [], problem=str(problem))


@public
def compare_svg(request: HttpRequest) -> HttpResponse:
    """The chart alone. What is asked for has to be exact: a mistake is told, not guessed at."""
    at = timezone.now()
    try:
        unknown = sorted(set(request.GET) - set(PARAMETERS))
        if unknown:
            raise NotUnderstood(
                f"There is no parameter “{unknown[0]}”: council, measure and year are."
            )
        asked = _asked(request.GET, _with_figures(at))
        if not asked.councils:
            raise NotUnderstood("Name one to five councils, each as council=…")
        drawing = _drawing(asked, _known(asked.councils, at=at))
    except NotUnderstood as problem:
        return HttpResponse(f"{problem}\n", status=400, content_type="text/plain; charset=utf-8")
    return render(
        request,
        "reviews/compare.svg",
        {"drawing": drawing, "is_alone": True},
        content_type="image/svg+xml; charset=utf-8",
    )


# What is asked for --------------------------------------------------------------------------------


def _with_figures(at: dt.datetime) -> dict[str, Authority]:
    """Every authority with a figure that is public, by slug, in alphabetical order. One query."""
    counted = AnnualSummary.objects.published(at=at).current().order_by().values("authority")
    taken_over = PublishedFigure.objects.without_own_round().order_by().values("authority")
    found = Authority.objects.filter(Q(pk__in=counted) | Q(pk__in=taken_over))
    return {each.slug: each for each in sorted(found, key=names.alphabetical)}


def _asked(parameters: QueryDict, everybody: Mapping[str, Authority]) -> Asked:
    """Raises NotUnderstood for a council, measure or year that cannot be."""
    slugs = [slug for slug in dict.fromkeys(parameters.getlist("council")) if slug]
    for slug in slugs:
        if slug not in everybody:
            raise NotUnderstood(f"No figures are published of a council called “{slug[:120]}”.")
    if len(slugs) > MOST:
        raise NotUnderstood(f"At most {MOST} councils can be compared at once.")
    measures, years = parameters.getlist("measure"), parameters.getlist("year")
    if len(measures) > 1 or len(years) > 1:
        raise NotUnderstood("Name one measure and one year.")
    measure = (measures or ["uphold"])[0]
    if measure not in RATES:
        raise NotUnderstood(f"There is no measure “{measure[:40]}”: {', '.join(RATES)} are.")
    year = (years or [""])[0]
    if year and not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise NotUnderstood("A year is four digits, the year in which the period ends.")
    return Asked(
        councils=tuple(each for slug, each in everybody.items() if slug in slugs),
        measure=measure,
        year=int(year) if year else None,
    )


def _known(councils: Sequence[Authority], *, at: dt.datetime) -> list[Chosen]:
    """The councils with the years known of each. Two queries."""
    rows: dict[int, list[AnnualSummary]] = {each.pk: [] for each in councils}
    figures: dict[int, list[PublishedFigure]] = {each.pk: [] for each in councils}
    published = AnnualSummary.objects.published(at=at).current().with_sums_public(at=at)
    for row in published.filter(authority__in=councils):
        rows[row.authority_id].append(row)
    for figure in PublishedFigure.objects.without_own_round().filter(authority__in=councils):
        figures[figure.authority_id].append(figure)
    return [
        Chosen(
            each,
            names.printed_name(each),
            {line.year: line for line in history.years(rows[each.pk], figures[each.pk])},
            {row.year_ending: row.name for row in rows[each.pk]},
        )
        for each in councils
    ]


def _common(chosen: Sequence[Chosen], measure: str) -> list[int]:
    """The years in which something is known of every council, the newest first.

    A council with nothing to count is known; one whose published figure is missing is not.
    """
    years = [
        {year for year, line in each.years.items() if line.share(measure).own != history.UNKNOWN}
        for each in chosen
    ]
    return sorted(set.intersection(*years), reverse=True) if years else []


def _year_of(asked: Asked, chosen: Sequence[Chosen]) -> int:
    common = _common(chosen, asked.measure)
    if asked.year is None and common:
        return common[0]
    if asked.year in common:
        return asked.year
    if asked.year is None:
        raise NotUnderstood("There is no year with published figures of all these councils.")
    raise NotUnderstood(
        f"There are no published figures of all these councils for the year ending {asked.year}."
    )


# What is shown ------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    asked: Asked,
    everybody: Mapping[str, Authority],
    chosen: Sequence[Chosen],
    *,
    problem: str = "",
) -> HttpResponse:
    context = {
        "asked": asked,
        "measure": MEASURES[asked.measure],
        "measures": [MEASURES[code] for code in RATES],
        "problem": problem,
        "most": MOST,
        "remaining": MOST - len(asked.councils),
        "options": _options(asked, everybody),
        "chosen": [
            (
                each,
                names.printed_name(each),
                asked.query(other for other in asked.councils if other != each),
            )
            for each in asked.councils
        ],
    }
    if chosen:
        year = _year_of(asked, chosen)
        lines = _lines(asked.measure, year, chosen)
        common = _common(chosen, asked.measure)
        context |= {
            "period": Period(year),
            "years": common,
            "lines": lines,
            "rows": _rows(asked.measure, common, chosen),
            "names": [each.name for each in chosen],
            "has_types": len({each.authority.authority_type for each in chosen}) > 1,
            "drawing": _drawing(asked, chosen),
            "svg": f"{reverse('compare-svg')}?{asked.query()}",
            "sentence": _sentence(asked, year, lines),
        }
    return render(request, "reviews/compare.html", context, status=400 if problem else 200)


def _options(
    asked: Asked, everybody: Mapping[str, Authority]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Councils to add, those of a type that is chosen already first; each as slug and name."""
    kinds = {each.authority_type for each in asked.councils}
    groups: dict[str, list[tuple[str, str]]] = {"The same type": [], "Other types": []}
    for each in everybody.values():
        if each not in asked.councils:
            title = "The same type" if each.authority_type in kinds else "Other types"
            groups[title].append((each.slug, names.printed_name(each)))
    if not kinds:
        return [("All councils", groups["Other types"])]
    return [(title, options) for title, options in groups.items() if options]


def _lines(measure: str, year: int, chosen: Sequence[Chosen]) -> list[Line]:
    return [
        Line(
            chosen=replace(each, name=each.names_then.get(year, each.name)),
            share=(share := each.years[year].share(measure)),
            likely=share.likely or _no_interval(share, measure),
            point=each.years[year].points.get(measure),
            beside=_beside(each.years[year], measure),
        )
        for each in chosen
    ]


def _no_interval(share: history.Share, measure: str) -> str:
    return "none" if share.own == MEASURES[measure].nothing else history.UNKNOWN


def _beside(year: history.Year, measure: str) -> str:
    if year.is_imported:
        return "as published at the time"
    told = year.verdicts.get(measure)
    return told.text if told else history.NOT_TOLD


@dataclass(frozen=True, slots=True)
class Row:
    """A year of the table of all common years; `breaks` stand between it and the older one."""

    year: int
    shares: tuple[history.Share, ...]
    breaks: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.shares) + 1


def _rows(measure: str, years: Sequence[int], chosen: Sequence[Chosen]) -> list[Row]:
    below: list[int | None] = [*years[1:], None]
    return [
        Row(
            year=year,
            shares=tuple(each.years[year].share(measure) for each in chosen),
            breaks=history.breaks_of(measure, older, year) if older else (),
        )
        for year, older in zip(years, below, strict=True)
    ]


def _drawing(asked: Asked, chosen: Sequence[Chosen]) -> Comparison:
    year = _year_of(asked, chosen)
    return comparison(
        asked.measure,
        year,
        [
            (line.chosen.name, line.point, line.share.own)
            for line in _lines(asked.measure, year, chosen)
        ],
        source=f"{settings.SITE_ADDRESS}{reverse('compare')}",
    )


def _sentence(asked: Asked, year: int, lines: Sequence[Line]) -> str:
    """Something to copy that cannot be quoted without its bases, its caveat and its source."""
    measure = MEASURES[asked.measure]
    said = "; ".join(f"{line.chosen.name} {_said(line, asked.measure)}" for line in lines)
    fixed = Asked(asked.councils, asked.measure, year)
    address = f"{settings.SITE_ADDRESS}{reverse('compare')}?{fixed.query()}"
    return (
        f"{measure.label}, year ending 31 March {year}: {said}. {_difference(lines)}"
        f"{CAVEAT} Source: {address}"
    )


def _said(line: Line, measure: str) -> str:
    if line.point is None:
        return line.share.own
    likely = f" (likely {line.point.rate.likely})" if line.point.rate else ""
    base = f"of {line.point.base}" if line.point.base else "(base not known)"
    return f"{line.point.percent}% {base}{likely}"


def _difference(lines: Sequence[Line]) -> str:
    """Which of the councils differ by more than chance, or that none does."""
    rates = [
        (line.chosen.name, line.point.rate) for line in lines if line.point and line.point.rate
    ]
    if len(rates) < 2:
        return ""
    pairs = [
        f"{first[0]} and {second[0]}"
        for first, second in itertools.combinations(rates, 2)
        if apart(first[1], second[1])
    ]
    if not pairs:
        return "Their likely ranges overlap: the differences may be no more than chance. "
    return f"More than chance would explain is only the difference between {'; '.join(pairs)}. "
