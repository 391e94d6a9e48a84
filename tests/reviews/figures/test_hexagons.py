"""Where hexagons stand: every council once, nothing torn apart, the same whoever draws it."""

import csv
import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.figures.hexagons import (
    FIRST_DAY,
    Cell,
    Layout,
    Place,
    around,
    centre,
    distance,
    layout_on,
)

REGISTER = Path("casework/data/authorities.csv")
SINGLE_TIER = {"metropolitan", "unitary", "london_borough"}
LAYERS = {"districts": SINGLE_TIER | {"district"}, "counties": SINGLE_TIER | {"county"}}
TODAY = dt.date(2026, 11, 28)
DAYS = (FIRST_DAY, *(dt.date(year, 4, 1) for year in (2019, 2020, 2021, 2023)), TODAY)


@lru_cache
def register() -> Mapping[str, Mapping[str, str]]:
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return {row["slug"]: row for row in csv.DictReader(file)}


def day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def places(layer: str) -> list[Place]:
    return [
        Place(
            key=slug,
            latitude=Decimal(row["latitude"]) if row["latitude"] else None,
            longitude=Decimal(row["longitude"]) if row["longitude"] else None,
            starts_on=day(row["start_date"]),
            ends_on=day(row["end_date"]),
        )
        for slug, row in register().items()
        if row["authority_type"] in LAYERS[layer]
    ]


@lru_cache
def england(layer: str, on: dt.date) -> Layout:
    return layout_on(places(layer), on)


def holes(layout: Layout) -> set[Cell]:
    """Free cells from which there is no way out, walking from one corner of a frame."""
    land = set(layout.values())
    columns, rows = [q for q, _ in land], [r for _, r in land]
    frame = {
        (q, r)
        for q in range(min(columns) - 1, max(columns) + 2)
        for r in range(min(rows) - 1, max(rows) + 2)
    }
    start = (min(columns) - 1, min(rows) - 1)
    sea, waiting = {start}, [start]
    while waiting:
        for cell in around(waiting.pop()):
            if cell in frame - land - sea:
                sea.add(cell)
                waiting.append(cell)
    return frame - land - sea


def parts(layout: Layout) -> list[set[str]]:
    """The councils of each piece of land, the largest first."""
    at = {cell: key for key, cell in layout.items()}
    found, left = [], set(layout)
    while left:
        part, waiting = set(), [min(left)]
        while waiting:
            key = waiting.pop()
            if key not in part:
                part.add(key)
                waiting += [at[cell] for cell in around(layout[key]) if cell in at]
        found.append(part)
        left -= part
    return sorted(found, key=len, reverse=True)


# Every council, once ------------------------------------------------------------------------------


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_each_council_in_force_has_a_cell_of_its_own(layer: str, on: dt.date) -> None:
    layout = england(layer, on)
    assert set(layout) == {place.key for place in places(layer) if place.is_in_force_on(on)}
    assert len(set(layout.values())) == len(layout)


def test_numbers_of_councils_are_those_of_the_register() -> None:
    counts = {layer: [len(england(layer, on)) for on in DAYS] for layer in LAYERS}
    assert counts == {
        "districts": [326, 317, 314, 309, 296, 296],
        "counties": [152, 151, 151, 152, 153, 153],
    }


# Stable from year to year -------------------------------------------------------------------------


def test_nine_in_ten_of_those_that_stay_keep_their_cells() -> None:
    kept = {}
    for layer in LAYERS:
        numbers = []
        for before, after in pairwise(DAYS):
            former, layout = england(layer, before), england(layer, after)
            staying = former.keys() & layout.keys()
            same = sum(former[key] == layout[key] for key in staying)
            numbers.append((same, len(staying)))
        kept[layer] = numbers
    print(kept)  # noqa: T201
    assert all(10 * same >= 9 * of for numbers in kept.values() for same, of in numbers)
    assert kept == {
        "districts": [(303, 312), (288, 313), (279, 307), (277, 292), (296, 296)],
        "counties": [(149, 149), (150, 150), (148, 150), (149, 149), (153, 153)],
    }


def test_map_of_a_day_knows_nothing_of_later_days() -> None:
    """Whoever draws the map of 2019 before the changes of 2020 are known gets the same one."""
    on = dt.date(2019, 4, 1)
    known_then = [
        replace(place, ends_on=None) if place.ends_on and place.ends_on > on else place
        for place in places("districts")
        if place.starts_on is None or place.starts_on <= on
    ]
    assert layout_on(known_then, on) == england("districts", on)


