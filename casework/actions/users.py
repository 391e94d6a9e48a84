"""The user in whose name commands act."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User


def system_user() -> User:
    """The user `system`, which nobody can log in as."""
    user, _ = User.objects.get_or_create(
        username="system", defaults={"is_active": False, "password": make_password(None)}
    )
    return user
