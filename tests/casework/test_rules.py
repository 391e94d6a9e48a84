"""Rules between rows that the database holds for every way of writing."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from casework.models import Complaint, Decision, DecisionReason
from tests.factories import make_authority, make_decision

pytestmark = pytest.mark.django_db

UNFIT = "The reason belongs to another outcome or was not used on that day."
FIRST, LAST = dt.date(2019, 6, 1), dt.date(2019, 9, 30)
DAY = dt.timedelta(days=1)


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


def test_superseded_decision_leaves_the_case_to_be_decided() -> None:
    decision = make_decision(make_authority(), "not_upheld")
    assert Complaint.objects.get().stage == "closed"
    Decision.objects.filter(pk=decision.pk).update(is_standing=False)
    assert Complaint.objects.get().stage == "decision"
