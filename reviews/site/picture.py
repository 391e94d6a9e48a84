"""The picture of the map: where hexagons, coast and names are drawn, and what hexagons say."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median_low

from casework.choices import Region
from reviews.figures.hexagons import Cell, around, centre

WIDTH = 40  # of a hexagon, in units of the drawing
_MARGIN = 160  # beside the land, for the names of regions
_EDGE = 30  # above and below it
_AWAY = 32  # from the middle of a hexagon to the name of its region
# From the middle of a hexagon to its corners, clockwise from the north-east; the first two are the
# ends of the side in the east, the next ones of the side after it.
_SIDE = 23.094
_CORNERS = ((20, -11.547), (20, 11.547), (0, _SIDE), (-20, 11.547), (-20, -11.547), (0, -_SIDE))
_GAP = 0.95  # between hexagons

# Short forms that people use, where the beginning of a name would not do.
_KNOWN = {
    "bedfordshire": "Beds", "berkshire": "Berks", "buckinghamshire": "Bucks",
    "cambridgeshire": "Cambs", "city of london": "City", "derbyshire": "Derbys",
    "gloucestershire": "Glos", "hampshire": "Hants", "hertfordshire": "Herts",
    "isle of wight": "IoW", "isles of scilly": "Scilly", "kingston upon hull": "Hull",
    "lancashire": "Lancs", "leicestershire": "Leics", "lincolnshire": "Lincs",
    "northamptonshire": "N’hants", "nottinghamshire": "Notts", "oxfordshire": "Oxon",
    "staffordshire": "Staffs", "warwickshire": "Warks", "wiltshire": "Wilts",
    "worcestershire": "Worcs", "yorkshire": "Yorks",
}  # fmt: skip
_SIDES = {"north": "N", "south": "S", "east": "E", "west": "W", "central": "C"}
_SMALL = frozenset(("of", "on", "upon", "in", "the", "under", "le", "city", "county", "royal"))
_LONGEST = 6


def _number(value: float) -> str:
    """With one decimal at most, and as short as can be."""
    return f"{value + 0:.1f}".removesuffix(".0")


HEXAGON = "M" + "L".join(f"{_number(x * _GAP)} {_number(y * _GAP)}" for x, y in _CORNERS) + "Z"


@dataclass(frozen=True, slots=True)
class RegionName:
    """A region's name beside the coast; `anchor` says which end of it stands at `x`."""

    text: str
    x: str
    y: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The size of the drawing, the middle of each cell, the coast and the borders of regions."""

    width: str
    height: str
    middles: Mapping[Cell, tuple[str, str]]
    coast: str
    borders: str
    names: tuple[RegionName, ...]


def picture(regions: Mapping[Cell, str]) -> Picture:
    """Of cells and the code of the region that each is in; it begins at 0, 0."""
    spots = {cell: _middle(cell) for cell in regions}
    west = min((x for x, _ in spots.values()), default=0) - _MARGIN
    north = min((y for _, y in spots.values()), default=0) - _EDGE
    spots = {cell: (x - west, y - north) for cell, (x, y) in spots.items()}
    coast, borders = [], []
    for cell, region in sorted(regions.items()):
        for side, beside in enumerate(around(cell)):
            if beside not in regions:
                coast.append(_line(spots[cell], side))
            elif regions[beside] != region and cell < beside:
                borders.append(_line(spots[cell], side))
    return Picture(
        width=_number(max((x for x, _ in spots.values()), default=0) + _MARGIN),
        height=_number(max((y for _, y in spots.values()), default=0) + _EDGE),
        middles={cell: (_number(x), _number(y)) for cell, (x, y) in spots.items()},
        coast="".join(coast),
        borders="".join(borders),
        names=tuple(_names(regions, spots)),
    )


def _middle(cell: Cell) -> tuple[float, float]:
    x, y = centre(cell)
    return (x * WIDTH, y * WIDTH)


def _line(middle: tuple[float, float], side: int) -> str:
    ends = (_CORNERS[side], _CORNERS[(side + 1) % 6])
    (ax, ay), (bx, by) = ((middle[0] + x, middle[1] + y) for x, y in ends)
    return f"M{_number(ax)} {_number(ay)}L{_number(bx)} {_number(by)}"


def _names(
    regions: Mapping[Cell, str], spots: Mapping[Cell, tuple[float, float]]
) -> Iterator[RegionName]:
    """Beside the rows in which a region is the end of the land, on the side where it is more often.

    A region without such a row, as London may be, has none.
    """
    ends: dict[str, dict[str, list[Cell]]] = {"end": {}, "start": {}}
    rows = sorted({row for _, row in regions})
    for row in rows:
        in_row = sorted(cell for cell in regions if cell[1] == row)
        for anchor, cell in (("end", in_row[0]), ("start", in_row[-1])):
            ends[anchor].setdefault(regions[cell], []).append(cell)
    for region in Region:
        west, east = (ends[anchor].get(region, []) for anchor in ("end", "start"))
        cells, anchor = (west, "end") if len(west) > len(east) else (east, "start")
        if cells:
            row = median_low([cell[1] for cell in cells])
            x, y = spots[next(cell for cell in cells if cell[1] == row)]
            away = -_AWAY if anchor == "end" else _AWAY
            yield RegionName(region.label, _number(x + away), _number(y + 5), anchor)


def abbreviation(name: str) -> str:
    """About six characters that people of the place would know: `B&NES`, `N York`, `IoW`.

    Names joined with `and` become initials, sides of the compass their letter; of other names the
    beginning stands.
    """
    if known := _KNOWN.get(name.casefold()):
        return known
    words = re.findall(r"[\w'’]+", name)
    if "and" in (word.casefold() for word in words):
        joint = "" if "," in name else "&"
        kept = (word for word in words if word.casefold() not in _SMALL)
        return "".join(joint if word.casefold() == "and" else word[0] for word in kept)
    parts = [word for word in words if word.casefold() not in _SMALL] or [name]
    sides = ""
    while len(parts) > 1 and parts[0].casefold() in _SIDES:
        sides += _SIDES[parts.pop(0).casefold()]
    first = _KNOWN.get(parts[0].casefold(), parts[0])
    if sides:
        return f"{sides} {first[: _LONGEST - len(sides) - 1]}"
    if len(parts) > 1 and len(first) <= _LONGEST - 2:
        return f"{first} {parts[1][: _LONGEST - 1 - len(first)]}"
    return first[:_LONGEST]
