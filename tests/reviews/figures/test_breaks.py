import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.breaks import BREAKS, Change, Direction, between, change, runs
from reviews.figures.measures import MEASURES, RATES
from reviews.figures.rates import Rate

YEARS = st.integers(2010, 2030)
RATE = st.integers(0, 400).flatmap(
    lambda whole: st.integers(0, whole).map(lambda part: Rate(part, whole))
)


def test_breaks_are_those_of_2021_and_2023() -> None:
    assert {(code, each.year_ending) for each in BREAKS for code in each.measures} == {
        ("received", 2021),
        ("decided", 2021),
        ("uphold", 2023),
        ("remedied", 2023),
    }


@pytest.mark.parametrize(
    ("measure", "earlier", "later", "years"),
    [
        ("uphold", 2021, 2022, []),
        ("uphold", 2022, 2023, [2023]),
        ("uphold", 2023, 2022, [2023]),
        ("uphold", 2023, 2024, []),
        ("uphold", 2014, 2025, [2023]),
        ("uphold", 2023, 2023, []),
        ("remedied", 2022, 2023, [2023]),
        ("compliance", 2014, 2025, []),
        ("received", 2020, 2021, [2021]),
        ("received", 2021, 2022, []),
        ("decided", 2019, 2023, [2021]),
    ],
)
def test_breaks_between_years(measure: str, earlier: int, later: int, years: list[int]) -> None:
    assert [each.year_ending for each in between(measure, earlier, later)] == years


def test_breaks_of_an_unknown_measure_are_refused() -> None:
    with pytest.raises(ValueError, match="'upheld' is not a measure"):
        between("upheld", 2020, 2021)


@pytest.mark.parametrize(
    ("measure", "years", "expected"),
    [
        ("uphold", [], []),
        ("uphold", [2020], [[2020]]),
        ("uphold", [2024, 2023, 2022, 2021], [[2021, 2022], [2023, 2024]]),
        ("uphold", [2019, 2021, 2021], [[2019], [2021]]),
        ("received", [2019, 2020, 2021, 2022], [[2019, 2020], [2021, 2022]]),
        ("compliance", [2021, 2022, 2023], [[2021, 2022, 2023]]),
    ],
)
def test_runs_stop_at_breaks_and_at_missing_years(
    measure: str, years: list[int], expected: list[list[int]]
) -> None:
    assert runs(measure, years) == expected


@given(st.sampled_from(sorted(MEASURES)), st.lists(YEARS))
def test_runs_hold_every_year_once_and_no_break(measure: str, years: list[int]) -> None:
    found = runs(measure, years)
    assert [year for run in found for year in run] == sorted(set(years))
    for run in found:
        assert run == list(range(run[0], run[-1] + 1))
        assert between(measure, run[0], run[-1]) == ()


@given(st.sampled_from(sorted(RATES)), YEARS, YEARS, RATE, RATE)
def test_changes_exist_only_within_a_series(
    measure: str, first: int, second: int, one: Rate, other: Rate
) -> None:
    earlier, later = min(first, second), max(first, second) + 1
    found = change(measure, (earlier, one), (later, other))
    crosses = any(
        measure in each.measures and earlier < each.year_ending <= later for each in BREAKS
    )
    assert (found is None) == (crosses or not one.whole or not other.whole)


def test_changes_need_years_in_order() -> None:
    with pytest.raises(ValueError, match="2020 does not come after 2020"):
        change("uphold", (2020, Rate(1, 2)), (2020, Rate(1, 2)))


@pytest.mark.parametrize(
    ("earlier", "later", "direction"),
    [
        (Rate(10, 40), Rate(30, 40), Direction.HIGHER),
        (Rate(30, 40), Rate(10, 40), Direction.LOWER),
        (Rate(1, 4), Rate(3, 4), Direction.NOT_TOLD),
        (Rate(10, 40), Rate(10, 40), Direction.NOT_TOLD),
        (Rate(0, 2), Rate(2, 2), Direction.NOT_TOLD),
    ],
)
def test_changes_are_told_only_where_the_intervals_are_apart(
    earlier: Rate, later: Rate, direction: Direction
) -> None:
    assert Change("uphold", 2020, earlier, 2021, later).direction == direction


def test_changes_in_words() -> None:
    assert Change("uphold", 2020, Rate(10, 40), 2021, Rate(30, 40)).text == (
        "75% of 40 investigations in the year ending 31 March 2021, higher than 25% of 40 "
        "investigations in 2020 and by more than chance would explain."
    )
    assert Change("compliance", 2020, Rate(1, 1), 2021, Rate(1, 2)).text == (
        "50% of 2 compliance outcomes in the year ending 31 March 2021, 100% of 1 compliance "
        "outcome in 2020: the difference may be no more than chance."
    )
