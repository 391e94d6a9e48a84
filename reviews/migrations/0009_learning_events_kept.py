"""Learning events have a history; what was counted of them with a round never changes."""

from django.db import migrations

from casework.triggers import KeepHistory, Refuse, RefuseTruncate

FROZEN = "reviews_frozenlearning"
MESSAGE = "Frozen learning events cannot be changed; freeze the round again."


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_learning_events")]

    operations = [
        *(
            KeepHistory(
                name=f"history_of_{record}", table=f"reviews_{record}", record=f"reviews.{record}"
            )
            for record in ("learningevent", "learningattendance")
        ),
        Refuse(
            name="frozenlearning_frozen",
            table=FROZEN,
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=MESSAGE,
        ),
        RefuseTruncate(name="frozenlearning_not_truncated", table=FROZEN, message=MESSAGE),
        Refuse(
            name="frozenlearning_not_replaced",
            table=FROZEN,
            events=["INSERT"],
            condition=f"EXISTS (SELECT 1 FROM {FROZEN} o WHERE o.freeze_id = NEW.freeze_id)",
            message=MESSAGE,
        ),
        # Or letters that were read without these figures would say them one day.
        Refuse(
            name="frozenlearning_with_its_freeze",
            table=FROZEN,
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_freeze f JOIN reviews_round r ON r.id = f.round_id "
                "WHERE f.id = NEW.freeze_id AND r.freeze_id >= f.id)"
            ),
            message="Learning events are frozen together with the round, never later.",
        ),
    ]
