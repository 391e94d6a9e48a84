"""A reason of signs such as × and ÷, which stand among the accented letters, says no word."""

from importlib import import_module

import django.core.validators
from django.db import migrations, models

from casework.triggers import Lift, Refuse

# casework.conditions.A_WORD
A_WORD = r"[A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]{3}"
MESSAGE = "Give the reason in words: at least one of three letters or more."
IN_WORDS = django.core.validators.RegexValidator(A_WORD, MESSAGE)

FORMER = {
    rule.name: rule
    for rule in import_module("casework.migrations.0016_reasons_and_pauses").Migration.operations
    if isinstance(rule, Refuse) and rule.name.endswith("_reason_in_words")
}


def now(rule: Refuse) -> Refuse:
    arguments = {name: getattr(rule, name) for name in Refuse.arguments}
    column = rule.events[1].removeprefix("UPDATE OF ")
    return Refuse(**arguments | {"condition": f"NOT (NEW.{column} REGEXP '{A_WORD}')"})


class Migration(migrations.Migration):
    dependencies = [("casework", "0018_counting_for_desks")]

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
        *(each for rule in FORMER.values() for each in (Lift(rule), now(rule))),
    ]
