"""Facts of an imagined authority, for tests of what wording makes of them."""

import datetime as dt

from reviews.figures.counts import Average, Counts, Statistics
from reviews.letters.vocabulary import Facts, facts_of

AVERAGE = Average(
    councils=2, investigated=20, upheld=9, compliance_outcomes=10, complied=9,
    remedied_by_authority=1, population=200_000,
)  # fmt: skip


def make_facts(counts: Counts | None = None, **values: object) -> Facts:
    """Compared and with nothing counted, unless told otherwise."""
    year_ending = values.pop("year_ending", 2020)
    similar = AVERAGE if values.pop("has_comparison", True) else None
    statistics = Statistics(
        year_ending=year_ending,  # type: ignore[arg-type]
        counts=counts or Counts(),
        similar=similar,
        has_population_rate=similar is not None,
        population=100_000 if similar else None,
    )
    values = {
        "authority": "Example Council",
        "slug": "example-council",
        "letter_on": dt.date(2020, 7, 22),
        "public_on": dt.date(2020, 7, 29),
        "site_address": "https://reviews.example.org",
    } | values
    return facts_of(statistics, **values)  # type: ignore[arg-type]
