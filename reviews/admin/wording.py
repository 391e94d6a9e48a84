"""Wording: the texts of a round, edited, compared in every letter they change, accepted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from casework.admin.pages import BackOfficeAdmin, RecordAdmin, actor, refusal
from casework.choices import AuthorityType, Region
from casework.conditions import in_words
from casework.models import Authority
from casework.refusals import Refused
from reviews.letters.differences import compared
from reviews.letters.vocabulary import VOCABULARY
from reviews.letters.wording import usual
from reviews.models import (
    LateReplies,
    Letter,
    Round,
    SummaryCondition,
    WordingDraft,
    WordingText,
    WordingVersion,
)
from reviews.rounds import number_of, wording

OF_SCOPE = {"type": "authority_type", "region": "region", "council": "authority"}


class DraftForm(forms.Form):
    """What a text shall say, and its state when it was opened."""

    content = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "true", "class": "wording-text"}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class PassageForm(forms.Form):
    """A new passage: whose letters it goes into, what about, and its text."""

    scope = forms.ChoiceField(
        label="Goes into",
        choices=[each for each in WordingText.Scope.choices if each[0] in OF_SCOPE],
        help_text="Then choose the type, the region or the authority below.",
    )
    authority_type = forms.ChoiceField(
        label="Type of authority", required=False, choices=[("", "—"), *AuthorityType.choices]
    )
    region = forms.ChoiceField(required=False, choices=[("", "—"), *Region.choices])
    authority = forms.ModelChoiceField(Authority.objects.usable(), required=False, empty_label="—")
    subject = forms.ChoiceField(label="What about", choices=WordingText.Subject)
    position = forms.IntegerField(
        initial=1,
        min_value=1,
        max_value=99,
        help_text="Passages of one kind stand in this order.",
    )
    content = forms.CharField(
        label="Text",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "wording-text"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wanted = OF_SCOPE.get(cleaned.get("scope", ""), "")
        for name in OF_SCOPE.values():
            if name == wanted and not cleaned.get(name):
                self.add_error(name, "Choose one: the passage goes into its letters.")
            elif name != wanted and cleaned.get(name):
                self.add_error(name, "Leave this empty: the passage goes elsewhere.")
        return cleaned


class AcceptForm(forms.Form):
    reason = forms.CharField(
        label="Why the wording changes",
        max_length=300,
        validators=[in_words],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="It stays with the version.",
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class MarkForm(forms.Form):
    authority = forms.ModelChoiceField(Authority.objects.usable(), empty_label="—")


@admin.register(WordingText)
class WordingTextAdmin(BackOfficeAdmin):
    list_display = ("title", "round", "scope", "position")
    list_filter = ("round", "scope", "subject")
    list_select_related = ("round", "authority")
    search_fields = ("authority__official_name", "versions__content")
    search_help_text = "By authority or by words."
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # begun on the page of a round's wording

    def has_delete_permission(self, request: HttpRequest, obj: WordingText | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "reviews_wordingtext"
        return [
            path("round/<int:pk>/", view(self.round_view), name=f"{name}_round"),
            path("round/<int:pk>/new/", view(self.new_view), name=f"{name}_new"),
            path("round/<int:pk>/late/", view(self.late_view), name=f"{name}_late"),
            path("<int:pk>/review/", view(self.review_view), name=f"{name}_review"),
            path("<int:pk>/versions/", view(self.versions_view), name=f"{name}_versions"),
            *super().get_urls(),
        ]

    def _parts(self) -> list[type[Model]]:
        return [WordingDraft]

    # What pages share ---------------------------------------------------------------------------

    def _page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            f"admin/reviews/wordingtext/{template}.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "may_change": self.has_change_permission(request),
                **context,
            },
        )

    def _allow(self, request: HttpRequest) -> None:
        """Everybody who may see wording reads; who may change it writes."""
        if request.method in ("GET", "HEAD"):
            if self.has_view_permission(request):
                return
        elif self.has_change_permission(request):
            return
        raise PermissionDenied

    def _round(self, request: HttpRequest, pk: int) -> Round:
        self._allow(request)
        return get_object_or_404(Round, pk=pk)

    def _text(self, request: HttpRequest, pk: Any) -> WordingText:
        self._allow(request)
        found = WordingText.objects.select_related("round", "authority").filter(pk=pk)
        return get_object_or_404(found)

    def _tell(self, request: HttpRequest, problems: list[str]) -> None:
        for problem in problems:
            self.message_user(request, problem, messages.ERROR)

    def _to(self, name: str, pk: int) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse(f"admin:reviews_wordingtext_{name}", args=[pk]))

    # The texts of a round -----------------------------------------------------------------------

    def round_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All texts of a round; by POST the main one of a round that was opened without."""
        round_ = self._round(request, pk)
        if request.method == "POST":
            try:
                return self._to("change", wording.main_text(round_, by=actor(request)).pk)
            except Refused as refused:
                self._tell(request, refused.problems)
                return self._to("round", pk)
        texts = sorted(
            round_.texts.select_related("authority", "draft__saved_by"),
            key=lambda text: text.place,
        )
        versions = {
            version.wording_id: version
            for version in WordingVersion.objects.current()
            .filter(wording__round=round_)
            .select_related("made_by")
        }
        context = {
            "round": round_,
            "texts": [
                (text, versions.get(text.pk), getattr(text, "draft", None)) for text in texts
            ],
            "has_main": any(text.scope == wording.MAIN for text in texts),
            "usual": usual(),
            "is_issued": Letter.objects.of_round(round_.pk).issued().exists(),
            "late": round_.late_replies.select_related("authority", "marked_by").order_by(
                "authority__official_name"
            ),
            "form": MarkForm(),
        }
        return self._page(request, "round", f"Wording of {round_.year}", context)

    def late_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Marks an authority for late replies, or takes the mark back."""
        round_ = self._round(request, pk)
        if request.method != "POST":
            return self._to("round", pk)
        form = MarkForm(request.POST)
        if not form.is_valid():
            self._tell(request, ["Choose the authority that replied late."])
            return self._to("round", pk)
        authority = form.cleaned_data["authority"]
        deed = (
            wording.unmark_late_replies if "remove" in request.POST else wording.mark_late_replies
        )
        try:
            withdrawn = deed(round_=round_, authority=authority, by=actor(request))
        except Refused as refused:
            self._tell(request, refused.problems)
        else:
            done = "no longer marked" if "remove" in request.POST else "marked"
            again = f" {number_of(withdrawn)} approved before: a draft again." if withdrawn else ""
            self.message_user(request, f"{authority} is {done} for late replies.{again}")
        return self._to("round", pk)

    # Editing ------------------------------------------------------------------------------------

    def new_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A new passage."""
        round_ = self._round(request, pk)
        form = PassageForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = dict(form.cleaned_data)
            content = given.pop("content")
            text = WordingText(round=round_, **given)
            try:
                wording.begin_passage(text=text, content=content, by=actor(request))
            except Refused as refused:
                form.add_error("content", refused.problems)
            except DatabaseError as error:
                form.add_error(None, refusal(error))
            else:
                return self._to("review", text.pk)
        context = {"round": round_, "form": form, "vocabulary": VOCABULARY}
        return self._page(request, "new", "Add a passage", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The text in a form, with all it may name beside it; nothing typed is ever lost."""
        if not object_id.isdecimal():
            raise Http404
        text = self._text(request, object_id)
        draft, version = wording.draft_of(text), wording.current(text)
        stands = draft.content if draft else version.content if version else ""
        state = wording.state_of(text)
        form = DraftForm(
            request.POST if request.method == "POST" else None,
            initial={"content": stands, "seen": state},
        )
        meanwhile: Any = ()
        if request.method == "POST" and form.is_valid():
            try:
                wording.save_draft(text=text, by=actor(request), **form.cleaned_data)
            except wording.ChangedMeanwhile as refused:
                form.add_error(None, refused.problems)
                typed = form.cleaned_data["content"].replace("\r\n", "\n").split("\n")
                meanwhile = compared(stands.split("\n"), typed)
                form.data = form.data.copy()  # type: ignore[attr-defined]
                form.data["seen"] = state  # type: ignore[index]
            except Refused as refused:
                form.add_error("content", refused.problems)
            else:
                return self._to("review", text.pk)
        context = {
            "round": text.round,
            "text": text,
            "draft": draft,
            "version": version,
            "form": form,
            "meanwhile": meanwhile,
            "vocabulary": VOCABULARY,
            "is_main": text.scope == wording.MAIN,
        }
        return self._page(request, "change", str(text), context)

    # Reviewing and accepting --------------------------------------------------------------------

    def review_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What a draft changes, in the text and in every letter; accepted or discarded here."""
        text = self._text(request, pk)
        draft, version = wording.draft_of(text), wording.current(text)
        if "discard" in request.POST:
            try:
                wording.discard_draft(text=text, by=actor(request))
            except Refused as refused:
                self._tell(request, refused.problems)
            else:
                self.message_user(request, f"{text}: the draft is discarded.")
            return self._to("round", text.round_id)
        if draft is None:
            self._tell(request, [f"{text} has no draft: somebody accepted or discarded it."])
            return self._to("change", text.pk)
        found = wording.changes(text=text, content=draft.content)
        form = AcceptForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                accepted = wording.accept(text=text, by=actor(request), **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.problems)
                form.data = form.data.copy()  # type: ignore[attr-defined]
                form.data["seen"] = found.digest  # type: ignore[index]
            else:
                self._tell_accepted(request, text, accepted)
                return HttpResponseRedirect(
                    reverse("admin:reviews_round_change", args=[text.round_id])
                )
        elif request.method != "POST":
            form.initial["seen"] = found.digest
        context = {
            "round": text.round,
            "text": text,
            "draft": draft,
            "version": version,
            "lines": compared(
                version.content.split("\n") if version else [], draft.content.split("\n")
            ),
            "changes": found,
            "form": form,
        }
        return self._page(request, "review", f"What changes: {text}", context)

    def _tell_accepted(
        self, request: HttpRequest, text: WordingText, accepted: wording.Changes
    ) -> None:
        changed = f"{number_of(len(accepted.letters))} changed"
        again = ""
        if accepted.approved:
            again = f", of which {accepted.approved} approved before wait for approval again"
        self.message_user(request, f"{text} accepted: {changed}{again}.", messages.SUCCESS)

    # Versions -----------------------------------------------------------------------------------

    def versions_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every version, the difference between any two, and a way back to an older one."""
        text = self._text(request, pk)
        if request.method == "POST":
            number = request.POST.get("number", "")
            try:
                wording.restore_version(
                    text=text,
                    number=int(number) if number.isdecimal() else 0,
                    by=actor(request),
                )
            except Refused as refused:
                self._tell(request, refused.problems)
                return self._to("versions", pk)
            return self._to("review", pk)
        versions = list(text.versions.select_related("made_by").order_by("-number"))
        by_number = {str(version.number): version for version in versions}
        after = by_number.get(request.GET.get("to", ""), versions[0] if versions else None)
        before = by_number.get(
            request.GET.get("from", ""), versions[1] if len(versions) > 1 else after
        )
        context = {
            "round": text.round,
            "text": text,
            "versions": versions,
            "before": before,
            "after": after,
            "lines": compared(before.content.split("\n"), after.content.split("\n"))
            if before and after
            else (),
        }
        return self._page(request, "versions", f"Versions: {text}", context)


@admin.register(WordingVersion)
class WordingVersionAdmin(RecordAdmin):
    list_display = ("wording", "number", "reason", "made_at", "made_by")
    list_filter = ("wording__round",)
    list_select_related = ("wording__authority", "made_by")
    search_fields = ("content", "reason", "made_by__username")


@admin.register(WordingDraft)
class WordingDraftAdmin(RecordAdmin):
    list_display = ("wording", "saved_at", "saved_by")
    list_filter = ("wording__round",)
    list_select_related = ("wording__authority", "saved_by")


@admin.register(LateReplies)
class LateRepliesAdmin(RecordAdmin):
    list_display = ("authority", "round", "marked_at", "marked_by")
    list_filter = ("round",)
    list_select_related = ("authority", "round", "marked_by")
    search_fields = ("authority__official_name",)


@admin.register(SummaryCondition)
class SummaryConditionAdmin(RecordAdmin):
    list_display = ("summary", "name")
    list_filter = ("name", "summary__freeze__round")
    list_select_related = ("summary",)
    search_fields = ("summary__name",)
