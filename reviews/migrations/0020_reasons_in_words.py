"""The reasons of holds, retractions and versions of wording say at least one word."""

import django.core.validators
from django.db import migrations, models

A_WORD = r"[A-Za-z\u00C0-\u024F]{3}"  # casework.conditions.A_WORD
IN_WORDS = django.core.validators.RegexValidator(
    A_WORD, "Give the reason in words: at least one of three letters or more."
)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0019_signatures")]

    operations = [
        # Validators alone: no table is altered, so no trigger is lost.
        migrations.AlterField("hold", "reason", models.TextField(validators=[IN_WORDS])),
        migrations.AlterField(
            "retraction",
            "reason",
            models.TextField(help_text="For staff.", validators=[IN_WORDS]),
        ),
        migrations.AlterField("wordingversion", "reason", models.TextField(validators=[IN_WORDS])),
    ]
