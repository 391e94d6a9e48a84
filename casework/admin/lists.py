"""What every list of the back office has in common.

Several filters at once in one form, the filters in force with a link out of each, filters saved
under a name, and the whole filtered list as a file.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    PAGE_VAR,
    SEARCH_VAR,
    ChangeList,
)
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist, FieldError, PermissionDenied
from django.core.exceptions import SuspiciousOperation as NotAllowed
from django.db import DatabaseError, transaction
from django.db.models import Model, QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from casework.actions.looks import record_look
from casework.actions.saved_filters import save_filter
from casework.admin.exports import columns_of, written
from casework.admin.history import PERSONAL
from casework.choices import LookAt
from casework.models import SavedFilter
from casework.refusals import Refused
from casework.sheets import WRITERS

BY = "_by"  # what the filter form sends: for each filter a part of a query
# What of an address belongs to one look at a list, not to its filters.
PASSING = (PAGE_VAR, ALL_VAR, ERROR_FLAG, IS_POPUP_VAR, TO_FIELD_VAR, BY)
COUNTED = 1_000  # saved filters are counted so far: a count of everything would take too long
NO_LONGER = "no longer works"
EXPORT = "casework.export_list"


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    part: str  # of a query, such as `stage=open`; "" is all
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A filter as a field of the form."""

    title: str
    parameters: frozenset[str]
    choices: list[Choice]

    @property
    def options(self) -> SafeString:
        """Written here, since a list of years or people is long and a template slow."""
        return format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (each.part, mark_safe(" selected") if each.is_chosen else "", each.label)
                for each in self.choices
            ),
        )


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force and the address of the list without it."""

    title: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved filter as lists and the start page show it."""

    filter: SavedFilter
    address: str  # "" where it no longer works
    count: str
    is_own: bool


def address_of(opts: Any, page: str, query: str = "") -> str:
    found = reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}")
    return f"{found}?{query}" if query else found


# What Django and the databases raise where an address asks for what no list has.
NOT_FILTERS = (
    IncorrectLookupParameters,
    NotAllowed,
    FieldError,
    IndexError,
    OverflowError,
    TypeError,
    ValueError,
    DatabaseError,
)


