"""What stands between a drafted letter and its approval: findings of the proof, and returns."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.conditions import together
from reviews.models.letters import Letter
from reviews.querysets import LetterReturnQuerySet


class LetterProof(models.Model):
    """What proofing found in a letter as it stood then; `digest` tells whether it still does.

    Each finding is a dictionary of `level` (`error` or `warning`), `code`, `message` and `page`,
    which is None where the finding is of no one page.
    """

    letter = models.OneToOneField(
        Letter, models.CASCADE, primary_key=True, related_name="proof"
    )  # a draft that is drafted anew is proofed anew
    digest = models.CharField(max_length=64)
    findings = models.JSONField(default=list)
    proofed_at = models.DateTimeField("proofed")

    def __str__(self) -> str:
        return f"Proof of letter {self.letter_id}"

    def number_of(self, level: str) -> int:
        return sum(1 for finding in self.findings if finding["level"] == level)


class LetterReturn(models.Model):
    """A letter sent back by an approver with a comment, until an editor answers."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="returns")
    comment = models.TextField()
    returned_at = models.DateTimeField("returned")
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField("answered", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LetterReturnQuerySet.as_manager()

    class Meta:
        ordering = ["-returned_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="letter_return_one_open", fields=["letter"], condition=Q(answered_at=None)
            ),
            models.CheckConstraint(name="letter_return_with_comment", condition=~Q(comment="")),
            models.CheckConstraint(
                name="letter_return_answered_at_by",
                condition=together("answered_at", "answered_by"),
            ),
            models.CheckConstraint(
                name="letter_return_answered_with_words",
                condition=Q(answered_at__isnull=True) | ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Return of letter {self.letter_id}"
