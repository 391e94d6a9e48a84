"""Casework and remedies files."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from casework.choices import (
    SERVICE_IMPROVEMENT_CATEGORIES,
    Category,
    Compliance,
    Outcome,
    RecommendationKind,
    RemedyCategory,
)
from casework.importing.reading import CsvFile, Problems, Row, Table, shown
from casework.references import parse_reference

CASEWORK = Table(
    columns=(
        "reference",
        "authority",
        "category",
        "subcategory",
        "received_on",
        "outcome",
        "decided_on",
        "remedied_by_authority",
        "compliance",
        "compliance_recorded_on",
    ),
    optional=frozenset({"subcategory"}),
    most=2_000_000,
)
# Asked for once: a list of choices makes its values anew each time.
_CATEGORIES = tuple(Category.values)
_OUTCOMES = tuple(Outcome.values)
_COMPLIANCE = tuple(Compliance.values)
_KINDS = tuple(RecommendationKind.values)
_REMEDY_CATEGORIES = tuple(RemedyCategory.values)
REMEDIES = Table(
    columns=("reference", "kind", "category", "text", "amount", "due_on", "completed_on"),
    multiline=frozenset({"text"}),
    most=2_000_000,
)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One complaint as a casework file gives it.

    "" and None are blank cells. Outcome and its date come together, so do compliance and its date;
    whether they fit what is stored is for whoever stores them.
    """

    number: int
    reference: str
    authority: str
    category: str
    subcategory: str
    received_on: dt.date
    outcome: str
    decided_on: dt.date | None
    is_remedied_by_authority: bool | None
    compliance: str
    compliance_recorded_on: dt.date | None


@dataclass(frozen=True, slots=True)
class RemedyRow:
    """One recommendation as a remedies file gives it; its text is private and never repeated."""

    number: int
    reference: str
    kind: str
    category: str
    text: str
    amount: Decimal | None
    due_on: dt.date
    completed_on: dt.date | None


def read_casework(file: CsvFile, *, problems: Problems, today: dt.date) -> Iterator[CaseRow]:
    """The sound rows of a casework file; what is wrong with the others goes to `problems`."""
    seen: dict[int, int] = {}
    for row in file.rows(CASEWORK, problems=problems):
        row.need("reference", "authority", "category", "received_on")
        reference = _read_reference(row)
        if reference:
            number = int(reference.replace(" ", ""))
            first = seen.setdefault(number, row.number)
            if first != row.number:
                row.refuse("reference", f"{reference} is already in row {first}")
        received_on = row.past_date("received_on", today=today)
        outcome = row.choice("outcome", _OUTCOMES)
        decided_on = row.past_date("decided_on", today=today)
        remedied = row.choice("remedied_by_authority", ("yes", "no"))
        compliance = row.choice("compliance", _COMPLIANCE)
        recorded_on = row.past_date("compliance_recorded_on", today=today)
        _need_together(row, "outcome", "decided_on")
        _need_together(row, "compliance", "compliance_recorded_on")
        category = row.choice("category", _CATEGORIES)
        subcategory = row.text("subcategory", longest=200)
        if row.is_sound and reference and received_on:
            yield CaseRow(
                number=row.number,
                reference=reference,
                authority=row.cells["authority"],
                category=category,
                subcategory=subcategory,
                received_on=received_on,
                outcome=outcome,
                decided_on=decided_on,
                is_remedied_by_authority=remedied == "yes" if remedied else None,
                compliance=compliance,
                compliance_recorded_on=recorded_on,
            )


def read_remedies(file: CsvFile, *, problems: Problems, today: dt.date) -> Iterator[RemedyRow]:
    """The sound rows of a remedies file; what is wrong with the others goes to `problems`."""
    seen: dict[bytes, int] = {}
    for row in file.rows(REMEDIES, problems=problems):
        row.need("reference", "kind", "category", "text", "due_on")
        reference = _read_reference(row)
        kind = row.choice("kind", _KINDS)
        category = row.choice("category", _REMEDY_CATEGORIES)
        if kind and category:
            is_improvement = category in SERVICE_IMPROVEMENT_CATEGORIES
            if is_improvement != (kind == RecommendationKind.SERVICE_IMPROVEMENT):
                other = RecommendationKind.PERSONAL
                if is_improvement:
                    other = RecommendationKind.SERVICE_IMPROVEMENT
                row.refuse("category", f"{category} goes with the kind {other}, not {kind}")
        text = row.text("text", longest=10_000)
        amount = row.decimal(
            "amount",
            r"[0-9]{1,8}(\.[0-9]{1,2})?",
            "write pounds up to 99999999.99 without sign, £ or commas, such as 250 or 99.50",
        )
        due_on = row.date("due_on")
        completed_on = row.past_date("completed_on", today=today)
        if row.is_sound and reference and due_on:
            key = "\0".join((reference, kind, category, text)).encode()
            first = seen.setdefault(hashlib.blake2b(key, digest_size=16).digest(), row.number)
            if first != row.number:
                row.refuse("text", f"the same remedy as in row {first}")
                continue
            yield RemedyRow(
                number=row.number,
                reference=reference,
                kind=kind,
                category=category,
                text=text,
                amount=amount,
                due_on=due_on,
                completed_on=completed_on,
            )


def _read_reference(row: Row) -> str | None:
    value = row.text("reference", longest=80)
    reference = parse_reference(value)
    if value and reference is None:
        row.refuse("reference", f"{shown(value)} is not a reference; write YY NNN NNN")
    return reference


def _need_together(row: Row, code: str, day: str) -> None:
    if row.cells[code] and not row.cells[day]:
        row.refuse(day, f"blank though {code} is given; give both or neither")
    if row.cells[day] and not row.cells[code]:
        row.refuse(code, f"blank though {day} is given; give both or neither")
