"""Complaints and decisions that count up to the targets of every year."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from casework.choices import Compliance, Outcome
from reviews.demonstration import categories
from reviews.demonstration.chance import one, seeded, shuffled, weighted, whole
from reviews.demonstration.councils import OTHER, Council, councils
from reviews.demonstration.targets import Target, targets
from reviews.demonstration.totals import LAST_DAY, ON_THE_BOUNDS, YEARS
from reviews.figures.periods import Period

DAY = dt.timedelta(days=1)
UPHELD = Outcome.UPHELD.value
NOT_UPHELD = Outcome.NOT_UPHELD.value
CLOSED = Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES.value

NOT_FOR_US = {
    Outcome.REFERRED_BACK.value: 0.76,
    Outcome.ADVICE_GIVEN.value: 0.15,
    Outcome.INVALID_OR_INCOMPLETE.value: 0.09,
}

# Days from receipt to decision, from and to.
DURATIONS = {
    Outcome.REFERRED_BACK.value: (1, 35),
    Outcome.ADVICE_GIVEN.value: (1, 30),
    Outcome.INVALID_OR_INCOMPLETE.value: (3, 45),
    CLOSED: (14, 95),
    NOT_UPHELD: (110, 330),
    UPHELD: (120, 340),
}

# How busy the months are, from January.
MONTHS = (1.1, 1.05, 1.1, 0.9, 0.95, 1.0, 1.05, 0.85, 1.05, 1.15, 1.1, 0.75)

# No new complaints were taken while the office was closed.
CLOSED_FROM, CLOSED_TO = dt.date(2020, 3, 18), dt.date(2020, 6, 28)

# Of the outcomes due, how many concern cases decided in the same year.
RECORDED_IN_YEAR = 0.55
NO_RECOMMENDATION = 0.06  # of upheld cases not remedied before
STILL_DUE = 0.012  # of cases decided two years ago
STILL_OPEN = 0.15  # of cases open when the last year ended


@dataclass(slots=True)
class Case:
    """One complaint; texts are empty and days None until there is something to say."""

    authority: str
    received_on: dt.date
    category: str = ""
    subcategory: str = ""
    outcome: str = ""
    decided_on: dt.date | None = None
    is_remedied: bool = False
    has_recommendations: bool = False
    compliance: str = ""
    compliance_recorded_on: dt.date | None = None
    reference: str = ""

    def decide(self, outcome: str, on: dt.date) -> None:
        self.outcome, self.decided_on = outcome, on

    def comply(self, compliance: str, on: dt.date) -> None:
        self.compliance, self.compliance_recorded_on = compliance, on
        self.has_recommendations = True


def working_day(chance: Random, day: dt.date, *, first: dt.date, last: dt.date) -> dt.date:
    """The day itself within the bounds; at a weekend a day of the next week, if they allow one."""
    day = min(max(day, first), last)
    if day.weekday() >= 5:
        day = min(day + DAY * (7 - day.weekday() + whole(chance, 0, 4)), last)
    while day.weekday() >= 5 and day > first:
        day -= DAY
    return day


def receipt(chance: Random, *, first: dt.date, last: dt.date) -> dt.date:
    """A day on which a complaint comes in, by the seasons."""
    if first >= last:
        return last
    for _ in range(20):
        day = first + DAY * whole(chance, 0, (last - first).days)
        closed = CLOSED_FROM <= day <= CLOSED_TO
        if not closed and chance.random() * 1.15 < MONTHS[day.month - 1]:
            return working_day(chance, day, first=first, last=last)
    return first


def duration(chance: Random, outcome: str) -> int:
    """Days; the middle of the span is likelier than its ends."""
    shortest, longest = DURATIONS[outcome]
    share = (chance.random() + chance.random()) / 2
    return shortest + int(share * (longest - shortest))


class Docket:
    """The cases of one authority over the years it has targets for."""

    def __init__(self, council: Council) -> None:
        self.council = council
        self.cases: list[Case] = []
        self.waiting: list[Case] = []  # open
        self.due: list[Case] = []  # upheld, with no compliance outcome yet
        self.weights = categories.received(
            "" if council.kind == OTHER else council.kind, council.slug
        )

    def add(self, chance: Random, received_on: dt.date, outcome: str) -> Case:
        """A new case; the outcome it will have says what it is likely to be about."""
        is_investigated = outcome in (UPHELD, NOT_UPHELD)
        weights = categories.investigated(self.weights) if is_investigated else self.weights
        category = weighted(chance, weights)
        case = Case(
            authority=self.council.slug,
            received_on=received_on,
            category=category,
            subcategory=weighted(chance, categories.SUBCATEGORIES[category]),
        )
        self.cases.append(case)
        return case

    def open_before(self, chance: Random, outcome: str, first: dt.date) -> tuple[Case, int]:
        """A case received before the first day of a year, and the days until its decision."""
        days = max(duration(chance, outcome), 2)
        age = whole(chance, 1, days - 1)
        earliest = first - DAY * days
        if self.council.first_day is not None:
            earliest = max(earliest, self.council.first_day)
        received_on = working_day(
            chance,
            self.council.within_life(first - DAY * age),
            first=self.council.within_life(earliest),
            last=self.council.within_life(first - DAY),
        )
        return self.add(chance, received_on, outcome), days

    def year(self, year: int, target: Target) -> None:
        """Adds and decides cases until the year counts up to its target."""
        chance = seeded("cases", self.council.slug, year)
        period = Period(year)
        outcomes = shuffled(
            chance,
            [UPHELD] * target.upheld
            + [NOT_UPHELD] * (target.investigated - target.upheld)
            + [CLOSED] * target.assessed_and_closed
            + [weighted(chance, NOT_FOR_US) for _ in range(target.not_for_us)],
        )
        # What takes long is likelier to have come in before the year.
        outcomes.sort(key=lambda outcome: -DURATIONS[outcome][1] * (0.2 + chance.random()))
        earlier, fresh = outcomes[: target.open_at_start], outcomes[target.open_at_start :]
        decided = [
            *self.decide_earlier(chance, earlier, period),
            *(self.decide_fresh(chance, outcome, period) for outcome in fresh),
        ]
        self.open(chance, target.open_at_end, period)
        upheld = shuffled(chance, [case for case in decided if case.outcome == UPHELD])
        for case in upheld[: target.remedied_by_authority]:
            case.is_remedied = True
        self.record(chance, upheld[target.remedied_by_authority :], target, period)
        if self.council.slug == ON_THE_BOUNDS:
            move_to_bounds(decided, period)

    def decide_earlier(self, chance: Random, outcomes: list[str], period: Period) -> list[Case]:
        """Decides cases that were open when the year began, and makes them where there are none."""
        cases = []
        for outcome in outcomes:
            if self.waiting:
                case = self.waiting.pop(0)
                waited = (period.first_day - case.received_on).days
                days = max(duration(chance, outcome), waited + int(110 * chance.random() ** 2))
            else:
                case, days = self.open_before(chance, outcome, period.first_day)
            case.decide(
                outcome,
                working_day(
                    chance,
                    case.received_on + DAY * days,
                    first=period.first_day,
                    last=period.last_day,
                ),
            )
            cases.append(case)
        return cases

    def decide_fresh(self, chance: Random, outcome: str, period: Period) -> Case:
        days = duration(chance, outcome)
        received_on = receipt(chance, first=period.first_day, last=period.last_day - DAY * days)
        case = self.add(chance, received_on, outcome)
        case.decide(
            outcome,
            working_day(chance, received_on + DAY * days, first=received_on, last=period.last_day),
        )
        return case

    def open(self, chance: Random, number: int, period: Period) -> None:
        """New complaints that are not decided when the year ends."""
        opened = []
        for _ in range(number):
            outcome = one(chance, (UPHELD, NOT_UPHELD, CLOSED, CLOSED))
            age = int(chance.random() ** 1.5 * DURATIONS[outcome][1])
            last = period.last_day - DAY * age
            if CLOSED_FROM <= last <= CLOSED_TO:
                last = CLOSED_FROM - DAY * whole(chance, 1, 100)
            received_on = working_day(
                chance, last, first=period.first_day, last=min(last + DAY * 7, period.last_day)
            )
            opened.append(self.add(chance, received_on, outcome))
        self.waiting += sorted(opened, key=lambda case: case.received_on)

    def record(self, chance: Random, upheld: list[Case], target: Target, period: Period) -> None:
        """Records the year's compliance outcomes, of this year's and of earlier upheld cases."""
        with_recommendations = [case for case in upheld if chance.random() >= NO_RECOMMENDATION]
        for case in with_recommendations:
            case.has_recommendations = True
        ready = [case for case in with_recommendations if (period.last_day - on(case)).days > 20]
        if period.year_ending in (2020, 2025):
            kinds = kinds_of(chance, target)
            number = min(len(ready), round(RECORDED_IN_YEAR * len(kinds)))
            if self.council.first_day == period.first_day:
                number = len(kinds)
                ready = [*ready, *(case for case in upheld if case not in ready)]
            earlier = [self.decided_before(chance, period) for _ in range(len(kinds) - number)]
        else:
            still = [case for case in self.due if chance.random() < STILL_DUE]
            earlier = [case for case in self.due if case not in still]
            number = round(RECORDED_IN_YEAR * 0.85 * len(ready))
            kinds = [likely_kind(chance) for _ in range(len(earlier) + number)]
        recorded = ready[:number]
        for case, kind in zip(earlier + recorded, kinds, strict=True):
            late = 60 if kind == Compliance.SATISFIED_LATE else 0
            recorded_on = on(case) + DAY * (whole(chance, 28, 150) + late)
            case.comply(
                kind,
                working_day(
                    chance,
                    recorded_on,
                    first=max(on(case), period.first_day),
                    last=period.last_day,
                ),
            )
        self.due = [case for case in with_recommendations if not case.compliance]

    def decided_before(self, chance: Random, period: Period) -> Case:
        """An upheld case of the year before, whose compliance outcome is recorded in this one."""
        decided_on = working_day(
            chance,
            period.first_day - DAY * whole(chance, 5, 170),
            first=Period(period.year_ending - 1).first_day,
            last=period.first_day - DAY,
        )
        last = self.council.within_life(decided_on - DAY * duration(chance, UPHELD))
        first = self.council.within_life(last - DAY * 5)
        case = self.add(chance, working_day(chance, last, first=first, last=last), UPHELD)
        case.decide(UPHELD, decided_on)
        return case

    def settle(self, year: int) -> None:
        """Decides and closes most of what a year without a following one has left open.

        Old years leave nothing; after the last year the time there was sets the limit.
        """
        chance = seeded("settled", self.council.slug, year)
        first = (CLOSED_TO if year == 2020 else Period(year).last_day) + DAY
        last = min(Period(year + 1).last_day, LAST_DAY)
        still = STILL_OPEN if last == LAST_DAY else 0.0
        for case in self.waiting:
            if chance.random() >= still:
                outcome = one(chance, (CLOSED, CLOSED, NOT_UPHELD, UPHELD))
                decided_on = first + DAY * whole(chance, 0, 110)
                case.decide(outcome, working_day(chance, decided_on, first=first, last=last))
                if outcome == UPHELD and last < LAST_DAY:
                    self.due.append(case)
        for case in self.due:
            if chance.random() >= still / 5:
                later = max(on(case) + DAY * 28, first) + DAY * whole(chance, 0, 60)
                case.comply(likely_kind(chance), working_day(chance, later, first=first, last=last))
        self.waiting, self.due = [], []


def on(case: Case) -> dt.date:
    """The day of a decided case's decision."""
    if case.decided_on is None:
        raise ValueError(f"a case of {case.authority} is not decided")
    return case.decided_on


