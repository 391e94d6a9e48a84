"""Reading a finished letter as its reader would: the pages of the PDF, and the words of the page.

The PDF is read back by another library than the one that drew it, so that a slip of the drawing
cannot hide itself.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from threading import Lock

import pypdfium2

from reviews.figures.counts import Statistics
from reviews.letters.document import Bar, Heading, LetterDocument
from reviews.letters.language import UNFILLED
from reviews.letters.statements import panels
from reviews.proofing.findings import Finding

MOST_PAGES = 4
MARGIN = 36.0  # points at each edge of a page on which nothing is printed
FOOT = 70.0  # what stands lower is the foot of every page

_reading = Lock()  # pdfium reads one file at a time


def findings(
    document: LetterDocument, *, pdf: bytes, html: str, statistics: Statistics
) -> list[Finding]:
    """What is wrong with a letter drawn as `pdf` and `html`, against its frozen figures."""
    with _reading:
        pages = _pages(pdf)
    return [
        *_unresolved(pages),
        *_too_many(len(pages)),
        *_overflowing(pages),
        *_widows(document, pages),
        *_disagreeing(statistics, pages, html),
    ]


class _Page:
    """One page: its text, the text above its foot, and what reaches into its margins."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        width, height = page.get_size()
        text = page.get_textpage()
        self.text = _plain(text.get_text_range())
        body = text.get_text_bounded(bottom=FOOT)
        self.last_line = next(
            (_plain(line) for line in reversed(body.splitlines()) if line.strip()), ""
        )
        self.beyond = [
            _plain(text.get_text_bounded(*box)) or "something"
            for box in (text.get_rect(number) for number in range(text.count_rects()))
            if box[0] < MARGIN or box[2] > width - MARGIN or box[1] < 0 or box[3] > height
        ]


def _pages(pdf: bytes) -> list[_Page]:
    file = pypdfium2.PdfDocument(pdf)
    try:
        return [_Page(page) for page in file]
    finally:
        file.close()


def _plain(text: str) -> str:
    return " ".join(text.split())


def _unresolved(pages: list[_Page]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        for found in UNFILLED.findall(page.text):
            yield Finding(
                "error",
                "unresolved-placeholder",
                f"“{found}” looks like a placeholder that was not filled in; correct the wording "
                "or the name.",
                number,
            )


def _too_many(pages: int) -> Iterator[Finding]:
    if pages > MOST_PAGES:
        yield Finding(
            "error",
            "too-many-pages",
            f"the letter has {pages} pages; shorten its wording to at most {MOST_PAGES}.",
            pages,
        )


def _overflowing(pages: list[_Page]) -> Iterator[Finding]:
    for number, page in enumerate(pages, 1):
        if page.beyond:
            yield Finding(
                "error",
                "overflow",
                f"“{page.beyond[0]}” reaches into the margin; shorten it.",
                number,
            )


def _widows(document: LetterDocument, pages: list[_Page]) -> Iterator[Finding]:
    headings = [_plain(block.text) for block in document.narrative if isinstance(block, Heading)]
    for number, page in enumerate(pages[:-1], 1):
        # A long heading has several lines, of which the last stands at the foot.
        last = page.last_line
        if last and any(heading == last or heading.endswith(f" {last}") for heading in headings):
            yield Finding(
                "error",
                "widow-heading",
                f"the heading “{page.last_line}” stands alone at the foot of the page; add or take "
                "out a line before it.",
                number,
            )


def _disagreeing(statistics: Statistics, pages: list[_Page], html: str) -> Iterator[Finding]:
    """Sentences and bars of the frozen row that do not stand in the PDF and on the page."""
    said = " ".join(page.text for page in pages)
    shown = _plain(_Words(html).text)
    for panel in panels(statistics):
        for statement in panel.statements:
            for where, text, page in (("PDF", said, len(pages)), ("page", shown, None)):
                if not _stands(statement.text, text):
                    yield Finding(
                        "error",
                        "figures-disagree",
                        f"the {where} does not say “{statement.text}”, as the frozen figures do; "
                        "freeze the round again or tell whoever looks after the system.",
                        page,
                    )
        for bar in panel.chart.bars:
            for where, text, page in (("PDF", said, len(pages)), ("page", shown, None)):
                if not _is_shown(bar, text):
                    yield Finding(
                        "error",
                        "figures-disagree",
                        f"the chart of the {where} does not show {bar.value} for “{bar.label}”, as "
                        "the frozen figures do; tell whoever looks after the system.",
                        page,
                    )


def _stands(words: str, text: str) -> bool:
    """Whether the words stand in the text, and not from the middle of a longer number on."""
    return any(not text[at - 1 : at].isdecimal() for at in _places(words, text))


def _is_shown(bar: Bar, text: str) -> bool:
    """Whether a bar's label and its whole value stand one after the other, as they are drawn."""
    for at in _places(bar.label, text):
        start = at + len(bar.label)
        start += text[start : start + 1] == " "
        end = start + len(bar.value)
        after = text[end : end + 1]
        if text[start:end] == bar.value and not (after.isdecimal() or after == "%"):
            return True
    return False


def _places(words: str, text: str) -> Iterator[int]:
    """Where the words begin in the text; as they differ from letter to letter, without patterns."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


class _Words(HTMLParser):
    """The words of a page without its marks."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self._pieces.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"p", "li", "h2", "h3", "text", "tspan", "title", "desc"}:
            self._pieces.append(" ")

    @property
    def text(self) -> str:
        return "".join(self._pieces)
