"""What a council's page shows of one year and of all years, put together from published rows.

The number of queries is fixed: a page that is not kept ready asks eight times, looking for it and
keeping it among them; one of a year that was taken over asks once more.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from casework.choices import AuthorityType, Category, Outcome
from casework.models.authorities import Authority, Population
from reviews.figures.breaks import between, change
from reviews.figures.chance import sentence
from reviews.figures.counts import Counts, Statistics
from reviews.figures.measures import MEASURES, RATES, Measure
from reviews.figures.periods import Period
from reviews.figures.protection import THRESHOLD
from reviews.figures.rates import Rate
from reviews.figures.sentences import in_short, likely
from reviews.letters.pictures import DrawnPanel, drawn
from reviews.letters.statements import panels
from reviews.models import AnnualSummary, PublishedFigure
from reviews.site import history, names
from reviews.site.decisions import cases_of
from reviews.site.funnels import PLURALS
from reviews.site.tables import protected

PROTECTED = "protected"  # in place of a count by which somebody could be known
# Which rate a block of the letter's statistics is about.
MEASURE_OF_PANEL = {"upheld": "uphold", "compliance": "compliance", "remedies": "remedied"}


@dataclass(frozen=True, slots=True)
class Fair:
    """What keeps a percentage from being misread: both bases, chance, and the year before.

    Each is a sentence, or empty where there is nothing to say. `kind` is the type as it stands in
    the addresses of funnel plots, or empty where it has none; `kinds` says it in words.
    """

    measure: Measure
    in_short: str
    likely: str
    chance: str
    change: str
    year: int
    kind: str
    kinds: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the letter's statistics, and for a rate what keeps it from being misread."""

    panel: DrawnPanel
    fair: Fair | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A line of a table of counts; `share` is its percentage of the table's whole.

    `code` is the anchor of its receipt.
    """

    code: str
    label: str
    count: str
    share: str


@dataclass(frozen=True, slots=True)
class CountTable:
    """Counts of which each is a part of the `total`; that is empty where there were none."""

    code: str
    parts: tuple[Counted, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Relative:
    """A predecessor or a successor with its letters, the newest first."""

    authority: Authority
    name: str
    letters: Sequence[AnnualSummary]


def page(slug: str, year: int | None, *, at: dt.datetime) -> dict[str, Any]:
    """What the template shows of one year of a council, or of its newest where `year` is None.

    Raises Http404 where there is no such council, or nothing public of that year.
    """
    newest_estimate = Population.objects.filter(authority=OuterRef("pk")).order_by("-year")[:1]
    authority = get_object_or_404(
        Authority.objects.annotate(
            residents=Subquery(newest_estimate.values("residents")),
            residents_year=Subquery(newest_estimate.values("year")),
        ),
        slug=slug,
    )
    predecessors, successors = _relatives(authority)
    rows, former = _issued(authority, [*predecessors, *successors], at=at)
    issued = rows.get(authority.pk, [])
    current = {row.year_ending: row for row in issued if not row.is_replaced}
    retracted = {row_year: row for row_year, row in current.items() if hasattr(row, "retraction")}
    standing = {row_year: row for row_year, row in current.items() if row_year not in retracted}
    figures = {
        row.year_ending: row
        for row in PublishedFigure.objects.without_own_round().filter(authority=authority)
    }
    if year is not None and year not in current and year not in figures:
        raise Http404
    lines = history.years(standing.values(), figures.values(), retracted)
    newest = lines[0].year if lines else None
    shown = newest if year is None else year
    summary = standing.get(shown) if shown else None
    withdrawn = retracted.get(shown) if shown else None
    figure = figures.get(shown) if shown else None
    today = timezone.localdate(at)
    name_day = Period(shown).last_day if shown else today
    name_row = summary or withdrawn
    return {
        "authority": authority,
        "name": name_row.name if name_row else authority.name_on(name_day),
        "has_ended": not authority.is_in_force_on(today),
        "predecessors": _with_letters(predecessors, rows),
        "successors": _with_letters(successors, rows),
        "residents": _residents(authority, summary),
        "period": Period(shown) if shown else None,
        "summary": summary,
        "withdrawn": withdrawn,
        "receipts": reverse("council-receipts", args=[slug, shown]) if summary else "",
        "figure": figure,
        "known": history.known_figures(figure) if figure else [],
        "sources": history.sources(figure) if figure else [],
        "years": lines,
        "newest": newest,
        "charts": history.charts(lines),
        "cases": cases_of(authority, at=at),
        "letters": issued,
        "replaced": {row.pk for row in issued if row.is_replaced},
        **(_figures(summary, lines, former) if summary else {}),
    }


def _relatives(authority: Authority) -> tuple[list[Authority], list[Authority]]:
    """The authorities before and after this one, in alphabetical order. One query."""
    links = Authority.successors.through._default_manager.filter(
        Q(from_authority=authority) | Q(to_authority=authority)
    ).select_related("from_authority", "to_authority")
    pairs = [(link.from_authority, link.to_authority) for link in links]
    before = [first for first, second in pairs if second == authority]
    after = [second for first, second in pairs if first == authority]
    return sorted(before, key=names.alphabetical), sorted(after, key=names.alphabetical)


def _issued(
    authority: Authority, relatives: Sequence[Authority], *, at: dt.datetime
) -> tuple[dict[int, list[AnnualSummary]], list[AnnualSummary]]:
    """Every issued row that the public knows of, by authority, the newest first. One query.

    Apart from them all rows of the authority itself that a later one replaced, whether the public
    knows of them or not: what is protected in one stays protected in the rows after it, and nothing
    else is taken from them.
    """
    shown = AnnualSummary.objects.shown(at=at).order_by()
    replaced = AnnualSummary.objects.superseded().filter(authority=authority).order_by()
    rows = (
        AnnualSummary.objects.filter(
            Q(pk__in=shown.filter(authority__in=[authority, *relatives]).values("pk"))
            | Q(pk__in=replaced.values("pk"))
        )
        .annotate(is_shown=Exists(shown.filter(pk=OuterRef("pk"))))
        .with_is_replaced()
        .with_sums_public(at=at)
        .select_related("letter", "freeze__round", "correction", "retraction")
        .order_by("-year_ending", "-version")
    )
    found: dict[int, list[AnnualSummary]] = {}
    former: list[AnnualSummary] = []
    for row in rows:
        if row.is_shown:
            found.setdefault(row.authority_id, []).append(row)
        if row.is_replaced and row.authority_id == authority.pk:
            former.insert(0, row)
    return found, former


def _with_letters(
    authorities: Sequence[Authority], rows: dict[int, list[AnnualSummary]]
) -> list[Relative]:
    return [
        Relative(
            each,
            names.printed_name(each),
            [row for row in rows.get(each.pk, []) if not row.is_replaced],
        )
        for each in authorities
    ]


def _residents(authority: Authority, summary: AnnualSummary | None) -> dict[str, Any] | None:
    """The population that the year's figures used; without figures, the newest estimate."""
    if summary:
        count, year = summary.population, summary.population_year
    else:
        count, year = authority.residents, authority.residents_year  # type: ignore[attr-defined]
    return {"count": f"{count:,}", "year": year} if count else None


