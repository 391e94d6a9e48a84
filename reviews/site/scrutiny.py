"""The pack for a council's scrutiny committee: a page to print, and its PDF file.

The page is composed from what is public at the moment. Its file was drawn beforehand, by a command,
and is known by a digest of what the page says: as soon as the page says something else, the file is
not served until it is drawn again.
"""

import datetime as dt
import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

from reviews.figures.counts import Average
from reviews.letters.document import from_plain
from reviews.letters.national import ReviewDocument, to_plain
from reviews.letters.scrutiny import DUE, NOT_CARRIED_OUT, Agreed, Decided, compose_pack
from reviews.letters.wording import DEMONSTRATION
from reviews.models import AnnualSummary, LetterFile, ScrutinyPack, TypeAverage
from reviews.site.decisions import Improvement, cases_of
from reviews.site.files import as_issued, gone
from reviews.site.national import shown_sections
from reviews.site.responses import public, stored
from reviews.site.views import issued_letter

EVERYTHING = 100_000
NOT_DRAWN = (
    "The PDF file of this pack is being drawn again, because something in it has changed. Print "
    "the page of the pack in its place; it says the same.\n"
)


def pack(summary: AnnualSummary, *, at: dt.datetime) -> ReviewDocument:
    """What the pack of a current row says at an instant; four queries."""
    file = LetterFile.objects.defer("pdf").get(letter=summary.letter)
    cases = cases_of(summary.authority, at=at, limit=EVERYTHING)
    period = summary.period
    decided = [each for each in cases.decisions if each.decided_on in period]
    # What was agreed after the year is no matter of this year's pack, however open it is.
    agreed = [
        each
        for each in cases.improvements
        if each.decision.decided_on in period
        or (
            each.decision.decided_on < period.first_day
            and (
                each.status_code in (DUE, NOT_CARRIED_OUT)
                or (each.again and each.again.decided_on in period)
            )
        )
    ]
    address = f"/councils/{summary.authority.slug}/{summary.year_ending}/letter/"
    return compose_pack(
        summary.statistics(),
        name=summary.name,
        version=summary.number,
        letter=from_plain(file.document).narrative,
        letter_address=f"{settings.SITE_ADDRESS}{address}",
        decided=[
            Decided(
                reference=each.reference,
                address=each.address,
                category=each.category,
                outcome=each.outcome,
                outcome_code=each.outcome_code,
                decided_on=each.decided_on,
            )
            for each in decided
        ],
        agreed=[_agreed(each) for each in agreed],
        compared=_compared(summary, at=at),
        notice=DEMONSTRATION if summary.freeze.round.is_demonstration else "",
    )


def _compared(summary: AnnualSummary, *, at: dt.datetime) -> Average | None:
    """The sums of similar authorities, unless they are kept back."""
    sums = TypeAverage.objects.with_counts_public(at=at).filter(
        freeze=summary.freeze_id, authority_type=summary.authority_type
    )
    return summary.similar() if any(each.are_counts_public for each in sums) else None


def _agreed(each: Improvement) -> Agreed:
    return Agreed(
        text=each.text,
        reference=each.decision.reference,
        status=each.status,
        status_code=each.status_code,
        due_on=each.due_on,
        completed_on=each.completed_on,
        again_after=each.again.when if each.again else "",
        again_reference=each.again.reference if each.again else "",
    )


def digest_of(document: ReviewDocument) -> str:
    """What a drawn pack is known by: the same words and figures give the same."""
    plain = json.dumps(to_plain(document), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


@public
def scrutiny(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    at = timezone.now()
    summary = issued_letter(slug, year, None, at=at)
    context: dict[str, Any] = {"summary": summary, "authority": summary.authority}
    if hasattr(summary, "retraction"):
        return render(request, "reviews/retracted.html", context)
    document = pack(summary, at=at)
    drawn = ScrutinyPack.objects.filter(summary=summary, digest=digest_of(document))
    context |= {
        "document": document,
        "sections": list(shown_sections(document.sections)),
        "size": drawn.values_list("size", flat=True).first(),
    }
    return render(request, "reviews/scrutiny.html", context)


@stored
@csp_override({"frame-ancestors": [CSP.NONE]})  # a browser's own viewer brings its styles along
def scrutiny_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The file, if it says what the page says now."""
    at = timezone.now()
    summary = issued_letter(slug, year, None, at=at)
    if hasattr(summary, "retraction"):
        return gone(summary.retraction.notice)
    drawn = ScrutinyPack.objects.filter(summary=summary, digest=digest_of(pack(summary, at=at)))
    sha256 = drawn.values_list("sha256", flat=True).first()
    if sha256 is None:
        return HttpResponse(
            NOT_DRAWN,
            status=404,
            content_type="text/plain; charset=utf-8",
            headers={"X-Content-Type-Options": "nosniff"},
        )
    return as_issued(
        request,
        drawn.values_list("pdf", flat=True).get,
        sha256=sha256,
        content_type="application/pdf",
        name=f"{year}-{summary.slug}-scrutiny.pdf",
    )
