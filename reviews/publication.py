"""Decisions for the public: copied by value when they may be, and kept up until they are taken off.

The database takes a copy off by itself the moment something stands in its way, and refuses one that
comes too early or says anything else than its statement (migration `0003`).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from casework.actions import recorded
from casework.actions.publication import five_years_over, held_texts, last_day_of
from casework.actions.retention import forget_what_is_taken_off
from casework.choices import RecommendationKind
from casework.models import Complaint, Recommendation, Statement
from casework.querysets import SIX_WEEKS
from casework.refusals import Refused
from reviews.figures import improvements
from reviews.models import PublishedDecision, PublishedImprovement

LOT = 500


@dataclass(slots=True)
class Publication:
    """How many decisions a publication published, resumed, brought up to date and withdrew.

    `held` says of each that it would have, and did not, why.
    """

    published: int = 0
    resumed: int = 0
    updated: int = 0
    withdrawn: int = 0
    held: list[str] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        return not (self.published or self.resumed or self.updated or self.withdrawn)


def publish_decisions(
    *, by: User, day: dt.date | None = None, progress: Callable[[int], None] | None = None
) -> Publication:
    """Publishes what is due on `day` (today), resumes, updates and withdraws; again: nothing more.

    Each decision is a transaction of its own, so what is done stays done if it is stopped.
    """
    day = day or timezone.localdate()
    if day > timezone.localdate():
        raise Refused(f"{day} is in the future: decisions are published on the day or later.")
    done = Publication()
    steps: tuple[tuple[str, Iterator[int], Callable[..., bool]], ...] = (
        ("withdrawn", _ended(day), _withdraw),
        ("published", _due(day), _publish),
        ("resumed", _resumable(day), _resume),
        ("updated", _behind(), _update),
    )
    total = 0
    for name, keys, step in steps:
        for key in keys:
            try:
                if not step(key, day=day, by=by):
                    continue
            except Refused as refused:
                done.held += refused.problems
                continue
            setattr(done, name, getattr(done, name) + 1)
            total += 1
            if progress:
                progress(total)
    return done


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a publication on a day would make public, or public again, and what it would hold."""

    published: list[Statement]
    resumed: list[Statement]
    held: list[str]


def foresee(day: dt.date) -> Foreseen:
    """Looks as `publish_decisions` will, and writes nothing."""
    seen = Foreseen([], [], [])
    for keys, passed in ((_due(day), seen.published), (_resumable(day), seen.resumed)):
        for statement in _in_order(list(keys)):
            if why := _why_held(statement, day=day):
                seen.held.append(why)
            else:
                passed.append(statement)
    return seen


def _in_order(keys: list[int]) -> Iterator[Statement]:
    """With all that decides whether they are held, in a fixed number of queries a lot."""
    for lot in range(0, len(keys), LOT):
        yield from (
            Statement.objects.filter(pk__in=keys[lot : lot + LOT])
            .select_related(
                "decision__complaint__complainant", "decision__authority", "decision__report"
            )
            .prefetch_related(
                "decision__statements",
                "decision__recommendations",
                "decision__reviews",
                "decision__checked_places",
            )
            .order_by("dated_on", "pk")
        )


def _why_held(statement: Statement, *, day: dt.date) -> str:
    """Why a statement is not published, or its copy not told anew; "" if it is."""
    reference = statement.decision.complaint.reference
    if held := held_texts(statement.decision):
        return (
            f"{reference}: the complainant seems to appear in {' and in '.join(held)}. A "
            "caseworker looks at that on the page of the decision."
        )
    if statement.published_on is None and (over := five_years_over(statement.decision, day=day)):
        return f"{reference}: {over}"
    return ""


def _hold(statement: Statement, *, day: dt.date) -> None:
    if why := _why_held(statement, day=day):
        raise Refused(why)


def waiting(day: dt.date) -> QuerySet[Statement]:
    """Statements that a publication on this day would publish, the oldest first."""
    return Statement.objects.publishable_on(day).order_by("dated_on", "pk")


# What is to be done -------------------------------------------------------------------------------


def _ended(day: dt.date) -> Iterator[int]:
    ended = PublishedDecision.objects.standing().filter(ends_on__lt=day).order_by("pk")
    yield from list(ended.values_list("statement_id", flat=True))


def _due(day: dt.date) -> Iterator[int]:
    yield from list(waiting(day).values_list("pk", flat=True))


def _resumable(day: dt.date) -> Iterator[int]:
    suspended = PublishedDecision.objects.suspended().filter(ends_on__gte=day)
    keys = list(suspended.order_by("pk").values_list("statement_id", flat=True))
    for lot in range(0, len(keys), LOT):
        found = _old_enough(day).filter(pk__in=keys[lot : lot + LOT])
        yield from list(found.order_by("pk").values_list("pk", flat=True))


def _old_enough(day: dt.date) -> QuerySet[Statement]:
    """A decision that was given a later day since waits its six weeks again."""
    return Statement.objects.with_nothing_in_the_way().filter(
        decision__decided_on__lte=day - SIX_WEEKS
    )


def _behind() -> Iterator[int]:
    """Statements whose copies say something that is not so any more."""
    shown = PublishedDecision.objects.standing().filter(suspended_at__isnull=True)
    keys = list(shown.order_by("pk").values_list("statement_id", flat=True))
    for lot in range(0, len(keys), LOT):
        some = keys[lot : lot + LOT]
        copies = {
            copy.statement_id: copy
            for copy in PublishedDecision.objects.filter(statement__in=some)
            .defer("text")
            .prefetch_related("improvements")
        }
        for statement in _whole(Statement.objects.filter(pk__in=some)).defer("text"):
            if _is_behind(copies[statement.pk], statement):
                yield statement.pk


