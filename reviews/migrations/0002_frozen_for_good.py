"""Frozen rows and issued letters cannot be changed by anybody, not even in SQL."""

from django.db import migrations

from casework.triggers import Refuse, RefuseTruncate

FROZEN = {
    "reviews_freeze": "A freeze cannot be changed; freeze the round again.",
    "reviews_typeaverage": "A frozen average cannot be changed.",
    "reviews_annualsummary": "A frozen row cannot be changed; a correction is a new row.",
    "reviews_letterfile": "An issued letter cannot be changed; a correction is a new letter.",
}
ISSUED = "An issued letter cannot be changed; a correction is a new letter."


def frozen(table: str, message: str) -> list[migrations.operations.base.Operation]:
    name = table.removeprefix("reviews_")
    return [
        Refuse(
            name=f"{name}_frozen",
            table=table,
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=message,
        ),
        RefuseTruncate(name=f"{name}_not_truncated", table=table, message=message),
    ]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]

    operations = [
        *(operation for table, message in FROZEN.items() for operation in frozen(table, message)),
        Refuse(
            name="letter_issued_for_good",
            table="reviews_letter",
            events=["UPDATE", "DELETE"],
            condition="OLD.issued_at IS NOT NULL",
            message=ISSUED,
        ),
        RefuseTruncate(name="letter_not_truncated", table="reviews_letter", message=ISSUED),
        Refuse(
            name="letter_issued_with_file",
            table="reviews_letter",
            events=["INSERT", "UPDATE OF issued_at"],
            condition=(
                "NEW.issued_at IS NOT NULL AND NOT EXISTS "
                "(SELECT 1 FROM reviews_letterfile f WHERE f.letter_id = NEW.id)"
            ),
            message="A letter is issued together with its file.",
        ),
        Refuse(
            name="round_keeps_its_year",
            table="reviews_round",
            events=["UPDATE OF year"],
            condition="OLD.freeze_id IS NOT NULL AND NEW.year <> OLD.year",
            message="A frozen round keeps its year.",
        ),
        Refuse(
            name="round_frozen_is_kept",
            table="reviews_round",
            events=["DELETE"],
            condition="OLD.freeze_id IS NOT NULL",
            message="A frozen round is never deleted.",
        ),
        Refuse(
            name="round_keeps_its_dates",
            table="reviews_round",
            events=["UPDATE OF letter_on, publish_at, freeze_id"],
            condition=(
                "(NEW.letter_on <> OLD.letter_on OR NEW.publish_at <> OLD.publish_at "
                "OR COALESCE(NEW.freeze_id, 0) <> COALESCE(OLD.freeze_id, 0)) AND "
                "EXISTS (SELECT 1 FROM reviews_letter l "
                "JOIN reviews_annualsummary s ON s.id = l.summary_id "
                "WHERE s.freeze_id = OLD.freeze_id AND l.issued_at IS NOT NULL)"
            ),
            message="Letters of this round are issued: its figures and dates stand.",
        ),
    ]
