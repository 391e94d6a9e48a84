"""The national review of a round: one page to write, make, look at, approve and publish it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from casework.admin.pages import RecordAdmin, actor
from casework.conditions import in_words
from casework.refusals import Refused
from reviews.letters.national import VOCABULARY, from_plain
from reviews.models import (
    NationalReview,
    NationalReviewFile,
    NationalReviewRow,
    ReviewText,
    Round,
    ScrutinyPack,
)
from reviews.rounds import national

INSTANT = "%Y-%m-%dT%H:%M"


class InstantField(forms.DateTimeField):
    """Date and time in London, which a browser asks for with a calendar and a clock."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=INSTANT)
        super().__init__(widget=widget, input_formats=[INSTANT, f"{INSTANT}:%S"], **kwargs)


class TextForm(forms.Form):
    """What a text says next, and why."""

    content = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "true", "class": "wording-text"}),
    )
    reason = forms.CharField(
        label="Why it changes",
        max_length=300,
        validators=[in_words],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="It stays with the version.",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class MakeForm(forms.Form):
    publish_at = InstantField(
        label="Public from", help_text="In London. Never before the letters of the year."
    )
    reason = forms.CharField(
        label="Why there is another edition",
        max_length=300,
        required=False,
        validators=[in_words],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Readers are told. Leave it empty for the first edition.",
    )


class RescheduleForm(forms.Form):
    publish_at = InstantField(label="Public from", help_text="In London.")


@admin.register(NationalReview)
class NationalReviewAdmin(RecordAdmin):
    list_display = (
        "year", "number", "state", "publish_at", "made_by", "approved_by", "size", "page_link",
    )  # fmt: skip
    list_filter = ("round",)
    list_select_related = ("round", "made_by", "approved_by")
    search_fields = ("reason", "=sha256")
    search_help_text = "By reason or by the whole digest."
    fields = (
        ("round", "number"), "reason", "publish_at", ("made_at", "made_by"),
        ("approved_at", "approved_by"), ("size", "sha256"), "page_link",
    )  # fmt: skip
    readonly_fields = ("page_link",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NationalReview]:
        return super().get_queryset(request).defer("figures", "document")

    @admin.display(description="year", ordering="round__year")
    def year(self, review: NationalReview) -> str:
        return str(review.round.year)

    @admin.display(description="state")
    def state(self, review: NationalReview) -> str:
        return state_of(review)

    @admin.display(description="work on it")
    def page_link(self, review: NationalReview) -> SafeString:
        address = reverse("admin:reviews_nationalreview_round", args=[review.round_id])
        return format_html('<a href="{}">National review of {}</a>', address, review.round.year)

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "reviews_nationalreview"
        return [
            path("round/<int:pk>/", view(self.round_view), name=f"{name}_round"),
            path("round/<int:pk>/<slug:text>/", view(self.text_view), name=f"{name}_text"),
            path("<int:pk>/review.pdf", view(self.pdf_view), name=f"{name}_pdf"),
            path("<int:pk>/words/", view(self.words_view), name=f"{name}_words"),
            *super().get_urls(),
        ]

    # What pages share ---------------------------------------------------------------------------

    def _page(
        self, request: HttpRequest, template: str, title: str, context: dict[str, Any]
    ) -> TemplateResponse:
        request.current_app = self.admin_site.name
        may = request.user.has_perm
        return TemplateResponse(
            request,
            f"admin/reviews/nationalreview/{template}.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "may_write": may(national.WRITE),
                "may_make": may(national.MAKE),
                "may_approve": may(national.APPROVE),
                **context,
            },
        )

    def _round(self, request: HttpRequest, pk: int) -> Round:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Round, pk=pk)

    def _review(self, request: HttpRequest, pk: int) -> NationalReview:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(NationalReview.objects.select_related("round"), pk=pk)

    # The page of a round's review ---------------------------------------------------------------

    def round_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Where the review stands; by POST the deed whose button was pressed."""
        round_ = self._round(request, pk)
        editions = list(
            round_.reviews.defer("figures", "document")
            .select_related("made_by", "approved_by")
            .order_by("-number")
        )
        newest = editions[0] if editions else None
        if newest:
            newest.round = round_
        make_form = MakeForm(
            request.POST if "make" in request.POST else None,
            initial={
                "publish_at": newest.publish_at
                if newest and not newest.approved_at
                else max(round_.publish_at, timezone.now())
                if newest
                else round_.publish_at,
                "reason": newest.reason if newest and not newest.approved_at else "",
            },
        )
        moved = RescheduleForm(
            request.POST if "reschedule" in request.POST else None,
            initial={"publish_at": newest.publish_at if newest else None},
        )
        problems: list[str] = []
        if request.method == "POST":
            try:
                done = self._do(request, round_, newest, make_form, moved)
            except Refused as refused:
                problems = refused.problems
            else:
                if done:
                    self.message_user(request, done, messages.SUCCESS)
                    return HttpResponseRedirect(request.path)
        context = {
            "round": round_,
            "texts": [
                (kind, label, national.current_text(round_, kind))
                for kind, label in ReviewText.Kind.choices
            ],
            "editions": [(each, state_of(each)) for each in editions],
            "newest": newest,
            "seen": newest.made_at.isoformat() if newest else "",
            "changed": national.changes_since(newest) if newest else [],
            "make_form": make_form,
            "reschedule_form": moved,
            "may_move": newest and not (newest.approved_at and newest.publish_at <= timezone.now()),
            "problems": problems,
        }
        return self._page(request, "round", f"National review of {round_.year}", context)

    def _do(
        self,
        request: HttpRequest,
        round_: Round,
        newest: NationalReview | None,
        make_form: MakeForm,
        moved: RescheduleForm,
    ) -> str:
        """Does what was asked for and says so; nothing where a form has to be filled in again."""
        by = actor(request)
        if "make" in request.POST:
            if not make_form.is_valid():
                return ""
            made = national.make_review(round_=round_, by=by, **make_form.cleaned_data)
            return f"Edition {made.number} is made. Look at its PDF; another person approves it."
        if newest is None:
            raise Refused("There is no edition any more; make one.")
        if "approve" in request.POST:
            if request.POST.get("seen") != newest.made_at.isoformat():
                raise Refused("The review was made anew since you looked; look at it again.")
            national.approve_review(review=newest, by=by, seen=newest.made_at)
            return f"Edition {newest.number} is approved."
        if "reschedule" in request.POST:
            if not moved.is_valid():
                return ""
            national.reschedule_review(review=newest, by=by, **moved.cleaned_data)
            return f"Edition {newest.number} has another date of publication."
        if "discard" in request.POST:
            national.discard_review(review=newest, by=by)
            return f"Edition {newest.number} is discarded."
        raise Refused("Press one of the buttons; nothing was done.")

    # Its texts ----------------------------------------------------------------------------------

    def text_view(self, request: HttpRequest, pk: int, text: str) -> HttpResponse:
        """The foreword or the chapters in a form, with all they may name beside it."""
        round_ = self._round(request, pk)
        if text not in ReviewText.Kind.values:
            raise Http404
        stands = national.current_text(round_, text)
        number = stands.number if stands else 0
        form = TextForm(
            request.POST or None,
            initial={"content": stands.content if stands else "", "seen": number},
        )
        if request.method == "POST" and form.is_valid():
            try:
                saved = national.save_text(
                    round_=round_, kind=text, by=actor(request), **form.cleaned_data
                )
            except Refused as refused:
                form.add_error(None, refused.problems)
                form.data = form.data.copy()  # type: ignore[attr-defined]
                form.data["seen"] = str(number)  # type: ignore[index]
            else:
                self.message_user(
                    request,
                    f"{saved.get_kind_display()}, version {saved.number}, is saved. The next "
                    "edition that is made says it.",
                    messages.SUCCESS,
                )
                return HttpResponseRedirect(
                    reverse("admin:reviews_nationalreview_round", args=[pk])
                )
        versions = ReviewText.objects.filter(round=round_, kind=text).select_related("made_by")
        context = {
            "round": round_,
            "form": form,
            "stands": stands,
            "versions": versions.order_by("-number"),
            "vocabulary": VOCABULARY,
            "has_chapters": text == ReviewText.Kind.CHAPTERS,
        }
        title = f"{ReviewText.Kind(text).label} of the national review {round_.year}"
        return self._page(request, "text", title, context)

    # Looking at an edition ----------------------------------------------------------------------

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file as it was approved, or a draft of it marked as such."""
        review = self._review(request, pk)
        if review.approved_at:
            content = bytes(review.file.pdf)
        else:
            try:
                content = national.draft_pdf(review)
            except Refused as refused:
                self.message_user(request, refused.problems[0], messages.ERROR)
                return HttpResponseRedirect(
                    reverse("admin:reviews_nationalreview_round", args=[review.round_id])
                )
        name = f"national-review-{review.round.year}-edition-{review.number}"
        name += "" if review.approved_at else "-draft"
        response = HttpResponse(content, content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
        return response

    def words_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What staff wrote in an edition, as it reads with its figures."""
        review = self._review(request, pk)
        document = from_plain(review.document)
        sections = [
            section
            for section in document.sections
            if section.key == "foreword" or section.key.startswith("chapter-")
        ]
        context = {"round": review.round, "review": review, "sections": sections}
        return self._page(request, "words", f"What edition {review.number} says", context)


def state_of(review: NationalReview) -> str:
    """Where an edition stands, in words."""
    if not review.approved_at:
        return "made, not approved"
    return "public" if review.publish_at <= timezone.now() else "approved, not public yet"


@admin.register(ReviewText)
class ReviewTextAdmin(RecordAdmin):
    list_display = ("round", "kind", "number", "reason", "made_at", "made_by")
    list_display_links = ("round", "kind")
    list_filter = ("round", "kind")
    list_select_related = ("round", "made_by")
    search_fields = ("content", "reason")
    fields = (("round", "kind", "number"), "reason", ("made_at", "made_by"), "content")


@admin.register(NationalReviewRow)
class NationalReviewRowAdmin(RecordAdmin):
    list_display = ("authority", "review", "version")
    list_filter = ("review__round",)
    list_select_related = ("review__round", "summary")
    search_fields = ("summary__name", "summary__slug")
    search_help_text = "By authority."
    fields = ("review", "summary")

    def get_queryset(self, request: HttpRequest) -> QuerySet[NationalReviewRow]:
        return super().get_queryset(request).defer("review__figures", "review__document")

    @admin.display(description="authority", ordering="summary__name")
    def authority(self, row: NationalReviewRow) -> str:
        return row.summary.name

    @admin.display(description="version of the letter")
    def version(self, row: NationalReviewRow) -> int:
        return row.summary.version


@admin.register(NationalReviewFile)
class NationalReviewFileAdmin(RecordAdmin):
    list_display = ("review", "size", "sha256")
    list_filter = ("review__round",)
    list_select_related = ("review__round",)
    search_fields = ("=review__sha256",)
    search_help_text = "By the whole digest."
    fields = ("review", "size", "sha256", "pdf_link")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[NationalReviewFile]:
        found = super().get_queryset(request)
        return found.defer("pdf", "review__figures", "review__document")

    @admin.display(description="bytes", ordering="review__size")
    def size(self, file: NationalReviewFile) -> int | None:
        return file.review.size

    @admin.display(description="SHA-256")
    def sha256(self, file: NationalReviewFile) -> str:
        return file.review.sha256

    @admin.display(description="as approved")
    def pdf_link(self, file: NationalReviewFile) -> SafeString:
        address = reverse("admin:reviews_nationalreview_pdf", args=[file.review_id])
        return format_html('<a href="{}">PDF</a>', address)


@admin.register(ScrutinyPack)
class ScrutinyPackAdmin(RecordAdmin):
    list_display = ("authority", "year", "size", "sha256", "drawn_at")
    list_filter = ("summary__year_ending",)
    list_select_related = ("summary",)
    search_fields = ("summary__name", "summary__slug", "=sha256")
    search_help_text = "By authority or by the whole digest."
    fields = ("authority", "year", "size", "sha256", "digest", "drawn_at")
    readonly_fields = ("authority", "year")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScrutinyPack]:
        return super().get_queryset(request).defer("pdf")

    @admin.display(description="authority", ordering="summary__name")
    def authority(self, pack: ScrutinyPack) -> str:
        return pack.summary.name

    @admin.display(description="year", ordering="summary__year_ending")
    def year(self, pack: ScrutinyPack) -> str:
        return str(pack.summary.year_ending)
