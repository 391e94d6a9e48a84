"""Closed cases past their period: anonymised by two people, whole and for good."""

import datetime as dt
import io
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions import lock_period, recorded
from casework.actions.bulk import carry_out, check
from casework.actions.cases import RemedyImport
from casework.actions.files import check_file
from casework.actions.filing import attach_file, link_cases, remove_attachment, write_note
from casework.actions.looks import record_look
from casework.actions.publication import say_checked
from casework.actions.retention import (
    PERSONAL_FIELDS,
    PERSONAL_RECORDS,
    REMOVED,
    WHY,
    Agreement,
    Proposal,
    Withdrawal,
    due_for_anonymisation,
    months_before,
)
from casework.choices import LinkKind, LookAt
from casework.importing import CsvFile
from casework.models import (
    Anonymisation,
    Attachment,
    Batch,
    Change,
    ClockPause,
    Complainant,
    Complaint,
    Decision,
    DecisionReview,
    DutyTransfer,
    Extension,
    ImportBatch,
    Note,
    PublicationException,
    PublicInterestReport,
    Recommendation,
    Statement,
)
from casework.refusals import Refused
from tests.casework.files import CASEWORK, REMEDIES, table, take_in, write
from tests.casework.staff import browser_of, make_staff
from tests.factories import make_authority, make_decision, make_recommendation

TODAY = dt.date(2021, 6, 1)
LIMIT = dt.date(2020, 6, 1)
DAY = dt.timedelta(days=1)
AN_HOUR_AGO = dt.datetime(2021, 6, 1, 10, tzinfo=dt.UTC).timestamp()

NAME, EMAIL, POSTCODE, TELEPHONE = (
    "Zenobia Quillfeather", "zq@example.net", "ZZ99 3ZZ", "07700 900 123",
)  # fmt: skip
PERSON = (NAME, "Quillfeather", EMAIL, POSTCODE, TELEPHONE)
WORDS = f"{NAME} of {POSTCODE}, {EMAIL}, {TELEPHONE}"


@pytest.fixture(autouse=True)
def today() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2021-06-01 12:00", tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The private store, in a folder of the test."""
    settings.STORAGES = settings.STORAGES | {
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private"},
        }
    }
    field: Any = Attachment._meta.get_field("file")
    before, field.storage = field.storage, storages["private"]
    yield tmp_path / "private"
    field.storage = before


def make_case(**values: Any) -> Complaint:
    """A closed case whose every text names the person who complained."""
    by = User.objects.get_or_create(username="caseworker")[0]
    authority, successor = make_authority(), make_authority()
    with recorded(by=by, what="Test", reason=f"{NAME} called"):
        decision = make_decision(
            authority, compliance="ceased", compliance_note=WORDS,
            compliance_recorded_on=dt.date(2020, 3, 1), **values,
        )  # fmt: skip
        complaint = decision.complaint
        Complainant.objects.create(
            complaint=complaint, name=NAME, address=f"1 {WORDS}", postcode=POSTCODE, email=EMAIL,
            telephone=TELEPHONE,
        )  # fmt: skip
        for text, amount in ((f"Say sorry to {WORDS}", None), (f"Again to {NAME}", 250)):
            make_recommendation(
                decision, kind="personal", category="apology", text=text, amount=amount
            )
        improvement = make_recommendation(decision, text="Train staff.")
        Extension.objects.create(
            recommendation=improvement, former_due_on=improvement.due_on,
            due_on=improvement.due_on + DAY, reason=f"{NAME} is away", agreed_on=TODAY,
            agreed_by=by,
        )  # fmt: skip
        ClockPause.objects.create(
            complaint=complaint, starts_on=decision.decided_on, ends_on=LIMIT, reason=f"{NAME} ill"
        )
        PublicationException.objects.create(
            decision=decision, ground="person", details=WORDS, decided_at=timezone.now(),
            decided_by=by,
        )  # fmt: skip
        DecisionReview.objects.create(
            decision=decision, asked_on=LIMIT, reason=WORDS, ended_on=LIMIT, result="stands"
        )
        Statement.objects.create(
            decision=decision, number=1, dated_on=decision.decided_on, text=WORDS,
            written_at=timezone.now(), written_by=by,
        )  # fmt: skip
        DutyTransfer.objects.create(
            decision=decision, from_authority=authority, to_authority=successor,
            passed_on=LIMIT, passed_by=by, reason=f"{NAME} moved",
        )  # fmt: skip
        PublicInterestReport.objects.create(
            decision=decision, title=f"The case of {NAME}", issued_on=LIMIT, answer_due_on=TODAY
        )
        PublicInterestReport.objects.update(title="A case")
        say_checked(decision=decision, digest="0" * 64, by=by)
    write_note(complaint=complaint, text=WORDS, by=by)
    attach_file(
        complaint=complaint, content=ContentFile(WORDS.encode(), name=f"{NAME}.txt"), title=NAME,
        by=by,
    )  # fmt: skip
    record_look(by=by, what=LookAt.COMPLAINANT, complaint=complaint, detail=WORDS)
    # Changed and removed values stay in the history.
    with recorded(by=by, what="Test", reason=f"{NAME} wrote again"):
        Note.objects.filter(complaint=complaint).update(text=f"Once more: {WORDS}")
        Recommendation.objects.filter(pk=improvement.pk).update(text=f"Not for {NAME}")
        Recommendation.objects.filter(pk=improvement.pk).update(text="Train all staff.")
    complaint.refresh_from_db()
    assert complaint.stage == "closed"
    return complaint


