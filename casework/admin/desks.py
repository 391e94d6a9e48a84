"""Desks: what waits for whom, on the start page.

A panel is a list with filters. Its number is that of the rows which the list shows at its address:
both come from the same filters over the same rows of the same page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest

from casework.admin.filters import ME, MINE, NOBODY, ConditionFilter, once, teams_of
from casework.admin.lists import Saved, address_of, saved
from casework.models import Complaint, Decision, Recommendation, SavedFilter

SAVED_SHOWN = 20

type Query = dict[str, str]


@dataclass(frozen=True, slots=True)
class Panel:
    """What waits: the list of a model with the filters that show it, by their parameters."""

    title: str
    model: type[Model]
    query: Query

    def of(self, scope: Query) -> "Panel":
        """The same for somebody's cases only."""
        return Panel(self.title, self.model, self.query | scope)

    def within(self, query: Query) -> "Panel":
        """What a query asks for beyond this panel."""
        return Panel(self.title, self.model, dict(query.items() - self.query.items()))

    def page(self) -> Any:
        return admin.site.get_model_admin(self.model)

    def condition(self, request: HttpRequest) -> Q:
        """What the filters of the list say of its rows."""
        filters = {
            each.parameter_name: each
            for each in self.page().get_list_filter(request)
            if isinstance(each, type) and issubclass(each, ConditionFilter)
        }
        if unknown := self.query.keys() - filters.keys():
            raise LookupError(f"The list of {self.model.__name__} has no filter {unknown}.")
        return Q(*(filters[name].condition(request, value) for name, value in self.query.items()))

    def rows(self, request: HttpRequest) -> QuerySet:
        """The rows of the list, found without the rest of what its page reads."""
        return self.page().get_queryset(request).order_by().filter(self.condition(request))

    def address(self) -> str:
        return address_of(self.model._meta, "changelist", urlencode(self.query))


@dataclass(frozen=True, slots=True)
class ShownPanel:
    title: str
    count: int
    address: str


@dataclass(frozen=True, slots=True)
class ShownDesk:
    title: str
    panels: list[ShownPanel]


@dataclass(frozen=True, slots=True)
class Desk:
    """Panels under a heading, for those whom `is_for` lets see them."""

    title: str
    is_for: Callable[[HttpRequest], bool]
    panels: tuple[Panel, ...]

    def seen(self, request: HttpRequest) -> list[Panel]:
        return [panel for panel in self.panels if panel.page().has_view_permission(request)]


def shown(desks: Iterable[Desk], request: HttpRequest) -> list[ShownDesk]:
    """The desks of this person, each with what waits there."""
    mine = [(desk.title, desk.seen(request)) for desk in desks if desk.is_for(request)]
    panels = iter(counted([panel for _, seen in mine for panel in seen], request))
    return [ShownDesk(title, list(islice(panels, len(seen)))) for title, seen in mine if seen]


def counted(panels: Sequence[Panel], request: HttpRequest) -> list[ShownPanel]:
    """The panels with the numbers of their rows, in one query for each kind of record.

    A kind of panel that finds its rows in its own way is counted apart.
    """
    counts: dict[int, int] = {}
    for kind, model in {(type(panel), panel.model): None for panel in panels}:
        of_model = {
            n: panel.query
            for n, panel in enumerate(panels)
            if (type(panel), panel.model) == (kind, model)
        }
        common = set.intersection(*(set(query.items()) for query in of_model.values()))
        every = kind("", model, EVERY_PANEL_WITHIN.get(model, {}) | dict(common))
        found = every.rows(request).aggregate(**{
            str(n): Count("pk", filter=every.within(query).condition(request))
            for n, query in of_model.items()
        })  # fmt: skip
        counts |= {int(n): count for n, count in found.items()}
    return [ShownPanel(panel.title, counts[n], panel.address()) for n, panel in enumerate(panels)]


def works_on_cases(request: HttpRequest) -> bool:
    return request.user.has_perm("casework.change_complaint")


def leads_casework(request: HttpRequest) -> bool:
    """Managers, and those who read everything."""
    return request.user.has_perm("casework.assign_complaint") or (
        request.user.has_perm("casework.view_look")
    )


def leads_a_team(request: HttpRequest) -> bool:
    return leads_casework(request) and bool(once(request, "my_teams", partial(teams_of, request)))


# The rows among which all panels of a kind of record count.
EVERY_PANEL_WITHIN: dict[type[Model], Query] = {
    Complaint: {"stage": "not_closed"},
    Decision: {"publication": "awaiting"},
    Recommendation: {"due": "open"},
}
OPEN_CASES = Panel("Open cases", Complaint, {"stage": "open"})
WORK = (
    OPEN_CASES,
    Panel("Cases in remedy", Complaint, {"stage": "remedy"}),
    Panel("Decisions awaiting publication", Decision, {"publication": "awaiting"}),
    Panel("Of these, six weeks old", Decision, {"publication": "ready"}),
    Panel("Recommendations due within a fortnight", Recommendation, {"due": "fortnight"}),
    Panel("Recommendations overdue", Recommendation, {"due": "overdue"}),
    Panel("Evidence waiting", Recommendation, {"due": "evidence"}),
    Panel("Delayed by twelve months", Recommendation, {"due": "delayed"}),
)


def scoped(scope: Query) -> tuple[Panel, ...]:
    return tuple(panel.of(scope) for panel in WORK)


DESKS = (
    Desk("My work", works_on_cases, scoped({"caseworker": ME})),
    Desk("My teams", leads_a_team, scoped({"team": MINE})),
    Desk(
        "Everybody’s work",
        leads_casework,
        (
            Panel("Open cases without a caseworker", Complaint, {
                "stage": "open", "caseworker": NOBODY,
            }),
            Panel("Of these, for more than 20 working days", Complaint, {"allocation": "late"}),
            *WORK,
        ),
    ),
)  # fmt: skip


def saved_on_start_page(request: HttpRequest) -> list[tuple[str, list[Saved]]]:
    """Saved filters by list, with their counts; only of lists that this person may see."""
    found: dict[str, list[SavedFilter]] = {}
    seen = SavedFilter.objects.seen_by(request.user)  # type: ignore[arg-type]
    for each in seen.select_related("owner").order_by("record", "name"):
        found.setdefault(each.record, []).append(each)
    lists = []
    for model, page in admin.site._registry.items():
        filters = found.get(model._meta.label_lower, [])
        if filters and page.has_view_permission(request):
            lists.append((
                str(model._meta.verbose_name_plural),
                saved(request, filters[:SAVED_SHOWN], page),  # type: ignore[arg-type]
            ))  # fmt: skip
    return lists
