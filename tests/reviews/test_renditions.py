"""One letter, four renditions: what the statistics say is the same in all, word for word."""

import textwrap
from dataclasses import replace

import pytest
from django.template.loader import render_to_string

from reviews.figures.counts import Average, Counts, Statistics
from reviews.letters.document import Bar, LetterDocument, Panel, Paragraph, Run
from reviews.letters.pictures import drawn
from reviews.letters.statements import panels
from reviews.letters.text import as_text
from reviews.pdf.render import LARGE_PRINT, STANDARD, render
from reviews.pdf.styles import Layout
from reviews.renditions import Kind, check_rendition, make_rendition
from tests.reviews.pdf.factories import addressed_to
from tests.reviews.pdf.structure import Told, read_out
from tests.reviews.site.words import Page

LONGEST = "Bournemouth, Christchurch & Poole, " * 3 + "and Norfolk City"
HOSTILE = '<img src="x"> & {{ name }} \\ (10% of 5)'
AVERAGE = Average(192, 491, 221, 200, 199, 25, 20_000_000)
MANY = Counts(
    invalid_or_incomplete=1_203,
    referred_back=987,
    closed_after_initial_enquiries=1_100,
    not_upheld=101,
    upheld=1_515,
    remedied_by_authority=909,
    satisfied=1_100,
    satisfied_late=66,
    not_satisfied=1,
)
COUNTS = {
    "nothing at all": Counts(),
    "none investigated": Counts(received=9, referred_back=9),
    "one investigated, nothing upheld": Counts(not_upheld=1),
    "two, none due": Counts(upheld=1, not_upheld=1),
    "all upheld": Counts(upheld=22, remedied_by_authority=22, satisfied=22),
    "below 100% and late": Counts(upheld=2, satisfied=1, satisfied_late=1, not_satisfied=1),
    "many": MANY,
}


def document(year: int, counts: Counts, name: str, similar: Average | None) -> LetterDocument:
    statistics = Statistics(
        year, counts, similar, has_population_rate=True, population=151_245, population_year=2020
    )
    return addressed_to(
        name,
        year=year,
        panels=panels(statistics),
        check_code="ABCD-EFGH-JKLM",
        check_address="https://example.org/verify/",
    )


def parts(panel: Panel) -> list[str]:
    """What a panel says: its heading, its sentences, its chart in words."""
    sentences = [statement.text for statement in panel.statements]
    return [panel.heading, *sentences, panel.chart.alternative]


CHECK = "Check code ABCD-EFGH-JKLM: type it at https://example.org/verify/ to see that this letter "


def expected(letter: LetterDocument) -> list[str]:
    said = [part for panel in letter.panels for part in parts(panel)]
    return [letter.statistics_heading, letter.statistics_period, *said, f"{CHECK}is ours."]


def of_pdf(letter: LetterDocument, layout: Layout) -> list[Told]:
    told = read_out(render(letter, layout))
    start = max(n for n, each in enumerate(told) if each.tag == "H2")
    return told[start:]


def of_page(letter: LetterDocument) -> Page:
    context = {"document": letter, "panels": drawn(letter.panels)}
    return Page(render_to_string("reviews/letter_document.html", context).encode())


@pytest.mark.parametrize("counts", COUNTS.values(), ids=COUNTS)
@pytest.mark.parametrize("year", [2020, 2025])
@pytest.mark.parametrize("similar", [AVERAGE, None], ids=["compared", "not compared"])
@pytest.mark.parametrize("name", [LONGEST, HOSTILE], ids=["longest", "hostile"])
def test_every_rendition_says_the_same(
    year: int, counts: Counts, similar: Average | None, name: str
) -> None:
    letter = document(year, counts, name, similar)
    said = expected(letter)
    pictures = ["".join(f"{bar.label}{bar.value}" for bar in p.chart.bars) for p in letter.panels]

    for layout in (STANDARD, LARGE_PRINT):
        told = of_pdf(letter, layout)
        assert [each.text for each in told] == said
        figures = [each.drawn for each in told if each.tag == "Figure"]
        for figure, picture, panel in zip(figures, pictures, letter.panels, strict=True):
            scale = "0%50%100%" if panel.chart.bars and panel.chart.has_percent_scale else ""
            assert figure == (f"{picture}{scale}" or panel.chart.empty)

    page = of_page(letter)
    found = [
        element.attributes.get("aria-label") or element.text
        for element in page.all("h2", "h3", "p", "svg")
    ]
    start = max(n for n, element in enumerate(found) if element == letter.statistics_heading)
    assert found[start:] == said
    seen = [
        element.text
        for element in page.all("text")
        if {"bar-label", "bar-value"} & set((element.attributes["class"] or "").split())
    ]
    # Labels are broken over lines there.
    assert "".join("".join(seen).split()) == "".join("".join(pictures).split())

    text = as_text(letter)
    title = textwrap.fill(letter.statistics_heading, 78)
    blocks = text[text.rindex(title) :].rstrip("\n").split("\n\n")
    lines = [[line for line in block.split("\n") if line.strip("=-")] for block in blocks]
    assert [" ".join(block) for block in lines] == said


def with_bars(*bars: Bar) -> LetterDocument:
    first, *rest = LETTER.panels
    chart = replace(first.chart, bars=bars)
    return replace(LETTER, panels=(replace(first, chart=chart), *rest))


LETTER = document(2025, MANY, LONGEST, AVERAGE)
CANNOT_BE_MADE = {
    "a character without a glyph": replace(LETTER, salutation="Dear 漢"),
    "a link that leads nowhere": replace(
        LETTER, narrative=(Paragraph((Run("a", link="javascript:alert(1)"),)),)
    ),
    "a bar that is no part": with_bars(Bar("One", "200%", 2, 1)),
    "a chart longer than a page": with_bars(*(Bar(f"Bar {n}", "1", 1, 50) for n in range(22))),
    "a footer longer than a page": replace(LETTER, authority="Example Council " * 200),
}


@pytest.mark.parametrize("name", CANNOT_BE_MADE)
def test_check_of_a_rendition_refuses_what_making_it_does(name: str) -> None:
    """In the same words: a proof draws nothing that only has to be possible."""
    refusals = []
    for ask in (check_rendition, make_rendition):
        with pytest.raises(ValueError) as refused:
            ask(CANNOT_BE_MADE[name], Kind.LARGE_PRINT)
        refusals.append((refused.type, str(refused.value)))
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("kind", Kind)
def test_check_of_a_rendition_that_can_be_made_refuses_nothing(kind: Kind) -> None:
    check_rendition(LETTER, kind)
    assert make_rendition(LETTER, kind)
