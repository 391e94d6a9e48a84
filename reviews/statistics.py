"""From casework to figures: a fixed number of queries for all authorities at once.

The rules are those of docs/figures.md. Whoever changes one changes METHOD_VERSION, which every
frozen row carries.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.db.models.functions import Coalesce

from casework.choices import Category, Compliance, Outcome
from casework.models import (
    Authority,
    Complaint,
    Decision,
    Population,
    PublicInterestReport,
)
from casework.querysets import REMEDIED, ComplaintQuerySet, DecisionQuerySet
from reviews.caselists import COLUMNS
from reviews.figures.counts import Average, Counts, Statistics, pool
from reviews.figures.learning import Attended, LearningFigures, count
from reviews.figures.periods import Period
from reviews.models import CaseListKind, LearningEvent

METHOD_VERSION = "1"

CATEGORIES = frozenset(Category.values)
VALUES = (*Outcome.values, "remedied_by_authority", *Compliance.values)


@dataclass(frozen=True, slots=True)
class Tally:
    """One authority's counts, and the same cases counted as wholes without looking at their parts.

    The wholes serve to find out that a part is missing.
    """

    counts: Counts
    received: int
    decided: int
    outcomes_recorded: int

    @property
    def problems(self) -> list[str]:
        """Where parts do not add up to their whole, in words; empty when all is well."""
        counts = self.counts
        pairs = (
            ("complaints received by category", sum(counts.received_by_category.values()),
             "complaints received", self.received),
            ("decisions by outcome", counts.decided, "decisions", self.decided),
            ("investigations by category", sum(counts.investigated_by_category.values()),
             "investigations", counts.investigated),
            ("upheld decisions by category", sum(counts.upheld_by_category.values()),
             "upheld decisions", counts.upheld),
            ("compliance outcomes by kind", counts.compliance_outcomes + counts.ceased,
             "compliance outcomes recorded", self.outcomes_recorded),
        )  # fmt: skip
        problems = [
            f"{parts} come to {sum_of_parts}, but there are {whole_number} {whole}"
            for parts, sum_of_parts, whole, whole_number in pairs
            if sum_of_parts != whole_number
        ]
        if counts.remedied_by_authority > counts.upheld:
            problems.append(
                f"cases marked as remedied by the authority: {counts.remedied_by_authority}, but "
                f"upheld: {counts.upheld}"
            )
        return problems


@dataclass(frozen=True, slots=True)
class Row:
    """One authority's line of a round, before it is frozen."""

    authority: Authority
    tally: Tally
    is_in_force: bool
    population: int | None
    population_year: int | None
    similar: Average | None = None

    @property
    def counts(self) -> Counts:
        return self.tally.counts

    def statistics(self, year_ending: int) -> Statistics:
        return Statistics(
            year_ending=year_ending,
            counts=self.counts,
            similar=self.similar,
            has_population_rate=self.authority.is_compared,
            population=self.population,
            population_year=self.population_year,
        )


@dataclass(slots=True)
class _Sums:
    """What has been counted of one authority so far; keys are codes."""

    received: int = 0
    decided: int = 0
    outcomes_recorded: int = 0
    values: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    received_by_category: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    investigated_by_category: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    upheld_by_category: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def tally(self) -> Tally:
        """A code that is in no list is in a whole and in no part, which a check then finds."""
        return Tally(
            counts=Counts(
                received=self.received,
                **{name: self.values[name] for name in VALUES},
                received_by_category=_known(self.received_by_category),
                investigated_by_category=_known(self.investigated_by_category),
                upheld_by_category=_known(self.upheld_by_category),
            ),
            received=self.received,
            decided=self.decided,
            outcomes_recorded=self.outcomes_recorded,
        )


def _known(by_category: dict[str, int]) -> dict[str, int]:
    return {category: n for category, n in by_category.items() if category in CATEGORIES}


def tallies(period: Period) -> dict[int, Tally]:
    """The counts of every authority that had a complaint, a decision or an outcome in the period.

    Three queries, each answered by one index; keys are authority ids.
    """
    sums: dict[int, _Sums] = defaultdict(_Sums)

    received = _received(period)
    for authority, category, cases in received.counted_by("authority_id", "category"):
        sum_ = sums[authority]
        sum_.received += cases
        sum_.received_by_category[category] += cases

    decided = _decided(period)
    for authority, outcome, category, cases, remedied in decided.counted_by(
        "authority_id", "outcome", "category", remedied=REMEDIED
    ):
        sum_ = sums[authority]
        sum_.decided += cases
        sum_.values[outcome] += cases
        if outcome == "upheld":
            sum_.values["remedied_by_authority"] += remedied
            sum_.upheld_by_category[category] += cases
            sum_.investigated_by_category[category] += cases
        elif outcome == "not_upheld":
            sum_.investigated_by_category[category] += cases

    recorded = _outcomes_recorded(period)
    for authority, compliance, cases in recorded.counted_by("authority_id", "compliance"):
        sum_ = sums[authority]
        sum_.outcomes_recorded += cases
        sum_.values[compliance] += cases

    return {authority: sum_.tally() for authority, sum_ in sums.items()}


type Case = list[Any]


def cases(period: Period) -> dict[CaseListKind, dict[int, list[Case]]]:
    """The very cases that `tallies` counts, in the order of their references.

    By list, then by authority id; a case holds its values in the order of `COLUMNS`. Three queries.
    """
    found = {
        CaseListKind.RECEIVED: _received(period).order_by("reference"),
        CaseListKind.DECIDED: _decided(period).order_by("complaint__reference"),
        CaseListKind.COMPLIANCE: _outcomes_recorded(period).order_by("complaint__reference"),
    }
    lists: dict[CaseListKind, dict[int, list[Case]]] = {}
    for kind, queryset in found.items():
        of_authority: dict[int, list[Case]] = defaultdict(list)
        read = queryset.values_list("authority_id", *(column.source for column in COLUMNS[kind]))
        for authority, *values in read.iterator(chunk_size=5_000):
            of_authority[authority].append(values)
        lists[kind] = of_authority
    return lists


