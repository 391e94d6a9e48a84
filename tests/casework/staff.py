"""Staff with the permissions a test names, and what a page tells them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

VIEW_CASES = (
    "casework.view_complaint", "casework.view_decision", "casework.view_recommendation",
)  # fmt: skip
CHANGE_CASES = (
    *VIEW_CASES, "casework.change_complaint", "casework.change_decision",
    "casework.change_recommendation", "casework.view_complainant", "casework.add_savedfilter",
    "casework.view_savedfilter", "casework.change_savedfilter", "casework.delete_savedfilter",
)  # fmt: skip
MANAGE_CASES = (
    *CHANGE_CASES, "casework.assign_complaint", "casework.export_list",
    "casework.record_not_satisfied",
)  # fmt: skip


def make_staff(username: str, *permissions: str) -> User:
    """Somebody with exactly these permissions, such as `casework.view_complaint`."""
    user = User.objects.create_user(username, is_staff=True)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return User.objects.get(pk=user.pk)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(model: Any, page: str, *args: Any, **query: str) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    found = reverse(name, args=args)
    return f"{found}?{urlencode(query)}" if query else found


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]
