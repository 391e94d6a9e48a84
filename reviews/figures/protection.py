"""Protected cells: counts by category from which nobody can tell who complained.

A cell below THRESHOLD could point to a person, so it is not shown. Neither is anything from which
it could be worked out: a total less the other cells, one table less another, an earlier version
less a later one. docs/figures.md, "Protected cells", says the rules in words.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from reviews.figures.counts import Counts

THRESHOLD = 5  # counts below it are protected, 0 among them

# The codes of the nine categories in the order in which a further cell is taken out, the usually
# smallest first. The order is fixed: one that followed the counts would tell something of them.
FURTHER = (
    "other",
    "corporate_and_other",
    "benefits_and_tax",
    "highways_and_transport",
    "environment_and_regulation",
    "planning_and_development",
    "housing",
    "adult_care_services",
    "education_and_childrens_services",
)


@dataclass(frozen=True, slots=True)
class Row:
    """Counts by category as they may be shown: None in a protected cell. The total always is."""

    cells: Mapping[str, int | None]
    total: int

    @property
    def protected(self) -> tuple[str, ...]:
        """The codes of the protected cells, in alphabetical order."""
        return tuple(sorted(code for code, count in self.cells.items() if count is None))


@dataclass(frozen=True, slots=True)
class ByCategory:
    """What may be shown of complaints received, investigated and upheld by category."""

    received: Row
    investigated: Row
    upheld: Row


def by_category(counts: Counts, *, former: Sequence[Counts] = ()) -> ByCategory:
    """What may be shown of one authority's year.

    `former` are the counts of the versions issued before, the first first: what was protected in
    one of them stays protected. It depends on nothing else, no other authority and no hold.
    """
    hidden = _hidden(counts, former)
    return ByCategory(
        received=_row(counts.received_by_category, counts.received, hidden.received),
        investigated=_row(
            counts.investigated_by_category, counts.investigated, hidden.investigated
        ),
        upheld=_row(counts.upheld_by_category, counts.upheld, hidden.upheld),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of all authorities, and those of the groups they fall into."""

    all: ByCategory
    groups: Mapping[str, ByCategory]


def sums(groups: Mapping[str, Iterable[Counts]]) -> Sums:
    """Counts by category of several authorities together, each of which is in one of the groups.

    They are of the first row of every authority in a freeze, as averages are: sums that followed a
    correction would give its difference away. Show them only while all of those rows are public.
    Where a sum could give a cell away, all cells of its table are None: those of every group, since
    one is the whole less the others.
    """
    parts = {name: list(members) for name, members in groups.items()}
    everybody = [counts for members in parts.values() for counts in members]
    return Sums(
        all=_sum(everybody, _safe([everybody])),
        groups={name: _sum(members, _safe(parts.values())) for name, members in parts.items()},
    )


# One authority ------------------------------------------------------------------------------------

type Cells = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Hidden:
    received: frozenset[str] = frozenset()
    investigated: frozenset[str] = frozenset()
    upheld: frozenset[str] = frozenset()


def _hidden(counts: Counts, former: Sequence[Counts] = ()) -> _Hidden:
    before = _hidden(former[-1], former[:-1]) if former else _Hidden()
    investigated, upheld = _hidden_of_two(
        _full(counts.investigated_by_category),
        _full(counts.upheld_by_category),
        before.investigated,
        before.upheld,
    )
    return _Hidden(
        received=_hidden_of_one(_full(counts.received_by_category), before.received),
        investigated=investigated,
        upheld=upheld,
    )


def _full(cells: Cells) -> dict[str, int]:
    """With the zeros that counts leave out."""
    return {code: cells.get(code, 0) for code in FURTHER}


def _row(cells: Cells, total: int, hidden: frozenset[str]) -> Row:
    """Parts that do not add up to their total are of no use to anybody: none is shown."""
    counted = _full(cells)
    is_whole = sum(counted.values()) == total
    shown = {
        code: count if is_whole and code not in hidden else None for code, count in counted.items()
    }
    return Row(dict(sorted(shown.items())), total)


def _hidden_of_one(cells: Cells, before: Iterable[str] = ()) -> frozenset[str]:
    """The protected cells of a table whose total is public."""
    hidden = {code for code, count in cells.items() if count < THRESHOLD} | set(before)
    if hidden:
        further = [code for code in cells if code not in hidden]
        while further and not _has_room(len(hidden), sum(cells[code] for code in hidden)):
            hidden.add(further.pop(0))
    # A sum of 0, which everybody can work out, leaves nothing to protect.
    return frozenset(hidden) if any(cells[code] for code in hidden) else frozenset()


def _has_room(number: int, together: int) -> bool:
    """Whether `number` cells, known to be `together`, can each be anything from 0 up.

    One cell is what is left of the total. Several that together are nearly the most that small
    cells can be are all near THRESHOLD - 1.
    """
    most = THRESHOLD - 1
    return number >= 2 and not most * (number - 1) < together <= most * number


