"""Complaints, decisions and remedies, and the files they came in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Lower, Upper
from django.utils.formats import date_format

from casework.choices import (
    PERSONAL_CATEGORIES,
    SERVICE_IMPROVEMENT_CATEGORIES,
    Category,
    Compliance,
    Outcome,
    RecommendationKind,
    RemedyCategory,
    Stage,
)
from casework.conditions import in_order, one_of
from casework.models.authorities import Authority
from casework.models.history import Batch
from casework.querysets import (
    ComplaintQuerySet,
    DecisionQuerySet,
    DecisionReasonQuerySet,
    RecommendationQuerySet,
)


class PublicCategory(models.Model):
    """The upper level of the scheme in which the public finds decisions, mapped onto the nine."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    category = models.CharField("counted as", max_length=40, choices=Category)

    class Meta:
        verbose_name_plural = "public categories"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="public_category_counted_as_known", condition=one_of("category", Category)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PublicSubcategory(models.Model):
    """The lower level of the public scheme."""

    public_category = models.ForeignKey(
        PublicCategory, models.PROTECT, related_name="subcategories"
    )
    slug = models.SlugField()
    name = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "public subcategories"
        ordering = ["public_category", "name"]
        constraints = [
            models.UniqueConstraint(
                name="public_subcategory_once", fields=["public_category", "slug"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_category} > {self.name}"


class DecisionReason(models.Model):
    """Why a decision came out as it did, in the Ombudsman's own list."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=150)
    outcome = models.CharField(max_length=40, choices=Outcome)
    starts_on = models.DateField(
        "first day", null=True, blank=True, help_text="For decisions from this day. Blank: always."
    )
    ends_on = models.DateField(
        "last day", null=True, blank=True, help_text="Blank: still used. Closed, it stays readable."
    )

    objects = DecisionReasonQuerySet.as_manager()

    class Meta:
        ordering = ["outcome", "name"]
        constraints = [
            models.CheckConstraint(
                name="decision_reason_first_day_not_after_last",
                condition=in_order("starts_on", "ends_on"),
            ),
            models.CheckConstraint(
                name="decision_reason_outcome_known", condition=one_of("outcome", Outcome)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.name}"


class Team(models.Model):
    """Caseworkers who share work."""

    name = models.CharField(max_length=100, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Complaint(models.Model):
    """A complaint about an authority, known by its reference `YY NNN NNN`.

    It names nobody: who complained is in `Complainant`.
    """

    reference = models.CharField(max_length=10, unique=True)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="complaints")
    category = models.CharField(max_length=40, choices=Category)
    subcategory = models.CharField(
        max_length=200, blank=True, help_text="As the case record words it."
    )
    public_subcategory = models.ForeignKey(
        PublicSubcategory, models.PROTECT, null=True, blank=True, related_name="complaints"
    )
    received_on = models.DateField("received")
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.INTAKE)
    caseworker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        db_index=False,  # the index with the stage serves
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="cases")
    anonymised_on = models.DateField("anonymised", null=True, blank=True, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "reference"]
        permissions = [
            ("assign_complaint", "Can assign cases to others"),
            ("export_list", "Can take lists away as files"),
        ]
        constraints = [
            models.CheckConstraint(
                name="complaint_reference_form",
                condition=Q(reference__regex=r"^[0-9]{2} [0-9]{3} [0-9]{3}$"),
            ),
            models.CheckConstraint(
                name="complaint_category_known", condition=one_of("category", Category)
            ),
            models.CheckConstraint(name="complaint_stage_known", condition=one_of("stage", Stage)),
        ]
        indexes = [
            # Alone it answers what desks count.
            models.Index(
                name="complaint_at_stage", fields=["stage", "received_on", "caseworker", "team"]
            ),
            models.Index(name="complaint_of_caseworker", fields=["caseworker", "stage"]),
            models.Index(name="complaint_of_team", fields=["team", "stage"]),
            models.Index(name="complaint_about", fields=["authority", "category"]),
            models.Index(
                name="complaint_received", fields=["received_on", "authority", "category"]
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Complainant(models.Model):
    """Who complained: personal data, kept apart from the case and never counted or published."""

    complaint = models.OneToOneField(Complaint, models.CASCADE, primary_key=True)
    name = models.CharField(max_length=200)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)

    class Meta:
        # For finding other cases of the same person.
        indexes = [
            models.Index(Lower("email"), name="complainant_email"),
            models.Index(Upper("postcode"), Lower("name"), name="complainant_postcode_name"),
        ]

    def __str__(self) -> str:
        # No name: this text reaches logs and change messages.
        return f"Complainant in {self.complaint_id}"


class Decision(models.Model):
    """A decision on a complaint, and the compliance outcome of the case.

    Authority, received date and category repeat the complaint's, held equal by triggers, so that
    every rule and every count reads one row. Of several decisions in a case one stands.
    """

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="decisions")
    is_standing = models.BooleanField("stands", default=True)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    category = models.CharField(max_length=40, choices=Category)
    received_on = models.DateField("received")
    outcome = models.CharField(max_length=40, choices=Outcome)
    reason = models.ForeignKey(DecisionReason, models.PROTECT, null=True, blank=True)
    decided_on = models.DateField("decided")
    is_remedied_by_authority = models.BooleanField(
        "remedied by the authority",
        default=False,
        help_text="The authority had offered a suitable remedy before the complaint reached us.",
    )
    compliance = models.CharField(max_length=20, choices=Compliance, blank=True)
    compliance_recorded_on = models.DateField("compliance recorded", null=True, blank=True)
    compliance_note = models.TextField(
        "why", blank=True, help_text="Needed where compliance ceased: why it was given up."
    )
    duty_authority = models.ForeignKey(
        Authority,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,  # few rows have one, and nothing is found by it
        related_name="+",
        verbose_name="duty to comply passed to",
        help_text="The successor that has to comply; the figures stay with the authority decided "
        "against.",
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-pk"]
        permissions = [
            ("record_not_satisfied", "Can record that an authority has not complied"),
            ("withdraw_decision", "Can withdraw a decision without another in its place"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="decision_one_stands", fields=["complaint"], condition=Q(is_standing=True)
            ),
            models.CheckConstraint(
                name="decision_outcome_known", condition=one_of("outcome", Outcome)
            ),
            models.CheckConstraint(
                name="decision_not_before_received", condition=Q(decided_on__gte=F("received_on"))
            ),
            models.CheckConstraint(
                name="decision_remedied_only_if_upheld",
                condition=Q(is_remedied_by_authority=False) | Q(outcome=Outcome.UPHELD),
            ),
            models.CheckConstraint(
                name="decision_compliance_only_if_upheld",
                condition=Q(compliance="")
                | (one_of("compliance", Compliance) & Q(outcome=Outcome.UPHELD)),
            ),
            models.CheckConstraint(
                name="decision_compliance_and_date_together",
                condition=Q(compliance="", compliance_recorded_on__isnull=True)
                | (~Q(compliance="") & Q(compliance_recorded_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="decision_compliance_not_before_decision",
                condition=Q(compliance_recorded_on__isnull=True)
                | Q(compliance_recorded_on__gte=F("decided_on")),
            ),
            models.CheckConstraint(
                name="decision_ceased_with_reason",
                condition=~Q(compliance=Compliance.CEASED) | ~Q(compliance_note=""),
            ),
        ]
        indexes = [
            # The day leads: a year's cases lie together, however long the history grows.
            models.Index(
                name="decision_counted",
                fields=[
                    "is_standing",
                    "decided_on",
                    "authority",
                    "outcome",
                    "category",
                    "is_remedied_by_authority",
                ],
            ),
            models.Index(
                name="decision_compliance_counted",
                fields=["is_standing", "compliance_recorded_on", "authority", "compliance"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint}: {self.get_outcome_display()}"


class Recommendation(models.Model):
    """One thing the Ombudsman recommended; personal ones are private, improvements public."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="recommendations")
    kind = models.CharField(max_length=20, choices=RecommendationKind)
    category = models.CharField(max_length=40, choices=RemedyCategory)
    text = models.TextField()
    amount = models.DecimalField(
        "amount in pounds", max_digits=10, decimal_places=2, null=True, blank=True
    )
    due_on = models.DateField("due")
    evidence_received_on = models.DateField("evidence received", null=True, blank=True)
    completed_on = models.DateField("completed", null=True, blank=True)

    objects = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["decision", "due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="recommendation_category_of_kind",
                condition=Q(
                    kind=RecommendationKind.PERSONAL,
                    category__in=[category.value for category in PERSONAL_CATEGORIES],
                )
                | Q(
                    kind=RecommendationKind.SERVICE_IMPROVEMENT,
                    category__in=[category.value for category in SERVICE_IMPROVEMENT_CATEGORIES],
                ),
            ),
            models.CheckConstraint(
                name="recommendation_amount_not_negative",
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
            ),
            models.CheckConstraint(name="recommendation_text_given", condition=~Q(text="")),
            # A digest of the text, since a long one does not fit into an index.
            models.UniqueConstraint(
                F("decision"), F("kind"), F("category"), MD5("text"), name="recommendation_once"
            ),
        ]

        indexes = [
            models.Index(name="recommendation_due", fields=["completed_on", "due_on"]),
        ]

    def __str__(self) -> str:
        # Not its text: a personal remedy is private, and this reaches logs and change messages.
        return f"{self.get_kind_display()} due {date_format(self.due_on, 'j F Y')}"


class ImportBatch(models.Model):
    """A file taken in: who, when, what it held and what it changed."""

    kind = models.CharField(max_length=30)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    new = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    reason = models.TextField(blank=True)
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    batch = models.OneToOneField(
        Batch, models.PROTECT, null=True, related_name="import_batch", verbose_name="history"
    )

    class Meta:
        verbose_name_plural = "import batches"
        permissions = [("import_files", "Can take files in")]
        ordering = ["-imported_at"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.file_name}"
