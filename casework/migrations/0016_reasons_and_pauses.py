"""A reason says at least one word; a clock that has stopped is not paused any more."""

import django.core.validators
from django.db import migrations, models

from casework.triggers import Refuse, changed_in

A_WORD = r"[A-Za-z\u00C0-\u024F]{3}"  # casework.conditions.A_WORD
MESSAGE = "Give the reason in words: at least one of three letters or more."
IN_WORDS = django.core.validators.RegexValidator(A_WORD, MESSAGE)

# Where a reason is stored; constraints refuse a blank one where there has to be one.
REASONS = {
    "batch": ("reason", "NEW.reason <> ''"),
    "clockpause": ("reason", "NEW.reason <> ''"),
    "decision": ("compliance_note", "NEW.compliance = 'ceased' AND NEW.compliance_note <> ''"),
    "decisionreview": ("reason", "TRUE"),
    "dutytransfer": ("reason", "NEW.reason <> ''"),
    "extension": ("reason", "NEW.reason <> ''"),
    "publicationexception": ("details", "NEW.details <> ''"),
}

AFTER_THE_CLOCK = """EXISTS (SELECT 1 FROM casework_complaint c
    JOIN casework_decision d ON d.complaint_id = c.id WHERE c.id = NEW.complaint_id
    AND c.stage IN ('remedy', 'closed') AND COALESCE(d.is_standing, FALSE)
    AND d.decided_on < NEW.starts_on)"""
MOVED = changed_in(["complaint_id", "starts_on"])


class Migration(migrations.Migration):
    dependencies = [("casework", "0015_texts_taken_off")]

    operations = [
        # Validators alone: no table is altered, so no trigger is lost.
        *(
            migrations.AlterField(
                model, "reason", models.CharField(max_length=300, validators=[IN_WORDS])
            )
            for model in ("clockpause", "dutytransfer", "extension")
        ),
        migrations.AlterField(
            "decisionreview",
            "reason",
            models.TextField(
                help_text="What the person asking says is wrong.", validators=[IN_WORDS]
            ),
        ),
        migrations.AlterField(
            "publicationexception", "details", models.TextField("reason", validators=[IN_WORDS])
        ),
        *(
            Refuse(
                name=f"{table}_reason_in_words",
                table=f"casework_{table}",
                events=["INSERT", f"UPDATE OF {column}"],
                when=when,
                condition=f"NOT (NEW.{column} REGEXP '{A_WORD}')",
                message=MESSAGE,
            )
            for table, (column, when) in REASONS.items()
        ),
        *(
            Refuse(
                name=f"clock_pause_{how}_before_the_clock_stops",
                table="casework_clockpause",
                events=[event],
                when=when,
                condition=AFTER_THE_CLOCK,
                message="The clock stopped with the decision, before this day: there is nothing "
                "left to pause.",
                lock="casework_complaint WHERE id = NEW.complaint_id FOR NO KEY UPDATE",
            )
            for how, event, when in (
                ("begins", "INSERT", "TRUE"),
                # One made while the case was open may still be ended once it is closed.
                ("moved", "UPDATE OF complaint_id, starts_on", MOVED),
            )
        ),
    ]
