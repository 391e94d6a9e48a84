"""Somebody publishes while somebody else stops it, on PostgreSQL: one of the two sees the other."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from casework.actions import system_user
from casework.actions.publication import write_statement
from casework.models import Complainant, Complaint, Decision, DecisionReview, PublicationException
from reviews.models import PublishedDecision
from reviews.publication import publish_decisions
from tests.factories import make_authority, make_decision
from tests.reviews.test_two_at_once import elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


def stated() -> Decision:
    decision = make_decision(make_authority())
    write_statement(
        decision=decision, text="At fault.", dated_on=decision.decided_on, by=system_user()
    )
    return decision


def ask_review(decision: Decision) -> None:
    DecisionReview.objects.create(
        decision=decision, asked_on=dt.date(2020, 1, 1), reason="It is wrong."
    )


def except_(decision: Decision) -> None:
    PublicationException.objects.create(
        decision=decision, ground="other", details="Because.", decided_at=timezone.now(),
        decided_by=system_user(),
    )  # fmt: skip


def open_case(decision: Decision) -> None:
    Complaint.objects.filter(pk=decision.complaint_id).update(stage="assessment")


def name_somebody(decision: Decision) -> None:
    Complainant.objects.create(complaint=decision.complaint, name="Ann Fault")


if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    STOPS = pytest.mark.parametrize("stop", [ask_review, except_, open_case, name_somebody])

    @STOPS
    def test_publication_waits_for_what_stops_it(stop: Any) -> None:
        decision = stated()
        with transaction.atomic():
            stop(decision)
            thread, raised = elsewhere(lambda: publish_decisions(by=system_user()))
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert raised == []
        assert not PublishedDecision.objects.exists()

    @STOPS
    def test_what_stops_publication_waits_for_it_and_takes_it_off(stop: Any) -> None:
        decision = stated()
        with transaction.atomic():
            publish_decisions(by=system_user())
            thread, raised = elsewhere(lambda: stop(decision))
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert raised == []
        assert PublishedDecision.objects.get().suspended_at is not None
