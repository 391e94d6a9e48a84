"""Anonymising closed cases past their period: proposed on one list, agreed on another."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from casework.actions.bulk import BulkChange
from casework.actions.retention import Agreement, Proposal, Withdrawal, due_for_anonymisation
from casework.admin.bulk import BulkAdmin, BulkForm, Deed
from casework.models import Anonymisation


class _Form(BulkForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "Kept in the history. Name nobody here."


class ProposalForm(_Form):
    def change(self) -> BulkChange:
        return Proposal(today=timezone.localdate())


class AgreementForm(_Form):
    """Asks for no reason: it is the same for every case."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget = forms.HiddenInput()

    def change(self) -> BulkChange:
        return Agreement(by_key=self.by.pk, today=timezone.localdate())


class WithdrawalForm(_Form):
    def change(self) -> BulkChange:
        return Withdrawal()


PROPOSE = Deed(
    "propose", "Propose anonymising", "proposed; another person has to agree",
    "casework.add_anonymisation", ProposalForm,
)  # fmt: skip
AGREE = Deed(
    "agree", "Agree to", "agreed; their cases name nobody any more",
    "casework.change_anonymisation", AgreementForm,
)  # fmt: skip
WITHDRAW = Deed(
    "withdraw", "Withdraw", "withdrawn", "casework.add_anonymisation", WithdrawalForm,
)  # fmt: skip


class RetentionFilter(admin.SimpleListFilter):
    """Complaints on the way to being anonymised; for those who have to do with it."""

    title = "retention"
    parameter_name = "retention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not request.user.has_perm("casework.view_anonymisation"):
            return []
        return [("due", "Due"), ("proposed", "Proposed"), ("done", "Anonymised")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "due":
                due = due_for_anonymisation(timezone.localdate(), among=queryset)
                return due.filter(anonymisation=None)
            case "proposed":
                return queryset.filter(anonymisation__agreed_at=None).exclude(anonymisation=None)
            case "done":
                return queryset.filter(anonymised_on__isnull=False)
        return queryset


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting for agreement"), ("agreed", "Agreed and anonymised")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() in {"waiting", "agreed"}:
            return queryset.filter(agreed_at__isnull=self.value() == "waiting")
        return queryset


@admin.register(Anonymisation)
class AnonymisationAdmin(BulkAdmin):
    """Proposals and what became of them; they are made and agreed as bulk actions alone."""

    list_display = ("complaint", "proposed_at", "proposed_by", "agreed_at", "agreed_by")
    list_filter = (StateFilter,)
    list_select_related = ("complaint", "proposed_by", "agreed_by")
    search_fields = ("complaint__reference",)
    search_help_text = "By the case's reference."
    change_list_template = "admin/retention/list.html"
    deeds = (AGREE, WITHDRAW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Anonymisation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Anonymisation | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        months = {"months": settings.RETENTION_MONTHS}
        return super().changelist_view(request, months | (extra_context or {}))
