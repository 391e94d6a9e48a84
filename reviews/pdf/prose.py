"""Text broken into lines.

reportlab's own Paragraph reads its text as markup, which can name files and drop words; a letter
holds plain runs, and breaking and drawing them here takes less than half of its time.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth

from reviews.letters.document import Run
from reviews.pdf.fonts import emphasised
from reviews.pdf.styles import ACCENT, Style
from reviews.pdf.tagged import Element, TaggedCanvas, Writing
from reviews.pdf.text import composed

BULLET = "•"

_BULLET_INDENT = 0.27  # of the text's size
_HEADINGS = {"H1": 0, "H2": 1, "H3": 2}  # and their level in the file's outline
_UNDERLINE = 0.6  # its width; it lies twice as far under the text
_WORDS = re.compile(r"[^ ]+ ?| ")  # a word keeps its space, so that lines join to the same text


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a line in one font and with one link, or none.

    `x` is counted from the left of the text; `width` leaves out the space at its end.
    """

    text: str
    font: str
    colour: Color
    link: str
    x: float
    width: float


type Line = tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph, heading, item of a list or other line of text, `width` points wide.

    `is_first` is the first item of its list, `is_continued` a text that began on another page.
    """

    lines: tuple[Line, ...]
    style: Style
    width: float
    bullet: str
    keeps_next: bool
    is_first: bool = False
    is_continued: bool = False

    @property
    def height(self) -> float:
        return self.style.leading * len(self.lines)

    @property
    def least_height(self) -> float:
        """The height of as few lines as may stand at the foot of a page: two, or all of three."""
        return self.style.leading * (len(self.lines) if len(self.lines) < 4 else 2)

    @property
    def before(self) -> float:
        return self.style.before

    @property
    def after(self) -> float:
        return self.style.after

    @property
    def text(self) -> str:
        return "".join(fragment.text for line in self.lines for fragment in line)

    def split(self, room: float) -> tuple["Prose", "Prose"]:
        """What goes into `room` points of height (at least `least_height`), and the rest of it.

        The rest has two lines or more, so no last line stands alone overleaf.
        """
        count = min(int(room / self.style.leading), len(self.lines) - 2)
        head = replace(self, lines=self.lines[:count], keeps_next=False)
        rest = replace(self, lines=self.lines[count:], bullet="", is_continued=True)
        return head, rest

    def write(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y), as an element of the structure.

        A text that began on another page stays one element, the latest that was written.
        """
        if not self.lines:
            return
        if self.is_continued:
            element = canvas.latest
        elif self.bullet:
            element = self._item(canvas, x, y)
        else:
            element = Element(self.style.tag, canvas.root)
            if self.style.tag in _HEADINGS:
                level = _HEADINGS[self.style.tag]
                canvas.bookmark(self.text, level, x, y + self.height)
        canvas.latest = element
        self._draw(canvas, x, y, element)

    def draw(self, canvas: TaggedCanvas, x: float, y: float) -> None:
        """Draw it with its lower left corner at (x, y), as part of what surrounds it."""
        self._draw(canvas, x, y, None)

    def write_in(self, canvas: TaggedCanvas, x: float, y: float, element: Element) -> None:
        """Draw it with its lower left corner at (x, y), as the content of an element there is."""
        self._draw(canvas, x, y, element)

    def _item(self, canvas: TaggedCanvas, x: float, y: float) -> Element:
        """Draws the bullet or number and returns the element of the words beside it."""
        style = self.style
        if self.is_first:
            numbering = "Disc" if self.bullet == BULLET else "Decimal"
            canvas.list = Element("L", canvas.root, f"<</O/List/ListNumbering/{numbering}>>")
        item = Element("LI", canvas.list)
        label = Writing(
            canvas,
            x + _BULLET_INDENT * style.size,
            y + self.height - style.size,
            Element("Lbl", item),
        )
        label.show(self.bullet, style.font, style, style.colour, None)
        label.end()
        return Element("LBody", item)

    def _draw(self, canvas: TaggedCanvas, x: float, y: float, home: Element | None) -> None:
        style = self.style
        left, first = x + style.indent, y + self.height - style.size
        writing = Writing(canvas, left, first, home)
        links: list[tuple[Fragment, float, Element]] = []
        link = None
        for number, line in enumerate(self.lines):
            baseline = first - number * style.leading
            if line[0].x or style.is_right:
                writing.move(left + line[0].x, baseline)
            for fragment in line:
                if not fragment.link or home is None:
                    link = None
                elif link is None or links[-1][0].link != fragment.link:
                    link = Element("Link", home)
                if link is not None:
                    links.append((fragment, baseline, link))
                writing.show(fragment.text, fragment.font, style, fragment.colour, link)
            writing.new_line()
        writing.end()
        for fragment, baseline, element in links:
            _draw_link(canvas, fragment, left, baseline, style.size, element)


