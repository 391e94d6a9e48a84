"""How long a letter takes to draw, and how much memory many letters take.

The floor draws what the finished letter shows - the same lines of text, shapes and links, at the
same places, with the same subset fonts - on a bare reportlab canvas, untagged. Where everything
goes was read from the finished letter beforehand, so the floor lays nothing out.

    python -m tests.bench_letters
"""

import json
import sys
import tracemalloc
from collections.abc import Callable
from gc import collect
from io import BytesIO
from time import process_time

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from reviews.figures.rates import Rate
from reviews.letters.document import LetterDocument, Panel
from reviews.pdf.fonts import BOLD, REGULAR
from reviews.pdf.render import render
from tests.reviews.pdf.factories import (
    NOTICE,
    addressed_to,
    compliance,
    overview,
    remedies,
    upheld,
)
from tests.reviews.pdf.reading import (
    Curve,
    Lines,
    Link,
    Mark,
    Pen,
    Rectangle,
    TextBlock,
    links,
    marks,
)

_ROUNDS = 3


# What reportlab calls the fonts of the letter, by the names that stand in the file.
_FONTS = {"Lato-Regular": REGULAR, "Lato-Bold": BOLD}

type Finished = list[tuple[list[Mark], list[Link]]]


def bench(documents: list[LetterDocument]) -> dict[str, float]:
    """Processor milliseconds per letter and peak mebibytes, with `ratio` = letter / floor.

    Memory is what Python holds at most while 100 letters, and four times as many, are drawn one
    after another and let go. Each letter is one of its own.
    """
    drawings = [_finished(render(document)) for document in documents]
    floor = _milliseconds(_draw, drawings)
    letter = _milliseconds(render, documents)
    return {
        "letters": len(documents),
        "letter_ms": round(letter, 2),
        "floor_ms": round(floor, 2),
        "ratio": round(letter / floor, 2),
        "peak_mib_100": round(_peak(100), 2),
        "peak_mib_400": round(_peak(400), 2),
        "bytes_per_letter": sum(len(render(document)) for document in documents) // len(documents),
    }


def invented(count: int) -> list[LetterDocument]:
    """So many letters, each with figures and a name of its own; every other one has an overview."""
    documents = []
    for number in range(count):
        panels: tuple[Panel, ...] = (
            upheld(Rate(number, number + 40), Rate(45, 100)),
            compliance(Rate(number, number + 2), Rate(99, 100)),
            remedies(Rate(number // 2, number + 1), Rate(10, 100)),
        )
        if number % 2:
            panels = (overview(3 * number, number, number + 40), *panels)
        name = f"{number}th Borough & District Council"
        documents.append(addressed_to(name, panels=panels, notice=NOTICE))
    return documents


def _milliseconds[T](draw: Callable[[T], bytes], subjects: list[T]) -> float:
    """Per subject, the best of a few rounds, after one round that does not count."""
    rounds = []
    for _ in range(_ROUNDS + 1):
        collect()
        start = process_time()
        for subject in subjects:
            draw(subject)
        rounds.append(process_time() - start)
    return 1000 * min(rounds[1:]) / len(subjects)


def _peak(count: int) -> float:
    documents = invented(count)
    collect()
    tracemalloc.start()
    for document in documents:
        render(document)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def _finished(pdf: bytes) -> Finished:
    """Marks and links of each page, read back from a letter."""
    return list(zip(marks(pdf), links(pdf), strict=True))


def _draw(pages: Finished) -> bytes:
    canvas = Canvas(
        BytesIO(),
        pagesize=A4,
        pageCompression=1,
        invariant=1,
        initialFontName=REGULAR,
        lang="en-GB",
    )
    for page_marks, page_links in pages:
        pen = Pen()
        for mark in page_marks:
            _take(canvas, pen, mark.pen)
            pen = mark.pen
            if isinstance(mark, TextBlock):
                _draw_text(canvas, mark)
            else:
                _draw_shape(canvas, mark)
        for link in page_links:
            canvas.linkURL(link.address, link.rectangle)
        canvas.showPage()
    pdf: bytes = canvas.getpdfdata()
    return pdf


def _draw_text(canvas: Canvas, block: TextBlock) -> None:
    text = canvas.beginText(block.x, block.y)
    for name, values in block.calls:
        if name == "setFont":
            font, *sizes = values
            text.setFont(_FONTS[font], *sizes)
        else:
            getattr(text, name)(*values)
    canvas.drawText(text)


def _take(canvas: Canvas, old: Pen, new: Pen) -> None:
    if new.fill and new.fill != old.fill:
        canvas.setFillColorRGB(*new.fill)
    if new.stroke and new.stroke != old.stroke:
        canvas.setStrokeColorRGB(*new.stroke)
    if new.width != old.width:
        canvas.setLineWidth(new.width)
    if new.dash != old.dash:
        canvas.setDash(list(new.dash))


def _draw_shape(canvas: Canvas, shape: Rectangle | Lines | Curve) -> None:
    stroke, fill = int(shape.pen.stroke is not None), int(shape.pen.fill is not None)
    if isinstance(shape, Rectangle):
        canvas.rect(shape.x, shape.y, shape.width, shape.height, stroke=stroke, fill=fill)
    elif isinstance(shape, Lines):
        canvas.lines(shape.segments)
    else:
        path = canvas.beginPath()
        path.moveTo(*shape.points[0])
        for index in range(1, len(shape.points), 3):
            first, second, end = shape.points[index : index + 3]
            path.curveTo(*first, *second, *end)
        canvas.drawPath(path, stroke=stroke, fill=fill)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bench(invented(100)), indent=2) + "\n")