def _received(period: Period) -> ComplaintQuerySet:
    return Complaint.objects.received_between(period.first_day, period.last_day)


def _decided(period: Period) -> DecisionQuerySet:
    return Decision.objects.standing().decided_between(period.first_day, period.last_day)


def _outcomes_recorded(period: Period) -> DecisionQuerySet:
    return Decision.objects.standing().outcome_recorded_between(period.first_day, period.last_day)


def rows(period: Period) -> list[Row]:
    """Every line of the period's round, in alphabetical order, with its averages.

    A line for every authority of the five compared types in force on any day of the period, and for
    any other with something to count. Seven queries.
    """
    counted = tallies(period)
    members = set(
        Authority.objects.compared()
        .in_force_between(period.first_day, period.last_day)
        .values_list("pk", flat=True)
    )
    authorities = Authority.objects.filter(Q(pk__in=members | counted.keys())).prefetch_related(
        "earlier_names"
    )
    populations = populations_for(period.year_ending)
    nothing = Tally(Counts(), 0, 0, 0)
    found = []
    for authority in authorities:
        population, year = (
            populations.get(authority.pk, (None, None)) if authority.is_compared else (None, None)
        )
        found.append(
            Row(
                authority=authority,
                tally=counted.get(authority.pk, nothing),
                is_in_force=authority.pk in members,
                population=population,
                population_year=year,
            )
        )
    pooled = averages(found)
    return [
        Row(
            authority=row.authority,
            tally=row.tally,
            is_in_force=row.is_in_force,
            population=row.population,
            population_year=row.population_year,
            similar=pooled[row.authority.authority_type] if row.is_in_force else None,
        )
        for row in found
    ]


def row_of(authority: Authority, period: Period) -> Row:
    """One authority's line, counted as all are and without an average; five queries."""
    population, year = None, None
    if authority.is_compared:
        population, year = populations_for(period.year_ending).get(authority.pk, (None, None))
    days = (period.first_day, period.last_day)
    return Row(
        authority=authority,
        tally=tallies(period).get(authority.pk, Tally(Counts(), 0, 0, 0)),
        is_in_force=Authority.objects.in_force_between(*days).filter(pk=authority.pk).exists(),
        population=population,
        population_year=year,
    )


def averages(found: Iterable[Row]) -> dict[str, Average]:
    """The pooled average of each compared type, over its councils in force in the period."""
    members: dict[str, list[tuple[Counts, int | None]]] = defaultdict(list)
    for row in found:
        if row.is_in_force:
            members[row.authority.authority_type].append((row.counts, row.population))
    return {kind: pool(councils) for kind, councils in sorted(members.items())}


def populations_for(year_ending: int) -> dict[int, tuple[int, int]]:
    """Residents and year of estimate by authority id: the newest up to the year, else the oldest.

    One query.
    """
    chosen: dict[int, tuple[int, int]] = {}
    estimates = Population.objects.order_by("authority", "year")
    for authority, year, residents in estimates.values_list("authority_id", "year", "residents"):
        if authority not in chosen or year <= year_ending:
            chosen[authority] = (residents, year)
    return chosen


def learning(period: Period) -> LearningFigures:
    """The seminars and courses of the period and of the year before.

    One query. An authority that was merged into another counts as that one.
    """
    before = Period(period.year_ending - 1)
    events = LearningEvent.objects.held_between(before.first_day, period.last_day)
    attended = [
        Attended(
            event=pk, kind=kind, held_on=day, place=place, authority=authority, people=people or 0
        )
        for pk, kind, day, place, authority, people in events.order_by().values_list(
            "pk",
            "kind",
            "held_on",
            "place",
            Coalesce("attendance__authority__merged_into", "attendance__authority"),
            "attendance__people",
        )
    ]
    return LearningFigures(now=count(attended, period), before=count(attended, before))


def reported_on(period: Period) -> set[int]:
    """The authorities (by key) on which a public interest report was issued in the year."""
    reports = PublicInterestReport.objects.filter(
        issued_on__range=(period.first_day, period.last_day)
    )
    return set(reports.order_by().values_list("decision__authority_id", flat=True))


def complaints_behind(authority: Authority, period: Period) -> ComplaintQuerySet:
    """The complaints behind the number of those received, as casework has them now."""
    return _received(period).filter(authority=authority)


def decisions_behind(authority: Authority, period: Period, figure: str) -> DecisionQuerySet:
    """The standing decisions behind any other count, as casework has them now.

    `figure` is one of `reviews.figures.receipts.COUNTS` but `received`; KeyError for another.
    """
    decided = _decided(period).filter(authority=authority)
    recorded = _outcomes_recorded(period).filter(authority=authority)
    complied = (Compliance.SATISFIED, Compliance.SATISFIED_LATE)
    found: dict[str, DecisionQuerySet] = {
        "decided": decided,
        **{outcome.value: decided.filter(outcome=outcome) for outcome in Outcome},
        "investigated": decided.filter(outcome__in=(Outcome.UPHELD, Outcome.NOT_UPHELD)),
        "remedied_by_authority": decided.upheld().filter(is_remedied_by_authority=True),
        **{outcome.value: recorded.filter(compliance=outcome) for outcome in Compliance},
        "complied": recorded.filter(compliance__in=complied),
        "compliance_outcomes": recorded.filter(
            compliance__in=(*complied, Compliance.NOT_SATISFIED)
        ),
    }
    return found[figure]
