"""The demonstration as the files that the import commands take."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reviews.demonstration import contacts, learning, remedies
from reviews.demonstration.cases import Case, cases

CASEWORK_COLUMNS = (
    "reference", "authority", "category", "subcategory", "received_on", "outcome", "decided_on",
    "remedied_by_authority", "compliance", "compliance_recorded_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Files:
    casework: Path
    remedies: Path
    contacts: Path
    learning: Path


def write_files(folder: Path) -> Files:
    """Writes the four files into a folder that exists: the same bytes every time."""
    found = cases()
    names = ("casework.csv", "remedies.csv", "contacts.csv", "learning_events.csv")
    files = Files(*(folder / name for name in names))
    write(files.casework, CASEWORK_COLUMNS, map(casework_row, found))
    write(files.remedies, remedies.COLUMNS, remedies.remedies(found))
    write(files.contacts, contacts.COLUMNS, contacts.contacts())
    write(files.learning, learning.COLUMNS, learning.learning_events())
    return files


def casework_row(case: Case) -> tuple[str, ...]:
    remedied = ""
    if case.outcome == "upheld":
        remedied = "yes" if case.is_remedied else "no"
    return (
        case.reference,
        case.authority,
        case.category,
        case.subcategory,
        case.received_on.isoformat(),
        case.outcome,
        case.decided_on.isoformat() if case.decided_on else "",
        remedied,
        case.compliance,
        case.compliance_recorded_on.isoformat() if case.compliance_recorded_on else "",
    )


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
