"""The back office for casework: who may do what, what is refused, and at what cost."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.admin.forms import reference_begun
from casework.admin.pages import refusal
from casework.models import (
    Authority,
    Complainant,
    Complaint,
    Contact,
    Decision,
    DecisionReason,
    EarlierName,
    ImportBatch,
    Population,
    PublicCategory,
    PublicSubcategory,
    Recommendation,
)
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_recommendation,
)

pytestmark = pytest.mark.django_db

MODELS = (
    Authority, Complainant, Complaint, Contact, Decision, DecisionReason, ImportBatch, Population,
    PublicCategory, PublicSubcategory, Recommendation,
)  # fmt: skip
ROLES = ("caseworker", "review editor", "approver")


def signed_in(role: str) -> Client:
    """A browser in which a member of that group has signed in; `admin` may everything."""
    user = User.objects.create_user(f"a {role}", is_staff=True, is_superuser=role == "admin")
    if role in ROLES:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


def make_one(model: Any) -> Any:
    """A row of the model; each call makes another."""
    number = model.objects.count()
    if model is Authority:
        return make_authority()
    if model is Complaint:
        return make_complaint(make_authority())
    if model is Complainant:
        return Complainant.objects.create(
            complaint=make_complaint(make_authority()), name="Zeno Fictional"
        )
    if model is Contact:
        return make_chief_executive(make_authority())
    if model is Decision:
        return make_decision(make_authority())
    if model is DecisionReason:
        return DecisionReason.objects.create(code=f"r-{number}", name="Example", outcome="upheld")
    if model is ImportBatch:
        return ImportBatch.objects.create(
            kind="casework", file_name="example.csv", sha256="0" * 64, new=1, changed=0,
            unchanged=0, imported_at=timezone.now(), imported_by=User.objects.get_or_create(
                username="system")[0],
        )  # fmt: skip
    if model is Population:
        return make_authority().populations.get()
    if model is PublicCategory:
        return PublicCategory.objects.create(slug=f"c-{number}", name="Ex", category="housing")
    if model is PublicSubcategory:
        return PublicSubcategory.objects.create(
            public_category=PublicCategory.objects.all()[0], slug=f"s-{number}", name="Example"
        )
    return make_recommendation(make_decision(make_authority()))


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors_of(response: Any) -> list[str]:
    """All messages a change page shows beside its fields, in their order."""
    found = [e for errors in response.context["adminform"].form.errors.values() for e in errors]
    for inline in response.context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found += [error for errors in form.errors.values() for error in errors]
        found += inline.formset.non_form_errors()
    return found


def formset(prefix: str, rows: list[dict[str, Any]], initial: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
    }
    for position, row in enumerate(rows):
        data |= {f"{prefix}-{position}-{name}": value for name, value in row.items()}
    return data


def complaint_data(authority: Authority, **values: Any) -> dict[str, Any]:
    decisions = values.pop("decisions", [])
    complainant = values.pop("complainant", [])
    initial = values.pop("initial", 0)
    return {
        "reference": "20001234",
        "authority": authority.pk,
        "category": "housing",
        "subcategory": "",
        "received_on": "2020-05-04",
        **formset("complainant", complainant),
        **formset("decisions", decisions, initial),
        **formset("recommendations", []),
        **formset("links", []),
        **formset("notes", []),
        **formset("attachments", []),
        **formset("pauses", []),
    } | values


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "model", "list_", "add", "change"),
    [
        (role, model, *allowed)
        for model, rights in {
            # view the list, add on its own page, change; caseworker, review editor, approver
            Authority: ("v--", "v--", "---"),
            Complaint: ("vac", "v--", "---"),
            Complainant: ("v-c", "---", "---"),
            Contact: ("v--", "vac", "---"),
            Decision: ("v-c", "v--", "---"),
            DecisionReason: ("v--", "v--", "---"),
            ImportBatch: ("---", "v--", "---"),
            Population: ("v--", "vac", "---"),
            PublicCategory: ("v--", "v--", "---"),
            PublicSubcategory: ("v--", "v--", "---"),
            Recommendation: ("v-c", "v--", "---"),
        }.items()
        for role, right in zip(ROLES, rights, strict=True)
        for allowed in [[letter != "-" for letter in right]]
    ],
)
def test_admin_answers_each_role_as_its_permissions_say(
    role: str, model: Any, list_: bool, add: bool, change: bool
) -> None:
    row = make_one(model)
    client = signed_in(role)
    before = list(model.objects.values())

    pages = {
        "list": (client.get(address(model, "changelist")).status_code, list_),
        "view": (client.get(address(model, "change", row.pk)).status_code, list_),
        "history": (client.get(address(model, "history", row.pk)).status_code, list_),
        "add": (client.get(address(model, "add")).status_code, add),
        "post add": (client.post(address(model, "add"), {}).status_code, add),
        # An empty form is either refused, or comes back with its errors.
        "post change": (client.post(address(model, "change", row.pk), {}).status_code, change),
        "delete": (client.get(address(model, "delete", row.pk)).status_code, False),
        "post delete": (
            client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code, False,
        ),
    }  # fmt: skip
    assert {page: code for page, (code, _) in pages.items()} == {
        page: 200 if allowed else 403 for page, (_, allowed) in pages.items()
    }
    client.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"},
    )
    assert list(model.objects.values()) == before


@pytest.mark.parametrize("model", MODELS)
def test_admin_shows_nothing_to_visitors_or_to_staff_without_a_role(model: Any) -> None:
    row = make_one(model)
    for page, args in (("changelist", ()), ("add", ()), ("change", (row.pk,))):
        assert signed_in_nobody().get(address(model, page, *args)).status_code == 403
        visitor = Client().get(address(model, page, *args))
        assert visitor.status_code == 302
        assert visitor.url.startswith(reverse("admin:login"))  # type: ignore[attr-defined]


def signed_in_nobody() -> Client:
    user = User.objects.get_or_create(username="nobody", defaults={"is_staff": True})[0]
    client = Client()
    client.force_login(user)
    return client


def test_admin_registers_every_model_with_search_and_filters() -> None:
    parts_of_pages = {"EarlierName", "FormerCode"}
    from django.apps import apps

    for model in apps.get_app_config("casework").get_models():
        if model.__name__ in parts_of_pages:
            continue
        page = admin.site.get_model_admin(model)
        assert page.search_fields, model
        assert page.list_filter or model is Complainant, model
        assert tuple(page.list_display) != ("__str__",), model


@pytest.mark.parametrize(
    ("model", "queries"),
    [
        (Authority, 10),
        (Complainant, 8),
        (Complaint, 11),
        (Contact, 7),
        (Decision, 10),
        (DecisionReason, 8),
        (ImportBatch, 10),
        (Population, 8),
        (PublicCategory, 7),
        (PublicSubcategory, 8),
        (Recommendation, 10),
    ],
)
def test_admin_list_costs_the_same_for_one_row_and_three(
    model: Any, queries: int, django_assert_num_queries: Any
) -> None:
    client = signed_in("admin")
    row = None
    for number in (1, 2):  # one row, then three
        for _ in range(number):
            row = make_one(model)
        with django_assert_num_queries(queries):
            response = client.get(address(model, "changelist"))
        assert response.context["cl"].result_count == model.objects.count()
    assert row is not None
    assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize(
    ("model", "queries"),
    [
        (Authority, 10), (Complaint, 26), (Complainant, 7), (Contact, 6), (Decision, 15),
        (Population, 6), (Recommendation, 7),
    ],
)  # fmt: skip
def test_admin_change_page_opens_at_a_known_cost(
    model: Any, queries: int, django_assert_num_queries: Any
) -> None:
    client = signed_in("admin")
    row = make_one(model)
    with django_assert_num_queries(queries):
        response = client.get(address(model, "change", row.pk))
    assert response.context["original"] == row


# Personal data ------------------------------------------------------------------------------------


def make_case_of_zeno() -> Decision:
    decision = make_decision(make_authority(), reference="20 001 234")
    Complainant.objects.create(
        complaint=decision.complaint, name="Zeno Fictional", email="zeno@example.org"
    )
    make_recommendation(
        decision, kind="personal", category="apology", text="Apologise to Zeno in person."
    )
    make_recommendation(decision, text="Review the policy.")
    return decision


@pytest.mark.parametrize(("role", "sees"), [("caseworker", True), ("review editor", False)])
def test_admin_shows_people_and_their_remedies_to_caseworkers_only(role: str, sees: bool) -> None:
    decision = make_case_of_zeno()
    client = signed_in(role)
    pages = [
        client.get(address(Complaint, "change", decision.complaint_id)),
        client.get(address(Decision, "change", decision.pk)),
    ]
    texts = " ".join(page.content.decode() for page in pages)
    assert "Zeno Fictional" not in texts  # on the complainant's own page alone
    complainant = client.get(address(Complainant, "change", decision.complaint_id))
    assert ("zeno@example.org" in complainant.content.decode()) is sees
    assert ("Apologise to Zeno" in texts) is sees
    assert "Review the policy." in texts

    personal = Recommendation.objects.get(kind="personal")
    found = client.post(address(Recommendation, "search"), {"words": "Zeno"})
    assert len(found.context["rows"]) == (1 if sees else 0)
    page = client.get(address(Recommendation, "change", personal.pk))
    assert (page.status_code == 200) is sees
    history = client.get(address(Recommendation, "history", personal.pk))
    assert (history.status_code == 200) is sees


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Complaint, "complainant__name__startswith"),
        (Decision, "complaint__complainant__name__startswith"),
        (Decision, "recommendations__text__contains"),
        (Recommendation, "decision__complaint__complainant__email"),
    ],
)
def test_admin_list_cannot_be_filtered_by_personal_data(model: Any, lookup: str) -> None:
    make_case_of_zeno()
    response = signed_in("review editor").get(address(model, "changelist"), {lookup: "Z"})
    assert response.status_code == 400


def test_admin_names_nobody_in_its_log() -> None:
    decision = make_case_of_zeno()
    names = [str(decision.complaint.complainant), str(Recommendation.objects.first())]
    assert all("Zeno" not in name for name in names)


# Finding ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("20001234", "20 001 234"),
        ("20-001-234", "20 001 234"),
        (" 20 001 234 ", "20 001 234"),
        ("20 0012", "20 001 2"),
        ("2", "2"),
        ("200012345", None),
        ("King", None),
        ("", None),
        ("20/001", None),
    ],
)
def test_reference_begun_is_read_however_typed(text: str, begun: str | None) -> None:
    assert reference_begun(text) == begun


@pytest.mark.parametrize("term", ["20001234", "20-001-234", "20 001 234", "20 001 23"])
@pytest.mark.parametrize("model", [Complaint, Decision, Complainant, Recommendation])
def test_admin_finds_a_case_by_its_reference(model: Any, term: str) -> None:
    make_case_of_zeno()
    make_recommendation(make_decision(make_authority(), reference="20 001 243"))
    response = signed_in("caseworker").get(address(model, "changelist"), {"q": term})
    found = {str(getattr(row, "complaint", row)) for row in response.context["cl"].result_list}
    if model is Recommendation:
        assert response.context["cl"].result_count == 2
    else:
        assert found == {"20 001 234"}


def test_admin_finds_a_complaint_by_its_authority() -> None:
    complaint = make_complaint(make_authority("Borough Council of King's Lynn & <West> Norfolk"))
    make_complaint(make_authority("Example City Council"))
    response = signed_in("caseworker").get(address(Complaint, "changelist"), {"q": "king's"})
    assert [row.pk for row in response.context["cl"].result_list] == [complaint.pk]
    assert "King&#x27;s Lynn &amp; &lt;West&gt; Norfolk" in response.content.decode()


def test_admin_filters_a_year_by_its_first_and_last_day() -> None:
    authority = make_authority()
    for day in ("2019-03-31", "2019-04-01", "2020-03-31", "2020-04-01"):
        make_complaint(authority, received_on=dt.date.fromisoformat(day))
    response = signed_in("caseworker").get(address(Complaint, "changelist"), {"received": "2020"})
    assert sorted(str(row.received_on) for row in response.context["cl"].result_list) == [
        "2019-04-01",
        "2020-03-31",
    ]
    nonsense = signed_in("review editor").get(
        address(Complaint, "changelist"), {"received": "x' --"}
    )
    assert nonsense.context["cl"].result_count == 0


# A case from complaint to recommendation ----------------------------------------------------------


@pytest.mark.parametrize("typed", ["20001234", "20-001-234", "20 001 234", " 20 001-234"])
def test_complaint_form_stores_the_reference_in_one_form(typed: str) -> None:
    authority = make_authority()
    response = signed_in("caseworker").post(
        address(Complaint, "add"), complaint_data(authority, reference=typed)
    )
    assert (response.status_code, said(response)[-1][:13]) == (302, "The complaint")
    assert [str(c) for c in Complaint.objects.all()] == ["20 001 234"]


@pytest.mark.parametrize("typed", ["2000123", "200012345", "20 001 23x", "２０００１２３４"])
def test_complaint_form_refuses_what_is_no_reference(typed: str) -> None:
    response = signed_in("caseworker").post(
        address(Complaint, "add"), complaint_data(make_authority(), reference=typed)
    )
    assert errors_of(response) == ["A reference has eight digits, such as 20 001 234."]
    assert not Complaint.objects.exists()


def test_complaint_form_refuses_a_reference_there_is_already() -> None:
    authority = make_authority()
    make_complaint(authority, reference="20 001 234")
    response = signed_in("caseworker").post(address(Complaint, "add"), complaint_data(authority))
    assert errors_of(response) == ["Complaint with this Reference already exists."]


def test_decision_takes_authority_category_and_day_from_its_complaint() -> None:
    authority = make_authority()
    data = complaint_data(
        authority,
        complainant=[{"name": "Zeno Fictional"}],
        decisions=[
            {
                "outcome": "upheld", "decided_on": "2020-05-04", "is_remedied_by_authority": "on",
            }
        ],
    )  # fmt: skip
    client = signed_in("caseworker")
    response = client.post(address(Complaint, "add"), data)
    assert response.status_code == 302
    decision = Decision.objects.get()
    assert (decision.authority, decision.category, decision.received_on) == (
        authority, "housing", dt.date(2020, 5, 4),
    )  # fmt: skip
    assert (decision.is_standing, decision.is_remedied_by_authority) == (True, True)
    assert decision.complaint.complainant.name == "Zeno Fictional"

    recommended = client.post(
        address(Decision, "change", decision.pk),
        decision_data(decision, recommendations=[RECOMMENDATION]),
    )
    assert recommended.status_code == 302
    assert Recommendation.objects.get().text == "Train staff."


RECOMMENDATION = {
    "kind": "service_improvement", "category": "training_or_guidance", "text": "Train staff.",
    "due_on": "2020-09-01",
}  # fmt: skip


def decision_data(decision: Decision, **values: Any) -> dict[str, Any]:
    recommendations = values.pop("recommendations", [])
    initial = values.pop("initial", 0)
    return {
        "outcome": decision.outcome,
        "decided_on": str(decision.decided_on),
        **formset("recommendations", recommendations, initial),
        **formset("statements", []),
        **formset("publication_exception", []),
        **formset("reviews", []),
        **formset("report", []),
    } | values


@pytest.mark.parametrize(
    ("values", "decision", "message"),
    [
        ({"received_on": "2999-01-01"}, None, "This day is in the future: today is "),
        ({}, {"decided_on": "2020-05-03"},
         "The decision cannot be before 4 May 2020, when the complaint was received."),
        ({}, {"decided_on": "2999-01-01"}, "This day is in the future: today is "),
        ({}, {"is_remedied_by_authority": "on"},
         "Only an upheld complaint can have been remedied."),
        ({}, {"compliance": "satisfied", "compliance_recorded_on": "2020-06-01"},
         "Only an upheld complaint has a compliance outcome."),
        ({}, {"outcome": "upheld", "compliance": "ceased", "compliance_note": "No use"},
         "Give the day on which “Ceased” was recorded."),
        ({}, {"outcome": "upheld", "compliance_recorded_on": "2020-06-01"},
         "Give the compliance outcome, or clear its date."),
        ({}, {"outcome": "upheld", "compliance": "satisfied",
              "compliance_recorded_on": "2020-05-03"},
         "Compliance cannot be recorded before 4 May 2020, the day of the decision."),
        ({}, {"outcome": "upheld", "compliance": "satisfied",
              "compliance_recorded_on": "2999-05-03"}, "This day is in the future: today is "),
        ({}, {"outcome": "upheld", "reason": "premature"},
         "This reason belongs to another outcome: choose one that begins with “Upheld:”."),
    ],
)  # fmt: skip
def test_complaint_form_says_what_the_database_would_refuse(
    values: dict[str, Any], decision: dict[str, Any] | None, message: str
) -> None:
    rows = []
    if decision is not None:
        rows = [{"outcome": "not_upheld", "decided_on": "2020-05-04"} | decision]
        if reason := rows[0].get("reason"):
            rows[0]["reason"] = str(DecisionReason.objects.get(code=reason).pk)
    response = signed_in("caseworker").post(
        address(Complaint, "add"), complaint_data(make_authority(), decisions=rows, **values)
    )
    assert response.status_code == 200
    (found,) = errors_of(response)
    assert found.startswith(message)
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("received_on", "refused"),
    [
        ("2019-03-31", "Example Unitary was not in force on 31 March 2019"),
        ("2019-04-01", None),
        ("2023-03-31", None),
        ("2023-04-01", "Example Unitary was not in force on 1 April 2023"),
    ],
)
def test_complaint_form_refuses_an_authority_not_in_force(
    received_on: str, refused: str | None
) -> None:
    authority = make_authority(
        "Example Unitary", starts_on=dt.date(2019, 4, 1), ends_on=dt.date(2023, 3, 31)
    )
    response = signed_in("caseworker").post(
        address(Complaint, "add"), complaint_data(authority, received_on=received_on)
    )
    if refused is None:
        assert Complaint.objects.get().received_on == dt.date.fromisoformat(received_on)
    else:
        (found,) = errors_of(response)
        assert found == (
            f"{refused}, only from 1 April 2019 until 31 March 2023: choose the authority of that "
            "day."
        )


def test_complaint_form_takes_today_and_refuses_tomorrow() -> None:
    authority, today = make_authority(), timezone.localdate()
    client = signed_in("caseworker")
    tomorrow = today + dt.timedelta(days=1)
    data = complaint_data(authority, received_on=str(tomorrow))
    (error,) = errors_of(client.post(address(Complaint, "add"), data))
    assert error.startswith("This day is in the future: today is ")
    client.post(address(Complaint, "add"), data | {"received_on": str(today)})
    assert [complaint.received_on for complaint in Complaint.objects.all()] == [today]


def test_complaint_form_refuses_a_public_category_counted_elsewhere() -> None:
    public = PublicSubcategory.objects.filter(public_category__category="planning_and_development")
    response = signed_in("caseworker").post(
        address(Complaint, "add"),
        complaint_data(make_authority(), public_subcategory=public[0].pk),
    )
    assert errors_of(response) == [
        f"“{public[0]}” is counted as Planning and development: choose another."
    ]


def test_complaint_received_later_than_decided_is_refused() -> None:
    decision = make_decision(make_authority(), "not_upheld", decided_on=dt.date(2019, 10, 1))
    complaint = decision.complaint
    data = complaint_data(
        decision.authority, reference=complaint.reference, received_on="2019-10-02",
        decisions=[{"id": decision.pk, "outcome": "not_upheld", "decided_on": "2019-10-01"}],
        initial=1,
    )  # fmt: skip
    client = signed_in("caseworker")
    response = client.post(address(Complaint, "change", complaint.pk), data)
    assert errors_of(response) == [
        "The complaint was decided on 1 October 2019, so it cannot have been received later."
    ]
    moved = client.post(
        address(Complaint, "change", complaint.pk), data | {"received_on": "2019-10-01"}
    )
    assert moved.status_code == 302
    assert Decision.objects.get().received_on == dt.date(2019, 10, 1)


def test_complaint_and_its_decision_change_together() -> None:
    decision = make_decision(make_authority(), "not_upheld")
    other = make_authority()
    data = complaint_data(
        other, reference=decision.complaint.reference, category="other", received_on="2019-06-01",
        decisions=[{"id": decision.pk, "outcome": "upheld", "decided_on": "2019-10-02"}], initial=1,
    )  # fmt: skip
    page = address(Complaint, "change", decision.complaint_id)
    client = signed_in("caseworker")
    refused = client.post(page, data)
    assert refused.context["adminform"].form.non_field_errors() == [
        "The decision is recorded: give the reason why its outcome or day changes, or open the "
        "case again and enter a further decision."
    ]
    response = client.post(page, data | {"_reason": "A slip"})
    assert response.status_code == 302
    decision.refresh_from_db()
    assert (decision.authority, decision.category, decision.received_on, decision.outcome) == (
        other, "other", dt.date(2019, 6, 1), "upheld",
    )  # fmt: skip


def test_new_decision_stands_in_place_of_the_former() -> None:
    former = make_decision(make_authority(), "not_upheld", reference="20 001 234")
    rows = [
        {"id": former.pk, "outcome": "not_upheld", "decided_on": str(former.decided_on)},
        {"outcome": "upheld", "decided_on": "2019-12-02"},
    ]
    data = complaint_data(former.authority, received_on="2019-05-01", decisions=rows, initial=1)
    response = signed_in("caseworker").post(address(Complaint, "change", former.complaint_id), data)
    assert said(response)[0] == "The new decision stands in place of that of 1 October 2019."
    assert list(Decision.objects.values_list("outcome", "is_standing")) == [
        ("upheld", True),
        ("not_upheld", False),
    ]


def test_superseded_decision_cannot_be_changed() -> None:
    former = make_decision(make_authority(), "not_upheld", is_standing=False)
    client = signed_in("caseworker")
    changed = decision_data(former, outcome="upheld")
    assert client.post(address(Decision, "change", former.pk), changed).status_code == 403
    data = complaint_data(
        former.authority, reference=former.complaint.reference, received_on="2019-05-01",
        decisions=[{"id": former.pk, "outcome": "upheld", "decided_on": "2019-10-01"}], initial=1,
    )  # fmt: skip
    response = client.post(address(Complaint, "change", former.complaint_id), data)
    assert errors_of(response)[0].startswith("This decision no longer stands")
    former.refresh_from_db()
    assert former.outcome == "not_upheld"


def test_two_new_decisions_at_once_are_refused() -> None:
    row = {"outcome": "upheld", "decided_on": "2020-06-01"}
    response = signed_in("caseworker").post(
        address(Complaint, "add"), complaint_data(make_authority(), decisions=[row, row])
    )
    assert errors_of(response) == ["Add one decision at a time: of several, only one stands."]


@pytest.mark.parametrize(
    ("outcome", "row", "message"),
    [
        ("not_upheld", {}, "Only an upheld decision has recommendations."),
        ("upheld", {"category": "apology"},
         "This category is one of personal remedies: choose another."),
        ("upheld", {"kind": "personal"},
         "This category is one of service improvements: choose another."),
        ("upheld", {"amount": "-0.01"}, "An amount cannot be below nothing."),
        ("upheld", {"completed_on": "2999-01-01"}, "This day is in the future: today is "),
        ("upheld", {"text": "  "}, "This field is required."),
    ],
)  # fmt: skip
def test_recommendation_form_says_what_the_database_would_refuse(
    outcome: str, row: dict[str, str], message: str
) -> None:
    decision = make_decision(make_authority(), outcome)
    response = signed_in("caseworker").post(
        address(Decision, "change", decision.pk),
        decision_data(decision, recommendations=[RECOMMENDATION | row]),
    )
    (found,) = errors_of(response)
    assert found.startswith(message)
    assert not Recommendation.objects.exists()


def test_recommendation_is_made_once() -> None:
    decision = make_decision(make_authority())
    client = signed_in("caseworker")
    repeated = client.post(
        address(Decision, "change", decision.pk),
        decision_data(decision, recommendations=[RECOMMENDATION, RECOMMENDATION]),
    )
    assert errors_of(repeated) == ["This case has the same recommendation already."]
    there = make_recommendation(decision, text="Train staff.")
    again = client.post(
        address(Decision, "change", decision.pk),
        decision_data(
            decision, recommendations=[RECOMMENDATION | {"id": there.pk}, RECOMMENDATION], initial=1
        ),
    )
    assert errors_of(again) == ["This case has the same recommendation already."]


def test_decision_with_recommendations_stays_upheld() -> None:
    decision = make_decision(make_authority())
    there = make_recommendation(decision, text="Train staff.")
    response = signed_in("caseworker").post(
        address(Decision, "change", decision.pk),
        decision_data(
            decision, outcome="not_upheld", recommendations=[RECOMMENDATION | {"id": there.pk}],
            initial=1,
        ),
    )  # fmt: skip
    assert "This decision has recommendations, so its outcome stays upheld." in errors_of(response)
    decision.refresh_from_db()
    assert decision.outcome == "upheld"


# Officers and authorities -------------------------------------------------------------------------

HELD_ALREADY = (
    "{} is chief executive from 1 January 2010 to 31 March 2020: end that time in office first, or "
    "choose other days."
)


@pytest.mark.parametrize(
    ("role", "starts_on", "is_refused"),
    [
        ("chief_executive", "2020-03-31", True),
        ("chief_executive", "2020-04-01", False),
        ("link_officer", "2020-03-31", False),
    ],
)
def test_contact_form_allows_one_holder_of_a_role_at_a_time(
    role: str, starts_on: str, is_refused: bool
) -> None:
    authority = make_authority()
    make_chief_executive(authority, ends_on=dt.date(2020, 3, 31))
    data = {
        "authority": authority.pk, "role": role, "surname": "Sample", "starts_on": starts_on,
    }  # fmt: skip
    response = signed_in("review editor").post(address(Contact, "add"), data)
    if is_refused:
        assert errors_of(response) == [HELD_ALREADY.format("Ms Example")]
    assert Contact.objects.count() == (1 if is_refused else 2)


def test_contact_that_ends_before_it_starts_is_refused() -> None:
    data = {
        "authority": make_authority().pk, "role": "link_officer", "surname": "Sample",
        "starts_on": "2020-04-02", "ends_on": "2020-04-01",
    }  # fmt: skip
    response = signed_in("review editor").post(address(Contact, "add"), data)
    assert errors_of(response) == ["The last day cannot be before the first day, 2 April 2020."]


def authority_data(authority: Authority, **inlines: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        name: getattr(authority, name)
        for name in ("official_name", "slug", "authority_type", "gss_code")
    }
    for prefix in ("contacts", "populations", "earlier_names", "former_codes"):
        rows, initial = inlines.get(prefix, ([], 0))
        data |= formset(prefix, rows, initial)
    return data


def test_authority_page_lets_one_officer_follow_another_in_one_go() -> None:
    authority = make_authority(population=None)
    former = make_chief_executive(authority)
    rows: list[dict[str, Any]] = [
        {"id": former.pk, "role": "chief_executive", "surname": "Example",
         "starts_on": "2010-01-01", "ends_on": "2020-03-31"},
        {"role": "chief_executive", "surname": "Sample", "starts_on": "2020-03-31"},
    ]  # fmt: skip
    client = signed_in("admin")
    page = address(Authority, "change", authority.pk)
    response = client.post(page, authority_data(authority, contacts=(rows, 1)))
    assert errors_of(response) == [HELD_ALREADY.format("Example")]
    rows[1]["starts_on"] = "2020-04-01"
    assert client.post(page, authority_data(authority, contacts=(rows, 1))).status_code == 302
    assert list(Contact.objects.values_list("surname", flat=True)) == ["Sample", "Example"]


def test_authority_page_takes_earlier_names_codes_and_populations() -> None:
    authority = make_authority(population=None)
    data = authority_data(
        authority,
        earlier_names=([{"name": "Example Rural", "ends_on": "2019-03-31"}], 0),
        former_codes=([{"gss_code": "E07000999"}], 0),
        populations=([{"year": 2019, "residents": 5, "source": "Example"}], 0),
    )
    assert (
        signed_in("admin").post(address(Authority, "change", authority.pk), data).status_code == 302
    )
    assert EarlierName.objects.get().name == "Example Rural"
    assert authority.former_codes.get().gss_code == "E07000999"
    assert authority.populations.get().residents == 5


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"residents": 0}, "Ensure this value is greater than or equal to 1."),
        ({"year": 1800}, "Ensure this value is greater than or equal to 1801."),
        ({"year": 2019}, "Population with this Authority and Year already exists."),
    ],
)
def test_population_form_says_what_the_database_would_refuse(
    values: dict[str, int], message: str
) -> None:
    data = {"authority": make_authority().pk, "year": 2020, "residents": 1, "source": "Example"}
    response = signed_in("review editor").post(address(Population, "add"), data | values)
    assert errors_of(response) == [message]


# When the database refuses all the same -----------------------------------------------------------

UNEXPLAINED = (
    "Nothing was saved, because a change made at the same time stands in its way: look at the "
    "record as it is now and make your change again."
)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("A decision with recommendations is upheld.",
         "Nothing was saved. A decision with recommendations is upheld."),
        ("Only an upheld decision has recommendations.\nCONTEXT:  PL/pgSQL function",
         "Nothing was saved. Only an upheld decision has recommendations."),
        ("UNIQUE constraint failed: casework_complaint.reference",
         UNEXPLAINED),
    ],
)  # fmt: skip
def test_refusal_of_the_database_is_one_sentence(error: str, sentence: str) -> None:
    assert refusal(IntegrityError(error)) == sentence


def test_refusal_met_while_saving_shows_a_sentence_and_changes_nothing() -> None:
    """Two officers who swap their days are right at the end, but not one after the other."""
    authority = make_authority(population=None)
    early = make_chief_executive(authority, ends_on=dt.date(2015, 12, 31))
    late = make_chief_executive(authority, starts_on=dt.date(2016, 1, 1))
    common: dict[str, Any] = {"role": "chief_executive", "surname": "Example"}
    rows = [
        common | {"id": late.pk, "starts_on": "2011-01-01", "ends_on": "2015-12-31"},
        common | {"id": early.pk, "starts_on": "2016-02-01"},
    ]
    response = signed_in("admin").post(
        address(Authority, "change", authority.pk), authority_data(authority, contacts=(rows, 2))
    )
    assert (response.status_code, response.context["adminform"].form.non_field_errors()) == (
        200,
        ["Nothing was saved. Somebody else holds this role on some of these days."],
    )
    assert 'value="2011-01-01"' in response.content.decode()  # what was typed is still there
    late.refresh_from_db()
    assert late.starts_on == dt.date(2016, 1, 1)
