"""A hexagon for each council: England, with every council as large as every other.

Councils in cities stand hundreds of times denser than those in the country, so their places cannot
simply be rounded to a grid. Four steps make the map of the first day:

1. *Relaxed*: each council is to stand about as far from its neighbours as they from theirs, in the
   direction in which they are (least squares); sparse parts keep a little of their distance.
2. *Spread*: those that still overlap push one another apart.
3. *Assigned*: each takes a cell of the grid, so that the squares of the ways add up to the least.
4. *Settled*: holes are closed by chains of councils that each move by one cell; councils change
   places as long as that brings neighbours together and keeps inland who is inland.

Later days start from the day before: who stays keeps its cell, new councils take the cells of those
that ended where they are, and holes are closed as long as nine in ten keep their cells. So nothing
that happens later changes an earlier map. There is no chance in it, and floating point is used for
sums, products, quotients and square roots alone, which are the same on every machine.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from math import floor, sqrt

from reviews.figures.neighbours import Point, neighbourhood

# Axial coordinates in a grid of hexagons with a corner on top: column and row. Rows go south, and
# each stands half a cell further east than the one above.
type Cell = tuple[int, int]
type Spot = tuple[float, float]

FIRST_DAY = dt.date(2009, 4, 1)
# Of the councils that stay, one in so many may move to another cell at one change.
MOVABLE = 10

_ROW_HEIGHT = sqrt(3) / 2
_STEPS: tuple[Cell, ...] = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))


@dataclass(frozen=True, slots=True)
class Place:
    """A council to be placed: `key` is its own for good, days as in the register.

    `latitude` and `longitude` in degrees; None where they are not known.
    """

    key: str
    latitude: Decimal | None
    longitude: Decimal | None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None

    def is_in_force_on(self, day: dt.date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or day <= self.ends_on
        )


type Layout = Mapping[str, Cell]


def layout_on(places: Iterable[Place], day: dt.date) -> Layout:
    """The cell of each council in force on a day from 1 April 2009, by key; no cell twice.

    Those whose coordinates are not known stand in a row below the map.
    """
    if day < FIRST_DAY:
        raise ValueError(f"there is no map of a day before {FIRST_DAY}")
    places = sorted(places, key=lambda place: place.key)
    known = tuple(place for place in places if _is_known(place))
    found = dict(next(layout for since, layout in reversed(_layouts(known)) if since <= day))
    row = max((cell[1] for cell in found.values()), default=-2) + 2
    west = min((2 * q + r for q, r in found.values()), default=0)
    others = (place for place in places if not _is_known(place) and place.is_in_force_on(day))
    for number, place in enumerate(others):
        found[place.key] = ((west - row) // 2 + number, row)
    return found


def _is_known(place: Place) -> bool:
    return place.latitude is not None and place.longitude is not None


@lru_cache(maxsize=8)
def _layouts(places: tuple[Place, ...]) -> tuple[tuple[dt.date, Layout], ...]:
    """Each day on which the councils are others than before, and their layout from then on."""
    points = _points(places)
    days = {place.starts_on for place in places if place.starts_on}
    days |= {place.ends_on + dt.timedelta(days=1) for place in places if place.ends_on}
    board = _Board()
    found: list[tuple[dt.date, Layout]] = []
    for day in sorted({FIRST_DAY} | {day for day in days if day > FIRST_DAY}):
        keys = [place.key for place in places if place.is_in_force_on(day)]
        near = neighbourhood([points[key] for key in keys])
        board.neighbours = _by_key(keys, near.pairs)
        board.rim = frozenset(keys[number] for number in near.edge)
        if board.cells:
            _pass_on(board, keys, points)
        else:
            _begin(board, keys, points, near.pairs)
        found.append((day, dict(board.cells)))
    return tuple(found)


def _by_key(keys: Sequence[str], pairs: Iterable[tuple[int, int]]) -> dict[str, list[str]]:
    beside: dict[str, list[str]] = {key: [] for key in keys}
    for a, b in pairs:
        beside[keys[a]].append(keys[b])
        beside[keys[b]].append(keys[a])
    return beside


def _begin(
    board: "_Board",
    keys: Sequence[str],
    points: Mapping[str, Point],
    pairs: Iterable[tuple[int, int]],
) -> None:
    """The first day's councils on an empty board."""
    mine = [points[key] for key in keys]
    ties = _ties(mine, pairs)
    board.wishes = dict(zip(keys, _spread(_relaxed(mine, ties), ties), strict=True))
    cells = _assigned(
        {
            key: {cell: _cost(cell, spot) for cell in _within(_cell_at(spot), _CHOICE)}
            for key, spot in board.wishes.items()
        }
    )
    for key, cell in cells.items():
        board.put(key, cell)
    _settle(board, {})


