"""The bank holidays of England and Wales from 2010 to 2030; later years are imported."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.db import migrations

from casework.triggers import KeepHistory

FIRST_YEAR, LAST_YEAR = 2010, 2030

EARLY_MAY, SPRING, SUMMER = "Early May bank holiday", "Spring bank holiday", "Summer bank holiday"

# Days that proclamations moved, and the days they added.
MOVED = {
    (2012, SPRING): dt.date(2012, 6, 4),
    (2020, EARLY_MAY): dt.date(2020, 5, 8),  # 75 years after the end of the war in Europe
    (2022, SPRING): dt.date(2022, 6, 2),
}
ADDED = {
    dt.date(2011, 4, 29): "Royal wedding",
    dt.date(2012, 6, 5): "Queen's Diamond Jubilee",
    dt.date(2022, 6, 3): "Platinum Jubilee bank holiday",
    dt.date(2022, 9, 19): "Bank holiday for the State Funeral of Queen Elizabeth II",
    dt.date(2023, 5, 8): "Bank holiday for the coronation of King Charles III",
}


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar, after Meeus."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def monday_from(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=-day.weekday() % 7)


def days(year: int) -> Iterator[tuple[dt.date, str]]:
    """A year's days and names; a holiday on a weekend is held on the next free weekday."""
    new_year = dt.date(year, 1, 1)
    yield monday_from(new_year) if new_year.weekday() >= 5 else new_year, "New Year's Day"
    sunday = easter(year)
    yield sunday - dt.timedelta(days=2), "Good Friday"
    yield sunday + dt.timedelta(days=1), "Easter Monday"
    for name, from_day in (
        (EARLY_MAY, dt.date(year, 5, 1)),
        (SPRING, dt.date(year, 5, 25)),
        (SUMMER, dt.date(year, 8, 25)),
    ):
        yield MOVED.get((year, name), monday_from(from_day)), name
    # Two days on, neither can fall on the other's day, nor on another weekend.
    for name, day in (
        ("Christmas Day", dt.date(year, 12, 25)),
        ("Boxing Day", dt.date(year, 12, 26)),
    ):
        yield day + dt.timedelta(days=2 if day.weekday() >= 5 else 0), name


def fill(apps: Any, schema_editor: Any) -> None:
    """Without history, which tells what people changed: these days every installation has."""
    holiday = apps.get_model("casework", "BankHoliday")
    history = KeepHistory(
        name="history_of_bankholiday",
        table="casework_bankholiday",
        record="casework.bankholiday",
    )
    state = SimpleNamespace(apps=apps)
    history.database_backwards("casework", schema_editor, state, state)
    named = ADDED | {
        day: name for year in range(FIRST_YEAR, LAST_YEAR + 1) for day, name in days(year)
    }
    holiday.objects.bulk_create(
        [holiday(day=day, name=named[day]) for day in sorted(named)], ignore_conflicts=True
    )
    history.database_forwards("casework", schema_editor, state, state)


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_rules_and_history")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
