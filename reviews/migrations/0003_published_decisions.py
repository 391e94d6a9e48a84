"""The public copies of decisions, what takes them off at once, and the history of reviews.

Triggers of casework's tables tell the copies here, so that no public query reads casework.
"""

import django.db.models.deletion
from django.db import migrations, models

from casework.triggers import After, KeepHistory, Refuse, RefuseTruncate, changed_in

COPY = "reviews_publisheddecision"
CASES = (
    "casework_statement s JOIN casework_decision d ON d.id = s.decision_id "
    "JOIN casework_complaint c ON c.id = d.complaint_id"
)
# As `casework.querysets.nothing_in_the_way` has it.
NOTHING_IN_THE_WAY = """d.is_standing
    AND d.outcome IN ('closed_after_initial_enquiries', 'not_upheld', 'upheld')
    AND d.received_on >= '2013-04-01'
    AND c.stage IN ('remedy', 'closed')
    AND NOT EXISTS (SELECT 1 FROM casework_publicationexception e WHERE e.decision_id = d.id)
    AND NOT EXISTS (SELECT 1 FROM casework_decisionreview r
        WHERE r.decision_id = d.id AND r.ended_on IS NULL)"""
MAY_BE_SHOWN = f"""EXISTS (SELECT 1 FROM {CASES} WHERE s.id = NEW.statement_id
    AND s.is_current AND s.withdrawn_on IS NULL AND {NOTHING_IN_THE_WAY})"""


def case(of: str) -> str:
    """Whoever publishes and whoever stops publication lock the case, so that one sees the other."""
    return f"casework_complaint WHERE id = ({of}) FOR NO KEY UPDATE"


CASE_OF_STATEMENT = case(
    "SELECT d.complaint_id FROM casework_decision d JOIN casework_statement s "
    "ON s.decision_id = d.id WHERE s.id = NEW.statement_id"
)
CASE_OF_DECISION = case(
    "SELECT d.complaint_id FROM casework_decision d WHERE d.id = NEW.decision_id"
)


def suspend(name: str, table: str, event: str, *, condition: str, which: str, lock: str) -> After:
    """Suspends the copies of statements of `which` rows, unless nothing stands in their way."""
    return After(
        name=f"published_suspended_by_{name}",
        table=table,
        event=event,
        condition=condition,
        statement=(
            f"UPDATE {COPY} SET suspended_at = CURRENT_TIMESTAMP WHERE suspended_at IS NULL "
            "AND taken_off_at IS NULL AND statement_id IN ("
            f"SELECT s.id FROM {CASES} WHERE {which} AND NOT ({NOTHING_IN_THE_WAY}))"
        ),
        lock=lock,
    )


def suspend_until_told_anew(
    name: str, table: str, event: str, *, condition: str, which: str, lock: str
) -> After:
    """Suspends copies whose decision says something else now; the next publication resumes them."""
    return After(
        name=f"published_suspended_by_{name}",
        table=table,
        event=event,
        condition=condition,
        statement=(
            f"UPDATE {COPY} SET suspended_at = CURRENT_TIMESTAMP WHERE suspended_at IS NULL "
            f"AND taken_off_at IS NULL AND statement_id IN (SELECT s.id FROM {CASES} WHERE {which})"
        ),
        lock=lock,
    )


def take_off(name: str, table: str, event: str, *, condition: str, which: str, lock: str) -> After:
    """Takes the copies of these statements off for good."""
    return After(
        name=f"published_taken_off_by_{name}",
        table=table,
        event=event,
        condition=condition,
        statement=(
            f"UPDATE {COPY} SET taken_off_at = CURRENT_TIMESTAMP WHERE taken_off_at IS NULL "
            f"AND statement_id IN (SELECT s.id FROM casework_statement s WHERE {which})"
        ),
        lock=lock,
    )


