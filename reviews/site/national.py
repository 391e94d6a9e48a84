"""The national review of a year: its page, its PDF file, and the list of all.

An edition's own figures and words are shown only while the public may read every row it was made
of. While one of them is held, or once one is retracted, its totals beside the other rows would tell
that row's figures: the page then sums the rows that may be read, and the file is not there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

from reviews.figures.counts import Counts
from reviews.letters.national import (
    DECIDED_CAPTION,
    DECIDED_COLUMNS,
    REMEDY_CAPTION,
    REMEDY_COLUMNS,
    Column,
    Part,
    Picture,
    Section,
    decided_cells,
    from_plain,
    remedy_cells,
    total_row,
)
from reviews.letters.pictures import Drawing, draw
from reviews.models import AnnualSummary, NationalReview, NationalReviewFile, NationalReviewRow
from reviews.national import document_of, figures_of
from reviews.site.files import as_issued
from reviews.site.responses import public, stored

PLACE = "the-slug"  # in an address, where an authority's own goes
UNAVAILABLE = (
    "The PDF file of this review is not available at present: the figures it was made of are not "
    "all public any more. The page of the review sums those that are.\n"
)


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a section as the page shows it, with its chart laid out if it is one."""

    part: Part
    drawing: Drawing | None


@dataclass(frozen=True, slots=True)
class ShownSection:
    section: Section
    parts: list[ShownPart]


@dataclass(frozen=True, slots=True)
class Line:
    """An authority's line in a table; no cells where its letter is retracted."""

    name: str
    address: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuthorityTable:
    key: str
    caption: str
    columns: tuple[Column, ...]
    lines: list[Line]
    total: tuple[str, ...]


@public
def reviews(request: HttpRequest) -> HttpResponse:
    found = NationalReview.objects.published(at=timezone.now()).select_related("round")
    by_year: dict[int, NationalReview] = {}
    for review in found.defer("figures", "document").order_by("-round__year", "-number"):
        by_year.setdefault(review.round.year, review)
    return render(request, "reviews/reviews.html", {"reviews": list(by_year.values())})


@public
def review(request: HttpRequest, year: int) -> HttpResponse:
    at = timezone.now()
    published = NationalReview.objects.published(at=at).filter(round__year=year)
    editions = list(published.select_related("round").defer("figures").order_by("-number"))
    if not editions:
        raise Http404
    edition = editions[0]
    whole = set(published.whole(at=at).order_by().values_list("pk", flat=True))
    shown = AnnualSummary.objects.shown(at=at).current().filter(freeze=edition.round.freeze_id)
    rows = list(shown.select_related("authority", "retraction").order_by("name", "slug"))
    standing = [row for row in rows if not hasattr(row, "retraction")]
    context: dict[str, Any] = {
        "round": edition.round,
        "edition": edition,
        "is_whole": edition.pk in whole,
        "earlier": [(each, each.pk in whole) for each in editions[1:]],
    }
    if edition.pk in whole:
        document = from_plain(edition.document)
        context |= _since(edition, standing)
    else:
        document = document_of(edition.round, figures_of(year, standing))
    context |= {
        "document": document,
        "sections": list(shown_sections(document.sections)),
        "tables": [
            _table("decided", DECIDED_CAPTION, DECIDED_COLUMNS, rows, year=year),
            _table("remedies", REMEDY_CAPTION, REMEDY_COLUMNS, rows, year=year),
        ],
    }
    return render(request, "reviews/review.html", context)


def _since(edition: NationalReview, standing: list[AnnualSummary]) -> dict[str, Any]:
    """The rows that were corrected or first published after the edition was made of the others."""
    made_of = dict(
        NationalReviewRow.objects.filter(review=edition)
        .order_by()
        .values_list("summary__authority", "summary")
    )
    other = [row for row in standing if made_of.get(row.authority_id) != row.pk]
    return {
        "corrected": [row for row in other if row.authority_id in made_of],
        "added": [row for row in other if row.authority_id not in made_of],
    }


def shown_sections(sections: Iterable[Section]) -> Iterable[ShownSection]:
    """The sections with their charts laid out."""
    for section in sections:
        parts = [
            ShownPart(part, draw(part.chart) if isinstance(part, Picture) else None)
            for part in section.parts
        ]
        yield ShownSection(section, parts)


def _table(
    key: str, caption: str, columns: tuple[Column, ...], rows: list[AnnualSummary], *, year: int
) -> AuthorityTable:
    cells_of = decided_cells if columns is DECIDED_COLUMNS else remedy_cells
    found: list[tuple[AnnualSummary, Counts | None]] = [
        (row, None if hasattr(row, "retraction") else row.counts()) for row in rows
    ]
    # Asked for hundreds of times, `reverse` would take most of the page's time.
    address = reverse("council-year", kwargs={"slug": PLACE, "year": year})
    return AuthorityTable(
        key=key,
        caption=caption,
        columns=columns,
        lines=[
            Line(
                row.name,
                address.replace(PLACE, row.authority.slug),
                cells_of(counts) if counts else (),
            )
            for row, counts in found
        ],
        total=cells_of(total_row([(row.name, counts) for row, counts in found if counts])),
    )


@stored
@csp_override({"frame-ancestors": [CSP.NONE]})  # a browser's own viewer brings its styles along
def review_pdf(request: HttpRequest, year: int, version: int | None = None) -> HttpResponseBase:
    """The bytes that were approved, of one edition or the newest; or why they are not there."""
    at = timezone.now()
    published = NationalReview.objects.published(at=at).filter(round__year=year)
    found = published if version is None else published.filter(number=version)
    edition = found.defer("figures", "document").order_by("-number").first()
    if edition is None:
        raise Http404
    if not published.whole(at=at).filter(pk=edition.pk).exists():
        return HttpResponse(
            UNAVAILABLE,
            status=404,
            content_type="text/plain; charset=utf-8",
            headers={"X-Content-Type-Options": "nosniff"},
        )
    files = NationalReviewFile.objects.filter(review=edition).values_list("pdf", flat=True)
    return as_issued(
        request,
        files.get,
        sha256=edition.sha256,
        content_type="application/pdf",
        name=f"national-review-{year}-edition-{edition.number}.pdf",
    )
