"""Seminars and courses: the published numbers of the year ending 2020, all others invented.

Which councils came, to what and how many is always invented.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from reviews.demonstration.chance import one, seeded, shuffled, whole
from reviews.demonstration.councils import OTHER, councils
from reviews.figures.periods import Period

COLUMNS = (
    "kind", "title", "place", "held_on", "audience", "authority", "sector", "people",
)  # fmt: skip
SEMINAR = "Demonstration: link officer seminar"
COURSES = (
    ("Demonstration: effective complaint handling", "local_authority"),
    ("Demonstration: complaints about adult social care", "care_provider"),
    ("Demonstration: putting things right", "local_authority"),
)
CITIES = ("London", "Bristol", "Leeds", "Birmingham", "Manchester", "Exeter", "")


@dataclass(frozen=True, slots=True)
class Year:
    """What a year's events add up to: seminars with their days, delegates and authorities."""

    seminars: tuple[tuple[str, int, int], ...]  # place, month, day
    delegates: int
    authorities: int
    courses: int
    people: int


# Of the year ending 2020 places, delegates, authorities and courses were published, that more than
# 1,400 people came to them, and that there were 47 more courses than the year before.
YEARS = {
    2019: Year((("Manchester", 10, 9), ("Exeter", 11, 20)), 121, 102, 71, 902),
    2020: Year(
        (("London", 5, 15), ("Bristol", 6, 19), ("Leeds", 9, 18), ("Birmingham", 11, 13)),
        178, 143, 118, 1_432,
    ),
    2024: Year((("London", 5, 16), ("Leeds", 10, 10)), 131, 104, 96, 1_180),
    2025: Year((("Bristol", 6, 12), ("Manchester", 10, 16)), 140, 112, 96, 1_236),
    2026: Year((("London", 6, 11), ("Birmingham", 10, 15)), 127, 109, 84, 1_051),
}  # fmt: skip


def learning_events() -> Iterator[tuple[str, ...]]:
    """The rows of the learning events file."""
    for year, sums in YEARS.items():
        yield from _seminars(year, sums)
        yield from _courses(year, sums)


def _seminars(year: int, sums: Year) -> Iterator[tuple[str, ...]]:
    """Each authority comes to one seminar, some of them with two people."""
    chance = seeded("seminars", year)
    period = Period(year)
    there = [
        council.slug
        for council in councils().values()
        if council.kind != OTHER
        and council.within_life(period.first_day) == period.first_day
        and council.within_life(period.last_day) == period.last_day
    ]
    came = shuffled(chance, there)[: sums.authorities]
    with_two = sums.delegates - sums.authorities
    for number, slug in enumerate(came):
        place, month, day = sums.seminars[number % len(sums.seminars)]
        held_on = _day(year, month, day)
        people = 2 if number < with_two else 1
        yield (
            "seminar", SEMINAR, place, held_on.isoformat(), "local_authority", slug,
            "local_authority", str(people),
        )  # fmt: skip


def _courses(year: int, sums: Year) -> Iterator[tuple[str, ...]]:
    """Each course is for the people of one council, or of care providers."""
    chance = seeded("courses", year)
    sizes = _sizes(chance, sums.courses, sums.people)
    period = Period(year)
    days = (period.last_day - period.first_day).days
    there = [council for council in councils().values() if council.kind != OTHER]
    for number, people in enumerate(sizes, start=1):
        held_on = period.first_day + dt.timedelta(days=days * number // (len(sizes) + 1))
        title, audience = one(chance, COURSES)
        council = one(chance, [each for each in there if each.within_life(held_on) == held_on])
        is_for_councils = audience == "local_authority"
        yield (
            "course", f"{title}, no. {number}", one(chance, CITIES), held_on.isoformat(), audience,
            council.slug if is_for_councils else "", audience, str(people),
        )  # fmt: skip


def _sizes(chance: Random, courses: int, people: int) -> list[int]:
    """The people at each course, about alike, which add up to `people`."""
    smallest = people // courses - 4
    sizes = [smallest + whole(chance, 0, 7) for _ in range(courses)]
    position = 0
    while (missing := people - sum(sizes)) != 0:
        sizes[position % courses] += 1 if missing > 0 else -1
        position += 1
    return sizes


def _day(year: int, month: int, day: int) -> dt.date:
    return dt.date(year - (month > 3), month, day)
