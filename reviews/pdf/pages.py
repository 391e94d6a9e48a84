"""The letter laid out: which part stands where on which page, before anything is drawn.

All pages are known before the first is drawn, so each can say how many there are.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reviews.letters.document import (
    Block,
    BulletList,
    Heading,
    LetterDocument,
    NumberedList,
    Panel,
    Paragraph,
)
from reviews.pdf.charts import Drawing, drawing
from reviews.pdf.furniture import bottom
from reviews.pdf.panels import PanelBlock, statements
from reviews.pdf.prose import BULLET, Prose, item, plain, prose
from reviews.pdf.signature import Signature
from reviews.pdf.styles import PAGE_HEIGHT, Layout, Style
from reviews.pdf.tables import Row

_PERIOD_GAP = 1.0
_PANELS_GAP = 12.0  # between the period and the first panel
_LEAST_GAP, _MOST_GAP = 10.0, 40.0  # between panels
_SHRINKING = 0.97
_SMALLEST = 0.6  # of the usual size: 6 pt for what is 10 pt otherwise
_LEAST_ROOM = PAGE_HEIGHT / 3  # what must be left for text between head and footer

# What flows over pages: text, and pictures, which stay whole.
type Part = Prose | Drawing | Signature | Row


class DoesNotFit(ValueError):
    """Something is too long for one page, even in the smallest print one can read."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A part of the letter and its lower left corner, in points from the lower left of the page."""

    part: Part | PanelBlock
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page, in reading order; it is drawn `scale` times its size."""

    placed: tuple[Placed, ...]
    scale: float = 1.0


def laid_out(document: LetterDocument, layout: Layout) -> list[Page]:
    """The pages of the letter and, on pages of their own, the statistics. Raises DoesNotFit."""
    foot = bottom(document, layout)
    if layout.first_top - foot < _LEAST_ROOM:
        raise DoesNotFit(f"the foot of each page of the letter to {document.authority} is too long")
    letter = flowing(_letter(document, layout), layout, layout.first_top, foot)
    if layout.is_panel_beside_chart:
        return [*letter, _statistics_page(document, layout, foot)]
    statistics = _statistics(document, layout, layout.top - foot)
    return [*letter, *flowing(statistics, layout, layout.top, foot)]


def _letter(document: LetterDocument, layout: Layout) -> list[Part]:
    def line(text: str, style: Style) -> Prose:
        return plain(text, style, layout.text_width)

    def lines(texts: Iterable[str], style: Style) -> list[Prose]:
        """Lines that belong together, the first of them in a style of its own."""
        return [line(text, layout.line if index else style) for index, text in enumerate(texts)]

    opening = [line(document.date, layout.line)]
    if document.delivery:
        opening.append(line(document.delivery, layout.line))
    opening += lines(document.addressee, layout.line_apart)
    opening.append(line(document.salutation, layout.line_apart))
    opening.append(line(document.subject, layout.subject))
    *most, last = [*opening, *narrative(document.narrative, layout)]
    closing = [line(document.close, layout.body), *lines(document.signatory, layout.signatory)]
    # No page begins with the signature: it takes the last of the narrative along.
    kept = [replace(part, keeps_next=True) for part in (last, *closing[:-1])]
    return _signed(document, layout, [*most, *kept, closing[-1]])


def _signed(document: LetterDocument, layout: Layout, parts: list[Prose]) -> list[Part]:
    """The letter with its signature, if it has one, which takes no more room than was left."""
    if not document.signature or not document.signatory:
        return [*parts]
    place = len(parts) - len(document.signatory)
    *above, close = parts[:place]
    name, *titles = parts[place:]
    room = name.before - close.after
    signature = Signature(document.signature, name.text, room)
    name = replace(name, style=replace(name.style, before=0))
    return [*above, close, signature, name, *titles]


def narrative(blocks: Iterable[Block], layout: Layout) -> Iterator[Prose]:
    """Blocks of text as they flow over pages."""
    width = layout.text_width
    for block in blocks:
        match block:
            case Heading(text):
                yield plain(text, layout.heading, width)
            case Paragraph(runs):
                introduces_list = bool(runs) and runs[-1].text.rstrip().endswith(":")
                yield replace(prose(runs, layout.body, width), keeps_next=introduces_list)
            case BulletList(items):
                for number, runs in enumerate(items, 1):
                    style = layout.last_item if number == len(items) else layout.item
                    yield item(runs, style, width, number=number, bullet=BULLET)
            case NumberedList(items):
                wider = layout.item.size * 0.58 * len(str(len(items)))  # a digit is so wide
                for number, runs in enumerate(items, 1):
                    style = layout.last_item if number == len(items) else layout.item
                    style = replace(style, indent=style.indent + wider)
                    yield item(runs, style, width, number=number, bullet=f"{number}.")


def _statistics(document: LetterDocument, layout: Layout, page: float) -> list[Part]:
    """The statistics as they flow over pages `page` points high."""
    parts: list[Part] = [
        plain(document.statistics_heading, layout.statistics_heading, layout.text_width),
        plain(document.statistics_period, layout.statistics_period, layout.text_width),
    ]
    for panel in document.panels:
        parts += _panel(panel, layout, page)
    if document.check_line:
        parts.append(prose(document.check_line, layout.check, layout.text_width))
    return parts


def _panel(panel: Panel, layout: Layout, page: float) -> list[Part]:
    """A panel, all on one page if it is not longer than a page; else its parts as they come."""
    heading = plain(panel.heading, layout.panel_heading, layout.text_width)
    text = [heading, *statements(panel, layout.text_width, layout)]
    parts: list[Part] = [*text, drawing(panel.chart, layout.text_width, layout.chart)]
    if _together(parts) > page:
        return parts
    return [*(replace(part, keeps_next=True) for part in text), parts[-1]]


def _together(parts: Sequence[Part]) -> float:
    gaps = (_gap(above, below) for above, below in pairwise(parts))
    return sum(part.height for part in parts) + sum(gaps)


def flowing(parts: Iterable[Part], layout: Layout, top: float, foot: float) -> Iterator[Page]:
    """The parts on as many pages as they need, each together with what it has to keep to.

    The first page begins at `top`; text goes down to `foot`. Where a table goes on overleaf, its
    headings are there once more.
    """
    waiting = deque(parts)
    while waiting:
        placed: list[Placed] = []
        above: Part | None = None
        y = top
        if isinstance(waiting[0], Row) and waiting[0].head:
            waiting.appendleft(waiting[0].head.again())
        while waiting:
            first = waiting[0]
            gap = _gap(above, first) if above else 0.0
            room = y - gap - foot
            is_under_repeated = isinstance(above, Row) and above.is_artifact
            if above and not is_under_repeated and _needed(waiting, layout.top - foot) > room:
                break
            waiting.popleft()
            if first.height > room:
                if not isinstance(first, Prose):
                    raise DoesNotFit("a chart or a row of a table is too long for a page")
                first, rest = first.split(room)
                waiting.appendleft(rest)
            y -= gap + first.height
            placed.append(Placed(first, layout.left, y))
            above = first
        yield Page(tuple(placed))
        top = layout.top


def _gap(above: Part, below: Part) -> float:
    return max(above.after, below.before)


def _needed(parts: Sequence[Part], page: float) -> float:
    """The height without which the first part, and all that keeps to it, goes overleaf.

    What would not go on a whole `page` either may be torn after its first lines.
    """
    height = 0.0
    for index, part in enumerate(parts):
        if index:
            height += _gap(parts[index - 1], part)
        if not part.keeps_next:
            height += part.least_height
            break
        height += part.height
    return height if height <= page else parts[0].least_height


def _statistics_page(document: LetterDocument, layout: Layout, foot: float) -> Page:
    scale = 1.0
    while scale >= _SMALLEST:
        width, height = layout.width / scale, (layout.top - foot) / scale
        placed = _placed_statistics(document, layout, width, height)
        if placed:
            x, y = layout.left / scale, foot / scale
            return Page(tuple(Placed(p.part, p.x + x, p.y + y) for p in placed), scale)
        scale *= _SHRINKING
    raise DoesNotFit(f"the statistics of {document.authority} do not go on one page")


def _placed_statistics(
    document: LetterDocument, layout: Layout, width: float, height: float
) -> list[Placed]:
    """The statistics in a box of this size, from its lower left corner; nothing if too large."""
    heading = plain(document.statistics_heading, layout.statistics_heading, width)
    period = plain(document.statistics_period, layout.statistics_period, width)
    blocks: list[PanelBlock | Prose] = [
        PanelBlock(panel, width, layout) for panel in document.panels
    ]
    if document.check_line:
        blocks.append(prose(document.check_line, layout.check, width))
    y = height - heading.height
    placed = [Placed(heading, 0, y)]
    y -= _PERIOD_GAP + period.height
    placed.append(Placed(period, 0, y))
    y -= _PANELS_GAP
    spare = y - sum(block.height for block in blocks)
    gap = min(_MOST_GAP, spare / max(len(blocks) - 1, 1))
    if gap < _LEAST_GAP:
        return []
    for block in blocks:
        placed.append(Placed(block, 0, y - block.height))
        y -= block.height + gap
    return placed
