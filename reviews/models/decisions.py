"""The public copies of decisions."""

from django.db import models
from django.db.models import F, Q

from casework.choices import PUBLISHED_OUTCOMES, Category, Outcome
from casework.conditions import one_of
from reviews.figures.periods import day_text
from reviews.querysets import PublishedDecisionQuerySet


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
    improvements = models.JSONField(
        "service improvements",
        default=list,
        help_text="The category and text of each service improvement.",
    )
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
            models.Index(
                name="published_decision_standing",
                fields=["ends_on"],
                condition=Q(taken_off_at__isnull=True),
            ),
            models.Index(name="published_decision_dated", fields=["-dated_on", "reference"]),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, statement of {day_text(self.dated_on)}"
