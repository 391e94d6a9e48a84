import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.choices import AuthorityType, Category, Compliance, Outcome
from casework.models import Authority, EarlierName, Population
from reviews.figures.counts import Average, Counts
from reviews.figures.periods import Period
from reviews.statistics import rows, tallies
from tests.factories import (
    FIRST_DAY,
    LAST_DAY,
    MIDDLE,
    make_authority,
    make_complaint,
    make_decision,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
YEAR = Period(2020)


def counted(authority: Authority) -> Counts:
    tally = tallies(YEAR).get(authority.pk)
    return tally.counts if tally else Counts()


@pytest.mark.parametrize(
    ("outcome", "expected"), [(outcome.value, {outcome.value: 1}) for outcome in Outcome]
)
def test_tallies_count_a_decision_under_its_outcome(outcome: str, expected: dict[str, int]) -> None:
    authority = make_authority()
    make_decision(authority, outcome, received_on=FIRST_DAY - DAY)
    found = counted(authority)
    assert {name: getattr(found, name) for name in Outcome.values if getattr(found, name)} == (
        expected
    )
    assert found.received == 0
    assert found.decided == 1


@pytest.mark.parametrize(
    ("decided_on", "cases"),
    [(FIRST_DAY - DAY, 0), (FIRST_DAY, 1), (LAST_DAY, 1), (LAST_DAY + DAY, 0)],
)
def test_tallies_count_a_decision_in_the_year_it_was_made(decided_on: dt.date, cases: int) -> None:
    authority = make_authority()
    make_decision(authority, decided_on=decided_on, received_on=dt.date(2019, 1, 1))
    assert counted(authority).upheld == cases


@pytest.mark.parametrize(
    ("received_on", "cases"),
    [(FIRST_DAY - DAY, 0), (FIRST_DAY, 1), (LAST_DAY, 1), (LAST_DAY + DAY, 0)],
)
def test_tallies_count_a_complaint_in_the_year_it_was_received(
    received_on: dt.date, cases: int
) -> None:
    authority = make_authority()
    make_complaint(authority, received_on=received_on)
    assert counted(authority).received == cases
    assert counted(authority).decided == 0


@pytest.mark.parametrize(
    ("recorded_on", "cases"),
    [(FIRST_DAY - DAY, 0), (FIRST_DAY, 1), (LAST_DAY, 1), (LAST_DAY + DAY, 0)],
)
def test_tallies_count_a_compliance_outcome_in_the_year_it_was_recorded(
    recorded_on: dt.date, cases: int
) -> None:
    authority = make_authority()
    make_decision(
        authority,
        decided_on=dt.date(2019, 1, 2),
        received_on=dt.date(2019, 1, 1),
        compliance=Compliance.SATISFIED,
        compliance_recorded_on=recorded_on,
    )
    found = counted(authority)
    assert found.satisfied == cases
    # The decision was made in the year before: more outcomes than upheld decisions.
    assert found.upheld == 0


def test_tallies_count_each_compliance_outcome() -> None:
    authority = make_authority()
    for compliance in Compliance:
        make_decision(authority, compliance=compliance, compliance_recorded_on=LAST_DAY)
    found = counted(authority)
    assert (found.satisfied, found.satisfied_late, found.not_satisfied, found.ceased) == (
        1, 1, 1, 1,
    )  # fmt: skip
    assert found.compliance.part == 2
    assert found.compliance.whole == 3


def test_tallies_count_remedied_by_the_authority_within_upheld() -> None:
    authority = make_authority()
    make_decision(authority, is_remedied_by_authority=True)
    make_decision(authority)
    assert counted(authority).remedied.part == 1
    assert counted(authority).remedied.whole == 2


def test_tallies_count_a_case_decided_again_once_by_its_standing_decision() -> None:
    authority = make_authority()
    former = make_decision(authority, Outcome.UPHELD, is_standing=False)
    complaint = former.complaint
    complaint.decisions.create(
        authority=authority,
        category=complaint.category,
        received_on=complaint.received_on,
        outcome=Outcome.NOT_UPHELD,
        decided_on=MIDDLE + DAY,
    )
    found = counted(authority)
    assert (found.upheld, found.not_upheld, found.decided, found.received) == (0, 1, 1, 1)


def test_tallies_count_by_category() -> None:
    authority = make_authority()
    make_decision(authority, Outcome.UPHELD, category=Category.HOUSING)
    make_decision(authority, Outcome.NOT_UPHELD, category=Category.HOUSING)
    make_decision(authority, Outcome.ADVICE_GIVEN, category=Category.OTHER)
    found = counted(authority)
    assert found.received_by_category == {"housing": 2, "other": 1}
    assert found.investigated_by_category == {"housing": 2}
    assert found.upheld_by_category == {"housing": 1}


def test_tallies_keep_authorities_apart() -> None:
    one, other = make_authority(), make_authority()
    make_decision(one)
    assert counted(one).upheld == 1
    assert counted(other) == Counts()


@pytest.mark.parametrize("authorities", [1, 3])
def test_rows_take_the_same_seven_queries_for_any_number_of_authorities(authorities: int) -> None:
    for _ in range(authorities):
        make_decision(make_authority())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(rows(YEAR)) == authorities
    assert len(queries) == 7


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "has_row"),
    [
        (None, None, True),
        (None, FIRST_DAY - DAY, False),
        (None, FIRST_DAY, True),
        (LAST_DAY, None, True),
        (LAST_DAY + DAY, None, False),
    ],
)
def test_rows_hold_every_compared_council_in_force_on_any_day(
    starts_on: dt.date | None, ends_on: dt.date | None, has_row: bool
) -> None:
    make_authority(starts_on=starts_on, ends_on=ends_on)
    assert len(rows(YEAR)) == int(has_row)


