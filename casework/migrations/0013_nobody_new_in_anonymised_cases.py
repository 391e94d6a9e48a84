"""A case that was anonymised gets no people again: the mark is for good, and so is what it says."""

from django.db import migrations

from casework.triggers import Refuse

ANONYMISED = (
    "EXISTS (SELECT 1 FROM casework_complaint c WHERE c.id = {case} "
    "AND c.anonymised_on IS NOT NULL)"
)
OF_DECISION = "(SELECT d.complaint_id FROM casework_decision d WHERE d.id = NEW.decision_id)"
MESSAGE = "The case is anonymised: nothing about its people is added any more."
TABLES = {
    "note": "NEW.complaint_id",
    "attachment": "NEW.complaint_id",
    "clockpause": "NEW.complaint_id",
    "decisionreview": OF_DECISION,
    "statement": OF_DECISION,
}


class Migration(migrations.Migration):
    dependencies = [("casework", "0012_cases_of_teams")]

    operations = [
        *(
            Refuse(
                name=f"{table}_not_in_anonymised_case",
                table=f"casework_{table}",
                events=["INSERT"],
                condition=ANONYMISED.format(case=case),
                message=MESSAGE,
            )
            for table, case in TABLES.items()
        ),
        Refuse(
            name="recommendation_not_personal_in_anonymised_case",
            table="casework_recommendation",
            events=["INSERT"],
            when="NEW.kind = 'personal'",
            condition=ANONYMISED.format(case=OF_DECISION),
            message=MESSAGE,
        ),
        Refuse(
            name="complaint_anonymised_stays_closed",
            table="casework_complaint",
            events=["UPDATE OF stage"],
            when="NEW.anonymised_on IS NOT NULL AND NEW.stage <> OLD.stage "
            "AND NEW.stage NOT IN ('remedy', 'closed')",
            condition="TRUE",
            message="The case is anonymised and stays closed.",
        ),
    ]
