"""Pages of a record beside its form: how they are named at the top of it."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse

from casework.admin.pages import BackOfficeAdmin


class Tool(NamedTuple):
    """A link at the top of a record's form, beside its history."""

    label: str
    address: str


class WithTools(BackOfficeAdmin):
    """A record that has further pages of its own."""

    def tools(self, request: HttpRequest, record: Any) -> Iterable[Tool]:
        """Those that this person may open for this record."""
        return ()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["tools"] = list(self.tools(request, obj)) if obj else []
        return super().render_change_form(request, context, add, change, form_url, obj)
