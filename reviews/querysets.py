"""Which rows may be seen when: the embargo, in one place.

Public means: issued, publication reached, not held. Of what is public, a retracted letter is
replaced by its notice.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from casework.choices import Outcome
from casework.conditions import in_force_between
from reviews.figures.improvements import COMPLIED
from reviews.figures.learning import LearningFigures
from reviews.search import Search, among, decisions_matching, improvements_matching

if TYPE_CHECKING:
    from reviews.models import (  # noqa: F401
        AnnualSummary,
        FrozenLearning,
        Hold,
        LearningEvent,
        Letter,
        LetterReturn,
        NationalReview,
        OutboxMessage,
        PublishedDecision,
        PublishedFigure,
        PublishedImprovement,
        ReviewText,
        Round,
        Signatory,
        TypeAverage,
        WordingVersion,
    )


def is_held(summary: str = "pk") -> Exists:
    """The condition that a row is held now; `summary` is the way to the row's key."""
    holds = apps.get_model("reviews", "Hold")._default_manager.order_by()
    return Exists(holds.filter(summary=OuterRef(summary), released_at__isnull=True))


class HoldQuerySet(QuerySet["Hold"]):
    def open(self) -> Self:
        """Not released yet."""
        return self.filter(released_at__isnull=True)


class RoundQuerySet(QuerySet["Round"]):
    def published(self, *, at: dt.datetime) -> Self:
        """Rounds of which the public may know: publication reached and something issued.

        A round whose letters are all held is none, as if it never was.
        """
        return self.filter(
            Exists(_summaries().shown(at=at).filter(freeze__round=OuterRef("pk"))),
            publish_at__lte=at,
        )

    def not_frozen(self) -> Self:
        return self.filter(freeze=None)

    def awaiting_approval(self) -> Self:
        """With a letter that nobody has approved yet."""
        return self.filter(pk__in=_rounds_of(_letters().awaiting_approval()))

    def to_issue(self) -> Self:
        """All letters approved, not all of them issued."""
        waiting = _letters().not_held().filter(approved_at__isnull=False, issued_at=None)
        return self.filter(pk__in=_rounds_of(waiting)).exclude(
            pk__in=_rounds_of(_letters().awaiting_approval())
        )


def _letters() -> "LetterQuerySet":
    found: LetterQuerySet = apps.get_model("reviews", "Letter")._default_manager.order_by()
    return found


def _summaries() -> "AnnualSummaryQuerySet":
    found: AnnualSummaryQuerySet = apps.get_model(
        "reviews", "AnnualSummary"
    )._default_manager.order_by()
    return found


def _rounds_of(letters: "LetterQuerySet") -> QuerySet[Any, Any]:
    """The keys of the rounds whose newest freeze these letters belong to."""
    return letters.filter(summary__freeze__current_of__isnull=False).values(
        "summary__freeze__current_of"
    )


def _is_replaced() -> Exists:
    """The condition that a later version of a row was issued."""
    return Exists(
        _summaries().filter(
            freeze=OuterRef("freeze"),
            authority=OuterRef("authority"),
            version__gt=OuterRef("version"),
            letter__issued_at__isnull=False,
        )
    )


def _is_sum_kept_back(at: dt.datetime) -> Exists:
    """The condition that a first row of the same freeze and type is not public."""
    return Exists(
        _summaries().filter(
            ~Exists(_summaries().published(at=at).filter(pk=OuterRef("pk"))),
            freeze=OuterRef("freeze"),
            authority_type=OuterRef("authority_type"),
            has_comparison=True,
            version=1,
        )
    )


