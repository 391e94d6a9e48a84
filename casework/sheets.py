"""Tables as files. No cell of them can run as a formula, and none is ever cut."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import IO

from django.utils import timezone
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


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes before one that begins so.

    Only text: a number below nothing is a number and stays one.
    """
    return f"'{text}" if BEGINS_FORMULA.match(text) else text


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