def test_new_council_takes_a_cell_where_its_predecessors_were() -> None:
    before, after = england("districts", DAYS[3]), england("districts", DAYS[4])
    former = {name: before[f"{name}-borough-council"] for name in ("allerdale", "copeland")} | {
        "carlisle": before["carlisle-city-council"]
    }
    assert after["cumberland-council"] in {
        cell for one in former.values() for cell in (one, *around(one))
    }


def test_county_that_is_divided_makes_two_neighbours() -> None:
    before, after = england("counties", DAYS[2]), england("counties", DAYS[3])
    north, west = (after[f"{side}-northamptonshire-council"] for side in ("north", "west"))
    assert before["northamptonshire-county-council"] in {north, west}
    assert distance(north, west) <= 2
    assert centre(west)[0] < centre(north)[0]


# England ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_land_has_no_holes_and_is_one_but_for_its_islands(layer: str, on: dt.date) -> None:
    layout = england(layer, on)
    assert holes(layout) == set()
    island = {"council-of-the-isles-of-scilly"}
    assert parts(layout)[1:] == [island]


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_london_is_one_piece(layer: str, on: dt.date) -> None:
    layout = england(layer, on)
    london = {key: cell for key, cell in layout.items() if register()[key]["region"] == "London"}
    assert len(london) == 33
    assert len(parts(london)) == 1


# Pairs that people know how to tell apart: the first is further in that direction.
COMPASS = {
    "north": [
        ("northumberland", "durham"), ("newcastle-city", "leeds"), ("leeds", "birmingham"),
        ("enfield", "westminster"), ("westminster", "croydon"), ("norwich", "brighton"),
    ],
    "west": [
        ("isles-of-scilly", "cornwall"), ("cornwall", "plymouth"), ("wirral", "manchester"),
        ("sefton", "east-riding"), ("bristol", "reading"), ("hillingdon", "havering"),
        ("cornwall", "norwich"), ("carlisle", "sunderland"),
    ],
    "east": [
        ("norwich", "peterborough"), ("great-yarmouth", "norwich"), ("thanet", "maidstone"),
        ("dover", "croydon"), ("hull", "york"), ("southend", "westminster"),
    ],
    "south": [
        ("brighton", "crawley"), ("portsmouth", "winchester"), ("sutton", "camden"),
        ("plymouth", "bristol"), ("torbay", "exeter"), ("isle-of-wight", "southampton"),
    ],
}  # fmt: skip


def named(layout: Layout, part: str) -> tuple[float, float]:
    """The middle of the one council with these letters in its slug; the shortest such slug."""
    return centre(
        layout[min((key for key in layout if part in key), key=lambda key: (len(key), key))]
    )


@pytest.mark.parametrize("direction", COMPASS)
def test_england_has_its_people_where_they_are_looked_for(direction: str) -> None:
    for on in (DAYS[0], DAYS[2]):
        layout = england("districts", on)
        wrong = []
        for one, other in COMPASS[direction]:
            (ax, ay), (bx, by) = named(layout, one), named(layout, other)
            further = {"north": by - ay, "south": ay - by, "west": bx - ax, "east": ax - bx}
            if further[direction] <= 0:
                wrong.append((one, other))
        assert wrong == []


def shares_together(layer: str, on: dt.date) -> tuple[int, int]:
    """Of the pairs of neighbours, the percentage side by side, and at most two steps apart.

    Neighbours are found here in another way: nobody is nearer to both than they to one another.
    """
    layout = england(layer, on)
    spots = {
        place.key: (float(place.longitude or 0) * 0.604, float(place.latitude or 0))
        for place in places(layer)
        if place.key in layout
    }

    def apart(one: str, other: str) -> float:
        (ax, ay), (bx, by) = spots[one], spots[other]
        return (ax - bx) ** 2 + (ay - by) ** 2

    steps = []
    for one in sorted(layout):
        nearer: list[str] = []
        for length, other in sorted((apart(one, each), each) for each in layout if each != one):
            if other > one and not any(apart(each, other) < length for each in nearer):
                steps.append(distance(layout[one], layout[other]))
            nearer.append(other)
    beside, near = sum(each == 1 for each in steps), sum(each <= 2 for each in steps)
    return 100 * beside // len(steps), 100 * near // len(steps)


