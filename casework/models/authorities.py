"""Authorities through time: the reference tables that public pages may read too."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from casework.choices import COMPARED_TYPES, AuthorityType, Region
from casework.conditions import in_order, one_of
from casework.querysets import AuthorityQuerySet


class Authority(models.Model):
    """One council or other body, as one kind of authority, from its first day to its last.

    A council that becomes another kind of authority, a county that becomes a unitary say, is two
    rows: one ends and one starts.
    """

    slug = models.SlugField(max_length=120, unique=True)
    code = models.CharField(
        "short code",
        max_length=12,
        unique=True,
        null=True,
        blank=True,
        help_text="The register's short code; imported files name counties and successors by it.",
    )
    gss_code = models.CharField("GSS code", max_length=9, unique=True, null=True, blank=True)
    official_name = models.CharField(max_length=200)
    letter_name = models.CharField(
        max_length=200, blank=True, help_text="The name to print, where it is not the official one."
    )
    short_name = models.CharField(max_length=200, blank=True)
    other_names = models.TextField(
        blank=True, help_text="Other spellings to find it by, separated by semicolons."
    )
    authority_type = models.CharField(max_length=30, choices=AuthorityType)
    region = models.CharField(max_length=9, choices=Region, blank=True)
    county = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="districts",
        limit_choices_to={"authority_type": AuthorityType.COUNTY},
    )
    starts_on = models.DateField("first day", null=True, blank=True, help_text="Blank: always.")
    ends_on = models.DateField("last day", null=True, blank=True, help_text="Blank: in force.")
    successors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="predecessors"
    )
    website = models.URLField(blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    note = models.TextField(blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="The same authority, entered twice: its casework is there now.",
    )

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "authorities"
        permissions = [
            ("merge_authority", "Can merge authorities and categories entered twice"),
            ("pass_duty", "Can pass the duty to comply to a successor"),
        ]
        ordering = ["official_name", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="authority_first_day_not_after_last",
                condition=in_order("starts_on", "ends_on"),
            ),
            models.CheckConstraint(
                name="authority_type_known", condition=one_of("authority_type", AuthorityType)
            ),
            models.CheckConstraint(
                name="authority_region_known", condition=Q(region="") | one_of("region", Region)
            ),
            models.CheckConstraint(
                name="authority_codes_not_empty", condition=~Q(gss_code="") & ~Q(code="")
            ),
            models.CheckConstraint(
                name="authority_not_merged_into_itself", condition=~Q(merged_into=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.official_name

    def get_absolute_url(self) -> str:
        return reverse("council", args=[self.slug])

    @property
    def is_compared(self) -> bool:
        """Whether it is of one of the five types that have an average."""
        return self.authority_type in COMPARED_TYPES

    def is_in_force_on(self, day: dt.date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )

    def name_on(self, day: dt.date) -> str:
        """The name to print for a period that ends on `day`.

        The letter name stands for the newest name only; an earlier name in force on the day, or on
        the authority's last day if it had ended by then, comes first. Reads `earlier_names`, so
        prefetch them for a list.
        """
        day = min(day, self.ends_on) if self.ends_on else day
        for earlier in sorted(self.earlier_names.all(), key=lambda name: name.ends_on):
            if (earlier.starts_on is None or earlier.starts_on <= day) and day <= earlier.ends_on:
                return earlier.name
        return self.letter_name or self.official_name


class FormerCode(models.Model):
    """A GSS code an authority had before its present one."""

    authority = models.ForeignKey(Authority, models.CASCADE, related_name="former_codes")
    gss_code = models.CharField("GSS code", max_length=9, unique=True)

    class Meta:
        ordering = ["gss_code"]

    def __str__(self) -> str:
        return self.gss_code


class EarlierName(models.Model):
    """A name an authority had until a day."""

    authority = models.ForeignKey(Authority, models.CASCADE, related_name="earlier_names")
    name = models.CharField(max_length=200)
    starts_on = models.DateField("first day", null=True, blank=True, help_text="Blank: always.")
    ends_on = models.DateField("last day")

    class Meta:
        ordering = ["-ends_on"]
        constraints = [
            models.CheckConstraint(
                name="earlier_name_first_day_not_after_last",
                condition=in_order("starts_on", "ends_on"),
            ),
            models.UniqueConstraint(
                name="earlier_name_once_a_day", fields=["authority", "ends_on"]
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Population(models.Model):
    """The residents of an authority's area by one year's estimate."""

    authority = models.ForeignKey(Authority, models.CASCADE, related_name="populations")
    year = models.PositiveSmallIntegerField()
    residents = models.PositiveIntegerField()
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["authority", "-year"]
        constraints = [
            models.UniqueConstraint(name="population_once_a_year", fields=["authority", "year"]),
            models.CheckConstraint(name="population_not_zero", condition=Q(residents__gt=0)),
            models.CheckConstraint(
                name="population_year_plausible", condition=Q(year__range=(1801, 2200))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.residents:,} ({self.year})"
