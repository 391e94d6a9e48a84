"""Protected cells: what is shown, and what readers who try cannot work out from it."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from casework.choices import Category
from reviews.figures import protection
from reviews.figures.counts import Counts
from reviews.figures.protection import FURTHER, THRESHOLD, ByCategory, Row, by_category, sums

type Cells = dict[str, int]

ABC = ("a", "b", "c")


def make_counts(
    *, received: Mapping[str, int] = {}, upheld: Mapping[str, int] = {},
    not_upheld: Mapping[str, int] = {},
) -> Counts:  # fmt: skip
    """Counts that add up, from those of categories."""
    codes = {*upheld, *not_upheld}
    return Counts(
        received=sum(received.values()),
        upheld=sum(upheld.values()),
        not_upheld=sum(not_upheld.values()),
        received_by_category=received,
        investigated_by_category={
            code: upheld.get(code, 0) + not_upheld.get(code, 0) for code in codes
        },
        upheld_by_category=upheld,
    )


def shown(row: Row) -> Cells:
    """The cells that are shown and not 0."""
    return {code: count for code, count in row.cells.items() if count}


# What is shown ------------------------------------------------------------------------------------


def test_codes_are_those_of_the_categories() -> None:
    assert sorted(FURTHER) == sorted(Category.values)
    row = by_category(make_counts(received={"housing": 9})).received
    assert list(row.cells) == sorted(Category.values)


ALL_LARGE = dict.fromkeys(FURTHER, THRESHOLD)


@pytest.mark.parametrize(
    ("received", "protected"),
    [
        ({}, ()),  # the total says that every cell is 0
        (ALL_LARGE, ()),
        # One case can be of any category.
        ({"housing": 1}, tuple(sorted(FURTHER))),
        # What is left of the total is 0: nobody is in it.
        ({"housing": 1000}, ()),
        ({"housing": 1000, "other": 1}, tuple(sorted({*FURTHER} - {"housing"}))),
        # One cell alone is the total less the others, so a further one goes.
        (ALL_LARGE | {"housing": 4}, ("housing", "other")),
        (ALL_LARGE | {"housing": 0, "other": 9}, ("housing", "other")),
        (ALL_LARGE | {"other": 4}, ("corporate_and_other", "other")),
        # 3 and 5 make 8, from which 4 and 4 could not be told if one cell went to hide the other.
        (ALL_LARGE | {"housing": 3}, ("corporate_and_other", "housing", "other")),
        # Two that make 8 are both 4.
        (ALL_LARGE | {"housing": 4, "other": 4}, ("corporate_and_other", "housing", "other")),
        (ALL_LARGE | {"housing": 4, "other": 0}, ("housing", "other")),
    ],
)  # fmt: skip
def test_cells_below_the_threshold_and_what_gives_them_away_are_protected(
    received: Cells, protected: tuple[str, ...]
) -> None:
    row = by_category(make_counts(received=received)).received
    assert row.protected == protected
    assert row.total == sum(received.values())
    assert all(
        row.cells[code] == received.get(code, 0) for code in FURTHER if code not in protected
    )


def test_few_upheld_or_few_not_upheld_of_many_investigated_are_protected() -> None:
    """7 of 8 upheld: the one that was not is somebody, too."""
    upheld = dict.fromkeys(FURTHER, 20)
    rests = dict.fromkeys(FURTHER, 20)
    found = by_category(make_counts(upheld=upheld, not_upheld=rests | {"housing": 1}))
    assert found.investigated.protected == ()
    assert found.upheld.protected == ("housing", "other")
    found = by_category(make_counts(upheld=upheld | {"housing": 1}, not_upheld=rests))
    assert found.upheld.protected == ("housing", "other")


def test_totals_that_say_everything_are_not_hidden_again() -> None:
    none_upheld = by_category(make_counts(not_upheld=dict.fromkeys(FURTHER, 6)))
    assert none_upheld.upheld == Row(dict.fromkeys(sorted(FURTHER), 0), 0)
    all_upheld = by_category(make_counts(upheld=dict.fromkeys(FURTHER, 6)))
    assert all_upheld.upheld == all_upheld.investigated
    assert all_upheld.upheld.protected == ()


def test_parts_that_do_not_add_up_to_the_total_are_not_shown() -> None:
    row = by_category(Counts(received=3, received_by_category={"housing": 2})).received
    assert row == Row(dict.fromkeys(sorted(FURTHER)), 3)


# A reader who subtracts ---------------------------------------------------------------------------

COUNT = st.one_of(st.integers(0, 6), st.integers(0, 60))


@st.composite
def years(draw: st.DrawFn) -> Counts:
    """One authority's year, small or large."""
    few = draw(st.integers(0, 9))

    def cells() -> Cells:
        counts = draw(st.lists(COUNT, min_size=9, max_size=9))
        return {code: n for place, (code, n) in enumerate(zip(FURTHER, counts, strict=True))
                if n and place >= few}  # fmt: skip

    return make_counts(received=cells(), upheld=cells(), not_upheld=cells())


