"""The way into the back office, as a browser shows it."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Axe, ColourScheme, OpenPage


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_sign_in_page_is_accessible(
    live_server: Any, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme
) -> None:
    page = open_page(colour_scheme=colour_scheme)
    page.goto(f"{live_server.url}/admin/login/")
    assert page.get_by_label("Username").count() == 1
    assert axe(page) == []


def test_staff_sign_in_under_the_content_security_policy(
    live_server: Any, page: Page, axe: Axe, admin_user: Any
) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill(admin_user.get_username())
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{live_server.url}/admin/")
    assert axe(page) == []


def test_axe_finds_a_planted_fault(live_server: Any, page: Page, axe: Axe) -> None:
    page.goto(f"{live_server.url}/admin/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert [fault["rule"] for fault in axe(page)] == ["image-alt"]
