"""The set-up as a whole: locked packages, the database's own switches, headers and logs."""

import logging
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, HttpResponse
from packaging.requirements import Requirement

from ombudsman.logs import RowlessFormatter
from ombudsman.middleware import permissions_policy
from ombudsman.settings import sqlite_database

ROOT = Path(__file__).resolve().parents[2]


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


def project() -> dict[str, list[str]]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "requirements.lock": found["project"]["dependencies"],
        "requirements-dev.lock": found["project"]["dependencies"]
        + found["dependency-groups"]["dev"],
    }


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_satisfies_every_declared_dependency(name: str) -> None:
    versions = locked(name)
    unmet = [
        line
        for line in map(Requirement, project()[name])
        if line.name not in versions or versions[line.name] not in line.specifier
    ]
    assert unmet == []


def test_lock_for_development_has_the_versions_that_run() -> None:
    development = locked("requirements-dev.lock")
    assert {name: development.get(name) for name in locked("requirements.lock")} == locked(
        "requirements.lock"
    )


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_pinned_hashed_names_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    packages = re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]
    assert [line for line in packages if not re.match(r"[a-z0-9-]+==\S+( ; .+)? \\\n", line)] == []
    assert [line for line in packages if "--hash=sha256:" not in line] == []
    assert re.findall(r"://| @ |^-.*", text, re.MULTILINE) == []


@pytest.mark.django_db
def test_sqlite_enforces_foreign_keys_and_waits_for_its_turn() -> None:
    sqlite = ConnectionHandler({"default": sqlite_database("sqlite:///:memory:")})["default"]
    sqlite.connect()
    found = [
        sqlite.connection.execute(f"PRAGMA {name}").fetchone()
        for name in ("foreign_keys", "busy_timeout", "synchronous")
    ]
    sqlite.close()
    assert found == [(1,), (20_000,), (1,)]


def test_every_response_refuses_browser_features() -> None:
    response = permissions_policy(lambda request: HttpResponse())(HttpRequest())
    policy = response.headers["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(policy)


def test_log_lines_leave_out_rows_quoted_by_postgresql() -> None:
    message = (
        'violates check constraint "dates"\nDETAIL:  Failing row contains (7, Jane Doe, 1 Secret '
        "Road\nSecretown, jane@example.org).\n\n"
        "The above exception was the direct cause of the following exception:\nend"
    )
    record = logging.LogRecord("django", logging.ERROR, "", 0, message, None, None)
    assert RowlessFormatter().format(record) == (
        'violates check constraint "dates"\nDETAIL: left out of the log\n'
        "The above exception was the direct cause of the following exception:\nend"
    )
    alone = logging.LogRecord("django", logging.ERROR, "", 0, message[:90], None, None)
    assert "Secret" not in RowlessFormatter().format(alone)


@pytest.mark.django_db
def test_migrations_make_the_table_of_the_cache() -> None:
    """The test database would have one in any case, so it goes first."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE cache")
    migration = import_module("reviews.migrations.0004_cache_table")
    for _ in range(2):  # a table that is there already is left as it is
        migration.make_table(None, connection.schema_editor())
        cache.set("kept", 1)
    assert cache.get("kept") == 1
