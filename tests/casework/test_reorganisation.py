import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from casework.actions.reorganisation import pass_duty, under_duty, why_no_duty_passes
from casework.models import Authority, Change, Decision, DutyTransfer
from casework.refusals import Refused
from reviews.figures.periods import Period
from reviews.statistics import tallies
from tests.casework.staff import make_staff
from tests.factories import (
    make_authority,
    make_decision,
    make_recommendation,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_may")]

LAST_DAY = dt.date(2023, 3, 31)
FIRST_DAY = dt.date(2023, 4, 1)


@pytest.fixture
def in_may() -> Any:
    with time_machine.travel(dt.datetime(2023, 5, 20, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def old() -> Authority:
    old = make_authority("Old District Council", ends_on=LAST_DAY)
    old.successors.add(make_authority("New Council", starts_on=FIRST_DAY))
    return old


@pytest.fixture
def new(old: Authority) -> Authority:
    return old.successors.get()


def waiting(authority: Authority, **values: Any) -> Decision:
    """An upheld case with a recommendation, open unless told otherwise."""
    completed_on = values.pop("completed_on", None)
    decision = make_decision(authority, **values)
    make_recommendation(decision, completed_on=completed_on)
    return decision


def passed(old: Authority, new: Authority, **values: Any) -> list[DutyTransfer]:
    by = values.pop("by", None) or make_staff("manager", "casework.pass_duty")
    given: dict[str, Any] = {
        "on": FIRST_DAY,
        "reason": "The Structural Changes Order 2022",
    } | values
    return pass_duty(from_authority=old, to_authority=new, by=by, **given)


def refusals(*args: Any, **values: Any) -> list[str]:
    by = values.pop("by", None) or make_staff(
        f"manager{DutyTransfer.objects.count()}", "casework.pass_duty"
    )
    before = Change.objects.count()
    with pytest.raises(Refused) as refused:
        passed(*args, by=by, **values)
    assert Change.objects.count() == before
    return refused.value.problems


def test_duty_passes_in_cases_with_open_recommendations_only(
    old: Authority, new: Authority
) -> None:
    open_ = waiting(old)
    others = [
        waiting(old, completed_on=dt.date(2020, 1, 1)),
        waiting(old, compliance="satisfied", compliance_recorded_on=dt.date(2020, 5, 1)),
        waiting(old, is_standing=False),
        make_decision(old),
        waiting(new, received_on=FIRST_DAY, decided_on=FIRST_DAY),
        waiting(make_authority()),
    ]
    assert list(under_duty(old)) == [open_]
    manager = make_staff("manager", "casework.pass_duty")
    (transfer,) = passed(old, new, by=manager)
    assert (
        transfer.decision, transfer.from_authority, transfer.to_authority, transfer.passed_on,
        transfer.passed_by, transfer.reason,
    ) == (open_, old, new, FIRST_DAY, manager, "The Structural Changes Order 2022")  # fmt: skip
    open_.refresh_from_db()
    assert (open_.authority, open_.duty_authority) == (old, new)
    assert not Decision.objects.filter(
        pk__in=[other.pk for other in others], duty_authority__isnull=False
    ).exists()
    assert (list(under_duty(old)), open_ in under_duty(new)) == ([], True)
    batch = Change.objects.filter(record="casework.dutytransfer").get().batch
    assert batch is not None
    assert (batch.what, batch.reason, batch.begun_by) == (
        "Duty to comply passed to New Council", "The Structural Changes Order 2022", manager,
    )  # fmt: skip
    changes = batch.changes.order_by("record")
    assert [(change.record, change.case_id) for change in changes] == [
        ("casework.decision", open_.complaint_id),
        ("casework.dutytransfer", open_.complaint_id),
    ]


def test_duty_leaves_statistics_with_the_authority_decided_against(
    old: Authority, new: Authority
) -> None:
    waiting(old)
    late = waiting(old, decided_on=dt.date(2020, 3, 1))
    periods = [Period(year) for year in (2020, 2021, 2023, 2024)]
    before = [tallies(period) for period in periods]
    assert set(before[0]) == {old.pk}
    passed(old, new)
    assert [tallies(period) for period in periods] == before
    # An outcome recorded after the duty passed counts for the old council too.
    Decision.objects.filter(pk=late.pk).update(
        compliance="satisfied", compliance_recorded_on=dt.date(2023, 5, 2)
    )
    assert set(tallies(Period(2024))) == {old.pk}


def test_duty_passes_on_from_successor_to_successor(old: Authority, new: Authority) -> None:
    decision = waiting(old)
    manager = make_staff("manager", "casework.pass_duty")
    passed(old, new, by=manager)
    new.ends_on = dt.date(2023, 4, 30)
    new.save()
    newest = make_authority("Newest Council", starts_on=dt.date(2023, 5, 1))
    new.successors.add(newest)
    passed(new, newest, on=dt.date(2023, 5, 1), by=manager)
    decision.refresh_from_db()
    assert (decision.authority, decision.duty_authority) == (old, newest)
    assert [(t.from_authority, t.to_authority) for t in DutyTransfer.objects.order_by("pk")] == [
        (old, new), (new, newest),
    ]  # fmt: skip


def test_duty_is_divided_between_two_successors(old: Authority, new: Authority) -> None:
    other = make_authority("Other New Council", starts_on=FIRST_DAY)
    old.successors.add(other)
    north, south = waiting(old), waiting(old)
    manager = make_staff("manager", "casework.pass_duty")
    passed(old, new, decisions=[north.pk], by=manager)
    assert refusals(old, other, decisions=[north.pk, south.pk], by=manager) == [
        "1 of these cases waits no longer for Old District Council: look at the list again."
    ]
    passed(old, other, decisions=[south.pk], by=manager)
    found = Decision.objects.order_by("pk").values_list("duty_authority", flat=True)
    assert list(found) == [new.pk, other.pk]


def test_duty_does_not_pass_without_need(old: Authority, new: Authority) -> None:
    assert refusals(old, new) == ["No case waits for Old District Council to comply."]
    waiting(old)
    assert refusals(old, new, decisions=[], by=make_staff("b", "casework.pass_duty")) == [
        "No case waits for Old District Council to comply."
    ]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"reason": " "}, "Give the reason, such as the order by which the authority ended."),
        ({"on": LAST_DAY}, "Old District Council is in force until 31 March 2023: its duty passes "
         "after that day."),
        ({"on": dt.date(2023, 5, 21)}, "The day on which the duty passed is in the future: give "
         "today's or an earlier one."),
    ],
)  # fmt: skip
def test_duty_that_cannot_pass_is_refused(
    old: Authority, new: Authority, values: dict[str, Any], problem: str
) -> None:
    waiting(old)
    assert refusals(old, new, **values) == [problem]


