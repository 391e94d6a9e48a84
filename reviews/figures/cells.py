"""The figures of one frozen row under the names they have in open data and in letters' files."""

from collections.abc import Mapping
from decimal import Decimal

from reviews.figures.counts import Statistics
from reviews.figures.rates import Rate

type Figure = str | int | Decimal | None


def statistics_cells(statistics: Statistics) -> Mapping[str, Figure]:
    """Every figure, in the order of the columns of open data; None where one does not exist.

    Percentages are whole, interval ends and rates per 100,000 have one decimal.
    """
    counts = statistics.counts
    own = statistics.population_rate
    # An authority outside the five types has no rate, so nothing to hold beside an average.
    average = statistics.similar.population_rate if statistics.similar else None
    return {
        "complaints_received": counts.received,
        "decided": counts.decided,
        "not_for_us": counts.not_for_us,
        "assessed_and_closed": counts.assessed_and_closed,
        "investigated": counts.investigated,
        "upheld": counts.upheld,
        "not_upheld": counts.not_upheld,
        **_rate_cells("uphold", counts.uphold, statistics.similar_percent("uphold")),
        "uphold_state": statistics.uphold_state,
        "population": statistics.population,
        "population_year": statistics.population_year,
        "upheld_per_100k": own.per_100k if own else None,
        "upheld_per_100k_similar": average.per_100k if average else None,
        "per_100k_state": statistics.per_100k_state,
        "compliance_outcomes": counts.compliance_outcomes,
        "complied": counts.complied,
        "complied_late": counts.satisfied_late,
        **_rate_cells("compliance", counts.compliance, statistics.similar_percent("compliance")),
        "compliance_state": statistics.compliance_state,
        "remedied_by_authority": counts.remedied_by_authority,
        **_rate_cells("remedied", counts.remedied, statistics.similar_percent("remedied")),
        "remedied_state": statistics.remedied_state,
        "uphold_similar_state": statistics.similar_state("uphold"),
        "compliance_similar_state": statistics.similar_state("compliance"),
        "remedied_similar_state": statistics.similar_state("remedied"),
    }


def _rate_cells(stem: str, rate: Rate, similar: int | None) -> dict[str, Figure]:
    interval = rate.interval
    return {
        f"{stem}_percent": rate.percent,
        f"{stem}_percent_low": interval.low if interval else None,
        f"{stem}_percent_high": interval.high if interval else None,
        f"{stem}_percent_similar": similar,
    }
