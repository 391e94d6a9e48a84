"""Forms of the back office: each rule of the database as a sentence beside its field."""

import datetime as dt
import re
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db.models import Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from casework.actions.filing import LARGEST_FILE, TOO_LARGE, are_linked
from casework.actions.steps import ONLY_A_MANAGER
from casework.admin.held import HeldForm
from casework.admin.pages import day
from casework.choices import (
    PERSONAL_CATEGORIES,
    SERVICE_IMPROVEMENT_CATEGORIES,
    Category,
    Compliance,
    ContactRole,
    Outcome,
    RecommendationKind,
)
from casework.conditions import A_WORD
from casework.models import (
    Attachment,
    CaseLink,
    Complaint,
    Contact,
    Decision,
    DecisionReason,
    Note,
    Recommendation,
)
from casework.references import BETWEEN, parse_reference

NOT_A_REFERENCE = "A reference has eight digits, such as 20 001 234."
NO_LONGER_STANDS = (
    "This decision no longer stands, because another was recorded meanwhile: clear this change, or "
    "enter it with the decision that stands now."
)


class DayField(forms.DateField):
    """A day typed in the fewest keys: `4/5/26`, `4.5.2026`, `040526`, `04052026`, or `t` for today.

    A plain text field: a browser's own date field takes three stops of the Tab key and four digits
    for the year, and Django's adds two links to skip.
    """

    default_error_messages = {
        "invalid": "Type a day as 4/5/26 or 040526, or t for today.",
    }
    FORMATS = ("%d/%m/%Y", "%d/%m/%y", "%Y-%m-%d", "%d %m %Y", "%d %m %y", "%d %b %Y", "%d %B %Y")

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = forms.DateInput(
            format="%d/%m/%Y", attrs={"class": "day-field", "size": 12, "autocomplete": "off"}
        )
        super().__init__(input_formats=self.FORMATS, **kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, str):
            value = value.strip().lower()
            if value in {"t", "today"}:
                return timezone.localdate()
            if re.fullmatch(r"[0-9]{6}|[0-9]{8}", value):
                value = f"{value[:2]}/{value[2:4]}/{value[4:]}"
            value = value.replace(".", "/")
        return super().to_python(value)


def reference_begun(text: str) -> str | None:
    """The beginning of a reference as stored, or None if the text is none: `20-001` is `20 001`."""
    digits = re.sub(BETWEEN, "", text)
    if not re.fullmatch(r"[0-9]{1,8}", digits):
        return None
    return " ".join(filter(None, (digits[:2], digits[2:5], digits[5:])))


def refuse_future(form: forms.ModelForm, *fields: str) -> None:
    today = timezone.localdate()
    for field in fields:
        value = form.cleaned_data.get(field)
        if value and value > today:
            form.add_error(field, f"This day is in the future: today is {day(today)}.")


class DaysInOrderForm(forms.ModelForm):
    """For rows in force from `starts_on` to `ends_on`, either of which may be open."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", f"The last day cannot be before the first day, {day(first)}.")
        return cleaned


class PopulationForm(forms.ModelForm):
    year = forms.IntegerField(
        min_value=1801, max_value=2200, help_text="The year the estimate is for."
    )
    residents = forms.IntegerField(min_value=1)


def _same_days(contact: Contact, other: Contact) -> bool:
    return contact.starts_on <= (other.ends_on or dt.date.max) and other.starts_on <= (
        contact.ends_on or dt.date.max
    )


def _held_already(other: Contact) -> str:
    role = ContactRole(other.role).label.lower()
    until = f"to {day(other.ends_on)}" if other.ends_on else "with no last day"
    return (
        f"{other.printed_name} is {role} from {day(other.starts_on)} {until}: end that time in "
        "office first, or choose other days."
    )


class ContactForm(DaysInOrderForm):
    """One holder of a role at a time."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        wanted = ("authority", "role", "starts_on")
        if not self.errors and all(cleaned.get(name) for name in wanted):
            mine = Contact(**{name: cleaned[name] for name in (*wanted, "ends_on")})
            others = Contact.objects.filter(authority=mine.authority, role=mine.role)
            for other in others.exclude(pk=self.instance.pk):
                if _same_days(mine, other):
                    self.add_error("starts_on", _held_already(other))
                    break
        return cleaned


