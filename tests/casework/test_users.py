"""Accounts in the back office: a lost second factor, and what is not shown of one."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    user = User.objects.create_user("ada", is_staff=True)
    for kind, data in (("totp", {"secret": "SECRETKEY"}),
                       ("recovery_codes", {"seed": "SECRETSEED", "used_mask": 0})):  # fmt: skip
        Authenticator.objects.create(user=user, type=kind, data=data)
    return user


def page_of(user: User) -> str:
    return reverse("admin:auth_user_second_factor", args=[user.pk])


def inside(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_administrator_resets_a_lost_second_factor(ada: User, admin_client: Client) -> None:
    ben = User.objects.create_user("ben", is_staff=True)
    Authenticator.objects.create(user=ben, type="totp", data={"secret": "B"})
    of_ada, of_ben = inside(ada), inside(ben)
    account = reverse("admin:auth_user_change", args=[ada.pk])
    assert page_of(ada) in admin_client.get(account).content.decode()
    assert "end" in admin_client.get(page_of(ada)).content.decode()

    done = admin_client.post(page_of(ada), {"reason": "Telephone lost"})
    assert (done.status_code, done.headers["Location"]) == (302, account)
    assert [str(message) for message in get_messages(done.wsgi_request)] == [
        "The second factor of ada is reset and their sessions have ended."
    ]
    assert [each.user for each in Authenticator.objects.all()] == [ben]
    assert of_ada.get("/admin/").status_code == 302
    assert of_ben.get("/admin/").status_code == 200
    assert admin_client.get("/admin/").status_code == 200
    history = admin_client.get(reverse("admin:auth_user_history", args=[ada.pk]))
    assert "Second factor reset. Reason: Telephone lost" in history.content.decode()
    assert "None set up." in admin_client.get(account).content.decode()


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "This field is required."),
        ("  ", "This field is required."),
        ("x" * 301, "Ensure this value has at most 300 characters (it has 301)."),
    ],
)
def test_reset_needs_a_reason(ada: User, admin_client: Client, reason: str, message: str) -> None:
    session = inside(ada)
    response = admin_client.post(page_of(ada), {"reason": reason})
    assert response.status_code == 200
    assert list(response.context["form"].errors["reason"]) == [message]
    assert Authenticator.objects.count() == 2
    assert session.get("/admin/").status_code == 200


@pytest.mark.parametrize("may_view", [True, False])
def test_reset_is_for_those_who_may_change_accounts(ada: User, may_view: bool) -> None:
    ben = User.objects.create_user("ben", is_staff=True)
    ben.groups.add(Group.objects.get(name="casework manager"))
    if may_view:
        ben.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = inside(ben)
    answers = [client.get(page_of(ada)), client.post(page_of(ada), {"reason": "Example"})]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Authenticator.objects.count() == 2


def test_reset_of_nobody_is_not_found(admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:auth_user_second_factor", args=[0])).status_code == 404


def test_keys_of_second_factors_are_on_no_page(ada: User, admin_client: Client) -> None:
    registered = admin.site._registry
    assert not registered.keys() & {Authenticator, EmailAddress}
    pages: list[Any] = [
        admin_client.get(reverse("admin:auth_user_change", args=[ada.pk])),
        admin_client.get(reverse("admin:auth_user_changelist")),
        admin_client.get(page_of(ada)),
    ]
    assert not any("SECRET" in page.content.decode() for page in pages)
