"""Two people at once, on PostgreSQL: SQLite has one writer at a time as it is."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from casework.actions import changed_since_locked, lock_period
from casework.choices import ContactRole
from casework.models import Authority, Complaint, Contact, Decision, LockedPeriod
from casework.refusals import Refused
from reviews import rounds
from reviews.models import AnnualSummary, Hold, Letter, LetterFile, OutboxMessage, RoundEvent
from reviews.rounds import freezing
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_editor,
    make_recommendation,
    make_round,
)

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    """Starts the work in a thread with a connection of its own; what it raises ends in the list."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def second_chief(authority: Authority) -> None:
    Contact.objects.create(
        authority=authority,
        role=ContactRole.CHIEF_EXECUTIVE,
        surname="Second",
        starts_on=dt.date(2015, 1, 1),
    )


if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":

    def test_freeze_sees_one_state_of_casework() -> None:
        authority = make_authority()
        make_complaint(authority)
        with freezing.one_state_of_the_database(Decision):
            assert Complaint.objects.count() == 1
            thread, raised = elsewhere(lambda: make_complaint(authority))
            thread.join(timeout=20)
            assert raised == []
            assert Complaint.objects.count() == 1
        assert Complaint.objects.count() == 2

    def test_change_under_way_when_figures_are_frozen_is_in_them() -> None:
        make_chief_executive(make_authority())
        decision = make_decision(Authority.objects.get())
        round_, editor = make_round(2020), make_editor()
        with transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(is_remedied_by_authority=True)
            thread, raised = elsewhere(lambda: rounds.freeze(round_=round_, by=editor))
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert raised == []
        assert AnnualSummary.objects.get().remedied_by_authority == 1
        assert list(changed_since_locked(LockedPeriod.objects.get())) == []

    def test_change_begun_while_figures_are_frozen_waits_and_needs_a_reason() -> None:
        decision = make_decision(make_authority())

        def change() -> None:
            Decision.objects.filter(pk=decision.pk).update(is_remedied_by_authority=True)

        with freezing.one_state_of_the_database(Complaint, Decision):
            lock_period(year=2020, first_day=dt.date(2019, 4, 1), last_day=dt.date(2020, 3, 31))
            thread, raised = elsewhere(change)
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert [type(error) for error in raised] == [IntegrityError]

    def test_contacts_entered_at_once_cannot_both_hold_a_role() -> None:
        authority = make_authority()
        with transaction.atomic():
            make_chief_executive(authority)
            thread, raised = elsewhere(lambda: second_chief(authority))
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert [type(error) for error in raised] == [IntegrityError]
        assert [contact.surname for contact in Contact.objects.all()] == ["Example"]

    def test_decision_entered_while_its_complaint_changes_cannot_differ_from_it() -> None:
        complaint = make_complaint(make_authority())
        with transaction.atomic():
            Complaint.objects.update(category="other")
            thread, raised = elsewhere(
                lambda: complaint.decisions.create(
                    authority=complaint.authority,
                    category=complaint.category,
                    received_on=complaint.received_on,
                    outcome="upheld",
                    decided_on=complaint.received_on,
                )
            )
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert [type(error) for error in raised] == [IntegrityError]

    def test_recommendation_entered_while_its_decision_changes_needs_it_upheld() -> None:
        decision = make_decision(make_authority())
        with transaction.atomic():
            Decision.objects.update(outcome="not_upheld")
            thread, raised = elsewhere(lambda: make_recommendation(decision))
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert [type(error) for error in raised] == [IntegrityError]

    def test_letter_held_while_letters_are_issued_is_issued_before_or_not_at_all() -> None:
        for _ in range(6):
            make_authority()
        round_, editor = make_round(2020), make_editor()
        rounds.freeze(round_=round_, by=editor)
        rounds.approve(reason="For a test", round_=round_, by=make_approver())
        with transaction.atomic():
            rounds.hold(round_=round_, by=editor, reason="A query")
            thread, raised = elsewhere(lambda: rounds.issue(round_=round_, by=editor))
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert raised == []
        assert (Letter.objects.issued().count(), Hold.objects.open().count()) == (0, 6)

    def test_freezing_again_while_a_letter_is_corrected_waits_and_is_refused() -> None:
        authority = make_authority()
        round_, editor = make_round(2020), make_editor()
        rounds.freeze(round_=round_, by=editor)
        rounds.approve(reason="For a test", round_=round_, by=make_approver())
        rounds.issue(round_=round_, by=editor)
        with transaction.atomic():
            rounds.correct(round_=round_, authority=authority, by=editor, reason="Recounted.")
            thread, raised = elsewhere(
                lambda: rounds.freeze(round_=round_, by=editor, reason="Again")
            )
            thread.join(timeout=0.5)
            assert thread.is_alive()
        thread.join(timeout=20)
        assert [type(error) for error in raised] == [Refused]
        assert sorted(AnnualSummary.objects.values_list("version", flat=True)) == [1, 2]
        assert Letter.objects.awaiting_approval().count() == 1

    def test_letter_corrected_twice_at_once_has_one_draft() -> None:
        authority = make_authority()
        round_, editor = make_round(2020), make_editor()
        rounds.freeze(round_=round_, by=editor)
        rounds.approve(reason="For a test", round_=round_, by=make_approver())
        rounds.issue(round_=round_, by=editor)

        def correct() -> None:
            rounds.correct(round_=round_, authority=authority, by=editor, reason="Recounted.")

        thread, raised = elsewhere(correct)
        try:
            correct()
        except Refused as refused:
            raised.append(refused)
        thread.join(timeout=20)
        assert [type(error) for error in raised] == [Refused]
        assert Letter.objects.awaiting_approval().count() == 1


def test_issue_run_twice_at_once_loses_and_doubles_nothing() -> None:
    for _ in range(6):
        make_chief_executive(make_authority())
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    issued: list[int] = []
    threads = []
    if connection.vendor == "postgresql":
        threads = [elsewhere(lambda: issued.append(rounds.issue(round_=round_, by=editor)))]
    issued.append(rounds.issue(round_=round_, by=editor))
    for thread, raised in threads:
        thread.join(timeout=60)
        assert raised == []
    assert sum(issued) == 6
    assert Letter.objects.issued().count() == LetterFile.objects.count() == 6
    assert OutboxMessage.objects.count() == 6
    lines = RoundEvent.objects.filter(action="issued").values_list("detail", flat=True)
    assert sum(int(line.split()[0]) for line in lines) == 6
