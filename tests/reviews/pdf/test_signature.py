"""The picture of a signature, in the room that a letter leaves to sign."""

import base64
from dataclasses import replace
from io import BytesIO
from typing import Any

import pdfua
import pikepdf
import pytest

from reviews.letters.document import LetterDocument
from reviews.pdf.render import LARGE_PRINT, STANDARD, merge, render
from reviews.pdf.styles import Layout
from tests.reviews.pdf.factories import NARRATIVE, addressed_to, letter, sentence
from tests.reviews.pdf.reading import page_texts
from tests.reviews.pdf.structure import problems, read_out
from tests.reviews.signatures import make_png

LAYOUTS = pytest.mark.parametrize("layout", [STANDARD, LARGE_PRINT], ids=["standard", "large"])


def signed(png: bytes = b"", **changes: Any) -> LetterDocument:
    return letter(signature=base64.b64encode(png or make_png()).decode(), **changes)


def box(pdf: bytes) -> tuple[float, float, float, float]:
    """Where the signature says it is: left, bottom, right, top."""
    with pikepdf.open(BytesIO(pdf)) as file:
        (found,) = (
            each.A.BBox
            for each in file.objects
            if isinstance(each, pikepdf.Dictionary)
            and str(each.get("/Alt", "")).startswith("Signature of")
        )
        left, bottom, right, top = map(float, found)
        return left, bottom, right, top


@LAYOUTS
def test_signed_letter_keeps_every_rule(layout: Layout, tmp_path: Any) -> None:
    pdf = render(signed(watermark="Draft", notice="Example"), layout)
    assert problems(pdf) == []
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf)
    assert pdfua.validate(str(file)).findings == ()


@LAYOUTS
def test_signature_is_read_between_the_close_and_the_name(layout: Layout) -> None:
    told = [(each.tag, each.text) for each in read_out(render(signed(), layout))]
    place = told.index(("P", "Yours sincerely"))
    assert told[place + 1 : place + 3] == [
        ("Figure", "Signature of A. N. Specimen"),
        ("P", "A. N. Specimen"),
    ]


@LAYOUTS
@pytest.mark.parametrize("paragraphs", range(20, 34))
def test_signature_moves_nothing(layout: Layout, paragraphs: int) -> None:
    """On whatever page it comes to stand, it stays with the name and takes no room."""
    document = signed(narrative=(sentence("A line."),) * paragraphs)
    without = replace(document, signature="")
    with_it = render(document, layout)
    assert page_texts(with_it) == page_texts(render(without, layout))
    at = {each.text: each.pages for each in read_out(with_it)}
    assert at["Signature of A. N. Specimen"] == at["A. N. Specimen"] == at["Yours sincerely"]


@LAYOUTS
@pytest.mark.parametrize(("width", "height"), [(2400, 800), (2400, 100), (50, 800), (1, 1)])
def test_signature_keeps_its_proportions_in_its_room(
    layout: Layout, width: int, height: int
) -> None:
    left, bottom, right, top = box(render(signed(make_png(width, height)), layout))
    assert left == layout.left
    assert right - left <= 180.01
    assert top - bottom <= 52
    assert (right - left) / (top - bottom) == pytest.approx(width / height, rel=0.02)
    assert right - left == pytest.approx(180, abs=0.01) or top - bottom > 38


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_signature_of_any_mode_gives_the_same_bytes_twice(mode: str) -> None:
    document = signed(make_png(mode=mode))
    pdf = render(document)
    assert pdf == render(document)
    assert problems(pdf) == []


def test_signature_without_a_name_is_not_drawn() -> None:
    document = signed(signatory=())
    assert render(document) == render(replace(document, signature=""))


def test_signature_that_cannot_be_read_is_an_error_of_the_letter() -> None:
    with pytest.raises(ValueError, match="the picture of the signature cannot be read"):
        render(signed(b"GIF89a"))


def test_merged_letters_hold_their_signature_once() -> None:
    picture = base64.b64encode(make_png()).decode()
    pdfs = [render(addressed_to(f"Council {n}", signature=picture)) for n in range(5)]
    pdfs.append(render(letter(narrative=NARRATIVE)))
    target = BytesIO()
    assert merge(pdfs, target) == 18
    with pikepdf.open(target) as file:
        images = [
            each
            for each in file.objects
            if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Image"
        ]
        drawn = [page for page in file.pages if list(page.resources.get("/XObject", {}))]
        assert (len(images), len(drawn)) == (1, 5)
        assert file.check_pdf_syntax() == []
    again = BytesIO()
    merge(pdfs, again)
    assert again.getvalue() == target.getvalue()
