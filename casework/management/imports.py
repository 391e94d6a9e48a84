"""What all import commands have in common: opening the file and telling how it went."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar, NoReturn, cast

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from casework.actions import FileImport, Result, check_file, import_file, system_user
from casework.importing import CsvFile, shown
from casework.management.refusals import RefusingCommand
from casework.refusals import Refused


class ImportCommand(RefusingCommand):
    """Takes a CSV file in as the system user, whole or not at all.

    A refusal is one line for each problem on stderr and exit status 1.
    """

    importing: ClassVar[type[FileImport[Any, Any]]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a CSV file in UTF-8, with a header row")
        parser.add_argument(
            "--dry-run", action="store_true", help="check everything and write nothing"
        )

    def handle(self, *, file: str, dry_run: bool, reason: str = "", **options: Any) -> None:
        path = Path(file)
        today: dt.date = timezone.localdate()
        try:
            problem = _not_a_file(path)
            if problem:
                raise Refused(f"{shown(file)}: {problem}")
            with path.open("rb") as opened:
                source = CsvFile(opened, path.name)
                if dry_run:
                    result = check_file(
                        self.importing,
                        file=source,
                        today=today,
                        reason=reason,
                        progress=self.show_progress,
                    )
                else:
                    result = import_file(
                        self.importing,
                        file=source,
                        # Asked for when first needed: a refusal does not even make the user.
                        by=cast(User, SimpleLazyObject(system_user)),
                        today=today,
                        reason=reason,
                        progress=self.show_progress,
                    )
        except Refused as refused:
            self.refuse(refused.problems)
        except OSError as error:
            self.refuse([f"{shown(file)}: cannot be read: {error.strerror or error}"])
        except KeyboardInterrupt:
            self.refuse([f"{shown(file)}: stopped before the end; nothing was changed"])
        self.end_progress()
        self.stdout.write(closing_line(source.name, result, is_dry_run=dry_run))

    def show_progress(self, doing: str, rows: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{doing} {rows:,} rows", ending="")
            self.stdout.flush()

    def end_progress(self) -> None:
        if self.stdout.isatty():
            self.stdout.write("\r\x1b[K", ending="")

    def refuse(self, problems: list[str]) -> NoReturn:
        self.end_progress()
        raise CommandError("\n".join(problems))


class CaseImportCommand(ImportCommand):
    """For files of cases, which in a frozen year change only with a reason."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--reason",
            default="",
            help="why; kept in the history, and needed for cases of a year that is frozen",
        )


def closing_line(name: str, result: Result, *, is_dry_run: bool) -> str:
    counts = f"{result.new:,} new, {result.changed:,} changed, {result.unchanged:,} unchanged"
    if result.is_nothing:
        return f"{name}: nothing to change; {counts}."
    if is_dry_run:
        return f"{name}: would be {counts}; nothing was written."
    return f"{name}: {counts}."


def _not_a_file(path: Path) -> str:
    """Why there is no file to open; "" where there is one."""
    try:
        if path.is_dir():
            return "a folder, not a file"
        if not path.exists():
            return "there is no such file"
        if not path.is_file():
            return "not a file that can be read twice; save it to disk first"
    except (OSError, ValueError):
        return "there is no such file"
    return ""