def found_in_the_database() -> set[str]:
    """Tables and columns of casework in which anything of the person is still found."""
    found = set()
    for model in apps.get_app_config("casework").get_models(include_auto_created=True):
        texts = [
            field.attname for field in model._meta.concrete_fields
            if isinstance(
                field, (models.CharField, models.TextField, models.JSONField, models.BinaryField)
            )
        ]  # fmt: skip
        for row in model._base_manager.values(*texts) if texts else ():
            for column, value in row.items():
                if any(part in text_of(value) for part in PERSON):
                    found.add(f"{model._meta.label}.{column}")
    return found


def text_of(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def found_in_the_store(store: Path) -> list[str]:
    return [
        path.name for path in store.rglob("*")
        if path.is_file() and any(part.encode() in path.read_bytes() for part in PERSON)
    ]  # fmt: skip


def propose(*cases: Complaint, by: User | None = None) -> list[int]:
    """The keys of the proposals."""
    by = by or User.objects.get_or_create(username="proposer")[0]
    do(Proposal(today=TODAY), [case.pk for case in cases], by)
    found = Anonymisation.objects.filter(complaint__in=cases)
    return list(found.order_by("pk").values_list("pk", flat=True))


def agree(keys: list[int]) -> User:
    by = User.objects.get_or_create(username="second")[0]
    do(Agreement(by_key=by.pk, today=TODAY), keys, by)
    return by


def do(change: Any, keys: list[int], by: User) -> int:
    mark = check(change, keys=keys, reason="").mark
    return carry_out(change, keys=keys, mark=mark, by=by, reason="")


def make_past(**values: Any) -> Decision:
    """A decision on a complaint that somebody is known to have made."""
    decision = make_decision(make_authority(), **values)
    Complainant.objects.create(complaint=decision.complaint, name="Example")
    return decision


# When --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2021, 6, 1), 12, (2020, 6, 1)),
        ((2021, 1, 31), 2, (2020, 11, 30)),
        ((2024, 2, 29), 12, (2023, 2, 28)),
        ((2021, 12, 31), 12, (2020, 12, 31)),
        ((2021, 1, 1), 13, (2019, 12, 1)),
    ],
)
def test_months_before_ends_at_the_end_of_a_month(
    day: tuple[int, int, int], months: int, expected: tuple[int, int, int]
) -> None:
    assert months_before(dt.date(*day), months) == dt.date(*expected)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "is_due"),
    [
        ({"outcome": "not_upheld", "decided_on": LIMIT}, True),
        ({"outcome": "not_upheld", "decided_on": LIMIT + DAY}, False),
        ({"compliance": "satisfied", "compliance_recorded_on": LIMIT}, True),
        ({"compliance": "satisfied", "compliance_recorded_on": LIMIT + DAY}, False),
        ({"compliance": ""}, True),  # upheld, nothing recommended
    ],
)
def test_period_runs_from_the_later_of_decision_and_outcome(
    values: dict[str, Any], is_due: bool
) -> None:
    complaint = make_past(**values).complaint
    assert list(due_for_anonymisation(TODAY)) == ([complaint] if is_due else [])


