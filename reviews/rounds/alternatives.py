"""A letter in large print and as plain text: kept when it is issued."""

import hashlib

from casework.refusals import Refused
from reviews.letters.document import LetterDocument
from reviews.models import Letter, LetterAlternative
from reviews.renditions import Kind, make_rendition


def make_alternative(document: LetterDocument, kind: Kind) -> bytes:
    """The letter in another rendition. Refuses one that cannot be drawn."""
    try:
        return make_rendition(document, kind)
    except ValueError as error:
        raise Refused(
            f"The letter to {document.authority} cannot be drawn in {kind.label}: {error}."
        ) from error


def store_alternatives(letter: Letter, document: LetterDocument) -> None:
    """Keeps every rendition beside the letter's file, before the letter counts as issued."""
    for kind in Kind:
        content = make_alternative(document, kind)
        LetterAlternative.objects.create(
            letter=letter,
            kind=kind,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
        )