class ContactFormSet(BaseInlineFormSet):
    """All officers of one authority at once, so that one can follow another in one go."""

    def clean(self) -> None:
        super().clean()
        taken: list[Contact] = []
        for form in self.forms:
            contact = form.instance
            if form in self.deleted_forms or form.errors or not contact.starts_on:
                continue
            if other := next(
                (c for c in taken if c.role == contact.role and _same_days(c, contact)), None
            ):
                form.add_error("starts_on", _held_already(other))
            taken.append(contact)


def may_work_on_cases() -> QuerySet[User]:
    """Present staff whose role lets them change a complaint."""
    found = User.objects.with_perm("casework.change_complaint")
    return found.filter(is_staff=True).order_by("username")


class PersonField(forms.ModelChoiceField):
    """Members of staff by their names: few enough for a list that a keyboard finds its way in."""

    def label_from_instance(self, user: Any) -> str:
        return user.get_full_name() or user.get_username()


class ComplaintForm(forms.ModelForm):
    reference = forms.CharField(
        max_length=20, help_text="Eight digits, such as 20 001 234; spaces and dashes are optional."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "caseworker" in self.fields:  # left out for those who may not assign
            staff = Q(pk__in=may_work_on_cases().values("pk")) | Q(pk=self.instance.caseworker_id)
            people = User.objects.filter(staff).order_by("first_name", "last_name", "username")
            self.fields["caseworker"].queryset = people  # type: ignore[attr-defined]

    def clean_reference(self) -> str:
        reference = parse_reference(self.cleaned_data["reference"])
        if reference is None:
            raise ValidationError(NOT_A_REFERENCE)
        return reference

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "received_on")
        authority, received_on = cleaned.get("authority"), cleaned.get("received_on")
        if authority and received_on and not authority.is_in_force_on(received_on):
            first = f" from {day(authority.starts_on)}" if authority.starts_on else ""
            last = f" until {day(authority.ends_on)}" if authority.ends_on else ""
            self.add_error(
                "authority",
                f"{authority} was not in force on {day(received_on)}, only{first}{last}: choose "
                "the authority of that day.",
            )
        public, category = cleaned.get("public_subcategory"), cleaned.get("category")
        if public and category and public.public_category.category != category:
            counted_as = Category(public.public_category.category).label
            self.add_error(
                "public_subcategory", f"“{public}” is counted as {counted_as}: choose another."
            )
        if self.instance.pk and received_on and "received_on" in self.changed_data:
            decided = self.instance.decisions.order_by("decided_on").first()
            if decided and decided.decided_on < received_on:
                self.add_error(
                    "received_on",
                    f"The complaint was decided on {day(decided.decided_on)}, so it cannot have "
                    "been received later.",
                )
        return cleaned


