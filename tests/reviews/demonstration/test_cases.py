"""The generated cases, recounted without a database."""

import datetime as dt
from collections import Counter
from functools import cache

import pytest

from casework.choices import Category
from reviews.demonstration import categories
from reviews.demonstration.cases import Case, cases, on
from reviews.demonstration.councils import Council, councils
from reviews.demonstration.targets import targets
from reviews.demonstration.totals import LAST_DAY, ON_THE_BOUNDS, YEARS
from reviews.figures.periods import Period

INVESTIGATED = {"upheld", "not_upheld"}


@cache
def all_cases() -> list[Case]:
    return cases()


@cache
def tallies(year: int) -> dict[str, Counter[str]]:
    """Counts of one year by authority, in the words of the targets."""
    period = Period(year)
    found: dict[str, Counter[str]] = {slug: Counter() for slug in councils()}
    for case in all_cases():
        tally = found[case.authority]
        if case.received_on in period:
            tally["received"] += 1
        if case.decided_on is not None and case.decided_on in period:
            tally["decided"] += 1
            tally["upheld"] += case.outcome == "upheld"
            tally["investigated"] += case.outcome in INVESTIGATED
            tally["assessed_and_closed"] += case.outcome == "closed_after_initial_enquiries"
            tally["remedied_by_authority"] += case.is_remedied
        if case.compliance_recorded_on is not None and case.compliance_recorded_on in period:
            tally[case.compliance] += 1
            tally["compliance_outcomes"] += case.compliance != "ceased"
    return found


@pytest.mark.parametrize("year", YEARS)
def test_cases_count_up_to_the_targets(year: int) -> None:
    measures = [
        "received", "decided", "assessed_and_closed", "investigated", "upheld",
        "remedied_by_authority",
    ]  # fmt: skip
    if year in (2020, 2025):
        measures += ["compliance_outcomes", "satisfied_late", "not_satisfied", "ceased"]
    counted = {
        slug: {measure: tallies(year)[slug][measure] for measure in measures}
        for slug in targets(year)
    }
    aimed = {
        slug: {measure: getattr(target, measure) for measure in measures}
        for slug, target in targets(year).items()
    }
    assert counted == aimed


@pytest.mark.parametrize("year", YEARS)
def test_no_other_authority_has_anything_to_count(year: int) -> None:
    others = {slug for slug, tally in tallies(year).items() if any(tally.values())}
    assert others - targets(year).keys() == set()


@pytest.mark.parametrize("year", YEARS)
def test_every_year_has_about_17000_complaints_and_4100_investigations(year: int) -> None:
    total: Counter[str] = sum(tallies(year).values(), Counter())
    assert 17_000 <= total["received"] <= 17_400
    assert 16_900 <= total["decided"] <= 17_300
    assert 4_000 <= total["investigated"] <= 4_300


def test_days_follow_one_another_and_end_with_the_last_day() -> None:
    wrong = [
        case
        for case in all_cases()
        if (case.decided_on or LAST_DAY) < case.received_on
        or (case.compliance_recorded_on or LAST_DAY) < (case.decided_on or LAST_DAY)
        or max(case.received_on, case.decided_on or case.received_on) > LAST_DAY
        or (case.compliance_recorded_on or LAST_DAY) > LAST_DAY
    ]
    assert wrong == []


def test_complaints_are_about_authorities_in_force() -> None:
    wrong = [
        case
        for case in all_cases()
        if councils()[case.authority].within_life(case.received_on) != case.received_on
    ]
    assert wrong == []


def test_compliance_and_remedies_belong_to_upheld_cases_only() -> None:
    assert [
        case
        for case in all_cases()
        if case.outcome != "upheld"
        and (case.is_remedied or case.compliance or case.has_recommendations)
    ] == []


def test_references_are_unique_and_begin_with_the_financial_year_of_receipt() -> None:
    references = [case.reference for case in all_cases()]
    assert len(set(references)) == len(references)
    years = {
        (case.reference[:2], Period(case.received_on.year + (case.received_on.month > 3)))
        for case in all_cases()
    }
    assert {int(prefix) + 2001 for prefix, _ in years} == {p.year_ending for _, p in years}
    assert len(years) == len({prefix for prefix, _ in years})
    assert min(reference[3:] for reference in references) >= "900 001"


def test_categories_and_subcategories_are_known_ones() -> None:
    assert {case.category for case in all_cases()} == set(Category.values)
    assert {
        case.category
        for case in all_cases()
        if case.subcategory not in categories.SUBCATEGORIES[case.category]
    } == set()


