"""A letter as a PDF file."""

from io import BytesIO

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from reviews.letters.document import LetterDocument
from reviews.pdf.fonts import REGULAR
from reviews.pdf.furniture import draw_furniture
from reviews.pdf.merged import merge
from reviews.pdf.pages import DoesNotFit, laid_out
from reviews.pdf.styles import PAGE_HEIGHT, PAGE_WIDTH
from reviews.pdf.text import UnprintableCharacter, check

__all__ = ["DoesNotFit", "UnprintableCharacter", "merge", "render"]

# Pages written as ASCII would be a quarter larger. reportlab asks for this only here.
rl_config.useA85 = 0


def render(document: LetterDocument) -> bytes:
    """The letter as a PDF file on A4. The same document gives the same bytes in every process.

    Raises UnprintableCharacter for text that the font cannot show, DoesNotFit for statistics that
    do not go on one page, and ValueError for a link that is not an http, https or mailto address
    or a bar that is not a part of a whole.
    """
    check(document)
    pages = laid_out(document)
    canvas = _canvas(document)
    for number, page in enumerate(pages, 1):
        draw_furniture(canvas, document, number=number, count=len(pages))
        canvas.scale(page.scale, page.scale)
        for placed in page.placed:
            placed.part.draw(canvas, placed.x, placed.y)
        canvas.showPage()
    pdf: bytes = canvas.getpdfdata()
    return pdf


def _canvas(document: LetterDocument) -> Canvas:
    canvas = Canvas(
        BytesIO(),
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageCompression=1,
        invariant=1,  # no clock: a fixed date, and an identifier made of the contents
        initialFontName=REGULAR,
        lang="en-GB",
    )
    canvas.setTitle(f"{document.subject}: {document.authority}")
    canvas.setAuthor(" ".join(document.letterhead))
    canvas.setSubject(f"{document.statistics_heading}, {document.statistics_period}")
    canvas.setCreator("Annual review letters")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    return canvas
