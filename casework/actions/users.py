"""The user in whose name commands act; and helping somebody who lost their second factor."""

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session

from casework.actions.history import recorded


def system_user() -> User:
    """The user `system`, which nobody can log in as."""
    user, _ = User.objects.get_or_create(
        username="system", defaults={"is_active": False, "password": make_password(None)}
    )
    return user


def reset_second_factor(*, user: User, by: User, reason: str) -> None:
    """Takes away every second factor of somebody who lost theirs, and ends their sessions.

    With their password they can set up another. Kept in the history with the reason.
    """
    with recorded(by=by, what="Second factor reset", reason=reason):
        Authenticator.objects.filter(user=user).delete()
        for session in Session.objects.iterator():
            if session.get_decoded().get(SESSION_KEY) == str(user.pk):
                session.delete()
        LogEntry.objects.log_actions(
            user_id=by.pk,
            queryset=[user],
            action_flag=CHANGE,
            change_message=f"Second factor reset. Reason: {reason}",
            single_object=True,
        )
