"""History as people read it: who changed which field from what to what, when and why."""

import datetime as dt
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Max, Q
from django.utils import formats, timezone

from casework.choices import RecommendationKind
from casework.models import Change, Complaint

# Records whose fields say who complained or what was done for them.
PERSONAL = {
    "casework.complainant",
    "casework.note",
    "casework.attachment",
    "casework.checkedplaces",
}
# Fields that tell of people in records that are seen by more than those who see people.
TELLING = {("casework.decision", "compliance_note")}
# What a decision repeats of its complaint.
FOLLOWING = {"authority_id", "category", "received_on"}
HIDDEN = "(personal data)"
NOT_SHOWN = "(not shown)"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(slots=True)
class Entry:
    """One record's part of a batch."""

    change: Change
    what: str
    case: str
    is_personal: bool
    why: str = ""
    fields: list[FieldChange] = field(default_factory=list)


def of_record(
    record: models.Model, parts: Iterable[type[models.Model]] = ()
) -> models.QuerySet[Change]:
    """The history of a record with its parts and its lists of others; of a complaint: of its case.

    `parts` are the models whose rows are edited on the record's own page.
    """
    changes = Change.objects.select_related("batch__begun_by")
    if isinstance(record, Complaint):
        return changes.of_case(record.pk)
    case_id = _case_id(record)
    own = Q(record=record._meta.label_lower, record_id=record.pk)
    for part in parts:
        own |= _of_part(record, part)
    for relation in record._meta.local_many_to_many:
        own |= _of_part(record, relation.remote_field.through)  # type: ignore[arg-type]
    return changes.filter(own, case_id=case_id)


def _of_part(record: models.Model, part: type[models.Model]) -> Q:
    """Changes of the rows that point at the record, and of those that did until removed."""
    pointer = next(
        (
            each
            for each in part._meta.local_concrete_fields
            if each.remote_field and each.remote_field.model is type(record)
        ),
        None,
    )
    if pointer is None:
        return Q()
    rows = part._base_manager.filter(**{pointer.name: record}).values("pk")
    then = Q((f"before__{pointer.column}", record.pk)) | Q((f"after__{pointer.column}", record.pk))
    return Q(record=part._meta.label_lower) & (Q(record_id__in=rows) | then)


def _case_id(record: models.Model) -> int | None:
    """The complaint a record belongs to, as the triggers of the history find it."""
    for attribute in ("complaint_id", "decision", "recommendation", "statement"):
        found = getattr(record, attribute, None)
        if found is not None:
            return found if isinstance(found, int) else _case_id(found)
    return None


def newest(record: models.Model, parts: Iterable[type[models.Model]] = ()) -> int:
    """The key of the newest change of a record, 0 without any: what a form was opened at."""
    return of_record(record, parts).order_by().aggregate(newest=Max("pk"))["newest"] or 0


def entries(
    changes: Iterable[Change], *, with_people: bool, hidden: Container[str] = ()
) -> Iterator[Entry]:
    """Changes in words; related records are named with one query a kind.

    Of the records `hidden` it is said that they changed, but not how.
    """
    changes = list(changes)
    names = _Names(changes)
    cases = {change.case_id for change in changes if change.case_id}
    references = dict(Complaint.objects.filter(pk__in=cases).values_list("pk", "reference"))
    for change in changes:
        model = _model(change.record)
        label = model._meta.verbose_name if model else change.record
        case = references.get(change.case_id, "") if change.case_id else ""
        is_personal = _is_personal(change)
        entry = Entry(change, f"{change.get_action_display()}: {label}", case, is_personal)
        # Reasons for changes of cases tell of people.
        if change.batch and (with_people or change.case_id is None):
            entry.why = change.batch.reason
        before, after = change.before or {}, change.after or {}
        is_hidden = not with_people and is_personal
        for column in before | after:
            values = [_value(model, column, part.get(column), names) for part in (before, after)]
            if change.action != Change.Action.CHANGED and values == [NOTHING, NOTHING]:
                continue
            if is_hidden or (not with_people and (change.record, column) in TELLING):
                values = [HIDDEN, HIDDEN]
            elif change.record in hidden:
                values = [NOT_SHOWN, NOT_SHOWN]
            entry.fields.append(FieldChange(_label(model, column), *values))
        yield entry


def sentences(changes: Iterable[Change], *, with_people: bool) -> Iterator[str]:
    """What others changed, a sentence a field that somebody typed."""
    for entry in entries(changes, with_people=with_people):
        name = who(entry.change)
        if entry.change.action != Change.Action.CHANGED:
            words = [each.after for each in entry.fields if each.label == "text"]
            yield f"{name} {entry.what.lower()}{''.join(f', text {text}' for text in words)}."
            continue
        columns = set(entry.change.after or {})
        if entry.change.record == "casework.decision" and columns <= FOLLOWING:
            continue  # said already of the complaint
        for each in entry.fields:
            yield f"{name} changed {each.label} from {each.before} to {each.after}."


def who(change: Change) -> str:
    return change.batch.begun_by.get_username() if change.batch else "Somebody unnamed"


def _model(record: str) -> type[models.Model] | None:
    app, _, name = record.partition(".")
    try:
        return apps.get_model(app, name)
    except LookupError:
        return None


def _field(model: type[models.Model] | None, column: str) -> models.Field | None:
    if model is None:
        return None
    try:
        return model._meta.get_field(column.removesuffix("_id"))  # type: ignore[return-value]
    except FieldDoesNotExist:
        return None


def _label(model: type[models.Model] | None, column: str) -> str:
    found = _field(model, column)
    return str(found.verbose_name) if found else column.removesuffix("_id").replace("_", " ")


def _is_personal(change: Change) -> bool:
    """Personal remedies too, also one that was or becomes personal by this change.

    A change tells the kind only if the kind changed; one that does not tell is taken for personal.
    """
    if change.record in PERSONAL:
        return True
    if change.record != "casework.recommendation":
        return False
    kinds = {(part or {}).get("kind") for part in (change.before, change.after)}
    return (
        RecommendationKind.PERSONAL in kinds or RecommendationKind.SERVICE_IMPROVEMENT not in kinds
    )


def _value(model: type[models.Model] | None, column: str, value: Any, names: "_Names") -> str:
    if value is None or value == "":
        return NOTHING
    found = _field(model, column)
    if found is None:
        return str(value)
    if found.remote_field:
        return names.get(found, value)
    if found.choices:
        return str(dict(found.flatchoices).get(value, value))
    try:
        value = found.to_python(value)
    except (ValidationError, ValueError, TypeError):
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        if timezone.is_naive(value):  # as SQLite writes it
            value = value.replace(tzinfo=dt.UTC)
        return str(formats.localize(timezone.localtime(value)))
    if isinstance(found, models.DecimalField):
        return f"{value:,.{found.decimal_places}f}"
    return str(formats.localize(value))


class _Names:
    """What the records are called that changes point at, read with one query a model."""

    def __init__(self, changes: list[Change]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        for change in changes:
            model = _model(change.record)
            for part in (change.before, change.after):
                for column, value in (part or {}).items():
                    found = _field(model, column)
                    if found is not None and found.remote_field and value is not None:
                        wanted.setdefault(found.related_model, set()).add(value)  # type: ignore[arg-type]
        self._names = {
            model: {row.pk: str(row) for row in model._base_manager.filter(pk__in=keys)}
            for model, keys in wanted.items()
        }

    def get(self, found: models.Field, key: Any) -> str:
        return self._names.get(found.related_model, {}).get(key, f"number {key}")  # type: ignore[arg-type]
