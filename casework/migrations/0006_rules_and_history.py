"""The rules between rows, all of them again and more; and the history of every record.

Migration `0004` lifted the rules of `0002`, since SQLite rebuilds tables.
"""

from importlib import import_module

from django.db import migrations
from django.db.migrations.operations.base import Operation

from casework.triggers import After, KeepHistory, NameBatches, Refuse, RefuseTruncate, changed_in

RULES_OF_BEFORE = import_module("casework.migrations.0002_rules_between_rows").Migration.operations

# Stages ------------------------------------------------------------------------------------------

# So put that no index on "stands" misleads: a case has few decisions, and most decisions stand.
STANDS = "COALESCE(d.is_standing, FALSE)"
STANDING = f"SELECT 1 FROM casework_decision d WHERE d.complaint_id = NEW.id AND {STANDS}"
RECOMMENDED = "EXISTS (SELECT 1 FROM casework_recommendation r WHERE r.decision_id = d.id)"
# Steps by hand, as `casework.choices.NEXT_STAGES` says.
STEP_BY_HAND_REFUSED = """(NEW.stage = 'intake' AND OLD.stage NOT IN ('intake', 'assessment'))
    OR (NEW.stage = 'investigation' AND OLD.stage = 'intake')
    OR (NEW.stage = 'decision' AND OLD.stage = 'intake')"""
OUT_OF_ORDER = "The case cannot go from the stage it is at to that one."

# The stage a standing decision gives its case.
STAGE_OF_DECISION = """UPDATE casework_complaint SET stage = CASE
    WHEN NEW.outcome = 'upheld' AND NEW.compliance = '' AND EXISTS (
        SELECT 1 FROM casework_recommendation r WHERE r.decision_id = NEW.id)
    THEN 'remedy' ELSE 'closed' END
    WHERE id = NEW.complaint_id AND stage <> CASE
    WHEN NEW.outcome = 'upheld' AND NEW.compliance = '' AND EXISTS (
        SELECT 1 FROM casework_recommendation r WHERE r.decision_id = NEW.id)
    THEN 'remedy' ELSE 'closed' END"""

# Reasons ------------------------------------------------------------------------------------------

REASON_UNFIT = """NOT EXISTS (SELECT 1 FROM casework_decisionreason r WHERE r.id = NEW.reason_id
    AND r.outcome = NEW.outcome
    AND (r.starts_on IS NULL OR r.starts_on <= NEW.decided_on)
    AND (r.ends_on IS NULL OR r.ends_on >= NEW.decided_on))"""

# Frozen years ------------------------------------------------------------------------------------

NO_REASON = (
    "NOT EXISTS (SELECT 1 FROM casework_batch b WHERE b.id = casework_batch() AND b.reason <> '')"
)
LOCKED = "The figures of this case's year are frozen: say why you change it."


def in_locked_period(*dates: str) -> str:
    return " OR ".join(f"{date} BETWEEN p.first_day AND p.last_day" for date in dates)


def of_decision(row: str) -> str:
    return in_locked_period(
        f"{row}.decided_on", f"{row}.compliance_recorded_on", f"{row}.received_on"
    )


def of_complaint(row: str) -> str:
    return (
        in_locked_period(f"{row}.received_on")
        + f" OR EXISTS (SELECT 1 FROM casework_decision d WHERE d.complaint_id = {row}.id AND ("
        + in_locked_period("d.decided_on", "d.compliance_recorded_on")
        + "))"
    )


