import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.figures.chance import (
    MINIMUM_BASE,
    TAIL_95,
    TAIL_998,
    Limits,
    Verdict,
    limits,
    sentence,
    tails,
    verdict,
)
from reviews.figures.rates import Rate

AVERAGE = st.integers(1, 4000).flatmap(
    lambda whole: st.integers(0, whole).map(lambda part: Rate(part, whole))
)
OWN = st.integers(0, 600).flatmap(
    lambda whole: st.integers(0, whole).map(lambda part: Rate(part, whole))
)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function by its continued fraction (Lentz)."""
    if x in (0.0, 1.0):
        return x
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 2000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + numerator / c
            c = c if abs(c) > tiny else tiny
            value *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return front * value / a


def other_tails(own: Rate, average: Rate) -> tuple[float, float]:
    """The tails by another way: P(X >= k) is the incomplete beta I_p(k, n - k + 1)."""
    n, k, p = own.whole, own.part, average.part / average.whole
    high = 1.0 if k == 0 else incomplete_beta(k, n - k + 1, p)
    low = 1.0 if k == n else incomplete_beta(n - k, k + 1, 1 - p)
    return low, high


@settings(max_examples=3000, deadline=None)
@given(OWN, AVERAGE)
def test_tails_agree_with_another_way_of_working_them_out(own: Rate, average: Rate) -> None:
    found = tails(own, average)
    low, high = other_tails(own, average)
    assert (round(float(found.low) - low, 6), round(float(found.high) - high, 6)) == (0, 0)


@settings(max_examples=3000, deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.integers(0, n).map(lambda part: Rate(part, n))))
def test_wilson_ends_solve_the_equation_that_defines_them(own: Rate) -> None:
    """Each end p lies z standard errors from the share: (share - p)^2 = z^2 p (1 - p) / n.

    Solved here by halving, in floats, without the formula.
    """
    z, share, n = 1.959963984540054, own.part / own.whole, own.whole

    def solve(inner: float, outer: float) -> float:
        for _ in range(200):
            middle = (inner + outer) / 2
            if (share - middle) ** 2 < z * z * middle * (1 - middle) / n:
                inner = middle
            else:
                outer = middle
        return inner

    assert own.wilson is not None
    low, high = own.wilson
    expected = (
        0.0 if own.part == 0 else solve(share, 0),
        1.0 if own.part == n else solve(share, 1),
    )
    assert (round(float(low) - expected[0], 6), round(float(high) - expected[1], 6)) == (0, 0)


def test_wilson_of_nothing_does_not_exist() -> None:
    assert Rate(0, 0).wilson is None


@pytest.mark.parametrize(
    ("own", "low", "high"),
    [
        (Rate(0, 0), Fraction(1), Fraction(1)),
        (Rate(0, 1), Fraction(1, 2), Fraction(1)),
        (Rate(1, 1), Fraction(1), Fraction(1, 2)),
        (Rate(1, 2), Fraction(3, 4), Fraction(3, 4)),
        (Rate(0, 10), Fraction(1, 1024), Fraction(1)),
    ],
)
def test_tails_are_exact(own: Rate, low: Fraction, high: Fraction) -> None:
    found = tails(own, Rate(5, 10))
    assert (found.low, found.high) == (low, high)


def test_tails_need_an_average() -> None:
    with pytest.raises(ValueError, match="an average of nothing gives no chance"):
        tails(Rate(1, 2), Rate(0, 0))


@settings(deadline=None)
@given(st.integers(0, 60), AVERAGE, st.sampled_from([TAIL_95, TAIL_998]))
def test_limits_hold_just_the_counts_with_both_tails_above(
    whole: int, average: Rate, tail: Fraction
) -> None:
    found = limits(whole, average, tail=tail)
    for part in range(whole + 1):
        each = tails(Rate(part, whole), average)
        assert (part in found) == (min(each.low, each.high) > tail)


def test_limits_leave_out_a_tail_that_is_just_the_bound() -> None:
    """1 of 40 at a chance of 1 in 40 each: 0.025 exactly is not above 0.025."""
    assert tails(Rate(1, 1), Rate(1, 40)).high == TAIL_95
    assert limits(1, Rate(1, 40)) == Limits(0, 0)
    assert limits(1, Rate(2, 40)) == Limits(0, 1)


@settings(deadline=None)
@given(st.integers(0, 300), AVERAGE)
def test_limits_of_998_are_never_inside_those_of_95(whole: int, average: Rate) -> None:
    inner, outer = limits(whole, average), limits(whole, average, tail=TAIL_998)
    assert outer.low <= inner.low <= inner.high <= outer.high


@pytest.mark.parametrize(
    ("own", "average", "expected"),
    [
        (Rate(0, 0), Rate(45, 100), Verdict.NOTHING),
        (Rate(1, 2), None, Verdict.NOTHING),
        (Rate(1, 20), Rate(0, 0), Verdict.NOTHING),
        (Rate(MINIMUM_BASE - 1, MINIMUM_BASE - 1), Rate(1, 10), Verdict.TOO_FEW),
        (Rate(MINIMUM_BASE, MINIMUM_BASE), Rate(1, 10), Verdict.HIGHER),
        (Rate(0, MINIMUM_BASE), Rate(9, 10), Verdict.LOWER),
        (Rate(5, MINIMUM_BASE), Rate(1, 2), Verdict.UNREMARKABLE),
    ],
)
def test_verdicts(own: Rate, average: Rate | None, expected: Verdict) -> None:
    assert verdict(own, average) == expected


@pytest.mark.parametrize(
    ("measure", "own", "average", "expected"),
    [
        (
            "uphold",
            Rate(0, 2),
            Rate(45, 100),
            "With 2 investigations, 0, 1 or 2 upheld would all be unremarkable where the average "
            "is 45%.",
        ),
        (
            "uphold",
            Rate(1, 1),
            Rate(45, 100),
            "With 1 investigation, 0 or 1 upheld would all be unremarkable where the average is "
            "45%.",
        ),
        (
            "uphold",
            Rate(8, 8),
            Rate(45, 100),
            "With 8 investigations, 1 to 6 upheld would all be unremarkable where the average is "
            "45%.",
        ),
        (
            "compliance",
            Rate(9, 9),
            Rate(1, 1),
            "With 9 compliance outcomes, 9 complied with would be unremarkable where the average "
            "is 100%.",
        ),
        (
            "compliance",
            Rate(16, 16),
            Rate(453, 455),
            "The difference from similar authorities may be no more than chance: with 16 "
            "compliance outcomes, 15 or 16 complied with would all be unremarkable where the "
            "average is just under 100%.",
        ),
        (
            "remedied",
            Rate(0, 9),
            Rate(2, 455),
            "With 9 upheld decisions, 0 or 1 already remedied by the authority would all be "
            "unremarkable where the average is just above 0%.",
        ),
        (
            "remedied",
            Rate(0, 9),
            Rate(0, 455),
            "With 9 upheld decisions, 0 already remedied by the authority would be unremarkable "
            "where the average is 0%.",
        ),
        (
            "uphold",
            Rate(20, 40),
            Rate(45, 100),
            "The difference from similar authorities may be no more than chance: with 40 "
            "investigations, 12 to 24 upheld would all be unremarkable where the average is 45%.",
        ),
        (
            "uphold",
            Rate(25, 40),
            Rate(45, 100),
            "This is higher than in similar authorities by more than chance would explain: with "
            "40 investigations, 12 to 24 upheld would all be unremarkable where the average is "
            "45%.",
        ),
        (
            "remedied",
            Rate(0, 60),
            Rate(15, 100),
            "This is lower than in similar authorities by more than chance would explain: with "
            "60 upheld decisions, 4 to 15 already remedied by the authority would all be "
            "unremarkable where the average is 15%.",
        ),
        ("uphold", Rate(0, 0), Rate(45, 100), ""),
        ("uphold", Rate(1, 2), None, ""),
    ],
)
def test_sentences(measure: str, own: Rate, average: Rate | None, expected: str) -> None:
    assert sentence(measure, own, average) == expected


@settings(deadline=None)
@given(OWN, AVERAGE)
def test_verdicts_say_what_the_tails_say(own: Rate, average: Rate) -> None:
    judged = verdict(own, average)
    if not own.is_defined:
        assert judged == Verdict.NOTHING
    elif own.whole < MINIMUM_BASE:
        assert judged == Verdict.TOO_FEW
    else:
        found = tails(own, average)
        expected = Verdict.UNREMARKABLE
        if found.high <= TAIL_95:
            expected = Verdict.HIGHER
        elif found.low <= TAIL_95:
            expected = Verdict.LOWER
        assert judged == expected
