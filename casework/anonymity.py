"""Finds in a text what tells who complained: name, postcode, e-mail address, telephone number.

Spelled as people spell: capitals, accents, apostrophes, spaces and hyphens make no difference, nor
does a character that cannot be seen. Nothing here decides; a person looks at what was found.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

type Kind = Literal["name", "postcode", "e-mail address", "telephone number"]

WORDS_AROUND = 4


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words(
    """
    mr mrs miss ms mx dr doctor prof professor rev reverend sir dame lady lord master cllr
    councillor
    """
)
# Parts of names that say nothing alone.
PARTICLES = _words(
    """
    al and ap ben bin bint da dal de dei del den der des di do dos du el fitz ibn jr junior la
    las le los mac mc of san senior sr st ten ter the und van ver von y z zu
    """
)
# Names that are words too: they count only with a capital inside a sentence or after a title.
WORDS = _words(
    """
    able angel april art august autumn baker bank banks barn bay beach bell best bill bird
    bishop black block blue bond boot bridge bright brook brown burn bush butcher care carpenter
    carter case cash chance church clay close coach coal cook cotton council court crisp cross
    crown day dear east eve faith farm farmer field fields fisher flood flower forest forward
    foster fox frank free french frost garden gardener good grace grant green grey guy hall hand
    hardy harvest hay head heath hill hills home hope house hunt hunter ivy job joy june justice
    key king kitchen knight lake lane law lawn less letter little lock long love low major
    manager mark marks marsh may mayor meadow mercy mill mills moor moss noble north page
    painter parent park patience peace pen pepper person place plant pole pond poor post pound
    powers price prior queen rain read reason rich ring river rivers rock rod rose rush sage
    school sharp shepherd short silver singer small smart snow south spring star steel stone
    street strong summer swan sweet temple thorn town trade wall walls ward warden waters way
    well wells west white wild will winter wise wood woods worth yard young
    """
)

HYPHENS = "\\-‐‑‒–—−"
APOSTROPHES = "'’‘ʼ´`"
# Between the characters of a postcode or the digits of a number.
GAP = rf"[\s.()/{HYPHENS}]*"
# Between the parts of one name.
PARTS_APART = rf"[\s{HYPHENS}{APOSTROPHES}]*"
# Also the plural, a family.
POSSESSIVE = rf"(?:[{APOSTROPHES}]?s|[{APOSTROPHES}])?"
LETTER = r"[^\W\d_]"
# Letters that are not one with an accent.
OTHER_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)

LEAST_DIGITS = 6
LEAST_OF_A_POSTCODE = 5


@dataclass(frozen=True, slots=True)
class Find:
    """Something found, as it stands in the text, with a few words around it."""

    kind: Kind
    words: str
    context: str


def find_personal_data(
    text: str, *, name: str = "", postcode: str = "", email: str = "", telephone: str = ""
) -> list[Find]:
    """All that is found, in the order of the text; what is blank is not looked for."""
    folded = _Folded(text)
    spans: list[tuple[int, int, Kind]] = [
        *((*span, "name") for span in _joined(_name_spans(folded, name), folded.text)),
        *((*span, "postcode") for span in _spans(folded, _postcode_pattern(postcode))),
        *((*span, "e-mail address") for span in _spans(folded, _email_pattern(email))),
        *((*span, "telephone number") for span in _telephone_spans(folded, telephone)),
    ]
    finds = []
    for first, last, kind in sorted(spans):
        start, end = folded.original(first, last)
        finds.append(Find(kind, " ".join(text[start:end].split()), _context(text, start, end)))
    return finds


class _Folded:
    """A text in small letters without accents and without what cannot be seen.

    `text` is that; `is_capital` and `original` look at the text as it is written.
    """

    def __init__(self, text: str) -> None:
        self._source = text
        letters: list[str] = []
        self._places: list[int] = []
        for place, letter in enumerate(text):
            folded = _fold(letter)
            letters.append(folded)
            self._places += [place] * len(folded)
        self.text = "".join(letters)

    def original(self, first: int, last: int) -> tuple[int, int]:
        """Where a piece of `text` stands in the text as it is written."""
        return self._places[first], self._places[last - 1] + 1

    def is_capital(self, place: int) -> bool:
        return self._source[self._places[place]].isupper()


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold().translate(OTHER_LETTERS)
    return "".join(each for each in letters if unicodedata.category(each) not in {"Mn", "Cf"})


def _spans(folded: _Folded, pattern: str) -> Iterator[tuple[int, int]]:
    if pattern:
        for found in re.finditer(pattern, folded.text):
            yield found.span()


# Names --------------------------------------------------------------------------------------------


def _name_spans(folded: _Folded, name: str) -> Iterator[tuple[int, int]]:
    parts = [_fold(part).strip('.:()"') for part in re.split(r"[\s/&,;]+", name)]
    parts = [part for part in parts if any(map(str.isalpha, part)) and part not in TITLES]
    if len(parts) > 1:
        whole = PARTS_APART.join(_part_pattern(part) for part in parts)
        yield from _spans(folded, rf"(?<!{LETTER}){whole}{POSSESSIVE}(?!{LETTER})")
    for part in _parts_worth_it(parts):
        pattern = rf"(?<!{LETTER}){_part_pattern(part)}{POSSESSIVE}(?!{LETTER})"
        for span in _spans(folded, pattern):
            if not _is_a_word(part) or _is_used_as_name(folded, span[0]):
                yield span


def _parts_worth_it(parts: list[str]) -> set[str]:
    """Each part, and the pieces of those with a hyphen; no initials, none like `van`."""
    pieces = {piece for part in parts for piece in (part, *re.split(rf"[{HYPHENS}]+", part))}
    return {
        piece
        for piece in pieces
        if sum(map(str.isalpha, piece)) > 1 and piece not in PARTICLES | TITLES
    }


def _part_pattern(part: str) -> str:
    """The part with or without its hyphens and apostrophes, which may be spaces: O Brien."""
    pieces = re.split(rf"[{HYPHENS}{APOSTROPHES}]+", part)
    return PARTS_APART.join(re.escape(piece) for piece in pieces if piece)


def _is_a_word(part: str) -> bool:
    """Short names are like words: Jo, Li, Ng."""
    return part in WORDS or sum(map(str.isalpha, part)) < 3


def _is_used_as_name(folded: _Folded, start: int) -> bool:
    """Whether a word stands where a name stands: capital inside a sentence, or after a title."""
    before = folded.text[max(0, start - 60) : start]
    word = before.split()[-1] if before.split() else ""
    if re.sub(r"\W", "", word) in TITLES:
        return True
    gap = before[len(before.rstrip()) :]
    begins_sentence = not word or word[-1] in ".!?:;•*\"“”'‘" or gap.count("\n") > 1
    return folded.is_capital(start) and not begins_sentence


def _joined(spans: Iterator[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Spans in one where they overlap or only spaces and hyphens are between them."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and not text[joined[-1][1] : first].strip(f" \t{HYPHENS}"):
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


# Postcode, e-mail address, telephone --------------------------------------------------------------


def _postcode_pattern(postcode: str) -> str:
    characters = [letter for letter in _fold(postcode) if letter.isalnum()]
    if len(characters) < LEAST_OF_A_POSTCODE:
        return ""
    return rf"(?<!\w){GAP.join(map(re.escape, characters))}(?!\w)"


def _email_pattern(email: str) -> str:
    """With spaces, or with "at" and "dot" in place of the signs."""
    local, at, domain = _fold(email).strip().partition("@")
    if not (local and at and domain):
        return ""
    signs = {
        ".": r"\s*(?:\.|[(\[]\s*dot\s*[)\]]|\sdot\s)\s*",
        "@": r"\s*(?:@|[(\[]\s*at\s*[)\]]|\sat\s)\s*",
    }
    pattern = "".join(signs.get(letter, re.escape(letter)) for letter in f"{local}@{domain}")
    return rf"(?<![\w.+-]){pattern}(?![\w-])"


def _telephone_spans(folded: _Folded, telephone: str) -> Iterator[tuple[int, int]]:
    """With or without +44, however it is spaced. A field may hold several numbers."""
    for number in re.split(rf"[^\d\s+().{HYPHENS}]|(?<=\d)\s*[+]", _fold(telephone)):
        digits = re.sub(r"\D", "", number)
        digits = re.sub(r"^(?:00|0(?=0))?(?:44)?0*", "", digits)
        if len(digits) < LEAST_DIGITS:
            continue
        prefix = rf"(?:[+]{GAP}|00{GAP})?(?:44{GAP})?(?:[(]?0[)]?{GAP})?"
        yield from _spans(folded, rf"(?<!\d){prefix}{GAP.join(digits)}(?!\d)")


def _context(text: str, start: int, end: int) -> str:
    """The words around, as they are written, on one line."""
    before, after = text[max(0, start - 200) : start], text[end : end + 200]
    words_before, words_after = before.split(), after.split()
    left = words_before[-WORDS_AROUND:]
    right = words_after[:WORDS_AROUND]
    inside = " ".join(text[start:end].split())
    opening = "… " if len(words_before) > len(left) else ""
    closing = " …" if len(words_after) > len(right) else ""
    space_left = " " if left and before[-1:].isspace() else ""
    space_right = " " if right and after[:1].isspace() else ""
    return f"{opening}{' '.join(left)}{space_left}{inside}{space_right}{' '.join(right)}{closing}"
