"""Logging in: one page for all staff, a second factor where it is required, limits on guessing."""

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from ombudsman.login import AccountAdapter
from tests.ombudsman.codes import code_now

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-long-password-for-tests"
ENROL = "/admin/second-factor/"
APP = "/admin/second-factor/totp/activate/"
CODE = "/admin/second-factor/authenticate/"

WRONG = (
    "Username and password do not belong to an account that may log in: check both and try again."
)
TOO_MANY = "Too many attempts have failed: wait five minutes and try again."
NOT_THE_CODE = "This is not the code, or it was used before: try the next one."


@pytest.fixture(autouse=True)
def one_half_minute() -> Iterator[None]:
    """The clock stands still, so that a code does not change between reading and typing it."""
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, 0, 5, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR = True


def make_staff(username: str = "one", **values: Any) -> User:
    return User.objects.create_user(
        username, password=PASSWORD, **{"is_staff": True, "is_superuser": True} | values
    )


def log_in(client: Client, username: str = "one", password: str = PASSWORD, **more: str) -> Any:
    data = {"username": username, "password": password} | more
    return client.post("/admin/login/", data)


def errors_of(response: Any) -> list[str]:
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """The key of a new authenticator app, and the recovery codes as shown."""
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    key = client.get(APP).context["form"].secret
    shown = client.post(APP, {"code": code_now(key)}, follow=True)
    return key, list(shown.context["unused_codes"])


# Without a second factor --------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/admin/login/", reverse("admin:login")])
def test_login_is_the_page_that_people_know(address: str) -> None:
    make_staff()
    client = Client()
    page = client.get(address, {"next": "/admin/auth/user/"})
    assert "Log in | Ombudsman back office" in page.content.decode()
    response = client.post(
        address, {"username": "one", "password": PASSWORD, "next": "/admin/auth/user/"}
    )
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/auth/user/")
    assert client.get("/admin/auth/user/").status_code == 200


def test_login_is_asked_for_with_the_page_that_was_wanted() -> None:
    response = Client().get("/admin/casework/complaint/?q=20")
    assert response.headers["Location"] == "/admin/login/?next=/admin/casework/complaint/%3Fq%3D20"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)", ""],
)
def test_login_leads_nowhere_else(address: str) -> None:
    make_staff()
    assert log_in(Client(), next=address).headers["Location"] == "/admin/"
    inside = Client()
    log_in(inside)
    assert inside.get("/admin/login/", {"next": address}).headers["Location"] == "/admin/"
    out = inside.post("/admin/logout/", {"next": address})
    assert out.headers["Location"] == "/admin/login/"


def test_login_says_the_same_of_a_wrong_name_and_a_wrong_password() -> None:
    make_staff()
    make_staff("visitor", is_staff=False)
    for name, password in [("one", "wrong"), ("nobody", "wrong"), ("visitor", PASSWORD)]:
        assert errors_of(log_in(Client(), name, password)) == [WRONG]


def test_account_switched_off_does_not_log_in() -> None:
    make_staff(is_active=False)
    client = Client()
    response = log_in(client)
    assert response.headers["Location"] == "/admin/inactive/"
    assert "ask an administrator" in client.get("/admin/inactive/").content.decode()
    assert client.get("/admin/").status_code == 302


def test_staff_no_longer_are_shown_the_form_and_no_loop() -> None:
    user = make_staff()
    client = Client()
    log_in(client)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain == [("/admin/login/?next=/admin/", 302)]
    assert "does not open the back office" in page.content.decode()


def test_logging_in_makes_a_new_session_of_twelve_hours() -> None:
    make_staff()
    client = Client()
    client.get("/admin/login/")
    client.session.save()
    before = client.session.session_key
    log_in(client)
    assert client.session.session_key != before
    assert client.session.get_expiry_age() == 12 * 60 * 60
    assert client.cookies["sessionid"]["max-age"] == 12 * 60 * 60


def test_logging_out_ends_the_session() -> None:
    make_staff()
    client = Client()
    log_in(client)
    page = client.post("/admin/logout/", follow=True)
    assert [str(message) for message in get_messages(page.wsgi_request)] == ["You are logged out."]
    assert client.get("/admin/").status_code == 302
    assert not Session.objects.exclude(session_key=client.session.session_key).exists()