def test_rows_hold_a_council_without_any_complaint() -> None:
    authority = make_authority()
    (row,) = rows(YEAR)
    assert row.authority == authority
    assert row.counts == Counts()
    assert row.is_in_force is True
    assert row.similar == Average(1, 0, 0, 0, 0, 0, 100_000)


@pytest.mark.parametrize("event", ["nothing", "received", "decided", "recorded"])
def test_rows_hold_another_body_only_with_something_to_count(event: str) -> None:
    park = make_authority(authority_type=AuthorityType.NATIONAL_PARK, population=None)
    if event == "received":
        make_complaint(park, received_on=FIRST_DAY)
    if event == "decided":
        make_decision(park, decided_on=LAST_DAY, received_on=dt.date(2019, 1, 1))
    if event == "recorded":
        make_decision(
            park,
            decided_on=dt.date(2019, 1, 1),
            received_on=dt.date(2019, 1, 1),
            compliance=Compliance.CEASED,
            compliance_recorded_on=FIRST_DAY,
        )
    found = rows(YEAR)
    assert [row.authority for row in found] == ([] if event == "nothing" else [park])
    assert [row.similar for row in found] == ([] if event == "nothing" else [None])
    assert [row.population for row in found] == ([] if event == "nothing" else [None])


def test_rows_hold_an_abolished_council_with_a_late_outcome_outside_the_average() -> None:
    abolished = make_authority("Former District Council", ends_on=FIRST_DAY - DAY)
    make_decision(
        abolished,
        decided_on=dt.date(2019, 2, 1),
        received_on=dt.date(2019, 1, 1),
        compliance=Compliance.NOT_SATISFIED,
        compliance_recorded_on=FIRST_DAY,
    )
    member = make_authority("Living District Council")
    by_authority = {row.authority: row for row in rows(YEAR)}
    assert by_authority[abolished].counts.not_satisfied == 1
    assert by_authority[abolished].is_in_force is False
    assert by_authority[abolished].similar is None
    assert by_authority[member].similar == Average(1, 0, 0, 0, 0, 0, 100_000)


def test_rows_average_pools_the_type_with_the_own_council_included() -> None:
    large, small = make_authority(population=900), make_authority(population=100)
    county = make_authority(authority_type=AuthorityType.COUNTY)
    for _ in range(3):
        make_decision(large, Outcome.UPHELD)
    make_decision(small, Outcome.NOT_UPHELD, is_remedied_by_authority=False)
    make_decision(county, Outcome.UPHELD, is_remedied_by_authority=True)
    found = {row.authority: row.similar for row in rows(YEAR)}
    assert found[large] == found[small] == Average(2, 4, 3, 0, 0, 0, 1_000)
    assert found[county] == Average(1, 1, 1, 0, 0, 1, 100_000)


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([2018, 2020, 2021], (2020, 2020)),
        ([2018, 2019], (2019, 2019)),
        ([2021, 2022], (2021, 2021)),
        ([], (None, None)),
    ],
)
def test_rows_take_the_newest_population_up_to_the_year_else_the_oldest(
    years: list[int], expected: tuple[int | None, int | None]
) -> None:
    authority = make_authority(population=None)
    for year in years:
        Population.objects.create(authority=authority, year=year, residents=year, source="x")
    (row,) = rows(YEAR)
    assert (row.population, row.population_year) == expected


@pytest.mark.parametrize(
    ("year", "name"),
    [(2021, "Old Borough Council"), (2022, "Old Borough Council"), (2023, "New City Council")],
)
def test_authority_name_is_the_one_in_force_at_the_end_of_the_period(year: int, name: str) -> None:
    authority = make_authority("New City Council")
    EarlierName.objects.create(
        authority=authority, name="Old Borough Council", ends_on=dt.date(2022, 3, 31)
    )
    assert authority.name_on(Period(year).last_day) == name


def test_authority_letter_name_comes_before_the_official_one() -> None:
    authority = make_authority("Borough Council of X", letter_name="X & Y Council")
    assert authority.name_on(LAST_DAY) == "X & Y Council"
