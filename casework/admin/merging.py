"""A page to merge a record into another of its kind: what would move is looked at first."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from casework.actions.merging import Merge, merge
from casework.admin.pages import actor, refusal
from casework.admin.tools import Tool, WithTools
from casework.conditions import in_words
from casework.models import Authority
from casework.refusals import Refused


class KeeperField(forms.ModelChoiceField):
    """Every record by its name; its key too where names may be the same."""

    def label_from_instance(self, obj: Any) -> str:
        if isinstance(obj, Authority):
            return f"{obj} ({obj.slug})"
        return str(obj)


class KeeperForm(forms.Form):
    """Which record is kept."""

    def __init__(self, *args: Any, keepers: models.QuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keeper"] = KeeperField(
            keepers, label="Merge into", help_text="The record that is kept."
        )


class MergeForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        validators=[in_words],
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Why they are the same; kept in the history.",
    )


class WithMerging(WithTools):
    """Records of which one may have been entered twice."""

    merging: ClassVar[type[Merge[Any]]]

    def keepers(self, record: Any) -> models.QuerySet:
        """What the record may be merged into."""
        return self.get_queryset_for_merging().exclude(pk=record.pk)

    def get_queryset_for_merging(self) -> models.QuerySet:
        return self.model._default_manager.all()

    def may_merge(self, request: HttpRequest, record: Any) -> bool:
        return request.user.has_perm("casework.merge_authority") and self.has_view_permission(
            request, record
        )

    def tools(self, request: HttpRequest, record: Any) -> Iterable[Tool]:
        yield from super().tools(request, record)
        if self.may_merge(request, record) and getattr(record, "merged_into", None) is None:
            yield Tool("Merge into another", self._page("merge", record.pk))

    def _page(self, page: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        page = path(
            "<path:object_id>/merge/", self.admin_site.admin_view(self.merge_view), name=name
        )
        return [page, *super().get_urls()]

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not self.may_merge(request, record):
            raise PermissionDenied
        given = request.POST if request.method == "POST" else request.GET
        choice = KeeperForm(given or None, keepers=self.keepers(record))
        context = {
            **self.admin_site.each_context(request),
            "title": "Merge into another",
            "opts": self.opts,
            "original": record,
            "choice": choice,
            "form": choice,
        }
        if given and choice.is_valid():
            merging = self.merging(duplicate=record, keeper=choice.cleaned_data["keeper"])
            form = MergeForm(request.POST or None)
            if request.method == "POST" and form.is_valid():
                name = str(record)
                try:
                    merge(
                        merging,
                        by=actor(request),
                        reason=form.cleaned_data["reason"],
                        mark=request.POST.get("mark", ""),
                    )
                except Refused as refused:
                    for problem in refused.problems:
                        form.add_error(None, problem)
                except DatabaseError as error:
                    form.add_error(None, refusal(error))
                else:
                    self.message_user(request, f"{name} was merged into {merging.keeper}.")
                    return HttpResponseRedirect(self._page("change", merging.keeper.pk))
            context |= {"form": form, "merging": merging, "plan": merging.plan()}
        return TemplateResponse(request, "admin/merging/merge.html", context)
