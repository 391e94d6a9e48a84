"""Casework and remedies from files."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from casework.actions.directory import Directory
from casework.actions.files import CHANGED, NEW, UNCHANGED, FileImport, Plan
from casework.actions.history import FrozenYears
from casework.actions.publication import personal_data_in
from casework.choices import Compliance, Outcome, RecommendationKind
from casework.importing import (
    CaseRow,
    CsvFile,
    Problem,
    Problems,
    RemedyRow,
    read_casework,
    read_remedies,
)
from casework.models import (
    Authority,
    Complaint,
    Decision,
    DecisionReason,
    PublicSubcategory,
    Recommendation,
)


class _Complaint(NamedTuple):
    """What a file can change of a complaint."""

    authority_id: int
    category: str
    subcategory: str
    public_subcategory_id: int | None
    received_on: dt.date


class _Decision(NamedTuple):
    """What a file can change of a standing decision."""

    outcome: str
    reason_id: int | None
    decided_on: dt.date
    is_remedied_by_authority: bool
    compliance: str
    compliance_recorded_on: dt.date | None
    compliance_note: str


@dataclass(slots=True)
class _Stored:
    """A complaint and its decisions as they are stored."""

    pk: int
    complaint: _Complaint
    decision_pk: int | None = None
    decision: _Decision | None = None
    superseded_on: list[dt.date] = field(default_factory=list)


@dataclass(slots=True)
class _Case:
    """A row of a file: what is stored of its case and what is to be."""

    row: CaseRow
    stored: _Stored | None
    complaint: _Complaint
    decision: _Decision | None

    @property
    def is_complaint_changed(self) -> bool:
        return self.stored is not None and self.stored.complaint != self.complaint

    @property
    def is_decision_changed(self) -> bool:
        return (self.stored.decision if self.stored else None) != self.decision

    @property
    def dates(self) -> Iterator[dt.date | None]:
        """All that decide in which years the case counts, as stored and as it is to be."""
        yield self.complaint.received_on
        yield self.stored.complaint.received_on if self.stored else None
        for decision in (self.decision, self.stored and self.stored.decision):
            if decision:
                yield decision.decided_on
                yield decision.compliance_recorded_on

    @property
    def is_no_longer_upheld(self) -> bool:
        return (
            self.stored is not None
            and self.stored.decision is not None
            and self.stored.decision.outcome == Outcome.UPHELD
            and self.decision is not None
            and self.decision.outcome != Outcome.UPHELD
        )


@dataclass(slots=True)
class CaseworkPlan(Plan):
    """The cases that are new or changed."""

    new_cases: list[_Case] = field(default_factory=list)
    cases: list[_Case] = field(default_factory=list)


class CaseworkImport(FileImport[CaseRow, CaseworkPlan]):
    """One row a complaint: what it gives is stored, what it leaves blank stays as it is."""

    kind = "casework"
    tables = (Authority, Complaint, Decision, Recommendation)
    lot = 1_000

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        super().__init__(today=today, reason=reason)
        self._directory = Directory()
        self._frozen = FrozenYears()
        self._names: dict[type[Model], dict[int | None, str]] = {}
        self._subcategories: dict[tuple[str, str], int | None] = {}
        for pk, category, name in PublicSubcategory.objects.values_list(
            "pk", "public_category__category", "name"
        ):
            key = (category, name.casefold())
            # A name that stands for two is none.
            self._subcategories[key] = None if key in self._subcategories else pk

    def read(self, file: CsvFile, problems: Problems) -> Iterator[CaseRow]:
        return read_casework(file, problems=problems, today=self.today)

    def plan(self, rows: tuple[CaseRow, ...], problems: Problems) -> CaseworkPlan:
        stored = _stored_cases([row.reference for row in rows])
        plan = CaseworkPlan()
        for row in rows:
            case = self._merge(row, stored.get(row.reference), problems)
            if case is None or not _fits(case, problems):
                continue
            if case.stored is None:
                kind = NEW
                plan.new += 1
                plan.new_cases.append(case)
            elif case.is_complaint_changed or case.is_decision_changed:
                kind = CHANGED
                plan.changed += 1
                plan.cases.append(case)
            else:
                kind = UNCHANGED
                plan.unchanged += 1
            if self.effects is not None:
                before = self._columns(
                    case.stored.complaint if case.stored else None,
                    case.stored.decision if case.stored else None,
                )
                after = self._columns(case.complaint, case.decision)
                if after.get("why") and after["why"] != before.get("why"):
                    after["why"] = "the reason of the import"
                self.tell(kind, row.number, row.reference, before, after)
        _refuse_leftover_recommendations(plan.cases, problems)
        for case in (*plan.new_cases, *plan.cases):
            if year := self._frozen.year_of(case.dates):
                self.refuse_frozen(case.row.reference, year, case.row.number, problems)
        return plan

    def _columns(self, complaint: _Complaint | None, decision: _Decision | None) -> dict[str, Any]:
        """A case by the columns of its file, and what else follows from them."""
        columns: dict[str, Any] = {}
        if complaint:
            columns |= {
                "authority": self._directory.slug_of(complaint.authority_id),
                "category": complaint.category,
                "subcategory": complaint.subcategory,
                "received_on": complaint.received_on,
                "public subcategory": self._names_of(PublicSubcategory, "public_category").get(
                    complaint.public_subcategory_id
                ),
            }
        if decision:
            columns |= {
                "outcome": decision.outcome,
                "decided_on": decision.decided_on,
                "remedied_by_authority": decision.is_remedied_by_authority,
                "compliance": decision.compliance,
                "compliance_recorded_on": decision.compliance_recorded_on,
                "reason": self._names_of(DecisionReason).get(decision.reason_id),
                "why": decision.compliance_note,
            }
        return columns

    def _names_of(self, model: type[Model], *related: str) -> dict[int | None, str]:
        """What the few records of a list are called; asked once, and only where somebody looks."""
        if model not in self._names:
            rows = model._default_manager.all()
            rows = rows.select_related(*related) if related else rows
            self._names[model] = {row.pk: str(row) for row in rows}
        return self._names[model]

    def write(self, plan: CaseworkPlan) -> None:
        complaints = [
            Complaint(reference=case.row.reference, **case.complaint._asdict())
            for case in plan.new_cases
        ]
        Complaint.objects.bulk_create(complaints)
        new_decisions = [
            _decision(complaint.pk, case.complaint, case.decision)
            for complaint, case in zip(complaints, plan.new_cases, strict=True)
            if case.decision
        ]
        # A changed decision goes before its complaint or after it, so that neither day passes the
        # other on the way. Authority, received date and category follow by themselves.
        before: list[Decision] = []
        after: list[Decision] = []
        for case in plan.cases:
            if case.stored is None or case.decision is None or not case.is_decision_changed:
                continue
            if case.stored.decision is None:
                new_decisions.append(_decision(case.stored.pk, case.complaint, case.decision))
                continue
            is_first = case.decision.decided_on >= case.stored.complaint.received_on
            complaint = case.stored.complaint if is_first else case.complaint
            decision = _decision(case.stored.pk, complaint, case.decision)
            decision.pk = case.stored.decision_pk
            (before if is_first else after).append(decision)
        _update_decisions(before)
        # Many times faster than `bulk_update`.
        Complaint.objects.bulk_create(
            [
                Complaint(
                    pk=case.stored.pk, reference=case.row.reference, **case.complaint._asdict()
                )
                for case in plan.cases
                if case.stored and case.is_complaint_changed
            ],
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=[name.removesuffix("_id") for name in _Complaint._fields],
        )
        _update_decisions(after)
        Decision.objects.bulk_create(new_decisions)

    def _merge(self, row: CaseRow, stored: _Stored | None, problems: Problems) -> _Case | None:
        """The case with what the row gives; None where its authority cannot be meant."""
        problem = self._directory.problem(row.authority, row.received_on)
        authority = self._directory.find(row.authority)
        if problem or authority is None:
            problems.add(problem, row=row.number, column="authority")
            return None
        before = stored.complaint if stored else None
        subcategory = row.subcategory or (before.subcategory if before else "")
        if before and (row.category, subcategory) == (before.category, before.subcategory):
            public_subcategory_id = before.public_subcategory_id
        else:
            public_subcategory_id = self._subcategories.get((row.category, subcategory.casefold()))
        complaint = _Complaint(
            authority_id=authority.pk,
            category=row.category,
            subcategory=subcategory,
            public_subcategory_id=public_subcategory_id,
            received_on=row.received_on,
        )
        decision = _merge_decision(row, stored.decision if stored else None, self.reason)
        return _Case(row, stored, complaint, decision)


def _stored_cases(references: list[str]) -> dict[str, _Stored]:
    """What is stored of the complaints with these references, by reference."""
    cases = {
        reference: _Stored(pk, _Complaint(*values))
        for reference, pk, *values in Complaint.objects.filter(reference__in=references)
        .order_by()
        .values_list("reference", "pk", *_Complaint._fields)
    }
    by_pk = {case.pk: case for case in cases.values()}
    decisions = Decision.objects.filter(complaint__in=by_pk).order_by()
    for complaint_pk, pk, is_standing, *values in decisions.values_list(
        "complaint_id", "pk", "is_standing", *_Decision._fields
    ):
        decision = _Decision(*values)
        if is_standing:
            by_pk[complaint_pk].decision_pk, by_pk[complaint_pk].decision = pk, decision
        else:
            by_pk[complaint_pk].superseded_on.append(decision.decided_on)
    return cases


def _merge_decision(row: CaseRow, stored: _Decision | None, reason: str) -> _Decision | None:
    """The standing decision with what the row gives; None while the complaint is open."""
    if row.outcome and row.decided_on:
        outcome, decided_on = row.outcome, row.decided_on
    elif stored:
        outcome, decided_on = stored.outcome, stored.decided_on
    else:
        return None
    is_remedied = row.is_remedied_by_authority
    if is_remedied is None:
        is_remedied = stored is not None and stored.is_remedied_by_authority
    if row.compliance:
        compliance, recorded_on = row.compliance, row.compliance_recorded_on
    elif stored:
        compliance, recorded_on = stored.compliance, stored.compliance_recorded_on
    else:
        compliance, recorded_on = "", None
    note = stored.compliance_note if stored and stored.compliance == compliance else ""
    if compliance == Compliance.CEASED and not note:
        note = reason or "Imported without a reason."
    return _Decision(
        outcome=outcome,
        # A reason belongs to one outcome.
        reason_id=stored.reason_id if stored and stored.outcome == outcome else None,
        decided_on=decided_on,
        is_remedied_by_authority=is_remedied,
        compliance=compliance,
        compliance_recorded_on=recorded_on,
        compliance_note=note,
    )


def _fits(case: _Case, problems: Problems) -> bool:
    """Whether the case as it is to be keeps the rules; where not, says so at the row."""
    found = _misfits(case)
    for column, message in found:
        problems.add(message, row=case.row.number, column=column)
    return not found


def _misfits(case: _Case) -> list[tuple[str, str]]:
    """Columns and what is wrong there, in what the row gives or in what it meets."""
    row, decision = case.row, case.decision
    found: list[tuple[str, str]] = []
    if decision is None:
        if row.is_remedied_by_authority:
            found.append(("remedied_by_authority", "yes, though the complaint is still open"))
        if row.compliance:
            found.append(("compliance", f"{row.compliance}, though the complaint is still open"))
        return found
    if decision.decided_on < row.received_on:
        if row.decided_on:
            message = f"{row.decided_on} is before the complaint was received on {row.received_on}"
            found.append(("decided_on", message))
        else:
            message = _after("decision", row.received_on, decision.decided_on)
            found.append(("received_on", message))
    for superseded_on in case.stored.superseded_on if case.stored else ():
        if superseded_on < row.received_on:
            message = _after("superseded decision", row.received_on, superseded_on)
            found.append(("received_on", message))
    if decision.outcome != Outcome.UPHELD:
        if row.is_remedied_by_authority:
            message = f"yes, though the complaint is {decision.outcome}"
            found.append(("remedied_by_authority", message))
        elif decision.is_remedied_by_authority:
            message = (
                f"{decision.outcome}, though a remedy by the authority is stored, which only an "
                "upheld complaint has; write no in remedied_by_authority"
            )
            found.append(("outcome", message))
        if row.compliance:
            message = f"{row.compliance}, though the complaint is {decision.outcome}"
            found.append(("compliance", message))
        elif decision.compliance:
            message = (
                f"{decision.outcome}, though the compliance outcome {decision.compliance} is "
                "stored, which only an upheld complaint has"
            )
            found.append(("outcome", message))
    recorded_on = decision.compliance_recorded_on
    if recorded_on and recorded_on < decision.decided_on:
        if row.compliance_recorded_on:
            message = f"{recorded_on} is before the decision of {decision.decided_on}"
            found.append(("compliance_recorded_on", message))
        else:
            message = _after("compliance outcome", decision.decided_on, recorded_on)
            found.append(("decided_on", message))
    return found


def _after(what: str, day: dt.date, stored: dt.date) -> str:
    return f"{day} is after the {what} stored for {stored}"


def _refuse_leftover_recommendations(cases: list[_Case], problems: Problems) -> None:
    """Refuses to take the upheld outcome away from under stored recommendations."""
    left = {
        case.stored.decision_pk: case.row
        for case in cases
        if case.stored and case.is_no_longer_upheld
    }
    if not left:
        return
    recommendations = Recommendation.objects.filter(decision__in=left).order_by("decision")
    for pk in recommendations.values_list("decision_id", flat=True).distinct():
        problems.add(
            f"{left[pk].outcome}, though recommendations are stored, which only an upheld "
            "complaint has",
            row=left[pk].number,
            column="outcome",
        )


def _decision(complaint_pk: int, complaint: _Complaint, decision: _Decision) -> Decision:
    return Decision(
        complaint_id=complaint_pk,
        authority_id=complaint.authority_id,
        category=complaint.category,
        received_on=complaint.received_on,
        **decision._asdict(),
    )


def _update_decisions(decisions: list[Decision]) -> None:
    """Stores what a file can change of decisions, many times faster than `bulk_update`."""
    Decision.objects.bulk_create(
        decisions,
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=[name.removesuffix("_id") for name in _Decision._fields],
    )


@dataclass(slots=True)
class RemedyPlan(Plan):
    """Recommendations to be made and to be changed."""

    new_recommendations: list[Recommendation] = field(default_factory=list)
    recommendations: list[Recommendation] = field(default_factory=list)


_OF_A_REMEDY = ("amount", "due_on", "completed_on")


class RemedyImport(FileImport[RemedyRow, RemedyPlan]):
    """One row a recommendation in an upheld case."""

    kind = "remedies"
    tables = (Complaint, Decision, Recommendation)
    lot = 500

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        super().__init__(today=today, reason=reason)
        self._frozen = FrozenYears()

    def read(self, file: CsvFile, problems: Problems) -> Iterator[RemedyRow]:
        return read_remedies(file, problems=problems, today=self.today)

    def plan(self, rows: tuple[RemedyRow, ...], problems: Problems) -> RemedyPlan:
        references = {row.reference for row in rows}
        complaints: dict[int, str] = {}
        anonymised: set[str] = set()
        for pk, reference, anonymised_on in Complaint.objects.filter(
            reference__in=references
        ).values_list("pk", "reference", "anonymised_on"):
            complaints[pk] = reference
            if anonymised_on:
                anonymised.add(reference)
        known = set(complaints.values())
        # Asked for by complaint alone: few decisions each, and no index on "stands" to mislead.
        decisions = {
            complaints[decision.complaint_id]: decision
            for decision in self._decisions().filter(complaint__in=complaints).order_by()
            if decision.is_standing
        }
        stored = {
            (r.decision_id, r.kind, r.category, r.text): r
            for r in Recommendation.objects.filter(decision__in=decisions.values()).order_by()
        }
        plan = RemedyPlan()
        for row in rows:
            decision = decisions.get(row.reference)
            if row.reference not in known:
                problem = "is not a complaint known here; import its casework first"
            elif decision is None:
                problem = "is still open; only an upheld complaint has remedies"
            elif decision.outcome != Outcome.UPHELD:
                problem = f"is {decision.outcome}; only an upheld complaint has remedies"
            else:
                recommendation = stored.get((decision.pk, row.kind, row.category, row.text))
                is_personal = row.kind == RecommendationKind.PERSONAL
                if recommendation or not is_personal or row.reference not in anonymised:
                    self._plan_remedy(row, decision, recommendation, plan, problems)
                    continue
                problem = "is anonymised; leave its personal remedies out"
            problems.add(f"{row.reference} {problem}", row=row.number, column="reference")
        return plan

    def write(self, plan: RemedyPlan) -> None:
        Recommendation.objects.bulk_update(plan.recommendations, _OF_A_REMEDY, batch_size=100)
        Recommendation.objects.bulk_create(plan.new_recommendations)

    def _decisions(self) -> QuerySet[Decision]:
        """With who complained, where somebody looks and is to be warned of names."""
        if self.effects is None:
            return Decision.objects.all()
        return Decision.objects.select_related("complaint__complainant")

    def _warn_of_names(self, row: RemedyRow, decision: Decision) -> None:
        """Says where a text for the public seems to tell who complained, as publication does."""
        if self.effects is None:
            return
        for find in personal_data_in(row.text, of=decision.complaint):
            self.effects.warn(
                Problem(
                    f"the {find.kind} of who complained seems to stand in “{find.context}”: "
                    "nothing of this case is published until somebody has checked it.",
                    row=row.number,
                    column="text",
                )
            )

    def _plan_remedy(
        self,
        row: RemedyRow,
        decision: Decision,
        stored: Recommendation | None,
        plan: RemedyPlan,
        problems: Problems,
    ) -> None:
        before = {name: getattr(stored, name) for name in _OF_A_REMEDY} if stored else {}
        if stored is None:
            kind = NEW
            plan.new += 1
            remedy = Recommendation(
                decision=decision,
                kind=row.kind,
                category=row.category,
                text=row.text,
                amount=row.amount,
                due_on=row.due_on,
                completed_on=row.completed_on,
            )
            plan.new_recommendations.append(remedy)
        else:
            remedy = stored
            remedy.due_on = row.due_on
            if row.amount is not None:
                remedy.amount = row.amount
            remedy.completed_on = row.completed_on or remedy.completed_on
            if {name: getattr(remedy, name) for name in _OF_A_REMEDY} == before:
                kind = UNCHANGED
                plan.unchanged += 1
            else:
                kind = CHANGED
                plan.changed += 1
                plan.recommendations.append(remedy)
        if self.effects is not None:
            after = {name: getattr(remedy, name) for name in _OF_A_REMEDY}
            if kind == NEW and row.kind == RecommendationKind.SERVICE_IMPROVEMENT:
                after["text"] = row.text
                self._warn_of_names(row, decision)
            # A personal remedy's text is private.
            label = f"{row.reference}, {row.kind}, {row.category}"
            self.tell(kind, row.number, label, before, after)
        if kind != UNCHANGED and (
            year := self._frozen.year_of(
                [decision.received_on, decision.decided_on, decision.compliance_recorded_on]
            )
        ):
            self.refuse_frozen(row.reference, year, row.number, problems)
