"""A canvas on which nothing stays untagged, and the structure tree of what is drawn on it.

Whatever is painted lies inside marked content: of an element of the structure while one is open,
else of an artifact, which a page begins with and returns to. So forgetting to tag something hides
it from a reader's ear, and never breaks the file. Elements come in the order in which they are
drawn, which is the order of reading.

reportlab knows nothing of this. What it is done with, from outside its documented parts:
`Canvas._code` (the page's instructions), `_startPage` and `_setAnnotations` (called once a page),
`_annotationrefs`, the catalog's and the page's lists of entries `__NoDefault__`, and the document's
numbers of objects. docs/decisions/0017-tagged-pdf.md says why.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from io import BytesIO

from reportlab.lib.colors import Color
from reportlab.lib.rl_accel import fp_str
from reportlab.pdfbase import pdfdoc
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFString
from reportlab.pdfbase.pdfmetrics import getFont
from reportlab.pdfgen.canvas import Canvas

from reviews.pdf.fonts import REGULAR, literal, literals
from reviews.pdf.styles import Style

LANGUAGE = "en-GB"
_ARTIFACT = "/Artifact BMC"
_END = "EMC"

# Where an element's content is: a number within a page, or an annotation by its name there.
type Place = tuple[int, int | str]


class Element:
    """One element of the structure: a type such as P, what it holds, and further entries."""

    __slots__ = ("attributes", "entries", "kids", "parent", "tag")

    def __init__(self, tag: str, parent: "Element | None" = None, attributes: str = "") -> None:
        self.tag = tag
        self.parent = parent
        self.attributes = attributes  # as they stand in the file, or none
        self.entries: dict[str, str] = {}  # texts by their names, such as Alt
        self.kids: list[Element | Place] = []
        if parent is not None:
            parent.kids.append(self)


class _Written(pdfdoc.PDFObject):
    """An object of the file that is written already."""

    def __init__(self) -> None:
        self.content = b""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        return self.content


class TaggedCanvas(Canvas):
    """A canvas whose pages are tagged.

    `latest` is the element that text was last written into, `list` the list it was in and `table`
    the table that rows were last written into.
    """

    def __init__(self, pagesize: tuple[float, float]) -> None:
        self.root = Element("Document")
        self.latest = self.list = self.table = self.root
        # By key: the elements of a page's marks in their order, or the element of an annotation.
        self._parents: list[list[Element] | Element] = []
        self._marks: list[Element] = []
        super().__init__(
            BytesIO(),
            pagesize=pagesize,
            pageCompression=1,
            invariant=1,  # no clock: a fixed date, and an identifier made of the contents
            initialFontName=REGULAR,
            lang=LANGUAGE,
            pdfVersion=(1, 7),
        )
        self._begin_page()

    # Marks --------------------------------------------------------------------------------------

    @contextmanager
    def tagged(self, tag: str) -> Iterator[Element]:
        """All that is drawn inside is the content of one new element."""
        element = Element(tag, self.root)
        self.leave_artifact()
        self._code.append(self.mark(element))
        yield element
        self._code.append(_END)
        self.return_to_artifact()

    @contextmanager
    def figure(self, alternative: str, box: tuple[float, float, float, float]) -> Iterator[None]:
        """All that is drawn inside is one picture; the alternative says it in words."""
        left, bottom, right, top = box
        corners = *self.absolutePosition(left, bottom), *self.absolutePosition(right, top)
        with self.tagged("Figure") as element:
            element.entries["Alt"] = alternative
            element.attributes = f"<</O/Layout/Placement/Block/BBox[{fp_str(*corners)}]>>"
            yield

    def mark(self, element: Element) -> str:
        """What begins a sequence of the element's content; `EMC` ends it."""
        number = len(self._marks)
        self._marks.append(element)
        element.kids.append((self._pageNumber, number))
        return f"/{element.tag} <</MCID {number}>> BDC"

    def leave_artifact(self) -> None:
        if self._code[-1] == _ARTIFACT:
            self._code.pop()
        else:
            self._code.append(_END)

    def return_to_artifact(self) -> None:
        self._code.append(_ARTIFACT)

    # Pages --------------------------------------------------------------------------------------

    def _begin_page(self) -> None:
        self._page_key = len(self._parents)
        self._marks = []
        self._parents.append(self._marks)
        self.return_to_artifact()

    def _startPage(self) -> None:
        super()._startPage()
        self._begin_page()

    def showPage(self) -> None:
        self.leave_artifact()
        super().showPage()

    def _setAnnotations(self, page: pdfdoc.PDFPage) -> None:
        super()._setAnnotations(page)
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents = self._page_key
        page.Tabs = PDFName("S")

    # What belongs to a page without being painted -----------------------------------------------

    def link(self, element: Element, address: str, box: tuple[float, float, float, float]) -> None:
        """The place on the page that leads to an address; `element` holds its words."""
        self.linkURL(
            address,
            box,
            relative=1,
            StructParent=len(self._parents),
            Contents=PDFString(address),
        )
        self._parents.append(element)
        element.kids.append((self._pageNumber, self._annotationrefs[-1].name))

    def bookmark(self, title: str, level: int, x: float, top: float) -> None:
        """An entry of the file's outline, at most one level below the entry before it."""
        outline = self._doc.outline
        left, top = self.absolutePosition(x, top)
        key = f"b{len(outline.destinationnamestotitles)}"
        self.bookmarkPage(key, fit="XYZ", left=left, top=top)
        self.addOutlineEntry(title, key, min(level, outline.currentlevel + 1))

    def attach(self, name: str, content: bytes, *, kind: str, description: str) -> None:
        """A file inside the file, associated with it as its data; `kind` is its media type."""
        written = {
            "Type": PDFName("EmbeddedFile"),
            "Subtype": f"/{kind.replace('/', '#2F')}",
            "Params": PDFDictionary({"Size": len(content)}),
        }
        stream = pdfdoc.PDFStream(PDFDictionary(written), content, [pdfdoc.PDFZCompress])
        file = self._doc.Reference(stream)
        specification = self._doc.Reference(
            PDFDictionary(
                {
                    "Type": PDFName("Filespec"),
                    "F": PDFString(name),
                    "UF": PDFString(name),
                    "Desc": PDFString(description),
                    "AFRelationship": PDFName("Data"),
                    "EF": PDFDictionary({"F": file, "UF": file}),
                }
            )
        )
        catalog = self._doc.Catalog
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "AF"]
        catalog.AF = pdfdoc.PDFArray([specification])
        names = PDFDictionary({"Names": pdfdoc.PDFArray([PDFString(name), specification])})
        catalog.Names = PDFDictionary({"EmbeddedFiles": names})

    # The file -----------------------------------------------------------------------------------

    def finished(self) -> bytes:
        """The file; after that, nothing more can be drawn."""
        self._code.clear()  # the page after the last, on which nothing was drawn
        self.setViewerPreference("DisplayDocTitle", "true")
        catalog = self._doc.Catalog
        catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        catalog.Metadata = pdfdoc.XMP(creator=_metadata)
        catalog.StructTreeRoot = self._structure()
        pdf: bytes = self.getpdfdata()
        return pdf

    def _structure(self) -> _Written:
        """Writes the tree of elements and returns its root."""
        elements = list(_all(self.root))
        root = _Written()
        objects = [root, *(_Written() for _ in elements)]
        numbers = self._doc.idToObjectNumberAndVersion
        references = []
        for written in objects:
            self._doc.Reference(written)
            references.append(f"{numbers[written.__InternalName__][0]} 0 R")
        own = dict(zip(map(id, elements), references[1:], strict=True))

        def place(page: int, number: int | str, first: int) -> str:
            at = f"{numbers[f'Page{page}'][0]} 0 R"
            if isinstance(number, str):
                return f"<</Type/OBJR/Pg {at}/Obj {numbers[number][0]} 0 R>>"
            return str(number) if page == first else f"<</Type/MCR/Pg {at}/MCID {number}>>"

        for element, written in zip(elements, objects[1:], strict=True):
            above = own[id(element.parent)] if element.parent else references[0]
            pages = [kid[0] for kid in element.kids if not isinstance(kid, Element)]
            first = pages[0] if pages else 0
            kids = [
                own[id(kid)] if isinstance(kid, Element) else place(*kid, first)
                for kid in element.kids
            ]
            parts = [f"<</Type/StructElem/S/{element.tag}/P {above}"]
            if pages:
                parts.append(f"/Pg {numbers[f'Page{first}'][0]} 0 R")
            parts.append(f"/K {kids[0]}" if len(kids) == 1 else f"/K[{' '.join(kids)}]")
            if element.attributes:
                parts.append(f"/A{element.attributes}")
            for name, text in element.entries.items():
                parts.append(f"/{name}{_string(text, self._doc)}")
            written.content = f"{''.join(parts)}>>".encode("latin-1")
        entries = []
        for key, held in enumerate(self._parents):
            entries.append(
                f"{key} {own[id(held)]}"
                if isinstance(held, Element)
                else f"{key}[{' '.join(own[id(element)] for element in held)}]"
            )
        root.content = (
            f"<</Type/StructTreeRoot/K {references[1]}/ParentTree<</Nums[{' '.join(entries)}]>>"
            f"/ParentTreeNextKey {len(self._parents)}>>"
        ).encode()
        return root


