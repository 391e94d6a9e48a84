"""Bulk actions: what was shown is done, to the rows that were shown, or nothing is."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.utils import timezone

from casework.actions import bulk, lock_period
from casework.actions.bulk import CHANGED_MEANWHILE, Assignment, LaterDueDate, carry_out, check
from casework.models import (
    Batch,
    Change,
    Complaint,
    Decision,
    Extension,
    Recommendation,
    Team,
)
from casework.refusals import Refused
from tests.casework.staff import (
    CHANGE_CASES,
    MANAGE_CASES,
    VIEW_CASES,
    browser_of,
    make_staff,
    page_of,
    told,
)
from tests.factories import make_authority, make_complaint, make_decision, make_recommendation

pytestmark = pytest.mark.django_db

TODAY = dt.date(2020, 6, 1)
IN_BATCH = 2 if connection.vendor == "postgresql" else 0  # PostgreSQL is told the batch and its end


@pytest.fixture
def manager() -> User:
    return make_staff("manager", *MANAGE_CASES)


@pytest.fixture
def anna() -> User:
    return make_staff("anna", *CHANGE_CASES)


@pytest.fixture
def client(manager: User) -> Client:
    return browser_of(manager)


def lock_2020() -> None:
    lock_period(year=2020, first_day=dt.date(2019, 4, 1), last_day=dt.date(2020, 3, 31))


def page(model: Any, name: str, **query: str) -> str:
    return page_of(model, "bulk", name, **query)


def checked(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, {"check": "yes"} | values)


def done(client: Client, response: Any, address: str, **values: Any) -> Any:
    """Confirms what a check showed."""
    mark = response.context["check"].mark
    return client.post(address, {"do": "yes", "mark": mark} | values)


def refusals(response: Any) -> list[tuple[str, str]]:
    return [(each.record, each.why) for each in response.context["check"].refusals]


def changes_since(number: int) -> list[tuple[str, int, str, str]]:
    found = Change.objects.filter(pk__gt=number).order_by("record", "record_id")
    return list(
        found.values_list("record", "record_id", "batch__what", "batch__begun_by__username")
    )


def newest_change() -> int:
    newest = Change.objects.order_by("-pk").first()
    return newest.pk if newest else 0


# From the list to the page ------------------------------------------------------------------------


def test_action_of_ticked_rows_is_about_these_alone(client: Client, anna: User) -> None:
    cases = [make_complaint(make_authority()) for _ in range(3)]
    ticked = [str(case.pk) for case in cases[:2]]
    chosen = client.post(
        page_of(Complaint, "changelist", stage="open", p="1"),
        {"action": "assign", "index": "0", "select_across": "0", "_selected_action": ticked},
    )
    assert chosen.status_code == 302
    shown = client.get(chosen.url)  # type: ignore[attr-defined]
    assert shown.context["title"] == "Assign 2 complaints"
    assert shown.context["back"] == page_of(Complaint, "changelist", stage="open")
    assert "This is about <strong>2 complaints</strong>" in shown.content.decode()
    check_ = checked(client, chosen.url, caseworker=anna.pk)  # type: ignore[attr-defined]
    after = done(client, check_, chosen.url, caseworker=anna.pk)  # type: ignore[attr-defined]
    assert (after.url, told(after)) == (
        page_of(Complaint, "changelist", stage="open"), ["2 complaints assigned."],
    )  # fmt: skip
    assert {case.pk for case in Complaint.objects.of_caseworker(anna)} == {
        case.pk for case in cases[:2]
    }


def test_action_over_all_pages_is_about_the_whole_filtered_list(client: Client) -> None:
    authority = make_authority()
    for number in range(52):  # two pages
        make_complaint(authority, category="other" if number else "housing")
    first = Complaint.objects.filter(category="other")[:1].get()
    chosen = client.post(
        page_of(Complaint, "changelist", category__exact="other"),
        {"action": "assign", "index": "0", "select_across": "1", "_selected_action": first.pk},
    )
    assert chosen.url == page(Complaint, "assign", category__exact="other")  # type: ignore[attr-defined]
    shown = client.get(chosen.url)  # type: ignore[attr-defined]
    assert shown.context["title"] == "Assign 51 complaints"
    listed = client.get(page_of(Complaint, "changelist", category__exact="other"))
    assert listed.context["cl"].deeds == [("Assign 51 complaints…", chosen.url)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("model", "name", "permission"),
    [
        (Complaint, "assign", "casework.assign_complaint"),
        (Recommendation, "later-due-date", "casework.change_recommendation"),
        (Decision, "record", "casework.change_decision"),
    ],
)
def test_bulk_actions_are_for_those_only_who_may(model: Any, name: str, permission: str) -> None:
    make_recommendation(make_decision(make_authority()))
    for permissions, code in (
        (VIEW_CASES, 403),
        (("casework.assign_complaint",), 403),
        ((*VIEW_CASES, permission), 200),
    ):
        client = browser_of(make_staff(f"user {code} {len(permissions)}", *permissions))
        assert client.get(page(model, name)).status_code == code
        assert client.post(page(model, name), {"check": "yes"}).status_code == code
        if permissions[:3] == VIEW_CASES:
            listed = client.get(page_of(model, "changelist"))
            assert (name in listed.content.decode().split('"')) is (code == 200)
            assert bool(listed.context["cl"].deeds) is (code == 200)


def test_bulk_action_there_is_not_is_not_found(client: Client) -> None:
    assert client.get(page(Complaint, "unknown")).status_code == 404


@pytest.mark.parametrize(
    ("query", "told_"),
    [
        ({"nonsense": "1"}, ["This list does not have these filters."]),
        ({"_keys": "0,x,<b>"}, ["There are no such records any more."]),
        ({"stage": "closed"}, ["There are no such records any more."]),
    ],
)
def test_bulk_page_of_an_impossible_address_says_so(
    client: Client, query: dict[str, str], told_: list[str]
) -> None:
    make_complaint(make_authority())
    assert told(client.get(page(Complaint, "assign", **query))) == told_


def test_bulk_action_over_too_many_records_is_refused(
    client: Client, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.admin.bulk.AT_MOST", 2)
    authority = make_authority()
    for _ in range(2):
        make_complaint(authority)
    assert client.get(page(Complaint, "assign")).status_code == 200
    make_complaint(authority)
    assert told(client.get(page(Complaint, "assign"))) == [
        "At most 2 records can be changed at once and these are more: filter the list further."
    ]


# Assignment ---------------------------------------------------------------------------------------


def test_assignment_shows_every_refusal_and_does_the_rest_as_one_batch(
    client: Client, anna: User
) -> None:
    authority, team = make_authority(), Team.objects.create(name="Housing")
    free = [make_complaint(authority, reference=f"20 000 00{n}") for n in range(3)]
    make_complaint(authority, reference="20 000 005", caseworker=anna, team=team)
    make_decision(authority, reference="20 000 006", outcome="not_upheld")
    address, values = page(Complaint, "assign"), {"caseworker": anna.pk, "team": team.pk}
    before = newest_change()
    shown = checked(client, address, **values)
    assert refusals(shown) == [
        ("20 000 005", "It is assigned so already."),
        ("20 000 006", "The case is closed."),
    ]
    text = " ".join(shown.content.decode().split())
    assert "It can be done for <strong>3 complaints</strong> and not for 2 of 5:" in text
    assert 'value="Do it for the 3 that can be"' in text
    assert newest_change() == before  # looking does nothing

    response = done(client, shown, address, **values, reason="Anna is back")
    assert response.status_code == 200  # the reason was not what was checked
    assert told(response) == [CHANGED_MEANWHILE]
    response = done(client, response, address, **values, reason="Anna is back")
    assert told(response)[-1] == "3 complaints assigned."
    assert changes_since(before) == [
        ("casework.complaint", case.pk, "Cases assigned together", "manager") for case in free
    ]
    (batch,) = Batch.objects.filter(what="Cases assigned together")
    assert (batch.reason, batch.changes.count()) == ("Anna is back", 3)
    assert set(Complaint.objects.open().values_list("caseworker", "team")) == {(anna.pk, team.pk)}


def test_assignment_leaves_alone_what_was_not_asked_for(client: Client, anna: User) -> None:
    team = Team.objects.create(name="Housing")
    case = make_complaint(make_authority(), caseworker=anna, team=team)
    for values, expected in (
        ({"caseworker": "nobody"}, (None, team.pk)),
        ({"caseworker": anna.pk, "team": "nobody"}, (anna.pk, None)),
        ({"team": team.pk}, (anna.pk, team.pk)),
    ):
        address = page(Complaint, "assign")
        done(client, checked(client, address, **values), address, **values)
        case.refresh_from_db()
        assert (case.caseworker_id, case.team_id) == expected


def test_cases_of_frozen_years_are_assigned_without_a_reason(client: Client, anna: User) -> None:
    case = make_complaint(make_authority())
    lock_2020()
    address, values = page(Complaint, "assign"), {"caseworker": anna.pk}
    assert told(done(client, checked(client, address, **values), address, **values)) == [
        "1 complaint assigned."
    ]
    case.refresh_from_db()
    assert case.caseworker == anna


def test_assignment_offers_staff_who_work_on_cases(client: Client, manager: User) -> None:
    anna = make_staff("anna", *CHANGE_CASES)
    make_staff("viewer", *VIEW_CASES)
    gone = make_staff("gone", *CHANGE_CASES)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    make_complaint(make_authority())
    form = client.get(page(Complaint, "assign")).context["form"]
    assert form.fields["caseworker"].choices == [
        ("", "Leave as it is"), ("nobody", "Nobody"), (str(anna.pk), "anna"),
        (str(manager.pk), "manager"),
    ]  # fmt: skip
    refused = checked(client, page(Complaint, "assign"), caseworker=gone.pk)
    assert list(refused.context["form"].errors) == ["caseworker"]
    empty = checked(client, page(Complaint, "assign"))
    assert empty.context["form"].errors == {"caseworker": ["Choose a caseworker, a team or both."]}
    assert empty.context["check"] is None


# What was shown is what is done -------------------------------------------------------------------


def one_more(authority: Any) -> None:
    make_complaint(authority)


def one_less(authority: Any) -> None:
    Complaint.objects.order_by("-pk")[:1].get().delete()


def one_taken(authority: Any) -> None:
    taken = Complaint.objects.order_by("pk")[:1].get()
    Complaint.objects.filter(pk=taken.pk).update(caseworker=make_staff("bela"))


@pytest.mark.parametrize("meanwhile", [one_more, one_less, one_taken])
def test_nothing_is_done_if_the_rows_changed_since_they_were_shown(
    client: Client, anna: User, meanwhile: Callable[[Any], None]
) -> None:
    authority = make_authority()
    for _ in range(3):
        make_complaint(authority)
    address, values = page(Complaint, "assign"), {"caseworker": anna.pk}
    shown = checked(client, address, **values)
    meanwhile(authority)
    response = done(client, shown, address, **values)
    assert told(response) == [CHANGED_MEANWHILE]
    assert not Complaint.objects.of_caseworker(anna).exists()
    assert response.context["check"].count == Complaint.objects.count()
    assert told(done(client, response, address, **values))[-1] == (
        f"{Complaint.objects.count()} complaints assigned."
    )


def test_nothing_is_done_that_was_not_checked(client: Client, anna: User) -> None:
    make_complaint(make_authority())
    for mark in ("", "nonsense"):
        response = client.post(
            page(Complaint, "assign"), {"do": "yes", "mark": mark, "caseworker": anna.pk}
        )
        assert told(response) == [CHANGED_MEANWHILE]
    assert not Complaint.objects.of_caseworker(anna).exists()


def test_nothing_is_done_where_all_are_refused(client: Client, anna: User, manager: User) -> None:
    case = make_complaint(make_authority(), caseworker=anna)
    shown = checked(client, page(Complaint, "assign"), caseworker=anna.pk)
    assert 'name="do"' not in shown.content.decode()
    change = Assignment(caseworker=(anna,))
    mark = check(change, keys=[case.pk], reason="").mark
    with pytest.raises(Refused, match="it cannot be done for any of these records"):
        carry_out(change, keys=[case.pk], mark=mark, by=manager, reason="")


def test_record_that_is_gone_is_refused(anna: User) -> None:
    case = make_complaint(make_authority())
    found = check(Assignment(caseworker=(anna,)), keys=[case.pk, case.pk + 1], reason="")
    assert found.can == (case.pk,)
    assert [(each.record, each.why) for each in found.refusals] == [
        (f"Number {case.pk + 1}", "It is no longer there.")
    ]


# Due dates ----------------------------------------------------------------------------------------


def test_later_due_date_is_an_extension_agreed_for_each(client: Client, manager: User) -> None:
    authority, soon = make_authority(), dt.date(2020, 1, 10)
    rows = [
        make_recommendation(make_decision(authority, reference=f"20 000 00{n}"), due_on=soon)
        for n in range(5)
    ]
    done_, later, recorded_, former = rows[1:]
    Recommendation.objects.filter(pk=done_.pk).update(completed_on=dt.date(2020, 1, 2))
    Recommendation.objects.filter(pk=later.pk).update(due_on=dt.date(2020, 3, 1))
    Decision.objects.filter(pk=recorded_.decision_id).update(
        compliance="ceased", compliance_recorded_on=soon, compliance_note="Example"
    )
    Decision.objects.filter(pk=former.decision_id).update(is_standing=False)
    before = newest_change()
    address = page(Recommendation, "later-due-date", o="1")
    values = {"due_on": "2020-03-01", "reason": "Staff shortage"}
    shown = checked(client, address, **values)
    assert refusals(shown) == [
        ("20 000 001, due 10 January 2020",
         "The recommendation was completed on 2 January 2020."),
        ("20 000 002, due 1 March 2020", "It is due on 1 March 2020 already: choose a later day."),
        ("20 000 003, due 10 January 2020",
         "The compliance outcome of this case is recorded already."),
        ("20 000 004, due 10 January 2020", "The decision no longer stands."),
    ]  # fmt: skip
    assert told(done(client, shown, address, **values)) == [
        "1 recommendation given a later due date."
    ]
    (extension,) = Extension.objects.values(
        "recommendation", "former_due_on", "due_on", "reason", "agreed_on", "agreed_by"
    )
    assert extension == {
        "recommendation": rows[0].pk, "former_due_on": soon, "due_on": dt.date(2020, 3, 1),
        "reason": "Staff shortage", "agreed_on": timezone.localdate(), "agreed_by": manager.pk,
    }  # fmt: skip
    rows[0].refresh_from_db()
    assert rows[0].due_on == dt.date(2020, 3, 1)
    assert [change[0] for change in changes_since(before)] == [
        "casework.extension", "casework.recommendation",
    ]  # fmt: skip


def test_later_due_date_needs_a_reason(client: Client) -> None:
    make_recommendation(make_decision(make_authority()))
    shown = checked(client, page(Recommendation, "later-due-date"), due_on="2030-01-01", reason=" ")
    assert shown.context["form"].errors == {"reason": ["This field is required."]}


def test_due_dates_of_personal_remedies_are_out_of_reach_of_who_may_not_see_them() -> None:
    decision = make_decision(make_authority())
    make_recommendation(decision, kind="personal", category="apology")
    client = browser_of(make_staff("x", *VIEW_CASES, "casework.change_recommendation"))
    assert told(client.get(page(Recommendation, "later-due-date"))) == [
        "There are no such records any more."
    ]


# Compliance outcomes ------------------------------------------------------------------------------


def test_compliance_outcome_is_recorded_for_each_case_it_fits(client: Client) -> None:
    authority = make_authority()
    kinds: list[dict[str, Any]] = [
        {},
        {},
        {"compliance": "satisfied", "compliance_recorded_on": TODAY},
        {"outcome": "not_upheld"},
        {"decided_on": dt.date(2020, 6, 2)},
        {"is_standing": False},
        {},
    ]
    fits, open_, *_ = (
        make_decision(authority, reference=f"20 000 00{number}", **values)
        for number, values in enumerate(kinds)
    )
    make_recommendation(fits, completed_on=dt.date(2019, 10, 5))
    make_recommendation(open_)
    address = page(Decision, "record", o="1")
    values = {"outcome": "satisfied", "recorded_on": "2020-06-01"}
    before = newest_change()
    shown = checked(client, address, **values)
    assert refusals(shown) == [
        ("20 000 001", "The recommendation has no day of completion: give it before “Satisfied”, "
         "or choose another outcome."),
        ("20 000 002", "“Satisfied” is recorded already; change it on the page of the decision."),
        ("20 000 003", "Only an upheld complaint has a compliance outcome."),
        ("20 000 004", "It was decided on 2 June 2020, after the day of the outcome."),
        ("20 000 005", "Another decision has taken the place of this one."),
        ("20 000 006", "The case has no recommendations, so there is nothing to comply with: enter "
         "them first, or leave the compliance outcome blank."),
    ]  # fmt: skip
    assert told(done(client, shown, address, **values)) == [
        "1 decision given their compliance outcome."
    ]
    fits.refresh_from_db()
    assert (fits.compliance, fits.compliance_recorded_on) == ("satisfied", TODAY)
    assert fits.complaint.stage == "closed"
    assert [change[:2] for change in changes_since(before)] == [
        ("casework.complaint", fits.complaint_id), ("casework.decision", fits.pk),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"outcome": "ceased"}, {"note": ["Say why compliance was given up."]}),
        ({"outcome": "satisfied", "note": "x"},
         {"note": ["Only compliance that ceased has a note."]}),
        ({"outcome": "nonsense"},
         {"outcome": ["Select a valid choice. nonsense is not one of the available choices."]}),
    ],
)  # fmt: skip
def test_outcome_form_says_what_does_not_fit(
    client: Client, values: dict[str, str], errors: dict[str, list[str]]
) -> None:
    make_decision(make_authority())
    shown = checked(client, page(Decision, "record"), recorded_on="2020-06-01", **values)
    assert shown.context["form"].errors == errors


def test_outcome_is_not_recorded_before_its_day(client: Client) -> None:
    make_recommendation(make_decision(make_authority()), completed_on=TODAY)
    today = timezone.localdate()
    values = {"outcome": "satisfied_late", "recorded_on": str(today + dt.timedelta(days=1))}
    (error,) = (
        checked(client, page(Decision, "record"), **values).context["form"].errors["recorded_on"]
    )
    assert error.startswith("This day is in the future: today is ")
    shown = checked(client, page(Decision, "record"), **values | {"recorded_on": str(today)})
    assert len(shown.context["check"].can) == 1


def test_not_satisfied_is_recorded_by_managers_only(client: Client, anna: User) -> None:
    make_recommendation(make_decision(make_authority()))
    values = {"outcome": "not_satisfied", "recorded_on": "2020-06-01"}
    assert "outcome" in checked(browser_of(anna), page(Decision, "record"), **values).context[
        "form"
    ].errors  # fmt: skip
    address = page(Decision, "record")
    assert told(done(client, checked(client, address, **values), address, **values)) == [
        "1 decision given their compliance outcome."
    ]


def test_cases_of_frozen_years_are_refused_without_a_reason(client: Client) -> None:
    authority = make_authority()
    frozen = make_decision(authority, reference="20 000 001", received_on=dt.date(2019, 4, 1),
                           decided_on=dt.date(2020, 4, 1))  # fmt: skip
    free = make_decision(authority, reference="20 000 002", received_on=dt.date(2020, 4, 1),
                         decided_on=dt.date(2020, 4, 1))  # fmt: skip
    for decision in (frozen, free):
        make_recommendation(decision, completed_on=decision.decided_on)
    lock_2020()
    address = page(Decision, "record", o="1")
    values = {"outcome": "satisfied", "recorded_on": "2020-06-01"}
    shown = checked(client, address, **values)
    assert refusals(shown) == [
        ("20 000 001", "It counts in 2020, whose figures are frozen: give a reason.")
    ]
    assert shown.context["check"].can == (free.pk,)
    values["reason"] = "Outcomes came late"
    shown = checked(client, address, **values)
    assert refusals(shown) == []
    assert told(done(client, shown, address, **values)) == [
        "2 decisions given their compliance outcome."
    ]
    frozen.refresh_from_db()
    assert frozen.compliance == "satisfied"
    # The day of the outcome itself may lie in a frozen year.
    other = make_decision(
        authority, received_on=dt.date(2019, 3, 1), decided_on=dt.date(2019, 3, 1)
    )
    make_recommendation(other, completed_on=other.decided_on)
    keys = {"_keys": str(other.pk)}
    shown = checked(client, page(Decision, "record", **keys), outcome="satisfied",
                    recorded_on="2020-03-31")  # fmt: skip
    assert [why for _, why in refusals(shown)] == [
        "It counts in 2020, whose figures are frozen: give a reason."
    ]


# Cost ---------------------------------------------------------------------------------------------


def test_three_hundred_cases_are_assigned_in_a_handful_of_queries(
    manager: User, anna: User, django_assert_num_queries: Any
) -> None:
    authority = make_authority()
    Complaint.objects.bulk_create(
        Complaint(reference=f"20 001 {n:03}", authority=authority, category="other",
                  received_on=TODAY)
        for n in range(300)
    )  # fmt: skip
    keys = list(Complaint.objects.values_list("pk", flat=True))
    change = Assignment(caseworker=(anna,))
    with django_assert_num_queries(2):
        mark = check(change, keys=keys, reason="").mark
    with django_assert_num_queries(7 + IN_BATCH):
        assert carry_out(change, keys=keys, mark=mark, by=manager, reason="") == 300
    assert Change.objects.filter(batch__what="Cases assigned together").count() == 300


def test_three_hundred_due_dates_move_in_a_handful_of_queries(
    manager: User, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = make_decision(make_authority())
    Recommendation.objects.bulk_create(
        Recommendation(decision=decision, kind="service_improvement", due_on=TODAY,
                       category="training_or_guidance", text=f"Number {n}")
        for n in range(300)
    )  # fmt: skip
    monkeypatch.setattr(bulk, "LOT", 150)
    keys = list(Recommendation.objects.values_list("pk", flat=True))
    change = LaterDueDate(due_on=dt.date(2021, 1, 1), agreed_on=TODAY)
    with django_assert_num_queries(3):
        mark = check(change, keys=keys, reason="Example").mark
    with django_assert_num_queries(10 + IN_BATCH):
        assert carry_out(change, keys=keys, mark=mark, by=manager, reason="Example") == 300
    assert set(Recommendation.objects.values_list("due_on", flat=True)) == {dt.date(2021, 1, 1)}
