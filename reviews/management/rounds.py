"""What the commands about a round have in common: naming a round, a user, an instant."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import timezone

from casework.management.refusals import RefusingCommand
from casework.models import Authority
from casework.refusals import Refused
from reviews.models import Letter, Round
from reviews.querysets import LetterQuerySet

LONDON = ZoneInfo("Europe/London")


class RoundCommand(RefusingCommand):
    """A command about a round."""

    def progress(self, deed: str) -> Callable[[int, int], None] | None:
        """Tells a terminal how far long work has come; nothing where nobody watches."""
        if not self.stdout.isatty():
            return None

        def show(done: int, total: int) -> None:
            ending = "\n" if done == total else ""
            self.stdout.write(f"\r{deed} {done:,} of {total:,}{ending}", ending="")
            self.stdout.flush()

        return show


def find_round(year: int) -> Round:
    try:
        return Round.objects.get(year=year)
    except Round.DoesNotExist:
        raise Refused(
            f"There is no round {year}; open it with: manage.py open_round {year} "
            "--letter-date YYYY-MM-DD --publish-at YYYY-MM-DD"
        ) from None


def find_user(username: str) -> User:
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise Refused(f"There is no user {username!r}; --by takes a user name.") from None


def find_authority(name: str) -> Authority:
    """An authority by slug or GSS code, present or former."""
    try:
        return Authority.objects.named(name).get()
    except Authority.DoesNotExist:
        raise Refused(
            f"There is no authority {name!r}; name it by its slug or its GSS code."
        ) from None


def find_letters(round_: Round, authority: str | None) -> LetterQuerySet:
    """The letters of a round, or one authority's."""
    letters = Letter.objects.of_round(round_.pk)
    if authority is not None and round_.freeze_id is not None:
        letters = letters.filter(summary__authority=find_authority(authority))
        if not letters.exists():
            raise Refused(f"{authority} has no letter in the round {round_.year}.")
    return letters


def read_day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
        # It reads 20200722 and 2020-W30-3 too, which nobody else here does.
        if day.isoformat() != text:
            raise ValueError
        return day
    except ValueError:
        raise Refused(f"{text!r} is not a date; write YYYY-MM-DD.") from None


def read_instant(text: str) -> dt.datetime:
    """An ISO 8601 instant, in London time where it has no offset; a date alone means 00:00.

    Refuses a local time that does not exist or exists twice, in the nights the clocks change.
    """
    try:
        if "W" in text.upper():  # weeks, which nobody else here writes
            raise ValueError
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            f"{text!r} is not a date and time; write YYYY-MM-DD or YYYY-MM-DDTHH:MM, with an "
            "offset such as +01:00 if need be."
        ) from None
    if not 1900 <= instant.year <= 2200:
        raise Refused(f"{text} is not in the years 1900 to 2200.")
    if timezone.is_aware(instant):
        return instant
    first, second = (instant.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        exists = first.astimezone(dt.UTC).astimezone(LONDON).replace(tzinfo=None) == instant
        problem = "comes twice" if exists else "does not exist"
        raise Refused(
            f"{text} {problem} in London, where the clocks change that night; add an offset, "
            "+00:00 or +01:00."
        )
    return first
