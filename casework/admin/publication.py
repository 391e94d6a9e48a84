"""What is published of a decision, on its page: statement, exception, reviews, report."""

import datetime as dt
from abc import abstractmethod
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import DateField, TextField
from django.forms import Textarea
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from casework.actions.publication import (
    NO_STATEMENT,
    except_from_publication,
    first_day_of_statement,
    five_years_over,
    held_texts,
    lift_exception,
    record_report,
    record_review,
    write_statement,
)
from casework.admin.forms import DayField, ParentFormSet, refuse_future
from casework.admin.held import HeldFields, HeldForm, keep_checked
from casework.admin.pages import BackOfficeAdmin, actor, day, may_see_people
from casework.choices import (
    OPEN_STAGES,
    PUBLISHED_OUTCOMES,
    Outcome,
    PublicationGround,
    ReviewResult,
    Stage,
)
from casework.models import (
    Complaint,
    Decision,
    DecisionReview,
    PublicationException,
    PublicInterestReport,
    Statement,
)
from casework.querysets import FIRST_PUBLISHED, SIX_WEEKS
from casework.similar import SimilarCases, similar_cases


def has_statement(decision: Decision) -> bool:
    return decision.outcome in PUBLISHED_OUTCOMES


def state_of_publication(decision: Decision, *, today: dt.date) -> str:
    """In one sentence whether the public reads of a standing decision, since when or why not."""
    if not has_statement(decision):
        return "Decisions with this outcome are not published."
    if decision.received_on < FIRST_PUBLISHED:
        return f"Not published: the complaint came before {day(FIRST_PUBLISHED)}."
    if exception := PublicationException.objects.filter(decision=decision).first():
        return f"Not published: {exception.get_ground_display().lower()}."
    statement = decision.statements.current().first()
    if statement is None:
        return "There is no statement yet."
    if statement.withdrawn_on:
        return f"Withdrawn on {day(statement.withdrawn_on)}, after five years."
    if decision.reviews.filter(ended_on=None).exists():
        return "Not shown to the public while the decision is under review."
    if decision.complaint.stage in OPEN_STAGES:
        return "Not shown to the public while the case is open."
    if statement.published_on:
        return f"Published on {day(statement.published_on)}."
    first = max(statement.dated_on, decision.decided_on) + SIX_WEEKS
    return f"To be published {'from ' + day(first) + ' on' if first > today else 'next'}."


def what_is_held(decision: Decision) -> str:
    """In one sentence that somebody has to check texts of the decision; "" where nobody has to."""
    held = held_texts(decision) if decision.is_standing and has_statement(decision) else []
    if not held:
        return ""
    return (
        f"The complainant seems to appear in {' and in '.join(held)}: nothing new is published "
        "until somebody changes that or ticks that it was checked."
    )


# The statement ------------------------------------------------------------------------------------


