"""What is recommended in the upheld cases of the newer years."""

import datetime as dt
from collections.abc import Iterable, Iterator
from random import Random

from casework.choices import Compliance, RecommendationKind
from reviews.demonstration.cases import Case, working_day
from reviews.demonstration.chance import one, seeded, weighted, whole
from reviews.demonstration.remedy_texts import AMOUNTS, IMPROVEMENTS, PERSONAL
from reviews.figures.periods import Period

COLUMNS = (
    "reference", "kind", "category", "text", "amount", "due_on", "completed_on",
)  # fmt: skip
YEARS = (2025, 2026)


def remedies(cases: Iterable[Case]) -> Iterator[tuple[str, ...]]:
    """The rows of the remedies file: one to three for each upheld case with recommendations."""
    first, last = Period(YEARS[0]).first_day, Period(YEARS[-1]).last_day
    for case in cases:
        if case.has_recommendations and case.decided_on and first <= case.decided_on <= last:
            yield from of_case(seeded("remedies", case.reference), case, case.decided_on)


def of_case(chance: Random, case: Case, decided_on: dt.date) -> Iterator[tuple[str, ...]]:
    wanted = ["apology"]
    if chance.random() < 0.6:
        wanted.append(weighted(chance, {"financial_redress_distress": 60} | PERSONAL_WEIGHTS))
    if chance.random() < 0.1:
        wanted.pop(0)
    for category in wanted:
        text, amount = one(chance, PERSONAL[category]), ""
        if category in AMOUNTS:
            least, step, most = AMOUNTS[category]
            amount = str(least + step * whole(chance, 0, (most - least) // step))
        yield row(chance, case, decided_on, RecommendationKind.PERSONAL, category, text, amount)
    if not wanted or chance.random() < 0.55:
        category, text = one(chance, IMPROVEMENTS[case.category])
        kind = RecommendationKind.SERVICE_IMPROVEMENT
        yield row(chance, case, decided_on, kind, category, text, "")


PERSONAL_WEIGHTS = {
    "financial_redress_quantifiable_loss": 14,
    "reconsider_decision": 9,
    "provide_services": 7,
    "provide_information": 5,
    "records": 3,
    "other_personal": 2,
}


def row(
    chance: Random,
    case: Case,
    decided_on: dt.date,
    kind: RecommendationKind,
    category: str,
    text: str,
    amount: str,
) -> tuple[str, ...]:
    """One recommendation; personal remedies fall due after a month, improvements later."""
    weeks = 4 if kind == RecommendationKind.PERSONAL else one(chance, (8, 12, 13, 26))
    due_on = decided_on + dt.timedelta(weeks=weeks)
    completed_on = ""
    recorded_on = case.compliance_recorded_on
    if recorded_on:
        earliest = decided_on + dt.timedelta(days=7)
        if case.compliance == Compliance.SATISFIED:
            due_on = min(due_on, recorded_on)
            done_on = due_on - dt.timedelta(days=whole(chance, 0, 10))
            first = min(earliest, due_on)
            completed_on = working_day(chance, done_on, first=first, last=due_on).isoformat()
        elif case.compliance == Compliance.SATISFIED_LATE:
            due_on = min(due_on, recorded_on - dt.timedelta(days=10))
            due_on = max(due_on, decided_on)
            completed_on = (recorded_on - dt.timedelta(days=whole(chance, 0, 3))).isoformat()
        else:
            due_on = min(due_on, recorded_on)
    return (case.reference, kind.value, category, text, amount, due_on.isoformat(), completed_on)
