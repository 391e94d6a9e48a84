"""What a message says stands, its state follows its history alone, and case lists are frozen."""

from django.db import migrations

from casework.triggers import After, Refuse, RefuseTruncate, changed_in

MESSAGE, EVENT, LIST = "reviews_outboxmessage", "reviews_messageevent", "reviews_caselist"

KEPT = "A message cannot be changed; queue another in its place."
HISTORY_KEPT = "The history of a message cannot be changed."
FROZEN = "A frozen list of cases cannot be changed."

SAYS = (
    "id", "letter_id", "role", "email", "subject", "body", "has_letter", "has_case_lists", "message_id",
    "queued_at", "replaces_id",
)  # fmt: skip
FOLLOWS = ("state", "attempts", "next_attempt_at", "sent_at")

# Which state may follow which.
STEPS = (
    "queued>sending", "queued>withdrawn",
    "sending>sent", "sending>queued", "sending>failed", "sending>unknown", "sending>bounced",
    "unknown>sent", "unknown>queued", "unknown>failed", "unknown>bounced", "unknown>withdrawn",
    "sent>bounced", "sent>withdrawn",
    "failed>queued", "failed>withdrawn",
    "bounced>withdrawn",
)  # fmt: skip


def not_replaced(name: str, table: str, same: str, message: str) -> Refuse:
    """SQLite's REPLACE deletes the row that is in the way without firing a trigger."""
    return Refuse(
        name=name,
        table=table,
        events=["INSERT"],
        condition=f"EXISTS (SELECT 1 FROM {table} o WHERE {same})",
        message=message,
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0015_case_lists")]

    operations = [
        Refuse(
            name="outboxmessage_kept",
            table=MESSAGE,
            events=[f"UPDATE OF {', '.join(SAYS)}"],
            when=changed_in(SAYS),
            condition="TRUE",
            message=KEPT,
        ),
        Refuse(
            name="outboxmessage_not_removed",
            table=MESSAGE,
            events=["DELETE"],
            condition="TRUE",
            message=KEPT,
        ),
        RefuseTruncate(name="outboxmessage_not_truncated", table=MESSAGE, message=KEPT),
        not_replaced(
            "outboxmessage_not_replaced",
            MESSAGE,
            "o.id = NEW.id OR o.message_id = NEW.message_id OR o.replaces_id = NEW.replaces_id "
            "OR (o.letter_id = NEW.letter_id AND o.role = NEW.role "
            "AND o.has_letter = NEW.has_letter AND o.replaces_id IS NULL "
            "AND NEW.replaces_id IS NULL)",
            KEPT,
        ),
        Refuse(
            name="outboxmessage_begins_queued",
            table=MESSAGE,
            events=["INSERT"],
            when="NEW.state <> 'queued' OR NEW.attempts <> 0 OR NEW.sent_at IS NOT NULL",
            condition="TRUE",
            message="A new message waits to be sent.",
        ),
        Refuse(
            name="outboxmessage_state_follows_history",
            table=MESSAGE,
            events=[f"UPDATE OF {', '.join(FOLLOWS)}"],
            when=changed_in(FOLLOWS),
            condition=(
                f"NOT EXISTS (SELECT 1 FROM {EVENT} e WHERE e.message_id = NEW.id "
                "AND e.state = NEW.state "
                "AND NOT (e.next_attempt_at IS DISTINCT FROM NEW.next_attempt_at) "
                f"AND NEW.attempts = (SELECT COUNT(*) FROM {EVENT} t "
                "WHERE t.message_id = NEW.id AND t.state = 'sending') "
                f"AND NOT (NEW.sent_at IS DISTINCT FROM (SELECT MAX(s.done_at) FROM {EVENT} s "
                "WHERE s.message_id = NEW.id AND s.state = 'sent')) "
                f"AND e.id = (SELECT MAX(l.id) FROM {EVENT} l WHERE l.message_id = NEW.id))"
            ),
            message="The state of a message follows its history.",
        ),
        Refuse(
            name="messageevent_in_order",
            table=EVENT,
            events=["INSERT"],
            condition=(
                f"NOT EXISTS (SELECT 1 FROM {MESSAGE} m WHERE m.id = NEW.message_id "
                f"AND m.state || '>' || NEW.state IN ({', '.join(f"'{each}'" for each in STEPS)}))"
            ),
            message="That cannot happen to this message any more: look at how far it has come.",
            lock=f"{MESSAGE} WHERE id = NEW.message_id FOR UPDATE",
        ),
        Refuse(
            name="messageevent_kept",
            table=EVENT,
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=HISTORY_KEPT,
        ),
        RefuseTruncate(name="messageevent_not_truncated", table=EVENT, message=HISTORY_KEPT),
        not_replaced("messageevent_not_replaced", EVENT, "o.id = NEW.id", HISTORY_KEPT),
        After(
            name="outboxmessage_follows_history",
            table=EVENT,
            event="INSERT",
            condition="TRUE",
            statement=(
                f"UPDATE {MESSAGE} SET state = NEW.state, next_attempt_at = NEW.next_attempt_at, "
                "attempts = attempts + CASE WHEN NEW.state = 'sending' THEN 1 ELSE 0 END, "
                "sent_at = CASE WHEN NEW.state = 'sent' THEN NEW.done_at ELSE sent_at END "
                "WHERE id = NEW.message_id"
            ),
        ),
        Refuse(
            name="caselist_frozen",
            table=LIST,
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=FROZEN,
        ),
        RefuseTruncate(name="caselist_not_truncated", table=LIST, message=FROZEN),
        not_replaced(
            "caselist_not_replaced",
            LIST,
            "o.id = NEW.id OR (o.summary_id = NEW.summary_id AND o.kind = NEW.kind)",
            FROZEN,
        ),
        Refuse(
            name="caselist_of_its_freeze",
            table=LIST,
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_letter l "
                "WHERE l.summary_id = NEW.summary_id AND l.issued_at IS NOT NULL)"
            ),
            message="A list of cases is kept when the figures are frozen, not after.",
        ),
    ]
