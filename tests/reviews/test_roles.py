"""The three groups: there after every migration, with what each needs and no more."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command

from reviews.roles import ROLES, sync_roles

pytestmark = pytest.mark.django_db


def permissions_of(role: str) -> set[str]:
    user = User.objects.create_user(f"one {role}")
    user.groups.add(Group.objects.get(name=role))
    return user.get_all_permissions()


@pytest.mark.parametrize("role", ["caseworker", "review editor", "approver"])
def test_role_has_after_migrating_what_is_written_down(role: str) -> None:
    assert permissions_of(role) == ROLES[role]


def test_every_permission_written_down_exists() -> None:
    there = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert set().union(*ROLES.values()) - there == set()


def test_no_role_deletes_anything_or_touches_users() -> None:
    everything = set().union(*ROLES.values())
    assert {p for p in everything if ".delete_" in p} == set()
    assert {p.split(".")[0] for p in everything} == {"casework", "reviews"}


def test_only_the_caseworker_sees_people() -> None:
    people = {f"casework.{verb}_complainant" for verb in ("view", "add", "change")}
    assert {role: permissions & people for role, permissions in ROLES.items()} == {
        "caseworker": people,
        "review editor": set(),
        "approver": set(),
    }


def test_freezing_and_approving_are_never_in_one_role() -> None:
    deeds = {
        "reviews.freeze_round", "reviews.approve_letters", "reviews.issue_letters",
        "reviews.export_letters",
    }  # fmt: skip
    assert {role: permissions & deeds for role, permissions in ROLES.items()} == {
        "caseworker": set(),
        "review editor": {
            "reviews.freeze_round", "reviews.issue_letters", "reviews.export_letters",
        },
        "approver": {"reviews.approve_letters", "reviews.export_letters"},
    }  # fmt: skip


def test_what_is_frozen_is_changed_by_no_role() -> None:
    frozen = ("freeze", "typeaverage", "annualsummary", "letterfile", "outboxmessage", "roundevent")
    writes = {f"reviews.{verb}_{model}" for verb in ("add", "change") for model in frozen}
    assert set().union(*ROLES.values()) & writes == set()


def test_roles_are_put_back_and_not_doubled() -> None:
    approver = Group.objects.get(name="approver")
    approver.permissions.add(Permission.objects.get(codename="freeze_round"))
    Group.objects.get(name="caseworker").permissions.clear()
    member = User.objects.create_user("member")
    member.groups.add(approver)

    sync_roles()
    sync_roles(sender=apps.get_app_config("reviews"), verbosity=0)

    assert {role: permissions_of(role) for role in ROLES} == ROLES
    assert Group.objects.count() == 3
    assert [str(group) for group in member.groups.all()] == ["approver"]


def test_other_groups_stay_as_they_are() -> None:
    auditor = Group.objects.create(name="auditor")
    auditor.permissions.add(Permission.objects.get(codename="view_round"))
    sync_roles()
    assert [p.codename for p in auditor.permissions.all()] == ["view_round"]


@pytest.mark.django_db(transaction=True)
def test_roles_survive_a_flush() -> None:
    Group.objects.all().delete()
    call_command("flush", "--no-input", verbosity=0)
    assert {role: permissions_of(role) for role in ROLES} == ROLES
