"""What stands on a page beside the text: letterhead, footer, notice, watermark."""

from math import atan2, degrees, hypot

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from reviews.letters.document import LetterDocument
from reviews.pdf.fonts import BOLD, REGULAR
from reviews.pdf.prose import plain
from reviews.pdf.styles import (
    ACCENT,
    FOOTER,
    LEFT,
    MUTED,
    NOTICE,
    NOTICE_GROUND,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    RULE,
    WATERMARK,
    WIDTH,
)

_FOOTER_TOP = 66.0
_NOTICE_PADDING = 5.0
_WATERMARK_SIZE = 150.0


def draw_furniture(canvas: Canvas, document: LetterDocument, *, number: int, count: int) -> None:
    """Everything on page `number` of `count` that is not the letter's own text.

    Drawn before the text, which thereby lies over the watermark.
    """
    if document.watermark:
        _draw_watermark(canvas, document.watermark)
    if document.notice:
        _draw_notice(canvas, document.notice)
    if number == 1:
        _draw_letterhead(canvas, document.letterhead)
    else:
        _draw_running_head(canvas, document.letterhead)
    _draw_footer(canvas, document, f"Page {number} of {count}")


def _draw_letterhead(canvas: Canvas, letterhead: tuple[str, str]) -> None:
    small, large = letterhead
    canvas.setFillColor(ACCENT)
    canvas.setFont(REGULAR, 13.6)
    canvas.drawString(LEFT, PAGE_HEIGHT - 68, small)
    canvas.setFont(BOLD, 25)
    canvas.drawString(LEFT - 1, PAGE_HEIGHT - 94, large, charSpace=2.6)
    canvas.rect(LEFT, PAGE_HEIGHT - 112, WIDTH, 2.2, stroke=0, fill=1)


def _draw_running_head(canvas: Canvas, letterhead: tuple[str, str]) -> None:
    small, large = letterhead
    y = PAGE_HEIGHT - 62
    canvas.setFillColor(ACCENT)
    canvas.setFont(REGULAR, 9)
    canvas.drawString(LEFT, y, small)
    canvas.setFont(BOLD, 9)
    canvas.drawString(LEFT + stringWidth(f"{small} ", REGULAR, 9), y, large, charSpace=0.6)
    canvas.rect(LEFT, y - 9, WIDTH, 1, stroke=0, fill=1)


def _draw_footer(canvas: Canvas, document: LetterDocument, page: str) -> None:
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.7)
    canvas.line(LEFT, _FOOTER_TOP, RIGHT, _FOOTER_TOP)
    name = plain(f"{document.authority} · {document.subject}", FOOTER, WIDTH - 90)
    name.draw(canvas, LEFT, _FOOTER_TOP - 6 - name.height)
    canvas.setFillColor(MUTED)
    canvas.setFont(FOOTER.font, FOOTER.size)
    canvas.drawRightString(RIGHT, _FOOTER_TOP - 6 - FOOTER.size, page)


def _draw_notice(canvas: Canvas, notice: str) -> None:
    words = plain(notice, NOTICE, WIDTH)
    height = words.height + 2 * _NOTICE_PADDING
    canvas.setFillColor(NOTICE_GROUND)
    canvas.rect(0, PAGE_HEIGHT - height, PAGE_WIDTH, height, stroke=0, fill=1)
    words.draw(canvas, LEFT, PAGE_HEIGHT - height + _NOTICE_PADDING)


def _draw_watermark(canvas: Canvas, watermark: str) -> None:
    """From corner to corner, as large as the page allows."""
    diagonal = hypot(PAGE_WIDTH, PAGE_HEIGHT)
    size = min(_WATERMARK_SIZE, 0.7 * diagonal / stringWidth(watermark, BOLD, 1))
    canvas.saveState()
    canvas.translate(PAGE_WIDTH / 2, PAGE_HEIGHT / 2)
    canvas.rotate(degrees(atan2(PAGE_HEIGHT, PAGE_WIDTH)))
    canvas.setFillColor(WATERMARK)
    canvas.setFont(BOLD, size)
    canvas.drawCentredString(0, -0.36 * size, watermark)  # half the height of a capital
    canvas.restoreState()
