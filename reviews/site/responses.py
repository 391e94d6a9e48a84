"""How public pages and files are answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import conditional_page, require_safe

type View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """For reading only, the same for everybody, and asked for again each time.

    Caches keep a copy and ask whether it still stands: what is published, held, corrected or
    retracted shows on the next request, and no header tells when something is about to be public.
    """

    @require_safe
    @conditional_page
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, no_cache=True)
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
