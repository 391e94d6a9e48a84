"""The pages of what is public of cases: decisions, the register of improvements, public reports."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from casework.choices import SERVICE_IMPROVEMENT_CATEGORIES, Category
from casework.models.authorities import Authority
from casework.querysets import FIRST_PUBLISHED
from reviews.figures.periods import Period
from reviews.models import ImprovementStatus, PublishedDecision, PublishedImprovement
from reviews.search import printable
from reviews.site import decisions as public_cases
from reviews.site import names, statements
from reviews.site.facets import Facet, Selection
from reviews.site.responses import public

ON_A_PAGE = 25
IN_A_FEED = 50

type Councils = Mapping[int, Authority]


# What is filtered by ------------------------------------------------------------------------------


def all_councils() -> Councils:
    """Every authority, sorted by place; one query."""
    found = Authority.objects.only("slug", "official_name", "letter_name", "short_name")
    return {authority.pk: authority for authority in sorted(found, key=names.alphabetical)}


def _counted(column: str) -> Callable[[QuerySet[Any]], dict[str, int]]:
    """Rows by a column."""
    return lambda rows: dict(
        rows.order_by().values_list(column).annotate(rows=Count("pk")).values_list(column, "rows")
    )


def _by_column(name: str, legend: str, choices: Iterable[tuple[str, str]], column: str) -> Facet:
    return Facet(
        name=name,
        legend=legend,
        labels=dict(choices),
        where=lambda chosen: Q((f"{column}__in", chosen)),
        counted=_counted(column),
    )


def _by_council(councils: Councils, *, way: str = "") -> Facet:
    keys = {authority.slug: key for key, authority in councils.items()}
    count = _counted(f"{way}authority")

    def counted(rows: QuerySet[Any]) -> dict[str, int]:
        return {councils[int(key)].slug: number for key, number in count(rows).items()}

    return Facet(
        name="council",
        legend="Council",
        labels={each.slug: names.printed_name(each) for each in councils.values()},
        where=lambda chosen: Q((f"{way}authority__in", [keys[slug] for slug in chosen])),
        counted=counted,
        is_long=True,
        is_open=False,
    )


def _by_year(legend: str, column: str, *, at: dt.datetime) -> Facet:
    """Years ending 31 March, the newest first. The days are grouped by the database."""
    first, last = Period.of(FIRST_PUBLISHED), Period.of(timezone.localdate(at))
    count = _counted(column)

    def where(chosen: Sequence[str]) -> Q:
        found = Q()
        for year in chosen:
            period = Period(int(year))
            found |= Q((f"{column}__range", (period.first_day, period.last_day)))
        return found

    def counted(rows: QuerySet[Any]) -> Counter[str]:
        found: Counter[str] = Counter()
        days: Mapping[Any, int] = count(rows)
        for day, number in days.items():
            found[str(Period.of(day).year_ending)] += number
        return found

    return Facet(
        name="year",
        legend=legend,
        labels={
            str(year): f"Year ending March {year}"
            for year in range(last.year_ending, first.year_ending - 1, -1)
        },
        where=where,
        counted=counted,
        is_long=True,
    )


def _by_remedy() -> Facet:
    """Decisions with an improvement of one of the kinds; personal remedies are not public."""
    rows = PublishedImprovement.objects.order_by()

    def counted(decisions: QuerySet[Any]) -> dict[str, int]:
        found = rows.filter(decision__in=decisions.order_by().values("pk"))
        return dict(
            found.values_list("category")
            .annotate(decisions=Count("decision_id", distinct=True))
            .values_list("category", "decisions")
        )

    return Facet(
        name="remedy",
        legend="Remedy: improvement of services",
        labels={each.value: each.label for each in SERVICE_IMPROVEMENT_CATEGORIES},
        where=lambda chosen: Q(Exists(rows.filter(decision=OuterRef("pk"), category__in=chosen))),
        counted=counted,
    )


def _decision_facets(councils: Councils, *, at: dt.datetime) -> list[Facet]:
    outcomes = public_cases.OUTCOME_LABELS.items()
    return [
        _by_column("outcome", "Outcome", outcomes, "outcome"),
        _by_column("category", "Category", Category.choices, "category"),
        _by_remedy(),
        _by_year("Year of the decision", "decided_on", at=at),
        _by_council(councils),
    ]


def _improvement_facets(councils: Councils, *, at: dt.datetime) -> list[Facet]:
    kinds = [(each.value, each.label) for each in SERVICE_IMPROVEMENT_CATEGORIES]
    keys = PublishedImprovement.objects.order_by().found_again(at=at).values("pk")

    return [
        _by_column("status", "Status", ImprovementStatus.choices, "status"),
        Facet(
            name="again",
            legend="After compliance",
            labels={"yes": "Found again"},
            where=lambda chosen: Q(pk__in=keys),
            counted=lambda rows: {"yes": rows.order_by().filter(pk__in=keys).count()},
        ),
        _by_column("remedy", "Kind of improvement", kinds, "category"),
        _by_column("category", "Category", Category.choices, "decision__category"),
        _by_year("Year agreed", "decision__decided_on", at=at),
        _by_council(councils, way="decision__"),
    ]


# Pages --------------------------------------------------------------------------------------------


def _page_of(rows: QuerySet[Any], request: HttpRequest) -> Page[Any]:
    """The page asked for; the first or last where there is no such page."""
    return Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))


def _listed(selection: Selection, page: Page[Any], rows: QuerySet[Any]) -> dict[str, Any]:
    """What templates of lists share."""
    return {
        "selection": selection,
        "panels": selection.panels(rows),
        "removals": selection.removals(),
        "page": page,
        "pages": selection.pages(page) if page.paginator.num_pages > 1 else [],
        "previous": selection.turn(page, by=-1),
        "next": selection.turn(page, by=1),
        "here": selection.query(page=page.number),
    }


def _decisions(selection: Selection, *, at: dt.datetime) -> QuerySet[PublishedDecision]:
    return PublishedDecision.objects.published(at=at).matching(selection.search)


@public
def decisions(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    councils = all_councils()
    selection = Selection.of(request.GET, _decision_facets(councils, at=at))
    rows = _decisions(selection, at=at)
    page = _page_of(selection.narrow(rows).order_by("-decided_on", "reference"), request)
    shown = cast("QuerySet[PublishedDecision]", page.object_list)
    lines = public_cases.lines(shown, councils, selection.search)
    context = _listed(selection, page, rows) | {
        "lines": lines,
        "meanings": [
            (label, public_cases.OUTCOME_MEANINGS[code])
            for code, label in public_cases.OUTCOME_LABELS.items()
        ],
        "feed": reverse("decisions-feed") + selection.query(),
    }
    return render(request, "reviews/decisions.html", context)


@public
def decision(request: HttpRequest, reference: str) -> HttpResponse:
    at = timezone.now()
    copy = get_object_or_404(
        PublishedDecision.objects.published(at=at).select_related("authority"),
        reference=reference,
    )
    councils = {copy.authority_id: copy.authority}
    agreed = copy.improvements.select_related("decision").order_by("number")
    line = public_cases.line(copy, councils)
    changes = public_cases.improvements(agreed, councils, at=at)
    return render(
        request,
        "reviews/decision.html",
        {
            "copy": copy,
            "line": line,
            "meaning": public_cases.OUTCOME_MEANINGS[copy.outcome],
            "parts": statements.parts(copy.text),
            "improvements": changes,
            "is_found_again": any(each.again for each in changes),
            "report": next(iter(public_cases.reports([copy], councils)), None),
        },
    )


@public
def improvements(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    councils = all_councils()
    selection = Selection.of(request.GET, _improvement_facets(councils, at=at))
    rows = PublishedImprovement.objects.published(at=at).matching(selection.search)
    page = _page_of(
        selection.narrow(rows)
        .select_related("decision")
        .defer("decision__text")
        .order_by("-decision__decided_on", "decision__reference", "number"),
        request,
    )
    context = _listed(selection, page, rows) | {
        "lines": public_cases.improvements(page, councils, at=at, search=selection.search),
        "meanings": [
            (label, public_cases.STATUS_MEANINGS[code]) for code, label in ImprovementStatus.choices
        ],
    }
    return render(request, "reviews/improvements.html", context)


@public
def reports(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    councils = all_councils()
    facets = [
        _by_column("category", "Category", Category.choices, "category"),
        _by_year("Year issued", "report_issued_on", at=at),
        _by_council(councils),
    ]
    selection = Selection.of(request.GET, facets)
    rows = PublishedDecision.objects.published(at=at).with_report().matching(selection.search)
    page = _page_of(
        selection.narrow(rows).defer("text").order_by("-report_issued_on", "reference"), request
    )
    context = _listed(selection, page, rows) | {"lines": public_cases.reports(page, councils)}
    return render(request, "reviews/reports.html", context)


# The feed -----------------------------------------------------------------------------------------


class _DecisionsFeed(Feed):
    """The newest published decisions that the filters of the list leave.

    Entries say nothing of a statement: a reader keeps what it has read, and a statement may be
    taken off.
    """

    feed_type = Atom1Feed
    subtitle = (
        f"The newest {IN_A_FEED} decisions published; earlier ones are on the page of decisions."
    )

    def get_object(self, request: HttpRequest) -> tuple[Selection, Councils, dt.datetime]:
        at, councils = timezone.now(), all_councils()
        return Selection.of(request.GET, _decision_facets(councils, at=at)), councils, at

    def title(self, chosen: tuple[Selection, Councils, dt.datetime]) -> str:
        selection, _, _ = chosen
        said = ", ".join(removal.label for removal in selection.removals())
        return f"Decisions about councils: {said}" if said else "Decisions about councils"

    def link(self, chosen: tuple[Selection, Councils, dt.datetime]) -> str:
        selection, _, _ = chosen
        return settings.SITE_ADDRESS + reverse("decisions") + selection.query()

    def feed_url(self, chosen: tuple[Selection, Councils, dt.datetime]) -> str:
        """Whichever of the site's names it was asked for under: it is kept ready for all."""
        selection, _, _ = chosen
        return settings.SITE_ADDRESS + reverse("decisions-feed") + selection.query()

    def items(self, chosen: tuple[Selection, Councils, dt.datetime]) -> list[PublishedDecision]:
        selection, _, at = chosen
        rows = selection.narrow(_decisions(selection, at=at))
        return list(rows.defer("text").order_by("-published_on", "-pk")[:IN_A_FEED])

    def item_title(self, item: PublishedDecision) -> str:
        title = f"{item.authority_name} ({item.reference}): {item.get_outcome_display()}"
        return printable(title)

    def item_description(self, item: PublishedDecision) -> str:
        about = item.get_category_display()
        if item.public_subcategory:
            about += f", {item.public_subcategory}"
        said = printable(f"{item.get_outcome_display()}. {about}.")
        return escape(said)  # readers take it for HTML

    def item_guid(self, item: PublishedDecision) -> str:
        return f"{settings.SITE_ADDRESS}{item.get_absolute_url()}"

    item_link = item_guid

    def item_pubdate(self, item: PublishedDecision) -> dt.datetime:
        return _midnight(item.published_on)

    def item_updateddate(self, item: PublishedDecision) -> dt.datetime:
        return _midnight(item.published_on)

    def item_categories(self, item: PublishedDecision) -> tuple[str, ...]:
        return (item.category, item.outcome)


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


@public
def decisions_feed(request: HttpRequest) -> HttpResponse:
    """Without the day of the newest entry as a header.

    By it a reader would be told that nothing changed when a decision was taken off.
    """
    response: HttpResponse = _DecisionsFeed()(request)
    del response.headers["Last-Modified"]
    return response
