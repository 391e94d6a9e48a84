"""What every page knows."""

from django.http import HttpRequest

from reviews.letters.wording import DEMONSTRATION
from reviews.models import Demonstration


def site(request: HttpRequest) -> dict[str, object]:
    """`demonstration` gives the notice, or nothing; it asks the database when a page calls it."""
    return {"demonstration": _demonstration}


def _demonstration() -> str:
    return DEMONSTRATION if Demonstration.objects.exists() else ""
