"""Desks on the start page: each number is that of the list it opens."""

import datetime as dt
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from casework.actions import recorded
from casework.admin.desks import DESKS, Panel
from casework.admin.filters import last_day_late
from casework.choices import Outcome, PublicationGround, Stage
from casework.models import (
    BankHoliday,
    Complaint,
    Decision,
    DecisionReview,
    PublicationException,
    Recommendation,
    SavedFilter,
    Statement,
    Team,
)
from reviews.admin.desks import DESKS as REVIEW_DESKS
from reviews.admin.desks import ToPublish
from reviews.models import Letter, Round
from tests.casework.staff import CHANGE_CASES, MANAGE_CASES, VIEW_CASES, browser_of, make_staff
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_complaint,
    make_decision,
    make_editor,
    make_recommendation,
    make_round,
    make_signatory,
)

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")
REVIEWS = ("reviews.view_round", "reviews.view_letter", "reviews.approve_letters")


def panels_of(response: Any) -> dict[str, dict[str, tuple[int, str]]]:
    """Number and address by desk and panel."""
    return {
        desk.title: {panel.title: (panel.count, panel.address) for panel in desk.panels}
        for desk in response.context["desks"]
    }


def make_statement(decision: Decision, **values: Any) -> Statement:
    values = {
        "number": 1,
        "dated_on": decision.decided_on,
        "text": "Mr X complained.",
        "written_at": timezone.now(),
        "written_by": User.objects.get_or_create(username="writer")[0],
    } | values
    return Statement.objects.create(decision=decision, **values)


def make_mixed_cases(me: User, other: User) -> None:
    """Cases of two people and of nobody in every state that a panel tells apart, and beside it."""
    authority, today = make_authority(), timezone.localdate()
    day, year = dt.timedelta(days=1), dt.timedelta(days=370)
    team = Team.objects.create(name="Housing")
    team.members.add(me)
    late = last_day_late(today)
    for caseworker, of_team in ((me, None), (other, team), (None, None), (None, team)):
        who = {"caseworker": caseworker, "team": of_team}
        for received_on in (late - day, late, late + day, today):
            make_complaint(authority, received_on=received_on, **who)
        moved = make_complaint(authority, received_on=today, **who)
        for stage in (Stage.ASSESSMENT, Stage.INVESTIGATION):
            Complaint.objects.filter(pk=moved.pk).update(stage=stage)
        cases = []
        for due_on, values in (
            (today - year, {}),
            (today - day, {}),
            (today, {}),
            (today + 14 * day, {"evidence_received_on": today}),
            (today + 15 * day, {}),
            (today - day, {"completed_on": today}),
        ):
            decision = make_decision(authority, decided_on=today - 42 * day)
            make_recommendation(decision, due_on=due_on, **values)
            make_statement(decision)
            cases.append(decision)
        cases.append(make_decision(authority, "not_upheld", decided_on=today - 41 * day))
        make_statement(cases[-1])
        done = make_decision(authority, decided_on=today - 50 * day)
        make_recommendation(done, due_on=today - day)
        make_statement(done, published_on=today)
        cases.append(done)
        Decision.objects.filter(pk=done.pk).update(
            compliance="satisfied", compliance_recorded_on=today
        )
        excepted, reviewed = (make_decision(authority, decided_on=today - 50 * day) for _ in "12")
        cases += [excepted, reviewed]
        make_statement(excepted)
        make_statement(reviewed)
        PublicationException.objects.create(
            decision=excepted, ground=PublicationGround.OTHER, details="For a test",
            decided_at=timezone.now(), decided_by=me,
        )  # fmt: skip
        DecisionReview.objects.create(decision=reviewed, asked_on=today, reason="For a test")
        Complaint.objects.filter(pk__in=[case.complaint_id for case in cases]).update(**who)


def test_desk_numbers_are_those_of_the_lists_they_open() -> None:
    me = make_staff("me", *MANAGE_CASES)
    make_mixed_cases(me, make_staff("other"))
    client = browser_of(me)
    desks = panels_of(client.get(INDEX))
    shown = {
        title: {panel: count for panel, (count, _) in panels.items()}
        for title, panels in desks.items()
    }
    mine = {
        "Open cases": 5,
        "Cases in remedy": 6,
        "Decisions awaiting publication": 7,
        "Of these, six weeks old": 6,
        "Recommendations due within a fortnight": 2,
        "Recommendations overdue": 2,
        "Evidence waiting": 1,
        "Delayed by twelve months": 1,
    }
    everybody = {name: 4 * count for name, count in mine.items()}
    assert shown == {
        "My work": mine,
        "My teams": {name: 2 * count for name, count in mine.items()},
        "Everybody’s work": {
            "Open cases without a caseworker": 10,
            "Of these, for more than 20 working days": 4,
            **everybody,
        },
    }
    for panels in desks.values():
        for title, (count, address) in panels.items():
            listed = client.get(address)
            assert (title, listed.context["cl"].result_count) == (title, count)
            assert len(listed.context["cl"].result_list) == min(count, 25)


