"""Receipts: every figure has one, its parts add up, and the digest is of what is public."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.cells import Figure
from reviews.figures.counts import Average, Counts, Statistics
from reviews.figures.measures import MEASURES
from reviews.figures.receipts import COUNTS, Receipt, canonical, digest, receipts

SOME = Counts(
    received=12, invalid_or_incomplete=1, advice_given=2, referred_back=3,
    closed_after_initial_enquiries=4, not_upheld=8, upheld=3, remedied_by_authority=1, satisfied=4,
    satisfied_late=1, not_satisfied=1, ceased=2,
)  # fmt: skip
DISTRICTS = Average(192, 400, 180, 150, 149, 18, 22_000_000)


def made(counts: Counts, *, similar: Average | None = DISTRICTS) -> dict[str, Receipt]:
    statistics = Statistics(2020, counts, similar, similar is not None, 100_000, 2019)
    return {receipt.code: receipt for receipt in receipts(statistics)}


def test_every_measure_and_every_count_has_a_receipt() -> None:
    assert set(made(SOME)) == {*MEASURES, *COUNTS, "upheld-of-decided"}


def test_rate_is_told_with_parts_what_is_left_out_interval_and_average() -> None:
    receipt = made(SOME)["uphold"]
    assert (receipt.value, [(part.label, part.count, part.code) for part in receipt.parts]) == (
        "27%",
        [("Upheld", "3", "upheld"), ("Of: investigated", "11", "investigated")],
    )
    assert receipt.left_out == (
        "10 cases decided without an investigation: 6 not for us or not ready for us, 4 assessed "
        "and closed. The rate is one of investigations.",
    )
    assert receipt.further == (
        "Allowing for chance, the true rate is likely between 10% and 57%. Wilson 95% interval: "
        "9.7% to 56.6%.",
        "Average of similar authorities: 45%, all cases of all councils of the type together, this "
        "one's included. It was worked out when the figures were frozen.",
    )
    left_out = made(SOME)["compliance"].left_out
    assert left_out[0] == "2 cases in which compliance was ceased: in neither part."
    assert made(SOME)["remedied"].left_out == (
        "8 cases investigated and not upheld: there was nothing to remedy.",
    )


def test_count_is_told_with_what_it_is_made_of() -> None:
    decided = made(SOME)["decided"]
    assert decided.value == "21"
    assert [part.count for part in decided.parts] == ["1", "2", "3", "4", "8", "3"]
    assert [part.code for part in made(SOME)["received"].parts] == ["received"]
    assert made(SOME)["upheld-per-100k"].parts[1].count == "100,000 (estimate for 2019)"


def test_nothing_to_count_is_told_in_words_and_has_no_interval() -> None:
    found = made(Counts(), similar=None)
    assert [found[code].value for code in ("uphold", "compliance", "remedied")] == [
        *("none investigated", "none due", "none upheld")
    ]
    assert found["upheld-of-decided"].value == "none decided"
    assert (found["upheld-per-100k"].value, found["upheld-per-100k"].parts) == ("not given", ())
    assert [found[code].further for code in ("uphold", "compliance", "remedied")] == [(), (), ()]


def test_upheld_of_decided_is_no_percentage_where_nothing_was_investigated() -> None:
    nothing = made(Counts(received=9, advice_given=4, closed_after_initial_enquiries=7))
    receipt = nothing["upheld-of-decided"]
    assert (receipt.value, [part.count for part in receipt.parts]) == (
        "none investigated",
        ["0", "11"],
    )
    assert made(Counts(received=1, not_upheld=1))["upheld-of-decided"].value == "0%"


def test_sums_of_a_type_are_told_nowhere() -> None:
    text = str(made(SOME))
    assert [number for number in ("400", "180", "150", "149", "192") if number in text] == []


NUMBER = st.integers(0, 500)


@given(numbers=st.lists(NUMBER, min_size=11, max_size=11))
def test_parts_of_every_count_add_up(numbers: list[int]) -> None:
    names = [
        *("received", "invalid_or_incomplete", "advice_given", "referred_back"),
        *("closed_after_initial_enquiries", "not_upheld", "upheld", "satisfied"),
        *("satisfied_late", "not_satisfied", "ceased"),
    ]
    values: dict[str, Any] = dict(zip(names, numbers, strict=True))
    for code, receipt in made(Counts(**values)).items():
        if code in COUNTS:
            assert receipt.value == f"{sum(int(part.count) for part in receipt.parts):,}"


def test_canonical_text_is_sorted_and_the_digest_is_of_it() -> None:
    values: dict[str, Figure] = {"b": Decimal("2.0"), "a": 1, "name": "Lynn’s", "none": None}
    assert canonical(values) == '{"a":1,"b":"2.0","name":"Lynn’s","none":null}'
    assert canonical({name: values[name] for name in reversed(values)}) == canonical(values)
    assert json.loads(canonical(values))["b"] == "2.0"
    # echo -n '{"a":1,"b":"2.0","name":"Lynn’s","none":null}' | sha256sum
    assert digest(values) == "bf9afe32f5ee41860854af39c420ef297f854480eb48bcef34e0f3402775b58f"


@pytest.mark.parametrize("code", sorted(COUNTS))
def test_every_count_is_a_count_of_a_row(code: str) -> None:
    assert isinstance(getattr(SOME, code), int)
