"""Open data: the tables of a round as CSV and JSON, with a description of every column.

A table is made from frozen rows alone. A figure that does not exist is None: an empty cell in CSV,
null in JSON. Rates per 100,000 and interval ends have one decimal, also where it is 0.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from reviews.figures.cells import statistics_cells
from reviews.figures.periods import Period
from reviews.letters.wording import DEMONSTRATION
from reviews.models import AnnualSummary, Freeze, LetterAlternative, TypeAverage

type Cell = str | int | Decimal | dt.date | None
type Row = dict[str, Cell]

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files, what it means, and its type in CSV on the Web.

    `codes` lists the values that a column of codes can hold.
    """

    name: str
    description: str
    datatype: str = "integer"
    is_required: bool = False
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a round: `rows` makes its rows from the current rows of the round's freeze.

    It is given the instant at which the public asks, or None where staff do.
    """

    name: str
    title: str
    description: str
    key: str
    columns: tuple[Column, ...]
    rows: Callable[[Freeze, Iterable[AnnualSummary], dt.datetime | None], list[Row]]


def _count(name: str, description: str) -> Column:
    return Column(name, description, is_required=True)


def _code(name: str, description: str, *codes: str) -> Column:
    return Column(name, description, "string", is_required=True, codes=codes)


def _percent(stem: str, of: str) -> tuple[Column, ...]:
    """A rate, the ends of its interval, and the average of similar authorities."""
    return (
        Column(f"{stem}_percent", f"{of}: whole percent, halves rounded up"),
        Column(
            f"{stem}_percent_low",
            "Lower end of the Wilson 95% interval of that percentage, one decimal",
            "decimal",
        ),
        Column(f"{stem}_percent_high", "Upper end of that interval, one decimal", "decimal"),
        Column(
            f"{stem}_percent_similar",
            "Average of all councils of the same type: whole percent, pooled",
        ),
    )


def _similar_state(stem: str, what: str) -> Column:
    return _code(
        f"{stem}_similar_state",
        f"Why there is or is not an average of {what}",
        "value",
        "no_comparison",
        "none_in_group",
    )


STATISTICS_COLUMNS = (
    Column("gss_code", "ONS code of the authority's area, where it has one", "string"),
    Column("slug", "Name of the authority in web addresses", "string", is_required=True),
    Column(
        "authority", "Name of the authority as printed in its letter", "string", is_required=True
    ),
    Column("authority_type", "Type of authority", "string", is_required=True),
    _count("year_ending", "Year in which the period ends"),
    Column("period_start", "First day of the period", "date", is_required=True),
    Column("period_end", "Last day of the period", "date", is_required=True),
    _count("complaints_received", "Complaints received in the period"),
    _count("decided", "Complaints decided in the period, with any outcome"),
    _count("not_for_us", "Decided as invalid or incomplete, with advice, or by referring back"),
    _count("assessed_and_closed", "Closed after initial enquiries"),
    _count("investigated", "Decided as upheld or not upheld"),
    _count("upheld", "Upheld"),
    _count("not_upheld", "Not upheld"),
    *_percent("uphold", "Upheld, of investigated"),
    _code("uphold_state", "Why there is or is not a percentage", "value", "none_investigated"),
    Column("population", "Residents of the authority's area"),
    Column("population_year", "Year of that population estimate"),
    Column("upheld_per_100k", "Upheld for every 100,000 residents, one decimal", "decimal"),
    Column(
        "upheld_per_100k_similar",
        "The same for all councils of the same type together, one decimal",
        "decimal",
    ),
    _code(
        "per_100k_state",
        "Why there is or is not a rate per 100,000",
        "value",
        "no_population",
        "not_applicable",
    ),
    _count("compliance_outcomes", "Cases in which a compliance outcome that counts was recorded"),
    _count("complied", "Of these, recommendations carried out, in time or late"),
    _count("complied_late", "Of these, carried out late"),
    *_percent("compliance", "Complied, of compliance outcomes"),
    _code("compliance_state", "Why there is or is not a percentage", "value", "none_due"),
    _count("remedied_by_authority", "Upheld, and remedied before the Ombudsman was asked"),
    *_percent("remedied", "Remedied by the authority, of upheld"),
    _code("remedied_state", "Why there is or is not a percentage", "value", "none_upheld"),
    _similar_state("uphold", "uphold rates"),
    _similar_state("compliance", "compliance rates"),
    _similar_state("remedied", "satisfactory remedy rates"),
    Column("letter_version", "Version of the current issued letter, 1 the first"),
    Column("letter_sha256", "SHA-256 digest of that letter's PDF", "string"),
)

AVERAGES_COLUMNS = (
    Column("authority_type", "Type of authority", "string", is_required=True),
    Column("investigated", "Investigated, all councils of the type together"),
    Column("upheld", "Upheld, all together"),
    Column("uphold_percent", "Upheld, of investigated: whole percent, halves rounded up"),
    Column("compliance_outcomes", "Compliance outcomes, all together"),
    Column("complied", "Of these, complied, in time or late"),
    Column("compliance_percent", "Complied, of compliance outcomes: whole percent"),
    Column("remedied_by_authority", "Remedied by the authority, all together"),
    Column("remedied_percent", "Remedied by the authority, of upheld: whole percent"),
    Column("population", "Residents of all these councils' areas"),
    Column("upheld_per_100k", "Upheld for every 100,000 residents, one decimal", "decimal"),
    _count("councils", "Councils of the type in force on any day of the period"),
)


def _statistics_row(summary: AnnualSummary) -> Row:
    period, letter = summary.period, summary.letter
    return {
        "gss_code": summary.gss_code or None,
        "slug": summary.slug,
        "authority": summary.name,
        "authority_type": summary.authority_type,
        "year_ending": summary.year_ending,
        "period_start": period.first_day,
        "period_end": period.last_day,
        **statistics_cells(summary.statistics()),
        "letter_version": summary.number if letter.issued_at else None,
        "letter_sha256": letter.sha256 or None,
    }


def _average_row(row: TypeAverage, *, has_counts: bool) -> Row:
    average = row.average()
    rate = average.population_rate
    return {
        "authority_type": row.authority_type,
        "investigated": average.investigated if has_counts else None,
        "upheld": average.upheld if has_counts else None,
        "uphold_percent": average.uphold.percent,
        "compliance_outcomes": average.compliance_outcomes if has_counts else None,
        "complied": average.complied if has_counts else None,
        "compliance_percent": average.compliance.percent,
        "remedied_by_authority": average.remedied_by_authority if has_counts else None,
        "remedied_percent": average.remedied.percent,
        "population": average.population,
        "upheld_per_100k": rate.per_100k if rate else None,
        "councils": average.councils,
    }


def _statistics(
    freeze: Freeze, summaries: Iterable[AnnualSummary], at: dt.datetime | None
) -> list[Row]:
    # Sorted here, since databases disagree about the order of hyphens.
    return [_statistics_row(s) for s in sorted(summaries, key=lambda summary: summary.slug)]


def _averages(
    freeze: Freeze, summaries: Iterable[AnnualSummary], at: dt.datetime | None
) -> list[Row]:
    found = freeze.averages.order_by("authority_type")
    if at is None:
        return [_average_row(row, has_counts=True) for row in found]
    return [
        _average_row(row, has_counts=row.are_counts_public)
        for row in found.with_counts_public(at=at)
    ]


TABLES = {
    table.name: table
    for table in (
        Table(
            "statistics",
            "Annual statistics of each authority",
            "One row for every authority of the year's review: counts, rates and averages.",
            "slug",
            STATISTICS_COLUMNS,
            _statistics,
        ),
        Table(
            "averages",
            "Averages of each type of authority",
            "One row for every type of authority: all its councils' figures together. Its sums are "
            "left empty while not every letter that goes into them is public.",
            "authority_type",
            AVERAGES_COLUMNS,
            _averages,
        ),
    )
}


def csv_bytes(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """UTF-8 without BOM, LF, quoted where needed, None as an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def table_csv(table: Table, rows: Iterable[Row]) -> bytes:
    return csv_bytes([column.name for column in table.columns], rows)


