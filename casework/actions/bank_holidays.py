"""Bank holidays from files, and the working days between them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from casework.actions.files import CHANGED, NEW, UNCHANGED, FileImport, Plan
from casework.importing import CsvFile, Problems
from casework.importing.bank_holidays import BankHolidayRow, read_bank_holidays
from casework.models import BankHoliday
from casework.working_days import Calendar


def calendar() -> Calendar:
    """The working days of England and Wales as they are known now; one query."""
    return Calendar(BankHoliday.objects.order_by().values_list("day", flat=True))


@dataclass(slots=True)
class BankHolidayPlan(Plan):
    new_holidays: list[BankHoliday] = field(default_factory=list)
    holidays: list[BankHoliday] = field(default_factory=list)


class BankHolidayImport(FileImport[BankHolidayRow, BankHolidayPlan]):
    """One row a bank holiday, known by its day; days that a file does not name stay."""

    kind = "bank holidays"
    tables = (BankHoliday,)

    def read(self, file: CsvFile, problems: Problems) -> Iterator[BankHolidayRow]:
        return read_bank_holidays(file, problems=problems)

    def plan(self, rows: tuple[BankHolidayRow, ...], problems: Problems) -> BankHolidayPlan:
        stored = {holiday.day: holiday for holiday in BankHoliday.objects.order_by()}
        seen: dict[dt.date, int] = {}
        plan = BankHolidayPlan()
        for row in rows:
            first = seen.setdefault(row.day, row.number)
            if first != row.number:
                problems.add(f"{row.day} is in row {first} already", row=row.number, column="date")
                continue
            holiday = stored.get(row.day)
            before = {"name": holiday.name} if holiday else {}
            if holiday is None:
                kind = NEW
                plan.new += 1
                plan.new_holidays.append(BankHoliday(day=row.day, name=row.name))
            elif holiday.name == row.name:
                kind = UNCHANGED
                plan.unchanged += 1
            else:
                kind = CHANGED
                plan.changed += 1
                holiday.name = row.name
                plan.holidays.append(holiday)
            self.tell(kind, row.number, str(row.day), before, {"name": row.name})
        return plan

    def write(self, plan: BankHolidayPlan) -> None:
        BankHoliday.objects.bulk_update(plan.holidays, ["name"], batch_size=100)
        BankHoliday.objects.bulk_create(plan.new_holidays)
