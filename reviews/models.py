"""What the Ombudsman says: rounds, the figures frozen in them, and the letters that carry them.

Frozen rows and issued letters are immutable in the database itself (triggers, migration `0002`) and
say by value what they say: names, type, counts, averages, method.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from casework.choices import (
    COMPARED_TYPES,
    PUBLISHED_OUTCOMES,
    AuthorityType,
    Category,
    ContactRole,
    Outcome,
    Region,
)
from casework.conditions import in_order, one_of
from reviews.figures.counts import COUNTED, Average, Counts, Statistics
from reviews.figures.periods import Period, day_text
from reviews.querysets import (
    AnnualSummaryQuerySet,
    LetterQuerySet,
    PublishedDecisionQuerySet,
    PublishedFigureQuerySet,
    RoundQuerySet,
    SignatoryQuerySet,
)


def together(*fields: str) -> Q:
    """The condition that all of these fields hold a value or none does."""
    return Q(*((f"{field}__isnull", True) for field in fields)) | Q(
        *((f"{field}__isnull", False) for field in fields)
    )


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


class TypeAverage(models.Model):
    """The pooled figures of one type of authority in one freeze."""

    freeze = models.ForeignKey(Freeze, models.PROTECT, related_name="averages")
    authority_type = models.CharField(max_length=30, choices=AuthorityType)
    councils = models.PositiveIntegerField()
    investigated = models.PositiveIntegerField()
    upheld = models.PositiveIntegerField()
    compliance_outcomes = models.PositiveIntegerField()
    complied = models.PositiveIntegerField()
    remedied_by_authority = models.PositiveIntegerField()
    population = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["freeze", "authority_type"]
        constraints = [
            models.UniqueConstraint(
                name="type_average_once_a_freeze", fields=["freeze", "authority_type"]
            ),
            models.CheckConstraint(
                name="type_average_of_compared_type",
                condition=Q(authority_type__in=[kind.value for kind in COMPARED_TYPES]),
            ),
            models.CheckConstraint(
                name="type_average_parts_within_wholes",
                condition=Q(
                    upheld__lte=F("investigated"),
                    complied__lte=F("compliance_outcomes"),
                    remedied_by_authority__lte=F("upheld"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_authority_type_display()}, {self.freeze}"

    def average(self) -> Average:
        return Average(
            councils=self.councils,
            investigated=self.investigated,
            upheld=self.upheld,
            compliance_outcomes=self.compliance_outcomes,
            complied=self.complied,
            remedied_by_authority=self.remedied_by_authority,
            population=self.population,
        )


class AnnualSummary(models.Model):
    """One authority's figures in one round, frozen: never changed, only replaced by a later row."""

    freeze = models.ForeignKey(Freeze, models.PROTECT, related_name="summaries")
    authority = models.ForeignKey(
        "casework.Authority", models.PROTECT, related_name="annual_summaries"
    )
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    reason = models.TextField(blank=True, help_text="Why this row replaces another.")
    year_ending = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=120)
    gss_code = models.CharField("GSS code", max_length=9, blank=True)
    authority_type = models.CharField(max_length=30, choices=AuthorityType)
    region = models.CharField(max_length=9, choices=Region, blank=True)
    method_version = models.CharField(max_length=20)
    received = models.PositiveIntegerField()
    invalid_or_incomplete = models.PositiveIntegerField()
    advice_given = models.PositiveIntegerField()
    referred_back = models.PositiveIntegerField()
    closed_after_initial_enquiries = models.PositiveIntegerField()
    not_upheld = models.PositiveIntegerField()
    upheld = models.PositiveIntegerField()
    remedied_by_authority = models.PositiveIntegerField()
    satisfied = models.PositiveIntegerField()
    satisfied_late = models.PositiveIntegerField()
    not_satisfied = models.PositiveIntegerField()
    ceased = models.PositiveIntegerField()
    received_by_category = models.JSONField()
    investigated_by_category = models.JSONField()
    upheld_by_category = models.JSONField()
    population = models.PositiveIntegerField(null=True)
    population_year = models.PositiveSmallIntegerField(null=True)
    has_comparison = models.BooleanField()
    similar_councils = models.PositiveIntegerField(null=True)
    similar_investigated = models.PositiveIntegerField(null=True)
    similar_upheld = models.PositiveIntegerField(null=True)
    similar_compliance_outcomes = models.PositiveIntegerField(null=True)
    similar_complied = models.PositiveIntegerField(null=True)
    similar_remedied_by_authority = models.PositiveIntegerField(null=True)
    similar_population = models.PositiveBigIntegerField(null=True)

    objects = AnnualSummaryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "annual summaries"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="annual_summary_version_once", fields=["freeze", "authority", "version"]
            ),
            models.CheckConstraint(
                name="annual_summary_later_version_with_reason",
                condition=Q(version=1, replaces__isnull=True)
                | (Q(version__gt=1, replaces__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="annual_summary_remedied_within_upheld",
                condition=Q(remedied_by_authority__lte=F("upheld")),
            ),
            models.CheckConstraint(
                name="annual_summary_population_with_year",
                condition=together("population", "population_year"),
            ),
            models.CheckConstraint(
                name="annual_summary_comparison_whole",
                condition=Q(has_comparison=False)
                & Q(
                    *(
                        (f"similar_{part}__isnull", True)
                        for part in (
                            "councils",
                            "investigated",
                            "upheld",
                            "compliance_outcomes",
                            "complied",
                            "remedied_by_authority",
                            "population",
                        )
                    )
                )
                | Q(has_comparison=True)
                & Q(authority_type__in=[kind.value for kind in COMPARED_TYPES])
                & Q(
                    *(
                        (f"similar_{part}__isnull", False)
                        for part in (
                            "councils",
                            "investigated",
                            "upheld",
                            "compliance_outcomes",
                            "complied",
                            "remedied_by_authority",
                        )
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.year_ending}"

    @property
    def period(self) -> Period:
        return Period(self.year_ending)

    def counts(self) -> Counts:
        return Counts(
            **{name: getattr(self, name) for name in COUNTED},
            received_by_category=self.received_by_category,
            investigated_by_category=self.investigated_by_category,
            upheld_by_category=self.upheld_by_category,
        )

    def similar(self) -> Average | None:
        """The averages this row carries, or None where it has no comparison."""
        if not self.has_comparison:
            return None
        return Average(
            councils=self.similar_councils or 0,
            investigated=self.similar_investigated or 0,
            upheld=self.similar_upheld or 0,
            compliance_outcomes=self.similar_compliance_outcomes or 0,
            complied=self.similar_complied or 0,
            remedied_by_authority=self.similar_remedied_by_authority or 0,
            population=self.similar_population,
        )

    def statistics(self) -> Statistics:
        """All the row says in figures, as a plain value."""
        return Statistics(
            year_ending=self.year_ending,
            counts=self.counts(),
            similar=self.similar(),
            has_population_rate=self.authority_type in COMPARED_TYPES,
            population=self.population,
            population_year=self.population_year,
        )


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


class OutboxMessage(models.Model):
    """A message to be sent about an issued letter, written in the transaction that issued it."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="messages")
    role = models.CharField("to", max_length=20, choices=ContactRole)
    email = models.EmailField()
    subject = models.CharField(max_length=300)
    queued_at = models.DateTimeField()

    class Meta:
        ordering = ["queued_at", "pk"]
        constraints = [
            models.UniqueConstraint(name="outbox_message_once", fields=["letter", "role"]),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.get_role_display()})"


class RoundEvent(models.Model):
    """A line of a round's history: what was done, when and by whom."""

    class Action(models.TextChoices):
        OPENED = "opened", "Opened"
        FROZEN = "frozen", "Figures frozen"
        APPROVED = "approved", "Letters approved"
        WITHDRAWN = "withdrawn", "Approval withdrawn"
        ISSUED = "issued", "Letters issued"
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
                    action__in=["opened", "frozen", "approved", "withdrawn", "issued", "exported"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.get_action_display()}"


class PublishedFigure(models.Model):
    """What was published about one authority for one earlier year, taken over and never recounted.

    Blank means not known here, never zero.
    """

    authority = models.ForeignKey(
        "casework.Authority", models.PROTECT, related_name="published_figures"
    )
    year_ending = models.PositiveSmallIntegerField()
    complaints_received = models.PositiveIntegerField(null=True, blank=True)
    investigated = models.PositiveIntegerField(null=True, blank=True)
    upheld = models.PositiveIntegerField(null=True, blank=True)
    not_upheld = models.PositiveIntegerField(null=True, blank=True)
    uphold_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    uphold_percent_similar = models.PositiveSmallIntegerField(null=True, blank=True)
    upheld_per_100k = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    upheld_per_100k_similar = models.DecimalField(
        max_digits=7, decimal_places=1, null=True, blank=True
    )
    compliance_outcomes = models.PositiveIntegerField(null=True, blank=True)
    compliance_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    compliance_percent_similar = models.PositiveSmallIntegerField(null=True, blank=True)
    remedied_by_authority = models.PositiveIntegerField(null=True, blank=True)
    remedied_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    remedied_percent_similar = models.PositiveSmallIntegerField(null=True, blank=True)
    dealt_with = models.PositiveIntegerField(null=True, blank=True)
    not_for_us = models.PositiveIntegerField(null=True, blank=True)
    assessed_and_closed = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=500)

    objects = PublishedFigureQuerySet.as_manager()

    class Meta:
        ordering = ["authority", "-year_ending"]
        constraints = [
            models.UniqueConstraint(
                name="published_figure_once_a_year", fields=["authority", "year_ending"]
            ),
            models.CheckConstraint(
                name="published_figure_parts_add_up",
                condition=Q(investigated__isnull=True)
                | Q(upheld__isnull=True)
                | Q(not_upheld__isnull=True)
                | Q(investigated=F("upheld") + F("not_upheld")),
            ),
            models.CheckConstraint(
                name="published_figure_percent_within_100",
                condition=Q(uphold_percent__isnull=True) | Q(uphold_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}, {self.year_ending} (as published)"


class PublishedDecision(models.Model):
    """The public copy of a decision's statement: what it says stands here by value.

    The statement's words and days never change. What else it says of the case follows casework with
    the next publication. Triggers take it off at once when the case opens again, a review or an
    exception stands in its way (suspended), or when the statement is replaced or withdrawn (for
    good).
    """

    statement = models.OneToOneField("casework.Statement", models.PROTECT, related_name="+")
    reference = models.CharField(max_length=10)
    authority = models.ForeignKey(
        "casework.Authority", models.PROTECT, related_name="published_decisions"
    )
    authority_name = models.CharField("authority as printed", max_length=200)
    category = models.CharField(max_length=40, choices=Category)
    public_category = models.CharField(max_length=100, blank=True)
    public_subcategory = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=40, choices=Outcome)
    decided_on = models.DateField("decided")
    dated_on = models.DateField("dated")
    text = models.TextField("statement")
    improvements = models.JSONField(
        "service improvements",
        default=list,
        help_text="The category and text of each service improvement.",
    )
    report_title = models.CharField(max_length=200, blank=True)
    report_is_further = models.BooleanField("further report", default=False)
    report_issued_on = models.DateField("report issued", null=True, blank=True)
    report_answered_on = models.DateField("report answered", null=True, blank=True)
    report_satisfied_on = models.DateField("satisfied with the response", null=True, blank=True)
    published_on = models.DateField("published")
    ends_on = models.DateField("last day", help_text="Five years are over the day after.")
    suspended_at = models.DateTimeField("suspended", null=True, blank=True)
    taken_off_at = models.DateTimeField("taken off for good", null=True, blank=True)

    objects = PublishedDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-dated_on", "reference"]
        permissions = [("publish_decision", "Can publish decisions")]
        constraints = [
            models.UniqueConstraint(
                name="published_decision_one_stands",
                fields=["reference"],
                condition=Q(taken_off_at__isnull=True),
            ),
            models.CheckConstraint(
                name="published_decision_outcome_published",
                condition=Q(outcome__in=[outcome.value for outcome in PUBLISHED_OUTCOMES]),
            ),
            models.CheckConstraint(
                name="published_decision_category_known", condition=one_of("category", Category)
            ),
            models.CheckConstraint(
                name="published_decision_days_in_order",
                condition=Q(published_on__lte=F("ends_on")),
            ),
            models.CheckConstraint(
                name="published_decision_report_whole",
                condition=Q(report_title="", report_issued_on__isnull=True)
                | (~Q(report_title="") & Q(report_issued_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                name="published_decision_standing",
                fields=["ends_on"],
                condition=Q(taken_off_at__isnull=True),
            ),
            models.Index(name="published_decision_dated", fields=["-dated_on", "reference"]),
        ]

    def __str__(self) -> str:
        return f"{self.reference}, statement of {day_text(self.dated_on)}"
