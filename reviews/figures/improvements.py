"""What became of a service improvement that an authority agreed, and fault of the same kind after.

Plain values: the codes of compliance are those of the import files.
"""

import calendar
import datetime as dt
from enum import StrEnum

# The outcomes after which an authority has done what was recommended.
COMPLIED = ("satisfied", "satisfied_late")


class Status(StrEnum):
    """What became of an agreed improvement; it does not change with the calendar."""

    DUE = "due"
    ON_TIME = "on_time"
    LATE = "late"
    NOT_CARRIED_OUT = "not_carried_out"
    CEASED = "ceased"


def status(*, due_on: dt.date, completed_on: dt.date | None, compliance: str) -> Status:
    """By the improvement's own days first; where none is recorded, by the outcome of its case.

    `compliance` is the case's outcome, "" while there is none. What was carried out on the day it
    was due is on time. A case with an outcome "late" may have improvements carried out in time.
    """
    if completed_on is not None:
        return Status.ON_TIME if completed_on <= due_on else Status.LATE
    return {
        "": Status.DUE,
        "satisfied": Status.ON_TIME,
        "satisfied_late": Status.LATE,
        "not_satisfied": Status.NOT_CARRIED_OUT,
        "ceased": Status.CEASED,
    }[compliance]


def is_found_again(*, compliance: str, recorded_on: dt.date | None, decided_on: dt.date) -> bool:
    """Whether an upheld decision of the same kind, of that day, comes after compliance.

    On the day on which compliance was recorded is not after it.
    """
    return compliance in COMPLIED and recorded_on is not None and decided_on > recorded_on


def whole_months(first: dt.date, last: dt.date) -> int:
    """The whole months from a day to a later one: 3 March to 2 April is none, to 3 April is 1.

    A month that has no such day is whole on its last: 31 January to 28 February is 1.
    Raises ValueError if the second day is before the first.
    """
    if last < first:
        raise ValueError(f"{last} is before {first}")
    months = 12 * (last.year - first.year) + last.month - first.month
    last_of_month = calendar.monthrange(last.year, last.month)[1]
    return months - (last.day < min(first.day, last_of_month))