def test_password_is_changed_in_one_place_and_ends_other_sessions() -> None:
    make_staff()
    here, elsewhere = Client(), Client()
    log_in(here)
    log_in(elsewhere)
    assert reverse("admin:password_change") == reverse("account_change_password")
    weak = here.post(
        "/admin/password_change/",
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
    )
    assert "This password is too short. It must contain at least 12 characters." in errors_of(weak)
    new = "another-long-password"
    changed = here.post(
        "/admin/password_change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert changed.headers["Location"] == "/admin/"
    assert here.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302
    assert User.objects.get().check_password(new)


def test_nobody_signs_up_or_asks_for_a_password_by_message() -> None:
    for name in ("signup", "email", "password/reset", "password/set", "login/code", "3rdparty"):
        assert Client().get(f"/admin/{name}/").status_code in {302, 404}
        assert Client().get(f"/accounts/{name}/").status_code == 404
    assert not AccountAdapter().is_open_for_signup(RequestFactory().get("/"))


def test_log_in_page_takes_nothing_from_elsewhere_and_no_picture_as_data() -> None:
    policy = Client().get("/admin/login/").headers["Content-Security-Policy"]
    assert "img-src 'self';" in policy
    assert "data:" not in policy


# The second factor --------------------------------------------------------------------------------


def test_second_factor_is_left_to_everybody_where_it_is_not_required() -> None:
    make_staff()
    client = Client()
    log_in(client)
    assert client.get("/admin/").status_code == 200
    set_up_app(client)
    assert client.get("/admin/").status_code == 200
    assert log_in(Client()).headers["Location"] == CODE


def staff_addresses() -> list[str]:
    """Every address outside the public pages, with a number or a word for each of its parts."""
    found = []

    def walk(resolver: URLResolver, prefix: str) -> None:
        for each in resolver.url_patterns:
            whole = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                walk(each, whole)
            elif not each.callback.__module__.startswith("reviews.site."):
                found.append(whole)

    walk(get_resolver(), "")
    assert len(found) > 150
    return [
        "/" + re.sub(r"<[^>]*>", "1", whole).replace("^", "").replace("$", "").replace("\\Z", "")
        for whole in found
        if "(?P" not in whole
    ]


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("method", ["get", "post"])
def test_password_alone_opens_no_staff_page(method: str) -> None:
    make_staff()
    client = Client()
    assert log_in(client).headers["Location"] == "/admin/"
    opened = {
        address
        for address in staff_addresses()
        if not address.startswith(("/admin/login/", "/admin/logout/"))
        and getattr(client, method)(address).headers.get("Location") != ENROL
    }
    assert opened == {
        "/admin/inactive/", "/admin/reauthenticate/", ENROL, APP,
        "/admin/second-factor/webauthn/add/",
    }  # fmt: skip


@pytest.mark.usefixtures("required")
def test_visitors_are_asked_to_log_in_as_ever() -> None:
    assert Client().get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    assert Client().get("/").status_code == 200
    staff = Client()
    make_staff()
    log_in(staff)
    assert staff.get("/").status_code == 200  # also for staff on the way to a second factor


@pytest.mark.usefixtures("required")
def test_app_is_set_up_then_codes_are_shown_once_then_the_back_office_opens() -> None:
    make_staff()
    client = Client()
    log_in(client)
    assert client.get("/admin/", follow=True).redirect_chain == [(ENROL, 302)]
    # Before anything about the account changes, the password once more.
    assert client.get(APP).headers["Location"].startswith("/admin/reauthenticate/?next=")
    before = client.session.session_key
    key, codes = set_up_app(client)
    assert len(set(codes)) == 10
    assert client.session.session_key != before
    assert client.get("/admin/").status_code == 200

    again = client.get("/admin/second-factor/recovery-codes/")
    assert not any(code in again.content.decode() for code in codes)
    assert client.get("/admin/second-factor/recovery-codes/download/").status_code == 403
    assert key not in client.get(ENROL).content.decode()


@pytest.mark.usefixtures("required")
def test_picture_for_the_app_is_the_only_one_allowed_as_data() -> None:
    make_staff()
    client = Client()
    log_in(client)
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    policies = {
        address: client.get(address).headers["Content-Security-Policy"]
        for address in (APP, ENROL, "/admin/second-factor/webauthn/add/")
    }
    assert [address for address, policy in policies.items() if "data:" in policy] == [APP]
    without_nonces = {re.sub(r"nonce-[^']*| data:", "", each) for each in policies.values()}
    assert len(without_nonces) == 1


@pytest.mark.usefixtures("required")
def test_wrong_code_sets_nothing_up() -> None:
    make_staff()
    client = Client()
    log_in(client)
    client.post("/admin/reauthenticate/", {"password": PASSWORD})
    key = client.get(APP).context["form"].secret
    wrong = f"{(int(code_now(key)) + 1) % 1_000_000:06}"
    assert errors_of(client.post(APP, {"code": wrong})) == [NOT_THE_CODE]
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").headers["Location"] == ENROL


@pytest.mark.usefixtures("required")
def test_code_of_the_app_opens_the_back_office_once() -> None:
    make_staff()
    first = Client()
    log_in(first)
    key, _ = set_up_app(first)

    client = Client()
    assert log_in(client, next="/admin/auth/user/").headers["Location"] == CODE
    assert client.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"
    inside = client.post(CODE, {"code": code_now(key)})
    assert inside.headers["Location"] == "/admin/auth/user/"
    assert client.get("/admin/auth/user/").status_code == 200

    other = Client()
    log_in(other)
    assert errors_of(other.post(CODE, {"code": code_now(key)})) == [NOT_THE_CODE]
    assert other.get("/admin/").status_code == 302


@pytest.mark.usefixtures("required")
def test_recovery_code_opens_the_back_office_once() -> None:
    make_staff()
    first = Client()
    log_in(first)
    _, codes = set_up_app(first)
    found = []
    for code in (codes[0], codes[0], codes[9]):
        client = Client()
        log_in(client)
        client.post(CODE, {"code": code})
        found.append(client.get("/admin/").status_code)
    assert found == [200, 302, 200]
    assert "8 are left" in first.get(ENROL).content.decode()


@pytest.mark.usefixtures("required")
def test_session_that_only_knows_the_password_stays_shut_when_an_app_is_set_up() -> None:
    """Somebody with the password alone waits in a session for the owner to set up the app."""
    make_staff()
    thief, owner = Client(), Client()
    log_in(thief)
    thief.post("/admin/reauthenticate/", {"password": PASSWORD})
    log_in(owner)
    key, _ = set_up_app(owner)

    shut = "/admin/second-factor/reauthenticate/"
    for address in ("/admin/", APP, "/admin/second-factor/webauthn/add/", ENROL,
                    "/admin/password_change/", "/admin/second-factor/recovery-codes/generate/",
                    "/admin/second-factor/totp/deactivate/"):  # fmt: skip
        assert thief.get(address).headers["Location"].startswith(shut)
        assert thief.post(address).headers["Location"].startswith(shut)
    # To the owner of both it opens, at the page that was wanted.
    came = thief.get("/admin/auth/user/").headers["Location"]
    opened = thief.post(came, {"code": code_now(key)})
    assert opened.headers["Location"] == "/admin/auth/user/"
    assert thief.get("/admin/").status_code == 200


@pytest.mark.usefixtures("required")
def test_second_factor_set_up_where_not_required_counts_where_it_is(settings: Any) -> None:
    settings.SECOND_FACTOR = False
    make_staff()
    client = Client()
    log_in(client)
    assert client.get("/admin/").status_code == 200
    settings.SECOND_FACTOR = True
    assert client.get("/admin/").headers["Location"] == ENROL


@pytest.mark.usefixtures("required")
def test_removing_the_last_second_factor_leads_back_to_setting_one_up() -> None:
    user = make_staff()
    client = Client()
    log_in(client)
    set_up_app(client)
    client.post("/admin/second-factor/totp/deactivate/")
    assert not Authenticator.objects.filter(user=user).exists()
    assert client.get("/admin/").headers["Location"] == ENROL


@pytest.mark.usefixtures("required")
def test_recovery_codes_alone_are_no_second_factor() -> None:
    user = make_staff()
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "0", "used_mask": 0}
    )
    client = Client()
    log_in(client)
    assert client.get("/admin/").headers["Location"] == ENROL


