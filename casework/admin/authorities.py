"""Authorities, their populations and their officers."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import Count, Min, Q, QuerySet, TextField
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from casework.actions.merging import AuthorityMerge
from casework.actions.reorganisation import pass_duty, under_duty, why_no_duty_passes
from casework.admin.forms import (
    ContactForm,
    ContactFormSet,
    DayField,
    DaysInOrderForm,
    PopulationForm,
)
from casework.admin.merging import WithMerging
from casework.admin.pages import BackOfficeAdmin, actor, council, day, refusal
from casework.admin.tools import Tool
from casework.conditions import in_words
from casework.models import (
    Authority,
    Contact,
    Decision,
    EarlierName,
    FormerCode,
    Population,
)
from casework.refusals import Refused


class InForceFilter(admin.SimpleListFilter):
    title = "in force"
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("today", "Today"),
            ("ended", "Ended"),
            ("future", "Not yet"),
            ("merged", "Merged into another"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        today = timezone.localdate()
        match self.value():
            case "today":
                return queryset.in_force_on(today)
            case "ended":
                return queryset.filter(ends_on__lt=today)
            case "future":
                return queryset.filter(starts_on__gt=today)
            case "merged":
                return queryset.filter(merged_into__isnull=False)
        return queryset


class InOfficeFilter(admin.SimpleListFilter):
    title = "in office"
    parameter_name = "in_office"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("today", "Today")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "today":
            return queryset.in_office_on(timezone.localdate())
        return queryset


class EarlierNameInline(admin.TabularInline):
    model = EarlierName
    form = DaysInOrderForm
    extra = 0


class FormerCodeInline(admin.TabularInline):
    model = FormerCode
    extra = 0


class PopulationInline(admin.TabularInline):
    model = Population
    form = PopulationForm
    extra = 0


class ContactInline(admin.StackedInline):
    model = Contact
    form = DaysInOrderForm
    formset = ContactFormSet
    fields = (
        ("role", "starts_on", "ends_on"),
        ("title", "forenames", "surname"),
        ("job_title", "email"),
    )
    extra = 0
    show_change_link = True


class PassDutyForm(forms.Form):
    to_authority = forms.ModelChoiceField(Authority.objects.none(), label="Successor")
    on = DayField(label="Passed on", help_text="The successor has to comply from this day on.")
    reason = forms.CharField(
        max_length=300,
        validators=[in_words],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Such as the order by which the authority ended; kept for good.",
    )

    def __init__(self, *args: Any, authority: Authority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successors = authority.successors.all()
        field: Any = self.fields["to_authority"]
        field.queryset = successors
        if len(successors) == 1:
            field.initial = successors[0]
        if authority.ends_on:
            self.fields["on"].initial = authority.ends_on + dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case with open recommendations; `first_due` is the earliest of their days."""

    decision: Decision
    number: int
    first_due: dt.date
    is_ticked: bool


def waiting_cases(authority: Authority, ticked: Sequence[str] | None) -> list[WaitingCase]:
    """What waits for an authority to comply; all ticked where nobody has chosen yet."""
    is_open = Q(recommendations__completed_on=None)
    decisions = (
        Decision.objects.filter(pk__in=under_duty(authority).order_by().values("pk"))
        .select_related("complaint", "authority")
        .annotate(
            number=Count("recommendations", filter=is_open),
            first_due=Min("recommendations__due_on", filter=is_open),
        )
        .order_by("complaint__reference")
    )
    return [
        WaitingCase(
            decision,
            decision.number,
            decision.first_due,
            ticked is None or str(decision.pk) in ticked,
        )
        for decision in decisions
    ]


