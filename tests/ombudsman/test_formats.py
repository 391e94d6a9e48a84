"""Days and times are written in one way."""

import datetime as dt

from django.utils import formats

from casework.models import BankHoliday, Extension, Recommendation

DAY = dt.date(2020, 9, 3)


def test_formats_of_tables_are_short_and_have_24_hours() -> None:
    assert formats.localize(DAY) == "3 Sep 2020"
    assert formats.localize(dt.datetime(2020, 9, 3, 14, 5)) == "3 Sep 2020, 14:05"  # noqa: DTZ001


def test_names_of_records_write_the_month_out() -> None:
    records = [
        Recommendation(kind="personal", due_on=DAY),
        Extension(former_due_on=DAY, due_on=dt.date(2020, 12, 1)),
        BankHoliday(name="Example", day=DAY),
    ]
    assert [str(each) for each in records] == [
        "Personal remedy due 3 September 2020",
        "From 3 September 2020 to 1 December 2020",
        "Example, 3 September 2020",
    ]