def test_duty_passes_to_a_successor_in_force_only(old: Authority, new: Authority) -> None:
    waiting(old)
    stranger = make_authority("Strange Council")
    manager = make_staff("manager", "casework.pass_duty")
    assert refusals(old, stranger, by=manager) == [
        "Strange Council is no successor of Old District Council: name it on its page first."
    ]
    new.starts_on = dt.date(2023, 4, 2)
    new.save()
    assert refusals(old, new, by=manager) == [
        "New Council was not in force on 1 April 2023: choose another day or successor."
    ]
    assert refusals(old, new, by=make_staff("worker", "casework.change_decision")) == [
        "Only a casework manager passes the duty to comply on: ask one.",
        "New Council was not in force on 1 April 2023: choose another day or successor.",
    ]


def test_duty_stays_with_an_authority_in_force_or_without_successor() -> None:
    in_force = make_authority("Standing Council")
    ended = make_authority("Ended Council", ends_on=LAST_DAY)
    today = dt.date(2023, 5, 20)
    assert why_no_duty_passes(in_force, today) == (
        "Standing Council is in force: give its last day first."
    )
    assert why_no_duty_passes(ended, today) == (
        "Ended Council has no successor: name one on its page first."
    )


def client_of(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_staff("staff", *(f"casework.{each}" for each in permissions)))
    return client


