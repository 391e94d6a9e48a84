"""What every page of the back office has in common."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import DatabaseError, models
from django.forms import BooleanField, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import formats

from casework.actions import recorded
from casework.actions.looks import record_look
from casework.admin.history import Entry, entries, newest, of_record, sentences
from casework.admin.lists import ListAdmin
from casework.choices import LookAt
from casework.models import Authority, Change, Complaint
from casework.refusals import Refused

# Suggested where a reason is asked for; anybody may write another.
USUAL_REASONS = (
    "Correction of a slip",
    "Compliance outcome recorded",
    "Progress with recommendations",
    "Review of the decision",
    "Case opened again",
)


def day(value: dt.date) -> str:
    """A date as sentences say it: `3 May 2020`."""
    return formats.date_format(value, "j F Y")


def refusal(error: DatabaseError) -> str:
    """One sentence on why the database refused.

    The project's own triggers speak in sentences; constraints name themselves, which helps nobody.
    """
    text = str(error).partition("\n")[0]
    if text.endswith("."):
        return f"Nothing was saved. {text}"
    return (
        "Nothing was saved, because a change made at the same time stands in its way: look at the "
        "record as it is now and make your change again."
    )


@admin.display(description="authority", ordering="authority__official_name")
def council(row: Any) -> str:
    """The authority of a row in a list: a long name wraps, which Django's own column does not."""
    return str(row.authority)


def may_see_people(request: HttpRequest) -> bool:
    """Whether this person may see who complained and what was done for them."""
    return request.user.has_perm("casework.view_complainant")


SEEN = "_seen"
REASON = "_reason"


