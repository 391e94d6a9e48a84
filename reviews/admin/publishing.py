"""Holding, releasing, correcting and retracting letters; and what stays on record of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from casework.admin.pages import RecordAdmin, actor
from casework.conditions import in_words
from casework.refusals import Refused
from reviews import rounds
from reviews.models import Correction, Hold, Letter, Retraction, Round
from reviews.querysets import is_held
from reviews.rounds import number_of
from reviews.rounds.correcting import REASON_LENGTH, changes, is_first_letter, open_draft
from reviews.rounds.holding import to_hold, to_release
from reviews.rounds.retracting import NOTICE_LENGTH, retraction_refusals

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]
MOST = 500  # letters chosen one by one; their keys stand in an address


# What stays on record -----------------------------------------------------------------------------


class OfSummaryAdmin(RecordAdmin):
    """A record about a frozen row and its letter."""

    search_fields = ("summary__name", "summary__slug", "reason")
    search_help_text = "By authority or reason."

    @admin.display(description="letter", ordering="summary__name")
    def letter(self, row: Any) -> str:
        return f"{row.summary}, version {row.summary.version}"


@admin.register(Hold)
class HoldAdmin(OfSummaryAdmin):
    list_display = ("letter", "reason", "held_at", "held_by", "released_at", "released_by")
    list_filter = (("released_at", admin.EmptyFieldListFilter), "summary__year_ending")
    list_select_related = ("summary", "held_by", "released_by")
    date_hierarchy = "held_at"


@admin.register(Correction)
class CorrectionAdmin(OfSummaryAdmin):
    list_display = ("letter", "why", "letter_on", "corrected_at", "corrected_by")
    list_filter = ("summary__year_ending",)
    list_select_related = ("summary", "corrected_by")
    search_fields = ("summary__name", "summary__slug", "summary__reason")
    date_hierarchy = "corrected_at"

    @admin.display(description="reason")
    def why(self, correction: Correction) -> str:
        return correction.summary.reason


@admin.register(Retraction)
class RetractionAdmin(OfSummaryAdmin):
    list_display = ("letter", "reason", "notice", "retracted_at", "retracted_by")
    list_filter = ("summary__year_ending",)
    list_select_related = ("summary", "retracted_by")
    date_hierarchy = "retracted_at"


class StandingFilter(admin.SimpleListFilter):
    """Letters that are kept back, take another's place or were taken back."""

    title = "publication"
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("held", "Held"), ("correction", "Corrections"), ("retracted", "Retracted")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "held":
                return queryset.held()
            case "correction":
                return queryset.filter(summary__correction__is_first=False)
            case "retracted":
                return queryset.filter(summary__retraction__isnull=False)
        return queryset


def standing_of(letter: Letter) -> str:
    """Whether a letter is held, replaces another, was replaced or retracted: a sentence each."""
    summary = letter.summary
    told = []
    if hold := summary.holds.open().select_related("held_by").first():
        told.append(f"Held by {hold.held_by} on {hold.held_at:%-d %B %Y}: {hold.reason}")
    if summary.is_correction:
        told.append(f"Version {summary.version}, a correction: {summary.reason}")
    elif summary.version > 1:
        told.append(
            f"Version {summary.version}, made before anything was sent; for its readers it is "
            f"version 1: {summary.reason}"
        )
    later = Letter.objects.filter(
        summary__freeze=summary.freeze_id,
        summary__authority=summary.authority_id,
        summary__version__gt=summary.version,
    ).select_related("summary")
    told += [
        f"Replaced by version {other.summary.version}."
        if other.issued_at
        else f"Version {other.summary.version} is drafted to replace it."
        for other in later.order_by("summary__version")
    ]
    if (
        retraction := Retraction.objects.filter(summary=summary)
        .select_related("retracted_by")
        .first()
    ):
        told.append(
            f"Retracted by {retraction.retracted_by} on {retraction.retracted_at:%-d %B %Y}: "
            f"{retraction.reason}"
        )
    return "\n".join(told) or "Nothing to tell."


# Deeds --------------------------------------------------------------------------------------------


