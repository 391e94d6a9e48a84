"""The letter in large print: nothing under 18 points, nothing lost, on as many pages as needed."""

from dataclasses import replace

import pypdfium2
import pytest

from reviews.figures.rates import Rate
from reviews.letters.document import Bar, Chart, LetterDocument, Panel, Statement
from reviews.pdf.charts import BarChart, EmptyChart
from reviews.pdf.pages import DoesNotFit, laid_out
from reviews.pdf.prose import Prose
from reviews.pdf.render import LARGE_PRINT, STANDARD, render
from tests.reviews.pdf.factories import (
    NARRATIVE,
    NOTICE,
    addressed_to,
    compliance,
    letter,
    overview,
    remedies,
    upheld,
)
from tests.reviews.pdf.reading import page_texts
from tests.reviews.pdf.structure import read_out

LONGEST = "Bournemouth, Christchurch & Poole, " * 3 + "and Norfolk City"
PANELS = (
    overview(12_340, 3_210, 1_600),
    upheld(Rate(0, 2), Rate(45, 100)),
    compliance(Rate(1_070, 1_070), Rate(1, 1), late=999),
    remedies(Rate(1, 3), Rate(10, 100)),
)
FULL = addressed_to(
    LONGEST,
    panels=PANELS,
    notice=NOTICE,
    watermark="Draft",
    check_code="ABCD-EFGH-JKLM",
    check_address="https://example.org/verify/",
)
AWKWARD = (letter(), FULL, letter(narrative=NARRATIVE * 4), letter(panels=()))


def sizes(pdf: bytes) -> set[float]:
    """The size of every piece of text, as it is seen."""
    found = set()
    for page in pypdfium2.PdfDocument(pdf):
        for thing in page.get_objects():
            if isinstance(thing, pypdfium2.PdfTextObj):
                found.add(round(thing.get_font_size() * thing.get_matrix().d, 2))
    return found


@pytest.mark.parametrize("document", AWKWARD)
def test_no_text_is_smaller_than_18_points(document: LetterDocument) -> None:
    assert min(sizes(render(document, LARGE_PRINT))) == 18
    assert min(sizes(render(document, STANDARD))) < 9


@pytest.mark.parametrize("document", AWKWARD)
def test_large_print_has_every_word_of_the_letter(document: LetterDocument) -> None:
    large, usual = (read_out(render(document, layout)) for layout in (LARGE_PRINT, STANDARD))
    assert [(each.tag, each.text) for each in large] == [(each.tag, each.text) for each in usual]


@pytest.mark.parametrize("document", AWKWARD)
def test_nothing_reaches_into_head_foot_or_margin(document: LetterDocument) -> None:
    for number, page in enumerate(laid_out(document, LARGE_PRINT)):
        top = LARGE_PRINT.top if number else LARGE_PRINT.first_top
        assert page.scale == 1
        for placed in page.placed:
            assert isinstance(placed.part, Prose | BarChart | EmptyChart)
            assert placed.y >= LARGE_PRINT.bottom - 0.001
            assert placed.y + placed.part.height <= top + 0.001
            assert placed.part.width <= LARGE_PRINT.width


def test_chart_stands_on_the_page_of_its_sentences() -> None:
    pages = laid_out(FULL, LARGE_PRINT)
    together = []
    for page in pages:
        parts = [placed.part for placed in page.placed]
        charts = [part.chart for part in parts if isinstance(part, BarChart)]
        texts = [part.text for part in parts if isinstance(part, Prose)]
        for panel in FULL.panels:
            if panel.chart in charts:
                together.append((panel.key, panel.heading in texts))
    assert together == [(panel.key, True) for panel in FULL.panels]


def test_panel_longer_than_a_page_goes_on_overleaf() -> None:
    statement = Statement("Much more of the same. " * 120, "lead")
    panel = replace(upheld(Rate(1, 2), Rate(1, 2)), statements=(statement,))
    text = " ".join(page_texts(render(letter(panels=(panel,)), LARGE_PRINT)))
    assert text.count("Much more of the same.") == 120


def test_chart_longer_than_a_page_is_refused() -> None:
    bars = tuple(Bar(f"Bar {n}", str(n), n, 50) for n in range(50))
    panel = Panel("overview", "Overview", (), Chart("Fifty bars", bars))
    with pytest.raises(DoesNotFit, match="a chart or a row of a table is too long for a page"):
        render(letter(panels=(panel,)), LARGE_PRINT)


@pytest.mark.parametrize("layout", [STANDARD, LARGE_PRINT])
def test_foot_that_leaves_no_room_is_refused(layout: object) -> None:
    document = letter(subject="A subject without end. " * 200)
    with pytest.raises(DoesNotFit, match="the foot of each page of the letter to King's Lynn"):
        render(document, layout)  # type: ignore[arg-type]


def test_large_print_has_the_same_bytes_again() -> None:
    assert render(FULL, LARGE_PRINT) == render(FULL, LARGE_PRINT) != render(FULL)