class WithDuty(WithMerging):
    """A page on which the duty of an abolished authority to comply passes to its successor."""

    def tools(self, request: HttpRequest, record: Authority) -> Iterable[Tool]:
        yield from super().tools(request, record)
        if request.user.has_perm("casework.pass_duty") and record.ends_on:
            yield Tool("Pass the duty to comply", self._page("pass_duty", record.pk))

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "<path:object_id>/pass-duty/",
            self.admin_site.admin_view(self.pass_duty_view),
            name="casework_authority_pass_duty",
        )
        return [page, *super().get_urls()]

    def pass_duty_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        authority = self.get_object(request, unquote(object_id))
        if authority is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not request.user.has_perm("casework.pass_duty"):
            raise PermissionDenied
        form = PassDutyForm(request.POST or None, authority=authority)
        ticked = request.POST.getlist("decisions") if request.method == "POST" else None
        if request.method == "POST" and form.is_valid():
            try:
                passed = pass_duty(
                    from_authority=authority,
                    by=actor(request),
                    decisions={int(key) for key in ticked or () if key.isdecimal()},
                    **form.cleaned_data,
                )
            except Refused as refused:
                for problem in refused.problems:
                    form.add_error(None, problem)
            except DatabaseError as error:
                form.add_error(None, refusal(error))
            else:
                cases = f"{len(passed)} case{'' if len(passed) == 1 else 's'}"
                self.message_user(
                    request,
                    f"The duty to comply in {cases} passed to {passed[0].to_authority} on "
                    f"{day(passed[0].passed_on)}.",
                )
                return HttpResponseRedirect(self._page("change", authority.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": "Pass the duty to comply",
            "opts": self.opts,
            "original": authority,
            "form": form,
            "why_not": why_no_duty_passes(authority, timezone.localdate()),
            "cases": waiting_cases(authority, ticked),
        }
        return TemplateResponse(request, "admin/reorganisation/pass_duty.html", context)


@admin.register(Authority)
class AuthorityAdmin(WithDuty):
    merging = AuthorityMerge
    list_display = (
        "official_name", "authority_type", "region", "gss_code", "starts_on", "ends_on",
    )  # fmt: skip
    list_filter = (InForceFilter, "authority_type", "region")
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = (
        "official_name", "letter_name", "short_name", "other_names", "slug", "=gss_code", "=code",
        "=former_codes__gss_code", "earlier_names__name",
    )  # fmt: skip
    search_help_text = "By any name, present or former, or by GSS code."
    autocomplete_fields = ("county", "successors")
    form = DaysInOrderForm
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 2, "cols": 60})}}
    inlines = (ContactInline, PopulationInline, EarlierNameInline, FormerCodeInline)
    view_on_site = False
    fieldsets = (
        (
            "Name",
            {"fields": ("official_name", "slug", "letter_name", "short_name", "other_names")},
        ),
        ("Kind and place", {"fields": ("authority_type", "region", "county")}),
        ("Time and codes", {
            "fields": (("starts_on", "ends_on"), "successors", ("gss_code", "code")),
        }),
        ("Casework", {"fields": ("casework", "merged")}),
        ("Further", {
            "classes": ("collapse",),
            "fields": ("website", ("latitude", "longitude"), "note"),
        }),
    )  # fmt: skip

    def get_readonly_fields(
        self, request: HttpRequest, obj: Authority | None = None
    ) -> tuple[str, ...]:
        """The slug stands once given: issued letters print the address it is part of."""
        return ("casework", "merged", "slug") if obj else ("casework", "merged")

    def get_queryset_for_merging(self) -> QuerySet:
        return Authority.objects.usable()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Forms offer none that was merged into another; the list shows them."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            found = found.filter(merged_into=None)
        return found, may_repeat

    @admin.display(description="merged into")
    def merged(self, authority: Authority) -> str:
        if authority.merged_into is None:
            return ""
        return format_html(
            '<a href="{}">{}</a>',
            self._page("change", authority.merged_into_id),
            authority.merged_into,
        )

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Authority | None = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("official_name",)}

    @admin.display(description="records")
    def casework(self, authority: Authority) -> str:
        """Links to the lists of what is held about the authority; each list checks who asks."""
        if not authority.pk:
            return ""
        return format_html_join(
            " · ",
            '<a href="{}?authority__id__exact={}">{}</a>',
            (
                (reverse(f"admin:casework_{model}_changelist"), authority.pk, label)
                for model, label in (
                    ("complaint", "Complaints"),
                    ("decision", "Decisions"),
                    ("contact", "Officers"),
                    ("population", "Populations"),
                )
            ),
        )


@admin.register(Contact)
class ContactAdmin(BackOfficeAdmin):
    list_display = (council, "role", "printed_name", "email", "starts_on", "ends_on")
    list_display_links = ("printed_name",)
    list_filter = (InOfficeFilter, "role", "authority__authority_type", "authority__region")
    list_select_related = ("authority",)
    search_fields = ("surname", "forenames", "email", "authority__official_name")
    search_help_text = "By the officer's name or e-mail address, or by the authority."
    autocomplete_fields = ("authority",)
    form = ContactForm
    fieldsets = (
        (None, {"fields": ("authority", "role")}),
        ("Person", {"fields": ("title", ("forenames", "surname"), "job_title", "email")}),
        ("In office", {
            "description": "Letters go to the chief executive in office on the letter's date.",
            "fields": (("starts_on", "ends_on"),),
        }),
    )  # fmt: skip


@admin.register(Population)
class PopulationAdmin(BackOfficeAdmin):
    list_display = (council, "year", "residents", "source")
    list_filter = ("year", "authority__authority_type")
    list_select_related = ("authority",)
    search_fields = ("authority__official_name", "=authority__gss_code")
    search_help_text = "By the authority's name or GSS code."
    autocomplete_fields = ("authority",)
    form = PopulationForm
    fields = ("authority", "year", "residents", "source")
