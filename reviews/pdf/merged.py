"""Many letters in one file, for proofing and print."""

from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO

from pikepdf import Dictionary, Object, Pdf


def merge(pdfs: Iterable[bytes], target: BinaryIO) -> int:
    """Write all pages of the letters to `target`, in order, and return their number.

    The letters share their fonts and their signature, so the file holds each once and memory is
    taken by the pages alone. The same letters give the same bytes. It is a file for proofing and
    print and is not tagged: references into the letters' structures are taken out, and their
    attached files are not carried over. Raises ValueError without letters, and pikepdf.PdfError
    for what is not a PDF file.
    """
    fonts: dict[bytes, Object] = {}
    pictures: dict[bytes, Object] = {}
    with Pdf.new() as merged:
        for pdf in pdfs:
            with Pdf.open(BytesIO(pdf)) as letter:
                for page in letter.pages:
                    shared = Dictionary()
                    for name, font in page.resources.Font.items():
                        key = _digest(font)
                        if key not in fonts:
                            fonts[key] = merged.copy_foreign(font)
                        shared[name] = fonts[key]
                    # Copied with the page, its fonts would stay in memory until the end.
                    page.resources.Font = Dictionary()
                    signed = Dictionary()
                    for name, picture in page.resources.get("/XObject", {}).items():
                        key = sha256(picture.read_raw_bytes()).digest()
                        if key not in pictures:
                            pictures[key] = merged.copy_foreign(picture)
                        signed[name] = pictures[key]
                    if signed:
                        page.resources.XObject = Dictionary()
                    for entry in ("/StructParents", "/Tabs"):
                        if entry in page.obj:
                            del page.obj[entry]
                    for annotation in page.obj.get("/Annots", ()):
                        if "/StructParent" in annotation:
                            del annotation.StructParent
                    merged.pages.append(page)
                    merged.pages[-1].resources.Font = shared
                    if signed:
                        merged.pages[-1].resources.XObject = signed
        if not merged.pages:
            raise ValueError("there are no letters to merge")
        merged.save(target, deterministic_id=True)
        return len(merged.pages)


def _digest(font: Object) -> bytes:
    """What a font is known by: its file, and which character has which code and width."""
    digest = sha256(font.Widths.unparse(resolved=True))
    digest.update(str(font.BaseFont).encode())
    digest.update(font.ToUnicode.read_raw_bytes())
    digest.update(font.FontDescriptor.FontFile2.read_raw_bytes())
    return digest.digest()
