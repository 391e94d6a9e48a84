"""What the system keeps of who saw and changed what; frozen years; teams."""

import datetime as dt
from abc import abstractmethod
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ManyToManyField, OuterRef, QuerySet, Subquery
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from casework.admin.cases import case_page
from casework.admin.forms import reference_begun
from casework.admin.history import who
from casework.admin.pages import BackOfficeAdmin, RecordAdmin, shown_entries
from casework.models import Batch, Change, Complaint, LockedPeriod, Look, Team


def day_typed(text: str) -> tuple[dt.datetime, dt.datetime] | None:
    """The first instant of a day typed as `2026-05-03` and the first of the next; None if none."""
    try:
        day = dt.date.fromisoformat(text.strip())
        instants = [
            timezone.make_aware(dt.datetime.combine(each, dt.time()))
            for each in (day, day + dt.timedelta(days=1))
        ]
    except (ValueError, OverflowError):
        return None
    return instants[0], instants[1]


class DoneAdmin(RecordAdmin):
    """Who did what when: found by the person's whole name, by case and by day."""

    when = ""
    search_help_text = "By username, by the case's reference, or by day such as 2026-05-03."

    @abstractmethod
    def of_cases(self, rows: QuerySet, reference: str) -> QuerySet:
        """The rows that belong to cases whose reference begins so."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if day := day_typed(search_term):
            return queryset.filter(
                **{f"{self.when}__gte": day[0], f"{self.when}__lt": day[1]}
            ), False
        if reference := reference_begun(search_term):
            return self.of_cases(queryset, reference), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(Look)
class LookAdmin(DoneAdmin):
    list_display = ("seen_at", "seen_by", "what", "case", "rows", "detail")
    list_filter = ("what", "seen_at")
    list_select_related = ("seen_by", "complaint")
    search_fields = ("=seen_by__username",)
    when = "seen_at"
    fields = ("seen_at", "seen_by", "what", "case", "rows", "detail")
    readonly_fields = ("case",)

    def of_cases(self, rows: QuerySet, reference: str) -> QuerySet:
        return rows.filter(complaint__reference__startswith=reference)

    @admin.display(description="case", ordering="complaint__reference", empty_value="")
    def case(self, look: Look) -> SafeString | None:
        if look.complaint is None:
            return None
        return format_html('<a href="{}">{}</a>', case_page(look.complaint), look.complaint)


@admin.register(Batch)
class BatchAdmin(DoneAdmin):
    list_display = ("begun_at", "begun_by", "what", "reason")
    list_filter = ("begun_at",)
    list_select_related = ("begun_by",)
    search_fields = ("=begun_by__username", "what")
    search_help_text = (
        "By username, by words of what was done, by the case's reference, or by day such as "
        "2026-05-03."
    )
    when = "begun_at"
    fields = ("begun_at", "begun_by", "what", "reason", "changes")
    readonly_fields = ("changes",)

    def of_cases(self, rows: QuerySet, reference: str) -> QuerySet:
        cases = Complaint.objects.filter(reference__startswith=reference).values("pk")
        changed = Change.objects.filter(case_id__in=cases).order_by().values("batch")
        return rows.filter(pk__in=changed)

    @admin.display(description="changes")
    def changes(self, batch: Batch) -> SafeString:
        address = reverse("admin:casework_change_changelist")
        number = batch.changes.count()
        return format_html(
            '<a href="{}?batch__id__exact={}">{} record{}</a>',
            address, batch.pk, number, "" if number == 1 else "s",
        )  # fmt: skip


class RecordFilter(admin.SimpleListFilter):
    """By kind of record; the kinds are written down, as reading them from the rows takes long."""

    title = "record"
    parameter_name = "record"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [
            (model._meta.label_lower, capfirst(str(model._meta.verbose_name)))
            for model in admin.site._registry
            if model._meta.app_label in {"casework", "reviews", "auth"}
        ]
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(record=self.value()) if self.value() else queryset


@admin.register(Change)
class ChangeAdmin(DoneAdmin):
    list_display = ("changed_at", "by", "action", "record", "case", "what", "why")
    list_filter = ("action", RecordFilter, "changed_at")
    list_select_related = ("batch__begun_by",)
    search_fields = ("=batch__begun_by__username",)
    when = "changed_at"
    fields = ("changed_at", "by", "action", "record", "case", "fields_changed", "what", "why")
    readonly_fields = ("by", "case", "fields_changed", "what", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        case = Complaint.objects.filter(pk=OuterRef("case_id")).values("reference")
        return (
            super()
            .get_queryset(request)
            .select_related("batch__begun_by")
            .annotate(reference=Subquery(case))
        )

    def of_cases(self, rows: QuerySet, reference: str) -> QuerySet:
        cases = Complaint.objects.filter(reference__startswith=reference).values("pk")
        return rows.filter(case_id__in=cases)

    @admin.display(description="who")
    def by(self, change: Change) -> str:
        return who(change)

    @admin.display(description="case", empty_value="")
    def case(self, change: Any) -> SafeString | None:
        if change.reference is None:
            return None
        address = reverse("admin:casework_complaint_change", args=[change.case_id])
        return format_html('<a href="{}">{}</a>', address, change.reference)

    @admin.display(description="in")
    def what(self, change: Change) -> str:
        return change.batch.what if change.batch else ""

    @admin.display(description="why")
    def why(self, change: Change) -> str:
        return change.batch.reason if change.batch else ""

    @admin.display(description="fields")
    def fields_changed(self, change: Any) -> SafeString:
        # Set by the page below, which knows who asks.
        return format_html_join(
            SafeString("<br>"),
            "{}: {} → {}",
            ((each.label, each.before, each.after) for each in change.shown.fields),
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        (obj.shown,) = shown_entries([obj], request)
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(LockedPeriod)
class LockedPeriodAdmin(RecordAdmin):
    list_display = ("year", "first_day", "last_day", "locked_at")
    list_filter = ("locked_at",)
    search_fields = ("year",)


@admin.register(Team)
class TeamAdmin(BackOfficeAdmin):
    list_display = ("name", "people")
    list_filter = (("members", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "members__username")
    fields = ("name", "members")
    filter_horizontal = ("members",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("members")

    @admin.display(description="members")
    def people(self, team: Team) -> str:
        return ", ".join(member.get_username() for member in team.members.all())

    def formfield_for_manytomany(
        self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField | None:
        kwargs["queryset"] = User.objects.filter(is_staff=True).order_by("username")
        return super().formfield_for_manytomany(db_field, request, **kwargs)
