"""Words of published statements found quickly, and statements that nothing takes the place of."""

from django.db import migrations

from casework.triggers import FullText, Refuse, RefuseTruncate

KEPT = "A published statement is kept."


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_merged_authorities")]

    operations = [
        FullText(
            name="casework_statement_words",
            table="casework_statement",
            column="text",
            shown=(
                "{row}.is_current AND {row}.published_on IS NOT NULL AND {row}.withdrawn_on IS NULL"
            ),
        ),
        # SQLite's REPLACE deletes the row it takes the place of unseen.
        Refuse(
            name="statement_published_not_replaced",
            table="casework_statement",
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM casework_statement o WHERE o.published_on IS NOT NULL AND ("
                "o.id = NEW.id OR (o.decision_id = NEW.decision_id AND (o.number = NEW.number "
                "OR (o.is_current AND NEW.is_current)))))"
            ),
            message=KEPT,
        ),
        RefuseTruncate(name="statement_not_truncated", table="casework_statement", message=KEPT),
    ]
