"""Frozen rows, the history, and the lists that staff keep beside the rounds."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminFileWidget
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from casework.admin.forms import DaysInOrderForm
from casework.admin.pages import BackOfficeAdmin, RecordAdmin, actor, council
from casework.choices import Category
from casework.refusals import Refused
from reviews import rounds
from reviews.admin.receipts import cases_view
from reviews.models import (
    AnnualSummary,
    Demonstration,
    Freeze,
    LetterAlternative,
    LetterCode,
    LetterFile,
    MapLayout,
    PublishedFigure,
    RoundEvent,
    Signatory,
    Signature,
    TypeAverage,
)
from reviews.pdf.text import first_unfit
from reviews.rounds.signing import MOST_HEIGHT, MOST_WIDTH


class RecordInline(admin.TabularInline):
    """Rows that the system writes, shown with the record they belong to."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TypeAverageInline(RecordInline):
    model = TypeAverage


@admin.register(Freeze)
class FreezeAdmin(RecordAdmin):
    list_display = ("round", "number", "frozen_at", "frozen_by", "method_version", "reason")
    list_display_links = ("round", "number")
    list_filter = ("round",)
    list_select_related = ("round", "frozen_by")
    fields = (("round", "number"), ("frozen_at", "frozen_by"), "method_version", "reason")
    inlines = (TypeAverageInline,)


@admin.register(TypeAverage)
class TypeAverageAdmin(RecordAdmin):
    list_display = (
        "authority_type", "freeze", "councils", "investigated", "upheld", "uphold_percent",
        "compliance_percent", "remedied_percent",
    )  # fmt: skip
    list_filter = ("freeze__round", "authority_type")
    list_select_related = ("freeze__round",)

    @admin.display(description="upheld %")
    def uphold_percent(self, average: TypeAverage) -> int | None:
        return average.average().uphold.percent

    @admin.display(description="compliance %")
    def compliance_percent(self, average: TypeAverage) -> int | None:
        return average.average().compliance.percent

    @admin.display(description="remedied %")
    def remedied_percent(self, average: TypeAverage) -> int | None:
        return average.average().remedied.percent


def by_category(counts: Mapping[str, int]) -> SafeString | None:
    rows = [(label, counts[code]) for code, label in Category.choices if counts.get(code)]
    if not rows:
        return None
    return format_html_join(SafeString("<br>"), "{}: {}", rows)


@admin.register(MapLayout)
class MapLayoutAdmin(RecordAdmin):
    """Where councils stand on a year's maps, as it was frozen."""

    list_display = ("freeze", "layer")
    list_filter = ("layer", "freeze__round")
    list_select_related = ("freeze__round",)


