"""The authorities that cases are made for, read from the files they are imported from."""

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import casework
import reviews
from reviews.figures.periods import Period

CASEWORK_DATA = Path(casework.__file__).parent / "data"
REVIEWS_DATA = Path(reviews.__file__).parent / "data"
AUTHORITIES = CASEWORK_DATA / "authorities.csv"
OTHER_BODIES = CASEWORK_DATA / "other_bodies.csv"
PUBLISHED_FIGURES = REVIEWS_DATA / "published_figures.csv"
PUBLISHED_AVERAGES = REVIEWS_DATA / "published_averages.csv"

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Council:
    """An authority; `kind` is one of the five types, or `other` for every other body.

    `first_day` and `last_day` are None where it has been or is in force without end; `population`
    is 0 where none is known.
    """

    slug: str
    kind: str
    population: int
    first_day: dt.date | None
    last_day: dt.date | None

    def is_in_force_in(self, period: Period) -> bool:
        return (self.first_day is None or self.first_day <= period.last_day) and (
            self.last_day is None or self.last_day >= period.first_day
        )

    def within_life(self, day: dt.date) -> dt.date:
        """The day itself, or the nearest one on which the authority was in force."""
        if self.first_day is not None:
            day = max(day, self.first_day)
        if self.last_day is not None:
            day = min(day, self.last_day)
        return day


def rows(source: Path) -> list[dict[str, str]]:
    with source.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def day(cell: str) -> dt.date | None:
    return dt.date.fromisoformat(cell) if cell else None


@cache
def councils() -> dict[str, Council]:
    """Every authority there is by its slug, in the order of the two files."""
    found = [
        Council(
            slug=row["slug"],
            kind=row.get("authority_type", OTHER),
            population=int(row.get("population") or 0),
            first_day=day(row["start_date"]),
            last_day=day(row["end_date"]),
        )
        for source in (AUTHORITIES, OTHER_BODIES)
        for row in rows(source)
    ]
    return {council.slug: council for council in found}
