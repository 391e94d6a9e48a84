"""Tables that flow over pages, row by row, as one table of the structure.

Every cell is an element with its words; headings say what they head. On a page where a table goes
on, its headings are drawn once more as an artifact, which nobody hears twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reviews.pdf.fonts import BOLD
from reviews.pdf.prose import Prose, plain
from reviews.pdf.styles import INK, PALE, RULE, Style
from reviews.pdf.tagged import Element, TaggedCanvas

_PADDING = 3.0  # above and below the words of a row
_GAP = 7.0  # between columns
_OF_COLUMN = "<</O/Table/Scope/Column>>"
_OF_ROW = "<</O/Table/Scope/Row>>"


@dataclass(frozen=True, slots=True)
class Cell:
    """Words at their distance from the left of the table."""

    words: Prose
    x: float


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, which stays whole. `head` are the headings, which have none themselves."""

    cells: tuple[Cell, ...]
    width: float
    head: "Row | None" = None
    is_first: bool = False  # begins the table
    is_shaded: bool = False
    is_artifact: bool = False  # headings once more
    keeps_next: bool = False
    before: float = 0.0
    after: float = 0.0
    least: float = 0.0  # room to write by hand

    @property
    def height(self) -> float:
        return max(self.least, *(cell.words.height for cell in self.cells)) + 2 * _PADDING

    @property
    def least_height(self) -> float:
        return self.height

    def again(self) -> "Row":
        """These headings on another page."""
        return replace(self, is_artifact=True, is_first=False)

    def write(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y)."""
        if self.is_shaded:
            canvas.setFillColor(PALE)
            canvas.rect(x, y, self.width, self.height, stroke=0, fill=1)
        is_head = self.head is None
        canvas.setStrokeColor(INK if is_head else RULE)
        canvas.setLineWidth(0.8 if is_head else 0.4)
        canvas.line(x, y, x + self.width, y)
        top = y + self.height - _PADDING
        if self.is_artifact:
            for cell in self.cells:
                cell.words.draw(canvas, x + cell.x, self._bottom(cell, top))
            return
        if self.is_first:
            canvas.table = Element("Table", canvas.root)
        row = Element("TR", canvas.table)
        for number, cell in enumerate(self.cells):
            element = (
                Element("TH", row, _OF_COLUMN if is_head else _OF_ROW)
                if is_head or not number
                else Element("TD", row)
            )
            cell.words.write_in(canvas, x + cell.x, self._bottom(cell, top), element)

    def _bottom(self, cell: Cell, top: float) -> float:
        """Headings stand on the line under them, other words at the top of their row."""
        if self.head is None:
            return top - self.height + 2 * _PADDING
        return top - cell.words.height


def rows(
    labels: Sequence[str],
    body: Sequence[Sequence[str]],
    *,
    shares: Sequence[float],
    are_numbers: Sequence[bool],
    width: float,
    style: Style,
    has_total: bool = False,
    least: float = 0.0,
    after: float = 12.0,
) -> Iterator[Row]:
    """The headings and rows of a table `width` points wide; `shares` say how columns divide it.

    Raises ValueError for a row that has not as many cells as there are headings.
    """
    unit = (width - _GAP * (len(labels) - 1)) / sum(shares)
    widths = [unit * share for share in shares]
    lefts = [sum(widths[:number]) + _GAP * number for number in range(len(widths))]

    def cells(texts: Sequence[str], look: Style) -> tuple[Cell, ...]:
        return tuple(
            Cell(plain(text, replace(look, is_right=is_number), wide), left)
            for text, is_number, wide, left in zip(texts, are_numbers, widths, lefts, strict=True)
        )

    bold = replace(style, font=BOLD)
    head = Row(cells(labels, bold), width, is_first=True, keeps_next=True)
    yield head
    for number, texts in enumerate(body):
        is_last = number == len(body) - 1
        is_total = is_last and has_total
        yield Row(
            cells(texts, bold if is_total else style),
            width,
            head=head,
            is_shaded=is_total,
            # No total alone overleaf, and no single row under its headings.
            keeps_next=(number == 0 and not is_last) or (has_total and number == len(body) - 2),
            after=after if is_last else 0.0,
            least=least,
        )