def _hidden_of_two(
    wholes: Cells, parts: Cells, wholes_before: Iterable[str] = (), parts_before: Iterable[str] = ()
) -> tuple[frozenset[str], frozenset[str]]:
    """The protected cells of two tables of which one counts a part of the other.

    The difference, a third table that nobody prints, is protected as they are.
    """
    rests = {code: wholes[code] - parts[code] for code in wholes}
    kept = set(wholes_before)
    hidden = _hidden_of_one(wholes, kept)
    if not any(parts.values()):
        return hidden, frozenset()  # the total says that every part is 0
    if not any(rests.values()):
        return hidden, hidden  # the totals say that every part is its whole
    small = {code for code in wholes if min(parts[code], rests[code]) < THRESHOLD}
    while True:
        none = {code for code in wholes if not wholes[code]} - hidden  # and so are their parts
        both = {*hidden, *small, *parts_before} - none
        further = [code for code in wholes if code not in both | none]
        while both and further and not _have_room(wholes, parts, hidden, both):
            both.add(further.pop(0))
        if not both or _have_room(wholes, parts, hidden, both) or len(kept) == len(wholes):
            return hidden, frozenset(both)
        # With the wholes known the parts are, too, so one more whole is taken out.
        kept |= hidden
        kept |= set([code for code in wholes if code not in kept][:1])
        hidden = _hidden_of_one(wholes, kept)


def _have_room(wholes: Cells, parts: Cells, hidden: frozenset[str], both: Set[str]) -> bool:
    """Whether parts and rests can each be anything from 0 up, or else are THRESHOLD at least.

    `hidden` are the wholes not shown, `both` the parts not shown, of which the sums are known. A
    part whose whole is shown is at least that whole less all hidden rests.
    """
    all_parts = sum(parts[code] for code in both)
    all_rests = sum(wholes[code] - parts[code] for code in both)
    if len(both) < 2 or not all_parts or not all_rests:
        return False
    return not any(
        0 < wholes[code] - others < THRESHOLD
        for code in both - hidden
        for others in (all_parts, all_rests)
    )


# Sums of several authorities ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Loose:
    """A row's cells of which readers know no more than the sum, those in `codes`.

    A case of one such cell may as well be of another. Where `against` is given it changes places
    with a case of that table, since what both cells are together is known.
    """

    cells: Cells
    codes: frozenset[str]
    checked: frozenset[str]
    against: Cells | None = None

    def places(self, *, up: str, down: str) -> int:
        """How many cases the cell `up` can take over from the cell `down`."""
        if not {up, down} <= self.codes:
            return 0
        falls = self.cells[down]
        return falls if self.against is None else min(falls, self.against[up])


def _sum(members: Iterable[Counts], safe: tuple[bool, bool]) -> ByCategory:
    members = list(members)
    received_is_safe, outcomes_are_safe = safe

    def row(cells: Callable[[Counts], Cells], total: int, *, is_safe: bool) -> Row:
        added = {code: sum(cells(each).get(code, 0) for each in members) for code in FURTHER}
        return _row(added, total, frozenset() if is_safe else frozenset(FURTHER))

    return ByCategory(
        received=row(
            lambda each: each.received_by_category,
            sum(each.received for each in members),
            is_safe=received_is_safe,
        ),
        investigated=row(
            lambda each: each.investigated_by_category,
            sum(each.investigated for each in members),
            is_safe=outcomes_are_safe,
        ),
        upheld=row(
            lambda each: each.upheld_by_category,
            sum(each.upheld for each in members),
            is_safe=outcomes_are_safe,
        ),
    )


def _safe(groups: Iterable[Sequence[Counts]]) -> tuple[bool, bool]:
    """Whether sums of complaints received, and of investigations, can be shown of these groups."""
    received, outcomes = True, True
    for members in groups:
        tables: tuple[list[_Loose], ...] = ([], [], [], [], [])
        for counts in members:
            for table, row in zip(tables, _loose(counts), strict=True):
                table.append(row)
        received = received and _can_all_be_0(tables[0])
        outcomes = outcomes and all(map(_can_all_be_0, tables[1:]))
    return received, outcomes


def _loose(counts: Counts) -> tuple[_Loose, ...]:
    hidden = _hidden(counts)
    received = _full(counts.received_by_category)
    wholes = _full(counts.investigated_by_category)
    parts = _full(counts.upheld_by_category)
    rests = {code: wholes[code] - parts[code] for code in wholes}
    whole, part = hidden.investigated, hidden.upheld
    return (
        _Loose(received, hidden.received, hidden.received),
        # Where the whole is hidden a case may be of another category…
        _Loose(parts, whole, whole),
        _Loose(rests, whole, whole),
        # …and where it is shown, of another outcome.
        _Loose(parts, part, part - whole, against=rests),
        _Loose(rests, part, part - whole, against=parts),
    )


def _can_all_be_0(rows: Sequence[_Loose]) -> bool:
    """Whether each small cell could be 0 without any sum of a row or a column being another.

    Its cases go to other cells of the row, and as many of other rows come the opposite way. Where
    each of those cells leaves as many places elsewhere as there are cases to move, one case after
    the other finds a place.
    """
    places = {
        (up, down): sum(row.places(up=up, down=down) for row in rows)
        for up in FURTHER
        for down in FURTHER
    }

    def elsewhere(row: _Loose, *, up: str, down: str) -> int:
        return places[up, down] - row.places(up=up, down=down)

    def can_be_0(row: _Loose, code: str) -> bool:
        count, others = row.cells[code], row.codes - {code}
        if row.against is None:
            return count <= sum(elsewhere(row, up=code, down=other) for other in others)
        return count <= sum(
            row.against[other] for other in others if elsewhere(row, up=code, down=other) >= count
        )

    return all(
        can_be_0(row, code) for row in rows for code in row.checked if row.cells[code] < THRESHOLD
    )
