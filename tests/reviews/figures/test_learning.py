"""What is counted of seminars and courses, and the words letters have for it."""

import datetime as dt
from dataclasses import replace

import pytest

from reviews.figures.learning import (
    CONDITIONS,
    COURSE,
    NOUNS,
    NUMBERS,
    PLACEHOLDERS,
    SEMINAR,
    Attended,
    Learning,
    LearningFigures,
    conditions,
    count,
    listed,
    placeholders,
    round_number,
)
from reviews.figures.periods import Period
from tests.factories import FIRST_DAY, LAST_DAY, MIDDLE

YEAR = Period(2020)
DAY = dt.timedelta(days=1)

# As printed for the year ending 2020, and a year before that fits.
PRINTED = LearningFigures(
    now=Learning(
        seminars=4,
        seminar_delegates=178,
        seminar_authorities=143,
        seminar_places=("London", "Bristol", "Leeds", "Birmingham"),
        courses=118,
        course_people=1_432,
    ),
    before=Learning(
        seminars=4,
        seminar_delegates=166,
        seminar_authorities=144,
        seminar_places=("Manchester", "Exeter"),
        courses=71,
        course_people=900,
    ),
)


def row(kind: str = SEMINAR, **values: object) -> Attended:
    return replace(
        Attended(event=1, kind=kind, held_on=MIDDLE, place="Leeds", authority=7, people=2),
        **values,  # type: ignore[arg-type]
    )


# Counting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SEMINAR, COURSE])
@pytest.mark.parametrize(
    ("held_on", "events"),
    [(FIRST_DAY - DAY, 0), (FIRST_DAY, 1), (LAST_DAY, 1), (LAST_DAY + DAY, 0)],
)
def test_count_takes_events_of_the_year_alone(kind: str, held_on: dt.date, events: int) -> None:
    found = count([row(kind, held_on=held_on)], YEAR)
    assert found.seminars + found.courses == events
    assert found.is_nothing == (events == 0)


def test_count_of_seminars_has_each_authority_once_and_all_its_people() -> None:
    rows = [row(), row(authority=8, people=1), row(event=2, people=3)]
    assert count(rows, YEAR) == Learning(
        seminars=2, seminar_delegates=6, seminar_authorities=2, seminar_places=("Leeds",)
    )


def test_count_of_delegates_leaves_out_who_came_from_no_authority() -> None:
    assert count([row(), row(authority=None, people=5)], YEAR) == count([row()], YEAR)


def test_count_of_courses_has_people_of_every_sector_and_no_places() -> None:
    rows = [row(COURSE), row(COURSE, authority=None, people=5), row(COURSE, event=2, people=1)]
    assert count(rows, YEAR) == Learning(courses=2, course_people=8)


def test_count_of_an_event_at_which_nobody_is_recorded_is_an_event() -> None:
    assert count([row(authority=None, people=0)], YEAR) == Learning(
        seminars=1, seminar_places=("Leeds",)
    )


def test_places_are_in_the_order_of_their_first_day_each_once() -> None:
    rows = [
        row(event=1, place="Leeds", held_on=MIDDLE + DAY),
        row(event=2, place="London", held_on=MIDDLE),
        row(event=3, place="LEEDS", held_on=MIDDLE + 2 * DAY),
        row(event=5, place="Bristol", held_on=MIDDLE),
        row(event=4, place="", held_on=FIRST_DAY),
        row(COURSE, event=6, place="York", held_on=FIRST_DAY),
    ]
    assert count(rows, YEAR).seminar_places == ("London", "Bristol", "Leeds")


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "text"),
    [
        ((), ""), (("London",), "London"), (("London", "Bristol"), "London and Bristol"),
        (("London", "Bristol", "Leeds", "Birmingham"), "London, Bristol, Leeds and Birmingham"),
    ],
)  # fmt: skip
def test_places_are_listed_as_sentences_do(places: tuple[str, ...], text: str) -> None:
    assert listed(places) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, ""), (1, "1"), (99, "99"), (100, "100"), (101, "more than 100"),
        (1_400, "1,400"), (1_401, "more than 1,400"), (1_499, "more than 1,400"),
    ],
)  # fmt: skip
def test_round_number_is_never_more_than_there_were(number: int, text: str) -> None:
    assert round_number(number) == text


