"""Spreadsheets: accessible in form, and with the same figures as the other files."""

import csv
import io
import zipfile
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client

from reviews.models import Demonstration
from reviews.site.ods import Sheet, ods_bytes
from reviews.site.tables import TABLES
from tests.factories import make_authority
from tests.reviews.site.builders import PUBLISHED_AT, SPECIMEN, make_frozen_round, make_issued
from tests.reviews.site.sheets import names, sheet

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@pytest.fixture
def published() -> None:
    round_ = make_frozen_round()
    make_issued(round_, make_authority('A & "B" <Council>', slug="a"), **SPECIMEN)
    make_issued(round_, make_authority("=1+1", slug="b"), upheld=7, not_upheld=40)


def content_of(ods: bytes) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(ods)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert archive.testzip() is None
        return ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314  our own file


@pytest.mark.parametrize("years", ["2020", "all"])
@pytest.mark.parametrize("table", TABLES)
def test_spreadsheet_says_what_the_csv_says(
    client: Client, published: None, table: str, years: str
) -> None:
    ods = client.get(f"/data/{years}/{table}.ods").content
    assert names(ods) == ["Cover", "Notes", "Columns", table]
    lines = sheet(ods, table)
    text = client.get(f"/data/{years}/{table}.csv").content.decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert lines[2] == header
    assert [[number(value) for value in row] for row in lines[3:]] == [
        [
            number(cell) if cell or not is_protected(header, row, place) else "[c]"
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]
    assert [row[0] for row in sheet(ods, "Columns")[3:]] == header


def number(value: object) -> object:
    """Numbers of both files as the same kind of number, all else as text."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def is_protected(header: list[str], row: list[str], place: int) -> bool:
    return header[-1] == "protected" and header[place] in row[-1].split()


@pytest.mark.parametrize("table", ["statistics", "upheld-by-category"])
def test_sheets_have_a_title_then_text_then_one_table_with_its_header_marked(
    client: Client, published: None, table: str
) -> None:
    """No merged cells and no empty rows, so that a screen reader reads every cell in order."""
    content = content_of(client.get(f"/data/2020/{table}.ods").content)
    for each in content.iter(f"{TABLE}table"):
        rows = list(each.iter(f"{TABLE}table-row"))
        assert [row for row in rows if not "".join(row.itertext())] == []
        assert rows[0][0].get(f"{TABLE}style-name") == "Heading_20_1"
        assert [cell for row in rows for cell in row if "spanned" in str(cell.attrib)] == []
        headers = list(each.iter(f"{TABLE}table-header-rows"))
        assert len(headers) == (each.get(f"{TABLE}name") != "Cover")
    ranges = {
        each.get(f"{TABLE}target-range-address"): each.get(f"{TABLE}contains-header")
        for each in content.iter(f"{TABLE}database-range")
    }
    last = {"statistics": "AQ5", "upheld-by-category": "R5"}[table]
    assert ranges[f"'{table}'.A3:'{table}'.{last}"] == "true"
    assert len(ranges) == 3


def test_cover_and_notes_say_what_the_file_is_and_what_cells_mean(
    client: Client, published: None
) -> None:
    Demonstration.objects.create(made_at=PUBLISHED_AT)
    ods = client.get("/data/2020/upheld-by-category.ods").content
    cover = [row[0] for row in sheet(ods, "Cover")]
    assert cover[0] == "Complaints upheld by category, 1 April 2019 to 31 March 2020"
    assert cover[1] == "Demonstration data: real councils and published totals, invented cases."
    assert (
        "Year ending 31 March 2020: 1 April 2019 to 31 March 2020, published 29 July 2020, rules "
        "of counting 1." in cover
    )
    notes = {row[0]: row[1] for row in sheet(ods, "Notes")}
    assert notes["[c]"].startswith("Confidential: the count could point to a person")
    assert "Break in 2023" in notes
    without = sheet(client.get("/data/2020/decided-by-outcome.ods").content, "Notes")
    assert "[c]" not in [row[0] for row in without]


def test_text_is_text_whatever_it_begins_with(client: Client, published: None) -> None:
    content = content_of(client.get("/data/2020/statistics.ods").content)
    [cell] = [c for c in content.iter(f"{TABLE}table-cell") if "".join(c.itertext()) == "=1+1"]
    assert cell.get(f"{OFFICE}value-type") == "string"
    assert [c for c in content.iter(f"{TABLE}table-cell") if c.get(f"{TABLE}formula")] == []


def test_same_figures_give_the_same_bytes_on_any_day(
    client: Client, clock: time_machine.Traveller, published: None
) -> None:
    first = client.get("/data/2020/statistics.ods")
    clock.shift(86_400 * 400)
    again = client.get("/data/2020/statistics.ods")
    assert again.content == first.content
    etag = {"if-none-match": first.headers["ETag"]}
    assert client.get("/data/2020/statistics.ods", headers=etag).status_code == 304


def test_characters_that_xml_cannot_hold_are_replaced() -> None:
    ods = ods_bytes([Sheet("One", "A\x00B\ud800C", ["\t<&>"])], title="T", description="D")
    assert sheet(ods, "One") == [["A\ufffdB\ufffdC"], ["\t<&>"]]


def test_no_value_is_an_empty_cell_and_zero_is_not() -> None:
    table = Sheet("One", "T", [], ["a", "b", "c"], [[None, 0, Decimal("0.0")]], [3, 3, 3])
    assert sheet(ods_bytes([table], title="T", description="D"), "One")[2] == ["", 0.0, 0.0]


def test_two_sheets_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="Two sheets have the same name"):
        ods_bytes([Sheet("One", "T"), Sheet("One", "U")], title="T", description="D")
