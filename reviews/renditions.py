"""A letter in large print and as plain text: the same words, drawn otherwise."""

from collections.abc import Callable

from reviews.letters.document import LetterDocument
from reviews.letters.text import as_text
from reviews.models import LetterAlternative
from reviews.pdf.render import LARGE_PRINT, render

Kind = LetterAlternative.Kind

_MAKERS: dict[Kind, Callable[[LetterDocument], bytes]] = {
    Kind.LARGE_PRINT: lambda document: render(document, LARGE_PRINT),
    Kind.TEXT: lambda document: as_text(document).encode(),
}


def make_rendition(document: LetterDocument, kind: Kind) -> bytes:
    """The letter in another rendition. Raises what `render` raises for one that cannot be drawn."""
    return _MAKERS[kind](document)
