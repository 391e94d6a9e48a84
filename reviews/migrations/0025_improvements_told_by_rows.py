"""What copies say of improvements becomes rows, with the days and outcome that casework has.

An improvement that casework words otherwise by now stands in a copy that is suspended or taken off:
the next publication tells the first anew, and history keeps what the second said.
"""

from typing import Any

from django.db import migrations


def to_rows(apps: Any, schema_editor: Any) -> None:
    copies = apps.get_model("reviews", "PublishedDecision").objects.order_by("pk")
    rows = apps.get_model("reviews", "PublishedImprovement").objects
    recommendations = apps.get_model("casework", "Recommendation").objects
    for key, decision, said in copies.exclude(improvements=[]).values_list(
        "pk", "statement__decision", "improvements"
    ):
        found = {
            (each.category, each.text): each
            for each in recommendations.filter(
                decision=decision, kind="service_improvement"
            ).select_related("decision")
        }
        known = [
            found[pair] for each in said if (pair := (each["category"], each["text"])) in found
        ]
        rows.bulk_create(
            rows.model(
                decision_id=key,
                number=number,
                category=each.category,
                text=each.text,
                due_on=each.due_on,
                completed_on=each.completed_on,
                status=status(each),
                compliance=each.decision.compliance,
                compliance_recorded_on=each.decision.compliance_recorded_on,
            )
            for number, each in enumerate(known, start=1)
        )


def status(recommendation: Any) -> str:
    """As `reviews.figures.improvements.status` had it then."""
    if recommendation.completed_on:
        return "on_time" if recommendation.completed_on <= recommendation.due_on else "late"
    return {
        "": "due",
        "satisfied": "on_time",
        "satisfied_late": "late",
        "not_satisfied": "not_carried_out",
        "ceased": "ceased",
    }[recommendation.decision.compliance]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0024_improvements_of_copies")]

    operations = [migrations.RunPython(to_rows, migrations.RunPython.noop)]
