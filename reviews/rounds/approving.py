"""Approval by a second person, and what makes an approved letter a draft again."""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from casework.actions import recorded
from casework.refusals import Refused
from reviews.models import Letter, Round, RoundEvent
from reviews.pdf.text import first_unprintable
from reviews.rounds.steps import record, require


def approve(
    *, round_: Round, by: User, letters: QuerySet[Letter] | None = None, seen: int | None = None
) -> int:
    """Approves the letters given, or all of the round; the number that were not yet approved.

    Refuses whoever froze the figures: letters are approved by a second person. `seen` is the number
    of the freeze that person looked at; letters of a later one are not approved unseen.
    """
    require(by, "reviews.approve_letters", "approve letters")
    with recorded(by=by, what=f"Approve letters of the round {round_.year}"):
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        if round_.freeze is None:
            raise Refused(f"The round {round_.year} is not frozen yet, so it has no letters.")
        if round_.freeze.frozen_by_id == by.pk:
            raise Refused(
                f"{by.get_username()} froze the round {round_.year}; another person has to "
                "approve its letters."
            )
        if seen is not None and round_.freeze.number != seen:
            raise Refused(
                f"The round {round_.year} was frozen again since you looked; look at its new "
                "letters before you approve them."
            )
        waiting = Letter.objects.of_round(round_.pk).awaiting_approval()
        if letters is not None:
            waiting = waiting.filter(pk__in=letters.values("pk"))
        if own := waiting.filter(frozen_by=by).select_related("summary").first():
            raise Refused(
                f"{by.get_username()} drafted the correction for {own.summary.name}; another "
                "person has to approve it."
            )
        approved = Letter.objects.filter(pk__in=waiting.values("pk")).update(
            approved_at=timezone.now(), approved_by=by
        )
        if approved:
            record(round_, RoundEvent.Action.APPROVED, by=by, detail=f"{approved} letters")
    return approved


def amend_letter(*, letter: Letter, by: User, addressee: str, salutation: str) -> bool:
    """Changes whom a letter addresses; whether it had been approved and is a draft again."""
    require(by, "reviews.change_letter", "change a letter")
    for text in (addressee.replace("\r", "").replace("\n", " "), salutation):
        if character := first_unprintable(text):
            raise Refused(
                f"{text!r} has {character}, which letters cannot show; spell it otherwise."
            )
    with recorded(by=by, what="Change whom a letter addresses"):
        # The round first, as everything else does that changes its letters.
        round_ = Round.objects.select_for_update().get(pk=letter.summary.freeze.round_id)
        own = Letter.objects.of_round(round_.pk).filter(pk=letter.pk)
        if not own.exists():
            raise Refused("The round was frozen again meanwhile; change the new draft instead.")
        if own.issued().exists():
            raise Refused("The letter is issued and cannot be changed any more.")
        own.update(addressee=addressee, salutation=salutation)
        return withdraw_approval(round_, own, by=by) > 0


def withdraw_approval(round_: Round, letters: QuerySet[Letter], *, by: User) -> int:
    """Makes approved letters drafts again, since what was approved has changed."""
    approved = letters.filter(approved_at__isnull=False, issued_at__isnull=True)
    withdrawn = Letter.objects.filter(pk__in=approved.values("pk")).update(
        approved_at=None, approved_by=None
    )
    if withdrawn:
        record(round_, RoundEvent.Action.WITHDRAWN, by=by, detail=f"{withdrawn} letters")
    return withdrawn
