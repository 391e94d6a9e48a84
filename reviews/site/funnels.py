"""Funnel plots: the councils of a type in one year, in alphabetical order and beside chance."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from casework.choices import COMPARED_TYPES, AuthorityType
from reviews.figures.chance import MINIMUM_BASE, Verdict, verdict
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.periods import Period
from reviews.figures.rates import Rate
from reviews.models import AnnualSummary
from reviews.site import names
from reviews.site.funnelplot import SHAPES, Spot, funnel_plot
from reviews.site.responses import public

# A type as it stands in addresses: with hyphens.
TYPES = {kind.value.replace("_", "-"): kind for kind in COMPARED_TYPES}
PLURALS = {
    AuthorityType.COUNTY: "county councils",
    AuthorityType.DISTRICT: "district councils",
    AuthorityType.METROPOLITAN: "metropolitan boroughs",
    AuthorityType.UNITARY: "unitary councils",
    AuthorityType.LONDON_BOROUGH: "London boroughs",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A council: its rate, what may be said of it, and its mark, where it has something to count.

    `own` stands in place of a percentage of nothing; `verdict` is None while it is not told.
    """

    summary: AnnualSummary
    own: str
    count: str
    likely: str
    verdict: Verdict | None
    spot: Spot | None

    @property
    def text(self) -> str:
        """All of it, for whoever does not see the picture."""
        return f"{self.summary.name}: {self.own}, {self.count}, {self.beside}"

    @property
    def beside(self) -> str:
        return self.verdict.text if self.verdict else "not told"


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to another year, type or measure."""

    label: str
    year: int
    kind: str
    measure: str
    is_current: bool


@public
def funnels(request: HttpRequest) -> HttpResponse:
    """Every plot there is: the newest year first."""
    published = plotted(at=timezone.now())
    years: dict[int, list[tuple[str, list[Choice]]]] = {}
    for year, kind in published:
        plots = [Choice(MEASURES[code].label, year, kind, code, False) for code in RATES]
        years.setdefault(year, []).append((PLURALS[TYPES[kind]], plots))
    context = {"years": list(years.items()), "minimum": MINIMUM_BASE}
    return render(request, "reviews/funnels.html", context)


def plotted(*, at: dt.datetime) -> list[tuple[int, str]]:
    """The years and types of which there are public figures: the newest year first. One query."""
    pairs = (
        AnnualSummary.objects.published(at=at)
        .current()
        .filter(has_comparison=True)
        .order_by()
        .values_list("year_ending", "authority_type")
        .distinct()
    )
    order = list(TYPES)
    found = [(year, kind.replace("_", "-")) for year, kind in pairs]
    return sorted(found, key=lambda pair: (-pair[0], order.index(pair[1])))


@public
def funnel(request: HttpRequest, year: int, kind: str, measure: str) -> HttpResponse:
    """Without limits and verdicts while the sums of the type are kept back.

    Enough limits together tell the exact average, and with it what was kept back.
    """
    at = timezone.now()
    published = plotted(at=at)
    if (year, kind) not in published:
        raise Http404
    rows = sorted(
        AnnualSummary.objects.published(at=at)
        .current()
        .filter(year_ending=year, authority_type=TYPES[kind], has_comparison=True)
        .select_related("authority"),
        key=lambda row: names.alphabetical(row.authority),
    )
    one = AnnualSummary.objects.filter(pk=rows[0].pk).with_sums_public(at=at)
    is_told = one.get().are_sums_public
    average = _average(rows[0], measure)
    counted = [row for row in rows if RATES[measure](row.counts()).is_defined]
    plot = None
    if is_told and average.is_defined and counted:
        plot = funnel_plot([RATES[measure](row.counts()) for row in counted], average)
    spots = dict(zip((row.pk for row in counted), plot.spots, strict=True)) if plot else {}
    lines = [_line(row, measure, average if is_told else None, spots.get(row.pk)) for row in rows]
    return render(
        request,
        "reviews/funnel.html",
        {
            "measure": MEASURES[measure],
            "kinds": PLURALS[TYPES[kind]],
            "period": Period(year),
            "average": average.percent,
            "is_told": is_told,
            "lines": lines,
            "plot": plot,
            "minimum": MINIMUM_BASE,
            "key": [
                (each.text, SHAPES[each], each.value)
                for each in Verdict
                if each in SHAPES and any(line.verdict is each for line in lines)
            ],
            "alternative": _in_words(measure, kind, year, lines, average),
            "choices": _choices(published, year, kind, measure),
        },
    )


def _average(row: AnnualSummary, measure: str) -> Rate:
    """All rows of a type carry the same: it stays as first frozen."""
    similar = row.similar()
    average: Rate = getattr(similar, measure) if similar else Rate(0, 0)
    return average


def _line(row: AnnualSummary, measure: str, average: Rate | None, spot: Spot | None) -> Line:
    """Without an average its verdict is not told."""
    own = RATES[measure](row.counts())
    nouns = MEASURES[measure]
    return Line(
        summary=row,
        own=nouns.nothing if own.percent is None else f"{own.percent}%",
        count=f"{own.part:,} of {nouns.based_on(own.whole)}" if own.is_defined else "",
        likely=own.likely,
        verdict=None if average is None else verdict(own, average),
        spot=spot,
    )


def _in_words(measure: str, kind: str, year: int, lines: list[Line], average: Rate) -> str:
    """The picture in a sentence; the table says the rest."""
    told = [line.verdict for line in lines]
    return (
        f"Funnel plot. {MEASURES[measure].label} in {PLURALS[TYPES[kind]]}, year ending 31 March "
        f"{year}. Average {average.percent}%. Of {_councils(len(told))}, "
        f"{told.count(Verdict.HIGHER)} higher and {told.count(Verdict.LOWER)} lower than chance "
        f"would explain, {told.count(Verdict.UNREMARKABLE)} no more than chance, "
        f"{told.count(Verdict.TOO_FEW)} too few to tell. The table gives the figures."
    )


def _councils(number: int) -> str:
    return "1 council" if number == 1 else f"{number} councils"


def _choices(
    published: list[tuple[int, str]], year: int, kind: str, measure: str
) -> list[tuple[str, list[Choice]]]:
    """Links to the other measures and types of the year, and to the type's other years."""
    measures = [Choice(MEASURES[code].label, year, kind, code, code == measure) for code in RATES]
    types = [
        Choice(PLURALS[TYPES[other]].capitalize(), year, other, measure, other == kind)
        for of, other in published
        if of == year
    ]
    years = [
        Choice(str(of), of, kind, measure, of == year) for of, other in published if other == kind
    ]
    return [("Figure", measures), ("Type", types), ("Year ending 31 March", years)]
