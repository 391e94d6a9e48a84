"""Links, notes and files of cases as records of their own; a file is given out here alone."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from casework.actions import recorded
from casework.actions.filing import open_attachment, remove_attachment
from casework.admin.cases import CaseSearch, case_page
from casework.admin.pages import RecordAdmin, actor, may_see_people
from casework.admin.searching import SearchedByPost
from casework.models import Attachment, CaseLink, Complaint, Note
from casework.refusals import Refused


class OfCaseAdmin(CaseSearch, RecordAdmin):
    """What belongs to a case and is entered on its page."""

    list_select_related: ClassVar[Any] = ("complaint",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description="case")
    def case(self, row: Any) -> str:
        return format_html('<a href="{}">{}</a>', case_page(row.complaint), row.complaint)


@admin.register(CaseLink)
class CaseLinkAdmin(OfCaseAdmin):
    list_display = ("complaint", "kind", "other")
    list_filter = ("kind",)
    list_select_related = ("complaint", "other")
    search_fields = ("complaint__reference",)
    search_help_text = "By the reference of the case that names the other."
    fields = ("case", "kind", "other_case")
    readonly_fields = ("case", "other_case")

    @admin.display(description="other case")
    def other_case(self, link: CaseLink) -> str:
        return format_html('<a href="{}">{}</a>', case_page(link.other), link.other)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("casework.delete_caselink")


class PersonalAdmin(OfCaseAdmin):
    """Seen by those alone who may see people, since people stand in it."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and may_see_people(request)

    def case_of_people(self, record: Any, context: dict[str, Any]) -> Complaint | None:
        case: Complaint = record.complaint
        return case


@admin.register(Note)
class NoteAdmin(SearchedByPost, PersonalAdmin):
    list_display = ("complaint", "written_at", "written_by")
    list_filter = (("written_by", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("complaint", "written_by")
    date_hierarchy = "written_at"
    search_fields = ("complaint__reference",)
    search_help_text = "By the case's reference."
    searched = ("text",)
    searched_by = "words of the note"
    fields = ("case", "text", "written_at", "written_by")
    readonly_fields = ("case",)


@admin.register(Attachment)
class AttachmentAdmin(SearchedByPost, PersonalAdmin):
    list_display = ("complaint", "added_at", "added_by", "size")
    list_filter = (("added_by", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("complaint", "added_by")
    date_hierarchy = "added_at"
    search_fields = ("complaint__reference", "=sha256")
    search_help_text = "By the case's reference or by the file's digest."
    searched = ("title", "file_name")
    searched_by = "title or file name"
    fields = ("case", "title", "download", "size", "sha256", "added_at", "added_by")
    readonly_fields = ("case", "download")

    @admin.display(description="file")
    def download(self, attachment: Attachment) -> str:
        address = reverse("admin:casework_attachment_file", args=[attachment.pk])
        return format_html('<a href="{}">{}</a>', address, attachment.file_name)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("casework.delete_attachment") and may_see_people(request)

    def delete_model(self, request: HttpRequest, obj: Attachment) -> None:
        remove_attachment(attachment=obj, by=actor(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.file_view))
        return [path("<int:pk>/file/", view, name="casework_attachment_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The file itself, to keep and not to show in the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        attachment = get_object_or_404(Attachment.objects.select_related("complaint"), pk=pk)
        try:
            with recorded(by=actor(request), what="File taken"):
                content = open_attachment(attachment=attachment, by=actor(request))
        except Refused as refused:
            for problem in refused.problems:
                self.message_user(request, problem, messages.ERROR)
            return HttpResponseRedirect(case_page(attachment.complaint))
        return FileResponse(
            content,
            as_attachment=True,
            filename=attachment.file_name,
            content_type="application/octet-stream",
            headers={"X-Content-Type-Options": "nosniff"},
        )