@pytest.mark.usefixtures("required")
def test_session_without_records_of_logging_in_is_shut() -> None:
    user = make_staff()
    client = Client()
    client.force_login(user)
    assert client.get("/admin/").headers["Location"] == ENROL
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "A" * 32})
    assert client.get("/admin/").headers["Location"] == (
        "/admin/second-factor/reauthenticate/?next=%2Fadmin%2F"
    )


def test_second_factor_costs_one_query_a_page(
    settings: Any, django_assert_num_queries: Any
) -> None:
    make_staff()
    client = Client()
    log_in(client)
    set_up_app(client)
    client.get("/admin/")
    for is_required, queries in ((False, 3), (True, 4)):
        settings.SECOND_FACTOR = is_required
        with django_assert_num_queries(queries):
            assert client.get("/admin/password_change/").status_code == 200


# Limits on guessing -------------------------------------------------------------------------------


def test_five_failures_shut_an_account_for_five_minutes() -> None:
    make_staff()
    for _ in range(5):
        assert errors_of(log_in(Client(), password="wrong")) == [WRONG]
    # Also under another case of the name, another name of the site and from another address.
    assert errors_of(log_in(Client(), username="ONE")) == [TOO_MANY]
    assert errors_of(log_in(Client(headers={"host": "127.0.0.1"}))) == [TOO_MANY]
    assert errors_of(log_in(Client(REMOTE_ADDR="192.0.2.9"))) == [TOO_MANY]
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, 5, 4, tzinfo=dt.UTC), tick=False):
        assert errors_of(log_in(Client())) == [TOO_MANY]
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, 5, 6, tzinfo=dt.UTC), tick=False):
        assert log_in(Client()).headers["Location"] == "/admin/"


