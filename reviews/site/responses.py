"""How public pages and files are answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

# Short and always the same: a corrected page is seen within a minute, and no header tells when
# something is about to be published.
CACHE_SECONDS = 60

type View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """For reading only, the same for everybody, and kept by caches for a short while."""

    @require_safe
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=CACHE_SECONDS)
        return response

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
