"""Bands of the map: fixed bounds, and three kinds of nothing that are not the same."""

from decimal import Decimal
from typing import Any

import pytest

from reviews.figures.bands import BANDS, MINIMUM_RESIDENTS, NOT_PUBLISHED, RETRACTED, reading
from reviews.figures.chance import MINIMUM_BASE
from reviews.figures.counts import COUNTED, Counts, Statistics


def statistics(population: int | None = 100_000, **counts: int) -> Statistics:
    """A council of which nothing is counted but what is said."""
    nothing: dict[str, Any] = dict.fromkeys(COUNTED, 0)
    by_category: dict[str, Any] = {
        f"{name}_by_category": {} for name in ("received", "investigated", "upheld")
    }
    return Statistics(
        year_ending=2020,
        counts=Counts(**nothing | counts, **by_category),
        similar=None,
        has_population_rate=True,
        population=population,
        population_year=2019 if population else None,
    )


def read(measure: str, statistics: Statistics) -> tuple[str, str, str, str]:
    found = reading(measure, statistics)
    return found.figure, found.sentence, found.sign, found.shade


@pytest.mark.parametrize("measure", BANDS)
def test_bands_are_five_and_leave_no_gap(measure: str) -> None:
    bands = BANDS[measure]
    assert [band.number for band in bands] == [1, 2, 3, 4, 5]
    assert bands[0].low == 0
    assert [band.low for band in bands] == sorted({band.low for band in bands})


def test_labels_of_bands_say_their_bounds() -> None:
    assert {measure: [band.label for band in bands] for measure, bands in BANDS.items()} == {
        "uphold": ["0% to 20%", "21% to 40%", "41% to 60%", "61% to 80%", "81% to 100%"],
        "compliance": ["0% to 79%", "80% to 89%", "90% to 94%", "95% to 99%", "100%"],
        "remedied": ["0%", "1% to 9%", "10% to 19%", "20% to 29%", "30% to 100%"],
        "upheld-per-100k": ["0 to 1.9", "2 to 3.9", "4 to 5.9", "6 to 8.9", "9 or more"],
    }


@pytest.mark.parametrize(
    ("upheld", "not_upheld", "sign"),
    [
        (0, 10, "1"),
        (20, 80, "1"),
        (41, 159, "2"),  # 20.5% is printed as 21%
        (204, 796, "1"),  # 20.4% as 20%
        (40, 60, "2"),
        (41, 59, "3"),
        (80, 20, "4"),
        (81, 19, "5"),
        (10, 0, "5"),
    ],
)
def test_band_is_that_of_the_printed_percentage(upheld: int, not_upheld: int, sign: str) -> None:
    assert reading("uphold", statistics(upheld=upheld, not_upheld=not_upheld)).sign == sign


def test_reading_says_figure_and_base() -> None:
    assert read("uphold", statistics(upheld=28, not_upheld=13)) == (
        "68%", "68% of 41 investigations upheld", "4", "b4",
    )  # fmt: skip
    found = reading("uphold", statistics(upheld=28, not_upheld=13))
    assert (found.part_text, found.whole_text) == ("28", "41")
    assert read("compliance", statistics(satisfied=1199, not_satisfied=1)) == (
        "100%", "100% of 1,200 compliance outcomes complied with", "5", "b5",
    )  # fmt: skip
    assert read("remedied", statistics(upheld=12)) == (
        "0%", "0% of 12 upheld decisions already remedied by the authority", "1", "b1",
    )  # fmt: skip
    assert read("upheld-per-100k", statistics(upheld=11)) == (
        "11", "11 upheld for every 100,000 of 100,000 residents", "5", "b5",
    )  # fmt: skip


def test_too_few_nothing_and_low_are_told_apart() -> None:
    few = statistics(upheld=0, not_upheld=MINIMUM_BASE - 1)
    low = statistics(upheld=0, not_upheld=MINIMUM_BASE)
    assert read("uphold", few) == (
        "too few to show", "too few to show, 0 of 9 investigations upheld", "few", "few",
    )  # fmt: skip
    assert read("uphold", statistics(upheld=1))[1] == (
        "too few to show, 1 of 1 investigation upheld"
    )
    assert read("uphold", low)[:3] == ("0%", "0% of 10 investigations upheld", "1")
    assert read("uphold", statistics()) == (
        "none investigated", "none investigated", "none", "none",
    )  # fmt: skip
    assert read("compliance", statistics())[0] == "none due"
    assert read("remedied", statistics())[0] == "none upheld"


def test_rate_of_few_residents_is_not_shown() -> None:
    least = statistics(MINIMUM_RESIDENTS, upheld=1)
    fewer = statistics(MINIMUM_RESIDENTS - 1, upheld=1)
    assert read("upheld-per-100k", least)[0] == "5"
    assert read("upheld-per-100k", fewer) == (
        "too few to show", "too few to show, 1 upheld for 19,999 residents", "few", "few",
    )  # fmt: skip
    assert read("upheld-per-100k", statistics(None, upheld=1)) == (
        "no population", "no population to relate to", "none", "none",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("upheld", "sign"), [(0, "1"), (19, "1"), (20, "2"), (59, "3"), (60, "4"), (89, "4"), (90, "5")]
)
def test_band_of_a_rate_begins_at_its_bound(upheld: int, sign: str) -> None:
    found = reading("upheld-per-100k", statistics(1_000_000, upheld=upheld))
    assert (Decimal(upheld) / 10, found.sign) == (Decimal(found.figure), sign)


def test_what_is_not_published_has_no_number() -> None:
    for found in (NOT_PUBLISHED, RETRACTED):
        assert (found.sign, found.shade) == ("–", "gap")
        assert (found.part_text, found.whole_text) == ("", "")
