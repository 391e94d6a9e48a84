"""Real processes on a copy of the test database, to be killed at any instant.

A process is forked from the one that runs the tests, where everything is imported already, and does
its work on a database of its own: a copied file on SQLite, a database made from a template on
PostgreSQL.
"""

import itertools
import json
import os
import shutil
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections

_numbers = itertools.count(1)


class Prepared:
    """The test database as it is now; `copy` gives one that a test may do with as it likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_postgresql = connection.vendor == "postgresql"
        self.template = str(connection.settings_dict["NAME"])
        self.name = str(folder / "prepared.sqlite3")
        if self.is_postgresql:
            self.name = f"{self.template}_prepared"
            connection.close()  # a template has no other users
            _elsewhere(f'DROP DATABASE IF EXISTS "{self.name}"')
            _elsewhere(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        else:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [self.name])
            # As a database in use is: two that connect first at once could not both change it so.
            with closing(sqlite3.connect(self.name)) as vacuumed:
                vacuumed.execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The name of a copy that goes after use."""
        if self.is_postgresql:
            name = f"{self.template}_copy_{next(_numbers)}"
            _elsewhere(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            _elsewhere(f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
            try:
                yield name
            finally:
                _elsewhere(f'DROP DATABASE "{name}" WITH (FORCE)')
            return
        folder = self.folder / f"copy-{next(_numbers)}"
        folder.mkdir()
        try:
            yield shutil.copy(self.name, str(folder / "copy.sqlite3"))
        finally:
            shutil.rmtree(folder)

    def remove(self) -> None:
        if self.is_postgresql:
            _elsewhere(f'DROP DATABASE "{self.name}" WITH (FORCE)')


def _elsewhere(sql: str) -> None:
    """Runs a statement about databases, from none of those concerned."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)


def start(database: str, work: Callable[[], object]) -> int:
    """Begins the work on a database in a process of its own; the process's number."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        # The connection of the parent stays the parent's: this process makes its own.
        connections.databases["default"]["NAME"] = database
        kept = connections["default"]  # noqa: F841 - else it would be closed here for both
        connections["default"] = connections.create_connection("default")
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def end(process: int) -> int:
    """Waits for a process; its exit status, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def run(database: str, work: Callable[[], object]) -> float:
    """Does the work in a process of its own, to the end; how many seconds it took."""
    began = time.monotonic()
    assert end(start(database, work)) == 0
    return time.monotonic() - began


def kill_after(seconds: float, database: str, work: Callable[[], object]) -> bool:
    """Begins the work and kills it; whether it was still at it."""
    process = start(database, work)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return end(process) == -signal.SIGKILL


def told(database: str, folder: Path, work: Callable[[], object]) -> Any:
    """What a process comes back with when it has done the work, as JSON tells it."""
    answer = folder / "answer.json"
    run(database, lambda: answer.write_text(json.dumps(work())))
    return json.loads(answer.read_text())