def other_row(row: Row, true: Cells, code: str, value: int) -> Cells:
    """The row as it could be if the protected cell had that value."""
    hidden = [each for each in row.protected if each != code]
    left = row.total - sum(shown(row).values()) - value
    return true | dict.fromkeys(hidden, 0) | {code: value, hidden[0]: left}


@settings(max_examples=300)
@given(years())
def test_every_protected_count_could_be_anything_from_0_to_4(counts: Counts) -> None:
    """Or to what the row has to give: the reader knows the total and all cells that are shown."""
    for row, true in (
        (by_category(counts).received, counts.received_by_category),
        (by_category(counts).investigated, counts.investigated_by_category),
    ):
        full = {code: true.get(code, 0) for code in FURTHER}
        left = row.total - sum(shown(row).values())
        assert len(row.protected) != 1
        assert not row.protected or left > 0
        for code in row.protected:
            for value in range(min(THRESHOLD - 1, left) + 1):
                could_be = other_row(row, full, code, value)
                assert sum(could_be.values()) == row.total
                assert min(could_be.values()) >= 0
                assert all(could_be[c] == n for c, n in row.cells.items() if n is not None)


@settings(max_examples=500)
@given(years())
def test_no_count_upheld_or_not_upheld_is_told_by_the_two_tables_together(counts: Counts) -> None:
    """The reader also knows that what is upheld was investigated, and takes one from the other."""
    found = by_category(counts)
    if counts.upheld in (0, counts.investigated):
        return  # the totals say it all
    wholes = {code: counts.investigated_by_category.get(code, 0) for code in FURTHER}
    upheld = {code: counts.upheld_by_category.get(code, 0) for code in FURTHER}
    rests = {code: wholes[code] - upheld[code] for code in FURTHER}
    assert {*found.investigated.protected} <= {*found.upheld.protected}
    left_of_wholes = sum(wholes[code] for code in found.investigated.protected)
    for code, whole in found.investigated.cells.items():
        if whole is not None and found.upheld.cells[code] is not None:
            assert whole == 0 or min(upheld[code], rests[code]) >= THRESHOLD
    for code in found.upheld.protected:
        for part, rest in ((upheld, rests), (rests, upheld)):
            if part[code] < THRESHOLD:
                together = sum(part[each] for each in found.upheld.protected)
                limit = min(THRESHOLD - 1, together)
                if code in found.investigated.protected:
                    limit = min(limit, left_of_wholes)
                assert {*range(limit + 1)} <= {*possible(found, part, rest, code)}


def possible(found: ByCategory, part: Cells, rest: Cells, code: str) -> Iterator[int]:
    """The values below the threshold that a protected part could have: each with a whole table.

    Wholes that are hidden become whatever they have to be; those that are shown stay.
    """
    hidden, free = found.upheld.protected, found.investigated.protected
    wholes = {each: part[each] + rest[each] for each in FURTHER}
    for value in range(THRESHOLD):
        parts = dict.fromkeys(hidden, 0) | {code: value}
        left = sum(part[each] for each in hidden) - value
        for each in hidden:  # first where the whole is shown, as much as goes in
            if each != code and each not in free:
                parts[each] = max(0, min(left, wholes[each]))
                left -= parts[each]
        elsewhere = [each for each in free if each != code]
        if elsewhere:
            parts[elsewhere[0]] += left
            left = 0
        rests = {each: wholes[each] - parts[each] for each in hidden if each not in free}
        rests_left = sum(rest[each] for each in hidden) - sum(rests.values())
        fits = left == 0 and min(parts.values()) >= 0 and min(rests.values(), default=0) >= 0
        if fits and (rests_left == 0 or (free and rests_left > 0)):
            yield value


