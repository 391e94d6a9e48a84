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
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from casework.actions.bank_holidays import calendar
from casework.choices import Stage
from casework.models import Authority, Statement, Team
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


class CaseworkerFilter(admin.SimpleListFilter):
    """Cases by who works on them; `field` leads from the list's record to the caseworker."""

    title = "caseworker"
    parameter_name = "caseworker"
    field = "caseworker"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(ME, "Me"), (NOBODY, "Nobody"), *once(request, "staff_names", staff_names)]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        value = self.value()
        if value == ME:
            return queryset.filter(**{self.field: request.user.pk})
        if value == NOBODY:
            return queryset.filter(**{f"{self.field}__isnull": True})
        return queryset.filter(**{self.field: value}) if is_key(value) else queryset


class TeamFilter(admin.SimpleListFilter):
    title = "team"
    parameter_name = "team"
    field = "team"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(MINE, "Mine"), (NONE, "None"), *once(request, "team_names", team_names)]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        value = self.value()
        if value == MINE:
            return queryset.filter(
                **{f"{self.field}__in": once(request, "my_teams", partial(teams_of, request))}
            )
        if value == NONE:
            return queryset.filter(**{f"{self.field}__isnull": True})
        return queryset.filter(**{self.field: value}) if is_key(value) else queryset


class CaseworkerOfDecisionFilter(CaseworkerFilter):
    field = "complaint__caseworker"


class TeamOfDecisionFilter(TeamFilter):
    field = "complaint__team"


class CaseworkerOfRecommendationFilter(CaseworkerFilter):
    field = "decision__complaint__caseworker"


class TeamOfRecommendationFilter(TeamFilter):
    field = "decision__complaint__team"


class StageFilter(admin.SimpleListFilter):
    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", "Open: before the decision"),
            ("not_closed", "Not closed: open or in remedy"),
            *Stage.choices,
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        value = self.value()
        if value == "open":
            return queryset.open()
        if value == "not_closed":
            return queryset.not_closed()
        return queryset.filter(stage=value) if value in Stage.values else queryset


class AllocationFilter(admin.SimpleListFilter):
    """Cases that have waited too long for a caseworker, by the days since they were received."""

    title = "allocation"
    parameter_name = "allocation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", f"Nobody’s for more than {ALLOCATION} working days")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() != "late":
            return queryset
        return queryset.open().filter(
            caseworker=None, received_on__lte=last_day_late(timezone.localdate())
        )


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


class WaitingFilter(admin.SimpleListFilter):
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

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        today = timezone.localdate()
        match self.value():
            case "open":
                return queryset.open()
            case "fortnight":
                return queryset.due_between(today, today + FORTNIGHT)
            case "overdue":
                return queryset.overdue_on(today)
            case "evidence":
                return queryset.with_evidence_waiting()
            case "delayed":
                return queryset.delayed_on(today)
            case "completed":
                return queryset.filter(completed_on__isnull=False)
        return queryset


class PublicationFilter(admin.SimpleListFilter):
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

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        statements = Statement.objects.current().order_by()
        match self.value():
            case "awaiting":
                found = statements.may_be_published()
            case "ready":
                found = statements.publishable_on(timezone.localdate())
            case "published":
                found = statements.filter(published_on__isnull=False, withdrawn_on=None)
            case "withdrawn":
                found = statements.filter(withdrawn_on__isnull=False)
            case "excepted":
                return queryset.filter(publication_exception__isnull=False)
            case _:
                return queryset
        return queryset.filter(pk__in=found.values("decision"))


def is_key(value: str | None) -> bool:
    """Whether an address names a record by its number."""
    return bool(value) and str(value).isascii() and str(value).isdecimal() and len(str(value)) < 18
