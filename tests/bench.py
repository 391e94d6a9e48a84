"""Speed and memory, as ratios to a floor measured in the same run: `make bench`.

Counts, and opens desks and lists, on SQLite and, where one answers, on PostgreSQL (BENCH_POSTGRES
names it); answers public pages; draws letters beside a bare canvas; imports one large file.
"""

import os
import random
import resource
import statistics as numbers
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
YEAR_SIZE = 20_000
SIZES = (200_000, 2_000_000)
AUTHORITIES = 400
RUNS = 9
COMPLAINT = "id, reference, authority_id, category, subcategory, received_on, stage"
DECISION = (
    "id, complaint_id, is_standing, authority_id, category, received_on, outcome, decided_on, "
    "is_remedied_by_authority, compliance, compliance_recorded_on, compliance_note"
)


def main() -> None:
    parts = sys.argv[1:] or ["counting", "lists", "pages", "letters", "imports"]
    for part in parts:
        if part == "counting":
            for url in ("sqlite:////tmp/ombudsman-bench.sqlite3", POSTGRES):
                run(["-m", "tests.bench", "counting-here"], DATABASE_URL=url)
        elif part == "counting-here":
            counting()
        elif part == "lists":
            for url in ("sqlite:////tmp/ombudsman-bench.sqlite3", POSTGRES):
                run(["-m", "tests.bench_lists"], DATABASE_URL=url)
        elif part == "pages":
            for url in ("sqlite:////tmp/ombudsman-bench.sqlite3", POSTGRES):
                run(["-m", "tests.bench_pages"], DATABASE_URL=url)
        elif part == "letters":
            run(["-m", "tests.bench_letters"])
        elif part == "imports":
            run(["-m", "tests.bench_imports"])
        else:
            sys.exit(
                f"There is no bench {part!r}; choose counting, lists, pages, letters or imports."
            )


def run(arguments: list[str], **environment: str) -> None:
    done = subprocess.run([sys.executable, *arguments], env=os.environ | environment, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def counting() -> None:
    """Counting a year against the same grouped queries in raw SQL, with short and long history."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import OperationalError, connection

    from reviews.figures.periods import Period
    from reviews.rounds import approve, freeze, issue
    from reviews.statistics import tallies
    from tests.factories import make_approver, make_editor, make_round

    try:
        connection.ensure_connection()
    except OperationalError:
        print(f"counting on {connection.vendor}: no server answers, left out")
        return
    connection.creation.create_test_db(verbosity=0)
    try:
        period, times = Period(2020), {}
        have = 0
        for size in SIZES:
            fill(start=have, stop=size)
            have = size
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
            counted, raw = paired(lambda: tallies(period), lambda: raw_counts(period))
            times[size] = counted
            print(
                f"counting on {connection.vendor}, {size:,} decisions, {YEAR_SIZE:,} in the year: "
                f"{counted * 1000:.1f} ms, raw SQL {raw * 1000:.1f} ms, "
                f"ratio {counted / raw:.2f} (at most 2.0)"
            )
        short, long = (times[size] for size in SIZES)
        print(
            f"counting on {connection.vendor}, ten times the history: ratio {long / short:.2f} "
            "(at most 1.3)"
        )
        round_, editor = make_round(2020), make_editor()
        started = time.perf_counter()
        freeze(round_=round_, by=editor)
        print(
            f"freezing {AUTHORITIES} authorities on {connection.vendor}: "
            f"{time.perf_counter() - started:.2f} s"
        )
        approve(reason="For a test", round_=round_, by=make_approver())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        issued = issue(round_=round_, by=editor)
        seconds = time.perf_counter() - started
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(
            f"rendering and storing {issued} letters on {connection.vendor}: "
            f"{seconds / issued * 1000:.1f} ms a letter, peak memory {grown:.0f} MiB more"
        )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def fill(*, start: int, stop: int) -> None:
    """Cases number `start` to `stop`: the first in the year ending 2020, the rest before it."""
    import datetime as dt

    from django.db import connection, transaction

    from casework.choices import Category, Outcome
    from casework.models import Authority
    from tests.factories import make_authority

    if not Authority.objects.exists():
        for _ in range(AUTHORITIES):
            make_authority()
    authorities = list(Authority.objects.values_list("pk", flat=True))
    chance = random.Random(f"cases {start}")  # noqa: S311 - test data
    categories, outcomes = Category.values, Outcome.values
    complaints: list[tuple[Any, ...]] = []
    decisions: list[tuple[Any, ...]] = []

    def flush() -> None:
        with transaction.atomic(), without_rules(), connection.cursor() as cursor:
            for table, columns, rows in (
                ("casework_complaint", COMPLAINT, complaints),
                ("casework_decision", DECISION, decisions),
            ):
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                else:
                    places = ", ".join("%s" for _ in columns.split(","))
                    cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
                rows.clear()

    for number in range(start, stop):
        first = dt.date(2019, 4, 1)
        if number >= YEAR_SIZE:
            first = dt.date(1920 + number % 99, 4, 1)
        received = first + dt.timedelta(days=chance.randrange(200))
        decided = received + dt.timedelta(days=chance.randrange(160))
        authority, category = chance.choice(authorities), chance.choice(categories)
        outcome = chance.choice(outcomes)
        is_upheld = outcome == "upheld"
        digits = f"{number + 10_000_000:08d}"
        reference = f"{digits[:2]} {digits[2:5]} {digits[5:]}"
        complaints.append((number + 1, reference, authority, category, "", received, "closed"))
        decisions.append(
            (
                number + 1, number + 1, True, authority, category, received, outcome, decided,
                is_upheld and chance.random() < 0.1,
                "satisfied" if is_upheld else "", decided if is_upheld else None, "",
            )
        )  # fmt: skip
        if len(complaints) == 50_000:
            flush()
    flush()


@contextmanager
def without_rules() -> Iterator[None]:
    """No trigger runs: the rows are sound, and checking and recording each takes minutes."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _, sql in triggers:
            cursor.execute(sql)


def raw_counts(period: Any) -> list[list[tuple[object, ...]]]:
    """The same counts by hand: three grouped queries and nothing else."""
    from django.db import connection

    stands = "is_standing" if connection.vendor == "postgresql" else "is_standing = 1"
    days = [period.first_day, period.last_day]
    queries = (
        "SELECT authority_id, category, COUNT(*) FROM casework_complaint "
        "WHERE received_on BETWEEN %s AND %s GROUP BY 1, 2",
        "SELECT authority_id, outcome, category, COUNT(*), "
        "COUNT(*) FILTER (WHERE is_remedied_by_authority) "
        f"FROM casework_decision WHERE {stands} AND decided_on BETWEEN %s AND %s "
        "GROUP BY 1, 2, 3",
        "SELECT authority_id, compliance, COUNT(*) FROM casework_decision "
        f"WHERE {stands} AND compliance_recorded_on BETWEEN %s AND %s GROUP BY 1, 2",
    )
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query, days)
            found.append(cursor.fetchall())
    return found


def paired(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of each, run in turn after a warm-up, so that both see the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for attempt in range(RUNS + 1):
        for work, measured in zip((one, other), times, strict=True):
            started = time.perf_counter()
            work()
            if attempt:
                measured.append(time.perf_counter() - started)
    return numbers.median(times[0]), numbers.median(times[1])


if __name__ == "__main__":
    main()
