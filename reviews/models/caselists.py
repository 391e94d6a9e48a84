"""The cases behind the figures, as they were when the figures were frozen."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from casework.conditions import one_of
from reviews.models.summaries import AnnualSummary


class CaseListKind(models.TextChoices):
    RECEIVED = "received", "Complaints received"
    DECIDED = "decided", "Complaints decided"
    COMPLIANCE = "compliance", "Compliance outcomes"


class CaseList(models.Model):
    """One of the three lists from which a council checks its figures: references, no people.

    `cases` holds a list a case, its values in the order of `reviews.caselists.COLUMNS`.
    """

    summary = models.ForeignKey(AnnualSummary, models.PROTECT, related_name="case_lists")
    kind = models.CharField("list", max_length=20, choices=CaseListKind)
    number = models.PositiveIntegerField("cases")
    cases = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["summary__name", "kind"]
        constraints = [
            models.UniqueConstraint(name="case_list_once", fields=["summary", "kind"]),
            models.CheckConstraint(
                name="case_list_kind_known", condition=one_of("kind", CaseListKind)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.summary.name}, {self.summary.year_ending}"
