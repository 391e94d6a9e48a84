"""Letters: read, amended until they are issued, approved, and taken out as files."""

import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, TextField
from django.forms import ModelForm, Textarea
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from casework.admin.filters import ConditionFilter
from casework.admin.pages import BackOfficeAdmin, actor
from casework.refusals import Refused
from reviews import caselists, exports, rounds
from reviews.admin.access import may
from reviews.admin.proofs import answer_view, kinds, return_view
from reviews.admin.publishing import LetterDeeds, StandingFilter, standing_of
from reviews.drafting import draft
from reviews.letters.document import LetterDocument, from_plain
from reviews.letters.pictures import drawn
from reviews.models import Letter, LetterAlternative, Round
from reviews.proofing import proof_letters, proofs_of
from reviews.querysets import is_held
from reviews.rounds import number_of
from reviews.site.files import ALTERNATIVES
from reviews.site.opendata import alternative_file_name, letter_file_name

EVERYWHERE = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


def document_of(letter: Letter) -> LetterDocument:
    """The words as issued, else as they would be issued now, marked as a draft."""
    return from_plain(letter.file.document) if letter.issued_at else draft(letter)


class StateFilter(ConditionFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("draft", "Draft"), ("approved", "Approved"), ("issued", "Issued")]

    @classmethod
    def condition(cls, request: HttpRequest, value: str | None) -> Q:
        match value:
            case "draft":
                return ~Q(is_held("summary")) & Q(approved_at=None, issued_at=None)
            case "approved":
                return Q(approved_at__isnull=False, issued_at=None)
            case "issued":
                return Q(issued_at__isnull=False)
        return Q()


