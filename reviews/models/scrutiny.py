"""The drawn packs for scrutiny committees."""

from django.db import models

from reviews.models.summaries import AnnualSummary


class ScrutinyPack(models.Model):
    """The PDF file of a council's pack, drawn from what was public, and drawn again when that is
    other: `digest` is that of the words and figures in it."""

    summary = models.OneToOneField(AnnualSummary, models.PROTECT, related_name="scrutiny_pack")
    digest = models.CharField("digest of what it says", max_length=64)
    pdf = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("bytes")
    drawn_at = models.DateTimeField("drawn")

    class Meta:
        verbose_name = "pack for scrutiny"
        verbose_name_plural = "packs for scrutiny"
        ordering = ["summary__name"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"Pack for scrutiny: {self.summary_id}"
