"""The cases behind a number: who may see them, which they are, and when they are others now."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Authority, Decision
from reviews import rounds
from reviews.figures.periods import Period
from reviews.figures.receipts import COUNTS
from reviews.models import AnnualSummary
from reviews.statistics import complaints_behind, decisions_behind
from tests.factories import (
    FIRST_DAY,
    LAST_DAY,
    make_authority,
    make_complaint,
    make_decision,
    make_editor,
    make_round,
)
from tests.reviews.site.words import Page

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def authority() -> Authority:
    """With a case of every kind, and beside each one that must not count."""
    found = make_authority("Adur Council", slug="adur")
    make_complaint(found, received_on=FIRST_DAY - DAY)
    make_complaint(found, received_on=LAST_DAY)
    for outcome in (
        *("invalid_or_incomplete", "advice_given", "referred_back"),
        *("closed_after_initial_enquiries", "not_upheld", "upheld"),
    ):
        make_decision(found, outcome, decided_on=LAST_DAY)
        make_decision(found, outcome, decided_on=LAST_DAY + DAY)
        make_decision(make_authority(), outcome)
    make_decision(found, is_remedied_by_authority=True)
    make_decision(found, is_standing=False)
    for compliance in ("satisfied", "satisfied_late", "not_satisfied", "ceased"):
        make_decision(
            found, decided_on=FIRST_DAY - DAY, compliance=compliance,
            compliance_recorded_on=FIRST_DAY,
        )  # fmt: skip
        make_decision(found, compliance=compliance, compliance_recorded_on=LAST_DAY + DAY)
    return found


@pytest.fixture
def frozen(authority: Authority) -> AnnualSummary:
    rounds.freeze(round_=make_round(2020), by=make_editor())
    return AnnualSummary.objects.get(authority=authority)


def address_of(figure: str) -> str:
    return reverse("admin:reviews_annualsummary_cases", args=["adur", 2020, figure])


def signed_in(role: str) -> Client:
    user = User.objects.create_user(f"a {role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_cases_behind_every_number_are_as_many_as_were_frozen(
    authority: Authority, frozen: AnnualSummary
) -> None:
    counts = frozen.counts()
    found = {
        figure: decisions_behind(authority, Period(2020), figure).count()
        for figure in COUNTS
        if figure != "received"
    } | {"received": complaints_behind(authority, Period(2020)).count()}
    assert found == {figure: getattr(counts, figure) for figure in COUNTS}
    assert 0 not in found.values()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("review editor", 200), ("auditor", 200), ("approver", 403), ("caseworker", 403),
        ("casework manager", 403),
    ],
)  # fmt: skip
def test_cases_are_shown_to_who_may_see_both_figures_and_cases(
    frozen: AnnualSummary, role: str, status: int
) -> None:
    assert signed_in(role).get(address_of("upheld")).status_code == status


def test_cases_are_not_shown_to_the_public(client: Client, frozen: AnnualSummary) -> None:
    response = client.get(address_of("upheld"))
    assert (response.status_code, response.headers["Location"].partition("?")[0]) == (
        302,
        "/admin/login/",
    )


def test_page_lists_the_cases_and_says_where_todays_count_differs(
    authority: Authority, frozen: AnnualSummary
) -> None:
    client = signed_in("auditor")
    page = Page(client.get(address_of("remedied_by_authority")).content)
    decision = Decision.objects.get(is_remedied_by_authority=True)
    assert [row for row in page.texts("tr") if row.startswith("19")] == [
        f"{decision.complaint.reference} Housing 1 May 2019 1 October 2019 Upheld"
    ]
    assert "Frozen: 1. Counted today: the same." in page.texts("p")
    make_decision(authority, is_remedied_by_authority=True)
    page = Page(client.get(address_of("remedied_by_authority")).content)
    assert "The cases as they are today: 2" in page.texts("h2")
    assert (
        "Frozen: 1. The frozen figure is 1; counted today it is 2. Casework has changed since the "
        "figures were frozen: a correction counts this authority again." in page.texts("p")
    )
    received = Page(client.get(address_of("received")).content)
    assert received.texts("th")[:3] == ["Reference", "Category", "Received"]


@pytest.mark.parametrize("figure", ["nonsense", "similar_upheld"])
def test_number_that_is_none_is_not_found(frozen: AnnualSummary, figure: str) -> None:
    assert signed_in("auditor").get(address_of(figure)).status_code == 404


def test_council_without_figures_is_not_found(frozen: AnnualSummary) -> None:
    address = reverse("admin:reviews_annualsummary_cases", args=["nowhere", 2020, "upheld"])
    assert signed_in("auditor").get(address).status_code == 404


@pytest.mark.parametrize("more", [1, 3])
def test_list_of_cases_asks_a_fixed_number_of_queries(
    authority: Authority, frozen: AnnualSummary, more: int
) -> None:
    for _ in range(more):
        make_decision(authority)
    client = signed_in("auditor")
    client.get(address_of("upheld"))
    with CaptureQueriesContext(connection) as queries:
        client.get(address_of("upheld"))
    of_cases = [query for query in queries if "casework_" in query["sql"]]
    assert len(of_cases) == 2
