from reviews.figures.counts import Counts
from reviews.figures.measures import MEASURES, RATES, Unit
from reviews.figures.rates import Rate


def test_measures_that_are_percentages_say_of_what_and_have_a_rate() -> None:
    percentages = {code for code, measure in MEASURES.items() if measure.unit is Unit.PERCENT}
    assert percentages == set(RATES) == {"uphold", "compliance", "remedied"}
    for code, measure in MEASURES.items():
        assert measure.code == code
        words = (all(measure.base), bool(measure.part), bool(measure.nothing))
        assert words == ((code in percentages),) * 3


def test_measures_count_in_singular_and_plural() -> None:
    uphold = MEASURES["uphold"]
    assert [uphold.based_on(n) for n in (0, 1, 2, 1200)] == [
        "0 investigations",
        "1 investigation",
        "2 investigations",
        "1,200 investigations",
    ]


def test_measures_take_their_rates_from_the_counts() -> None:
    counts = Counts(
        upheld=3, not_upheld=4, remedied_by_authority=1, satisfied=5, satisfied_late=6,
        not_satisfied=7,
    )  # fmt: skip
    assert {code: rate(counts) for code, rate in RATES.items()} == {
        "uphold": Rate(3, 7),
        "compliance": Rate(11, 18),
        "remedied": Rate(1, 3),
    }
