"""An edition of the national review never changes, nor what staff wrote for it."""

from django.db import migrations

from casework.triggers import KeepHistory, Refuse, RefuseTruncate, changed_in

TEXT = "A version of a text is kept as it is; a change is a new version."
APPROVED = "An approved edition of the national review cannot be changed; make another."
MADE = "An edition stands as it was made; make it anew."
IS_APPROVED = (
    "EXISTS (SELECT 1 FROM reviews_nationalreview r "
    "WHERE r.id = {row}.review_id AND r.approved_at IS NOT NULL)"
)
AS_MADE = [
    "id", "round_id", "number", "reason", "figures", "document", "made_at", "made_by_id",
]  # fmt: skip
AS_APPROVED = ["approved_at", "approved_by_id", "sha256", "size"]


def as_text(columns: list[str]) -> str:
    """PostgreSQL compares JSON only as text."""
    return " OR ".join(
        f"CAST(OLD.{column} AS text) IS DISTINCT FROM CAST(NEW.{column} AS text)"
        if column in ("figures", "document")
        else changed_in([column])
        for column in columns
    )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0032_national_review")]

    operations = [
        Refuse(
            name="reviewtext_kept",
            table="reviews_reviewtext",
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=TEXT,
        ),
        Refuse(
            name="reviewtext_not_replaced",
            table="reviews_reviewtext",
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_reviewtext o WHERE o.id = NEW.id OR "
                "(o.round_id = NEW.round_id AND o.kind = NEW.kind AND o.number = NEW.number))"
            ),
            message=TEXT,
        ),
        RefuseTruncate(name="reviewtext_not_truncated", table="reviews_reviewtext", message=TEXT),
        Refuse(
            name="nationalreview_as_made",
            table="reviews_nationalreview",
            events=["UPDATE"],
            condition=as_text(AS_MADE),
            message=MADE,
        ),
        Refuse(
            name="nationalreview_approved_once",
            table="reviews_nationalreview",
            events=["UPDATE"],
            condition=f"OLD.approved_at IS NOT NULL AND ({changed_in(AS_APPROVED)})",
            message=APPROVED,
        ),
        Refuse(
            name="nationalreview_approved_with_file",
            table="reviews_nationalreview",
            events=["INSERT", "UPDATE"],
            condition=(
                "NEW.approved_at IS NOT NULL AND NOT EXISTS "
                "(SELECT 1 FROM reviews_nationalreviewfile f WHERE f.review_id = NEW.id)"
            ),
            message="An edition is approved together with its file.",
        ),
        Refuse(
            name="nationalreview_not_before_its_round",
            table="reviews_nationalreview",
            events=["INSERT", "UPDATE OF publish_at"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_round r "
                "WHERE r.id = NEW.round_id AND r.publish_at > NEW.publish_at)"
            ),
            message="A national review is not public before the letters of its year.",
        ),
        Refuse(
            name="nationalreview_not_removed",
            table="reviews_nationalreview",
            events=["DELETE"],
            condition="OLD.approved_at IS NOT NULL",
            message=APPROVED,
        ),
        Refuse(
            name="nationalreview_not_replaced",
            table="reviews_nationalreview",
            events=["INSERT"],
            condition=(
                "EXISTS (SELECT 1 FROM reviews_nationalreview o WHERE o.approved_at IS NOT NULL "
                "AND (o.id = NEW.id OR (o.round_id = NEW.round_id AND o.number = NEW.number)))"
            ),
            message=APPROVED,
        ),
        RefuseTruncate(
            name="nationalreview_not_truncated", table="reviews_nationalreview", message=APPROVED
        ),
        Refuse(
            name="nationalreviewrow_added_before_approval",
            table="reviews_nationalreviewrow",
            events=["INSERT"],
            condition=IS_APPROVED.format(row="NEW"),
            message=APPROVED,
        ),
        Refuse(
            name="nationalreviewrow_kept",
            table="reviews_nationalreviewrow",
            events=["UPDATE"],
            condition="TRUE",
            message=MADE,
        ),
        Refuse(
            name="nationalreviewrow_not_removed",
            table="reviews_nationalreviewrow",
            events=["DELETE"],
            condition=IS_APPROVED.format(row="OLD"),
            message=APPROVED,
        ),
        RefuseTruncate(
            name="nationalreviewrow_not_truncated",
            table="reviews_nationalreviewrow",
            message=APPROVED,
        ),
        Refuse(
            name="nationalreviewfile_of_an_edition_being_approved",
            table="reviews_nationalreviewfile",
            events=["INSERT"],
            condition=(
                f"{IS_APPROVED.format(row='NEW')} OR EXISTS "
                "(SELECT 1 FROM reviews_nationalreviewfile o WHERE o.review_id = NEW.review_id)"
            ),
            message=APPROVED,
        ),
        Refuse(
            name="nationalreviewfile_frozen",
            table="reviews_nationalreviewfile",
            events=["UPDATE", "DELETE"],
            condition="TRUE",
            message=APPROVED,
        ),
        RefuseTruncate(
            name="nationalreviewfile_not_truncated",
            table="reviews_nationalreviewfile",
            message=APPROVED,
        ),
        # The figures and the words are the edition itself, of which a removed draft leaves no copy.
        KeepHistory(
            name="history_of_nationalreview",
            table="reviews_nationalreview",
            record="reviews.nationalreview",
            left_out=("figures", "document"),
        ),
        KeepHistory(
            name="history_of_reviewtext",
            table="reviews_reviewtext",
            record="reviews.reviewtext",
        ),
    ]
