"""Filters of lists that desks open: whose cases, at which stage, waiting for what.

A desk's number is counted by the same filter that its list is shown with.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import build_q_object_from_lookup_parameters
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from casework.actions.bank_holidays import calendar
from casework.choices import OPEN_STAGES, Stage
from casework.models import Authority, Team
from casework.querysets import (
    delayed_recommendation,
    nothing_in_the_way,
    open_recommendation,
    six_weeks_old,
)
from casework.working_days import ALLOCATION, ONE_DAY

FORTNIGHT = dt.timedelta(days=14)
ME, NOBODY, MINE, NONE = "me", "nobody", "mine", "none"


def staff_names() -> list[tuple[str, str]]:
    """Keys and names; former staff too, whose cases are what a manager looks for."""
    staff = User.objects.filter(is_staff=True).order_by("username")
    return [(str(user.pk), user.get_username()) for user in staff]


def team_names() -> list[tuple[str, str]]:
    return [(str(team.pk), team.name) for team in Team.objects.all()]


def teams_of(request: HttpRequest) -> list[int]:
    """Keys of one's teams: few, and by them an index finds the cases."""
    mine = Team.objects.filter(members=cast(User, request.user)).order_by()
    return list(mine.values_list("pk", flat=True))


def once[T](request: HttpRequest, name: str, find: Callable[[], T]) -> T:
    """What several filters of one page need, found once for the page."""
    if not hasattr(request, name):
        setattr(request, name, find())
    found: T = getattr(request, name)
    return found


class ConditionFilter(admin.SimpleListFilter):
    """A filter that is a condition, so that a desk counts by several in one query."""

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        """What is true of the rows that the filter shows with this value; `Q()`: of all."""
        raise LookupError(f"{cls.__name__} has no condition.")

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(self.condition(request, self.value()))


class CaseworkerFilter(ConditionFilter):
    """Cases by who works on them; `field` leads from the list's record to the caseworker."""

    title = "caseworker"
    parameter_name = "caseworker"
    field = "caseworker"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(ME, "Me"), (NOBODY, "Nobody"), *once(request, "staff_names", staff_names)]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        if value == ME:
            return Q((cls.field, request.user.pk))
        if value == NOBODY:
            return Q((f"{cls.field}__isnull", True))
        return Q((cls.field, value)) if is_key(value) else Q()


class TeamFilter(ConditionFilter):
    title = "team"
    parameter_name = "team"
    field = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(MINE, "Mine"), (NONE, "None"), *once(request, "team_names", team_names)]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        if value == MINE:
            return Q((f"{cls.field}__in", once(request, "my_teams", partial(teams_of, request))))
        if value == NONE:
            return Q((f"{cls.field}__isnull", True))
        return Q((cls.field, value)) if is_key(value) else Q()


class CaseworkerOfDecisionFilter(CaseworkerFilter):
    field = "complaint__caseworker"


class TeamOfDecisionFilter(TeamFilter):
    field = "complaint__team"


class CaseworkerOfRecommendationFilter(CaseworkerFilter):
    field = "decision__complaint__caseworker"


class TeamOfRecommendationFilter(TeamFilter):
    field = "decision__complaint__team"


class StageFilter(ConditionFilter):
    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", "Open: before the decision"),
            ("not_closed", "Not closed: open or in remedy"),
            *Stage.choices,
        ]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        if value == "open":
            return Q(stage__in=OPEN_STAGES)
        if value == "not_closed":
            return Q(stage__in=(*OPEN_STAGES, Stage.REMEDY))
        return Q(stage=value) if value in Stage.values else Q()


class AllocationFilter(ConditionFilter):
    """Cases that have waited too long for a caseworker, by the days since they were received."""

    title = "allocation"
    parameter_name = "allocation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", f"Nobody’s for more than {ALLOCATION} working days")]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        if value != "late":
            return Q()
        late = last_day_late(timezone.localdate())
        return Q(stage__in=OPEN_STAGES, caseworker=None, received_on__lte=late)


def last_day_late(today: dt.date) -> dt.date:
    """The newest day since when more working days have passed than allocation may take."""
    known, day = calendar(), today
    while known.between(day, today) <= ALLOCATION:
        day -= ONE_DAY
    return day


class OfAuthorityFilter(admin.ChoicesFieldListFilter):
    """By a property of the authority: its few authorities first, then no join for each case."""

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if not self.used_parameters:
            return queryset
        path = self.field_path.removesuffix(self.field.name)
        alike = Authority.objects.order_by().filter(
            *(
                build_q_object_from_lookup_parameters({name.removeprefix(path): cast(Any, values)})
                for name, values in self.used_parameters.items()
            )
        )
        keys = list(alike.values_list("pk", flat=True))
        return queryset.filter(**{f"{path.removesuffix('__')}__in": keys})


class WaitingFilter(ConditionFilter):
    """Recommendations by what is waited for."""

    title = "waiting"
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", "Open"),
            ("fortnight", "Due within a fortnight"),
            ("overdue", "Overdue"),
            ("evidence", "Evidence waiting"),
            ("delayed", "Delayed by twelve months"),
            ("completed", "Completed"),
        ]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        today = timezone.localdate()
        match value:
            case "open":
                return open_recommendation()
            case "fortnight":
                return open_recommendation() & Q(due_on__range=(today, today + FORTNIGHT))
            case "overdue":
                return open_recommendation() & Q(due_on__lt=today)
            case "evidence":  # the authority has sent some that nobody has accepted yet
                return open_recommendation() & Q(evidence_received_on__isnull=False)
            case "delayed":
                return delayed_recommendation(today)
            case "completed":
                return Q(completed_on__isnull=False)
        return Q()


class PublicationFilter(ConditionFilter):
    """Decisions by how far their statement is on its way to the public."""

    title = "publication"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("awaiting", "Awaiting publication"),
            ("ready", "Awaiting it, and six weeks old"),
            ("published", "Published"),
            ("withdrawn", "Withdrawn"),
            ("excepted", "Not to be published"),
        ]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        paths = {"statement": "statements__", "decision": ""}
        current = Q(statements__is_current=True)  # one of each decision, so that none comes twice
        waiting = nothing_in_the_way(**paths) & Q(statements__published_on=None)
        match value:
            case "awaiting":
                return waiting
            case "ready":
                return waiting & six_weeks_old(timezone.localdate(), **paths)
            case "published":
                return current & Q(
                    statements__published_on__isnull=False, statements__withdrawn_on=None
                )
            case "withdrawn":
                return current & Q(statements__withdrawn_on__isnull=False)
            case "excepted":
                return Q(publication_exception__isnull=False)
        return Q()


def is_key(value: str | None) -> bool:
    """Whether an address names a record by its number."""
    return bool(value) and str(value).isascii() and str(value).isdecimal() and len(str(value)) < 18