class NothingToType(forms.Form):
    """A deed that needs no words."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        validators=[in_words],
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "autofocus": True}),
        help_text="For staff: it stays on record and is not published.",
    )


class CorrectForm(forms.Form):
    reason = forms.CharField(
        label="Why the letter is corrected",
        max_length=REASON_LENGTH,
        validators=[in_words],
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60, "autofocus": True}),
        help_text="A letter that replaces one already issued prints it in its first lines, for "
        "everybody to read.",
    )
    instead_of = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RetractForm(ReasonForm):
    notice = forms.CharField(
        label="Notice to the public",
        max_length=NOTICE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text="Everybody reads it in place of the letter and its figures.",
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a deed would do now: `count` letters, in sentences, or why it cannot be done.

    `changes` are figures with what they were and what they would be.
    """

    count: int
    sentences: list[str]
    problems: list[str]
    changes: list[tuple[str, Any, Any]]
    initial: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to letters on a page of its own, which says first what it will do."""

    name: str
    label: str
    permission: str
    form: type[forms.Form]
    look: Callable[[Round, QuerySet[Letter]], Outlook]
    take: Callable[[Round, QuerySet[Letter], Any, dict[str, Any]], str]


def _look_hold(round_: Round, letters: QuerySet[Letter]) -> Outlook:
    count = to_hold(round_, letters).count()
    sentences = [
        f"{number_of(count)} will be held: not issued, or, if issued already, not public from the "
        "next request on, until released. Earlier versions are held with an issued letter; a "
        "correction not issued yet is held alone, and the letter it would replace stays."
    ]
    if held := letters.filter(is_held("summary")).count():
        sentences.append(f"{number_of(held)} of those chosen {'is' if held == 1 else 'are'} held.")
    return Outlook(count, sentences, [], [], {})


def _look_release(round_: Round, letters: QuerySet[Letter]) -> Outlook:
    count = to_release(round_, letters).count()
    sentences = [
        f"{number_of(count)} will be released: issued with the others, or, if issued already, "
        "public as soon as the round is. Later versions that are issued are released with a letter."
    ]
    return Outlook(count, sentences, [], [], {})


def _look_correct(round_: Round, letters: QuerySet[Letter]) -> Outlook:
    letter = letters.get()
    authority = letter.summary.authority
    drafted = open_draft(round_, authority)
    problems = rounds.correction_refusals(round_, authority, instead_of=drafted)
    if is_first_letter(round_, authority):
        sentences = [
            "Nothing was sent to this authority yet. Its cases alone are counted again and a new "
            "first letter is drafted, which names no other; the reason stays on record. Averages "
            "stay as they were frozen. Another person approves it.",
        ]
    else:
        sentences = [
            "The cases of this authority alone are counted again and a new letter is drafted, "
            "which names the letter it replaces and says why. Averages stay as they were frozen. "
            "Another person approves it; until it is issued the present letter stands.",
        ]
    if drafted:
        held = Hold.objects.open().filter(
            summary__freeze=round_.freeze_id,
            summary__authority=authority,
            summary__version=drafted,
        )
        sentences.append(
            f"The draft of version {drafted} goes, and version {drafted + 1} is made"
            f"{', held as the draft is until released' if held.exists() else ''}."
        )
    found = [] if problems else changes(round_, authority)
    if not found and not problems:
        sentences.append("No figure would change.")
    return Outlook(1, sentences, problems, found, {"instead_of": drafted})


def _look_retract(round_: Round, letters: QuerySet[Letter]) -> Outlook:
    letter = letters.get()
    problems = retraction_refusals(letter)
    is_retracted = Retraction.objects.filter(summary=letter.summary_id).exists()
    sentences = [
        "From the next request on the public reads your notice in place of this letter, and its "
        "figures leave the lists and the open data. This cannot be undone: a correction can follow."
    ]
    return Outlook(0 if is_retracted else 1, sentences, problems, [], {})


def _hold(round_: Round, letters: QuerySet[Letter], by: Any, given: dict[str, Any]) -> str:
    held = rounds.hold(round_=round_, by=by, reason=given["reason"], letters=letters)
    return f"{number_of(held)} of the {round_.year} review held."


def _release(round_: Round, letters: QuerySet[Letter], by: Any, given: dict[str, Any]) -> str:
    released = rounds.release(round_=round_, by=by, letters=letters)
    return f"{number_of(released)} of the {round_.year} review released."


def _correct(round_: Round, letters: QuerySet[Letter], by: Any, given: dict[str, Any]) -> str:
    summary = rounds.correct(
        round_=round_,
        authority=letters.get().summary.authority,
        by=by,
        reason=given["reason"],
        instead_of=given["instead_of"],
    )
    return f"Version {summary.version} of the letter to {summary.name} is drafted."


def _retract(round_: Round, letters: QuerySet[Letter], by: Any, given: dict[str, Any]) -> str:
    letter = letters.get()
    rounds.retract(letter=letter, by=by, reason=given["reason"], notice=given["notice"])
    return f"The letter to {letter.summary.name} is retracted."


DEEDS = {
    deed.name: deed
    for deed in (
        Deed("hold", "Hold letters", "hold_letters", ReasonForm, _look_hold, _hold),
        Deed("release", "Release letters", "hold_letters", NothingToType, _look_release, _release),
        Deed("correct", "Correct a letter", "correct_letter", CorrectForm, _look_correct, _correct),
        Deed("retract", "Retract a letter", "retract_letter", RetractForm, _look_retract, _retract),
    )
}
OF_ONE = {"correct", "retract"}


def deed_address(name: str, **chosen: Any) -> str:
    """The page of a deed on `round=` a whole round or `letters=` keys with commas between them."""
    return f"{reverse(f'admin:reviews_letter_{name}')}?{urlencode(chosen)}"


class LetterDeeds(admin.ModelAdmin):
    """The pages and actions by which letters are held, released, corrected and retracted."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.deed_view)
        return [
            *(
                path(f"{name}/", view, {"name": name}, name=f"reviews_letter_{name}")
                for name in DEEDS
            ),
            *super().get_urls(),
        ]

    def has_hold_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.hold_letters")

    def has_correct_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.correct_letter")

    def has_retract_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.retract_letter")

    @admin.action(
        permissions=["hold"],
        description="Hold this letter…",
        description_plural="Hold the selected letters…",
        location=EVERYWHERE,
    )
    def hold(self, request: HttpRequest, queryset: QuerySet[Letter]) -> HttpResponse | None:
        return self._to_deed("hold", request, queryset)

    @admin.action(
        permissions=["hold"],
        description="Release this letter…",
        description_plural="Release the selected letters…",
        location=EVERYWHERE,
    )
    def release(self, request: HttpRequest, queryset: QuerySet[Letter]) -> HttpResponse | None:
        return self._to_deed("release", request, queryset)

    @admin.action(
        permissions=["correct"],
        description="Correct this letter…",
        description_plural="Correct the selected letter…",
        location=EVERYWHERE,
    )
    def correct(self, request: HttpRequest, queryset: QuerySet[Letter]) -> HttpResponse | None:
        return self._to_deed("correct", request, queryset)

    @admin.action(
        permissions=["retract"],
        description="Retract this letter…",
        description_plural="Retract the selected letter…",
        location=EVERYWHERE,
    )
    def retract(self, request: HttpRequest, queryset: QuerySet[Letter]) -> HttpResponse | None:
        return self._to_deed("retract", request, queryset)

    def _to_deed(
        self, name: str, request: HttpRequest, letters: QuerySet[Letter]
    ) -> HttpResponse | None:
        keys = sorted(letters.order_by().values_list("pk", flat=True))
        most = 1 if name in OF_ONE else MOST
        if len(keys) > most:
            self.message_user(
                request, f"Choose {number_of(most)} or fewer for this.", messages.ERROR
            )
            return None
        return HttpResponseRedirect(deed_address(name, letters=",".join(map(str, keys))))

    def deed_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Says what a deed will do; done by POST, in one call of `reviews.rounds`."""
        deed = DEEDS[name]
        if not (
            request.user.has_perm(f"reviews.{deed.permission}")
            and self.has_view_permission(request)
        ):
            raise PermissionDenied
        round_, letters = _chosen(request)
        if name in OF_ONE and letters.count() != 1:
            raise Http404
        outlook = deed.look(round_, letters)
        form = deed.form(
            request.POST if request.method == "POST" else None, initial=outlook.initial
        )
        problems = outlook.problems
        back = (
            reverse("admin:reviews_round_change", args=[round_.pk])
            if "round" in request.GET
            else reverse("admin:reviews_letter_changelist")
            + f"?summary__freeze__round__id__exact={round_.pk}"
        )
        if request.method == "POST" and form.is_valid():
            try:
                done = deed.take(round_, letters, actor(request), form.cleaned_data)
            except Refused as refused:
                problems = refused.problems
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": deed.label,
            "subtitle": str(round_),
            "opts": self.opts,
            "round": round_,
            "names": [str(letter) for letter in letters[:20]],
            "more": max(letters.count() - 20, 0),
            "outlook": outlook,
            "form": form,
            "problems": problems,
            "is_refused": request.method == "POST" and problems,
            "can": bool(outlook.count) and not outlook.problems,
            "back": back,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reviews/letter/deed.html", context)


def _chosen(request: HttpRequest) -> tuple[Round, QuerySet[Letter]]:
    """The letters an address names, of one round; 404 where there are none."""
    wanted = request.GET.get("round", "")
    found = Letter.objects.select_related("summary__authority", "summary__freeze__round")
    if wanted.isdecimal():
        round_ = get_object_or_404(Round, pk=int(wanted))
        letters: QuerySet[Letter] = found.of_round(round_.pk)
    else:
        keys = [int(key) for key in request.GET.get("letters", "").split(",") if key.isdecimal()]
        letters = found.filter(pk__in=keys[:MOST])
        rounds_ = Round.objects.filter(freezes__summaries__letter__in=letters.order_by())
        round_ = rounds_.order_by("-year").first() or Round()
        letters = letters.filter(summary__freeze__round=round_.pk)
    if not letters.exists():
        raise Http404
    return round_, letters
