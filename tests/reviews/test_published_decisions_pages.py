"""The public copies in the back office: read, and published by those who may."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from time_machine import travel

from casework.actions import system_user
from casework.actions.publication import write_statement
from casework.models import Complainant, Complaint, Decision, Statement
from reviews.models import PublishedDecision
from reviews.publication import publish_decisions
from tests.casework.staff import browser_of, make_staff, page_of, told
from tests.factories import make_authority, make_decision, make_recommendation

pytestmark = pytest.mark.django_db

VIEW = "reviews.view_publisheddecision"
PUBLISH = "/admin/reviews/publisheddecision/publish/"


@pytest.fixture(autouse=True)
def today() -> Any:
    with travel(dt.datetime(2020, 3, 2, 12, tzinfo=dt.UTC), tick=False):
        yield


def stated(text: str = "The Council was at fault.", **values: Any) -> Decision:
    decision = make_decision(make_authority(), **values)
    write_statement(decision=decision, text=text, dated_on=decision.decided_on, by=system_user())
    return decision


def publish() -> None:
    publish_decisions(by=system_user())


def test_list_costs_the_same_for_one_row_and_three(django_assert_num_queries: Any) -> None:
    client = browser_of(make_staff("auditor", VIEW))
    for number in (1, 2):
        for _ in range(number):
            stated()
        publish()
        with django_assert_num_queries(9):
            response = client.get(page_of(PublishedDecision, "changelist"))
        assert len(response.context["cl"].result_list) == PublishedDecision.objects.count()


def test_list_is_filtered_by_state_and_found_by_reference() -> None:
    client = browser_of(make_staff("auditor", VIEW))
    decisions = [stated(), stated(), stated()]
    publish()
    public, suspended, off = (
        PublishedDecision.objects.get(reference=decision.complaint.reference)
        for decision in decisions
    )
    Complaint.objects.filter(pk=decisions[1].complaint_id).update(stage="assessment")
    Decision.objects.filter(pk=decisions[2].pk).update(is_standing=False)
    for value, rows in {"public": [public], "suspended": [suspended], "off": [off]}.items():
        response = client.get(page_of(PublishedDecision, "changelist", state=value))
        assert list(response.context["cl"].result_list) == rows, value
    compact = suspended.reference.replace(" ", "")
    response = client.get(page_of(PublishedDecision, "changelist", q=compact))
    assert list(response.context["cl"].result_list) == [suspended]


def test_copy_is_read_only_and_shows_hostile_text_as_text() -> None:
    decision = stated("<script>alert(1)</script>")
    make_recommendation(decision, text="<b>Train</b> staff.")
    publish()
    copy = PublishedDecision.objects.get()
    every = (f"reviews.{action}_publisheddecision" for action in ("add", "change", "delete"))
    client = browser_of(make_staff("officer", VIEW, *every))
    content = client.get(page_of(PublishedDecision, "change", copy.pk)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
    assert "<li>Training or guidance: &lt;b&gt;Train&lt;/b&gt; staff. (Due)</li>" in content
    before = list(PublishedDecision.objects.values())
    assert client.post(page_of(PublishedDecision, "change", copy.pk), {}).status_code == 403
    assert client.get(page_of(PublishedDecision, "add")).status_code == 403
    gone = client.post(page_of(PublishedDecision, "delete", copy.pk), {"post": "yes"})
    assert gone.status_code == 403
    assert list(PublishedDecision.objects.values()) == before


def test_history_of_a_copy_says_who_took_it_off() -> None:
    decision = stated()
    publish()
    Complaint.objects.filter(pk=decision.complaint_id).update(stage="assessment")
    copy = PublishedDecision.objects.get()
    client = browser_of(make_staff("auditor", VIEW))
    response = client.get(page_of(PublishedDecision, "history", copy.pk))
    assert [entry.what for entry in response.context["entries"]] == [
        "Changed: published decision", "Added: published decision",
    ]  # fmt: skip


def test_publishing_says_what_is_due_and_does_it() -> None:
    first, second = stated(), stated(decided_on=dt.date(2019, 9, 1))
    stated(decided_on=dt.date(2020, 2, 20))
    client = browser_of(make_staff("editor", VIEW, "reviews.publish_decision"))
    assert PUBLISH in client.get(page_of(PublishedDecision, "changelist")).content.decode()
    response = client.get(PUBLISH)
    assert [each.decision for each in response.context["statements"]] == [second, first]
    content = " ".join(response.content.decode().split())
    assert "2 statements are six weeks old with nothing in the way." in content
    assert not PublishedDecision.objects.exists()

    response = client.post(PUBLISH)
    assert told(response) == ["2 published, 0 resumed, 0 updated, 0 withdrawn after five years."]
    assert PublishedDecision.objects.count() == 2
    assert told(client.post(PUBLISH))[1:] == [
        "There is nothing to publish, resume, update or withdraw today."
    ]
    assert "No statement is waiting" in client.get(PUBLISH).content.decode()


def test_publishing_says_before_what_is_held_and_what_comes_back() -> None:
    held, suspended, due = stated("Specimen"), stated(), stated()
    for decision in (held, suspended):
        Complainant.objects.create(complaint=decision.complaint, name="Zoe Specimen")
    publish()
    Complainant.objects.filter(complaint=suspended.complaint).update(telephone="020 7946 0000")
    client = browser_of(make_staff("editor", VIEW, "reviews.publish_decision"))
    content = " ".join(client.get(PUBLISH).content.decode().split())
    why = (
        f"{held.complaint}: the complainant seems to appear in the statement. A caseworker looks "
        "at that on the page of the decision."
    )
    assert f"1 decision is held:</p> <ul> <li>{why}</li> </ul>" in content
    assert f"nothing in the way any more: </p> <ul> <li>{suspended.complaint}" in content
    assert "Specimen" not in content
    assert PublishedDecision.objects.filter(reference=due.complaint.reference).exists()
    assert told(client.post(PUBLISH)) == [
        "0 published, 1 resumed, 0 updated, 0 withdrawn after five years.", f"Not published. {why}",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["casework manager", "review editor"])
def test_start_page_leads_to_publishing_in_one_step(role: str) -> None:
    stated()
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = browser_of(user)
    content = " ".join(client.get("/admin/").content.decode().split())
    link = f'<strong>1</strong> <a href="{PUBLISH}">Decisions to publish today</a>'
    assert link in content


@pytest.mark.parametrize("model", [Statement, Decision])
def test_lists_of_what_waits_lead_to_publishing_those_who_may(model: Any) -> None:
    address = page_of(model, "changelist", publication="ready")
    see = f"casework.view_{model._meta.model_name}"
    for name, permissions, may in (("one", [], False), ("two", ["reviews.publish_decision"], True)):
        content = browser_of(make_staff(name, see, *permissions)).get(address).content.decode()
        assert (PUBLISH in content) == may


def test_publishing_costs_the_same_for_one_row_and_three(django_assert_num_queries: Any) -> None:
    client = browser_of(make_staff("editor", "reviews.publish_decision"))
    for number in (1, 2):
        for _ in range(number):
            stated()
        with django_assert_num_queries(12):
            client.get(PUBLISH)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("caseworker", False),
        ("casework manager", True),
        ("review editor", True),
        ("approver", False),
        ("auditor", False),
    ],
)
def test_publishing_is_for_those_who_may(role: str, may: bool) -> None:
    stated()
    user = User.objects.create_user(role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = browser_of(user)
    page = client.get(page_of(PublishedDecision, "changelist"))
    assert (PUBLISH in page.content.decode()) == may
    assert client.get(PUBLISH).status_code == (200 if may else 403)
    assert client.post(PUBLISH).status_code == (302 if may else 403)
    assert PublishedDecision.objects.exists() == may
