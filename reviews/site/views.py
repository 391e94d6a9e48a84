"""The public pages. Each starts from what is published at the time of the request."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from casework.choices import AuthorityType, Region
from casework.models.authorities import Authority
from reviews.demonstration.provenance import provenance
from reviews.figures.protection import THRESHOLD
from reviews.letters.document import from_plain
from reviews.letters.pictures import drawn
from reviews.models import AnnualSummary, Demonstration, LetterFile, Round, TypeAverage
from reviews.site import changes, history, maps, names
from reviews.site.council import page as council_page
from reviews.site.responses import public
from reviews.site.tables import OVER_YEARS, TABLES
from reviews.site.workbooks import LICENCE, SHORTHAND

RECENT_ROUNDS = 5
MEASURE_LABELS = {
    "uphold_percent": "Complaints upheld, % of investigated",
    "compliance_percent": "Complied, % of compliance outcomes",
    "remedied_percent": "Satisfactory remedies, % of upheld",
    "upheld_per_100k": "Upheld for every 100,000 residents",
    "complaints_received": "Complaints received",
}


# Home and the list of councils --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a filter and the number of councils it would show."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A council in the list, with its figure in the newest review."""

    authority: Authority
    name: str
    type_label: str
    region_label: str
    has_ended: bool
    uphold: history.Share | None


@dataclass(frozen=True, slots=True)
class Average:
    """The three rates of one type of authority, with what they are of unless it is kept back."""

    type_label: str
    councils: int
    uphold: history.Share
    compliance: history.Share
    remedied: history.Share
    has_counts: bool


