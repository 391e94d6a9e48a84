from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.counts import Counts
from reviews.figures.measures import RATES
from reviews.figures.rates import Rate
from reviews.figures.sentences import apart, in_short, likely


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            Counts(upheld=3, not_upheld=8, advice_given=41),
            "3 upheld: 27% of 11 investigated; 6% of 52 decided",
        ),
        (Counts(not_upheld=2), "0 upheld: 0% of 2 investigated; 0% of 2 decided"),
        (Counts(upheld=1), "1 upheld: 100% of 1 investigated; 100% of 1 decided"),
        (Counts(referred_back=1_200), "None investigated of 1,200 decided"),
        (Counts(received=7), "None decided"),
    ],
)
def test_upheld_is_said_of_investigated_and_of_decided(counts: Counts, said: str) -> None:
    assert in_short("uphold", counts) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            Counts(satisfied=4, satisfied_late=1, not_satisfied=1),
            "5 complied with: 83% of 6 compliance outcomes, 1 of them late",
        ),
        (Counts(satisfied=1), "1 complied with: 100% of 1 compliance outcome"),
        (Counts(ceased=2), "No compliance outcomes"),
    ],
)
def test_compliance_is_said_with_late_and_without_ceased(counts: Counts, said: str) -> None:
    assert in_short("compliance", counts) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            Counts(upheld=3, remedied_by_authority=1),
            "1 already remedied by the authority: 33% of 3 upheld decisions",
        ),
        (Counts(not_upheld=3), "None upheld"),
    ],
)
def test_remedies_are_said_of_upheld(counts: Counts, said: str) -> None:
    assert in_short("remedied", counts) == said


def test_nothing_to_count_is_no_percentage() -> None:
    assert ["%" in in_short(measure, Counts()) for measure in RATES] == [False, False, False]
    assert likely(Rate(0, 0)) == ""


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (Rate(0, 2), "Allowing for chance, the true rate is likely between 0% and 66%."),
        (Rate(9, 15), "Allowing for chance, the true rate is likely between 36% and 80%."),
        (Rate(4000, 4000), "Allowing for chance, the true rate is likely close to 100%."),
    ],
)
def test_interval_is_said_in_words(rate: Rate, said: str) -> None:
    assert likely(rate) == said


@given(whole=st.integers(1, 5000), data=st.data())
def test_interval_in_whole_percent_rounds_once(whole: int, data: st.DataObject) -> None:
    rate = Rate(data.draw(st.integers(0, whole)), whole)
    ends = rate.wilson
    assert ends is not None
    low, high = (str((100 * end).quantize(Decimal(1), ROUND_HALF_UP)) for end in ends)
    assert rate.likely == (f"{low}%" if low == high else f"{low}% to {high}%")


@pytest.mark.parametrize(
    ("first", "second", "is_apart"),
    [
        (Rate(3, 20), Rate(18, 20), True),
        (Rate(2, 2), Rate(0, 2), False),
        (Rate(0, 0), Rate(18, 20), False),
        (Rate(5, 10), Rate(5, 10), False),
    ],
)
def test_rates_are_apart_where_their_intervals_share_nothing(
    first: Rate, second: Rate, is_apart: bool
) -> None:
    assert (apart(first, second), apart(second, first)) == (is_apart, is_apart)
