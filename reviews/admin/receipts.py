"""For staff: the cases behind one number of a frozen row, as casework has them now."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from casework.choices import Compliance, Outcome
from casework.models import Decision
from reviews.figures.periods import day_text
from reviews.figures.receipts import COUNTS
from reviews.models import AnnualSummary
from reviews.statistics import complaints_behind, decisions_behind

HEADINGS = ("Reference", "Category", "Received", "Decided", "Outcome", "Compliance")
NEEDED = ("reviews.view_annualsummary", "casework.view_complaint", "casework.view_decision")


def cases_view(request: HttpRequest, slug: str, year: int, figure: str) -> HttpResponse:
    """The list names references, categories, outcomes and days, and nobody."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    if figure not in COUNTS:
        raise Http404
    summary = get_object_or_404(
        AnnualSummary.objects.current().select_related("authority", "freeze"),
        authority__slug=slug,
        year_ending=year,
    )
    rows = _rows(summary, figure)
    frozen = getattr(summary.counts(), figure)
    label, rule = COUNTS[figure]
    context = {
        **admin.site.each_context(request),
        "title": f"{label}: {summary.name}, {summary.period.text}",
        "opts": AnnualSummary._meta,
        "summary": summary,
        "rule": rule,
        "frozen": frozen,
        "rows": rows,
        "headings": HEADINGS[: 3 if figure == "received" else None],
        "difference": _difference(frozen, len(rows)),
    }
    return TemplateResponse(request, "admin/reviews/annualsummary/cases.html", context)


def _difference(frozen: int, now: int) -> str:
    """What to say where the count of today is not the frozen one; "" where it is."""
    if frozen == now:
        return ""
    return (
        f"The frozen figure is {frozen:,}; counted today it is {now:,}. Casework has changed since "
        "the figures were frozen: a correction counts this authority again."
    )


def _rows(summary: AnnualSummary, figure: str) -> list[list[Any]]:
    """A row a case: address, reference, and what the figure goes by."""
    if figure == "received":
        complaints = complaints_behind(summary.authority, summary.period)
        return [
            [
                reverse("admin:casework_complaint_change", args=[each.pk]),
                [each.reference, each.get_category_display(), day_text(each.received_on)],
            ]
            for each in complaints.order_by("reference")
        ]
    decisions = decisions_behind(summary.authority, summary.period, figure)
    ordered = decisions.select_related("complaint").order_by("complaint__reference")
    return [_decided(each) for each in ordered]


def _decided(decision: Decision) -> list[Any]:
    recorded = decision.compliance_recorded_on
    compliance = Compliance(decision.compliance).label if decision.compliance else ""
    return [
        reverse("admin:casework_complaint_change", args=[decision.complaint_id]),
        [
            decision.complaint.reference,
            decision.get_category_display(),
            day_text(decision.received_on),
            day_text(decision.decided_on),
            Outcome(decision.outcome).label,
            f"{compliance}, {day_text(recorded)}" if recorded else compliance,
        ],
    ]
