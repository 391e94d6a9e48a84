"""Each kind of finding with a planted case, and none in a letter that is right."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from django.template.loader import render_to_string
from reportlab.pdfgen.canvas import Canvas

from reviews.drafting import compose
from reviews.letters.document import Bar, Heading, LetterDocument, Paragraph, Run, Statement
from reviews.letters.language import read
from reviews.letters.pictures import drawn
from reviews.letters.vocabulary import Facts
from reviews.models import Letter
from reviews.pdf.render import render
from reviews.proofing import Finding, findings
from tests.factories import make_authority
from tests.reviews.site.builders import SPECIMEN, make_frozen_round, make_summary

pytestmark = pytest.mark.django_db

type Change = Callable[[LetterDocument], LetterDocument]


@pytest.fixture
def letter() -> Letter:
    return make_summary(make_frozen_round(), make_authority("Example Council"), **SPECIMEN).letter


def same(document: LetterDocument) -> LetterDocument:
    return document


def found(letter: Letter, *, pdf: Change = same, html: Change = same) -> list[Finding]:
    """The findings where the PDF, the page or both were made of another document."""
    document = compose(letter)
    page = html(document)
    return findings(
        pdf(document),
        pdf=render(pdf(document)),
        html=render_to_string(
            "reviews/letter_document.html", {"document": page, "panels": drawn(page.panels)}
        ),
        statistics=letter.summary.statistics(),
    )


def codes(found: list[Finding]) -> list[tuple[str, str, int | None]]:
    return [(finding.level, finding.code, finding.page) for finding in found]


def with_paragraphs(*texts: str) -> Change:
    return lambda document: replace(
        document,
        narrative=(*document.narrative, *(Paragraph((Run(text),)) for text in texts)),
    )


def with_another_sentence(document: LetterDocument) -> LetterDocument:
    first, *rest = document.panels
    lead, *others = first.statements
    wrong = Statement("50% of complaints we investigated were upheld.", lead.role)
    return replace(document, panels=(replace(first, statements=(wrong, *others)), *rest))


def with_another_bar(document: LetterDocument) -> LetterDocument:
    first, *rest = document.panels
    own, *others = first.chart.bars
    wrong = Bar(own.label, "97%", 97, 100)
    chart = replace(first.chart, bars=(wrong, *others))
    return replace(document, panels=(replace(first, chart=chart), *rest))


def test_findings_of_a_letter_that_is_right_are_none(letter: Letter) -> None:
    assert found(letter) == []


@pytest.mark.parametrize(
    "text", ["((authority))", "An ((open one", "{{ name }}", "{% if %}", "Dear «Name»", "An « open"]
)
def test_findings_name_a_placeholder_not_filled_in(letter: Letter, text: str) -> None:
    assert codes(found(letter, pdf=with_paragraphs(text))) == [
        ("error", "unresolved-placeholder", 2)
    ]


def test_findings_name_a_value_that_is_missing_after_all(letter: Letter) -> None:
    def missing(document: LetterDocument) -> LetterDocument:
        words = read("((not none investigated??It is ((uphold percent)).))", "passage")
        return replace(document, narrative=(*document.narrative, *words.fill(Facts())))

    found_ = found(letter, pdf=missing)
    assert codes(found_) == [("error", "unresolved-placeholder", 2)]
    assert found_[0].message.startswith("“((uphold percent))” looks like a placeholder")


def test_findings_allow_four_pages_and_no_more(letter: Letter) -> None:
    lines = "A line of text that fills a good part of the page it stands on. " * 12
    four, five = (found(letter, pdf=with_paragraphs(*[lines] * number)) for number in (6, 7))
    assert codes(four) == []
    assert codes(five) == [("error", "too-many-pages", 5)]
    assert five[0].message == "the letter has 5 pages; shorten its wording to at most 4."


def test_findings_name_a_heading_alone_at_the_foot_of_a_page(letter: Letter) -> None:
    def many(document: LetterDocument) -> LetterDocument:
        headings = tuple(Heading(f"Heading {number}") for number in range(40))
        return replace(document, narrative=(*headings, *document.narrative))

    widows = [each for each in found(letter, pdf=many) if each.code == "widow-heading"]
    assert [(each.level, each.page) for each in widows] == [("error", 1), ("error", 2)]
    assert widows[0].message.startswith("the heading “Heading ")


def test_findings_name_text_that_reaches_into_the_margin(letter: Letter) -> None:
    document = compose(letter)
    canvas = Canvas(BytesIO(), pagesize=(595, 842))
    canvas.drawString(480, 400, "Text that leaves the page on its right side")
    canvas.showPage()
    overflow = [
        each
        for each in findings(
            document,
            pdf=canvas.getpdfdata(),
            html="",
            statistics=letter.summary.statistics(),
        )
        if each.code == "overflow"
    ]
    assert [(each.level, each.page) for each in overflow] == [("error", 1)]


@pytest.mark.parametrize(
    ("where", "page"), [("pdf", 3), ("html", None)], ids=["in the PDF", "on the page"]
)
@pytest.mark.parametrize(
    ("plant", "message"),
    [
        (with_another_sentence, "does not say “0% of complaints we investigated were upheld.”"),
        (with_another_bar, "does not show 0% for “This authority”"),
    ],
    ids=["a sentence", "a bar"],
)
def test_findings_name_figures_that_are_not_the_frozen_ones(
    letter: Letter, where: str, page: int | None, plant: Change, message: str
) -> None:
    changed = found(letter, **{where: plant})
    assert codes(changed) == [("error", "figures-disagree", page)]
    assert message in changed[0].message


def test_findings_name_a_long_heading_alone_at_the_foot_of_a_page(letter: Letter) -> None:
    def many(document: LetterDocument) -> LetterDocument:
        long = "A heading that has so many words that it takes two lines of the page or more "
        headings = tuple(Heading(f"{long}{number}") for number in range(30))
        return replace(document, narrative=(*headings, *document.narrative))

    assert "widow-heading" in {each.code for each in found(letter, pdf=many)}
