"""The words of decisions and what stands between them and the public."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from casework.choices import PublicationGround, ReviewResult
from casework.conditions import in_order, in_words, one_of
from casework.models.cases import Decision
from casework.querysets import StatementQuerySet


class Statement(models.Model):
    """The anonymised public statement of a decision; a new one replaces the old for good."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="statements")
    number = models.PositiveSmallIntegerField(editable=False)
    dated_on = models.DateField(
        "dated", help_text="The day of the decision, or of the new statement after a review."
    )
    text = models.TextField(help_text="Names the authority, never people: Mr X, Miss Y.")
    is_current = models.BooleanField("current", default=True, editable=False)
    written_at = models.DateTimeField(editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    published_on = models.DateField("published", null=True, blank=True, editable=False)
    withdrawn_on = models.DateField("withdrawn", null=True, blank=True, editable=False)

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["decision", "-number"]
        constraints = [
            models.UniqueConstraint(name="statement_number_once", fields=["decision", "number"]),
            models.UniqueConstraint(
                name="statement_one_current", fields=["decision"], condition=Q(is_current=True)
            ),
            models.CheckConstraint(name="statement_text_given", condition=~Q(text="")),
            models.CheckConstraint(
                name="statement_withdrawn_after_published",
                condition=Q(withdrawn_on__isnull=True)
                | Q(published_on__isnull=False, withdrawn_on__gte=F("published_on")),
            ),
        ]
        indexes = [
            # Alone it says which wait, so that their long texts are not read.
            models.Index(
                name="statement_published",
                fields=["is_current", "published_on", "withdrawn_on", "decision", "dated_on"],
            ),
        ]

    def __str__(self) -> str:
        return f"Statement {self.number}"


class CheckedPlaces(models.Model):
    """Places in a public text where the complainant seems to appear, which tell nobody who it is.

    Somebody looked at them and said so. `digest` stands for exactly those places: for others, or
    the same words elsewhere, somebody looks again.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="checked_places")
    digest = models.CharField(max_length=64)
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "checked places"
        constraints = [
            models.UniqueConstraint(name="checked_places_once", fields=["decision", "digest"]),
        ]

    def __str__(self) -> str:
        return f"Checked on {self.checked_at:%Y-%m-%d}"


class PublicationException(models.Model):
    """A manager's decision not to publish a decision, and why."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="publication_exception")
    ground = models.CharField(max_length=20, choices=PublicationGround)
    details = models.TextField("reason", validators=[in_words])
    decided_at = models.DateTimeField(editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name="manager",
    )

    class Meta:
        verbose_name = "exception from publication"
        verbose_name_plural = "exceptions from publication"
        constraints = [
            models.CheckConstraint(
                name="publication_exception_ground_known",
                condition=one_of("ground", PublicationGround),
            ),
            models.CheckConstraint(
                name="publication_exception_reason_given", condition=~Q(details="")
            ),
        ]

    def __str__(self) -> str:
        return self.get_ground_display()


class DecisionReview(models.Model):
    """Somebody asked to have a decision reviewed; while open it is not published."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="reviews")
    asked_on = models.DateField("asked for")
    reason = models.TextField(
        help_text="What the person asking says is wrong.", validators=[in_words]
    )
    ended_on = models.DateField("ended", null=True, blank=True)
    result = models.CharField(max_length=20, choices=ReviewResult, blank=True)

    class Meta:
        verbose_name = "review of the decision"
        verbose_name_plural = "reviews of the decision"
        ordering = ["decision", "-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="decision_review_one_open",
                fields=["decision"],
                condition=Q(ended_on__isnull=True),
            ),
            models.CheckConstraint(
                name="decision_review_in_order", condition=in_order("asked_on", "ended_on")
            ),
            models.CheckConstraint(
                name="decision_review_end_and_result_together",
                condition=Q(ended_on__isnull=True, result="")
                | (Q(ended_on__isnull=False) & one_of("result", ReviewResult)),
            ),
        ]

    def __str__(self) -> str:
        return f"Review asked for on {date_format(self.asked_on, 'j F Y')}"


class PublicInterestReport(models.Model):
    """A report on a decision; the authority has three months to answer it."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="report")
    title = models.CharField(max_length=200)
    is_further = models.BooleanField(
        "further report", default=False, help_text="About a failure to comply with a report."
    )
    issued_on = models.DateField("issued")
    answer_due_on = models.DateField(
        "answer due", help_text="Three months after the day of issue.", blank=True
    )
    answered_on = models.DateField("answered", null=True, blank=True)
    satisfied_on = models.DateField("satisfied with the response", null=True, blank=True)

    class Meta:
        ordering = ["-issued_on"]
        constraints = [
            models.CheckConstraint(
                name="report_answer_due_after_issue",
                condition=Q(answer_due_on__gt=F("issued_on")),
            ),
            models.CheckConstraint(
                name="report_answered_after_issue", condition=in_order("issued_on", "answered_on")
            ),
            models.CheckConstraint(
                name="report_satisfied_after_answer",
                condition=Q(satisfied_on__isnull=True)
                | Q(answered_on__isnull=False, satisfied_on__gte=F("answered_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.title
