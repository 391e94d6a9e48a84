"""The four faces of the letter, and which characters they can print.

reportlab cuts a font down to the characters a document uses, anew for every document. Here every
document begins with the same repertoire in the same places, so that its subset is cut once in a
process, and its bytes depend on the letter alone, not on the letters before it. Characters beyond
the repertoire go to a further subset, cut for the letter that has them.
"""

import unicodedata
import zlib
from functools import lru_cache
from pathlib import Path
from threading import Lock

import fontpkg
from reportlab.lib.rl_accel import escapePDF
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont, TTFontFace, makeToUnicodeCMap

REGULAR = "Lato"
BOLD = "Lato-Bold"
ITALIC = "Lato-Italic"
BOLD_ITALIC = "Lato-BoldItalic"
_FACES = {
    REGULAR: (400, "normal"),
    BOLD: (700, "normal"),
    ITALIC: (400, "italic"),
    BOLD_ITALIC: (700, "italic"),
}
_EMPHASISED = {REGULAR: ITALIC, BOLD: BOLD_ITALIC}

# One subset has room for 159 characters beside ASCII, which is in it without being asked for.
REPERTOIRE = (
    "".join(chr(code) for code in range(0xA1, 0x100) if code != 0xAD)  # the rest of Latin-1
    + "ŴŵŶŷĀāĒēĪīŌōŪūĄąĆćČčĘęĞğİıŁłŃńŒœŘřŚśŞşŠšŸŹźŻżŽž"
    + "‐–—‘’“”†•…′″€™−"
)

# Glyphs are placed one after another, so marks that combine with the character before them, and
# invisible characters that steer the text, would not show what they say.
_NOT_PRINTED = {"Cc", "Cf", "Cn", "Co", "Cs", "Mc", "Me", "Mn", "Zl", "Zp"}

_cutting = Lock()  # a face reads its file with a position of its own


class _Face(TTFontFace):
    """A typeface that keeps the subsets it has cut."""

    def addSubsetObjects(self, doc, fontname, subset):  # type: ignore[no-untyped-def]
        length, compressed = self._cut(tuple(subset))
        file = _compressed(compressed)
        file.dictionary["Length1"] = length
        descriptor = {
            "Type": "/FontDescriptor",
            "Ascent": self.ascent,
            "CapHeight": self.capHeight,
            "Descent": self.descent,
            "Flags": self.flags,
            "FontBBox": pdfdoc.PDFArray(self.bbox),
            "FontName": pdfdoc.PDFName(fontname),
            "ItalicAngle": self.italicAngle,
            "StemV": self.stemV,
            "FontFile2": doc.Reference(file, f"fontFile:{fontname}"),
            "MissingWidth": self.defaultWidth,
        }
        return doc.Reference(pdfdoc.PDFDictionary(descriptor), f"fontDescriptor:{fontname}")

    @lru_cache(maxsize=32)  # noqa: B019 - there are four faces, and they live as long as the process
    def _cut(self, subset: tuple[int, ...]) -> tuple[int, bytes]:
        """The length of the font file for these code points, and the file compressed."""
        with _cutting:
            file = self.makeSubset(subset)
        return len(file), zlib.compress(file, 9)

    @lru_cache(maxsize=32)  # noqa: B019 - as above
    def widths(self, subset: tuple[int, ...]) -> bytes:
        """The widths of these characters as the file has them."""
        written: bytes = pdfdoc.PDFArray(map(self.getCharWidth, subset)).format(None)
        return written


def _compressed(content: bytes) -> pdfdoc.PDFStream:
    """A stream of what is compressed already."""
    stream = pdfdoc.PDFStream(content=content)
    stream.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
    return stream


@lru_cache(maxsize=32)
def _meanings(name: str, subset: tuple[int, ...]) -> bytes:
    """What each code of a subset means, compressed."""
    return zlib.compress(makeToUnicodeCMap(name, list(subset)).encode())


class _Font(TTFont):
    """A font whose every document starts from the same repertoire.

    So a character of the repertoire has the same code in every document, which `codes` holds.
    """

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, str(path), asciiReadable=1, shapable=False)
        self.face = _Face(str(path))
        nowhere = pdfdoc.PDFDocument()
        self.splitString("", nowhere)
        assigned = self.state[nowhere].assignments
        self.codes = {chr(point): code for point, code in assigned.items() if 0 < code < 256}
        self.codes["\xa0"] = 32  # reportlab's own choice for the space that keeps words together

    def splitString(self, text, doc, encoding="utf-8"):  # type: ignore[no-untyped-def]
        if doc not in self.state:
            super().splitString(REPERTOIRE, doc)
        return super().splitString(text, doc, encoding)

    def addObjects(self, doc):  # type: ignore[no-untyped-def]
        """Writes the subsets, as reportlab does, with what is the same in every document kept."""
        state = self.state.pop(doc)
        state.frozen = 1
        for number, points in enumerate(state.subsets):
            subset = tuple(points)
            name = f"{SUBSETN(number).decode()}+{self.face.name.decode()}"
            font = pdfdoc.PDFTrueTypeFont()
            font.Name = f"{state.internalName}+{number}"
            font.BaseFont = name
            font.FirstChar, font.LastChar = 0, len(subset) - 1
            font.Widths = self.face.widths(subset)
            meanings = _compressed(_meanings(name, subset))
            font.ToUnicode = doc.Reference(meanings, f"toUnicodeCMap:{name}")
            font.FontDescriptor = self.face.addSubsetObjects(doc, name, subset)
            doc.Reference(font, font.Name)
            doc.idToObject["BasicFonts"].dict[font.Name] = font

    def getSubsetInternalName(self, subset, doc):  # type: ignore[no-untyped-def]
        if doc not in self.state:
            super().splitString(REPERTOIRE, doc)
        return super().getSubsetInternalName(subset, doc)


def _register() -> frozenset[str]:
    fonts = [_Font(name, fontpkg.path("Lato", *face)) for name, face in _FACES.items()]
    for font in fonts:
        pdfmetrics.registerFont(font)
    points = set.intersection(*(set(font.face.charToGlyph) for font in fonts))
    return frozenset(
        character
        for character in map(chr, points)
        if unicodedata.category(character) not in _NOT_PRINTED
    )


PRINTABLE = _register()


def emphasised(font: str, *, bold: bool, italic: bool) -> str:
    """The face for a run in text of this face (regular or bold)."""
    upright = BOLD if bold else font
    return _EMPHASISED[upright] if italic else upright


# The words of a round's letters are mostly the same.
@lru_cache(maxsize=1024)
def literal(text: str, font: str) -> str:
    """The text as it stands in a page's instructions, `(…)`; empty if not all in the repertoire."""
    codes = pdfmetrics.getFont(font).codes
    try:
        return f"({escapePDF(bytes([codes[character] for character in text]))})"
    except KeyError:
        return ""


def literals(text: str, font: str, doc: pdfdoc.PDFDocument) -> list[tuple[int, str]]:
    """The same for any text, piece by piece with the subset each is in."""
    pieces = pdfmetrics.getFont(font).splitString(text, doc)
    return [(subset, f"({escapePDF(codes)})") for subset, codes in pieces]
