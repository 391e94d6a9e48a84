"""Holding letters: out of issue and publication, and back."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from casework.actions import recorded
from casework.refusals import Refused
from reviews.models import AnnualSummary, Hold, Letter, Round, RoundEvent
from reviews.querysets import is_held
from reviews.rounds.steps import number_of, record, require


def hold(*, round_: Round, by: User, reason: str, letters: QuerySet[Letter] | None = None) -> int:
    """Holds the letters given, or all of the round; the number that were not held yet.

    A held letter is neither needed for issuing nor issued, and is not public. With an issued letter
    all earlier versions are held: they are no more fit to be read than what took their place. A
    correction not issued yet has taken nothing's place and is held alone.
    """
    require(by, "reviews.hold_letters", "hold letters")
    reason = reason.strip()
    if not reason:
        raise Refused("Say why the letters are held.")
    with recorded(by=by, what=f"Hold letters of the round {round_.year}", reason=reason):
        round_ = _locked(round_)
        now = timezone.now()
        held = Hold.objects.bulk_create(
            Hold(summary=summary, reason=reason, held_at=now, held_by=by)
            for summary in to_hold(round_, letters)
        )
        if held:
            detail = f"{number_of(len(held))}: {reason}"
            record(round_, RoundEvent.Action.HELD, by=by, detail=detail)
    return len(held)


def release(*, round_: Round, by: User, letters: QuerySet[Letter] | None = None) -> int:
    """Releases the letters given, or all of the round; the number that were held.

    With a letter its later versions that are issued are released, or a letter that was replaced
    would be public as if it stood. A correction not issued yet is released by itself.
    """
    require(by, "reviews.hold_letters", "release letters")
    with recorded(by=by, what=f"Release letters of the round {round_.year}"):
        round_ = _locked(round_)
        released = to_release(round_, letters).update(released_at=timezone.now(), released_by=by)
        if released:
            record(round_, RoundEvent.Action.RELEASED, by=by, detail=number_of(released))
    return released


def to_hold(round_: Round, letters: QuerySet[Letter] | None = None) -> QuerySet[AnnualSummary]:
    """The rows that `hold` would hold."""
    with_it = _chosen(round_, letters).filter(
        Q(summary__version=OuterRef("version"))
        | Q(summary__version__gt=OuterRef("version"), issued_at__isnull=False),
        summary__authority=OuterRef("authority"),
    )
    return AnnualSummary.objects.filter(
        Exists(with_it), ~is_held(), freeze=round_.freeze_id, letter__isnull=False
    )


def to_release(round_: Round, letters: QuerySet[Letter] | None = None) -> QuerySet[Hold]:
    """The holds that `release` would end."""
    of_authority = _chosen(round_, letters).filter(
        summary__authority=OuterRef("summary__authority")
    )
    own = of_authority.filter(summary__version=OuterRef("summary__version"))
    earlier = of_authority.filter(summary__version__lt=OuterRef("summary__version"))
    return Hold.objects.open().filter(
        Exists(own) | Q(Exists(earlier), summary__letter__issued_at__isnull=False),
        summary__freeze=round_.freeze_id,
    )


def carry_over(
    former: QuerySet[AnnualSummary], now_in_place: Iterable[AnnualSummary], *, by: User
) -> None:
    """Whoever was held stays held, when new drafts take the place of those of `former`."""
    in_place = {summary.authority_id: summary for summary in now_in_place}
    open_holds = Hold.objects.open().filter(summary__in=former.values("pk"))
    carried = [
        Hold(
            summary=in_place[hold.summary.authority_id],
            reason=hold.reason,
            held_at=hold.held_at,
            held_by=hold.held_by,
        )
        for hold in open_holds.select_related("summary", "held_by")
        if hold.summary.authority_id in in_place
    ]
    open_holds.update(released_at=timezone.now(), released_by=by)
    Hold.objects.bulk_create(carried)


def _locked(round_: Round) -> Round:
    """The round, which nobody freezes or issues meanwhile; refuses one without letters."""
    found = Round.objects.select_for_update().get(pk=round_.pk)
    if found.freeze_id is None:
        raise Refused(f"The round {found.year} is not frozen yet, so it has no letters.")
    return found


def _chosen(round_: Round, letters: QuerySet[Letter] | None) -> QuerySet[Letter]:
    of_round = Letter.objects.of_round(round_.pk).order_by()
    return of_round if letters is None else of_round.filter(pk__in=letters.order_by().values("pk"))
