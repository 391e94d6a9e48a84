"""Text on its way into the letter: what may be printed, and where a link may lead.

Nothing in a letter is markup and nothing that draws it parses any, so text needs no escaping: what
passes here appears as it is written.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from reviews.letters.document import LetterDocument, Run
from reviews.letters.language import first_lookalike
from reviews.pdf.fonts import PRINTABLE

_SCHEMES = {"http", "https", "mailto"}


class UnprintableCharacter(ValueError):
    """A character that the letter cannot show: control, combining, or missing from the font.

    `character` is that character, `where` its place in the document
    (`narrative[2].runs[0].text`).
    """

    def __init__(self, character: str, where: str) -> None:
        super().__init__(f"{_named(character)} in {where} cannot be printed")
        self.character = character
        self.where = where


def check(document: LetterDocument) -> None:
    """Refuse a document that cannot be drawn as it is written.

    Raises UnprintableCharacter for a character without a glyph, and ValueError for a link that is
    not an http, https or mailto address.
    """
    # Neither is printed as text.
    check_texts(replace(document, figures="", signature=""))


def check_texts(value: Any) -> None:
    """The same for every text of any plain value."""
    for where, text in _values(value, ""):
        if isinstance(text, Run):
            _check_link(text.link, where)
        elif not PRINTABLE.issuperset(composed(text)):
            missing = next(c for c in composed(text) if c not in PRINTABLE)
            raise UnprintableCharacter(missing, where)


def first_unprintable(text: str) -> str:
    """The first character of a text that letters cannot show, by code and name; else empty."""
    for character in composed(text):
        if character not in PRINTABLE:
            return _named(character)
    return ""


def first_unfit(text: str) -> str:
    """What a name or sentence has that letters do not show, named for the person typing; or empty.

    A character that they cannot show, or what their readers would take for a placeholder that
    nobody filled in.
    """
    if character := first_unprintable(text):
        return character
    found = first_lookalike(text)
    return f"“{found}” (like a placeholder not filled in)" if found else ""


def _named(character: str) -> str:
    name = unicodedata.name(character, "a control character or one without a name")
    return f"U+{ord(character):04X} ({name})"


def composed(text: str) -> str:
    """The same text with each accented letter as one character, which alone has a glyph."""
    return unicodedata.normalize("NFC", text)


def _check_link(link: str, where: str) -> None:
    if link and (urlsplit(link).scheme not in _SCHEMES or " " in link):
        raise ValueError(f"{link!r} in {where} is not an http, https or mailto address")


def _values(value: Any, where: str) -> Iterator[tuple[str, str | Run]]:
    """Every text and every run in a plain value, with the path that leads to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _values(item, f"{where}[{index}]")
    elif is_dataclass(value):
        for field in fields(value):
            yield from _values(getattr(value, field.name), f"{where}.{field.name}".lstrip("."))
        if isinstance(value, Run):
            yield where, value
