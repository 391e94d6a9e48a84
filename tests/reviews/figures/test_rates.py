from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.rates import Interval, PopulationRate, Rate


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        (0, 2, 0),
        (2, 2, 100),
        (1, 2, 50),
        (33, 40, 83),
        (3, 24, 13),
        (49, 56, 88),
        (5, 8, 63),
        (1, 200, 1),
        (1, 201, 0),
        (199, 200, 100),
        (249, 250, 100),
        (0, 1, 0),
    ],
)
def test_rate_percent_rounds_halves_up_and_is_not_capped(
    part: int, whole: int, percent: int
) -> None:
    assert Rate(part, whole).percent == percent


def test_rate_of_nothing_has_no_percentage() -> None:
    assert Rate(0, 0).is_defined is False
    assert Rate(0, 0).percent is None
    assert Rate(0, 0).interval is None


def test_rate_of_none_of_two_is_zero_percent() -> None:
    assert Rate(0, 2).is_defined is True
    assert Rate(0, 2).percent == 0
    assert Rate(0, 2) != Rate(0, 0)


@pytest.mark.parametrize(("part", "whole"), [(-1, 2), (3, 2), (1, 0), (0, -1)])
def test_rate_refuses_a_part_beyond_its_whole(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match=f"{part} of {whole} is not a part of a whole"):
        Rate(part, whole)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_rate_percent_is_the_nearest_whole_number(pair: tuple[int, int]) -> None:
    part, whole = pair
    exact = Fraction(100 * part, whole)
    percent = Rate(part, whole).percent
    assert percent is not None
    assert Fraction(-1, 2) < percent - exact <= Fraction(1, 2)


# Worked out in floating point, apart from the code.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 2, "0.0", "65.8"),
        (2, 2, "34.2", "100.0"),
        (1, 2, "9.5", "90.5"),
        (0, 1, "0.0", "79.3"),
        (115, 132, "80.3", "91.8"),
        (10, 20, "29.9", "70.1"),
    ],
)
def test_rate_interval_is_wilsons(part: int, whole: int, low: str, high: str) -> None:
    assert Rate(part, whole).interval == Interval(low=Decimal(low), high=Decimal(high))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_rate_interval_holds_the_rate_and_stays_within_bounds(pair: tuple[int, int]) -> None:
    part, whole = pair
    interval = Rate(part, whole).interval
    assert interval is not None
    exact = Decimal(100 * part) / Decimal(whole)
    rounding = Decimal("0.05")
    assert 0 <= interval.low <= exact + rounding
    assert exact - rounding <= interval.high <= 100
    mirrored = Rate(whole - part, whole).interval
    assert mirrored is not None
    assert abs(100 - mirrored.low - interval.high) <= Decimal("0.1")


@pytest.mark.parametrize(
    ("count", "population", "value", "text"),
    [
        (0, 100_000, "0.0", "0"),
        (11, 100_000, "11.0", "11"),
        (146, 1_000_000, "14.6", "14.6"),
        (1, 2_000_000, "0.1", "0.1"),
        (1, 2_000_001, "0.0", "0"),
        (3, 10_938, "27.4", "27.4"),
    ],
)
def test_population_rate_has_one_decimal_and_drops_a_final_nought_in_text(
    count: int, population: int, value: str, text: str
) -> None:
    rate = PopulationRate(count, population)
    assert rate.per_100k == Decimal(value)
    assert str(rate.per_100k) == value
    assert rate.text == text


@pytest.mark.parametrize(("count", "population"), [(1, 0), (-1, 10), (1, -5)])
def test_population_rate_refuses_no_population(count: int, population: int) -> None:
    with pytest.raises(ValueError, match="is not a rate"):
        PopulationRate(count, population)
