"""Differences of texts, by line and word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.letters.differences import Line, Piece, compared, printed
from reviews.letters.document import BulletList, Heading, NumberedList, Paragraph, Run


def test_printed_has_the_signs_that_staff_write() -> None:
    address = "https://example.org/"
    blocks = (
        Heading("H"),
        Paragraph((Run("a "), Run("b", is_bold=True), Run("c", is_italic=True),
                   Run("d", is_bold=True, is_italic=True))),
        BulletList(((Run("e", link=address),), (Run(address, link=address),))),
        NumberedList(((Run("f"),), (Run("g"),))),
    )  # fmt: skip
    assert printed(blocks) == [
        "# H", "a **b***c****d***", f"- [e]({address})", f"- {address}", "1. f", "2. g",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["a"], ["a"], [Line((Piece("a"),), (Piece("a"),))]),
        (["a b c"], ["a x c"],
         [Line((Piece("a "), Piece("b ", True), Piece("c")),
               (Piece("a "), Piece("x ", True), Piece("c")))]),
        ([], ["a"], [Line((), (Piece("a", True),))]),
        (["a"], [], [Line((Piece("a", True),), ())]),
        (["a", "b"], ["b"], [Line((Piece("a", True),), ()), Line((Piece("b"),), (Piece("b"),))]),
    ],
)  # fmt: skip
def test_compared(before: list[str], after: list[str], expected: list[Line]) -> None:
    assert list(compared(before, after)) == expected


LINES = st.lists(st.text(alphabet="ab c*(", max_size=12), max_size=6)


@given(LINES, LINES)
def test_both_texts_stand_whole_in_their_comparison(before: list[str], after: list[str]) -> None:
    lines = compared(before, after)
    for text, side in (
        (before, [line.before for line in lines]),
        (after, [line.after for line in lines]),
    ):
        assert "".join("".join(p.text for p in pieces) for pieces in side) == "".join(text)
    if before == after:
        assert not any(line.is_changed for line in lines)
