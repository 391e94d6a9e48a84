"""Filters of which several may be chosen at once, with what each would show counted beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import QueryDict

from reviews.search import Search, parse

UNKNOWN_SHOWN, UNKNOWN_LENGTH = 5, 40


@dataclass(frozen=True, slots=True)
class Facet:
    """A thing to filter by: `where` holds for rows of one of the values, `counted` counts rows.

    `labels` are all values there can be, in their order. Of a long list only those that would show
    something are offered.
    """

    name: str
    legend: str
    labels: Mapping[str, str]
    where: Callable[[Sequence[str]], Q]
    counted: Callable[[QuerySet[Any]], Mapping[str, int]]
    is_long: bool = False
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The options of a facet as a page shows them."""

    facet: Facet
    options: list[Option]
    chosen: int

    @property
    def is_open(self) -> bool:
        return self.facet.is_open or self.chosen > 0


@dataclass(frozen=True, slots=True)
class Removal:
    """What was chosen, and the address without it."""

    label: str
    query: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a reader chose and typed; `unknown` are values that no filter has."""

    facets: Sequence[Facet]
    chosen: Mapping[str, list[str]]
    search: Search = field(default_factory=Search)
    unknown: Sequence[str] = ()

    @classmethod
    def of(cls, given: QueryDict, facets: Sequence[Facet]) -> "Selection":
        """Values that are not known are left out and told of; other parameters say nothing."""
        chosen, unknown = {}, []
        for facet in facets:
            values = [value for value in dict.fromkeys(given.getlist(facet.name)) if value]
            chosen[facet.name] = [value for value in facet.labels if value in values]
            unknown += [
                f"{facet.legend.lower()} “{shortened(value)}”"
                for value in values
                if value not in facet.labels
            ]
        return cls(facets, chosen, parse(given.get("q", "")), unknown[:UNKNOWN_SHOWN])

    def narrow[Rows: QuerySet[Any]](self, rows: Rows, *, but: str = "") -> Rows:
        """The rows that all filters, or all but one, hold for."""
        for facet in self.facets:
            if facet.name != but and self.chosen[facet.name]:
                rows = rows.filter(facet.where(self.chosen[facet.name]))
        return rows

    def panels(self, rows: QuerySet[Any]) -> list[Panel]:
        """Each facet's options, counted among the rows that the other filters leave."""
        return [self._panel(facet, rows) for facet in self.facets]

    def _panel(self, facet: Facet, rows: QuerySet[Any]) -> Panel:
        counts = facet.counted(self.narrow(rows, but=facet.name))
        chosen = self.chosen[facet.name]
        options = [
            Option(value, label, counts.get(value, 0), value in chosen)
            for value, label in facet.labels.items()
            if counts.get(value) or value in chosen or not facet.is_long
        ]
        return Panel(facet, options, len(chosen))

    def removals(self) -> list[Removal]:
        """Everything that was chosen, each with the address of the rest."""
        found = []
        if self.search.typed:
            found.append(Removal(f"“{self.search.typed}”", self.query(without=("q", ""))))
        for facet in self.facets:
            found += [
                Removal(facet.labels[value], self.query(without=(facet.name, value)))
                for value in self.chosen[facet.name]
            ]
        return found

    def query(self, *, without: tuple[str, str] = ("", ""), page: int = 1) -> str:
        """The parameters of an address, in one order whatever order they came in: `?…` or ""."""
        pairs: list[tuple[str, str]] = []
        if self.search.typed and without[0] != "q":
            pairs.append(("q", self.search.typed))
        pairs += [
            (facet.name, value)
            for facet in self.facets
            for value in self.chosen[facet.name]
            if (facet.name, value) != without
        ]
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""

    def pages(self, page: Page[Any]) -> list[tuple[str, str | None]]:
        """The numbers of pages with their addresses; without one for this page and for gaps."""
        found: list[tuple[str, str | None]] = []
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
            is_link = isinstance(number, int) and number != page.number
            # "?" alone is the address without parameters.
            address = (self.query(page=int(number)) or "?") if is_link else None
            found.append((str(number), address))
        return found

    def turn(self, page: Page[Any], *, by: int) -> str:
        """The address of the page before or after; "" where there is none."""
        if by < 0 and page.has_previous():
            return self.query(page=page.number - 1) or "?"
        return self.query(page=page.number + 1) if by > 0 and page.has_next() else ""


def shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= UNKNOWN_LENGTH else f"{text[:UNKNOWN_LENGTH]}…"