@pytest.mark.parametrize(
    ("now", "before", "change", "text"),
    [
        (118, 71, 47, "47 more courses than the year before"),
        (72, 71, 1, "1 more course than the year before"),
        (71, 71, 0, "as many courses as the year before"),
        (70, 71, -1, "1 fewer course than the year before"),
        (68, 71, -3, "3 fewer courses than the year before"),
        (2_000, 1, 1_999, "1,999 more courses than the year before"),
        (0, 71, None, ""),
        (118, 0, None, ""),
        (0, 0, None, ""),
    ],
)
def test_change_is_in_words_only_where_both_years_are_known(
    now: int, before: int, change: int | None, text: str
) -> None:
    figures = LearningFigures(Learning(courses=now), Learning(courses=before))
    assert (figures.change("courses"), figures.change_text("courses")) == (change, text)


def test_every_number_has_its_nouns() -> None:
    assert set(NOUNS) == set(NUMBERS)


# What the wording may use -------------------------------------------------------------------------


def test_examples_of_placeholders_are_what_the_printed_figures_give() -> None:
    assert placeholders(PRINTED) == {
        name: placeholder.example for name, placeholder in PLACEHOLDERS.items()
    }


def test_placeholders_of_a_year_without_events_are_none() -> None:
    assert placeholders(LearningFigures()) == {}


def test_placeholders_never_say_nothing_as_a_number() -> None:
    """Each number by itself: the others have no value then."""
    for number in NUMBERS:
        values = {number: 3}
        texts = placeholders(LearningFigures(Learning(**values), Learning())).values()  # type: ignore[arg-type]
        assert set(texts) == {"3", f"3 {NOUNS[number][1]}"}, number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("seminars", "1 seminar"),
        ("seminar_delegates", "1 delegate"),
        ("seminar_authorities", "1 local authority"),
        ("courses", "1 course"),
        ("course_people", "1 person"),
    ],
)
def test_placeholders_speak_of_one_in_the_singular(number: str, text: str) -> None:
    held = Learning(**{number: 1})  # type: ignore[arg-type]
    said = {
        name: said
        for name, said in placeholders(LearningFigures(held, held)).items()
        if name.startswith("number of ")
    }
    assert set(said.values()) == {text}
    assert {name.endswith(" before") for name in said} == {True, False}


def test_placeholders_of_the_first_year_compare_with_nothing() -> None:
    names = placeholders(replace(PRINTED, before=Learning()))
    assert [name for name in names if "change" in name or "before" in name] == []
    assert names["courses"] == "118"


def test_conditions_of_the_printed_figures() -> None:
    assert conditions(PRINTED) == {
        "seminars held": True,
        "seminars in places": True,
        "seminars known before": True,
        "seminar delegates recorded": True,
        "seminar delegates known before": True,
        "seminar places known before": True,
        "courses held": True,
        "courses known before": True,
        "more courses than before": True,
        "fewer courses than before": False,
        "people trained recorded": True,
        "people trained known before": True,
        "more people trained than before": True,
    }


def test_conditions_of_the_years_the_other_way_round() -> None:
    turned = LearningFigures(now=PRINTED.before, before=PRINTED.now)
    assert [name for name, holds in conditions(turned).items() if holds] == [
        "seminars held", "seminars in places", "seminars known before",
        "seminar delegates recorded", "seminar delegates known before",
        "seminar places known before", "courses held", "courses known before",
        "fewer courses than before", "people trained recorded", "people trained known before",
    ]  # fmt: skip


@pytest.mark.parametrize("figures", [LearningFigures(), LearningFigures(before=PRINTED.now)])
def test_no_condition_holds_in_a_year_without_events(figures: LearningFigures) -> None:
    assert set(conditions(figures).values()) == {False}
    assert list(conditions(figures)) == list(CONDITIONS)


def test_names_are_words_in_small_letters_and_none_is_used_twice() -> None:
    names = [*PLACEHOLDERS, *CONDITIONS]
    assert len(set(names)) == len(names)
    assert [name for name in names if not name.replace(" ", "").isalpha() or name.isupper()] == []
