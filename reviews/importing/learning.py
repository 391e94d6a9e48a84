"""Seminars and courses from files: one row for the people of one authority or sector at one."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from casework.actions.directory import Directory
from casework.actions.files import CHANGED, NEW, UNCHANGED, FileImport, Plan
from casework.importing import CsvFile, Problems, Table
from casework.models import Authority
from reviews.models import LearningAttendance, LearningEvent, Sector
from reviews.pdf.text import first_unfit

TABLE = Table(
    columns=("kind", "title", "place", "held_on", "audience", "authority", "sector", "people"),
)

type Key = tuple[str, str, str, dt.date]


@dataclass(frozen=True, slots=True)
class AttendanceRow:
    """So many people at an event, from an authority or, where that is blank, from a sector."""

    number: int
    event: Key
    audience: str
    authority: str
    sector: str
    people: int


def read_attendance(
    file: CsvFile, *, problems: Problems, today: dt.date
) -> Iterator[AttendanceRow]:
    """The sound rows; what is wrong with the others goes to `problems`."""
    for row in file.rows(TABLE, problems=problems):
        row.need("kind", "title", "held_on", "audience", "people")
        kind = row.choice("kind", LearningEvent.Kind.values)
        title = row.text("title", longest=150)
        place = row.text("place", longest=60)
        if unfit := first_unfit(place):
            row.refuse("place", f"has {unfit}, which letters cannot show; spell it otherwise")
        held_on = row.past_date("held_on", today=today)
        audience = row.choice("audience", Sector.values)
        authority = row.cells["authority"]
        sector = row.choice("sector", Sector.values)
        if authority and sector not in ("", Sector.LOCAL_AUTHORITY):
            row.refuse("sector", "an authority is one of the local authorities; leave it blank")
        elif not authority and row.is_sound and sector in ("", Sector.LOCAL_AUTHORITY):
            row.refuse("authority", "blank; name it, or give the sector of who came from none")
        people = row.number_between("people", 1, 100_000)
        if row.is_sound and held_on and people:
            yield AttendanceRow(
                number=row.number,
                event=(kind, title, place, held_on),
                audience=audience,
                authority=authority,
                sector=Sector.LOCAL_AUTHORITY if authority else sector,
                people=people,
            )


@dataclass(slots=True)
class LearningPlan(Plan):
    """Events to be made, and rows of attendance to be made and to be changed."""

    events: dict[Key, LearningEvent] = field(default_factory=dict)
    new_rows: list[LearningAttendance] = field(default_factory=list)
    rows: list[LearningAttendance] = field(default_factory=list)


class LearningEventImport(FileImport[AttendanceRow, LearningPlan]):
    """Makes events that are not there; rows and events that a file does not name stay."""

    kind = "learning_events"
    tables = (Authority, LearningEvent, LearningAttendance)

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        super().__init__(today=today, reason=reason)
        self._directory = Directory()

    def read(self, file: CsvFile, problems: Problems) -> Iterator[AttendanceRow]:
        return read_attendance(file, problems=problems, today=self.today)

    def plan(self, rows: tuple[AttendanceRow, ...], problems: Problems) -> LearningPlan:
        events: dict[Key, LearningEvent] = {
            (event.kind, event.title, event.place, event.held_on): event
            for event in LearningEvent.objects.order_by()
        }
        stored = {
            (row.event_id, row.authority_id, row.sector): row
            for row in LearningAttendance.objects.order_by()
        }
        seen: dict[tuple[Key, int | None, str], int] = {}
        plan = LearningPlan()
        for row in rows:
            authority = self._find(row, problems)
            if row.authority and authority is None:
                continue
            event = events.get(row.event)
            if event is None:
                kind, title, place, held_on = row.event
                event = events[row.event] = plan.events[row.event] = LearningEvent(
                    kind=kind, title=title, place=place, held_on=held_on, audience=row.audience
                )
            elif event.audience != row.audience:
                problems.add(
                    f"{event} is for {event.get_audience_display().lower()}; say the same here, or "
                    "change the event first",
                    row=row.number,
                    column="audience",
                )
                continue
            who = authority.pk if authority else None
            first = seen.setdefault((row.event, who, row.sector), row.number)
            if first != row.number:
                problems.add(
                    f"{authority or Sector(row.sector).label} has people at {event} in row "
                    f"{first}; add them up in one row",
                    row=row.number,
                )
                continue
            self._plan_row(row, event, authority, stored.get((event.pk, who, row.sector)), plan)
        return plan

    def write(self, plan: LearningPlan) -> None:
        LearningEvent.objects.bulk_create(plan.events.values())
        LearningAttendance.objects.bulk_create(plan.new_rows)
        LearningAttendance.objects.bulk_update(plan.rows, ["people"], batch_size=100)

    def _find(self, row: AttendanceRow, problems: Problems) -> Authority | None:
        """The authority that was in force on the day of the event."""
        if not row.authority:
            return None
        if problem := self._directory.problem(row.authority, row.event[-1]):
            problems.add(problem, row=row.number, column="authority")
            return None
        return self._directory.find(row.authority)

    def _plan_row(
        self,
        row: AttendanceRow,
        event: LearningEvent,
        authority: Authority | None,
        stored: LearningAttendance | None,
        plan: LearningPlan,
    ) -> None:
        before = {"people": stored.people} if stored else {}
        if stored is None:
            kind = NEW
            plan.new += 1
            plan.new_rows.append(
                LearningAttendance(
                    event=event, authority=authority, sector=row.sector, people=row.people
                )
            )
        elif stored.people == row.people:
            kind = UNCHANGED
            plan.unchanged += 1
        else:
            kind = CHANGED
            plan.changed += 1
            stored.people = row.people
            plan.rows.append(stored)
        who = authority.slug if authority else Sector(row.sector).label
        self.tell(kind, row.number, f"{event}: {who}", before, {"people": row.people})