def table_json(
    table: Table, rows: Iterable[Row], *, freeze: Freeze, is_demonstration: bool
) -> bytes:
    """`{"meta": {…}, "rows": […]}` with the columns as keys and numbers as numbers."""
    round_, period = freeze.round, freeze.round.period
    meta: dict[str, Any] = {
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "year_ending": round_.year,
        "period_start": period.first_day.isoformat(),
        "period_end": period.last_day.isoformat(),
        "published_at": timezone.localtime(round_.publish_at).isoformat(),
        "method_version": freeze.method_version,
        "licence": LICENCE,
        "notice": DEMONSTRATION if is_demonstration else None,
    }
    plain = [{name: _json_value(value) for name, value in row.items()} for row in rows]
    return _json_bytes({"meta": meta, "rows": plain})


def _json_value(value: Cell) -> str | int | float | None:
    match value:
        case Decimal():
            return float(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value


def _json_bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False) + "\n").encode()


def table_metadata(table: Table, *, year: int, is_demonstration: bool) -> bytes:
    """The description of a CSV file in CSV on the Web (W3C tabular metadata, 2015)."""
    description = table.description
    if is_demonstration:
        description = f"{description} {DEMONSTRATION}"
    return _json_bytes(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": f"{table.name}.csv",
            "dc:title": f"{table.title}, {Period(year).text}",
            "dc:description": description,
            "dc:license": {"@id": LICENCE},
            "dialect": {"encoding": "utf-8", "lineTerminators": ["\n"], "header": True},
            "tableSchema": {
                "columns": [_column_metadata(column) for column in table.columns],
                "primaryKey": table.key,
            },
        }
    )