@pytest.mark.parametrize(
    "panel",
    [
        panel
        for desk in (*DESKS, *REVIEW_DESKS)
        for panel in desk.panels
        if not isinstance(panel, ToPublish)  # leads to no list but to the page that publishes
    ],
)
def test_panel_reads_the_very_rows_of_its_list(panel: Panel) -> None:
    """On mixed data, row by row; also where a panel filters by more than one thing."""
    me = make_staff("me", *MANAGE_CASES, *REVIEWS)
    make_mixed_cases(me, make_staff("other"))
    request = RequestFactory().get(panel.address())
    request.user = me
    listed = admin.site.get_model_admin(panel.model).get_changelist_instance(request)
    found = panel.rows(request).values_list("pk", flat=True)
    assert sorted(found) == sorted(listed.queryset.values_list("pk", flat=True))


def test_panel_with_a_filter_that_its_list_lacks_is_an_error() -> None:
    request = RequestFactory().get("/")
    request.user = make_staff("me", *MANAGE_CASES)
    with pytest.raises(LookupError, match="The list of Complaint has no filter"):
        Panel("Mistaken", Complaint, {"stagee": "open"}).rows(request)


def test_desk_leaves_out_personal_remedies_for_those_who_may_not_see_them() -> None:
    decision = make_decision(make_authority())
    make_recommendation(decision, kind="personal", category="apology", due_on=timezone.localdate())
    leader = make_staff("leader", *VIEW_CASES, "casework.assign_complaint")
    client = browser_of(leader)
    count, _ = panels_of(client.get(INDEX))["Everybody’s work"][
        "Recommendations due within a fortnight"
    ]
    assert count == 0
    assert client.get(f"{reverse('admin:casework_recommendation_changelist')}?due=fortnight")\
        .context["cl"].result_count == 0  # fmt: skip


@pytest.mark.parametrize(
    ("permissions", "titles"),
    [
        ((), []),
        (VIEW_CASES, []),
        (CHANGE_CASES, ["My work"]),
        (MANAGE_CASES, ["My work", "Everybody’s work"]),
        ((*VIEW_CASES, "casework.view_look"), ["Everybody’s work"]),
        (REVIEWS, ["Annual reviews"]),
        (("casework.add_complaint",), []),
    ],
)
def test_start_page_shows_the_desks_of_the_role(
    permissions: tuple[str, ...], titles: list[str]
) -> None:
    response = browser_of(make_staff("somebody", *permissions)).get(INDEX)
    assert list(panels_of(response)) == titles


def test_manager_with_a_team_has_a_desk_for_it() -> None:
    manager = make_staff("manager", *MANAGE_CASES)
    Team.objects.create(name="Housing").members.add(manager)
    assert list(panels_of(browser_of(manager).get(INDEX))) == [
        "My work", "My teams", "Everybody’s work",
    ]  # fmt: skip


def test_panel_without_rows_says_0_and_is_no_link() -> None:
    me = make_staff("me", *CHANGE_CASES)
    make_complaint(make_authority(), caseworker=me)
    response = browser_of(me).get(INDEX)
    page = " ".join(response.content.decode().split())
    assert (
        '<strong>1</strong> <a href="/admin/casework/complaint/?stage=open&amp;caseworker=me">'
        "Open cases</a>"
    ) in page
    assert "<strong>0</strong> <span>Cases in remedy</span>" in page


@pytest.mark.parametrize(
    ("permissions", "queries"),
    [((), 7), (CHANGE_CASES, 10), (MANAGE_CASES, 12), (REVIEWS, 9)],
)
def test_start_page_costs_the_same_however_many_cases(
    permissions: tuple[str, ...], queries: int, django_assert_num_queries: Any
) -> None:
    me = make_staff("me", *permissions)
    client = browser_of(me)
    for number in (1, 2):  # one, then three
        for _ in range(number):
            make_complaint(make_authority(), caseworker=me)
            decision = make_decision(make_authority())
            make_recommendation(decision)
            make_statement(decision)
        with django_assert_num_queries(queries):
            assert client.get(INDEX).status_code == 200


# Days ---------------------------------------------------------------------------------------------


