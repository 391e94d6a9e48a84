"""The words of a round's letters: texts that staff write, with every version kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.choices import AuthorityType, Region
from casework.conditions import in_words, one_of
from reviews.models.rounds import Round
from reviews.models.summaries import AnnualSummary
from reviews.querysets import WordingVersionQuerySet


class WordingText(models.Model):
    """A text of one round: the main one, or a passage of a type, a region or one council.

    What it says stands in its versions, of which the newest counts, and in the draft of the next.
    """

    class Scope(models.TextChoices):
        MAIN = "main", "All letters"
        TYPE = "type", "Letters to one type of authority"
        REGION = "region", "Letters to one region"
        COUNCIL = "council", "The letter to one authority"

    class Subject(models.TextChoices):
        PRAISE = "praise", "Praise"
        CRITICISM = "criticism", "Criticism"
        INVITATION = "invitation", "Invitation"
        OTHER = "other", "Something else"

    round = models.ForeignKey(Round, models.PROTECT, related_name="texts")
    scope = models.CharField("goes into", max_length=10, choices=Scope)
    authority_type = models.CharField(
        "type of authority", max_length=30, choices=AuthorityType, blank=True
    )
    region = models.CharField(max_length=9, choices=Region, blank=True)
    authority = models.ForeignKey(
        "casework.Authority", models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(max_length=20, choices=Subject, blank=True)
    position = models.PositiveSmallIntegerField(
        default=1, help_text="Passages of one kind stand in this order."
    )

    class Meta:
        verbose_name = "wording"
        verbose_name_plural = "wordings"
        ordering = ["-round__year", "position", "pk"]
        default_permissions = ("change", "view")
        constraints = [
            models.UniqueConstraint(
                name="wording_text_one_main", fields=["round"], condition=Q(scope="main")
            ),
            models.CheckConstraint(
                name="wording_text_scope_whole",
                condition=Q(scope="main", authority_type="", region="", authority=None, subject="")
                | Q(scope="type", region="", authority=None)
                & ~Q(authority_type="")
                & ~Q(subject="")
                | Q(scope="region", authority_type="", authority=None)
                & ~Q(region="")
                & ~Q(subject="")
                | Q(scope="council", authority_type="", region="", authority__isnull=False)
                & ~Q(subject=""),
            ),
            models.CheckConstraint(
                name="wording_text_subject_known",
                condition=Q(subject="")
                | Q(subject__in=["praise", "criticism", "invitation", "other"]),
            ),
            models.CheckConstraint(
                name="wording_text_type_known",
                condition=Q(authority_type="") | one_of("authority_type", AuthorityType),
            ),
            models.CheckConstraint(
                name="wording_text_region_known",
                condition=Q(region="") | one_of("region", Region),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands among the round's texts: those of types, regions, councils in turn."""
        return (self.Scope.values.index(self.scope), self.position, self.pk)

    @property
    def title(self) -> str:
        """`Main text`, or whose passage it is and what about."""
        if self.scope == self.Scope.MAIN:
            return "Main text"
        if self.scope == self.Scope.TYPE:
            whose = self.get_authority_type_display()
        elif self.scope == self.Scope.REGION:
            whose = self.get_region_display()
        else:
            whose = str(self.authority)
        return f"{whose}: {self.get_subject_display().lower()}"


class WordingDraft(models.Model):
    """What a text shall say next, until it is accepted or discarded; one for a text."""

    wording = models.OneToOneField(WordingText, models.CASCADE, related_name="draft")
    content = models.TextField("text", blank=True)
    restores = models.PositiveIntegerField(
        "restores version", null=True, blank=True, help_text="The version it brings back."
    )
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField("saved")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "draft of a wording"
        verbose_name_plural = "drafts of wordings"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Draft of {self.wording}"


class WordingVersion(models.Model):
    """What a text said from one acceptance to the next; never changed."""

    wording = models.ForeignKey(WordingText, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.TextField("text", blank=True)
    reason = models.TextField(validators=[in_words])
    restores = models.PositiveIntegerField("restores version", null=True, blank=True)
    made_at = models.DateTimeField("accepted")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = WordingVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version of a wording"
        verbose_name_plural = "versions of wordings"
        ordering = ["wording", "-number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                name="wording_version_number_once", fields=["wording", "number"]
            ),
            models.CheckConstraint(
                name="wording_version_with_reason", condition=~Q(reason="") & Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wording}, version {self.number}"


class LateReplies(models.Model):
    """The mark of an authority that replied late to the Ombudsman, set by staff for one round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="late_replies")
    authority = models.ForeignKey("casework.Authority", models.PROTECT, related_name="+")
    marked_at = models.DateTimeField("marked")
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "mark of late replies"
        verbose_name_plural = "marks of late replies"
        ordering = ["round", "authority"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(name="late_replies_once", fields=["round", "authority"]),
        ]

    def __str__(self) -> str:
        return f"{self.authority}, {self.round}"


class SummaryCondition(models.Model):
    """A condition of wording that was true when the figures were frozen and is not among them."""

    summary = models.ForeignKey(AnnualSummary, models.PROTECT, related_name="conditions")
    name = models.CharField(max_length=50)

    class Meta:
        verbose_name = "frozen condition"
        ordering = ["summary", "name"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(name="summary_condition_once", fields=["summary", "name"]),
        ]

    def __str__(self) -> str:
        return f"{self.summary}: {self.name}"
