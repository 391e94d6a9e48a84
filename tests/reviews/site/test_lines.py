"""The chart of all years: where its line stops, and what it says without being seen."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.breaks import between
from reviews.figures.measures import RATES
from reviews.figures.rates import Rate
from reviews.site.lines import LineChart, Point, line_chart


def point(year: int, part: int = 1, whole: int = 2, **values: object) -> Point:
    rate = Rate(part, whole)
    assert rate.percent is not None
    return Point(year, rate.percent, f"{whole} cases", rate, **values)  # type: ignore[arg-type]


def chart(measure: str, *points: Point) -> LineChart:
    found = line_chart(measure, points)
    assert found
    return found


def test_no_years_are_no_chart() -> None:
    assert line_chart("uphold", []) is None


def test_one_year_is_a_mark_in_the_middle_without_a_line() -> None:
    found = chart("uphold", point(2020))
    assert [mark.x for mark in found.marks] == [(found.left + found.right) / 2]
    assert (found.lines, found.breaks) == ((), ())
    assert [label.text for label in found.years] == ["2020"]


def test_line_stops_at_a_break_and_at_a_missing_year() -> None:
    years = (2018, 2020, 2021, 2022, 2023, 2024)
    found = chart("uphold", *(point(year) for year in years))
    assert [len(line.split()) for line in found.lines] == [3, 2]
    assert len(found.breaks) == 1
    x = dict(zip(years, (mark.x for mark in found.marks), strict=True))
    assert x[2022] < found.breaks[0] < x[2023]
    whole = chart("compliance", *(point(year) for year in (2022, 2023)))
    assert ([len(line.split()) for line in whole.lines], whole.breaks) == ([2], ())


def test_chart_says_its_numbers_and_breaks() -> None:
    found = chart(
        "remedied",
        point(2022, 0, 2, similar=11),
        Point(2023, 98, is_imported=True),
        Point(2024, 50, "12 upheld decisions", similar=9, is_imported=True),
    )
    assert found.alternative == (
        "Line chart. Satisfactory remedies, by year ending 31 March. "
        "2022: 0% of 2 cases (likely 0% to 66%), average 11%. "
        "Break in the series from 2023. "
        "2023: 98%, base not known, as published. "
        "2024: 50% of 12 upheld decisions, average 9%, as published."
    )


def test_marks_stand_at_their_heights() -> None:
    found = chart("uphold", point(2020, 0, 4), point(2021, 4, 4), Point(2022, 50))
    first, second, third = found.marks
    assert (first.y, second.y, third.y) == (found.bottom, found.top, (found.top + found.bottom) / 2)
    assert first.low == found.bottom
    assert second.high == found.top
    assert (third.low, third.high, third.average) == (None, None, "")


@pytest.mark.parametrize("years", [2, 7, 8, 16])
def test_labels_of_years_never_touch(years: int) -> None:
    found = chart("compliance", *(point(2000 + year) for year in range(years)))
    places = [label.x for label in found.years]
    assert all(after - before >= 28 for before, after in itertools.pairwise(places))
    assert found.years[-1].text == str(2000 + years - 1)


@given(
    measure=st.sampled_from(sorted(RATES)),
    years=st.sets(st.integers(2009, 2030), min_size=1).map(sorted),
)
def test_no_line_joins_years_across_a_break(measure: str, years: list[int]) -> None:
    found = chart(measure, *(point(year) for year in years))
    at = {mark.x: year for mark, year in zip(found.marks, years, strict=True)}
    for line in found.lines:
        joined = [at[float(pair.partition(",")[0])] for pair in line.split()]
        assert joined == list(range(joined[0], joined[-1] + 1))
        assert between(measure, joined[0], joined[-1]) == ()