class Writing:
    """One text object, from (x, y) on: the content of `home`, or of what surrounds it if None.

    A piece of it can belong to another element, as the words of a link do.
    """

    def __init__(self, canvas: TaggedCanvas, x: float, y: float, home: Element | None) -> None:
        self._canvas = canvas
        self._code = canvas._code
        self._home = home
        self._owner: Element | None = None
        self._font: tuple[str, int] | None = None
        self._colour: Color | None = None
        if home is not None:
            canvas.leave_artifact()
        self._code.append("BT")
        self.move(x, y)

    def move(self, x: float, y: float) -> None:
        """Goes on at another place."""
        self._code.append(f"1 0 0 1 {_number(x)} {_number(y)} Tm")

    def new_line(self) -> None:
        self._code.append("T*")

    def show(
        self, text: str, font: str, style: Style, colour: Color, owner: Element | None
    ) -> None:
        """Shows a piece in the size and leading of the style; `owner` is None for the usual one."""
        owner = owner or self._home
        if owner is not self._owner:
            self._turn_to(owner)
        if colour is not self._colour:
            self._colour = colour
            self._code.append(_filled(colour))
        if shown := literal(text, font):
            self._set_font(font, 0, style)
            self._code.append(f"{shown} Tj")
            return
        for subset, shown in literals(text, font, self._canvas._doc):
            self._set_font(font, subset, style)
            self._code.append(f"{shown} Tj")

    def end(self) -> None:
        self._turn_to(None)
        self._code.append("ET")
        if self._home is not None:
            self._canvas.return_to_artifact()

    def _turn_to(self, owner: Element | None) -> None:
        if self._owner is not None:
            self._code.append(_END)
        if owner is not None:
            self._code.append(self._canvas.mark(owner))
        self._owner = owner

    def _set_font(self, font: str, subset: int, style: Style) -> None:
        if self._font != (font, subset):
            self._font = (font, subset)
            name = getFont(font).getSubsetInternalName(subset, self._canvas._doc)
            self._code.append(f"{name} {_number(style.size)} Tf {_number(style.leading)} TL")


# Most places, sizes and colours are the same in all letters of a round.
@lru_cache(maxsize=16384)
def _number(value: float) -> str:
    written: str = fp_str(value)
    return written


@lru_cache(maxsize=64)
def _filled(colour: Color) -> str:
    return f"{fp_str(colour.red, colour.green, colour.blue)} rg"


def _all(element: Element) -> Iterator[Element]:
    yield element
    for kid in element.kids:
        if isinstance(kid, Element):
            yield from _all(kid)


def _string(text: str, doc: pdfdoc.PDFDocument) -> str:
    written: bytes = PDFString(text).format(doc)
    return written.decode("latin-1")


def _metadata(doc: pdfdoc.PDFDocument) -> bytes:
    """What the file says of itself: PDF/UA-1 asks for a title and for its own number there."""
    title, author = escape(doc.info.title), escape(doc.info.author)
    description, keywords = escape(doc.info.subject), escape(doc.info.keywords)
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt>
</dc:description>
<dc:language><rdf:Bag><rdf:li>{LANGUAGE}</rdf:li></rdf:Bag></dc:language>
<pdf:Keywords>{keywords}</pdf:Keywords>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>
"""
    return packet.encode()