@pytest.mark.django_db
def test_cases_in_remedy_open_or_under_review_are_never_due(settings: Any) -> None:
    make_recommendation(make_past())  # in remedy
    open_again = make_past().complaint
    Complaint.objects.filter(pk=open_again.pk).update(stage="investigation")
    reviewed = make_past()
    DecisionReview.objects.create(decision=reviewed, asked_on=LIMIT, reason="Wrong")
    recent_before = make_past(decided_on=LIMIT + DAY).complaint
    Decision.objects.filter(complaint=recent_before).update(is_standing=False)
    due = make_past().complaint
    assert list(due_for_anonymisation(TODAY)) == [due]
    settings.RETENTION_MONTHS = 24
    assert list(due_for_anonymisation(TODAY)) == []


@pytest.mark.django_db
def test_proposals_say_why_a_case_is_not_due() -> None:
    closed = make_past().complaint
    recent = make_past(decided_on=LIMIT + DAY).complaint
    remedy = make_recommendation(make_past()).decision.complaint
    propose(closed)
    made = check(Proposal(today=TODAY), keys=[closed.pk, recent.pk, remedy.pk], reason="")
    assert made.can == ()
    assert [each.why for each in made.refusals] == [
        "It is proposed already.",
        "Its last decision or outcome is not 12 months old yet, or a decision is under review.",
        "It is not closed but at the stage remedy.",
    ]


def put(model: Any, **values: Any) -> Any:
    return lambda decision, by: model.objects.create(decision=decision, **values)


WHEN = dt.datetime(2020, 2, 1, tzinfo=dt.UTC)


def attach_and_remove(decision: Decision, by: User) -> None:
    content = ContentFile(b"x", name="example.txt")
    attachment = attach_file(complaint=decision.complaint, content=content, title="", by=by)
    remove_attachment(attachment=attachment, by=by)


def correct(decision: Decision, by: User) -> None:
    with recorded(by=by, what="Form", reason="As she said"):
        Complaint.objects.filter(pk=decision.complaint_id).update(category="other")


def extend(decision: Decision, by: User) -> None:
    due_on = dt.date(2020, 1, 1)
    recommendation = make_recommendation(decision, due_on=due_on)
    Extension.objects.create(
        recommendation=recommendation, former_due_on=due_on, due_on=due_on + DAY, reason="Ill",
        agreed_on=due_on, agreed_by=by,
    )  # fmt: skip


def make_personal_and_then_public(decision: Decision, by: User) -> None:
    remedy = make_recommendation(decision, kind="personal", category="apology", text="To her.")
    Recommendation.objects.filter(pk=remedy.pk).update(
        kind="service_improvement", category="training_or_guidance", text="Train."
    )


