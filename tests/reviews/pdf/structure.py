"""The structure of a tagged PDF file, read back from its bytes, and what is wrong with it.

Written from ISO 14289-1 (PDF/UA-1) and ISO 32000-1, apart from the code that writes the letters.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

PAINTING = {
    *("S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do", "INLINE IMAGE"),
    *("Tj", "TJ", "'", '"'),
}
TYPES = {
    *("Document", "H1", "H2", "H3", "H4", "H5", "H6", "P", "L", "LI", "Lbl", "LBody"),
    *("Table", "TR", "TH", "TD", "THead", "TBody", "Figure", "Link", "Span"),
}
# What is inside them is told, or, of a link, what is around it.
_NOT_TOLD = {Name.Document, Name.L, Name.LI, Name.Link, Name.Table, Name.TR}
PARENTS = {"LI": {"L"}, "Lbl": {"LI"}, "LBody": {"LI"}, "TH": {"TR"}, "TD": {"TR"}}


@dataclass
class Mark:
    """A marked sequence on a page: its type, and what text it shows."""

    tag: str
    text: str = ""


@dataclass
class Page:
    marks: dict[int, Mark] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """An element that holds content, as it is read out: its type, its text or its alternative.

    `drawn` is the text one sees of it.
    """

    tag: str
    text: str
    pages: tuple[int, ...] = ()
    drawn: str = field(default="", compare=False)


def problems(pdf: bytes) -> list[str]:
    """A sentence for each rule that the file breaks; nothing for one that keeps them."""
    with pikepdf.open(BytesIO(pdf)) as file:
        pages = [_read(page) for page in file.pages]
        return [
            *_of_the_file(file),
            *(f"page {n}: {found}" for n, page in enumerate(pages, 1) for found in page.problems),
            *_of_the_structure(file, pages),
            *_of_annotations(file),
            *_of_fonts(file),
            *_of_attachments(file),
        ]


def read_out(pdf: bytes) -> list[Told]:
    """What a reader hears, in order: the words of an element, with those of links inside it."""
    with pikepdf.open(BytesIO(pdf)) as file:
        pages = [_read(page) for page in file.pages]
        numbers = {page.obj.objgen: n for n, page in enumerate(file.pages)}
        found = []
        for element in _elements(file.Root.StructTreeRoot.K):
            if element.S in _NOT_TOLD:
                continue
            content = list(_content(element))
            drawn = "".join(pages[numbers[page.objgen]].marks[n].text for page, n in content)
            text = str(element.Alt) if "/Alt" in element else drawn
            at = sorted({numbers[page.objgen] for page, _ in content})
            found.append(Told(str(element.S)[1:], text, tuple(at), drawn))
        return found


# The file ----------------------------------------------------------------------------------------


def _of_the_file(file: Pdf) -> Iterator[str]:
    root = file.Root
    if not root.get("/MarkInfo", Dictionary()).get("/Marked", False):
        yield "the file is not marked as tagged"
    if not str(root.get("/Lang", "")):
        yield "the file has no language"
    if not root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle", False):
        yield "the file does not ask for its title to be shown"
    if not str(file.docinfo.get("/Title", "")):
        yield "the file has no title"
    if "/Metadata" not in root:
        yield "the file has no metadata"
        return
    metadata = root.Metadata.read_bytes().decode()
    title = re.search(r"<dc:title>.*?<rdf:li[^>]*>(.+?)</rdf:li>", metadata, re.S)
    if not title:
        yield "the metadata have no title"
    if "<pdfuaid:part>1</pdfuaid:part>" not in metadata:
        yield "the metadata do not name PDF/UA-1"


def _of_fonts(file: Pdf) -> Iterator[str]:
    for page in file.pages:
        for _, font in page.resources.get("/Font", {}).items():
            if "/FontFile2" not in font.get("/FontDescriptor", {}):
                yield f"the font {font.BaseFont} is not embedded"
            if "/ToUnicode" not in font:
                yield f"the font {font.BaseFont} does not say which characters it shows"


def _of_attachments(file: Pdf) -> Iterator[str]:
    for specification in file.Root.get("/AF", []):
        for name in ("/F", "/UF", "/Desc", "/AFRelationship"):
            if name not in specification:
                yield f"an attached file has no {name}"
        if "/Subtype" not in specification.EF.F:
            yield "an attached file has no media type"


# What is painted ---------------------------------------------------------------------------------


def _read(page: pikepdf.Page) -> Page:
    found = Page()
    decode = {name: _characters(font) for name, font in page.resources.get("/Font", {}).items()}
    font: dict[int, str] = {}
    is_open, text_object, opened_in = False, 0, 0
    objects = 0
    mark: Mark | None = None
    for instruction in pikepdf.parse_content_stream(page):
        operands: Any = instruction.operands
        match str(instruction.operator):
            case "BT":
                objects += 1
                text_object = objects
            case "ET":
                if is_open and opened_in == text_object:
                    found.problems.append("a mark is open at the end of its text object")
                text_object = 0
            case "BDC" | "BMC":
                if is_open:
                    found.problems.append("a mark begins inside another")
                is_open, opened_in, mark = True, text_object, None
                if len(operands) > 1 and "/MCID" in operands[1]:
                    number = int(operands[1].MCID)
                    if number in found.marks:
                        found.problems.append(f"two marks have the number {number}")
                    mark = found.marks[number] = Mark(str(operands[0])[1:])
                elif operands[0] != Name.Artifact:
                    found.problems.append(f"a mark of the type {operands[0]} has no number")
            case "EMC":
                if not is_open:
                    found.problems.append("a mark ends that did not begin")
                elif opened_in != text_object:
                    found.problems.append("a mark ends in another text object than it began in")
                is_open, mark = False, None
            case "Tf":
                font = decode[str(operands[0])]
            case operator if operator in PAINTING:
                if not is_open:
                    found.problems.append(f"{operator} paints outside marked content")
                if operator == "Tj" and mark is not None:
                    mark.text += "".join(font[code] for code in bytes(operands[0]))
    if is_open:
        found.problems.append("a mark is open at the end of the page")
    return found


def _characters(font: Object) -> dict[int, str]:
    if "/ToUnicode" not in font:
        return dict.fromkeys(range(256), "?")
    pairs = re.findall(rb"<(\w\w)> <(\w{4})>", font.ToUnicode.read_bytes())
    return {int(code, 16): chr(int(point, 16)) for code, point in pairs}


# The structure -----------------------------------------------------------------------------------


def _of_the_structure(file: Pdf, pages: list[Page]) -> Iterator[str]:
    if "/StructTreeRoot" not in file.Root:
        yield "the file has no structure"
        return
    root = file.Root.StructTreeRoot
    parents = _parent_tree(root)
    if root.K.S != "/Document":
        yield "the structure does not begin with the document"
    used: Counter[tuple[tuple[int, int], int]] = Counter()
    in_order: dict[tuple[int, int], list[int]] = {}
    for holder, number in _content(root.K):
        used[holder.objgen, number] += 1
        in_order.setdefault(holder.objgen, []).append(number)
    for n, (page, read) in enumerate(zip(file.pages, pages, strict=True), 1):
        if page.obj.get("/Tabs") != Name.S:
            yield f"page {n}: tabs do not follow the structure"
        owners = parents.get(int(page.obj.get("/StructParents", -1)))
        if owners is None:
            yield f"page {n}: it is not in the tree of parents"
            continue
        if set(read.marks) != set(range(len(owners))):
            yield f"page {n}: its marks are not those in the tree of parents"
        for number, mark in read.marks.items():
            owner = owners[number] if number < len(owners) else None
            if owner is None or str(owner.S)[1:] != mark.tag:
                yield f"page {n}: mark {number} has another type than its element"
            if used[page.obj.objgen, number] != 1:
                yield f"page {n}: mark {number} is in {used[page.obj.objgen, number]} elements"
        order = in_order.get(page.obj.objgen, [])
        if order != sorted(order):
            yield f"page {n}: it is read in another order than drawn"
    yield from _of_elements(list(_elements(root.K)))


def _of_elements(elements: list[Object]) -> Iterator[str]:
    level = 0
    for element in elements:
        tag = str(element.S)[1:]
        kids = element.get("/K")
        above = str(element.P.get("/S", "/"))[1:]
        if tag not in TYPES:
            yield f"{tag} is no type of the standard"
        if kids is None or (isinstance(kids, Array) and not len(kids)):
            yield f"an element {tag} is empty"
        if tag in PARENTS and above not in PARENTS[tag]:
            yield f"an element {tag} is inside {above or 'nothing'}"
        if tag == "L" and any(_type(kid) != Name.LI for kid in _kids(element)):
            yield "a list has something else than items"
        if tag == "TH" and "/Scope" not in element.get("/A", {}):
            yield "a header of a table does not say what it heads"
        if re.fullmatch("H[1-6]", tag):
            if int(tag[1]) > level + 1:
                yield f"a heading {tag} follows one of level {level}"
            level = int(tag[1])
        if tag == "Figure":
            if not str(element.get("/Alt", "")).strip():
                yield "a figure has no alternative"
            if "/BBox" not in element.get("/A", {}):
                yield "a figure does not say where it is"
    if sum(str(element.S) == "/H1" for element in elements) != 1:
        yield "the file has not one heading of the first level"


def _of_annotations(file: Pdf) -> Iterator[str]:
    parents = _parent_tree(file.Root.get("/StructTreeRoot", Dictionary()))
    for n, page in enumerate(file.pages, 1):
        for annotation in page.obj.get("/Annots", ()):
            owner = parents.get(int(annotation.get("/StructParent", -1)))
            if owner is None or isinstance(owner, Array) or owner.S != "/Link":
                yield f"page {n}: a link has no element"
            elif not any(
                isinstance(kid, Dictionary)
                and kid.get("/Type") == Name.OBJR
                and kid.Obj.objgen == annotation.objgen
                for kid in _kids(owner)
            ):
                yield f"page {n}: the element of a link does not hold it"
            if not str(annotation.get("/Contents", "")):
                yield f"page {n}: a link has no description"


def _parent_tree(root: Object) -> dict[int, Object]:
    numbers = root.get("/ParentTree", Dictionary()).get("/Nums", Array())
    return {int(numbers[i]): numbers[i + 1] for i in range(0, len(numbers), 2)}


def _kids(element: Object) -> list[Any]:
    kids = element.get("/K", Array())
    return list(kids) if isinstance(kids, Array) else [kids]


def _type(kid: Any) -> Any:
    return kid.get("/S") if isinstance(kid, Dictionary) else None


def _elements(element: Object) -> Iterator[Object]:
    yield element
    for kid in _kids(element):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield from _elements(kid)


def _content(element: Object) -> Iterator[tuple[Object, int]]:
    """The marks that an element and those inside it hold, each as its page and number, in order."""
    for kid in _kids(element):
        if not isinstance(kid, Dictionary):
            yield element.Pg, int(kid)
        elif kid.get("/Type") == Name.MCR:
            yield kid.get("/Pg", element.get("/Pg", Dictionary())), int(kid.MCID)
        elif "/S" in kid:
            yield from _content(kid)
