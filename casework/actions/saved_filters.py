"""Filters that people keep under a name."""

from django.contrib.auth.models import User

from casework.actions.history import recorded
from casework.models import SavedFilter
from casework.refusals import Refused

LONGEST_QUERY = 2_000


def save_filter(*, by: User, name: str, record: str, query: str, is_shared: bool) -> SavedFilter:
    """Keeps a query of a list, such as `casework.complaint`, for its owner or for all."""
    name = " ".join(name.split())
    problems = []
    if not name:
        problems.append("Give the filters a name.")
    if len(name) > 100:
        problems.append("A name has at most 100 characters.")
    if not query:
        problems.append("There is nothing to save: choose a filter first.")
    if len(query) > LONGEST_QUERY:
        problems.append("These are too many filters to save.")
    if problems:
        raise Refused(*problems)
    with recorded(by=by, what="Filters saved"):
        found, is_new = SavedFilter.objects.get_or_create(
            owner=by, record=record, name=name, defaults={"query": query, "is_shared": is_shared}
        )
    if not is_new:
        raise Refused(f"You have filters called “{name}” for this list: choose another name.")
    return found
