"""A copy is looked at again when somebody is named as its complainant; and goes with the people."""

from importlib import import_module

from django.db import migrations

from casework.triggers import After, Lift, Refuse, changed_in

COPIES = import_module("reviews.migrations.0003_published_decisions")
(STANDS,) = (
    each
    for each in COPIES.Migration.operations
    if getattr(each, "name", "") == "published_decision_stands"
)
SOUGHT = ["name", "postcode", "email", "telephone"]
# Said by its statement, which the database lets say it only when the case is anonymised.
REMOVED = (
    "NEW.text = 'Removed when the case was anonymised.' AND NEW.improvements = '[]' "
    "AND EXISTS (SELECT 1 FROM casework_statement s WHERE s.id = NEW.statement_id "
    "AND s.text = NEW.text)"
)
ALL_ELSE = [
    "id",
    "statement_id",
    "reference",
    "authority_id",
    "authority_name",
    "category",
    "public_category",
    "public_subcategory",
    "outcome",
    "decided_on",
    "dated_on",
    "report_title",
    "report_is_further",
    "report_issued_on",
    "report_answered_on",
    "report_satisfied_on",
    "published_on",
    "ends_on",
    "suspended_at",
    "taken_off_at",
]


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0015_texts_taken_off"),
        ("reviews", "0009_learning_events_kept"),
    ]

    operations = [
        *(
            COPIES.suspend_until_told_anew(
                name,
                "casework_complainant",
                event,
                condition=condition,
                which="c.id = NEW.complaint_id",
                lock="casework_complaint WHERE id = NEW.complaint_id FOR NO KEY UPDATE",
            )
            for name, event, condition in (
                ("complainant", "INSERT", "TRUE"),
                (
                    "changed_complainant",
                    f"UPDATE OF complaint_id, {', '.join(SOUGHT)}",
                    changed_in(["complaint_id", *SOUGHT]),
                ),
            )
        ),
        # A title that is changed may have named somebody; it waits for no day.
        *(
            COPIES.suspend_until_told_anew(
                name,
                "casework_publicinterestreport",
                event,
                condition=condition,
                which="d.id = OLD.decision_id",
                lock=COPIES.CASE_OF_RECOMMENDATION,
            )
            for name, event, condition in (
                (
                    "report",
                    "UPDATE OF title, decision_id",
                    changed_in(["title", "decision_id"]),
                ),
                ("report_removed", "DELETE", "TRUE"),
            )
        ),
        Lift(STANDS),
        Refuse(
            name=STANDS.name,
            table=STANDS.table,
            events=STANDS.events,
            condition=(
                f"(OLD.taken_off_at IS NOT NULL AND (({changed_in(ALL_ELSE)}) OR NOT ({REMOVED})))"
                " OR (OLD.taken_off_at IS NULL AND ("
                + changed_in(["statement_id", "dated_on", "text", "published_on", "ends_on"])
                + "))"
            ),
            message=STANDS.message,
        ),
        After(
            name="published_text_removed_with_statement",
            table="casework_statement",
            event="UPDATE OF text",
            condition=changed_in(["text"]),
            statement=(
                f"UPDATE {COPIES.COPY} SET text = NEW.text, improvements = '[]' "
                "WHERE statement_id = NEW.id AND taken_off_at IS NOT NULL"
            ),
        ),
    ]
