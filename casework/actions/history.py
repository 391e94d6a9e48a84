"""Naming who changes what and why; and locking the years whose figures are frozen."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from casework.batches import current_batch
from casework.conditions import REASON_IN_WORDS, in_words
from casework.models import Batch, Change, LockedPeriod
from casework.querysets import ChangeQuerySet
from casework.refusals import Refused
from casework.triggers import BATCH_SETTING


@contextmanager
def recorded(*, by: User, what: str, reason: str = "") -> Iterator[Batch]:
    """A transaction whose changes are one batch: `by` whom, `what` was done, and why.

    Inside another one it joins that batch, and gives it its reason if it has none. A batch without
    changes leaves nothing behind. Raises Refused for a reason without a word.
    """
    reason = reason.strip()
    refuse_without_words(reason)
    with transaction.atomic():
        outer = current_batch.get()
        if outer is not None:
            batch = Batch.objects.get(pk=outer)
            if reason and not batch.reason:
                batch.reason = reason
                batch.save(update_fields=["reason"])
            yield batch
            return
        batch = Batch.objects.create(
            what=what[:100], reason=reason, begun_at=timezone.now(), begun_by=by
        )
        token = current_batch.set(batch.pk)
        try:
            _tell_postgresql(str(batch.pk))
            yield batch
            Batch.objects.filter(pk=batch.pk, changes=None, import_batch=None).delete()
            _tell_postgresql("")
        finally:
            current_batch.reset(token)


def refuse_without_words(reason: str) -> None:
    """The one rule of all reasons: who gives one says at least a word. None may be given."""
    if not reason:
        return
    try:
        in_words(reason)
    except ValidationError:
        raise Refused(REASON_IN_WORDS) from None


def _tell_postgresql(batch: str) -> None:
    """For the rest of the transaction; a rollback takes it back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [BATCH_SETTING, batch])


def lock_period(*, year: int, first_day: dt.date, last_day: dt.date) -> LockedPeriod:
    """From now on a case of this year changes only with a reason; again: from now on.

    The caller lets nobody change cases meanwhile.
    """
    period, _ = LockedPeriod.objects.update_or_create(
        year=year,
        defaults={
            "first_day": first_day,
            "last_day": last_day,
            "locked_at": timezone.now(),
            "last_change": Change.objects.order_by().aggregate(last=Max("pk"))["last"] or 0,
        },
    )
    return period


def changed_since_locked(period: LockedPeriod) -> ChangeQuerySet:
    """Changes since the figures were frozen to cases that count, or counted, in the period."""
    return Change.objects.after(period.last_change).to_cases_between(
        period.first_day, period.last_day
    )


class FrozenYears:
    """The years whose figures are frozen; read when made."""

    def __init__(self) -> None:
        self._periods = list(LockedPeriod.objects.all())

    def year_of(self, dates: Iterable[dt.date | None]) -> int | None:
        """The newest frozen year that one of these dates falls in."""
        days = [date for date in dates if date]
        for period in self._periods:
            if any(period.first_day <= day <= period.last_day for day in days):
                return period.year
        return None
