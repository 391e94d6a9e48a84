"""What anonymising a case may take out of rows that are kept, and that it is for good."""

from importlib import import_module

from django.db import migrations
from django.db.migrations.operations.base import Operation

from casework.triggers import Lift, Refuse, changed_in

BEFORE = import_module("casework.migrations.0006_rules_and_history").Migration.operations
KEPT = {rule.name: rule for rule in BEFORE if isinstance(rule, Refuse)}

CASE_OF_EXTENSION = (
    "SELECT 1 FROM casework_recommendation r JOIN casework_decision d ON d.id = r.decision_id "
    "JOIN casework_complaint c ON c.id = d.complaint_id "
    "WHERE r.id = OLD.recommendation_id AND c.anonymised_on IS NOT NULL"
)
# Every record that a batch changed belongs to an anonymised case.
OF_ANONYMISED_ONLY = (
    "EXISTS (SELECT 1 FROM casework_change h WHERE h.batch_id = OLD.id) "
    "AND NOT EXISTS (SELECT 1 FROM casework_change h WHERE h.batch_id = OLD.id AND NOT EXISTS ("
    "SELECT 1 FROM casework_complaint c WHERE c.id = h.case_id AND c.anonymised_on IS NOT NULL))"
)


def changed_for_anonymised(name: str, condition: str) -> list[Operation]:
    """Rows that stay, and change only once their case is anonymised."""
    rule = KEPT[f"{name}_kept"]
    return [
        Lift(rule),
        Refuse(
            name=rule.name,
            table=rule.table,
            events=rule.events,
            condition=condition,
            message=rule.message,
        ),
        Refuse(
            name=f"{name}_not_removed",
            table=rule.table,
            events=["DELETE"],
            condition="TRUE",
            message=rule.message,
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("casework", "0010_similar_cases")]

    operations = [
        migrations.AlterModelOptions(
            name="upload", options={"ordering": ["-pk"], "verbose_name": "import"}
        ),
        *changed_for_anonymised("extension", f"NOT EXISTS ({CASE_OF_EXTENSION})"),
        *changed_for_anonymised(
            "look",
            "NOT EXISTS (SELECT 1 FROM casework_complaint c "
            "WHERE c.id = OLD.complaint_id AND c.anonymised_on IS NOT NULL)",
        ),
        Refuse(
            name="change_not_removed",
            table="casework_change",
            events=["DELETE"],
            condition="TRUE",
            message="History is kept.",
        ),
        Lift(KEPT["batch_kept"]),
        Refuse(
            name="batch_kept",
            table="casework_batch",
            events=["UPDATE", "DELETE"],
            condition=f"OLD.id IS DISTINCT FROM casework_batch() AND NOT ({OF_ANONYMISED_ONLY})",
            message="History is kept.",
        ),
        Refuse(
            name="batch_not_removed",
            table="casework_batch",
            events=["DELETE"],
            condition="OLD.id IS DISTINCT FROM casework_batch()",
            message="History is kept.",
        ),
        Refuse(
            name="complaint_anonymised_when_closed",
            table="casework_complaint",
            events=["UPDATE OF anonymised_on"],
            condition=(
                "NEW.anonymised_on IS NOT NULL AND OLD.anonymised_on IS NULL "
                "AND NEW.stage <> 'closed'"
            ),
            message="Only a closed case is anonymised.",
        ),
        Refuse(
            name="complaint_anonymised_for_good",
            table="casework_complaint",
            events=["UPDATE OF anonymised_on"],
            condition=f"OLD.anonymised_on IS NOT NULL AND ({changed_in(['anonymised_on'])})",
            message="An anonymised case stays anonymised.",
        ),
        Refuse(
            name="complainant_not_of_anonymised",
            table="casework_complainant",
            events=["INSERT", "UPDATE"],
            condition=(
                "EXISTS (SELECT 1 FROM casework_complaint c "
                "WHERE c.id = NEW.complaint_id AND c.anonymised_on IS NOT NULL)"
            ),
            message="The case is anonymised, so that nobody is named in it again.",
            lock="casework_complaint WHERE id = NEW.complaint_id FOR SHARE",
        ),
        Refuse(
            name="anonymisation_agreed_for_good",
            table="casework_anonymisation",
            events=["UPDATE", "DELETE"],
            condition="OLD.agreed_at IS NOT NULL",
            message="What two people agreed stands.",
        ),
    ]
