"""What became of an improvement, and fault found again after compliance."""

import datetime as dt

import pytest

from reviews.figures.improvements import Status, is_found_again, status, whole_months

DUE = dt.date(2020, 6, 1)
COMPLIANCE = ["", "satisfied", "satisfied_late", "not_satisfied", "ceased"]
BEFORE, AFTER = dt.date(2020, 5, 31), dt.date(2020, 6, 2)


@pytest.mark.parametrize(
    "compliance", ["", "satisfied", "satisfied_late", "not_satisfied", "ceased"]
)
@pytest.mark.parametrize(
    ("completed_on", "expected"),
    [(BEFORE, Status.ON_TIME), (DUE, Status.ON_TIME), (AFTER, Status.LATE)],
)
def test_status_is_told_by_the_day_of_the_improvement_itself(
    completed_on: dt.date, expected: Status, compliance: str
) -> None:
    assert status(due_on=DUE, completed_on=completed_on, compliance=compliance) == expected


@pytest.mark.parametrize(
    ("compliance", "expected"),
    [
        ("", Status.DUE),
        ("satisfied", Status.ON_TIME),
        ("satisfied_late", Status.LATE),
        ("not_satisfied", Status.NOT_CARRIED_OUT),
        ("ceased", Status.CEASED),
    ],
)
def test_status_without_a_day_is_told_by_the_outcome_of_the_case(
    compliance: str, expected: Status
) -> None:
    assert status(due_on=DUE, completed_on=None, compliance=compliance) == expected


@pytest.mark.parametrize(
    ("compliance", "decided_on", "expected"),
    [
        ("satisfied", AFTER, True),
        ("satisfied_late", AFTER, True),
        ("satisfied", DUE, False),
        ("satisfied", BEFORE, False),
        ("not_satisfied", AFTER, False),
        ("ceased", AFTER, False),
    ],
)
def test_fault_is_found_again_only_after_compliance(
    compliance: str, decided_on: dt.date, expected: bool
) -> None:
    found = is_found_again(compliance=compliance, recorded_on=DUE, decided_on=decided_on)
    assert found == expected


def test_fault_is_not_found_again_where_no_compliance_is_recorded() -> None:
    assert not is_found_again(compliance="", recorded_on=None, decided_on=AFTER)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2020-03-03", "2020-03-03", 0),
        ("2020-03-03", "2020-04-02", 0),
        ("2020-03-03", "2020-04-03", 1),
        ("2020-03-03", "2020-04-04", 1),
        ("2020-12-15", "2021-01-14", 0),
        ("2020-12-15", "2021-01-15", 1),
        ("2020-01-31", "2020-02-28", 0),
        ("2020-01-31", "2020-02-29", 1),
        ("2021-01-31", "2021-02-28", 1),
        ("2020-02-29", "2021-02-28", 12),
        ("2020-03-31", "2020-04-29", 0),
        ("2020-03-31", "2020-04-30", 1),
        ("2019-10-01", "2021-11-02", 25),
    ],
)
def test_whole_months_between_two_days(first: str, last: str, months: int) -> None:
    assert whole_months(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == months


def test_whole_months_refuses_days_in_the_wrong_order() -> None:
    with pytest.raises(ValueError, match="2020-05-31 is before 2020-06-01"):
        whole_months(DUE, BEFORE)