@admin.register(Letter)
class LetterAdmin(LetterDeeds, BackOfficeAdmin):
    list_display = (
        "council", "read", "state", "authority_type", "region", "vacancy", "year",
    )  # fmt: skip
    list_filter = (
        "summary__freeze__round", StateFilter, StandingFilter, "is_post_vacant",
        "summary__authority_type", "summary__region",
    )  # fmt: skip
    show_facets = admin.ShowFacets.ALWAYS
    list_select_related = ("summary",)
    also_exported = ("summary__gss_code", "addressee", "approved_at", "issued_at")
    not_exported = ("read",)
    ordering = ("-summary__year_ending", "summary__name")
    search_fields = ("summary__name", "summary__slug", "=summary__gss_code", "addressee")
    search_help_text = "By authority, GSS code or addressee."
    formfield_overrides = {TextField: {"widget": Textarea(attrs={"rows": 4, "cols": 60})}}
    actions = (
        "approve", "download_zip", "download_pdf", "download_case_lists", "hold", "release",
        "correct", "retract",
    )  # fmt: skip
    readonly_fields = (
        "council", "year", "read", "state", "is_post_vacant", "signatory", "frozen_by",
        "approved_at", "approved_by", "issued_at", "issued_by", "sha256", "size", "figures",
        "proof_found", "comments", "case_lists", "publication",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": (("council", "year"), ("state", "read"), "figures", "case_lists")}),
        ("Addressee", {
            "description": "As it was on the letter's date when the figures were frozen. A change "
            "makes an approved letter a draft again.",
            "fields": ("addressee", "salutation", "is_post_vacant"),
        }),
        ("Signature", {"fields": ("signatory",)}),
        ("Approval and issue", {
            "fields": (
                "proof_found", "comments",
                "frozen_by", ("approved_at", "approved_by"), ("issued_at", "issued_by"),
                ("sha256", "size"), "publication",
            ),
        }),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/page/", view(self.page_view), name="reviews_letter_page"),
            path("<int:pk>/letter.pdf", view(self.pdf_view), name="reviews_letter_pdf"),
            path("<int:pk>/return/", view(return_view), name="reviews_letter_return"),
            path("<int:pk>/answer/", view(answer_view), name="reviews_letter_answer"),
            path(
                "<int:pk>/letter-large-print.pdf",
                view(self.alternative_view),
                {"kind": LetterAlternative.Kind.LARGE_PRINT},
                name="reviews_letter_large_print",
            ),
            path(
                "<int:pk>/letter.txt",
                view(self.alternative_view),
                {"kind": LetterAlternative.Kind.TEXT},
                name="reviews_letter_text",
            ),
            path(
                "<int:pk>/cases/<slug:kind>.<slug:ending>",
                view(self.cases_view),
                name="reviews_letter_cases",
            ),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # made when the figures are frozen

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.issued_at)

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return may(request, "approve_letters")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may(request, "export_letters")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("summary__freeze__round")

    # What a list or page shows ------------------------------------------------------------------

    @admin.display(description="authority", ordering="summary__name")
    def council(self, letter: Letter) -> str:
        return letter.summary.name

    @admin.display(description="year", ordering="summary__year_ending")
    def year(self, letter: Letter) -> str:
        return str(letter.summary.year_ending)

    @admin.display(description="post", empty_value="", ordering="is_post_vacant")
    def vacancy(self, letter: Letter) -> str | None:
        return "Vacant" if letter.is_post_vacant else None

    @admin.display(description="state")
    def state(self, letter: Letter) -> str:
        return letter.state.capitalize()

    @admin.display(description="type", ordering="summary__authority_type")
    def authority_type(self, letter: Letter) -> str:
        return letter.summary.get_authority_type_display()

    @admin.display(description="region", ordering="summary__region")
    def region(self, letter: Letter) -> str:
        return letter.summary.get_region_display()

    @admin.display(description="read")
    def read(self, letter: Letter) -> SafeString:
        return format_html(
            '<a href="{}" aria-label="Page: {name}">Page</a> · '
            '<a href="{}" aria-label="PDF: {name}">PDF</a>',
            reverse("admin:reviews_letter_page", args=[letter.pk]),
            reverse("admin:reviews_letter_pdf", args=[letter.pk]),
            name=letter.summary.name,
        )

    @admin.display(description="figures")
    def figures(self, letter: Letter) -> SafeString:
        address = reverse("admin:reviews_annualsummary_change", args=[letter.summary_id])
        return format_html('<a href="{}">The frozen row it carries</a>', address)

    @admin.display(description="proof")
    def proof_found(self, letter: Letter) -> SafeString | str:
        proof = proofs_of(Letter.objects.filter(pk=letter.pk)).get(letter.pk)
        if proof is None:
            return "Not proofed since it last changed."
        if not proof.findings:
            return "Nothing found."
        lines = ((each.level.capitalize(), each) for each in proof.findings)
        return format_html_join(SafeString("<br>"), "{}, {}", lines)

    @admin.display(description="comments")
    def comments(self, letter: Letter) -> SafeString | str:
        """What approvers returned it with, and the answers; where to add either."""
        lines: list[tuple[str, str, str]] = []
        for each in letter.returns.select_related("returned_by", "answered_by"):
            lines.append((f"{each.returned_by}", each.comment, ""))
            if each.answered_by:
                lines.append((f"{each.answered_by}", each.answer, "answered "))
        said = format_html_join(SafeString("<br>"), "{2}{0}: “{1}”", lines)
        if letter.issued_at:
            return said or "None."
        is_open = letter.returns.unanswered().exists()
        name, text = (
            ("answer", "Answer the comment") if is_open else ("return", "Return it with a comment")
        )
        address = reverse(f"admin:reviews_letter_{name}", args=[letter.pk])
        return format_html(
            '{}{}<a href="{}">{}</a>', said, SafeString("<br>" if lines else ""), address, text
        )

    @admin.display(description="cases behind them")
    def case_lists(self, letter: Letter) -> SafeString | str:
        found = letter.summary.case_lists.defer("cases").order_by("pk")
        return format_html_join(
            SafeString("<br>"),
            '{} ({}): <a href="{}" aria-label="{}: CSV">CSV</a> · '
            '<a href="{}" aria-label="{}: Excel">Excel</a>',
            (
                (
                    each.get_kind_display(), each.number,
                    cases_address(letter, each.kind, "csv"), each.get_kind_display(),
                    cases_address(letter, each.kind, "xlsx"), each.get_kind_display(),
                )
                for each in found
            ),
        ) or "Not kept when these figures were frozen."  # fmt: skip

    @admin.display(description="publication")
    def publication(self, letter: Letter) -> str:
        return standing_of(letter)

    def save_model(self, request: HttpRequest, obj: Letter, form: ModelForm, change: bool) -> None:
        is_draft_again = form.changed_data and rounds.amend_letter(
            letter=obj, by=actor(request), addressee=obj.addressee, salutation=obj.salutation
        )
        if is_draft_again:
            self.message_user(
                request, "The letter was approved before it changed, so it is a draft again.",
                messages.WARNING,
            )  # fmt: skip

    # Reading ------------------------------------------------------------------------------------

    def _letter(self, request: HttpRequest, pk: int) -> Letter:
        letter = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, letter):
            raise PermissionDenied
        return letter

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The letter as a page, the same words as its PDF."""
        letter = self._letter(request, pk)
        document = document_of(letter)
        context = {
            "title": str(letter),
            "letter": letter,
            "document": document,
            "panels": drawn(document.panels),
        }
        return TemplateResponse(request, "admin/reviews/letter/page.html", context)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._letter(request, pk)
        response = HttpResponse(exports.letter_pdf(letter), content_type="application/pdf")
        name = letter_file_name(letter.summary)
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        return response

    def alternative_view(
        self, request: HttpRequest, pk: int, kind: LetterAlternative.Kind
    ) -> HttpResponse:
        letter = self._letter(request, pk)
        response = HttpResponse(
            exports.letter_alternative(letter, kind), content_type=ALTERNATIVES[kind]
        )
        name = alternative_file_name(letter.summary, kind)
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        return response

    def cases_view(self, request: HttpRequest, pk: int, kind: str, ending: str) -> HttpResponse:
        """One of the three case lists, as it was when the figures were frozen."""
        letter = self._letter(request, pk)
        if not self.has_export_permission(request):
            raise PermissionDenied
        found = letter.summary.case_lists.select_related("summary").filter(kind=kind).first()
        if found is None or ending not in caselists.MIME:
            raise Http404
        content = caselists.content(found, ending)
        exports.record_export(
            letter.summary.freeze.round,
            by=actor(request),
            detail=f"Case list as {ending.upper()}: {found}",
        )
        response = HttpResponse(content, content_type=caselists.MIME[ending])
        name = caselists.file_name(found, ending)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    # Deeds --------------------------------------------------------------------------------------

    @admin.action(
        permissions=["approve"],
        description="Approve this letter",
        description_plural="Approve the selected letters",
        location=EVERYWHERE,
    )
    def approve(self, request: HttpRequest, queryset: QuerySet[Letter]) -> TemplateResponse | None:
        """Shows first what is to be approved, and approves that and nothing that changed since."""
        seen = _words_seen(request)
        problems: list[str] = []
        for round_ in Round.objects.filter(pk__in=seen):
            try:
                approved = rounds.approve(
                    round_=round_,
                    by=actor(request),
                    letters=queryset,
                    words_seen=seen[round_.pk],
                    reason=request.POST.get("reason", "").strip(),
                )
            except Refused as refused:
                problems += refused.problems
            else:
                tell_approved(self, request, round_, approved)
        if seen and not problems:
            return None
        # What they say is noted before they are read, so that a change meanwhile is found.
        words = [
            f"{round_.pk}:{rounds.words_of(round_, queryset)}" for round_ in _rounds_of(queryset)
        ]
        waiting = Letter.objects.awaiting_approval().filter(pk__in=queryset.order_by().values("pk"))
        proofs = proof_letters(waiting)
        if not proofs:
            for problem in problems:
                self.message_user(request, problem, messages.ERROR)
            if not problems:
                for round_ in _rounds_of(queryset):
                    tell_approved(self, request, round_, 0)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Approve {number_of(len(proofs))}",
            "opts": self.opts,
            "problems": problems,
            "letters": waiting.select_related("summary").order_by("summary__name", "pk"),
            "errors": kinds(proofs, "error"),
            "warnings": kinds(proofs, "warning"),
            "reason": request.POST.get("reason", ""),
            "words": words,
            "selected": list(queryset.order_by("pk").values_list("pk", flat=True)),
        }
        return TemplateResponse(request, "admin/reviews/letter/approve.html", context)

    @admin.action(
        permissions=["export"],
        description="Download this letter in a ZIP with its digest",
        description_plural="Download the selected letters as a ZIP",
        location=EVERYWHERE,
    )
    def download_zip(self, request: HttpRequest, queryset: QuerySet[Letter]) -> FileResponse:
        return _download(request, queryset, exports.write_zip, ending="zip")

    @admin.action(
        permissions=["export"],
        description="Download this letter as a PDF",
        description_plural="Download the selected letters as one PDF, for proofing and print",
        location=EVERYWHERE,
    )
    def download_pdf(self, request: HttpRequest, queryset: QuerySet[Letter]) -> FileResponse:
        return _download(request, queryset, exports.merged_pdf, ending="pdf")

    @admin.action(
        permissions=["export"],
        description="Download the case lists of this letter",
        description_plural="Download the case lists of the selected letters as a ZIP",
        location=EVERYWHERE,
    )
    def download_case_lists(self, request: HttpRequest, queryset: QuerySet[Letter]) -> FileResponse:
        return _download(
            request, queryset, exports.write_case_lists, ending="zip", what="case-lists"
        )


def cases_address(letter: Letter, kind: str, ending: str) -> str:
    return reverse("admin:reviews_letter_cases", args=[letter.pk, kind, ending])


def tell_approved(
    page: admin.ModelAdmin, request: HttpRequest, round_: Round, approved: int
) -> None:
    if approved:
        text = f"{number_of(approved)} of the {round_.year} review approved."
        page.message_user(request, text, messages.SUCCESS)
    else:
        text = f"Nothing to do: these letters of the {round_.year} review are approved already."
        page.message_user(request, text, messages.INFO)


def _words_seen(request: HttpRequest) -> dict[int, str]:
    """What the letters said when the page of their approval was opened, by the key of the round."""
    found = (each.partition(":") for each in request.POST.getlist("words"))
    return {int(key): words for key, _, words in found if key.isdecimal() and words}


def _rounds_of(letters: QuerySet[Letter]) -> QuerySet[Round]:
    return Round.objects.filter(
        freezes__summaries__letter__in=letters.order_by().values("pk")
    ).distinct()


def _download(
    request: HttpRequest,
    letters: QuerySet[Letter],
    write: Callable[..., int],
    *,
    ending: str,
    what: str = "letters",
) -> FileResponse:
    """Writes the letters to a file without a name, which goes when it has been sent."""
    chosen = Letter.objects.filter(pk__in=letters.order_by().values("pk"))
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
    write(letters=chosen, target=target)
    target.seek(0)
    found = list(_rounds_of(chosen).order_by("year"))
    for round_ in found:
        of_round = chosen.filter(summary__freeze__round=round_)
        number = number_of(of_round.count())
        exports.record_export(
            round_, by=actor(request),
            detail=f"{number} as {ending.upper()}, from the back office"
            if what == "letters" else f"Case lists of {number}, from the back office",
        )  # fmt: skip
    if chosen.count() == 1 and ending == "pdf":
        name = letter_file_name(chosen.select_related("summary").get().summary)
    else:
        name = f"{what}-{'-'.join(str(round_.year) for round_ in found)}.{ending}"
    return FileResponse(target, as_attachment=True, filename=name)
