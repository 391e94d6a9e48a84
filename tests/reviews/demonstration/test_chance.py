import pytest

from reviews.demonstration.chance import allot, pick, seeded, shuffled, weighted, whole


def test_allot_shares_out_the_whole_total() -> None:
    shares = allot(seeded("test"), 100, {"a": 1.0, "b": 3.0, "c": 0.0}, {"d": 5})
    assert sum(shares.values()) == 100
    assert shares["c"] == 0
    assert shares["b"] > shares["a"]


def test_allot_keeps_what_is_fixed() -> None:
    assert allot(seeded("test"), 7, {"a": 1.0, "b": 1.0}, {"a": 7}) == {"a": 7, "b": 0}


def test_allot_refuses_fixed_parts_beyond_the_total() -> None:
    with pytest.raises(ValueError, match="exceed the total of 6 by 1"):
        allot(seeded("test"), 6, {"a": 1.0, "b": 1.0}, {"a": 7})


def test_pick_takes_parts_within_their_wholes() -> None:
    parts = pick(seeded("test"), 10, {"a": 8, "b": 3, "c": 5}, {"c": 0})
    assert sum(parts.values()) == 10
    assert parts["c"] == 0
    assert parts["a"] <= 8
    assert parts["b"] <= 3


def test_pick_of_all_takes_all_and_of_none_none() -> None:
    assert pick(seeded("test"), 11, {"a": 8, "b": 3}, {}) == {"a": 8, "b": 3}
    assert pick(seeded("test"), 0, {"a": 8, "b": 3}, {}) == {"a": 0, "b": 0}


def test_pick_refuses_one_more_than_there_is() -> None:
    with pytest.raises(ValueError, match="12 cannot be picked of 11"):
        pick(seeded("test"), 12, {"a": 8, "b": 3}, {})


def test_draws_keep_within_their_bounds() -> None:
    chance = seeded("test")
    assert {whole(chance, 2, 4) for _ in range(200)} == {2, 3, 4}
    assert {weighted(chance, {"a": 1.0, "b": 0.0}) for _ in range(50)} == {"a"}
    assert sorted(shuffled(chance, [3, 1, 2])) == [1, 2, 3]


def test_seeds_differ_by_purpose_and_repeat_by_name() -> None:
    assert seeded("a", 1).random() == seeded("a", 1).random()
    assert seeded("a", 1).random() != seeded("a", 2).random()
