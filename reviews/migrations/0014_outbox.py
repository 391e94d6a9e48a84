"""Messages are sent: what each says, how far it has come, and what happened to it."""

from email.utils import make_msgid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [
    ("queued", "Waiting"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("unknown", "Not known"),
    ("failed", "Failed"),
    ("bounced", "Came back"),
    ("withdrawn", "Withdrawn"),
]
KNOWN = models.Q(("state__in", [state for state, _ in STATES]))


def fill(apps: Any, schema_editor: Any) -> None:
    """Messages queued before have a text and a number of their own, and wait to be sent."""
    for message in apps.get_model("reviews", "OutboxMessage").objects.iterator():
        message.body = "The annual review letter is attached.\n"
        message.message_id = make_msgid(domain="outbox.invalid")
        message.next_attempt_at = message.queued_at
        message.save(update_fields=["body", "message_id", "next_attempt_at"])


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reviews", "0013_letter_alternatives"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="outboxmessage",
            options={
                "ordering": ["queued_at", "pk"],
                "permissions": [("send_messages", "Can send messages")],
                "verbose_name": "message",
            },
        ),
        migrations.RemoveConstraint(model_name="outboxmessage", name="outbox_message_once"),
        migrations.AlterField(
            "outboxmessage", "email", models.EmailField(max_length=254, verbose_name="address")
        ),
        migrations.AlterField(
            "outboxmessage", "queued_at", models.DateTimeField(verbose_name="queued")
        ),
        migrations.AddField("outboxmessage", "body", models.TextField("text", default=""), False),
        migrations.AddField(
            "outboxmessage",
            "has_letter",
            models.BooleanField(default=True, verbose_name="carries the letter"),
        ),
        migrations.AddField(
            "outboxmessage",
            "has_case_lists",
            models.BooleanField(default=False, verbose_name="carries the case lists"),
        ),
        migrations.AddField(
            "outboxmessage", "message_id", models.CharField(max_length=255, null=True)
        ),
        migrations.AddField(
            "outboxmessage",
            "replaces",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="reviews.outboxmessage",
            ),
        ),
        migrations.AddField(
            "outboxmessage",
            "state",
            models.CharField(choices=STATES, default="queued", editable=False, max_length=20),
        ),
        migrations.AddField(
            "outboxmessage",
            "attempts",
            models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            "outboxmessage",
            "next_attempt_at",
            models.DateTimeField(editable=False, null=True, verbose_name="next attempt"),
        ),
        migrations.AddField(
            "outboxmessage",
            "sent_at",
            models.DateTimeField(editable=False, null=True, verbose_name="sent"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "outboxmessage",
            "message_id",
            models.CharField(
                help_text="The same however often it is tried.",
                max_length=255,
                unique=True,
                verbose_name="Message-ID",
            ),
        ),
        migrations.AddConstraint(
            "outboxmessage",
            models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)),
                fields=("letter", "role", "has_letter"),
                name="outbox_message_once",
            ),
        ),
        migrations.AddConstraint(
            "outboxmessage",
            models.CheckConstraint(
                condition=models.Q(("has_letter", True), ("has_case_lists", True), _connector="OR"),
                name="outbox_message_carries_something",
            ),
        ),
        migrations.AddConstraint(
            "outboxmessage",
            models.CheckConstraint(condition=KNOWN, name="outbox_message_state_known"),
        ),
        migrations.AddConstraint(
            "outboxmessage",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_attempt_at__isnull", False), ("state", "queued")),
                    models.Q(
                        models.Q(("state", "queued"), _negated=True),
                        ("next_attempt_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="outbox_message_next_attempt_only_if_queued",
            ),
        ),
        migrations.AddIndex(
            "outboxmessage",
            models.Index(fields=["state", "next_attempt_at"], name="outbox_message_due"),
        ),
        migrations.CreateModel(
            name="MessageEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.CharField(choices=STATES, max_length=20)),
                (
                    "detail",
                    models.CharField(
                        blank=True, help_text="Never an address or a name.", max_length=200
                    ),
                ),
                (
                    "next_attempt_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="next attempt"),
                ),
                ("done_at", models.DateTimeField(verbose_name="when")),
                (
                    "done_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="reviews.outboxmessage",
                    ),
                ),
            ],
            options={
                "verbose_name": "message's line",
                "verbose_name_plural": "messages' history",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(condition=KNOWN, name="message_event_state_known")
                ],
            },
        ),
    ]
