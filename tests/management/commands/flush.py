"""The flush between tests that commit: lifts the guards of frozen rows, for tests alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import flush
from django.db import connection


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        with guards_lifted():
            super().handle(**options)


@contextmanager
def guards_lifted() -> Iterator[None]:
    """Every trigger off inside, and on again after."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.check_constraints()  # a table with checks still to come cannot be altered
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            )
            tables = [table for (table,) in cursor.fetchall()]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            connection.check_constraints()
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            yield
            cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%'")
            for (words,) in cursor.fetchall():  # which no trigger told of what is gone
                cursor.execute(f"INSERT INTO {words} ({words}) VALUES ('rebuild')")
            for _, sql in triggers:
                cursor.execute(sql)
