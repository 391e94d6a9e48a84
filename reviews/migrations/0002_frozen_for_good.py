"""Frozen rows and issued letters cannot be changed by anybody, not even in SQL."""

from django.db import migrations

from casework.triggers import Refuse, RefuseTruncate

FROZEN = {
    "reviews_freeze": "A freeze cannot be changed; freeze the round again.",
    "reviews_typeaverage": "A frozen average cannot be changed.",
    "reviews_annualsummary": "A frozen row cannot be changed; a correction is a new row.",
    "reviews_letterfile": "An issued letter cannot be changed; a correction is a new letter.",
}
SIGNS_TOO = """EXISTS (
    SELECT 1 FROM reviews_signatory o
    WHERE o.starts_on <= COALESCE(NEW.ends_on, '9999-12-31')
    AND COALESCE(o.ends_on, '9999-12-31') >= NEW.starts_on"""
ISSUED = "An issued letter cannot be changed; a correction is a new letter."


# What makes a new row take the place of one there is: SQLite's REPLACE deletes that one unseen.
SAME_ROW = {
    "reviews_freeze": "o.id = NEW.id OR (o.round_id = NEW.round_id AND o.number = NEW.number)",
    "reviews_typeaverage": (
        "o.id = NEW.id OR (o.freeze_id = NEW.freeze_id AND o.authority_type = NEW.authority_type)"
    ),
    "reviews_annualsummary": (
        "o.id = NEW.id OR o.replaces_id = NEW.replaces_id OR (o.freeze_id = NEW.freeze_id "
        "AND o.authority_id = NEW.authority_id AND o.version = NEW.version)"
    ),
    "reviews_letterfile": "o.letter_id = NEW.letter_id",
    "reviews_letter": (
        "(o.id = NEW.id OR o.summary_id = NEW.summary_id) AND o.issued_at IS NOT NULL"
    ),
}


def not_replaced(table: str, message: str) -> Refuse:
    return Refuse(
        name=f"{table.removeprefix('reviews_')}_not_replaced",
        table=table,
        events=["INSERT"],
        condition=f"EXISTS (SELECT 1 FROM {table} o WHERE {SAME_ROW[table]})",
        message=message,
    )


def frozen(table: str, message: str) -> list[migrations.operations.base.Operation]:
    name = table.removeprefix("reviews_")
    return [
        not_replaced(table, message),
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
        not_replaced("reviews_letter", ISSUED),
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
            name="round_stays_frozen",
            table="reviews_round",
            events=["UPDATE OF freeze_id"],
            condition=(
                "OLD.freeze_id IS NOT NULL "
                "AND (NEW.freeze_id IS NULL OR NEW.freeze_id < OLD.freeze_id)"
            ),
            message="A frozen round stays frozen, by its newest freeze.",
        ),
        Refuse(
            name="round_not_replaced",
            table="reviews_round",
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_round o "
                "WHERE (o.id = NEW.id OR o.year = NEW.year) AND o.freeze_id IS NOT NULL)"
            ),
            message="A frozen round is never replaced.",
        ),
        Refuse(
            name="signatory_one_a_day_new",
            table="reviews_signatory",
            events=["INSERT"],
            condition=SIGNS_TOO + ")",
            message="Somebody else signs letters on some of these days.",
        ),
        Refuse(
            name="signatory_one_a_day_changed",
            table="reviews_signatory",
            events=["UPDATE OF starts_on, ends_on"],
            condition=SIGNS_TOO + " AND o.id <> NEW.id)",
            message="Somebody else signs letters on some of these days.",
        ),
        Refuse(
            name="round_keeps_its_dates",
            table="reviews_round",
            events=["UPDATE OF letter_on, publish_at, freeze_id, is_demonstration"],
            condition=(
                "(NEW.letter_on <> OLD.letter_on OR NEW.publish_at <> OLD.publish_at "
                "OR NEW.is_demonstration <> OLD.is_demonstration "
                "OR COALESCE(NEW.freeze_id, 0) <> COALESCE(OLD.freeze_id, 0)) AND "
                "EXISTS (SELECT 1 FROM reviews_letter l "
                "JOIN reviews_annualsummary s ON s.id = l.summary_id "
                "WHERE s.freeze_id = OLD.freeze_id AND l.issued_at IS NOT NULL)"
            ),
            message="Letters of this round are issued: its figures and dates stand.",
        ),
    ]
