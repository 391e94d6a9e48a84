"""Whose signature approved letters carry. What a change of it touches is approved again."""

import datetime as dt
import hashlib
from io import BytesIO

from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image

from casework.actions import recorded
from casework.refusals import Refused
from reviews.models import Letter, Round, Signatory, Signature
from reviews.rounds.approving import withdraw_approval
from reviews.rounds.steps import require

MOST_WIDTH, MOST_HEIGHT = 2400, 800  # pixels


def set_signature(*, signatory: Signatory, png: bytes, by: User) -> int:
    """Keeps the picture in place of any before; the number of letters that are drafts again."""
    require(by, "reviews.change_signatory", "change a signature")
    check_png(png)
    sha256 = hashlib.sha256(png).hexdigest()
    with recorded(by=by, what="Set a signature"):
        signatory = Signatory.objects.select_for_update().get(pk=signatory.pk)
        if Signature.objects.filter(signatory=signatory, sha256=sha256).exists():
            return 0
        withdrawn = _withdraw(signatory, by=by)
        Signature.objects.update_or_create(
            signatory=signatory,
            defaults={
                "png": png,
                "sha256": sha256,
                "size": len(png),
                "added_at": timezone.now(),
                "added_by": by,
            },
        )
    return withdrawn


def remove_signature(*, signatory: Signatory, by: User) -> int:
    """Letters not yet issued go out without; the number of letters that are drafts again."""
    require(by, "reviews.change_signatory", "change a signature")
    with recorded(by=by, what="Remove a signature"):
        signatory = Signatory.objects.select_for_update().get(pk=signatory.pk)
        withdrawn = _withdraw(signatory, by=by)
        deleted, _ = Signature.objects.filter(signatory=signatory).delete()
        if not deleted:
            raise Refused(f"{signatory.name} has no signature to remove.")
    return withdrawn


def change_signatory(*, signatory: Signatory, by: User) -> int:
    """Saves a signatory as changed; the number of letters that are drafts again.

    With other days or another name the signature stands under other letters than before.
    """
    require(by, "reviews.change_signatory", "change a signatory")
    with recorded(by=by, what="Change a signatory"):
        withdrawn = 0
        kept = Signatory.objects.select_for_update(of=("self",))
        former = kept.filter(pk=signatory.pk, signature__isnull=False).first()
        if former and _where(former) != _where(signatory):
            withdrawn = _withdraw(former, by=by) + _withdraw(signatory, by=by)
        signatory.save()
    return withdrawn


def check_png(png: bytes) -> None:
    """Refuses what is not one picture as PNG, small enough to be kept with every letter."""
    if len(png) > Signature.MOST_BYTES:
        raise Refused(
            f"The picture has {len(png):,} bytes; at most {Signature.MOST_BYTES:,} are kept with "
            "each letter. Save it smaller or in fewer colours."
        )
    try:
        with Image.open(BytesIO(png), formats=["PNG"]) as image:
            width, height = image.size
            is_small = width <= MOST_WIDTH and height <= MOST_HEIGHT
            is_still = not getattr(image, "is_animated", False)
            if is_small and is_still:
                image.convert("RGBA")  # reads it to its end
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("The picture cannot be read as PNG; save the signature as PNG.") from error
    if not is_small:
        raise Refused(
            f"The picture is {width} × {height} pixels; make it at most {MOST_WIDTH} × "
            f"{MOST_HEIGHT}."
        )
    if not is_still:
        raise Refused("The picture moves; save the signature as a PNG that stands still.")


def _where(signatory: Signatory) -> tuple[str, dt.date, dt.date | None]:
    return signatory.name, signatory.starts_on, signatory.ends_on


def _withdraw(signatory: Signatory, *, by: User) -> int:
    """Makes the approved letters dated in the signatory's days drafts again, round by round."""
    letters = Letter.objects.dated_between(signatory.starts_on, signatory.ends_on or dt.date.max)
    # Nobody freezes, approves or issues a round meanwhile.
    rounds = Round.objects.select_for_update().filter(freeze__isnull=False).order_by("pk")
    return sum(
        withdraw_approval(
            round_,
            Letter.objects.of_round(round_.pk).filter(pk__in=letters.order_by().values("pk")),
            by=by,
        )
        for round_ in rounds
    )
