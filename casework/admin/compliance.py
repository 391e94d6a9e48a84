"""Clocks, bank holidays, and what became of recommendations."""

import datetime as dt
from collections.abc import Container, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import DateField, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from casework.actions.bank_holidays import calendar
from casework.actions.compliance import (
    agree_extension,
    check_outcome,
    suggested_outcome,
    why_closed,
)
from casework.actions.looks import record_look
from casework.admin.forms import DayField, DaysInOrderForm
from casework.admin.pages import (
    BackOfficeAdmin,
    RecordAdmin,
    actor,
    day,
    may_see_people,
    refusal,
)
from casework.admin.tools import Tool, WithTools
from casework.choices import OPEN_STAGES, Compliance, LookAt, RecommendationKind
from casework.conditions import in_words
from casework.models import (
    BankHoliday,
    ClockPause,
    Complaint,
    Decision,
    DutyTransfer,
    Extension,
    Recommendation,
)
from casework.querysets import a_year_before
from casework.refusals import Refused
from casework.working_days import ALLOCATION, Calendar

# Clocks -------------------------------------------------------------------------------------------


def days(number: int) -> str:
    return f"{number:,} working day{'' if number == 1 else 's'}"


def until(due: dt.date, *, calendar: Calendar, today: dt.date) -> str:
    """How far off a day is, such as `in 12 working days`."""
    if due < today:
        return f"overdue by {days(calendar.between(due, today))}"
    return f"in {days(calendar.between(today, due))}" if due > today else "today"


def due(recommendation: Recommendation, *, calendar: Calendar, today: dt.date) -> str:
    """How an open recommendation stands to the day it is due; "" for others.

    Pauses of the case do not move that day: what does is an agreed extension.
    """
    if why_closed(recommendation):
        return ""
    delayed = "delayed, " if recommendation.due_on < a_year_before(today) else ""
    return delayed + until(recommendation.due_on, calendar=calendar, today=today)


def clock_of(
    complaint: Complaint,
    decision: Decision | None,
    *,
    kinds: Container[str],
    calendar: Calendar,
    today: dt.date,
) -> Iterator[str]:
    """What the clocks of a case show, a sentence each.

    `decision` is the one that stands; of its recommendations those of `kinds` are told.
    """
    pauses = [(pause.starts_on, pause.ends_on) for pause in complaint.pauses.all()]
    is_open = decision is None or complaint.stage in OPEN_STAGES
    end = today if is_open or decision is None else decision.decided_on
    received_on = complaint.received_on
    passed = calendar.between(received_on, end, pauses)
    stood = calendar.between(received_on, end) - passed
    without = f", {days(stood)} of pause left out" if stood else ""
    what = "since it was received" if is_open else "from its receipt to its decision"
    yield (
        f"{days(passed)} {what} on {day(received_on)}{without}."
        if is_open
        else (f"{days(passed)} {what} on {day(end)}{without}.")
    )
    if is_open and any(a <= today and (b is None or today <= b) for a, b in pauses):
        yield "The clock stands still."
    last = end
    if is_open and decision is None and complaint.caseworker_id is None:
        allocate = calendar.after(received_on, ALLOCATION, pauses)
        if allocate is not None:
            last = max(last, allocate)
            yield (
                f"Nobody works on it: to be allocated by {day(allocate)}, {days(ALLOCATION)} after "
                f"its receipt: {until(allocate, calendar=calendar, today=today)}."
            )
    if decision:
        recommendations = list(decision.recommendations.all())
        for each in recommendations:
            each.decision = decision
            if each.kind not in kinds:
                continue
            if text := due(each, calendar=calendar, today=today):
                last = max(last, each.due_on, today)
                yield f"Recommendation due on {day(each.due_on)}: {text}."
        outcome = suggested_outcome(recommendations)
        if outcome and decision.is_standing and not decision.compliance:
            how = "one late" if outcome == Compliance.SATISFIED_LATE else "in time"
            yield f"All recommendations are completed, {how}: “{outcome.label}” would fit."
    if warning := calendar.warning(received_on, last):
        yield warning


class ClockPauseForm(DaysInOrderForm):
    class Meta:
        model = ClockPause
        fields = ("starts_on", "ends_on", "reason")


