"""The national review as a file: tagged, its tables with headings, whole over many pages."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pdfua
import pikepdf
import pytest

from reviews.letters.national import Column, Section, Table, Texts, by_authority
from reviews.pdf.national import render_review
from reviews.pdf.render import DoesNotFit, UnprintableCharacter
from tests.reviews.letters.test_national import COUNTY, DISTRICT, made
from tests.reviews.pdf.reading import page_texts
from tests.reviews.pdf.structure import problems, read_out

DOCUMENT = made(
    texts=Texts(foreword="A foreword.", chapters="# One\n\nSee [us](https://example.org/).\n\n- a"),
    notice="Demonstration data",
)
LONG = replace(
    DOCUMENT,
    sections=(
        *DOCUMENT.sections,
        by_authority(
            [(f"Example Council {n}", COUNTY if n % 2 else DISTRICT) for n in range(1, 91)]
        ),
    ),
)


@pytest.fixture(scope="module")
def long() -> bytes:
    return render_review(LONG)


def test_review_keeps_every_rule(long: bytes) -> None:
    assert problems(long) == []
    assert problems(render_review(replace(DOCUMENT, watermark="Draft", notice=""))) == []


def test_review_satisfies_pdfua(long: bytes, tmp_path: Path) -> None:
    file = tmp_path / "review.pdf"
    file.write_bytes(long)
    assert pdfua.validate(str(file)).findings == ()


def test_table_over_pages_is_one_table_with_its_headings_said_once(long: bytes) -> None:
    with pikepdf.open(BytesIO(long)) as file:
        tables = [element for element in file.Root.StructTreeRoot.K.K if str(element.S) == "/Table"]
        rows = [[len(row.K) for row in table.K] for table in tables]
    assert len(rows) == 8
    assert rows[-2:] == [[8] * 92, [7] * 92]  # headings, ninety authorities, their total
    heard = [each.text for each in read_out(long)]
    assert heard.count("Closed after enquiries") == 1
    seen = [text for text in page_texts(long) if "Closed after enquiries" in text]
    assert len(seen) > 1


def test_review_says_what_its_document_says(long: bytes) -> None:
    heard = [each.text for each in read_out(long)]
    for table in (part for each in LONG.sections for part in each.parts if isinstance(part, Table)):
        cells = [
            *(column.label for column in table.columns),
            *(c for row in table.rows for c in row),
        ]
        start = heard.index(table.caption) + 1
        starts = [n + 1 for n, text in enumerate(heard) if text == table.caption]
        assert any(heard[at : at + len(cells)] == cells for at in [start, *starts])


def test_first_cell_of_a_row_and_all_headings_say_what_they_head(long: bytes) -> None:
    tags = [each.tag for each in read_out(long) if each.tag in ("TH", "TD")]
    assert tags[:3] == ["TH", "TH", "TH"]
    assert tags[3:6] == ["TH", "TD", "TD"]


def test_charts_have_an_alternative_that_says_their_numbers(long: bytes) -> None:
    figures = [each.text for each in read_out(long) if each.tag == "Figure"]
    assert figures[0] == "Bar chart. Complaints received, 4 in all: Housing 3; Planning 1."
    assert len(figures) == 4


def test_bookmarks_lead_to_every_section(long: bytes) -> None:
    with pikepdf.open(BytesIO(long)) as file, file.open_outline() as outline:
        title = outline.root[0]
        found = [entry.title for entry in title.children]
    assert title.title == "Review of local government complaints"
    wanted = [each.heading for each in LONG.sections]
    assert found == [*wanted, "How this document was made"]


def test_same_review_gives_the_same_bytes(long: bytes) -> None:
    assert render_review(LONG) == long


def test_every_page_says_its_number_and_draft_in_the_title() -> None:
    draft = render_review(replace(DOCUMENT, watermark="Draft"))
    texts = page_texts(draft)
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert "Demonstration data" in text
    with pikepdf.open(BytesIO(draft)) as file:
        assert str(file.docinfo.Title).startswith("Draft: Review of local government complaints")


def with_cell(text: str) -> Table:
    return Table("Example", (Column("Name", is_number=False),), ((text,),))


def test_character_that_the_font_lacks_is_refused() -> None:
    document = replace(DOCUMENT, sections=(Section("a", "A", (with_cell("漢"),)),))
    with pytest.raises(UnprintableCharacter):
        render_review(document)


def test_row_longer_than_a_page_is_refused() -> None:
    document = replace(DOCUMENT, sections=(Section("a", "A", (with_cell("word " * 2000),)),))
    with pytest.raises(DoesNotFit):
        render_review(document)


def test_hostile_words_are_words() -> None:
    hostile = '<img src="/etc/passwd"> BT (x) Tj ET EMC \\ ) >> [ /P'
    document = replace(DOCUMENT, sections=(Section("a", hostile, (with_cell(hostile),)),))
    pdf = render_review(document)
    assert problems(pdf) == []
    assert [each.text for each in read_out(pdf)].count(hostile) == 2  # heading and cell
