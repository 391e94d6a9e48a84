"""What waits for review editors and the approver, on the start page."""

from django.http import HttpRequest

from casework.admin.desks import Desk, Panel
from reviews.admin.letters import may
from reviews.models import Letter, OutboxMessage, Round


def prepares_reviews(request: HttpRequest) -> bool:
    return any(may(request, deed) for deed in ("freeze_round", "approve_letters", "issue_letters"))


DESKS = (
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