def kinds_of(chance: Random, target: Target) -> list[str]:
    satisfied = target.compliance_outcomes - target.satisfied_late - target.not_satisfied
    return shuffled(
        chance,
        [Compliance.SATISFIED.value] * satisfied
        + [Compliance.SATISFIED_LATE.value] * target.satisfied_late
        + [Compliance.NOT_SATISFIED.value] * target.not_satisfied
        + [Compliance.CEASED.value] * target.ceased,
    )


def likely_kind(chance: Random) -> str:
    return weighted(
        chance,
        {
            Compliance.SATISFIED.value: 0.83,
            Compliance.SATISFIED_LATE.value: 0.16,
            Compliance.NOT_SATISFIED.value: 0.004,
            Compliance.CEASED.value: 0.006,
        },
    )


def move_to_bounds(decided: list[Case], period: Period) -> None:
    """Moves one decision to the first day of the year and one to its last."""
    first = next(case for case in decided if case.received_on < period.first_day)
    first.decided_on = period.first_day
    last = next(case for case in reversed(decided) if not case.compliance and case is not first)
    last.decided_on = period.last_day


def cases() -> list[Case]:
    """Every demonstration case, in the order of its reference."""
    dockets = {slug: Docket(council) for slug, council in councils().items()}
    for year in YEARS:
        for slug, target in targets(year).items():
            dockets[slug].year(year, target)
        if year + 1 not in YEARS:
            for slug in targets(year):
                dockets[slug].settle(year)
    found = [case for docket in dockets.values() for case in docket.cases]
    just_outside(found)
    found.sort(key=lambda case: (case.received_on, case.authority, case.subcategory))
    number_cases(found)
    return found


def just_outside(found: list[Case]) -> None:
    """Moves decisions of the year before and after 2020 to the days that touch it."""
    period = Period(2020)
    mine = [case for case in found if case.authority == ON_THE_BOUNDS and case.decided_on]
    before = next(case for case in mine if on(case) < period.first_day)
    before.decided_on = period.first_day - DAY
    after = next(case for case in mine if on(case) > period.last_day and not case.compliance)
    after.decided_on = period.last_day + DAY


def number_cases(found: list[Case]) -> None:
    """References in the order of receipt, from 900 001 each year.

    The Ombudsman receives about 20,000 complaints a year, so that no real case has such a number.
    """
    numbers: dict[int, int] = {}
    chance = seeded("references")
    for case in found:
        received_on = case.received_on
        year = received_on.year - (received_on < dt.date(received_on.year, 4, 1))
        number = numbers.get(year, 900_000) + whole(chance, 1, 3)
        numbers[year] = number
        case.reference = f"{year % 100:02} {number // 1000:03} {number % 1000:03}"
