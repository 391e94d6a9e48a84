"""The files of the public pages: letters as issued, open data, and whether the site is well."""

import datetime as dt
from collections import defaultdict
from collections.abc import Buffer, Callable

from django.db import Error, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.csp import CSP
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from reviews.models import (
    AnnualSummary,
    Demonstration,
    Freeze,
    LetterAlternative,
    LetterFile,
    Round,
)
from reviews.site import opendata
from reviews.site.changes import changes, changes_csv
from reviews.site.ods import CONTENT_TYPE as ODS
from reviews.site.openapi import openapi_bytes
from reviews.site.responses import public, stored, without_parameters
from reviews.site.tables import OVER_YEARS, TABLES, rows_over_years, with_parts
from reviews.site.views import issued_letter
from reviews.site.workbooks import table_ods

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
CSVW = "application/csvm+json"
ALTERNATIVES = {
    LetterAlternative.Kind.LARGE_PRINT: "application/pdf",
    LetterAlternative.Kind.TEXT: "text/plain; charset=utf-8",
}


@stored
@csp_override({"frame-ancestors": [CSP.NONE]})  # a browser's own viewer brings its styles along
def letter_pdf(
    request: HttpRequest, slug: str, year: int, version: int | None = None
) -> HttpResponseBase:
    """The bytes that were issued."""
    summary = issued_letter(slug, year, version, at=timezone.now())
    if hasattr(summary, "retraction"):
        return _gone(summary.retraction.notice)
    files = LetterFile.objects.filter(letter=summary.letter).values_list("pdf", flat=True)
    return _as_issued(
        request,
        files.get,
        sha256=summary.letter.sha256,
        content_type="application/pdf",
        name=opendata.letter_file_name(summary),
    )


@stored
@csp_override({"frame-ancestors": [CSP.NONE]})
def letter_alternative(
    request: HttpRequest, slug: str, year: int, kind: str, version: int | None = None
) -> HttpResponseBase:
    """The letter in large print or as plain text, as it was issued."""
    summary = issued_letter(slug, year, version, at=timezone.now())
    if hasattr(summary, "retraction"):
        return _gone(summary.retraction.notice)
    files = LetterAlternative.objects.filter(letter=summary.letter, kind=kind)
    stored = get_object_or_404(files.only("sha256"))
    return _as_issued(
        request,
        files.values_list("content", flat=True).get,
        sha256=stored.sha256,
        content_type=ALTERNATIVES[LetterAlternative.Kind(kind)],
        name=opendata.alternative_file_name(summary, LetterAlternative.Kind(kind)),
    )


def _as_issued(
    request: HttpRequest,
    read: Callable[[], Buffer],
    *,
    sha256: str,
    content_type: str,
    name: str,
) -> HttpResponseBase:
    """A file of a letter, or that the reader's copy is still the same."""
    etag = f'"{sha256}"'
    if unchanged := get_conditional_response(request, etag=etag):
        unchanged.headers["ETag"] = etag
        return unchanged
    return HttpResponse(
        bytes(read()),
        content_type=content_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "ETag": etag,
            "X-Content-Type-Options": "nosniff",
        },
    )


def _gone(notice: str) -> HttpResponse:
    """In place of a retracted letter's file."""
    return HttpResponse(
        f"This letter has been retracted.\n\n{notice}\n",
        status=410,
        content_type="text/plain; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff"},
    )


@public
@without_parameters
def data_csv(request: HttpRequest, year: int, name: str) -> HttpResponse:
    table = TABLES[name]
    at = timezone.now()
    freeze, summaries = _published(year, at=at)
    content = opendata.table_csv(table, table.rows(freeze, summaries, at))
    return _file(content, content_type=CSV, name=f"{year}-{name}.csv")


@public
@without_parameters
def data_json(request: HttpRequest, year: int, name: str) -> HttpResponse:
    table = TABLES[name]
    at = timezone.now()
    freeze, summaries = _published(year, at=at)
    content = opendata.table_json(
        table,
        table.rows(freeze, summaries, at),
        freeze=freeze,
        is_demonstration=Demonstration.objects.exists(),
    )
    return _file(content, content_type=JSON, name=f"{year}-{name}.json")


