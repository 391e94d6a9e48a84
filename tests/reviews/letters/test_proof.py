import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.figures.counts import Average, Counts, Statistics
from reviews.letters.proof import ALPHABET, check_code, figures_json, read_code
from tests.reviews.letters.test_document import LETTER

KEY = b"a key"
DISTRICTS = Average(
    councils=2,
    investigated=40,
    upheld=18,
    compliance_outcomes=0,
    complied=0,
    remedied_by_authority=3,
    population=200_000,
)


def figures(counts: Counts, similar: Average | None = DISTRICTS) -> dict[str, object]:
    statistics = Statistics(
        year_ending=2020,
        counts=counts,
        similar=similar,
        has_population_rate=True,
        population=100_000,
        population_year=2019,
    )
    text = figures_json(
        statistics, authority="Example Council", slug="example", gss_code="", version=1
    )
    read: dict[str, object] = json.loads(text)
    return read


def test_figures_json_names_them_as_open_data_does() -> None:
    read = figures(Counts(received=4, not_upheld=2))
    assert list(read.items())[:8] == [
        ("authority", "Example Council"),
        ("slug", "example"),
        ("gss_code", None),
        ("year_ending", 2020),
        ("period_start", "2019-04-01"),
        ("period_end", "2020-03-31"),
        ("letter_version", 1),
        ("complaints_received", 4),
    ]
    assert (read["uphold_percent"], read["uphold_state"]) == (0, "value")
    assert (read["uphold_percent_similar"], read["upheld_per_100k"]) == (45, 0.0)


def test_figures_json_holds_no_figure_that_does_not_exist() -> None:
    read = figures(Counts(), similar=None)
    assert (read["uphold_percent"], read["uphold_state"]) == (None, "none_investigated")
    assert (read["compliance_percent"], read["compliance_state"]) == (None, "none_due")
    assert (read["uphold_percent_similar"], read["uphold_similar_state"]) == (
        None,
        "no_comparison",
    )


def test_check_code_is_the_same_for_the_same_letter_and_key() -> None:
    code = check_code(LETTER, key=KEY)
    assert code == check_code(LETTER, key=KEY)
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code) - {"-"} <= set(ALPHABET)
    assert check_code(replace(LETTER, check_code=code, watermark="Draft"), key=KEY) == code


@pytest.mark.parametrize(
    "change",
    [{"salutation": "Dear Mx Other"}, {"version": 2}, {"figures": "{}"}, {"authority": "Other"}],
)
def test_check_code_differs_with_each_thing_a_letter_says(change: dict[str, object]) -> None:
    assert check_code(replace(LETTER, **change), key=KEY) != check_code(LETTER, key=KEY)  # type: ignore[arg-type]


def test_check_code_cannot_be_made_without_the_key() -> None:
    assert check_code(LETTER, key=b"another key") != check_code(LETTER, key=KEY)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("BCDF-2345-GHJK", "BCDF-2345-GHJK"),
        ("  bcdf 2345 ghjk ", "BCDF-2345-GHJK"),
        ("bcdf2345ghjk", "BCDF-2345-GHJK"),
        ("BCDF–2345—GHJK", "BCDF-2345-GHJK"),
        ("BCDF-2345-GHJ0", "BCDF-2345-GHJQ"),
        ("BCDF-2345-GHJl", "BCDF-2345-GHJJ"),
        ("BCDF-2345-GHJ", ""),
        ("BCDF-2345-GHJKK", ""),
        ("BCDF-2345-GHJ!", ""),
        ("", ""),
    ],
)
def test_read_code_takes_what_people_type(typed: str, code: str) -> None:
    assert read_code(typed) == code


@given(st.text())
def test_read_code_gives_a_code_or_nothing_whatever_is_typed(text: str) -> None:
    code = read_code(text)
    assert code == "" or read_code(code) == code
