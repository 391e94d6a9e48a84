"""Files taken in through pages: uploaded, looked at row by row, then confirmed or dropped."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from casework.actions.authorities import AuthorityImport, PopulationImport
from casework.actions.bank_holidays import BankHolidayImport
from casework.actions.cases import CaseworkImport, RemedyImport
from casework.actions.contacts import ContactImport
from casework.actions.files import CHANGED, NEW, UNCHANGED, Preview, Result
from casework.actions.uploads import (
    LARGEST_FILE,
    MOST_ROWS,
    PROBLEMS_KEPT,
    ROWS_SHOWN,
    Importing,
    command_of,
    confirm_upload,
    drop_old_uploads,
    keep_upload,
    preview_upload,
)
from casework.admin.pages import USUAL_REASONS, RecordAdmin, actor
from casework.importing import Table
from casework.importing.authorities import AUTHORITIES, OTHER_BODIES, POPULATIONS
from casework.importing.bank_holidays import BANK_HOLIDAYS
from casework.importing.cases import CASEWORK, REMEDIES
from casework.importing.contacts import CONTACTS
from casework.models import (
    Authority,
    BankHoliday,
    Complaint,
    Contact,
    Decision,
    Population,
    Recommendation,
    Upload,
)
from casework.refusals import Refused
from casework.sheets import harmless

REFUSED = "refused"
HEADINGS = {
    CHANGED: ("Changed", "What would change"),
    NEW: ("New", "What it would be"),
    UNCHANGED: ("Unchanged", ""),
}


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that pages take in; whoever does so may change all of `changes`."""

    importing: Importing
    label: str
    tables: tuple[Table, ...]
    changes: tuple[type[Model], ...]

    @property
    def name(self) -> str:
        return self.importing.kind

    @property
    def command(self) -> str:
        return command_of(self.importing)

    def may(self, request: HttpRequest) -> bool:
        return request.user.has_perm("casework.import_files") and all(
            request.user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}")
            for model in self.changes
        )


# In the order of the page; other apps put theirs after these.
KINDS: dict[str, FileKind] = {}


def register_kind(kind: FileKind) -> None:
    KINDS[kind.name] = kind


for _kind in (
    FileKind(CaseworkImport, "Casework", (CASEWORK,), (Complaint, Decision)),
    FileKind(RemedyImport, "Remedies", (REMEDIES,), (Recommendation,)),
    FileKind(ContactImport, "Contacts", (CONTACTS,), (Contact,)),
    FileKind(PopulationImport, "Populations", (POPULATIONS,), (Population,)),
    FileKind(AuthorityImport, "Authorities", (AUTHORITIES, OTHER_BODIES), (Authority,)),
    FileKind(BankHolidayImport, "Bank holidays", (BANK_HOLIDAYS,), (BankHoliday,)),
):
    register_kind(_kind)


