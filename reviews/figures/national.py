"""The figures of all authorities together, for the national review: sums of frozen rows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from reviews.figures.counts import COUNTED, Counts
from reviews.figures.protection import ByCategory, Row

BY_CATEGORY = tuple(f.name for f in fields(Counts) if f.name.endswith("_by_category"))


def total(members: Iterable[Counts]) -> Counts:
    """Every figure summed, the categories one by one; nothing gives a value of zeros."""
    members = list(members)
    numbers: dict[str, Any] = {
        name: sum(getattr(member, name) for member in members) for name in COUNTED
    }
    for name in BY_CATEGORY:
        summed = Counter[str]()
        for member in members:
            summed.update(getattr(member, name))
        numbers[name] = {code: number for code, number in sorted(summed.items()) if number}
    return Counts(**numbers)


@dataclass(frozen=True, slots=True)
class Categories:
    """Cases by category, of version 1 of every row of a freeze; None for a table that is withheld.

    Of every row, since two sums of different rows, such as before and after a hold or a correction,
    would tell the difference: what one authority's protected cells are.
    """

    received: Mapping[str, int] | None
    investigated: Mapping[str, int] | None
    upheld: Mapping[str, int] | None


def shown_categories(protected: ByCategory) -> Categories:
    """The tables of a sum that give no authority's cell away; the others are withheld."""
    return Categories(
        received=_whole(protected.received),
        investigated=_whole(protected.investigated),
        upheld=_whole(protected.upheld),
    )


def _whole(row: Row) -> Mapping[str, int] | None:
    cells = {code: number for code, number in row.cells.items() if number is not None}
    return cells if len(cells) == len(row.cells) else None


@dataclass(frozen=True, slots=True)
class Group:
    """All authorities of one type: how many they are, and their figures summed."""

    authority_type: str
    authorities: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class National:
    """The figures of one year, of as many authorities as `groups` say.

    `reported` is the number of authorities that a public report was issued about.
    `recommendations` are those of the year's upheld decisions by category, or None where they were
    not counted, which is not the same as none. `categories` are the counts by category that may be
    shown, or None where none may be, because not every row of the year is public.
    """

    year_ending: int
    groups: tuple[Group, ...]
    reported: int = 0
    recommendations: Mapping[str, int] | None = None
    categories: Categories | None = None

    @property
    def authorities(self) -> int:
        return sum(group.authorities for group in self.groups)

    @property
    def counts(self) -> Counts:
        return total(group.counts for group in self.groups)


def national(
    year_ending: int,
    rows: Iterable[tuple[str, Counts]],
    *,
    types: Sequence[str],
    reported: int = 0,
    recommendations: Mapping[str, int] | None = None,
    categories: Categories | None = None,
) -> National:
    """The figures from each authority's type and counts; groups stand in the order of `types`.

    A type without an authority is left out. Raises ValueError for a type that is not among them.
    """
    by_type: dict[str, list[Counts]] = {code: [] for code in types}
    for authority_type, counts in rows:
        if authority_type not in by_type:
            raise ValueError(f"{authority_type!r} is not a type of authority")
        by_type[authority_type].append(counts)
    return National(
        year_ending=year_ending,
        groups=tuple(
            Group(code, len(members), total(members))
            for code, members in by_type.items()
            if members
        ),
        reported=reported,
        recommendations=recommendations,
        categories=categories,
    )


def problems(found: National) -> list[str]:
    """Where categories do not come to their whole, in words; empty when all is well."""
    counts = found.counts
    return [
        f"{label} by category come to {parts:,}, but there are {whole:,}"
        for label, parts, whole in (
            ("complaints received", sum(counts.received_by_category.values()), counts.received),
            (
                "investigations",
                sum(counts.investigated_by_category.values()),
                counts.investigated,
            ),
            ("upheld decisions", sum(counts.upheld_by_category.values()), counts.upheld),
        )
        if parts != whole
    ]


def to_plain(found: National) -> dict[str, Any]:
    """The figures as dictionaries, lists, text and numbers, to be stored as JSON."""
    return asdict(found)


def from_plain(plain: Mapping[str, Any]) -> National:
    """The figures that `to_plain` stored."""
    groups = tuple(
        Group(each["authority_type"], each["authorities"], Counts(**each["counts"]))
        for each in plain["groups"]
    )
    found = plain["categories"]
    return National(
        **{**plain, "groups": groups, "categories": Categories(**found) if found else None}
    )
