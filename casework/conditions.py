"""Conditions that several constraints and querysets share."""

import datetime as dt

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

# A word that a person could read, without × and ÷, which stand among the accented letters.
# Migration `0019` has it too: the database asks the same.
A_WORD = r"[A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F]{3}"
REASON_IN_WORDS = "Give the reason in words: at least one of three letters or more."
in_words = RegexValidator(A_WORD, REASON_IN_WORDS)


def in_order(first: str, last: str) -> Q:
    """The condition that `first` is not after `last`, either of which may be open."""
    return (
        Q((f"{first}__isnull", True)) | Q((f"{last}__isnull", True)) | Q((f"{first}__lte", F(last)))
    )


def one_of(field: str, choices: type[models.TextChoices]) -> Q:
    """The condition that a field holds one of the codes of a fixed list."""
    return Q((f"{field}__in", choices.values))


def in_force_between(first: dt.date, last: dt.date) -> Q:
    """The condition that `starts_on` to `ends_on`, open where blank, shares a day with these."""
    return (Q(starts_on__isnull=True) | Q(starts_on__lte=last)) & (
        Q(ends_on__isnull=True) | Q(ends_on__gte=first)
    )


def together(*fields: str) -> Q:
    """The condition that all of these fields hold a value or none does."""
    return Q(*((f"{field}__isnull", True) for field in fields)) | Q(
        *((f"{field}__isnull", False) for field in fields)
    )
