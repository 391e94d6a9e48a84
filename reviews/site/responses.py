"""How public pages and files are answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.http import require_safe

from reviews.site.kept import kept

type View = Callable[..., HttpResponseBase]

# The views whose answers are kept ready.
KEPT: set[View] = set()


def public(view: View) -> View:
    """For reading only, the same for everybody, asked for again each time, and kept ready.

    Caches keep a copy and ask whether it still stands: what is published, held, corrected or
    retracted shows on the next request, and no header tells when something is about to be public.
    `reviews.site.kept` says which answers are kept ready.
    """
    answered = _asked_whether_it_stands(kept(_asked_for_again(view)))
    KEPT.add(answered)
    return answered


def stored(view: View) -> View:
    """As `public`, for what is stored as it is served: a second copy would help nobody."""
    return _asked_whether_it_stands(_asked_for_again(view))


def _asked_for_again(view: View) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, no_cache=True)
        return response

    return wrapped


def _asked_whether_it_stands(view: View) -> View:
    """Gives the answer a version, for HEAD too, and says so where the reader has that version."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not isinstance(response, HttpResponse):  # one that is read while it is sent
            return response
        if not response.has_header("ETag"):
            set_response_etag(response)
        etag = response.get("ETag")
        return get_conditional_response(request, etag=etag, response=response) or response

    return wrapped


def without_parameters(view: View) -> View:
    """A file takes no query parameters: one that is given is a mistake to be told about."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET:
            return HttpResponse(
                "This file takes no query parameters: ask for its address without the question "
                "mark and what follows it.\n",
                status=400,
                content_type="text/plain; charset=utf-8",
            )
        return view(request, *args, **kwargs)

    return wrapped
