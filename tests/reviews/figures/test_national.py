"""The figures of all authorities together: every total is the sum of its parts."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews.figures.counts import COUNTED, Counts
from reviews.figures.national import (
    BY_CATEGORY,
    Categories,
    from_plain,
    national,
    problems,
    shown_categories,
    to_plain,
    total,
)
from reviews.figures.protection import ByCategory, Row

TYPES = ("county", "district", "fire")
NUMBERS = st.integers(min_value=0, max_value=5000)
COUNTS = st.builds(
    Counts,
    **dict.fromkeys(COUNTED, NUMBERS),
    **dict.fromkeys(BY_CATEGORY, st.dictionaries(st.sampled_from("abc"), st.integers(1, 900))),
)
ROWS = st.lists(st.tuples(st.sampled_from(TYPES), COUNTS), max_size=5)
# On a busy machine making many numbers takes longer than the check of health allows.
SMALL = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@SMALL
@given(ROWS)
def test_every_total_is_the_sum_of_its_parts(rows: list[tuple[str, Counts]]) -> None:
    found = national(2020, rows, types=TYPES)
    assert found.authorities == len(rows)
    for name in COUNTED:
        whole = sum(getattr(counts, name) for _, counts in rows)
        assert getattr(found.counts, name) == whole
        assert sum(getattr(group.counts, name) for group in found.groups) == whole
    for name in BY_CATEGORY:
        for code in "abc":
            whole = sum(getattr(counts, name).get(code, 0) for _, counts in rows)
            assert getattr(found.counts, name).get(code, 0) == whole


@SMALL
@given(ROWS)
def test_figures_are_the_same_after_being_stored(rows: list[tuple[str, Counts]]) -> None:
    shown = Categories(received={"a": 1}, investigated=None, upheld=None)
    found = national(
        2020, rows, types=TYPES, reported=2, recommendations={"apology": 3}, categories=shown
    )
    assert from_plain(json.loads(json.dumps(to_plain(found)))) == found


def test_figures_of_no_authority_are_nothing_and_no_rate() -> None:
    found = national(2020, [], types=TYPES)
    assert (found.authorities, found.groups, found.counts) == (0, (), Counts())
    assert found.counts.uphold.percent is None


def test_groups_stand_in_the_order_of_the_types_and_only_where_there_is_one() -> None:
    rows = [("fire", Counts(received=1)), ("county", Counts(received=2)), ("fire", Counts())]
    found = national(2020, rows, types=TYPES)
    assert [(g.authority_type, g.authorities, g.counts.received) for g in found.groups] == [
        ("county", 1, 2),
        ("fire", 2, 1),
    ]


def test_type_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="'parish' is not a type of authority"):
        national(2020, [("parish", Counts())], types=TYPES)


def test_table_by_category_with_a_protected_cell_is_withheld_whole() -> None:
    protected = ByCategory(
        received=Row({"a": 7, "b": 9}, 16),
        investigated=Row({"a": None, "b": 9}, 16),
        upheld=Row({"a": None, "b": None}, 5),
    )
    assert shown_categories(protected) == Categories(
        received={"a": 7, "b": 9}, investigated=None, upheld=None
    )


def test_categories_without_cases_are_left_out() -> None:
    assert total([Counts(received_by_category={"a": 0, "b": 1})]).received_by_category == {"b": 1}


FITS: dict[str, Any] = {
    "received": 3, "received_by_category": {"a": 1, "b": 2},
    "upheld": 1, "upheld_by_category": {"a": 1},
    "not_upheld": 1, "investigated_by_category": {"a": 2},
}  # fmt: skip


def test_categories_that_come_to_their_whole_are_no_problem() -> None:
    assert problems(national(2020, [("county", Counts(**FITS))], types=TYPES)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"received": 4}, "complaints received by category come to 3, but there are 4"),
        ({"not_upheld": 0}, "investigations by category come to 2, but there are 1"),
        (
            {"upheld_by_category": {"a": 2}},
            "upheld decisions by category come to 2, but there are 1",
        ),
    ],
)
def test_categories_that_do_not_come_to_their_whole_are_told(
    changed: dict[str, Any], said: str
) -> None:
    found = national(2020, [("county", Counts(**(FITS | changed)))], types=TYPES)
    assert problems(found) == [said]
