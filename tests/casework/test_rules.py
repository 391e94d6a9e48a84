"""Rules between rows that the database holds for every way of writing."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from casework.actions import system_user
from casework.models import Anonymisation, Complaint, Decision, DecisionReason
from tests.factories import make_authority, make_decision, make_recommendation

pytestmark = pytest.mark.django_db

UNFIT = "The reason belongs to another outcome or was not used on that day."
FIRST, LAST = dt.date(2019, 6, 1), dt.date(2019, 9, 30)
DAY = dt.timedelta(days=1)
NOW = dt.datetime(2020, 6, 1, tzinfo=dt.UTC)


@pytest.fixture
def reason() -> DecisionReason:
    return DecisionReason.objects.create(
        code="example", name="Example", outcome="upheld", starts_on=FIRST, ends_on=LAST
    )


@pytest.mark.parametrize(
    ("outcome", "decided_on", "is_fit"),
    [
        ("upheld", FIRST - DAY, False),
        ("upheld", FIRST, True),
        ("upheld", LAST, True),
        ("upheld", LAST + DAY, False),
        ("not_upheld", FIRST, False),
    ],
)
def test_reason_is_of_the_outcome_and_in_use_on_the_day(
    reason: DecisionReason, outcome: str, decided_on: dt.date, is_fit: bool
) -> None:
    if is_fit:
        assert (
            make_decision(make_authority(), outcome, decided_on=decided_on, reason=reason).reason
            == reason
        )
        return
    with pytest.raises(IntegrityError, match=UNFIT), transaction.atomic():
        make_decision(make_authority(), outcome, decided_on=decided_on, reason=reason)
    decision = make_decision(make_authority(), outcome, decided_on=decided_on)
    with pytest.raises(IntegrityError, match=UNFIT), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(reason=reason)


def test_decision_keeps_a_reason_that_was_closed_since(reason: DecisionReason) -> None:
    decision = make_decision(make_authority(), decided_on=LAST, reason=reason)
    DecisionReason.objects.filter(pk=reason.pk).update(ends_on=LAST - DAY)
    decision.is_remedied_by_authority = True
    decision.save()
    with pytest.raises(IntegrityError, match=UNFIT), transaction.atomic():
        Decision.objects.update(decided_on=LAST + DAY)


def test_outcome_of_a_reason_in_use_stands(reason: DecisionReason) -> None:
    make_decision(make_authority(), decided_on=LAST, reason=reason)
    with pytest.raises(IntegrityError, match="its outcome stands"), transaction.atomic():
        DecisionReason.objects.filter(pk=reason.pk).update(outcome="not_upheld")


def test_decision_is_never_removed() -> None:
    decision = make_decision(make_authority())
    with pytest.raises(IntegrityError, match="A decision is kept"), transaction.atomic():
        decision.delete()


def test_new_case_starts_open() -> None:
    for stage in ("remedy", "closed"):
        with pytest.raises(IntegrityError, match="A new case is open"), transaction.atomic():
            Complaint.objects.create(
                reference="19 999 999",
                authority=make_authority(),
                category="housing",
                received_on=FIRST,
                stage=stage,
            )


def test_outcome_recorded_of_a_case_open_again_does_not_close_it() -> None:
    decision = make_decision(make_authority())
    make_recommendation(decision)
    Complaint.objects.update(stage="investigation")
    Decision.objects.update(compliance="satisfied", compliance_recorded_on=LAST + 30 * DAY)
    assert Complaint.objects.get().stage == "investigation"
    Complaint.objects.update(stage="closed")
    Decision.objects.update(compliance="", compliance_recorded_on=None)
    assert Complaint.objects.get().stage == "remedy"


def test_anonymised_case_gets_nobody_new() -> None:
    decision = make_decision(make_authority(), decided_on=FIRST)
    case, system = decision.complaint, system_user()
    Anonymisation.objects.create(
        complaint=case, proposed_at=NOW, proposed_by=system, agreed_at=NOW,
        agreed_by=User.objects.create_user("second"),
    )  # fmt: skip
    Complaint.objects.update(anonymised_on=LAST)
    tries = (
        lambda: case.notes.create(text="Jo rang", written_at=NOW, written_by=system),
        lambda: case.pauses.create(starts_on=FIRST, reason="Jo is away"),
        lambda: decision.reviews.create(asked_on=LAST, reason="Jo disagrees"),
        lambda: make_recommendation(decision, kind="personal", category="apology", text="To Jo"),
        lambda: Complaint.objects.update(stage="investigation"),
    )
    for attempt in tries:
        with pytest.raises(IntegrityError, match="The case is anonymised"), transaction.atomic():
            attempt()
    make_recommendation(decision, text="Train staff.")  # names nobody


def test_superseded_decision_leaves_the_case_to_be_decided() -> None:
    decision = make_decision(make_authority(), "not_upheld")
    assert Complaint.objects.get().stage == "closed"
    Decision.objects.filter(pk=decision.pk).update(is_standing=False)
    assert Complaint.objects.get().stage == "decision"