HOLDS_PEOPLE: dict[str, Any] = {
    "complainant": lambda decision, by: Complainant.objects.create(
        complaint=decision.complaint, name="Example"
    ),
    "note": lambda decision, by: write_note(complaint=decision.complaint, text="Rang.", by=by),
    "attachment removed": attach_and_remove,
    "pause": lambda decision, by: ClockPause.objects.create(
        complaint=decision.complaint, starts_on=decision.decided_on, reason="Ill"
    ),
    "personal remedy": lambda decision, by: make_recommendation(
        decision, kind="personal", category="apology"
    ),
    "personal remedy of before": make_personal_and_then_public,
    "extension": extend,
    "review": put(
        DecisionReview, asked_on=LIMIT, reason="Wrong", ended_on=LIMIT, result="stands"
    ),
    "statement": lambda decision, by: Statement.objects.create(
        decision=decision, number=1, dated_on=decision.decided_on, text="Mr X.", written_at=WHEN,
        written_by=by,
    ),
    "exception": lambda decision, by: PublicationException.objects.create(
        decision=decision, ground="person", details="Asked for", decided_at=WHEN, decided_by=by
    ),
    "compliance note": lambda decision, by: Decision.objects.filter(pk=decision.pk).update(
        compliance="ceased", compliance_recorded_on=LIMIT, compliance_note="She moved."
    ),
    "typed reason": correct,
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("what", HOLDS_PEOPLE)
def test_case_is_due_if_anything_of_people_was_ever_put_into_it(what: str) -> None:
    by = User.objects.create_user("caseworker")
    decision = make_decision(make_authority())
    assert list(due_for_anonymisation(TODAY)) == []
    HOLDS_PEOPLE[what](decision, by)
    Recommendation.objects.update(completed_on=LIMIT)
    if Recommendation.objects.exists():
        Decision.objects.filter(pk=decision.pk, compliance="").update(
            compliance="satisfied", compliance_recorded_on=LIMIT
        )
    assert list(due_for_anonymisation(TODAY)) == [decision.complaint]


@pytest.mark.django_db
def test_case_with_nobody_in_it_is_not_due_and_cannot_be_proposed(tmp_path: Path) -> None:
    authority = make_authority()
    row = f"{authority.slug},housing,,2019-05-01,upheld,2019-10-01,no,satisfied,2020-01-10"
    path = write(tmp_path, table(CASEWORK, f"19 000 001,{row}"))
    take_in("import_casework", path, reason="What an import says is about no case alone")
    remedy = "19 000 001,service_improvement,training_or_guidance,Train.,,2019-12-01,2019-12-01"
    take_in("import_remedies", write(tmp_path, table(REMEDIES, remedy)))
    other = make_decision(authority).complaint
    link_cases(
        complaint=Complaint.objects.exclude(pk=other.pk).get(), other=other,
        kind=LinkKind.RELATED, by=User.objects.create_user("caseworker"),
    )  # fmt: skip
    assert list(due_for_anonymisation(TODAY)) == []
    made = check(Proposal(today=TODAY), keys=list(Complaint.objects.values_list("pk", flat=True)),
                 reason="")  # fmt: skip
    assert {each.why for each in made.refusals} == {
        "It holds nothing of people: there is nothing to remove."
    }
    assert made.can == ()


# What --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_person_is_left_anywhere(store: Path) -> None:
    complaint = make_case()
    other = make_past().complaint
    by = User.objects.get(username="caseworker")
    link_cases(complaint=complaint, other=other, kind=LinkKind.REPEAT, by=by)
    # What the scan can see: everything there is to remove.
    assert found_in_the_database() == {
        "casework.Attachment.file_name", "casework.Attachment.title", "casework.Batch.reason",
        "casework.Change.after", "casework.Change.before", "casework.ClockPause.reason",
        "casework.Complainant.address", "casework.Complainant.email", "casework.Complainant.name",
        "casework.Complainant.postcode", "casework.Complainant.telephone",
        "casework.Decision.compliance_note", "casework.DecisionReview.reason",
        "casework.DutyTransfer.reason",
        "casework.Extension.reason", "casework.Look.detail", "casework.Note.text",
        "casework.PublicationException.details", "casework.Recommendation.text",
        "casework.Statement.text",
    }  # fmt: skip
    assert len(found_in_the_store(store)) == 1
    links = list(complaint.links.values())

    agree(propose(complaint))

    assert found_in_the_database() == set()
    assert found_in_the_store(store) == []
    complaint.refresh_from_db()
    assert complaint.anonymised_on == TODAY
    assert list(complaint.links.values()) == links
    assert list(
        Recommendation.objects.order_by("pk").values_list("kind", "text", "amount", "category")
    ) == [
        ("personal", REMOVED, None, "apology"),
        ("personal", f"{REMOVED} (2)", 250, "apology"),
        ("service_improvement", "Train all staff.", None, "training_or_guidance"),
    ]
    batch = Batch.objects.get(what="Cases anonymised")
    assert (batch.begun_by.username, batch.reason) == ("second", WHY)
    # That there was something, and who changed it when, stays in the history.
    kinds = dict.fromkeys(Change.objects.filter(case_id=complaint.pk).values_list("record"))
    of_copies = {"reviews.publisheddecision", "reviews.publishedimprovement"}
    assert {kind for (kind,) in kinds} >= {*PERSONAL_RECORDS, *PERSONAL_FIELDS} - of_copies


def test_every_text_of_a_case_is_removed_or_known_to_name_nobody() -> None:
    """A new column has to be put into one of these lists."""
    removed = {
        "Attachment", "Complainant", "Note", "Statement.text", "Recommendation.text",
        "Decision.compliance_note", "DecisionReview.reason", "Extension.reason",
        "ClockPause.reason", "PublicationException.details", "Look.detail", "DutyTransfer.reason",
        "CheckedPlaces",
    }  # fmt: skip
    names_nobody = {
        "Complaint.reference", "Complaint.subcategory",  # counted and published
        "PublicInterestReport.title",  # public
    }  # fmt: skip
    found = set()
    for model in apps.get_app_config("casework").get_models():
        if not belongs_to_case(model):
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, (models.CharField, models.TextField))
            if is_text and not field.choices and model.__name__ not in removed:
                found.add(f"{model.__name__}.{field.name}")
    assert found == {each for each in removed | names_nobody if "." in each}


