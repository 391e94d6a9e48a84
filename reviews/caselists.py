"""The three case lists of a council: what they hold, and how they leave as files."""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casework.choices import Category, Compliance, Outcome
from casework.sheets import WRITERS, Cell
from reviews.models import CaseList, CaseListKind

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _yes(value: bool) -> str:
    return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: its heading, where casework keeps it, and how a file shows it."""

    heading: str
    source: str
    shown: Callable[[Any], Cell] = str


CASE = (
    Column("Reference", "complaint__reference"),
    Column("Category", "category", lambda code: Category(code).label),
)

# A case names nobody: these columns and no others leave.
COLUMNS: dict[CaseListKind, tuple[Column, ...]] = {
    CaseListKind.RECEIVED: (
        Column("Reference", "reference"),
        CASE[1],
        Column("Received", "received_on", dt.date.fromisoformat),
    ),
    CaseListKind.DECIDED: (
        *CASE,
        Column("Decided", "decided_on", dt.date.fromisoformat),
        Column("Outcome", "outcome", lambda code: Outcome(code).label),
        Column("Remedied by the authority", "is_remedied_by_authority", _yes),
    ),
    CaseListKind.COMPLIANCE: (
        *CASE,
        Column("Compliance", "compliance", lambda code: Compliance(code).label),
        Column("Compliance recorded", "compliance_recorded_on", dt.date.fromisoformat),
    ),
}


def file_name(found: CaseList, ending: str) -> str:
    summary = found.summary
    version = f"-{summary.number}" if summary.number > 1 else ""
    return f"{summary.year_ending}-{summary.slug}-{found.kind}{version}.{ending}"


def content(found: CaseList, ending: str) -> bytes:
    """The list as `csv` or `xlsx`."""
    columns = COLUMNS[CaseListKind(found.kind)]
    file = io.BytesIO()
    WRITERS[ending](
        file,
        [column.heading for column in columns],
        (
            [column.shown(value) for column, value in zip(columns, case, strict=True)]
            for case in found.cases
        ),
    )
    return file.getvalue()
