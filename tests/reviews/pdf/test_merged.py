from io import BytesIO

import pikepdf
import pytest

from reviews.pdf.render import merge, render
from tests.reviews.pdf.factories import NARRATIVE, addressed_to, letter
from tests.reviews.pdf.reading import fonts, links, page_texts


def merged(*pdfs: bytes) -> tuple[int, bytes]:
    target = BytesIO()
    count = merge(pdfs, target)
    return count, target.getvalue()


def test_merge_keeps_every_page_in_order() -> None:
    pdfs = [
        render(letter()),
        render(addressed_to("Ľubovňa Council", narrative=NARRATIVE * 2)),
        render(addressed_to("Third & Last Council")),
    ]
    count, file = merged(*pdfs)
    assert count == 3 + 4 + 3
    assert page_texts(file) == [text for pdf in pdfs for text in page_texts(pdf)]
    assert links(file) == [page for pdf in pdfs for page in links(pdf)]


def test_merge_gives_the_same_bytes_twice() -> None:
    pdfs = [render(letter()), render(addressed_to("Other Council"))]
    assert merged(*pdfs) == merged(*pdfs)


def test_merge_refers_to_no_structure() -> None:
    _, file = merged(render(letter(figures="{}")), render(addressed_to("Other Council")))
    with pikepdf.open(BytesIO(file)) as pdf:
        entries = [
            name
            for holder in pdf.objects
            if isinstance(holder, pikepdf.Dictionary)
            for name in ("/StructParents", "/StructParent", "/Tabs", "/StructTreeRoot", "/AF")
            if name in holder
        ]
        elements = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/Pg" in o]
        assert (entries, elements) == ([], [])
        assert pdf.check_pdf_syntax() == []


def test_merge_holds_each_font_once() -> None:
    pdfs = [render(addressed_to(f"Council {number}")) for number in range(20)]
    _, file = merged(*pdfs)
    assert len(file) < len(pdfs[0]) + 20 * 12_000
    with pikepdf.open(BytesIO(file)) as pdf:
        streams = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and "/Length1" in o]
    assert len(streams) == 2


def test_merge_keeps_fonts_of_one_name_and_other_characters_apart() -> None:
    names = ("Ľubovňa Council", "Συμβούλιο Council")
    _, file = merged(*(render(addressed_to(name)) for name in names))
    assert [name in " ".join(page_texts(file)) for name in names] == [True, True]
    assert set(fonts(file).values()) == {True}


def test_merge_takes_letters_one_at_a_time() -> None:
    pdf = render(letter())
    assert merge((pdf for _ in range(3)), BytesIO()) == 9


def test_merge_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="there are no letters to merge"):
        merge([], BytesIO())


def test_merge_of_what_is_not_a_letter_is_refused() -> None:
    with pytest.raises(pikepdf.PdfError):
        merge([b"not a PDF file"], BytesIO())
