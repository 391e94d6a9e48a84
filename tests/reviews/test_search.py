"""What people type into a search, and what is made of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.search import (
    BEGIN,
    END,
    EXCERPT_WORDS,
    LENGTH,
    Search,
    Words,
    marked,
    parse,
    passage,
)


@pytest.mark.parametrize(
    ("typed", "alternatives"),
    [
        ("", ()),
        ("damp", (Words((("damp",),)),)),
        ("damp  mould", (Words((("damp",), ("mould",))),)),
        ('"damp and mould"', (Words((("damp", "and", "mould"),)),)),
        ("“damp and mould”", (Words((("damp", "and", "mould"),)),)),
        ("damp -mould", (Words((("damp",),), (("mould",),)),)),
        ('damp -"black mould"', (Words((("damp",),), (("black", "mould"),)),)),
        ("damp or mould", (Words((("damp",),)), Words((("mould",),)))),
        ("damp OR mould roof", (Words((("damp",),)), Words((("mould",), ("roof",))))),
        ("the council's roof", (Words((("council",), ("roof",))),)),
        ("re-housing", (Words((("re", "housing"),)),)),
        ("AND NOT NEAR(roof*)", (Words((("NEAR", "roof"),)),)),
        ('roof"', (Words((("roof",),)),)),
        ("-damp", ()),
        ("the of and", ()),
        ("or or", ()),
        ("!!! ''' \"\" * ^ ( ) : {}", ()),
        ("\x00roof\x00", (Words((("roof",),)),)),
        ("日本 café", (Words((("日本",), ("café",))),)),
    ],
)
def test_words_typed_are_understood(typed: str, alternatives: tuple[Words, ...]) -> None:
    found = parse(typed)
    assert found.alternatives == alternatives
    assert found.reference is None
    assert found.is_meaningless == bool(typed and not alternatives)


@pytest.mark.parametrize(
    "typed", ["20 001 234", "20001234", " 20-001-234 ", "20–001–234", "20\u2212001 234"]
)
def test_reference_is_understood_in_any_form(typed: str) -> None:
    assert parse(typed).reference == "20 001 234"


def test_search_is_written_for_each_database() -> None:
    search = parse('damp "black mould" -roof or leak')
    assert search.for_sqlite == '(("damp" AND "black mould") NOT ("roof")) OR ("leak")'
    assert search.for_postgresql == '"damp" "black mould" -"roof" or "leak"'


def test_long_text_is_cut_and_says_so() -> None:
    assert not parse("a" * LENGTH).was_cut
    found = parse("a" * (LENGTH + 1))
    assert (found.was_cut, len(found.typed)) == (True, LENGTH)


@given(st.text())
def test_nothing_but_quoted_words_reaches_a_database(typed: str) -> None:
    search = parse(typed)
    for written in (search.for_sqlite, search.for_postgresql):
        outside = written.split('"')[::2]
        inside = written.split('"')[1::2]
        assert set("".join(outside)) <= set(" ANDORTor()-")
        assert all(character.isalnum() or character == " " for character in "".join(inside))


def test_marked_words_come_in_parts() -> None:
    assert marked(f"a {BEGIN}b{END}\n c") == [("a ", False), ("b", True), (" c", False)]
    assert marked(f"{END}a{BEGIN}") == [("a", False)]
    assert marked("") == []


@pytest.mark.parametrize(
    ("first", "start", "end"), [(0, 0, 30), (7, 0, 30), (8, 1, 31), (40, 33, 63), (99, 70, 100)]
)
def test_passage_is_cut_around_the_first_word_found(first: int, start: int, end: int) -> None:
    words = [f"w{number}" for number in range(100)]
    words[first] = f"{BEGIN}{words[first]}{END}"
    wanted = " ".join(words[start:end])
    before, after = "… " if start else "", " …" if end < 100 else ""
    assert passage("\n".join(words)) == f"{before}{wanted}{after}"


def test_passage_of_a_short_text_is_all_of_it() -> None:
    text = " ".join([f"{BEGIN}w{END}"] * EXCERPT_WORDS)
    assert passage(text) == text


def test_passage_cut_inside_words_that_stand_together_marks_what_is_left() -> None:
    text = f"{BEGIN}{'w ' * EXCERPT_WORDS}w{END}"
    assert marked(passage(text)) == [("w " * (EXCERPT_WORDS - 1) + "w", True), (" …", False)]


def test_search_for_nothing_is_no_search() -> None:
    assert parse("  ") == Search()