# A reader who knows the method --------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three categories and counts below 3 protected: few enough to try all tables there are."""
    monkeypatch.setattr(protection, "THRESHOLD", 3)
    monkeypatch.setattr(protection, "FURTHER", ABC)


def tables(*, most: int) -> Iterator[Cells]:
    for counts in itertools.product(range(most + 1), repeat=len(ABC)):
        if sum(counts) <= most:
            yield dict(zip(ABC, counts, strict=True))


type Look = tuple[tuple[tuple[str, int | None], ...], int]


def look(row: Row) -> Look:
    """All that is published of a row."""
    return tuple(row.cells.items()), row.total


def test_who_knows_the_method_and_tries_every_table_still_cannot_tell(small: None) -> None:
    """All tables that look the same when protected: no small count is the same in all of them."""
    alike: dict[Look, list[Cells]] = defaultdict(list)
    for cells in tables(most=14):
        alike[look(by_category(make_counts(received=cells)).received)].append(cells)
    told = [
        (cells, code)
        for (cells, _), found in alike.items()
        for code, count in cells
        if count is None and len({each[code] for each in found}) == 1
    ]
    assert len(alike) > 100
    assert told == []


def test_who_knows_the_method_cannot_tell_what_is_upheld_either(small: None) -> None:
    alike: dict[tuple[Look, Look], list[tuple[Cells, Cells]]] = defaultdict(list)
    for wholes in tables(most=10):
        for counts in itertools.product(*(range(wholes[code] + 1) for code in ABC)):
            upheld = dict(zip(ABC, counts, strict=True))
            rests = {code: wholes[code] - upheld[code] for code in ABC}
            found = by_category(make_counts(upheld=upheld, not_upheld=rests))
            alike[look(found.investigated), look(found.upheld)].append((upheld, rests))
    told = set()
    for (investigated, parts), could_be in alike.items():
        if parts[1] in (0, investigated[1]):
            continue  # the totals say that there is none of one outcome
        for (code, whole), (_, part) in zip(investigated[0], parts[0], strict=True):
            possible = {
                "upheld": {upheld[code] for upheld, _ in could_be} if part is None else {},
                "not upheld": {rests[code] for _, rests in could_be} if part is None else {},
                "investigated": {u[code] + r[code] for u, r in could_be} if whole is None else {},
            }
            told |= {
                (investigated, parts, code, what)
                for what, numbers_ in possible.items()
                if len(numbers_) == 1 and 0 < min(numbers_) < protection.THRESHOLD
            }
    assert len(alike) > 300
    assert told == set()


# A reader who has the version before --------------------------------------------------------------


@settings(max_examples=200)
@given(years(), years(), years())
def test_what_was_protected_stays_protected_in_later_versions(
    first: Counts, second: Counts, third: Counts
) -> None:
    """But for a 0 or a whole that the totals of the later version tell anyhow."""
    versions = [
        by_category(first),
        by_category(second, former=[first]),
        by_category(third, former=[first, second]),
    ]
    for before, after in itertools.pairwise(versions):
        told_by_totals = after.upheld.total in (0, after.investigated.total)
        for row, later in (
            (before.received, after.received),
            (before.investigated, after.investigated),
            (before.upheld, after.upheld),
        ):
            if later is not after.upheld or not told_by_totals:
                assert [code for code in row.protected if later.cells[code]] == []


def test_one_case_more_does_not_show_what_was_protected_before() -> None:
    """4 cases first, then 5: the letter says that one had been left out."""
    before = make_counts(received=ALL_LARGE | {"housing": 4, "other": 7})
    after = make_counts(received=ALL_LARGE | {"housing": 5, "other": 7})
    assert by_category(after).received.protected == ()
    assert by_category(after, former=[before]).received.protected == ("housing", "other")
    assert by_category(after, former=[before, after]).received.protected == ("housing", "other")


