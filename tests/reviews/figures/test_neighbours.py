"""Neighbours of a map: who looks past whom, and who is on the rim."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.neighbours import _triangles, neighbourhood

coordinates = st.integers(-60, 60)
points = st.lists(st.tuples(coordinates, coordinates), unique=True, max_size=14)


@pytest.mark.parametrize(
    ("points", "pairs", "edge"),
    [
        ([], (), set()),
        ([(0, 0)], (), set()),
        ([(0, 0), (5, 5)], (), set()),  # a triangle is the least that has an inside
        ([(0, 0), (5, 5), (10, 10)], (), set()),
        ([(0, 0), (10, 0), (5, 8)], ((0, 1), (0, 2), (1, 2)), {0, 1, 2}),
        # One in the middle of four is not on the rim, and keeps none of them apart.
        (
            [(0, 0), (10, 0), (10, 10), (0, 10), (5, 6)],
            ((0, 1), (0, 3), (0, 4), (1, 2), (1, 4), (2, 3), (2, 4), (3, 4)),
            {0, 1, 2, 3},
        ),
        # The ends of a flat arc look past its middle, which is on the rim on both sides.
        ([(0, 0), (10, 3), (20, 0)], ((0, 1), (1, 2)), {0, 1, 2}),
    ],
)
def test_neighbours_are_those_nobody_stands_between(
    points: list[tuple[int, int]], pairs: tuple[tuple[int, int], ...], edge: set[int]
) -> None:
    found = neighbourhood(points)
    assert found.pairs == pairs
    assert found.edge == edge


def test_angle_at_which_somebody_stands_between_has_a_bound() -> None:
    """The cosine is -0.6 from (0, 0) to (±2, -1): exactly that still lets them see each other."""
    assert (0, 1) in neighbourhood([(-20, 0), (20, 0), (0, 10)]).pairs
    assert (0, 1) not in neighbourhood([(-20, 0), (20, 0), (0, 9)]).pairs


def test_two_points_in_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="two points are in one place"):
        neighbourhood([(1, 1), (2, 2), (1, 1)])


@given(points)
def test_no_point_is_inside_the_circle_of_a_triangle(points: list[tuple[int, int]]) -> None:
    """The definition of the triangulation, in exact fractions."""
    for triangle in _triangles(points):
        (ax, ay), (bx, by), (cx, cy) = (points[each] for each in triangle)
        double = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
        assert double != 0
        a, b, c = ax**2 + ay**2, bx**2 + by**2, cx**2 + cy**2
        x = Fraction(a * (by - cy) + b * (cy - ay) + c * (ay - by), double)
        y = Fraction(a * (cx - bx) + b * (ax - cx) + c * (bx - ax), double)
        square = (x - ax) ** 2 + (y - ay) ** 2
        assert min((x - px) ** 2 + (y - py) ** 2 for px, py in points) == square


@given(points)
def test_triangles_do_not_overlap(points: list[tuple[int, int]]) -> None:
    """Each side has at most two triangles, one on either side of it."""
    sides: dict[tuple[int, int], list[bool]] = {}
    for triangle in _triangles(points):
        for third in triangle:
            one, other = (each for each in triangle if each != third)
            (ax, ay), (bx, by), (cx, cy) = (points[each] for each in (one, other, third))
            cross = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
            sides.setdefault((one, other), []).append(cross > 0)
    assert all(len(set(beside)) == len(beside) for beside in sides.values())
