"""Whether a letter is one that was issued: by the check code in it, or by its file's digest.

Nothing is known of a letter before it is public, or while it is held. A file never leaves the
reader's computer: a script in the browser takes its digest and looks for the code in it.
"""

import re
from dataclasses import dataclass
from typing import Literal

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reviews.letters.proof import read_code
from reviews.models import AnnualSummary, LetterAlternative
from reviews.querysets import AnnualSummaryQuerySet
from reviews.site.limits import is_within

A_MINUTE = 30  # a person tries a few codes, and nobody thousands
_DIGEST = re.compile(r"[0-9a-f]{64}")

type State = Literal["issued", "replaced", "retracted", "altered", "unknown"]


class VerifyForm(forms.Form):
    """What a reader knows of a letter."""

    code = forms.CharField(
        label="Check code",
        required=False,
        max_length=40,
        help_text="The code is at the end of the letter, such as BCDF-2345-GHJK.",
    )
    sha256 = forms.CharField(
        label="SHA-256 digest of the file",
        required=False,
        max_length=100,
        help_text="64 digits and letters from a to f.",
    )

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        code = read_code(typed)
        if typed.strip() and not code:
            raise forms.ValidationError(
                "A check code has twelve letters and digits, in three groups of four; compare "
                "it with the letter."
            )
        return code

    def clean_sha256(self) -> str:
        typed = "".join(self.cleaned_data["sha256"].split()).lower()
        if typed and not _DIGEST.fullmatch(typed):
            raise forms.ValidationError(
                "A SHA-256 digest has 64 digits and letters from a to f; copy it whole."
            )
        return typed


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a letter.

    `summary` is its row, `newer` the one that took its place, `rendition` which of a letter's files
    has the digest that was asked for.
    """

    state: State
    summary: AnnualSummary | None = None
    newer: AnnualSummary | None = None
    rendition: str = ""


@never_cache
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The page with its form and, where a code or digest is given, the answer."""
    form = VerifyForm(request.GET or None, label_suffix="")
    answer = None
    if form.is_valid() and (form.cleaned_data["code"] or form.cleaned_data["sha256"]):
        if not is_within(request, action="verify", a_minute=A_MINUTE):
            return render(request, "429.html", status=429)
        answer = _answer(form.cleaned_data["code"], form.cleaned_data["sha256"])
    return render(request, "reviews/verify.html", {"form": form, "answer": answer})


def _answer(code: str, digest: str) -> Answer:
    """A file that holds a known code and has another digest was altered.

    Of a retracted letter it is said that it is one, whatever its file.
    """
    shown = AnnualSummary.objects.shown(at=timezone.now()).select_related(
        "letter", "correction", "retraction"
    )
    rendition = ""
    if digest:
        summary, rendition = _of_file(shown, digest)
        if summary is None:
            summary = shown.filter(letter__code__code=code).first() if code else None
            if summary and not hasattr(summary, "retraction"):
                return Answer("altered", summary)
    else:
        summary = shown.filter(letter__code__code=code).first()
    if summary is None:
        return Answer("unknown")
    newer = (
        shown.filter(
            authority=summary.authority_id,
            year_ending=summary.year_ending,
            version__gt=summary.version,
        )
        .order_by("version")
        .last()
    )
    if hasattr(summary, "retraction"):
        return Answer("retracted", summary, newer, rendition)
    return Answer("replaced" if newer else "issued", summary, newer, rendition)


def _of_file(shown: AnnualSummaryQuerySet, digest: str) -> tuple[AnnualSummary | None, str]:
    """The row of the letter one of whose files has that digest, and which file it is."""
    if summary := shown.filter(letter__sha256=digest).first():
        return summary, "PDF"
    for kind in LetterAlternative.Kind:
        of_kind = LetterAlternative.objects.filter(kind=kind, sha256=digest)
        if summary := shown.filter(letter__in=of_kind.values("letter")).first():
            return summary, kind.label
    return None, ""
