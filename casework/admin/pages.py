"""What every page of the back office has in common."""

import datetime as dt
from typing import Any

from django.contrib import admin, messages
from django.db import DatabaseError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import formats

from casework.refusals import Refused


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


class BackOfficeAdmin(admin.ModelAdmin):
    """Turns a refusal of the database, which only a race still meets, into a sentence."""

    list_per_page = 50

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DatabaseError as error:
            self.message_user(request, refusal(error), messages.ERROR)
        except Refused as refused:
            for problem in refused.problems:
                self.message_user(request, problem, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


class RecordAdmin(BackOfficeAdmin):
    """Rows that the system writes and people only read."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
