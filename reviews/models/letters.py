"""The letters that carry the frozen figures."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.conditions import in_order, together
from reviews.models.summaries import AnnualSummary
from reviews.querysets import LetterQuerySet, SignatoryQuerySet


class Signatory(models.Model):
    """Who signs letters dated from the first day to the last."""

    name = models.CharField(max_length=150)
    titles = models.TextField(help_text="One title a line, as printed below the name.")
    starts_on = models.DateField("signs letters from")
    ends_on = models.DateField("signs letters to", null=True, blank=True)

    objects = SignatoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "signatories"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="signatory_first_day_not_after_last",
                condition=in_order("starts_on", "ends_on"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Signature(models.Model):
    """The picture of a signatory's signature, which only approved letters carry.

    In a table of its own, so that no list reads the picture.
    """

    MOST_BYTES = 200_000

    signatory = models.OneToOneField(Signatory, models.PROTECT, related_name="signature")
    png = models.BinaryField("picture")
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("bytes")
    added_at = models.DateTimeField("added")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-added_at"]
        constraints = [
            models.CheckConstraint(
                name="signature_neither_empty_nor_large",
                condition=Q(size__gt=0, size__lte=200_000) & ~Q(sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Signature of {self.signatory_id}"


class Letter(models.Model):
    """The letter that carries one frozen row: drafted, approved by a second person, issued.

    Who it goes to and who signs it are copied in when the figures are frozen.
    """

    summary = models.OneToOneField(AnnualSummary, models.PROTECT, related_name="letter")
    addressee = models.TextField(help_text="One line each, without the authority's name.")
    salutation = models.CharField(max_length=300)
    is_post_vacant = models.BooleanField("chief executive's post vacant", default=False)
    signatory = models.TextField(help_text="Name and titles, one a line.")
    recipients = models.JSONField(
        default=dict, editable=False, help_text="The e-mail address of each officer by role."
    )
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField("approved", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField("issued", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveIntegerField("bytes", null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["summary__name"]
        indexes = [models.Index(fields=["sha256"], name="letter_by_sha256")]  # asked at /verify/
        constraints = [
            models.CheckConstraint(
                name="letter_approved_at_by", condition=together("approved_at", "approved_by")
            ),
            models.CheckConstraint(
                name="letter_issued_whole",
                condition=Q(
                    issued_at__isnull=True, issued_by__isnull=True, size__isnull=True, sha256=""
                )
                | Q(issued_at__isnull=False, issued_by__isnull=False, size__isnull=False)
                & ~Q(sha256=""),
            ),
            models.CheckConstraint(
                name="letter_issued_only_if_approved",
                condition=Q(issued_at__isnull=True) | Q(approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_approved_by_a_second_person",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("frozen_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"Letter to {self.summary.name}, {self.summary.year_ending}"

    @property
    def is_held(self) -> bool:
        """Whether it is held now; one query."""
        return self.summary.holds.open().exists()

    @property
    def state(self) -> str:
        """`draft`, `approved` or `issued`."""
        if self.issued_at:
            return "issued"
        return "approved" if self.approved_at else "draft"


class LetterFile(models.Model):
    """What was issued, byte for byte, and its words, in a table of its own to keep lists light."""

    letter = models.OneToOneField(Letter, models.PROTECT, primary_key=True, related_name="file")
    document = models.JSONField()
    pdf = models.BinaryField()

    def __str__(self) -> str:
        return f"File {self.letter_id}"


class LetterCode(models.Model):
    """The check code printed in an issued letter, by which a reader finds out that it is ours."""

    letter = models.OneToOneField(Letter, models.PROTECT, primary_key=True, related_name="code")
    code = models.CharField(max_length=14, unique=True)

    def __str__(self) -> str:
        return self.code


class LetterAlternative(models.Model):
    """An issued letter in another rendition, byte for byte, made when the letter was issued."""

    class Kind(models.TextChoices):
        LARGE_PRINT = "large_print", "large print"
        TEXT = "text", "plain text"

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="alternatives")
    kind = models.CharField(max_length=20, choices=Kind)
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("bytes")

    class Meta:
        ordering = ["letter", "kind"]
        indexes = [models.Index(fields=["sha256"], name="letter_alternative_by_sha256")]
        constraints = [
            models.UniqueConstraint(name="letter_alternative_once", fields=["letter", "kind"]),
            models.CheckConstraint(
                name="letter_alternative_kind_known",
                condition=Q(kind__in=["large_print", "text"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display().capitalize()} {self.letter_id}"
