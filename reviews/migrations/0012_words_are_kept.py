"""Versions of wording never change, and nothing is worded once letters are issued."""

from django.db import migrations

from casework.triggers import KeepHistory, Refuse, RefuseTruncate

KEPT = {
    "reviews_wordingversion": (
        "A version of a wording is kept as it is; a change is a new version.",
        "o.id = NEW.id OR (o.wording_id = NEW.wording_id AND o.number = NEW.number)",
    ),
    "reviews_summarycondition": (
        "What was frozen with the figures cannot be changed.",
        "o.id = NEW.id OR (o.summary_id = NEW.summary_id AND o.name = NEW.name)",
    ),
}
ISSUED = "Letters of this round are issued: their words stand."
HAS_ISSUED = """EXISTS (
    SELECT 1 FROM reviews_round r
    JOIN reviews_annualsummary s ON s.freeze_id = r.freeze_id
    JOIN reviews_letter l ON l.summary_id = s.id
    WHERE l.issued_at IS NOT NULL AND r.id = """


def kept(table: str, message: str, same_row: str) -> list[migrations.operations.base.Operation]:
    name = table.removeprefix("reviews_")
    return [
        Refuse(
            name=f"{name}_not_replaced",
            table=table,
            events=["INSERT"],
            condition=f"EXISTS (SELECT 1 FROM {table} o WHERE {same_row})",
            message=message,
        ),
        Refuse(
            name=f"{name}_kept",
            table=table,
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=message,
        ),
        RefuseTruncate(name=f"{name}_not_truncated", table=table, message=message),
    ]


class Migration(migrations.Migration):
    dependencies = [("reviews", "0011_words_of_letters")]

    operations = [
        *(operation for table, rule in KEPT.items() for operation in kept(table, *rule)),
        Refuse(
            name="wordingversion_before_issue",
            table="reviews_wordingversion",
            events=["INSERT"],
            condition=(
                HAS_ISSUED
                + "(SELECT t.round_id FROM reviews_wordingtext t WHERE t.id = NEW.wording_id))"
            ),
            message=ISSUED,
        ),
        Refuse(
            name="latereplies_before_issue",
            table="reviews_latereplies",
            events=["INSERT"],
            condition=f"{HAS_ISSUED} NEW.round_id)",
            message=ISSUED,
        ),
        Refuse(
            name="latereplies_kept_after_issue",
            table="reviews_latereplies",
            events=["UPDATE", "DELETE"],
            condition=f"{HAS_ISSUED} OLD.round_id)",
            message=ISSUED,
        ),
        *(
            KeepHistory(
                name=f"history_of_{record}", table=f"reviews_{record}", record=f"reviews.{record}"
            )
            for record in ("wordingtext", "wordingdraft", "latereplies")
        ),
    ]
