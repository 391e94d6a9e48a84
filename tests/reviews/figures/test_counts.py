import pytest

from reviews.figures.counts import Average, Counts, Statistics, pool
from reviews.figures.rates import PopulationRate, Rate

SOME = Counts(
    received=30,
    invalid_or_incomplete=1,
    advice_given=2,
    referred_back=4,
    closed_after_initial_enquiries=8,
    not_upheld=3,
    upheld=5,
    remedied_by_authority=1,
    satisfied=6,
    satisfied_late=2,
    not_satisfied=1,
    ceased=7,
)


def test_counts_add_up_as_the_rules_say() -> None:
    assert SOME.not_for_us == 7
    assert SOME.assessed_and_closed == 8
    assert SOME.investigated == 8
    assert SOME.decided == 23
    assert SOME.complied == 8
    assert SOME.compliance_outcomes == 9
    assert SOME.uphold == Rate(5, 8)
    assert SOME.compliance == Rate(8, 9)
    assert SOME.remedied == Rate(1, 5)


def test_counts_ceased_outcomes_are_neither_part() -> None:
    only_ceased = Counts(ceased=3)
    assert only_ceased.compliance == Rate(0, 0)


def test_pool_takes_all_parts_over_all_wholes() -> None:
    small = Counts(upheld=1, not_upheld=0)
    large = Counts(upheld=10, not_upheld=29)
    average = pool([(small, 1_000), (large, 9_000)])
    assert average == Average(
        councils=2,
        investigated=40,
        upheld=11,
        compliance_outcomes=0,
        complied=0,
        remedied_by_authority=0,
        population=10_000,
    )
    # The mean of the two rates would be 63%.
    assert average.uphold.percent == 28
    assert average.compliance.percent is None
    assert average.population_rate == PopulationRate(11, 10_000)


def test_pool_without_one_population_gives_no_rate_by_population() -> None:
    average = pool([(SOME, 1_000), (SOME, None)])
    assert average.population is None
    assert average.population_rate is None


def test_pool_of_nobody_has_nothing_to_give() -> None:
    average = pool([])
    assert average.councils == 0
    assert average.uphold.percent is None
    assert average.population is None


NOTHING = Average(1, 0, 0, 0, 0, 0, 5)
FULL = Average(2, 16, 10, 18, 16, 2, 300)


@pytest.mark.parametrize(
    ("counts", "uphold", "compliance", "remedied"),
    [
        (SOME, "value", "value", "value"),
        (Counts(), "none_investigated", "none_due", "none_upheld"),
        (Counts(not_upheld=2), "value", "none_due", "none_upheld"),
        (Counts(not_satisfied=1), "none_investigated", "value", "none_upheld"),
        (Counts(ceased=1), "none_investigated", "none_due", "none_upheld"),
    ],
)
def test_statistics_states_say_why_a_figure_is_missing(
    counts: Counts, uphold: str, compliance: str, remedied: str
) -> None:
    statistics = Statistics(2020, counts, similar=FULL, has_population_rate=True)
    assert statistics.uphold_state == uphold
    assert statistics.compliance_state == compliance
    assert statistics.remedied_state == remedied


@pytest.mark.parametrize(
    ("similar", "state", "percent"),
    [(None, "no_comparison", None), (NOTHING, "none_in_group", None), (FULL, "value", 63)],
)
def test_statistics_similar_is_given_even_where_the_own_whole_is_nothing(
    similar: Average | None, state: str, percent: int | None
) -> None:
    statistics = Statistics(2020, Counts(), similar=similar, has_population_rate=True)
    assert statistics.similar_state("uphold") == state
    assert statistics.similar_percent("uphold") == percent


@pytest.mark.parametrize(
    ("applies", "population", "state"),
    [(True, 5, "value"), (True, None, "no_population"), (False, None, "not_applicable")],
)
def test_statistics_rate_by_population_has_a_state(
    applies: bool, population: int | None, state: str
) -> None:
    statistics = Statistics(
        2023, SOME, similar=None, has_population_rate=applies, population=population
    )
    assert statistics.per_100k_state == state
    assert (statistics.population_rate is not None) == (state == "value")