def kinds_for(request: HttpRequest) -> list[FileKind]:
    return [kind for kind in KINDS.values() if kind.may(request)]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label="What the file holds")
    file = forms.FileField(
        max_length=255,
        help_text=f"CSV in UTF-8, .xlsx or .ods; at most {LARGEST_FILE // 1024 // 1024} MB and "
        f"{MOST_ROWS:,} rows. Nothing is taken in before you have seen what it would do.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.xlsm,.ods,text/csv"}),
    )

    def __init__(self, *args: Any, kinds: Iterable[FileKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            *((kind.name, kind.label) for kind in kinds),
        ]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one kind as a preview shows them; `more` are those it leaves out."""

    name: str
    title: str
    heading: str
    count: int
    rows: list[Any]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def sections(preview: Preview) -> list[Section]:
    counts = {
        NEW: preview.result.new,
        CHANGED: preview.result.changed,
        UNCHANGED: preview.result.unchanged,
    }
    return [
        Section(kind, title, heading, counts[kind], preview.rows[kind])
        for kind, (title, heading) in HEADINGS.items()
    ]


@admin.register(Upload)
class UploadAdmin(RecordAdmin):
    """Adding one is uploading a file; its own page is the preview, where it is confirmed."""

    list_display = ("file_name", "kind", "uploaded_at", "uploaded_by")
    list_filter = ("kind",)
    list_select_related = ("uploaded_by",)
    search_fields = ("file_name", "uploaded_by__username")
    change_list_template = "admin/imports/list.html"

    # Who may what -------------------------------------------------------------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Upload | None = None) -> bool:
        """Who may take a file of the kind in; and who sees all of them and takes none in."""
        if request.user.has_perm("casework.view_upload"):
            return obj is None or obj.kind in KINDS
        if obj is not None:
            return obj.kind in KINDS and KINDS[obj.kind].may(request)
        return request.user.has_perm("casework.import_files")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(kinds_for(request))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        sees_all = request.user.has_perm("casework.view_upload")
        allowed = list(KINDS) if sees_all else [kind.name for kind in kinds_for(request)]
        return super().get_queryset(request).filter(kind__in=allowed).defer("content")

    # Pages --------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.problems_view)
        return [
            path("<path:object_id>/problems.csv", view, name="casework_upload_problems"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        drop_old_uploads()
        return super().changelist_view(request, {"title": "Imports"} | (extra_context or {}))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        kinds = kinds_for(request)
        if not kinds:
            raise PermissionDenied
        given = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*given, kinds=kinds, initial={"kind": request.GET.get("kind")})
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = keep_upload(
                    importing=KINDS[form.cleaned_data["kind"]].importing,
                    content=file.read(LARGEST_FILE + 1),
                    name=file.name,
                    by=actor(request),
                )
            except Refused as refused:
                form.add_error("file", refused.problems)
            else:
                return HttpResponseRedirect(self._address("change", upload.pk))
        context = self._context(request, "Take in a file", form=form, kinds=kinds)
        return TemplateResponse(request, "admin/imports/upload.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The preview of a file, and what is done with it."""
        upload, kind = self._upload(request, object_id)
        if upload is None or kind is None:
            self.message_user(
                request,
                "This file is taken in, dropped or more than a day old: upload it again.",
                messages.WARNING,
            )
            return HttpResponseRedirect(self._address("changelist"))
        problems: list[str] = []
        if request.method == "POST":
            if not kind.may(request):
                raise PermissionDenied
            if "drop" in request.POST:
                Upload.objects.filter(pk=upload.pk).delete()
                self.message_user(request, f"{upload} was dropped.", messages.SUCCESS)
                return HttpResponseRedirect(self._address("changelist"))
            try:
                result = confirm_upload(
                    upload_pk=upload.pk,
                    importing=kind.importing,
                    digest=request.POST.get("digest", ""),
                    by=actor(request),
                    reason=request.POST.get("reason", ""),
                )
            except Refused as refused:
                problems = refused.problems
            else:
                self.message_user(request, f"{upload}: {counted(result)}.", messages.SUCCESS)
                return HttpResponseRedirect(self._after(request))
        preview = preview_upload(upload, importing=kind.importing)
        context = self._context(
            request,
            f"Preview of {upload}",
            original=upload,
            kind=kind,
            may_confirm=kind.may(request),
            preview=preview,
            sections=sections(preview),
            problems=problems,
            shown=preview.problems[:ROWS_SHOWN],
            more_problems=max(preview.problems_found - ROWS_SHOWN, 0),
            reason=request.POST.get("reason", ""),
            usual_reasons=USUAL_REASONS,
            to_write=preview.result.new + preview.result.changed,
            problems_address=self._address("problems", upload.pk),
        )
        return TemplateResponse(request, "admin/imports/preview.html", context)

    def problems_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is wrong with a file, as a file."""
        upload, kind = self._upload(request, object_id)
        if upload is None or kind is None:
            raise Http404
        preview = preview_upload(upload, importing=kind.importing)
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="problems.csv"'},
        )
        writer = csv.writer(response, lineterminator="\n")
        writer.writerow(["row", "column", "problem"])
        for problem in preview.problems:
            row = problem.row or ""
            writer.writerow([row, harmless(problem.column), harmless(problem.message)])
        more = preview.problems_found - PROBLEMS_KEPT
        if more > 0:
            writer.writerow(["", "", f"and {more:,} more problem{'s' if more > 1 else ''}"])
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404  # a file has none before it is taken in

    def _upload(
        self, request: HttpRequest, object_id: str
    ) -> tuple[Upload | None, FileKind | None]:
        """The file that is waiting and its kind, if there still is one; refuses who may not."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        drop_old_uploads()
        key = unquote(object_id)
        upload = (
            Upload.objects.select_related("uploaded_by").filter(pk=key).first()
            if (key.isdecimal() and len(key) < 19)
            else None
        )
        if upload is None:
            return None, None
        if not self.has_view_permission(request, upload):
            raise PermissionDenied
        return upload, KINDS[upload.kind]

    def _after(self, request: HttpRequest) -> str:
        """Where to go when a file is in: to what it did, if that may be seen."""
        if request.user.has_perm("casework.view_importbatch"):
            return reverse("admin:casework_importbatch_changelist")
        return self._address("changelist")

    def _address(self, page: str, *args: Any) -> str:
        return reverse(f"admin:casework_upload_{page}", args=args)

    def _context(self, request: HttpRequest, title: str, **further: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "back": self._address("changelist"),
            **further,
        }


def counted(result: Result) -> str:
    return f"{result.new:,} new, {result.changed:,} changed, {result.unchanged:,} unchanged"
