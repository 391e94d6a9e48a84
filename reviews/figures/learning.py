"""Seminars and courses of a year: who came, how many, and what letters may say of it.

A number that is not known, because no event or nobody at it was recorded, is 0 here and has no
text: letters never say "0 courses".
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from reviews.figures.periods import Period

SEMINAR, COURSE = "seminar", "course"

# How each number is spoken of, one and several.
NOUNS = {
    "seminars": ("seminar", "seminars"),
    "seminar_delegates": ("delegate", "delegates"),
    "seminar_authorities": ("local authority", "local authorities"),
    "courses": ("course", "courses"),
    "course_people": ("person", "people"),
}


@dataclass(frozen=True, slots=True)
class Attended:
    """So many people from one authority, or from bodies that are none, at one event.

    `event` and `authority` are keys. An event at which nobody is recorded is one of these without
    people. A blank place is an event held online.
    """

    event: int
    kind: str
    held_on: dt.date
    place: str = ""
    authority: int | None = None
    people: int = 0


@dataclass(frozen=True, slots=True)
class Learning:
    """What was held in one year.

    `seminar_delegates` are people from local authorities at seminars, `seminar_authorities` those
    authorities, each once; `seminar_places` are in the order of the first seminar there;
    `course_people` are people of every sector at courses.
    """

    seminars: int = 0
    seminar_delegates: int = 0
    seminar_authorities: int = 0
    seminar_places: tuple[str, ...] = ()
    courses: int = 0
    course_people: int = 0

    @property
    def is_nothing(self) -> bool:
        return not self.seminars and not self.courses


NUMBERS = tuple(f.name for f in fields(Learning) if f.name != "seminar_places")


def count(rows: Iterable[Attended], period: Period) -> Learning:
    """What `rows` come to in a period; those of other days are left out."""
    held = [row for row in rows if row.held_on in period]
    seminars = sorted(
        (row for row in held if row.kind == SEMINAR), key=lambda row: (row.held_on, row.event)
    )
    courses = [row for row in held if row.kind == COURSE]
    delegates = [row for row in seminars if row.authority is not None]
    places: dict[str, str] = {}
    for row in seminars:
        if row.place:
            places.setdefault(row.place.casefold(), row.place)
    return Learning(
        seminars=len({row.event for row in seminars}),
        seminar_delegates=sum(row.people for row in delegates),
        seminar_authorities=len({row.authority for row in delegates}),
        seminar_places=tuple(places.values()),
        courses=len({row.event for row in courses}),
        course_people=sum(row.people for row in courses),
    )


@dataclass(frozen=True, slots=True)
class LearningFigures:
    """What was held in a year and in the year before it; without anything, nothing is known."""

    now: Learning = field(default_factory=Learning)
    before: Learning = field(default_factory=Learning)

    def change(self, number: str) -> int | None:
        """The change on the year before; None where one of the two years has none recorded."""
        now, before = getattr(self.now, number), getattr(self.before, number)
        return now - before if now and before else None

    def change_text(self, number: str) -> str:
        """The change in words: `47 more courses than the year before`; "" where there is none."""
        change = self.change(number)
        if change is None:
            return ""
        one, several = NOUNS[number]
        if change == 0:
            return f"as many {several} as the year before"
        noun = one if abs(change) == 1 else several
        comparison = "more" if change > 0 else "fewer"
        return f"{abs(change):,} {comparison} {noun} than the year before"


def listed(places: Sequence[str]) -> str:
    """`London, Bristol, Leeds and Birmingham`; "" for none."""
    if len(places) < 2:
        return "".join(places)
    return f"{', '.join(places[:-1])} and {places[-1]}"


def round_number(number: int) -> str:
    """In full hundreds: `more than 1,400`, or `1,400` where it is exactly that.

    Below a hundred as it is; "" for 0.
    """
    if number < 100:
        return _number(number)
    hundreds = number // 100 * 100
    return f"{hundreds:,}" if hundreds == number else f"more than {hundreds:,}"


def _number(number: int) -> str:
    return f"{number:,}" if number else ""


def _spoken(held: Learning, name: str, figure: Callable[[int], str] = _number) -> str:
    """`1 course`, `118 courses`, `more than 1,400 people`; "" for none."""
    many: int = getattr(held, name)
    one, several = NOUNS[name]
    return f"{figure(many)} {one if many == 1 else several}" if many else ""


class Placeholder(NamedTuple):
    """A name that stands for a text in the wording of letters; "" is no value."""

    description: str
    example: str
    text: Callable[[LearningFigures], str]


class Condition(NamedTuple):
    """A name on which words of letters may hang."""

    description: str
    example: str
    holds: Callable[[LearningFigures], bool]


PLACEHOLDERS: dict[str, Placeholder] = {
    "number of seminars": Placeholder(
        "Seminars held in the year",
        "4 seminars",
        lambda f: _spoken(f.now, "seminars"),
    ),
    "number of seminar delegates": Placeholder(
        "People from local authorities at the seminars of the year",
        "178 delegates",
        lambda f: _spoken(f.now, "seminar_delegates"),
    ),
    "number of seminar authorities": Placeholder(
        "Local authorities at the seminars of the year, each counted once",
        "143 local authorities",
        lambda f: _spoken(f.now, "seminar_authorities"),
    ),
    "number of courses": Placeholder(
        "Courses held in the year",
        "118 courses",
        lambda f: _spoken(f.now, "courses"),
    ),
    "number of people trained": Placeholder(
        "People at the courses of the year, from all sectors",
        "1,432 people",
        lambda f: _spoken(f.now, "course_people"),
    ),
    "number of people trained in hundreds": Placeholder(
        "People at the courses of the year, in full hundreds",
        "more than 1,400 people",
        lambda f: _spoken(f.now, "course_people", round_number),
    ),
    "number of seminars before": Placeholder(
        "Seminars held in the year before",
        "4 seminars",
        lambda f: _spoken(f.before, "seminars"),
    ),
    "number of seminar delegates before": Placeholder(
        "People from local authorities at the seminars of the year before",
        "166 delegates",
        lambda f: _spoken(f.before, "seminar_delegates"),
    ),
    "number of seminar authorities before": Placeholder(
        "Local authorities at the seminars of the year before, each counted once",
        "144 local authorities",
        lambda f: _spoken(f.before, "seminar_authorities"),
    ),
    "number of courses before": Placeholder(
        "Courses held in the year before",
        "71 courses",
        lambda f: _spoken(f.before, "courses"),
    ),
    "number of people trained before": Placeholder(
        "People at the courses of the year before, from all sectors",
        "900 people",
        lambda f: _spoken(f.before, "course_people"),
    ),
    # Older names, which texts of former rounds have.
    "seminars": Placeholder(
        "Seminars held in the year, the number alone", "4", lambda f: _number(f.now.seminars)
    ),
    "seminar places": Placeholder(
        "Where the seminars of the year were held, in the order of their days",
        "London, Bristol, Leeds and Birmingham",
        lambda f: listed(f.now.seminar_places),
    ),
    "seminar delegates": Placeholder(
        "People from local authorities at the seminars of the year, the number alone",
        "178",
        lambda f: _number(f.now.seminar_delegates),
    ),
    "seminar authorities": Placeholder(
        "Local authorities at the seminars of the year, each counted once, the number alone",
        "143",
        lambda f: _number(f.now.seminar_authorities),
    ),
    "courses": Placeholder(
        "Courses held in the year, the number alone", "118", lambda f: _number(f.now.courses)
    ),
    "people trained": Placeholder(
        "People at the courses of the year, from all sectors, the number alone",
        "1,432",
        lambda f: _number(f.now.course_people),
    ),
    "people trained in hundreds": Placeholder(
        "People at the courses of the year, in full hundreds, the number alone",
        "more than 1,400",
        lambda f: round_number(f.now.course_people),
    ),
    "change in seminars": Placeholder(
        "Seminars compared with the year before",
        "as many seminars as the year before",
        lambda f: f.change_text("seminars"),
    ),
    "change in seminar delegates": Placeholder(
        "People from local authorities at seminars compared with the year before",
        "12 more delegates than the year before",
        lambda f: f.change_text("seminar_delegates"),
    ),
    "change in seminar authorities": Placeholder(
        "Local authorities at seminars compared with the year before",
        "1 fewer local authority than the year before",
        lambda f: f.change_text("seminar_authorities"),
    ),
    "change in courses": Placeholder(
        "Courses compared with the year before",
        "47 more courses than the year before",
        lambda f: f.change_text("courses"),
    ),
    "change in people trained": Placeholder(
        "People at courses compared with the year before",
        "532 more people than the year before",
        lambda f: f.change_text("course_people"),
    ),
    "seminars before": Placeholder(
        "Seminars held in the year before, the number alone",
        "4",
        lambda f: _number(f.before.seminars),
    ),
    "seminar places before": Placeholder(
        "Where the seminars of the year before were held, in the order of their days",
        "Manchester and Exeter",
        lambda f: listed(f.before.seminar_places),
    ),
    "seminar delegates before": Placeholder(
        "People from local authorities at the seminars of the year before, the number alone",
        "166",
        lambda f: _number(f.before.seminar_delegates),
    ),
    "seminar authorities before": Placeholder(
        "Local authorities at the seminars of the year before, each counted once, the number alone",
        "144",
        lambda f: _number(f.before.seminar_authorities),
    ),
    "courses before": Placeholder(
        "Courses held in the year before, the number alone",
        "71",
        lambda f: _number(f.before.courses),
    ),
    "people trained before": Placeholder(
        "People at the courses of the year before, from all sectors, the number alone",
        "900",
        lambda f: _number(f.before.course_people),
    ),
}

CONDITIONS: dict[str, Condition] = {
    "seminars held": Condition(
        "A seminar is recorded for the year",
        "4 seminars",
        lambda f: f.now.seminars > 0,
    ),
    "seminars in places": Condition(
        "A seminar of the year is recorded with its place, so was not held online",
        "London, Bristol, Leeds and Birmingham",
        lambda f: bool(f.now.seminar_places),
    ),
    "seminars known before": Condition(
        "A seminar is recorded for the year and one for the year before",
        "4 seminars, 4 the year before",
        lambda f: f.change("seminars") is not None,
    ),
    "seminar delegates recorded": Condition(
        "Somebody from a local authority is recorded at a seminar of the year",
        "178 delegates",
        lambda f: f.now.seminar_delegates > 0,
    ),
    "seminar delegates known before": Condition(
        "The same, and also for the year before",
        "178 delegates, 166 the year before",
        lambda f: f.change("seminar_delegates") is not None,
    ),
    "seminar places known before": Condition(
        "A seminar is recorded for the year, and one for the year before with its place",
        "Manchester and Exeter",
        lambda f: f.now.seminars > 0 and bool(f.before.seminar_places),
    ),
    "courses held": Condition(
        "A course is recorded for the year",
        "118 courses",
        lambda f: f.now.courses > 0,
    ),
    "courses known before": Condition(
        "A course is recorded for the year and one for the year before",
        "118 courses, 71 the year before",
        lambda f: f.change("courses") is not None,
    ),
    "more courses than before": Condition(
        "There were more courses than the year before, in which there was one at least",
        "118 courses, 71 the year before",
        lambda f: (f.change("courses") or 0) > 0,
    ),
    "fewer courses than before": Condition(
        "There were fewer courses than the year before, but one at least",
        "71 courses, 118 the year before",
        lambda f: (f.change("courses") or 0) < 0,
    ),
    "people trained recorded": Condition(
        "Somebody is recorded at a course of the year",
        "1,432 people",
        lambda f: f.now.course_people > 0,
    ),
    "people trained known before": Condition(
        "The same, and also for the year before",
        "1,432 people, 900 the year before",
        lambda f: f.change("course_people") is not None,
    ),
    "more people trained than before": Condition(
        "More people came to courses than the year before, when some did",
        "1,432 people, 900 the year before",
        lambda f: (f.change("course_people") or 0) > 0,
    ),
}


def placeholders(figures: LearningFigures) -> dict[str, str]:
    """The text of each placeholder that has one; the others are left out."""
    texts = {name: placeholder.text(figures) for name, placeholder in PLACEHOLDERS.items()}
    return {name: text for name, text in texts.items() if text}


def conditions(figures: LearningFigures) -> dict[str, bool]:
    """Whether each condition holds."""
    return {name: condition.holds(figures) for name, condition in CONDITIONS.items()}
