"""Where councils stand on the map of a round."""

import datetime as dt
from collections.abc import Mapping

from django.db import models
from django.db.models import TextChoices

from casework.choices import AuthorityType
from casework.models.authorities import Authority
from reviews.figures.hexagons import Cell, Place, layout_on
from reviews.models.rounds import Freeze


class Layer(TextChoices):
    """Councils that together cover England once; the codes stand in addresses."""

    DISTRICTS = "districts", "Districts and single-tier councils"
    COUNTIES = "counties", "Counties and single-tier councils"

    @property
    def types(self) -> tuple[AuthorityType, ...]:
        """The types of authority in it."""
        upper = self is Layer.COUNTIES
        return (
            AuthorityType.COUNTY if upper else AuthorityType.DISTRICT,
            AuthorityType.METROPOLITAN,
            AuthorityType.UNITARY,
            AuthorityType.LONDON_BOROUGH,
        )


class MapLayout(models.Model):
    """The cells of one layer's councils in force on the last day of a round, kept with its figures.

    So the map of a year stays as it was published, whatever becomes of the register of councils.
    """

    freeze = models.ForeignKey(Freeze, models.PROTECT, related_name="layouts")
    layer = models.CharField(max_length=20, choices=Layer)
    cells = models.JSONField(help_text="Column and row by the authority's key.")

    class Meta:
        ordering = ["freeze", "layer"]
        constraints = [
            models.UniqueConstraint(
                name="map_layout_once_a_freeze_and_layer", fields=["freeze", "layer"]
            ),
            models.CheckConstraint(
                name="map_layout_layer_known", condition=models.Q(layer__in=Layer.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_layer_display()}, {self.freeze}"

    @classmethod
    def of(cls, freeze: Freeze, layer: Layer, day: dt.date) -> "MapLayout":
        """The row, not yet stored, for councils in force on a day."""
        cells = {str(key): list(cell) for key, cell in cells_on(layer, day).items()}
        return cls(freeze=freeze, layer=layer, cells=cells)

    def by_authority(self) -> dict[int, Cell]:
        return {int(key): (column, row) for key, (column, row) in self.cells.items()}


def cells_on(layer: Layer, day: dt.date) -> Mapping[int, Cell]:
    """The cell of each council of a layer in force on a day from 1 April 2009, by its key.

    Worked out once for each state of the register in a process, which takes a second or two.
    """
    keys, places = {}, []
    for row in (
        Authority.objects.filter(authority_type__in=layer.types)
        .usable()
        .values_list("pk", "slug", "latitude", "longitude", "starts_on", "ends_on")
    ):
        key, slug, *rest = row
        keys[slug] = key
        places.append(Place(slug, *rest))
    return {keys[slug]: cell for slug, cell in layout_on(places, day).items()}
