"""Statements, what stands in the way of publishing them, and reports: actions and rules."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from time_machine import travel

from casework.actions import supersede_decision
from casework.actions.publication import (
    except_from_publication,
    lift_exception,
    months_after,
    personal_data_in,
    record_report,
    record_review,
    write_statement,
)
from casework.choices import Outcome, PublicationGround, ReviewResult, Stage
from casework.models import (
    Change,
    Complainant,
    Decision,
    DecisionReview,
    PublicationException,
    PublicInterestReport,
    Statement,
)
from casework.refusals import Refused
from tests.factories import make_authority, make_decision

pytestmark = pytest.mark.django_db

TODAY = dt.date(2020, 3, 2)


@pytest.fixture(autouse=True)
def today() -> Any:
    with travel(dt.datetime(2020, 3, 2, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def officer() -> User:
    return User.objects.create_user("officer", is_staff=True)


@pytest.fixture
def manager() -> User:
    user = User.objects.create_user("manager", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="add_publicationexception"))
    return user


def decided(outcome: str = Outcome.UPHELD, **values: Any) -> Decision:
    return make_decision(make_authority(), outcome, **{"decided_on": dt.date(2019, 10, 1)} | values)


def written(decision: Decision, by: User, **values: Any) -> Statement:
    given: dict[str, Any] = {"text": "The Council was at fault.", "dated_on": decision.decided_on}
    return write_statement(decision=decision, by=by, **given | values)


def publish(statement: Statement, on: dt.date = TODAY) -> None:
    Statement.objects.filter(pk=statement.pk).update(published_on=on)


def problems(deed: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.problems


# Months -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2019-10-01", "2020-01-01"),
        ("2019-11-29", "2020-02-29"),
        ("2019-11-30", "2020-02-29"),
        ("2018-11-30", "2019-02-28"),
        ("2018-11-28", "2019-02-28"),
        ("2020-01-31", "2020-04-30"),
        ("2020-12-31", "2021-03-31"),
        ("2020-09-30", "2020-12-30"),
        ("2020-03-31", "2020-06-30"),
    ],
)
def test_months_after_ends_with_the_month(day: str, expected: str) -> None:
    assert months_after(dt.date.fromisoformat(day), 3) == dt.date.fromisoformat(expected)


def test_months_after_counts_years() -> None:
    assert months_after(dt.date(2020, 2, 29), 60) == dt.date(2025, 2, 28)
    assert months_after(dt.date(2020, 2, 29), 0) == dt.date(2020, 2, 29)


# Statements ---------------------------------------------------------------------------------------


def test_statement_is_written_and_amended_until_published(officer: User) -> None:
    decision = decided()
    first = written(decision, officer)
    assert (first.number, first.is_current, first.written_by) == (1, True, officer)
    again = written(decision, officer, text="Amended.", dated_on=dt.date(2019, 10, 2))
    assert again.pk == first.pk
    stored = Statement.objects.get()
    assert (stored.text, stored.dated_on, stored.number) == ("Amended.", dt.date(2019, 10, 2), 1)
    batches = Change.objects.filter(record="casework.statement").values_list(
        "batch__what", "batch__begun_by__username", "case_id"
    )
    assert list(batches) == [("Statement written", "officer", decision.complaint_id)] * 2


def test_statement_in_place_of_a_published_one_is_new(officer: User) -> None:
    decision = decided()
    first = written(decision, officer)
    publish(first, on=dt.date(2020, 2, 1))
    assert problems(lambda: written(decision, officer, text="New.")) == [
        "A statement of this decision is dated 1 February 2020 or later."
    ]
    second = written(decision, officer, text="New.", dated_on=dt.date(2020, 2, 1))
    assert list(
        Statement.objects.order_by("number").values_list("number", "is_current", "text")
    ) == [(1, False, "The Council was at fault."), (2, True, "New.")]
    publish(second)
    assert written(decision, officer, text="Third.", dated_on=TODAY).number == 3


def test_statement_days_are_from_the_decision_to_today(officer: User) -> None:
    decision = decided()
    assert problems(lambda: written(decision, officer, dated_on=dt.date(2019, 9, 30))) == [
        "A statement of this decision is dated 1 October 2019 or later."
    ]
    assert problems(lambda: written(decision, officer, dated_on=dt.date(2020, 3, 3))) == [
        "A statement cannot be dated in the future."
    ]
    assert written(decision, officer, dated_on=TODAY).dated_on == TODAY


@pytest.mark.parametrize("outcome", Outcome.values)
def test_statement_of_published_outcomes_only(outcome: str, officer: User) -> None:
    decision = decided(outcome)
    if outcome in {"closed_after_initial_enquiries", "not_upheld", "upheld"}:
        assert written(decision, officer).number == 1
    else:
        assert problems(lambda: written(decision, officer)) == [
            "Only a decision with the outcome “Closed after initial enquiries” or “Not upheld” or "
            "“Upheld” has a public statement."
        ]
        assert not Statement.objects.exists()


def test_statement_of_the_standing_decision_only(officer: User) -> None:
    decision = decided()
    supersede_decision(complaint=decision.complaint)
    assert problems(lambda: written(decision, officer)) == [
        "This decision stands no longer: write the statement of the one that does."
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": "Other words."}, "A published statement stands; write a new one."),
        ({"dated_on": TODAY}, "A published statement stands; write a new one."),
        ({"published_on": None}, "A published statement stands; write a new one."),
        ({"number": 7}, "A published statement stands; write a new one."),
    ],
)
def test_statement_published_stands_in_the_database(
    values: dict[str, Any], message: str, officer: User
) -> None:
    statement = written(decided(), officer)
    publish(statement)
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(**values)
    with pytest.raises(IntegrityError, match="A published statement is kept"), transaction.atomic():
        Statement.objects.filter(pk=statement.pk)._raw_delete(using="default")
    assert Statement.objects.get().text == "The Council was at fault."


def test_statement_published_is_not_replaced_by_insert(officer: User) -> None:
    statement = written(decided(), officer)
    publish(statement)
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    columns = "decision_id, number, dated_on, text, is_current, written_at, written_by_id"
    for number, is_current in ((1, "FALSE"), (2, "TRUE")):
        with (
            pytest.raises(IntegrityError, match="A published statement is kept"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"{verb} INTO casework_statement ({columns}) SELECT decision_id, {number}, "
                f"dated_on, 'Forged', {is_current}, written_at, written_by_id "
                "FROM casework_statement"
            )
    assert list(Statement.objects.values_list("text", flat=True)) == ["The Council was at fault."]


def test_statement_replaced_is_never_current_again(officer: User) -> None:
    decision = decided()
    first = written(decision, officer)
    publish(first)
    second = written(decision, officer, text="New.", dated_on=TODAY)
    Statement.objects.filter(pk=second.pk).update(is_current=False)
    with pytest.raises(IntegrityError, match="never used again"), transaction.atomic():
        Statement.objects.filter(pk=first.pk).update(is_current=True)


# What may be published when -----------------------------------------------------------------------


def publishable(day: dt.date = TODAY) -> int:
    return Statement.objects.publishable_on(day).count()


def test_publishable_six_weeks_after_the_statement(officer: User) -> None:
    decision = decided()
    written(decision, officer, dated_on=dt.date(2019, 10, 5))
    last_day_before = dt.date(2019, 10, 5) + dt.timedelta(days=41)
    assert (publishable(last_day_before), publishable(last_day_before + dt.timedelta(1))) == (0, 1)


def test_publishable_six_weeks_after_the_decision_too(officer: User) -> None:
    decision = decided()
    written(decision, officer)
    Decision.objects.filter(pk=decision.pk).update(decided_on=dt.date(2019, 10, 9))
    day = dt.date(2019, 10, 9) + dt.timedelta(days=42)
    assert (publishable(day - dt.timedelta(1)), publishable(day)) == (0, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"received_on": dt.date(2013, 4, 1), "decided_on": dt.date(2013, 4, 2)}, 1),
        ({"received_on": dt.date(2013, 3, 31), "decided_on": dt.date(2013, 4, 2)}, 0),
        ({"outcome": Outcome.NOT_UPHELD}, 1),
        ({"outcome": Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES}, 1),
    ],
)
def test_publishable_complaints_from_april_2013(
    values: dict[str, Any], expected: int, officer: User
) -> None:
    written(decided(**values), officer)
    assert publishable() == expected


def test_publishable_outcomes_only_even_if_a_statement_is_there(officer: User) -> None:
    decision = decided(Outcome.NOT_UPHELD)
    written(decision, officer)
    Decision.objects.filter(pk=decision.pk).update(outcome=Outcome.REFERRED_BACK)
    assert publishable() == 0


def test_publishable_unless_replaced_published_or_withdrawn(officer: User) -> None:
    decision = decided()
    statement = written(decision, officer)
    assert publishable() == 1
    publish(statement)
    assert publishable() == 0
    assert Statement.objects.shown().count() == 1
    Statement.objects.update(withdrawn_on=TODAY)
    assert Statement.objects.shown().count() == 0
    assert Statement.objects.with_nothing_in_the_way().count() == 0


def test_publishable_unless_the_decision_stands_no_longer(officer: User) -> None:
    decision = decided()
    written(decision, officer)
    supersede_decision(complaint=decision.complaint)
    assert publishable() == 0


def test_publishable_unless_the_case_is_open_again(officer: User) -> None:
    decision = decided()
    written(decision, officer)
    decision.complaint.stage = Stage.INVESTIGATION
    decision.complaint.save()
    assert publishable() == 0


def test_publishable_is_asked_of_each_statement_once(officer: User) -> None:
    decision = decided()
    written(decision, officer)
    for month in (1, 2):
        DecisionReview.objects.create(
            decision=decision, asked_on=dt.date(2020, month, 1), reason="It is wrong.",
            ended_on=dt.date(2020, month, 9), result=ReviewResult.STANDS,
        )  # fmt: skip
    assert publishable() == 1


# Exceptions ---------------------------------------------------------------------------------------


def test_exception_by_a_manager_with_ground_and_reason(manager: User, officer: User) -> None:
    decision = decided()
    written(decision, officer)
    exception = except_from_publication(
        decision=decision, ground=PublicationGround.PERSON, details="Would be known.", by=manager
    )
    assert publishable() == 0
    assert (exception.decided_by, exception.decided_at) == (manager, timezone.now())
    except_from_publication(
        decision=decision, ground=PublicationGround.EMPLOYMENT, details="Staff.", by=manager
    )
    stored = PublicationException.objects.get()
    assert (stored.ground, stored.details) == ("employment", "Staff.")
    lift_exception(exception=stored, by=manager)
    assert publishable() == 1
    actions = Change.objects.filter(record="casework.publicationexception").order_by("pk")
    assert list(actions.values_list("action", "batch__begun_by__username")) == [
        ("+", "manager"), ("~", "manager"), ("-", "manager"),
    ]  # fmt: skip


def test_exception_is_refused_to_others(manager: User, officer: User) -> None:
    decision = decided()
    said = ["Only a casework manager decides that a decision is not published."]
    given: dict[str, Any] = {"ground": PublicationGround.OTHER, "details": "Because."}
    assert problems(
        lambda: except_from_publication(decision=decision, by=officer, **given)
    ) == said  # fmt: skip
    exception = except_from_publication(decision=decision, by=manager, **given)
    assert problems(lambda: lift_exception(exception=exception, by=officer)) == said
    assert PublicationException.objects.count() == 1


def test_exception_needs_a_reason_in_the_database(manager: User) -> None:
    with pytest.raises(IntegrityError, match="reason_given"), transaction.atomic():
        except_from_publication(
            decision=decided(), ground=PublicationGround.OTHER, details="", by=manager
        )


# Reviews ------------------------------------------------------------------------------------------


def test_review_open_stands_in_the_way_until_it_ends(officer: User) -> None:
    decision = decided()
    written(decision, officer)
    review = record_review(
        review=DecisionReview(decision=decision, asked_on=TODAY, reason="It is wrong."), by=officer
    )
    assert publishable() == 0
    review.ended_on, review.result = TODAY, ReviewResult.STANDS
    record_review(review=review, by=officer)
    assert publishable() == 1
    decision.complaint.refresh_from_db()
    assert decision.complaint.stage == Stage.CLOSED


def test_review_that_opens_the_case_again_does_so_once(officer: User) -> None:
    decision = decided()
    case = decision.complaint
    review = record_review(
        review=DecisionReview(
            decision=decision, asked_on=TODAY, reason="It is wrong.", ended_on=TODAY,
            result=ReviewResult.REOPENED,
        ),
        by=officer,
    )  # fmt: skip
    case.refresh_from_db()
    assert case.stage == Stage.INVESTIGATION
    case.stage = Stage.CLOSED
    case.save()
    review.reason = "It is still wrong."
    record_review(review=review, by=officer)
    case.refresh_from_db()
    assert case.stage == Stage.CLOSED


# Reports ------------------------------------------------------------------------------------------


def test_report_is_to_be_answered_within_three_months(officer: User) -> None:
    report = record_report(
        report=PublicInterestReport(
            decision=decided(), title="Failings in housing", issued_on=dt.date(2019, 11, 30)
        ),
        by=officer,
    )
    assert report.answer_due_on == dt.date(2020, 2, 29)
    report.issued_on = dt.date(2019, 10, 31)
    record_report(report=report, by=officer)
    assert PublicInterestReport.objects.get().answer_due_on == dt.date(2020, 1, 31)


# Who appears --------------------------------------------------------------------------------------


def test_personal_data_is_looked_for_where_somebody_is_entered() -> None:
    decision = decided()
    text = "Ms Specimen of ZZ99 9ZZ"
    assert personal_data_in(text, of=decision.complaint) == []
    Complainant.objects.create(
        complaint=decision.complaint, name="Zoe Specimen", postcode="zz999zz"
    )
    decision.complaint.refresh_from_db()
    found = personal_data_in(text, of=decision.complaint)
    assert [(find.kind, find.words) for find in found] == [
        ("name", "Specimen"),
        ("postcode", "ZZ99 9ZZ"),
    ]
