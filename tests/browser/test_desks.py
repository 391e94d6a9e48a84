"""Desks, lists and bulk actions in a browser: what a manager does with three hundred cases."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from casework.models import Change, Complaint, SavedFilter
from reviews.roles import sync_roles
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.browser.test_admin import sign_in
from tests.factories import make_authority, make_complaint


@pytest.fixture
def anna(live_server: LiveServer) -> User:
    """A caseworker with three hundred open cases about housing and one about something else."""
    sync_roles()
    user = User.objects.create_user("anna", is_staff=True)
    user.groups.add(Group.objects.get(name="caseworker"))
    authority = make_authority("Example District Council")
    for _ in range(300):
        make_complaint(authority, caseworker=user)
    make_complaint(authority, caseworker=user, category="other")
    return user


def wait_for_number(page: Page, text: str) -> None:
    page.locator("nav.paginator", has_text=re.compile(rf"(^|\D){text}")).wait_for()


def filter_annas_housing(page: Page) -> None:
    page.get_by_label("Caseworker").select_option(label="anna")
    page.get_by_label("Category").select_option(label="Housing")
    page.get_by_role("button", name="Apply").click()
    wait_for_number(page, "300 complaints")


def test_manager_reassigns_three_hundred_filtered_cases(
    live_server: LiveServer, page: Page, anna: User
) -> None:
    bela = User.objects.create_user("bela", is_staff=True)
    bela.groups.add(Group.objects.get(name="caseworker"))
    sign_in(page, live_server.url, "casework manager")
    desk = page.get_by_role("region", name="Everybody’s work")
    open_cases = desk.get_by_role("listitem").filter(has_text="301")
    open_cases.get_by_role("link", name="Open cases", exact=True).click()
    filter_annas_housing(page)
    assert page.get_by_role("link", name="Remove the filter").count() == 3

    page.get_by_label("Name").fill("Anna’s housing cases")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as “Anna’s housing cases”.").wait_for()

    page.locator("#action-toggle").check()
    page.get_by_text("Select all 300 complaints").click()
    page.get_by_label("Action:").select_option(label="Assign the selected complaints…")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("heading", name="Assign 300 complaints").wait_for()
    page.get_by_label("Caseworker").select_option(label="bela")
    page.get_by_role("button", name="Check what would happen").press("Enter")
    page.get_by_text("It can be done for 300 complaints, which is all of them.").wait_for()
    assert not Complaint.objects.of_caseworker(bela).exists()
    page.get_by_role("button", name="Assign 300 complaints").press("Enter")
    page.get_by_text("300 complaints assigned.").wait_for()

    assert Complaint.objects.of_caseworker(bela).filter(category="housing").count() == 300
    assert Complaint.objects.of_caseworker(anna).count() == 1
    changes = Change.objects.filter(batch__what="Cases assigned together")
    assert (changes.count(), changes.values("batch").distinct().count()) == (300, 1)
    wait_for_number(page, "0 complaints")  # Anna has none about housing now
    page.get_by_role("link", name="Clear all").click()
    wait_for_number(page, "301 complaints")
    assert SavedFilter.objects.get().name == "Anna’s housing cases"


def test_whole_list_is_reassigned_without_scripts(
    live_server: LiveServer, open_page: OpenPage, anna: User
) -> None:
    """The link beside the list leads where the script's selection does."""
    page = open_page()
    sign_in(page, live_server.url, "casework manager")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{live_server.url}/admin/casework/complaint/?stage=open")
    filter_annas_housing(page)
    page.get_by_role("link", name="Assign 300 complaints…").click()
    page.get_by_role("heading", name="Assign 300 complaints").wait_for()
    page.get_by_label("Caseworker").select_option(label="Nobody")
    page.get_by_role("button", name="Check what would happen").click()
    page.get_by_role("button", name="Assign 300 complaints").click()
    page.get_by_text("300 complaints assigned.").wait_for()
    assert Complaint.objects.filter(caseworker=None).count() == 300


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_start_page_lists_and_bulk_pages_are_accessible(
    live_server: LiveServer,
    open_page: OpenPage,
    axe: Axe,
    anna: User,
    colour_scheme: ColourScheme,
) -> None:
    page = open_page(colour_scheme=colour_scheme)
    sign_in(page, live_server.url, "casework manager")
    faults: dict[str, list[Any]] = {}
    page.goto(f"{live_server.url}/admin/casework/complaint/?stage=open&category__exact=housing")
    page.get_by_label("Name").fill("Housing <b>cases</b>")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as “Housing <b>cases</b>”.").wait_for()
    faults["list"] = axe(page)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_role("heading", name="My work").wait_for()
    faults["start page"] = axe(page)
    page.goto(f"{live_server.url}/admin/casework/complaint/bulk/assign/?stage=open")
    page.get_by_label("Caseworker").select_option(label="anna")
    page.get_by_role("button", name="Check what would happen").click()
    page.get_by_text("It can be done for 0 complaints and not for 301 of 301:").wait_for()
    faults["confirmation with refusals"] = axe(page)
    page.get_by_label("Caseworker").select_option(label="Nobody")
    page.get_by_role("button", name="Check what would happen").click()
    page.get_by_role("button", name="Assign 301 complaints").wait_for()
    faults["confirmation"] = axe(page)
    page.get_by_label("Caseworker").select_option(label="Leave as it is")
    page.get_by_role("button", name="Check again").click()
    page.get_by_text("Choose a caseworker, a team or both.", exact=True).wait_for()
    faults["confirmation with errors"] = axe(page)
    assert {where: found for where, found in faults.items() if found} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_of_the_project_is_wider_than_the_screen(
    live_server: LiveServer, open_page: OpenPage, anna: User, width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, live_server.url, "casework manager")
    for where in ("", "casework/complaint/?stage=open", "casework/complaint/bulk/assign/"):
        page.goto(f"{live_server.url}/admin/{where}")
        wide = page.evaluate(
            "[...document.querySelectorAll('.desks, #changelist-filter, .filters-in-force, .bulk')]"
            ".filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth)"
            ".map(e => e.className || e.id)"
        )
        assert wide == []


@pytest.mark.parametrize("name", ["complaint", "complaint/?stage=open&p=6"])
def test_list_of_many_pages_fits_a_narrow_screen(
    live_server: LiveServer, open_page: OpenPage, anna: User, name: str
) -> None:
    page = open_page(width=320)
    sign_in(page, live_server.url, "casework manager")
    page.goto(f"{live_server.url}/admin/casework/{name}")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator("nav.paginator a").last.bounding_box()["x"] < 320  # type: ignore[index]


def test_start_page_folds_all_lists_below_the_desks(
    live_server: LiveServer, page: Page, axe: Axe
) -> None:
    sign_in(page, live_server.url, "caseworker")
    link = page.get_by_role("link", name="Decisions", exact=True)
    assert not link.is_visible()
    page.get_by_text("All lists").click()
    assert axe(page) == []
    link.click()
    page.get_by_role("heading", name="Decisions", exact=True).wait_for()
