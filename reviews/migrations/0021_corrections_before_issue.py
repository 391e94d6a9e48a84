"""A correction may take the place of a draft, where nothing was sent to the authority before."""

from importlib import import_module

from django.db import migrations, models

from casework.triggers import KeepHistory, Lift, Refuse, RefuseTruncate, TriggerOperation

BEFORE = import_module(
    "reviews.migrations.0018_what_is_held_corrected_or_retracted_stays_on_record"
).Migration.operations
RULES = [
    rule
    for rule in BEFORE
    if isinstance(rule, TriggerOperation) and rule.table == "reviews_correction"
]
MESSAGE = "A correction stays on record as it was made."


class Migration(migrations.Migration):
    dependencies = [("reviews", "0020_reasons_in_words")]

    operations = [
        # SQLite makes the table anew, which drops its triggers.
        *(Lift(rule) for rule in RULES),
        migrations.AddField(
            "correction",
            "is_first",
            models.BooleanField(default=False, verbose_name="first letter"),
        ),
        Refuse(
            name="correction_kept",
            table="reviews_correction",
            events=["UPDATE"],
            condition="NOT (FALSE)",
            message=MESSAGE,
        ),
        Refuse(
            name="correction_not_removed",
            table="reviews_correction",
            events=["DELETE"],
            condition="TRUE",
            message=MESSAGE,
        ),
        Refuse(
            name="correction_not_replaced",
            table="reviews_correction",
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_correction o WHERE o.summary_id = NEW.summary_id)"
            ),
            message=MESSAGE,
        ),
        RefuseTruncate(
            name="correction_not_truncated", table="reviews_correction", message=MESSAGE
        ),
        KeepHistory(
            name="history_of_correction", table="reviews_correction", record="reviews.correction"
        ),
        Refuse(
            name="correction_of_a_later_version",
            table="reviews_correction",
            events=["INSERT"],
            condition=(
                "NOT EXISTS (SELECT 1 FROM reviews_annualsummary s "
                "WHERE s.id = NEW.summary_id AND s.replaces_id IS NOT NULL)"
            ),
            message="A correction replaces a row.",
        ),
        Refuse(
            name="correction_first_if_nothing_was_issued",
            table="reviews_correction",
            events=["INSERT"],
            condition=(
                "NEW.is_first IS DISTINCT FROM (NOT EXISTS (SELECT 1 FROM reviews_annualsummary s "
                "JOIN reviews_annualsummary o "
                "ON o.freeze_id = s.freeze_id AND o.authority_id = s.authority_id "
                "JOIN reviews_letter l ON l.summary_id = o.id "
                "WHERE s.id = NEW.summary_id AND l.issued_at IS NOT NULL))"
            ),
            message="A correction is the first letter if none was issued before, and only then.",
        ),
    ]