class AnnualSummaryQuerySet(QuerySet["AnnualSummary"]):
    def current(self) -> Self:
        """Of the newest freeze of each round: the last that was issued, or if none was the last."""
        of_it = _summaries().filter(freeze=OuterRef("freeze"), authority=OuterRef("authority"))
        is_later, is_issued = Q(version__gt=OuterRef("version")), Q(letter__issued_at__isnull=False)
        return self.filter(
            is_issued & ~_is_replaced() | ~Exists(of_it.filter(is_later | is_issued)),
            freeze__current_of__isnull=False,
        )

    def with_is_replaced(self) -> Self:
        """Issued rows of all versions with `is_replaced`: whether a later one was issued, too."""
        return self.annotate(is_replaced=_is_replaced())

    def with_sums_public(self, *, at: dt.datetime) -> Self:
        """With `are_sums_public`: whether the sums behind its average are (`TypeAverage`).

        What is worked out of the exact average, as limits of chance are, tells those sums to
        whoever puts enough of it together.
        """
        return self.annotate(are_sums_public=~_is_sum_kept_back(at))

    def superseded(self) -> Self:
        """Issued, and replaced by a version issued later, whatever is held or retracted of them."""
        return self.filter(_is_replaced(), letter__issued_at__isnull=False)

    def numbered(self, number: int) -> Self:
        """Those whose letters have this number outside; see `AnnualSummary.number`."""
        if number == 1:
            return self.filter(Q(version=1) | Q(correction__is_first=True))
        return self.filter(version=number, correction__is_first=False)

    def shown(self, *, at: dt.datetime) -> Self:
        """What the public knows of, also where it reads a notice in the place of the letter."""
        return self.filter(
            ~is_held(), letter__issued_at__isnull=False, freeze__round__publish_at__lte=at
        )

    def published(self, *, at: dt.datetime) -> Self:
        """Every row that the public may read, corrected ones too."""
        return self.shown(at=at).standing()

    def standing(self) -> Self:
        """Not retracted."""
        return self.filter(retraction__isnull=True)

    def retracted(self, *, at: dt.datetime) -> Self:
        """Rows in whose place the public reads a notice."""
        return self.shown(at=at).filter(retraction__isnull=False)


class TypeAverageQuerySet(QuerySet["TypeAverage"]):
    def with_counts_public(self, *, at: dt.datetime) -> Self:
        """With `are_counts_public`: whether the public may read the sums themselves.

        They are the sums of the first rows of all councils of the type. While one of those rows is
        not issued, held or retracted, taking the others away from the sum would give its figures.
        """
        return self.annotate(are_counts_public=~_is_sum_kept_back(at))


class LetterQuerySet(QuerySet["Letter"]):
    def issued(self) -> Self:
        return self.filter(issued_at__isnull=False)

    def published(self, *, at: dt.datetime) -> Self:
        return self.filter(summary__in=_summaries().published(at=at).values("pk"))

    def held(self) -> Self:
        return self.filter(is_held("summary"))

    def not_held(self) -> Self:
        return self.filter(~is_held("summary"))

    def awaiting_approval(self) -> Self:
        """Neither approved nor held."""
        return self.not_held().filter(approved_at__isnull=True, issued_at__isnull=True)

    def of_round(self, round_id: int) -> Self:
        """The letters of a round's newest freeze, corrections among them."""
        return self.filter(summary__freeze__current_of=round_id)

    def dated_between(self, first: dt.date, last: dt.date) -> Self:
        """By the date the letter carries: the round's, or a correction's own."""
        days = (first, last)
        return self.filter(
            Q(summary__version=1, summary__freeze__round__letter_on__range=days)
            | Q(summary__version__gt=1, summary__correction__letter_on__range=days)
        )

    def returned(self) -> Self:
        """Sent back by an approver and not answered yet."""
        return self.filter(returns__answered_at=None, returns__isnull=False)


class LetterReturnQuerySet(QuerySet["LetterReturn"]):
    def unanswered(self) -> Self:
        return self.filter(answered_at=None)


class OutboxMessageQuerySet(QuerySet["OutboxMessage"]):
    def may_be_sent(self) -> Self:
        """Those that nothing holds back but their time: the one place that says so."""
        replaced = _summaries().filter(
            freeze=OuterRef("letter__summary__freeze"),
            authority=OuterRef("letter__summary__authority"),
            version__gt=OuterRef("letter__summary__version"),
            letter__issued_at__isnull=False,
        )
        return self.filter(
            ~Exists(replaced),
            ~is_held("letter__summary"),
            letter__issued_at__isnull=False,
            letter__summary__retraction__isnull=True,
        )

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


