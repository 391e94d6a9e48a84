"""Opening a round, and changing what it was opened with."""

import datetime as dt

from django.contrib.auth.models import User
from django.utils import timezone

from casework.actions import recorded
from casework.refusals import Refused
from reviews.models import Demonstration, Letter, Round, RoundEvent
from reviews.rounds.approving import withdraw_approval
from reviews.rounds.steps import record, require
from reviews.rounds.wording import copy_wording


def open_round(*, year: int, letter_on: dt.date, publish_at: dt.datetime, by: User) -> Round:
    """Starts the review of the year ending 31 March of `year`, in the words of the last one."""
    if not 2010 <= year <= 2200:
        raise Refused(f"{year} is not a year from 2010 to 2200.")
    _refuse_publication_before_letters(letter_on, publish_at)
    with recorded(by=by, what=f"Open the round {year}"):
        round_, is_new = Round.objects.get_or_create(
            year=year,
            defaults={
                "letter_on": letter_on,
                "publish_at": publish_at,
                "is_demonstration": Demonstration.objects.exists(),
                "opened_at": timezone.now(),
                "opened_by": by,
            },
        )
        if not is_new:
            raise Refused(f"The round {year} is already open.")
        copy_wording(round_, by=by)
        record(round_, RoundEvent.Action.OPENED, by=by)
    return round_


def reschedule(
    *, round_: Round, by: User, year: int, letter_on: dt.date, publish_at: dt.datetime
) -> int:
    """Changes what a round was opened with; the number of letters that are drafts again for it.

    The year stands once the figures are frozen, the dates once a letter is issued.
    """
    require(by, "reviews.change_round", "change a round")
    _refuse_publication_before_letters(letter_on, publish_at)
    with recorded(by=by, what=f"Change the round {round_.year}"):
        locked = Round.objects.select_for_update().get(pk=round_.pk)
        if locked.freeze_id is not None and locked.year != year:
            raise Refused(f"The round {locked.year} is frozen and keeps its year.")
        letters = Letter.objects.of_round(round_.pk)
        if letters.issued().exists():
            raise Refused(f"Letters of the round {locked.year} are issued, so its dates stand.")
        Round.objects.filter(pk=round_.pk).update(
            year=year, letter_on=letter_on, publish_at=publish_at
        )
        return withdraw_approval(locked, letters, by=by)


def _refuse_publication_before_letters(letter_on: dt.date, publish_at: dt.datetime) -> None:
    if timezone.localdate(publish_at) < letter_on:
        raise Refused(
            f"Publication on {timezone.localdate(publish_at)} comes before the letter date "
            f"{letter_on}; choose that day or a later one."
        )