def test_investigated_cases_take_longer_than_those_referred_back() -> None:
    def middle(outcome: str) -> int:
        days = sorted(
            (on(case) - case.received_on).days for case in all_cases() if case.outcome == outcome
        )
        return days[len(days) // 2]

    assert middle("referred_back") < 35
    assert 30 < middle("closed_after_initial_enquiries") < 110
    assert 150 < middle("upheld") < 330


def test_compliance_outcomes_cross_the_years() -> None:
    period = Period(2025)
    recorded = [
        case
        for case in all_cases()
        if case.compliance_recorded_on is not None and case.compliance_recorded_on in period
    ]
    assert sum(on(case) < period.first_day for case in recorded) > 500
    upheld = [
        case
        for case in all_cases()
        if case.outcome == "upheld" and on(case) in period and case.compliance
    ]
    assert sum(case not in recorded for case in upheld[:400]) > 50


# The awkward cases --------------------------------------------------------------------------------


def tally(slug: str, year: int) -> Counter[str]:
    return tallies(year)[slug]


def test_specimen_has_nothing_upheld_and_nothing_due() -> None:
    specimen = tally("borough-council-of-kings-lynn-and-west-norfolk", 2020)
    assert (specimen["upheld"], specimen["investigated"]) == (0, 2)
    assert specimen["compliance_outcomes"] + specimen["ceased"] == 0


@pytest.mark.parametrize(
    ("slug", "year"),
    [
        ("forest-heath-district-council", 2020),
        ("suffolk-coastal-district-council", 2020),
        ("craven-district-council", 2025),
    ],
)
def test_abolished_council_has_an_outcome_after_its_end(slug: str, year: int) -> None:
    council: Council = councils()[slug]
    assert not council.is_in_force_in(Period(year))
    assert tally(slug, year)["compliance_outcomes"] == 1
    assert tally(slug, year)["decided"] + tally(slug, year)["received"] == 0


def test_forest_heath_was_decided_before_its_end() -> None:
    case = next(case for case in all_cases() if case.authority == "forest-heath-district-council")
    end = dt.date(2019, 3, 31)
    assert case.received_on <= on(case) <= end < (case.compliance_recorded_on or end)


def test_national_park_and_transport_for_london_have_cases() -> None:
    for year in YEARS:
        assert tally("peak-district-national-park-authority", year)["upheld"] == 1
        assert tally("transport-for-london", year)["decided"] > 200


def test_isles_of_scilly_have_nothing_at_all() -> None:
    for year in (2020, 2025):
        assert "council-of-the-isles-of-scilly" in targets(year)
        assert tally("council-of-the-isles-of-scilly", year).total() == 0


def test_cambridge_has_decisions_but_no_investigation() -> None:
    cambridge = tally("cambridge-city-council", 2025)
    assert (cambridge["decided"], cambridge["investigated"]) == (15, 0)


def test_croydon_has_more_outcomes_than_upheld_decisions() -> None:
    croydon = tally("london-borough-of-croydon", 2025)
    assert (croydon["compliance_outcomes"], croydon["upheld"]) == (45, 43)


def test_mid_suffolk_has_ceased_outcomes_only() -> None:
    mid_suffolk = tally("mid-suffolk-district-council", 2025)
    assert (mid_suffolk["compliance_outcomes"], mid_suffolk["ceased"]) == (0, 1)


def test_norwich_is_upheld_throughout() -> None:
    norwich = tally("norwich-city-council", 2025)
    assert (norwich["upheld"], norwich["investigated"]) == (2, 2)


def test_decisions_lie_on_and_just_outside_the_bounds() -> None:
    days = {case.decided_on for case in all_cases() if case.authority == ON_THE_BOUNDS}
    for year in YEARS:
        assert {Period(year).first_day, Period(year).last_day} <= days
    assert {dt.date(2019, 3, 31), dt.date(2020, 4, 1)} <= days


def test_renamed_council_and_names_with_an_ampersand_have_cases() -> None:
    for slug in (
        "colchester-city-council",
        "london-borough-of-hammersmith-and-fulham",
        "hereford-and-worcester-combined-fire-authority",
    ):
        assert tally(slug, 2020)["decided"] > 0


def test_cumbria_county_has_no_row_in_2025() -> None:
    assert "cumbria-county-council" not in targets(2025)


def test_some_cases_are_open_and_some_outcomes_due_at_the_end() -> None:
    still_open = [case for case in all_cases() if not case.outcome]
    due = [case for case in all_cases() if case.has_recommendations and not case.compliance]
    assert 200 < len(still_open) < 1_000
    assert 20 < len(due) < 200