class BackOfficeAdmin(ListAdmin):
    """What every record's pages share.

    Each form saved is one batch of the history with its reason. A refusal, whether the database's
    or because somebody else saved meanwhile, is a sentence above the form, which keeps what was
    typed. `asks_reason` shows a field for the reason.
    """

    list_per_page = 25
    asks_reason = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with recorded(
                by=actor(request),
                what=f"Form: {self.opts.verbose_name}",
                reason=request.POST.get(REASON, ""),
            ):
                refusals = self._changed_meanwhile(request, object_id)
                if not refusals:
                    return super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            refusals = [refusal(error)]
        except Refused as refused:
            refusals = refused.problems
        # Once more with the refusals as errors of the form, which shows it as it was typed.
        request.refusals = refusals  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context |= {
            "seen": newest(obj, self._parts()) if obj else 0,
            "asks_reason": self.asks_reason,
            "needs_reason": obj is not None and self.is_frozen(obj),
            "reason": request.POST.get(REASON, ""),
            "usual_reasons": USUAL_REASONS,
        }
        case = self.case_of_people(obj, context) if obj and may_see_people(request) else None
        if case:
            record_look(by=actor(request), what=LookAt.COMPLAINANT, complaint=case)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def case_of_people(self, record: Any, context: dict[str, Any]) -> Complaint | None:
        """The case whose people the record's page is about to show; None if it shows none."""
        return None

    def _parts(self) -> list[type[models.Model]]:
        """What is edited on the record's own page."""
        return [inline.model for inline in self.inlines]

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """None that was merged into another is offered or taken."""
        if db_field.related_model is Authority:
            kwargs.setdefault("queryset", Authority.objects.usable())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def is_frozen(self, record: Any) -> bool:
        """Whether the record belongs to a case of a year whose figures are frozen."""
        return False

    def _changed_meanwhile(self, request: HttpRequest, object_id: str | None) -> list[str]:
        """What others changed since this form was opened, a sentence each; first a heading."""
        seen = request.POST.get(SEEN, "")
        if not object_id or not seen.isdecimal():
            return []
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return []
        # Whoever else saves this record now waits, and then looks.
        type(record)._base_manager.select_for_update().filter(pk=record.pk).first()
        later = of_record(record, self._parts()).filter(pk__gt=int(seen)).order_by("pk")
        found = list(sentences(later, with_people=may_see_people(request)))
        if not found:
            return []
        request.POST = self._with_what_others_changed(request, record, later)  # type: ignore[assignment]
        return [
            "Nothing is saved yet: this was changed after you opened it. What you typed is still "
            "here, and fields you left alone show what stands now; check both and save again.",
            *found,
        ]

    def _with_what_others_changed(
        self, request: HttpRequest, record: models.Model, later: Iterable[Change]
    ) -> QueryDict:
        """The form as sent, with the new value in each field that still says the former one."""
        sent = request.POST.copy()
        forms = {
            formset.get_default_prefix(): formset.form
            for formset, _ in self.get_formsets_with_inlines(request, record)
        }
        own = self.get_form(request, record, change=True)
        for change in later:
            if change.action != Change.Action.CHANGED:
                continue
            if change.record == record._meta.label_lower:
                take_over(sent, "", own, change)
            for prefix, form in forms.items():
                key = form._meta.model._meta.pk.name
                if change.record == form._meta.model._meta.label_lower:
                    for number in range(int(sent.get(f"{prefix}-TOTAL_FORMS") or 0)):
                        row = f"{prefix}-{number}-"
                        if sent.get(f"{row}{key}") == str(change.record_id):
                            take_over(sent, row, form, change)
        return sent

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusals = getattr(request, "refusals", [])
        return refusing(form, refusals) if refusals else form

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._recorded(
            request,
            lambda: super(BackOfficeAdmin, self).delete_view(request, object_id, extra_context),
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._recorded(
            request, lambda: super(BackOfficeAdmin, self).changelist_view(request, extra_context)
        )

    def _recorded(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return view()
        try:
            with recorded(
                by=actor(request),
                what=f"List: {self.opts.verbose_name_plural}",
                reason=request.POST.get(REASON, ""),
            ):
                return view()
        except DatabaseError as error:
            self.message_user(request, refusal(error), messages.ERROR)
        except Refused as refused:
            for problem in refused.problems:
                self.message_user(request, problem, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of the record by field, newest first; of a complaint: of its whole case."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        found = of_record(record, self._parts()).order_by("-pk")
        page = Paginator(found, 100).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"History: {record}",
            "entries": shown_entries(page, request),
            "page": page,
            "module_name": str(self.opts.verbose_name_plural),
            "object": record,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/record_history.html", context)


def shown_entries(changes: Iterable[Change], request: HttpRequest) -> list[Entry]:
    """The changes as this person may see them; who sees personal data is recorded, once a case."""
    hidden = {
        model._meta.label_lower
        for model, page in admin.site._registry.items()
        if not page.has_view_permission(request)
    }
    found = list(entries(changes, with_people=may_see_people(request), hidden=hidden))
    personal = Counter(
        entry.change.case_id
        for entry in found
        if entry.is_personal and may_see_people(request) and entry.change.record not in hidden
    )
    cases = Complaint.objects.in_bulk([pk for pk in personal if pk]) if personal else {}
    for pk, rows in personal.items():
        case = cases.get(pk) if pk else None
        record_look(by=actor(request), what=LookAt.HISTORY, complaint=case, rows=rows)
    return found


def take_over(sent: QueryDict, prefix: str, form: type[ModelForm], change: Change) -> None:
    """Puts the value after a change into each field of a row that says the one before it."""
    for column, before in (change.before or {}).items():
        name = column.removesuffix("_id")
        field = form.base_fields.get(name)
        if field is None:
            continue
        to_python = form._meta.model._meta.get_field(name).to_python
        if field.has_changed(to_python(before), sent.get(prefix + name)):
            continue
        value = field.prepare_value(to_python((change.after or {}).get(column)))
        if isinstance(field, BooleanField):
            sent.pop(prefix + name, None)
            if value:
                sent[prefix + name] = "on"
        elif isinstance(value, dt.date):
            sent[prefix + name] = field.widget.format_value(value)
        else:
            sent[prefix + name] = "" if value is None else str(value)


def refusing(form: type[ModelForm], refusals: list[str]) -> type[ModelForm]:
    """The same form, never valid: it says the refusals and keeps what was typed."""

    class Refusing(form):  # type: ignore[valid-type,misc]
        def clean(self) -> dict[str, Any]:
            cleaned = super().clean() or self.cleaned_data
            for each in refusals:
                self.add_error(None, each)
            return cleaned

    return Refusing


def actor(request: HttpRequest) -> User:
    """Who is logged in; views of the back office let nobody else get here."""
    return cast(User, request.user)


class RecordAdmin(BackOfficeAdmin):
    """Rows that the system writes and people only read."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
