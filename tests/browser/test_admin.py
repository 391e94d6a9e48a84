"""The back office as a person at a keyboard meets it."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page

from casework.models import Authority, Complaint, Decision, Recommendation
from reviews import rounds
from reviews.models import Letter, Round
from reviews.roles import sync_roles
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_recommendation,
    make_round,
    make_signatory,
)

PASSWORD = "a-long-password-for-tests"


def sign_in(page: Page, address: str, role: str) -> None:
    sync_roles()
    user = User.objects.create_user(f"one-{role.split()[0]}", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    page.goto(f"{address}/admin/login/?next=/admin/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/admin/")


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.name")


def tab_to(page: Page, wanted: str, *, at_most: int = 12) -> None:
    """Presses Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if focused(page) == wanted:
            return
    pytest.fail(f"{wanted} is not reached by {at_most} presses of Tab, only {focused(page)}")


def choose_authority(page: Page, name: str) -> None:
    """The search field of an authority, by keyboard: open, type, take the first."""
    page.keyboard.press("Enter")
    page.keyboard.type(name)
    page.get_by_role("option", name=name).wait_for()
    page.keyboard.press("Enter")


def test_caseworker_records_a_case_by_keyboard_alone(live_server: Any, page: Page) -> None:
    make_authority("Example District Council")
    sign_in(page, live_server.url, "caseworker")
    page.goto(f"{live_server.url}/admin/casework/complaint/add/")

    page.wait_for_function("document.activeElement.id === 'id_reference'")
    page.keyboard.type("20-001-234")
    tab_to(page, "id_received_on")
    page.keyboard.type("04/05/2020")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className.includes('select2-selection')"):
            break
    choose_authority(page, "Example District Council")
    tab_to(page, "id_category")
    page.keyboard.type("Hous")
    tab_to(page, "id_complainant-0-name")
    page.keyboard.type("Zeno Fictional")
    tab_to(page, "id_decisions-0-outcome")
    page.keyboard.type("Uph")
    tab_to(page, "id_decisions-0-decided_on")
    page.keyboard.type("01/06/2020")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/admin/casework/complaint/")

    complaint = Complaint.objects.get()
    assert (complaint.reference, complaint.category) == ("20 001 234", "housing")
    assert complaint.complainant.name == "Zeno Fictional"
    decision = Decision.objects.get()
    assert (decision.outcome, decision.decided_on) == ("upheld", dt.date(2020, 6, 1))

    page.goto(f"{live_server.url}/admin/casework/decision/{decision.pk}/change/")
    add = page.get_by_role("button", name="Add another Recommendation").or_(
        page.get_by_role("link", name="Add another Recommendation")
    )
    add.focus()
    page.keyboard.press("Enter")
    page.locator("#id_recommendations-0-kind").focus()
    page.keyboard.type("Serv")
    tab_to(page, "id_recommendations-0-category")
    page.keyboard.type("Train")
    tab_to(page, "id_recommendations-0-text")
    page.keyboard.type("Train staff.")
    tab_to(page, "id_recommendations-0-due_on")
    page.keyboard.type("01/09/2020")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/admin/casework/decision/")
    assert Recommendation.objects.get().text == "Train staff."


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_back_office_pages_are_accessible(
    live_server: Any, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme
) -> None:
    """What the project adds to Django's own pages brings no fault of its own."""
    make_case()
    round_ = make_round()
    page = open_page(colour_scheme=colour_scheme)
    sign_in(page, live_server.url, "review editor")
    steps = f"{live_server.url}/admin/reviews/round/{round_.pk}"
    for address in (f"{steps}/freeze/", f"{steps}/issue/"):
        page.goto(address)
        assert axe(page) == []
    page.goto(f"{steps}/change/")
    page.get_by_role("heading", name="How the review stands").wait_for()
    desk = page.locator("section.module")
    assert desk.count() == 4
    faults = [
        fault for fault in axe(page)
        if any("desk-" in element or "letter-search" in element for element in fault["elements"])
    ]  # fmt: skip
    assert faults == []


def make_case() -> Authority:
    authority = make_authority("Example District Council")
    make_chief_executive(authority)
    make_signatory()
    make_recommendation(make_decision(authority))
    return authority


def test_editor_freezes_and_issues_from_the_desk(live_server: Any, page: Page) -> None:
    make_case()
    round_ = make_round()
    sign_in(page, live_server.url, "review editor")
    page.goto(f"{live_server.url}/admin/reviews/round/{round_.pk}/change/")
    page.get_by_role("button", name="Freeze the figures…").press("Enter")
    page.wait_for_url("**/freeze/*")
    page.get_by_role("button", name="Freeze the figures").press("Enter")
    page.get_by_text("The figures of 2020 are frozen and 1 letter drafted.").wait_for()

    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    page.reload()
    page.get_by_role("button", name="Issue 1 letter…").press("Enter")
    page.wait_for_url("**/issue/*")
    page.get_by_role("button", name="Issue the letters").press("Enter")
    page.get_by_text("1 letter of the 2020 review issued").wait_for()
    assert Letter.objects.issued().count() == 1
    assert page.get_by_role("button", name="Save").count() == 0


def test_letter_is_found_and_read_from_the_desk(live_server: Any, page: Page) -> None:
    make_case()
    round_ = make_round()
    rounds.freeze(round_=round_, by=make_editor())
    sign_in(page, live_server.url, "approver")
    page.goto(f"{live_server.url}/admin/reviews/round/{round_.pk}/change/")
    page.get_by_label("Read the letter to").fill("Example")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Page: Example District Council").click()
    page.get_by_text("A draft, seen by staff only.").wait_for()
    assert page.get_by_text("Dear Ms Example").count() == 1
    assert Round.objects.get().freeze is not None
