"""Proofing letters, looking at the awkward ones, and returning and answering for single letters."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from casework.admin.pages import RecordAdmin, actor
from casework.refusals import Refused
from reviews import rounds
from reviews.admin.access import may
from reviews.awkward import awkward
from reviews.models import Letter, LetterProof, LetterReturn, Round
from reviews.proofing import Finding, Proof, proof_letters, proofs_of
from reviews.rounds import number_of

FINDINGS = {
    "unprintable-text": "Characters that the letter cannot show",
    "overflow": "Text that does not fit",
    "cannot-be-drawn": "Letters that cannot be drawn",
    "unresolved-placeholder": "Placeholders not filled in",
    "too-many-pages": "More than four pages",
    "widow-heading": "Headings alone at the foot of a page",
    "figures-disagree": "Figures that disagree",
    "post-vacant": "Chief executive's post vacant",
    "no-recipient": "Nobody to send the letter to",
    "no-signatory": "Nobody signs",
}


@admin.register(LetterProof)
class LetterProofAdmin(RecordAdmin):
    list_display = ("council", "errors", "warnings", "proofed_at")
    list_filter = ("letter__summary__freeze__round",)
    list_select_related = ("letter__summary",)
    search_fields = ("letter__summary__name",)
    search_help_text = "By authority."
    fields = ("letter", "proofed_at", "findings")

    @admin.display(description="authority", ordering="letter__summary__name")
    def council(self, proof: LetterProof) -> str:
        return proof.letter.summary.name

    @admin.display(description="errors")
    def errors(self, proof: LetterProof) -> int:
        return proof.number_of("error")

    @admin.display(description="warnings")
    def warnings(self, proof: LetterProof) -> int:
        return proof.number_of("warning")


@admin.register(LetterReturn)
class LetterReturnAdmin(RecordAdmin):
    list_display = (
        "council", "comment", "returned_at", "returned_by", "answer", "answered_at", "answered_by",
    )  # fmt: skip
    list_filter = ("letter__summary__freeze__round", ("answered_at", admin.EmptyFieldListFilter))
    list_select_related = ("letter__summary", "returned_by", "answered_by")
    search_fields = ("letter__summary__name", "comment")
    search_help_text = "By authority or comment."
    fields = (
        "letter", "comment", ("returned_at", "returned_by"), "answer",
        ("answered_at", "answered_by"),
    )  # fmt: skip

    @admin.display(description="authority", ordering="letter__summary__name")
    def council(self, returned: LetterReturn) -> str:
        return returned.letter.summary.name


class WordsForm(forms.Form):
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "cols": 70, "autofocus": True}))


def proof_view(request: HttpRequest, pk: int) -> HttpResponse:
    """What the proof of a round's letters finds, by kind; POST reads all that changed."""
    round_ = get_object_or_404(Round.objects.select_related("freeze"), pk=pk)
    if not request.user.has_perm("reviews.view_letter"):
        raise PermissionDenied
    waiting = Letter.objects.of_round(round_.pk).filter(issued_at=None).order_by("summary__name")
    may_proof = may(request, "approve_letters") or may(request, "change_letter")
    if request.method == "POST":
        if not may_proof:
            raise PermissionDenied
        proofs = proof_letters(waiting)
        messages.info(request, f"Proofed {number_of(len(proofs))}.")
        return HttpResponseRedirect(request.path)
    stored = proofs_of(waiting)
    context = {
        **admin.site.each_context(request),
        "title": "Proof of the letters",
        "subtitle": str(round_),
        "opts": Round._meta,
        "original": round_,
        "total": waiting.count(),
        "read": len(stored),
        "errors": kinds(stored, "error"),
        "warnings": kinds(stored, "warning"),
        "desk": reverse("admin:reviews_round_change", args=[round_.pk]),
        "awkward": awkward(round_),
        "may_proof": may_proof,
    }
    return TemplateResponse(request, "admin/reviews/round/proof.html", context)


def kinds(proofs: dict[int, Proof], level: Any) -> list[tuple[str, list[tuple[int, str, Finding]]]]:
    """Findings of one level by kind: the key of each letter, its authority, and the finding."""
    found: dict[str, list[tuple[int, str, Finding]]] = defaultdict(list)
    for pk, proof in proofs.items():
        for finding in proof.of(level):
            found[FINDINGS[finding.code]].append((pk, proof.authority, finding))
    return list(found.items())


def return_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends one letter back with a comment."""
    return _words_view(
        request, pk, permission="approve_letters", title="Return the letter",
        label="What is wrong with it",
        deed=lambda letter, words: rounds.return_letter(
            letter=letter, by=actor(request), comment=words
        ),
        done="The letter is returned, and whoever prepares the letters sees your comment.",
    )  # fmt: skip


def answer_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what was done about a returned letter."""
    return _words_view(
        request, pk, permission="change_letter", title="Answer the comment",
        label="What was changed, or why nothing was",
        deed=lambda letter, words: rounds.answer_return(
            letter=letter, by=actor(request), answer=words
        ),
        done="The comment is answered, and the letter can be approved.",
    )  # fmt: skip


def _words_view(
    request: HttpRequest, pk: int, *, permission: str, title: str, label: str, deed: Any, done: str
) -> HttpResponse:
    letter = get_object_or_404(Letter.objects.select_related("summary__freeze__round"), pk=pk)
    if not (may(request, permission) and request.user.has_perm("reviews.view_letter")):
        raise PermissionDenied
    form = WordsForm(request.POST if request.method == "POST" else None)
    form.fields["words"].label = label
    problems: list[str] = []
    back = reverse("admin:reviews_letter_change", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            deed(letter, form.cleaned_data["words"])
        except Refused as refused:
            problems = refused.problems
        else:
            messages.success(request, done)
            return HttpResponseRedirect(back)
    context = {
        **admin.site.each_context(request),
        "title": title,
        "subtitle": str(letter),
        "opts": Letter._meta,
        "original": letter,
        "returned": letter.returns.unanswered().first(),
        "form": form,
        "problems": problems,
        "back": back,
    }
    return TemplateResponse(request, "admin/reviews/letter/words.html", context)