def of_recommendation(row: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM casework_decision d WHERE d.id = {row}.decision_id AND ("
        + in_locked_period("d.decided_on", "d.compliance_recorded_on", "d.received_on")
        + "))"
    )


def locked(condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM casework_lockedperiod p WHERE {condition}) AND {NO_REASON}"


def needs_reason(name: str, of_row: object, columns: list[str]) -> list[Refuse]:
    """A row of a case in a frozen year is added, changed in these columns and removed with a
    reason only."""
    assert callable(of_row)  # noqa: S101
    table = f"casework_{name}"
    return [
        Refuse(
            name=f"{name}_added_to_locked_with_reason",
            table=table,
            events=["INSERT"],
            condition=locked(of_row("NEW")),
            message=LOCKED,
        ),
        Refuse(
            name=f"{name}_of_locked_changed_with_reason",
            table=table,
            events=[f"UPDATE OF {', '.join(columns)}"],
            when=changed_in(columns),
            condition=locked(f"{of_row('NEW')} OR {of_row('OLD')}"),
            message=LOCKED,
        ),
        Refuse(
            name=f"{name}_of_locked_removed_with_reason",
            table=table,
            events=["DELETE"],
            condition=locked(of_row("OLD")),
            message=LOCKED,
        ),
    ]


# Rows kept for good ------------------------------------------------------------------------------


def kept(table: str, name: str, message: str, condition: str = "TRUE") -> list[Operation]:
    return [
        Refuse(
            name=f"{name}_kept",
            table=table,
            events=["UPDATE", "DELETE"],
            condition=condition,
            message=message,
        ),
        RefuseTruncate(name=f"{name}_not_truncated", table=table, message=message),
    ]


# What has a history ------------------------------------------------------------------------------

CASE = "{row}.complaint_id"
CASE_OF_DECISION = "(SELECT d.complaint_id FROM casework_decision d WHERE d.id = {row}.decision_id)"
CASE_OF_RECOMMENDATION = (
    "(SELECT d.complaint_id FROM casework_decision d JOIN casework_recommendation r "
    "ON r.decision_id = d.id WHERE r.id = {row}.recommendation_id)"
)
HISTORY = {
    "complaint": "{row}.id",
    "complainant": CASE,
    "decision": CASE,
    "note": CASE,
    "attachment": CASE,
    "caselink": CASE,
    "clockpause": CASE,
    "anonymisation": CASE,
    "recommendation": CASE_OF_DECISION,
    "statement": CASE_OF_DECISION,
    "publicationexception": CASE_OF_DECISION,
    "decisionreview": CASE_OF_DECISION,
    "publicinterestreport": CASE_OF_DECISION,
    "dutytransfer": CASE_OF_DECISION,
    "extension": CASE_OF_RECOMMENDATION,
    "authority": "",
    "authority_successors": "",
    "formercode": "",
    "earliername": "",
    "population": "",
    "contact": "",
    "publiccategory": "",
    "publicsubcategory": "",
    "decisionreason": "",
    "team": "",
    "team_members": "",
    "bankholiday": "",
}


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_stages_and_reasons")]

    operations = [
        NameBatches(name="casework_batch", table="casework_batch"),
        *RULES_OF_BEFORE,
        # Stages
        Refuse(
            name="complaint_starts_open",
            table="casework_complaint",
            events=["INSERT"],
            when="NEW.stage IN ('remedy', 'closed')",
            condition="TRUE",
            message="A new case is open: its decision moves it on.",
        ),
        Refuse(
            name="complaint_stage_in_order",
            table="casework_complaint",
            events=["UPDATE OF stage"],
            when=STEP_BY_HAND_REFUSED,
            condition="TRUE",
            message=OUT_OF_ORDER,
        ),
        Refuse(
            name="complaint_undecided_only_without_decision",
            table="casework_complaint",
            events=["UPDATE OF stage"],
            when="NEW.stage = 'decision' AND OLD.stage IN ('remedy', 'closed')",
            condition=f"EXISTS ({STANDING})",
            message=OUT_OF_ORDER,
        ),
        Refuse(
            name="complaint_in_remedy_only_while_it_is_due",
            table="casework_complaint",
            events=["UPDATE OF stage"],
            when="NEW.stage = 'remedy' AND OLD.stage <> 'remedy'",
            condition=(
                f"NOT EXISTS ({STANDING} AND d.outcome = 'upheld' AND d.compliance = '' "
                f"AND {RECOMMENDED})"
            ),
            message=OUT_OF_ORDER,
        ),
        Refuse(
            name="complaint_closed_only_when_done",
            table="casework_complaint",
            events=["UPDATE OF stage"],
            when="NEW.stage = 'closed' AND OLD.stage <> 'closed'",
            condition=(
                f"NOT EXISTS ({STANDING} AND NOT (d.outcome = 'upheld' AND d.compliance = '' "
                f"AND {RECOMMENDED}))"
            ),
            message=OUT_OF_ORDER,
        ),
        After(
            name="stage_follows_new_decision",
            table="casework_decision",
            event="INSERT",
            condition="NEW.is_standing",
            # It has no recommendations yet; the first one moves the case on.
            statement=(
                "UPDATE casework_complaint SET stage = 'closed' "
                "WHERE id = NEW.complaint_id AND stage <> 'closed'"
            ),
        ),
        After(
            name="stage_follows_changed_decision",
            table="casework_decision",
            event="UPDATE OF is_standing, outcome, compliance",
            condition=f"NEW.is_standing AND ({changed_in(['is_standing', 'outcome', 'compliance'])})",
            # A case that is open again stays so: its decision stands but is not the last word.
            statement=STAGE_OF_DECISION
            + " AND (stage IN ('remedy', 'closed') OR NOT OLD.is_standing)",
        ),
        After(
            name="stage_follows_superseded_decision",
            table="casework_decision",
            event="UPDATE OF is_standing",
            condition="OLD.is_standing AND NOT NEW.is_standing",
            statement=(
                "UPDATE casework_complaint SET stage = 'decision' WHERE id = NEW.complaint_id "
                "AND stage IN ('remedy', 'closed') AND NOT EXISTS (SELECT 1 FROM casework_decision "
                f"d WHERE d.complaint_id = NEW.complaint_id AND {STANDS})"
            ),
        ),
        After(
            name="stage_follows_new_recommendation",
            table="casework_recommendation",
            event="INSERT",
            condition="TRUE",
            statement=(
                "UPDATE casework_complaint SET stage = 'remedy' WHERE stage = 'closed' AND id = ("
                "SELECT d.complaint_id FROM casework_decision d WHERE d.id = NEW.decision_id "
                f"AND {STANDS} AND d.compliance = '')"
            ),
        ),
        After(
            name="stage_follows_removed_recommendation",
            table="casework_recommendation",
            event="DELETE",
            condition="TRUE",
            statement=(
                "UPDATE casework_complaint SET stage = 'closed' WHERE stage = 'remedy' AND id = ("
                "SELECT d.complaint_id FROM casework_decision d WHERE d.id = OLD.decision_id "
                f"AND {STANDS} AND NOT EXISTS (SELECT 1 FROM casework_recommendation r "
                "WHERE r.decision_id = d.id))"
            ),
        ),
        # Decisions
        Refuse(
            name="decision_reason_fits",
            table="casework_decision",
            events=["INSERT"],
            when="NEW.reason_id IS NOT NULL",
            condition=REASON_UNFIT,
            message="The reason belongs to another outcome or was not used on that day.",
        ),
        # A reason closed since stays with the decisions that have it.
        Refuse(
            name="decision_reason_still_fits",
            table="casework_decision",
            events=["UPDATE OF reason_id, outcome, decided_on"],
            when="NEW.reason_id IS NOT NULL AND ("
            + changed_in(["reason_id", "outcome", "decided_on"])
            + ")",
            condition=REASON_UNFIT,
            message="The reason belongs to another outcome or was not used on that day.",
        ),
        Refuse(
            name="decision_reason_outcome_stands",
            table="casework_decisionreason",
            events=["UPDATE OF outcome"],
            when="NEW.outcome <> OLD.outcome",
            condition=("EXISTS (SELECT 1 FROM casework_decision d WHERE d.reason_id = NEW.id)"),
            message="There are decisions with this reason, so its outcome stands.",
        ),
        Refuse(
            name="decision_kept",
            table="casework_decision",
            events=["DELETE"],
            condition="TRUE",
            message="A decision is kept; a further decision takes its place.",
        ),
        # Recommendations
        Refuse(
            name="extension_from_the_day_due",
            table="casework_extension",
            events=["INSERT"],
            condition=(
                "NOT EXISTS (SELECT 1 FROM casework_recommendation r "
                "WHERE r.id = NEW.recommendation_id AND r.due_on = NEW.former_due_on "
                "AND r.completed_on IS NULL)"
            ),
            message="The due date was changed meanwhile, or the recommendation is completed.",
            lock="casework_recommendation WHERE id = NEW.recommendation_id FOR NO KEY UPDATE",
        ),
        After(
            name="extension_moves_the_day_due",
            table="casework_extension",
            event="INSERT",
            condition="TRUE",
            statement=(
                "UPDATE casework_recommendation SET due_on = NEW.due_on "
                "WHERE id = NEW.recommendation_id"
            ),
        ),
        *kept("casework_extension", "extension", "An agreed extension stands; agree another."),
        # Clocks
        Refuse(
            name="clock_pause_apart",
            table="casework_clockpause",
            events=["INSERT", "UPDATE OF complaint_id, starts_on, ends_on"],
            condition=(
                "EXISTS (SELECT 1 FROM casework_clockpause o "
                "WHERE o.complaint_id = NEW.complaint_id AND o.id IS DISTINCT FROM NEW.id "
                "AND o.starts_on <= COALESCE(NEW.ends_on, '9999-12-31') "
                "AND COALESCE(o.ends_on, '9999-12-31') >= NEW.starts_on)"
            ),
            message="The clock stands still already on some of these days.",
            lock="casework_complaint WHERE id = NEW.complaint_id FOR NO KEY UPDATE",
        ),
        # Statements
        Refuse(
            name="statement_published_stands",
            table="casework_statement",
            events=["UPDATE"],
            condition=(
                "(OLD.published_on IS NOT NULL AND ("
                + changed_in(["text", "dated_on", "decision_id", "number", "published_on"])
                + ")) OR (OLD.withdrawn_on IS NOT NULL AND "
                + changed_in(["withdrawn_on"])
                + ")"
            ),
            message="A published statement stands; write a new one.",
        ),
        Refuse(
            name="statement_replaced_for_good",
            table="casework_statement",
            events=["UPDATE OF is_current"],
            condition="NEW.is_current AND NOT OLD.is_current",
            message="A replaced statement is never used again.",
        ),
        Refuse(
            name="statement_published_kept",
            table="casework_statement",
            events=["DELETE"],
            condition="OLD.published_on IS NOT NULL",
            message="A published statement is kept.",
        ),
        # People
        Refuse(
            name="complaint_anonymised_by_two",
            table="casework_complaint",
            events=["INSERT", "UPDATE OF anonymised_on"],
            when="NEW.anonymised_on IS NOT NULL",
            condition=(
                "NOT EXISTS ("
                "SELECT 1 FROM casework_anonymisation a WHERE a.complaint_id = NEW.id "
                "AND a.agreed_at IS NOT NULL)"
            ),
            message="A case is anonymised after two people agree.",
        ),
        *kept("casework_look", "look", "The record of who saw what is kept."),
        # Frozen years
        *needs_reason(
            "complaint",
            of_complaint,
            [
                "reference",
                "authority_id",
                "category",
                "subcategory",
                "public_subcategory_id",
                "received_on",
            ],
        ),
        *needs_reason(
            "decision",
            of_decision,
            [
                "complaint_id",
                "is_standing",
                "outcome",
                "reason_id",
                "decided_on",
                "is_remedied_by_authority",
                "compliance",
                "compliance_recorded_on",
                "compliance_note",
                "duty_authority_id",
            ],
        ),
        *needs_reason(
            "recommendation",
            of_recommendation,
            [
                "decision_id",
                "kind",
                "category",
                "text",
                "amount",
                "due_on",
                "evidence_received_on",
                "completed_on",
            ],
        ),
        # History
        *(
            KeepHistory(
                name=f"history_of_{record}",
                table=f"casework_{record}",
                record=f"casework.{record}",
                case=case,
            )
            for record, case in HISTORY.items()
        ),
        *kept(
            "casework_change",
            "change",
            "History is kept.",
            # Anonymising a case takes the values out of its history, and nothing else.
            condition=(
                "NOT (OLD.case_id IS NOT NULL AND EXISTS (SELECT 1 FROM casework_complaint c "
                "WHERE c.id = OLD.case_id AND c.anonymised_on IS NOT NULL))"
            ),
        ),
        *kept(
            "casework_batch",
            "batch",
            "History is kept.",
            condition="OLD.id IS DISTINCT FROM casework_batch()",
        ),
    ]
