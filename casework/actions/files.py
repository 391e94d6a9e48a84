"""How every file is taken in: checked from first row to last, then written in one transaction."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from casework.importing import CsvFile, Problems
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


@dataclass(slots=True)
class Plan:
    """What one lot of rows comes to: a count of each kind; a subclass adds what to write."""

    new: int = 0
    changed: int = 0
    unchanged: int = field(default=0)


class FileImport[R, P: Plan](ABC):
    """One kind of file: how to read its rows, what they change, and how to write that.

    One object serves one pass over a file. `tables` are those whose other writers wait meanwhile;
    `lot` is how many rows are planned and written together.
    """

    kind: ClassVar[str]
    tables: ClassVar[tuple[type[Model], ...]]
    lot: ClassVar[int] = 1_000_000

    def __init__(self, *, today: dt.date) -> None:
        self.today = today

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
    progress: Progress | None = None,
) -> Result:
    """What importing the file would do. Writes nothing; raises Refused with its problems."""
    problems = Problems()
    run = kind(today=today)
    result = Result()
    for rows in batched(run.read(file, problems), run.lot):
        result = _added(result, run.plan(rows, problems))
        if progress:
            progress("Checked", result.rows)
    problems.refuse_if_any()
    return result


def import_file(
    kind: type[FileImport[Any, Any]],
    *,
    file: CsvFile,
    by: User,
    today: dt.date,
    reason: str = "",
    progress: Progress | None = None,
) -> Result:
    """Takes a file in, whole or not at all, and keeps an `ImportBatch` of it.

    The file is checked before the transaction begins, and each lot again when it is written, so
    that nothing that changed in between slips by. A file that changes nothing leaves no batch.
    Raises Refused with its problems.
    """
    planned = check_file(kind, file=file, today=today, progress=progress)
    if planned.is_nothing:
        return planned
    checked = file.sha256
    try:
        with transaction.atomic():
            _make_others_wait(kind.tables)
            result = _write(kind(today=today), file, progress)
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
            )
            return result
    except OperationalError:
        raise Refused(
            f"{file.name}: the database is busy with other changes; import it again later"
        ) from None
    except DatabaseError as error:
        # The first line only: the others may repeat the row.
        reasons = (str(error).splitlines() or ["no reason given"])[0]
        raise Refused(f"{file.name}: the database refuses these rows: {reasons}") from None


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
