"""The national review as a PDF file, tagged to PDF/UA-1."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO

from pikepdf import ObjectStreamMode, Pdf

from reviews.letters.document import Paragraph
from reviews.letters.national import Part as DocumentPart
from reviews.letters.national import Picture, ReviewDocument, Table
from reviews.pdf.charts import drawing
from reviews.pdf.furniture import bottom, draw_furniture
from reviews.pdf.pages import Part, flowing, narrative
from reviews.pdf.prose import plain
from reviews.pdf.styles import PAGE_HEIGHT, PAGE_WIDTH, STANDARD, Layout, Style
from reviews.pdf.tables import rows
from reviews.pdf.tagged import TaggedCanvas
from reviews.pdf.text import check_texts

LAYOUT = STANDARD
_CELL = Style(size=8.5, leading=10.5)
_TITLE = replace(LAYOUT.subject, size=24, leading=29, before=6, after=2)
_YEAR = replace(LAYOUT.statistics_period, size=14, leading=19, after=10)
_CAPTION = replace(LAYOUT.panel_heading, before=10, after=4, keeps_next=True)
_TO_WRITE = 44.0  # the height of a row of a form
_CHART = replace(LAYOUT.chart, before=6.0, after=10.0)


def render_review(document: ReviewDocument) -> bytes:
    """The review as a PDF file on A4. The same document gives the same bytes in every process.

    Raises UnprintableCharacter for text that the font cannot show, DoesNotFit for a row or a chart
    that is longer than a page, and ValueError for a link that is not an http, https or mailto
    address.
    """
    check_texts(document)
    pages = list(
        flowing(_parts(document, LAYOUT), LAYOUT, LAYOUT.first_top, bottom(document, LAYOUT))
    )
    canvas = TaggedCanvas((PAGE_WIDTH, PAGE_HEIGHT))
    title = f"{document.authority}: {document.subject}"
    # A watermark is not read out, so the title says what it says.
    canvas.setTitle(f"{document.watermark}: {title}" if document.watermark else title)
    canvas.setAuthor(" ".join(document.letterhead))
    canvas.setSubject(f"{title}, edition {document.edition}")
    canvas.setCreator("Annual reviews of council complaints")
    for number, page in enumerate(pages, 1):
        draw_furniture(canvas, document, LAYOUT, number=number, count=len(pages))
        for placed in page.placed:
            placed.part.write(canvas, placed.x, placed.y)
        canvas.showPage()
    return _packed(canvas.finished())


def _packed(pdf: bytes) -> bytes:
    """The same file with its many small objects compressed, a fifth of the size."""
    packed = BytesIO()
    with Pdf.open(BytesIO(pdf)) as file:
        file.save(packed, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


def _parts(document: ReviewDocument, layout: Layout) -> Iterator[Part]:
    yield plain(document.authority, _TITLE, layout.width)
    yield plain(document.subject, _YEAR, layout.width)
    yield from narrative(document.opening, layout)
    for section in document.sections:
        yield plain(section.heading, layout.heading, layout.width)
        yield from _section(section.parts, layout)
    yield plain("How this document was made", layout.heading, layout.width)
    yield from narrative(document.made, layout)


def _section(parts: Iterable[DocumentPart], layout: Layout) -> Iterator[Part]:
    for part in parts:
        match part:
            case Table():
                yield plain(part.caption, _CAPTION, layout.width)
                yield from rows(
                    [column.label for column in part.columns],
                    part.rows,
                    shares=[column.share for column in part.columns],
                    are_numbers=[column.is_number for column in part.columns],
                    width=layout.width,
                    style=_CELL,
                    has_total=part.has_total,
                    least=_TO_WRITE if part.is_form else 0.0,
                )
            case Picture(chart):
                yield drawing(chart, layout.text_width, _CHART)
            case Paragraph(runs) if runs and all(run.is_bold for run in runs):
                # It heads what follows without being a heading of the document.
                yield from (replace(each, keeps_next=True) for each in narrative([part], layout))
            case _:
                yield from narrative([part], layout)
