"""Which points of a map are neighbours, and which of them lie on its edge.

Neighbours are the pairs of a Delaunay triangulation, without those that look past another point: a
pair goes where a third point sees the two at more than about 127 degrees. That takes away what
would reach over a bay or round a corner of the coast.

Whatever is nearly even is decided in whole numbers, so the answer is the same on every machine.

Bowyer, A. (1981), Computer Journal 24, 162-166; Watson, D. F. (1981), ibid. 167-172.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isqrt

type Point = tuple[int, int]
type Pair = tuple[int, int]
type Triangle = tuple[int, int, int]

# The square of the cosine of that angle, in hundredths.
_BLUNT = 36
# How far off the triangle around all points has its corners, in extents of the points.
_FAR = 1_000


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Points by their position in the list they came in.

    `pairs` are neighbours, the lower number first, in order. `edge` are the points on the rim: on a
    map of councils, those by the sea or a border.
    """

    pairs: tuple[Pair, ...]
    edge: frozenset[int]


def neighbourhood(points: Sequence[Point]) -> Neighbourhood:
    """The neighbours among points with whole coordinates.

    Raises ValueError where two points are in one place.
    """
    if len(points) != len(set(points)):
        raise ValueError("two points are in one place")
    triangles = _triangles(points)
    sides: dict[Pair, list[Triangle]] = {}
    for triangle in triangles:
        for side in combinations(triangle, 2):
            sides.setdefault(side, []).append(triangle)
    pairs = tuple(_kept(points, sorted(sides)))
    return Neighbourhood(pairs, _rim(sides, frozenset(pairs)))


@dataclass(frozen=True, slots=True)
class _Circle:
    """The circle through a triangle's corners: exactly, and nearly for most questions.

    `x`, `y` and `square`, its middle and squared radius, are right to a billionth; they are None
    for a triangle with a corner far off.
    """

    corners: tuple[Point, Point, Point]
    turn: int
    near: tuple[float, float, float] | None

    def has_inside(self, point: Point) -> bool:
        if self.near:
            x, y, square = self.near
            beyond = (point[0] - x) ** 2 + (point[1] - y) ** 2 - square
            if abs(beyond) > square / 10**9:
                return beyond < 0
        x0, y0 = point
        (ax, ay), (bx, by), (cx, cy) = ((x - x0, y - y0) for x, y in self.corners)
        determinant = (
            (ax * ax + ay * ay) * (bx * cy - by * cx)
            - (bx * bx + by * by) * (ax * cy - ay * cx)
            + (cx * cx + cy * cy) * (ax * by - ay * bx)
        )
        return determinant * self.turn > 0


def _circle(a: Point, b: Point, c: Point, *, is_near: bool) -> _Circle:
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    cross = bx * cy - by * cx
    near = None
    if is_near:
        b2, c2 = bx * bx + by * by, cx * cx + cy * cy
        x, y = (cy * b2 - by * c2) / (2 * cross), (bx * c2 - cx * b2) / (2 * cross)
        near = (a[0] + x, a[1] + y, x * x + y * y)
    return _Circle((a, b, c), 1 if cross > 0 else -1, near)


def _triangles(points: Sequence[Point]) -> list[Triangle]:
    """Each with its corners in rising order; none where all points are on one line."""
    count = len(points)
    far = _FAR * (1 + max((abs(value) for point in points for value in point), default=0))
    corners = (*points, (-far, -far), (far, -far), (0, far))
    around = (count, count + 1, count + 2)
    circles = {around: _circle(*(corners[each] for each in around), is_near=False)}
    for new, point in enumerate(points):
        inside = [each for each, circle in circles.items() if circle.has_inside(point)]
        border: dict[Pair, int] = {}
        for triangle in inside:
            del circles[triangle]
            for side in combinations(triangle, 2):
                border[side] = border.get(side, 0) + 1
        for side, times in border.items():
            if times == 1:
                a, b, c = sorted((*side, new))
                circles[a, b, c] = _circle(corners[a], corners[b], corners[c], is_near=c < count)
    return sorted(each for each in circles if each[2] < count)


def _kept(points: Sequence[Point], sides: Iterable[Pair]) -> Iterator[Pair]:
    """The sides whose ends do not look past another point."""
    from_west = sorted(points)
    eastings = [x for x, _ in from_west]
    for side in sides:
        (ax, ay), (bx, by) = a, b = points[side[0]], points[side[1]]
        # Who sees the two at a right angle or more is in the circle between them.
        reach = isqrt((ax - bx) ** 2 + (ay - by) ** 2) + 1
        first = bisect_left(eastings, (ax + bx - reach) // 2)
        last = bisect_right(eastings, (ax + bx + reach) // 2 + 1)
        if not any(_is_between(a, b, point) for point in from_west[first:last]):
            yield side


def _is_between(a: Point, b: Point, point: Point) -> bool:
    """Whether the point sees the two at the blunt angle or more; false for the two themselves."""
    ux, uy, vx, vy = a[0] - point[0], a[1] - point[1], b[0] - point[0], b[1] - point[1]
    cosine = ux * vx + uy * vy
    return cosine < 0 and (
        100 * cosine * cosine > _BLUNT * (ux * ux + uy * uy) * (vx * vx + vy * vy)
    )


def _rim(sides: Mapping[Pair, list[Triangle]], pairs: frozenset[Pair]) -> frozenset[int]:
    """The points reached from outside without crossing a pair of neighbours."""
    found: set[int] = set()
    open_: set[Triangle] = set()
    waiting: list[Triangle] = []
    for side, beside in sides.items():
        if len(beside) == 1:
            found.update(side)
            if side not in pairs:
                waiting += beside
    while waiting:
        triangle = waiting.pop()
        if triangle in open_:
            continue
        open_.add(triangle)
        found.update(triangle)
        for side in combinations(triangle, 2):
            if side not in pairs:
                waiting += sides[side]
    return frozenset(found)
