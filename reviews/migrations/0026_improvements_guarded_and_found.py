"""Improvements of copies are guarded and kept as the copies are; and their words are found."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from casework.triggers import After, KeepHistory, Lift, Refuse, RefuseTruncate, Words, changed_in

COPIES = import_module("reviews.migrations.0003_published_decisions")
PEOPLE = import_module("reviews.migrations.0010_who_is_named_in_copies")
RULES = {
    each.name: each
    for migration in (COPIES, PEOPLE)
    for each in migration.Migration.operations
    if hasattr(each, "name") and hasattr(each, "table")
}
STANDS = RULES["published_decision_stands"]
TEXT_REMOVED = RULES["published_text_removed_with_statement"]
HISTORY = RULES["history_of_publisheddecision"]

IMPROVEMENT = "reviews_publishedimprovement"
REMOVED = "Removed when the case was anonymised."
# Said by its statement, which the database lets say it only when the case is anonymised.
TEXT_IS_REMOVED = (
    f"NEW.text = '{REMOVED}' AND EXISTS (SELECT 1 FROM casework_statement s "
    "WHERE s.id = NEW.statement_id AND s.text = NEW.text)"
)
OFF = f"FROM {COPIES.COPY} c WHERE c.id = {{row}}.decision_id AND c.taken_off_at IS NOT NULL"
UNLIKE_ITS_RECOMMENDATION = (
    f"NOT EXISTS (SELECT 1 FROM {COPIES.COPY} c "
    "JOIN casework_statement s ON s.id = c.statement_id "
    "JOIN casework_recommendation r ON r.decision_id = s.decision_id "
    "WHERE c.id = NEW.decision_id AND r.kind = 'service_improvement' "
    "AND r.category = NEW.category AND r.text = NEW.text)"
)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0025_improvements_told_by_rows")]

    operations = [
        # No way back: to add the column again SQLite would remake the table, and a table that is
        # remade loses its triggers without a word.
        migrations.RunSQL(migrations.RunSQL.noop),
        Lift(STANDS),
        Lift(TEXT_REMOVED),
        Lift(HISTORY),
        migrations.RemoveField("publisheddecision", "improvements"),
        migrations.AlterField(
            "publishedimprovement",
            "decision",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="improvements",
                to="reviews.publisheddecision",
            ),
        ),
        Refuse(
            name=STANDS.name,
            table=STANDS.table,
            events=STANDS.events,
            condition=(
                f"(OLD.taken_off_at IS NOT NULL AND (({changed_in(PEOPLE.ALL_ELSE)}) "
                f"OR NOT ({TEXT_IS_REMOVED}))) OR (OLD.taken_off_at IS NULL AND ("
                + changed_in(["statement_id", "dated_on", "text", "published_on", "ends_on"])
                + "))"
            ),
            message=STANDS.message,
        ),
        After(
            name=TEXT_REMOVED.name,
            table=TEXT_REMOVED.table,
            event=TEXT_REMOVED.event,
            condition=TEXT_REMOVED.condition,
            statement=(
                f"UPDATE {COPIES.COPY} SET text = NEW.text "
                "WHERE statement_id = NEW.id AND taken_off_at IS NOT NULL; "
                f"DELETE FROM {IMPROVEMENT} WHERE decision_id IN (SELECT id FROM {COPIES.COPY} "
                "WHERE statement_id = NEW.id AND taken_off_at IS NOT NULL)"
            ),
        ),
        KeepHistory(
            name=HISTORY.name, table=HISTORY.table, record=HISTORY.record, case=HISTORY.case
        ),
        KeepHistory(
            name="history_of_publishedimprovement",
            table=IMPROVEMENT,
            record="reviews.publishedimprovement",
            case=(
                "(SELECT d.complaint_id FROM casework_decision d JOIN casework_statement s "
                f"ON s.decision_id = d.id JOIN {COPIES.COPY} p ON p.statement_id = s.id "
                "WHERE p.id = {row}.decision_id)"
            ),
        ),
        Refuse(
            name="published_improvement_like_its_recommendation",
            table=IMPROVEMENT,
            events=["INSERT", "UPDATE"],
            condition=UNLIKE_ITS_RECOMMENDATION,
            message="What is published of an improvement is what was recommended for services.",
        ),
        Refuse(
            name="published_improvement_added_while_copy_stands",
            table=IMPROVEMENT,
            events=["INSERT"],
            condition=(
                f"EXISTS (SELECT 1 {OFF.format(row='NEW')}) "
                f"OR EXISTS (SELECT 1 FROM {IMPROVEMENT} o WHERE o.id = NEW.id)"
            ),
            message=COPIES.KEPT,
        ),
        Refuse(
            name="published_improvement_stands",
            table=IMPROVEMENT,
            events=["UPDATE"],
            condition=(
                f"{changed_in(['id', 'decision_id', 'number'])} "
                f"OR EXISTS (SELECT 1 {OFF.format(row='OLD')})"
            ),
            message=STANDS.message,
        ),
        Refuse(
            name="published_improvement_kept",
            table=IMPROVEMENT,
            events=["DELETE"],
            condition=f"EXISTS (SELECT 1 {OFF.format(row='OLD')} AND c.text <> '{REMOVED}')",
            message=COPIES.KEPT,
        ),
        RefuseTruncate(
            name="published_improvement_not_truncated", table=IMPROVEMENT, message=COPIES.KEPT
        ),
        Words(
            name="published_decision_words",
            table=COPIES.COPY,
            columns=[
                "text",
                "report_title",
                "authority_name",
                "public_category",
                "public_subcategory",
            ],
        ),
        Words(name="published_improvement_words", table=IMPROVEMENT, columns=["text"]),
    ]
