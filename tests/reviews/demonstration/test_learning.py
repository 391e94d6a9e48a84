"""The demonstration's seminars and courses add up to what was published."""

import datetime as dt

import pytest

from reviews.demonstration.councils import councils
from reviews.demonstration.learning import COLUMNS, YEARS, learning_events
from reviews.figures.learning import Attended, LearningFigures, count, placeholders
from reviews.figures.periods import Period

ROWS = [dict(zip(COLUMNS, row, strict=True)) for row in learning_events()]


def figures(year: int) -> LearningFigures:
    """Counted from the file as the database counts, with what names an event as its key."""
    rows = [
        Attended(
            event=hash((row["kind"], row["title"], row["place"], row["held_on"])),
            kind=row["kind"],
            held_on=dt.date.fromisoformat(row["held_on"]),
            place=row["place"],
            authority=hash(row["authority"]) if row["authority"] else None,
            people=int(row["people"]),
        )
        for row in ROWS
    ]
    return LearningFigures(count(rows, Period(year)), count(rows, Period(year - 1)))


def test_published_numbers_of_2020_are_met() -> None:
    texts = placeholders(figures(2020))
    assert {
        name: texts[name]
        for name in ("seminar places", "seminar delegates", "seminar authorities", "courses",
                     "people trained in hundreds", "change in courses")
    } == {
        "seminar places": "London, Bristol, Leeds and Birmingham",
        "seminar delegates": "178",
        "seminar authorities": "143",
        "courses": "118",
        "people trained in hundreds": "more than 1,400",
        "change in courses": "47 more courses than the year before",
    }  # fmt: skip


@pytest.mark.parametrize("year", YEARS)
def test_every_year_adds_up_to_what_was_chosen(year: int) -> None:
    now, wanted = figures(year).now, YEARS[year]
    assert (
        now.seminars, now.seminar_delegates, now.seminar_authorities, now.courses,
        now.course_people,
    ) == (
        len(wanted.seminars), wanted.delegates, wanted.authorities, wanted.courses, wanted.people,
    )  # fmt: skip


def test_each_round_of_the_demonstration_has_a_year_before() -> None:
    changes = {year: figures(year).change("courses") for year in (2020, 2025, 2026)}
    assert changes == {2020: 47, 2025: 0, 2026: -12}


def test_events_are_visibly_of_the_demonstration_and_councils_were_in_force() -> None:
    known = councils()
    for row in ROWS:
        assert row["title"].startswith("Demonstration: ")
        assert 0 < int(row["people"]) < 40
        if row["authority"]:
            day = dt.date.fromisoformat(row["held_on"])
            assert known[row["authority"]].within_life(day) == day
