"""The way into the back office, as a browser shows it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Page

from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.ombudsman.codes import code_now

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def one_half_minute() -> Iterator[None]:
    """The server's clock stands still, so that a code does not change while it is typed."""
    with time_machine.travel(time.time(), tick=False):
        yield


@pytest.fixture(autouse=True)
def no_attempts_before() -> None:
    cache.clear()


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")
    page.get_by_label("Username").fill("one")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").press("Enter")


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Log out").first.press("Enter")
    page.get_by_text("You are logged out.").wait_for()


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


@pytest.mark.usefixtures("one_half_minute")
def test_second_factor_is_set_up_and_then_asked_for(
    live_server: Any, page: Page, settings: Any
) -> None:
    """By keyboard and without a message to anybody: an app, its codes, and the recovery codes."""
    settings.SECOND_FACTOR = True
    User.objects.create_user("one", password=PASSWORD, is_staff=True, is_superuser=True)
    address = live_server.url
    log_in(page, address)
    page.wait_for_url(f"{address}/admin/second-factor/")
    page.get_by_role("link", name="Set up an authenticator app").press("Enter")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").press("Enter")
    picture = page.get_by_role("img", name="Picture for the app")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    key = page.locator("#app-key").inner_text()
    page.get_by_label("Authenticator code").fill(code_now(key))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Recovery codes").wait_for()
    codes = page.locator(".recovery-codes li").all_inner_texts()
    assert [len(code) for code in codes] == [8] * 10
    page.get_by_role("link", name="I have kept them").press("Enter")
    page.wait_for_url(f"{address}/admin/")
    page.goto(f"{address}/admin/second-factor/recovery-codes/")
    assert page.locator(".recovery-codes").count() == 0
    log_out(page)

    log_in(page, address)
    page.wait_for_url(f"{address}/admin/second-factor/authenticate/")
    page.goto(f"{address}/admin/auth/user/")  # the password alone does not open it
    page.wait_for_url(f"{address}/admin/login/?next=/admin/auth/user/")
    log_in(page, address)
    page.get_by_label("Code").fill(code_now(key))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/admin/")
    log_out(page)

    log_in(page, address)
    page.get_by_label("Code").fill(codes[3])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/admin/")
    log_out(page)
    log_in(page, address)
    page.get_by_label("Code").fill(codes[3])
    page.keyboard.press("Enter")
    page.get_by_text("This is not the code, or it was used before").wait_for()


@pytest.mark.usefixtures("one_half_minute")
@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_second_factor_pages_are_accessible(
    live_server: Any, open_page: OpenPage, axe: Axe, settings: Any, colour_scheme: ColourScheme
) -> None:
    settings.SECOND_FACTOR = True
    User.objects.create_user("one", password=PASSWORD, is_staff=True, is_superuser=True)
    page = open_page(colour_scheme=colour_scheme, width=320)
    address = live_server.url
    found: dict[str, Any] = {}

    def look(name: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found[name] = [*axe(page), *(["wider than the screen"] if wide else [])]

    log_in(page, address)
    page.wait_for_url("**/second-factor/")
    look("start")
    page.goto(f"{address}/admin/second-factor/totp/activate/")
    look("password again")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/totp/activate/")
    look("set up an app")
    code = code_now(page.locator("#app-key").inner_text())
    page.goto(f"{address}/admin/second-factor/webauthn/add/")
    look("add a passkey")
    page.goto(f"{address}/admin/second-factor/totp/activate/")
    code = code_now(page.locator("#app-key").inner_text())
    page.get_by_label("Authenticator code").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    look("recovery codes")
    for path in ("", "recovery-codes/", "recovery-codes/generate/", "totp/deactivate/",
                 "webauthn/", "../password_change/", "../logout/"):  # fmt: skip
        page.goto(f"{address}/admin/second-factor/{path}")
        look(path)
    page.get_by_role("button", name="Log out").first.press("Enter")
    page.get_by_text("You are logged out.").wait_for()
    log_in(page, address)
    page.wait_for_url("**/authenticate/")
    look("code")
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 13


def test_passkey_is_set_up_and_opens_the_back_office(
    live_server: Any, page: Page, settings: Any
) -> None:
    """With an authenticator that the browser itself plays."""
    settings.SECOND_FACTOR = True
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    User.objects.create_user("one", password=PASSWORD, is_staff=True, is_superuser=True)
    address = live_server.url.replace("127.0.0.1", "localhost")
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }})  # fmt: skip
    log_in(page, address)
    page.get_by_role("link", name="Add a passkey").press("Enter")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/webauthn/add/")  # whole, with its scripts
    assert page.get_by_label("Name").input_value() == "Passkey 1"
    page.get_by_role("button", name="Add").press("Enter")
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(f"{address}/admin/")
    log_out(page)

    log_in(page, address)
    page.wait_for_url("**/authenticate/")
    page.get_by_role("button", name="Use a passkey").press("Enter")
    page.wait_for_url(f"{address}/admin/")


def test_axe_finds_a_planted_fault(live_server: Any, page: Page, axe: Axe) -> None:
    page.goto(f"{live_server.url}/admin/login/")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert [fault["rule"] for fault in axe(page)] == ["image-alt"]
