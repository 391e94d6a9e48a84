"""The receipts of one council's year: how every figure on its page came about."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from reviews.figures.cells import Figure, statistics_cells
from reviews.figures.counts import COUNTED
from reviews.figures.receipts import COUNTS, canonical, digest, receipts
from reviews.models import AnnualSummary
from reviews.site.responses import public


@public
def council_receipts(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """Of the figures that stand: none of a retracted letter, none of a year taken over."""
    rows = AnnualSummary.objects.published(at=timezone.now()).current()
    summary = get_object_or_404(
        rows.select_related("authority", "correction", "freeze__round", "letter"),
        authority__slug=slug,
        year_ending=year,
    )
    values = public_values(summary)
    every = receipts(summary.statistics())
    return render(
        request,
        "reviews/receipts.html",
        {
            "summary": summary,
            "groups": [
                ("Percentages and rates", [each for each in every if each.code not in COUNTS]),
                ("Counts", [each for each in every if each.code in COUNTS]),
            ],
            "digest": digest(values),
            "canonical": canonical(values),
        },
    )


def public_values(summary: AnnualSummary) -> Mapping[str, Figure]:
    """What is public of a frozen row under fixed names, without keys of the database."""
    statistics = summary.statistics()
    return {
        "authority": summary.name,
        "slug": summary.slug,
        "gss_code": summary.gss_code,
        "authority_type": summary.authority_type,
        "region": summary.region,
        "year_ending": summary.year_ending,
        "version": summary.number,
        "reason": summary.reason if summary.is_correction else "",
        "method_version": summary.method_version,
        **statistics_cells(statistics),
        **{name: getattr(statistics.counts, name) for name in COUNTED if name != "received"},
    }
