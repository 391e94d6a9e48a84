"""A letter in large print and as plain text: the same words, drawn otherwise."""

from collections.abc import Callable

from reviews.letters.document import LetterDocument
from reviews.letters.text import as_text
from reviews.models import LetterAlternative
from reviews.pdf.render import LARGE_PRINT, pages_of, render

Kind = LetterAlternative.Kind

_MAKERS: dict[Kind, Callable[[LetterDocument], bytes]] = {
    Kind.LARGE_PRINT: lambda document: render(document, LARGE_PRINT),
    Kind.TEXT: lambda document: as_text(document).encode(),
}


_CHECKS: dict[Kind, Callable[[LetterDocument], object]] = {
    Kind.LARGE_PRINT: lambda document: pages_of(document, LARGE_PRINT),
    Kind.TEXT: as_text,
}


def check_rendition(document: LetterDocument, kind: Kind) -> None:
    """Raises what `make_rendition` would, without drawing: that takes most of its time."""
    _CHECKS[kind](document)


def make_rendition(document: LetterDocument, kind: Kind) -> bytes:
    """The letter in another rendition. Raises what `render` raises for one that cannot be drawn."""
    return _MAKERS[kind](document)
