"""Small builders of rows for tests: each fills in what the test does not care about."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.contrib.auth.models import Permission, User
from django.utils import timezone

from casework.actions import recorded
from casework.choices import AuthorityType, Category, Compliance, ContactRole, Outcome
from casework.models import (
    Authority,
    Complaint,
    Contact,
    Decision,
    LockedPeriod,
    Population,
    Recommendation,
)
from reviews.models import LearningEvent, Round, Signatory

_numbers = itertools.count(1)

FIRST_DAY, LAST_DAY = dt.date(2019, 4, 1), dt.date(2020, 3, 31)
MIDDLE = dt.date(2019, 10, 1)


@contextmanager
def with_reason(reason: str = "For a test") -> Iterator[None]:
    """What changes cases of a frozen year has to say why."""
    system, _ = User.objects.get_or_create(username="system")
    with recorded(by=system, what="Test", reason=reason):
        yield


def where_frozen() -> AbstractContextManager[None]:
    return with_reason() if LockedPeriod.objects.exists() else nullcontext()


def make_authority(name: str = "", **values: Any) -> Authority:
    """A district in force always, with a population, unless told otherwise."""
    number = next(_numbers)
    population = values.pop("population", 100_000)
    values = {
        "official_name": name or f"Example District Council {number}",
        "slug": f"example-{number}",
        "gss_code": f"E079{number:05d}",
        "authority_type": AuthorityType.DISTRICT,
    } | values
    authority = Authority.objects.create(**values)
    if population:
        Population.objects.create(
            authority=authority, year=2019, residents=population, source="Example estimate"
        )
    return authority


def make_complaint(authority: Authority, **values: Any) -> Complaint:
    number = next(_numbers)
    values = {
        "reference": f"19 {number // 1000:03d} {number % 1000:03d}",
        "category": Category.HOUSING,
        "received_on": dt.date(2019, 5, 1),
    } | values
    with where_frozen():
        return Complaint.objects.create(authority=authority, **values)


def make_decision(authority: Authority, outcome: str = Outcome.UPHELD, **values: Any) -> Decision:
    """A decision with its complaint, decided in the middle of the year ending 2020.

    Values of the complaint (`reference`, `category`, `received_on`) are passed on to it.
    """
    of_complaint = {
        key: values.pop(key) for key in ("reference", "category", "received_on") if key in values
    }
    decided_on = values.pop("decided_on", MIDDLE)
    of_complaint.setdefault("received_on", min(dt.date(2019, 5, 1), decided_on))
    if values.get("compliance") == Compliance.CEASED:
        values.setdefault("compliance_note", "The authority no longer exists.")
    complaint = make_complaint(authority, **of_complaint)
    with where_frozen():
        return Decision.objects.create(
            complaint=complaint,
            authority=authority,
            category=complaint.category,
            received_on=complaint.received_on,
            outcome=outcome,
            decided_on=decided_on,
            **values,
        )


def make_recommendation(decision: Decision, **values: Any) -> Recommendation:
    values = {
        "kind": "service_improvement",
        "category": "training_or_guidance",
        "text": "Remind staff of the time limits.",
        "due_on": decision.decided_on + dt.timedelta(days=90),
    } | values
    with where_frozen():
        return Recommendation.objects.create(decision=decision, **values)


def make_chief_executive(authority: Authority, **values: Any) -> Contact:
    values = {
        "role": ContactRole.CHIEF_EXECUTIVE,
        "title": "Ms",
        "forenames": "Anna",
        "surname": "Example",
        "email": "chief@example.org",
        "starts_on": dt.date(2010, 1, 1),
    } | values
    return Contact.objects.create(authority=authority, **values)


def make_signatory(**values: Any) -> Signatory:
    values = {
        "name": "Specimen Signatory",
        "titles": "Local Government and Social Care Ombudsman",
        "starts_on": dt.date(2010, 1, 1),
    } | values
    return Signatory.objects.create(**values)


def make_event(kind: str = "course", *people: Authority | str, **values: Any) -> LearningEvent:
    """A course in the middle of the year ending 2020, with one person from each of `people`.

    Those are authorities or, for people from none, sectors.
    """
    values = {"title": f"Example {next(_numbers)}", "place": "Leeds", "held_on": MIDDLE} | values
    event = LearningEvent.objects.create(kind=kind, **values)
    for each in people:
        if isinstance(each, str):
            event.attendance.create(sector=each, people=1)
        else:
            event.attendance.create(authority=each, sector="local_authority", people=1)
    return event


def make_user(username: str, *permissions: str) -> User:
    """A member of staff with these permissions of the reviews app."""
    user = User.objects.create_user(username, is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="reviews", codename__in=permissions)
    )
    return User.objects.get(pk=user.pk)


def make_editor(username: str = "editor") -> User:
    return make_user(
        username, "freeze_round", "issue_letters", "export_letters", "change_wordingtext",
        "hold_letters", "correct_letter",
    )  # fmt: skip


def make_approver() -> User:
    return make_user(
        "approver", "approve_letters", "export_letters", "hold_letters", "retract_letter"
    )


def make_round(year: int = 2020, **values: Any) -> Round:
    opened_by = User.objects.get_or_create(username="system")[0]
    values = {
        "letter_on": dt.date(year, 7, 22),
        "publish_at": dt.datetime(year, 7, 29, tzinfo=timezone.get_default_timezone()),
        "opened_at": timezone.now(),
        "opened_by": opened_by,
    } | values
    return Round.objects.create(year=year, **values)


def make_issued_round(year: int = 2020, **values: Any) -> Round:
    """A round frozen, approved and issued over whatever casework there is."""
    from reviews import rounds

    round_ = make_round(year, **values)
    editor = User.objects.filter(username="editor").first() or make_editor()
    approver = User.objects.filter(username="approver").first() or make_approver()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=approver)
    rounds.issue(round_=round_, by=editor)
    round_.refresh_from_db()
    return round_
