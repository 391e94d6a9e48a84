"""Searching for what may be a name: by POST, so that no address, log or browser keeps it."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from casework.actions.looks import record_look
from casework.admin.exports import columns_of
from casework.admin.lists import address_of
from casework.admin.pages import BackOfficeAdmin, actor
from casework.choices import LookAt

MOST_FOUND = 100


class WordsForm(forms.Form):
    words = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )


class SearchedByPost(BackOfficeAdmin):
    """A list with a second search, over `searched`, whose words are never in an address.

    `search_fields`, which are, name nobody. `searched_by` says in words what is searched.
    """

    searched: tuple[str, ...] = ()
    searched_by = ""
    change_list_template = "admin/searching/list.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.search_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_search"
        return [path("search/", view, name=name), *super().get_urls()]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nor may an address filter the list by it."""
        is_searched = lookup.partition("__")[0] in self.searched
        return not is_searched and super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, self._form(WordsForm()) | (extra_context or {}))

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Finds the rows that have every word, the first hundred, and records the look at them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = WordsForm(request.POST or None)
        context = {
            **self.admin_site.each_context(request),
            **self._form(form),
            "title": f"Search {self.opts.verbose_name_plural}",
            "opts": self.opts,
        }
        if form.is_valid():
            rows = self.get_queryset(request)
            for word in form.cleaned_data["words"].split():
                has_word = Q()
                for field in self.searched:
                    has_word |= Q((f"{field}__icontains", word))
                rows = rows.filter(has_word)
            page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            columns = columns_of(self, request)
            relations = sorted({column.relation for column in columns} - {""})
            found = list(rows.select_related(*relations)[: MOST_FOUND + 1])
            shown = found[:MOST_FOUND]
            record_look(
                by=actor(request),
                what=LookAt.COMPLAINANTS,
                detail=f"{self.opts.label_lower}: a search",
                rows=len(shown),
            )
            context |= {
                "headings": [column.heading for column in columns],
                "rows": [
                    (
                        reverse(page, args=[row.pk]),
                        [column.value(row) for column in columns],
                    )
                    for row in shown
                ],
                "is_cut": len(found) > MOST_FOUND,
                "most": MOST_FOUND,
            }
        return TemplateResponse(request, "admin/searching/found.html", context)

    def _form(self, form: WordsForm) -> dict[str, Any]:
        return {
            "words_form": form,
            "searched_by": self.searched_by,
            "search_address": address_of(self.opts, "search"),
        }
