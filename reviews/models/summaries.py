"""The figures: frozen in a round, or taken over from what was published before."""

import datetime as dt

from django.db import models
from django.db.models import F, Q

from casework.choices import COMPARED_TYPES, AuthorityType, Region
from casework.conditions import together
from reviews.figures.counts import COUNTED, Average, Counts, Statistics
from reviews.figures.periods import Period
from reviews.models.rounds import Freeze
from reviews.querysets import (
    AnnualSummaryQuerySet,
    PublishedFigureQuerySet,
    TypeAverageQuerySet,
)


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

    are_counts_public: bool  # of rows asked for by `with_counts_public`

    objects = TypeAverageQuerySet.as_manager()

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

    is_replaced: bool  # of rows asked for by `with_is_replaced`
    are_sums_public: bool  # of rows asked for by `with_sums_public`

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

    @property
    def is_correction(self) -> bool:
        """Whether its letter takes the place of one that was issued. Reads its correction."""
        return self.version > 1 and not self.correction.is_first

    @property
    def number(self) -> int:
        """The version as everybody outside reads it: 1 is the first that was issued."""
        return self.version if self.is_correction else 1

    @property
    def letter_on(self) -> dt.date:
        """The date of its letter: the round's, or its own where it replaces another row."""
        return self.correction.letter_on if self.version > 1 else self.freeze.round.letter_on

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
