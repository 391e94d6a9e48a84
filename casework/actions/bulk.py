"""One change to many records: looked at first, refusal by refusal, then made as it was looked at.

`check` says for which records a change can be made and why not for each other. `carry_out` makes it
for those, if nothing has changed since: it is given the mark of the check that somebody saw.
"""

import datetime as dt
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import formats

from casework.actions.compliance import why_closed, why_unfit
from casework.actions.history import FrozenYears, recorded
from casework.choices import OPEN_STAGES, Compliance, Outcome, Stage
from casework.models import Complaint, Decision, Extension, Recommendation, Team
from casework.refusals import Refused

AT_MOST = 5_000  # records in one go
LOT = 500

CHANGED_MEANWHILE = (
    "Nothing was done: the records, or what is asked of them, are no longer those you checked. "
    "Look at what would happen now."
)


@dataclass(frozen=True, slots=True)
class Refusal:
    record: str
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """For which records a change can be made, by their keys; `mark` stands for all that was seen"""

    can: tuple[int, ...]
    refusals: tuple[Refusal, ...]
    mark: str

    @property
    def count(self) -> int:
        return len(self.can) + len(self.refusals)


class BulkChange(ABC):
    """A change that can be made to many records at once."""

    what: ClassVar[str]

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """The records it is about, with what `refusal` and `name` read of them."""

    @abstractmethod
    def name(self, row: Any) -> str:
        """What a record is called in a refusal: never by who complained."""

    @abstractmethod
    def refusal(self, row: Any) -> str:
        """Why it cannot be made to this record, as a sentence; "" if it can."""

    @abstractmethod
    def before(self, row: Any) -> list[object]:
        """What of the record the change is about; if that changes, the check is void."""

    @abstractmethod
    def counts_in(self, row: Any) -> Iterable[dt.date | None]:
        """The dates that decide in which years' figures the record counts, if these matter."""

    @abstractmethod
    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        """Makes it to these records."""


@dataclass(frozen=True, slots=True)
class Assignment(BulkChange):
    """Gives cases to a caseworker, a team or both; None in a list of one is nobody."""

    what = "Cases assigned together"
    caseworker: tuple[User | None] | None = None
    team: tuple[Team | None] | None = None

    def rows(self) -> QuerySet[Complaint]:
        return Complaint.objects.all()

    def name(self, row: Complaint) -> str:
        return row.reference

    def refusal(self, row: Complaint) -> str:
        if row.stage == Stage.CLOSED:
            return "The case is closed."
        if self.before(row) == self._after(row):
            return "It is assigned so already."
        return ""

    def before(self, row: Complaint) -> list[object]:
        return [row.caseworker_id, row.team_id]

    def _after(self, row: Complaint) -> list[object]:
        return [
            row.caseworker_id if self.caseworker is None else _key(self.caseworker[0]),
            row.team_id if self.team is None else _key(self.team[0]),
        ]

    def counts_in(self, row: Complaint) -> Iterable[dt.date | None]:
        return ()  # who works on a case is no figure

    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        values: dict[str, object] = {}
        if self.caseworker is not None:
            values["caseworker"] = self.caseworker[0]
        if self.team is not None:
            values["team"] = self.team[0]
        for lot in _lots(keys):
            Complaint.objects.filter(pk__in=lot).update(**values)


@dataclass(frozen=True, slots=True)
class LaterDueDate(BulkChange):
    """Agrees an extension to the same day for each recommendation."""

    what = "Extensions agreed together"
    due_on: dt.date
    agreed_on: dt.date

    def rows(self) -> QuerySet[Recommendation]:
        return Recommendation.objects.select_related("decision__complaint")

    def name(self, row: Recommendation) -> str:
        return f"{row.decision.complaint.reference}, due {_day(row.due_on)}"

    def refusal(self, row: Recommendation) -> str:
        if why := why_closed(row):
            return why
        if row.due_on >= self.due_on:
            return f"It is due on {_day(row.due_on)} already: choose a later day."
        if row.decision.decided_on > self.agreed_on:
            return f"It was decided on {_day(row.decision.decided_on)}, after the day agreed."
        return ""

    def before(self, row: Recommendation) -> list[object]:
        return [str(row.due_on)]

    def counts_in(self, row: Recommendation) -> Iterable[dt.date | None]:
        return _dates(row.decision)

    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        # A trigger moves each due date, and refuses one that has moved meanwhile.
        due = dict(Recommendation.objects.filter(pk__in=keys).values_list("pk", "due_on"))
        Extension.objects.bulk_create(
            [
                Extension(
                    recommendation_id=key,
                    former_due_on=due[key],
                    due_on=self.due_on,
                    reason=reason,
                    agreed_on=self.agreed_on,
                    agreed_by=by,
                )
                for key in keys
            ],
            batch_size=LOT,
        )


