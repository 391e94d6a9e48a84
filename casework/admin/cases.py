"""Complaints, decisions and recommendations.

Personal data shows itself only to those who may see complainants: `Complainant` by its own
permissions, the personal remedies among the recommendations by the same permission.
"""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db.models import Min, Prefetch, QuerySet, TextField
from django.forms import BaseModelFormSet, ModelForm, Textarea
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from casework.actions import supersede_decision
from casework.admin.forms import (
    ComplaintForm,
    DecisionForm,
    DecisionFormSet,
    RecommendationForm,
    RecommendationFormSet,
    reference_begun,
)
from casework.admin.pages import BackOfficeAdmin, RecordAdmin, council, day
from casework.choices import Compliance, RecommendationKind
from casework.models import (
    Complainant,
    Complaint,
    Decision,
    DecisionReason,
    ImportBatch,
    PublicCategory,
    PublicSubcategory,
    Recommendation,
)


def may_see_people(request: HttpRequest) -> bool:
    """Whether this person may see who complained and what was done for them."""
    return request.user.has_perm("casework.view_complainant")


class CaseSearch(admin.ModelAdmin):
    """Finds a case by its reference, whole or begun, with or without its spaces."""

    reference_field = "complaint__reference"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if reference := reference_begun(search_term):
            return queryset.filter(**{f"{self.reference_field}__startswith": reference}), False
        return super().get_search_results(request, queryset, search_term)


class YearEndingFilter(admin.SimpleListFilter):
    """Days of one year ending 31 March; a range of days, so that an index answers it."""

    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        first = Complaint.objects.aggregate(first=Min("received_on"))["first"]
        today = timezone.localdate()
        newest = today.year + (today >= dt.date(today.year, 4, 1))
        oldest = first.year + (first >= dt.date(first.year, 4, 1)) if first else newest
        return [(str(year), str(year)) for year in range(newest, oldest - 1, -1)]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        value = self.value()
        if not value or value not in dict(self.lookup_choices):
            return queryset
        year = int(value)
        return queryset.filter(
            **{
                f"{self.field}__gte": dt.date(year - 1, 4, 1),
                f"{self.field}__lte": dt.date(year, 3, 31),
            }
        )


class ReceivedFilter(YearEndingFilter):
    title = "received in the year ending 31 March"
    parameter_name = "received"
    field = "received_on"


class DecidedFilter(YearEndingFilter):
    title = "decided in the year ending 31 March"
    parameter_name = "decided"
    field = "decided_on"


class DueFilter(admin.SimpleListFilter):
    title = "carried out"
    parameter_name = "carried_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Overdue"), ("open", "Not yet"), ("done", "Completed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "overdue":
                return queryset.filter(completed_on=None, due_on__lt=timezone.localdate())
            case "open":
                return queryset.filter(completed_on=None)
            case "done":
                return queryset.filter(completed_on__isnull=False)
        return queryset


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("decided", "Decided")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "open":
                return queryset.undecided()
            case "decided":
                return queryset.filter(decisions__is_standing=True)
        return queryset


class ComplianceFilter(admin.SimpleListFilter):
    title = "compliance"
    parameter_name = "compliance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("awaited", "Upheld, none recorded yet"), *Compliance.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "awaited":
            return queryset.awaiting_compliance()
        return queryset.filter(compliance=self.value()) if self.value() else queryset


class ComplainantInline(admin.StackedInline):
    model = Complainant
    verbose_name = "complainant (personal data, never published)"
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 3, "cols": 40})}}
    fields = ("name", ("email", "telephone"), "address", "postcode")
    can_delete = False


class DecisionInline(admin.StackedInline):
    model = Decision
    form = DecisionForm
    formset = DecisionFormSet
    can_delete = False
    show_change_link = True
    readonly_fields = ("standing",)
    fieldsets = (
        (None, {
            "description": "A further decision takes the place of the one that stands; the "
            "former is kept. Recommendations are added on the decision's own page.",
            "fields": (
                ("outcome", "reason"),
                ("decided_on", "standing"),
                "is_remedied_by_authority",
                ("compliance", "compliance_recorded_on"),
            ),
        }),
    )  # fmt: skip

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj and obj.decisions.exists() else 1

    @admin.display(description="stands", boolean=True)
    def standing(self, decision: Decision) -> bool:
        return decision.is_standing


@admin.register(Complaint)
class ComplaintAdmin(CaseSearch, BackOfficeAdmin):
    reference_field = "reference"
    list_display = ("reference", "received_on", "outcome", council, "category")
    list_filter = (
        StateFilter, ReceivedFilter, "category", "authority__authority_type", "authority__region",
    )  # fmt: skip
    list_select_related = ("authority",)
    search_fields = ("authority__official_name", "authority__other_names", "subcategory")
    search_help_text = "By reference, whole or begun (20-001-234 or 20001234), or by authority."
    autocomplete_fields = ("authority", "public_subcategory")
    form = ComplaintForm
    inlines = (ComplainantInline, DecisionInline)
    fieldsets = (
        (None, {"fields": ("reference", "received_on", "authority")}),
        ("Subject", {"fields": ("category", "subcategory", "public_subcategory")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        standing = Decision.objects.standing().only("complaint", "outcome")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("decisions", queryset=standing, to_attr="standing"))
        )

    @admin.display(description="outcome", empty_value="Open")
    def outcome(self, complaint: Complaint) -> str | None:
        for decision in complaint.standing:  # type: ignore[attr-defined]
            return decision.get_outcome_display()
        return None

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        """A new decision takes the place of the one that stands, in the same transaction."""
        if formset.model is Decision and any(f.has_changed() for f in formset.extra_forms):
            for former in supersede_decision(complaint=form.instance):
                self.message_user(
                    request,
                    f"The new decision stands in place of that of {day(former.decided_on)}.",
                    messages.INFO,
                )
        super().save_formset(request, form, formset, change)


@admin.register(Complainant)
class ComplainantAdmin(CaseSearch, BackOfficeAdmin):
    list_display = ("complaint", "name", "postcode", "email")
    list_select_related = ("complaint",)
    search_fields = ("name", "postcode", "email", "telephone")
    search_help_text = "By name, postcode, e-mail address, telephone or the case's reference."
    readonly_fields = ("complaint",)
    fields = ("complaint", "name", ("email", "telephone"), "address", "postcode")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the complaint


class RecommendationInline(admin.StackedInline):
    model = Recommendation
    form = RecommendationForm
    formset = RecommendationFormSet
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 4, "cols": 80})}}
    fieldsets = (
        (None, {
            "fields": (("kind", "category"), "text", ("amount", "due_on", "completed_on")),
        }),
    )  # fmt: skip
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return without_hidden(request, super().get_queryset(request))


