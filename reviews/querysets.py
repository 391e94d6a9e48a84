"""Which rows may be seen when: the embargo, in one place."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from casework.conditions import in_force_between
from reviews.figures.learning import LearningFigures

if TYPE_CHECKING:
    from reviews.models import (  # noqa: F401
        AnnualSummary,
        FrozenLearning,
        LearningEvent,
        Letter,
        LetterReturn,
        OutboxMessage,
        PublishedDecision,
        PublishedFigure,
        Round,
        Signatory,
        WordingVersion,
    )


class RoundQuerySet(QuerySet["Round"]):
    def published(self, *, at: dt.datetime) -> Self:
        """Rounds of which the public may know: publication reached and something issued."""
        return self.filter(
            publish_at__lte=at, freezes__summaries__letter__issued_at__isnull=False
        ).distinct()

    def not_frozen(self) -> Self:
        return self.filter(freeze=None)

    def awaiting_approval(self) -> Self:
        """With a letter that nobody has approved yet."""
        return self.filter(pk__in=_rounds_of(_letters().awaiting_approval()))

    def to_issue(self) -> Self:
        """All letters approved, not all of them issued."""
        waiting = _letters().filter(approved_at__isnull=False, issued_at=None)
        return self.filter(pk__in=_rounds_of(waiting)).exclude(
            pk__in=_rounds_of(_letters().awaiting_approval())
        )


def _letters() -> "LetterQuerySet":
    found: LetterQuerySet = apps.get_model("reviews", "Letter")._default_manager.order_by()
    return found


def _rounds_of(letters: "LetterQuerySet") -> QuerySet[Any, Any]:
    """The keys of the rounds whose newest freeze these letters belong to."""
    return letters.filter(summary__freeze__current_of__isnull=False).values(
        "summary__freeze__current_of"
    )


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

    def returned(self) -> Self:
        """Sent back by an approver and not answered yet."""
        return self.filter(returns__answered_at=None, returns__isnull=False)


class LetterReturnQuerySet(QuerySet["LetterReturn"]):
    def unanswered(self) -> Self:
        return self.filter(answered_at=None)


class OutboxMessageQuerySet(QuerySet["OutboxMessage"]):
    def may_be_sent(self) -> Self:
        """Those that nothing holds back but their time: the one place that says so."""
        return self.filter(letter__issued_at__isnull=False)

    def waiting(self) -> Self:
        return self.filter(state="queued")

    def due(self, *, at: dt.datetime) -> Self:
        """To be sent now, the longest waiting first."""
        return (
            self.waiting()
            .may_be_sent()
            .filter(next_attempt_at__lte=at)
            .order_by("next_attempt_at", "pk")
        )

    def interrupted(self, *, since: dt.datetime) -> Self:
        """Begun before that instant and never ended."""
        return self.filter(state="sending").exclude(events__done_at__gte=since)

    def of_round(self, round_id: int) -> Self:
        """Those about the letters of a round's newest freeze."""
        return self.filter(letter__summary__freeze__current_of=round_id)


class SignatoryQuerySet(QuerySet["Signatory"]):
    def signing_on(self, day: dt.date) -> Self:
        return self.filter(in_force_between(day, day))


class PublishedFigureQuerySet(QuerySet["PublishedFigure"]):
    def without_own_round(self) -> Self:
        """Figures of years that this system did not count itself, published or not."""
        rounds = apps.get_model("reviews", "Round").objects
        return self.exclude(year_ending__in=rounds.values("year"))


class PublishedDecisionQuerySet(QuerySet["PublishedDecision"]):
    def published(self, *, at: dt.datetime) -> Self:
        """What the public may read: for five years, while nothing suspends it."""
        day = timezone.localdate(at)
        return self.standing().filter(
            published_on__lte=day, ends_on__gte=day, suspended_at__isnull=True
        )

    def standing(self) -> Self:
        """Neither replaced nor withdrawn, which is for good; perhaps suspended."""
        return self.filter(taken_off_at__isnull=True)

    def suspended(self) -> Self:
        return self.standing().filter(suspended_at__isnull=False)


class LearningEventQuerySet(QuerySet["LearningEvent"]):
    def held_between(self, first: dt.date, last: dt.date) -> Self:
        """Both days included."""
        return self.filter(held_on__range=(first, last))

    def with_counts(self) -> Self:
        """With `people`, those of every sector, and `authorities`, counted by the database."""
        return self.annotate(
            people=Sum("attendance__people"), authorities=Count("attendance__authority")
        )


class FrozenLearningQuerySet(QuerySet["FrozenLearning"]):
    def figures_of(self, freeze_id: int | None) -> LearningFigures:
        """What was counted with a freeze; nothing for a round not frozen or an older freeze."""
        row = self.filter(freeze=freeze_id).first()
        return row.figures() if row else LearningFigures()


class WordingVersionQuerySet(QuerySet["WordingVersion"]):
    def current(self) -> Self:
        """The newest version of each text, which letters are composed with."""
        later = self.model._default_manager.filter(
            wording=OuterRef("wording"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later))
