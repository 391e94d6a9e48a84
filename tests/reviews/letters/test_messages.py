"""What messages say of the letter they carry: under embargo, public, or in place of another."""

import datetime as dt
from dataclasses import replace

from reviews.letters.messages import Occasion, case_lists_text, letter_text

OCCASION = Occasion(
    authority="Example Council",
    year_ending=2020,
    public_from=dt.datetime(2020, 7, 28, 23, 1, tzinfo=dt.UTC),
    page="https://example.org/councils/example/2020/",
    is_demonstration=False,
)


def text(occasion: Occasion) -> str:
    return letter_text(
        occasion,
        officer="chief executive",
        addressee="chief executive",
        has_case_lists=False,
    )


def test_message_names_the_embargo_until_the_letter_is_public() -> None:
    said = text(OCCASION)
    assert "EMBARGO: until 00:01 on 29 July 2020 (London time)" in said
    assert "Please tell us before then if something in it looks wrong to you." in said
    assert "replaces" not in said


def test_message_of_a_letter_that_is_public_names_no_embargo() -> None:
    for said in (text(replace(OCCASION, is_public=True)),
                 case_lists_text(replace(OCCASION, is_public=True))):  # fmt: skip
        assert "EMBARGO" not in said
        assert "before then" not in said
        assert f"The letter is public at\n{OCCASION.page}" in said


def test_message_of_a_correction_says_that_it_replaces_a_letter() -> None:
    assert "It is version 2 and replaces our earlier letter." in text(replace(OCCASION, version=2))