class LongTextField(forms.CharField):
    """A long text whose line ends do not count as a change."""

    widget = Textarea

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class StatementForm(HeldForm):
    """Of a published statement, the beginning of the next."""

    text = LongTextField(
        label="Statement",
        widget=Textarea(attrs={"rows": 16, "cols": 90}),
        help_text="Names the authority, never people: Mr X, Miss Y.",
    )

    class Meta:
        model = Statement
        fields = ("text", "dated_on")

    def __init__(self, *args: Any, parent: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = parent
        self.former = self.instance if self.instance.pk else None
        if self.former is None:
            self.initial.setdefault("dated_on", parent.decided_on)
        elif self.former.published_on:
            # What is changed here becomes a new statement, which has a date of its own.
            self.initial["dated_on"] = timezone.localdate()
            self.fields["text"].help_text = (
                "A published statement stands. If you change this text, a new statement takes its "
                "place for good and is published six weeks after its own date."
            )
        self.mark_held()

    def has_changed(self) -> bool:
        return self.is_written() or self.is_ticked()

    def is_written(self) -> bool:
        """A new date alone makes no new statement of a published one."""
        published = self.former is not None and self.former.published_on
        return "text" in self.changed_data or (not published and "dated_on" in self.changed_data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_written():
            if not has_statement(self.decision):
                self.add_error("text", NO_STATEMENT)
            elif over := five_years_over(self.decision, day=timezone.localdate()):
                self.add_error("text", over)
            refuse_future(self, "dated_on")
            first = first_day_of_statement(decision=self.decision, former=self.former)
            if (dated_on := cleaned.get("dated_on")) and dated_on < first:
                self.add_error("dated_on", f"A statement is dated {day(first)} here, or later.")
        self.hold()
        return cleaned


class PublicationFormSet(ParentFormSet):
    """Rows of one decision that actions write in the name of `by`."""

    by: User

    def save_new(self, form: Any, commit: bool = True) -> Any:
        form.instance.decision = self.instance
        return self._written(form)

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        return self._written(form)

    def _written(self, form: Any) -> Any:
        record = self.write(form)
        keep_checked([form], by=self.by)
        return record

    @abstractmethod
    def write(self, form: Any) -> Any:
        """Stores what a row says by its action, and returns the record."""


class StatementFormSet(PublicationFormSet):
    def write(self, form: Any) -> Statement:
        given = form.cleaned_data
        if not form.is_written():  # only ticked
            return form.instance
        return write_statement(
            decision=self.instance, text=given["text"], dated_on=given["dated_on"], by=self.by
        )


class ExceptionFormSet(PublicationFormSet):
    def write(self, form: Any) -> PublicationException:
        given = form.cleaned_data
        return except_from_publication(
            decision=self.instance,
            ground=PublicationGround(given["ground"]),
            details=given["details"],
            by=self.by,
        )

    def delete_existing(self, obj: PublicationException, commit: bool = True) -> None:
        lift_exception(exception=obj, by=self.by)


class ReviewFormSet(PublicationFormSet):
    def write(self, form: Any) -> DecisionReview:
        return record_review(review=form.instance, by=self.by)


class ReportFormSet(PublicationFormSet):
    def write(self, form: Any) -> PublicInterestReport:
        return record_report(report=form.instance, by=self.by)


class OfDecisionForm(forms.ModelForm):
    def __init__(self, *args: Any, parent: Decision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = parent

    def refuse_before(self, field: str, first: dt.date | None, what: str) -> None:
        value = self.cleaned_data.get(field)
        if value and first and value < first:
            self.add_error(field, f"This day cannot be before {day(first)}, {what}.")


class ReviewForm(OfDecisionForm):
    class Meta:
        model = DecisionReview
        fields = ("asked_on", "reason", "ended_on", "result")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "asked_on", "ended_on")
        self.refuse_before("asked_on", self.decision.decided_on, "the day of the decision")
        self.refuse_before("ended_on", cleaned.get("asked_on"), "when the review was asked for")
        if cleaned.get("result") and not cleaned.get("ended_on") and "ended_on" not in self.errors:
            result = ReviewResult(cleaned["result"]).label
            self.add_error("ended_on", f"Give the day on which the review ended: “{result}”.")
        if cleaned.get("ended_on") and not cleaned.get("result"):
            self.add_error("result", "Give the result of the review, or clear its last day.")
        return cleaned


class ReportForm(OfDecisionForm, HeldForm):
    held_field = "title"

    class Meta:
        model = PublicInterestReport
        fields = ("title", "is_further", "issued_on", "answered_on", "satisfied_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mark_held()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "issued_on", "answered_on", "satisfied_on")
        self.refuse_before("issued_on", self.decision.decided_on, "the day of the decision")
        self.refuse_before("answered_on", cleaned.get("issued_on"), "when the report was issued")
        answered_on = cleaned.get("answered_on")
        self.refuse_before("satisfied_on", answered_on, "when the authority answered")
        if cleaned.get("satisfied_on") and not answered_on and "answered_on" not in self.errors:
            self.add_error("answered_on", "Give the day on which the authority answered.")
        self.hold()
        return cleaned


class ExceptionForm(OfDecisionForm):
    class Meta:
        model = PublicationException
        fields = ("ground", "details")


class OfDecisionInline(admin.StackedInline):
    """Part of what is published of the decision, or stands in the way."""

    formfield_overrides = {
        DateField: {"form_class": DayField},
        TextField: {"widget": Textarea(attrs={"rows": 3, "cols": 80})},
    }
    extra = 1
    can_delete = False

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.by = actor(request)
        return formset


class StatementInline(HeldFields, OfDecisionInline):
    """The current statement; of a published one, the beginning of the next."""

    model = Statement
    form = StatementForm
    formset = StatementFormSet
    verbose_name_plural = "public statement"
    max_num = 1
    readonly_fields = ("publication",)
    fields = ("publication", "text", "checked", "dated_on")

    def get_queryset(self, request: HttpRequest) -> Any:
        statements: Any = super().get_queryset(request)
        return statements.current().select_related("decision__complaint")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or has_statement(obj))

    @admin.display(description="publication")
    def publication(self, statement: Statement) -> str:
        if statement._state.adding:
            return "There is no statement yet."
        said = state_of_publication(statement.decision, today=timezone.localdate())
        return f"{said} {what_is_held(statement.decision)}".strip()


class ExceptionInline(OfDecisionInline):
    """Only who may add one changes or lifts one."""

    model = PublicationException
    form = ExceptionForm
    formset = ExceptionFormSet
    can_delete = True
    readonly_fields = ("decided_by", "decided_at")
    fields = ("ground", "details", ("decided_by", "decided_at"))

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj and has_statement(obj) and self.has_add_permission(request, obj) else 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj)


class ReviewInline(OfDecisionInline):
    model = DecisionReview
    form = ReviewForm
    formset = ReviewFormSet
    fields = (("asked_on", "ended_on", "result"), "reason")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj and obj.reviews.filter(ended_on=None).exists() else 1


class ReportInline(HeldFields, OfDecisionInline):
    model = PublicInterestReport
    form = ReportForm
    formset = ReportFormSet
    can_delete = True
    readonly_fields = ("answer_due_on",)
    fields = (
        ("title", "is_further"), "checked", ("issued_on", "answer_due_on"),
        ("answered_on", "satisfied_on"),
    )  # fmt: skip


PUBLICATION_INLINES = (StatementInline, ExceptionInline, ReviewInline, ReportInline)


# Similar cases ------------------------------------------------------------------------------------


class WithSimilarCases(BackOfficeAdmin):
    """A decision's page that shows similar ones beside it."""

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj and obj.is_standing:
            context["similar"] = similar_for(request, obj.complaint, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)


def similar_for(
    request: HttpRequest, complaint: Complaint, decision: Decision | None
) -> dict[str, Any] | None:
    """What the panel of similar cases says; None where nobody decides an upheld case.

    It shows what was done for people, so it is for those who may see that.
    """
    if not (request.user.has_perm("casework.change_decision") and may_see_people(request)):
        return None
    if decision is None and complaint.stage != Stage.DECISION:
        return None
    if decision is not None and decision.outcome != Outcome.UPHELD:
        return None
    found = similar_cases(complaint, decision)
    return {"cases": found.cases, "amounts": amounts(found)}


def amounts(found: SimilarCases) -> str:
    """The range of the amounts in one sentence."""
    if found.lowest is None or found.highest is None:
        return "No amount of money was recommended in them."
    if found.lowest == found.highest:
        return f"The amount recommended in them: {pounds(found.lowest)}."
    return f"The amounts recommended in them: {pounds(found.lowest)} to {pounds(found.highest)}."


def pounds(amount: Decimal) -> str:
    return f"£{amount:,.2f}".removesuffix(".00")
