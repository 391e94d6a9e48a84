"""Retracting: a public letter is withdrawn for good, and a notice stands in its place."""

from django.contrib.auth.models import User
from django.utils import timezone

from casework.actions import recorded
from casework.refusals import Refused
from reviews.models import AnnualSummary, Letter, Retraction, Round, RoundEvent
from reviews.rounds.steps import record, require

NOTICE_LENGTH = 2000  # characters


def retract(*, letter: Letter, by: User, reason: str, notice: str) -> bool:
    """Withdraws a public letter; False if it was retracted before.

    `reason` is for staff, `notice` is what the public reads. Only a correction follows it.
    """
    require(by, "reviews.retract_letter", "retract a letter")
    reason, notice = reason.strip(), notice.strip()
    if not reason:
        raise Refused("Say why the letter is retracted; only staff read it.")
    if not notice:
        raise Refused("Write the notice that the public reads in place of the letter.")
    if len(notice) > NOTICE_LENGTH:
        raise Refused(
            f"The notice has {len(notice)} characters; {NOTICE_LENGTH} are the most there is room "
            "for."
        )
    with recorded(by=by, what="Retract a letter", reason=reason):
        round_ = Round.objects.select_for_update().get(pk=letter.summary.freeze.round_id)
        if Retraction.objects.filter(summary=letter.summary_id).exists():
            return False
        if problems := retraction_refusals(letter):
            raise Refused(*problems)
        Retraction.objects.create(
            summary=letter.summary,
            reason=reason,
            notice=notice,
            retracted_at=timezone.now(),
            retracted_by=by,
        )
        detail = f"{letter.summary.name}, version {letter.summary.version}: {reason}"
        record(round_, RoundEvent.Action.RETRACTED, by=by, detail=detail)
    return True


def retraction_refusals(letter: Letter) -> list[str]:
    """Why a letter cannot be retracted now, a sentence each."""
    shown = AnnualSummary.objects.shown(at=timezone.now()).filter(pk=letter.summary_id)
    if not shown.exists():
        return [
            f"The letter to {letter.summary.name} is not public, so there is nothing to retract; "
            "hold it instead."
        ]
    return []
