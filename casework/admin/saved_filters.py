"""Saved filters: found again, renamed, shared and deleted by whoever saved them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst

from casework.admin.lists import NO_LONGER, saved
from casework.admin.pages import BackOfficeAdmin
from casework.models import SavedFilter


class SavedFilterForm(forms.ModelForm):
    class Meta:
        model = SavedFilter
        fields = ("name", "is_shared")

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = SavedFilter.objects.exclude(pk=self.instance.pk).filter(
            owner=self.instance.owner_id, record=self.instance.record, name=name
        )
        if others.exists():
            raise ValidationError("You have filters of this name for this list: choose another.")
        return name


def page_of(record: str) -> Any:
    """The list a saved filter is of; None if there is no such list any more."""
    for model, page in admin.site._registry.items():
        if model._meta.label_lower == record:
            return page
    return None


@admin.register(SavedFilter)
class SavedFilterAdmin(BackOfficeAdmin):
    list_display = ("name", "of_list", "is_shared", "owner")
    list_filter = ("is_shared",)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__username")
    form = SavedFilterForm
    fields = ("name", "is_shared", "of_list", "opens", "owner")
    readonly_fields = ("of_list", "opens", "owner")
    actions = None
    asks_reason = False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """One's own and shared ones, of lists that one may see."""
        lists = [
            model._meta.label_lower
            for model, page in admin.site._registry.items()
            if page.has_view_permission(request)
        ]
        mine = SavedFilter.objects.seen_by(request.user)  # type: ignore[arg-type]
        return mine.filter(record__in=lists)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the list whose filters they are

    def has_change_permission(self, request: HttpRequest, obj: SavedFilter | None = None) -> bool:
        is_own = obj is None or obj.owner_id == request.user.pk
        return super().has_change_permission(request, obj) and is_own

    def has_delete_permission(self, request: HttpRequest, obj: SavedFilter | None = None) -> bool:
        is_own = obj is None or obj.owner_id == request.user.pk
        return super().has_delete_permission(request, obj) and is_own

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> SavedFilter | None:
        found: SavedFilter | None = super().get_object(request, object_id, from_field)
        if found is not None:
            # The list counts the rows as this person sees them.
            found.asked_by = request  # type: ignore[attr-defined]
        return found

    @admin.display(description="list", ordering="record")
    def of_list(self, row: SavedFilter) -> str:
        page = page_of(row.record)
        return capfirst(str(page.opts.verbose_name_plural)) if page else row.record

    @admin.display(description="opens")
    def opens(self, row: SavedFilter) -> str:
        page = page_of(row.record)
        if page is None:
            return f"This filter {NO_LONGER}: its list is gone."
        (shown,) = saved(row.asked_by, [row], page)  # type: ignore[attr-defined]
        if not shown.address:
            return f"This filter {NO_LONGER}: its list does not have what it asks for."
        return format_html('<a href="{}">The list</a> ({})', shown.address, shown.count)
