"""How every file is taken in: checked from first row to last, then written in one transaction."""

import datetime as dt
import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection
from django.db.models import Model
from django.utils import timezone

from casework.actions.history import recorded, refuse_without_words
from casework.importing import CsvFile, Problem, Problems
from casework.models import ImportBatch
from casework.refusals import Refused

type Progress = Callable[[str, int], None]
"""Told what is being done ("Checked", "Stored") and how many rows are behind."""


@dataclass(frozen=True, slots=True)
class Result:
    """How many rows of a file were, or would be, new, changed and unchanged."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    @property
    def rows(self) -> int:
        return self.new + self.changed + self.unchanged

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was, or would be, written."""
        return not self.new and not self.changed


@dataclass(frozen=True, slots=True)
class RowEffect:
    """What one row of a file does, for people to look at: fields as (column, before, after).

    `kind` is one of KINDS. The label names the record and nobody who complained.
    """

    kind: str
    number: int
    label: str
    fields: tuple[tuple[str, str, str], ...] = ()


NEW, CHANGED, UNCHANGED = KINDS = ("new", "changed", "unchanged")


class Effects:
    """What the rows of one pass do: of each kind the first `most`, and a digest of all.

    Two passes with the same digest do the same.
    """

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self.begin()

    def begin(self) -> None:
        """Another pass: forgets the one before."""
        self._digest = hashlib.sha256()
        self.kinds: dict[int, str] = {}
        self.warnings: list[Problem] = []
        self.warned = 0
        self.rows: dict[str, list[RowEffect]] = {kind: [] for kind in KINDS}

    def add(self, effect: RowEffect) -> None:
        self._digest.update(repr(effect).encode("utf-8", "backslashreplace"))
        self.kinds[effect.number] = effect.kind
        if len(self.rows[effect.kind]) < self._most:
            self.rows[effect.kind].append(effect)

    def warn(self, warning: Problem) -> None:
        """Something that somebody should look at, and that takes nothing in."""
        self.warned += 1
        if len(self.warnings) < self._most:
            self.warnings.append(warning)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


@dataclass(slots=True)
class Plan:
    """What one lot of rows comes to: a count of each kind; a subclass adds what to write."""

    new: int = 0
    changed: int = 0
    unchanged: int = field(default=0)


class FileImport[R, P: Plan](ABC):
    """One kind of file: how to read its rows, what they change, and how to write that.

    One object serves one pass over a file. `tables` are those whose other writers wait meanwhile;
    `lot` is how many rows are planned and written together. `frozen_years` counts the rows that
    change cases of a frozen year.
    """

    kind: ClassVar[str]
    tables: ClassVar[tuple[type[Model], ...]]
    lot: ClassVar[int] = 1_000_000

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        self.today = today
        refuse_without_words(reason.strip())
        self.reason = reason
        self.effects: Effects | None = None
        self.frozen_years: Counter[int] = Counter()

    def tell(
        self,
        kind: str,
        number: int,
        label: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
    ) -> None:
        """Tells whoever looks what a row does; values by the file's columns, before where stored.

        Costs nothing where nobody looks, as when a command runs; so ask `effects` first where
        making the arguments does.
        """
        if self.effects is None:
            return
        fields = []
        for column in {**before, **after}:
            values = before.get(column), after.get(column)
            texts = _plain(values[0]), _plain(values[1])
            if values[0] != values[1] and texts[0] != texts[1]:
                fields.append((column, *texts))
        self.effects.add(RowEffect(kind, number, label, tuple(fields)))

    def refuse_frozen(self, reference: str, year: int, row: int, problems: Problems) -> None:
        """A row changes a case of a frozen year: without a reason it is a problem."""
        self.frozen_years[year] += 1
        if not self.reason:
            problems.add(
                f"{reference} counts in {year}, whose figures are frozen; say why it changes: give "
                "the import a reason",
                row=row,
                column="reference",
            )

    @abstractmethod
    def read(self, file: CsvFile, problems: Problems) -> Iterator[R]:
        """The sound rows; what is wrong with the others goes to `problems`."""

    @abstractmethod
    def plan(self, rows: tuple[R, ...], problems: Problems) -> P:
        """What the rows change, given what is stored. Writes nothing."""

    @abstractmethod
    def write(self, plan: P) -> None:
        """Writes what was planned."""


