"""A reason of signs such as × and ÷, which stand among the accented letters, says no word."""

import django.core.validators
from django.db import migrations, models

# casework.conditions.A_WORD
A_WORD = r"[A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]{3}"
IN_WORDS = django.core.validators.RegexValidator(
    A_WORD, "Give the reason in words: at least one of three letters or more."
)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0030_changes_of_what_is_public")]

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
