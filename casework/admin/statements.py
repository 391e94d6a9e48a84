"""Lists of what is published of decisions and what stands in the way; written on their pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casework.admin.cases import CaseSearch
from casework.admin.pages import RecordAdmin
from casework.models import (
    CheckedPlaces,
    Decision,
    DecisionReview,
    PublicationException,
    PublicInterestReport,
    Statement,
)


class OfDecisionAdmin(CaseSearch, RecordAdmin):
    """Rows of decisions, found by the case's reference."""

    reference_field = "decision__complaint__reference"
    search_fields: ClassVar[tuple[str, ...]] = ("decision__authority__official_name",)
    search_help_text = "By the case's reference, whole or begun, or by authority."
    # Newest entry first, by the key.
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super()
            .get_queryset(request)
            .select_related("decision__complaint", "decision__authority")
        )

    @admin.display(description="complaint", ordering="decision__complaint__reference")
    def case(self, row: Any) -> str:
        return str(row.decision.complaint)

    @admin.display(description="authority", ordering="decision__authority__official_name")
    def authority(self, row: Any) -> str:
        return str(row.decision.authority)

    @admin.display(description="decision")
    def decision_page(self, row: Any) -> SafeString:
        decision: Decision = row.decision
        address = reverse("admin:casework_decision_change", args=[decision.pk])
        return format_html('<a href="{}">{}</a>', address, decision)


class StatementFilter(admin.SimpleListFilter):
    title = "publication"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("awaiting", "Not published, nothing in the way"),
            ("ready", "Of these, six weeks old"),
            ("published", "Published"),
            ("withdrawn", "Withdrawn after five years"),
            ("replaced", "Replaced"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "awaiting":
                return queryset.may_be_published()
            case "ready":
                return queryset.publishable_on(timezone.localdate())
            case "published":
                return queryset.shown()
            case "withdrawn":
                return queryset.filter(withdrawn_on__isnull=False)
            case "replaced":
                return queryset.filter(is_current=False)
        return queryset


@admin.register(Statement)
class StatementAdmin(OfDecisionAdmin):
    list_display = ("case", "authority", "number", "dated_on", "published_on", "is_current")
    list_filter = (StatementFilter,)
    also_exported = ("withdrawn_on", "written_at", "written_by", "decision__outcome")
    fields = (
        "decision_page", "authority", ("number", "is_current"), "dated_on",
        ("published_on", "withdrawn_on"), ("written_by", "written_at"), "text",
    )  # fmt: skip
    readonly_fields = ("decision_page", "authority")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("written_by")


@admin.register(CheckedPlaces)
class CheckedPlacesAdmin(OfDecisionAdmin):
    """Who said of which decision that its texts tell nobody who complained."""

    list_display = ("case", "authority", "checked_by", "checked_at")
    list_filter = ("checked_at",)
    not_exported = ("digest",)
    fields = ("decision_page", "authority", ("checked_by", "checked_at"))
    readonly_fields = ("decision_page", "authority")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("checked_by")


@admin.register(PublicationException)
class PublicationExceptionAdmin(OfDecisionAdmin):
    list_display = ("case", "authority", "ground", "decided_by", "decided_at")
    list_filter = ("ground",)
    also_exported = ("details",)
    fields = ("decision_page", "authority", "ground", "details", ("decided_by", "decided_at"))
    readonly_fields = ("decision_page", "authority")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("decided_by")


class OpenReviewFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Under way"), ("ended", "Ended")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() in {"open", "ended"}:
            return queryset.filter(ended_on__isnull=self.value() == "open")
        return queryset


@admin.register(DecisionReview)
class DecisionReviewAdmin(OfDecisionAdmin):
    list_display = ("case", "authority", "asked_on", "ended_on", "result")
    list_filter = (OpenReviewFilter, "result")
    also_exported = ("reason",)
    fields = ("decision_page", "authority", "asked_on", "reason", ("ended_on", "result"))
    readonly_fields = ("decision_page", "authority")


class AnswerFilter(admin.SimpleListFilter):
    title = "answer"
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("awaited", "Awaited"),
            ("overdue", "Overdue"),
            ("answered", "Answered, not yet satisfied"),
            ("satisfied", "Satisfied with the response"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "awaited":
                return queryset.filter(answered_on=None)
            case "overdue":
                return queryset.filter(answered_on=None, answer_due_on__lt=timezone.localdate())
            case "answered":
                return queryset.filter(answered_on__isnull=False, satisfied_on=None)
            case "satisfied":
                return queryset.filter(satisfied_on__isnull=False)
        return queryset


@admin.register(PublicInterestReport)
class PublicInterestReportAdmin(OfDecisionAdmin):
    list_display = (
        "case", "title", "authority", "issued_on", "answer_due_on", "answered_on", "satisfied_on",
    )  # fmt: skip
    list_filter = (AnswerFilter, "is_further")
    search_fields: ClassVar[tuple[str, ...]] = ("title", "decision__authority__official_name")
    fields = (
        "decision_page", "authority", ("title", "is_further"), ("issued_on", "answer_due_on"),
        ("answered_on", "satisfied_on"),
    )  # fmt: skip
    readonly_fields = ("decision_page", "authority")
