"""How many cases of each kind every authority gets: published counts where known, else chance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from reviews.demonstration.chance import allot, pick, seeded
from reviews.demonstration.councils import (
    OTHER,
    PUBLISHED_FIGURES,
    Council,
    councils,
    rows,
)
from reviews.demonstration.totals import (
    ABOLISHED,
    OTHER_BODIES,
    PLANTED,
    RECEIVED,
    TOTALS,
    YEARS,
)
from reviews.figures.periods import Period
from reviews.figures.rates import Rate

KINDS = ("county", "district", "metropolitan", "unitary", "london_borough", OTHER)

# Names of the counts in the published figures, and here.
PUBLISHED_COUNTS = {
    "complaints_received": "received",
    "not_for_us": "not_for_us",
    "assessed_and_closed": "assessed_and_closed",
    "investigated": "investigated",
    "upheld": "upheld",
    "compliance_outcomes": "compliance_outcomes",
    "remedied_by_authority": "remedied_by_authority",
}

OPEN_AT_END = 0.2  # of the year's decisions as many cases are open on its last day
OPEN_AT_START = 0.195
LATE = 0.16  # of compliance outcomes
CEASED = 0.004

Known = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Target:
    """What one authority's cases must count up to in one year, and how many cross its ends.

    `open_at_start` of the year's decisions are of complaints received before it, `open_at_end`
    complaints received in it are not decided by its last day.
    """

    received: int
    not_for_us: int
    assessed_and_closed: int
    investigated: int
    upheld: int
    remedied_by_authority: int
    compliance_outcomes: int
    satisfied_late: int
    not_satisfied: int
    ceased: int
    open_at_start: int
    open_at_end: int

    @property
    def decided(self) -> int:
        return self.not_for_us + self.assessed_and_closed + self.investigated


@cache
def known(year: int) -> dict[str, dict[str, int]]:
    """The counts that stand before chance: as published, and those of the awkward cases."""
    found: dict[str, dict[str, int]] = {}
    for row in rows(PUBLISHED_FIGURES):
        if int(row["year_ending"]) == year:
            counts = {ours: int(row[name]) for name, ours in PUBLISHED_COUNTS.items() if row[name]}
            if row["compliance_percent"] == "100":
                counts["not_satisfied"] = 0
            if row["remedied_percent"] and row["upheld"]:
                counts.setdefault(
                    "remedied_by_authority",
                    part_of(counts["upheld"], int(row["remedied_percent"])),
                )
            found[row["authority"]] = counts
    for slug, counts in PLANTED[year].items():
        found[slug] = found.get(slug, {}) | counts
    return found


def part_of(whole: int, percent: int) -> int:
    """The smallest part of a whole that is printed as this percentage.

    Raises StopIteration if no part is.
    """
    return next(part for part in range(whole + 1) if Rate(part, whole).percent == percent)


def fixed(measure: str, known_counts: Known) -> dict[str, int]:
    return {slug: counts[measure] for slug, counts in known_counts.items() if measure in counts}


@cache
def targets(year: int) -> dict[str, Target]:
    """The target of every authority with a row in that year's round.

    Raises ValueError if the totals, the published counts and the awkward cases contradict another.
    """
    period = Period(year)
    found: dict[str, Target] = {}
    for kind in KINDS:
        members = {
            slug: council
            for slug, council in councils().items()
            if council.kind == kind and council.is_in_force_in(period)
        }
        if kind == OTHER:
            members = {slug: members[slug] for slug in OTHER_BODIES if slug in members}
        found |= of_kind(kind, year, members)
    for slug, counts in ABOLISHED[year].items():
        found[slug] = abolished(counts)
    return as_received(year, found) if year in RECEIVED else found


def size(council: Council) -> float:
    """How many cases to expect beside others of the type, the same in every year."""
    if council.kind == OTHER:
        return OTHER_BODIES[council.slug]
    return (council.population + 12_000) * (0.55 + 0.9 * seeded("size", council.slug).random())


def of_kind(kind: str, year: int, members: Mapping[str, Council]) -> dict[str, Target]:
    """The targets of one type: each measure is shared out or picked from the one it is part of."""
    totals = TOTALS[year][kind]
    counts = known(year)
    period = Period(year)
    weights = {slug: size(council) for slug, council in members.items()}
    before = targets(year - 1) if year - 1 in TOTALS else {}
    if before:  # like the year before, not like a council of its size
        weights = {slug: before[slug].decided + 0.5 for slug in members}
    leaning = {slug: 0.15 * seeded("leaning", slug).random() for slug in members}

    def shared(measure: str, total: int, weights: Mapping[str, float]) -> dict[str, int]:
        return allot(seeded(measure, kind, year), total, weights, fixed(measure, counts))

    def picked(measure: str, total: int, wholes: Mapping[str, int]) -> dict[str, int]:
        chance = seeded(measure, kind, year)
        return pick(chance, total, wholes, fixed(measure, counts), leaning)

    not_for_us = shared("not_for_us", totals.not_for_us, weights)
    assessed = shared("assessed_and_closed", totals.assessed_and_closed, weights)
    if before:
        weights = {slug: before[slug].investigated + 0.3 for slug in members}
    investigated = shared("investigated", totals.investigated, weights)
    upheld = picked("upheld", totals.upheld, investigated)
    remedied = picked("remedied_by_authority", totals.remedied_by_authority, upheld)
    decided = {slug: not_for_us[slug] + assessed[slug] + investigated[slug] for slug in members}

    # Outcomes are recorded of cases decided in the year before too, which a new council has not.
    due = {
        slug: 0.0
        if council.first_day == period.first_day
        else upheld[slug] - 0.7 * remedied[slug] + 0.1
        for slug, council in members.items()
    }
    new = {slug: (upheld[slug] - remedied[slug]) // 2 for slug in members if due[slug] == 0}
    recorded = dict.fromkeys(members, 0)
    if totals.compliance_outcomes:
        recorded = allot(
            seeded("outcomes", kind, year),
            totals.compliance_outcomes,
            due,
            new | fixed("compliance_outcomes", counts),
        )
    not_satisfied = picked("not_satisfied", totals.not_satisfied, recorded)
    complied = {slug: recorded[slug] - not_satisfied[slug] for slug in members}
    late = picked("late", round(LATE * sum(complied.values())), complied)
    ceased = shared("ceased", round(CEASED * sum(recorded.values())) + 2, due)

    at_end = picked("open_at_end", round(OPEN_AT_END * totals.decided), decided)
    at_start = picked("open_at_start", round(OPEN_AT_START * totals.decided), decided)
    found = {}
    for slug, council in members.items():
        start, end = at_start[slug], at_end[slug]
        if before:
            start = min(before[slug].open_at_end, decided[slug])
        if council.first_day == period.first_day:
            start = 0
        if council.last_day == period.last_day:
            end = min(end, decided[slug] // 20)
        if "received" in counts.get(slug, {}):
            received = counts[slug]["received"]
            end = max(decided[slug] // 20, received - decided[slug])
            start = decided[slug] + end - received
        if not 0 <= start <= decided[slug]:
            raise ValueError(f"{slug} {year}: the complaints received do not fit the decisions")
        found[slug] = Target(
            received=decided[slug] - start + end,
            not_for_us=not_for_us[slug],
            assessed_and_closed=assessed[slug],
            investigated=investigated[slug],
            upheld=upheld[slug],
            remedied_by_authority=remedied[slug],
            compliance_outcomes=recorded[slug],
            satisfied_late=late[slug],
            not_satisfied=not_satisfied[slug],
            ceased=ceased[slug] if due[slug] else 0,
            open_at_start=start,
            open_at_end=end,
        )
    return found


def abolished(counts: Mapping[str, int]) -> Target:
    """All that was decided had come before the council ended."""
    investigated = counts.get("investigated", 0)
    not_for_us = counts.get("not_for_us", 0)
    return Target(
        received=0,
        not_for_us=not_for_us,
        assessed_and_closed=0,
        investigated=investigated,
        upheld=counts.get("upheld", 0),
        remedied_by_authority=0,
        compliance_outcomes=counts["compliance_outcomes"],
        satisfied_late=0,
        not_satisfied=0,
        ceased=0,
        open_at_start=investigated + not_for_us,
        open_at_end=0,
    )


def as_received(year: int, found: dict[str, Target]) -> dict[str, Target]:
    """The same targets with as many complaints in all as were published, by moving year ends."""
    missing = RECEIVED[year] - sum(target.received for target in found.values())
    step = 1 if missing > 0 else -1
    standing = known(year)
    free = sorted(
        (slug for slug in found if found[slug].decided >= 30 and slug not in standing),
        key=lambda slug: (-found[slug].decided, slug),
    )
    period = Period(year)
    free = [slug for slug in free if councils()[slug].first_day != period.first_day]
    adjusted = dict(found)
    for turn in range(abs(missing)):
        slug = free[turn % len(free)]
        target = adjusted[slug]
        start = target.open_at_start - step
        if not 0 <= start <= target.decided:
            raise ValueError(f"{slug} {year}: no room for the complaints received")
        adjusted[slug] = replace(
            target, open_at_start=start, received=target.decided - start + target.open_at_end
        )
    return adjusted


def all_targets() -> dict[int, dict[str, Target]]:
    return {year: targets(year) for year in YEARS}
