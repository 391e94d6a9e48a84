"""What every page knows."""

from functools import partial

from django.http import HttpRequest

from reviews.letters.wording import DEMONSTRATION
from reviews.models import Demonstration


def site(request: HttpRequest) -> dict[str, object]:
    """`demonstration` gives the notice, or nothing; it asks the database when a page calls it.

    Not where looking for a page kept ready has told it already.
    """
    return {"demonstration": partial(_demonstration, request)}


def _demonstration(request: HttpRequest) -> str:
    known: bool | None = getattr(request, "is_demonstration", None)
    is_demonstration = Demonstration.objects.exists() if known is None else known
    return DEMONSTRATION if is_demonstration else ""
