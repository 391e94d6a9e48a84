"""Seminars and courses with the numbers who came, and what is counted of them for a round."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, Min, QuerySet
from django.forms import Select
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from casework.admin.cases import CaseFields, YearEndingFilter
from casework.admin.forms import refuse_future
from casework.admin.pages import BackOfficeAdmin, RecordAdmin, council, day
from casework.models import Authority
from reviews.figures.learning import NUMBERS, Learning, LearningFigures, listed
from reviews.figures.periods import Period
from reviews.models import FrozenLearning, LearningAttendance, LearningEvent, Round, Sector
from reviews.pdf.text import first_unfit
from reviews.statistics import learning

LABELS = {
    "seminars": "Seminars",
    "seminar_places": "Places of seminars",
    "seminar_delegates": "People from local authorities at them",
    "seminar_authorities": "Local authorities at them, each once",
    "courses": "Courses",
    "course_people": "People at them",
}


class HeldFilter(YearEndingFilter):
    title = "held in the year ending 31 March"
    parameter_name = "year"
    field = "held_on"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        days = LearningEvent.objects.aggregate(first=Min("held_on"), last=Max("held_on"))
        if days["first"] is None:
            return []
        first, last = (Period.of(days[name]).year_ending for name in ("first", "last"))
        return [(str(year), str(year)) for year in range(last, first - 1, -1)]


class AttendedFilter(HeldFilter):
    field = "event__held_on"


class LearningEventForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "held_on")
        if unfit := first_unfit(cleaned.get("place") or ""):
            self.add_error(
                "place", f"It has {unfit}, which letters cannot show: spell it otherwise."
            )
        return cleaned


class LearningAttendanceForm(forms.ModelForm):
    """An authority says which sector its people are of."""

    people = forms.IntegerField(min_value=1, max_value=100_000)

    class Meta:
        model = LearningAttendance
        fields = ("authority", "sector", "people")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authority"]
        if authority := self.instance.authority:
            # A row stays with its authority, whose name is then not asked for row by row.
            field.disabled = True
            field.widget = Select(choices=[(authority.pk, str(authority))])
        else:
            field.queryset = Authority.objects.usable()
        self.fields["sector"].required = False
        for each in self.fields.values():  # which a table names by its headings alone
            each.widget.attrs["aria-label"] = each.label

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "authority" in self.errors:
            return cleaned
        if cleaned.get("authority"):
            if cleaned.get("sector") not in {"", None, Sector.LOCAL_AUTHORITY}:
                self.add_error("sector", "An authority is one of the local authorities.")
            cleaned["sector"] = Sector.LOCAL_AUTHORITY
        elif cleaned.get("sector") in {"", None, Sector.LOCAL_AUTHORITY}:
            self.add_error(
                "authority",
                "Choose the authority, or the sector of those who came from no authority.",
            )
        return cleaned


class AttendanceFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        sectors: set[str] = set()
        held_on = self.instance.held_on
        for form in self.forms:
            given = getattr(form, "cleaned_data", {})
            if form.errors or not given or given.get("DELETE"):
                continue
            authority, sector = given["authority"], str(given["sector"])
            if authority is None:
                if sector in sectors:
                    form.add_error("sector", "This sector has a row already: add its people there.")
                sectors.add(sector)
            elif held_on and form.has_changed() and not authority.is_in_force_on(held_on):
                form.add_error(
                    "authority", f"It was not in force on {day(held_on)}: choose another."
                )


class AttendanceInline(CaseFields, admin.TabularInline):
    model = LearningAttendance
    form = LearningAttendanceForm
    formset = AttendanceFormSet
    fields = ("authority", "people", "sector")
    autocomplete_fields = ("authority",)
    extra = 3
    verbose_name_plural = "who came: numbers, no names"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("authority")


@admin.register(LearningEvent)
class LearningEventAdmin(CaseFields, BackOfficeAdmin):
    list_display = ("title", "kind", "place", "held_on", "audience", "people", "authorities")
    list_filter = ("kind", HeldFilter, "audience")
    search_fields = ("title", "place")
    search_help_text = "By title or place."
    form = LearningEventForm
    inlines = (AttendanceInline,)
    fieldsets = (
        (None, {
            "description": "Counted for the letters of the year in which it was held, when the "
            "figures are frozen.",
            "fields": (("kind", "held_on"), "title", ("place", "audience")),
        }),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        found: Any = super().get_queryset(request)
        return found.with_counts()

    @admin.display(description="people", ordering="people", empty_value="not recorded")
    def people(self, event: LearningEvent) -> int | None:
        return event.people  # type: ignore[attr-defined]

    @admin.display(description="authorities", ordering="authorities")
    def authorities(self, event: LearningEvent) -> int:
        return event.authorities  # type: ignore[attr-defined]


@admin.register(LearningAttendance)
class LearningAttendanceAdmin(RecordAdmin):
    """Who came where; entered on the page of the event."""

    list_display = (council, "sector", "event", "people")
    list_display_links = ("event",)
    list_filter = ("event__kind", AttendedFilter, "sector", "authority__authority_type")
    list_select_related = ("authority", "event")
    search_fields = ("authority__official_name", "=authority__gss_code", "event__title")
    search_help_text = "By authority, GSS code or the event's title."
    fields = ("event", "authority", "sector", "people")


@admin.register(FrozenLearning)
class FrozenLearningAdmin(RecordAdmin):
    list_display = (
        "freeze", "seminars", "seminar_delegates", "seminar_authorities", "courses",
        "course_people",
    )  # fmt: skip
    list_filter = ("freeze__round",)
    list_select_related = ("freeze__round",)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the box on a round's page; blank where nothing is recorded."""

    label: str
    now: str
    before: str
    change: str
    frozen: str


def learning_of(round_: Round) -> dict[str, Any]:
    """What is counted of learning events for a round now, and what its letters were given."""
    now = learning(round_.period)
    frozen = FrozenLearning.objects.figures_of(round_.freeze_id)
    return {
        "lines": [_line(name, now, frozen) for name in LABELS],
        "is_frozen": round_.freeze_id is not None,
        "is_nothing": now.now.is_nothing,
        "differs": round_.freeze_id is not None and now != frozen,
    }


def _line(name: str, now: LearningFigures, frozen: LearningFigures) -> Line:
    return Line(
        label=LABELS[name],
        now=_shown(now.now, name),
        before=_shown(now.before, name),
        change=now.change_text(name) if name in NUMBERS else "",
        frozen=_shown(frozen.now, name),
    )


def _shown(year: Learning, name: str) -> str:
    if name == "seminar_places":
        return listed(year.seminar_places)
    number = getattr(year, name)
    return f"{number:,}" if number else ""
