"""Complaints, decisions and recommendations.

Personal data shows itself only to those who may see complainants: `Complainant` by its own
permissions, the personal remedies among the recommendations by the same permission.
"""

import datetime as dt
import re
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db.models import (
    DateField,
    Field,
    FileField,
    ForeignKey,
    Min,
    Prefetch,
    QuerySet,
    TextField,
)
from django.forms import Field as FormField
from django.forms import FileInput, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode

from casework.actions import supersede_decision
from casework.actions.bank_holidays import calendar
from casework.actions.filing import (
    attach_file,
    link_cases,
    stored_files_kept_only_if_saved,
    write_note,
)
from casework.actions.history import FrozenYears
from casework.actions.looks import record_look
from casework.actions.merging import CategoryMerge, ReasonMerge, SubcategoryMerge
from casework.actions.steps import check_compliance, steps_of, take_step
from casework.admin.bulk import ASSIGN, EXTEND, RECORD, BulkAdmin
from casework.admin.compliance import (
    ClockPauseInline,
    WithExtensions,
    clock_of,
    refuse_unfit_outcomes,
    under_duty,
)
from casework.admin.filters import (
    AllocationFilter,
    CaseworkerFilter,
    CaseworkerOfDecisionFilter,
    CaseworkerOfRecommendationFilter,
    OfAuthorityFilter,
    PublicationFilter,
    StageFilter,
    TeamFilter,
    TeamOfDecisionFilter,
    TeamOfRecommendationFilter,
    WaitingFilter,
)
from casework.admin.forms import (
    AttachmentForm,
    CaseRecommendationForm,
    ComplaintForm,
    DayField,
    DaysInOrderForm,
    DecisionForm,
    DecisionFormSet,
    LinkForm,
    NoteForm,
    ParentFormSet,
    PersonField,
    RecommendationForm,
    RecommendationFormSet,
    reference_begun,
    save_changed,
    shown_decision,
)
from casework.admin.held import HeldFields, keep_checked
from casework.admin.merging import WithMerging
from casework.admin.pages import (
    REASON,
    BackOfficeAdmin,
    RecordAdmin,
    actor,
    council,
    day,
    may_see_people,
)
from casework.admin.publication import (
    PUBLICATION_INLINES,
    WithSimilarCases,
    similar_for,
    state_of_publication,
    what_is_held,
)
from casework.admin.retention import PROPOSE, RetentionFilter
from casework.admin.searching import SearchedByPost
from casework.choices import (
    OPEN_STAGES,
    Compliance,
    LinkKind,
    LookAt,
    Outcome,
    RecommendationKind,
    Stage,
)
from casework.models import (
    Attachment,
    CaseLink,
    Complainant,
    Complaint,
    Decision,
    DecisionReason,
    ImportBatch,
    Note,
    PublicCategory,
    PublicSubcategory,
    Recommendation,
)
from casework.refusals import Refused


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


class ComplianceFilter(admin.SimpleListFilter):
    title = "compliance"
    parameter_name = "compliance"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("awaited", "To come: the case is in remedy"), *Compliance.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "awaited":
            return queryset.awaiting_compliance().filter(complaint__stage=Stage.REMEDY)
        return queryset.filter(compliance=self.value()) if self.value() else queryset


class CaseFields(admin.options.BaseModelAdmin):
    """Fields of a case page: nothing between them that a keyboard has to step over.

    Days are typed (`DayField`); no links to other forms stand beside a list of choices.
    """

    formfield_overrides = {
        DateField: {"form_class": DayField},
        TextField: {"widget": Textarea(attrs={"rows": 2, "cols": 80})},
    }

    def formfield_for_dbfield(
        self, db_field: Field, request: Any, **kwargs: Any
    ) -> FormField | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class ComplainantInline(admin.StackedInline):
    model = Complainant
    verbose_name = "complainant (personal data, never published)"
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 2, "cols": 40})}}
    template = "admin/casework/complaint/complainant.html"
    fields = (("name", "email", "telephone"), ("address", "postcode"))
    can_delete = False
    is_work = True