class FilteredList(ChangeList):
    """A list as an address with filters shows it."""

    model_admin: "ListAdmin"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        super().__init__(request, *args, **kwargs)
        if not self.is_popup:
            self.title = capfirst(str(self.opts.verbose_name_plural))
        # Django would look the page of each row up to add them to its link.
        self._kept_in_links, self.preserved_filters = self.preserved_filters, ""

    def get_results(self, request: HttpRequest) -> None:
        self.pk_attname = self.lookup_opts.pk.attname  # Django's choices need it, and set it later
        if self._asks_for_something_unknown():
            self.queryset = self.queryset.none()
        if getattr(request, "asks_rows_only", False):
            return
        super().get_results(request)
        # The keys of the page first, from an index alone where there is one; what a page shows
        # beside them is joined to fifty rows and not to all that are sorted.
        keys = list(self.result_list.values_list("pk", flat=True))
        page = self.root_queryset
        if not page.query.select_related:
            page = self.apply_select_related(page)
        rows = page.in_bulk(keys)
        self.result_list = [rows[key] for key in keys if key in rows]

    def url_for_result(self, result: Model) -> str:
        found = super().url_for_result(result)
        return f"{found}?{self._kept_in_links}" if self._kept_in_links else found

    def _asks_for_something_unknown(self) -> bool:
        """Then no row is shown, rather than all of them."""
        return any(
            any(name in self.filter_params for name in field.parameters)
            and not any(each.is_chosen and each.part for each in field.choices)
            for field in self.filter_fields
        )

    @cached_property
    def filter_fields(self) -> list[Field]:
        return [self._field(spec) for spec in self.filter_specs]

    def _field(self, spec: Any) -> Field:
        parameters = frozenset(spec.expected_parameters())
        is_simple = type(spec).choices is admin.SimpleListFilter.choices
        if is_simple and not self.add_facets:  # the same, without an address for each choice
            name, value = spec.parameter_name, spec.value()
            return Field(str(spec.title), parameters, [
                Choice("All", "", value is None),
                *(
                    Choice(str(title), urlencode([(name, key)]), str(key) == value)
                    for key, title in spec.lookup_choices
                ),
            ])  # fmt: skip
        choices = []
        for choice in spec.choices(self):
            query = parse_qs(choice["query_string"].removeprefix("?"), keep_blank_values=True)
            part = urlencode([(k, v) for k, v in query.items() if k in parameters], doseq=True)
            choices.append(Choice(str(choice["display"]), part, bool(choice["selected"])))
        return Field(str(spec.title), parameters, choices)

    @cached_property
    def kept_parameters(self) -> list[tuple[str, str]]:
        """What the form of filters leaves as it is: search, order, days, links from elsewhere."""
        own = frozenset[str]().union(*(each.parameters for each in self.filter_fields))
        return [
            (name, value)
            for name, values in self.filter_params.items()
            if name not in own and name != ALL_VAR
            for value in values
        ]

    @cached_property
    def in_force(self) -> list[ActiveFilter]:
        return [*self._chosen(), *self._from_elsewhere()]

    def _chosen(self) -> Iterator[ActiveFilter]:
        for field in self.filter_fields:
            given = [name for name in self.filter_params if name in field.parameters]
            if given:
                chosen = [each.label for each in field.choices if each.is_chosen and each.part]
                value = " or ".join(chosen) or "something unknown"
                yield ActiveFilter(capfirst(field.title), value, self._without(field.parameters))

    def _from_elsewhere(self) -> Iterator[ActiveFilter]:
        """Filters that a link brought and the form does not have."""
        own = frozenset[str]().union(*(each.parameters for each in self.filter_fields))
        days = f"{self.date_hierarchy}__" if self.date_hierarchy else None
        for name, values in self.get_filters_params().items():
            if name in own or (days and name.startswith(days)):
                continue
            title, value = self._named(name, values)
            yield ActiveFilter(title, value, self._without(frozenset([name])))

    def _named(self, lookup: str, values: list[str]) -> tuple[str, str]:
        """A lookup such as `authority__id__exact` in words."""
        name, _, rest = lookup.partition("__")
        try:
            field = self.opts.get_field(name)
        except FieldDoesNotExist:
            return lookup, ", ".join(values)
        title = capfirst(str(getattr(field, "verbose_name", name)))
        if field.related_model and rest in {"", "exact", "id", "id__exact", "pk", "pk__exact"}:
            related = cast(Any, field.related_model)._base_manager
            keys = [value for value in values if value.isdecimal() and len(value) < 19]
            return title, ", ".join(str(row) for row in related.filter(pk__in=keys))
        return title, ", ".join(values)

    def _without(self, names: frozenset[str]) -> str:
        left = {name: v for name, v in self.filter_params.items() if name not in names}
        return "?" + urlencode(left, doseq=True)

    @cached_property
    def without_filters(self) -> str:
        return self._without(frozenset(self.get_filters_params()))

    @cached_property
    def query_to_save(self) -> str:
        """What a saved filter keeps of this address; "" if there is nothing to keep."""
        return kept_query(self.request.GET.urlencode())

    @cached_property
    def saved_filters(self) -> list[Saved]:
        found = SavedFilter.objects.seen_by(cast(User, self.request.user))
        return saved(
            self.request,
            found.filter(record=self.opts.label_lower).select_related("owner"),
            self.model_admin,
        )

    @property
    def save_address(self) -> str:
        return address_of(self.opts, "save_filter")

    @property
    def may_save(self) -> bool:
        return may_keep(self.request, self.opts)

    @property
    def exports(self) -> list[tuple[str, str]]:
        """Kinds of file and where each is had; none without the permission."""
        if not self.model_admin.has_export_list_permission(self.request):
            return []
        query = cleaned_query(self.request.GET.urlencode())
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        return [
            (ending.upper(), f"{reverse(name, args=[ending])}?{query}".removesuffix("?"))
            for ending in WRITERS
        ]

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """Bulk actions over the whole filtered list, and the address of each."""
        if self.is_popup or not self.result_count:
            return []
        query = cleaned_query(self.request.GET.urlencode())
        return self.model_admin.deeds_over(self.request, self.result_count, query)


def cleaned_query(query: str) -> str:
    """The filters, search and order of a query, without page and passing marks."""
    pairs = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in PASSING]
    return urlencode(pairs)


def kept_query(query: str) -> str:
    """What is saved of a query: not the words searched for, which may be somebody's name."""
    pairs = parse_qsl(cleaned_query(query), keep_blank_values=True)
    return urlencode([pair for pair in pairs if pair[0] != SEARCH_VAR])


def may_keep(request: HttpRequest, opts: Any) -> bool:
    """Filters of lists of personal data are not kept: they look for a person."""
    return request.user.has_perm("casework.add_savedfilter") and opts.label_lower not in PERSONAL


def chosen_address(request: HttpRequest) -> str:
    """The address of what the form of filters asks for."""
    query = request.GET.copy()
    parts = query.pop(BY)
    query.pop(PAGE_VAR, None)
    for part in parts:
        for name, value in parse_qsl(str(part), keep_blank_values=True):
            query.appendlist(name, value)
    return f"{request.path}?{query.urlencode()}"


def saved(request: HttpRequest, filters: Iterable[SavedFilter], page: "ListAdmin") -> list[Saved]:
    """Saved filters of one list with the number of rows each opens, counted like the list."""
    found = []
    for each in filters:
        is_own = each.owner_id == request.user.pk
        try:
            count = page.rows_of(request, each.query).order_by()[: COUNTED + 1].count()
        except (Refused, *NOT_FILTERS):
            found.append(Saved(each, "", NO_LONGER, is_own))
            continue
        number = f"more than {COUNTED:,}" if count > COUNTED else f"{count:,}"
        found.append(Saved(each, address_of(page.opts, "changelist", each.query), number, is_own))
    return found


