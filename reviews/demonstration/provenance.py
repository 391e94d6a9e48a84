"""Which averages of the demonstration are published ones and which are invented."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reviews.demonstration.councils import PUBLISHED_AVERAGES, rows
from reviews.demonstration.targets import KINDS
from reviews.demonstration.totals import YEARS

MEASURES = ("uphold_percent", "compliance_percent", "remedied_percent", "upheld_per_100k")
ENGLAND = "england"
PER_100K_FROM = 2023


@dataclass(frozen=True, slots=True)
class Provenance:
    """One average: `published` as it was printed, or None where the demonstration's is invented.

    `group` is a type of authority or `england`, which stands for all rows of the round.
    """

    year_ending: int
    group: str
    measure: str
    published: Decimal | None


def provenance() -> Iterator[Provenance]:
    """Every average of the demonstration's years, and the complaints received in England."""
    published = {
        (int(row["year_ending"]), row["group"], row["measure"]): Decimal(row["value"])
        for row in rows(PUBLISHED_AVERAGES)
    }
    for year in YEARS:
        for group in (*KINDS[:-1], ENGLAND):
            for measure in MEASURES:
                if measure != "upheld_per_100k" or year >= PER_100K_FROM:
                    yield Provenance(year, group, measure, published.get((year, group, measure)))
        received = (year, ENGLAND, "complaints_received")
        yield Provenance(*received, published.get(received))