def prose(runs: Iterable[Run], style: Style, width: float) -> Prose:
    """The runs broken into lines of at most this width."""
    return _broken(tuple(runs), style, width)


def item(runs: Iterable[Run], style: Style, width: float, *, number: int, bullet: str) -> Prose:
    """An item of a list, the `number`th from 1, with a bullet or number that hangs beside it."""
    words = _broken(tuple(runs), style, width)
    if not words.lines:
        words = _broken((Run(" "),), style, width)  # room for the bullet
    return replace(words, bullet=bullet, is_first=number == 1)


def plain(text: str, style: Style, width: float) -> Prose:
    """Text in one font broken into lines of at most this width."""
    return _broken((Run(text),), style, width)


# Most paragraphs are the same in all letters of a round.
@lru_cache(maxsize=512)
def _broken(runs: tuple[Run, ...], style: Style, width: float) -> Prose:
    lines = _lines(_words(runs, style, width - style.indent), width - style.indent)
    set_lines = tuple(_line(pieces, style, width) for pieces in lines)
    return Prose(set_lines, style, width, bullet="", keeps_next=style.keeps_next)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or a part of one: `ink` is its width, `space` that of the space after it, if any."""

    text: str
    font: str
    link: str
    ink: float
    space: float


# The words of a language are few, and the same in all letters.
@lru_cache(maxsize=16384)
def _width(text: str, font: str, size: float) -> float:
    wide: float = stringWidth(text, font, size)
    return wide


def _piece(text: str, font: str, link: str, size: float) -> _Piece:
    word = text.removesuffix(" ")
    ink = _width(word, font, size)
    return _Piece(text, font, link, ink, _width(" ", font, size) if word != text else 0.0)


def _words(runs: tuple[Run, ...], style: Style, width: float) -> Iterator[list[_Piece]]:
    """The words, each as its pieces, since a word can change its font before its end."""
    word: list[_Piece] = []
    for run in runs:
        font = emphasised(style.font, bold=run.is_bold, italic=run.is_italic)
        for text in _WORDS.findall(composed(run.text)):
            for part in _parts(text, font, style.size, width):
                word.append(_piece(part, font, run.link, style.size))
                if part.endswith(" ") or part != text:
                    yield word
                    word = []
    if word:
        yield word


def _parts(word: str, font: str, size: float, width: float) -> Iterator[str]:
    """A word that is wider than a line in parts that are not, any other as it is."""
    if _width(word.removesuffix(" "), font, size) <= width:
        yield word
        return
    part = ""
    for character in word:
        if part and stringWidth(part + character, font, size) > width:
            yield part
            part = ""
        part += character
    yield part


def _lines(words: Iterable[list[_Piece]], width: float) -> Iterator[list[_Piece]]:
    line: list[_Piece] = []
    used = 0.0
    for word in words:
        full = sum(piece.ink + piece.space for piece in word)
        if line and used + full - word[-1].space > width:
            yield line
            line, used = [], 0.0
        line += word
        used += full
    if line:
        yield line


def _line(pieces: list[_Piece], style: Style, width: float) -> Line:
    x = 0.0
    if style.is_centred or style.is_right:
        full = sum(piece.ink + piece.space for piece in pieces)
        x = (width - full + pieces[-1].space) / (1 if style.is_right else 2)
    line = []
    for (font, link), group in groupby(pieces, key=lambda piece: (piece.font, piece.link)):
        same = list(group)
        full = sum(piece.ink + piece.space for piece in same)
        text = "".join(piece.text for piece in same)
        colour = ACCENT if link else style.colour
        line.append(Fragment(text, font, colour, link, x, full - same[-1].space))
        x += full
    return tuple(line)


def _draw_link(
    canvas: TaggedCanvas,
    fragment: Fragment,
    left: float,
    baseline: float,
    size: float,
    element: Element,
) -> None:
    start, end = left + fragment.x, left + fragment.x + fragment.width
    canvas.setStrokeColor(fragment.colour)
    canvas.setLineWidth(_UNDERLINE)
    canvas.line(start, baseline - 2 * _UNDERLINE, end, baseline - 2 * _UNDERLINE)
    box = (start, baseline - 0.25 * size, end, baseline + 0.85 * size)
    canvas.link(element, fragment.link, box)
