"""Lists as files. No cell of them can run as a formula, and none is ever cut.

A file is written whole before it is sent: what goes wrong half-way leaves no half of a list behind.
"""

import csv
import datetime as dt
import html
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from xlsxwriter import Workbook

from casework.refusals import Refused

type Cell = str | int | float | Decimal | dt.date | dt.datetime | None

# What a spreadsheet takes for the beginning of a formula, wide forms too, after blanks and
# characters that nobody sees, which some programs skip on their way to one.
BEGINS_FORMULA = re.compile(
    r"[\s\x00-\x1f\x7f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
    r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
)
SHEET_ROWS = 1_048_576  # of a sheet, its headings included
LONGEST_CELL = 32_767  # characters that a cell of a sheet holds
EXACT = 10**15  # a sheet keeps fifteen digits of a number
FIRST_DAY = dt.date(1900, 3, 1)  # from here on sheets and calendars agree
AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    value: Callable[[Any], Cell]
    relation: str = ""  # read together with the rows


def columns_of(page: Any, request: HttpRequest) -> list[Column]:
    """The columns of a list, and what its page adds for files."""
    names = [*page.get_list_display(request), *page.also_exported]
    left_out = {"action_checkbox", *page.not_exported}
    wanted = dict.fromkeys(
        name for name in names if callable(name) or name not in left_out
    )  # each once, in their order
    return [_column(name, page) for name in wanted]


def _column(name: Any, page: Any) -> Column:
    heading = capfirst(str(label_for_field(name, page.model, model_admin=page)))
    if callable(name):
        return Column(heading, lambda row: plain(name(row)))
    if name == "__str__":
        return Column(heading, str)
    if hasattr(page, name):
        method = getattr(page, name)
        return Column(heading, lambda row: plain(method(row)))
    fields = _fields(page.model, name)
    if not fields:  # a method or a property of the record
        return Column(heading, lambda row: plain(_called(getattr(row, name))))
    if len(fields) > 1:
        heading = ": ".join(capfirst(str(field.verbose_name)) for field in (fields[0], fields[-1]))
    relations = [field.name for field in fields if field.is_relation]
    names, choices = name.split(LOOKUP_SEP), dict(fields[-1].flatchoices)

    def value(row: Model) -> Cell:
        found: Any = row
        for part in names:
            found = getattr(found, part)
            if found is None:
                return None
        return plain(choices.get(found, found))

    return Column(heading, value, LOOKUP_SEP.join(relations))


def _fields(model: type[Model], name: str) -> list[Any]:
    """The fields on the way to a value, such as authority and GSS code; [] if it is none."""
    fields: list[Any] = []
    for part in name.split(LOOKUP_SEP):
        try:
            field: Any = model._meta.get_field(part)
        except FieldDoesNotExist:
            return []
        fields.append(field)
        model = field.related_model or model
    return fields


def _called(value: Any) -> Any:
    return value() if callable(value) else value


def plain(value: Any) -> Cell:
    """A value as a cell: numbers, days and instants stay what they are, the rest is text."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or isinstance(value, int | float | Decimal | dt.date):
        return value
    if isinstance(value, SafeString):
        return html.unescape(strip_tags(value))
    return str(value)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before one that begins so.

    Only text: a number below nothing is a number and stays one.
    """
    return f"'{text}" if BEGINS_FORMULA.match(text) else text


def written(rows: QuerySet, columns: list[Column], *, ending: str) -> tuple[IO[bytes], int]:
    """The rows in a file without a name, at its beginning, and their number.

    Reads them in lots, in a number of queries that does not grow within a lot.
    """
    if relations := sorted({column.relation for column in columns} - {""}):
        rows = rows.select_related(*relations)
    cells = ([column.value(row) for column in columns] for row in rows.iterator(AT_ONCE))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    try:
        count = WRITERS[ending](file, [column.heading for column in columns], cells)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, count


def write_csv(file: IO[bytes], headings: list[str], rows: Iterable[list[Cell]]) -> int:
    """UTF-8 with a mark, without which spreadsheets guess another encoding."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(heading) for heading in headings])
    count = 0
    for row in rows:
        writer.writerow([_in_csv(cell) for cell in row])
        count += 1
    text.detach()  # leaves the file open
    return count


def _in_csv(cell: Cell) -> object:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, dt.datetime):
        return _local(cell).isoformat(sep=" ", timespec="seconds")
    return cell


def _local(instant: dt.datetime) -> dt.datetime:
    """By the clock on the wall, as a spreadsheet has no time zones."""
    return timezone.make_naive(instant) if timezone.is_aware(instant) else instant


def write_xlsx(file: IO[bytes], headings: list[str], rows: Iterable[list[Cell]]) -> int:
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    workbook = Workbook(file, options)
    bold = workbook.add_format({"bold": True})
    instants = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = workbook.add_worksheet("List")
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, harmless(heading), bold)
        sheet.set_column(column, column, max(12, len(heading) + 2))
    count = 0
    for count, row in enumerate(_fitting(rows), 1):
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                sheet.write_string(count, column, cell)
            elif isinstance(cell, dt.datetime):
                sheet.write_datetime(count, column, cell, instants)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(count, column, cell)
            else:
                sheet.write_number(count, column, cell)
    workbook.close()
    return count


def _fitting(rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    """Rows as a sheet takes them; refuses what it would cut."""
    for number, row in enumerate(rows, 1):
        if number >= SHEET_ROWS:
            raise Refused(
                f"A spreadsheet has room for {SHEET_ROWS - 1:,} rows and this list has more: take "
                "it as CSV, or filter it further."
            )
        cells = [_in_sheet(cell) for cell in row]
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
            raise Refused(
                f"Row {number} holds a text longer than the {LONGEST_CELL:,} characters of a cell: "
                "take the list as CSV."
            )
        yield cells


def _in_sheet(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, dt.datetime):
        cell = _local(cell)
        return cell if cell.date() >= FIRST_DAY else str(cell)
    if isinstance(cell, dt.date):
        return cell if cell >= FIRST_DAY else str(cell)
    if cell is not None and not -EXACT < cell < EXACT:
        return harmless(str(cell))
    return cell


WRITERS: dict[str, Callable[[IO[bytes], list[str], Iterable[list[Cell]]], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
}