def page_of(authority: Authority) -> str:
    return reverse("admin:casework_authority_pass_duty", args=[authority.pk])


def test_duty_page_shows_the_cases_and_passes_those_ticked(
    old: Authority, new: Authority, django_assert_num_queries: Any
) -> None:
    first, second = waiting(old), waiting(old)
    make_recommendation(first, text="Another.", due_on=dt.date(2019, 11, 1))
    client = client_of("pass_duty", "view_authority")
    change = reverse("admin:casework_authority_change", args=[old.pk])
    assert page_of(old) in client.get(change).content.decode()
    with django_assert_num_queries(10):
        page = client.get(page_of(old))
    content = page.content.decode()
    assert "2 cases with open recommendations" in " ".join(content.split())
    assert [(c.decision, c.number, c.first_due, c.is_ticked) for c in page.context["cases"]] == [
        (first, 2, dt.date(2019, 11, 1), True),
        (second, 1, dt.date(2019, 12, 30), True),
    ]
    form = page.context["form"]
    assert (form["to_authority"].initial, form["on"].initial) == (new, FIRST_DAY)
    data = {
        "to_authority": new.pk, "on": "1/4/2023", "reason": "", "decisions": [str(second.pk)],
    }  # fmt: skip
    page = client.post(page_of(old), data)
    assert page.context["form"].errors == {"reason": ["This field is required."]}
    assert [case.is_ticked for case in page.context["cases"]] == [False, True]
    answer = client.post(page_of(old), data | {"reason": "Order"})
    assert answer.status_code == 302
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "The duty to comply in 1 case passed to New Council on 1 April 2023."
    ]
    assert list(DutyTransfer.objects.values_list("decision", flat=True)) == [second.pk]
    with django_assert_num_queries(10):
        client.get(page_of(old))


def test_duty_page_refuses_in_a_sentence(old: Authority, new: Authority) -> None:
    decision = waiting(old)
    client = client_of("pass_duty", "view_authority")
    data = {"to_authority": new.pk, "on": "31/3/2023", "reason": "Order"}
    page = client.post(page_of(old), data | {"decisions": [decision.pk]})
    assert page.context["form"].non_field_errors() == [
        "Old District Council is in force until 31 March 2023: its duty passes after that day."
    ]
    stranger = make_authority()
    page = client.post(page_of(old), data | {"to_authority": stranger.pk})
    assert "to_authority" in page.context["form"].errors
    assert DutyTransfer.objects.count() == 0


def test_duty_page_says_why_there_is_nothing_to_pass(old: Authority) -> None:
    client = client_of("pass_duty", "view_authority")
    assert "No case waits for this authority to comply" in client.get(page_of(old)).content.decode()
    standing = make_authority("Standing Council")
    assert "Standing Council is in force: give its last day first." in (
        client.get(page_of(standing)).content.decode()
    )


def test_duty_page_is_a_managers(old: Authority) -> None:
    client = client_of("view_authority", "change_authority")
    assert client.get(page_of(old)).status_code == 403
    change = reverse("admin:casework_authority_change", args=[old.pk])
    assert page_of(old) not in client.get(change).content.decode()


def test_recommendation_list_names_who_has_to_comply(old: Authority, new: Authority) -> None:
    waiting(old)
    passed(old, new)
    client = client_of("view_recommendation")
    address = reverse("admin:casework_recommendation_changelist")
    content = client.get(address).content.decode()
    assert "New Council (decided against Old District Council)" in content
    assert client.get(address, {"q": "New Council"}).context["cl"].result_count == 1
    assert client.get(address, {"q": "Strange"}).context["cl"].result_count == 0
