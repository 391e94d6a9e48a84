"""How fast casework goes in, and in how much memory: `python -m tests.bench_imports [ROWS]`.

Works on a database of its own, made and dropped by Django's test runner.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import django

OUTCOMES = (
    ("referred_back", ""),
    ("closed_after_initial_enquiries", ""),
    ("not_upheld", ""),
    ("upheld", "satisfied"),
    ("", ""),
)


def write_casework(path: Path, *, rows: int, slugs: list[str], compliance: str) -> None:
    """A casework file of made-up complaints, the same each time but for the compliance outcome."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "reference,authority,category,subcategory,received_on,outcome,decided_on,"
            "remedied_by_authority,compliance,compliance_recorded_on\n"
        )
        for i in range(rows):
            reference = f"{20 + i // 1_000_000} {i // 1000 % 1000:03} {i % 1000:03}"
            received = f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}"
            outcome, complied = OUTCOMES[i % len(OUTCOMES)]
            file.write(
                f"{reference},{slugs[i % len(slugs)]},benefits_and_tax,Council tax,{received},"
                f"{outcome},{'2025-02-01' if outcome else ''},,"
                f"{compliance if complied else ''},{'2025-06-01' if complied else ''}\n"
            )


def peak() -> float:
    """The largest memory the process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(rows: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()

    from django.db import connection
    from django.utils import timezone

    from casework.actions import import_authorities, import_casework, system_user
    from casework.importing import CsvFile
    from casework.models import Authority

    today = timezone.localdate()
    folder = tempfile.TemporaryDirectory()
    if connection.vendor == "sqlite":  # on disk as in earnest, and not counted as memory
        connection.settings_dict["TEST"]["NAME"] = str(Path(folder.name) / "bench.sqlite3")
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        reference_data = Path(__file__).resolve().parent.parent / "casework" / "data"
        with (reference_data / "authorities.csv").open("rb") as file:
            import_authorities(file=CsvFile(file, "authorities.csv"), by=system_user(), today=today)
        in_force = Authority.objects.in_force_on(today.replace(year=2024))
        slugs = list(in_force.values_list("slug", flat=True))
        path = Path(folder.name) / "casework.csv"
        for what, compliance in (
            ("new", "satisfied"),
            ("the same again", "satisfied"),
            ("changed", "ceased"),
        ):
            write_casework(path, rows=rows, slugs=slugs, compliance=compliance)
            before, start, busy = peak(), time.perf_counter(), time.process_time()
            with path.open("rb") as file:
                result = import_casework(
                    file=CsvFile(file, path.name), by=system_user(), today=today
                )
            seconds = time.perf_counter() - start
            busy = time.process_time() - busy
            print(  # noqa: T201
                f"{what}: {rows:,} rows in {seconds:.1f} s ({busy:.1f} s of work), "
                f"{rows / seconds:,.0f} rows/s, "
                f"memory grew by {peak() - before:.0f} MB to {peak():.0f} MB; {result}"
            )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
        folder.cleanup()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
