"""Reading CSV files: what every kind of file has in common, without a database."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.importing import (
    CsvFile,
    Problems,
    Row,
    Table,
    read_casework,
    shown,
)
from casework.importing.authorities import AUTHORITIES, OTHER_BODIES
from casework.importing.reading import LONGEST_RECORD, parse_date
from casework.refusals import Refused

PLAIN = Table(columns=("name", "day"), multiline=frozenset())
NOTES = Table(columns=("name", "note"), multiline=frozenset({"note"}))


def read(content: bytes, table: Table = PLAIN, name: str = "file.csv") -> list[Row]:
    problems = Problems()
    rows = list(CsvFile(io.BytesIO(content), name).rows(table, problems=problems))
    problems.refuse_if_any()
    return rows


def refusal(content: bytes, table: Table = PLAIN) -> list[str]:
    with pytest.raises(Refused) as caught:
        read(content, table)
    return caught.value.problems


@pytest.mark.parametrize(
    "content",
    [
        b"name,day\nA,1\nB,2\n",
        b"\xef\xbb\xbfname,day\nA,1\nB,2\n",
        b"name,day\r\nA,1\r\nB,2",
        b'"day","name"\n1,"A"\n"2",B\n',
        b" name , day \n A ,1\n\tB\xc2\xa0, 2\n",
    ],
)
def test_file_in_every_usual_dress_reads_the_same(content: bytes) -> None:
    rows = read(content)
    assert [(row.number, row.cells["name"], row.cells["day"]) for row in rows] == [
        (2, "A", "1"),
        (3, "B", "2"),
    ]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them() -> None:
    rows = read(b'name,note\nA,"one\r\ntwo\nthree"\n\n,\nB,four\n', NOTES)
    assert [(row.number, row.cells["note"]) for row in rows] == [
        (2, "one\ntwo\nthree"),
        (5, "four"),
    ]


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"", ["file.csv: an empty file; it needs a header row and rows below it"]),
        (b"\xef\xbb\xbf", ["file.csv: an empty file; it needs a header row and rows below it"]),
        (b"\n\n", ["row 1: no header; name the columns in the first row: name, day"]),
        (b"name,day\n", ["file.csv: a header and no rows; nothing to import"]),
        (b"name,day\n,\n\n", ["file.csv: a header and no rows; nothing to import"]),
        (b"A,1\nB,2\n", ["row 1: no header; name the columns in the first row: name, day"]),
        (b"name;day\nA;1\n", ["row 1: no header; separate the columns with commas"]),
        (b"name,day,extra\nA,1,x\n", ["row 1, column extra: unknown; take it out"]),
        (b"name,Day\nA,1\n", [
            "row 1, column Day: unknown; take it out", "row 1, column day: missing; add it",
        ]),
        (b"name\nA\n", ["row 1, column day: missing; add it"]),
        (b"name,day,name\nA,1,B\n", ["row 1, column name: twice in the header; take one out"]),
        (b"name,day,\nA,1,\n", ["row 1, column 3: has no name; name it or take it out"]),
        (b"name,day\nA\n", ["row 2: 1 cell where the header has 2"]),
        (b"name,day\nA,1\nB,2,3\n", [
            "row 3: 3 cells where the header has 2; put a cell with a comma in quotation marks",
        ]),
        (b"name,day\nA,1\n\xa3,2\n", [
            'row 3, column name: not UTF-8 (byte 0xA3); save it as "CSV UTF-8"',
        ]),
        ("name,day\nA,1\n".encode("utf-16"), [
            'file.csv: row 1: UTF-16, not UTF-8; save it as "CSV UTF-8"',
        ]),
        ("name,day\nA,1\n".encode("utf-16-le"), [
            "row 1: no header; name the columns in the first row: name, day",
        ]),
        (b"PK\x03\x04rest", [
            'file.csv: a spreadsheet, not CSV; save it as "CSV UTF-8" and import that',
        ]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", [
            'file.csv: a spreadsheet, not CSV; save it as "CSV UTF-8" and import that',
        ]),
        (b"name,day\nA,1\nB\0,2\n", ['row 3, column name: a NUL byte; save it as "CSV UTF-8"']),
        (b"name,day\nA,\x1b[2J\n", [
            "row 2, column day: the control character U+001B; take it out",
        ]),
        ("name,day\nA,\u202e1\n".encode(), [
            "row 2, column day: the control character U+202E; take it out",
        ]),
        (b'name,day\n"A\nB",1\n', [
            "row 2, column name: a line break; take it out, or close the quotation mark that was "
            "left open",
        ]),
        (b'name,day\nA,1\nB,"2\nC,3\n', [
            "row 3: a quotation mark opened in this row is never closed",
        ]),
        (b'name,day\n"A"B,1\n', [
            "row 2: text after a closing quotation mark; write a quotation mark inside a cell "
            "twice",
        ]),
        (b"name,day\rA,1\rB,2\r", [
            'row 1: lines end with a bare carriage return; save it as "CSV UTF-8"',
        ]),
    ],
)  # fmt: skip
def test_file_of_the_wrong_form_is_refused(content: bytes, problems: list[str]) -> None:
    assert refusal(content) == problems


def test_header_of_ten_thousand_columns_is_refused_in_51_lines() -> None:
    header = ",".join(["name", "day", *(f"c{i}" for i in range(10_000))]).encode()
    problems = refusal(header + b"\nA,1\n")
    assert len(problems) == 51
    assert problems[0] == "row 1, column c0: unknown; take it out"
    assert problems[-1] == "and 9,950 more problems"


class Endless(io.RawIOBase):
    """A file that never comes to the end of its line, and tells how much of it was asked for."""

    taken = 0

    def readline(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size <= LONGEST_RECORD + 1
        self.taken += size
        return b"a" * size

    def read(self, size: int = -1, /) -> bytes:
        return b"a" * size

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return 0


def test_line_without_end_is_refused_after_one_record_of_it() -> None:
    file = Endless()
    with pytest.raises(Refused) as caught:
        list(CsvFile(file, "file.csv").rows(PLAIN, problems=Problems()))  # type: ignore[arg-type]
    assert caught.value.problems == [
        "row 1: longer than 131,072 bytes; shorten it, or close the quotation mark it may have "
        "left open"
    ]
    assert file.taken == LONGEST_RECORD + 1


def test_record_of_many_lines_is_bounded_like_one_line() -> None:
    content = b'name,note\nA,x\nB,"' + b"line\n" * 30_000 + b'"\n'
    assert refusal(content, NOTES) == [
        "row 3: longer than 131,072 bytes; shorten it, or close the quotation mark it may have "
        "left open"
    ]


def test_more_rows_than_a_file_may_have_are_refused() -> None:
    small = Table(columns=("name", "day"), most=2)
    assert len(read(b"name,day\nA,1\nB,2\n", small)) == 2
    assert refusal(b"name,day\nA,1\nB,2\nC,3\n", small) == [
        "row 4: more than 2 rows; divide the file"
    ]


def test_digest_is_that_of_the_whole_file() -> None:
    file = CsvFile(io.BytesIO(b"name,day\r\nA,1\r\n"), "file.csv")
    for _ in range(2):  # as often as asked
        assert len(list(file.rows(PLAIN, problems=Problems()))) == 1
        # sha256sum of the bytes
        assert file.sha256 == "4c652bb91fd45f3e4a510481fde2f248e2e55951f4a2b5c5d9bb6feb21ada198"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-29", date(2020, 2, 29)),
        ("2020-02-30", None),
        ("2019-02-29", None),
        ("20200229", None),
        ("2020-W09-6", None),
        ("29/02/2020", None),
        ("2020-2-9", None),
        ("２020-02-29", None),
        ("1799-12-31", None),
        ("1800-01-01", date(1800, 1, 1)),
        ("2200-12-31", date(2200, 12, 31)),
        ("2201-01-01", None),
    ],
)
def test_date_has_one_form(text: str, day: date | None) -> None:
    assert parse_date(text) == day


def test_shown_text_is_one_short_line() -> None:
    assert shown("plain £ text") == "plain £ text"
    assert shown("a\x1b[31m\nb\u202e\udca3") == "a\\x1b[31m\\nb\\u202e\\udca3"
    assert shown("x" * 80) == "x" * 80
    assert shown("x" * 5000) == "x" * 79 + "…"


def test_problems_beyond_fifty_are_counted() -> None:
    problems = Problems()
    for row in range(51):
        problems.add("wrong", row=row + 2, column="name")
    assert len(problems.lines) == 51
    assert problems.lines[49:] == ["row 51, column name: wrong", "and 1 more problem"]


def test_two_kinds_of_authority_files_are_told_by_their_headers() -> None:
    content = io.BytesIO((",".join(OTHER_BODIES.columns) + "\n" + "x" + "," * 13 + "\n").encode())
    rows = CsvFile(content, "x.csv").rows(AUTHORITIES, OTHER_BODIES, problems=Problems())
    assert list(next(rows).cells) == list(OTHER_BODIES.columns)


CELLS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), max_size=30).map(
    str.strip
)


@given(st.lists(st.tuples(CELLS, CELLS).filter(any), min_size=1, max_size=5))
def test_any_plain_text_survives_the_way_through_a_file(values: list[tuple[str, str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([("name", "note"), *values])
    rows = read(target.getvalue().encode(), NOTES)
    assert [(row.cells["name"], row.cells["note"]) for row in rows] == values


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    header = (
        b"reference,authority,category,received_on,outcome,decided_on,remedied_by_authority,"
        b"compliance,compliance_recorded_on\n"
    )
    for start in (b"", header):
        file = CsvFile(io.BytesIO(start + content), "x.csv")
        problems = Problems()
        lines = []
        try:
            list(read_casework(file, problems=problems, today=date(2021, 6, 1)))
        except Refused as refused:
            lines = refused.problems
        assert all(line.isprintable() for line in [*lines, *problems.lines])
        assert len(lines) <= 51