def test_neighbours_stay_together() -> None:
    shares = [shares_together(layer, on) for layer in LAYERS for on in (DAYS[0], DAYS[-1])]
    assert shares == [(83, 99), (77, 98), (82, 98), (79, 98)]


# Anywhere -----------------------------------------------------------------------------------------

PROGRAM = """
import datetime as dt, json
from tests.reviews.figures.test_hexagons import LAYERS, TODAY, places
from reviews.figures.hexagons import layout_on
backwards = {layer: layout_on(places(layer)[::-1], TODAY) for layer in LAYERS}
print(json.dumps(backwards, sort_keys=True))
"""


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_layout_is_the_same_in_another_process_and_in_whatever_order(seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )
    expected = {layer: england(layer, TODAY) for layer in LAYERS}
    assert json.loads(done.stdout) == json.loads(json.dumps(expected))


# Few, many and unknown ----------------------------------------------------------------------------


def place(key: str, latitude: object, longitude: object, **days: dt.date) -> Place:
    return Place(key, Decimal(str(latitude)), Decimal(str(longitude)), **days)


def test_day_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no map of a day before 2009-04-01"):
        layout_on([], FIRST_DAY - dt.timedelta(days=1))
    assert layout_on([], FIRST_DAY) == {}


@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_councils_on_one_line_or_in_one_place_have_a_cell_each(count: int) -> None:
    for step in ("0", "0.1"):
        line = [place(f"place-{n}", Decimal(step) * n, -1) for n in range(count)]
        layout = layout_on(line, FIRST_DAY)
        assert len(set(layout.values())) == len(layout) == count


def test_council_whose_place_is_not_known_stands_in_a_row_below() -> None:
    known = [place("north", 54, -1), place("south", 51, -1)]
    unknown = [Place(key, None, None) for key in ("b", "a")]
    ended = Place("c", None, None, ends_on=FIRST_DAY - dt.timedelta(days=1))
    layout = layout_on([*unknown, *known, ended], FIRST_DAY)
    lowest = max(layout[each.key][1] for each in known)
    assert [layout[key][1] for key in ("a", "b")] == [lowest + 2] * 2
    assert around(layout["a"])[0] == layout["b"]
    assert set(layout) == {"a", "b", "north", "south"}
    assert layout_on(known, FIRST_DAY) == {each.key: layout[each.key] for each in known}


def test_council_is_there_on_its_first_and_last_day_alone() -> None:
    first, last = dt.date(2020, 4, 1), dt.date(2021, 3, 31)
    councils = [place("always", 52, -1), place("once", 53, -1, starts_on=first, ends_on=last)]
    one = dt.timedelta(days=1)
    seen = ["once" in layout_on(councils, on) for on in (first - one, first, last, last + one)]
    assert seen == [False, True, True, False]


def test_new_council_with_no_predecessor_stands_on_its_side_of_the_nearest() -> None:
    start = dt.date(2020, 4, 1)
    centre_ = place("middle", 52, -1)
    before = layout_on([centre_], start)
    for key, latitude, longitude, step in (("east", 52, 0, 0), ("west", 52, -2, 3)):
        new = place(key, latitude, longitude, starts_on=start)
        layout = layout_on([centre_, new], start)
        assert layout["middle"] == before["middle"]
        assert layout[key] == around(before["middle"])[step]


degrees = st.tuples(st.integers(50_000, 55_000), st.integers(-5_000, 1_000))
register_of_some = st.lists(
    st.tuples(degrees, st.integers(2009, 2014), st.integers(0, 6)), max_size=25
)


@settings(max_examples=40, deadline=None)
@given(register_of_some)
def test_any_register_has_a_map_on_any_day_of_change(
    register: list[tuple[tuple[int, int], int, int]],
) -> None:
    """Each in force once, no hole where few enough have to move, and no map changed later."""
    councils = [
        Place(
            f"council-{number}",
            Decimal(latitude) / 1000,
            Decimal(longitude) / 1000,
            starts_on=dt.date(start, 4, 1),
            ends_on=dt.date(start + years, 3, 31) if years else None,
        )
        for number, ((latitude, longitude), start, years) in enumerate(register)
    ]
    for year in range(2009, 2022, 4):
        on = dt.date(year, 4, 1)
        layout = layout_on(councils, on)
        assert set(layout) == {each.key for each in councils if each.is_in_force_on(on)}
        assert len(set(layout.values())) == len(layout)
        known = [each for each in councils if each.starts_on is None or each.starts_on <= on]
        assert layout_on(known, on) == layout
