"""What was changed, by whom, when and why; and the years whose figures are frozen.

Rows of `Change` are written by triggers alone (`casework.triggers.KeepHistory`), so that no way of
writing escapes: forms, imports, bulk updates, the shell, SQL by hand.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.querysets import ChangeQuerySet


class Batch(models.Model):
    """One act of one person: a form saved, a bulk action, an import; with a `Change` per record."""

    what = models.CharField(max_length=100)
    reason = models.TextField(blank=True)
    begun_at = models.DateTimeField("when")
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="who"
    )

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-pk"]
        indexes = [models.Index(name="batch_begun", fields=["begun_at"])]

    def __str__(self) -> str:
        return self.what


class Change(models.Model):
    """One record before and after. Holds only the fields that changed; written by the database."""

    class Action(models.TextChoices):
        ADDED = "+", "Added"
        CHANGED = "~", "Changed"
        REMOVED = "-", "Removed"

    batch = models.ForeignKey(
        Batch,
        models.PROTECT,
        null=True,
        related_name="changes",
        help_text="None: written past the application, by somebody with the database's password.",
    )
    record = models.CharField(max_length=60, help_text="The model, such as casework.complaint.")
    record_id = models.BigIntegerField()
    case_id = models.BigIntegerField(null=True, help_text="The complaint it belongs to, if any.")
    action = models.CharField(max_length=1, choices=Action)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    changed_at = models.DateTimeField()

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # The history of a record of a case is found by its case.
            models.Index(
                name="change_of_record",
                fields=["record", "record_id"],
                condition=Q(case_id__isnull=True),
            ),
            models.Index(name="change_of_case", fields=["case_id"]),
        ]

    def __str__(self) -> str:
        # No values: they may be personal.
        return f"{self.get_action_display()} {self.record} {self.record_id}"


class LockedPeriod(models.Model):
    """A year whose figures are frozen: a case in it changes only with a reason."""

    year = models.PositiveSmallIntegerField("year ending 31 March", unique=True)
    first_day = models.DateField()
    last_day = models.DateField()
    locked_at = models.DateTimeField()
    last_change = models.BigIntegerField(
        default=0, help_text="The number of the last change before the figures were frozen."
    )

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="locked_period_first_day_before_last",
                condition=Q(first_day__lt=F("last_day")),
            ),
        ]

    def __str__(self) -> str:
        return f"Year ending 31 March {self.year}"