def test_allocation_is_late_after_twenty_working_days_around_bank_holidays() -> None:
    BankHoliday.objects.all().delete()
    friday = dt.date(2026, 2, 27)
    assert last_day_late(friday) == dt.date(2026, 1, 29)  # Thursday: 21 weekdays after it
    BankHoliday.objects.create(day=dt.date(2026, 2, 2), name="Example")
    assert last_day_late(friday) == dt.date(2026, 1, 28)
    assert last_day_late(dt.date(2026, 3, 1)) == dt.date(2026, 1, 28)  # a Sunday adds none


# Reviews ------------------------------------------------------------------------------------------


def reviews_desk(client: Client) -> dict[str, int]:
    panels = panels_of(client.get(INDEX))["Annual reviews"]
    for count, address in panels.values():
        assert client.get(address).context["cl"].result_count == count
    return {title: count for title, (count, _) in panels.items()}


def test_reviews_desk_follows_a_round_from_step_to_step() -> None:
    from reviews import rounds

    authority = make_authority()
    make_chief_executive(authority)
    make_signatory()
    make_decision(authority)
    make_round(2019)
    round_ = make_round(2020)
    editor, approver = make_editor(), make_approver()
    client = browser_of(make_staff("someone", *REVIEWS))
    nothing = {
        "Rounds not frozen yet": 1,
        "Rounds with letters awaiting approval": 0,
        "Letters awaiting approval": 0,
        "Rounds ready to issue": 0,
    }
    assert reviews_desk(client) == nothing | {"Rounds not frozen yet": 2}
    rounds.freeze(round_=round_, by=editor)
    assert reviews_desk(client) == nothing | {
        "Rounds with letters awaiting approval": 1,
        "Letters awaiting approval": 1,
    }
    rounds.approve(reason="For a test", round_=round_, by=approver)
    assert reviews_desk(client) == nothing | {"Rounds ready to issue": 1}
    rounds.issue(round_=round_, by=editor)
    assert reviews_desk(client) == nothing
    assert list(Round.objects.not_frozen().values_list("year", flat=True)) == [2019]
    assert Letter.objects.count() == 1


# Saved filters on the start page ------------------------------------------------------------------


def test_start_page_lists_saved_filters_with_their_counts() -> None:
    me, other = make_staff("me", *CHANGE_CASES), make_staff("other")
    make_complaint(make_authority(), caseworker=me)
    for owner, name, record, query, is_shared in (
        (me, "Mine", "casework.complaint", "caseworker=me", False),
        (me, "Broken", "casework.complaint", "nonsense=1", False),
        (other, "Shared", "casework.complaint", "caseworker=nobody", True),
        (other, "Private", "casework.complaint", "caseworker=me", False),
        (other, "Of a list I may not see", "casework.importbatch", "", True),
        (other, "Of no list", "casework.nothing", "", True),
    ):
        SavedFilter.objects.create(
            owner=owner, name=name, record=record, query=query, is_shared=is_shared
        )
    response = browser_of(me).get(INDEX)
    shown = [
        (name, [(each.filter.name, each.count, each.address) for each in filters])
        for name, filters in response.context["saved_filters"]
    ]
    assert shown == [
        ("complaints", [
            ("Broken", "no longer works", ""),
            ("Mine", "1", "/admin/casework/complaint/?caseworker=me"),
            ("Shared", "0", "/admin/casework/complaint/?caseworker=nobody"),
        ]),
    ]  # fmt: skip


def test_publication_filter_tells_the_ways_of_a_statement_apart() -> None:
    me = make_staff("me", *MANAGE_CASES)
    today, authority = timezone.localdate(), make_authority()
    made = {
        name: make_decision(authority, outcome, decided_on=today - dt.timedelta(weeks=6, days=days))
        for name, outcome, days in (
            ("ready", Outcome.UPHELD, 0),
            ("waits", Outcome.UPHELD, -1),
            ("published", Outcome.NOT_UPHELD, 0),
            ("withdrawn", Outcome.NOT_UPHELD, 0),
            ("never", Outcome.REFERRED_BACK, 0),
        )
    }
    for name, decision in made.items():
        values = {"published_on": today} if name in {"published", "withdrawn"} else {}
        make_statement(decision, **values)
    with recorded(by=me, what="Test"):
        Statement.objects.filter(decision=made["withdrawn"]).update(withdrawn_on=today)
    client, address = browser_of(me), reverse("admin:casework_decision_changelist")
    found = {}
    for value in ("awaiting", "ready", "published", "withdrawn", "excepted", "<nonsense>"):
        rows = client.get(address, {"publication": value}).context["cl"].result_list
        found[value] = {name for name, each in made.items() if each in rows}
    assert found == {
        "awaiting": {"ready", "waits"},
        "ready": {"ready"},
        "published": {"published"},
        "withdrawn": {"withdrawn"},
        "excepted": set(),
        "<nonsense>": set(),
    }
    assert Recommendation.objects.count() == 0
