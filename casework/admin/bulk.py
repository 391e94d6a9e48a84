"""Bulk actions of lists: over the ticked rows or the whole filtered list, never unseen.

An action leads to a page of its own with the number of records and a form. What the form asks for
is checked first and shown with every refusal; only what was shown is then done.
"""

import datetime as dt
import re
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.options import Action
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from casework.actions.bulk import (
    AT_MOST,
    Assignment,
    BulkChange,
    Check,
    LaterDueDate,
    RecordedOutcome,
    carry_out,
    check,
)
from casework.admin.forms import may_work_on_cases
from casework.admin.lists import address_of, cleaned_query
from casework.admin.pages import USUAL_REASONS, BackOfficeAdmin, actor, day, refusal
from casework.choices import Compliance
from casework.conditions import A_WORD, in_words
from casework.models import Team
from casework.refusals import Refused

KEYS = "_keys"  # of the ticked rows, in the address; without it the whole filtered list is meant
AS_IT_IS, NOBODY = "", "nobody"


class BulkForm(forms.Form):
    """What is asked for; says which change that is."""

    reason = forms.CharField(
        required=False,
        max_length=300,
        validators=[in_words],
        help_text="Kept in the history. Needed where a case counts in a year whose figures are "
        "frozen.",
        widget=forms.TextInput(attrs={"class": "vTextField", "list": "usual-reasons"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.order_fields([name for name in self.fields if name != "reason"])

    @abstractmethod
    def change(self) -> BulkChange:
        """What the form asks for."""


class AssignmentForm(BulkForm):
    caseworker = forms.ChoiceField(required=False)
    team = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = "May be left blank; kept in the history."
        self._people = {str(user.pk): user for user in may_work_on_cases()}
        self._teams = {str(team.pk): team for team in Team.objects.all()}
        for name, label, found in (
            ("caseworker", "Nobody", self._people), ("team", "None", self._teams)
        ):  # fmt: skip
            field = cast(forms.ChoiceField, self.fields[name])
            field.choices = [
                (AS_IT_IS, "Leave as it is"),
                (NOBODY, label),
                *((key, str(row)) for key, row in found.items()),
            ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["caseworker"] and not cleaned["team"]:
            self.add_error("caseworker", "Choose a caseworker, a team or both.")
        return cleaned

    def change(self) -> BulkChange:
        caseworker, team = self.cleaned_data["caseworker"], self.cleaned_data["team"]
        return Assignment(
            caseworker=(self._people.get(caseworker),) if caseworker else None,
            team=(self._teams.get(team),) if team else None,
        )


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class LaterDueDateForm(BulkForm):
    due_on = forms.DateField(label="New due date", widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
        self.fields["reason"].help_text = "Why more time is agreed; kept with each extension."

    def change(self) -> BulkChange:
        return LaterDueDate(due_on=self.cleaned_data["due_on"], agreed_on=timezone.localdate())


class OutcomeForm(BulkForm):
    outcome = forms.ChoiceField(label="Compliance outcome")
    recorded_on = forms.DateField(label="Recorded on", widget=DayInput, initial=timezone.localdate)
    note = forms.CharField(
        label="Why it ceased",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Needed where compliance ceased: why it was given up.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may_all = self.by.has_perm("casework.record_not_satisfied")
        cast(forms.ChoiceField, self.fields["outcome"]).choices = [
            ("", "---------"),
            *(
                choice for choice in Compliance.choices
                if may_all or choice[0] != Compliance.NOT_SATISFIED
            ),
        ]  # fmt: skip

    def clean_recorded_on(self) -> dt.date:
        recorded_on: dt.date = self.cleaned_data["recorded_on"]
        today = timezone.localdate()
        if recorded_on > today:
            raise forms.ValidationError(f"This day is in the future: today is {day(today)}.")
        return recorded_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_ceased, note = cleaned.get("outcome") == Compliance.CEASED, cleaned.get("note", "")
        if is_ceased and not re.search(A_WORD, note):
            self.add_error("note", "Say why compliance was given up.")
        if not is_ceased and note.strip():
            self.add_error("note", "Only compliance that ceased has a note.")
        return cleaned

    def change(self) -> BulkChange:
        return RecordedOutcome(
            outcome=Compliance(self.cleaned_data["outcome"]),
            recorded_on=self.cleaned_data["recorded_on"],
            note=self.cleaned_data["note"].strip(),
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """A bulk action of a list: its permission is asked before its page is shown or obeyed."""

    name: str
    label: str  # as lists and buttons say it
    done: str  # as the message says it after the number
    permission: str
    form: type[BulkForm]


ASSIGN = Deed("assign", "Assign", "assigned", "casework.assign_complaint", AssignmentForm)
EXTEND = Deed(
    "later-due-date", "Agree a later due date for", "given a later due date",
    "casework.change_recommendation", LaterDueDateForm,
)  # fmt: skip
RECORD = Deed(
    "record", "Record the compliance outcome of", "given their compliance outcome",
    "casework.change_decision", OutcomeForm,
)  # fmt: skip


class BulkAdmin(BackOfficeAdmin):
    """A list with bulk actions."""

    deeds: tuple[Deed, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_bulk"
        view = self.admin_site.admin_view(self.bulk_view)
        return [path("bulk/<str:name>/", view, name=name), *super().get_urls()]

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        found = super().get_actions(request, action_location=action_location)
        if action_location is not ActionLocation.CHANGE_LIST or "_popup" in request.GET:
            return found
        for deed in self._allowed(request):
            label = f"{deed.label} the selected {self.opts.verbose_name_plural}…"
            found[deed.name] = Action(leads_to(deed), deed.name, label, label, [action_location])
        return found

    def deeds_over(self, request: HttpRequest, count: int, query: str) -> list[tuple[str, str]]:
        return [
            (f"{deed.label} {self.number(count)}…", self.address_of_deed(deed, query))
            for deed in self._allowed(request)
        ]

    def _allowed(self, request: HttpRequest) -> list[Deed]:
        return [deed for deed in self.deeds if request.user.has_perm(deed.permission)]

    def address_of_deed(self, deed: Deed, query: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_bulk"
        return f"{reverse(name, args=[deed.name])}?{query}".removesuffix("?")

    def bulk_view(self, request: HttpRequest, name: str) -> HttpResponse:
        deed = next((deed for deed in self.deeds if deed.name == name), None)
        if deed is None:
            raise Http404
        if not request.user.has_perm(deed.permission) or not self.has_view_permission(request):
            raise PermissionDenied
        back = address_of(self.opts, "changelist", cleaned_query(without_keys(request.GET)))
        try:
            keys = self._keys(request)
        except Refused as refused:
            return self._refused(request, refused, back)
        if not keys:
            self.message_user(request, "There are no such records any more.", messages.WARNING)
            return HttpResponseRedirect(back)
        form = deed.form(request.POST if request.method == "POST" else None, by=actor(request))
        made: Check | None = None
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            if "do" in request.POST:
                mark = request.POST.get("mark", "")
                try:
                    count = carry_out(
                        form.change(), keys=keys, mark=mark, by=actor(request), reason=reason
                    )
                except DatabaseError as error:
                    self.message_user(request, refusal(error), messages.ERROR)
                except Refused as refused:
                    for problem in refused.problems:
                        self.message_user(request, problem, messages.ERROR)
                else:
                    self.message_user(
                        request, f"{self.number(count)} {deed.done}.", messages.SUCCESS
                    )
                    return HttpResponseRedirect(back)
            try:
                made = check(form.change(), keys=keys, reason=reason)
            except Refused as refused:
                return self._refused(request, refused, back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{deed.label} {self.number(len(keys))}",
            "deed": deed,
            "form": form,
            "check": made,
            "can": self.number(len(made.can)) if made else "",
            "total": self.number(len(keys)),
            "back": back,
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural),
            "usual_reasons": USUAL_REASONS,
        }
        return TemplateResponse(request, "admin/lists/bulk.html", context)

    def number(self, count: int) -> str:
        name = self.opts.verbose_name if count == 1 else self.opts.verbose_name_plural
        return f"{count:,} {name}"

    def _keys(self, request: HttpRequest) -> list[int]:
        """The records meant by the address, in the order of the list."""
        ticked = request.GET.get(KEYS)
        rows = self.rows_of(request, cleaned_query(without_keys(request.GET)))
        if ticked is not None:
            rows = rows.filter(pk__in=[int(key) for key in ticked.split(",") if key.isdecimal()])
        keys = list(dict.fromkeys(rows.values_list("pk", flat=True)[: AT_MOST + 1]))
        if len(keys) > AT_MOST:
            raise Refused(
                f"At most {AT_MOST:,} records can be changed at once and these are more: filter "
                "the list further."
            )
        return keys

    def _refused(self, request: HttpRequest, refused: Refused, back: str) -> HttpResponse:
        for problem in refused.problems:
            self.message_user(request, problem, messages.ERROR)
        return HttpResponseRedirect(back)


def without_keys(query: QueryDict) -> str:
    left = query.copy()
    left.pop(KEYS, None)
    return left.urlencode()


def leads_to(deed: Deed) -> Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse]:
    """The action of the list: opens the deed's page for the ticked rows, or for all of them."""

    def open_page(page: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        query = QueryDict(cleaned_query(without_keys(request.GET)), mutable=True)
        if request.POST.get("select_across") != "1":
            query[KEYS] = ",".join(str(key) for key in rows.values_list("pk", flat=True))
        return HttpResponseRedirect(page.address_of_deed(deed, query.urlencode()))

    return open_page
