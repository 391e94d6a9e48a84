from typing import Any

from django.apps import AppConfig
from django.contrib.admin import AdminSite
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.http import HttpRequest
from django.template.response import TemplateResponse


class ReviewsConfig(AppConfig):
    default = True
    name = "reviews"
    verbose_name = "Annual reviews"
    export_permission = "reviews.export_letters"  # enough to take this app's lists away

    def ready(self) -> None:
        from reviews.roles import sync_roles

        # The permissions of all apps listed before this one exist when this one's signal comes.
        post_migrate.connect(sync_roles, sender=self, dispatch_uid="reviews.roles")


# The index of the back office in the order of a year's work; what is not listed comes after.
ORDER = {
    "casework": [
        "Complaint", "Decision", "Recommendation", "Complainant",
        # What hangs on them
        "Statement", "PublicationException", "DecisionReview", "PublicInterestReport",
        "Extension", "ClockPause", "Note", "Attachment", "CaseLink", "DutyTransfer",
        # What they refer to
        "Authority", "Contact", "Population", "PublicCategory", "PublicSubcategory",
        "DecisionReason", "BankHoliday", "Team",
        # In and out, and what was done
        "Upload", "ImportBatch", "SavedFilter", "Anonymisation", "Look", "Batch", "Change",
        "LockedPeriod",
    ],
    "reviews": [
        "Round", "Letter", "Signatory", "PublishedDecision", "PublishedFigure", "AnnualSummary",
        "TypeAverage", "Freeze", "LetterFile", "OutboxMessage", "Hold", "Correction", "Retraction",
        "RoundEvent",
    ],
    "auth": ["User", "Group"],
}  # fmt: skip


def _place(name: str, names: list[str]) -> int:
    return names.index(name) if name in names else len(names)


class BackOffice(AdminSite):
    site_header = "Ombudsman back office"
    site_title = "Ombudsman back office"
    index_title = "Casework and annual reviews"
    enable_nav_sidebar = False  # lists need the width; the start page leads everywhere

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The start page: what waits for this person, then all lists."""
        from casework.admin.desks import DESKS, saved_on_start_page, shown
        from reviews.admin.desks import DESKS as REVIEW_DESKS

        context = {
            "desks": shown((*DESKS, *REVIEW_DESKS), request),
            "saved_filters": saved_on_start_page(request),
        }
        return super().index(request, context | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        found = super().get_app_list(request, app_label)
        for app in found:
            order = ORDER.get(app["app_label"], [])
            app["models"].sort(key=lambda model: _place(model["object_name"], order))
        return sorted(found, key=lambda app: _place(app["app_label"], list(ORDER)))


class BackOfficeConfig(admin_apps.AdminConfig):
    """Stands in `INSTALLED_APPS` for `django.contrib.admin`."""

    default = False
    default_site = "reviews.apps.BackOffice"
