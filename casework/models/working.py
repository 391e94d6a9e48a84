"""What surrounds the work on a case: notes, files, links, pauses, extensions, saved lists."""

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format

from casework.choices import LinkKind, LookAt
from casework.conditions import in_order, in_words, one_of
from casework.models.authorities import Authority
from casework.models.cases import Complaint, Decision, Recommendation
from casework.querysets import ClockPauseQuerySet, SavedFilterQuerySet


def private_storage() -> Storage:
    """Where files of cases lie: outside every folder the web server shows."""
    return storages["private"]


class Note(models.Model):
    """What staff note about a case; never on a public page, in a file for outsiders or a letter."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="notes")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [models.CheckConstraint(name="note_text_given", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"Note of {self.written_at:%Y-%m-%d}"


class Attachment(models.Model):
    """A file of a case, kept privately: it has no address of its own and a digest to check it."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="attachments")
    title = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=255, editable=False)
    file = models.FileField(max_length=200, storage=private_storage, upload_to="attachments")
    size = models.PositiveBigIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        # Not its name: people put names of people into it.
        return f"Attachment of {self.added_at:%Y-%m-%d}"


class CaseLink(models.Model):
    """One case's tie to another: related, a repeat, or about a failure to comply."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="links")
    kind = models.CharField(max_length=20, choices=LinkKind, default=LinkKind.RELATED)
    other = models.ForeignKey(
        Complaint, models.PROTECT, related_name="links_here", verbose_name="other case"
    )

    class Meta:
        verbose_name = "link"
        constraints = [
            models.UniqueConstraint(name="case_link_once", fields=["complaint", "other"]),
            models.CheckConstraint(name="case_link_to_another", condition=~Q(complaint=F("other"))),
            models.CheckConstraint(name="case_link_kind_known", condition=one_of("kind", LinkKind)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.other}"


class ClockPause(models.Model):
    """Days on which a case's clock stands still, both included; open while it still does."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="pauses")
    starts_on = models.DateField("first day")
    ends_on = models.DateField("last day", null=True, blank=True, help_text="Blank: still paused.")
    reason = models.CharField(max_length=300, validators=[in_words])

    objects = ClockPauseQuerySet.as_manager()

    class Meta:
        verbose_name = "pause of the clock"
        verbose_name_plural = "pauses of the clock"
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                name="clock_pause_first_day_not_after_last",
                condition=in_order("starts_on", "ends_on"),
            ),
            models.CheckConstraint(name="clock_pause_reason_given", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"From {date_format(self.starts_on, 'j F Y')}"


class Extension(models.Model):
    """More time agreed for a recommendation: its due date moves, so that it is not late."""

    recommendation = models.ForeignKey(Recommendation, models.PROTECT, related_name="extensions")
    former_due_on = models.DateField("was due")
    due_on = models.DateField("now due")
    reason = models.CharField(max_length=300, validators=[in_words])
    agreed_on = models.DateField("agreed")
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["recommendation", "pk"]
        constraints = [
            models.CheckConstraint(
                name="extension_is_later", condition=Q(due_on__gt=F("former_due_on"))
            ),
            models.CheckConstraint(name="extension_reason_given", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        former, due = (date_format(day, "j F Y") for day in (self.former_due_on, self.due_on))
        return f"From {former} to {due}"


class DutyTransfer(models.Model):
    """The duty to comply with a decision's open recommendations, passed to a successor."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="duty_transfers")
    from_authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    to_authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    passed_on = models.DateField("passed")
    passed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, validators=[in_words])

    class Meta:
        ordering = ["decision", "pk"]
        constraints = [
            models.CheckConstraint(
                name="duty_transfer_to_another", condition=~Q(from_authority=F("to_authority"))
            ),
            models.CheckConstraint(name="duty_transfer_reason_given", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.from_authority} to {self.to_authority}"


class BankHoliday(models.Model):
    """A bank holiday in England and Wales."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.name}, {date_format(self.day, 'j F Y')}"


class SavedFilter(models.Model):
    """A list with its filters under a name, for its owner or for everybody who may see the list."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(max_length=100)
    record = models.CharField("list", max_length=60, help_text="Such as casework.complaint.")
    query = models.TextField(help_text="The part of the list's address after the question mark.")
    is_shared = models.BooleanField("shared with everybody", default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="saved_filter_name_once", fields=["owner", "record", "name"]
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Look(models.Model):
    """That somebody saw personal data, or took a list away: who, when, of which case."""

    seen_at = models.DateTimeField("when")
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="who"
    )
    what = models.CharField(max_length=20, choices=LookAt)
    complaint = models.ForeignKey(Complaint, models.PROTECT, null=True, related_name="looks")
    detail = models.CharField(max_length=300, blank=True)
    rows = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(name="look_seen", fields=["seen_at"])]
        constraints = [
            models.CheckConstraint(name="look_what_known", condition=one_of("what", LookAt)),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}, {self.seen_at:%Y-%m-%d %H:%M}"


class Upload(models.Model):
    """A file waiting to be taken in: checked and shown to its owner, then confirmed or dropped."""

    kind = models.CharField(max_length=30)
    file_name = models.CharField(max_length=255)
    content = models.BinaryField(help_text="As CSV, whatever it came as.")
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "import"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name


class Anonymisation(models.Model):
    """One person's proposal to remove the people from a closed case, and a second's agreement."""

    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="anonymisation")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="anonymisation_agreed_at_and_by_together",
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="anonymisation_agreed_by_another",
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint}"
