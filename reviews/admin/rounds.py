"""Rounds: the page of a round is where its review is steered, one step at a time."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone

from casework.actions import changed_since_locked
from casework.admin.filters import ConditionFilter
from casework.admin.pages import BackOfficeAdmin, actor, day, shown_entries
from casework.choices import ContactRole
from casework.conditions import in_words
from casework.models import Change, LockedPeriod
from casework.refusals import Refused
from reviews import rounds
from reviews.admin.access import may
from reviews.admin.learning import learning_of
from reviews.admin.letters import tell_approved
from reviews.admin.outbox import standing
from reviews.admin.proofs import proof_view
from reviews.admin.records import RecordInline
from reviews.letters.statements import number
from reviews.models import Freeze, Round, RoundEvent
from reviews.querysets import is_held
from reviews.rounds import number_of
from reviews.statistics import rows

# Somebody waits for the page meanwhile; what is left is sent by the next run.
LONGEST_SENDING = dt.timedelta(seconds=20)

STATES = ("opened", "frozen", "approved", "issued", "public")

FINDINGS = {
    "period-not-over": "The year is not over",
    "parts-do-not-add-up": "Counts whose parts do not add up",
    "population-missing": "No population for a rate per 100,000",
    "unprintable-text": "Characters that letters cannot show",
    "no-signatory": "Nobody signs",
    "no-recipient": "Nobody to send the letter to",
    "post-vacant": "Chief executive's post vacant",
    "case-open-over-a-year": "Cases open for more than a year",
    "compliance-overdue": "Compliance overdue",
    "far-from-last-year": "Figures far from last year's",
}


class RoundForm(forms.ModelForm):
    year = forms.IntegerField(
        label="Year ending 31 March",
        min_value=2010,
        max_value=2200,
        help_text="2020 means 1 April 2019 to 31 March 2020.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        letter_on = cleaned.get("letter_on", self.instance.letter_on)
        publish_at = cleaned.get("publish_at", self.instance.publish_at)
        if letter_on and publish_at and timezone.localdate(publish_at) < letter_on:
            self.add_error(
                "publish_at",
                f"Letters cannot be public before their date, {day(letter_on)}.",
            )
        return cleaned


class StepForm(forms.Form):
    """The confirmation of a step, taken on the freeze that was looked at and no later one."""

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)


class IssueForm(StepForm):
    with_case_lists = forms.BooleanField(
        label="Attach the case lists to the link officers’ messages", required=False
    )


class AgainForm(StepForm):
    reason = forms.CharField(
        label="Why the figures are frozen again",
        validators=[in_words],
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "autofocus": True}),
        help_text="It stays in the round's history.",
    )


class ApproveForm(StepForm):
    words = forms.CharField(widget=forms.HiddenInput, required=False)  # what was looked at
    reason = forms.CharField(
        label="Why letters with warnings may go out",
        required=False,
        validators=[in_words],
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="Needed where the proof has warnings. It stays in the round's history.",
    )


@dataclass(frozen=True, slots=True)
class Step:
    """A deed on a round: its permission is asked before its page is shown or obeyed."""

    name: str
    label: str
    permission: str
    take: Callable[["RoundAdmin", HttpRequest, Round, dict[str, Any]], None]


@dataclass(slots=True)
class Kind:
    """Findings of one kind."""

    title: str
    lines: list[tuple[rounds.Finding, str]] = field(default_factory=list)


class FreezeInline(RecordInline):
    model = Freeze
    fields = ("number", "frozen_at", "frozen_by", "method_version", "reason")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("round", "frozen_by")


class RoundEventInline(RecordInline):
    model = RoundEvent
    verbose_name_plural = "history"
    fields = ("done_at", "action", "detail", "done_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("round", "done_by")


def _take_freeze(
    page: "RoundAdmin", request: HttpRequest, round_: Round, given: dict[str, Any]
) -> None:
    if round_.freeze and round_.freeze.number != given["number"]:
        raise Refused(
            "The figures have been frozen again since you opened this page; look at the round "
            "before you do so once more."
        )
    frozen = rounds.freeze(round_=round_, by=actor(request), reason=given.get("reason", ""))
    made = number_of(frozen.summaries.count())
    page.message_user(
        request, f"The figures of {round_.year} are frozen and {made} drafted.", messages.SUCCESS
    )


def _take_approve(
    page: "RoundAdmin", request: HttpRequest, round_: Round, given: dict[str, Any]
) -> None:
    approved = rounds.approve(
        round_=round_,
        by=actor(request),
        seen=given["number"],
        words_seen=given["words"],
        reason=given["reason"],
    )
    tell_approved(page, request, round_, approved)


def _take_issue(
    page: "RoundAdmin", request: HttpRequest, round_: Round, given: dict[str, Any]
) -> None:
    case_lists_to = [ContactRole.LINK_OFFICER] if given.get("with_case_lists") else []
    issued = rounds.issue(round_=round_, by=actor(request), case_lists_to=case_lists_to)
    if issued:
        text = (
            f"{number_of(issued)} of the {round_.year} review issued; public from "
            f"{_instant(round_)}."
        )
        page.message_user(request, text, messages.SUCCESS)
    else:
        text = f"Nothing to do: the letters of the {round_.year} review are issued already."
        page.message_user(request, text, messages.INFO)


def _take_send(
    page: "RoundAdmin", request: HttpRequest, round_: Round, given: dict[str, Any]
) -> None:
    done = rounds.send(by=actor(request), round_=round_, longest=LONGEST_SENDING)
    is_clean = not (done.problem or done.left or done.sent < done.counts.total())
    page.message_user(
        request,
        f"{done} {done.problem}".strip(),
        messages.SUCCESS if is_clean else messages.WARNING,
    )


def _take_lists(
    page: "RoundAdmin", request: HttpRequest, round_: Round, given: dict[str, Any]
) -> None:
    queued = rounds.queue_case_lists(round_=round_, by=actor(request))
    text = f"The case lists wait to be sent to {queued} link officer{'' if queued == 1 else 's'}."
    page.message_user(request, text, messages.SUCCESS if queued else messages.INFO)


STEPS = {
    step.name: step
    for step in (
        Step("freeze", "Freeze the figures", "freeze_round", _take_freeze),
        Step("approve", "Approve all letters", "approve_letters", _take_approve),
        Step("issue", "Issue the letters", "issue_letters", _take_issue),
        Step("send", "Send the messages", "send_messages", _take_send),
        Step("lists", "Send the case lists", "send_messages", _take_lists),
    )
}


FORMS: dict[str, type[StepForm]] = {"approve": ApproveForm, "issue": IssueForm}


class StepFilter(ConditionFilter):
    """Rounds by the step that comes next."""

    title = "next step"
    parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("freeze", "Freeze"), ("approve", "Approve letters"), ("issue", "Issue letters")]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        rounds = Round.objects.order_by()
        match value:
            case "freeze":
                return Q(pk__in=rounds.not_frozen().values("pk"))
            case "approve":
                return Q(pk__in=rounds.awaiting_approval().values("pk"))
            case "issue":
                return Q(pk__in=rounds.to_issue().values("pk"))
        return Q()


@admin.register(Round)
class RoundAdmin(BackOfficeAdmin):
    list_display = (
        "year", "state", "letter_on", "publish_at", "letters", "approved", "issued", "opened_by",
    )  # fmt: skip
    list_select_related = ("opened_by", "freeze")
    list_filter = (StepFilter, "is_demonstration")
    search_fields = ("=year",)
    search_help_text = "By year, such as 2020."
    form = RoundForm
    inlines = (FreezeInline, RoundEventInline)
    fieldsets = (
        ("Dates", {
            "fields": ("year", "letter_on", "publish_at"),
            "description": "The letters carry both dates. Before the second nothing about the "
            "round is public.",
        }),
    )  # fmt: skip

    # Who may what -------------------------------------------------------------------------------

    def has_delete_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        return False  # a round has a history from its first day

    def has_change_permission(self, request: HttpRequest, obj: Round | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and counted(obj)["issued"])

    def get_readonly_fields(self, request: HttpRequest, obj: Round | None = None) -> Any:
        return ("year",) if obj and obj.freeze_id else ()

    def get_inlines(self, request: HttpRequest, obj: Round | None) -> Any:
        return self.inlines if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_counts(super().get_queryset(request).select_related("freeze", "opened_by"))

    # What the list shows ------------------------------------------------------------------------

    @admin.display(description="state")
    def state(self, round_: Round) -> str:
        return state_of(round_).capitalize()

    @admin.display(description="letters")
    def letters(self, round_: Round) -> int:
        return counted(round_)["letters"]

    @admin.display(description="approved")
    def approved(self, round_: Round) -> int:
        return counted(round_)["approved"]

    @admin.display(description="issued")
    def issued(self, round_: Round) -> int:
        return counted(round_)["issued"]

    # Opening and changing -----------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Round, form: ModelForm, change: bool) -> None:
        if not change:
            opened = rounds.open_round(
                year=obj.year,
                letter_on=obj.letter_on,
                publish_at=obj.publish_at,
                by=actor(request),
            )
            obj.pk = opened.pk
            obj.refresh_from_db()
            return
        withdrawn = form.changed_data and rounds.reschedule(
            round_=obj,
            by=actor(request),
            year=obj.year,
            letter_on=obj.letter_on,
            publish_at=obj.publish_at,
        )
        if "letter_on" in form.changed_data and obj.freeze_id:
            self.message_user(
                request,
                "The letters name whoever was in office on the former letter date; freeze the "
                "figures again if that has changed.",
                messages.WARNING,
            )
        if withdrawn:
            drafts = "is a draft" if withdrawn == 1 else "are drafts"
            self.message_user(
                request,
                f"The letters carry these dates, so {number_of(withdrawn)} approved before "
                f"{drafts} again.",
                messages.WARNING,
            )

    # The desk -----------------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        desk = {}
        round_ = self.get_object(request, object_id)
        if request.method == "GET" and round_ and self.has_view_permission(request, round_):
            desk = self.desk(request, round_)
        return super().change_view(
            request,
            object_id,
            form_url,
            {**(extra_context or {}), "show_save_and_add_another": False, **desk},
        )

    def desk(self, request: HttpRequest, round_: Round) -> dict[str, Any]:
        """How the round stands, what its check finds, and the steps that may come next."""
        counts = counted(round_)
        findings = [] if counts["issued"] else rounds.check(round_)
        blocks = [finding for finding in findings if finding.level == "block"]
        warnings = [finding for finding in findings if finding.level == "warning"]
        is_linked = request.user.has_perm("casework.view_authority")
        events = {
            event.action: event for event in reversed(list(round_.events.select_related("done_by")))
        }
        period = LockedPeriod.objects.filter(year=round_.year).first()
        stand = standing(round_) if counts["issued"] else {}
        return {
            "round": round_,
            "frozen_at": period and period.locked_at,
            "changed": changed_since_locked(period).count() if period else 0,
            "state": state_of(round_),
            "counts": {
                "drafts": counts["letters"] - counts["approved"],
                "approved": counts["approved"] - counts["issued"],
                "issued": counts["issued"],
                "held": counts["held"],
            },
            "progress": _progress(round_, events),
            "blocks": _grouped(blocks, is_linked=is_linked),
            "warnings": _grouped(warnings, is_linked=is_linked),
            "number_of_blocks": len(blocks),
            "number_of_warnings": len(warnings),
            "is_checked": not counts["issued"],
            "learning": learning_of(round_),
            "messages_stand": stand,
            **self._steps(request, round_, stand, is_blocked=bool(blocks)),
        }

    def _steps(
        self, request: HttpRequest, round_: Round, stand: dict[str, int], *, is_blocked: bool
    ) -> dict[str, Any]:
        """Buttons for the steps that are possible now, and why a step one may take is not."""
        counts = counted(round_)
        waiting = counts["waiting"]
        buttons: list[tuple[str, str]] = []
        reasons: list[str] = []

        def offer(name: str, label: str) -> None:
            buttons.append((reverse(f"admin:reviews_round_{name}", args=[round_.pk]), label))

        if may(request, "freeze_round") and not counts["issued"]:
            if is_blocked:
                reasons.append("The figures can be frozen when nothing blocks any more.")
            elif round_.freeze is None:
                offer("freeze", "Freeze the figures…")
        if may(request, "approve_letters") and round_.freeze and waiting:
            if round_.freeze.frozen_by_id == request.user.pk:
                reasons.append("You froze the figures, so another person approves the letters.")
            else:
                offer("approve", f"Approve {number_of(waiting)}…")
        if may(request, "issue_letters") and round_.freeze:
            if waiting:
                reasons.append(
                    f"The letters can be issued when all are approved; {number_of(waiting)} "
                    f"{'is' if waiting == 1 else 'are'} not."
                )
            elif counts["to_issue"]:
                offer("issue", f"Issue {number_of(counts['to_issue'])}…")
        if (
            may(request, "freeze_round")
            and round_.freeze
            and not counts["issued"]
            and not is_blocked
        ):
            offer("freeze", "Freeze again…")
        if may(request, "send_messages") and stand:
            if stand["due"]:
                offer("send", f"Send {number(stand['due'], 'message', 'messages')}…")
            if stand["lists"]:
                offer("lists", "Send the case lists…")
        return {
            "buttons": buttons,
            "reasons": reasons,
            "may_hold": may(request, "hold_letters") and bool(counts["letters"]),
        }

    # The steps ----------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        return [
            *(
                path(
                    f"<int:pk>/{name}/",
                    self.admin_site.admin_view(self.step_view),
                    {"name": name},
                    name=f"reviews_round_{name}",
                )
                for name in STEPS
            ),
            path(
                "<int:pk>/proof/",
                self.admin_site.admin_view(proof_view),
                name="reviews_round_proof",
            ),
            path(
                "<int:pk>/changed/",
                self.admin_site.admin_view(self.changed_view),
                name="reviews_round_changed",
            ),
            *super().get_urls(),
        ]

    def changed_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What was changed of the year's cases since the figures were frozen, newest first."""
        round_ = get_object_or_404(self.get_queryset(request), pk=pk)
        if not (
            self.has_view_permission(request, round_)
            and request.user.has_perm("casework.view_decision")
        ):
            raise PermissionDenied
        period = LockedPeriod.objects.filter(year=round_.year).first()
        found = changed_since_locked(period) if period else Change.objects.none()
        changes = found.select_related("batch__begun_by").order_by("-pk")
        page = Paginator(changes, 100).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Changed since the figures were frozen",
            "subtitle": str(round_),
            "opts": self.opts,
            "object": round_,
            "module_name": str(self.opts.verbose_name_plural),
            "entries": shown_entries(page, request),
            "page": page,
            "nothing": "No case of this year has been changed since its figures were frozen."
            if period
            else "The figures are not frozen yet.",
            "shows_cases": True,
        }
        return TemplateResponse(request, "admin/record_history.html", context)

    def step_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Says what a step will do; taken by POST, in one call of `reviews.rounds`."""
        step = STEPS[name]
        round_ = get_object_or_404(self.get_queryset(request), pk=pk)
        if not (may(request, step.permission) and self.has_view_permission(request, round_)):
            raise PermissionDenied
        desk = reverse("admin:reviews_round_change", args=[pk])
        form_class = FORMS.get(name, StepForm)
        if name == "freeze" and round_.freeze:
            form_class = AgainForm
        initial: dict[str, Any] = {"number": round_.freeze.number} if round_.freeze else {}
        if form_class is ApproveForm:
            initial["words"] = rounds.words_of(round_)
        form = form_class(request.POST if request.method == "POST" else None, initial=initial)
        problems: list[str] = []
        if request.method == "POST" and form.is_valid():
            try:
                step.take(self, request, round_, form.cleaned_data)
            except Refused as refused:
                problems = refused.problems
            else:
                return HttpResponseRedirect(desk)
        again = form_class is AgainForm
        counts = counted(round_)
        context = {
            **self.admin_site.each_context(request),
            "title": "Freeze the figures again" if again else step.label,
            "subtitle": str(round_),
            "opts": self.opts,
            "original": round_,
            "step": step.name,
            "is_again": again,
            "button": "Freeze again" if again else step.label,
            "counts": counts,
            "waiting": counts["waiting"],
            "unissued": counts["to_issue"],
            "stand": standing(round_) if name in ("send", "lists") else {},
            "is_printed": is_printed(),
            "lines": "" if again or name != "freeze" else len(rows(round_.period)),
            "form": form,
            "problems": problems,
            "desk": desk,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reviews/round/confirm.html", context)


def is_printed() -> bool:
    """Whether messages are printed where the server runs, for want of a mail server."""
    return str(settings.MAILERS["default"]["BACKEND"]).endswith(".console.EmailBackend")


def with_counts(found: QuerySet[Round]) -> QuerySet[Round]:
    """Rounds with the numbers of their letters, approved ones (issued included) and issued ones.

    `waiting` are neither approved nor held, `to_issue` approved and not held; `outstanding` are
    first letters, corrections left out, that are neither issued nor held.
    """
    summary = "freeze__summaries"
    letters = f"{summary}__letter"
    approved = Q(**{f"{letters}__approved_at__isnull": False})
    issued = Q(**{f"{letters}__issued_at__isnull": False})
    free = ~Q(is_held(summary))
    first = Q(**{f"{summary}__version": 1}) | Q(**{f"{summary}__correction__is_first": True})
    return found.annotate(
        letters=Count(letters),
        approved=Count(letters, filter=approved),
        issued=Count(letters, filter=issued),
        waiting=Count(letters, filter=free & ~approved),
        to_issue=Count(letters, filter=free & approved & ~issued),
        outstanding=Count(letters, filter=free & ~issued & first),
        held=Count(letters, filter=Q(is_held(summary))),
    )


def counted(round_: Round) -> dict[str, int]:
    """The numbers of `with_counts`, asked for now where the round came without them."""
    names = ("letters", "approved", "issued", "waiting", "to_issue", "outstanding", "held")
    if not hasattr(round_, "letters"):
        return with_counts(Round.objects.filter(pk=round_.pk)).values(*names).get()
    return {name: getattr(round_, name) for name in names}


def state_of(round_: Round) -> str:
    """The last step that is complete; held letters are needed for none, nor are corrections."""
    counts = counted(round_)
    if counts["issued"] and not counts["outstanding"]:
        return "public" if round_.publish_at <= timezone.now() else "issued"
    if counts["letters"] and not counts["waiting"]:
        return "approved"
    return "frozen" if round_.freeze_id else "opened"


def _instant(round_: Round) -> str:
    return formats.date_format(timezone.localtime(round_.publish_at), "j F Y, H:i")


def _progress(round_: Round, events: dict[str, RoundEvent]) -> list[dict[str, Any]]:
    """The five steps in their order; of one done several times, the last."""
    reached = STATES.index(state_of(round_))
    labels = ("Figures frozen", "Letters approved", "Letters issued")
    return [
        {"label": "Opened", "at": round_.opened_at, "by": round_.opened_by, "is_done": True},
        *(
            {
                "label": label,
                "at": event.done_at if event else None,
                "by": event.done_by if event else None,
                "detail": event.detail if event else "",
                "is_done": position <= reached,
            }
            for position, label in enumerate(labels, start=1)
            for event in [events.get(STATES[position])]
        ),
        {"label": "Public", "at": round_.publish_at, "is_done": reached == 4},
    ]


def _grouped(findings: list[rounds.Finding], *, is_linked: bool) -> list[Kind]:
    """Findings by kind, each with the address of its authority for those who may look at it."""
    kinds: dict[str, Kind] = {}
    for finding in findings:
        kind = kinds.setdefault(finding.code, Kind(FINDINGS.get(finding.code, finding.code)))
        address = ""
        if is_linked and finding.authority:
            address = reverse("admin:casework_authority_change", args=[finding.authority.pk])
        kind.lines.append((finding, address))
    return list(kinds.values())
