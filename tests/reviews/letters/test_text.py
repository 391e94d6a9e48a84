"""The letter as plain text."""

import unicodedata
from dataclasses import replace

import pytest

from reviews.letters.document import BulletList, NumberedList, Paragraph, Run
from reviews.letters.text import as_text
from tests.reviews.letters.test_document import LETTER

EXPECTED = """\
Local Government & Social Care
Ombudsman

22 July 2020
By email

Ms Example
Chief Executive
Smith & <Sons>' Council

Dear Ms Example

Annual Review letter 2020
=========================

Complaint statistics
--------------------

See here (https://reviews.example.org/)

* one
* two

1. first

Yours sincerely

Specimen Signatory
Ombudsman

Smith & <Sons>' Council
=======================

1 April 2019 to 31 March 2020

Complaints upheld
-----------------

0% of complaints we investigated were upheld.

Bar chart.
"""


def test_letter_as_text() -> None:
    assert as_text(LETTER) == EXPECTED


def test_draft_and_notice_come_first_and_the_check_code_last() -> None:
    text = as_text(
        replace(
            LETTER,
            watermark="Draft",
            notice="Demonstration data.",
            check_code="ABCD-EFGH-JKLM",
            check_address="https://example.org/verify/",
        )
    )
    assert text.startswith("Draft\n\nDemonstration data.\n\nLocal Government")
    assert text.endswith(
        "Bar chart.\n\n"
        "Check code ABCD-EFGH-JKLM: type it at https://example.org/verify/ to see that\n"
        "this letter is ours.\n"
    )


def test_lines_are_no_longer_than_78_characters() -> None:
    words = "words that go on and on, well-known and others " * 20
    document = replace(
        LETTER,
        addressee=(words,),
        subject=words,
        narrative=(
            Paragraph((Run(words),)),
            BulletList(((Run(words),), (Run("short"),))),
            NumberedList(tuple((Run(words),) for _ in range(10))),
        ),
    )
    lines = as_text(document).splitlines()
    assert max(map(len, lines)) == 78
    assert [line[:4] for line in lines if line[:2] in ("* ", "9.", "10")] == [
        *("* wo", "* sh"),
        *("9. w", "10. "),
    ]
    assert {line[:5] for line in lines if line.startswith("    ")} <= {"    " + c for c in "wtgaoe"}


def test_address_is_never_torn_and_not_said_twice() -> None:
    address = "https://example.org/" + "a" * 100
    runs = (Run("See "), Run(address, link=address), Run(" or write to "))
    mail = Run("a@example.org", link="mailto:a@example.org")
    document = replace(LETTER, narrative=(Paragraph((*runs, mail)),))
    assert f"See\n{address}\nor write to a@example.org\n" in as_text(document)


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\r", "\n", "\t", "\u202e", "\u2028", "\ud800"]
)
def test_no_character_steers_the_reader_s_screen(character: str) -> None:
    text = as_text(replace(LETTER, subject=f"a{character}b", addressee=(f"c{character}d",)))
    assert "a b\n===\n" in text
    assert {c for c in text if unicodedata.category(c).startswith("C")} == {"\n"}


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "{{ secret }}", "*not a list*", "=== ---", "😀 漢"]
)
def test_text_that_looks_like_markup_stays_as_typed(hostile: str) -> None:
    assert as_text(replace(LETTER, close=hostile)).count(f"\n{hostile}\n") == 1


def test_empty_parts_leave_no_gap() -> None:
    text = as_text(replace(LETTER, delivery="", subject="", addressee=(), narrative=(), panels=()))
    assert "\n\n\n" not in text
    assert "22 July 2020\n\nDear Ms Example\n\nYours sincerely\n" in text
