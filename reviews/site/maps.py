"""The map: a hexagon for each council, and the same figures as a table."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from casework.choices import Region
from casework.models.authorities import Authority
from reviews.figures.bands import (
    BANDS,
    MINIMUM_RESIDENTS,
    NOT_PUBLISHED,
    PER_100K,
    RETRACTED,
    Reading,
    reading,
)
from reviews.figures.chance import MINIMUM_BASE
from reviews.figures.hexagons import Cell
from reviews.figures.measures import MEASURES
from reviews.figures.periods import Period
from reviews.models import AnnualSummary, Layer, MapLayout, Round
from reviews.models.maps import cells_on
from reviews.site import names
from reviews.site.picture import HEXAGON, abbreviation, picture
from reviews.site.responses import public


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to the same map in another way."""

    label: str
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One council: a line of the table and a hexagon with its middle at `x` and `y`."""

    name: str
    short_name: str
    label: str
    address: str
    region: str
    reading: Reading
    x: str
    y: str


@public
def newest_map(request: HttpRequest) -> HttpResponse:
    """The map of the newest year that is public."""
    at = timezone.now()
    newest = Round.objects.published(at=at).order_by("-year").first()
    if newest is None:
        return render(request, "reviews/no_map.html")
    return _page(request, newest, Layer.DISTRICTS, "uphold", at=at)


@public
def council_map(
    request: HttpRequest, year: int, layer: str = Layer.DISTRICTS, measure: str = "uphold"
) -> HttpResponse:
    at = timezone.now()
    round_ = get_object_or_404(Round.objects.published(at=at), year=year)
    return _page(request, round_, Layer(layer), measure, at=at)


def _page(
    request: HttpRequest, round_: Round, shown: Layer, measure: str, *, at: dt.datetime
) -> HttpResponse:
    year, layer = round_.year, shown
    rows = _rows(round_, shown, at=at)
    cells = _cells(round_, shown)
    authorities = [
        authority
        for authority in Authority.objects.filter(authority_type__in=shown.types).prefetch_related(
            "earlier_names"
        )
        if authority.pk in cells
    ]
    drawing = picture({cells[each.pk]: each.region for each in authorities})
    entries = [
        entry(
            each,
            rows.get(each.pk),
            period=round_.period,
            measure=measure,
            spot=drawing.middles[cells[each.pk]],
        )
        for each in sorted(authorities, key=names.alphabetical)
    ]
    ended = [row for key, row in rows.items() if key not in cells]
    years = Round.objects.published(at=at).order_by("-year").values_list("year", flat=True)
    return render(
        request,
        "reviews/map.html",
        {
            "year": year,
            "period": round_.period,
            "layer": shown,
            "measure": MEASURES[measure],
            "is_per_100k": measure == PER_100K,
            "bands": BANDS[measure],
            "minimum_base": MINIMUM_BASE,
            "minimum_residents": f"{MINIMUM_RESIDENTS:,}",
            "entries": entries,
            "regions": regions_of(entries),
            "ended": sorted(ended, key=lambda row: names.plain_words(row.name)),
            "drawing": drawing,
            "hexagon": HEXAGON,
            "measures": [
                Choice(MEASURES[code].label, address(year, layer, code), code == measure)
                for code in BANDS
            ],
            "layers": [
                Choice(each.label, address(year, each, measure), each == layer) for each in Layer
            ],
            "years": [
                Choice(str(each), address(each, layer, measure), each == year) for each in years
            ],
        },
    )


@dataclass(frozen=True, slots=True)
class Glance:
    """The map without words, a picture that leads to it: a middle and a shade for each council."""

    year: int
    width: str
    height: str
    hexagons: list[tuple[str, str, str]]
    hexagon: str = HEXAGON


def glance(round_: Round, *, at: dt.datetime) -> Glance:
    """Complaints upheld in counties and single-tier councils. Two queries."""
    cells = _cells(round_, Layer.COUNTIES)
    rows = _rows(round_, Layer.COUNTIES, at=at)
    drawing = picture(dict.fromkeys(cells.values(), ""))
    hexagons = []
    for key, cell in sorted(cells.items(), key=lambda item: item[1]):
        read = _reading(rows.get(key), "uphold")
        hexagons.append((*drawing.middles[cell], read.shade))
    return Glance(round_.year, drawing.width, drawing.height, hexagons)


def _rows(round_: Round, layer: Layer, *, at: dt.datetime) -> dict[int, AnnualSummary]:
    """What may be read of the councils of a layer, by the authority's key."""
    rows = (
        AnnualSummary.objects.shown(at=at)
        .current()
        .filter(freeze__round=round_, authority_type__in=layer.types)
        .select_related("retraction")
    )
    return {row.authority_id: row for row in rows}


def _reading(row: AnnualSummary | None, measure: str) -> Reading:
    if row is None:
        return NOT_PUBLISHED
    return RETRACTED if hasattr(row, "retraction") else reading(measure, row.statistics())


def address(year: int, layer: str, measure: str) -> str:
    return reverse("map-of", kwargs={"year": year, "layer": layer, "measure": measure})


def _cells(round_: Round, layer: Layer) -> Mapping[int, Cell]:
    """As kept with the figures; a round frozen before maps were has one worked out now."""
    kept = MapLayout.objects.filter(freeze=round_.freeze_id, layer=layer).first()
    return kept.by_authority() if kept else cells_on(layer, round_.period.last_day)


def entry(
    authority: Authority,
    row: AnnualSummary | None,
    *,
    period: Period,
    measure: str,
    spot: tuple[str, str],
) -> Entry:
    """A council without a row that is shown has no figures, whatever the reason."""
    name = row.name if row else authority.name_on(period.last_day)
    to = authority.get_absolute_url()
    if row:
        to += f"{period.year_ending}/"
    return Entry(
        name=name,
        short_name=authority.short_name or name,
        label=abbreviation(authority.short_name or name),
        address=to,
        region=authority.region,
        reading=_reading(row, measure),
        x=spot[0],
        y=spot[1],
    )


def regions_of(entries: Iterable[Entry]) -> list[tuple[str, str, list[Entry]]]:
    """Code, name and entries of each region from north to south; those of none come last."""
    by_region: dict[str, list[Entry]] = {code: [] for code in (*Region.values, "")}
    for each in entries:
        by_region[each.region].append(each)
    labels = dict(Region.choices) | {"": "In no region"}
    return [(code, labels[code], found) for code, found in by_region.items() if found]