def _copy_is_public(at: dt.datetime, *, copy: str = "") -> Q:
    """`copy` is the way to the public copy."""
    day = timezone.localdate(at)
    return Q(
        (f"{copy}taken_off_at__isnull", True),
        (f"{copy}suspended_at__isnull", True),
        (f"{copy}published_on__lte", day),
        (f"{copy}ends_on__gte", day),
    )


class PublishedDecisionQuerySet(QuerySet["PublishedDecision"]):
    def published(self, *, at: dt.datetime) -> Self:
        """What the public may read: for five years, while nothing suspends it."""
        return self.filter(_copy_is_public(at))

    def standing(self) -> Self:
        """Neither replaced nor withdrawn, which is for good; perhaps suspended."""
        return self.filter(taken_off_at__isnull=True)

    def suspended(self) -> Self:
        return self.standing().filter(suspended_at__isnull=False)

    def matching(self, search: Search) -> Self:
        """Those that somebody looks for; all where the search is for nothing.

        Says nothing of what may be seen: begin with `published`. Words are looked for at once, in
        one query, and not again for each count of a page.
        """
        if search.reference:
            return self.filter(reference=search.reference)
        if search.is_for_words:
            return self.filter(pk__in=among(decisions_matching(search)))
        return self

    def with_report(self) -> Self:
        return self.filter(report_issued_on__isnull=False)


# Two cases are of the same kind where all of these are equal. A case without a public sub-category
# is of the kind of others without one.
SAME_KIND = ("authority", "category", "public_category", "public_subcategory")


class PublishedImprovementQuerySet(QuerySet["PublishedImprovement"]):
    def published(self, *, at: dt.datetime) -> Self:
        """Those of the copies that the public may read."""
        return self.filter(_copy_is_public(at, copy="decision__"))

    def matching(self, search: Search) -> Self:
        """Those whose words, or the reference of whose case, somebody looks for."""
        if search.reference:
            return self.filter(decision__reference=search.reference)
        if search.is_for_words:
            return self.filter(pk__in=among(improvements_matching(search)))
        return self

    def found_again(self, *, at: dt.datetime) -> Self:
        """After compliance, fault of the same kind was found at the same authority.

        As `figures.improvements.is_found_again` has it, asked of all rows at once.
        """
        later = (
            _copies()
            .published(at=at)
            .filter(
                *(Q((name, OuterRef(f"decision__{name}"))) for name in SAME_KIND),
                outcome=Outcome.UPHELD,
                decided_on__gt=OuterRef("compliance_recorded_on"),
            )
        )
        return self.filter(Exists(later), compliance__in=COMPLIED)


def _copies() -> PublishedDecisionQuerySet:
    found: PublishedDecisionQuerySet = apps.get_model(
        "reviews", "PublishedDecision"
    )._default_manager.order_by()
    return found


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


class ReviewTextQuerySet(QuerySet["ReviewText"]):
    def current(self) -> Self:
        """The newest version of each text of each round."""
        later = self.model._default_manager.filter(
            round=OuterRef("round"), kind=OuterRef("kind"), number__gt=OuterRef("number")
        )
        return self.filter(~Exists(later))


class NationalReviewQuerySet(QuerySet["NationalReview"]):
    def published(self, *, at: dt.datetime) -> Self:
        """Editions of which the public may know; none of a round of which it may not."""
        rounds = apps.get_model("reviews", "Round").objects.published(at=at)
        return self.filter(
            approved_at__isnull=False, publish_at__lte=at, round__in=rounds.order_by().values("pk")
        )

    def whole(self, *, at: dt.datetime) -> Self:
        """Those of whose rows the public may read every one.

        While one is held, and once one is retracted, the totals beside the other rows would tell
        its figures, so that neither they nor the PDF file may be shown. Figures by category are of
        the first row of every authority, also where a later one is among the edition's own.
        """
        rows = apps.get_model("reviews", "NationalReviewRow")._default_manager.order_by()
        readable = _summaries().published(at=at)
        first = _summaries().filter(
            ~Exists(readable.filter(pk=OuterRef("pk"))),
            freeze__current_of=OuterRef("round"),
            version=1,
        )
        return self.filter(
            ~Exists(
                rows.filter(~Exists(readable.filter(pk=OuterRef("summary"))), review=OuterRef("pk"))
            ),
            Q(figures__categories=None) | ~Exists(first),
        )
