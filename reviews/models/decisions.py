"""The public copies of decisions."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from casework.choices import (
    PUBLISHED_OUTCOMES,
    SERVICE_IMPROVEMENT_CATEGORIES,
    Category,
    Compliance,
    Outcome,
)
from casework.conditions import one_of
from reviews.figures.improvements import Status
from reviews.figures.periods import day_text
from reviews.querysets import PublishedDecisionQuerySet, PublishedImprovementQuerySet


class PublishedDecision(models.Model):
    """The public copy of a decision's statement: what it says stands here by value.

    The statement's words and days never change. What else it says of the case follows casework with
    the next publication. Triggers take it off at once when the case opens again, a review or an
    exception stands in its way (suspended), or when the statement is replaced or withdrawn (for
    good).
    """

    statement = models.OneToOneField("casework.Statement", models.PROTECT, related_name="+")
    reference = models.CharField(max_length=10)
    authority = models.ForeignKey(
        "casework.Authority", models.PROTECT, related_name="published_decisions"
    )
    authority_name = models.CharField("authority as printed", max_length=200)
    category = models.CharField(max_length=40, choices=Category)
    public_category = models.CharField(max_length=100, blank=True)
    public_subcategory = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=40, choices=Outcome)
    decided_on = models.DateField("decided")
    dated_on = models.DateField("dated")
    text = models.TextField("statement")
    report_title = models.CharField(max_length=200, blank=True)
    report_is_further = models.BooleanField("further report", default=False)
    report_issued_on = models.DateField("report issued", null=True, blank=True)
    report_answered_on = models.DateField("report answered", null=True, blank=True)
    report_satisfied_on = models.DateField("satisfied with the response", null=True, blank=True)
    published_on = models.DateField("published")
    ends_on = models.DateField("last day", help_text="Five years are over the day after.")
    suspended_at = models.DateTimeField("suspended", null=True, blank=True)
    taken_off_at = models.DateTimeField("taken off for good", null=True, blank=True)

    objects = PublishedDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-dated_on", "reference"]
        permissions = [("publish_decision", "Can publish decisions")]
        constraints = [
            models.UniqueConstraint(
                name="published_decision_one_stands",
                fields=["reference"],
                condition=Q(taken_off_at__isnull=True),
            ),
            models.CheckConstraint(
                name="published_decision_outcome_published",
                condition=Q(outcome__in=[outcome.value for outcome in PUBLISHED_OUTCOMES]),
            ),
            models.CheckConstraint(
                name="published_decision_category_known", condition=one_of("category", Category)
            ),
            models.CheckConstraint(
                name="published_decision_days_in_order",
                condition=Q(published_on__lte=F("ends_on")),
            ),
            models.CheckConstraint(
                name="published_decision_report_whole",
                condition=Q(report_title="", report_issued_on__isnull=True)
                | (~Q(report_title="") & Q(report_issued_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="published_decision_dated", fields=["-dated_on", "reference"]),
            # What is shown, in the order of the list.
            models.Index(
                name="published_decision_listed",
                fields=["-decided_on", "reference"],
                condition=Q(taken_off_at__isnull=True, suspended_at__isnull=True),
            ),
            # Alone they say what is counted beside filters and what is of one kind at one
            # authority, so that no long text is read. SQLite wants the condition's columns in.
            models.Index(
                name="published_decision_counted",
                fields=[
                    *("ends_on", "published_on", "suspended_at", "taken_off_at"),
                    *("outcome", "category", "authority", "decided_on"),
                ],
                condition=Q(taken_off_at__isnull=True),
            ),
            models.Index(
                name="published_decision_of_kind",
                fields=[
                    *("authority", "category", "public_subcategory", "public_category"),
                    *("outcome", "decided_on"),
                    *("ends_on", "published_on", "suspended_at", "taken_off_at"),
                ],
                condition=Q(taken_off_at__isnull=True),
            ),
            models.Index(
                name="published_decision_reported",
                fields=["-report_issued_on", "reference"],
                condition=Q(report_issued_on__isnull=False, taken_off_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, statement of {day_text(self.dated_on)}"

    def get_absolute_url(self) -> str:
        return reverse("decision", args=[self.reference])


class ImprovementStatus(models.TextChoices):
    """The words for each `Status`."""

    DUE = Status.DUE, "Due"
    ON_TIME = Status.ON_TIME, "Carried out on time"
    LATE = Status.LATE, "Carried out late"
    NOT_CARRIED_OUT = Status.NOT_CARRIED_OUT, "Not carried out"
    CEASED = Status.CEASED, "No longer followed up"


class PublishedImprovement(models.Model):
    """A service improvement of a public copy, with what became of it.

    It is public while its copy is, and says by value what casework said at the last publication.
    Personal remedies have no row here: the database refuses one.
    """

    decision = models.ForeignKey(
        PublishedDecision,
        models.PROTECT,
        related_name="improvements",
        db_index=False,  # the constraint serves
    )
    number = models.PositiveSmallIntegerField()
    category = models.CharField(
        "kind",
        max_length=40,
        choices=[(each.value, each.label) for each in SERVICE_IMPROVEMENT_CATEGORIES],
    )
    text = models.TextField()
    due_on = models.DateField("due")
    completed_on = models.DateField("carried out", null=True, blank=True)
    status = models.CharField(max_length=20, choices=ImprovementStatus)
    compliance = models.CharField(
        "outcome of the case", max_length=20, choices=Compliance, blank=True
    )
    compliance_recorded_on = models.DateField("outcome recorded", null=True, blank=True)

    objects = PublishedImprovementQuerySet.as_manager()

    class Meta:
        ordering = ["decision", "number"]
        constraints = [
            models.UniqueConstraint(
                name="published_improvement_number_once", fields=["decision", "number"]
            ),
            models.CheckConstraint(
                name="published_improvement_category_of_services",
                condition=Q(category__in=[each.value for each in SERVICE_IMPROVEMENT_CATEGORIES]),
            ),
            models.CheckConstraint(
                name="published_improvement_status_known",
                condition=one_of("status", ImprovementStatus),
            ),
            models.CheckConstraint(
                name="published_improvement_outcome_and_date_together",
                condition=Q(compliance="", compliance_recorded_on__isnull=True)
                | (one_of("compliance", Compliance) & Q(compliance_recorded_on__isnull=False)),
            ),
        ]
        indexes = [
            # Alone it says what is counted, so that no text is read.
            models.Index(
                name="published_improvement_counted",
                fields=[
                    "decision",
                    "category",
                    "status",
                    "compliance",
                    "compliance_recorded_on",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"Improvement {self.number} of {self.decision_id}"