class ListAdmin(admin.ModelAdmin):
    """The list of any record; `also_exported` names what files have beside the list's columns."""

    show_facets = admin.ShowFacets.NEVER  # a count of every choice
    show_full_result_count = False
    also_exported: tuple[str, ...] = ()
    not_exported: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path("export/<str:ending>/", view(self.export_view), name=f"{name}_export"),
            path("filters/save/", view(self.save_filter_view), name=f"{name}_save_filter"),
            *super().get_urls(),
        ]

    def get_also_exported(self, request: HttpRequest) -> tuple[str, ...]:
        return self.also_exported

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FilteredList

    def action_checkbox(self, obj: Model) -> SafeString:
        """As Django's, without a template of its own for each row."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" '
            'aria-label="Select this object for an action - {}">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            obj,
        )

    def has_export_list_permission(self, request: HttpRequest) -> bool:
        """Lists of an app may be taken away with a permission of the app's own, too."""
        of_app = getattr(self.opts.app_config, "export_permission", EXPORT)
        return request.user.has_perm(EXPORT) or request.user.has_perm(of_app)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if BY in request.GET:
            return HttpResponseRedirect(chosen_address(request))
        if any("\0" in text for pair in parse_qsl(request.GET.urlencode()) for text in pair):
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        if ERROR_FLAG in request.GET:
            self.message_user(
                request,
                "The address asked for a filter or a page that this list does not have, so the "
                "whole list is shown: choose its filters again.",
                messages.WARNING,
            )
        try:
            return super().changelist_view(request, extra_context)
        except (IndexError, OverflowError, DatabaseError):
            if request.method != "GET" or not request.GET:
                raise
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")

    def deeds_over(self, request: HttpRequest, count: int, query: str) -> list[tuple[str, str]]:
        """What may be done to all `count` rows that a query shows, with the address of each."""
        return []

    def rows_of(self, request: HttpRequest, query: str) -> QuerySet:
        """The rows that this list shows this person at an address with that query.

        Refused where the list does not have what the query asks for.
        """
        asked = copy(request)
        asked.GET = QueryDict(query)
        asked.asks_rows_only = True  # type: ignore[attr-defined]
        if "\0" in "".join(value for _, values in asked.GET.lists() for value in values):
            raise Refused("The filters of this address hold a character that no record has.")
        try:
            return self.get_changelist_instance(asked).queryset
        except NOT_FILTERS as error:
            raise Refused("This list does not have these filters.") from error

    # Taking the list away ------------------------------------------------------------------------

    def export_view(self, request: HttpRequest, ending: str) -> HttpResponse | FileResponse:
        """The whole filtered list as a file, and a record that it was taken."""
        if ending not in WRITERS:
            raise Http404
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if not self.has_export_list_permission(request):
            raise PermissionDenied
        query = cleaned_query(request.GET.urlencode())
        try:
            rows = self.rows_of(request, query)
            columns = columns_of(self, request)
            file, count = written(rows, columns, ending=ending)
        except Refused as refused:
            for problem in refused.problems:
                self.message_user(request, problem, messages.ERROR)
            return HttpResponseRedirect(address_of(self.opts, "changelist"))
        filters = described(query, with_values=self.opts.label_lower not in PERSONAL)
        record_look(
            by=cast(User, request.user),
            what=LookAt.EXPORT,
            detail=f"{self.opts.label_lower} as {ending.upper()}: {filters}"[:300],
            rows=count,
        )
        name = f"{self.opts.verbose_name_plural}-{timezone.localdate()}".replace(" ", "-")
        return FileResponse(file, as_attachment=True, filename=f"{name}.{ending}")

    # Saved filters -------------------------------------------------------------------------------

    def _refuse_nonsense(self, request: HttpRequest, query: str) -> None:
        """Asks the database too, which understands less than Django lets through."""
        try:
            with transaction.atomic():
                self.rows_of(request, query).order_by()[:1].exists()
        except NOT_FILTERS as error:
            raise Refused("This list does not have these filters.") from error

    def save_filter_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not self.has_view_or_change_permission(request):
            raise PermissionDenied
        query = kept_query(request.POST.get("query", ""))
        try:
            if not may_keep(request, self.opts):
                raise PermissionDenied
            self._refuse_nonsense(request, query)
            saved_filter = save_filter(
                by=cast(User, request.user),
                name=request.POST.get("name", ""),
                record=self.opts.label_lower,
                query=query,
                is_shared=bool(request.POST.get("is_shared")),
            )
        except Refused as refused:
            for problem in refused.problems:
                self.message_user(request, f"The filters were not saved. {problem}", messages.ERROR)
        else:
            self.message_user(request, f"Saved as “{saved_filter.name}”.", messages.SUCCESS)
        return HttpResponseRedirect(address_of(self.opts, "changelist", query))


def described(query: str, *, with_values: bool) -> str:
    """A list's filters for the record of exports; what was searched for may be a name.

    So may values of filters be, on lists of personal data.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    said = [
        f"{name}={value}" if with_values else name
        for name, value in pairs
        if name not in {SEARCH_VAR, "o"}
    ]
    said += ["a search" for name, value in pairs if name == SEARCH_VAR and value]
    return ", ".join(said) or "all"