@public
def home(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    query = request.GET.get("q", "").strip()[: names.QUERY_LENGTH]
    rounds = list(
        Round.objects.published(at=at).select_related("freeze").order_by("-year")[:RECENT_ROUNDS]
    )
    letters = Counter[int]()
    averages: list[Average] = []
    if rounds:
        summaries = AnnualSummary.objects.published(at=at).current()
        letters.update(
            dict(
                summaries.filter(freeze__round__in=rounds)
                .order_by()
                .values_list("year_ending")
                .annotate(letters=Count("pk"))
            )
        )
        averages = _averages(rounds[0], at=at)
    return render(
        request,
        "reviews/home.html",
        {
            "query": query,
            "found": names.search(query),
            "rounds": [(round_, letters[round_.year]) for round_ in rounds],
            "averages": averages,
            "glance": maps.glance(rounds[0], at=at) if rounds and not query else None,
            "is_without_counts": any(not average.has_counts for average in averages),
        },
    )


def _averages(round_: Round, *, at: dt.datetime) -> list[Average]:
    """The averages of each type that has one, in the order of the types."""
    order = AuthorityType.values
    found = TypeAverage.objects.filter(freeze=round_.freeze_id).with_counts_public(at=at)
    averages = []
    for row in sorted(found, key=lambda row: order.index(row.authority_type)):
        share = history.share if row.are_counts_public else history.share_alone
        averages.append(
            Average(
                type_label=row.get_authority_type_display(),
                councils=row.councils,
                uphold=share(row.average().uphold, none="none investigated"),
                compliance=share(row.average().compliance, none="none due"),
                remedied=share(row.average().remedied, none="none upheld"),
                has_counts=row.are_counts_public,
            )
        )
    return averages


@public
def councils(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    today = timezone.localdate(at)
    everybody = sorted(Authority.objects.all(), key=names.alphabetical)
    filters = {
        "type": dict(AuthorityType.choices),
        "region": dict(Region.choices),
        "status": {"in-force": "In force today", "ended": "No longer in force"},
    }
    chosen = {
        name: value if (value := request.GET.get(name, "")) in labels else ""
        for name, labels in filters.items()
    }

    def facts(authority: Authority) -> dict[str, str]:
        return {
            "type": authority.authority_type,
            "region": authority.region,
            "status": "in-force" if authority.is_in_force_on(today) else "ended",
        }

    def shown(authority: Authority, *, but: str = "") -> bool:
        """Whether it passes the filters, all or all but one."""
        own = facts(authority)
        return all(own[name] == chosen[name] for name in filters if chosen[name] and name != but)

    newest = Round.objects.published(at=at).order_by("-year").first()
    shares: dict[int, history.Share] = {}
    if newest:
        summaries = AnnualSummary.objects.shown(at=at).current().filter(freeze__round=newest)
        shares = {
            summary.authority_id: history.Share(history.RETRACTED)
            if hasattr(summary, "retraction")
            else history.share(summary.counts().uphold, none="none investigated")
            for summary in summaries.select_related("retraction")
        }
    lines = [
        Line(
            authority=authority,
            name=names.printed_name(authority),
            type_label=filters["type"][authority.authority_type],
            region_label=filters["region"].get(authority.region, ""),
            has_ended=not authority.is_in_force_on(today),
            uphold=shares.get(authority.pk),
        )
        for authority in everybody
        if shown(authority)
    ]
    choices = {}
    for name, labels in filters.items():
        counts = Counter(facts(each)[name] for each in everybody if shown(each, but=name))
        choices[name] = [
            Choice(value, label, counts[value], chosen[name] == value)
            for value, label in labels.items()
        ]
    return render(
        request,
        "reviews/councils.html",
        {
            "letters": _by_letter(lines),
            "count": len(lines),
            "total": len(everybody),
            "choices": choices,
            "newest": newest,
        },
    )


def _by_letter(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault("".join(names.alphabetical(line.authority))[:1].upper(), []).append(line)
    return list(groups.items())


# One council --------------------------------------------------------------------------------------


@public
def council(request: HttpRequest, slug: str) -> HttpResponse:
    return _council_page(request, slug, None)


@public
def council_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    return _council_page(request, slug, year)


def _council_page(request: HttpRequest, slug: str, year: int | None) -> HttpResponse:
    """One year of a council, or its newest where `year` is None."""
    context = council_page(slug, year, at=timezone.now())
    return render(request, "reviews/council.html", context)


# Letters ------------------------------------------------------------------------------------------


def issued_letter(slug: str, year: int, version: int | None, *, at: dt.datetime) -> AnnualSummary:
    """The row of a letter: of one version, 1 the first issued, or the current one where it is None.

    One that has a `retraction` is shown as that notice alone.
    """
    rows = AnnualSummary.objects.shown(at=at).filter(authority__slug=slug, year_ending=year)
    rows = rows.current() if version is None else rows.numbered(version)
    return get_object_or_404(
        rows.select_related("letter", "authority", "correction", "retraction", "freeze__round")
    )


@public
def letter(request: HttpRequest, slug: str, year: int, version: int | None = None) -> HttpResponse:
    at = timezone.now()
    summary = issued_letter(slug, year, version, at=at)
    versions = (
        AnnualSummary.objects.shown(at=at)
        .filter(authority=summary.authority_id, year_ending=year)
        .select_related("correction", "retraction")
        .order_by("version")
    )
    context: dict[str, Any] = {
        "summary": summary,
        "authority": summary.authority,
        "newer": versions.filter(version__gt=summary.version).last(),
        "older": versions.filter(version__lt=summary.version).last(),
    }
    if hasattr(summary, "retraction"):
        return render(request, "reviews/retracted.html", context)
    file = LetterFile.objects.defer("pdf").get(letter=summary.letter)
    document = from_plain(file.document)
    context |= {
        "letter": summary.letter,
        "document": document,
        "panels": drawn(document.panels),
        "alternatives": dict(summary.letter.alternatives.values_list("kind", "size")),
    }
    return render(request, "reviews/letter.html", context)


# Pages about the site -----------------------------------------------------------------------------


@public
def data(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    rounds = list(Round.objects.published(at=at).order_by("-year"))
    retracted = AnnualSummary.objects.retracted(at=at).current().select_related("authority")
    by_year: dict[int, list[AnnualSummary]] = defaultdict(list)
    for summary in retracted.order_by("name"):
        by_year[summary.year_ending].append(summary)
    published = AnnualSummary.objects.published(at=at).current().order_by()
    rows = dict(published.values_list("year_ending").annotate(rows=Count("pk")))
    return render(
        request,
        "reviews/data.html",
        {
            "rounds": [
                (round_, rows.get(round_.year, 0), by_year[round_.year]) for round_ in rounds
            ],
            "tables": TABLES.values(),
            "over_years": OVER_YEARS.values(),
            "threshold": THRESHOLD,
            "shorthand": SHORTHAND,
            "licence": LICENCE,
        },
    )


@public
def data_changes(request: HttpRequest) -> HttpResponse:
    """When published files became different, which and why."""
    found = changes.changes(at=timezone.now())
    return render(request, "reviews/changes.html", {"changes": found})


@public
def sources(request: HttpRequest) -> HttpResponse:
    """Credits; for demonstration data also which averages of the published years are invented."""
    context: dict[str, Any] = {"invented": []}
    if Demonstration.objects.exists():
        rounds = Round.objects.published(at=timezone.now())
        context["invented"] = list(_provenance(set(rounds.values_list("year", flat=True))))
    return render(request, "reviews/sources.html", context)


def _provenance(years: set[int]) -> Iterator[dict[str, Any]]:
    labels = dict(AuthorityType.choices) | {"england": "England"}
    for entry in provenance():
        if entry.year_ending in years:
            yield {
                "year": entry.year_ending,
                "group": labels[entry.group],
                "measure": MEASURE_LABELS[entry.measure],
                "published": entry.published,
            }
