"""The public copies of decisions: read here, published here or by the command of every day."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from casework.admin.cases import CaseSearch
from casework.admin.pages import RecordAdmin, actor
from reviews.models import PublishedDecision
from reviews.publication import Publication, foresee, publish_decisions

LISTED = 100


class ShownFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("public", "Public"),
            ("suspended", "Suspended"),
            ("off", "Taken off for good"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        match self.value():
            case "public":
                return queryset.published(at=timezone.now())
            case "suspended":
                return queryset.suspended()
            case "off":
                return queryset.filter(taken_off_at__isnull=False)
        return queryset


@admin.register(PublishedDecision)
class PublishedDecisionAdmin(CaseSearch, RecordAdmin):
    reference_field = "reference"
    list_display = (
        "reference", "authority_name", "outcome", "dated_on", "published_on", "ends_on", "state",
    )  # fmt: skip
    list_filter = (ShownFilter, "outcome", "category")
    also_exported = ("decided_on", "public_category", "public_subcategory", "report_title")
    search_fields = ("authority_name",)
    search_help_text = "By the case's reference, whole or begun, or by authority."
    # Newest entry first, by the key.
    ordering = ("-pk",)
    fieldsets = (
        (None, {
            "fields": (
                ("reference", "state"), ("authority", "authority_name"), ("outcome", "category"),
                ("public_category", "public_subcategory"), ("decided_on", "dated_on"), "text",
                "improvements_said",
            ),
        }),
        ("Public interest report", {
            "fields": (
                ("report_title", "report_is_further"),
                ("report_issued_on", "report_answered_on", "report_satisfied_on"),
            ),
        }),
        ("Publication", {
            "fields": (("published_on", "ends_on"), ("suspended_at", "taken_off_at")),
        }),
    )  # fmt: skip
    readonly_fields = ("state", "improvements_said")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        address = request.resolver_match.url_name if request.resolver_match else None
        return rows.defer("text") if str(address).endswith("changelist") else rows

    def get_urls(self) -> list[URLPattern]:
        publish = path(
            "publish/",
            self.admin_site.admin_view(self.publish_view),
            name="reviews_publisheddecision_publish",
        )
        return [publish, *super().get_urls()]

    @admin.display(description="state")
    def state(self, copy: PublishedDecision) -> str:
        today = timezone.localdate()
        if copy.taken_off_at:
            return "Taken off for good"
        if copy.suspended_at:
            return "Suspended"
        return "Public" if copy.published_on <= today <= copy.ends_on else "Over"

    @admin.display(description="service improvements", empty_value="None")
    def improvements_said(self, copy: PublishedDecision) -> SafeString | None:
        rows = [
            (each.get_category_display(), each.text, each.get_status_display())
            for each in copy.improvements.all()
        ]
        if not rows:
            return None
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {} ({})</li>", rows))

    def publish_view(self, request: HttpRequest) -> HttpResponse:
        """Says what a publication would publish today, and publishes it."""
        if not request.user.has_perm("reviews.publish_decision"):
            raise PermissionDenied
        page = reverse("admin:reviews_publisheddecision_changelist")
        if request.method == "POST":
            done = publish_decisions(by=actor(request))
            self.message_user(request, told(done), messages.SUCCESS)
            for why in done.held[:LISTED]:
                self.message_user(request, f"Not published. {why}", messages.WARNING)
            return HttpResponseRedirect(page)
        seen = foresee(timezone.localdate())
        context = {
            **self.admin_site.each_context(request),
            "title": "Publish decisions",
            "opts": self.opts,
            "back": page,
            "count": len(seen.published),
            "statements": seen.published[:LISTED],
            "resumed_count": len(seen.resumed),
            "resumed": seen.resumed[:LISTED],
            "held_count": len(seen.held),
            "held": seen.held[:LISTED],
            "listed": LISTED,
        }
        return TemplateResponse(request, "admin/reviews/publisheddecision/publish.html", context)


def told(done: Publication) -> str:
    if done.is_nothing:
        return "There is nothing to publish, resume, update or withdraw today."
    return (
        f"{done.published:,} published, {done.resumed:,} resumed, {done.updated:,} updated, "
        f"{done.withdrawn:,} withdrawn after five years."
    )
