"""A letter as a PDF file, tagged to PDF/UA-1."""

from reportlab import rl_config

from reviews.letters.document import LetterDocument
from reviews.pdf.furniture import draw_furniture
from reviews.pdf.merged import merge
from reviews.pdf.pages import DoesNotFit, Page, laid_out
from reviews.pdf.styles import LARGE_PRINT, PAGE_HEIGHT, PAGE_WIDTH, STANDARD, Layout
from reviews.pdf.tagged import TaggedCanvas
from reviews.pdf.text import UnprintableCharacter, check

__all__ = [
    "LARGE_PRINT",
    "STANDARD",
    "DoesNotFit",
    "UnprintableCharacter",
    "merge",
    "pages_of",
    "render",
]

# Pages written as ASCII would be a quarter larger. reportlab asks for this only here.
rl_config.useA85 = 0


def render(document: LetterDocument, layout: Layout = STANDARD) -> bytes:
    """The letter as a PDF file on A4. The same document gives the same bytes in every process.

    `layout` is STANDARD, or LARGE_PRINT with no text under 18 points. Raises UnprintableCharacter
    for text that the font cannot show, DoesNotFit for statistics that do not go on one page (or,
    in large print, a chart that does not), and ValueError for a link that is not an http, https or
    mailto address or a bar that is not a part of a whole.
    """
    pages = pages_of(document, layout)
    canvas = _canvas(document)
    for number, page in enumerate(pages, 1):
        draw_furniture(canvas, document, layout, number=number, count=len(pages))
        canvas.scale(page.scale, page.scale)
        for placed in page.placed:
            placed.part.write(canvas, placed.x, placed.y)
        canvas.showPage()
    if document.figures:
        canvas.attach(
            "figures.json",
            document.figures.encode(),
            kind="application/json",
            description=f"The figures of this letter to {document.authority}",
        )
    return canvas.finished()


def pages_of(document: LetterDocument, layout: Layout = STANDARD) -> list[Page]:
    """What stands where on each page. Raises what `render` does: what has pages can be drawn."""
    check(document)
    return laid_out(document, layout)


def _canvas(document: LetterDocument) -> TaggedCanvas:
    canvas = TaggedCanvas((PAGE_WIDTH, PAGE_HEIGHT))
    title = f"{document.subject}: {document.authority}"
    # A watermark is not read out, so the title says what it says.
    canvas.setTitle(f"{document.watermark}: {title}" if document.watermark else title)
    canvas.setAuthor(" ".join(document.letterhead))
    canvas.setSubject(f"{document.statistics_heading}, {document.statistics_period}")
    canvas.setCreator("Annual review letters")
    if document.check_code:
        # Pages are compressed; here the code stands in clear, for programs that look for it.
        canvas.setKeywords(f"Check code {document.check_code}")
    return canvas
