"""Statements the public reads no more lose their text with the people; saved filters their words.

The text of a published statement changes in no other way.
"""

from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db import migrations

from casework.triggers import Lift, Refuse, changed_in

BEFORE = import_module("casework.migrations.0006_rules_and_history").Migration.operations
(STANDS,) = (each for each in BEFORE if getattr(each, "name", "") == "statement_published_stands")
TAKEN_OFF_AND_ANONYMISED = (
    "NEW.text = 'Removed when the case was anonymised.' "
    "AND (NOT NEW.is_current OR NEW.withdrawn_on IS NOT NULL) "
    "AND EXISTS (SELECT 1 FROM casework_decision d JOIN casework_complaint c "
    "ON c.id = d.complaint_id WHERE d.id = NEW.decision_id AND c.anonymised_on IS NOT NULL)"
)


def drop_words(apps: Any, schema_editor: Any) -> None:
    """What somebody searched for may be a name; saved filters keep it no more."""
    filters = apps.get_model("casework", "SavedFilter").objects
    personal = ["casework.complainant", "casework.note", "casework.attachment"]
    filters.filter(record__in=personal).delete()
    for each in filters.filter(query__contains="q="):
        pairs = parse_qsl(each.query, keep_blank_values=True)
        each.query = urlencode([pair for pair in pairs if pair[0] != "q"])
        each.save(update_fields=["query"])


class Migration(migrations.Migration):
    dependencies = [("casework", "0014_checked_places_and_five_years")]

    operations = [
        Lift(STANDS),
        Refuse(
            name=STANDS.name,
            table=STANDS.table,
            events=STANDS.events,
            condition=(
                "(OLD.published_on IS NOT NULL AND ("
                + changed_in(["dated_on", "decision_id", "number", "published_on"])
                + f" OR (({changed_in(['text'])}) AND NOT ({TAKEN_OFF_AND_ANONYMISED}))))"
                + " OR (OLD.withdrawn_on IS NOT NULL AND "
                + changed_in(["withdrawn_on"])
                + ")"
            ),
            message=STANDS.message,
        ),
        migrations.RunPython(drop_words, migrations.RunPython.noop),
    ]