class DecisionInline(CaseFields, admin.StackedInline):
    """The decision that stands; an empty one where there is none or the case is open again.

    The fields of compliance stand after the recommendations, in the order of the work.
    """

    model = Decision
    form = DecisionForm
    formset = DecisionFormSet
    template = "admin/casework/complaint/decision.html"
    can_delete = False
    is_work = True
    fieldsets = (
        (None, {"fields": (("outcome", "reason"), ("decided_on", "is_remedied_by_authority"))}),
        (None, {
            "classes": ("compliance",),
            "fields": (("compliance", "compliance_recorded_on"), "compliance_note"),
        }),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return without_note(request, super().get_fieldsets(request, obj))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.may_record_not_satisfied = may_record_not_satisfied(request)
        return formset

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        if obj is None or obj.stage in OPEN_STAGES:
            return 1
        return 0 if obj.standing else 1


class CaseRecommendationInline(HeldFields, CaseFields, admin.StackedInline):
    """The recommendations of the decision that the page shows.

    Their parent is the decision, not the complaint: `ComplaintAdmin.get_formset_kwargs` names it.
    """

    model = Recommendation
    form = CaseRecommendationForm
    formset = RecommendationFormSet
    template = "admin/casework/complaint/recommendations.html"
    is_work = True
    fieldsets = (
        (None, {"fields": (("category", "amount", "due_on", "completed_on"), "text", "checked")}),
        # On the page once the row is stored: nothing has come in before.
        (None, {"classes": ("once-stored",), "fields": ("evidence_received_on",)}),
    )  # fmt: skip

    def __init__(self, parent_model: Any, admin_site: Any) -> None:
        super().__init__(Decision, admin_site)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return without_hidden(request, super().get_queryset(request))

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Two to begin with; one more while the case's compliance is open."""
        if obj is None or not obj.standing:
            return 2
        (decision,) = obj.standing
        if decision.outcome != Outcome.UPHELD or decision.compliance:
            return 0
        return 1 if decision.recommendations.exists() else 2


class NewRowInline(CaseFields, admin.StackedInline):
    """One new row; the rows there are stand above it in the page as text and stay as they are."""

    template = "admin/casework/complaint/new_row.html"
    extra = 1
    can_delete = False
    is_filed = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # of the rows there are, which are no part of this form

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LinkInline(NewRowInline):
    model = CaseLink
    fk_name = "complaint"
    form = LinkForm
    formset = ParentFormSet
    fields = (("kind", "reference"),)


class NoteInline(NewRowInline):
    model = Note
    form = NoteForm
    fields = ("text",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and may_see_people(request)


class AttachmentInline(NewRowInline):
    model = Attachment
    form = AttachmentForm
    # Admin's own widget has a legend instead of a label, for a tick box that is not needed here.
    formfield_overrides = {FileField: {"widget": FileInput}}
    fields = (("file", "title"),)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and may_see_people(request)


STEP = "_step"
NOTE = "compliance_note"


def may_record_not_satisfied(request: HttpRequest) -> bool:
    return request.user.has_perm("casework.record_not_satisfied")


def refuse_silent_change(request: HttpRequest, form: ModelForm) -> None:
    """What a recorded decision came to, and when, is not turned over without a word."""
    is_turned = form.instance.pk and {"outcome", "decided_on"} & set(form.changed_data)
    if is_turned and not request.POST.get(REASON, "").strip():
        raise Refused(
            "The decision is recorded: give the reason why its outcome or day changes, or open the "
            "case again and enter a further decision."
        )


@admin.register(Complaint)
class ComplaintAdmin(CaseSearch, CaseFields, BulkAdmin):
    """Complaints; the page of one is where a case is worked on, from complaint to compliance."""

    reference_field = "reference"
    list_display = (
        "reference", "received_on", "stage", "caseworker", "outcome", council, "category",
    )  # fmt: skip
    list_filter = (
        StageFilter, CaseworkerFilter, TeamFilter, AllocationFilter, ReceivedFilter, "category",
        ("authority__authority_type", OfAuthorityFilter), ("authority__region", OfAuthorityFilter),
        RetentionFilter,
    )  # fmt: skip
    list_select_related = ("authority", "caseworker")
    also_exported = (
        "subcategory", "public_subcategory__name", "team", "authority__gss_code",
        "authority__authority_type", "authority__region",
    )  # fmt: skip
    deeds = (ASSIGN, PROPOSE)
    search_fields = ("authority__official_name", "authority__other_names", "subcategory")
    search_help_text = "By reference, whole or begun (20-001-234 or 20001234), or by authority."
    autocomplete_fields = ("authority", "public_subcategory")
    form = ComplaintForm
    change_form_template = "admin/casework/complaint/change_form.html"
    inlines = (
        ComplainantInline, DecisionInline, CaseRecommendationInline, ClockPauseInline, LinkInline,
        NoteInline, AttachmentInline,
    )  # fmt: skip
    fieldsets = (
        ("Complaint", {
            "fields": (
                ("reference", "received_on", "authority"),
                ("category", "subcategory", "public_subcategory"),
            ),
        }),
        ("Who works on it", {"fields": (("caseworker", "team"),)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        standing = Decision.objects.standing().only("complaint", "outcome", "compliance")
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

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the choice of who works on it, for those who take only what nobody has."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.has_perm("casework.assign_complaint"):
            return fieldsets
        return [each for each in fieldsets if "caseworker" not in str(each[1]["fields"])]

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "caseworker":
            kwargs |= {"form_class": PersonField, "empty_label": "Nobody yet"}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Who complained is entered here once; then it is looked at on a page of its own."""
        inlines = super().get_inlines(request, obj)
        if obj is None:
            return inlines
        if request.method == "POST":  # what the page had when it was opened
            is_asked = "complainant-TOTAL_FORMS" in request.POST
        else:
            is_asked = (
                request.user.has_perm("casework.add_complainant")
                and not Complainant.objects.filter(complaint=obj).exists()
            )
        return [inline for inline in inlines if is_asked or inline is not ComplainantInline]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if isinstance(inline, DecisionInline | CaseRecommendationInline):
            shown = shown_decision(
                obj,
                [
                    str(request.POST[name])
                    for name in request.POST
                    if re.fullmatch(r"decisions-\d+-id", name)
                ],
            )
            if isinstance(inline, DecisionInline):
                kwargs["queryset"] = shown
            else:
                kwargs["instance"] = shown.order_by("-is_standing", "-pk").first() or Decision()
                kwargs["instance"].complaint = obj
        return kwargs

    # Saving

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        with stored_files_kept_only_if_saved():
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: Any, change: bool
    ) -> None:
        if formset.model is Decision:
            self._save_decision(request, form.instance, formset)
        elif formset.model is Recommendation:
            if decisions := getattr(form.instance, "decisions_in_hand", None):
                formset.instance = decisions.in_hand()
            formset.save()
            keep_checked(formset.forms, by=actor(request))
        elif formset.model is Complainant and change:
            self._enter_complainant(form.instance, formset)
        elif formset.model in FILED:
            formset.save(commit=False)
            formset.new_objects = [
                FILED[formset.model](form.instance, row.cleaned_data, row.instance, actor(request))
                for row in formset.extra_forms
                if row.has_changed()
            ]
        else:
            super().save_formset(request, form, formset, change)

    def _enter_complainant(self, complaint: Complaint, formset: Any) -> None:
        # Saved as it is, the row would take the place of another's, which has the same key.
        is_typed = any(row.has_changed() for row in formset.extra_forms)
        if is_typed and Complainant.objects.filter(complaint=complaint).exists():
            raise Refused(
                "Who complained was entered meanwhile: clear it here and look at the complainant's "
                "page."
            )
        formset.save()

    def _save_decision(self, request: HttpRequest, complaint: Complaint, formset: Any) -> None:
        """A new decision takes the place of the one that stands, in the same transaction."""
        for form in formset.forms:
            if form.has_changed():
                check_compliance(
                    decision=form.instance, former=form.former_compliance, by=actor(request)
                )
                refuse_silent_change(request, form)
        # What changed in the former decision is stored while it stands.
        formset.save_existing_objects()
        former = []
        if any(form.has_changed() for form in formset.extra_forms):
            former = supersede_decision(complaint=complaint)
        formset.save_new_objects()
        for each in former:
            self.message_user(
                request,
                f"The new decision stands in place of that of {day(each.decided_on)}.",
                messages.INFO,
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            if formset.model is Decision:
                refuse_unfit_outcomes(request, formset.forms)
        if code := request.POST.get(STEP):
            request.step_taken = take_step(  # type: ignore[attr-defined]
                complaint=form.instance,
                code=code,
                by=actor(request),
                reason=request.POST.get(REASON, ""),
            )

    def response_add(
        self, request: HttpRequest, obj: Complaint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._after_step(request, obj) or super().response_add(
            request, obj, post_url_continue
        )

    def response_change(self, request: HttpRequest, obj: Complaint) -> HttpResponse:
        return self._after_step(request, obj) or super().response_change(request, obj)

    def _after_step(self, request: HttpRequest, complaint: Complaint) -> HttpResponse | None:
        """After a step the case is shown as it now stands."""
        taken = getattr(request, "step_taken", "")
        if not taken:
            return None
        self.message_user(request, f"{complaint} is saved. {taken}", messages.SUCCESS)
        return HttpResponseRedirect(case_page(complaint))

    # The page

    def is_frozen(self, record: Complaint) -> bool:
        dates: list[dt.date | None] = [record.received_on]
        for pair in record.decisions.values_list("decided_on", "compliance_recorded_on"):
            dates += pair
        record.frozen_year = FrozenYears().year_of(dates)  # type: ignore[attr-defined]
        return record.frozen_year is not None  # type: ignore[attr-defined]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        by = actor(request)
        context["title"] = f"Case {obj}" if obj else "New case"
        context["filed"] = {
            each.formset.prefix: each
            for each in context["inline_admin_formsets"]
            if isinstance(each.opts, NewRowInline)
        }
        context["subtitle"] = None
        if obj:
            context |= self._case(request, obj)
        if self.has_change_permission(request, obj):
            standing = context.get("standing")
            context["steps"] = steps_of(complaint=obj or Complaint(), decision=standing, by=by)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _case(self, request: HttpRequest, complaint: Complaint) -> dict[str, Any]:
        """What the page says of a case beside the form."""
        decisions = list(complaint.decisions.select_related("reason", "duty_authority"))
        links = [
            (link, link.other) for link in complaint.links.select_related("other")
        ] + [
            (link, link.complaint) for link in complaint.links_here.select_related("complaint")
        ]  # fmt: skip
        context: dict[str, Any] = {
            "standing": next((each for each in decisions if each.is_standing), None),
            "former": [each for each in decisions if not each.is_standing],
            "links": links,
        }
        if standing := context["standing"]:
            context["publication"] = state_of_publication(standing, today=timezone.localdate())
            context["held"] = what_is_held(standing)
        context["similar"] = similar_for(request, complaint, standing)
        context["clock"] = clock_of(
            complaint,
            context["standing"],
            kinds=kinds_shown(request),
            calendar=calendar(),
            today=timezone.localdate(),
        )
        if may_see_people(request):
            complainant = getattr(complaint, "complainant", None)
            context["complainant"] = complainant
            if complainant:
                linked = {other.pk for _, other in links}
                context["repeats"] = [
                    other
                    for other in Complaint.objects.of_the_same_person(complainant)[:20]
                    if other.pk not in linked
                ]
            if request.user.has_perm("casework.view_note"):
                context["notes"] = list(complaint.notes.select_related("written_by"))
            if request.user.has_perm("casework.view_attachment"):
                context["attachments"] = list(complaint.attachments.select_related("added_by"))
        return context

    def case_of_people(self, record: Complaint, context: dict[str, Any]) -> Complaint | None:
        shown = ("notes", "attachments", "repeats")
        is_shown = any(context.get(name) for name in shown) or shows_personal_remedies(context)
        return record if is_shown else None

    # Finding a case from any page

    def get_urls(self) -> list[URLPattern]:
        find = path(
            "find/", self.admin_site.admin_view(self.find_view), name="casework_complaint_find"
        )
        return [find, *super().get_urls()]

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Opens the one case of a reference, whole or begun; else the list with that search."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        typed = request.GET.get("q", "").strip()
        begun = reference_begun(typed)
        found = []
        if begun:
            found = list(Complaint.objects.filter(reference__startswith=begun).order_by()[:2])
        if len(found) == 1:
            return HttpResponseRedirect(case_page(found[0]))
        if not typed:
            said = "Type a reference, or the beginning of one, such as 20 001 234."
        elif not begun:
            said = "That is no reference: these are the complaints with those words."
        elif not found:
            said = f"No case has the reference {begun}." if len(begun) == 10 else (
                f"No case has a reference that begins with {begun}."
            )  # fmt: skip
        else:
            said = f"Several cases have a reference that begins with {begun}: choose one."
        self.message_user(request, said, messages.INFO if found else messages.WARNING)
        address = reverse("admin:casework_complaint_changelist")
        return HttpResponseRedirect(f"{address}?{urlencode({'q': typed})}" if typed else address)


def is_of_frozen_year(decision: Decision) -> bool:
    dates = (decision.received_on, decision.decided_on, decision.compliance_recorded_on)
    return FrozenYears().year_of(dates) is not None


def case_page(complaint: Complaint) -> str:
    return reverse("admin:casework_complaint_change", args=[complaint.pk])


# How a new row of these is put into a case: the complaint, what was typed, its row, by whom.
FILED: dict[Any, Any] = {
    CaseLink: lambda complaint, typed, row, by: link_cases(
        complaint=complaint, other=row.other, kind=LinkKind(typed["kind"]), by=by
    ),
    Note: lambda complaint, typed, row, by: write_note(
        complaint=complaint, text=typed["text"], by=by
    ),
    Attachment: lambda complaint, typed, row, by: attach_file(
        complaint=complaint, content=typed["file"], title=typed["title"], by=by
    ),
}


@admin.register(Complainant)
class ComplainantAdmin(SearchedByPost, CaseSearch, BackOfficeAdmin):
    list_display = ("complaint", "name", "postcode", "email")
    list_select_related = ("complaint",)
    search_fields = ("complaint__reference",)
    search_help_text = "By the case's reference."
    searched = ("name", "address", "postcode", "email", "telephone")
    searched_by = "name, address, postcode, e-mail address or telephone"
    readonly_fields = ("complaint",)
    fields = ("complaint", "name", ("email", "telephone"), "address", "postcode")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the complaint

    def save_model(self, request: HttpRequest, obj: Complainant, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for decision in obj.complaint.decisions.standing():
            if held := what_is_held(decision):
                self.message_user(request, f"{obj.complaint}: {held}", messages.WARNING)

    def case_of_people(self, record: Complainant, context: dict[str, Any]) -> Complaint | None:
        return record.complaint

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if "cl" in shown:  # else it leads elsewhere and shows nobody
            record_look(
                by=actor(request), what=LookAt.COMPLAINANTS, rows=len(shown["cl"].result_list)
            )
        return response


class RecommendationInline(HeldFields, CaseFields, admin.StackedInline):
    model = Recommendation
    form = RecommendationForm
    formset = RecommendationFormSet
    fieldsets = (
        (None, {
            "fields": (("kind", "category"), "text", "checked", ("amount", "due_on"),
                       ("evidence_received_on", "completed_on")),
        }),
    )  # fmt: skip
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return without_hidden(request, super().get_queryset(request))


def kinds_shown(request: HttpRequest) -> tuple[RecommendationKind, ...]:
    """Personal remedies, and when they are due, only to those who may see complainants."""
    if may_see_people(request):
        return tuple(RecommendationKind)
    return (RecommendationKind.SERVICE_IMPROVEMENT,)


def without_hidden(request: HttpRequest, recommendations: QuerySet) -> QuerySet:
    """Leaves personal remedies out for those who may not see complainants."""
    if may_see_people(request):
        return recommendations
    return recommendations.exclude(kind=RecommendationKind.PERSONAL)


def without_note(request: HttpRequest, fieldsets: Any) -> list[Any]:
    """Leaves out why compliance was judged so, which tells of people, for those who see none."""
    if may_see_people(request):
        return list(fieldsets)
    return [
        (title, options | {"fields": [each for each in options["fields"] if each != NOTE]})
        for title, options in fieldsets
    ]


def shows_personal_remedies(context: dict[str, Any]) -> bool:
    """Whether a form is about to show what was done for a person."""
    return any(
        isinstance(row.instance, Recommendation)
        and row.instance.kind == RecommendationKind.PERSONAL
        for inline in context["inline_admin_formsets"]
        for row in inline.formset.initial_forms
    )


@admin.register(Decision)
class DecisionAdmin(WithSimilarCases, CaseSearch, CaseFields, BulkAdmin):
    list_display = (
        "complaint", "decided_on", "outcome", council, "remedied", "compliance", "standing",
    )  # fmt: skip
    list_filter = (
        DecidedFilter, "outcome", ComplianceFilter, PublicationFilter, CaseworkerOfDecisionFilter,
        TeamOfDecisionFilter, "is_remedied_by_authority", "is_standing", "category",
        ("authority__authority_type", OfAuthorityFilter),
    )  # fmt: skip
    list_select_related = ("complaint", "authority")
    not_exported = ("remedied", "standing")
    also_exported = (
        "is_remedied_by_authority", "is_standing", "received_on", "category", "reason__name",
        "compliance_recorded_on", "compliance_note", "complaint__caseworker",
        "authority__gss_code", "authority__authority_type", "authority__region",
    )  # fmt: skip
    deeds = (RECORD,)
    # Newest entry first: the order of the key costs nothing, however long the history.
    ordering = ("-pk",)
    search_fields = ("authority__official_name", "authority__other_names")
    search_help_text = "By the case's reference, whole or begun, or by authority."
    form = DecisionForm
    inlines = (RecommendationInline, *PUBLICATION_INLINES)
    readonly_fields = ("case", "authority", "category", "received_on", "is_standing")
    fieldsets = (
        ("Case", {"fields": (("case", "is_standing"), "authority", ("category", "received_on"))}),
        ("Decision", {
            "fields": (("outcome", "reason"), "decided_on", "is_remedied_by_authority"),
        }),
        ("Compliance", {
            "description": "One outcome for the whole case, dated when it was recorded.",
            "fields": (("compliance", "compliance_recorded_on"), "compliance_note"),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("complaint", "authority")

    def get_fieldsets(self, request: HttpRequest, obj: Decision | None = None) -> Any:
        return without_note(request, super().get_fieldsets(request, obj))

    def get_also_exported(self, request: HttpRequest) -> tuple[str, ...]:
        if may_see_people(request):
            return self.also_exported
        return tuple(name for name in self.also_exported if name != NOTE)

    @admin.display(description="remedied", ordering="is_remedied_by_authority")
    def remedied(self, decision: Decision) -> str:
        return "By the authority" if decision.is_remedied_by_authority else ""

    @admin.display(description="stands", ordering="is_standing")
    def standing(self, decision: Decision) -> str:
        return "Yes" if decision.is_standing else "No, replaced"

    @admin.display(description="complaint")
    def case(self, decision: Decision) -> str:
        complaint = decision.complaint
        return format_html('<a href="{}">{}</a>', case_page(complaint), complaint)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the complaint

    def has_change_permission(self, request: HttpRequest, obj: Decision | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.is_standing)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.may_record_not_satisfied = may_record_not_satisfied(request)
        return form

    def save_model(self, request: HttpRequest, obj: Decision, form: Any, change: bool) -> None:
        check_compliance(decision=obj, former=form.former_compliance, by=actor(request))
        refuse_silent_change(request, form)
        save_changed(form, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for formset in formsets:
            if formset.model is Recommendation:
                keep_checked(formset.forms, by=actor(request))
        refuse_unfit_outcomes(request, [form])

    def is_frozen(self, record: Decision) -> bool:
        return is_of_frozen_year(record)

    def case_of_people(self, record: Decision, context: dict[str, Any]) -> Complaint | None:
        return record.complaint if shows_personal_remedies(context) else None


@admin.register(Recommendation)
class RecommendationAdmin(
    SearchedByPost, HeldFields, WithExtensions, CaseSearch, CaseFields, BulkAdmin
):
    reference_field = "decision__complaint__reference"
    list_display = ("case", "authority", "kind", "category", "due_on", "completed_on")
    list_filter = (
        WaitingFilter, CaseworkerOfRecommendationFilter, TeamOfRecommendationFilter, "kind",
        "category",
    )  # fmt: skip
    also_exported = (
        "text", "amount", "evidence_received_on", "decision__complaint__caseworker",
        "decision__authority__gss_code",
    )  # fmt: skip
    deeds = (EXTEND,)
    # Newest entry first, by the key.
    ordering = ("-pk",)
    list_select_related = (
        "decision__complaint", "decision__authority", "decision__duty_authority",
    )  # fmt: skip
    search_fields = (
        "decision__authority__official_name", "decision__duty_authority__official_name",
    )  # fmt: skip
    search_help_text = "By the case's reference or by authority."
    searched = ("text",)
    searched_by = "words of the text"
    form = RecommendationForm
    readonly_fields = ("case_link", "authority")
    fieldsets = (
        ("Case", {"fields": (("case_link", "authority"),)}),
        (None, {
            "fields": (
                ("kind", "category"), "text", "checked", ("amount", "due_on"),
                ("evidence_received_on", "completed_on"),
            ),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return without_hidden(request, rows).select_related(
            "decision__complaint", "decision__authority", "decision__duty_authority"
        )

    def save_model(
        self, request: HttpRequest, obj: Recommendation, form: Any, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        keep_checked([form], by=actor(request))

    def case_of_people(self, record: Recommendation, context: dict[str, Any]) -> Complaint | None:
        is_personal = record.kind == RecommendationKind.PERSONAL
        return record.decision.complaint if is_personal else None

    @admin.display(description="complaint", ordering="decision__complaint__reference")
    def case(self, recommendation: Recommendation) -> str:
        return str(recommendation.decision.complaint)

    @admin.display(description="complaint")
    def case_link(self, recommendation: Recommendation) -> str:
        complaint = recommendation.decision.complaint
        return format_html('<a href="{}">{}</a>', case_page(complaint), complaint)

    @admin.display(description="authority", ordering="decision__authority__official_name")
    def authority(self, recommendation: Recommendation) -> str:
        return under_duty(recommendation.decision)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # on the page of the case

    def is_frozen(self, record: Recommendation) -> bool:
        return is_of_frozen_year(record.decision)


class PublicSubcategoryInline(admin.TabularInline):
    model = PublicSubcategory
    prepopulated_fields = {"slug": ("name",)}
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("public_category")


@admin.register(PublicCategory)
class PublicCategoryAdmin(WithMerging):
    merging = CategoryMerge
    list_display = ("name", "category")
    list_filter = ("category",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "category")
    inlines = (PublicSubcategoryInline,)


@admin.register(PublicSubcategory)
class PublicSubcategoryAdmin(WithMerging):
    merging = SubcategoryMerge
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
class DecisionReasonAdmin(WithMerging):
    merging = ReasonMerge
    form = DaysInOrderForm
    list_display = ("name", "outcome", "starts_on", "ends_on", "code")
    list_filter = ("outcome",)
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ("name", "code")
    prepopulated_fields = {"code": ("name",)}
    fields = ("outcome", "name", "code", ("starts_on", "ends_on"))


@admin.register(ImportBatch)
class ImportBatchAdmin(RecordAdmin):
    list_display = (
        "imported_at", "kind", "file_name", "new", "changed", "unchanged", "imported_by",
    )  # fmt: skip
    list_filter = ("kind",)
    list_select_related = ("imported_by",)
    date_hierarchy = "imported_at"
    search_fields = ("file_name", "=sha256", "reason")

    def get_fields(self, request: HttpRequest, obj: ImportBatch | None = None) -> Any:
        """Reasons may tell of people."""
        return self._without_reason(request, super().get_fields(request, obj))

    def get_search_fields(self, request: HttpRequest) -> Any:
        return self._without_reason(request, super().get_search_fields(request))

    def _without_reason(self, request: HttpRequest, names: Any) -> list[str]:
        return [each for each in names if each != "reason" or may_see_people(request)]
