"""Which rows may be seen when: the embargo, in one place."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import QuerySet

from casework.conditions import in_force_between

if TYPE_CHECKING:
    from reviews.models import (  # noqa: F401
        AnnualSummary,
        Letter,
        PublishedFigure,
        Round,
        Signatory,
    )


class RoundQuerySet(QuerySet["Round"]):
    def published(self, *, at: dt.datetime) -> Self:
        """Rounds of which the public may know: publication reached and something issued."""
        return self.filter(
            publish_at__lte=at, freezes__summaries__letter__issued_at__isnull=False
        ).distinct()


class AnnualSummaryQuerySet(QuerySet["AnnualSummary"]):
    def current(self) -> Self:
        """Of the newest freeze of each round, and not replaced by an issued correction."""
        return self.filter(freeze__current_of__isnull=False).exclude(
            replaced_by__letter__issued_at__isnull=False
        )

    def published(self, *, at: dt.datetime) -> Self:
        """Every row whose letter is issued and whose publication is reached, corrected ones too."""
        return self.filter(letter__issued_at__isnull=False, freeze__round__publish_at__lte=at)


class LetterQuerySet(QuerySet["Letter"]):
    def issued(self) -> Self:
        return self.filter(issued_at__isnull=False)

    def published(self, *, at: dt.datetime) -> Self:
        return self.issued().filter(summary__freeze__round__publish_at__lte=at)

    def awaiting_approval(self) -> Self:
        return self.filter(approved_at__isnull=True, issued_at__isnull=True)

    def of_round(self, round_id: int) -> Self:
        """The letters of a round's newest freeze."""
        return self.filter(summary__freeze__current_of=round_id)


class SignatoryQuerySet(QuerySet["Signatory"]):
    def signing_on(self, day: dt.date) -> Self:
        return self.filter(in_force_between(day, day))


class PublishedFigureQuerySet(QuerySet["PublishedFigure"]):
    def without_own_round(self) -> Self:
        """Figures of years that this system did not count itself, published or not."""
        rounds = apps.get_model("reviews", "Round").objects
        return self.exclude(year_ending__in=rounds.values("year"))
