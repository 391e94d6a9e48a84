"""The messages that take letters to councils, and what happened to each."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.choices import ContactRole
from casework.conditions import one_of
from reviews.models.letters import Letter
from reviews.querysets import OutboxMessageQuerySet


class MessageState(models.TextChoices):
    """How far a message has come. Unknown: it may have arrived or not, and a person decides."""

    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    UNKNOWN = "unknown", "Not known"
    FAILED = "failed", "Failed"
    BOUNCED = "bounced", "Came back"
    WITHDRAWN = "withdrawn", "Withdrawn"


# From each state, what may happen next. The database holds the same list.
NEXT_STATES: dict[MessageState, tuple[MessageState, ...]] = {
    MessageState.QUEUED: (MessageState.SENDING, MessageState.WITHDRAWN),
    MessageState.SENDING: (
        MessageState.SENT, MessageState.QUEUED, MessageState.FAILED, MessageState.UNKNOWN,
        MessageState.BOUNCED,
    ),
    MessageState.UNKNOWN: (
        MessageState.SENT, MessageState.QUEUED, MessageState.FAILED, MessageState.BOUNCED,
        MessageState.WITHDRAWN,
    ),
    MessageState.SENT: (MessageState.BOUNCED, MessageState.WITHDRAWN),
    MessageState.FAILED: (MessageState.QUEUED, MessageState.WITHDRAWN),
    MessageState.BOUNCED: (MessageState.WITHDRAWN,),
    MessageState.WITHDRAWN: (),
}  # fmt: skip


class OutboxMessage(models.Model):
    """A message about an issued letter, written in the transaction that issued it.

    What it says and to whom never changes; another address is another message. Its state follows
    its events: the database sets it, nothing else can.
    """

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="messages")
    role = models.CharField("to", max_length=20, choices=ContactRole)
    email = models.EmailField("address")
    subject = models.CharField(max_length=300)
    body = models.TextField("text")
    has_letter = models.BooleanField("carries the letter", default=True)
    has_case_lists = models.BooleanField("carries the case lists", default=False)
    message_id = models.CharField(
        "Message-ID", max_length=255, unique=True, help_text="The same however often it is tried."
    )
    queued_at = models.DateTimeField("queued")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(
        max_length=20, choices=MessageState, default=MessageState.QUEUED, editable=False
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField("next attempt", null=True, editable=False)
    sent_at = models.DateTimeField("sent", null=True, editable=False)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        ordering = ["queued_at", "pk"]
        permissions = [("send_messages", "Can send messages")]
        constraints = [
            models.UniqueConstraint(
                name="outbox_message_once",
                fields=["letter", "role", "has_letter"],
                condition=Q(replaces__isnull=True),
            ),
            models.CheckConstraint(
                name="outbox_message_carries_something",
                condition=Q(has_letter=True) | Q(has_case_lists=True),
            ),
            models.CheckConstraint(
                name="outbox_message_state_known", condition=one_of("state", MessageState)
            ),
            models.CheckConstraint(
                name="outbox_message_next_attempt_only_if_queued",
                condition=Q(state="queued", next_attempt_at__isnull=False)
                | ~Q(state="queued") & Q(next_attempt_at__isnull=True),
            ),
        ]
        indexes = [models.Index(name="outbox_message_due", fields=["state", "next_attempt_at"])]

    def __str__(self) -> str:
        # No address: this text reaches logs and change messages.
        return f"{self.subject} ({self.get_role_display()})"


class MessageEvent(models.Model):
    """A line of a message's history: the state it came into, when, by whom and why.

    An attempt begins with `sending`, committed before the mail server is asked anything.
    """

    message = models.ForeignKey(OutboxMessage, models.PROTECT, related_name="events")
    state = models.CharField(max_length=20, choices=MessageState)
    detail = models.CharField(max_length=200, blank=True, help_text="Never an address or a name.")
    next_attempt_at = models.DateTimeField("next attempt", null=True, blank=True)
    done_at = models.DateTimeField("when")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="who"
    )

    class Meta:
        verbose_name = "message's line"
        verbose_name_plural = "messages' history"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="message_event_state_known", condition=one_of("state", MessageState)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.get_state_display()}"
