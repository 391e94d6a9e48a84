"""What is counted for one authority in one year, and for a type of authority."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from reviews.figures.rates import PopulationRate, Rate


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of one authority in one year ending 31 March. Every figure is a number of cases.

    `received` counts complaints by the day they came; the six outcomes count standing decisions by
    the day of the decision; `remedied_by_authority` is a part of `upheld`; the four compliance
    outcomes count cases by the day the outcome was recorded. The mappings have category codes as
    keys and hold no zeros.
    """

    received: int = 0
    invalid_or_incomplete: int = 0
    advice_given: int = 0
    referred_back: int = 0
    closed_after_initial_enquiries: int = 0
    not_upheld: int = 0
    upheld: int = 0
    remedied_by_authority: int = 0
    satisfied: int = 0
    satisfied_late: int = 0
    not_satisfied: int = 0
    ceased: int = 0
    received_by_category: Mapping[str, int] = field(default_factory=dict)
    investigated_by_category: Mapping[str, int] = field(default_factory=dict)
    upheld_by_category: Mapping[str, int] = field(default_factory=dict)

    @property
    def not_for_us(self) -> int:
        return self.invalid_or_incomplete + self.advice_given + self.referred_back

    @property
    def assessed_and_closed(self) -> int:
        return self.closed_after_initial_enquiries

    @property
    def investigated(self) -> int:
        return self.upheld + self.not_upheld

    @property
    def decided(self) -> int:
        """All decisions of the year: "dealt with" in the words of the letters from 2025."""
        return self.not_for_us + self.assessed_and_closed + self.investigated

    @property
    def complied(self) -> int:
        """Cases in which the authority carried out what was recommended, late or in time."""
        return self.satisfied + self.satisfied_late

    @property
    def compliance_outcomes(self) -> int:
        """Outcomes that count; a case in which compliance was ceased is neither part."""
        return self.complied + self.not_satisfied

    @property
    def uphold(self) -> Rate:
        return Rate(self.upheld, self.investigated)

    @property
    def upheld_of_decided(self) -> Rate:
        """Not the uphold rate: shown beside it, so that nobody takes one for the other."""
        return Rate(self.upheld, self.decided)

    @property
    def compliance(self) -> Rate:
        return Rate(self.complied, self.compliance_outcomes)

    @property
    def remedied(self) -> Rate:
        return Rate(self.remedied_by_authority, self.upheld)


COUNTED = tuple(f.name for f in fields(Counts) if not f.name.endswith("_by_category"))


@dataclass(frozen=True, slots=True)
class Average:
    """The pooled figures of one type of authority: all parts over all wholes, own included.

    `population` is the sum over its councils, or None where one of them has none, since a rate with
    a part of its population missing would be too high.
    """

    councils: int
    investigated: int
    upheld: int
    compliance_outcomes: int
    complied: int
    remedied_by_authority: int
    population: int | None

    @property
    def uphold(self) -> Rate:
        return Rate(self.upheld, self.investigated)

    @property
    def compliance(self) -> Rate:
        return Rate(self.complied, self.compliance_outcomes)

    @property
    def remedied(self) -> Rate:
        return Rate(self.remedied_by_authority, self.upheld)

    @property
    def population_rate(self) -> PopulationRate | None:
        return PopulationRate(self.upheld, self.population) if self.population else None


def pool(members: Iterable[tuple[Counts, int | None]]) -> Average:
    """The average of similar authorities from each member's counts and population."""
    members = list(members)
    counts = [c for c, _ in members]
    populations = [p for _, p in members]
    return Average(
        councils=len(members),
        investigated=sum(c.investigated for c in counts),
        upheld=sum(c.upheld for c in counts),
        compliance_outcomes=sum(c.compliance_outcomes for c in counts),
        complied=sum(c.complied for c in counts),
        remedied_by_authority=sum(c.remedied_by_authority for c in counts),
        population=sum(p for p in populations if p) if populations and all(populations) else None,
    )


@dataclass(frozen=True, slots=True)
class Statistics:
    """All that one frozen row says in figures.

    `similar` is None where the authority has no comparison; `population` is None where it has none
    or where rates per 100,000 do not apply to it (`has_population_rate` is False).
    """

    year_ending: int
    counts: Counts
    similar: Average | None
    has_population_rate: bool
    population: int | None = None
    population_year: int | None = None

    @property
    def population_rate(self) -> PopulationRate | None:
        if not self.has_population_rate or not self.population:
            return None
        return PopulationRate(self.counts.upheld, self.population)

    @property
    def uphold_state(self) -> str:
        return "value" if self.counts.uphold.is_defined else "none_investigated"

    @property
    def compliance_state(self) -> str:
        return "value" if self.counts.compliance.is_defined else "none_due"

    @property
    def remedied_state(self) -> str:
        return "value" if self.counts.remedied.is_defined else "none_upheld"

    @property
    def per_100k_state(self) -> str:
        if not self.has_population_rate:
            return "not_applicable"
        return "value" if self.population else "no_population"

    def similar_state(self, measure: str) -> str:
        """`value`, `no_comparison` or `none_in_group`; measure: uphold, compliance, remedied."""
        if self.similar is None:
            return "no_comparison"
        rate: Rate = getattr(self.similar, measure)
        return "value" if rate.is_defined else "none_in_group"

    def similar_percent(self, measure: str) -> int | None:
        """The rounded average of similar authorities, or None where there is none to give."""
        if self.similar is None:
            return None
        rate: Rate = getattr(self.similar, measure)
        return rate.percent
