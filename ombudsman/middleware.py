"""Response headers that Django has no setting for; and the second factor of staff."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from ombudsman.login import has_shown_second_factor, second_factors

# Browser features that no page here uses, so none of them may be asked for.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


def permissions_policy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Add ``Permissions-Policy`` to every response."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return middleware


def asked_for_again(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let no cache answer for the site unless a view says so.

    Else one may keep "not found" and go on saying it after publication.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return middleware


MAIN = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}  # recovery codes stand in for them

LEAVING = {"account_login", "account_logout", "account_inactive"}
SETTING_UP = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}
SHOWING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class SecondFactorMiddleware:
    """Where SECOND_FACTOR is on, a password alone opens nothing but the public pages.

    Every view outside `reviews.site` is closed, so that a new one is before anybody thinks of it.
    Whoever has no second factor can only set one up; whoever has one can only show it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if not settings.SECOND_FACTOR or view.__module__.startswith("reviews.site."):
            return None
        if request.user.is_anonymous:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in LEAVING:
            return None
        has = second_factors(request.user)
        if not has & MAIN:
            return None if name in SETTING_UP else HttpResponseRedirect(reverse("mfa_index"))
        if has_shown_second_factor(request) or name in SHOWING:
            return None
        passkey_alone = has == {Authenticator.Type.WEBAUTHN}
        page = reverse("mfa_reauthenticate_webauthn" if passkey_alone else "mfa_reauthenticate")
        came_for = request.get_full_path() if request.method == "GET" else reverse("admin:index")
        return HttpResponseRedirect(f"{page}?{urlencode({'next': came_for})}")