# Doing it to one ----------------------------------------------------------------------------------


def _publish(key: int, *, day: dt.date, by: User) -> bool:
    with recorded(by=by, what="Decision published"):
        _lock_case(key)
        found = _whole(Statement.objects.publishable_on(day).filter(pk=key)).first()
        if found is None:  # changed meanwhile
            return False
        _hold(found, day=day)
        copy = PublishedDecision.objects.create(
            statement=found,
            dated_on=found.dated_on,
            text=found.text,
            published_on=day,
            ends_on=last_day_of(found.decision, published_on=day),
            **_what_it_says(found),
        )
        _store_improvements(copy, found)
        found.published_on = day
        found.save(update_fields=["published_on"])
        return True


def _resume(key: int, *, day: dt.date, by: User) -> bool:
    with recorded(by=by, what="Publication resumed"):
        _lock_case(key)
        found = _whole(_old_enough(day).filter(pk=key)).first()
        copy = PublishedDecision.objects.suspended().filter(statement=key).first()
        if found is None or copy is None:
            return False
        _hold(found, day=day)
        _store_improvements(copy, found)
        _store(copy, {**_changes(copy, found), "suspended_at": None})
        return True


def _update(key: int, *, day: dt.date, by: User) -> bool:
    with recorded(by=by, what="Published decision updated"):
        _lock_case(key)
        found = _whole(Statement.objects.filter(pk=key)).get()
        copy = PublishedDecision.objects.standing().filter(statement=key).first()
        if copy is None or not _is_behind(copy, found):
            return False
        _hold(found, day=day)
        _store_improvements(copy, found)
        _store(copy, _changes(copy, found))
        return True


def _withdraw(key: int, *, day: dt.date, by: User) -> bool:
    """The five years are over: the statement says so and the copy follows by trigger."""
    with recorded(by=by, what="Decision withdrawn after five years"):
        case = _lock_case(key)
        is_done = bool(Statement.objects.shown().filter(pk=key).update(withdrawn_on=day))
        if is_done and case.anonymised_on:
            forget_what_is_taken_off([case.pk])
        return is_done


def _lock_case(key: int) -> Complaint:
    """Whatever stops publication locks the case too."""
    return Complaint.objects.select_for_update().filter(decisions__statements=key).get()


def _store(copy: PublishedDecision, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(copy, name, value)
    copy.save(update_fields=list(values))


def _store_improvements(copy: PublishedDecision, statement: Statement) -> None:
    """One row each, in the order in which they were recorded; rows equal already are left alone."""
    wanted = _improvements(statement)
    rows = list(copy.improvements.all())
    for row, values in zip(rows, wanted, strict=False):
        if changed := {
            name: value for name, value in values.items() if getattr(row, name) != value
        }:
            PublishedImprovement.objects.filter(pk=row.pk).update(**changed)
    for values in wanted[len(rows) :]:
        PublishedImprovement.objects.create(decision=copy, **values)
    for row in rows[len(wanted) :]:
        row.delete()


# What a copy says ---------------------------------------------------------------------------------


def _whole(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """With all that is copied, in a fixed number of queries. Personal remedies are not read."""
    of_services = Recommendation.objects.filter(
        kind=RecommendationKind.SERVICE_IMPROVEMENT
    ).order_by("pk")
    return statements.select_related(
        "decision__complaint__authority",
        "decision__complaint__public_subcategory__public_category",
        "decision__report",
    ).prefetch_related(
        Prefetch("decision__recommendations", of_services, to_attr="improvements"),
        "decision__complaint__authority__earlier_names",
    )


def _what_it_says(statement: Statement) -> dict[str, Any]:
    """What a copy says of the case beside the statement itself."""
    decision = statement.decision
    case = decision.complaint
    subcategory = case.public_subcategory
    report = getattr(decision, "report", None)
    return {
        "reference": case.reference,
        "authority_id": case.authority_id,
        "authority_name": case.authority.name_on(decision.decided_on),
        "category": case.category,
        "public_category": subcategory.public_category.name if subcategory else "",
        "public_subcategory": subcategory.name if subcategory else "",
        "outcome": decision.outcome,
        "decided_on": decision.decided_on,
        "report_title": report.title if report else "",
        "report_is_further": report is not None and report.is_further,
        "report_issued_on": report and report.issued_on,
        "report_answered_on": report and report.answered_on,
        "report_satisfied_on": report and report.satisfied_on,
    }


def _improvements(statement: Statement) -> list[dict[str, Any]]:
    """What is said of each service improvement, and of what became of it."""
    decision = statement.decision
    found: list[Recommendation] = decision.improvements  # type: ignore[attr-defined]
    return [
        {
            "number": number,
            "category": each.category,
            "text": each.text,
            "due_on": each.due_on,
            "completed_on": each.completed_on,
            "status": improvements.status(
                due_on=each.due_on,
                completed_on=each.completed_on,
                compliance=decision.compliance,
            ).value,
            "compliance": decision.compliance,
            "compliance_recorded_on": decision.compliance_recorded_on,
        }
        for number, each in enumerate(found, start=1)
    ]


def _is_behind(copy: PublishedDecision, statement: Statement) -> bool:
    """Whether the copy or one of its improvements says something that is not so any more."""
    wanted = _improvements(statement)
    said = [
        {name: getattr(row, name) for name in values}
        for row, values in zip(copy.improvements.all(), wanted, strict=False)
    ]
    return (
        bool(_changes(copy, statement))
        or said != wanted
        or len(copy.improvements.all()) != len(wanted)
    )


def _changes(copy: PublishedDecision, statement: Statement) -> dict[str, Any]:
    """What the copy says differently."""
    return {
        name: value
        for name, value in _what_it_says(statement).items()
        if getattr(copy, name) != value
    }