# The figures of one year --------------------------------------------------------------------------


def _figures(
    summary: AnnualSummary, lines: Sequence[history.Year], former: Iterable[AnnualSummary]
) -> dict[str, Any]:
    statistics = summary.statistics()
    counts = statistics.counts
    before = next((line for line in lines if line.year == summary.year_ending - 1), None)
    return {
        "received": f"{counts.received:,}",
        "decided": f"{counts.decided:,}",
        "blocks": [
            Block(panel, _fair(MEASURE_OF_PANEL.get(panel.panel.key), summary, statistics, before))
            for panel in drawn(panels(statistics))
        ],
        "categories": _categories(summary, former),
        "threshold": THRESHOLD,
        "outcomes": _outcomes(counts),
        "compliance": _compliance(counts),
        "ceased": counts.ceased,
    }


def _fair(
    measure: str | None,
    summary: AnnualSummary,
    statistics: Statistics,
    before: history.Year | None,
) -> Fair | None:
    if measure is None:
        return None
    own = RATES[measure](statistics.counts)
    average: Rate | None = getattr(statistics.similar, measure) if statistics.similar else None
    return Fair(
        measure=MEASURES[measure],
        in_short=in_short(measure, statistics.counts),
        likely=likely(own),
        chance=_chance(measure, own, average, is_public=summary.are_sums_public),
        change=_change(measure, statistics.year_ending, own, before),
        year=summary.year_ending,
        kind=summary.authority_type.replace("_", "-") if summary.has_comparison else "",
        kinds=PLURALS.get(AuthorityType(summary.authority_type), ""),
    )


def _chance(measure: str, own: Rate, average: Rate | None, *, is_public: bool) -> str:
    said = sentence(measure, own, average)
    if said and not is_public:
        return (
            "Whether the difference from similar authorities is more than chance is not told while "
            "figures of one of them are not public."
        )
    return said


def _change(measure: str, year: int, own: Rate, before: history.Year | None) -> str:
    """Against the year before, or why there is no telling; "" where that year is not known."""
    point = before.points.get(measure) if before else None
    if before is None or point is None or not own.is_defined:
        return ""
    breaks = between(measure, before.year, year)
    if breaks:
        reasons = " ".join(each.reason for each in breaks)
        return f"Not to be compared with the year ending 31 March {before.year}. {reasons}"
    if point.rate is None:
        return ""
    found = change(measure, (before.year, point.rate), (year, own))
    return found.text if found else ""


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category's counts as they may be shown: the words for a protected one in its place."""

    label: str
    received: str
    investigated: str
    upheld: str


def _categories(summary: AnnualSummary, former: Iterable[AnnualSummary]) -> list[CategoryLine]:
    """Counts by category, protected as in open data, and their totals last."""
    of_freeze = [row for row in former if row.freeze_id == summary.freeze_id]
    found = protected(summary, of_freeze)
    rows = (found.received, found.investigated, found.upheld)
    lines = [
        CategoryLine(str(category.label), *(_shown(row.cells[category.value]) for row in rows))
        for category in Category
    ]
    return [*lines, CategoryLine("All categories", *(f"{row.total:,}" for row in rows))]


def _shown(count: int | None) -> str:
    return PROTECTED if count is None else f"{count:,}"


def _outcomes(counts: Counts) -> CountTable:
    """The six outcomes, each with its share of all decisions."""
    labels = {outcome.value: str(outcome.label) for outcome in Outcome}
    return _count_table("decided", labels, counts)


def _compliance(counts: Counts) -> CountTable:
    """The compliance outcomes that count, each with its share of them."""
    labels = {
        "satisfied": "Carried out in time",
        "satisfied_late": "Carried out late",
        "not_satisfied": "Not carried out",
    }
    return _count_table("compliance_outcomes", labels, counts)


def _count_table(code: str, labels: Mapping[str, str], counts: Counts) -> CountTable:
    whole: int = getattr(counts, code)
    parts = {part: getattr(counts, part) for part in labels}
    lines = tuple(
        Counted(
            part,
            labels[part],
            f"{count:,}",
            f"{Rate(count, whole).percent}%" if whole else "",
        )
        for part, count in parts.items()
    )
    return CountTable(code, lines, f"{whole:,}" if whole else "")
