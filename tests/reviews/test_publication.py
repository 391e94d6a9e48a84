"""Decisions for the public: when they come, what they say, and what takes them off at once."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from time_machine import travel

from casework.actions import recorded, supersede_decision, system_user
from casework.actions.bulk import carry_out
from casework.actions.bulk import check as plan
from casework.actions.publication import (
    digest_of,
    last_day_shown,
    record_report,
    say_checked,
    unchecked_in,
    write_statement,
)
from casework.actions.retention import Agreement, Proposal
from casework.choices import Outcome, PublicationGround, Stage
from casework.models import (
    Anonymisation,
    Batch,
    Change,
    Complainant,
    Complaint,
    Decision,
    DecisionReview,
    Note,
    PublicationException,
    PublicCategory,
    PublicInterestReport,
    PublicSubcategory,
    Recommendation,
    Statement,
)
from casework.refusals import Refused
from reviews.models import PublishedDecision, PublishedImprovement
from reviews.publication import Publication, foresee, publish_decisions
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_decision,
    make_issued_round,
    make_recommendation,
    make_signatory,
    make_user,
)

pytestmark = pytest.mark.django_db

DECIDED = dt.date(2019, 10, 1)
FIRST = DECIDED + dt.timedelta(days=42)
NOON = dt.time(12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with travel(dt.datetime.combine(FIRST, NOON), tick=False) as traveller:
        yield traveller


def later(today: Any, day: dt.date) -> dt.date:
    today.move_to(dt.datetime.combine(day, NOON))
    return day


def state(decision: Decision, **values: Any) -> Statement:
    given: dict[str, Any] = {"text": "The Council was at fault.", "dated_on": decision.decided_on}
    return write_statement(decision=decision, by=system_user(), **given | values)


def decided(**values: Any) -> Decision:
    return make_decision(make_authority(), **{"decided_on": DECIDED} | values)


def publish(day: dt.date | None = None) -> Publication:
    return publish_decisions(by=system_user(), day=day)


def published(decision: Decision | None = None) -> PublishedDecision:
    """The copy of a new statement, published today."""
    statement = state(decision or decided())
    assert publish() == Publication(published=1)
    return PublishedDecision.objects.get(statement=statement)


def shown(day: dt.date | None = None) -> list[str]:
    """What the public may read."""
    at = dt.datetime.combine(day, NOON) if day else timezone.now()
    return list(PublishedDecision.objects.published(at=at).values_list("text", flat=True))


TEXT = "The Council was at fault."
OF_SERVICES = "was recommended for services"


def said_to_improve(copy: PublishedDecision) -> list[str]:
    return list(copy.improvements.order_by("number").values_list("text", flat=True))


# When ---------------------------------------------------------------------------------------------


def test_publish_after_six_weeks_and_no_sooner(today: Any) -> None:
    statement = state(decided())
    assert publish(FIRST - dt.timedelta(days=1)) == Publication()
    assert shown() == []
    assert publish(FIRST) == Publication(published=1)
    assert shown() == [TEXT]
    statement.refresh_from_db()
    assert statement.published_on == FIRST


@pytest.mark.parametrize(("days", "is_refused"), [(41, True), (42, False)])
@pytest.mark.parametrize("field", ["dated_on", "decided_on"])
def test_copy_before_six_weeks_is_refused_by_the_database(
    field: str, days: int, is_refused: bool
) -> None:
    decision = decided()
    statement = state(decision, dated_on=DECIDED if field == "decided_on" else FIRST)
    if field == "decided_on":
        Statement.objects.update(dated_on=dt.date(2019, 9, 1))
        statement.refresh_from_db()
    day = getattr(statement if field == "dated_on" else decision, field) + dt.timedelta(days=days)
    copy = copy_of(statement, published_on=day)
    if is_refused:
        with pytest.raises(IntegrityError, match="six weeks after its day, and no sooner"):
            copy.save()
    else:
        copy.save()
        assert PublishedDecision.objects.count() == 1


def copy_of(statement: Statement, **values: Any) -> PublishedDecision:
    decision = statement.decision
    values = {
        "reference": decision.complaint.reference,
        "authority": decision.authority,
        "authority_name": "Example",
        "category": decision.category,
        "outcome": decision.outcome,
        "decided_on": decision.decided_on,
        "dated_on": statement.dated_on,
        "text": statement.text,
        "published_on": FIRST,
        "ends_on": dt.date(2030, 1, 1),
    } | values
    return PublishedDecision(statement=statement, **values)


def test_publish_refuses_a_day_to_come() -> None:
    with pytest.raises(Refused, match="2019-11-13 is in the future"):
        publish(FIRST + dt.timedelta(days=1))


def test_published_for_five_years_by_time_alone(today: Any) -> None:
    copy = published()
    assert copy.ends_on == dt.date(2024, 11, 11)
    assert shown(FIRST - dt.timedelta(days=1)) == []
    assert shown(copy.ends_on) == [TEXT]
    assert shown(copy.ends_on + dt.timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("first", "last"),
    [("2019-11-12", "2024-11-11"), ("2020-02-29", "2025-02-27"), ("2020-03-01", "2025-02-28")],
)
def test_last_day_shown_is_before_the_fifth_anniversary(first: str, last: str) -> None:
    assert last_day_shown(dt.date.fromisoformat(first)) == dt.date.fromisoformat(last)


def test_publish_withdraws_after_five_years_for_good(today: Any) -> None:
    copy = published()
    assert publish(later(today, copy.ends_on)) == Publication()
    day = later(today, copy.ends_on + dt.timedelta(days=1))
    assert publish(day) == Publication(withdrawn=1)
    assert publish(day) == Publication()
    copy.refresh_from_db()
    assert copy.taken_off_at is not None
    assert Statement.objects.get().withdrawn_on == day


def test_five_years_run_from_the_first_publication_whatever_statements_follow(today: Any) -> None:
    decision = decided()
    first = published(decision)
    day = later(today, dt.date(2023, 1, 2))
    state(decision, text="New.", dated_on=day)
    assert publish(later(today, day + dt.timedelta(days=42))) == Publication(published=1)
    copy = PublishedDecision.objects.standing().get()
    assert (copy.text, copy.ends_on) == ("New.", first.ends_on)
    assert publish(later(today, first.ends_on + dt.timedelta(days=1))) == Publication(withdrawn=1)


OVER = (
    "The five years of this decision for the public are over: a new statement is written only "
    "after a review that ended since."
)


@pytest.mark.parametrize(
    ("ended_on", "may_be_written"),
    [(None, False), ("2024-11-11", False), ("2024-11-12", True), ("2024-11-13", True)],
)
def test_statement_after_five_years_needs_a_review_that_ended_since(
    ended_on: str | None, may_be_written: bool, today: Any
) -> None:
    decision = decided()
    ends_on = published(decision).ends_on
    publish(later(today, ends_on + dt.timedelta(days=1)))
    day = later(today, ends_on + dt.timedelta(days=2))
    ask_review(decision)
    DecisionReview.objects.update(ended_on=ended_on, result="stands" if ended_on else "")
    written = Statement(
        decision=decision, number=9, dated_on=day, text="By hand.", written_at=timezone.now(),
        written_by=system_user(), is_current=False,
    )  # fmt: skip
    if may_be_written:
        state(decision, text="New.", dated_on=day)
        assert publish(later(today, day + dt.timedelta(days=42))) == Publication(published=1)
        copy = PublishedDecision.objects.standing().get()
        assert copy.ends_on == last_day_shown(copy.published_on)
        return
    with pytest.raises(Refused) as refused:
        state(decision, text="New.", dated_on=day)
    assert refused.value.problems == [OVER]
    with pytest.raises(IntegrityError, match="public for its five years"), transaction.atomic():
        written.save()


def test_statement_written_before_the_five_years_are_over_is_not_published_after(
    today: Any,
) -> None:
    decision = decided()
    ends_on = published(decision).ends_on
    day = later(today, ends_on - dt.timedelta(days=10))
    state(decision, text="New.", dated_on=day)
    reference = decision.complaint.reference
    day = later(today, day + dt.timedelta(days=42))
    assert publish(day) == Publication(held=[f"{reference}: {OVER}"])
    assert foresee(day).held == [f"{reference}: {OVER}"]
    assert shown() == []


# What ---------------------------------------------------------------------------------------------


def test_copy_says_what_is_public_by_value_and_nothing_else() -> None:
    decision = decided(outcome=Outcome.UPHELD)
    case = decision.complaint
    category = PublicCategory.objects.create(slug="h", name="Homes", category="housing")
    case.public_subcategory = PublicSubcategory.objects.create(
        public_category=category, slug="a", name="Allocations"
    )
    case.save(update_fields=["public_subcategory"])
    Complainant.objects.create(complaint=case, name="Zoe Specimen")
    Note.objects.create(
        complaint=case, text="SECRET", written_at=timezone.now(), written_by=system_user()
    )
    make_recommendation(
        decision, kind="personal", category="apology", text="SECRET: apologise.", amount="150.00"
    )
    make_recommendation(decision, category="procedure_or_policy", text="Review the policy.")
    make_recommendation(decision, text="Train staff.")
    record_report(
        report=PublicInterestReport(
            decision=decision, title="Homes", is_further=True, issued_on=FIRST
        ),
        by=system_user(),
    )
    copy = published(decision)
    values = PublishedDecision.objects.values().get()
    assert values == {
        "id": copy.pk,
        "statement_id": Statement.objects.get().pk,
        "reference": case.reference,
        "authority_id": decision.authority_id,
        "authority_name": decision.authority.official_name,
        "category": "housing",
        "public_category": "Homes",
        "public_subcategory": "Allocations",
        "outcome": "upheld",
        "decided_on": DECIDED,
        "dated_on": DECIDED,
        "text": TEXT,
        "report_title": "Homes",
        "report_is_further": True,
        "report_issued_on": FIRST,
        "report_answered_on": None,
        "report_satisfied_on": None,
        "published_on": FIRST,
        "ends_on": dt.date(2024, 11, 11),
        "suspended_at": None,
        "taken_off_at": None,
    }
    rows = list(PublishedImprovement.objects.values())
    due_on = DECIDED + dt.timedelta(days=90)
    same = {
        "decision_id": copy.pk, "due_on": due_on, "completed_on": None, "status": "due",
        "compliance": "", "compliance_recorded_on": None,
    }  # fmt: skip
    assert [each | {"id": 0} for each in rows] == [
        same | {"id": 0, "number": 1, "category": "procedure_or_policy",
                "text": "Review the policy."},
        same | {"id": 0, "number": 2, "category": "training_or_guidance", "text": "Train staff."},
    ]  # fmt: skip
    assert "SECRET" not in f"{values} {rows}"
    assert "Specimen" not in f"{values} {rows}"


def test_copy_has_the_name_of_the_day_of_the_decision() -> None:
    decision = decided()
    decision.authority.earlier_names.create(name="Old Name", ends_on=DECIDED)
    assert published(decision).authority_name == "Old Name"


def test_publish_brings_up_to_date_what_casework_says_otherwise() -> None:
    decision = decided()
    copy = published(decision)
    report = record_report(
        report=PublicInterestReport(decision=decision, title="Homes", issued_on=DECIDED),
        by=system_user(),
    )
    recommendation = make_recommendation(decision, text="Train staff.")
    copy.refresh_from_db()
    assert (copy.report_title, said_to_improve(copy)) == ("", [])
    assert publish() == Publication(updated=1)
    report.answered_on = report.satisfied_on = FIRST
    report.save()
    assert publish() == Publication(updated=1)
    assert publish() == Publication()
    copy.refresh_from_db()
    assert (copy.report_title, copy.report_issued_on) == ("Homes", DECIDED)
    assert (copy.report_answered_on, copy.report_satisfied_on) == (FIRST, FIRST)
    assert said_to_improve(copy) == ["Train staff."]
    Recommendation.objects.filter(pk=recommendation.pk).delete()
    PublicInterestReport.objects.all().delete()
    assert publish() == Publication(resumed=1)
    copy.refresh_from_db()
    assert (copy.report_title, said_to_improve(copy)) == ("", [])


@pytest.mark.parametrize(
    ("completed", "compliance", "status"),
    [
        (None, "", "due"),
        (90, "", "on_time"),
        (91, "", "late"),
        (None, "satisfied", "on_time"),
        (None, "satisfied_late", "late"),
        (90, "satisfied_late", "on_time"),
        (None, "not_satisfied", "not_carried_out"),
        (None, "ceased", "ceased"),
    ],
)
def test_publish_tells_what_became_of_an_improvement(
    completed: int | None, compliance: str, status: str, today: Any
) -> None:
    decision = decided()
    improvement = make_recommendation(decision)
    copy = published(decision)
    assert copy.improvements.get().status == "due"
    day = later(today, DECIDED + dt.timedelta(days=91))
    if completed:
        improvement.completed_on = DECIDED + dt.timedelta(days=completed)
        improvement.save()
    Decision.objects.update(
        compliance=compliance, compliance_recorded_on=day if compliance else None,
        compliance_note="The authority is gone.",
    )  # fmt: skip
    assert publish() == (Publication() if status == "due" else Publication(updated=1))
    assert publish() == Publication()
    row = copy.improvements.get()
    assert (row.status, row.compliance, row.completed_on) == (
        status, compliance, improvement.completed_on,
    )  # fmt: skip
    assert row.compliance_recorded_on == (day if compliance else None)
    assert shown() == [TEXT]


def test_publish_writes_only_the_improvement_that_changed() -> None:
    decision = decided()
    first, second = (make_recommendation(decision, text=text) for text in ("One.", "Two."))
    copy = published(decision)
    before = list(copy.improvements.values())
    second.completed_on = FIRST
    second.save()
    changes = Change.objects.filter(record="reviews.publishedimprovement")
    count = changes.count()
    assert publish() == Publication(updated=1)
    assert list(copy.improvements.values()) == [
        before[0], before[1] | {"completed_on": FIRST, "status": "on_time"},
    ]  # fmt: skip
    assert changes.count() == count + 1
    assert changes.order_by("-pk")[0].case_id == decision.complaint_id
    first.delete()
    assert publish() == Publication(resumed=1)
    assert said_to_improve(copy) == ["Two."]
    assert copy.improvements.get().status == "on_time"


def test_improvement_of_a_copy_is_one_that_was_recommended_for_services() -> None:
    decision = decided()
    make_recommendation(decision, kind="personal", category="apology", text="Apologise.")
    make_recommendation(decision, text="Train staff.")
    copy = published(decision)
    row = copy.improvements.get()
    rows = PublishedImprovement.objects
    for values in (
        {"text": "Apologise."}, {"text": "Pay."}, {"category": "procedure_or_policy"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=OF_SERVICES), transaction.atomic():
            rows.filter(pk=row.pk).update(**values)
    row.pk, row.number, row.text, row.category = None, 2, "Apologise.", "other_service_improvement"
    with pytest.raises(IntegrityError, match=OF_SERVICES), transaction.atomic():
        row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(category="apology")


def test_improvements_of_a_copy_taken_off_are_kept_as_they_were(today: Any) -> None:
    decision = decided()
    make_recommendation(decision, text="Train staff.")
    make_recommendation(decision, text="Check others.")
    old = published(decision)
    day = later(today, dt.date(2020, 1, 1))
    Recommendation.objects.filter(text="Check others.").delete()
    state(decision, text="New.", dated_on=day)
    publish(later(today, day + dt.timedelta(days=42)))
    assert said_to_improve(old) == ["Train staff.", "Check others."]
    rows = PublishedImprovement.objects
    row = old.improvements.get(number=1)
    for write in (
        lambda: rows.filter(pk=row.pk).update(completed_on=FIRST),
        lambda: rows.filter(pk=row.pk).delete(),
        lambda: rows.create(
            decision=old, number=3, category=row.category, text=row.text, due_on=row.due_on,
            status="due",
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    new = PublishedDecision.objects.standing().get().improvements.get()
    with pytest.raises(IntegrityError, match="What was published stands"), transaction.atomic():
        rows.filter(pk=new.pk).update(decision=old)


def test_publish_reads_a_fixed_number_of_times(django_assert_num_queries: Any) -> None:
    for number in (1, 2):
        for _ in range(number):
            published()
        with django_assert_num_queries(10):
            assert publish() == Publication()


# Who appears --------------------------------------------------------------------------------------


def name_somebody(decision: Decision, **values: Any) -> Complainant:
    return Complainant.objects.create(
        complaint=decision.complaint, **{"name": "Zoe Specimen"} | values
    )


def is_held(decision: Decision, what: str) -> Publication:
    """A publication that held this decision because of what somebody appears in."""
    return Publication(
        held=[
            f"{decision.complaint.reference}: the complainant seems to appear in {what}. A "
            "caseworker looks at that on the page of the decision."
        ]
    )


def check(text: str, decision: Decision) -> None:
    decision = Decision.objects.get(pk=decision.pk)
    digest = digest_of(unchecked_in(text, decision=decision))
    say_checked(decision=decision, digest=digest, by=system_user())


def name_in_statement(decision: Decision) -> str:
    state(decision, text="Specimen was right.")
    return "Specimen was right."


def name_in_improvement(decision: Decision) -> str:
    make_recommendation(decision, text="Write to Ms Specimen.")
    return "Write to Ms Specimen."


def name_in_report(decision: Decision) -> str:
    report = PublicInterestReport(decision=decision, title="The Specimen case", issued_on=FIRST)
    record_report(report=report, by=system_user())
    return "The Specimen case"


PLACES = [
    (name_in_statement, "the statement"),
    (name_in_improvement, "a service improvement"),
    (name_in_report, "the title of the report"),
]


@pytest.mark.parametrize(("write", "what"), PLACES)
def test_nothing_is_published_in_which_the_complainant_appears_unless_checked(
    write: Callable[[Decision], str], what: str
) -> None:
    decision = decided()
    state(decision)
    text = write(decision)
    name_somebody(decision)  # after the text was written
    assert foresee(FIRST).held == is_held(decision, what).held
    assert publish() == is_held(decision, what)
    assert not PublishedDecision.objects.exists()
    check("Other words of Specimen", decision)
    assert publish() == is_held(decision, what)
    check(text, decision)
    assert foresee(FIRST).held == []
    assert publish() == Publication(published=1)


@pytest.mark.parametrize(("write", "what"), PLACES[1:])
def test_copy_is_not_told_anew_with_the_complainant_in_it(
    write: Callable[[Decision], str], what: str
) -> None:
    decision = decided()
    copy = published(decision)
    before = PublishedDecision.objects.values().get()
    name_somebody(decision)
    publish()
    text = write(decision)
    assert publish() == is_held(decision, what)
    assert PublishedDecision.objects.values().get() == before
    check(text, decision)
    assert publish() == Publication(updated=1)
    copy.refresh_from_db()
    assert text in f"{said_to_improve(copy)} {copy.report_title}"


def test_copy_of_an_unchecked_improvement_is_not_resumed() -> None:
    decision = decided()
    improvement = make_recommendation(decision)
    published(decision)
    name_somebody(decision)
    publish()
    Recommendation.objects.filter(pk=improvement.pk).update(text="Write to Ms Specimen.")
    assert publish() == is_held(decision, "a service improvement")
    assert shown() == []
    Recommendation.objects.filter(pk=improvement.pk).update(text="Write to Ms X.")
    assert publish() == Publication(resumed=1)


@pytest.mark.parametrize(
    "change",
    [{"name": "Ann Council"}, {"postcode": "AA1 1AA"}, {"email": "a@b.uk"}, {"telephone": "1"}],
)
def test_public_copy_is_looked_at_again_when_the_complainant_changes(
    change: dict[str, str],
) -> None:
    decision = decided()
    published(decision)
    name_somebody(decision)
    assert shown() == []
    assert publish() == Publication(resumed=1)
    Complainant.objects.update(address="Another")
    assert shown() == [TEXT]
    Complainant.objects.update(**change)
    assert shown() == []
    if "name" in change:  # “The Council was at fault.”
        assert publish() == is_held(decision, "the statement")
    else:
        assert publish() == Publication(resumed=1)


def test_title_of_a_report_that_is_changed_is_off_the_public_pages_at_once() -> None:
    decision = decided()
    name_in_report(decision)
    published(decision)
    PublicInterestReport.objects.update(answered_on=FIRST)
    assert shown() == [TEXT]
    PublicInterestReport.objects.update(title="The case of Ms X")
    assert shown() == []
    assert publish() == Publication(resumed=1)
    assert PublishedDecision.objects.get().report_title == "The case of Ms X"
    PublicInterestReport.objects.all().delete()
    assert shown() == []


def test_complainant_who_is_anonymised_holds_nothing() -> None:
    decision = decided()
    state(decision, text="Specimen was right.")
    name_somebody(decision).delete()
    assert publish() == Publication(published=1)


def test_foresight_reads_a_fixed_number_of_times(django_assert_num_queries: Any) -> None:
    for number in (1, 2):
        for _ in range(number):
            decision = decided()
            state(decision, text="Specimen was right.")
            name_somebody(decision)
        with django_assert_num_queries(8):
            assert len(foresee(FIRST).held) == Statement.objects.count()


def test_command_says_what_is_held(capsys: Any) -> None:
    decision = decided()
    state(decision, text="Specimen was right.")
    name_somebody(decision)
    call_command("publish_decisions")
    (why,) = is_held(decision, "the statement").held
    assert capsys.readouterr().out.splitlines() == [
        f"Held: {why}",
        "Decisions: nothing to do; 0 published, 0 resumed, 0 updated, 0 withdrawn, 1 held.",
    ]
    assert "Specimen" not in why


# At once, whatever writes -------------------------------------------------------------------------


def open_case(decision: Decision) -> None:
    Complaint.objects.filter(pk=decision.complaint_id).update(stage=Stage.INVESTIGATION)


def close_case(decision: Decision) -> None:
    Complaint.objects.filter(pk=decision.complaint_id).update(stage=Stage.CLOSED)


def ask_review(decision: Decision) -> None:
    DecisionReview.objects.bulk_create(
        [DecisionReview(decision=decision, asked_on=FIRST, reason="It is wrong.")]
    )


def end_review(decision: Decision) -> None:
    DecisionReview.objects.filter(decision=decision).update(ended_on=FIRST, result="stands")


def except_(decision: Decision) -> None:
    PublicationException.objects.create(
        decision=decision, ground=PublicationGround.PERSON, details="Would be known.",
        decided_at=timezone.now(), decided_by=system_user(),
    )  # fmt: skip


def lift(decision: Decision) -> None:
    PublicationException.objects.all().delete()


def refer_back(decision: Decision) -> None:
    Decision.objects.filter(pk=decision.pk).update(outcome=Outcome.REFERRED_BACK)


def uphold(decision: Decision) -> None:
    Decision.objects.filter(pk=decision.pk).update(outcome=Outcome.NOT_UPHELD)


def by_hand(sql: str) -> Callable[[Decision], None]:
    def write(decision: Decision) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [decision.pk])

    return write


STEPS: list[tuple[Callable[[Decision], None], Callable[[Decision], None]]] = [
    (open_case, close_case),
    (ask_review, end_review),
    (except_, lift),
    (refer_back, uphold),
    (
        by_hand(
            "INSERT INTO casework_decisionreview (decision_id, asked_on, reason, result) "
            "VALUES (%s, '2019-11-01', 'Wrong.', '')"
        ),
        by_hand("DELETE FROM casework_decisionreview WHERE decision_id = %s"),
    ),
    (
        by_hand(
            "UPDATE casework_complaint SET stage = 'assessment' WHERE id = "
            "(SELECT complaint_id FROM casework_decision WHERE id = %s)"
        ),
        close_case,
    ),
]


@pytest.mark.parametrize(("stop", "clear"), STEPS)
def test_copy_is_suspended_at_once_and_resumed_by_the_next_publication(
    stop: Callable[[Decision], None], clear: Callable[[Decision], None], today: Any
) -> None:
    decision = decided(outcome=Outcome.NOT_UPHELD)
    copy = published(decision)
    stop(decision)
    assert shown() == []
    assert publish() == Publication()
    with (
        pytest.raises(IntegrityError, match="Something stands in the way"),
        transaction.atomic(),
    ):
        PublishedDecision.objects.update(suspended_at=None)
    clear(decision)
    assert shown() == []
    assert publish() == Publication(resumed=1)
    assert publish() == Publication()
    assert shown() == [TEXT]
    copy.refresh_from_db()
    # Its days stand.
    assert (copy.dated_on, copy.published_on) == (DECIDED, FIRST)


@pytest.mark.parametrize(("stop", "clear"), STEPS)
def test_nothing_is_published_while_something_stands_in_the_way(
    stop: Callable[[Decision], None], clear: Callable[[Decision], None]
) -> None:
    decision = decided(outcome=Outcome.NOT_UPHELD)
    statement = state(decision)
    stop(decision)
    assert publish() == Publication()
    statement.decision.refresh_from_db()
    for copy in (
        copy_of(statement, outcome=Outcome.NOT_UPHELD),
        copy_of(statement, outcome=Outcome.NOT_UPHELD, suspended_at=timezone.now()),
    ):
        with (
            pytest.raises(IntegrityError, match="Something stands in the way"),
            transaction.atomic(),
        ):
            copy.save()
    clear(decision)
    assert publish() == Publication(published=1)
    assert shown() == [TEXT]


def test_review_moved_to_another_decision_suspends_that_one() -> None:
    one, other = published(), published()
    ask_review(one.statement.decision)
    DecisionReview.objects.update(decision=other.statement.decision)
    assert shown() == []
    assert publish() == Publication(resumed=1)
    assert [copy.statement for copy in PublishedDecision.objects.suspended()] == [other.statement]


def test_reopening_takes_off_the_decision_with_recommendations_in_remedy_too() -> None:
    decision = decided()
    make_recommendation(decision)
    published(decision)
    decision.complaint.refresh_from_db()
    assert decision.complaint.stage == Stage.REMEDY
    assert shown() == [TEXT]
    open_case(decision)
    assert shown() == []


def test_other_steps_take_nothing_off() -> None:
    decision = decided()
    published(decision)
    recommendation = make_recommendation(decision)
    recommendation.completed_on = FIRST
    recommendation.save()
    decision.compliance, decision.compliance_recorded_on = "satisfied", FIRST
    decision.save()
    decision.complaint.caseworker = system_user()
    decision.complaint.save(update_fields=["caseworker"])
    assert shown() == [TEXT]


# For good -----------------------------------------------------------------------------------------


def test_new_statement_takes_the_old_off_for_good_and_has_its_own_date(today: Any) -> None:
    decision = decided()
    old = published(decision)
    day = later(today, dt.date(2020, 1, 1))
    state(decision, text="New.", dated_on=day)
    assert shown() == []
    old.refresh_from_db()
    assert old.taken_off_at is not None
    for values in ({"taken_off_at": None}, {"text": "Old again."}, {"outcome": "not_upheld"}):
        with (
            pytest.raises(IntegrityError, match="What was published stands"),
            transaction.atomic(),
        ):
            PublishedDecision.objects.filter(pk=old.pk).update(**values)
    assert publish(later(today, day + dt.timedelta(days=41))) == Publication()
    assert publish(later(today, day + dt.timedelta(days=42))) == Publication(published=1)
    assert shown() == ["New."]
    assert shown(dt.date(2019, 12, 1)) == []  # whatever instant is asked for


def test_replaced_statement_has_no_second_copy(today: Any) -> None:
    decision = decided()
    old = published(decision)
    statement = old.statement
    state(decision, text="New.", dated_on=later(today, dt.date(2020, 1, 1)))
    statement.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(statement).save()
    assert PublishedDecision.objects.count() == 1


def test_former_decision_is_taken_off_and_the_further_one_published(today: Any) -> None:
    decision = decided()
    old = published(decision)
    case = decision.complaint
    day = later(today, dt.date(2020, 1, 1))
    with recorded(by=system_user(), what="Test"):
        supersede_decision(complaint=case)
        further = Decision.objects.create(
            complaint=case, authority=case.authority, category=case.category,
            received_on=case.received_on, outcome=Outcome.NOT_UPHELD, decided_on=day,
        )  # fmt: skip
    assert shown() == []
    state(further, text="Further.")
    assert publish(later(today, day + dt.timedelta(days=42))) == Publication(published=1)
    assert shown() == ["Further."]
    old.refresh_from_db()
    assert old.taken_off_at is not None
    assert PublishedDecision.objects.values_list("reference").distinct().count() == 1


def test_suspended_copy_is_taken_off_for_good_too(today: Any) -> None:
    decision = decided()
    published(decision)
    open_case(decision)
    state(decision, text="New.", dated_on=later(today, dt.date(2020, 1, 1)))
    close_case(decision)
    assert publish() == Publication()
    assert shown() == []


@pytest.mark.parametrize(
    "values",
    [
        {"text": "Other."}, {"dated_on": dt.date(2019, 9, 1)}, {"ends_on": dt.date(2040, 1, 1)},
        {"published_on": dt.date(2019, 10, 2)},
    ],
)  # fmt: skip
def test_copy_stands_in_the_database(values: dict[str, Any]) -> None:
    copy = published()
    with pytest.raises(IntegrityError, match="What was published stands"), transaction.atomic():
        PublishedDecision.objects.update(**values)
    with pytest.raises(IntegrityError, match="is kept"), transaction.atomic():
        PublishedDecision.objects.filter(pk=copy.pk).delete()
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    fields = [str(f.column) for f in PublishedDecision._meta.concrete_fields if f.name != "id"]
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"{verb} INTO reviews_publisheddecision ({', '.join(fields)}) "
            f"SELECT {', '.join(fields)} FROM reviews_publisheddecision"
        )
    assert shown() == [TEXT]


@pytest.mark.parametrize(
    "values",
    [
        {"text": "Other words."}, {"dated_on": dt.date(2019, 9, 30)},
        {"decided_on": dt.date(2019, 9, 30)}, {"reference": "99 999 999"},
    ],
)  # fmt: skip
def test_copy_says_what_its_statement_says(values: dict[str, Any]) -> None:
    statement = state(decided())
    with pytest.raises(IntegrityError, match="says what the statement says"):
        copy_of(statement, **values).save()


# History ------------------------------------------------------------------------------------------


def test_history_tells_who_published_and_who_took_off() -> None:
    decision = decided()
    copy = published(decision)
    officer = User.objects.create_user("officer")
    with recorded(by=officer, what="Case opened again"):
        open_case(decision)
    changes = Change.objects.filter(record="reviews.publisheddecision").order_by("pk")
    assert list(
        changes.values_list(
            "action", "record_id", "case_id", "batch__what", "batch__begun_by__username"
        )
    ) == [
        ("+", copy.pk, decision.complaint_id, "Decision published", "system"),
        ("~", copy.pk, decision.complaint_id, "Case opened again", "officer"),
    ]
    assert [list(change.after or {}) for change in changes][1] == ["suspended_at"]
    assert Batch.objects.filter(what="Decision published").count() == 1


def test_history_is_kept_of_reviews(today: Any) -> None:
    later(today, dt.date(2020, 7, 1))
    make_signatory()
    authority = make_authority()
    make_chief_executive(authority)
    make_issued_round()
    authority.published_figures.create(year_ending=2015, source="Example")
    for record in ("letter", "publishedfigure", "round", "signatory"):
        changes = Change.objects.filter(record=f"reviews.{record}", case_id=None)
        assert [change.action for change in changes.order_by("pk")][:1] == ["+"], record


# After anonymising --------------------------------------------------------------------------------

REMOVED = "Removed when the case was anonymised."


def anonymise(decision: Decision) -> None:
    day = timezone.localdate()
    first, second = make_user("first"), make_user("second")
    proposal = Proposal(today=day)
    mark = plan(proposal, keys=[decision.complaint_id], reason="").mark
    carry_out(proposal, keys=[decision.complaint_id], mark=mark, by=first, reason="")
    keys = list(Anonymisation.objects.values_list("pk", flat=True))
    agreement = Agreement(by_key=second.pk, today=day)
    mark = plan(agreement, keys=keys, reason="").mark
    assert carry_out(agreement, keys=keys, mark=mark, by=second, reason="") == 1


def found_of_a_copy(words: str) -> list[str]:
    """The tables in which words that were once public are still found."""
    rows: dict[str, list[Any]] = {
        "copies": list(PublishedDecision.objects.values_list("text", "improvements__text")),
        "statements": list(Statement.objects.values_list("text")),
        "history": list(Change.objects.values_list("before", "after")),
    }
    return [name for name, found in rows.items() if words in str(found)]


def test_anonymising_takes_the_text_of_copies_taken_off_and_leaves_public_ones(
    today: Any,
) -> None:
    decision = decided()
    make_recommendation(decision, text="Train OLD staff.")
    state(decision, text="OLD words.")
    publish()
    decision.compliance, decision.compliance_recorded_on = "satisfied", FIRST
    decision.save()
    day = later(today, dt.date(2020, 1, 1))
    state(decision, text="New.", dated_on=day)
    Recommendation.objects.update(text="Train staff.")
    publish(later(today, day + dt.timedelta(days=42)))
    later(today, dt.date(2021, 6, 1))
    old, new = PublishedDecision.objects.order_by("pk").values()
    assert found_of_a_copy("OLD") == ["copies", "statements", "history"]
    anonymise(decision)
    assert found_of_a_copy("OLD") == []
    assert list(PublishedDecision.objects.order_by("pk").values()) == [
        old | {"text": REMOVED}, new,
    ]  # fmt: skip
    assert shown() == ["New."]
    assert publish() == Publication()


def test_copy_of_an_anonymised_case_loses_its_text_when_it_is_withdrawn(today: Any) -> None:
    decision = decided(outcome=Outcome.NOT_UPHELD)
    ends_on = published(decision).ends_on
    later(today, dt.date(2021, 6, 1))
    anonymise(decision)
    assert shown() == [TEXT]
    assert publish(later(today, ends_on + dt.timedelta(days=1))) == Publication(withdrawn=1)
    assert PublishedDecision.objects.get().text == REMOVED
    assert found_of_a_copy(TEXT) == []


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {"text": REMOVED},
        {"text": REMOVED, "taken_off_at": None},
    ],
)
def test_text_of_a_copy_taken_off_changes_with_its_statement_alone(
    values: dict[str, Any], today: Any
) -> None:
    decision = decided()
    make_recommendation(decision)
    published(decision)
    state(decision, text="New.", dated_on=later(today, dt.date(2020, 1, 1)))
    with pytest.raises(IntegrityError, match="What was published stands"), transaction.atomic():
        PublishedDecision.objects.update(**values)


def test_text_of_a_copy_stays_removed(today: Any) -> None:
    decision = decided(outcome=Outcome.NOT_UPHELD)
    ends_on = published(decision).ends_on
    later(today, ends_on + dt.timedelta(days=1))
    publish()
    anonymise(decision)
    assert PublishedDecision.objects.get().text == REMOVED
    for values in ({"text": TEXT}, {"taken_off_at": None}, {"reference": "99 999 999"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PublishedDecision.objects.update(**values)


# The command --------------------------------------------------------------------------------------


def test_command_publishes_as_the_system_user_and_closes_with_one_line(capsys: Any) -> None:
    state(decided())
    state(decided())
    call_command("publish_decisions", "--on", str(FIRST - dt.timedelta(days=1)))
    call_command("publish_decisions")
    call_command("publish_decisions", "--on", str(FIRST))
    assert capsys.readouterr().out.splitlines() == [
        "Decisions: nothing to do; 0 published, 0 resumed, 0 updated, 0 withdrawn, 0 held.",
        "Decisions: 2 published, 0 resumed, 0 updated, 0 withdrawn, 0 held.",
        "Decisions: nothing to do; 0 published, 0 resumed, 0 updated, 0 withdrawn, 0 held.",
    ]
    assert set(
        Batch.objects.filter(what="Decision published").values_list("begun_by__username", flat=True)
    ) == {"system"}
    assert Batch.objects.filter(what="Decision published").count() == 2


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2019-13-01", "'2019-13-01' is not a date; write YYYY-MM-DD."),
        (
            "2019-11-13",
            "2019-11-13 is in the future: decisions are published on the day or later.",
        ),
    ],
)
def test_command_refuses_in_one_line(day: str, said: str) -> None:
    state(decided())
    with pytest.raises(CommandError) as refused:
        call_command("publish_decisions", "--on", day)
    assert str(refused.value) == said
    assert not PublishedDecision.objects.exists()


def test_publish_goes_on_after_a_stop() -> None:
    for _ in range(3):
        state(decided())

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish_decisions(by=make_user("officer"), progress=stop)
    assert len(shown()) == 2
    assert publish() == Publication(published=1)


# What the decision says changes -------------------------------------------------------------------


def test_copy_is_off_at_once_when_its_decision_changes_and_comes_back_as_it_is_now() -> None:
    copy = published(decided(outcome="not_upheld"))
    Decision.objects.update(outcome="closed_after_initial_enquiries")
    assert shown() == []
    assert publish() == Publication(resumed=1)
    copy.refresh_from_db()
    assert (shown(), copy.outcome) == ([TEXT], "closed_after_initial_enquiries")


def test_copy_whose_decision_gets_a_later_day_waits_six_weeks_again(today: Any) -> None:
    published()
    Decision.objects.update(decided_on=DECIDED + dt.timedelta(days=10))
    assert shown() == []
    assert publish(later(today, FIRST + dt.timedelta(days=9))) == Publication()
    assert publish(later(today, FIRST + dt.timedelta(days=10))) == Publication(resumed=1)
    assert shown() == [TEXT]


def test_copy_is_off_at_once_when_an_improvement_becomes_personal_or_goes() -> None:
    decision = decided()
    improvement = make_recommendation(decision, text="Train Jo.")
    make_recommendation(decision, text="Train all.")
    copy = published(decision)
    rows = Recommendation.objects.filter(pk=improvement.pk)
    rows.update(kind="personal", category="apology")
    assert shown() == []
    assert publish() == Publication(resumed=1)
    Recommendation.objects.filter(text="Train all.").delete()
    assert shown() == []
    assert publish() == Publication(resumed=1)
    assert said_to_improve(copy) == []


def test_record_of_who_works_on_a_case_leaves_its_copy_alone() -> None:
    copy = published()
    decision = Decision.objects.get()
    decision.save()
    assert shown() == [TEXT]
    copy.refresh_from_db()
    assert copy.suspended_at is None
