"""Learning events in the database: what it refuses, what is counted, and what a freeze keeps."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from casework.models import Authority, Change
from reviews import rounds
from reviews.figures.learning import Learning, LearningFigures
from reviews.figures.periods import Period
from reviews.models import Freeze, FrozenLearning, LearningAttendance, LearningEvent, Round
from reviews.statistics import learning
from tests.factories import (
    FIRST_DAY,
    LAST_DAY,
    make_authority,
    make_editor,
    make_event,
    make_round,
)

pytestmark = pytest.mark.django_db

YEAR = Period(2020)
DAY = dt.timedelta(days=1)


# What the database refuses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"sector": "care_provider", "people": 0}, "learning_attendance_of_somebody"),
        ({"sector": "friends", "people": 1}, "learning_attendance_sector_known"),
        ({"sector": "local_authority", "people": 1},
         "learning_attendance_of_authority_or_other_sector"),
    ],
)  # fmt: skip
def test_attendance_that_cannot_be_is_refused(values: dict[str, Any], name: str) -> None:
    event = make_event()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        event.attendance.create(**values)


def test_attendance_of_an_authority_is_in_its_sector() -> None:
    event, authority = make_event(), make_authority()
    name = "learning_attendance_of_authority_or_other_sector"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        event.attendance.create(authority=authority, sector="care_provider", people=1)


def test_attendance_has_one_row_an_authority_and_one_a_sector() -> None:
    authority = make_authority()
    event = make_event("course", authority, "other")
    for values in ({"authority": authority, "sector": "local_authority"}, {"sector": "other"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            event.attendance.create(people=1, **values)
    make_event("course", authority, "other")
    event.attendance.create(authority=make_authority(), sector="local_authority", people=1)
    event.attendance.create(sector="voluntary", people=1)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"kind": "party"}, "learning_event_kind_known"),
        ({"audience": "friends"}, "learning_event_audience_known"),
    ],
)
def test_event_of_an_unknown_kind_is_refused(values: dict[str, str], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_event(**values)


def test_event_is_recorded_once() -> None:
    make_event(title="Same")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event(title="Same")
    make_event("seminar", title="Same")
    make_event(title="Same", place="York")
    make_event(title="Same", held_on=FIRST_DAY)


def test_events_and_who_came_have_a_history() -> None:
    event = make_event("course", "other")
    LearningAttendance.objects.update(people=9)
    event.delete()
    found = Change.objects.filter(record__startswith="reviews.learning").order_by("pk")
    assert list(found.values_list("record", "action")) == [
        ("reviews.learningevent", "+"), ("reviews.learningattendance", "+"),
        ("reviews.learningattendance", "~"), ("reviews.learningattendance", "-"),
        ("reviews.learningevent", "-"),
    ]  # fmt: skip


# Counting -----------------------------------------------------------------------------------------


def test_learning_counts_the_year_and_the_year_before() -> None:
    one, other = make_authority(), make_authority()
    make_event("seminar", one, other, "voluntary", place="London", held_on=FIRST_DAY)
    make_event("seminar", one, place="Bristol", held_on=LAST_DAY)
    make_event("course", one, "care_provider", held_on=LAST_DAY)
    make_event("course", other, held_on=FIRST_DAY - DAY)
    make_event("course", other, held_on=Period(2019).first_day)
    make_event("course", other, held_on=Period(2018).last_day)
    make_event("course", other, held_on=LAST_DAY + DAY)
    assert learning(YEAR) == LearningFigures(
        now=Learning(
            seminars=2, seminar_delegates=3, seminar_authorities=2,
            seminar_places=("London", "Bristol"), courses=1, course_people=2,
        ),
        before=Learning(courses=2, course_people=2),
    )  # fmt: skip


def test_learning_counts_an_event_without_attendance() -> None:
    make_event("seminar", place="")
    assert learning(YEAR).now == Learning(seminars=1)


def test_learning_counts_an_authority_entered_twice_once() -> None:
    kept, double = make_authority(), make_authority()
    make_event("seminar", kept, double)
    assert learning(YEAR).now.seminar_authorities == 2
    Authority.objects.filter(pk=double.pk).update(merged_into=kept)
    now = learning(YEAR).now
    assert (now.seminar_authorities, now.seminar_delegates) == (1, 2)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_learning_asks_once(number: int, django_assert_num_queries: Any) -> None:
    for _ in range(number):
        make_event("seminar", make_authority(), "other")
        make_event("course", make_authority(), held_on=FIRST_DAY - DAY)
    with django_assert_num_queries(1):
        assert learning(YEAR).now.seminars == number


# Freezing -----------------------------------------------------------------------------------------


def test_freezing_keeps_what_was_counted_whatever_is_recorded_later() -> None:
    one = make_authority()
    make_event("seminar", one, place="London")
    make_event("course", one, held_on=FIRST_DAY - DAY)
    round_ = make_round()
    counted = learning(YEAR)
    frozen = rounds.freeze(round_=round_, by=make_editor())
    assert FrozenLearning.objects.get().figures() == counted
    assert FrozenLearning.objects.figures_of(frozen.pk) == counted
    make_event("course", one)
    LearningAttendance.objects.update(people=50)
    LearningEvent.objects.filter(kind="seminar").delete()
    assert learning(YEAR) != counted
    assert FrozenLearning.objects.figures_of(frozen.pk) == counted


def test_freezing_again_counts_anew_and_keeps_what_was_frozen_first() -> None:
    round_, editor = make_round(), make_editor()
    make_authority()
    first = rounds.freeze(round_=round_, by=editor)
    make_event("course", "other")
    second = rounds.freeze(round_=round_, by=editor, reason="An event came late")
    found = FrozenLearning.objects
    assert found.figures_of(first.pk) == LearningFigures()
    assert found.figures_of(second.pk) == learning(YEAR)
    assert found.figures_of(second.pk).now.courses == 1


def test_round_not_frozen_and_older_freeze_give_no_figures() -> None:
    round_, editor = make_round(), make_editor()
    make_event("course", "other")
    assert FrozenLearning.objects.figures_of(None) == LearningFigures()
    older = Freeze.objects.create(
        round=round_, number=1, method_version="1", frozen_at=round_.opened_at, frozen_by=editor
    )
    assert FrozenLearning.objects.figures_of(older.pk) == LearningFigures()


WRITES = {
    "update": lambda row: FrozenLearning.objects.update(courses=7),
    "save": lambda row: row.save(),
    "delete": lambda row: FrozenLearning.objects.all()._raw_delete("default"),
    "SQL": lambda row: connection.cursor().execute("UPDATE reviews_frozenlearning SET courses = 7"),
    "insert": lambda row: FrozenLearning.objects.bulk_create([row]),
    "replace": lambda row: connection.cursor().execute(
        "REPLACE INTO reviews_frozenlearning SELECT * FROM reviews_frozenlearning"
        if connection.vendor == "sqlite"
        else "TRUNCATE reviews_frozenlearning CASCADE"
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_frozen_learning_is_changed_by_nobody(way: str) -> None:
    make_event("course", "other")
    rounds.freeze(round_=make_round(), by=make_editor())
    row = FrozenLearning.objects.get()
    before = list(FrozenLearning.objects.values())
    connection.check_constraints()  # or PostgreSQL refuses to truncate for another reason
    refused = "cannot be changed; freeze the round|together with the round"
    with pytest.raises(DatabaseError, match=refused), transaction.atomic():
        WRITES[way](row)
    assert list(FrozenLearning.objects.values()) == before


def test_frozen_learning_is_not_added_to_a_freeze_that_stands() -> None:
    round_, editor = make_round(), make_editor()
    older = Freeze.objects.create(
        round=round_, number=1, method_version="1", frozen_at=round_.opened_at, frozen_by=editor
    )
    Round.objects.update(freeze=older)
    row = FrozenLearning.of(older, LearningFigures(now=Learning(courses=1)))
    refused = "together with the round, never later"
    with pytest.raises(IntegrityError, match=refused), transaction.atomic():
        row.save(force_insert=True)
    round_.refresh_from_db()
    rounds.freeze(round_=round_, by=editor, reason="Count learning events too")
    refused = "together with the round, never later"
    with pytest.raises(IntegrityError, match=refused), transaction.atomic():
        row.save(force_insert=True)
