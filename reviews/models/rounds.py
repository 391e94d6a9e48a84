"""A round of reviews: one year, from its opening to what was done last."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reviews.figures.periods import Period
from reviews.querysets import RoundQuerySet


class Demonstration(models.Model):
    """The one row of a database that holds demonstration data, which every page then says."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="demonstration_once", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"Demonstration data made {self.made_at:%Y-%m-%d}"


class Round(models.Model):
    """One year's review: the year ending 31 March of `year`, from opening to publication."""

    year = models.PositiveSmallIntegerField(
        "year ending 31 March", unique=True, help_text="2020 means 1 April 2019 to 31 March 2020."
    )
    letter_on = models.DateField("letter date")
    publish_at = models.DateTimeField("public from")
    is_demonstration = models.BooleanField("demonstration data", default=False, editable=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    freeze = models.OneToOneField(
        "Freeze",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="current_of",
        verbose_name="current freeze",
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="round_year_plausible", condition=Q(year__range=(2010, 2200))
            ),
        ]
        permissions = [
            ("freeze_round", "Can freeze a round's figures"),
            ("approve_letters", "Can approve letters"),
            ("issue_letters", "Can issue letters"),
            ("export_letters", "Can download letters and data before publication"),
        ]

    def __str__(self) -> str:
        return f"Annual review {self.year}"

    @property
    def period(self) -> Period:
        return Period(self.year)


class Freeze(models.Model):
    """One counting of a round: all its rows were counted together, by this method."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="freezes")
    number = models.PositiveSmallIntegerField()
    method_version = models.CharField(max_length=20)
    reason = models.TextField(blank=True, help_text="Why the figures were frozen again.")
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["round", "-number"]
        constraints = [
            models.UniqueConstraint(name="freeze_number_once", fields=["round", "number"]),
            models.CheckConstraint(
                name="freeze_again_with_reason", condition=Q(number=1) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}, freeze {self.number}"


class RoundEvent(models.Model):
    """A line of a round's history: what was done, when and by whom."""

    class Action(models.TextChoices):
        OPENED = "opened", "Opened"
        FROZEN = "frozen", "Figures frozen"
        APPROVED = "approved", "Letters approved"
        RETURNED = "returned", "Letters returned"
        WITHDRAWN = "withdrawn", "Approval withdrawn"
        WORDED = "worded", "Wording changed"
        HELD = "held", "Letters held"
        RELEASED = "released", "Letters released"
        ISSUED = "issued", "Letters issued"
        QUEUED = "queued", "Messages queued"
        SENT = "sent", "Messages sent"
        CORRECTED = "corrected", "Letter corrected"
        RETRACTED = "retracted", "Letter retracted"
        EXPORTED = "exported", "Letters exported"

    round = models.ForeignKey(Round, models.PROTECT, related_name="events")
    action = models.CharField(max_length=20, choices=Action)
    detail = models.TextField(blank=True)
    done_at = models.DateTimeField()
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-done_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="round_event_action_known",
                condition=Q(
                    action__in=[
                        "opened",
                        "frozen",
                        "approved",
                        "returned",
                        "withdrawn",
                        "worded",
                        "held",
                        "released",
                        "issued",
                        "queued",
                        "sent",
                        "corrected",
                        "retracted",
                        "exported",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.get_action_display()}"
