"""The page of a case: from complaint to compliance in one form, and what is refused there."""

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions import lock_period, recorded
from casework.actions.filing import (
    LARGEST_FILE,
    attach_file,
    link_cases,
    open_attachment,
    stored_files_kept_only_if_saved,
    write_note,
)
from casework.actions.steps import (
    assign_case,
    check_compliance,
    close_again,
    move_case,
    steps_of,
    take_step,
    withdraw_decision,
)
from casework.admin.forms import DayField
from casework.choices import NEXT_STAGES, LinkKind, Stage
from casework.models import (
    Attachment,
    Batch,
    CaseLink,
    Change,
    Complainant,
    Complaint,
    Decision,
    DecisionReason,
    Look,
    Note,
    Recommendation,
    Team,
)
from casework.refusals import Refused
from tests.casework.test_admin import errors_of, formset, said
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_issued_round,
    make_recommendation,
    make_signatory,
    with_reason,
)

pytestmark = pytest.mark.django_db

OF_A_CASEWORKER = [
    *(
        f"{action}_{model}"
        for model in ("complaint", "complainant", "decision", "recommendation")
        for action in ("add", "change", "view")
    ),
    *(
        f"{action}_{model}"
        for model in ("note", "attachment", "caselink")
        for action in ("add", "view")
    ),
]
OF_AN_AUDITOR = [
    f"view_{model}"
    for model in (
        "complaint", "complainant", "decision", "recommendation", "note", "attachment", "caselink",
    )
]  # fmt: skip


def make_staff(username: str, *permissions: str) -> User:
    user = User.objects.create_user(username, is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="casework", codename__in=permissions)
    )
    return User.objects.get(pk=user.pk)


@pytest.fixture
def officer() -> User:
    return make_staff("officer", *OF_A_CASEWORKER)


@pytest.fixture
def manager() -> User:
    return make_staff(
        "manager", *OF_A_CASEWORKER, "assign_complaint", "withdraw_decision",
        "record_not_satisfied", "delete_attachment", "delete_caselink",
    )  # fmt: skip


