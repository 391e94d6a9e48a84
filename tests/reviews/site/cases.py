"""Published decisions for tests of public pages: decided, stated and published as staff do it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from casework.actions import system_user
from casework.actions.publication import record_report, write_statement
from casework.models import (
    Authority,
    Decision,
    PublicCategory,
    PublicInterestReport,
    PublicSubcategory,
)
from reviews.models import PublishedDecision
from reviews.publication import publish_decisions
from tests.factories import make_decision, make_recommendation, with_reason

TEXT = "The complaint\nMr X complained about the Council.\n\nThe Council was at fault."


def make_stated(
    authority: Authority,
    *,
    text: str = TEXT,
    improvements: Sequence[str | dict[str, Any]] = (),
    subcategory: str = "",
    report: dict[str, Any] | None = None,
    **values: Any,
) -> Decision:
    """A decision with a statement that waits to be published.

    Each of the improvements is a text, or values of a recommendation.
    """
    decision = make_decision(authority, **values)
    if subcategory:
        give_subcategory(decision, subcategory)
    for each in improvements:
        make_recommendation(decision, **({"text": each} if isinstance(each, str) else each))
    if report:
        record_report(report=PublicInterestReport(decision=decision, **report), by=system_user())
    write_statement(decision=decision, text=text, dated_on=decision.decided_on, by=system_user())
    return decision


def give_subcategory(decision: Decision, name: str) -> None:
    category, _ = PublicCategory.objects.get_or_create(
        slug="for-tests", defaults={"name": "For tests", "category": decision.category}
    )
    case = decision.complaint
    case.public_subcategory, _ = PublicSubcategory.objects.get_or_create(
        public_category=category, slug=name.lower().replace(" ", "-"), defaults={"name": name}
    )
    with with_reason():
        case.save(update_fields=["public_subcategory"])


def publish() -> None:
    publish_decisions(by=system_user())


def make_published(authority: Authority, **values: Any) -> PublishedDecision:
    """The public copy; publishes whatever else waits, too."""
    decision = make_stated(authority, **values)
    publish()
    return PublishedDecision.objects.get(statement__decision=decision)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