def _pass_on(board: "_Board", keys: Sequence[str], points: Mapping[str, Point]) -> None:
    """From the councils of one day to those of the next.

    At most one in ten of those who stay move, or as many as new councils need to have room.
    """
    standing = set(keys)
    former = {key: board.remove(key) for key in sorted(board.cells.keys() - standing)}
    begun = [key for key in keys if key not in board.cells]
    stayed = dict(board.cells)
    heirs = _heirs(begun, sorted(former), points)
    for key, predecessor in heirs.items():
        board.begin(key, former[predecessor])
    for key in begun:
        if key not in heirs:
            _squeeze_in(board, key, points)
    _settle(board, stayed)


def _heirs(
    begun: Sequence[str], ended: Sequence[str], points: Mapping[str, Point]
) -> dict[str, str]:
    """For each that began the one that ended whose cell it takes: as near as can be, all told.

    Where more begin than end, some are left out.
    """
    few, many = (begun, ended) if len(begun) <= len(ended) else (ended, begun)
    numbered = {(number, 0): key for number, key in enumerate(many)}
    taken = _assigned(
        {
            key: {cell: _apart(points[key], points[other]) for cell, other in numbered.items()}
            for key in few
        }
    )
    pairs = ((key, numbered[cell]) for key, cell in taken.items())
    return dict(pairs) if few is begun else {one: other for other, one in pairs}


def _squeeze_in(board: "_Board", key: str, points: Mapping[str, Point]) -> None:
    """Beside the nearest council, on the side it is to; who stands there makes room for it."""
    if not board.cells:
        board.begin(key, (0, 0))
        return
    nearest = min(board.cells, key=lambda other: (_apart(points[key], points[other]), other))
    east, south = (one - other for one, other in zip(points[key], points[nearest], strict=True))
    length = sqrt(east * east + south * south)
    x, y = centre(board.cells[nearest])
    wish = (x + east / length, y + south / length)
    cell = min(around(board.cells[nearest]), key=lambda each: (_cost(each, wish), each))
    board.make_room(cell)
    board.begin(key, cell)


def _settle(board: "_Board", stayed: Layout) -> None:
    """Close holes and inlets, and let everybody who may find a better cell.

    Of those who stayed, all but one in ten stand again where they stood.
    """
    everybody = frozenset(board.cells)
    for _ in range(_REPEATS):
        before = dict(board.cells)
        _close_holes(board, stayed)
        if stayed:
            _close_inlets(board, stayed)
        board.improve(everybody - stayed.keys() | _moved(board, stayed))
        if board.cells == before:
            return
    _close_holes(board, stayed)


def _close_holes(board: "_Board", stayed: Layout) -> None:
    """The cheapest first, as long as few enough of those who stayed have to move."""
    most = _most(board, stayed)
    while (holes := board.holes()) and (path := board.chain(holes)):
        board.shift(path)
        if len(_moved(board, stayed)) > most:
            board.shift(path[::-1])
            return


