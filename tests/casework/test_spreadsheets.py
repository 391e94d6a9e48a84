"""Spreadsheets read as the CSV they would be saved as."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from casework.importing import CsvFile, Problems, Table
from casework.importing.spreadsheet_program import LARGEST_CSV, text_of
from casework.importing.spreadsheets import csv_of_spreadsheet, is_spreadsheet
from casework.refusals import Refused

# Spreadsheets know no time zones.
MIDNIGHT = dt.datetime(2020, 5, 1)  # noqa: DTZ001
AT_HALF_PAST_TEN = dt.datetime(2020, 5, 1, 10, 30)  # noqa: DTZ001


def book(*sheets: Callable[[Any, Any], object]) -> bytes:
    """An .xlsx file; each function fills a sheet and may add formats to the workbook."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    for number, fill in enumerate(sheets, start=1):
        fill(workbook.add_worksheet(f"Sheet {number}"), workbook)
    workbook.close()
    return out.getvalue()


def cells(*rows: list[Any]) -> Callable[[Any, Any], None]:
    def fill(sheet: Any, workbook: Any) -> None:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write(number, column, value)

    return fill


def nothing(sheet: Any, workbook: Any) -> None:
    """A sheet left blank."""


def open_document(rows: str, manifest: str = "") -> bytes:
    """An .ods file with these rows."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="A">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return out.getvalue()


def refusal(content: bytes) -> list[str]:
    with pytest.raises(Refused) as caught:
        csv_of_spreadsheet(content, "cases.xlsx")
    return caught.value.problems


def test_spreadsheet_reads_as_the_csv_it_would_be_saved_as() -> None:
    content = book(
        cells(
            ["reference", "day", "amount", "text"],
            [20001234, dt.date(2020, 5, 1), 99.5, "007"],
            ["20 001 235", AT_HALF_PAST_TEN, 0.1 + 0.2, "one\nmore"],
            [True, None, -3, "é, 🙂"],
        )
    )  # fmt: skip
    sheet = csv_of_spreadsheet(content, "cases.xlsx").decode()
    assert sheet == (
        "reference,day,amount,text\n"
        "20001234,2020-05-01,99.5,007\n"
        '20 001 235,2020-05-01 10:30:00,0.3,"one\nmore"\n'
        'TRUE,,-3,"é, 🙂"\n'
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20001234.0, "20001234"), (0.0, "0"), (-0.0, "-0"), (1e21, "1000000000000000000000"),
        (0.1 + 0.2, "0.3"), (250.50, "250.5"), (1e-7, "0.0000001"), (True, "TRUE"), ("007", "007"),
        (MIDNIGHT, "2020-05-01"), (AT_HALF_PAST_TEN, "2020-05-01 10:30:00"),
        (dt.date(2020, 5, 1), "2020-05-01"),
        (dt.time(10, 30), "10:30:00"), ("", ""),
    ],
)  # fmt: skip
def test_cell_is_written_as_a_csv_would_have_it(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_rows_keep_their_numbers_and_blank_ones_are_left_out() -> None:
    content = book(cells(["name", "day"], ["A", "1"], [], ["B", "2"], []))
    problems = Problems()
    file = CsvFile(io.BytesIO(csv_of_spreadsheet(content, "a.xlsx")), "a.xlsx")
    rows = list(file.rows(Table(columns=("name", "day")), problems=problems))
    assert [(row.number, row.cells) for row in rows] == [
        (2, {"name": "A", "day": "1"}),
        (4, {"name": "B", "day": "2"}),
    ]
    assert problems.lines == []


def test_blank_rows_and_columns_before_the_table_stay_so_that_places_are_right() -> None:
    content = book(cells([], [None, "name"], [None, "A"]))
    assert csv_of_spreadsheet(content, "a.xlsx") == b"\n,name\n,A\n"


def test_other_sheets_may_be_blank_but_not_filled() -> None:
    assert csv_of_spreadsheet(book(cells(["a"]), nothing), "a.xlsx") == b"a\n"
    assert refusal(book(cells(["a"]), cells(["b"]))) == [
        "cases.xlsx: 2 sheets (Sheet 1, Sheet 2); keep one and take the others out"
    ]
    assert refusal(book(nothing)) == [
        "cases.xlsx: nothing in it; it needs a header row and rows below it"
    ]


def test_value_of_a_formula_is_read_and_one_without_is_refused() -> None:
    def formulas(sheet: Any, workbook: Any) -> None:
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, '="a"', None, "a")
        sheet.write_formula(0, 2, '=""', None, "blank")
        sheet.write(0, 3, "end")

    content = edited(book(formulas), "xl/worksheets/sheet1.xml", b"<v>blank</v>", b"<v></v>")
    assert csv_of_spreadsheet(content, "a.xlsx") == b"2,a,,end\n"

    def unfinished(sheet: Any, workbook: Any) -> None:
        sheet.write(0, 0, "reference")
        sheet.write_formula(1, 0, "=1+1", None, 2)

    content = edited(book(unfinished), "xl/worksheets/sheet1.xml", b"<v>2</v>", b"")
    assert refusal(content) == [
        "cases.xlsx: cell A2: a formula without its value; open the file in a spreadsheet program "
        "and save it again"
    ]


def edited(content: bytes, member: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as to:
        for name in source.namelist():
            part = source.read(name)
            if name == member:
                assert old in part
                part = part.replace(old, new)
            to.writestr(name, part)
    return out.getvalue()


def test_percentages_and_errors_are_refused_at_their_cell() -> None:
    def fill(sheet: Any, workbook: Any) -> None:
        sheet.write(0, 0, "uphold_percent")
        sheet.write(1, 0, 1, workbook.add_format({"num_format": "0%"}))
        sheet.write(2, 0, 0.455, workbook.add_format({"num_format": "0.0 %"}))
        sheet.write_formula(3, 0, "=NA()", None, "#N/A")

    percentage = "a percentage; format the cell as a plain number, such as 45 instead of 45%"
    assert refusal(book(fill)) == [
        f"cases.xlsx: cell A2: {percentage}",
        f"cases.xlsx: cell A3: {percentage}",
        "cases.xlsx: cell A4: an error of a formula; mend it",
    ]


def test_many_doubtful_cells_are_not_all_listed() -> None:
    def fill(sheet: Any, workbook: Any) -> None:
        for row in range(12):
            sheet.write(row, 0, 1, workbook.add_format({"num_format": "0%"}))

    found = refusal(book(fill))
    assert len(found) == 11
    assert found[-1] == "cases.xlsx: and 2 more cells like these"


def test_open_document_reads_the_same_way() -> None:
    rows = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>reference</text:p>'
        '</table:table-cell><table:table-cell office:value-type="string"><text:p>day</text:p>'
        "</table:table-cell></table:table-row>"
        '<table:table-row><table:table-cell office:value-type="float" office:value="20001234">'
        '<text:p>20001234</text:p></table:table-cell><table:table-cell office:value-type="date" '
        'office:date-value="2020-05-01"><text:p>01/05/20</text:p></table:table-cell>'
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell '
        'table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert csv_of_spreadsheet(open_document(rows), "a.ods") == (
        b"reference,day\n20001234,2020-05-01\n"
    )
    rows = rows.replace('office:value-type="float"', 'office:value-type="percentage"')
    assert refusal(open_document(rows)) == [
        "cases.xlsx: cell A2: a percentage; format the cell as a plain number, such as 45 instead "
        "of 45%"
    ]


NOT_READ = (
    "cases.xlsx: not a spreadsheet that can be read; choose an .xlsx or .ods file, or one saved as "
    "CSV UTF-8"
)
TOO_LARGE = (
    "cases.xlsx: too large once it is opened, or damaged; save the table alone as a new file, or "
    "as CSV UTF-8"
)


def a_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04rest", NOT_READ),
        (book(cells(["a"]))[:-40], NOT_READ),
        (a_document(), NOT_READ),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 2000, (
            "cases.xlsx: protected by a password, or of an Excel before 2007; save it as .xlsx "
            "without a password"
        )),
        (open_document("", "<x:encryption-data/>"), (
            "cases.xlsx: protected by a password; save it without one"
        )),
    ],
)  # fmt: skip
def test_other_files_are_refused_in_one_sentence(content: bytes, problem: str) -> None:
    assert is_spreadsheet(content[:8])
    assert refusal(content) == [problem]


def test_zip_bomb_is_refused_and_harms_nothing() -> None:
    plain = book(cells(["a"]))
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain)) as source,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as to,
    ):
        for name in source.namelist():
            if name != "xl/worksheets/sheet1.xml":
                to.writestr(name, source.read(name))
        start, _, end = source.read("xl/worksheets/sheet1.xml").partition(b"<sheetData>")
        with to.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(start + b'<sheetData><row r="1"><c r="A1" t="str"><v>')
            for _ in range(512):
                sheet.write(b"a" * 1024 * 1024)
            sheet.write(b"</v></c></row>" + end.partition(b"</row>")[2])
    assert len(bomb.getvalue()) < 5 * 1024 * 1024
    assert refusal(bomb.getvalue()) == [TOO_LARGE]


def test_a_lone_cell_far_away_is_refused_and_harms_nothing() -> None:
    def fill(sheet: Any, workbook: Any) -> None:
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")

    assert refusal(book(fill)) == [TOO_LARGE]


def test_one_text_used_very_often_is_refused() -> None:
    def fill(sheet: Any, workbook: Any) -> None:
        for row in range(LARGEST_CSV // 30_000 + 1):
            sheet.write(row, 0, "a" * 30_000)

    assert refusal(book(fill)) == [
        "cases.xlsx: too large once it is opened; divide it, or save it as CSV UTF-8"
    ]


def test_csv_is_no_spreadsheet() -> None:
    assert not is_spreadsheet(b"reference")
    assert not is_spreadsheet(b"")
