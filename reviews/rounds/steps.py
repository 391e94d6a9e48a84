"""What every step of a round does: asks who may, and leaves a line in the history."""

from django.contrib.auth.models import User
from django.utils import timezone

from casework.refusals import Refused
from reviews.letters.statements import number
from reviews.models import Round, RoundEvent


def record(round_: Round, action: RoundEvent.Action, *, by: User, detail: str = "") -> RoundEvent:
    """Leaves a line in the round's history."""
    return RoundEvent.objects.create(
        round=round_, action=action, detail=detail, done_at=timezone.now(), done_by=by
    )


def number_of(letters: int) -> str:
    """`1 letter`, `2 letters`; for what else there is, `reviews.letters.statements.number`."""
    return number(letters, "letter", "letters")


def require(by: User, permission: str, deed: str) -> None:
    if not (by.is_active and by.has_perm(permission)):
        raise Refused(f"{by.get_username()} may not {deed}.")
