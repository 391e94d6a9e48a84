"""Holds, corrections and retractions stay on record, and a held letter is not issued."""

from django.db import migrations

from casework.triggers import KeepHistory, Refuse, RefuseTruncate, changed_in

HELD = "A hold stays on record: it can only be released, once."
CORRECTED = "A correction stays on record as it was made."
RETRACTED = "A retraction stays: correct the letter instead."


def kept(
    table: str, message: str, *, unless: str = "FALSE", same: str
) -> list[migrations.operations.base.Operation]:
    """A row that nobody changes, removes or puts another in place of; `unless` an update may."""
    name = table.removeprefix("reviews_")
    return [
        Refuse(
            name=f"{name}_kept",
            table=table,
            events=["UPDATE"],
            condition=f"NOT ({unless})",
            message=message,
        ),
        Refuse(
            name=f"{name}_not_removed",
            table=table,
            events=["DELETE"],
            condition="TRUE",
            message=message,
        ),
        Refuse(
            name=f"{name}_not_replaced",
            table=table,
            events=["INSERT"],
            condition=f"EXISTS (SELECT 1 FROM {table} o WHERE {same})",
            message=message,
        ),
        RefuseTruncate(name=f"{name}_not_truncated", table=table, message=message),
        KeepHistory(name=f"history_of_{name}", table=table, record=f"reviews.{name}"),
    ]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0017_holds_corrections_retractions")]

    operations = [
        *kept(
            "reviews_hold",
            HELD,
            unless=(
                "OLD.released_at IS NULL AND NOT "
                f"({changed_in(['id', 'summary_id', 'reason', 'held_at', 'held_by_id'])})"
            ),
            same=(
                "o.id = NEW.id OR (o.summary_id = NEW.summary_id AND o.released_at IS NULL "
                "AND NEW.released_at IS NULL)"
            ),
        ),
        *kept("reviews_correction", CORRECTED, same="o.summary_id = NEW.summary_id"),
        *kept("reviews_retraction", RETRACTED, same="o.summary_id = NEW.summary_id"),
        Refuse(
            name="letter_held_not_issued",
            table="reviews_letter",
            events=["INSERT", "UPDATE OF issued_at"],
            condition=(
                "NEW.issued_at IS NOT NULL AND EXISTS (SELECT 1 FROM reviews_hold h "
                "WHERE h.summary_id = NEW.summary_id AND h.released_at IS NULL)"
            ),
            message="A held letter is not issued; release it first.",
        ),
        Refuse(
            name="retraction_of_an_issued_letter",
            table="reviews_retraction",
            events=["INSERT"],
            condition=(
                "NOT EXISTS (SELECT 1 FROM reviews_letter l "
                "WHERE l.summary_id = NEW.summary_id AND l.issued_at IS NOT NULL)"
            ),
            message="Only an issued letter is retracted.",
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
    ]
