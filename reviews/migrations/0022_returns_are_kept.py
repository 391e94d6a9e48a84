"""Returned letters have a history, and so has who queued messages."""

from django.db import migrations, models

from casework.triggers import KeepHistory

ACTIONS = [
    "opened",
    "frozen",
    "approved",
    "returned",
    "withdrawn",
    "worded",
    "held",
    "released",
    "issued",
    "queued",
    "sent",
    "corrected",
    "retracted",
    "exported",
]
LABELS = {
    "frozen": "Figures frozen",
    "approved": "Letters approved",
    "returned": "Letters returned",
    "withdrawn": "Approval withdrawn",
    "worded": "Wording changed",
    "held": "Letters held",
    "released": "Letters released",
    "issued": "Letters issued",
    "queued": "Messages queued",
    "sent": "Messages sent",
    "corrected": "Letter corrected",
    "retracted": "Letter retracted",
    "exported": "Letters exported",
}


class Migration(migrations.Migration):
    dependencies = [("reviews", "0021_corrections_before_issue")]

    operations = [
        KeepHistory(
            name="history_of_letterreturn",
            table="reviews_letterreturn",
            record="reviews.letterreturn",
        ),
        migrations.RemoveConstraint("roundevent", "round_event_action_known"),
        migrations.AlterField(
            "roundevent",
            "action",
            models.CharField(
                max_length=20,
                choices=[(action, LABELS.get(action, action.capitalize())) for action in ACTIONS],
            ),
        ),
        migrations.AddConstraint(
            "roundevent",
            models.CheckConstraint(
                condition=models.Q(action__in=ACTIONS), name="round_event_action_known"
            ),
        ),
    ]