@public
@without_parameters
def data_ods(request: HttpRequest, year: int, name: str) -> HttpResponse:
    table = TABLES[name]
    at = timezone.now()
    freeze, summaries = _published(year, at=at)
    content = table_ods(
        table,
        table.rows(freeze, summaries, at),
        freezes=[freeze],
        is_demonstration=Demonstration.objects.exists(),
    )
    return _file(content, content_type=ODS, name=f"{year}-{name}.ods")


@public
@without_parameters
def data_metadata(request: HttpRequest, year: int, name: str) -> HttpResponse:
    _published(year, at=timezone.now())
    content = opendata.table_metadata(
        TABLES[name], year=year, is_demonstration=Demonstration.objects.exists()
    )
    return _file(content, content_type=CSVW, name=f"{year}-{name}.csv-metadata.json")


@public
@without_parameters
def data_manifest(request: HttpRequest, year: int) -> HttpResponse:
    _, summaries = _published(year, at=timezone.now())
    return _file(opendata.manifest_csv(summaries), content_type=CSV, name=f"{year}-manifest.csv")


@public
@without_parameters
def data_all_csv(request: HttpRequest, name: str) -> HttpResponse:
    table, at = OVER_YEARS[name], timezone.now()
    content = opendata.table_csv(table, rows_over_years(table, _all_published(at), at))
    return _file(content, content_type=CSV, name=f"all-{name}.csv")


@public
@without_parameters
def data_all_json(request: HttpRequest, name: str) -> HttpResponse:
    table, at = OVER_YEARS[name], timezone.now()
    years = _all_published(at)
    content = opendata.table_json_over_years(
        table,
        rows_over_years(table, years, at),
        freezes=[freeze for freeze, _ in years],
        is_demonstration=Demonstration.objects.exists(),
    )
    return _file(content, content_type=JSON, name=f"all-{name}.json")


@public
@without_parameters
def data_all_ods(request: HttpRequest, name: str) -> HttpResponse:
    table, at = OVER_YEARS[name], timezone.now()
    years = _all_published(at)
    content = table_ods(
        table,
        rows_over_years(table, years, at),
        freezes=[freeze for freeze, _ in years],
        is_demonstration=Demonstration.objects.exists(),
    )
    return _file(content, content_type=ODS, name=f"all-{name}.ods")


@public
@without_parameters
def data_all_metadata(request: HttpRequest, name: str) -> HttpResponse:
    content = opendata.table_metadata(
        OVER_YEARS[name], year=None, is_demonstration=Demonstration.objects.exists()
    )
    return _file(content, content_type=CSVW, name=f"all-{name}.csv-metadata.json")


@public
@without_parameters
def data_changes(request: HttpRequest) -> HttpResponse:
    content = changes_csv(changes(at=timezone.now()))
    return _file(content, content_type=CSV, name="changes.csv")


@public
@without_parameters
def data_openapi(request: HttpRequest) -> HttpResponse:
    return _file(openapi_bytes(), content_type=JSON, name="openapi.json")


def _published(year: int, *, at: dt.datetime) -> tuple[Freeze, QuerySet[AnnualSummary]]:
    """A published year's freeze and its current rows, or 404."""
    freeze = get_object_or_404(
        Freeze.objects.filter(current_of__in=Round.objects.published(at=at)).select_related(
            "round"
        ),
        round__year=year,
    )
    summaries = AnnualSummary.objects.published(at=at).current().filter(freeze=freeze)
    return freeze, summaries.select_related("letter", "correction")


def _all_published(at: dt.datetime) -> list[tuple[Freeze, list[AnnualSummary]]]:
    """All published years, the earliest first, in four queries."""
    freezes = Freeze.objects.filter(current_of__in=Round.objects.published(at=at))
    rows: dict[int, list[AnnualSummary]] = defaultdict(list)
    for summary in (
        AnnualSummary.objects.published(at=at).current().select_related("letter", "correction")
    ):
        rows[summary.freeze_id].append(summary)
    return [
        (freeze, rows[freeze.pk]) for freeze in with_parts(freezes.order_by("round__year"), at=at)
    ]


def _file(content: bytes, *, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
        },
    )


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Error:
        return HttpResponse("unavailable", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
