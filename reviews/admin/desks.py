"""What waits for review editors and the approver, on the start page."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from casework.admin.desks import Desk, Panel
from reviews.admin.access import may
from reviews.models import Letter, OutboxMessage, PublishedDecision, Round
from reviews.publication import waiting


def prepares_reviews(request: HttpRequest) -> bool:
    return any(may(request, deed) for deed in ("freeze_round", "approve_letters", "issue_letters"))


def publishes(request: HttpRequest) -> bool:
    return may(request, "publish_decision")


@dataclass(frozen=True, slots=True)
class ToPublish(Panel):
    """What a publication would look at today; it leads to the page that publishes."""

    def rows(self, request: HttpRequest) -> QuerySet:
        return waiting(timezone.localdate()).order_by()

    def address(self) -> str:
        return reverse("admin:reviews_publisheddecision_publish")


DESKS = (
    Desk(
        "Publication",
        publishes,
        (ToPublish("Decisions to publish today", PublishedDecision, {}),),
    ),
    Desk(
        "Annual reviews",
        prepares_reviews,
        (
            Panel("Rounds not frozen yet", Round, {"step": "freeze"}),
            Panel("Rounds with letters awaiting approval", Round, {"step": "approve"}),
            Panel("Letters awaiting approval", Letter, {"state": "draft"}),
            Panel("Rounds ready to issue", Round, {"step": "issue"}),
            Panel("Messages not sent yet", OutboxMessage, {"state": "unsent"}),
            Panel("Messages that may or may not have arrived", OutboxMessage, {"state": "unknown"}),
            Panel("Messages that failed", OutboxMessage, {"state": "failed"}),
            Panel("Messages that came back", OutboxMessage, {"state": "bounced"}),
        ),
    ),
)
