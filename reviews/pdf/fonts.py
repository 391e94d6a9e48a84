"""The two faces of the letter, and which characters they can print.

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
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

REGULAR = "Lato"
BOLD = "Lato-Bold"

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
        file = pdfdoc.PDFStream(content=compressed)
        file.dictionary["Length1"] = length
        file.dictionary["Filter"] = pdfdoc.PDFName("FlateDecode")
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

    @lru_cache(maxsize=32)  # noqa: B019 - there are two faces, and they live as long as the process
    def _cut(self, subset: tuple[int, ...]) -> tuple[int, bytes]:
        """The length of the font file for these code points, and the file compressed."""
        with _cutting:
            file = self.makeSubset(subset)
        return len(file), zlib.compress(file, 9)


class _Font(TTFont):
    """A font whose every document starts from the same repertoire."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, str(path), asciiReadable=1, shapable=False)
        self.face = _Face(str(path))

    def splitString(self, text, doc, encoding="utf-8"):  # type: ignore[no-untyped-def]
        if doc not in self.state:
            super().splitString(REPERTOIRE, doc)
        return super().splitString(text, doc, encoding)


def _register() -> frozenset[str]:
    fonts = (
        _Font(REGULAR, fontpkg.path("Lato", 400)),
        _Font(BOLD, fontpkg.path("Lato", 700)),
    )
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(
        REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD
    )
    codes = set.intersection(*(set(font.face.charToGlyph) for font in fonts))
    return frozenset(
        character
        for character in map(chr, codes)
        if unicodedata.category(character) not in _NOT_PRINTED
    )


PRINTABLE = _register()
