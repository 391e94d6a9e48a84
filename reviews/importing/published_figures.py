"""Figures that were published of earlier years, from files: taken over, never recounted."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from casework.actions.directory import Directory, unknown
from casework.actions.files import CHANGED, NEW, UNCHANGED, FileImport, Plan
from casework.importing import CsvFile, Problems, Table
from casework.models import Authority
from reviews.figures.periods import Period
from reviews.figures.rates import Rate
from reviews.models import PublishedFigure

FIRST_YEAR = 1975
COUNTS = (
    "complaints_received",
    "investigated",
    "upheld",
    "not_upheld",
    "compliance_outcomes",
    "remedied_by_authority",
    "dealt_with",
    "not_for_us",
    "assessed_and_closed",
)
PERCENTAGES = (
    "uphold_percent",
    "uphold_percent_similar",
    "compliance_percent",
    "compliance_percent_similar",
    "remedied_percent",
    "remedied_percent_similar",
)
PER_100K = ("upheld_per_100k", "upheld_per_100k_similar")
FIGURES = COUNTS + PERCENTAGES + PER_100K
TABLE = Table(columns=("gss_code", "authority", "year_ending", *FIGURES, "source"), most=100_000)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """What was published of one authority for one year; figures not given are left out."""

    number: int
    gss_code: str
    authority: str
    year_ending: int
    figures: dict[str, int | Decimal]
    source: str


def read_published_figures(
    file: CsvFile, *, problems: Problems, today: dt.date
) -> Iterator[FigureRow]:
    """The sound rows; what is wrong with the others goes to `problems`."""
    last_year = today.year if today > Period(today.year).last_day else today.year - 1
    for row in file.rows(TABLE, problems=problems):
        row.need("year_ending", "source")
        if not row.cells["authority"] and not row.cells["gss_code"]:
            row.refuse("authority", "blank, and gss_code too; give one of them")
        year = row.number_between("year_ending", FIRST_YEAR, last_year)
        counts = {name: row.number_between(name, 0, 10_000_000) for name in COUNTS}
        percentages = {name: row.number_between(name, 0, 100) for name in PERCENTAGES}
        rates = {
            name: row.decimal(
                name, r"[0-9]{1,6}(\.[0-9])?", "write a number with at most one decimal"
            )
            for name in PER_100K
        }
        source = row.text("source", longest=500)
        if row.is_sound and year:
            figures = {**counts, **percentages, **rates}
            yield FigureRow(
                number=row.number,
                gss_code=row.cells["gss_code"],
                authority=row.cells["authority"],
                year_ending=year,
                figures={name: value for name, value in figures.items() if value is not None},
                source=source,
            )


def _misfits(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Columns and what is wrong there: parts that do not add up, percentages of other counts."""
    for whole, parts in (
        ("investigated", ("upheld", "not_upheld")),
        ("dealt_with", ("not_for_us", "assessed_and_closed", "investigated")),
        ("upheld", ("remedied_by_authority",)),
    ):
        total = figures[whole]
        known = {part: figures[part] for part in parts if figures[part] is not None}
        if total is None or not known:
            continue
        found = sum(known.values())
        is_sum = len(known) == len(parts) > 1
        if found > total or (is_sum and found != total):
            yield whole, f"{total}, but {' + '.join(known)} is {found}; check the figures"
            return
    for column, part_name, whole in (
        ("uphold_percent", "upheld", "investigated"),
        ("remedied_percent", "remedied_by_authority", "upheld"),
        ("compliance_percent", "", "compliance_outcomes"),  # the part is never published
    ):
        percent, part, total = figures[column], figures.get(part_name), figures[whole]
        if percent is None or total is None:
            continue
        if total == 0:
            yield column, f"{percent}, though it would be a share of none; leave it blank"
        elif part is not None and Rate(part, total).percent != percent:
            yield column, f"{percent}, but {part} of {total} is {Rate(part, total).percent}%"


@dataclass(slots=True)
class FigurePlan(Plan):
    """Figures to be made and to be changed."""

    figures: list[PublishedFigure] = field(default_factory=list)


class PublishedFigureImport(FileImport[FigureRow, FigurePlan]):
    """One row an authority and year; what a row leaves blank stays as it is."""

    kind = "published_figures"
    tables = (Authority, PublishedFigure)

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        super().__init__(today=today, reason=reason)
        self._directory = Directory()

    def read(self, file: CsvFile, problems: Problems) -> Iterator[FigureRow]:
        return read_published_figures(file, problems=problems, today=self.today)

    def plan(self, rows: tuple[FigureRow, ...], problems: Problems) -> FigurePlan:
        stored = {
            (figure.authority_id, figure.year_ending): figure
            for figure in PublishedFigure.objects.order_by()
        }
        seen: dict[tuple[int, int], int] = {}
        plan = FigurePlan()
        for row in rows:
            authority = self._find(row, problems)
            if authority is None:
                continue
            key = (authority.pk, row.year_ending)
            first = seen.setdefault(key, row.number)
            if first != row.number:
                problems.add(
                    f"{authority} already has figures of {row.year_ending} in row {first}",
                    row=row.number,
                    column="year_ending",
                )
                continue
            self._plan_figure(row, authority, stored.get(key), plan, problems)
        return plan

    def write(self, plan: FigurePlan) -> None:
        for figure in plan.figures:
            figure.save()

    def _find(self, row: FigureRow, problems: Problems) -> Authority | None:
        """The authority that both cells name, where both are given."""
        found = {}
        for column, name in (("authority", row.authority), ("gss_code", row.gss_code)):
            if name:
                found[column] = self._directory.find(name)
                if found[column] is None:
                    problems.add(unknown(name), row=row.number, column=column)
                    return None
        named, coded = found.get("authority"), found.get("gss_code")
        if named and coded and named != coded:
            problems.add(
                f"{row.gss_code} is {coded}, not {named}", row=row.number, column="gss_code"
            )
            return None
        return named or coded

    def _plan_figure(
        self,
        row: FigureRow,
        authority: Authority,
        stored: PublishedFigure | None,
        plan: FigurePlan,
        problems: Problems,
    ) -> None:
        figure = stored or PublishedFigure(authority=authority, year_ending=row.year_ending)
        given = {**row.figures, "source": row.source}
        before = {name: getattr(figure, name) for name in given} if stored else {}
        for name, value in given.items():
            setattr(figure, name, value)
        for column, message in _misfits({name: getattr(figure, name) for name in FIGURES}):
            problems.add(message, row=row.number, column=column)
        if stored is None:
            kind = NEW
            plan.new += 1
        elif before == given:
            kind = UNCHANGED
            plan.unchanged += 1
        else:
            kind = CHANGED
            plan.changed += 1
        if kind != UNCHANGED:
            plan.figures.append(figure)
        self.tell(kind, row.number, f"{authority.slug}, {row.year_ending}", before, given)
