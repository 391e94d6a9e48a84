"""A CSV file, read one record at a time, and what is wrong with it.

A record is a row as a spreadsheet numbers it: the header is row 1, and a quoted cell with a line
break does not start another. However long a line is, no more than a record's worth is ever held.
"""

import csv
import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from casework.refusals import Refused

LONGEST_RECORD = 131_072  # bytes; the csv module takes no longer cell either
PROBLEMS_SHOWN = 50
LONGEST_SHOWN = 80
SAVE_AS = 'save it as "CSV UTF-8"'

# Space around a value, which people neither see nor mean.
_AROUND = " \t\r\n\u00a0"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLACE = re.compile(r"row (?P<row>[0-9]+)(?:, column (?P<column>.+?))?: (?P<message>.*)", re.DOTALL)
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
# Control characters, marks that turn the direction of text round, and stray byte order marks.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROLS_BUT_LINES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` 0 is the file as a whole; without a column the whole row is meant."""

    message: str
    row: int = 0
    column: str = ""

    def __str__(self) -> str:
        if self.column:
            return f"row {self.row}, column {self.column}: {self.message}"
        return f"row {self.row}: {self.message}" if self.row else self.message


class Problems:
    """What is wrong with a file: the first problems in full, the rest as a number."""

    def __init__(self, *, kept: int = PROBLEMS_SHOWN) -> None:
        self.found = 0
        self.rows: set[int] = set()
        self.kept: list[Problem] = []
        self._most = kept

    def add(self, message: str, *, row: int = 0, column: str = "") -> None:
        """`row` 0 is the file as a whole; without a column the whole row is meant."""
        self.found += 1
        if row:
            self.rows.add(row)
        if self.found <= self._most:
            self.kept.append(Problem(message, row, column))

    def add_line(self, line: str) -> None:
        """A problem that comes as its line, as a refusal says it; kept however many there are."""
        place = _PLACE.fullmatch(line)
        row = int(place["row"]) if place else 0
        message, column = (place["message"], place["column"] or "") if place else (line, "")
        self.found += 1
        if row:
            self.rows.add(row)
        self.kept.insert(0, Problem(message, row, column))

    @property
    def lines(self) -> list[str]:
        lines = [str(problem) for problem in self.kept]
        more = self.found - len(lines)
        if more > 0:
            lines.append(f"and {more:,} more problem{'s' if more > 1 else ''}")
        return lines

    def refuse_if_any(self) -> None:
        if self.found:
            raise Refused(*self.lines)


def shown(text: str) -> str:
    """A piece of input as messages repeat it: on one line, at most 80 characters."""
    start = text[: LONGEST_SHOWN + 1]
    escaped = "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in start
    )
    return escaped if len(escaped) <= LONGEST_SHOWN else escaped[: LONGEST_SHOWN - 1] + "…"


