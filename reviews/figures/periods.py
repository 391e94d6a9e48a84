"""The year that figures are counted for: 1 April to 31 March."""

import datetime as dt
from dataclasses import dataclass

MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
]  # fmt: skip


def day_text(day: dt.date) -> str:
    """A date as letters print it, whatever the locale: `22 July 2020`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The year ending 31 March of `year_ending`, both days included."""

    year_ending: int

    @classmethod
    def of(cls, day: dt.date) -> "Period":
        """The period a day is in."""
        return cls(day.year + (day > cls(day.year).last_day))

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year_ending - 1, 4, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year_ending, 3, 31)

    @property
    def text(self) -> str:
        return f"{day_text(self.first_day)} to {day_text(self.last_day)}"

    def __contains__(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day