class ClockPauseFormSet(BaseInlineFormSet):
    """The pauses of one case: apart from one another, none before the case or after its clock."""

    def clean(self) -> None:
        super().clean()
        received_on = self.instance.received_on
        stopped_on = self._stopped_on()
        taken: list[ClockPause] = []
        for form in self.forms:
            pause = form.instance
            if form in self.deleted_forms or form.errors or not pause.starts_on:
                continue
            if received_on and pause.starts_on < received_on:
                form.add_error(
                    "starts_on",
                    f"The case was received on {day(received_on)}: begin no earlier.",
                )
            elif (
                stopped_on
                and pause.starts_on > stopped_on
                and (pause.pk is None or "starts_on" in form.changed_data)
            ):
                form.add_error(
                    "starts_on",
                    f"The clock stopped with the decision of {day(stopped_on)}: begin no later, "
                    "or open the case again first.",
                )
            elif other := next((each for each in taken if _share_a_day(each, pause)), None):
                ends = f"to {day(other.ends_on)}" if other.ends_on else "with no last day"
                form.add_error(
                    "starts_on",
                    f"The clock stands still already from {day(other.starts_on)} {ends}: end that "
                    "pause first, or choose other days.",
                )
            taken.append(pause)

    def _stopped_on(self) -> dt.date | None:
        """The day of the decision that ends the clock; None while it runs, also once more."""
        case = self.instance
        if decisions := getattr(case, "decisions_in_hand", None):
            decision = decisions.in_hand()
        else:
            decision = case.decisions.standing().first() if case.pk else None
        if decision is None or (decision.pk and case.stage in OPEN_STAGES):
            return None
        return decision.decided_on


def _share_a_day(one: ClockPause, other: ClockPause) -> bool:
    return one.starts_on <= (other.ends_on or dt.date.max) and other.starts_on <= (
        one.ends_on or dt.date.max
    )


class ClockPauseInline(admin.TabularInline):
    """Closed until it is opened, so that a keyboard does not step through it."""

    model = ClockPause
    form = ClockPauseForm
    formset = ClockPauseFormSet
    formfield_overrides = {DateField: {"form_class": DayField}}
    fields = ("starts_on", "ends_on", "reason")
    classes = ("collapse",)
    extra = 1


# Extensions ---------------------------------------------------------------------------------------


