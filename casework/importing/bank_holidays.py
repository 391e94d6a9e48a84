"""Files of bank holidays."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from casework.importing.reading import CsvFile, Problems, Table

BANK_HOLIDAYS = Table(columns=("date", "name"))


@dataclass(frozen=True, slots=True)
class BankHolidayRow:
    """One bank holiday in England and Wales."""

    number: int
    day: dt.date
    name: str


def read_bank_holidays(file: CsvFile, *, problems: Problems) -> Iterator[BankHolidayRow]:
    """The sound rows of the file; what is wrong with the others goes to `problems`."""
    for row in file.rows(BANK_HOLIDAYS, problems=problems):
        row.need("date", "name")
        day, name = row.date("date"), row.text("name", longest=100)
        if day and day.weekday() >= 5:
            row.refuse(
                "date", f"{day} is a {day:%A}; give the weekday on which the holiday is held"
            )
        if row.is_sound and day:
            yield BankHolidayRow(number=row.number, day=day, name=name)
