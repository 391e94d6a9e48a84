"""Headings and paragraphs of statements, as they were typed."""

import pytest

from reviews.site.statements import Part, opening, parts

HEADING = {"is_heading": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Fault.", [Part(("Fault.",))]),
        ("One.\n\nTwo.\nThree.", [Part(("One.",)), Part(("Two.", "Three."))]),
        ("The complaint\nMr X complained.", [Part(("The complaint",), **HEADING),
                                             Part(("Mr X complained.",))]),
        ("The complaint\r\n\r\nMr X complained.", [Part(("The complaint",), **HEADING),
                                                   Part(("Mr X complained.",))]),
        ("The complaint", [Part(("The complaint",))]),  # nothing follows it
        ("1. The Council\nDid it.", [Part(("1. The Council", "Did it."))]),
        ("Mr X complained about\nthe Council.", [Part(("Mr X complained about", "the Council."))]),
        (f"{'Long ' * 15}\nText.", [Part((("Long " * 15).strip(), "Text."))]),
    ],
)  # fmt: skip
def test_parts_of_a_statement(text: str, expected: list[Part]) -> None:
    assert parts(text) == expected


def test_opening_is_the_first_paragraph_and_says_when_it_is_cut() -> None:
    text = "The complaint\nMr X complained about the Council.\n\nMore."
    assert opening(text, words=6) == "Mr X complained about the Council."
    assert opening(text, words=5) == "Mr X complained about the …"
    assert opening("", words=5) == ""