def day_text(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


@lru_cache(maxsize=20_000)
def parse_date(text: str) -> dt.date | None:
    """A date of the form YYYY-MM-DD in the years 1800 to 2200; None for anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1800 <= day.year <= 2200 else None


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of file: its columns, in the order that messages name them.

    Every column must be there but `optional` ones; cells of `multiline` columns may hold line
    breaks. `most` is how many rows are taken in one go.
    """

    columns: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    multiline: frozenset[str] = frozenset()
    most: int = 20_000


@dataclass(slots=True)
class Row:
    """One record: its cells by column, without the space around them.

    The methods read a cell as what it should be. One that is not is added to the problems, makes
    the row unsound and reads as blank; a blank cell reads as None or "".
    """

    number: int
    cells: dict[str, str]
    problems: Problems
    is_sound: bool = True

    def refuse(self, column: str, message: str) -> None:
        self.is_sound = False
        self.problems.add(message, row=self.number, column=column)

    def need(self, *columns: str) -> None:
        for column in columns:
            if not self.cells[column]:
                self.refuse(column, "blank; give a value")

    def text(self, column: str, *, longest: int) -> str:
        value = self.cells[column]
        if len(value) > longest:
            self.refuse(column, f"{len(value):,} characters; shorten it to at most {longest:,}")
            return ""
        return value

    def email(self, column: str) -> str:
        value = self.text(column, longest=254)
        if value:
            try:
                validate_email(value)
            except ValidationError:
                self.refuse(column, f"{shown(value)} is not an e-mail address")
                return ""
        return value

    def choice(self, column: str, choices: Sequence[str]) -> str:
        value = self.cells[column]
        if value and value not in choices:
            self.refuse(column, f"{shown(value)} is not one of {', '.join(choices)}")
            return ""
        return value

    def date(self, column: str) -> dt.date | None:
        value = self.cells[column]
        if not value:
            return None
        day = parse_date(value)
        if day is None:
            self.refuse(column, f"{shown(value)} is not a date; write YYYY-MM-DD")
        return day

    def past_date(self, column: str, *, today: dt.date) -> dt.date | None:
        day = self.date(column)
        if day and day > today:
            self.refuse(column, f"{day} is in the future")
            return None
        return day

    def number_between(self, column: str, low: int, high: int) -> int | None:
        """A whole number, both ends included."""
        value = self.cells[column]
        if not value:
            return None
        if not re.fullmatch("[0-9]{1,12}", value) or not low <= int(value) <= high:
            self.refuse(
                column, f"{shown(value)} is not a whole number from {low} to {high}, in digits only"
            )
            return None
        return int(value)

    def decimal(self, column: str, form: str, hint: str) -> Decimal | None:
        """A number that matches the regular expression `form`; `hint` says how to write one."""
        value = self.cells[column]
        if not value:
            return None
        if not re.fullmatch(form, value):
            self.refuse(column, f"{shown(value)} cannot be read; {hint}")
            return None
        return Decimal(value)


class _Lines:
    """The lines of a file as text, never more of them at once than a record may hold.

    Bytes that are not UTF-8 become lone surrogates, so that the cell they stand in can be named.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = LONGEST_RECORD
        self._is_first = True
        self.record = 1
        self.digest = hashlib.sha256()

    def next_record(self) -> None:
        self.record += 1
        self._left = LONGEST_RECORD

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._left + 1)
        if not line:
            raise StopIteration
        if len(line) > self._left:
            problem = (
                f"row {self.record}: longer than {LONGEST_RECORD:,} bytes; shorten it, or close "
                "the quotation mark it may have left open"
            )
            raise Refused(problem)
        self._left -= len(line)
        self.digest.update(line)
        if self._is_first:
            self._is_first = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        return line.decode("utf-8", "surrogateescape")


class CsvFile:
    """An open binary file, read as CSV from its start as often as asked.

    `name` is its name without the folder; `sha256` its digest once it was read to the end. With
    `most_rows` it takes fewer than its kind allows, and `instead` says what to do with more.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        *,
        most_rows: int | None = None,
        instead: str = "divide the file",
    ) -> None:
        self._file = file
        self.name = shown(name)
        self.sha256 = ""
        self._most_rows = most_rows
        self._instead = instead

    def rows(self, *tables: Table, problems: Problems) -> Iterator[Row]:
        """The rows of the one of `tables` that the header fits best, blank rows left out.

        A row that cannot be laid out in columns is added to the problems and left out. Raises
        Refused where reading on would make no sense.
        """
        self._file.seek(0)
        self._refuse_other_formats(self._file.read(8))
        self._file.seek(0)
        lines = _Lines(self._file)
        records = csv.reader(lines, strict=True)
        try:
            header = [cell.strip(_AROUND) for cell in next(records, [])]
            table = self._read_header(header, tables)
            lines.next_record()
            most = table.most if self._most_rows is None else min(table.most, self._most_rows)
            taken = 0
            for record in records:
                row = self._lay_out(record, header, table, lines.record, problems)
                if row is not None:
                    taken += 1
                    if taken > most:
                        raise Refused(f"row {row.number}: more than {most:,} rows; {self._instead}")
                    yield row
                lines.next_record()
        except csv.Error as error:
            raise Refused(f"row {lines.record}: {_explain(error)}") from None
        if not taken and not problems.found:
            raise Refused(f"{self.name}: a header and no rows; nothing to import")
        self.sha256 = lines.digest.hexdigest()

    def _refuse_other_formats(self, start: bytes) -> None:
        if start.removeprefix(b"\xef\xbb\xbf") == b"":
            raise Refused(f"{self.name}: an empty file; it needs a header row and rows below it")
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise Refused(f"{self.name}: a spreadsheet, not CSV; {SAVE_AS} and import that")
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Refused(f"{self.name}: row 1: UTF-16, not UTF-8; {SAVE_AS}")

    def _read_header(self, header: list[str], tables: Sequence[Table]) -> Table:
        named = set(header)
        table = max(tables, key=lambda table: len(named & set(table.columns)))
        problems = Problems()
        if not named & set(table.columns):
            if len(header) == 1 and re.search("[;\t|]", header[0]):
                hint = "separate the columns with commas"
            else:
                hint = f"name the columns in the first row: {', '.join(table.columns)}"
            raise Refused(f"row 1: no header; {hint}")
        for number, column in enumerate(header, start=1):
            problem = _character_problem(column, _CONTROLS)
            if not column:
                problems.add("has no name; name it or take it out", row=1, column=str(number))
            elif problem:
                problems.add(problem, row=1, column=str(number))
            elif column not in table.columns:
                problems.add("unknown; take it out", row=1, column=shown(column))
            elif column in header[: number - 1]:
                problems.add("twice in the header; take one out", row=1, column=column)
        for column in table.columns:
            if column not in named and column not in table.optional:
                problems.add("missing; add it", row=1, column=column)
        problems.refuse_if_any()
        return table

    def _lay_out(
        self, record: list[str], header: list[str], table: Table, number: int, problems: Problems
    ) -> Row | None:
        cells = [cell.strip(_AROUND) for cell in record]
        if not any(cells):
            return None
        if len(cells) != len(header):
            hint = "; put a cell with a comma in quotation marks" * (len(cells) > len(header))
            found = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
            problems.add(f"{found} where the header has {len(header)}{hint}", row=number)
            return None
        row = Row(number, dict(zip(header, cells, strict=True)), problems)
        if not "".join(cells).isprintable():  # the quick look: most rows are plain
            for column, cell in row.cells.items():
                multiline = column in table.multiline
                problem = _character_problem(cell, _CONTROLS_BUT_LINES if multiline else _CONTROLS)
                if problem:
                    row.refuse(column, problem)
                elif multiline:
                    row.cells[column] = cell.replace("\r\n", "\n").replace("\r", "\n")
            if not row.is_sound:
                return None
        for column in table.optional:
            row.cells.setdefault(column, "")
        return row


def _character_problem(cell: str, controls: re.Pattern[str]) -> str:
    """What is wrong with the characters of a cell; "" where nothing is."""
    wrong = _NOT_UTF8.search(cell)
    if wrong:
        return f"not UTF-8 (byte 0x{ord(wrong[0]) - 0xDC00:02X}); {SAVE_AS}"
    wrong = controls.search(cell.replace("\r\n", "\n"))
    if not wrong:
        return ""
    if wrong[0] == "\0":
        return f"a NUL byte; {SAVE_AS}"
    if wrong[0] in "\r\n":
        return "a line break; take it out, or close the quotation mark that was left open"
    return f"the control character U+{ord(wrong[0]):04X}; take it out"


def _explain(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quotation mark opened in this row is never closed"
    if "expected after" in text:
        return "text after a closing quotation mark; write a quotation mark inside a cell twice"
    if "new-line character" in text:
        return f"lines end with a bare carriage return; {SAVE_AS}"
    return f"cannot be read as CSV; {SAVE_AS}"
