"""Authorities, their populations and their officers."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, TextField
from django.forms import Textarea
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join

from casework.admin.forms import ContactForm, ContactFormSet, DaysInOrderForm, PopulationForm
from casework.admin.pages import BackOfficeAdmin, council
from casework.models import Authority, Contact, EarlierName, FormerCode, Population


class InForceFilter(admin.SimpleListFilter):
    title = "in force"
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("today", "Today"), ("ended", "Ended"), ("future", "Not yet")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        today = timezone.localdate()
        match self.value():
            case "today":
                return queryset.in_force_on(today)
            case "ended":
                return queryset.filter(ends_on__lt=today)
            case "future":
                return queryset.filter(starts_on__gt=today)
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


@admin.register(Authority)
class AuthorityAdmin(BackOfficeAdmin):
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
        ("Casework", {"fields": ("casework",)}),
        ("Further", {
            "classes": ("collapse",),
            "fields": ("website", ("latitude", "longitude"), "note"),
        }),
    )  # fmt: skip

    def get_readonly_fields(
        self, request: HttpRequest, obj: Authority | None = None
    ) -> tuple[str, ...]:
        """The slug stands once given: issued letters print the address it is part of."""
        return ("casework", "slug") if obj else ("casework",)

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