@pytest.fixture
def auditor() -> User:
    return make_staff("auditor", *OF_AN_AUDITOR)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The private store, empty."""
    storage = Attachment._meta.get_field("file").storage
    monkeypatch.setattr(storage, "location", str(tmp_path))
    monkeypatch.setattr(storage, "base_location", str(tmp_path))
    return tmp_path


def files_in(store: Path) -> list[str]:
    return sorted(path.name for path in store.rglob("*") if path.is_file())


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(complaint: Complaint) -> str:
    return reverse("admin:casework_complaint_change", args=[complaint.pk])


ADD = "/admin/casework/complaint/add/"


def case_data(complaint: Complaint, **values: Any) -> dict[str, Any]:
    """What the page of a case posts when nothing is typed; rows replace whole parts."""
    decision = complaint.decisions.filter(is_standing=True).first()
    decisions, recommendations = [], []
    if decision:
        decisions = [decision_row(decision)]
        recommendations = [
            {
                "id": row.pk, "category": row.category, "text": row.text, "due_on": str(row.due_on),
                "amount": "" if row.amount is None else str(row.amount),
            }
            for row in decision.recommendations.order_by("due_on", "pk")
        ]  # fmt: skip
    data = {
        "reference": complaint.reference,
        "authority": complaint.authority_id,
        "category": complaint.category,
        "subcategory": complaint.subcategory,
        "received_on": str(complaint.received_on),
        "caseworker": complaint.caseworker_id or "",
        "team": complaint.team_id or "",
    }
    parts = {
        "decisions": decisions, "recommendations": recommendations, "links": [], "notes": [],
        "attachments": [],
    } | {name: rows for name, rows in values.items() if isinstance(rows, list)}  # fmt: skip
    for prefix, rows in parts.items():
        data |= formset(prefix, rows, sum("id" in row for row in rows))
    return data | {name: value for name, value in values.items() if not isinstance(value, list)}


def decision_row(decision: Decision, **values: Any) -> dict[str, Any]:
    return {
        "id": decision.pk,
        "outcome": decision.outcome,
        "reason": decision.reason_id or "",
        "decided_on": str(decision.decided_on),
        **({"is_remedied_by_authority": "on"} if decision.is_remedied_by_authority else {}),
        "compliance": decision.compliance,
        "compliance_recorded_on": str(decision.compliance_recorded_on or ""),
        "compliance_note": decision.compliance_note,
    } | values


def new_case(authority: Any, **values: Any) -> dict[str, Any]:
    blank = Complaint(
        reference="20001234", authority=authority, category="housing",
        received_on=dt.date(2020, 5, 4),
    )  # fmt: skip
    rows = {"complainant": [], "decisions": [], "recommendations": []} | values
    data = {
        "reference": blank.reference, "authority": authority.pk, "category": "housing",
        "received_on": "2020-05-04",
    }  # fmt: skip
    for prefix in ("complainant", "decisions", "recommendations", "links", "notes", "attachments"):
        data |= formset(prefix, rows.pop(prefix, []))
    return data | rows


TRAINING = {"category": "training_or_guidance", "text": "Train staff.", "due_on": "2020-09-01"}
APOLOGY = {"category": "apology", "text": "Apologise.", "due_on": "2020-07-01", "amount": "250"}
UPHELD = {"outcome": "upheld", "decided_on": "2020-06-01"}


# Finding a case -----------------------------------------------------------------------------------

FIND = "/admin/casework/complaint/find/"


@pytest.mark.parametrize(
    "typed", ["20001234", "20-001-234", "20 001 234", " 20-001 234 ", "20 001 2", "2000123"]
)
def test_search_opens_the_one_case_with_that_reference(officer: User, typed: str) -> None:
    complaint = make_complaint(make_authority(), reference="20 001 234")
    make_complaint(make_authority(), reference="20 002 234")
    response = signed_in(officer).get(FIND, {"q": typed})
    assert (response.status_code, response["Location"]) == (302, page_of(complaint))


@pytest.mark.parametrize(
    ("typed", "to", "message"),
    [
        ("20 001", "?q=20+001",
         "Several cases have a reference that begins with 20 001: choose one."),
        ("2000-9999", "?q=2000-9999", "No case has the reference 20 009 999."),
        ("200099", "?q=200099", "No case has a reference that begins with 20 009 9."),
        ("king's & co", "?q=king%27s+%26+co",
         "That is no reference: these are the complaints with those words."),
        ("  ", "", "Type a reference, or the beginning of one, such as 20 001 234."),
    ],
)  # fmt: skip
def test_search_without_one_hit_opens_the_list_and_says_why(
    officer: User, typed: str, to: str, message: str
) -> None:
    for number in (1, 2):
        make_complaint(make_authority(), reference=f"20 001 00{number}")
    response = signed_in(officer).get(FIND, {"q": typed})
    assert response["Location"] == reverse("admin:casework_complaint_changelist") + to
    assert said(response) == [message]


def test_search_is_on_every_page_for_those_who_see_complaints(officer: User) -> None:
    client = signed_in(officer)
    complaint = make_complaint(make_authority())
    history = reverse("admin:casework_complaint_history", args=[complaint.pk])
    for address in ("/admin/", ADD, page_of(complaint), history):
        html = client.get(address).content.decode()
        assert f'action="{FIND}"' in html
        assert '<label for="find-case-reference">' in html
        assert 'accesskey="r"' in html
    nobody = make_staff("nobody")
    assert f'action="{FIND}"' not in signed_in(nobody).get("/admin/").content.decode()
    assert signed_in(nobody).get(FIND, {"q": complaint.reference}).status_code == 403
    visitor = Client().get(FIND, {"q": complaint.reference})
    assert (visitor.status_code, "login" in visitor["Location"]) == (302, True)


# From complaint to compliance ---------------------------------------------------------------------


def test_new_case_goes_from_complaint_to_compliance_in_one_save(officer: User) -> None:
    data = new_case(
        make_authority(),
        complainant=[{"name": "Zeno Fictional", "postcode": "AB1 2CD"}],
        decisions=[
            UPHELD | {"compliance": "satisfied", "compliance_recorded_on": "2020-09-02"}
        ],
        recommendations=[row | {"completed_on": "010720"} for row in (TRAINING, APOLOGY)],
    )  # fmt: skip
    response = signed_in(officer).post(ADD, data)
    assert response.status_code == 302, errors_of(response)
    complaint = Complaint.objects.get()
    assert (complaint.reference, complaint.stage) == ("20 001 234", "closed")
    assert complaint.complainant.name == "Zeno Fictional"
    decision = complaint.decisions.get()
    assert (decision.outcome, decision.compliance, decision.authority) == (
        "upheld", "satisfied", complaint.authority,
    )  # fmt: skip
    assert list(decision.recommendations.values_list("kind", "category", "text")) == [
        ("personal", "apology", "Apologise."),
        ("service_improvement", "training_or_guidance", "Train staff."),
    ]
    batch = Batch.objects.get(begun_by=officer)
    assert sorted(batch.changes.values_list("record", flat=True)) == [
        "casework.complainant", "casework.complaint", "casework.complaint", "casework.decision",
        "casework.recommendation", "casework.recommendation",
    ]  # fmt: skip


def test_open_case_is_decided_and_recommended_in_one_save(officer: User) -> None:
    complaint = make_complaint(make_authority(), received_on=dt.date(2020, 5, 4))
    client = signed_in(officer)
    data = case_data(complaint, decisions=[UPHELD], recommendations=[TRAINING])
    assert client.post(page_of(complaint), data).status_code == 302
    complaint.refresh_from_db()
    assert complaint.stage == "remedy"
    (recommendation,) = Recommendation.objects.all()
    assert recommendation.decision == complaint.decisions.get()

    done = case_data(complaint)
    done |= {
        "recommendations-0-completed_on": "t",
        "recommendations-0-evidence_received_on": "010820",
        "decisions-0-compliance": "satisfied_late",
        "decisions-0-compliance_recorded_on": "t",
    }
    assert client.post(page_of(complaint), done).status_code == 302
    complaint.refresh_from_db()
    recommendation.refresh_from_db()
    assert complaint.stage == "closed"
    assert recommendation.completed_on == timezone.localdate()
    assert recommendation.evidence_received_on == dt.date(2020, 8, 1)


def test_new_recommendations_hang_on_the_further_decision_and_old_ones_stay(
    officer: User,
) -> None:
    former = make_decision(make_authority())
    kept = make_recommendation(former)
    complaint = former.complaint
    with recorded(by=officer, what="Test"):
        move_case(complaint=complaint, to=Stage.ASSESSMENT, by=officer, reason="Review")
    data = case_data(complaint)
    rows = [decision_row(former), {"outcome": "upheld", "decided_on": "2019-12-02"}]
    recommendations = [{k.split("-")[-1]: v for k, v in data.items() if k.startswith(
        "recommendations-0-")}, TRAINING]  # fmt: skip
    data = case_data(complaint, decisions=rows, recommendations=recommendations)
    response = signed_in(officer).post(page_of(complaint), data)
    assert said(response)[0] == "The new decision stands in place of that of 1 October 2019."
    standing = Decision.objects.get(is_standing=True)
    assert standing.decided_on == dt.date(2019, 12, 2)
    assert [row.text for row in standing.recommendations.all()] == ["Train staff."]
    assert [row.pk for row in former.recommendations.all()] == [kept.pk]


def test_change_of_the_former_decision_is_kept_when_a_further_one_is_entered(
    officer: User,
) -> None:
    former = make_decision(make_authority(), "not_upheld")
    rows = [
        decision_row(former, decided_on="2019-10-02"),
        {"outcome": "upheld", "decided_on": "2019-12-02"},
    ]
    data = case_data(former.complaint, decisions=rows)
    assert (
        signed_in(officer).post(page_of(former.complaint), data | {"_reason": "A slip"}).status_code
        == 302
    )
    assert list(Decision.objects.values_list("decided_on", "is_standing")) == [
        (dt.date(2019, 12, 2), True),
        (dt.date(2019, 10, 2), False),
    ]


@pytest.mark.parametrize(
    ("decisions", "row", "message"),
    [
        ([], {}, "Give the decision first: a recommendation hangs on it."),
        ([UPHELD | {"outcome": "not_upheld"}], {}, "Only an upheld decision has recommendations."),
        ([UPHELD], {"amount": "-1"}, "An amount cannot be below nothing."),
        ([UPHELD], {"due_on": "31/9/20"}, "Type a day as 4/5/26 or 040526, or t for today."),
        ([UPHELD | {"compliance": "ceased", "compliance_recorded_on": "2020-06-01"}], {},
         "Say why compliance was given up."),
    ],
)  # fmt: skip
def test_case_page_refuses_with_a_sentence_and_keeps_what_was_typed(
    officer: User, decisions: list[Any], row: dict[str, str], message: str
) -> None:
    data = new_case(make_authority(), decisions=decisions, recommendations=[TRAINING | row])
    response = signed_in(officer).post(ADD, data)
    assert errors_of(response) == [message]
    assert "Train staff." in response.content.decode()
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("4/5/20", "2020-05-04"), ("04/05/2020", "2020-05-04"), ("4.5.20", "2020-05-04"),
        ("040520", "2020-05-04"), ("04052020", "2020-05-04"), ("4 May 2020", "2020-05-04"),
        ("2020-05-04", "2020-05-04"), (" 4 5 20 ", "2020-05-04"), ("290220", "2020-02-29"),
    ],
)  # fmt: skip
def test_day_is_read_however_typed(typed: str, day: str) -> None:
    assert str(DayField().clean(typed)) == day


def test_day_t_is_today() -> None:
    assert [DayField().clean(typed) for typed in ("t", "T", "today")] == [timezone.localdate()] * 3


@pytest.mark.parametrize("typed", ["4520", "290221", "320120", "5/4", "11120", "0405202", "x"])
def test_day_that_could_be_two_days_or_none_is_refused(typed: str) -> None:
    with pytest.raises(Exception, match="Type a day as 4/5/26 or 040526, or t for today"):
        DayField().clean(typed)


# Who complained -----------------------------------------------------------------------------------


def test_case_page_shows_no_complainant_but_the_way_to_one(officer: User) -> None:
    decision = make_decision(make_authority())
    Complainant.objects.create(
        complaint=decision.complaint, name="Zeno Fictional", email="zeno@example.org"
    )
    page = f"/admin/casework/complainant/{decision.complaint_id}/change/"
    html = signed_in(officer).get(page_of(decision.complaint)).content.decode()
    assert ("Zeno" in html, "zeno@example.org" in html, page in html) == (False, False, True)
    editor = make_staff("editor", "view_complaint", "view_decision")
    html = signed_in(editor).get(page_of(decision.complaint)).content.decode()
    assert page not in html


def test_complainant_is_entered_on_the_case_page_once(officer: User) -> None:
    complaint = make_complaint(make_authority())
    client = signed_in(officer)
    assert 'name="complainant-0-name"' in client.get(page_of(complaint)).content.decode()
    data = case_data(complaint, complainant=[{"name": "Zeno Fictional"}])
    assert client.post(page_of(complaint), data).status_code == 302
    assert 'name="complainant-0-name"' not in client.get(page_of(complaint)).content.decode()
    again = client.post(
        page_of(complaint), case_data(complaint, complainant=[{"name": "Ada Sample"}])
    )
    assert errors_of(again) == [
        "Who complained was entered meanwhile: clear it here and look at the complainant's page."
    ]
    assert Complainant.objects.get().name == "Zeno Fictional"


@pytest.mark.parametrize(
    ("other", "is_repeat"),
    [
        ({"name": "Z F", "email": "ZENO@example.org"}, True),
        ({"name": "zeno fictional", "postcode": "ab12cd"}, True),
        ({"name": "Zeno Fictional", "postcode": "AB1 2CE"}, False),
        ({"name": "Ada Sample", "postcode": "AB1 2CD"}, False),
        ({"name": "Zeno Fictional", "email": "other@example.org"}, False),
    ],
)
def test_case_of_the_same_person_is_a_possible_repeat(
    officer: User, other: dict[str, str], is_repeat: bool
) -> None:
    one, two = (make_complaint(make_authority()) for _ in range(2))
    Complainant.objects.create(
        complaint=one, name="Zeno Fictional", email="zeno@example.org", postcode="AB1 2CD"
    )
    Complainant.objects.create(complaint=two, **other)
    html = signed_in(officer).get(page_of(one)).content.decode()
    assert ("Possible repeat" in html, two.reference in html) == (is_repeat, is_repeat)
    editor = make_staff("editor", "view_complaint")
    assert two.reference not in signed_in(editor).get(page_of(one)).content.decode()
    with recorded(by=officer, what="Test"):
        link_cases(complaint=two, other=one, kind=LinkKind.REPEAT, by=officer)
    assert "Possible repeat" not in signed_in(officer).get(page_of(one)).content.decode()


def test_people_without_address_are_not_taken_for_one(officer: User) -> None:
    one, two = (make_complaint(make_authority()) for _ in range(2))
    for complaint in (one, two):
        Complainant.objects.create(complaint=complaint, name="Zeno Fictional")
    assert list(Complaint.objects.of_the_same_person(one.complainant)) == []


# Steps --------------------------------------------------------------------------------------------


def case_at(stage: str, outcome: str = "not_upheld") -> Complaint:
    """A case at that stage, undecided while it is open."""
    if stage == "remedy":
        decision = make_decision(make_authority())
        make_recommendation(decision)
        complaint = decision.complaint
    elif stage == "closed":
        complaint = make_decision(make_authority(), outcome).complaint
    else:
        complaint = make_complaint(make_authority(), stage=stage)
    complaint.refresh_from_db()
    assert complaint.stage == stage
    return complaint


@pytest.mark.parametrize(
    ("stage", "labels"),
    [
        ("intake", ["Assign to me", "Move to Assessment"]),
        ("assessment",
         ["Assign to me", "Move to Investigation", "Move to Decision", "Back to Intake"]),
        ("investigation", ["Assign to me", "Move to Decision", "Back to Assessment"]),
        ("decision", ["Assign to me", "Back to Investigation", "Back to Assessment"]),
        ("remedy", ["Assign to me", "Open again: Assessment", "Open again: Investigation"]),
        ("closed", ["Assign to me", "Open again: Assessment", "Open again: Investigation"]),
    ],
)  # fmt: skip
def test_case_page_offers_the_legal_next_steps_alone(
    officer: User, auditor: User, stage: str, labels: list[str]
) -> None:
    complaint = case_at(stage)
    html = signed_in(officer).get(page_of(complaint)).content.decode()
    found = re.findall(r'<button type="submit" name="_step"[^>]*>([^<]+)</button>', html)
    assert found == labels
    assert 'name="_step"' not in signed_in(auditor).get(page_of(complaint)).content.decode()


@pytest.mark.parametrize(("stage", "to"), [(s, t) for s in Stage for t in Stage if s != t])
def test_step_is_taken_or_refused_by_action_and_database(
    officer: User, stage: Stage, to: Stage
) -> None:
    complaint = case_at(stage)
    if to in NEXT_STAGES[stage]:
        moved = move_case(complaint=complaint, to=to, by=officer, reason="Review")
        assert moved.stage == to
        return
    with pytest.raises(Refused, match=f"The case is at {stage.label.lower()}, from where it goes"):
        move_case(complaint=complaint, to=to, by=officer, reason="Review")
    with pytest.raises(IntegrityError, match="cannot go from the stage"), transaction.atomic():
        Complaint.objects.update(stage=to)


def test_step_saves_what_was_typed_and_shows_the_case_again(officer: User) -> None:
    complaint = make_complaint(make_authority())
    data = case_data(complaint, subcategory="Noise", _step="assessment")
    response = signed_in(officer).post(page_of(complaint), data)
    assert (response.status_code, response["Location"]) == (302, page_of(complaint))
    assert said(response) == [f"{complaint} is saved. The case is at assessment."]
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.subcategory) == ("assessment", "Noise")


def test_step_refused_changes_nothing_and_keeps_what_was_typed(officer: User) -> None:
    complaint = make_complaint(make_authority())
    data = case_data(complaint, subcategory="Noise", notes=[{"text": "Rang."}], _step="decision")
    response = signed_in(officer).post(page_of(complaint), data)
    assert response.context["adminform"].form.non_field_errors() == [
        "The case is at intake, from where it goes to assessment, not to decision."
    ]
    html = response.content.decode()
    assert ('value="Noise"' in html, "Rang." in html) == (True, True)
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.subcategory, Note.objects.count()) == ("intake", "", 0)
    nonsense = signed_in(officer).post(page_of(complaint), data | {"_step": "x' --"})
    assert nonsense.context["adminform"].form.non_field_errors() == [
        "There is no such step: choose one of those offered."
    ]


def test_case_is_opened_again_with_a_reason_and_closed_again(officer: User) -> None:
    complaint = case_at("closed")
    client = signed_in(officer)
    data = case_data(complaint, _step="investigation")
    response = client.post(page_of(complaint), data)
    assert response.context["adminform"].form.non_field_errors() == [
        "The case is at closed: give the reason why it is opened again."
    ]
    assert client.post(page_of(complaint), data | {"_reason": "New facts"}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.stage == "investigation"
    assert Change.objects.order_by("-pk")[0].batch.reason == "New facts"  # type: ignore[union-attr]

    html = client.get(page_of(complaint)).content.decode()
    assert "Close again: the decision stands" in html
    response = client.post(page_of(complaint), case_data(complaint, _step="close_again"))
    assert said(response)[-1] == (
        f"{complaint} is saved. The decision stands; the case is at closed."
    )
    complaint.refresh_from_db()
    assert complaint.stage == "closed"


def test_case_with_open_recommendations_closes_again_into_remedy(officer: User) -> None:
    complaint = case_at("remedy")
    move_case(complaint=complaint, to=Stage.ASSESSMENT, by=officer, reason="Review")
    assert close_again(complaint=complaint, by=officer).stage == "remedy"
    with pytest.raises(Refused, match="The case is at remedy already"):
        close_again(complaint=complaint, by=officer)
    with pytest.raises(Refused, match="The case has no decision: a decision closes it"):
        close_again(complaint=case_at("decision"), by=officer)


def test_decision_is_withdrawn_by_a_manager_with_a_reason(officer: User, manager: User) -> None:
    complaint = case_at("closed")
    data = case_data(complaint, _step="withdraw", _reason="Decided on the wrong case")
    response = signed_in(officer).post(page_of(complaint), data)
    assert response.context["adminform"].form.non_field_errors() == [
        "Only a casework manager withdraws a decision: ask one."
    ]
    assert complaint.decisions.get().is_standing is True
    with pytest.raises(Refused, match="Give the reason why the decision is withdrawn"):
        withdraw_decision(complaint=complaint, by=manager, reason=" ")
    assert signed_in(manager).post(page_of(complaint), data).status_code == 302
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.decisions.get().is_standing) == ("decision", False)
    with pytest.raises(Refused, match="The case has no decision that stands"):
        withdraw_decision(complaint=complaint, by=manager, reason="Again")
    html = signed_in(manager).get(page_of(complaint)).content.decode()
    assert "No longer stands" in html


def test_case_is_taken_by_whoever_is_first_and_given_by_a_manager(
    officer: User, manager: User
) -> None:
    complaint = make_complaint(make_authority())
    response = signed_in(officer).post(
        page_of(complaint), case_data(complaint, _step="assign_to_me")
    )
    assert said(response) == [f"{complaint} is saved. The case is now yours."]
    complaint.refresh_from_db()
    assert complaint.caseworker == officer
    colleague = make_staff("colleague", *OF_A_CASEWORKER)
    for caseworker in (colleague, officer):
        with pytest.raises(Refused, match="Only a casework manager assigns cases to others"):
            assign_case(complaint=complaint, caseworker=caseworker, by=colleague)
    codes = [
        [step.code for step in steps_of(complaint=complaint, decision=None, by=by)]
        for by in (officer, colleague, manager)
    ]
    assert codes == [["assessment"], ["assessment"], ["assign_to_me", "assessment"]]
    team = Team.objects.create(name="Housing")
    given = assign_case(complaint=complaint, caseworker=colleague, team=team, by=manager)
    assert (given.caseworker, given.team) == (colleague, team)


def test_caseworker_and_team_are_chosen_by_those_who_assign(officer: User, manager: User) -> None:
    complaint = make_complaint(make_authority())
    team = Team.objects.create(name="Housing")
    data = case_data(complaint, caseworker=officer.pk, team=team.pk)
    assert signed_in(officer).post(page_of(complaint), data).status_code == 302
    complaint.refresh_from_db()
    assert (complaint.caseworker, complaint.team) == (None, None)
    assert 'name="caseworker"' not in signed_in(officer).get(page_of(complaint)).content.decode()
    assert signed_in(manager).post(page_of(complaint), data).status_code == 302
    complaint.refresh_from_db()
    assert (complaint.caseworker, complaint.team) == (officer, team)


def test_caseworker_who_left_stays_with_the_case_and_takes_no_other(manager: User) -> None:
    left = User.objects.create_user("left", is_staff=True, is_active=False, first_name="Gone")
    mine = make_complaint(make_authority(), caseworker=left)
    other = make_complaint(make_authority())
    client = signed_in(manager)
    assert client.post(page_of(mine), case_data(mine)).status_code == 302
    mine.refresh_from_db()
    assert mine.caseworker == left
    refused = client.post(page_of(other), case_data(other, caseworker=left.pk))
    assert [error[:22] for error in errors_of(refused)] == ["Select a valid choice."]


# Compliance ---------------------------------------------------------------------------------------

NOT_SATISFIED = {"compliance": "not_satisfied", "compliance_recorded_on": "2020-01-10"}
ONLY_A_MANAGER = "Only a casework manager records “Not satisfied” or changes it: ask one."


def test_not_satisfied_is_recorded_by_a_manager_alone(officer: User, manager: User) -> None:
    decision = make_decision(make_authority())
    make_recommendation(decision)
    complaint = decision.complaint
    option = 'value="not_satisfied"'
    assert option not in signed_in(officer).get(page_of(complaint)).content.decode()
    assert option in signed_in(manager).get(page_of(complaint)).content.decode()
    data = case_data(complaint, decisions=[decision_row(decision, **NOT_SATISFIED)])
    assert errors_of(signed_in(officer).post(page_of(complaint), data)) == [ONLY_A_MANAGER]
    own_page = reverse("admin:casework_decision_change", args=[decision.pk])
    on_own_page = {
        k.removeprefix("decisions-0-"): v for k, v in data.items() if k.startswith("decisions-0-")
    } | formset("recommendations", [])
    refused = signed_in(officer).post(own_page, on_own_page)
    assert ONLY_A_MANAGER in refused.content.decode()
    decision.refresh_from_db()
    assert decision.compliance == ""

    assert signed_in(manager).post(page_of(complaint), data).status_code == 302
    decision.refresh_from_db()
    assert decision.compliance == "not_satisfied"
    # Others still read it and save the rest of the case, but change it no more than they set it.
    assert option in signed_in(officer).get(page_of(complaint)).content.decode()
    kept = case_data(complaint, subcategory="Noise")
    assert signed_in(officer).post(page_of(complaint), kept).status_code == 302
    better = case_data(complaint, decisions=[decision_row(decision, compliance="satisfied")])
    assert errors_of(signed_in(officer).post(page_of(complaint), better)) == [ONLY_A_MANAGER]


@pytest.mark.parametrize(
    ("former", "compliance", "is_refused"),
    [
        ("", "not_satisfied", True), ("not_satisfied", "satisfied", True),
        ("not_satisfied", "", True), ("not_satisfied", "not_satisfied", False),
        ("", "satisfied", False), ("satisfied", "ceased", False),
    ],
)  # fmt: skip
def test_compliance_is_checked_beyond_the_form(
    officer: User, manager: User, former: str, compliance: str, is_refused: bool
) -> None:
    decision = Decision(compliance=compliance)
    check_compliance(decision=decision, former=former, by=manager)
    if not is_refused:
        check_compliance(decision=decision, former=former, by=officer)
        return
    with pytest.raises(Refused, match=ONLY_A_MANAGER):
        check_compliance(decision=decision, former=former, by=officer)


def test_ceased_compliance_says_why(officer: User) -> None:
    decision = make_decision(make_authority())
    make_recommendation(decision)
    row = {"compliance": "ceased", "compliance_recorded_on": "2020-01-10"}
    data = case_data(decision.complaint, decisions=[decision_row(decision, **row)])
    client = signed_in(officer)
    response = client.post(page_of(decision.complaint), data)
    assert errors_of(response) == ["Say why compliance was given up."]
    data |= {"decisions-0-compliance_note": "The school has closed."}
    assert client.post(page_of(decision.complaint), data).status_code == 302
    decision.refresh_from_db()
    assert decision.compliance_note == "The school has closed."


# Reasons of decisions -----------------------------------------------------------------------------


def make_reasons() -> tuple[DecisionReason, DecisionReason]:
    """One used until the last day of a year, and the one that took its place."""
    last = dt.date(2022, 3, 31)
    return (
        DecisionReason.objects.create(
            code="old-words", name="old words", outcome="upheld", ends_on=last
        ),
        DecisionReason.objects.create(
            code="new-words", name="new words", outcome="upheld",
            starts_on=last + dt.timedelta(days=1),
        ),
    )  # fmt: skip


def reasons_offered(html: str) -> set[str]:
    select = re.search(r'<select name="decisions-0-reason".*?</select>', html, re.DOTALL)
    assert select
    return set(re.findall(r"Upheld: (?:old|new) words", select[0]))


@pytest.mark.parametrize(
    ("decided_on", "offered"),
    [
        ("2022-03-31", {"Upheld: old words"}),
        ("2022-04-01", {"Upheld: new words"}),
        ("", {"Upheld: new words"}),
        ("x", {"Upheld: new words"}),
    ],
)
def test_reasons_offered_are_those_of_the_day(
    officer: User, decided_on: str, offered: set[str]
) -> None:
    make_reasons()
    data = new_case(
        make_authority(), reference="x", decisions=[UPHELD | {"decided_on": decided_on}]
    )
    html = signed_in(officer).post(ADD, data).content.decode()
    assert reasons_offered(html) == offered
    today = signed_in(officer).get(ADD).content.decode()
    assert reasons_offered(today) == {"Upheld: new words"}


def test_reason_of_another_day_is_refused_with_its_days(officer: User) -> None:
    old, new = make_reasons()
    authority = make_authority()
    client = signed_in(officer)
    late = new_case(authority, decisions=[UPHELD | {"decided_on": "2022-04-01", "reason": old.pk}])
    assert errors_of(client.post(ADD, late)) == [
        "“Upheld: old words” is for decisions until 31 March 2022: choose one of those offered "
        "now, which were in use on 1 April 2022."
    ]
    early = new_case(authority, decisions=[UPHELD | {"decided_on": "2022-03-31", "reason": new.pk}])
    assert errors_of(client.post(ADD, early)) == [
        "“Upheld: new words” is for decisions from 1 April 2022: choose one of those offered "
        "now, which were in use on 31 March 2022."
    ]


def test_reason_closed_since_stays_readable_and_selectable_for_its_decision(
    officer: User,
) -> None:
    reason = DecisionReason.objects.create(code="closed", name="old words", outcome="upheld")
    decision = make_decision(make_authority(), reason=reason)
    other = make_decision(make_authority())
    DecisionReason.objects.filter(pk=reason.pk).update(ends_on=dt.date(2019, 6, 1))
    client = signed_in(officer)
    html = client.get(page_of(decision.complaint)).content.decode()
    assert reasons_offered(html) == {"Upheld: old words"}
    assert reasons_offered(client.get(page_of(other.complaint)).content.decode()) == set()
    kept = case_data(decision.complaint, subcategory="Noise")
    assert client.post(page_of(decision.complaint), kept).status_code == 302


def own_words(field: Any) -> set[str]:
    """The reasons of these tests among those that a field offers."""
    return {str(label) for _, label in field.widget.choices if str(label).endswith(" words")}


DAY_BY_DAY = [
    # The day of the decision, the reason chosen, and what the form says.
    ("2022-03-30", "old", None),
    ("2022-03-31", "old", None),
    ("2022-04-01", "old", "“Upheld: old words” is for decisions until 31 March 2022: choose one of "
     "those offered now, which were in use on 1 April 2022."),
    ("2022-03-31", "new", "“Upheld: new words” is for decisions from 1 April 2022: choose one of "
     "those offered now, which were in use on 31 March 2022."),
    ("2022-04-01", "new", None),
    ("2022-04-02", "new", None),
]  # fmt: skip


@pytest.mark.parametrize(("decided_on", "chosen", "error"), DAY_BY_DAY)
def test_page_of_a_decision_takes_reasons_of_its_day_alone(
    officer: User, decided_on: str, chosen: str, error: str | None
) -> None:
    reasons = dict(zip(("old", "new"), make_reasons(), strict=True))
    decision = make_decision(make_authority(), decided_on=dt.date.fromisoformat(decided_on))
    page = reverse("admin:casework_decision_change", args=[decision.pk])
    shown = signed_in(officer).get(page).context["adminform"].form.fields["reason"]
    in_use = "old" if decided_on < "2022-04-01" else "new"
    assert own_words(shown) == {f"Upheld: {in_use} words"}
    data = {
        "outcome": "upheld", "reason": reasons[chosen].pk, "decided_on": decided_on,
        "compliance": "", "compliance_recorded_on": "", "compliance_note": "",
    } | formset("recommendations", [])  # fmt: skip
    answer = signed_in(officer).post(page, data)
    decision.refresh_from_db()
    if error is None:
        assert (answer.status_code, decision.reason) == (302, reasons[chosen])
    else:
        assert answer.context["adminform"].form.errors == {"reason": [error]}
        assert decision.reason is None


def test_reason_closed_since_stays_on_the_page_of_its_decision_and_no_other(officer: User) -> None:
    reason = DecisionReason.objects.create(code="closed", name="old words", outcome="upheld")
    decision = make_decision(make_authority(), reason=reason)
    other = make_decision(make_authority())
    DecisionReason.objects.filter(pk=reason.pk).update(
        ends_on=decision.decided_on - dt.timedelta(days=1)
    )
    client = signed_in(officer)
    offered = {}
    for each in (decision, other):
        page = reverse("admin:casework_decision_change", args=[each.pk])
        field = client.get(page).context["adminform"].form.fields["reason"]
        offered[each.pk] = own_words(field)
    assert offered == {decision.pk: {"Upheld: old words"}, other.pk: set()}
    page = reverse("admin:casework_decision_change", args=[decision.pk])
    data = {
        "outcome": "upheld", "reason": reason.pk, "decided_on": str(decision.decided_on),
        "is_remedied_by_authority": "on", "compliance": "", "compliance_recorded_on": "",
        "compliance_note": "",
    } | formset("recommendations", [])  # fmt: skip
    assert client.post(page, data).status_code == 302
    decision.refresh_from_db()
    assert (decision.reason, decision.is_remedied_by_authority) == (reason, True)


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("", "", None),
        ("2022-04-01", "", None),
        ("", "2022-04-01", None),
        ("2022-04-01", "2022-04-01", None),
        ("2022-04-01", "2022-03-31", "The last day cannot be before the first day, 1 April 2022."),
    ],
)
def test_days_of_a_reason_are_in_order(first: str, last: str, error: str | None) -> None:
    client = signed_in(User.objects.create_superuser("everything"))
    data = {
        "outcome": "upheld", "name": "Example", "code": "example", "starts_on": first,
        "ends_on": last,
    }  # fmt: skip
    answer = client.post(reverse("admin:casework_decisionreason_add"), data)
    if error is None:
        assert answer.status_code == 302
        reason = DecisionReason.objects.get(code="example")
        assert (str(reason.starts_on or ""), str(reason.ends_on or "")) == (first, last)
    else:
        assert answer.context["adminform"].form.errors == {"ends_on": [error]}
        assert not DecisionReason.objects.filter(code="example").exists()


# Links --------------------------------------------------------------------------------------------


def test_linked_case_shows_from_both_sides(officer: User) -> None:
    one = make_complaint(make_authority(), reference="20 001 001")
    two = make_complaint(make_authority(), reference="20 001 002")
    data = case_data(one, links=[{"kind": "repeat", "reference": "20-001-002"}])
    assert signed_in(officer).post(page_of(one), data).status_code == 302
    assert list(CaseLink.objects.values_list("complaint", "kind", "other")) == [
        (one.pk, "repeat", two.pk)
    ]
    here, there = (
        " ".join(signed_in(officer).get(page_of(case)).content.decode().split())
        for case in (one, two)
    )
    assert f'Repeat of <a href="{page_of(two)}">20 001 002</a>' in here
    assert f'<a href="{page_of(one)}">20 001 001</a>: repeat of this case' in there


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("20 001 001", "This is the case itself: give the reference of another."),
        ("20 009 999", "There is no case 20 009 999."),
        ("2000", "A reference has eight digits, such as 20 001 234."),
        ("20 001 002", "20 001 002 is linked to this case already."),
        ("20 001 003", "20 001 003 is linked to this case already."),
    ],
)
def test_link_that_cannot_be_is_refused(officer: User, typed: str, message: str) -> None:
    one, two, three = (
        make_complaint(make_authority(), reference=f"20 001 00{number}") for number in (1, 2, 3)
    )
    with recorded(by=officer, what="Test"):
        link_cases(complaint=one, other=two, kind=LinkKind.RELATED, by=officer)
        link_cases(complaint=three, other=one, kind=LinkKind.RELATED, by=officer)
    data = case_data(one, links=[{"kind": "related", "reference": typed}])
    assert errors_of(signed_in(officer).post(page_of(one), data)) == [message]
    assert CaseLink.objects.count() == 2
    for other in (one, two, three):
        with pytest.raises(Refused):
            link_cases(complaint=one, other=other, kind=LinkKind.RELATED, by=officer)


# Notes --------------------------------------------------------------------------------------------


def test_notes_are_added_with_their_writer_and_stay(officer: User, auditor: User) -> None:
    complaint = make_complaint(make_authority())
    data = case_data(complaint, notes=[{"text": "Rang <the> council."}])
    assert signed_in(officer).post(page_of(complaint), data).status_code == 302
    note = Note.objects.get()
    assert (note.text, note.written_by, note.complaint) == (
        "Rang <the> council.", officer, complaint,
    )  # fmt: skip
    edited = case_data(complaint)
    edited |= formset("notes", [{"id": note.pk, "text": "Something else"}], 1)
    signed_in(officer).post(page_of(complaint), edited)
    own_page = reverse("admin:casework_note_change", args=[note.pk])
    assert signed_in(officer).post(own_page, {"text": "Something else"}).status_code == 403
    assert [row.text for row in Note.objects.all()] == ["Rang <the> council."]
    html = signed_in(auditor).get(page_of(complaint)).content.decode()
    assert ("Rang &lt;the&gt; council." in html, 'name="notes-0-text"' in html) == (True, False)


def test_notes_and_files_are_seen_by_those_alone_who_see_people(officer: User, store: Path) -> None:
    complaint = make_complaint(make_authority())
    write_note(complaint=complaint, text="Zeno rang.", by=officer)
    make_file(complaint, officer)
    editor = make_staff(
        "editor", "view_complaint", "view_note", "view_attachment", "change_complaint"
    )
    html = signed_in(editor).get(page_of(complaint)).content.decode()
    assert ("Zeno rang." in html, "Letter of Zeno" in html) == (False, False)
    for model in ("note", "attachment"):
        address = reverse(f"admin:casework_{model}_changelist")
        assert signed_in(editor).get(address).status_code == 403
        assert signed_in(officer).get(address).status_code == 200


SECRET = "Zq-never-outside-the-office"


def test_notes_reach_no_public_page_file_or_letter(
    officer: User, store: Path, client: Client
) -> None:
    """Walks every address of the public site from its home page, and every file of open data."""
    make_signatory()
    authority = make_authority("Example District Council")
    make_chief_executive(authority)
    decision = make_decision(authority)
    make_recommendation(decision)
    with recorded(by=officer, what="Test"):
        write_note(complaint=decision.complaint, text=SECRET, by=officer)
        make_file(decision.complaint, officer, title=SECRET)
    round_ = make_issued_round(2020, publish_at=timezone.now() - dt.timedelta(days=1))
    seen: dict[str, bytes] = {}
    waiting = ["/", "/data/", "/methods/", "/sources/"]
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith(("/admin/", "/static/")):
            continue
        response = client.get(address)
        body = response.getvalue()
        seen[address] = body
        if response["Content-Type"].startswith("text/html"):
            links = re.findall(r'href="(/[^"#?]*)', body.decode())
            waiting += links
    assert f"/councils/{authority.slug}/2020/letter.pdf" in seen
    assert any(address.endswith(".csv") for address in seen)
    assert [address for address, body in seen.items() if SECRET.encode() in body] == []
    letter = round_.letters.get() if hasattr(round_, "letters") else None
    assert letter is None or SECRET not in str(letter.document)


# Files --------------------------------------------------------------------------------------------


def make_file(
    complaint: Complaint, by: User, *, title: str = "Letter of Zeno", content: Any = None
) -> Attachment:
    content = content or ContentFile(b"Dear Zeno", name="letter to zeno.pdf")
    return attach_file(complaint=complaint, content=content, title=title, by=by)


def upload(name: str = "../letter to <zeno>.pdf", content: bytes = b"Dear Zeno") -> Any:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_file_is_kept_under_a_random_name_with_size_and_digest(officer: User, store: Path) -> None:
    complaint = make_complaint(make_authority())
    data = case_data(complaint, attachments=[{"file": upload(), "title": "A letter"}])
    assert signed_in(officer).post(page_of(complaint), data).status_code == 302
    attachment = Attachment.objects.get()
    assert (attachment.file_name, attachment.title, attachment.size, attachment.added_by) == (
        "letter to <zeno>.pdf", "A letter", 9, officer,
    )  # fmt: skip
    assert attachment.sha256 == hashlib.sha256(b"Dear Zeno").hexdigest()
    (stored,) = files_in(store)
    assert re.fullmatch(r"[0-9a-f]{32}", stored)
    assert (store / str(attachment.file.name)).read_bytes() == b"Dear Zeno"
    assert (store / str(attachment.file.name)).stat().st_mode & 0o077 == 0
    for address in (f"/{attachment.file.name}", f"/private/{attachment.file.name}"):
        assert signed_in(officer).get(address).status_code == 404


def file_page(attachment: Attachment) -> str:
    return reverse("admin:casework_attachment_file", args=[attachment.pk])


def test_file_is_given_out_as_it_came_and_leaves_a_look(officer: User, store: Path) -> None:
    attachment = make_file(make_complaint(make_authority()), officer)
    response = signed_in(officer).get(file_page(attachment))
    assert response.getvalue() == b"Dear Zeno"
    assert {name: response[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control"
    )} == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": 'attachment; filename="letter to zeno.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    }  # fmt: skip
    look = Look.objects.get()
    assert (look.seen_by, look.what, look.complaint) == (
        officer, "attachment", attachment.complaint,
    )  # fmt: skip
    assert "zeno" not in look.detail.lower()


@pytest.mark.parametrize(
    ("permissions", "code"),
    [
        (["view_attachment", "view_complainant"], 200),
        (["view_attachment"], 403),
        (["view_complainant", "view_complaint"], 403),
        ([], 403),
    ],
)
def test_file_is_given_to_those_alone_who_may_see_it(
    officer: User, store: Path, permissions: list[str], code: int
) -> None:
    attachment = make_file(make_complaint(make_authority()), officer)
    response = signed_in(make_staff("asks", *permissions)).get(file_page(attachment))
    assert response.status_code == code
    assert Look.objects.count() == (1 if code == 200 else 0)
    assert signed_in(officer).post(file_page(attachment)).status_code == 405
    assert Client().get(file_page(attachment)).status_code == 302
    assert Look.objects.count() == (1 if code == 200 else 0)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: path.write_bytes(b"Dear Zena"),
         "The file is no longer as it was when it was attached, so it is not given out: tell "
         "whoever looks after the server."),
        (lambda path: path.unlink(),
         "The file is missing from the private store: tell whoever looks after the server."),
    ],
)  # fmt: skip
def test_file_that_changed_or_is_missing_is_not_given_out(
    officer: User, store: Path, damage: Any, sentence: str
) -> None:
    attachment = make_file(make_complaint(make_authority()), officer)
    damage(store / str(attachment.file.name))
    response = signed_in(officer).get(file_page(attachment))
    assert (response.status_code, said(response)) == (302, [sentence])
    assert Look.objects.count() == 0
    with pytest.raises(Refused):
        open_attachment(attachment=attachment, by=officer)


@pytest.mark.parametrize(
    ("size", "errors"),
    [
        (0, ["The submitted file is empty."]),
        (1, []),
        (LARGEST_FILE, []),
        (LARGEST_FILE + 1,
         ["A file has at most 25 MB: make it smaller or divide it, and choose it again."]),
    ],
)  # fmt: skip
def test_file_has_a_largest_size(officer: User, store: Path, size: int, errors: list[str]) -> None:
    complaint = make_complaint(make_authority())
    data = case_data(complaint, attachments=[{"file": upload(content=bytes(size)), "title": ""}])
    response = signed_in(officer).post(page_of(complaint), data)
    if errors:
        assert errors_of(response) == errors
    assert Attachment.objects.count() == len(files_in(store)) == (0 if errors else 1)


def attach_and_fail(complaint: Complaint, by: User, store: Path) -> None:
    with transaction.atomic():
        make_file(complaint, by)
        raise Refused(f"After {len(files_in(store))} file")


def test_file_of_a_save_that_is_refused_is_not_left_behind(officer: User, store: Path) -> None:
    complaint = make_complaint(make_authority())
    data = case_data(complaint, attachments=[{"file": upload()}], _step="decision")
    response = signed_in(officer).post(page_of(complaint), data)
    assert response.context["adminform"].form.non_field_errors() == [
        "The case is at intake, from where it goes to assessment, not to decision."
    ]
    assert (Attachment.objects.count(), files_in(store)) == (0, [])

    with pytest.raises(Refused, match="After 1 file"), stored_files_kept_only_if_saved():
        attach_and_fail(complaint, officer, store)
    assert (Attachment.objects.count(), files_in(store)) == (0, [])
    with stored_files_kept_only_if_saved(), transaction.atomic():
        make_file(complaint, officer)
    assert (Attachment.objects.count(), len(files_in(store))) == (1, 1)


def test_file_too_large_is_refused_beyond_the_form(officer: User, store: Path) -> None:
    content = ContentFile(bytes(LARGEST_FILE + 1), name="large")
    with pytest.raises(Refused, match="A file has at most 25 MB"):
        make_file(make_complaint(make_authority()), officer, content=content)
    assert files_in(store) == []


def test_file_is_removed_by_those_who_may(
    officer: User, manager: User, store: Path, django_capture_on_commit_callbacks: Any
) -> None:
    attachment = make_file(make_complaint(make_authority()), officer)
    address = reverse("admin:casework_attachment_delete", args=[attachment.pk])
    assert signed_in(officer).post(address, {"post": "yes"}).status_code == 403
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(manager).post(address, {"post": "yes"}).status_code == 302
    assert (Attachment.objects.count(), files_in(store)) == (0, [])
    gone = Change.objects.get(record="casework.attachment", action="-")
    assert gone.batch
    assert gone.batch.begun_by == manager


# Two people, one case -----------------------------------------------------------------------------

HEADING = (
    "Nothing is saved yet: this was changed after you opened it. What you typed is still here, and "
    "fields you left alone show what stands now; check both and save again."
)


def seen_by(client: Client, complaint: Complaint) -> int:
    return int(client.get(page_of(complaint)).context["seen"])


def test_second_of_two_is_told_what_changed_and_loses_nothing_typed(
    officer: User, manager: User, store: Path
) -> None:
    decision = make_decision(make_authority())
    recommendation = make_recommendation(decision)
    complaint = decision.complaint
    other_case = make_complaint(make_authority())
    mine, theirs = signed_in(officer), signed_in(manager)
    seen = seen_by(mine, complaint)
    data = case_data(
        complaint,
        subcategory="Typed by me",
        decisions=[decision_row(decision, decided_on="02/10/2019")],
        recommendations=[
            {"id": recommendation.pk, "category": "training_or_guidance", "text": "Text by me",
             "completed_on": "01/02/2020"},
            TRAINING | {"text": "New row by me"},
        ],
        notes=[{"text": "Note by me"}],
        links=[{"kind": "repeat", "reference": other_case.reference}],
        _seen=seen, _reason="Reason by me",
    )  # fmt: skip

    team = Team.objects.create(name="Housing")
    assert theirs.post(
        page_of(complaint),
        case_data(
            complaint, category="other", team=team.pk,
            recommendations=[
                {"id": recommendation.pk, "category": "training_or_guidance",
                 "text": "Text of the other"},
                TRAINING | {"text": "Row of the other", "due_on": "2019-11-01"},
            ],
        ),
    ).status_code == 302  # fmt: skip
    before = list(Change.objects.values_list("pk", flat=True))

    response = mine.post(page_of(complaint), data)
    assert response.status_code == 200
    errors = response.context["adminform"].form.non_field_errors()
    assert errors[0] == HEADING
    assert "manager changed category from Housing to Other." in errors
    assert "manager changed team from nothing to Housing." in errors
    assert (
        "manager changed text from Remind staff of the time limits. to Text of the other." in errors
    )
    assert "manager added: recommendation, text Row of the other." in errors
    assert list(Change.objects.values_list("pk", flat=True)) == before
    html = response.content.decode()
    for typed in (
        "Typed by me", "02/10/2019", "Text by me", "01/02/2020", "New row by me", "Note by me",
        other_case.reference, "Reason by me",
    ):  # fmt: skip
        assert typed in html, typed

    # As the page now stands, the next save passes. What I left alone is what the other saved.
    shown = response.context["adminform"].form.data
    assert {name for name in data if shown[name] != str(data[name])} == {"category"}
    assert shown["category"] == "other"
    data |= {"_seen": response.context["seen"], "category": "other"}
    assert mine.post(page_of(complaint), data).status_code == 302
    complaint.refresh_from_db()
    assert (complaint.subcategory, complaint.category) == ("Typed by me", "other")
    assert complaint.team == team
    assert sorted(Recommendation.objects.values_list("text", flat=True)) == [
        "New row by me", "Row of the other", "Text by me",
    ]  # fmt: skip
    assert (Note.objects.get().text, CaseLink.objects.get().other) == ("Note by me", other_case)


def test_rows_come_back_beside_their_own_forms(officer: User, manager: User) -> None:
    """Another's new row sorts before mine; each form still shows its own row's heading."""
    decision = make_decision(make_authority())
    mine = make_recommendation(decision, due_on=dt.date(2020, 3, 1))
    seen = seen_by(signed_in(officer), decision.complaint)
    data = case_data(decision.complaint, _seen=seen)
    make_recommendation(decision, text="Earlier", due_on=dt.date(2020, 1, 1))
    response = signed_in(officer).post(page_of(decision.complaint), data)
    (part,) = (
        each for each in response.context["inline_admin_formsets"]
        if each.formset.prefix == "recommendations"
    )  # fmt: skip
    assert [(form.original, form.form.instance) for form in part][:1] == [(mine, mine)]


def test_decision_superseded_meanwhile_is_not_changed_by_the_second(
    officer: User, manager: User
) -> None:
    former = make_decision(make_authority(), "not_upheld")
    complaint = former.complaint
    seen = seen_by(signed_in(officer), complaint)
    data = case_data(
        complaint, _seen=seen, decisions=[decision_row(former, decided_on="2019-10-09")]
    )
    further = [decision_row(former), {"outcome": "upheld", "decided_on": "2019-12-02"}]
    assert (
        signed_in(manager)
        .post(page_of(complaint), case_data(complaint, decisions=further))
        .status_code
        == 302
    )
    told = signed_in(officer).post(page_of(complaint), data)
    assert told.context["adminform"].form.non_field_errors()[0] == HEADING
    again = signed_in(officer).post(page_of(complaint), data | {"_seen": told.context["seen"]})
    assert errors_of(again) == [
        "This decision no longer stands, because another was recorded meanwhile: clear this "
        "change, or enter it with the decision that stands now."
    ]
    assert 'value="2019-10-09"' in again.content.decode()
    unchanged = case_data(complaint, decisions=[decision_row(former)], subcategory="Noise")
    assert signed_in(officer).post(page_of(complaint), unchanged).status_code == 302
    former.refresh_from_db()
    assert (former.decided_on, former.is_standing) == (dt.date(2019, 10, 1), False)


# Frozen years -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "decided", "frozen"),
    [
        ("2019-03-31", None, False),
        ("2019-04-01", None, True),
        ("2020-03-31", None, True),
        ("2020-04-01", None, False),
        ("2019-03-01", "2019-04-01", True),
        ("2019-03-01", "2020-04-01", False),
    ],
)
def test_case_of_a_frozen_year_says_so_and_changes_with_a_reason(
    officer: User, received: str, decided: str | None, frozen: bool
) -> None:
    lock_period(year=2020, first_day=dt.date(2019, 4, 1), last_day=dt.date(2020, 3, 31))
    day = dt.date.fromisoformat(received)
    if decided:
        complaint = make_decision(
            make_authority(), received_on=day, decided_on=dt.date.fromisoformat(decided)
        ).complaint
    else:
        complaint = make_complaint(make_authority(), received_on=day)
    client = signed_in(officer)
    response = client.get(page_of(complaint))
    assert response.context["needs_reason"] is frozen
    assert ("year ending 31 March 2020" in response.content.decode()) is frozen
    data = case_data(complaint, subcategory="Noise")
    refused = client.post(page_of(complaint), data)
    assert refused.status_code == (200 if frozen else 302)
    if frozen:
        assert refused.context["adminform"].form.non_field_errors() == [
            "Nothing was saved. The figures of this case's year are frozen: say why you change it."
        ]
        assert client.post(page_of(complaint), data | {"_reason": "A slip"}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.subcategory == "Noise"


# Cost, and who may only look ----------------------------------------------------------------------


def make_full_case(rows: int, by: User) -> Complaint:
    decision = make_decision(make_authority())
    complaint = decision.complaint
    Complainant.objects.create(complaint=complaint, name="Zeno", email="z@example.org")
    with recorded(by=by, what="Test"):
        for number in range(rows):
            make_recommendation(decision, text=f"Row {number}")
            write_note(complaint=complaint, text="Note", by=by)
            make_file(complaint, by)
            link_cases(
                complaint=complaint, other=make_complaint(make_authority()),
                kind=LinkKind.RELATED, by=by,
            )  # fmt: skip
            again = make_complaint(make_authority())
            Complainant.objects.create(complaint=again, name="Zeno", email="z@example.org")
    return complaint


def test_case_page_costs_the_same_with_one_row_and_three(
    officer: User, store: Path, django_assert_num_queries: Any
) -> None:
    user = User.objects.create_superuser("admin")
    client = signed_in(user)
    for rows in (1, 3):
        complaint = make_full_case(rows, officer)
        with django_assert_num_queries(37):
            response = client.get(page_of(complaint))
        assert len(response.context["links"]) == rows
        assert len(response.context["attachments"]) == rows
        assert len(response.context["repeats"]) >= rows


def test_auditor_reads_a_whole_case_and_changes_nothing(
    officer: User, auditor: User, store: Path
) -> None:
    complaint = make_full_case(1, officer)
    client = signed_in(auditor)
    html = client.get(page_of(complaint)).content.decode()
    for shown in ("Row 0", "Note", "Letter of Zeno", "Compliance", "Upheld"):
        assert shown in html
    form = html[html.index('id="complaint_form"') :]
    form = form[: form.index("</form>")]
    fields = set(re.findall(r'name="([^"]+)"', form)) - {"csrfmiddlewaretoken", "_seen"}
    keys = ("_FORMS", "-id", "-decision", "-complaint")
    assert {name for name in fields if not name.endswith(keys)} == set()
    changes = Change.objects.count()
    for data in (case_data(complaint, subcategory="x"), case_data(complaint, _step="assessment")):
        assert client.post(page_of(complaint), data).status_code == 403
    assert client.get(ADD).status_code == 403
    assert Change.objects.count() == changes


def test_step_taken_by_code_names_what_was_done(manager: User) -> None:
    with with_reason():
        complaint = case_at("closed")
    assert take_step(complaint=complaint, code="withdraw", by=manager, reason="A slip") == (
        "The decision is withdrawn and kept; the case waits for another."
    )


def test_case_is_given_only_to_those_whose_role_works_on_cases(manager: User) -> None:
    complaint = make_complaint(make_authority())
    for role in ("auditor", "approver", "caseworker"):
        user = User.objects.create_user(f"the {role}", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    page = signed_in(manager).get(page_of(complaint)).context["adminform"].form
    offered = {user.username for user in page.fields["caseworker"].queryset}
    assert {"the caseworker", manager.username} <= offered
    assert not offered & {"the auditor", "the approver"}


# Errors -------------------------------------------------------------------------------------------


def test_errors_stand_at_the_top_with_a_link_to_each_field(officer: User) -> None:
    decision = make_decision(make_authority())
    for text in ("Apologise.", "Train staff."):
        make_recommendation(decision, text=text)
    data = case_data(decision.complaint, reference="abc") | {
        "recommendations-0-completed_on": "nonsense",
        "recommendations-1-text": "",
    }
    html = signed_in(officer).post(page_of(decision.complaint), data).content.decode()
    summary = html[html.index('class="error-summary"') : html.index('class="case-strip')]
    assert re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary) == [
        ("id_reference", "Reference: A reference has eight digits, such as 20 001 234."),
        ("id_recommendations-0-completed_on", "Recommendation 1, Completed: "
         "Type a day as 4/5/26 or 040526, or t for today."),
        ("id_recommendations-1-text", "Recommendation 2, Text: This field is required."),
    ]  # fmt: skip
    assert all(f'id="{anchor}"' in html for anchor in re.findall(r'href="#(id_[^"]+)"', summary))
    assert "<title>Error: Case" in html
    assert "Please correct" not in html


def test_page_without_errors_has_no_error_summary(officer: User) -> None:
    html = signed_in(officer).get(page_of(make_complaint(make_authority()))).content.decode()
    assert "error-summary" not in html
