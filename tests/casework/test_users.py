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
from django.utils import timezone

from casework.models import Change

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
    content = history.content.decode()
    assert "Second factor reset" in content
    assert "Telephone lost" in content
    assert "SECRET" not in content
    assert "None set up." in admin_client.get(account).content.decode()


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("", "This field is required."),
        ("  ", "This field is required."),
        (".", "Give the reason in words: at least one of three letters or more."),
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


def changes(before: int) -> list[tuple[str, str, Any, str]]:
    found = Change.objects.filter(pk__gt=before).order_by("pk").select_related("batch__begun_by")
    return [
        (change.record, change.action, change.after, change.batch.begun_by.username)
        for change in found
        if change.batch
    ]


def test_changes_of_an_account_are_in_its_history_with_who_and_why(
    ada: User, admin_client: Client
) -> None:
    role = Group.objects.get(name="auditor")
    before = Change.objects.latest("pk").pk
    page = reverse("admin:auth_user_change", args=[ada.pk])
    form = admin_client.get(page).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value and name != "password"}
    data |= {
        "date_joined_0": "2020-01-01", "date_joined_1": "12:00:00", "first_name": "Ada",
        "groups": [role.pk], "user_permissions": [], "_reason": "Joins the auditors",
    }  # fmt: skip
    assert admin_client.post(page, data).status_code == 302
    (of_user, of_role) = changes(before)
    assert (of_user[0], of_user[1], of_user[2]["first_name"]) == ("auth.user", "~", "Ada")
    assert of_role == (
        "auth.user_groups", "+", {"user_id": ada.pk, "group_id": role.pk}, "admin",
    )  # fmt: skip
    content = admin_client.get(reverse("admin:auth_user_history", args=[ada.pk])).content.decode()
    assert "Joins the auditors" in content


def test_history_of_an_account_holds_no_password_and_no_log_in(ada: User) -> None:
    before = Change.objects.latest("pk").pk
    ada.set_password("Example-password-1")
    ada.save()
    inside(ada)  # writes the last log-in, in nobody's name
    Authenticator.objects.filter(user=ada).update(last_used_at=timezone.now(), data={"secret": "N"})
    assert not Change.objects.filter(pk__gt=before).exists()
    ada.refresh_from_db()
    assert ada.last_login
    kept = Change.objects.filter(record__in=("auth.user", "mfa.authenticator"))
    names = {name for change in kept for name in change.after or {}}
    assert not names & {"password", "last_login", "data", "last_used_at"}
    assert {"username", "is_superuser", "type", "user_id"} <= names


def test_changes_of_a_role_are_in_its_history(admin_client: Client) -> None:
    role = Group.objects.create(name="Example role")
    permission = Permission.objects.get(codename="view_round")
    before = Change.objects.latest("pk").pk
    page = reverse("admin:auth_group_change", args=[role.pk])
    data = {"name": "Renamed", "permissions": [permission.pk], "_reason": "Reads rounds"}
    assert admin_client.post(page, data).status_code == 302
    assert changes(before) == [
        ("auth.group", "~", {"name": "Renamed"}, "admin"),
        ("auth.group_permissions", "+",
         {"group_id": role.pk, "permission_id": permission.pk}, "admin"),
    ]  # fmt: skip
    content = admin_client.get(reverse("admin:auth_group_history", args=[role.pk])).content.decode()
    assert "Reads rounds" in content


def test_reset_of_nobody_is_not_found(admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:auth_user_second_factor", args=[0])).status_code == 404


def test_keys_of_second_factors_are_on_no_page(ada: User, admin_client: Client) -> None:
    registered = admin.site._registry
    assert not registered.keys() & {Authenticator, EmailAddress}
    pages: list[Any] = [
        admin_client.get(reverse("admin:auth_user_change", args=[ada.pk])),
        admin_client.get(reverse("admin:auth_user_changelist")),
        admin_client.get(page_of(ada)),
        admin_client.get(reverse("admin:auth_user_history", args=[ada.pk])),
    ]
    assert not any("SECRET" in page.content.decode() for page in pages)


def test_new_account_is_in_its_history_with_who_made_it(admin_client: Client) -> None:
    before = Change.objects.latest("pk").pk
    data = {
        "username": "ben", "usable_password": "true", "password1": "Example-password-1",
        "password2": "Example-password-1", "_reason": "Joins",
    }  # fmt: skip
    made = admin_client.post(reverse("admin:auth_user_add"), data)
    ben = User.objects.get(username="ben")
    assert made.headers["Location"] == reverse("admin:auth_user_change", args=[ben.pk])
    assert [(record, action, by) for record, action, _, by in changes(before)] == [
        ("auth.user", "+", "admin")
    ]
    renewed = admin_client.post(
        reverse("admin:auth_user_password_change", args=[ben.pk]),
        {"usable_password": "true", "password1": "Example-password-2",
         "password2": "Example-password-2"},
    )  # fmt: skip
    assert renewed.status_code == 302
    assert len(changes(before)) == 1
    assert "Example-password" not in str(list(Change.objects.values_list("after", flat=True)))
