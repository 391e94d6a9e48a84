import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.working_days import ONE_DAY, Calendar, Pause


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# All of 2024 and, so that its edges can be told, of 2025.
HOLIDAYS = [
    day(text)
    for text in (
        "2024-01-01", "2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27", "2024-08-26",
        "2024-12-25", "2024-12-26",
        "2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25",
        "2025-12-25", "2025-12-26",
    )
]  # fmt: skip
CALENDAR = Calendar(HOLIDAYS)

days = st.dates(dt.date(2023, 6, 1), dt.date(2026, 6, 1))
pauses = st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=4).map(
    lambda found: [(a, b) for a, b in found if b is None or a <= b]
)


def counted_by_hand(first: dt.date, last: dt.date, pauses: list[Pause]) -> int:
    """Day by day, the way a person does it."""
    n, each = 0, first + ONE_DAY
    while each <= last:
        stands = any(a <= each and (b is None or each <= b) for a, b in pauses)
        n += each.weekday() < 5 and each not in HOLIDAYS and not stands
        each += ONE_DAY
    return n


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-04-08", "2024-04-08", 0),  # no day comes after itself
        ("2024-04-09", "2024-04-08", 0),  # nor before
        ("2024-04-08", "2024-04-09", 1),
        ("2024-04-05", "2024-04-08", 1),  # over a weekend
        ("2024-04-05", "2024-04-07", 0),
        ("2024-03-28", "2024-04-02", 1),  # Easter: Friday, weekend and Monday are none
        ("2024-03-29", "2024-04-02", 1),  # begins on a holiday
        ("2024-03-30", "2024-04-02", 1),  # on a Saturday
        ("2024-02-28", "2024-03-01", 2),  # 29 February is a Thursday
        ("2024-12-24", "2025-01-02", 4),
        ("2024-01-01", "2024-12-31", 254),  # 262 weekdays, 1 January among 8 holidays
        ("2023-12-31", "2024-12-31", 254),
    ],
)
def test_between_counts_working_days_after_the_first(first: str, last: str, expected: int) -> None:
    assert CALENDAR.between(day(first), day(last)) == expected


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], 10),  # Monday 8 April to Monday 22 April
        ([("2024-04-08", "2024-04-08")], 10),  # the day it begins is not counted anyway
        ([("2024-04-09", "2024-04-09")], 9),
        ([("2024-04-22", "2024-04-22")], 9),
        ([("2024-04-23", None)], 10),  # from the day after
        ([("2024-04-13", "2024-04-14")], 10),  # a weekend
        ([("2024-04-12", "2024-04-15")], 8),
        ([("2024-04-15", None)], 4),
        ([("2024-01-01", None)], 0),
        ([("2024-01-01", "2024-12-31")], 0),
        ([("2024-04-10", "2024-04-12"), ("2024-04-11", "2024-04-15")], 6),  # on one another
        ([("2024-04-10", None), ("2024-04-11", "2024-04-11")], 1),
    ],
)
def test_between_leaves_pauses_out(pauses: list[tuple[str, str | None]], expected: int) -> None:
    spans = [(day(a), day(b) if b else None) for a, b in pauses]
    assert CALENDAR.between(day("2024-04-08"), day("2024-04-22"), spans) == expected


@pytest.mark.parametrize(
    ("first", "working_days", "expected"),
    [
        ("2024-04-08", 0, "2024-04-08"),
        ("2024-04-06", 0, "2024-04-06"),  # as it is, a Saturday too
        ("2024-04-06", 1, "2024-04-08"),
        ("2024-03-28", 1, "2024-04-02"),
        ("2024-02-28", 1, "2024-02-29"),
        ("2024-12-24", 1, "2024-12-27"),
        ("2024-04-08", 20, "2024-05-07"),  # four weeks, but for 6 May
        ("2024-01-31", 21, "2024-02-29"),
    ],
)
def test_after_finds_the_day(first: str, working_days: int, expected: str) -> None:
    assert CALENDAR.after(day(first), working_days) == day(expected)


def test_after_passes_over_pauses() -> None:
    first = day("2024-04-08")
    assert CALENDAR.after(first, 2, [(day("2024-04-09"), day("2024-04-10"))]) == day("2024-04-12")
    assert CALENDAR.after(first, 2, [(day("2024-04-11"), None)]) == day("2024-04-10")
    assert CALENDAR.after(first, 3, [(day("2024-04-11"), None)]) is None
    assert CALENDAR.after(first, 0, [(day("2024-04-01"), None)]) == first


@given(first=days, last=days, pauses=pauses)
def test_between_is_what_counting_by_hand_gives(
    first: dt.date, last: dt.date, pauses: list[Pause]
) -> None:
    assert CALENDAR.between(first, last, pauses) == counted_by_hand(first, last, pauses)


@given(first=days, number=st.integers(0, 60), pauses=pauses)
def test_after_and_between_agree(first: dt.date, number: int, pauses: list[Pause]) -> None:
    found = CALENDAR.after(first, number, pauses)
    if found is None:
        assert any(last is None for _, last in pauses)
    else:
        assert CALENDAR.between(first, found, pauses) == number
        assert number == 0 or CALENDAR.between(first, found - ONE_DAY, pauses) == number - 1


def test_is_working_on_weekdays_that_are_no_holidays() -> None:
    found = [day("2024-03-28") + ONE_DAY * n for n in range(6)]
    assert [CALENDAR.is_working(each) for each in found] == [
        True, False, False, False, False, True,
    ]  # fmt: skip


def test_holidays_on_a_weekend_are_lost_no_working_day() -> None:
    assert Calendar([day("2024-04-06")]).between(day("2024-04-05"), day("2024-04-08")) == 1


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-01-01", "2025-12-31", ""),
        ("2025-12-31", "2026-01-01", "Bank holidays are known only to 2025, so later ones count "
         "as working days: import those of the years after it."),
        ("2023-12-31", "2024-06-01", "The bank holidays of 2023 are not known, so they count as "
         "working days."),
    ],
)  # fmt: skip
def test_warning_where_holidays_are_not_known(first: str, last: str, expected: str) -> None:
    assert CALENDAR.warning(day(first), day(last)) == expected


def test_warning_takes_a_year_with_too_few_holidays_for_unknown() -> None:
    calendar = Calendar([*HOLIDAYS, *(dt.date(2026, 1, n) for n in range(1, 8))])
    assert calendar.warning(day("2026-01-01"), day("2026-01-01")) == (
        "Bank holidays are known only to 2025, so later ones count as working days: import those "
        "of the years after it."
    )
    calendar = Calendar([*HOLIDAYS, *(dt.date(2026, 1, n) for n in range(1, 9))])
    assert calendar.warning(day("2026-01-01"), day("2026-12-31")) == ""
    assert Calendar([]).warning(day("2024-01-01"), day("2024-01-01")) == (
        "No bank holidays are known, so they count as working days: import them."
    )
