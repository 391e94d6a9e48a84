"""What a PDF file shows, read back from its bytes: text, shapes, links, fonts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Matrix

Colour = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Pen:
    """How a shape is drawn; no colour where it has no filling or no outline."""

    fill: Colour | None = (0.0, 0.0, 0.0)
    stroke: Colour | None = (0.0, 0.0, 0.0)
    width: float = 1.0
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float
    pen: Pen


@dataclass(frozen=True, slots=True)
class Lines:
    """Segments as (x1, y1, x2, y2)."""

    segments: tuple[tuple[float, float, float, float], ...]
    pen: Pen


@dataclass(frozen=True, slots=True)
class Curve:
    """A closed curve: its first point, then three points for each of its arcs."""

    points: tuple[tuple[float, float], ...]
    pen: Pen


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Text from (x, y) on, as calls of the methods of a text object: their names and values.

    The pen is as it was when the text began.
    """

    x: float
    y: float
    pen: Pen
    calls: tuple[tuple[str, tuple[Any, ...]], ...]


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    rectangle: tuple[float, ...]


type Mark = Rectangle | Lines | Curve | TextBlock


def page_texts(pdf: bytes) -> list[str]:
    """The text of each page with single spaces."""
    return [
        " ".join(page.get_textpage().get_text_range().split())
        for page in pypdfium2.PdfDocument(pdf)
    ]


def marks(pdf: bytes) -> list[list[Mark]]:
    """Everything drawn on each page, in order, at its place on the page."""
    with pikepdf.open(BytesIO(pdf)) as file:
        return [list(_Reader(page).marks()) for page in file.pages]


def rectangles(pdf: bytes, page: int) -> list[Rectangle]:
    return [mark for mark in marks(pdf)[page] if isinstance(mark, Rectangle)]


def links(pdf: bytes) -> list[list[Link]]:
    """The links of each page."""
    with pikepdf.open(BytesIO(pdf)) as file:
        return [
            [
                Link(str(note.A.URI), tuple(map(float, note.Rect)))
                for note in page.get("/Annots", ())
            ]
            for page in file.pages
        ]


def fonts(pdf: bytes) -> dict[str, bool]:
    """Each font by its name (`AAAAAA+Lato-Regular`), and whether it is embedded."""
    with pikepdf.open(BytesIO(pdf)) as file:
        return {
            str(font.BaseFont).lstrip("/"): "/FontFile2" in font.get("/FontDescriptor", {})
            for page in file.pages
            for _, font in page.resources.Font.items()
        }


class _Reader:
    """One page's instructions, carried out as far as they say where something is."""

    def __init__(self, page: pikepdf.Page) -> None:
        self.page = page
        self.fonts = {name: _Font(font) for name, font in page.resources.Font.items()}
        self.matrix = Matrix()
        self.pen = Pen()
        self.saved: list[tuple[Matrix, Pen]] = []

    def marks(self) -> Iterator[Mark]:
        path: list[Any] = []
        instructions = iter(pikepdf.parse_content_stream(self.page))
        for instruction in instructions:
            operands = [_plain(operand) for operand in instruction.operands]
            match str(instruction.operator), operands:
                case "q", _:
                    self.saved.append((self.matrix, self.pen))
                case "Q", _:
                    self.matrix, self.pen = self.saved.pop()
                case "cm", values:
                    self.matrix = Matrix(*values) @ self.matrix
                case "rg", values:
                    self.pen = replace(self.pen, fill=tuple(values))
                case "RG", values:
                    self.pen = replace(self.pen, stroke=tuple(values))
                case "w", [width]:
                    self.pen = replace(self.pen, width=width)
                case "d", [dash, _]:
                    self.pen = replace(self.pen, dash=tuple(dash))
                case "re", [x, y, width, height]:
                    x, y = self.matrix.transform((x, y))
                    scale = self.matrix.a
                    path.append(Rectangle(x, y, width * scale, height * scale, self.pen))
                case ("m" | "l" | "c") as kind, values:
                    points = [
                        self.matrix.transform((values[index], values[index + 1]))
                        for index in range(0, len(values), 2)
                    ]
                    path.append((kind, *points))
                case ("S" | "f*" | "f" | "B" | "B*") as paint, _:
                    yield _shape(path, paint, self.pen)
                    path = []
                case "BT", _:
                    yield self._text(instructions)
                case _:
                    pass

    def _text(self, instructions: Iterator[Any]) -> TextBlock:
        x, y, pen = 0.0, 0.0, self.pen
        font = next(iter(self.fonts.values()))
        calls: list[tuple[str, tuple[Any, ...]]] = []
        for instruction in instructions:
            match str(instruction.operator), list(instruction.operands):
                case "ET", _:
                    break
                case "Tm", [_, _, _, _, left, bottom]:
                    x, y = self.matrix.transform((float(left), float(bottom)))
                case "Td", [right, up]:
                    calls.append(("moveCursor", (float(right), -float(up))))
                case "Tf", [name, size]:
                    font = self.fonts[str(name)]
                    calls.append(("setFont", (font.name, float(size))))
                case "TL", [leading] if calls and calls[-1][0] == "setFont":
                    calls[-1] = ("setFont", (*calls[-1][1], float(leading)))
                case "Tc", [space]:
                    calls.append(("setCharSpace", (float(space),)))
                case "rg", values:
                    colour = tuple(map(float, values))
                    self.pen = replace(self.pen, fill=colour)
                    calls.append(("setFillColorRGB", colour))
                case "Tj", [string]:
                    calls.append(("textOut", (font.decoded(bytes(string)),)))
                case "T*", _:
                    if calls and calls[-1][0] == "textOut":
                        calls[-1] = ("textLine", calls[-1][1])
                case _:
                    pass
        return TextBlock(x, y, pen, tuple(calls))


class _Font:
    def __init__(self, font: pikepdf.Object) -> None:
        self.name = str(font.BaseFont).partition("+")[2]
        pairs = re.findall(rb"<(\w\w)> <(\w{4})>\n", font.ToUnicode.read_bytes())
        self.characters = {int(code, 16): chr(int(value, 16)) for code, value in pairs}

    def decoded(self, codes: bytes) -> str:
        return "".join(self.characters[code] for code in codes)


def _plain(operand: Any) -> Any:
    if isinstance(operand, pikepdf.Array):
        return [float(item) for item in operand]
    try:
        return float(operand)
    except (TypeError, ValueError):
        return operand


def _shape(path: list[Any], paint: str, pen: Pen) -> Mark:
    pen = replace(
        pen,
        fill=None if paint == "S" else pen.fill,
        stroke=None if paint.startswith("f") else pen.stroke,
    )
    if isinstance(path[0], Rectangle):
        return replace(path[0], pen=pen)
    if any(kind == "c" for kind, *_ in path):
        return Curve(tuple(point for _, *points in path for point in points), pen)
    starts, ends = path[::2], path[1::2]
    segments = tuple((*start, *end) for (_, start), (_, end) in zip(starts, ends, strict=True))
    return Lines(segments, pen)
