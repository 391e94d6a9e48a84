"""Messages: queued when a letter is issued, and what people decide about them after."""

import datetime as dt
from collections.abc import Collection
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from casework.actions import recorded
from casework.choices import ContactRole
from casework.refusals import Refused
from reviews.letters import messages
from reviews.models import (
    NEXT_STATES,
    AnnualSummary,
    Letter,
    MessageEvent,
    MessageState,
    OutboxMessage,
    Round,
    RoundEvent,
)
from reviews.rounds.steps import record, require

# A letter goes to the first of these that has an address; the others get a copy.
OFFICERS = (
    ContactRole.CHIEF_EXECUTIVE,
    ContactRole.LINK_OFFICER,
    ContactRole.MONITORING_OFFICER,
)

# No attempt takes as long; one that began earlier and has no end was interrupted.
LONGEST_ATTEMPT = dt.timedelta(minutes=10)


def queue_letter(
    letter: Letter, *, subject: str, at: dt.datetime, case_lists_to: Collection[str] = ()
) -> None:
    """Queues the letter's messages, inside the transaction that issues it.

    The roles `case_lists_to` get the case lists with it.
    """
    occasion = _occasion(letter)
    officers = [role for role in OFFICERS if role in letter.recipients]
    if not officers:
        return
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            letter=letter,
            role=role,
            email=letter.recipients[role],
            subject=messages.one_line(f"{subject}: {letter.summary.name}"),
            body=messages.letter_text(
                occasion,
                officer=role.label.lower(),
                addressee=officers[0].label.lower(),
                has_case_lists=role in case_lists_to,
            ),
            has_case_lists=role in case_lists_to,
            message_id=_message_id(),
            queued_at=at,
            next_attempt_at=at,
        )
        for role in officers
    )


def queue_case_lists(*, round_: Round, by: User) -> int:
    """Queues the case lists for each link officer who has not been sent them with the letter.

    Returns their number; done again, it finds nobody left.
    """
    require(by, "reviews.send_messages", "send messages")
    with recorded(by=by, what=f"Queue the case lists of the round {round_.year}"):
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        now = timezone.now()
        letters = awaiting_case_lists(round_).select_related(
            "summary__freeze__round", "summary__correction"
        )
        queued = OutboxMessage.objects.bulk_create(
            OutboxMessage(
                letter=letter,
                role=ContactRole.LINK_OFFICER,
                email=letter.recipients[ContactRole.LINK_OFFICER],
                subject=messages.one_line(
                    f"Case lists of the annual review {round_.year}: {letter.summary.name}"
                ),
                body=messages.case_lists_text(_occasion(letter)),
                has_letter=False,
                has_case_lists=True,
                message_id=_message_id(),
                queued_at=now,
                next_attempt_at=now,
            )
            for letter in letters
        )
        if queued:
            detail = f"Case lists for {len(queued)} link officer{'' if len(queued) == 1 else 's'}"
            record(round_, RoundEvent.Action.QUEUED, by=by, detail=detail)
    return len(queued)


def awaiting_case_lists(round_: Round) -> QuerySet[Letter]:
    """Issued letters with a link officer and lists that no message carries yet."""
    return (
        Letter.objects.of_round(round_.pk)
        .issued()
        .filter(recipients__has_key=ContactRole.LINK_OFFICER.value)
        .filter(summary__case_lists__kind="received", summary__retraction__isnull=True)
        .filter(summary__in=AnnualSummary.objects.current().values("pk"))
        .exclude(messages__has_case_lists=True)
    )


# What people decide ------------------------------------------------------------------------------


def confirm_arrived(*, message: OutboxMessage, by: User) -> None:
    """Somebody found out that a message of unknown fate arrived."""
    _decide(message, MessageState.SENT, by=by, detail="It arrived")


def send_again(*, message: OutboxMessage, by: User) -> None:
    """Tries a message of unknown fate, or one that failed, once more."""
    _decide(message, MessageState.QUEUED, by=by, detail="To be sent again")


def report_bounce(*, message: OutboxMessage, by: User) -> None:
    """Somebody saw that a message came back."""
    _decide(message, MessageState.BOUNCED, by=by, detail="Entered by hand")