def test_guessing_codes_is_limited_as_well() -> None:
    make_staff()
    first = Client()
    log_in(first)
    key, _ = set_up_app(first)
    client = Client()
    log_in(client)
    wrong = f"{(int(code_now(key)) + 1) % 1_000_000:06}"
    found = [errors_of(client.post(CODE, {"code": wrong})) for _ in range(6)]
    assert found == [[NOT_THE_CODE]] * 5 + [[TOO_MANY]]
    again = Client()
    log_in(again)
    assert errors_of(again.post(CODE, {"code": code_now(key)})) == [TOO_MANY]


@pytest.mark.parametrize(
    ("behind", "forwarded", "blocked"),
    [
        (0, "192.0.2.1", False),  # not behind a proxy: what a visitor claims is not looked at
        (1, "192.0.2.1", True),
        (1, "192.0.2.1, 192.0.2.2", False),
        (1, "192.0.2.2, 192.0.2.1", True),  # only the last was written by the proxy
    ],
)
def test_failures_are_counted_by_the_address_that_can_be_trusted(
    settings: Any, behind: int, forwarded: str, blocked: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(10):
        client = Client(REMOTE_ADDR="203.0.113.5", headers={"x-forwarded-for": "192.0.2.1"})
        assert errors_of(log_in(client, f"guess {number}", "wrong")) == [WRONG]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = behind
    client = Client(REMOTE_ADDR="203.0.113.5", headers={"x-forwarded-for": forwarded})
    assert errors_of(log_in(client, "somebody", "wrong")) == [TOO_MANY if blocked else WRONG]


def test_visitor_who_claims_other_addresses_is_counted_as_one(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    found = []
    for number in range(11):
        client = Client(headers={"x-forwarded-for": f"192.0.2.{number}"})
        found += errors_of(log_in(client, f"guess {number}", "wrong"))
    assert found == [WRONG] * 10 + [TOO_MANY]


def test_page_says_to_wait_when_an_address_asks_too_often() -> None:
    cache.clear()
    codes = [
        log_in(Client(REMOTE_ADDR="192.0.2.7"), username=f"n{number}").status_code
        for number in range(31)
    ]
    assert codes == [200] * 30 + [429]
    response = log_in(Client(REMOTE_ADDR="192.0.2.7"))
    assert "wait a minute and try again" in response.content.decode()


GUESSING = """
import json, sys
import django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment
setup_test_environment()
password, times = sys.argv[1:]
if "auth_user" not in connection.introspection.table_names():
    call_command("migrate", verbosity=0)
    User.objects.create_user("one", password="right", is_staff=True)
found = []
for _ in range(int(times)):
    response = Client().post("/admin/login/", {"username": "one", "password": password})
    errors = response.context["form"].errors.values() if response.context else []
    found.append([str(error) for each in errors for error in each])
print(json.dumps(found))
"""


def test_failures_in_one_process_shut_the_account_in_another(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/shared.sqlite3",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }

    def guess(password: str, times: int) -> list[list[str]]:
        done = subprocess.run(
            [sys.executable, "-c", GUESSING, password, str(times)],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
        return found

    assert guess("wrong", 5) == [[WRONG]] * 5
    assert guess("right", 1) == [[TOO_MANY]]
