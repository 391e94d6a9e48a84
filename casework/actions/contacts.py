"""Officers from files."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from casework.actions.directory import Directory, unknown
from casework.actions.files import CHANGED, NEW, UNCHANGED, FileImport, Plan
from casework.importing import ContactRow, CsvFile, Problems, read_contacts
from casework.models import Authority, Contact

_FIELDS = ("title", "forenames", "surname", "job_title", "email", "ends_on")


@dataclass(slots=True)
class ContactPlan(Plan):
    """Officers as they are to be; those who now leave earlier make room for the others."""

    new_contacts: list[Contact] = field(default_factory=list)
    shortened: list[Contact] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)


class ContactImport(FileImport[ContactRow, ContactPlan]):
    """One row an officer, known by authority, role and first day in office."""

    kind = "contacts"
    tables = (Authority, Contact)

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        super().__init__(today=today, reason=reason)
        self._directory = Directory()

    def read(self, file: CsvFile, problems: Problems) -> Iterator[ContactRow]:
        return read_contacts(file, problems=problems)

    def plan(self, rows: tuple[ContactRow, ...], problems: Problems) -> ContactPlan:
        holders: defaultdict[tuple[int, str], dict[dt.date, Contact]] = defaultdict(dict)
        for contact in Contact.objects.order_by():
            holders[contact.authority_id, contact.role][contact.starts_on] = contact
        plan = ContactPlan()
        given: dict[tuple[int, str], dict[dt.date, int]] = defaultdict(dict)
        for row in rows:
            authority = self._directory.find(row.authority)
            if authority is None:
                problems.add(unknown(row.authority), row=row.number, column="authority")
                continue
            key = (authority.pk, row.role)
            first = given[key].setdefault(row.starts_on, row.number)
            if first != row.number:
                problems.add(
                    f"row {first} has the same authority, role and first day",
                    row=row.number,
                    column="from",
                )
                continue
            self._plan_contact(row, holders[key], authority, plan)
        for key, numbers in given.items():
            _refuse_overlaps(holders[key], numbers, problems)
        return plan

    def write(self, plan: ContactPlan) -> None:
        Contact.objects.bulk_update(plan.shortened, ["ends_on"], batch_size=100)
        Contact.objects.bulk_update(plan.contacts, _FIELDS, batch_size=100)
        Contact.objects.bulk_create(plan.new_contacts)

    def _plan_contact(
        self,
        row: ContactRow,
        holders: dict[dt.date, Contact],
        authority: Authority,
        plan: ContactPlan,
    ) -> None:
        stored = holders.get(row.starts_on)
        contact = stored or Contact(authority=authority, role=row.role, starts_on=row.starts_on)
        before = {name: getattr(contact, name) for name in _FIELDS} if stored else {}
        for name in _FIELDS:
            setattr(contact, name, getattr(row, name) or getattr(contact, name))
        after = {name: getattr(contact, name) for name in _FIELDS}
        if stored is None:
            kind = NEW
            plan.new += 1
            plan.new_contacts.append(contact)
            holders[row.starts_on] = contact
        elif after != before:
            kind = CHANGED
            plan.changed += 1
            plan.contacts.append(contact)
            ended_before = before["ends_on"]
            if contact.ends_on and (ended_before is None or contact.ends_on < ended_before):
                plan.shortened.append(contact)
        else:
            kind = UNCHANGED
            plan.unchanged += 1
        label = f"{authority.slug}, {row.role} from {row.starts_on}"
        self.tell(kind, row.number, label, _columns(before), _columns(after))


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    """By the columns of the file."""
    return {"to" if name == "ends_on" else name: value for name, value in values.items()}


def _refuse_overlaps(
    holders: dict[dt.date, Contact], numbers: dict[dt.date, int], problems: Problems
) -> None:
    """Refuses two holders at one time; `numbers` are the rows of those the file gives."""
    for first, second in pairwise(sorted(holders)):
        earlier, later = holders[first], holders[second]
        if earlier.ends_on and earlier.ends_on < later.starts_on:
            continue
        if not (numbers.get(first) or numbers.get(second)):
            continue
        row, column, other = numbers.get(second), "from", numbers.get(first)
        day = earlier.starts_on
        if not row:
            row, column, other, day = numbers[first], "to", None, later.starts_on
        where = f"row {other}" if other else f"the one stored from {day}"
        problems.add(
            f"on some of these days {where} holds this role too; end the earlier one in column to",
            row=row or 0,
            column=column,
        )
