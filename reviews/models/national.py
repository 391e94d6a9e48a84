"""The national review of a year: what staff write for it, and its editions with their PDF files."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.conditions import in_words, together
from reviews.models.rounds import Round
from reviews.models.summaries import AnnualSummary
from reviews.querysets import NationalReviewQuerySet, ReviewTextQuerySet


class ReviewText(models.Model):
    """A version of what staff write in a year's national review; the newest one counts.

    It is a draft until an edition that was made with it is approved: an edition holds the words it
    was made with.
    """

    class Kind(models.TextChoices):
        FOREWORD = "foreword", "Foreword"
        CHAPTERS = "chapters", "Chapters"

    round = models.ForeignKey(Round, models.PROTECT, related_name="review_texts")
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveIntegerField("version")
    content = models.TextField("text", blank=True)
    reason = models.TextField(validators=[in_words])
    made_at = models.DateTimeField("saved")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ReviewTextQuerySet.as_manager()

    class Meta:
        verbose_name = "text of a national review"
        verbose_name_plural = "texts of national reviews"
        ordering = ["-round__year", "kind", "-number"]
        default_permissions = ("add", "view")
        constraints = [
            models.UniqueConstraint(
                name="review_text_number_once", fields=["round", "kind", "number"]
            ),
            models.CheckConstraint(
                name="review_text_kind_known", condition=Q(kind__in=["foreword", "chapters"])
            ),
            models.CheckConstraint(
                name="review_text_with_reason", condition=~Q(reason="") & Q(number__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.round.year}, version {self.number}"


class NationalReview(models.Model):
    """An edition of a year's national review, with the figures and words it was made of.

    Made by one person and approved by another, who has its PDF file stored; public from
    `publish_at`. A later edition says why there is one.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="reviews")
    number = models.PositiveSmallIntegerField("edition")
    reason = models.TextField("why there is another edition", blank=True)
    publish_at = models.DateTimeField("public from")
    figures = models.JSONField(editable=False)
    document = models.JSONField(editable=False)
    made_at = models.DateTimeField("made")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("approved", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveIntegerField("bytes", null=True, blank=True)

    objects = NationalReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-round__year", "-number"]
        default_permissions = ("add", "view")
        permissions = [("approve_review", "Can approve a national review")]
        constraints = [
            models.UniqueConstraint(name="national_review_once", fields=["round", "number"]),
            models.CheckConstraint(
                name="national_review_again_with_reason",
                condition=Q(number=1) | Q(number__gt=1) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="national_review_approved_whole",
                condition=together("approved_at", "approved_by", "size")
                & (Q(approved_at__isnull=True, sha256="") | Q(approved_at__isnull=False))
                & (Q(approved_at__isnull=True) | ~Q(sha256="")),
            ),
            models.CheckConstraint(
                name="national_review_approved_by_a_second_person",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"National review {self.round.year}, edition {self.number}"


class NationalReviewRow(models.Model):
    """A frozen row whose figures are in an edition of the national review."""

    review = models.ForeignKey(NationalReview, models.CASCADE, related_name="rows")
    summary = models.ForeignKey(AnnualSummary, models.PROTECT, related_name="in_reviews")

    class Meta:
        verbose_name = "row of a national review"
        verbose_name_plural = "rows of national reviews"
        ordering = ["review", "summary"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(name="national_review_row_once", fields=["review", "summary"]),
        ]

    def __str__(self) -> str:
        return f"{self.summary} in {self.review}"


class NationalReviewFile(models.Model):
    """The PDF file of an approved edition, byte for byte, in a table of its own."""

    review = models.OneToOneField(
        NationalReview, models.PROTECT, primary_key=True, related_name="file"
    )
    pdf = models.BinaryField()

    class Meta:
        verbose_name = "file of a national review"
        verbose_name_plural = "files of national reviews"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"File {self.review_id}"
