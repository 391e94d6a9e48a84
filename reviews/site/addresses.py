"""Every address of the public site, from one place.

The sitemap, the pages kept ready and the site written as files all take their addresses from here,
and a test fails for a route that is in neither of the two lists.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.urls import reverse

from casework.models.authorities import Authority
from reviews.figures.bands import BANDS
from reviews.figures.measures import RATES
from reviews.models import (
    AnnualSummary,
    Layer,
    LetterAlternative,
    NationalReview,
    PublishedDecision,
    PublishedFigure,
    Round,
    ScrutinyPack,
)
from reviews.site.funnels import plotted
from reviews.site.tables import TABLES

# What search engines read of one sitemap.
SITEMAP_LENGTH = 50_000

type Parameters = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Address:
    """A path that answers 200, and the name of its route."""

    route: str
    path: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A letter that the public reads, or the notice in its place."""

    slug: str
    year: int
    version: int
    is_current: bool
    is_standing: bool
    kinds: frozenset[str]
    has_pack: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is public at one instant, as far as addresses say it."""

    councils: list[str]
    figures: list[tuple[str, int]]
    letters: list[Shown]
    years: list[int]
    decisions: list[str]
    plots: list[tuple[int, str]]
    reviews: list[tuple[int, int, bool]]


def facts(*, at: dt.datetime) -> Facts:
    """Eleven queries, however much is public."""
    shown = AnnualSummary.objects.shown(at=at)
    current = set(shown.current().order_by().values_list("pk", flat=True))
    kinds: dict[int, set[str]] = {}
    alternatives = LetterAlternative.objects.filter(letter__summary__in=shown.order_by())
    for letter, kind in alternatives.order_by().values_list("letter", "kind"):
        kinds.setdefault(letter, set()).add(kind)
    packs = set(ScrutinyPack.objects.values_list("summary", flat=True))
    editions = NationalReview.objects.published(at=at).order_by("-round__year", "number")
    whole = set(editions.whole(at=at).order_by().values_list("pk", flat=True))
    rows = shown.order_by("authority__slug", "-year_ending", "version").values_list(
        "pk", "authority__slug", "year_ending", "version", "correction__is_first", "retraction",
        "letter",
    )  # fmt: skip
    return Facts(
        councils=list(Authority.objects.order_by("slug").values_list("slug", flat=True)),
        figures=list(
            PublishedFigure.objects.without_own_round()
            .order_by("authority__slug", "-year_ending")
            .values_list("authority__slug", "year_ending")
        ),
        letters=[
            Shown(
                slug=slug,
                year=year,
                version=1 if is_first else version,
                is_current=pk in current,
                is_standing=retraction is None,
                kinds=frozenset(kinds.get(letter, ())),
                has_pack=pk in packs,
            )
            for pk, slug, year, version, is_first, retraction, letter in rows
        ],
        years=list(Round.objects.published(at=at).order_by("-year").values_list("year", flat=True)),
        decisions=list(
            PublishedDecision.objects.published(at=at)
            .order_by("reference")
            .values_list("reference", flat=True)
        ),
        plots=plotted(at=at),
        reviews=[
            (year, number, pk in whole)
            for year, number, pk in editions.values_list("round__year", "number", "pk")
        ],
    )


def _once(facts: Facts) -> Iterator[Parameters]:
    yield {}


def _councils(facts: Facts) -> Iterator[Parameters]:
    for slug in facts.councils:
        yield {"slug": slug}


def _decisions(facts: Facts) -> Iterator[Parameters]:
    for reference in facts.decisions:
        yield {"reference": reference}


def _council_years(facts: Facts) -> Iterator[Parameters]:
    counted = [(letter.slug, letter.year) for letter in facts.letters if letter.is_current]
    for slug, year in dict.fromkeys(counted + facts.figures):
        yield {"slug": slug, "year": year}


def _letters(facts: Facts) -> Iterator[Parameters]:
    for letter in facts.letters:
        if letter.is_current:
            yield {"slug": letter.slug, "year": letter.year}


def _receipts(facts: Facts) -> Iterator[Parameters]:
    for letter in facts.letters:
        if letter.is_current and letter.is_standing:
            yield {"slug": letter.slug, "year": letter.year}


def _packs(facts: Facts) -> Iterator[Parameters]:
    for letter in facts.letters:
        if letter.is_current and letter.has_pack and letter.is_standing:
            yield {"slug": letter.slug, "year": letter.year}


def _reviews(facts: Facts) -> Iterator[Parameters]:
    for year in dict.fromkeys(year for year, _, _ in facts.reviews):
        yield {"year": year}


def _review_files(facts: Facts) -> Iterator[Parameters]:
    newest = {year: is_whole for year, _, is_whole in facts.reviews}
    for year, is_whole in newest.items():
        if is_whole:
            yield {"year": year}


def _editions(facts: Facts) -> Iterator[Parameters]:
    for year, number, is_whole in facts.reviews:
        if is_whole:
            yield {"year": year, "version": number}


def _versions(facts: Facts) -> Iterator[Parameters]:
    for letter in facts.letters:
        yield {"slug": letter.slug, "year": letter.year, "version": letter.version}


def _files(kind: str = "", *, of_versions: bool = False) -> Callable[[Facts], Iterator[Parameters]]:
    """The letter's PDF, or another rendition; a retracted letter has none."""

    def found(facts: Facts) -> Iterator[Parameters]:
        for letter in facts.letters:
            if letter.is_standing and (not kind or kind in letter.kinds):
                of_letter = {"slug": letter.slug, "year": letter.year}
                if of_versions:
                    yield of_letter | {"version": letter.version}
                elif letter.is_current:
                    yield of_letter

    return found


