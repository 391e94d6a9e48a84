"""Logging in: django-allauth, with the few decisions that are this project's own.

Accounts are made by administrators and staff log in by username; who may do what once inside is
Django's business (`reviews.roles`). `ombudsman.middleware` asks for the second factor.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

# Who set up a second factor in this session, and so showed it.
SHOWN_BY = "second_factor_shown_by"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "Username and password do not belong to an account that may log in: check both and "
            "try again."
        ),
        "too_many_login_attempts": (
            "Too many attempts have failed: wait five minutes and try again."
        ),
        "rate_limited": "Too many attempts have failed: wait five minutes and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Only staff, so that nobody is logged in without a page to go to."""
        user = super().authenticate(request, **credentials)
        return user if getattr(user, "is_staff", False) else None

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By account alone: under another of the site's names the count goes on."""
        return str(credentials.get("username", "")).lower()


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This is not the code, or it was used before: try the next one.",
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return f"Passkey {number}"


class LogInForm(LoginForm):
    """The fields keep the names that Django's own log-in page gives them."""

    def add_prefix(self, field_name: str) -> str:
        return "username" if field_name == "login" else super().add_prefix(field_name)


class LogInView(LoginView):
    """Sends staff who are logged in already on; shows everybody else the form, never a loop."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.is_active and user.is_staff:
            return HttpResponseRedirect(self.get_next_url() or reverse("admin:index"))
        return super().get(request, *args, **kwargs)


class _Shown:
    """A second factor that was just set up was shown with that."""

    request: HttpRequest

    def form_valid(self, form: Form) -> HttpResponse:
        response = super().form_valid(form)  # type: ignore[misc]
        self.request.session.cycle_key()
        self.request.session[SHOWN_BY] = self.request.user.pk
        return response


class AddAppView(_Shown, ActivateTOTPView):
    pass


class AddPasskeyView(_Shown, AddWebAuthnView):
    pass


log_in = LogInView.as_view()
add_passkey = AddPasskeyView.as_view()
# The picture that authenticator apps read is part of the page.
add_app = csp_override(settings.SECURE_CSP | {"img-src": [CSP.SELF, "data:"]})(AddAppView.as_view())


def second_factors(user: AbstractBaseUser) -> set[str]:
    """The kinds that somebody has, recovery codes among them."""
    return set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))


def has_shown_second_factor(request: HttpRequest) -> bool:
    """Whether more than a password opened this session."""
    if request.session.get(SHOWN_BY) == request.user.pk:
        return True
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)
