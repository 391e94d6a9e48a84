"""Stages of the cases there are, and days to decision reasons: "fault" for "maladministration"."""

import datetime as dt
from typing import Any

from django.db import migrations
from django.db.models import Exists, OuterRef

# "Fault" took the place of "maladministration" in decisions of the year ending 2023.
LAST_DAY_OF_MALADMINISTRATION = dt.date(2022, 3, 31)
FIRST_DAY_OF_FAULT = dt.date(2022, 4, 1)
FAULT = ("fault-and-injustice", "fault-no-injustice")
MALADMINISTRATION = {
    "maladministration-and-injustice": "Maladministration and injustice",
    "maladministration-no-injustice": "Maladministration, no injustice",
}


def fill(apps: Any, schema_editor: Any) -> None:
    complaint = apps.get_model("casework", "Complaint")
    decision = apps.get_model("casework", "Decision")
    recommendation = apps.get_model("casework", "Recommendation")
    reason = apps.get_model("casework", "DecisionReason")
    standing = decision.objects.filter(complaint=OuterRef("pk"), is_standing=True)
    to_comply = standing.filter(
        Exists(recommendation.objects.filter(decision=OuterRef("pk"))),
        outcome="upheld",
        compliance="",
    )
    decided = complaint.objects.filter(Exists(standing))
    decided.filter(Exists(to_comply)).update(stage="remedy")
    decided.exclude(stage="remedy").update(stage="closed")
    reason.objects.filter(code__in=FAULT, starts_on=None).exclude(
        pk__in=decision.objects.filter(decided_on__lt=FIRST_DAY_OF_FAULT, reason__isnull=False)
        .order_by()
        .values("reason")
    ).update(starts_on=FIRST_DAY_OF_FAULT)
    for code, name in MALADMINISTRATION.items():
        reason.objects.get_or_create(
            code=code,
            defaults={
                "name": name, "outcome": "upheld", "ends_on": LAST_DAY_OF_MALADMINISTRATION,
            },
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_the_desk")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
