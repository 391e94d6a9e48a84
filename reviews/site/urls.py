"""The addresses of the public pages: people keep and share them, so they stay as they are."""

from django.urls import path, register_converter

from casework.references import in_addresses
from reviews.site import about, files, national, published, scrutiny, verify, views
from reviews.site.opendata import TABLES


class YearConverter:
    """The year in which a period ends: four digits."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04d}"


class VersionConverter:
    """The version of a letter: 1 is the first."""

    regex = "[1-9][0-9]{0,3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class TableConverter:
    """The name of a table of open data."""

    regex = "|".join(TABLES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ReferenceConverter:
    """The reference of a case: `20-001-234` for `20 001 234`."""

    regex = "[0-9]{2}-[0-9]{3}-[0-9]{3}"

    def to_python(self, value: str) -> str:
        return value.replace("-", " ")

    def to_url(self, value: str) -> str:
        return in_addresses(value)


register_converter(ReferenceConverter, "reference")
register_converter(YearConverter, "year")
register_converter(VersionConverter, "version")
register_converter(TableConverter, "table")

urlpatterns = [
    path("", views.home, name="home"),
    path("councils/", views.councils, name="councils"),
    path("councils/<slug:slug>/", views.council, name="council"),
    path("councils/<slug:slug>/<year:year>/", views.council_year, name="council-year"),
    path("councils/<slug:slug>/<year:year>/letter/", views.letter, name="letter"),
    path("councils/<slug:slug>/<year:year>/letter.pdf", files.letter_pdf, name="letter-pdf"),
    path(
        "councils/<slug:slug>/<year:year>/letter/<version:version>/",
        views.letter,
        name="letter-version",
    ),
    path(
        "councils/<slug:slug>/<year:year>/letter-<version:version>.pdf",
        files.letter_pdf,
        name="letter-version-pdf",
    ),
    path(
        "councils/<slug:slug>/<year:year>/letter-large-print.pdf",
        files.letter_alternative,
        {"kind": "large_print"},
        name="letter-large-print",
    ),
    path(
        "councils/<slug:slug>/<year:year>/letter-<version:version>-large-print.pdf",
        files.letter_alternative,
        {"kind": "large_print"},
        name="letter-version-large-print",
    ),
    path(
        "councils/<slug:slug>/<year:year>/letter.txt",
        files.letter_alternative,
        {"kind": "text"},
        name="letter-text",
    ),
    path(
        "councils/<slug:slug>/<year:year>/letter-<version:version>.txt",
        files.letter_alternative,
        {"kind": "text"},
        name="letter-version-text",
    ),
    path("councils/<slug:slug>/<year:year>/scrutiny/", scrutiny.scrutiny, name="scrutiny"),
    path(
        "councils/<slug:slug>/<year:year>/scrutiny.pdf", scrutiny.scrutiny_pdf, name="scrutiny-pdf"
    ),
    path("reviews/", national.reviews, name="reviews"),
    path("reviews/<year:year>/", national.review, name="review"),
    path("reviews/<year:year>/review.pdf", national.review_pdf, name="review-pdf"),
    path(
        "reviews/<year:year>/review-<version:version>.pdf",
        national.review_pdf,
        name="review-version-pdf",
    ),
    path("decisions/", published.decisions, name="decisions"),
    path("decisions/feed/", published.decisions_feed, name="decisions-feed"),
    path("decisions/<reference:reference>/", published.decision, name="decision"),
    path("improvements/", published.improvements, name="improvements"),
    path("reports/", published.reports, name="reports"),
    path("data/", views.data, name="data"),
    path("data/<year:year>/manifest.csv", files.data_manifest, name="data-manifest"),
    path("data/<year:year>/<table:name>.csv", files.data_csv, name="data-csv"),
    path("data/<year:year>/<table:name>.json", files.data_json, name="data-json"),
    path(
        "data/<year:year>/<table:name>.csv-metadata.json", files.data_metadata, name="data-metadata"
    ),
    path("verify/", verify.verify, name="verify"),
    path("methods/", about.methods, name="methods"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("sources/", views.sources, name="sources"),
    path("healthz", files.healthz, name="healthz"),
]
