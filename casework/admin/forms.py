"""Forms of the back office: each rule of the database as a sentence beside its field."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils import timezone

from casework.admin.pages import day
from casework.choices import (
    PERSONAL_CATEGORIES,
    Category,
    Compliance,
    ContactRole,
    Outcome,
    RecommendationKind,
)
from casework.models import Complaint, Contact, Decision, Recommendation
from casework.references import parse_reference


def reference_begun(text: str) -> str | None:
    """The beginning of a reference as stored, or None if the text is none: `20-001` is `20 001`."""
    digits = re.sub(r"[\s-]", "", text)
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


class ComplaintForm(forms.ModelForm):
    reference = forms.CharField(
        max_length=20, help_text="Eight digits, such as 20 001 234; spaces and dashes are optional."
    )

    def clean_reference(self) -> str:
        reference = parse_reference(self.cleaned_data["reference"])
        if reference is None:
            raise ValidationError("A reference has eight digits, such as 20 001 234.")
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


class DecisionForm(forms.ModelForm):
    """A decision takes its authority, category and received date from its complaint."""

    def __init__(self, *args: Any, parent: Complaint | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.complaint = parent or self.instance.complaint
        if self.instance.pk and not self.instance.is_standing:
            for field in self.fields.values():
                field.disabled = True

    class Meta:
        model = Decision
        fields = (
            "outcome", "reason", "decided_on", "is_remedied_by_authority", "compliance",
            "compliance_recorded_on",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "decided_on", "compliance_recorded_on")
        self._check_decision(cleaned)
        self._check_compliance(cleaned)
        for name in ("authority_id", "category", "received_on"):
            setattr(self.instance, name, getattr(self.complaint, name))
        return cleaned

    def _check_decision(self, cleaned: dict[str, Any]) -> None:
        outcome, decided_on = cleaned.get("outcome"), cleaned.get("decided_on")
        received_on, reason = self.complaint.received_on, cleaned.get("reason")
        if decided_on and received_on and decided_on < received_on:
            self.add_error(
                "decided_on",
                f"The decision cannot be before {day(received_on)}, when the complaint was "
                "received.",
            )
        if reason and outcome and reason.outcome != outcome:
            label = Outcome(outcome).label
            self.add_error(
                "reason",
                f"This reason belongs to another outcome: choose one that begins with “{label}:”.",
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

    def _check_compliance(self, cleaned: dict[str, Any]) -> None:
        compliance, day_recorded = cleaned.get("compliance"), cleaned.get("compliance_recorded_on")
        decided_on = cleaned.get("decided_on")
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


class DecisionFormSet(ParentFormSet):
    def clean(self) -> None:
        super().clean()
        if sum(form.has_changed() for form in self.extra_forms) > 1:
            raise ValidationError("Add one decision at a time: of several, only one stands.")


class RecommendationForm(forms.ModelForm):
    def __init__(self, *args: Any, parent: Decision | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.decision = parent or self.instance.decision

    class Meta:
        model = Recommendation
        fields = ("kind", "category", "text", "amount", "due_on", "completed_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        refuse_future(self, "completed_on")
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
        return cleaned

    def _is_repeated(self, cleaned: dict[str, Any]) -> bool:
        words = {name: cleaned[name] for name in ("kind", "category", "text")}
        same = Recommendation.objects.filter(decision=self.decision.pk, **words)
        return same.exclude(pk=self.instance.pk).exists()


class RecommendationFormSet(ParentFormSet):
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