@dataclass(frozen=True, slots=True)
class RecordedOutcome(BulkChange):
    """Records the same compliance outcome for each case."""

    what = "Compliance outcomes recorded together"
    outcome: Compliance
    recorded_on: dt.date
    note: str = ""

    def rows(self) -> QuerySet[Decision]:
        return Decision.objects.select_related("complaint").prefetch_related("recommendations")

    def name(self, row: Decision) -> str:
        return row.complaint.reference

    def refusal(self, row: Decision) -> str:
        if not row.is_standing:
            return "Another decision has taken the place of this one."
        if row.outcome != Outcome.UPHELD:
            return "Only an upheld complaint has a compliance outcome."
        if row.complaint.stage in OPEN_STAGES:
            return "The case is open again: close it first."
        if row.compliance:
            label = Compliance(row.compliance).label
            return f"“{label}” is recorded already; change it on the page of the decision."
        if row.decided_on > self.recorded_on:
            return f"It was decided on {_day(row.decided_on)}, after the day of the outcome."
        return why_unfit(self.outcome, row.recommendations.all())

    def before(self, row: Decision) -> list[object]:
        return [row.compliance, str(row.compliance_recorded_on)]

    def counts_in(self, row: Decision) -> Iterable[dt.date | None]:
        return (*_dates(row), self.recorded_on)

    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        for lot in _lots(keys):
            Decision.objects.filter(pk__in=lot).update(
                compliance=self.outcome,
                compliance_recorded_on=self.recorded_on,
                compliance_note=self.note,
            )


def check(change: BulkChange, *, keys: Sequence[int], reason: str) -> Check:
    """What the change would do to the records with these keys; those that are gone are refused."""
    return _check(change, change.rows(), keys, reason)


def carry_out(change: BulkChange, *, keys: Sequence[int], mark: str, by: User, reason: str) -> int:
    """Makes the change to the records it can be made to and returns their number.

    Refused, with nothing done, if a check made now differs in anything from the one with this mark.
    """
    reason = reason.strip()
    with recorded(by=by, what=change.what, reason=reason):
        # Whoever else writes these records now waits, and then meets what is done here.
        rows = change.rows().select_for_update(of=("self",))
        made = _check(change, rows, keys, reason)
        if made.mark != mark:
            raise Refused(CHANGED_MEANWHILE)
        if not made.can:
            raise Refused("Nothing was done: it cannot be done for any of these records.")
        change.write(made.can, by=by, reason=reason)
    return len(made.can)


def _check(change: BulkChange, rows: QuerySet[Any], keys: Sequence[int], reason: str) -> Check:
    frozen = FrozenYears()
    can: list[int] = []
    refusals: list[Refusal] = []
    seen: list[list[object]] = []
    found = {row.pk: row for lot in _lots(keys) for row in rows.filter(pk__in=lot).order_by()}
    for key in keys:
        row = found.get(key)
        if row is None:
            refusals.append(Refusal(f"Number {key}", "It is no longer there."))
            seen.append([key])
            continue
        why = change.refusal(row)
        year = None if reason.strip() else frozen.year_of(change.counts_in(row))
        if not why and year:
            why = f"It counts in {year}, whose figures are frozen: give a reason."
        if why:
            refusals.append(Refusal(change.name(row), why))
        else:
            can.append(key)
        seen.append([key, why, *change.before(row)])
    seen.sort(key=lambda each: cast(int, each[0]))
    text = json.dumps([repr(change), reason, seen])
    return Check(tuple(can), tuple(refusals), hashlib.sha256(text.encode()).hexdigest())


def _lots(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), LOT):
        yield keys[start : start + LOT]


def _key(row: User | Team | None) -> int | None:
    return row.pk if row else None


def _dates(decision: Decision) -> tuple[dt.date | None, ...]:
    return (decision.received_on, decision.decided_on, decision.compliance_recorded_on)


def _day(value: dt.date) -> str:
    return formats.date_format(value, "j F Y")
