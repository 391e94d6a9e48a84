"""Finds in a text what tells who complained: name, postcode, e-mail address, telephone number.

Spelled as people spell: capitals, accents, apostrophes, spaces and hyphens make no difference, nor
does a character that cannot be seen, a word divided at the end of a line, Mueller for Müller or Mc
for Mac. Nothing here decides; a person looks at what was found.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

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
# Of these, those that are also written in one with what follows: DeSouza, O'Brien.
WRITTEN_IN_ONE = PARTICLES - _words("and jr junior of senior sr the und y z zu") | {"d", "o"}
# Names that are words too: they count only with a capital inside a sentence or after a title.
WORDS = _words(
    """
    able angel april art august autumn baker bank banks barn bay beach bell best bill bird
    bishop black block blue bond boot bridge bright brook brown burn bush butcher care carpenter
    carter case cash chance church clay close coach coal cook cotton council court crisp cross
    crown day dear due east eve faith farm farmer field fields fisher flood flower forest forward
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

# The same where accents are written as letters: Mueller, Soerensen, Aase.
SPELLED_OUT = str.maketrans({"ø": "oe"})
MARKS_SPELLED_OUT = {
    "\N{COMBINING DIAERESIS}": ("aou", "e"),
    "\N{COMBINING RING ABOVE}": ("a", "a"),
}
ACCENTS = {"ø", *MARKS_SPELLED_OUT}

# Between the letters of a name or address: the end of a line, where a word is divided.
DIVIDED = rf"(?:[{HYPHENS}][^\S\n]*\n\s*)?"
SOFT_HYPHEN = "\N{SOFT HYPHEN}"

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
        *((*span, "name") for span in _name_places(text, name)),
        *((*folded.original(*span), "postcode") for span in _postcode_spans(folded, postcode)),
        *((*folded.original(*span), "e-mail address") for span in _email_spans(folded, email)),
        *(
            (*folded.original(*span), "telephone number")
            for span in _telephone_spans(folded, telephone)
        ),
    ]
    finds = []
    for start, end, kind in sorted(spans):
        finds.append(Find(kind, " ".join(text[start:end].split()), _context(text, start, end)))
    return finds


class _Folded:
    """A text in small letters without accents and without what cannot be seen.

    `text` is that; `is_capital` and `original` look at the text as it is written.
    """

    # What stands for a combining mark after one of some letters, and for other letters.
    marks: ClassVar[dict[str, tuple[str, str]]] = {}
    letters: ClassVar[dict[int, str]] = OTHER_LETTERS

    def __init__(self, text: str) -> None:
        self._source = text
        self._places: list[int] = []
        folded: list[str] = []
        before = ""
        for place, letter in enumerate(text):
            if letter == SOFT_HYPHEN and text[place + 1 : place + 3].strip(" \t\r")[:1] == "\n":
                letter = "-"
            for each in unicodedata.normalize("NFKD", letter).casefold().translate(self.letters):
                after, stands_for = self.marks.get(each, ("", ""))
                if unicodedata.category(each) in {"Mn", "Cf"}:
                    each = stands_for if before and before in after else ""
                if each:
                    folded.append(each)
                    self._places += [place] * len(each)
                    before = each
        self.text = "".join(folded)

    def original(self, first: int, last: int) -> tuple[int, int]:
        """Where a piece of `text` stands in the text as it is written."""
        return self._places[first], self._places[last - 1] + 1

    def is_capital(self, place: int) -> bool:
        return self._source[self._places[place]].isupper()


class _SpelledOut(_Folded):
    """The same with letters in place of accents where people write so: Mueller, Müller."""

    marks = MARKS_SPELLED_OUT
    letters = OTHER_LETTERS | SPELLED_OUT


def _fold(text: str) -> str:
    return _Folded(text).text


def _spans(folded: _Folded, pattern: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(pattern, folded.text):
        yield found.span()


# Names --------------------------------------------------------------------------------------------


def _name_places(text: str, name: str) -> list[tuple[int, int]]:
    """Where the name stands in the text as it is written, both ways of folding taken together."""
    found: set[tuple[int, int]] = set()
    # Where there are no such accents both ways are one.
    has_accents = ACCENTS & set(unicodedata.normalize("NFKD", text + name).casefold())
    for way in (_Folded, _SpelledOut) if has_accents else (_Folded,):
        folded = way(text)
        spans = _joined(_name_spans(folded, way(name).text), folded.text)
        found |= {folded.original(*span) for span in spans}
    places: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if places and start < places[-1][1]:
            places[-1] = places[-1][0], max(places[-1][1], end)
        else:
            places.append((start, end))
    return places


def _name_spans(folded: _Folded, name: str) -> Iterator[tuple[int, int]]:
    """`name` is folded like the text."""
    parts = [part.strip('.:()"') for part in re.split(r"[\s/&,;]+", name)]
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
    for number, part in enumerate(parts):
        begun = number
        while begun and parts[begun - 1] in WRITTEN_IN_ONE:
            begun -= 1
        if begun < number and part not in WRITTEN_IN_ONE | WORDS:
            pieces.add("-".join(parts[begun : number + 1]))
    return {
        piece
        for piece in pieces
        if sum(map(str.isalpha, piece)) > 1 and piece not in PARTICLES | TITLES
    }


def _part_pattern(part: str) -> str:
    """The part with or without its hyphens and apostrophes, which may be spaces: O Brien."""
    pieces = [each for each in re.split(rf"[{HYPHENS}{APOSTROPHES}]+", part) if each]
    if pieces[0] in {"m", "mac", "mc"} and len(pieces) > 1:
        pieces[:2] = [f"mac{pieces[1]}"]
    return PARTS_APART.join(map(_piece_pattern, pieces))


def _piece_pattern(piece: str) -> str:
    """Also divided at the end of a line; MacDonald is McDonald, Mac Donald and M'Donald."""
    if found := re.fullmatch("ma?c(.{3,})", piece):
        return rf"m(?:a{DIVIDED})?(?:c|[{APOSTROPHES}]){PARTS_APART}{_letters(found[1])}"
    if found := re.fullmatch("fitz(.{3,})", piece):
        return rf"{_letters('fitz')}{PARTS_APART}{_letters(found[1])}"
    if found := re.fullmatch("o(.{4,})", piece):
        return rf"o[{APOSTROPHES}]?{DIVIDED}{_letters(found[1])}"
    return _letters(piece)


def _letters(text: str) -> str:
    return DIVIDED.join(map(re.escape, text))


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


def _postcode_spans(folded: _Folded, postcode: str) -> Iterator[tuple[int, int]]:
    characters = [letter for letter in _fold(postcode) if letter.isalnum()]
    if len(characters) >= LEAST_OF_A_POSTCODE:
        yield from _spans(folded, rf"(?<!\w){GAP.join(map(re.escape, characters))}(?!\w)")


def _email_spans(folded: _Folded, email: str) -> Iterator[tuple[int, int]]:
    """With spaces, or with "at" and "dot" in place of the signs; also over the end of a line."""
    local, at, domain = _fold(email).strip().partition("@")
    if not (local and at and domain):
        return
    signs = {
        ".": r"\s*(?:\.|[(\[]\s*dot\s*[)\]]|\sdot\s)\s*",
        "@": r"\s*(?:@|[(\[]\s*at\s*[)\]]|\sat\s)\s*",
    }
    pattern = r"(?:\s*\n\s*)?".join(
        signs.get(letter, re.escape(letter)) for letter in f"{local}@{domain}"
    )
    yield from _spans(folded, rf"(?<![\w.+-]){pattern}(?![\w-])")


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
