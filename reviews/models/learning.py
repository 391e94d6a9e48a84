"""Seminars and courses for councils and others, and their figures frozen with a round.

Numbers only: nobody who came is named.
"""

from django.db import models
from django.db.models import F, Q

from casework.conditions import one_of
from reviews.figures.learning import NUMBERS, Learning, LearningFigures
from reviews.models.rounds import Freeze
from reviews.querysets import FrozenLearningQuerySet, LearningEventQuerySet


class Sector(models.TextChoices):
    """Whom an event is for, and whom the people at it worked for."""

    LOCAL_AUTHORITY = "local_authority", "Local authorities"
    CARE_PROVIDER = "care_provider", "Care providers"
    VOLUNTARY = "voluntary", "Voluntary and advice organisations"
    OTHER = "other", "Other bodies"


class LearningEvent(models.Model):
    """One seminar or course that was held."""

    class Kind(models.TextChoices):
        SEMINAR = "seminar", "Seminar"
        COURSE = "course", "Course"

    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=150)
    place = models.CharField(
        max_length=60,
        blank=True,
        help_text="Town or city, as letters print it after “in”. Blank: held online.",
    )
    held_on = models.DateField("held on")
    audience = models.CharField(
        "for", max_length=20, choices=Sector, default=Sector.LOCAL_AUTHORITY
    )

    objects = LearningEventQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "title"]
        constraints = [
            models.UniqueConstraint(
                name="learning_event_once",
                fields=["kind", "title", "place", "held_on"],
                violation_error_message=(
                    "This event is recorded already: open that one, or give this one another title."
                ),
            ),
            models.CheckConstraint(
                name="learning_event_kind_known", condition=Q(kind__in=["seminar", "course"])
            ),
            models.CheckConstraint(
                name="learning_event_audience_known", condition=one_of("audience", Sector)
            ),
        ]
        indexes = [models.Index(name="learning_event_held", fields=["held_on"])]

    def __str__(self) -> str:
        return f"{self.title}, {self.place or 'online'}, {self.held_on}"


class LearningAttendance(models.Model):
    """How many people came to an event from one authority, or from all bodies of another sector."""

    event = models.ForeignKey(LearningEvent, models.CASCADE, related_name="attendance")
    authority = models.ForeignKey(
        "casework.Authority", models.PROTECT, null=True, blank=True, related_name="learning"
    )
    sector = models.CharField(max_length=20, choices=Sector)
    people = models.PositiveIntegerField()

    class Meta:
        verbose_name = "attendance"
        verbose_name_plural = "attendance at learning events"
        ordering = ["event", "sector", "authority__official_name"]
        constraints = [
            models.UniqueConstraint(
                name="learning_attendance_once_an_authority",
                fields=["event", "authority"],
                violation_error_message="This authority has a row already: add its people there.",
            ),
            models.UniqueConstraint(
                name="learning_attendance_once_a_sector",
                fields=["event", "sector"],
                condition=Q(authority__isnull=True),
                violation_error_message="This sector has a row already: add its people there.",
            ),
            models.CheckConstraint(
                name="learning_attendance_sector_known", condition=one_of("sector", Sector)
            ),
            models.CheckConstraint(
                name="learning_attendance_of_authority_or_other_sector",
                condition=Q(authority__isnull=False, sector="local_authority")
                | Q(authority__isnull=True) & ~Q(sector="local_authority"),
                violation_error_message=(
                    "Choose the authority, or the sector of those who came from no authority."
                ),
            ),
            models.CheckConstraint(
                name="learning_attendance_of_somebody", condition=Q(people__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority or self.get_sector_display()}: {self.people}"


class FrozenLearning(models.Model):
    """The learning events of a round's year and of the year before, as counted with a freeze."""

    freeze = models.OneToOneField(Freeze, models.PROTECT, primary_key=True, related_name="learning")
    seminars = models.PositiveIntegerField()
    seminar_delegates = models.PositiveIntegerField()
    seminar_authorities = models.PositiveIntegerField()
    seminar_places = models.JSONField()
    courses = models.PositiveIntegerField()
    course_people = models.PositiveIntegerField()
    seminars_before = models.PositiveIntegerField()
    seminar_delegates_before = models.PositiveIntegerField()
    seminar_authorities_before = models.PositiveIntegerField()
    seminar_places_before = models.JSONField()
    courses_before = models.PositiveIntegerField()
    course_people_before = models.PositiveIntegerField()

    objects = FrozenLearningQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "frozen learning"
        ordering = ["-freeze"]
        constraints = [
            models.CheckConstraint(
                name="frozen_learning_authorities_within_delegates",
                condition=Q(
                    seminar_authorities__lte=F("seminar_delegates"),
                    seminar_authorities_before__lte=F("seminar_delegates_before"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Learning events, {self.freeze}"

    @classmethod
    def of(cls, freeze: Freeze, figures: LearningFigures) -> "FrozenLearning":
        """The row, not yet stored, that keeps these figures with a freeze."""
        values = {
            f"{name}{ending}": list(value) if isinstance(value, tuple) else value
            for learning, ending in ((figures.now, ""), (figures.before, "_before"))
            for name in (*NUMBERS, "seminar_places")
            for value in [getattr(learning, name)]
        }
        return cls(freeze=freeze, **values)

    def figures(self) -> LearningFigures:
        """What the row says, as a plain value."""
        return LearningFigures(now=self._year(""), before=self._year("_before"))

    def _year(self, ending: str) -> Learning:
        return Learning(
            **{name: getattr(self, f"{name}{ending}") for name in NUMBERS},
            seminar_places=tuple(getattr(self, f"seminar_places{ending}")),
        )
