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
        from reviews.software import software_digest

        software_digest()  # of what this process runs, before anybody can put other files there
        # The permissions of all apps listed before this one exist when this one's signal comes.
        post_migrate.connect(sync_roles, sender=self, dispatch_uid="reviews.roles")


# All lists of the back office in the order of use, under headings; what is not listed comes after.
LISTS = {
    "Cases": ["Complaint", "Decision", "Recommendation", "Complainant"],
    "Annual reviews": [
        "Round", "Letter", "WordingText", "OutboxMessage", "Signatory", "Signature",
        "LearningEvent", "LearningAttendance", "PublishedFigure", "AnnualSummary", "TypeAverage",
        "FrozenLearning", "Freeze", "CaseList", "LetterFile", "LetterCode", "LetterAlternative",
        "LetterProof", "LetterReturn", "MessageEvent", "Hold", "Correction", "Retraction",
        "RoundEvent",
        "WordingVersion", "WordingDraft", "LateReplies", "SummaryCondition",
        "NationalReview", "ReviewText", "NationalReviewFile", "NationalReviewRow",
        "ScrutinyPack", "MapLayout",
    ],
    "Publication": [
        "Statement", "CheckedPlaces", "PublicationException", "DecisionReview",
        "PublicInterestReport", "PublishedDecision",
    ],
    "Parts of cases": [
        "Extension", "ClockPause", "Note", "Attachment", "CaseLink", "DutyTransfer",
    ],
    "Authorities": ["Authority", "Contact", "Population"],
    "Choices and calendar": [
        "PublicCategory", "PublicSubcategory", "DecisionReason", "BankHoliday",
    ],
    "Files taken in": ["Upload", "ImportBatch"],
    "People and access": ["User", "Group", "Team", "SavedFilter"],
    "What was done": ["Anonymisation", "Look", "Batch", "Change", "LockedPeriod"],
}  # fmt: skip
APPS = ["casework", "reviews", "auth"]
MODELS = [name for names in LISTS.values() for name in names]


def _place(name: str, names: list[str]) -> int:
    return names.index(name) if name in names else len(names)


def grouped(apps: list[Any]) -> list[tuple[str, list[Any]]]:
    """The lists of all apps under the headings of `LISTS`."""
    models = {each["object_name"]: each for app in apps for each in app["models"]}
    groups = [
        (heading, [models.pop(name) for name in names if name in models])
        for heading, names in LISTS.items()
    ]
    groups.append(("Other", list(models.values())))
    return [(heading, found) for heading, found in groups if found]


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
            "lists": grouped(self.get_app_list(request)),
            "desks": shown((*DESKS, *REVIEW_DESKS), request),
            "saved_filters": saved_on_start_page(request),
        }
        return super().index(request, context | (extra_context or {}))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        if app_label is None and hasattr(request, "app_list"):  # a page asks more than once
            found: list[Any] = request.app_list
            return found
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: _place(model["object_name"], MODELS))
        found.sort(key=lambda app: _place(app["app_label"], APPS))
        if app_label is None:
            request.app_list = found  # type: ignore[attr-defined]
        return found


class BackOfficeConfig(admin_apps.AdminConfig):
    """Stands in `INSTALLED_APPS` for `django.contrib.admin`."""

    default = False
    default_site = "reviews.apps.BackOffice"
