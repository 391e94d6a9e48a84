"""The letter as plain text, for readers to whom neither a PDF nor a page is of use."""

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

from reviews.letters.document import (
    Block,
    BulletList,
    Heading,
    LetterDocument,
    NumberedList,
    Panel,
    Paragraph,
    Run,
)

WIDTH = 78
# Characters that steer a screen or printer instead of being seen on it.
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def as_text(document: LetterDocument) -> str:
    """The whole letter in lines of at most 78 characters, but for longer words such as addresses.

    Headings are underlined, an address stands behind the words that lead to it, and a chart is said
    in words. Every line ends in a line feed; no other control character occurs.
    """
    return "\n\n".join(part for part in _parts(document) if part) + "\n"


def _parts(document: LetterDocument) -> Iterator[str]:
    yield _wrapped(document.watermark)
    yield _wrapped(document.notice)
    yield _lines(document.letterhead)
    yield _lines((document.date, document.delivery))
    yield _lines(document.addressee)
    yield _wrapped(document.salutation)
    yield _underlined(document.subject, "=")
    for block in document.narrative:
        yield _block(block)
    yield _wrapped(document.close)
    yield _lines(document.signatory)
    yield _underlined(document.statistics_heading, "=")
    yield _wrapped(document.statistics_period)
    for panel in document.panels:
        yield from _panel(panel)
    yield _wrapped(_words(document.check_line))


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return _underlined(text, "-")
        case Paragraph(runs):
            return _wrapped(_words(runs))
        case BulletList(items):
            return "\n".join(_wrapped(_words(runs), label="* ") for runs in items)
        case NumberedList(items):
            return "\n".join(
                _wrapped(_words(runs), label=f"{number}. ") for number, runs in enumerate(items, 1)
            )


def _panel(panel: Panel) -> Iterator[str]:
    yield _underlined(panel.heading, "-")
    for statement in panel.statements:
        yield _wrapped(statement.text)
    yield _wrapped(panel.chart.alternative)


def _words(runs: Iterable[Run]) -> str:
    """The text of the runs, with the address after a link that does not show it."""
    return "".join(
        f"{run.text} ({run.link})" if run.link and not _shows_address(run) else run.text
        for run in runs
    )


def _shows_address(run: Run) -> bool:
    return run.text.strip() in (run.link, run.link.removeprefix("mailto:"))


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(filter(None, map(_wrapped, texts)))


def _underlined(text: str, line: str) -> str:
    wrapped = _wrapped(text)
    longest = max(map(len, wrapped.split("\n")))
    return f"{wrapped}\n{line * longest}" if wrapped else ""


def _wrapped(text: str, label: str = "") -> str:
    """The text in lines; further lines stand under the first word after the label."""
    seen = "".join(" " if unicodedata.category(each) in _UNSEEN else each for each in text)
    return textwrap.fill(
        " ".join(seen.split()),
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_long_words=False,
        break_on_hyphens=False,
    )
