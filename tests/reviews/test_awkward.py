"""The letters most likely to look wrong."""

import datetime as dt
from typing import Any

import pytest

from casework.choices import AuthorityType
from reviews.awkward import awkward
from tests.factories import make_authority
from tests.reviews.site.builders import make_frozen_round, make_summary

pytestmark = pytest.mark.django_db


def test_awkward_letters_are_one_of_each_kind(django_assert_num_queries: Any) -> None:
    round_ = make_frozen_round()
    plain = {"upheld": 3, "satisfied": 3}
    for name, authority, values in (
        ("Plain", {}, plain),
        ("None", {}, {"satisfied": 1}),
        ("One", {}, {"upheld": 1, "satisfied": 1}),
        ("Two", {}, {"upheld": 1, "not_upheld": 1, "satisfied": 1}),
        ("Not due", {}, {"upheld": 3}),
        ("Nothing upheld", {}, {"not_upheld": 3, "satisfied": 1}),
        ("Below", {}, {**plain, "not_satisfied": 1}),
        ("New", {"starts_on": dt.date(2019, 4, 1)}, plain),
        ("Before", {"starts_on": dt.date(2019, 3, 31)}, plain),
        ("Ended", {"ends_on": dt.date(2020, 3, 31)}, plain),
        ("Ends later", {"ends_on": dt.date(2020, 4, 1)}, plain),
        ("Apart", {"authority_type": AuthorityType.NATIONAL_PARK}, plain),
        ("The one with the longest name of all of them", {}, plain),
    ):
        summary = make_summary(round_, make_authority(name, **authority), **values)
        summary.letter.is_post_vacant = name == "Plain"
        summary.letter.save()
    with django_assert_num_queries(1):
        found = awkward(round_)
    assert [(each.label, each.letter and each.letter.summary.name) for each in found] == [
        ("None investigated", "None"),
        ("One investigated", "One"),
        ("Two investigated", "Two"),
        ("No recommendations due", "Not due"),
        ("Investigated, nothing upheld", "Nothing upheld"),
        ("Compliance below 100%", "Below"),
        ("New council", "New"),
        ("Council no longer there", "Ended"),
        ("No comparison", "Apart"),
        ("Post vacant", "Plain"),
        ("Longest name", "The one with the longest name of all of them"),
    ]


def test_awkward_letters_of_a_round_without_letters_are_none() -> None:
    assert {each.letter for each in awkward(make_frozen_round())} == {None}
