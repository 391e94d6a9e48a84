"""Reads a spreadsheet from standard input and writes it as CSV: a program of its own.

A spreadsheet is a packed archive that somebody else made: small ones can ask for any amount of
memory, and a library that gets none ends its process. So this one is limited and may end.
`casework.importing.spreadsheets` runs it. It imports nothing of the project.

Exit status 0: the CSV is on standard output; REFUSED: sentences that say why not, a line each.
"""

import csv
import datetime as dt
import io
import posixpath
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

import python_calamine

REFUSED = 3
MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 20
LARGEST_CSV = 20 * 1024 * 1024
PROBLEMS_SHOWN = 10

# What a spreadsheet program shows for these is not what it stores.
PERCENTAGE = "a percentage; format the cell as a plain number, such as 45 instead of 45%"
ERROR = "an error of a formula; mend it"
NO_VALUE = "a formula without its value; open the file in a spreadsheet program and save it again"
BUILT_IN_PERCENTAGES = {"9", "10"}

NOT_A_SPREADSHEET = (
    "not a spreadsheet that can be read; choose an .xlsx or .ods file, or one saved as CSV UTF-8"
)
PROTECTED = "protected by a password; save it without one"


class NotTaken(Exception):
    """The file is not taken; each argument says why."""


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    content = sys.stdin.buffer.read()
    try:
        sys.stdout.buffer.write(as_csv(content))
    except NotTaken as problem:
        sys.stdout.write("\n".join(str(each) for each in problem.args))
        return REFUSED
    return 0


def as_csv(content: bytes) -> bytes:
    """The only sheet with anything in it as CSV, each row under its own number."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            problems = list(_doubtful_cells(archive))
    except (zipfile.BadZipFile, NotImplementedError, ParseError, EOFError, UnicodeError):
        raise NotTaken(NOT_A_SPREADSHEET) from None
    except RuntimeError:  # what zipfile says of an archive with a password
        raise NotTaken(PROTECTED) from None
    try:
        with python_calamine.load_workbook(io.BytesIO(content)) as book:
            sheets = [(name, book.get_sheet_by_name(name)) for name in _names(book)]
            filled = [(name, sheet) for name, sheet in sheets if sheet.end is not None]
            if not filled:
                raise NotTaken("nothing in it; it needs a header row and rows below it")
            if len(filled) > 1:
                names = ", ".join(ascii(name)[1:-1][:40] for name, _ in filled)
                raise NotTaken(f"{len(filled)} sheets ({names}); keep one and take the others out")
            if problems:
                more = len(problems) - PROBLEMS_SHOWN
                rest = (
                    [f"and {more} more cell{'s' if more > 1 else ''} like these"]
                    if more > 0
                    else []
                )
                raise NotTaken(*problems[:PROBLEMS_SHOWN], *rest)
            return _written(filled[0][1])
    except python_calamine.PasswordError:
        raise NotTaken(PROTECTED) from None
    except python_calamine.CalamineError:
        raise NotTaken(NOT_A_SPREADSHEET) from None


def _names(book: python_calamine.CalamineWorkbook) -> list[str]:
    """The sheets that hold cells, no charts or macros."""
    kind = python_calamine.SheetTypeEnum.WorkSheet
    return [sheet.name for sheet in book.sheets_metadata if sheet.typ == kind]


def _written(sheet: python_calamine.CalamineSheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in sheet.to_python(skip_empty_area=False):
        cells = [text_of(value) for value in row]
        if any(cells):
            writer.writerow(cells)
        else:
            out.write("\n")
        if out.tell() > LARGEST_CSV:
            raise NotTaken("too large once it is opened; divide it, or save it as CSV UTF-8")
    return out.getvalue().encode("utf-8", "backslashreplace")


def text_of(value: Any) -> str:
    """A cell as the same table saved as CSV would have it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # As many digits as spreadsheet programs show: 0.1 + 0.2 is 0.3 there.
        number = Decimal(format(value, ".15g"))
        return format(number.normalize() if number % 1 else number.quantize(Decimal(1)), "f")
    if isinstance(value, dt.datetime):
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


# Cells whose value is not what people see -------------------------------------------------------


def _doubtful_cells(archive: zipfile.ZipFile) -> Iterator[str]:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        percentages = _percent_styles(archive) if "xl/styles.xml" in names else set()
        for name in sorted(names):
            if posixpath.dirname(name) == "xl/worksheets" and name.endswith(".xml"):
                yield from _doubtful_in_excel(archive, name, percentages)
    elif "content.xml" in names:
        manifest = "META-INF/manifest.xml"
        if manifest in names and b"encryption-data" in archive.read(manifest):
            raise NotTaken(PROTECTED)
        yield from _doubtful_in_open_document(archive)
    else:
        raise NotTaken(NOT_A_SPREADSHEET)


def _elements(archive: zipfile.ZipFile, name: str, forget: set[str]) -> Iterator[Element]:
    """Each element when it is read whole; those to `forget` are emptied after that."""
    with archive.open(name) as file:
        for _, element in iterparse(file):  # noqa: S314 - this process is limited
            yield element
            if _local(element.tag) in forget:
                element.clear()


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _attributes(element: Element) -> dict[str, list[str]]:
    """By name without the name space; two spaces may have the same name."""
    found: dict[str, list[str]] = {}
    for name, value in element.attrib.items():
        found.setdefault(_local(name), []).append(value)
    return found


def _percent_styles(archive: zipfile.ZipFile) -> set[str]:
    """The numbers of the cell styles that show percentages."""
    percentages = set(BUILT_IN_PERCENTAGES)
    styles: set[str] = set()
    for element in _elements(archive, "xl/styles.xml", set()):
        name = _local(element.tag)
        if name == "numFmt" and "%" in element.get("formatCode", ""):
            percentages.add(element.get("numFmtId", ""))
        if name == "cellXfs":
            styles = {
                str(number)
                for number, style in enumerate(element)
                if style.get("numFmtId") in percentages
            }
    return styles


def _doubtful_in_excel(archive: zipfile.ZipFile, name: str, percentages: set[str]) -> Iterator[str]:
    for cell in _elements(archive, name, {"row"}):
        if _local(cell.tag) != "c":
            continue
        parts = {_local(part.tag): part.text or "" for part in cell}
        place = f"cell {cell.get('r', '')}"
        if cell.get("t") == "e":
            yield f"{place}: {ERROR}"
        elif parts.get("v") and cell.get("s") in percentages:
            yield f"{place}: {PERCENTAGE}"
        elif "f" in parts and not parts.get("v") and cell.get("t") != "str":
            yield f"{place}: {NO_VALUE}"


def _doubtful_in_open_document(archive: zipfile.ZipFile) -> Iterator[str]:
    row = 1
    for element in _elements(archive, "content.xml", {"table-row"}):
        if _local(element.tag) == "table":
            row = 1
        if _local(element.tag) != "table-row":
            continue
        column = 0
        for cell in element:
            attributes = _attributes(cell)
            kinds = attributes.get("value-type", [])
            place = f"cell {_letters(column)}{row}"
            if "error" in kinds:
                yield f"{place}: {ERROR}"
            elif "percentage" in kinds:
                yield f"{place}: {PERCENTAGE}"
            elif "formula" in attributes and not kinds:
                yield f"{place}: {NO_VALUE}"
            column += _times(attributes.get("number-columns-repeated", ()))
        row += _times(_attributes(element).get("number-rows-repeated", ()))


def _times(given: Iterable[str]) -> int:
    return next((int(each) for each in given if each.isdecimal()), 1)


def _letters(column: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters


if __name__ == "__main__":
    sys.exit(main())