class ExtensionForm(forms.Form):
    due_on = DayField(label="New due date", help_text="Type 4/5/26 or 040526.")
    agreed_on = DayField(label="Agreed on", help_text="Today, unless it was agreed before.")
    reason = forms.CharField(
        max_length=300,
        validators=[in_words],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Why more time is given; kept for good.",
    )

    def __init__(self, *args: Any, recommendation: Recommendation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recommendation = recommendation

    def clean_due_on(self) -> dt.date:
        due_on = self.cleaned_data["due_on"]
        if due_on <= self.recommendation.due_on:
            raise forms.ValidationError(
                f"It is due on {day(self.recommendation.due_on)} already: choose a later day."
            )
        return due_on


class WithExtensions(WithTools):
    """Recommendations: how many working days are left, and a page to agree more."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        known: Any = SimpleLazyObject(calendar)
        today = timezone.localdate()

        @admin.display(description="working days", ordering="due_on")
        def working_days(recommendation: Recommendation) -> str:
            return due(recommendation, calendar=known, today=today)

        return [*super().get_list_display(request), working_days]

    def tools(self, request: HttpRequest, record: Recommendation) -> Iterable[Tool]:
        yield from super().tools(request, record)
        if self.has_change_permission(request, record) and not why_closed(record):
            yield Tool("Agree an extension", extension_page(record))

    def get_urls(self) -> list[URLPattern]:
        extend = path(
            "<path:object_id>/extend/",
            self.admin_site.admin_view(self.extend_view),
            name="casework_recommendation_extend",
        )
        return [extend, *super().get_urls()]

    def extend_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        recommendation = self.get_object(request, unquote(object_id))
        if recommendation is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not self.has_change_permission(request, recommendation):
            raise PermissionDenied
        today = timezone.localdate()
        form = ExtensionForm(
            request.POST or None,
            recommendation=recommendation,
            initial={"agreed_on": today},
        )
        case = reverse(
            "admin:casework_complaint_change", args=[recommendation.decision.complaint_id]
        )
        if request.method == "POST" and form.is_valid():
            try:
                extension = agree_extension(
                    recommendation=recommendation, by=actor(request), **form.cleaned_data
                )
            except Refused as refused:
                for problem in refused.problems:
                    form.add_error(None, problem)
            except DatabaseError as error:
                form.add_error(None, refusal(error))
            else:
                self.message_user(
                    request,
                    f"The recommendation is now due on {day(extension.due_on)}, no longer on "
                    f"{day(extension.former_due_on)}.",
                )
                return HttpResponseRedirect(case)
        if recommendation.kind == RecommendationKind.PERSONAL:  # the page shows its text
            record_look(
                by=actor(request),
                what=LookAt.COMPLAINANT,
                complaint=recommendation.decision.complaint,
            )
        context = {
            **self.admin_site.each_context(request),
            "title": "Agree an extension",
            "opts": self.opts,
            "original": recommendation,
            "form": form,
            "case": case,
            "left": due(recommendation, calendar=calendar(), today=today),
            "closed": why_closed(recommendation),
            "extensions": list(recommendation.extensions.select_related("agreed_by")),
        }
        return TemplateResponse(request, "admin/compliance/extend.html", context)


def extension_page(recommendation: Recommendation) -> str:
    return reverse("admin:casework_recommendation_extend", args=[recommendation.pk])


def refuse_unfit_outcomes(request: HttpRequest, forms: Iterable[Any]) -> None:
    """Refuses compliance outcomes that do not fit the recommendations as they are stored now.

    For forms of decisions, once everything of the page is saved: the days of completion may have
    been typed with the outcome.
    """
    for form in forms:
        if form.has_changed() and "compliance" in form.changed_data:
            decision = Decision.objects.get(pk=form.instance.pk)
            check_outcome(decision=decision, former=form.former_compliance, by=actor(request))


def under_duty(decision: Decision) -> str:
    """Who has to comply, and if that is a successor, which authority was decided against."""
    if decision.duty_authority is None:
        return str(decision.authority)
    return f"{decision.duty_authority} (decided against {decision.authority})"


# Records ------------------------------------------------------------------------------------------


@admin.register(BankHoliday)
class BankHolidayAdmin(BackOfficeAdmin):
    list_display = ("day", "name")
    list_filter = ("name",)
    date_hierarchy = "day"
    search_fields = ("name", "day")
    search_help_text = "By name, or by a year such as 2026."
    fields = ("day", "name")


@admin.register(ClockPause)
class ClockPauseAdmin(RecordAdmin):
    """To be read; a pause is made and ended on the page of its case."""

    list_display = ("complaint", "starts_on", "ends_on", "reason")
    list_filter = (("ends_on", admin.EmptyFieldListFilter),)
    list_select_related = ("complaint",)
    search_fields = ("complaint__reference",)


@admin.register(Extension)
class ExtensionAdmin(RecordAdmin):
    list_display = ("case", "former_due_on", "due_on", "agreed_on", "agreed_by", "reason")
    list_filter = (("agreed_on", admin.DateFieldListFilter),)
    list_select_related = ("recommendation__decision__complaint", "agreed_by")
    search_fields = ("recommendation__decision__complaint__reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Those of personal remedies only for those who may see complainants."""
        rows = super().get_queryset(request)
        if may_see_people(request):
            return rows
        return rows.exclude(recommendation__kind=RecommendationKind.PERSONAL)

    @admin.display(description="complaint")
    def case(self, extension: Extension) -> str:
        return str(extension.recommendation.decision.complaint)


@admin.register(DutyTransfer)
class DutyTransferAdmin(RecordAdmin):
    list_display = (
        "case", "from_authority", "to_authority", "passed_on", "passed_by", "reason",
    )  # fmt: skip
    list_filter = (("passed_on", admin.DateFieldListFilter),)
    list_select_related = (
        "decision__complaint", "from_authority", "to_authority", "passed_by",
    )  # fmt: skip
    search_fields = (
        "decision__complaint__reference", "from_authority__official_name",
        "to_authority__official_name",
    )  # fmt: skip

    @admin.display(description="complaint")
    def case(self, transfer: DutyTransfer) -> str:
        return str(transfer.decision.complaint)
