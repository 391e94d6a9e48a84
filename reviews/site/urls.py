"""The addresses of the public pages: people keep and share them, so they stay as they are."""

from django.urls import path, register_converter

from casework.references import in_addresses
from reviews.figures.bands import BANDS
from reviews.figures.measures import RATES
from reviews.models import Layer
from reviews.site import (
    about,
    compare,
    files,
    funnels,
    lately,
    maps,
    published,
    receipts,
    robots,
    verify,
    views,
)
from reviews.site.tables import TABLES


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


class TypeConverter:
    """One of the five types of council that are compared, with hyphens."""

    regex = "|".join(funnels.TYPES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class RateConverter:
    """A measure that is a percentage."""

    regex = "|".join(RATES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class LayerConverter(TableConverter):
    """Which councils a map shows."""

    regex = "|".join(Layer.values)


class MapMeasureConverter(TableConverter):
    """The measure that a map shows."""

    regex = "|".join(BANDS)


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
register_converter(TypeConverter, "type")
register_converter(RateConverter, "rate")
register_converter(LayerConverter, "layer")
register_converter(MapMeasureConverter, "measure")

urlpatterns = [
    path("", views.home, name="home"),
    path("councils/", views.councils, name="councils"),
    path("councils/<slug:slug>/", views.council, name="council"),
    path("councils/<slug:slug>/<year:year>/", views.council_year, name="council-year"),
    path(
        "councils/<slug:slug>/<year:year>/receipts/",
        receipts.council_receipts,
        name="council-receipts",
    ),
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
    path("compare/", compare.compare, name="compare"),
    path("compare.svg", compare.compare_svg, name="compare-svg"),
    path("funnel/", funnels.funnels, name="funnels"),
    path("funnel/<year:year>/<type:kind>/<rate:measure>/", funnels.funnel, name="funnel"),
    path("map/", maps.newest_map, name="newest-map"),
    path("map/<year:year>/", maps.council_map, name="map"),
    path("map/<year:year>/<layer:layer>/<measure:measure>/", maps.council_map, name="map-of"),
    path("decisions/", published.decisions, name="decisions"),
    path("decisions/feed/", published.decisions_feed, name="decisions-feed"),
    path("decisions/<reference:reference>/", published.decision, name="decision"),
    path("improvements/", published.improvements, name="improvements"),
    path("reports/", published.reports, name="reports"),
    path("data/", views.data, name="data"),
    path("data/changes/", views.data_changes, name="data-changes"),
    path("data/changes.csv", files.data_changes, name="data-changes-csv"),
    path("data/openapi.json", files.data_openapi, name="data-openapi"),
    path("data/all/<table:name>.csv", files.data_all_csv, name="data-all-csv"),
    path("data/all/<table:name>.json", files.data_all_json, name="data-all-json"),
    path("data/all/<table:name>.ods", files.data_all_ods, name="data-all-ods"),
    path(
        "data/all/<table:name>.csv-metadata.json",
        files.data_all_metadata,
        name="data-all-metadata",
    ),
    path("data/<year:year>/manifest.csv", files.data_manifest, name="data-manifest"),
    path("data/<year:year>/<table:name>.csv", files.data_csv, name="data-csv"),
    path("data/<year:year>/<table:name>.json", files.data_json, name="data-json"),
    path("data/<year:year>/<table:name>.ods", files.data_ods, name="data-ods"),
    path(
        "data/<year:year>/<table:name>.csv-metadata.json", files.data_metadata, name="data-metadata"
    ),
    path("verify/", verify.verify, name="verify"),
    path("methods/", about.methods, name="methods"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("sources/", views.sources, name="sources"),
    path("published/", lately.published, name="published"),
    path("published/feed/", lately.published_feed, name="published-feed"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("sitemap-<version:part>.xml", robots.sitemap_part, name="sitemap-part"),
    path("robots.txt", robots.robots, name="robots"),
    path("healthz", files.healthz, name="healthz"),
]
