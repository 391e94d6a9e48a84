"""Texts for the public in which the complainant seems to appear: held until somebody says checked.

Statements, service improvements and titles of reports have it alike.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from casework.actions.publication import digest_of, say_checked, unchecked_in
from casework.anonymity import Find
from casework.models import Decision

FINDS_NAMED = 10
CHECK = "Change the text, or tick this if it tells nobody who complained."


class Tick(forms.CheckboxInput):
    """A tick box that stands for `what` was shown beside it and nothing else."""

    def __init__(self, what: str = "") -> None:
        super().__init__(check_test=lambda value: bool(what) and value == what)
        self.what = what

    def format_value(self, value: Any) -> str:
        return self.what

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return data.get(name, "")


class HeldForm(forms.ModelForm):
    """A form with a text for the public, `held_field`, of `decision`.

    `mark_held` is for the end of `__init__`, `hold` for the end of `clean`; `keep_checked` stores
    the ticks once the decision is stored.
    """

    checked = forms.CharField(label="I have checked this", required=False, widget=forms.HiddenInput)

    held_field = "text"
    decision: Decision
    checked_now = ""

    def mark_held(self) -> None:
        """Shows beside a stored text what was found in it, for who was entered later."""
        if self.instance.pk and self.is_for_the_public():
            self._show(unchecked_in(self.initial.get(self.held_field, ""), decision=self.decision))

    def _show(self, finds: list[Find]) -> str:
        """Offers a tick for these places, if any; what it stands for."""
        what = digest_of(finds) if finds else ""
        self.fields["checked"].widget = Tick(what) if finds else forms.HiddenInput()
        self.fields["checked"].help_text = self._said_beside(finds) if finds else ""
        return what

    def is_ticked(self) -> bool:
        """Whether somebody ticks the places that are found now."""
        widget = self.fields["checked"].widget
        sent = self.data.get(self.add_prefix("checked"), "")
        return isinstance(widget, Tick) and bool(widget.what) and sent == widget.what

    def is_for_the_public(self) -> bool:
        return True

    def hold(self) -> None:
        if not self.is_for_the_public():
            return
        text = self.cleaned_data.get(self.held_field) or ""
        finds = unchecked_in(text, decision=self.decision)
        what = self._show(finds)
        if not finds:
            return
        if self.cleaned_data.get("checked") == what:
            self.checked_now = what
        elif self.held_field in self.changed_data or self.becomes_public():
            first = "Nothing is saved yet, because the complainant seems to appear:"
            self.add_error(
                self.held_field, [ValidationError(each) for each in (first, *said_of(finds))]
            )
            self.add_error("checked", CHECK)

    def becomes_public(self) -> bool:
        """Whether a text that was not for the public is from now on."""
        return False

    def _said_beside(self, finds: list[Find]) -> SafeString:
        return format_html(
            "The complainant seems to appear, so nothing new of this decision is published: {} {}",
            format_html_join(" ", "{}", ((each,) for each in said_of(finds))),
            CHECK,
        )


class HeldFields(admin.options.BaseModelAdmin):
    """Shows the tick to those who may write the text, and nobody an empty field."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj) and getattr(obj, "is_standing", True):
            return fieldsets
        return [
            (name, {**options, "fields": [each for each in options["fields"] if each != "checked"]})
            for name, options in fieldsets
        ]


def said_of(finds: list[Find]) -> list[str]:
    said = [
        f"The {find.kind} “{find.words}” stands in “{find.context}”."
        for find in finds[:FINDS_NAMED]
    ]
    if len(finds) > FINDS_NAMED:
        more = len(finds) - FINDS_NAMED
        said.append(
            "There is 1 more such place." if more == 1 else f"There are {more} more such places."
        )
    return said


def keep_checked(rows: Iterable[Any], *, by: User) -> None:
    """Stores what was ticked in these forms."""
    for form in rows:
        if digest := getattr(form, "checked_now", ""):
            say_checked(decision=form.decision, digest=digest, by=by)