def belongs_to_case(model: type[models.Model], seen: tuple[type, ...] = ()) -> bool:
    if model is Complaint:
        return True
    related = [f.related_model for f in model._meta.concrete_fields if f.related_model]
    mine = (Complaint, Decision, Recommendation)
    return any(
        each in mine and each not in seen and belongs_to_case(each, (*seen, model))
        for each in related
    )


@pytest.mark.django_db
def test_statements_for_the_public_stay_and_replaced_ones_and_drafts_go() -> None:
    complaint = make_case()
    decision = complaint.decisions.get()
    Statement.objects.all().delete()
    PublicationException.objects.all().delete()
    now, by = timezone.now(), User.objects.get(username="caseworker")
    others = [make_decision(make_authority(), decided_on=decision.decided_on) for _ in range(2)]
    for of, number, published_on, is_current in (
        (decision, 1, LIMIT, False), (decision, 2, None, True),
        (others[0], 1, LIMIT, True), (others[1], 1, LIMIT, True),
    ):  # fmt: skip
        Statement.objects.create(
            decision=of, number=number, dated_on=of.decided_on, text=f"Mr X {number}",
            written_at=now, written_by=by, published_on=published_on, is_current=is_current,
        )  # fmt: skip
    Statement.objects.filter(decision=others[1]).update(withdrawn_on=LIMIT)
    agree(propose(complaint, *(each.complaint for each in others)))
    assert list(Statement.objects.order_by("pk").values_list("number", "text")) == [
        (1, REMOVED), (1, "Mr X 1"), (1, REMOVED),
    ]  # fmt: skip


@pytest.mark.django_db
def test_text_of_a_published_statement_is_removed_in_no_other_case() -> None:
    decision = make_decision(make_authority())
    Statement.objects.create(
        decision=decision, number=1, dated_on=LIMIT, text="Mr X", written_at=timezone.now(),
        written_by=User.objects.create_user("one"), published_on=LIMIT, is_current=False,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="A published statement stands"), transaction.atomic():
        Statement.objects.update(text=REMOVED)
    agree(propose(decision.complaint))
    assert Statement.objects.get().text == REMOVED
    for values in ({"text": "Mr X"}, {"dated_on": TODAY}, {"text": REMOVED, "number": 2}):
        with pytest.raises(IntegrityError, match="stands"), transaction.atomic():
            Statement.objects.update(**values)