def without_hidden(request: HttpRequest, recommendations: QuerySet) -> QuerySet:
    """Leaves personal remedies out for those who may not see complainants."""
    if may_see_people(request):
        return recommendations
    return recommendations.exclude(kind=RecommendationKind.PERSONAL)


@admin.register(Decision)
class DecisionAdmin(CaseSearch, BackOfficeAdmin):
    list_display = (
        "complaint", "decided_on", "outcome", council, "is_remedied_by_authority", "compliance",
        "is_standing",
    )  # fmt: skip
    list_filter = (
        DecidedFilter, "outcome", ComplianceFilter, "is_remedied_by_authority", "is_standing",
        "category", "authority__authority_type",
    )  # fmt: skip
    list_select_related = ("complaint", "authority")
    # Newest entry first: the order of the key costs nothing, however long the history.
    ordering = ("-pk",)
    search_fields = ("authority__official_name", "authority__other_names")
    search_help_text = "By the case's reference, whole or begun, or by authority."
    form = DecisionForm
    inlines = (RecommendationInline,)
    readonly_fields = ("case", "authority", "category", "received_on", "is_standing")
    fieldsets = (
        ("Case", {"fields": (("case", "is_standing"), "authority", ("category", "received_on"))}),
        ("Decision", {
            "fields": (("outcome", "reason"), "decided_on", "is_remedied_by_authority"),
        }),
        ("Compliance", {
            "description": "One outcome for the whole case, dated when it was recorded.",
            "fields": (("compliance", "compliance_recorded_on"),),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("complaint", "authority")

    @admin.display(description="complaint")
    def case(self, decision: Decision) -> str:
        address = reverse("admin:casework_complaint_change", args=[decision.complaint_id])
        return format_html('<a href="{}">{}</a>', address, decision.complaint)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the complaint

    def has_change_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_standing)


@admin.register(Recommendation)
class RecommendationAdmin(CaseSearch, BackOfficeAdmin):
    reference_field = "decision__complaint__reference"
    list_display = ("case", "authority", "kind", "category", "due_on", "completed_on")
    list_filter = (DueFilter, "kind", "category")
    list_select_related = ("decision__complaint", "decision__authority")
    search_fields = ("text", "decision__authority__official_name")
    search_help_text = "By the case's reference, by authority or by words of the text."
    form = RecommendationForm
    readonly_fields = ("case", "authority")
    fieldsets = (
        ("Case", {"fields": (("case", "authority"),)}),
        (None, {
            "fields": (("kind", "category"), "text", "amount", ("due_on", "completed_on")),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return without_hidden(request, rows).select_related(
            "decision__complaint", "decision__authority"
        )

    @admin.display(description="complaint", ordering="decision__complaint__reference")
    def case(self, recommendation: Recommendation) -> str:
        return str(recommendation.decision.complaint)

    @admin.display(description="authority", ordering="decision__authority__official_name")
    def authority(self, recommendation: Recommendation) -> str:
        return str(recommendation.decision.authority)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the decision


class PublicSubcategoryInline(admin.TabularInline):
    model = PublicSubcategory
    prepopulated_fields = {"slug": ("name",)}
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("public_category")


@admin.register(PublicCategory)
class PublicCategoryAdmin(BackOfficeAdmin):
    list_display = ("name", "category")
    list_filter = ("category",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "category")
    inlines = (PublicSubcategoryInline,)


@admin.register(PublicSubcategory)
class PublicSubcategoryAdmin(BackOfficeAdmin):
    list_display = ("name", "public_category")
    list_filter = ("public_category",)
    search_fields = ("name", "public_category__name")
    autocomplete_fields = ("public_category",)
    prepopulated_fields = {"slug": ("name",)}
    fields = ("public_category", "name", "slug")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # The autocomplete of a complaint names both levels of each.
        return super().get_queryset(request).select_related("public_category")


@admin.register(DecisionReason)
class DecisionReasonAdmin(BackOfficeAdmin):
    list_display = ("name", "outcome", "code")
    list_filter = ("outcome",)
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}
    fields = ("outcome", "name", "code")


@admin.register(ImportBatch)
class ImportBatchAdmin(RecordAdmin):
    list_display = (
        "imported_at", "kind", "file_name", "new", "changed", "unchanged", "imported_by",
    )  # fmt: skip
    list_filter = ("kind",)
    list_select_related = ("imported_by",)
    date_hierarchy = "imported_at"
    search_fields = ("file_name", "=sha256", "reason")
