"""What stands on a page beside the text: letterhead, footer, notice, watermark.

The letterhead and the notice are read out once, on the first page. All the rest, and the notice on
later pages, is an artifact.
"""

from math import atan2, degrees, hypot
from typing import Protocol

from reportlab.pdfbase.pdfmetrics import stringWidth

from reviews.pdf.fonts import BOLD, REGULAR
from reviews.pdf.prose import Prose, plain
from reviews.pdf.styles import (
    ACCENT,
    MUTED,
    NOTICE_GROUND,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RULE,
    WATERMARK,
    Layout,
)
from reviews.pdf.tagged import TaggedCanvas


class Furnished(Protocol):
    """What pages have beside their text: of a letter, or of the national review.

    `authority` and `subject` are what the foot of each page says.
    """

    @property
    def letterhead(self) -> tuple[str, str]: ...
    @property
    def authority(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def notice(self) -> str: ...
    @property
    def watermark(self) -> str: ...


_FOOTER_TOP = 66.0  # higher for a footer of many lines
_FOOTER_LEAST_BOTTOM = 24.0
_FOOTER_CLEARANCE = 14.0  # between text and footer
_WATERMARK_SIZE = 150.0


def draw_furniture(
    canvas: TaggedCanvas, document: Furnished, layout: Layout, *, number: int, count: int
) -> None:
    """Everything on page `number` of `count` that is not the letter's own text.

    Drawn before the text, which thereby lies over the watermark.
    """
    if document.watermark:
        _draw_watermark(canvas, document.watermark)
    if document.notice:
        _draw_notice(canvas, document.notice, layout, number)
    if number == 1:
        _draw_letterhead(canvas, document.letterhead, layout)
    else:
        _draw_running_head(canvas, document.letterhead, layout)
    _draw_footer(canvas, document, layout, f"Page {number} of {count}")


def bottom(document: Furnished, layout: Layout) -> float:
    """How far down the text of a page may go."""
    return max(layout.bottom, _footer_top(_footer(document, layout), layout) + _FOOTER_CLEARANCE)


def _draw_letterhead(canvas: TaggedCanvas, letterhead: tuple[str, str], layout: Layout) -> None:
    small, large = letterhead
    size, distance = layout.letterhead_small
    large_size, large_distance = layout.letterhead_large
    canvas.setFillColor(ACCENT)
    with canvas.tagged("P"):
        canvas.setFont(REGULAR, size)
        canvas.drawString(layout.left, PAGE_HEIGHT - distance, f"{small} ")
        canvas.setFont(BOLD, large_size)
        canvas.drawString(layout.left - 1, PAGE_HEIGHT - large_distance, large, charSpace=2.6)
    y = PAGE_HEIGHT - layout.letterhead_rule
    canvas.rect(layout.left, y, layout.width, 2.2, stroke=0, fill=1)


def _draw_running_head(canvas: TaggedCanvas, letterhead: tuple[str, str], layout: Layout) -> None:
    small, large = letterhead
    size, distance = layout.running_head
    y = PAGE_HEIGHT - distance
    canvas.setFillColor(ACCENT)
    canvas.setFont(REGULAR, size)
    canvas.drawString(layout.left, y, small)
    canvas.setFont(BOLD, size)
    start = layout.left + stringWidth(f"{small} ", REGULAR, size)
    canvas.drawString(start, y, large, charSpace=0.6)
    canvas.rect(layout.left, y - size, layout.width, 1, stroke=0, fill=1)


def _footer(document: Furnished, layout: Layout) -> Prose:
    words = f"{document.authority} · {document.subject}"
    return plain(words, layout.footer, layout.width - layout.page_number_width)


def _footer_top(footer: Prose, layout: Layout) -> float:
    return max(_FOOTER_TOP, _FOOTER_LEAST_BOTTOM + footer.height + layout.footer_gap)


def _draw_footer(canvas: TaggedCanvas, document: Furnished, layout: Layout, page: str) -> None:
    name, style = _footer(document, layout), layout.footer
    top = _footer_top(name, layout)
    right = layout.left + layout.width
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(0.7)
    canvas.line(layout.left, top, right, top)
    name.draw(canvas, layout.left, top - layout.footer_gap - name.height)
    canvas.setFillColor(MUTED)
    canvas.setFont(style.font, style.size)
    canvas.drawRightString(right, top - layout.footer_gap - style.size, page)


def _draw_notice(canvas: TaggedCanvas, notice: str, layout: Layout, number: int) -> None:
    words = plain(notice, layout.notice, layout.width)
    height = words.height + 2 * layout.notice_padding
    canvas.setFillColor(NOTICE_GROUND)
    canvas.rect(0, PAGE_HEIGHT - height, PAGE_WIDTH, height, stroke=0, fill=1)
    draw = words.write if number == 1 else words.draw
    draw(canvas, layout.left, PAGE_HEIGHT - height + layout.notice_padding)


def _draw_watermark(canvas: TaggedCanvas, watermark: str) -> None:
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