@pytest.mark.django_db
def test_reason_of_an_import_goes_with_the_last_of_its_cases() -> None:
    first, second = (make_past().complaint for _ in range(2))
    by = User.objects.create_user("one")
    with recorded(by=by, what="Import", reason=f"As {NAME} said") as batch:
        Complaint.objects.filter(pk__in=[first.pk, second.pk]).update(category="other")
        ImportBatch.objects.create(
            kind="casework", file_name="a.csv", sha256="0" * 64, new=0, changed=2, unchanged=0,
            reason=f"As {NAME} said", imported_at=timezone.now(), imported_by=by, batch=batch,
        )  # fmt: skip
    agree(propose(first))
    assert ImportBatch.objects.get().reason == f"As {NAME} said"
    agree(propose(second))
    assert ImportBatch.objects.get().reason == REMOVED


@pytest.mark.django_db
def test_reason_of_a_batch_goes_with_the_last_of_its_cases() -> None:
    first, second = (make_past().complaint for _ in range(2))
    by = User.objects.create_user("one")
    with recorded(by=by, what="Both", reason=f"As {NAME} said"):
        Complaint.objects.filter(pk__in=[first.pk, second.pk]).update(category="other")
    with recorded(by=by, what="First", reason=f"For {NAME}"):
        Complaint.objects.filter(pk=first.pk).update(category="housing")
    agree(propose(first))
    reasons = dict(Batch.objects.values_list("what", "reason"))
    assert (reasons["Both"], reasons["First"]) == (f"As {NAME} said", REMOVED)
    agree(propose(second))
    assert Batch.objects.get(what="Both").reason == REMOVED


@pytest.mark.django_db
def test_cases_of_frozen_years_are_anonymised_with_the_usual_reason() -> None:
    complaint = make_case()
    lock_period(year=2020, first_day=dt.date(2019, 4, 1), last_day=dt.date(2020, 3, 31))
    agree(propose(complaint))
    assert found_in_the_database() == set()
    assert Batch.objects.get(what="Cases anonymised").reason == WHY


# By whom -----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_person_cannot_agree() -> None:
    complaint = make_past().complaint
    by = User.objects.create_user("one")
    keys = propose(complaint, by=by)
    made = check(Agreement(by_key=by.pk, today=TODAY), keys=keys, reason="")
    assert [each.why for each in made.refusals] == [
        "You proposed it yourself: another person has to agree."
    ]
    with pytest.raises(Refused):
        do(Agreement(by_key=by.pk, today=TODAY), keys, by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Anonymisation.objects.update(agreed_at=timezone.now(), agreed_by=by)
    complaint.refresh_from_db()
    assert complaint.anonymised_on is None


@pytest.mark.django_db
def test_proposals_are_withdrawn_until_they_are_agreed() -> None:
    first, second = (make_past().complaint for _ in range(2))
    keys = propose(first, second)
    by = agree(keys[:1])
    made = check(Withdrawal(), keys=keys, reason="")
    assert [each.why for each in made.refusals] == ["It is agreed, and the case anonymised."]
    do(Withdrawal(), keys, by)
    assert list(Anonymisation.objects.values_list("complaint", flat=True)) == [first.pk]


@pytest.mark.django_db
def test_case_opened_after_the_proposal_is_left_alone() -> None:
    complaint = make_past().complaint
    keys = propose(complaint)
    Complaint.objects.update(stage="investigation")
    by = User.objects.create_user("second")
    made = check(Agreement(by_key=by.pk, today=TODAY), keys=keys, reason="")
    assert [each.why for each in made.refusals] == [
        "It is not closed but at the stage investigation."
    ]


# For good ----------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("UPDATE casework_complaint SET anonymised_on = NULL", "stays anonymised"),
        ("UPDATE casework_anonymisation SET proposed_at = agreed_at", "two people agreed stands"),
        ("DELETE FROM casework_anonymisation", "two people agreed stands"),
        ("DELETE FROM casework_look", "who saw what is kept"),
        ("DELETE FROM casework_change", "History is kept"),
        ("DELETE FROM casework_batch", "History is kept"),
        ("DELETE FROM casework_extension", "agreed extension stands"),
    ],
)
def test_database_keeps_what_anonymising_leaves(sql: str, message: str) -> None:
    agree(propose(make_case()))
    with (
        pytest.raises(IntegrityError, match=message),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE casework_look SET detail = ''", "UPDATE casework_extension SET reason = 'other'",
        "UPDATE casework_batch SET reason = 'other'", "UPDATE casework_change SET before = NULL",
    ],
)  # fmt: skip
def test_database_lets_nothing_out_of_the_history_of_other_cases(sql: str) -> None:
    make_case()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.replace("before", '"before"'))