class ParentFormSet(BaseInlineFormSet):
    """Hands each row the record it belongs to, as it is about to be saved."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "parent": self.instance}


class PostedRowsFormSet(ParentFormSet):
    """After a refusal the page shows the rows that were posted, whatever others added meanwhile.

    Admin puts the rows of this queryset beside the forms, one by one.
    """

    def get_queryset(self) -> Any:
        if self.is_bound and "forms" in self.__dict__:
            return [form.instance for form in self.initial_forms]
        return super().get_queryset()


class DecisionForm(forms.ModelForm):
    """A decision takes its authority, category and received date from its complaint."""

    # The admin sets this for whoever fills the form in.
    may_record_not_satisfied = False

    def __init__(
        self,
        *args: Any,
        parent: Complaint | None = None,
        reasons: list[DecisionReason] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.complaint = parent or self.instance.complaint
        self.former_compliance = self.instance.compliance
        if "reason" in self.fields:
            self._offer_reasons(reasons)
        if "compliance" in self.fields:
            self._offer_compliance()

    class Meta:
        model = Decision
        fields = (
            "outcome", "reason", "decided_on", "is_remedied_by_authority", "compliance",
            "compliance_recorded_on", "compliance_note",
        )  # fmt: skip

    def _offer_reasons(self, reasons: list[DecisionReason] | None) -> None:
        """Only those in force on the day of the decision, and the one that is stored."""
        on = self._day_typed() or self.instance.decided_on or timezone.localdate()
        offered = [
            (reason.pk, str(reason))
            for reason in (DecisionReason.objects.all() if reasons is None else reasons)
            if reason.pk == self.instance.reason_id or _is_in_force(reason, on)
        ]
        field: Any = self.fields["reason"]
        # The widget alone: a reason of another day is refused with a sentence of its own.
        field.widget.choices = [("", field.empty_label), *offered]

    def _day_typed(self) -> dt.date | None:
        if not self.is_bound or "decided_on" not in self.fields:
            return None
        field = self.fields["decided_on"]
        try:
            return field.clean(
                field.widget.value_from_datadict(
                    self.data, self.files, self.add_prefix("decided_on")
                )
            )
        except ValidationError:
            return None

    def _offer_compliance(self) -> None:
        if self.may_record_not_satisfied or self.former_compliance == Compliance.NOT_SATISFIED:
            return
        field: Any = self.fields["compliance"]
        field.widget.choices = [
            choice for choice in field.choices if choice[0] != Compliance.NOT_SATISFIED
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and not self.instance.is_standing and self.has_changed():
            self.add_error(None, NO_LONGER_STANDS)
        refuse_future(self, "decided_on", "compliance_recorded_on")
        self._check_decision(cleaned)
        self._check_reason(cleaned)
        self._check_compliance(cleaned)
        for name in ("authority_id", "category", "received_on"):
            setattr(self.instance, name, getattr(self.complaint, name))
        return cleaned

    def _check_decision(self, cleaned: dict[str, Any]) -> None:
        outcome, decided_on = cleaned.get("outcome"), cleaned.get("decided_on")
        received_on = self.complaint.received_on
        if decided_on and received_on and decided_on < received_on:
            self.add_error(
                "decided_on",
                f"The decision cannot be before {day(received_on)}, when the complaint was "
                "received.",
            )
        if outcome == Outcome.UPHELD:
            return
        if cleaned.get("is_remedied_by_authority"):
            self.add_error(
                "is_remedied_by_authority", "Only an upheld complaint can have been remedied."
            )
        if cleaned.get("compliance"):
            self.add_error("compliance", "Only an upheld complaint has a compliance outcome.")
        if self.instance.pk and outcome and self.instance.recommendations.exists():
            self.add_error(
                "outcome", "This decision has recommendations, so its outcome stays upheld."
            )

    def _check_reason(self, cleaned: dict[str, Any]) -> None:
        outcome, decided_on = cleaned.get("outcome"), cleaned.get("decided_on")
        reason = cleaned.get("reason")
        if reason and outcome and reason.outcome != outcome:
            label = Outcome(outcome).label
            self.add_error(
                "reason",
                f"This reason belongs to another outcome: choose one that begins with “{label}:”.",
            )
        elif (
            reason
            and decided_on
            and {"reason", "decided_on"} & set(self.changed_data)
            and not _is_in_force(reason, decided_on)
        ):
            first = f" from {day(reason.starts_on)}" if reason.starts_on else ""
            last = f" until {day(reason.ends_on)}" if reason.ends_on else ""
            self.add_error(
                "reason",
                f"“{reason}” is for decisions{first}{last}: choose one of those offered now, "
                f"which were in use on {day(decided_on)}.",
            )

    def _check_compliance(self, cleaned: dict[str, Any]) -> None:
        compliance, day_recorded = cleaned.get("compliance"), cleaned.get("compliance_recorded_on")
        decided_on = cleaned.get("decided_on")
        if (
            not self.may_record_not_satisfied
            and "compliance" in self.changed_data
            and Compliance.NOT_SATISFIED in (compliance, self.former_compliance)
        ):
            self.add_error("compliance", ONLY_A_MANAGER)
        if compliance and not day_recorded and "compliance_recorded_on" not in self.errors:
            self.add_error(
                "compliance_recorded_on",
                f"Give the day on which “{Compliance(compliance).label}” was recorded.",
            )
        if day_recorded and not compliance and "compliance" not in self.errors:
            self.add_error("compliance", "Give the compliance outcome, or clear its date.")
        if day_recorded and decided_on and day_recorded < decided_on:
            self.add_error(
                "compliance_recorded_on",
                f"Compliance cannot be recorded before {day(decided_on)}, the day of the decision.",
            )
        note = cleaned.get("compliance_note", self.instance.compliance_note)
        if compliance == Compliance.CEASED and not re.search(A_WORD, note):
            self.add_error("compliance_note", "Say why compliance was given up.")


def save_changed(form: forms.ModelForm, decision: Decision) -> Decision:
    """Stores what changed alone: the stored reason may have been closed for that day since."""
    if form.changed_data:
        decision.save(update_fields=form.changed_data)
    return decision


def _is_in_force(reason: DecisionReason, on: dt.date) -> bool:
    return (reason.starts_on or dt.date.min) <= on <= (reason.ends_on or dt.date.max)


class DecisionFormSet(PostedRowsFormSet):
    """Of a case: the decision that stands, and a further one or the first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The recommendations hang on one of these, which is saved before them.
        self.instance.decisions_in_hand = self

    @cached_property
    def _reasons(self) -> list[DecisionReason]:
        return list(DecisionReason.objects.all())

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "reasons": self._reasons}

    def clean(self) -> None:
        super().clean()
        if sum(form.has_changed() for form in self.extra_forms) > 1:
            raise ValidationError("Add one decision at a time: of several, only one stands.")

    def save_existing(self, form: Any, obj: Any, commit: bool = True) -> Any:
        return save_changed(form, obj)

    def in_hand(self) -> Decision | None:
        """The decision that will stand once everything is saved."""
        for form in self.extra_forms:
            if form.has_changed():
                return form.instance
        posted: list[Decision] = [form.instance for form in self.initial_forms]
        for decision in posted:
            if decision.is_standing:
                return decision
        if self.instance.pk is None:
            return None
        return self.instance.decisions.standing().first()