# A reader who has sums of columns -----------------------------------------------------------------


def test_sums_are_of_all_authorities_and_of_each_group() -> None:
    many = [make_counts(received=dict.fromkeys(FURTHER, 2)) for _ in range(3)]
    large = [make_counts(received=dict.fromkeys(FURTHER, 50))]
    found = sums({"district": many, "county": large})
    assert found.all.received == Row(dict.fromkeys(sorted(FURTHER), 56), 504)
    assert found.groups["district"].received == Row(dict.fromkeys(sorted(FURTHER), 6), 54)
    assert found.groups["county"].received == Row(dict.fromkeys(sorted(FURTHER), 50), 450)
    assert found.all.upheld == Row(dict.fromkeys(sorted(FURTHER), 0), 0)


def test_sum_that_gives_a_cell_away_is_not_shown_nor_are_those_it_follows_from() -> None:
    """In the county alone the sum of housing is its own; elsewhere others hide it."""
    lone = make_counts(received=ALL_LARGE | {"housing": 2, "other": 30})
    many = [make_counts(received=ALL_LARGE | {"housing": 2, "other": 4}) for _ in range(4)]
    found = sums({"county": [lone], "district": many})
    assert found.all.received.cells["housing"] == 10
    for group, total in (("county", 67), ("district", 164)):
        assert found.groups[group].received == Row(dict.fromkeys(sorted(FURTHER)), total)
    assert sums({"county": [lone]}).all.received.protected == tuple(sorted(FURTHER))


def test_no_authorities_have_sums_of_0() -> None:
    zeros = Row(dict.fromkeys(sorted(FURTHER), 0), 0)
    assert sums({}).all == ByCategory(received=zeros, investigated=zeros, upheld=zeros)


CELLS = st.fixed_dictionaries(dict.fromkeys(ABC, st.integers(0, 3)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.tuples(CELLS, CELLS), st.tuples(CELLS, CELLS))
def test_who_tries_every_table_that_fits_the_sums_finds_that_anybody_may_be_nobody(
    first: tuple[Cells, Cells], second: tuple[Cells, Cells]
) -> None:
    """Two authorities of which everything that is published is known, and the sums of both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(protection, "THRESHOLD", 3)
        patch.setattr(protection, "FURTHER", ABC)
        members = [
            make_counts(upheld=upheld, not_upheld=rests) for upheld, rests in (first, second)
        ]
        assume(not sums({"all": members}).all.upheld.protected)
        found = [by_category(counts) for counts in members]
        could_be = [{numbers(pair) for pair in alternatives(each)} for each in found]
    together = added(numbers(first), numbers(second))
    fitting = [
        (one, other)
        for one in could_be[0]
        for other in [added(together, tuple(-count for count in one))]
        if other in could_be[1]
    ]
    for place, true in enumerate((numbers(first), numbers(second))):
        for cell, code in enumerate(2 * ABC):
            if code in found[place].upheld.protected and true[cell] < 3:
                assert 0 in {pair[place][cell] for pair in fitting}


def numbers(pair: tuple[Cells, Cells]) -> tuple[int, ...]:
    """Upheld, then not upheld."""
    return tuple(cells[code] for cells in pair for code in ABC)


def added(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def alternatives(found: ByCategory) -> Iterator[tuple[Cells, Cells]]:
    """Every pair of upheld and not upheld that has the totals and cells which are shown."""
    choices = []
    for code in ABC:
        whole, part = found.investigated.cells[code], found.upheld.cells[code]
        most = found.investigated.total
        choices.append(
            [
                (u, r)
                for u in ([part] if part is not None else range(found.upheld.total + 1))
                for r in (
                    range(most - found.upheld.total + 1)
                    if whole is None
                    else [whole - u]
                    if whole >= u
                    else []
                )
            ]
        )
    for chosen in itertools.product(*choices):
        upheld = dict(zip(ABC, (u for u, _ in chosen), strict=True))
        rests = dict(zip(ABC, (r for _, r in chosen), strict=True))
        if (
            sum(upheld.values()) == found.upheld.total
            and sum(rests.values()) == found.investigated.total - found.upheld.total
        ):
            yield upheld, rests