@pytest.mark.django_db
def test_only_closed_cases_are_anonymised_whoever_asks() -> None:
    complaint = make_past().complaint
    keys = propose(complaint)
    Complaint.objects.update(stage="investigation")
    other = User.objects.create_user("second")
    Anonymisation.objects.filter(pk__in=keys).update(agreed_at=timezone.now(), agreed_by=other)
    with pytest.raises(IntegrityError, match="Only a closed case"), transaction.atomic():
        Complaint.objects.update(anonymised_on=TODAY)


@pytest.mark.django_db
def test_nobody_is_named_in_an_anonymised_case_again() -> None:
    complaint = make_case(reference="19 001 234")
    agree(propose(complaint))
    with pytest.raises(IntegrityError, match="nobody is named"), transaction.atomic():
        Complainant.objects.create(complaint=complaint, name=NAME)

    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    address = reverse("admin:casework_complaint_change", args=[complaint.pk])
    page = client.get(address)
    assert page.status_code == 200
    history = client.get(reverse("admin:casework_complaint_history", args=[complaint.pk]))
    assert "Quillfeather" not in page.content.decode() + history.content.decode()

    def problems(kind: str, category: str) -> list[str]:
        row = f"19 001 234,{kind},{category},Say sorry,,2021-01-01,"
        try:
            check_file(
                RemedyImport, file=CsvFile(io.BytesIO(table(REMEDIES, row)), "a.csv"), today=TODAY
            )
        except Refused as refused:
            return refused.problems
        return []

    assert problems("personal", "apology") == [
        "row 2, column reference: 19 001 234 is anonymised; leave its personal remedies out"
    ]
    assert problems("service_improvement", "training_or_guidance") == []


