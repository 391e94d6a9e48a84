"""What keeps an issued letter from the public, or puts another in its place."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.conditions import in_order, in_words, together
from reviews.models.summaries import AnnualSummary
from reviews.querysets import HoldQuerySet


class Hold(models.Model):
    """A frozen row and its letter kept out of issue and publication, until released.

    It is of the row, which is never deleted, so that it outlives a draft.
    """

    summary = models.ForeignKey(AnnualSummary, models.PROTECT, related_name="holds")
    reason = models.TextField(validators=[in_words])
    held_at = models.DateTimeField("held")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    released_at = models.DateTimeField("released", null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["-held_at", "-pk"]
        permissions = [("hold_letters", "Can hold letters and release them")]
        constraints = [
            models.UniqueConstraint(
                name="hold_one_open", fields=["summary"], condition=Q(released_at__isnull=True)
            ),
            models.CheckConstraint(name="hold_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="hold_released_at_by", condition=together("released_at", "released_by")
            ),
            models.CheckConstraint(
                name="hold_not_released_before", condition=in_order("held_at", "released_at")
            ),
        ]

    def __str__(self) -> str:
        return f"Hold: {self.summary}"


class Correction(models.Model):
    """When a row that replaces another was counted, by whom, and the date its letter carries.

    `is_first` where nothing had been issued to the authority: the row takes the place of a draft,
    and its letter replaces none.
    """

    summary = models.OneToOneField(
        AnnualSummary, models.PROTECT, primary_key=True, related_name="correction"
    )
    is_first = models.BooleanField("first letter", default=False)
    letter_on = models.DateField("letter date")
    corrected_at = models.DateTimeField("corrected")
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-corrected_at"]
        permissions = [("correct_letter", "Can correct an issued letter")]

    def __str__(self) -> str:
        return f"Correction: {self.summary}, version {self.summary.version}"


class Retraction(models.Model):
    """A public letter withdrawn for good: the public reads the notice in its place."""

    summary = models.OneToOneField(
        AnnualSummary, models.PROTECT, primary_key=True, related_name="retraction"
    )
    reason = models.TextField(help_text="For staff.", validators=[in_words])
    notice = models.TextField(help_text="What the public reads in place of the letter.")
    retracted_at = models.DateTimeField("retracted")
    retracted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-retracted_at"]
        permissions = [("retract_letter", "Can retract a published letter")]
        constraints = [
            models.CheckConstraint(
                name="retraction_with_reason_and_notice", condition=~Q(reason="") & ~Q(notice="")
            ),
        ]

    def __str__(self) -> str:
        return f"Retraction: {self.summary}, version {self.summary.version}"
