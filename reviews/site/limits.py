"""How often one address may ask, counted across processes in the shared cache."""

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

MINUTE = 60


def is_within(request: HttpRequest, *, action: str, a_minute: int) -> bool:
    """Whether this request is among the first so many of its address in this minute; counts it.

    Two requests at the very same moment may count as one.
    """
    address = get_adapter().get_client_ip(request)
    key = f"limit:{action}:{address}:{int(time.time()) // MINUTE}"
    if cache.add(key, 1, timeout=2 * MINUTE):
        return True
    try:
        return cache.incr(key) <= a_minute
    except ValueError:  # forgotten between the two
        return True