def withdraw(*, message: OutboxMessage, by: User) -> None:
    """Takes a message off the lists: it is not sent, or is done with."""
    _decide(message, MessageState.WITHDRAWN, by=by, detail="")


def send_to(*, message: OutboxMessage, email: str, by: User) -> OutboxMessage:
    """Queues the same message for a corrected address; it names the one whose place it takes."""
    require(by, "reviews.send_messages", "send messages")
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("That is not an e-mail address; write it as name@example.org.") from None
    with transaction.atomic():
        _move(message.pk, MessageState.WITHDRAWN, by=by, detail="Sent to another address instead")
        now = timezone.now()
        return OutboxMessage.objects.create(
            letter_id=message.letter_id,
            role=message.role,
            email=email,
            subject=message.subject,
            body=message.body,
            has_letter=message.has_letter,
            has_case_lists=message.has_case_lists,
            message_id=_message_id(),
            queued_at=now,
            next_attempt_at=now,
            replaces=message,
        )


def report_event(*, message_id: str, state: MessageState, detail: str, by: User) -> bool:
    """Takes in what the mail provider says of a message; whether that changed anything."""
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update()
            .filter(message_id=f"<{message_id.strip('<> ')}>")
            .first()
        )
        if message is None or state not in NEXT_STATES[MessageState(message.state)]:
            return False
        add_event(message, state, by=by, detail=detail)
    return True


def give_up_interrupted(*, by: User, at: dt.datetime) -> int:
    """Says of attempts that never ended that nobody knows how they ended."""
    given_up = 0
    for pk in OutboxMessage.objects.interrupted(since=at - LONGEST_ATTEMPT).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            message = OutboxMessage.objects.select_for_update().get(pk=pk)
            if message.state == MessageState.SENDING:
                add_event(message, MessageState.UNKNOWN, by=by, detail="Interrupted", at=at)
                given_up += 1
    return given_up


def add_event(
    message: OutboxMessage,
    state: MessageState,
    *,
    by: User,
    detail: str = "",
    at: dt.datetime | None = None,
    next_attempt_at: dt.datetime | None = None,
) -> MessageEvent:
    """Leaves a line in the message's history, which its state follows."""
    at = at or timezone.now()
    return MessageEvent.objects.create(
        message=message,
        state=state,
        detail=detail,
        next_attempt_at=(next_attempt_at or at) if state == MessageState.QUEUED else None,
        done_at=at,
        done_by=by,
    )


def _decide(message: OutboxMessage, state: MessageState, *, by: User, detail: str) -> None:
    require(by, "reviews.send_messages", "send messages")
    with transaction.atomic():
        _move(message.pk, state, by=by, detail=detail)


def _move(pk: int, state: MessageState, *, by: User, detail: str) -> None:
    """One step of a message, refused where it has come another way meanwhile."""
    message = OutboxMessage.objects.select_for_update().get(pk=pk)
    now = timezone.now()
    if (
        message.state == MessageState.SENDING
        and OutboxMessage.objects.interrupted(since=now - LONGEST_ATTEMPT).filter(pk=pk).exists()
    ):
        add_event(message, MessageState.UNKNOWN, by=by, detail="Interrupted", at=now)
        message.state = MessageState.UNKNOWN
    if state not in NEXT_STATES[MessageState(message.state)] or (
        message.state == MessageState.SENDING
    ):
        raise Refused(
            f"The message to {message.letter.summary.name} ({message.get_role_display().lower()}) "
            f"is “{message.get_state_display().lower()}”, so that cannot be done with it."
        )
    add_event(message, state, by=by, detail=detail, at=now)


def _occasion(letter: Letter) -> messages.Occasion:
    summary = letter.summary
    round_ = summary.freeze.round
    return messages.Occasion(
        authority=summary.name,
        year_ending=summary.year_ending,
        public_from=round_.publish_at,
        page=f"{settings.SITE_ADDRESS}/councils/{summary.slug}/{summary.year_ending}/",
        is_demonstration=round_.is_demonstration,
        version=summary.number,
        is_public=round_.publish_at <= timezone.now(),
    )


def _message_id() -> str:
    return make_msgid(domain=urlsplit(settings.SITE_ADDRESS).hostname or "localhost")