@admin.register(AnnualSummary)
class AnnualSummaryAdmin(RecordAdmin):
    list_display = (
        "name", "year_ending", "freeze_number", "version", "authority_type", "received",
        "investigated", "upheld", "uphold_percent",
    )  # fmt: skip
    list_filter = ("year_ending", "authority_type", "region", "has_comparison")
    list_select_related = ("freeze",)
    search_fields = ("name", "slug", "=gss_code")
    search_help_text = "By the name as printed, or by GSS code."
    readonly_fields = ("letter_link", "received_by", "investigated_by", "upheld_by")
    fieldsets = (
        (None, {
            "fields": (
                ("name", "year_ending"), ("authority_type", "region"), ("slug", "gss_code"),
                ("freeze", "version"), ("replaces", "reason"), "method_version", "letter_link",
            ),
        }),
        ("Counts", {
            "fields": (
                "received",
                ("invalid_or_incomplete", "advice_given", "referred_back"),
                "closed_after_initial_enquiries",
                ("not_upheld", "upheld", "remedied_by_authority"),
                ("satisfied", "satisfied_late", "not_satisfied", "ceased"),
            ),
        }),
        ("By category", {"fields": ("received_by", "investigated_by", "upheld_by")}),
        ("Similar authorities", {
            "description": "The pooled figures of its type, where it has a comparison.",
            "fields": (
                ("population", "population_year"),
                ("has_comparison", "similar_councils"),
                ("similar_investigated", "similar_upheld", "similar_remedied_by_authority"),
                ("similar_compliance_outcomes", "similar_complied"),
                "similar_population",
            ),
        }),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(cases_view)
        return [
            path(
                "<slug:slug>/<int:year>/cases/<slug:figure>/",
                view,
                name="reviews_annualsummary_cases",
            ),
            *super().get_urls(),
        ]

    @admin.display(description="freeze")
    def freeze_number(self, summary: AnnualSummary) -> int:
        return summary.freeze.number

    @admin.display(description="investigated")
    def investigated(self, summary: AnnualSummary) -> int:
        return summary.counts().investigated

    @admin.display(description="upheld %")
    def uphold_percent(self, summary: AnnualSummary) -> int | None:
        return summary.counts().uphold.percent

    @admin.display(description="letter", empty_value="None: the figures were frozen again.")
    def letter_link(self, summary: AnnualSummary) -> SafeString | None:
        if not hasattr(summary, "letter"):
            return None
        address = reverse("admin:reviews_letter_change", args=[summary.letter.pk])
        return format_html('<a href="{}">{}</a>', address, summary.letter)

    @admin.display(description="received")
    def received_by(self, summary: AnnualSummary) -> SafeString | None:
        return by_category(summary.received_by_category)

    @admin.display(description="investigated")
    def investigated_by(self, summary: AnnualSummary) -> SafeString | None:
        return by_category(summary.investigated_by_category)

    @admin.display(description="upheld")
    def upheld_by(self, summary: AnnualSummary) -> SafeString | None:
        return by_category(summary.upheld_by_category)


@admin.register(LetterCode)
class LetterCodeAdmin(RecordAdmin):
    list_display = ("code", "council", "year")
    list_filter = ("letter__summary__freeze__round",)
    list_select_related = ("letter__summary",)
    search_fields = ("=code", "letter__summary__name")
    search_help_text = "By code or authority."
    fields = ("code", "letter")

    @admin.display(description="authority", ordering="letter__summary__name")
    def council(self, code: LetterCode) -> str:
        return code.letter.summary.name

    @admin.display(description="year", ordering="letter__summary__year_ending")
    def year(self, code: LetterCode) -> str:
        return str(code.letter.summary.year_ending)


@admin.register(LetterFile)
class LetterFileAdmin(RecordAdmin):
    list_display = ("authority", "year", "size", "sha256")
    list_filter = ("letter__summary__freeze__round",)
    list_select_related = ("letter__summary",)
    search_fields = ("letter__summary__name", "letter__summary__slug", "=letter__sha256")
    search_help_text = "By authority or by the whole digest."
    fields = ("authority", "year", "size", "sha256", "pdf_link")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # Hundreds of letters' bytes and words have no place in a list.
        return super().get_queryset(request).defer("document", "pdf")

    @admin.display(description="authority", ordering="letter__summary__name")
    def authority(self, file: LetterFile) -> str:
        return file.letter.summary.name

    @admin.display(description="year", ordering="letter__summary__year_ending")
    def year(self, file: LetterFile) -> str:
        return str(file.letter.summary.year_ending)

    @admin.display(description="bytes", ordering="letter__size")
    def size(self, file: LetterFile) -> int | None:
        return file.letter.size

    @admin.display(description="SHA-256")
    def sha256(self, file: LetterFile) -> str:
        return file.letter.sha256

    @admin.display(description="as issued")
    def pdf_link(self, file: LetterFile) -> str:
        address = reverse("admin:reviews_letter_pdf", args=[file.letter_id])
        return format_html('<a href="{}">PDF</a>', address)


@admin.register(LetterAlternative)
class LetterAlternativeAdmin(RecordAdmin):
    list_display = ("authority", "year", "kind", "size", "sha256")
    list_filter = ("kind", "letter__summary__freeze__round")
    list_select_related = ("letter__summary",)
    search_fields = ("letter__summary__name", "letter__summary__slug", "=sha256")
    search_help_text = "By authority or by the whole digest."
    fields = ("authority", "year", "kind", "size", "sha256", "file_link")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("content")

    @admin.display(description="authority", ordering="letter__summary__name")
    def authority(self, alternative: LetterAlternative) -> str:
        return alternative.letter.summary.name

    @admin.display(description="year", ordering="letter__summary__year_ending")
    def year(self, alternative: LetterAlternative) -> str:
        return str(alternative.letter.summary.year_ending)

    @admin.display(description="as issued")
    def file_link(self, alternative: LetterAlternative) -> SafeString:
        address = reverse(f"admin:reviews_letter_{alternative.kind}", args=[alternative.letter_id])
        return format_html('<a href="{}">{}</a>', address, alternative.get_kind_display())


@admin.register(RoundEvent)
class RoundEventAdmin(RecordAdmin):
    list_display = ("done_at", "round", "action", "detail", "done_by")
    list_filter = ("round", "action")
    list_select_related = ("round", "done_by")
    search_fields = ("detail", "done_by__username")
    date_hierarchy = "done_at"


@admin.register(Demonstration)
class DemonstrationAdmin(RecordAdmin):
    list_display = ("made_at",)
    fields = ("made_at",)


class Kept:
    """The signature that is kept, as a file field shows it."""

    def __init__(self, signature: Signature) -> None:
        self.url = reverse("admin:reviews_signature_png", args=[signature.pk])

    def __str__(self) -> str:
        return "the signature"


class SignatoryForm(DaysInOrderForm):
    image = forms.ImageField(
        label="Signature",
        required=False,
        widget=AdminFileWidget(attrs={"accept": "image/png"}),
        help_text=f"A PNG of at most {Signature.MOST_BYTES // 1000} kB and {MOST_WIDTH} × "
        f"{MOST_HEIGHT} pixels. Only approved letters carry it; a change makes approved "
        "letters that are not issued drafts again.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = Signature.objects.filter(signatory=self.instance.pk).defer("png").first()
        if kept:
            self.initial["image"] = Kept(kept)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for field in ("name", "titles"):
            text = " ".join((cleaned.get(field) or "").split())
            if unfit := first_unfit(text):
                self.add_error(
                    field, f"It has {unfit}, which letters cannot show: spell it otherwise."
                )
        return cleaned

    def clean_image(self) -> Any:
        image = self.cleaned_data["image"]
        if isinstance(image, UploadedFile):
            try:
                rounds.check_png(image.read())
            except Refused as refused:
                raise forms.ValidationError(refused.problems) from refused
            image.seek(0)
        return image


@admin.register(Signatory)
class SignatoryAdmin(BackOfficeAdmin):
    list_display = ("name", "starts_on", "ends_on")
    search_fields = ("name", "titles")
    form = SignatoryForm
    fieldsets = (
        (None, {
            "description": "Whoever signs on the letter's date is copied into the letters when "
            "the figures are frozen.",
            "fields": ("name", "titles", ("starts_on", "ends_on"), "image"),
        }),
    )  # fmt: skip

    @admin.display(description="signature", empty_value="None")
    def image(self, signatory: Signatory) -> SafeString | None:
        """For those who may look and not change; others have the form's own field."""
        kept = Signature.objects.filter(signatory=signatory.pk).defer("png").first()
        return picture_link(kept) if kept else None

    def _parts(self) -> list[type[models.Model]]:
        return [Signature]

    def save_model(self, request: HttpRequest, obj: Signatory, form: Any, change: bool) -> None:
        withdrawn = 0
        if change:
            withdrawn = rounds.change_signatory(signatory=obj, by=actor(request))
        else:
            super().save_model(request, obj, form, change)
        image = form.cleaned_data.get("image")
        if image is False:
            withdrawn += rounds.remove_signature(signatory=obj, by=actor(request))
        elif isinstance(image, UploadedFile):
            withdrawn += rounds.set_signature(signatory=obj, png=image.read(), by=actor(request))
        if withdrawn:
            self.message_user(
                request,
                f"Letters approved before that are drafts again: {withdrawn}.",
                messages.WARNING,
            )


@admin.register(Signature)
class SignatureAdmin(RecordAdmin):
    list_display = ("signatory", "added_at", "added_by", "size")
    list_select_related = ("signatory", "added_by")
    search_fields = ("signatory__name", "=sha256")
    search_help_text = "By signatory or by the whole digest."
    fields = ("signatory", "picture", ("added_at", "added_by"), ("size", "sha256"))
    readonly_fields = ("signatory", "picture", "added_at", "added_by", "size", "sha256")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.png_view)
        return [
            path("<int:pk>/signature.png", view, name="reviews_signature_png"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("png")

    @admin.display(description="picture")
    def picture(self, signature: Signature) -> SafeString:
        return picture_link(signature)

    def png_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        signature = get_object_or_404(Signature, pk=pk)
        return HttpResponse(bytes(signature.png), content_type="image/png")


def picture_link(signature: Signature) -> SafeString:
    address = reverse("admin:reviews_signature_png", args=[signature.pk])
    return format_html('<a href="{}">Look at the signature</a>', address)


class PublishedFigureForm(forms.ModelForm):
    year_ending = forms.IntegerField(label="Year ending 31 March", min_value=2010, max_value=2200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        parts = [cleaned.get(name) for name in ("investigated", "upheld", "not_upheld")]
        if None not in parts and parts[0] != parts[1] + parts[2]:  # type: ignore[operator]
            self.add_error(
                "investigated",
                f"Upheld and not upheld come to {parts[1] + parts[2]}: "  # type: ignore[operator]
                "correct one of the three, or leave blank what is not known.",
            )
        for name, value in list(cleaned.items()):
            if "percent" in name and value is not None and value > 100:
                self.add_error(name, "A percentage is at most 100.")
        return cleaned


@admin.register(PublishedFigure)
class PublishedFigureAdmin(BackOfficeAdmin):
    list_display = (
        council, "year_ending", "complaints_received", "investigated", "upheld",
        "uphold_percent",
    )  # fmt: skip
    list_filter = ("year_ending", "authority__authority_type")
    list_select_related = ("authority",)
    search_fields = ("authority__official_name", "=authority__gss_code", "source")
    search_help_text = "By authority, GSS code or source."
    autocomplete_fields = ("authority",)
    form = PublishedFigureForm
    fieldsets = (
        (None, {
            "description": "As published elsewhere, for years this system did not count itself. "
            "Blank means not known, never nothing.",
            "fields": (("authority", "year_ending"), "source"),
        }),
        ("Complaints", {
            "fields": (
                ("complaints_received", "dealt_with"), ("not_for_us", "assessed_and_closed"),
            ),
        }),
        ("Upheld", {
            "fields": (
                ("investigated", "upheld", "not_upheld"),
                ("uphold_percent", "uphold_percent_similar"),
                ("upheld_per_100k", "upheld_per_100k_similar"),
            ),
        }),
        ("Compliance", {
            "fields": (
                "compliance_outcomes", ("compliance_percent", "compliance_percent_similar"),
            ),
        }),
        ("Remedied by the authority", {
            "fields": (
                "remedied_by_authority", ("remedied_percent", "remedied_percent_similar"),
            ),
        }),
    )  # fmt: skip
