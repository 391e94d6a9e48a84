import csv
import datetime as dt
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from casework.actions.bank_holidays import calendar
from casework.models import BankHoliday, Change, ImportBatch
from tests.casework.files import refused, stored, table, take_in, write

pytestmark = pytest.mark.django_db

HEADER = "date,name"
DATA = Path(__file__).parents[2] / "casework" / "data" / "bank_holidays.csv"
YEARS = range(2010, 2031)

# As almanacs list them, not from a formula.
EASTER_SUNDAYS = [
    "2010-04-04",
    "2011-04-24",
    "2012-04-08",
    "2013-03-31",
    "2014-04-20",
    "2015-04-05",
    "2016-03-27",
    "2017-04-16",
    "2018-04-01",
    "2019-04-21",
    "2020-04-12",
    "2021-04-04",
    "2022-04-17",
    "2023-04-09",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
    "2027-03-28",
    "2028-04-16",
    "2029-04-01",
    "2030-04-21",
]

# As the government published them.
PUBLISHED = {
    2011: "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27",
    2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


def mondays(year: int, month: int) -> list[dt.date]:
    days = (dt.date(year, month, day) for day in range(1, 32 if month in (5, 8) else 31))
    return [day for day in days if day.strftime("%A") == "Monday"]


def expected_days() -> set[dt.date]:
    """The holidays again: from a table of Easters, lists of Mondays and free weekdays."""
    days: set[dt.date] = set()
    for sunday in map(dt.date.fromisoformat, EASTER_SUNDAYS):
        year = sunday.year
        days |= {sunday - dt.timedelta(2), sunday + dt.timedelta(1)}
        days |= {mondays(year, 5)[0], mondays(year, 5)[-1], mondays(year, 8)[-1]}
        for month, day in ((1, 1), (12, 26), (12, 25)):  # Boxing Day first keeps its Monday
            held = dt.date(year, month, day)
            while held.isoweekday() > 5 or held in days:
                held += dt.timedelta(1)
            days.add(held)
    moved = {"2012-05-28": "2012-06-04", "2020-05-04": "2020-05-08", "2022-05-30": "2022-06-02"}
    added = ("2011-04-29", "2012-06-05", "2022-06-03", "2022-09-19", "2023-05-08")
    days -= set(map(dt.date.fromisoformat, moved))
    return days | {dt.date.fromisoformat(day) for day in (*moved.values(), *added)}


def test_bank_holidays_are_right_for_every_year() -> None:
    found = set(BankHoliday.objects.values_list("day", flat=True))
    assert found == expected_days()
    assert {day.weekday() < 5 for day in found} == {True}
    by_year = {year: sum(day.year == year for day in found) for year in YEARS}
    assert by_year == dict.fromkeys(YEARS, 8) | {2011: 9, 2012: 9, 2022: 10, 2023: 9}


@pytest.mark.parametrize("year", PUBLISHED)
def test_bank_holidays_are_those_published(year: int) -> None:
    found = BankHoliday.objects.filter(day__year=year).order_by("day")
    assert " ".join(f"{holiday.day:%m-%d}" for holiday in found) == PUBLISHED[year]


def test_bank_holidays_are_named() -> None:
    names = dict(BankHoliday.objects.filter(day__year=2022).values_list("day", "name"))
    assert names[dt.date(2022, 6, 2)] == "Spring bank holiday"
    assert names[dt.date(2022, 12, 26)] == "Boxing Day"
    assert names[dt.date(2022, 12, 27)] == "Christmas Day"
    assert names[dt.date(2022, 9, 19)] == (
        "Bank holiday for the State Funeral of Queen Elizabeth II"
    )


def test_bank_holidays_of_the_file_are_those_of_the_migration(tmp_path: Path) -> None:
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = [(row["date"], row["name"]) for row in csv.DictReader(file)]
    assert rows == [(str(h.day), h.name) for h in BankHoliday.objects.order_by("day")]
    assert all(first < second for first, second in pairwise(rows))
    before = stored()
    assert take_in("import_bank_holidays", DATA) == (
        "bank_holidays.csv: nothing to change; 0 new, 0 changed, 173 unchanged."
    )
    assert stored() == before


def test_bank_holidays_came_without_history() -> None:
    assert not Change.objects.filter(record="casework.bankholiday").exists()
    holiday = BankHoliday.objects.create(day=dt.date(2031, 1, 1), name="New Year's Day")
    changes = Change.objects.filter(record="casework.bankholiday")
    assert [change.record_id for change in changes] == [holiday.pk]


def test_easter_of_the_migration_for_further_years() -> None:
    easter = import_module("casework.migrations.0007_bank_holidays").easter
    assert [str(easter(year)) for year in (1818, 1943, 2000, 2038)] == [
        "1818-03-22", "1943-04-25", "2000-04-23", "2038-04-25",
    ]  # fmt: skip


def test_bank_holidays_of_a_later_year_are_imported(tmp_path: Path) -> None:
    days = ["01-01", "04-11", "04-14", "05-05", "05-26", "08-25", "12-25", "12-26"]
    rows = [f"2031-{day},Bank holiday" for day in days]
    path = write(tmp_path, table(HEADER, *rows))
    last = dt.date(2031, 12, 31)
    assert calendar().warning(last, last) == (
        "Bank holidays are known only to 2030, so later ones count as working days: import those "
        "of the years after it."
    )
    assert take_in("import_bank_holidays", path) == "file.csv: 8 new, 0 changed, 0 unchanged."
    assert calendar().warning(last, last) == ""
    assert calendar().between(dt.date(2031, 4, 10), dt.date(2031, 4, 15)) == 1
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.new, batch.batch.changes.count()) == ("bank holidays", 8, 8)  # type: ignore[union-attr]
    before = stored()
    assert take_in("import_bank_holidays", path) == (
        "file.csv: nothing to change; 0 new, 0 changed, 8 unchanged."
    )
    assert stored() == before
    path = write(tmp_path, table("name,date", '"New Year, moved",2031-01-01'))
    assert take_in("import_bank_holidays", path) == "file.csv: 0 new, 1 changed, 0 unchanged."
    assert BankHoliday.objects.get(day=dt.date(2031, 1, 1)).name == "New Year, moved"