def _close_inlets(board: "_Board", stayed: Layout) -> None:
    """Those whose closing brings people together; by the sea it may well be right to have one."""
    most = _most(board, stayed)
    tried: set[Cell] = set()
    while inlet := next((cell for cell in board.inlets() if cell not in tried), None):
        tried.add(inlet)
        if path := board.chain([inlet]):
            touched = board.touched(path)
            before = board.total(touched)
            board.shift(path)
            if board.total(touched) < before and len(_moved(board, stayed)) <= most:
                tried.clear()
            else:
                board.shift(path[::-1])


def _most(board: "_Board", stayed: Layout) -> int:
    """How many may move: of the first day all."""
    return max(len(stayed) // MOVABLE, len(_moved(board, stayed))) if stayed else len(board.cells)


def _moved(board: "_Board", stayed: Layout) -> set[str]:
    """Those who stayed and stand on another cell."""
    return {key for key, cell in stayed.items() if board.cells[key] != cell}


# Geometry -----------------------------------------------------------------------------------------

# The cosine of 52.8 degrees, where England has its middle, in thousandths.
_NARROW = 604


def _points(places: Sequence[Place]) -> dict[str, Point]:
    """To the east and to the south, in 100,000,000ths of a degree of latitude; no point twice."""
    points: dict[str, Point] = {}
    taken: set[Point] = set()
    # Of two in one place the older has it, so that a new one changes no earlier map.
    for place in sorted(places, key=lambda place: (place.starts_on or dt.date.min, place.key)):
        x = int((place.longitude or 0) * 100_000) * _NARROW
        y = -int((place.latitude or 0) * 100_000) * 1000
        while (x, y) in taken:
            x, y = x + 7, y + 11
        taken.add((x, y))
        points[place.key] = (x, y)
    return points


def centre(cell: Cell) -> Spot:
    """The middle of a cell, where the middles of neighbouring cells are 1 apart."""
    return (cell[0] + cell[1] / 2, cell[1] * _ROW_HEIGHT)


def around(cell: Cell) -> list[Cell]:
    """The six cells beside a cell, clockwise from the east."""
    return [(cell[0] + q, cell[1] + r) for q, r in _STEPS]


def distance(one: Cell, other: Cell) -> int:
    """The number of steps from cell to cell."""
    q, r = one[0] - other[0], one[1] - other[1]
    return max(abs(q), abs(r), abs(q + r))


def _within(cell: Cell, steps: int) -> list[Cell]:
    """The cells at most so many steps away, itself included, in order."""
    return [
        (cell[0] + q, cell[1] + r)
        for q in range(-steps, steps + 1)
        for r in range(max(-steps, -q - steps), min(steps, -q + steps) + 1)
    ]


def _cell_at(spot: Spot) -> Cell:
    """The cell a spot is in."""
    row = floor(spot[1] / _ROW_HEIGHT + 0.5)
    rough = (floor(spot[0] - row / 2 + 0.5), row)
    return min(_within(rough, 1), key=lambda cell: (_square(cell, spot), cell))


def _square(cell: Cell, spot: Spot) -> float:
    """The squared distance of a cell's middle from a spot."""
    x, y = centre(cell)
    return (x - spot[0]) * (x - spot[0]) + (y - spot[1]) * (y - spot[1])


# Relaxing and spreading ---------------------------------------------------------------------------

_SCALE = 3.2 / 100_000_000  # cells in the units of the points, roughly, to begin with
_NEAREST, _FARTHEST = 0.8, 2.0
_SWEEPS = 300
_OVERSHOOT = 1.6
_SPREADS = 80
_PULL = 0.25
_PUSH = 0.4  # of an overlap, by each of the two
# How the grid lies under the spots: of those tried, so most neighbours come together.
_EAST, _SOUTH = 0.25, 0.433


@dataclass(frozen=True, slots=True)
class _Tie:
    """What a council wishes of one neighbour: to stand this far east and south of it."""

    other: int
    east: float
    south: float


def _ties(points: Sequence[Point], pairs: Iterable[tuple[int, int]]) -> list[list[_Tie]]:
    """A neighbour is wished for about 1 away, less in cities and more in the country.

    So bays and estuaries stay open.
    """
    lengths = {}
    for a, b in pairs:
        x, y = points[b][0] - points[a][0], points[b][1] - points[a][1]
        lengths[a, b] = sqrt(x * x + y * y)
    usual = sorted(lengths.values())[len(lengths) // 2] if lengths else 1.0
    ties: list[list[_Tie]] = [[] for _ in points]
    for (a, b), length in lengths.items():
        part = _part(length / usual) / length
        east, south = (points[b][0] - points[a][0]) * part, (points[b][1] - points[a][1]) * part
        ties[a].append(_Tie(b, -east, -south))
        ties[b].append(_Tie(a, east, south))
    return ties


def _part(times: float) -> float:
    """The distance wished for of one that is so many times the usual: its power of 3/8, bounded."""
    root = sqrt(sqrt(times))
    return min(_FARTHEST, max(_NEAREST, root * sqrt(root)))


def _relaxed(points: Sequence[Point], ties: Sequence[Sequence[_Tie]]) -> list[Spot]:
    """Spots that fit the wishes best, by successive over-relaxation."""
    spots = [(x * _SCALE, y * _SCALE) for x, y in points]
    forth = [number for number, wishes in enumerate(ties) if wishes]
    for sweep in range(_SWEEPS):
        for number in forth if sweep % 2 == 0 else reversed(forth):
            x, y = spots[number]
            east, south = _wished(spots, ties[number])
            spots[number] = (x + _OVERSHOOT * (east - x), y + _OVERSHOOT * (south - y))
    return spots


def _wished(spots: Sequence[Spot], wishes: Sequence[_Tie]) -> Spot:
    """The mean of the spots where its neighbours would have a council."""
    east = south = 0.0
    for wish in wishes:
        x, y = spots[wish.other]
        east += x + wish.east
        south += y + wish.south
    return (east / len(wishes), south / len(wishes))


def _spread(spots: Sequence[Spot], ties: Sequence[Sequence[_Tie]]) -> list[Spot]:
    """Spots at least about 1 apart, near to where they were and to their neighbours."""
    for _ in range(_SPREADS):
        pulled = []
        for (x, y), wishes in zip(spots, ties, strict=True):
            east, south = _wished(spots, wishes) if wishes else (x, y)
            pulled.append((x + _PULL * (east - x), y + _PULL * (south - y)))
        spots = _pushed(_pushed(pulled))
    return [(x + _EAST, y + _SOUTH) for x, y in spots]


def _pushed(spots: Sequence[Spot]) -> list[Spot]:
    """Each two that are nearer than 1 moved apart by most of what they overlap."""
    squares: dict[Cell, list[int]] = {}
    for number, (x, y) in enumerate(spots):
        squares.setdefault((floor(x), floor(y)), []).append(number)
    east, south = [x for x, _ in spots], [y for _, y in spots]
    for (column, row), here in squares.items():
        # Each two squares side by side once: the one itself and four of those around it.
        there = [
            other
            for beside, below in ((1, 0), (-1, 1), (0, 1), (1, 1))
            for other in squares.get((column + beside, row + below), ())
        ]
        for place, number in enumerate(here):
            x, y = spots[number]
            for other in (*here[place + 1 :], *there):
                dx, dy = spots[other][0] - x, spots[other][1] - y
                square = dx * dx + dy * dy
                if square < 1:
                    length = sqrt(square) or 0.001
                    push = _PUSH * (1 - length) / length
                    east[number] -= dx * push
                    south[number] -= dy * push
                    east[other] += dx * push
                    south[other] += dy * push
    return list(zip(east, south, strict=True))


# Assigning ----------------------------------------------------------------------------------------


def _assigned(costs: Mapping[str, Mapping[Cell, int]]) -> dict[str, Cell]:
    """A cell of its own for each key, so that the sum of the costs is the least.

    By shortest augmenting paths. Raises IndexError where there are too few cells to choose from.
    """
    owners: dict[Cell, str] = {}
    prices: dict[Cell, int] = {}
    gains: dict[str, int] = {}
    cells: dict[str, Cell] = {}
    for new in costs:
        gains[new] = 0
        reached: dict[Cell, int] = {}
        asked_by: dict[Cell, str] = {}
        done: dict[Cell, int] = {}
        waiting: list[tuple[int, Cell]] = []
        asking, way = new, 0
        while True:
            for cell, cost in costs[asking].items():
                further = way + cost - gains[asking] - prices.get(cell, 0)
                if cell not in done and (cell not in reached or further < reached[cell]):
                    reached[cell] = further
                    asked_by[cell] = asking
                    heappush(waiting, (further, cell))
            way, cell = heappop(waiting)
            while cell in done:
                way, cell = heappop(waiting)
            if cell not in owners:
                break
            done[cell] = way
            asking = owners[cell]
        gains[new] += way
        for each, reached_at in done.items():
            prices[each] = prices.get(each, 0) - (way - reached_at)
            gains[owners[each]] += way - reached_at
        # The free cell goes to who asked for it, that one's former cell to who asked for that.
        while True:
            owner = asked_by[cell]
            former = cells.get(owner)
            cells[owner], owners[cell] = cell, owner
            if former is None:
                break
            cell = former
    return cells


# Settling -----------------------------------------------------------------------------------------

# Costs in thousandths of a squared step, so that sums are exact in whatever order.
_FROM_WISH = 300  # the squared distance from where it wishes to stand
_APART = 1000  # each step between neighbours, from the third on half as much again
_INLAND_EXPOSED = 1000  # each free cell beside one inland
_LONELY = 400  # each neighbour less than three of one by the sea
_ENCLOSED = 1500  # one by the sea with no free cell beside it
_MOVED = 400  # each council moved in a chain
_CUT = 5000  # giving up a cell that holds the two sides together
_REACH = 2  # steps within which a better cell is looked for
_CHOICE = 5  # steps around a spot within which it is assigned a cell
_REPEATS = 6
_ROUNDS = 40


def _cost(cell: Cell, spot: Spot) -> int:
    """The squared distance in thousandths."""
    return int(1000 * _square(cell, spot) + 0.5)


@dataclass(slots=True)
class _Board:
    """Councils on cells: where each wishes to stand, its neighbours, and who is on the rim."""

    cells: dict[str, Cell] = field(default_factory=dict)
    at: dict[Cell, str] = field(default_factory=dict)
    wishes: dict[str, Spot] = field(default_factory=dict)
    neighbours: dict[str, list[str]] = field(default_factory=dict)
    rim: frozenset[str] = frozenset()

    def put(self, key: str, cell: Cell) -> None:
        self.cells[key], self.at[cell] = cell, key

    def begin(self, key: str, cell: Cell) -> None:
        """Put it on a free cell, to stand there for good if it can."""
        self.wishes[key] = centre(cell)
        self.put(key, cell)

    def remove(self, key: str) -> Cell:
        """Its cell, free from now on."""
        cell = self.cells.pop(key)
        del self.at[cell]
        return cell

    def move(self, key: str, cell: Cell) -> None:
        """To another cell; who is there, if anybody, comes to its former one."""
        other = self.at.get(cell)
        former = self.remove(key)
        if other is not None:
            self.put(other, former)
        self.put(key, cell)

    def shift(self, path: Sequence[Cell]) -> None:
        """Along a path whose first cell is free, everybody by one; the last cell is free then."""
        for free, taken in pairwise(path):
            self.move(self.at[taken], free)

    def is_island(self, key: str) -> bool:
        """Off the land: it stays where it is put."""
        return len(self.neighbours[key]) < 2

    # What a place costs

    def cost(self, key: str, cell: Cell, other: str = "", other_cell: Cell = (0, 0)) -> int:
        """Of one on a cell, as if another were on another."""
        total = self.wish_cost(key, cell)
        q, r = cell
        for each in self.neighbours[key]:
            x, y = other_cell if each == other else self.cells[each]
            x, y = x - q, y - r
            apart = max(abs(x), abs(y), abs(x + y))
            if apart > 1:
                total += (_APART if apart < 3 else _APART * 3 // 2) * (apart - 1)
        return total

    def wish_cost(self, key: str, cell: Cell) -> int:
        return int(_FROM_WISH * _square(cell, self.wishes[key]) + 0.5)

    def exposure(
        self, key: str, cell: Cell, gone: Cell | None = None, come: Cell | None = None
    ) -> int:
        """Of free cells around it, as if one cell were given up and another taken."""
        beside = 0
        for each in around(cell):
            if (each in self.at and each != gone) or each == come:
                beside += 1
        if key in self.rim:
            return _LONELY * max(0, 3 - beside) + (_ENCLOSED if beside == 6 else 0)
        return _INLAND_EXPOSED * (6 - beside)

    def total(self, keys: Iterable[str]) -> int:
        return sum(
            self.cost(key, self.cells[key]) + self.exposure(key, self.cells[key]) for key in keys
        )

    def touched(self, path: Iterable[Cell]) -> set[str]:
        """Those to whom it may make a difference when all on a path move."""
        found: set[str] = set()
        for cell in path:
            found.update(self.neighbours[self.at[cell]] if cell in self.at else ())
            found.update(self.at[each] for each in (cell, *around(cell)) if each in self.at)
        return found

    def saving(self, key: str, cell: Cell) -> int:
        """What it would save to move one to a cell near by."""
        former, other = self.cells[key], self.at.get(cell)
        before = self.cost(key, former) + self.exposure(key, former)
        if other is not None:
            before += self.cost(other, cell) + self.exposure(other, cell)
            after = self.cost(key, cell, other, former) + self.exposure(key, cell)
            after += self.cost(other, former, key, cell) + self.exposure(other, former)
            return before - after
        after = self.cost(key, cell) + self.exposure(key, cell, former)
        for each in {*around(former), *around(cell)} - {former}:
            if resident := self.at.get(each):
                before += self.exposure(resident, each)
                after += self.exposure(resident, each, former, cell)
        return before - after

    def improve(self, movable: Collection[str]) -> None:
        """Let those who may move or change places, as long as it saves anything."""
        awake = set(movable)
        for _ in range(_ROUNDS):
            asked, awake = sorted(awake), set()
            for key in asked:
                former = self.cells[key]
                options = [(self.saving(key, cell), cell) for cell in self._options(key, movable)]
                saved, best = max(options, key=lambda each: each[0], default=(0, former))
                if saved > 0:
                    self.move(key, best)
                    near = {
                        self.at.get(cell, key) for cell in (*_within(former, 2), *_within(best, 2))
                    }
                    awake |= near.union(self.neighbours[key]).intersection(movable)

    def _options(self, key: str, movable: Collection[str]) -> Iterator[Cell]:
        """The cells that are free or somebody may leave, in order; none for an island."""
        if not self.is_island(key):
            for cell in _within(self.cells[key], _REACH):
                other = self.at.get(cell)
                if other is None:
                    # Whoever stands in the middle of the land would leave a hole.
                    if any(each not in self.at for each in around(self.cells[key])):
                        yield cell
                elif other != key and other in movable and not self.is_island(other):
                    yield cell

    # Holes

    def holes(self) -> list[Cell]:
        """The free cells with no way out to the sea, in order."""
        free, sea = self._free_and_sea()
        return sorted(free - sea)

    def inlets(self) -> list[Cell]:
        """The free cells with land on three sides or more, in order."""
        beside = Counter(each for cell in self.at for each in around(cell))
        return sorted(cell for cell, sides in beside.items() if sides >= 3 and cell not in self.at)

    def _free_and_sea(self) -> tuple[set[Cell], set[Cell]]:
        """The free cells of a frame around all, and those of them that are one with its corner."""
        columns, rows = [q for q, _ in self.at] or [0], [r for _, r in self.at] or [0]
        corner = (min(columns) - 1, min(rows) - 1)
        free = {
            (q, r)
            for q in range(corner[0], max(columns) + 2)
            for r in range(corner[1], max(rows) + 2)
        } - self.at.keys()
        sea, waiting = {corner}, [corner]
        while waiting:
            for cell in around(waiting.pop()):
                if cell in free and cell not in sea:
                    sea.add(cell)
                    waiting.append(cell)
        return free, sea

    def chain(self, holes: Iterable[Cell]) -> list[Cell]:
        """The cheapest path from one of the holes to the coast along which all move by one.

        Its last cell is given up. Empty where there is none.
        """
        _, sea = self._free_and_sea()
        costs = dict.fromkeys(holes, 0)
        sea -= costs.keys()

        def end(cell: Cell) -> int | None:
            by_sea = cell in self.at and any(each in sea for each in around(cell))
            return self._given_up(cell) if by_sea else None

        def step(free: Cell, taken: Cell) -> int | None:
            key = self.at.get(taken)
            if key is None or self.is_island(key):
                return None
            return _MOVED + max(0, self.wish_cost(key, free) - self.wish_cost(key, taken))

        return _cheapest_path(costs, step, end)

    def make_room(self, cell: Cell) -> None:
        """Free a cell: who is there and everybody on the cheapest path to the sea move by one."""
        if cell not in self.at:
            return

        def end(free: Cell) -> int | None:
            if free in self.at:
                return None
            return _LONELY * sum(each not in self.at for each in around(free))

        def step(taken: Cell, to: Cell) -> int | None:
            key = self.at.get(taken)
            if key is None:
                return None
            return _MOVED + max(0, self.wish_cost(key, to) - self.wish_cost(key, taken))

        self.shift(_cheapest_path({cell: 0}, step, end)[::-1])

    def _given_up(self, cell: Cell) -> int:
        """What it costs to let the sea into a cell."""
        beside = [self.at.get(each) for each in around(cell)]
        exposed = sum(each is not None and each not in self.rim for each in beside)
        shores = sum(
            one is None and other is not None
            for one, other in zip(beside, beside[1:] + beside[:1], strict=True)
        )
        return _INLAND_EXPOSED * exposed + (_CUT if shores > 1 else 0)


def _cheapest_path(
    costs: dict[Cell, int],
    step: Callable[[Cell, Cell], int | None],
    end: Callable[[Cell], int | None],
) -> list[Cell]:
    """From one of the cells in `costs` to an end; None is what cannot be stepped to or ended at."""
    before: dict[Cell, Cell] = {}
    done: set[Cell] = set()
    waiting = sorted((cost, cell) for cell, cost in costs.items())
    best: tuple[int, Cell] | None = None
    while waiting:
        cost, cell = heappop(waiting)
        if best and cost >= best[0]:
            break
        if cell in done:
            continue
        done.add(cell)
        ending = end(cell)
        if ending is not None and (best is None or (cost + ending, cell) < best):
            best = (cost + ending, cell)
        for each in around(cell):
            further = step(cell, each)
            if further is not None and (each not in costs or cost + further < costs[each]):
                costs[each] = cost + further
                before[each] = cell
                heappush(waiting, (costs[each], each))
    path = [best[1]] if best else []
    while path and path[-1] in before:
        path.append(before[path[-1]])
    return path[::-1]


def _apart(one: Point, other: Point) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
