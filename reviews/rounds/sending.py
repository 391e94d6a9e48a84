"""Sending what waits in the outbox: one message at a time, none twice without a person's word.

Each attempt is written down and committed before the mail server hears of the message. Where the
server's answer is clear, so is what follows; where the connection or the process breaks, nobody
knows whether the message arrived, and a person decides.
"""

import datetime as dt
import smtplib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from casework.refusals import Refused
from reviews import caselists
from reviews.letters.statements import number
from reviews.models import MessageState, OutboxMessage, Round, RoundEvent
from reviews.querysets import OutboxMessageQuerySet
from reviews.rounds.outbox import add_event, give_up_interrupted
from reviews.rounds.steps import record

MAILER = "default"

# The waits after a mail server has said "not now"; after the last it is a failure.
WAITS = (
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=1),
    dt.timedelta(hours=4),
    dt.timedelta(hours=12),
    dt.timedelta(hours=24),
)


@dataclass(slots=True)
class Sending:
    """What one run did: the number of messages by the state they came into."""

    counts: Counter[str] = field(default_factory=Counter)
    interrupted: int = 0
    left: int = 0
    problem: str = ""  # why it ended early

    @property
    def sent(self) -> int:
        return self.counts[MessageState.SENT]

    def __str__(self) -> str:
        found = [
            (self.sent, "sent"),
            (self.counts[MessageState.QUEUED], "to be tried again later"),
            (self.counts[MessageState.FAILED], "refused for good"),
            (self.counts[MessageState.UNKNOWN] + self.interrupted, "of which nobody knows the end"),
            (self.left, "still waiting"),
        ]
        said = [f"{many:,} {what}" for many, what in found if many]
        return f"Messages: {', '.join(said) or 'nothing to do'}."


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of handing a message to the mail server."""

    state: MessageState
    detail: str = ""


def send(
    *,
    by: User,
    round_: Round | None = None,
    clock: Callable[[], dt.datetime] = timezone.now,
    longest: dt.timedelta | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sending:
    """Sends the messages that are due, of one round or of all, and says what became of them.

    Any number of runs may work at once; a run that is stopped leaves at most one message in doubt.
    Ends early after `longest`, when the mail server does not answer any more, and after a message
    whose fate is not known: a server that breaks off should not leave many in doubt. Who may send
    is for the caller to ask.
    """
    done, began, sent = Sending(), clock(), Counter[Round]()
    done.interrupted = give_up_interrupted(by=by, at=began)
    total = _due(round_, clock()).count()
    try:
        while longest is None or clock() - began < longest:
            if not _due(round_, clock()).exists():
                break
            try:
                with _connected() as server:
                    message = _claim(_due(round_, clock()), by=by, clock=clock)
                    if message is None:
                        break
                    answer = _hand_over(server, message)
            except Refused as refused:
                if not done.counts:
                    raise
                done.problem = str(refused)
                break
            state = _settle(message, answer, by=by, clock=clock)
            done.counts[state] += 1
            if state == MessageState.SENT:
                sent[message.letter.summary.freeze.round] += 1
            if progress:
                progress(min(done.counts.total(), total), total)
            if state == MessageState.UNKNOWN:
                break
    finally:
        for each, many in sent.items():
            detail = number(many, "message", "messages")
            record(each, RoundEvent.Action.SENT, by=by, detail=detail)
    done.left = _due(round_, clock()).count()
    return done


def _due(round_: Round | None, at: dt.datetime) -> OutboxMessageQuerySet:
    due = OutboxMessage.objects.due(at=at)
    return due if round_ is None else due.of_round(round_.pk)


@contextmanager
def _connected() -> Iterator[BaseEmailBackend]:
    """A connection of its own for each message: servers close those that stay open."""
    server = mailers[MAILER]
    try:
        try:
            server.open()
        except OSError as error:
            raise Refused(
                f"The mail server does not answer as it should ({type(error).__name__}), so "
                "nothing more was sent; what waits is sent by a later run. Check EMAIL_URL if this "
                "goes on."
            ) from error
        yield server
    finally:
        # What was accepted stays accepted, however the server takes its leave.
        with suppress(OSError):
            server.close()


def _claim(
    due: OutboxMessageQuerySet, *, by: User, clock: Callable[[], dt.datetime]
) -> OutboxMessage | None:
    """The next message, which from now on is this run's alone; None if others took them all."""
    with transaction.atomic(durable=True):
        message = due.select_for_update(skip_locked=True, of=("self",)).first()
        if message is None:
            return None
        add_event(message, MessageState.SENDING, by=by, at=clock())
    return OutboxMessage.objects.select_related("letter__summary__freeze__round").get(pk=message.pk)


def email_of(message: OutboxMessage) -> EmailMessage:
    """The message as it travels, with its attachments."""
    email = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.email],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    summary = message.letter.summary
    if message.has_letter:
        name = f"{summary.year_ending}-{summary.slug}.pdf"
        email.attach(name, bytes(message.letter.file.pdf), "application/pdf")
    if message.has_case_lists:
        for found in summary.case_lists.select_related("summary"):
            email.attach(
                caselists.file_name(found, "xlsx"),
                caselists.content(found, "xlsx"),
                caselists.MIME["xlsx"],
            )
    return email


def _hand_over(server: BaseEmailBackend, message: OutboxMessage) -> Answer:
    try:
        server.send_messages([email_of(message)])
    except smtplib.SMTPRecipientsRefused as refused:
        (code, _), *_ = refused.recipients.values()
        return _refused(code)
    except smtplib.SMTPSenderRefused:
        return _refused(451)  # the setting of the sender is wrong, not this message: not now
    except smtplib.SMTPResponseException as refused:
        return _refused(refused.smtp_code)
    except smtplib.SMTPNotSupportedError:
        return Answer(MessageState.FAILED, "The mail server cannot take such a message")
    except OSError as error:
        return Answer(MessageState.UNKNOWN, f"The connection broke ({type(error).__name__})")
    except ValueError:
        return Answer(MessageState.FAILED, "The address cannot be written in a message")
    return Answer(MessageState.SENT)


def _refused(code: int) -> Answer:
    """Never with the server's words, which may repeat an address."""
    if 500 <= code <= 599:
        return Answer(MessageState.FAILED, f"The mail server refused it for good ({code})")
    if 400 <= code <= 499:
        return Answer(MessageState.QUEUED, f"The mail server said: not now ({code})")
    return Answer(MessageState.UNKNOWN, "The mail server answered in no known way")


def _settle(
    message: OutboxMessage, answer: Answer, *, by: User, clock: Callable[[], dt.datetime]
) -> MessageState:
    """Writes down what came of an attempt, unless somebody knew it sooner; the state it is in."""
    with transaction.atomic(durable=True):
        now = OutboxMessage.objects.select_for_update().get(pk=message.pk)
        is_ours = now.attempts == message.attempts and now.state in (
            MessageState.SENDING,
            MessageState.UNKNOWN,
        )
        if not is_ours or now.state == answer.state:
            return MessageState(now.state)
        state, detail, next_attempt_at = answer.state, answer.detail, None
        if state == MessageState.QUEUED:
            if now.attempts > len(WAITS):
                state, detail = MessageState.FAILED, f"{detail}, {now.attempts} times"
            else:
                next_attempt_at = clock() + WAITS[now.attempts - 1]
        add_event(now, state, by=by, detail=detail, at=clock(), next_attempt_at=next_attempt_at)
        return state