def _column_metadata(column: Column) -> dict[str, Any]:
    datatype: str | dict[str, str] = column.datatype
    if column.codes:
        datatype = {"base": column.datatype, "format": "|".join(column.codes)}
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": datatype,
        "required": column.is_required,
    }


MANIFEST_COLUMNS = ("authority", "file", "bytes", "sha256")


def manifest_csv(summaries: Iterable[AnnualSummary]) -> bytes:
    """The digests of the current issued letters."""
    return csv_bytes(
        MANIFEST_COLUMNS,
        (
            {
                "authority": summary.slug,
                "file": letter_file_name(summary),
                "bytes": summary.letter.size,
                "sha256": summary.letter.sha256,
            }
            for summary in sorted(summaries, key=lambda summary: summary.slug)
        ),
    )


def letter_file_name(summary: AnnualSummary) -> str:
    return f"{summary.year_ending}-{summary.slug}.pdf"


def alternative_file_name(summary: AnnualSummary, kind: LetterAlternative.Kind) -> str:
    ending = "-large-print.pdf" if kind == LetterAlternative.Kind.LARGE_PRINT else ".txt"
    return f"{summary.year_ending}-{summary.slug}{ending}"


def all_files(
    freeze: Freeze, summaries: Iterable[AnnualSummary], *, is_demonstration: bool
) -> dict[str, bytes]:
    """Every file of every table by its name, as staff take them."""
    files = {}
    for table in TABLES.values():
        rows = table.rows(freeze, summaries, None)
        files[f"{table.name}.csv"] = table_csv(table, rows)
        files[f"{table.name}.json"] = table_json(
            table, rows, freeze=freeze, is_demonstration=is_demonstration
        )
        files[f"{table.name}.csv-metadata.json"] = table_metadata(
            table, year=freeze.round.year, is_demonstration=is_demonstration
        )
    return files