def test_bank_holidays_dry_run_writes_nothing(tmp_path: Path) -> None:
    before = stored()
    path = write(tmp_path, table(HEADER, "2031-01-01,New Year's Day"))
    take_in("import_bank_holidays", path, dry_run=True)
    assert stored() == before


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("2031-02-30,Never", "row 3, column date: 2031-02-30 is not a date; write YYYY-MM-DD"),
        ("2031-05-31,Never", "row 3, column date: 2031-05-31 is a Saturday; give the weekday on "
         "which the holiday is held"),
        (",Never", "row 3, column date: blank; give a value"),
        ("2031-04-14,", "row 3, column name: blank; give a value"),
        ("2031-04-14," + "x" * 101, "row 3, column name: 101 characters; shorten it to at most "
         "100"),
        ("2031-01-01,Again", "row 3, column date: 2031-01-01 is in row 2 already"),
    ],
)  # fmt: skip
def test_bank_holidays_that_cannot_be_are_refused(tmp_path: Path, row: str, problem: str) -> None:
    path = write(tmp_path, table(HEADER, "2031-01-01,New Year's Day", row))
    assert refused("import_bank_holidays", path) == [problem]


def test_bank_holidays_need_their_columns(tmp_path: Path) -> None:
    path = write(tmp_path, table("date,title", "2031-01-01,New Year's Day"))
    assert refused("import_bank_holidays", path) == [
        "row 1, column title: unknown; take it out",
        "row 1, column name: missing; add it",
    ]