class RecommendationForm(HeldForm):
    """Service improvements are for the public."""

    def __init__(self, *args: Any, parent: Decision | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = parent or self.instance.decision
        if self.instance.pk and "due_on" in self.fields:
            self.fields["due_on"].disabled = True
            self.fields["due_on"].help_text = format_html(
                '<a href="{}">Agree an extension</a> to move it.',
                reverse("admin:casework_recommendation_extend", args=[self.instance.pk]),
            )
        self.former_kind = self.instance.kind if self.instance.pk else ""
        self.mark_held()

    def is_for_the_public(self) -> bool:
        given = getattr(self, "cleaned_data", {})
        return given.get("kind", self.instance.kind) == RecommendationKind.SERVICE_IMPROVEMENT

    def becomes_public(self) -> bool:
        return self.former_kind != RecommendationKind.SERVICE_IMPROVEMENT

    class Meta:
        model = Recommendation
        fields: tuple[str, ...] = (
            "kind", "category", "text", "amount", "due_on", "evidence_received_on", "completed_on",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "evidence_received_on", "completed_on")
        if self.decision.outcome and self.decision.outcome != Outcome.UPHELD:
            self.add_error(None, "Only an upheld decision has recommendations.")
        kind, category = cleaned.get("kind"), cleaned.get("category")
        if kind and category:
            is_personal = category in PERSONAL_CATEGORIES
            if is_personal != (kind == RecommendationKind.PERSONAL):
                others = "personal remedies" if is_personal else "service improvements"
                self.add_error("category", f"This category is one of {others}: choose another.")
        if (cleaned.get("amount") or 0) < 0:
            self.add_error("amount", "An amount cannot be below nothing.")
        if not self.errors and self._is_repeated(cleaned):
            self.add_error("text", "This case has the same recommendation already.")
        self.hold()
        return cleaned

    def _is_repeated(self, cleaned: dict[str, Any]) -> bool:
        if not self.decision.pk:
            return False
        words = {name: cleaned[name] for name in ("kind", "category", "text")}
        same = Recommendation.objects.filter(decision=self.decision.pk, **words)
        return same.exclude(pk=self.instance.pk).exists()


class RecommendationFormSet(PostedRowsFormSet):
    def clean(self) -> None:
        super().clean()
        seen: set[tuple[str, ...]] = set()
        for form in self.extra_forms:
            if not form.has_changed() or form.errors:
                continue
            key = tuple(form.cleaned_data[name] for name in ("kind", "category", "text"))
            if key in seen:
                form.add_error("text", "This case has the same recommendation already.")
            seen.add(key)


class CaseRecommendationForm(RecommendationForm):
    """On the page of a case: the kind follows from the category, which saves choosing twice."""

    category = forms.ChoiceField(
        choices=[
            ("", "- Select an option -"),
            (
                RecommendationKind.PERSONAL.label,
                [(each.value, each.label) for each in PERSONAL_CATEGORIES],
            ),
            (
                RecommendationKind.SERVICE_IMPROVEMENT.label,
                [(each.value, each.label) for each in SERVICE_IMPROVEMENT_CATEGORIES],
            ),
        ]
    )

    class Meta(RecommendationForm.Meta):
        fields = (
            "category", "text", "amount", "due_on", "evidence_received_on", "completed_on",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        if category := self.cleaned_data.get("category"):
            is_personal = category in PERSONAL_CATEGORIES
            self.cleaned_data["kind"] = self.instance.kind = (
                RecommendationKind.PERSONAL
                if is_personal
                else RecommendationKind.SERVICE_IMPROVEMENT
            )
        if not self.instance.pk:
            self._hang_on_decision()
        elif not self.decision.is_standing and self.has_changed():
            self.add_error(None, NO_LONGER_STANDS)
        return super().clean()

    def _hang_on_decision(self) -> None:
        """A new one belongs to the decision that is saved with it, which is checked by now."""
        decision = self._decision_in_hand()
        if decision is None:
            self.add_error(None, "Give the decision first: a recommendation hangs on it.")
        else:
            self.decision = decision

    def _decision_in_hand(self) -> Decision | None:
        complaint = self.decision.complaint
        if formset := getattr(complaint, "decisions_in_hand", None):
            return formset.in_hand()
        return self.decision if self.decision.pk else None


class LinkForm(forms.ModelForm):
    """The other case is named by its reference, which is quicker than looking it up."""

    reference = forms.CharField(label="Other case", max_length=20)

    class Meta:
        model = CaseLink
        fields = ("kind",)

    def __init__(self, *args: Any, parent: Complaint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.complaint = parent

    def clean_reference(self) -> str:
        reference = parse_reference(self.cleaned_data["reference"])
        if reference is None:
            raise ValidationError(NOT_A_REFERENCE)
        if reference == self.complaint.reference:
            raise ValidationError("This is the case itself: give the reference of another.")
        other = Complaint.objects.filter(reference=reference).first()
        if other is None:
            raise ValidationError(f"There is no case {reference}.")
        if self.complaint.pk and are_linked(self.complaint, other):
            raise ValidationError(f"{reference} is linked to this case already.")
        self.instance.other = other
        return reference


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ("text",)


class AttachmentForm(forms.ModelForm):
    class Meta:
        model = Attachment
        fields = ("file", "title")

    def clean_file(self) -> File:
        content = self.cleaned_data["file"]
        if "file" in self.changed_data and content.size > LARGEST_FILE:
            raise ValidationError(TOO_LARGE)
        return content


def shown_decision(complaint: Complaint, posted: list[str]) -> QuerySet[Decision]:
    """The decision whose fields a case page shows: the standing one.

    For a page that comes back, those that it showed when it was opened (`posted` keys).
    """
    if complaint._state.adding:
        return Decision.objects.none()
    if keys := [int(key) for key in posted if re.fullmatch("[0-9]{1,18}", key)]:
        return Decision.objects.filter(complaint=complaint, pk__in=keys)
    return Decision.objects.filter(complaint=complaint).standing()