SAID = ["outcome", "decided_on", "category", "authority_id"]
IMPROVEMENT = ["kind", "category", "text", "decision_id"]
CASE_OF_RECOMMENDATION = case(
    "SELECT d.complaint_id FROM casework_decision d WHERE d.id = OLD.decision_id"
)
KEPT = "A published decision is kept."
DECIDED = ["complaint_id", "is_standing", "outcome", "received_on"]
IN_THE_WAY = "Something stands in the way of publication: look at the case."


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0010_similar_cases"),
        ("reviews", "0002_frozen_for_good"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=10)),
                (
                    "authority_name",
                    models.CharField(max_length=200, verbose_name="authority as printed"),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("adult_care_services", "Adult care services"),
                            ("benefits_and_tax", "Benefits and tax"),
                            ("corporate_and_other", "Corporate and other services"),
                            (
                                "education_and_childrens_services",
                                "Education and children's services",
                            ),
                            (
                                "environment_and_regulation",
                                "Environmental services, public protection and regulation",
                            ),
                            ("highways_and_transport", "Highways and transport"),
                            ("housing", "Housing"),
                            ("planning_and_development", "Planning and development"),
                            ("other", "Other"),
                        ],
                        max_length=40,
                    ),
                ),
                ("public_category", models.CharField(blank=True, max_length=100)),
                ("public_subcategory", models.CharField(blank=True, max_length=100)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("invalid_or_incomplete", "Invalid or incomplete"),
                            ("advice_given", "Advice given"),
                            ("referred_back", "Referred back for local resolution"),
                            ("closed_after_initial_enquiries", "Closed after initial enquiries"),
                            ("not_upheld", "Not upheld"),
                            ("upheld", "Upheld"),
                        ],
                        max_length=40,
                    ),
                ),
                ("decided_on", models.DateField(verbose_name="decided")),
                ("dated_on", models.DateField(verbose_name="dated")),
                ("text", models.TextField(verbose_name="statement")),
                (
                    "improvements",
                    models.JSONField(
                        default=list,
                        help_text="The category and text of each service improvement.",
                        verbose_name="service improvements",
                    ),
                ),
                ("report_title", models.CharField(blank=True, max_length=200)),
                (
                    "report_is_further",
                    models.BooleanField(default=False, verbose_name="further report"),
                ),
                (
                    "report_issued_on",
                    models.DateField(blank=True, null=True, verbose_name="report issued"),
                ),
                (
                    "report_answered_on",
                    models.DateField(blank=True, null=True, verbose_name="report answered"),
                ),
                (
                    "report_satisfied_on",
                    models.DateField(
                        blank=True, null=True, verbose_name="satisfied with the response"
                    ),
                ),
                ("published_on", models.DateField(verbose_name="published")),
                (
                    "ends_on",
                    models.DateField(
                        help_text="Five years are over the day after.", verbose_name="last day"
                    ),
                ),
                (
                    "suspended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="suspended"),
                ),
                (
                    "taken_off_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="taken off for good"),
                ),
                (
                    "authority",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="published_decisions",
                        to="casework.authority",
                    ),
                ),
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.statement",
                    ),
                ),
            ],
            options={
                "ordering": ["-dated_on", "reference"],
                "permissions": [("publish_decision", "Can publish decisions")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_off_at__isnull", True)),
                        fields=["ends_on"],
                        name="published_decision_standing",
                    ),
                    models.Index(
                        fields=["-dated_on", "reference"], name="published_decision_dated"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken_off_at__isnull", True)),
                        fields=("reference",),
                        name="published_decision_one_stands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["closed_after_initial_enquiries", "not_upheld", "upheld"],
                            )
                        ),
                        name="published_decision_outcome_published",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "category__in",
                                [
                                    "adult_care_services",
                                    "benefits_and_tax",
                                    "corporate_and_other",
                                    "education_and_childrens_services",
                                    "environment_and_regulation",
                                    "highways_and_transport",
                                    "housing",
                                    "planning_and_development",
                                    "other",
                                ],
                            )
                        ),
                        name="published_decision_category_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("published_on__lte", models.F("ends_on"))),
                        name="published_decision_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("report_issued_on__isnull", True), ("report_title", "")),
                            models.Q(
                                models.Q(("report_title", ""), _negated=True),
                                ("report_issued_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="published_decision_report_whole",
                    ),
                ],
            },
        ),
        Refuse(
            name="published_decision_may_be_shown",
            table=COPY,
            events=["INSERT"],
            condition=f"NOT {MAY_BE_SHOWN}",
            message=IN_THE_WAY,
            lock=CASE_OF_STATEMENT,
        ),
        Refuse(
            name="published_decision_like_its_statement",
            table=COPY,
            events=["INSERT"],
            condition=(
                f"NOT EXISTS (SELECT 1 FROM {CASES} WHERE s.id = NEW.statement_id "
                "AND s.text = NEW.text AND s.dated_on = NEW.dated_on "
                "AND d.decided_on = NEW.decided_on AND c.reference = NEW.reference)"
            ),
            message="What is published says what the statement says.",
        ),
        Refuse(
            name="published_decision_after_six_weeks",
            table=COPY,
            events=["INSERT"],
            condition=(
                "NEW.published_on < days_later(NEW.dated_on, 42) "
                "OR NEW.published_on < days_later(NEW.decided_on, 42)"
            ),
            message="A decision is published six weeks after its day, and no sooner.",
        ),
        Refuse(
            name="published_decision_stands",
            table=COPY,
            events=["UPDATE"],
            condition=(
                "OLD.taken_off_at IS NOT NULL OR "
                + changed_in(["statement_id", "dated_on", "text", "published_on", "ends_on"])
            ),
            message="What was published stands; a new statement takes its place.",
        ),
        Refuse(
            name="published_decision_resumed_if_it_may",
            table=COPY,
            events=["UPDATE OF suspended_at"],
            condition=(
                f"OLD.suspended_at IS NOT NULL AND NEW.suspended_at IS NULL AND NOT {MAY_BE_SHOWN}"
            ),
            message=IN_THE_WAY,
            lock=CASE_OF_STATEMENT,
        ),
        Refuse(
            name="published_decision_kept",
            table=COPY,
            events=["DELETE"],
            condition="TRUE",
            message=KEPT,
        ),
        Refuse(
            name="published_decision_not_replaced",
            table=COPY,
            events=["INSERT"],
            condition=(
                f"EXISTS (SELECT 1 FROM {COPY} o WHERE o.id = NEW.id "
                "OR o.statement_id = NEW.statement_id "
                "OR (o.reference = NEW.reference AND o.taken_off_at IS NULL))"
            ),
            message=KEPT,
        ),
        RefuseTruncate(name="published_decision_not_truncated", table=COPY, message=KEPT),
        suspend_until_told_anew(
            "what_it_says",
            "casework_decision",
            f"UPDATE OF {', '.join(SAID)}",
            condition=changed_in(SAID),
            which="d.id = NEW.id",
            lock=case("NEW.complaint_id"),
        ),
        suspend_until_told_anew(
            "reference",
            "casework_complaint",
            "UPDATE OF reference",
            condition=changed_in(["reference"]),
            which="c.id = NEW.id",
            lock="",
        ),
        suspend_until_told_anew(
            "improvement",
            "casework_recommendation",
            f"UPDATE OF {', '.join(IMPROVEMENT)}",
            condition=f"OLD.kind = 'service_improvement' AND ({changed_in(IMPROVEMENT)})",
            which="d.id = OLD.decision_id",
            lock=CASE_OF_RECOMMENDATION,
        ),
        suspend_until_told_anew(
            "improvement_removed",
            "casework_recommendation",
            "DELETE",
            condition="OLD.kind = 'service_improvement'",
            which="d.id = OLD.decision_id",
            lock=CASE_OF_RECOMMENDATION,
        ),
        suspend(
            "stage",
            "casework_complaint",
            "UPDATE OF stage",
            condition="NEW.stage <> OLD.stage AND NEW.stage NOT IN ('remedy', 'closed')",
            which="c.id = NEW.id",
            lock="",  # the row itself
        ),
        suspend(
            "decision",
            "casework_decision",
            f"UPDATE OF {', '.join(DECIDED)}",
            condition=changed_in(DECIDED),
            which="d.id = NEW.id",
            lock=case("NEW.complaint_id"),
        ),
        *(
            suspend(
                name,
                f"casework_{table}",
                event,
                condition="TRUE",
                which="d.id = NEW.decision_id",
                lock=CASE_OF_DECISION,
            )
            for name, table, event in (
                ("exception", "publicationexception", "INSERT"),
                ("moved_exception", "publicationexception", "UPDATE OF decision_id"),
                ("review", "decisionreview", "INSERT"),
                ("changed_review", "decisionreview", "UPDATE OF decision_id, ended_on"),
            )
        ),
        take_off(
            "statement",
            "casework_statement",
            "UPDATE OF is_current, withdrawn_on",
            condition="NOT NEW.is_current OR NEW.withdrawn_on IS NOT NULL",
            which="s.id = NEW.id",
            lock=CASE_OF_DECISION,
        ),
        take_off(
            "decision",
            "casework_decision",
            "UPDATE OF is_standing",
            condition="OLD.is_standing AND NOT NEW.is_standing",
            which="s.decision_id = NEW.id",
            lock=case("NEW.complaint_id"),
        ),
        KeepHistory(
            name="history_of_publisheddecision",
            table=COPY,
            record="reviews.publisheddecision",
            case=(
                "(SELECT d.complaint_id FROM casework_decision d JOIN casework_statement s "
                "ON s.decision_id = d.id WHERE s.id = {row}.statement_id)"
            ),
        ),
        *(
            KeepHistory(
                name=f"history_of_{record}", table=f"reviews_{record}", record=f"reviews.{record}"
            )
            for record in ("letter", "publishedfigure", "round", "signatory")
        ),
    ]
