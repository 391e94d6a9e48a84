"""Working days: every weekday that is neither a bank holiday nor a day on which a clock stands."""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

ONE_DAY = dt.timedelta(days=1)

# Cases wait no longer than this for a caseworker.
ALLOCATION = 20

# Every year has these at least; a year with fewer is not known whole.
HOLIDAYS_OF_A_YEAR = 8

type Pause = tuple[dt.date, dt.date | None]
"""First and last day on which a clock stands still; None: it still does."""


class Calendar:
    """Counts working days around the given bank holidays; pauses may lie on one another."""

    def __init__(self, holidays: Iterable[dt.date]) -> None:
        days = set(holidays)
        # Those on a weekend are none lost.
        self._holidays = sorted(day.toordinal() for day in days if day.weekday() < 5)
        years = Counter(day.year for day in days)
        self._known = {year for year, n in years.items() if n >= HOLIDAYS_OF_A_YEAR}

    def is_working(self, day: dt.date) -> bool:
        return self.between(day - ONE_DAY, day) == 1

    def between(self, first: dt.date, last: dt.date, pauses: Iterable[Pause] = ()) -> int:
        """How many working days come after `first` up to and with `last`; 0 if none do."""
        start, end = first.toordinal(), last.toordinal()
        if end <= start:
            return 0
        working = self._working_to(end) - self._working_to(start)
        for day_before, last_of_pause in _apart(pauses, start, end):
            working -= self._working_to(last_of_pause) - self._working_to(day_before)
        return working

    def after(self, day: dt.date, days: int, pauses: Iterable[Pause] = ()) -> dt.date | None:
        """The day that is so many working days after `day`: `day` itself for 0.

        None while the clock stands still without an end in sight.
        """
        spans = _apart(pauses, day.toordinal(), dt.date.max.toordinal())
        found = day.toordinal()
        while days > 0:
            found += 1
            pause = next((span for span in spans if span[0] < found <= span[1]), None)
            if pause and pause[1] == dt.date.max.toordinal():
                return None
            if pause:
                found = pause[1]
            else:
                days -= self._working_to(found) - self._working_to(found - 1)
        return dt.date.fromordinal(found)

    def warning(self, first: dt.date, last: dt.date) -> str:
        """Says so where the holidays of these days are not known; "" where they are."""
        if not self._known:
            return "No bank holidays are known, so they count as working days: import them."
        if unknown := [y for y in range(first.year, last.year + 1) if y not in self._known]:
            if unknown[-1] > max(self._known):
                return (
                    f"Bank holidays are known only to {max(self._known)}, so later ones count as "
                    "working days: import those of the years after it."
                )
            return (
                f"The bank holidays of {unknown[-1]} are not known, so they count as working days."
            )
        return ""

    def _working_to(self, ordinal: int) -> int:
        """Working days from the first day there is, a Monday, up to and with this one."""
        weeks, days = divmod(ordinal, 7)
        return weeks * 5 + min(days, 5) - bisect_right(self._holidays, ordinal)


def _apart(pauses: Iterable[Pause], start: int, end: int) -> list[tuple[int, int]]:
    """The days after `start` up to and with `end` on which a clock stands, in spans apart.

    Each is the day before its first and its last day.
    """
    spans: list[tuple[int, int]] = []
    for first, last in sorted((a, b or dt.date.max) for a, b in pauses):
        day_before = max(first.toordinal() - 1, start, spans[-1][1] if spans else start)
        until = min(last.toordinal(), end)
        if day_before < until:
            spans.append((day_before, until))
    return spans