def _years(facts: Facts) -> Iterator[Parameters]:
    for year in facts.years:
        yield {"year": year}


def _tables(facts: Facts) -> Iterator[Parameters]:
    for year in facts.years:
        for name in TABLES:
            yield {"year": year, "name": name}


def _all_tables(facts: Facts) -> Iterator[Parameters]:
    for name in TABLES:
        yield {"name": name}


def _maps(facts: Facts) -> Iterator[Parameters]:
    for year in facts.years:
        for layer in Layer.values:
            for measure in BANDS:
                yield {"year": year, "layer": layer, "measure": measure}


def _plots(facts: Facts) -> Iterator[Parameters]:
    for year, kind in facts.plots:
        for measure in RATES:
            yield {"year": year, "kind": kind, "measure": measure}


# What to put into each route.
ROUTES: dict[str, Callable[[Facts], Iterable[Parameters]]] = {
    "home": _once,
    "councils": _once,
    "decisions": _once,
    "decisions-feed": _once,
    "improvements": _once,
    "reports": _once,
    "data": _once,
    "methods": _once,
    "accessibility": _once,
    "sources": _once,
    "verify": _once,
    "published": _once,
    "published-feed": _once,
    "robots": _once,
    "sitemap": _once,
    "compare": _once,
    "newest-map": _once,
    "funnels": _once,
    "funnel": _plots,
    "map": _years,
    "map-of": _maps,
    "data-changes": _once,
    "data-changes-csv": _once,
    "data-openapi": _once,
    "data-all-csv": _all_tables,
    "data-all-json": _all_tables,
    "data-all-ods": _all_tables,
    "data-all-metadata": _all_tables,
    "data-manifest": _years,
    "data-ods": _tables,
    "data-csv": _tables,
    "data-json": _tables,
    "data-metadata": _tables,
    "decision": _decisions,
    "council": _councils,
    "council-year": _council_years,
    "council-receipts": _receipts,
    "letter": _letters,
    "scrutiny": _letters,
    "scrutiny-pdf": _packs,
    "reviews": _once,
    "review": _reviews,
    "review-pdf": _review_files,
    "review-version-pdf": _editions,
    "letter-pdf": _files(),
    "letter-large-print": _files("large_print"),
    "letter-text": _files("text"),
    "letter-version": _versions,
    "letter-version-pdf": _files(of_versions=True),
    "letter-version-large-print": _files("large_print", of_versions=True),
    "letter-version-text": _files("text", of_versions=True),
}
# Routes that are no part of what is published; and `addresses` itself adds the sitemap's parts.
EXCEPTIONS = {"healthz", "compare-svg"}
FEEDS = {"decisions-feed", "published-feed"}
# Files drawn beforehand, which are not there from a change until they are drawn again.
DRAWN_LATER = {"scrutiny-pdf"}
# What only the server can do, in words; the routes of which no file is written.
NEEDS_SERVER = {"compare", "verify"}
SERVER_DOES = ("searches and filters", "comparing at /compare/", "checking a letter at /verify/")


def addresses(*, at: dt.datetime) -> Iterator[Address]:
    """Every address that is public at that instant, each once, the parts of the sitemap last."""
    listed = list(_listed(at=at))
    yield from listed
    for part, _ in enumerate(sitemaps(listed), start=1):
        yield Address("sitemap-part", reverse("sitemap-part", kwargs={"part": part}))


def sitemap(*, at: dt.datetime) -> list[list[str]]:
    """The paths of all pages, in parts that search engines read whole."""
    return sitemaps(_listed(at=at))


def sitemaps(listed: Iterable[Address]) -> list[list[str]]:
    paths = [each.path for each in listed if each.path.endswith("/") and each.route not in FEEDS]
    return [list(part) for part in batched(paths, SITEMAP_LENGTH)]


def _listed(*, at: dt.datetime) -> Iterator[Address]:
    known = facts(at=at)
    for route, parameters in ROUTES.items():
        for each in parameters(known):
            yield Address(route, reverse(route, kwargs=each))