# Stops and stray files ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "stop", ["_forget_personal_remedies", "_forget_history", "_forget_reasons"]
)
def test_error_on_the_way_leaves_everything_as_it_was(
    stop: str, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = propose(make_case(), make_case())
    before = found_in_the_database()

    def fail(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"casework.actions.retention.{stop}", fail)
    with pytest.raises(KeyboardInterrupt):
        agree(keys)
    assert found_in_the_database() == before
    assert len(found_in_the_store(store)) == 2
    assert Complaint.objects.filter(anonymised_on=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_files_left_by_a_stop_after_the_commit_are_tidied_up(
    store: Path, monkeypatch: pytest.MonkeyPatch, today: time_machine.Traveller
) -> None:
    kept = make_case()
    complaint = make_case()
    monkeypatch.setattr("casework.actions.retention._delete_files", lambda files: None)
    agree(propose(complaint))
    monkeypatch.undo()
    assert len(found_in_the_store(store)) == 2
    for path in store.rglob("*"):
        os.utime(path, (AN_HOUR_AGO, AN_HOUR_AGO))

    def tidied() -> str:
        out = StringIO()
        call_command("tidy_private_files", stdout=out)
        return out.getvalue()

    assert tidied() == "Deleted 0 stray private files and 0 unconfirmed uploads.\n"
    today.shift(DAY)
    assert tidied() == "Deleted 1 stray private file and 0 unconfirmed uploads.\n"
    [file] = [path for path in store.rglob("*") if path.is_file()]
    assert Attachment.objects.get(complaint=kept).file.name == f"attachments/{file.name}"


@pytest.mark.django_db
def test_tidying_without_a_store_finds_nothing() -> None:
    out = StringIO()
    call_command("tidy_private_files", stdout=out)
    assert out.getvalue() == "Deleted 0 stray private files and 0 unconfirmed uploads.\n"


# Pages -------------------------------------------------------------------------------------------


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


LIST = reverse("admin:casework_complaint_changelist")
PROPOSALS = reverse("admin:casework_anonymisation_changelist")


def bulk(model: str, deed: str, query: str = "") -> str:
    return reverse(f"admin:casework_{model}_bulk", args=[deed]) + query


@pytest.mark.django_db
def test_two_people_anonymise_the_cases_due_through_the_pages() -> None:
    first = browser_of(make_staff(
        "first", "casework.view_complaint", "casework.view_anonymisation",
        "casework.add_anonymisation",
    ))  # fmt: skip
    second = browser_of(
        make_staff("second", "casework.view_anonymisation", "casework.change_anonymisation")
    )
    cases = [make_case() for _ in range(2)]
    make_past(decided_on=LIMIT + DAY)

    page = first.get(f"{LIST}?retention=due")
    assert {case.pk for case in page.context["cl"].result_list} == {case.pk for case in cases}
    assert (
        "Propose anonymising 2 complaints…",
        bulk("complaint", "propose", "?retention=due"),
    ) in (page.context["cl"].deeds)
    address = bulk("complaint", "propose", "?retention=due")
    page = first.post(address, {"check": "1", "reason": ""})
    mark = page.context["check"].mark
    assert len(page.context["check"].can) == 2
    page = first.post(address, {"do": "1", "reason": "", "mark": mark})
    assert said(page) == ["2 complaints proposed; another person has to agree."]
    assert first.get(f"{LIST}?retention=due").context["cl"].result_count == 0
    assert first.get(f"{LIST}?retention=proposed").context["cl"].result_count == 2

    address = bulk("anonymisation", "agree", "?state=waiting")
    assert first.post(address, {"check": "1"}).status_code == 403
    assert Client().post(address).status_code == 302
    page = second.get(f"{PROPOSALS}?state=waiting")
    assert "Closed cases more than 12 months after" in page.content.decode()
    page = second.post(address, {"check": "1"})
    text = page.content.decode()
    assert '<label for="id_reason"' not in text
    page = second.post(address, {"do": "1", "mark": page.context["check"].mark})
    assert said(page) == ["2 anonymisations agreed; their cases name nobody any more."]
    assert found_in_the_database() == set()
    assert first.get(f"{LIST}?retention=done").context["cl"].result_count == 2
    assert second.get(f"{PROPOSALS}?state=agreed").context["cl"].result_count == 2


@pytest.mark.django_db
def test_retention_is_no_filter_for_those_who_have_nothing_to_do_with_it() -> None:
    make_past()
    client = browser_of(make_staff("one", "casework.view_complaint"))
    page = client.get(LIST)
    assert "retention" not in [field.title for field in page.context["cl"].filter_fields]
    assert [label for label, _ in page.context["cl"].deeds] == []
    assert client.get(PROPOSALS).status_code == 403
    assert client.get(bulk("complaint", "propose")).status_code == 403


@pytest.mark.django_db
def test_list_of_proposals_costs_the_same_for_one_and_three(
    django_assert_num_queries: Any,
) -> None:
    client = browser_of(make_staff("one", "casework.view_anonymisation"))
    for number in (1, 2):
        propose(*(make_past().complaint for _ in range(number)))
        with django_assert_num_queries(9):
            page = client.get(PROPOSALS)
        assert page.context["cl"].result_count == Anonymisation.objects.count()
