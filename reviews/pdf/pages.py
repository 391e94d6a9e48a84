"""The letter laid out: which part stands where on which page, before anything is drawn.

All pages are known before the first is drawn, so each can say how many there are.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reviews.letters.document import (
    Block,
    BulletList,
    Heading,
    LetterDocument,
    NumberedList,
    Paragraph,
)
from reviews.pdf.panels import PanelBlock
from reviews.pdf.prose import Prose, plain, prose
from reviews.pdf.styles import (
    BODY,
    BOTTOM,
    FIRST_TOP,
    HEADING,
    ITEM,
    LAST_ITEM,
    LEFT,
    LINE,
    LINE_APART,
    SIGNATORY,
    STATISTICS_HEADING,
    STATISTICS_PERIOD,
    SUBJECT,
    TEXT_WIDTH,
    TOP,
    WIDTH,
    Style,
)

_PERIOD_GAP = 1.0
_PANELS_GAP = 12.0  # between the period and the first panel
_LEAST_GAP, _MOST_GAP = 10.0, 40.0  # between panels
_SHRINKING = 0.97
_SMALLEST = 0.6  # of the usual size: 6 pt for what is 10 pt otherwise


class DoesNotFit(ValueError):
    """The statistics are too long for one page, even in the smallest print one can read."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A part of the letter and its lower left corner, in points from the lower left of the page."""

    part: Prose | PanelBlock
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on one page, in reading order; it is drawn `scale` times its size."""

    placed: tuple[Placed, ...]
    scale: float = 1.0


def laid_out(document: LetterDocument) -> list[Page]:
    """The pages of the letter and, on a page of its own, the statistics. Raises DoesNotFit."""
    return [*_letter_pages(_letter(document)), _statistics_page(document)]


def _letter(document: LetterDocument) -> list[Prose]:
    def line(text: str, style: Style) -> Prose:
        return plain(text, style, TEXT_WIDTH)

    opening = [line(document.date, LINE)]
    if document.delivery:
        opening.append(line(document.delivery, LINE))
    opening += _first_and_rest(document.addressee, LINE_APART)
    opening.append(line(document.salutation, LINE_APART))
    opening.append(line(document.subject, SUBJECT))
    *most, last = [*opening, *_narrative(document.narrative)]
    closing = [line(document.close, BODY), *_first_and_rest(document.signatory, SIGNATORY)]
    # No page begins with the signature: it takes the last of the narrative along.
    kept = [replace(part, keeps_next=True) for part in (last, *closing[:-1])]
    return [*most, *kept, closing[-1]]


def _first_and_rest(lines: Iterable[str], style: Style) -> list[Prose]:
    """Lines that belong together, the first of them in a style of its own."""
    return [plain(text, LINE if index else style, TEXT_WIDTH) for index, text in enumerate(lines)]


def _narrative(blocks: Iterable[Block]) -> Iterator[Prose]:
    for block in blocks:
        match block:
            case Heading(text):
                yield plain(text, HEADING, TEXT_WIDTH)
            case Paragraph(runs):
                introduces_list = bool(runs) and runs[-1].text.rstrip().endswith(":")
                yield replace(prose(runs, BODY, TEXT_WIDTH), keeps_next=introduces_list)
            case BulletList(items):
                for number, runs in enumerate(items, 1):
                    style = LAST_ITEM if number == len(items) else ITEM
                    yield prose(runs, style, TEXT_WIDTH)
            case NumberedList(items):
                for number, runs in enumerate(items, 1):
                    style = LAST_ITEM if number == len(items) else ITEM
                    yield prose(runs, replace(style, bullet=f"{number}."), TEXT_WIDTH)


def _letter_pages(parts: Iterable[Prose]) -> Iterator[Page]:
    """The parts on as many pages as they need, each together with what it has to keep to."""
    waiting = deque(parts)
    top = FIRST_TOP
    while waiting:
        placed: list[Placed] = []
        above: Prose | None = None
        y = top
        while waiting:
            first = waiting[0]
            gap = _gap(above, first) if above else 0.0
            room = y - gap - BOTTOM
            if above and _needed(waiting, TOP - BOTTOM) > room:
                break
            waiting.popleft()
            if first.height > room:
                first, rest = first.split(room)
                waiting.appendleft(rest)
            y -= gap + first.height
            placed.append(Placed(first, LEFT, y))
            above = first
        yield Page(tuple(placed))
        top = TOP


def _gap(above: Prose, below: Prose) -> float:
    return max(above.style.after, below.style.before)


def _needed(parts: Sequence[Prose], page: float) -> float:
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


def _statistics_page(document: LetterDocument) -> Page:
    scale = 1.0
    while scale >= _SMALLEST:
        placed = _placed_statistics(document, WIDTH / scale, (TOP - BOTTOM) / scale)
        if placed:
            x, y = LEFT / scale, BOTTOM / scale
            return Page(tuple(Placed(p.part, p.x + x, p.y + y) for p in placed), scale)
        scale *= _SHRINKING
    raise DoesNotFit(f"the statistics of {document.authority} do not go on one page")


def _placed_statistics(document: LetterDocument, width: float, height: float) -> list[Placed]:
    """The statistics in a box of this size, from its lower left corner; nothing if too large."""
    heading = plain(document.statistics_heading, STATISTICS_HEADING, width)
    period = plain(document.statistics_period, STATISTICS_PERIOD, width)
    panels = [PanelBlock(panel, width) for panel in document.panels]
    y = height - heading.height
    placed = [Placed(heading, 0, y)]
    y -= _PERIOD_GAP + period.height
    placed.append(Placed(period, 0, y))
    y -= _PANELS_GAP
    spare = y - sum(panel.height for panel in panels)
    gap = min(_MOST_GAP, spare / max(len(panels) - 1, 1))
    if gap < _LEAST_GAP:
        return []
    for panel in panels:
        placed.append(Placed(panel, 0, y - panel.height))
        y -= panel.height + gap
    return placed