def check_file(
    kind: type[FileImport[Any, Any]],
    *,
    file: CsvFile,
    today: dt.date,
    reason: str = "",
    progress: Progress | None = None,
) -> Result:
    """What importing the file would do. Writes nothing; raises Refused with its problems."""
    problems = Problems()
    result = _check(kind(today=today, reason=reason), file, problems, progress)
    problems.refuse_if_any()
    return result


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking a file in would do, or why it is refused.

    `refused` counts rows that have a problem; they are in no other number. A problem of the file as
    a whole has no row. `frozen_years` are the years whose frozen figures need a reason. `warnings`
    keep nothing from being taken in, and are the first of `warned`.
    """

    result: Result
    refused: int
    rows: dict[str, list[RowEffect]]
    problems: list[Problem]
    problems_found: int
    frozen_years: list[int]
    digest: str
    warnings: list[Problem]
    warned: int

    @property
    def is_refused(self) -> bool:
        return self.problems_found > 0


def preview_file(
    kind: type[FileImport[Any, Any]],
    *,
    file: CsvFile,
    today: dt.date,
    rows_shown: int,
    problems_kept: int,
) -> Preview:
    """What importing the file would do, row by row. Writes nothing and raises nothing.

    As if a reason were given: whoever confirms gives it.
    """
    problems = Problems(kept=problems_kept)
    effects = Effects(most=rows_shown)
    run = _run(kind, today=today, reason="Given when the import is confirmed", effects=effects)
    try:
        _check(run, file, problems, None)
    except Refused as refused:
        for line in reversed(refused.problems):
            problems.add_line(line)
    sound = Counter(kind for number, kind in effects.kinds.items() if number not in problems.rows)
    return Preview(
        result=Result(new=sound[NEW], changed=sound[CHANGED], unchanged=sound[UNCHANGED]),
        refused=len(problems.rows),
        rows={
            kind: [effect for effect in told if effect.number not in problems.rows]
            for kind, told in effects.rows.items()
        },
        problems=problems.kept,
        problems_found=problems.found,
        frozen_years=sorted(run.frozen_years),
        digest=effects.digest,
        warnings=effects.warnings,
        warned=effects.warned,
    )


def import_file(
    kind: type[FileImport[Any, Any]],
    *,
    file: CsvFile,
    by: User,
    today: dt.date,
    reason: str = "",
    progress: Progress | None = None,
    effects: Effects | None = None,
    at_last: Callable[[], object] | None = None,
) -> Result:
    """Takes a file in, whole or not at all, and keeps an `ImportBatch` of it.

    The file is checked before the transaction begins, and each lot again when it is written, so
    that nothing that changed in between slips by. A file that changes nothing leaves no batch.
    `effects` are told what the last of these passes did; `at_last` is called before the transaction
    ends and may refuse it. Raises Refused with its problems.
    """
    problems = Problems()
    run = _run(kind, today=today, reason=reason, effects=effects)
    planned = _check(run, file, problems, progress)
    problems.refuse_if_any()
    if planned.is_nothing:
        return planned
    checked = file.sha256
    try:
        with recorded(by=by, what=f"Import of {kind.kind}: {file.name}", reason=reason) as batch:
            _make_others_wait(kind.tables)
            run = _run(kind, today=today, reason=reason, effects=effects)
            result = _write(run, file, progress)
            if file.sha256 != checked:
                raise Refused(f"{file.name}: changed while it was being read; import it again")
            ImportBatch.objects.create(
                kind=kind.kind,
                file_name=file.name[:255],
                sha256=checked,
                new=result.new,
                changed=result.changed,
                unchanged=result.unchanged,
                reason=reason,
                imported_at=timezone.now(),
                imported_by=by,
                batch=batch,
            )
            if at_last:
                at_last()
            return result
    except OperationalError:
        raise Refused(
            f"{file.name}: the database is busy with other changes; import it again later"
        ) from None
    except DatabaseError as error:
        # The first line only: the others may repeat the row.
        reasons = (str(error).splitlines() or ["no reason given"])[0]
        raise Refused(f"{file.name}: the database refuses these rows: {reasons}") from None


def _run(
    kind: type[FileImport[Any, Any]], *, today: dt.date, reason: str, effects: Effects | None
) -> FileImport[Any, Any]:
    """A pass whose effects are told."""
    run = kind(today=today, reason=reason)
    if effects is not None:
        effects.begin()
        run.effects = effects
    return run


def _plain(value: Any) -> str:
    """A value as a file would give it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _check(
    run: FileImport[Any, Any], file: CsvFile, problems: Problems, progress: Progress | None
) -> Result:
    result = Result()
    for rows in batched(run.read(file, problems), run.lot):
        result = _added(result, run.plan(rows, problems))
        if progress:
            progress("Checked", result.rows)
    return result


def _write(run: FileImport[Any, Any], file: CsvFile, progress: Progress | None) -> Result:
    problems = Problems()
    result = Result()
    for rows in batched(run.read(file, problems), run.lot):
        plan = run.plan(rows, problems)
        problems.refuse_if_any()
        run.write(plan)
        result = _added(result, plan)
        if progress:
            progress("Stored", result.rows)
    problems.refuse_if_any()
    return result


def _added(result: Result, plan: Plan) -> Result:
    return Result(
        new=result.new + plan.new,
        changed=result.changed + plan.changed,
        unchanged=result.unchanged + plan.unchanged,
    )


def _make_others_wait(tables: tuple[type[Model], ...]) -> None:
    """SQLite has one writer at a time as it is; PostgreSQL is asked for the same."""
    if connection.vendor == "postgresql":
        names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")
