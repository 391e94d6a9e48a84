"""Open data as files: the tables as CSV, JSON and CSV on the Web, and the digests of letters.

A figure that does not exist is an empty cell in CSV and null in JSON. Rates per 100,000 and ends of
intervals have one decimal, also where it is 0. Each function gives the bytes of what it is given.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from reviews.figures.breaks import BREAKS
from reviews.figures.periods import Period
from reviews.letters.wording import DEMONSTRATION
from reviews.models import AnnualSummary, Freeze, LetterAlternative
from reviews.site.tables import TABLES, Cell, Column, Row, Table
from reviews.site.workbooks import ALL_YEARS, LICENCE, table_ods


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
    about = {**_about(table), **_about_year(freeze)}
    return _with_rows(about, rows, is_demonstration=is_demonstration)


def table_json_over_years(
    table: Table, rows: Iterable[Row], *, freezes: Iterable[Freeze], is_demonstration: bool
) -> bytes:
    """The same for all years, with the breaks across which years cannot be compared."""
    about = {
        **_about(table),
        "years": [_about_year(freeze) for freeze in freezes],
        "breaks": [
            {
                "year_ending": each.year_ending,
                "measures": sorted(each.measures),
                "reason": each.reason,
            }
            for each in BREAKS
        ],
    }
    return _with_rows(about, rows, is_demonstration=is_demonstration)


def _about(table: Table) -> dict[str, Any]:
    return {"name": table.name, "title": table.title, "description": table.description}


def _about_year(freeze: Freeze) -> dict[str, Any]:
    round_, period = freeze.round, freeze.round.period
    return {
        "year_ending": round_.year,
        "period_start": period.first_day.isoformat(),
        "period_end": period.last_day.isoformat(),
        "published_at": timezone.localtime(round_.publish_at).isoformat(),
        "method_version": freeze.method_version,
    }


def _with_rows(about: dict[str, Any], rows: Iterable[Row], *, is_demonstration: bool) -> bytes:
    meta = {
        **about,
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


def table_metadata(table: Table, *, year: int | None, is_demonstration: bool) -> bytes:
    """The description of a CSV file in CSV on the Web (W3C tabular metadata, 2015).

    Without a year it is that of the file over all years.
    """
    description = table.description
    if is_demonstration:
        description = f"{description} {DEMONSTRATION}"
    return _json_bytes(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
            "url": f"{table.name}.csv",
            "dc:title": f"{table.title}, {Period(year).text if year else ALL_YEARS}",
            "dc:description": description,
            "dc:license": {"@id": LICENCE},
            "dialect": {"encoding": "utf-8", "lineTerminators": ["\n"], "header": True},
            "tableSchema": {
                "columns": [_column_metadata(column) for column in table.columns],
                "primaryKey": table.key if year else ["year_ending", table.key],
            },
        }
    )


def _column_metadata(column: Column) -> dict[str, Any]:
    datatype: str | dict[str, str] = column.datatype
    if column.codes:
        datatype = {"base": column.datatype, "format": "|".join(column.codes)}
    described: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": datatype,
        "required": column.is_required,
    }
    if column.is_list:
        described["separator"] = " "
    return described


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
    summaries = list(summaries)
    files = {}
    for table in TABLES.values():
        rows = table.rows(freeze, summaries, None)
        files[f"{table.name}.csv"] = table_csv(table, rows)
        files[f"{table.name}.json"] = table_json(
            table, rows, freeze=freeze, is_demonstration=is_demonstration
        )
        files[f"{table.name}.ods"] = table_ods(
            table, rows, freezes=[freeze], is_demonstration=is_demonstration
        )
        files[f"{table.name}.csv-metadata.json"] = table_metadata(
            table, year=freeze.round.year, is_demonstration=is_demonstration
        )
    return files
