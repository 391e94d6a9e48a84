"""Letters are tagged to PDF/UA-1: checked by a reader of our own, by pdfua and by pdfinfo."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pytest
from pikepdf import Name, Pdf

from reviews.figures.rates import Rate
from reviews.letters.document import BulletList, LetterDocument, NumberedList, Run
from reviews.pdf.render import LARGE_PRINT, STANDARD, render
from reviews.pdf.styles import Layout
from tests.reviews.pdf.factories import (
    NARRATIVE,
    NONE_DUE,
    NONE_UPHELD,
    NOTICE,
    addressed_to,
    letter,
    overview,
    sentence,
    upheld,
)
from tests.reviews.pdf.reading import links
from tests.reviews.pdf.structure import Told, problems, read_out

CODE = {"check_code": "ABCD-EFGH-JKLM", "check_address": "https://example.org/verify/"}
HOSTILE = '<img src="/etc/passwd"> </P> BT (x) Tj ET EMC \\ ) >> [ /P'
LONG = tuple(sentence(f"Paragraph {n}. " + "Words and more words. " * 40) for n in range(12))

LETTERS = {
    "none investigated": letter(),
    "nothing to count": letter(panels=(NONE_DUE, NONE_UPHELD)),
    "everything": letter(
        notice=NOTICE,
        watermark="Draft",
        figures='{"upheld": 1}',
        panels=(overview(12_340, 3_210, 1_600), upheld(Rate(2, 2), Rate(1, 1)), NONE_DUE),
        narrative=(
            *NARRATIVE,
            sentence("With ", Run("stress", is_italic=True), " and ", Run("more", True, "", True)),
            NumberedList(tuple((Run(f"step {n}"),) for n in range(1, 13))),
            BulletList(((Run("https://example.org/ " * 40, link="https://example.org/"),),)),
        ),
        **CODE,
    ),
    "long": letter(narrative=LONG, notice=NOTICE),
    "rare characters": addressed_to("Ďŵr Ľubovňa Ẅ Συμβούλιο", notice=NOTICE),
    "hostile": addressed_to(HOSTILE, narrative=(sentence(HOSTILE),), subject=HOSTILE),
}
LAYOUTS = {"standard": STANDARD, "large print": LARGE_PRINT}


@pytest.fixture(params=LAYOUTS)
def layout(request: pytest.FixtureRequest) -> Layout:
    return LAYOUTS[request.param]


@pytest.fixture(params=LETTERS)
def document(request: pytest.FixtureRequest) -> LetterDocument:
    return LETTERS[request.param]


# Good letters ------------------------------------------------------------------------------------


def test_letter_keeps_every_rule(document: LetterDocument, layout: Layout) -> None:
    assert problems(render(document, layout)) == []


def test_letter_satisfies_pdfua(document: LetterDocument, layout: Layout, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(render(document, layout))
    report = pdfua.validate(str(file))
    assert [(found.rule_id, found.message) for found in report.findings] == []
    assert report.skipped == ()


def test_pdfua_finds_fault_with_an_untagged_letter(tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(changed(render(letter()), untagged))
    assert pdfua.validate(str(file)).findings != ()


def test_pdfinfo_says_tagged(layout: Layout, tmp_path: Path) -> None:
    if shutil.which("pdfinfo") is None:
        line = "No pdfinfo found: install poppler-utils."
        if os.environ.get("CI"):
            pytest.fail(line, pytrace=False)
        pytest.skip(line)
    file = tmp_path / "letter.pdf"
    file.write_bytes(render(LETTERS["everything"], layout))
    said = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True)
    assert re.findall(r"^Tagged: +(.*)$", said.stdout, re.M) == ["yes"]
    assert said.stderr == ""


# What is read out --------------------------------------------------------------------------------


def told(document: LetterDocument, layout: Layout = STANDARD) -> list[tuple[str, str]]:
    return [(each.tag, each.text) for each in read_out(render(document, layout))]


def test_letter_is_read_out_in_order_and_without_what_repeats(layout: Layout) -> None:
    panel = upheld(Rate(1, 4), Rate(45, 100))
    document = letter(
        narrative=(
            sentence("See ", Run("the map", link="https://example.org/map"), " please."),
            NARRATIVE[1],
            BulletList(((Run("one"),), (Run("two"),))),
            NumberedList(((Run("first"),), (Run("second"),))),
        ),
        panels=(panel,),
        notice=NOTICE,
        watermark="Draft",
        **CODE,
    )
    assert told(document, layout) == [
        ("P", NOTICE),
        ("P", "Local Government & Social Care OMBUDSMAN"),
        ("P", "22 July 2020"),
        ("P", "By email"),
        ("P", "Ms Specimen"),
        ("P", "Chief Executive"),
        ("P", "King's Lynn & West Norfolk Council"),
        ("P", "Dear Ms Specimen"),
        ("H1", "Annual Review letter 2020"),
        ("P", "See the map please."),
        ("H2", "Complaint statistics"),
        ("Lbl", "•"),
        ("LBody", "one"),
        ("Lbl", "•"),
        ("LBody", "two"),
        ("Lbl", "1."),
        ("LBody", "first"),
        ("Lbl", "2."),
        ("LBody", "second"),
        ("P", "Yours sincerely"),
        *(("P", line) for line in document.signatory),
        ("H2", "King's Lynn & West Norfolk Council"),
        ("P", document.statistics_period),
        ("H3", "Complaints upheld"),
        *(("P", statement.text) for statement in panel.statements),
        ("Figure", "This authority: 25%, Average of similar authorities: 45%"),
        (
            "P",
            "Check code ABCD-EFGH-JKLM: type it at https://example.org/verify/ to see that this "
            "letter is ours.",
        ),
    ]


def test_paragraph_over_two_pages_is_one_element(layout: Layout) -> None:
    words = " ".join(f"word{number}" for number in range(600))
    found = read_out(render(letter(narrative=(sentence(words),)), layout))
    (paragraph,) = (each for each in found if each.text.startswith("word0 "))
    assert paragraph.text == words
    assert len(paragraph.pages) > 1


def test_item_over_two_pages_is_one_element_of_its_list(layout: Layout) -> None:
    words = " ".join(f"word{number}" for number in range(600))
    items = ((Run("before"),), (Run(words),), (Run("after"),))
    found = read_out(render(letter(narrative=(NumberedList(items),)), layout))
    labels = [each.text for each in found if each.tag == "Lbl"]
    bodies = [each.text for each in found if each.tag == "LBody"]
    assert (labels, bodies) == (["1.", "2.", "3."], ["before", words, "after"])


def test_lists_one_after_the_other_stay_two() -> None:
    one = BulletList(((Run("a"),), (Run("b"),)))
    other = NumberedList(((Run("c"),),))
    assert lists(render(letter(narrative=(one, one, other)))) == [
        (2, "/Disc"),
        (2, "/Disc"),
        (1, "/Decimal"),
    ]


def test_item_without_words_keeps_its_place() -> None:
    pdf = render(letter(narrative=(NumberedList(((), (Run(""),), (Run("c"),))),)))
    assert lists(pdf) == [(3, "/Decimal")]
    assert problems(pdf) == []
    assert [each.text for each in read_out(pdf) if each.tag == "Lbl"] == ["1.", "2.", "3."]


def lists(pdf: bytes) -> list[tuple[int, str]]:
    """The number of items of each list, and how they are numbered."""
    with pikepdf.open(BytesIO(pdf)) as file:
        kids = list(file.Root.StructTreeRoot.K.K)
        found = [kid for kid in kids if kid.S == Name.L]
        return [
            (len(kid.K) if isinstance(kid.K, pikepdf.Array) else 1, str(kid.A.ListNumbering))
            for kid in found
        ]


def test_link_over_two_lines_is_one_element_with_two_places() -> None:
    link = Run("the map of the performance of all councils in England " * 2, link="https://a.org/")
    pdf = render(letter(narrative=(sentence("See ", link),)))
    assert len(links(pdf)[0]) == 2
    with pikepdf.open(BytesIO(pdf)) as file:
        found = [e for e in file.objects if isinstance(e, pikepdf.Dictionary) and e.get("/S")]
        (element,) = (e for e in found if e.S == "/Link")
        places = [kid for kid in element.K if isinstance(kid, pikepdf.Dictionary)]
        assert [str(kid.Obj.Contents) for kid in places] == ["https://a.org/"] * 2


def test_alternative_of_a_figure_carries_its_numbers(layout: Layout) -> None:
    document = LETTERS["everything"]
    found = [each.text for each in read_out(render(document, layout)) if each.tag == "Figure"]
    assert found == [panel.chart.alternative for panel in document.panels]


def test_title_of_a_draft_says_so() -> None:
    with pikepdf.open(BytesIO(render(letter(watermark="Draft")))) as file:
        title = "Draft: Annual Review letter 2020: King's Lynn & West Norfolk Council"
        assert str(file.docinfo.Title) == title
        with file.open_metadata() as metadata:
            assert metadata["dc:title"] == title


def test_bookmarks_are_the_headings(layout: Layout) -> None:
    def outline(items: Any) -> list[Any]:
        return [(item.title, outline(item.children)) for item in items]

    with (
        pikepdf.open(BytesIO(render(LETTERS["everything"], layout))) as file,
        file.open_outline() as found,
    ):
        assert outline(found.root) == [
            (
                "Annual Review letter 2020",
                [
                    ("Complaint statistics", []),
                    ("Resources to help you get it right", []),
                    (
                        "King's Lynn & West Norfolk Council",
                        [
                            ("Complaint overview", []),
                            ("Complaints upheld", []),
                            ("Compliance with Ombudsman recommendations", []),
                        ],
                    ),
                ],
            )
        ]


def test_figures_are_attached_as_a_file() -> None:
    figures = '{\n  "council": "Ŵ",\n  "upheld": 1\n}\n'
    with pikepdf.open(BytesIO(render(letter(figures=figures)))) as file:
        assert list(file.attachments) == ["figures.json"]
        specification = file.attachments["figures.json"]
        content = specification.get_file()
        assert (content.read_bytes().decode(), content.mime_type) == (figures, "application/json")
        assert specification.description == (
            "The figures of this letter to King's Lynn & West Norfolk Council"
        )
        (associated,) = file.Root.AF
        assert associated.AFRelationship == Name.Data
        assert associated.objgen == specification.obj.objgen


def test_check_code_stands_in_clear_for_programs_that_look_for_it(layout: Layout) -> None:
    pdf = render(letter(**CODE), layout)
    said = "Check code ABCD-EFGH-JKLM"
    assert f"({said})".encode() in pdf
    with pikepdf.open(BytesIO(pdf)) as file:
        assert str(file.docinfo.Keywords) == said
        with file.open_metadata() as metadata:
            assert metadata["pdf:Keywords"] == said


def test_letter_without_figures_or_code_has_neither() -> None:
    pdf = render(letter())
    assert b"Check code" not in pdf
    with pikepdf.open(BytesIO(pdf)) as file:
        assert (list(file.attachments), "/AF" in file.Root) == ([], False)
    assert [text for _, text in told(letter()) if "Check code" in text] == []


# Defects are found -------------------------------------------------------------------------------


def changed(pdf: bytes, change: Callable[[Pdf], None]) -> bytes:
    target = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as file:
        change(file)
        file.save(target)
    return target.getvalue()


def on_page(old: bytes, new: bytes) -> Callable[[Pdf], None]:
    """Puts other instructions in the place of the first ones that are so."""

    def change(file: Pdf) -> None:
        content = file.pages[0].Contents
        written = content.read_bytes()
        assert old in written
        content.write(written.replace(old, new, 1))

    return change


def elements(file: Pdf, tag: str) -> list[Any]:
    found = [e for e in file.objects if isinstance(e, pikepdf.Dictionary)]
    return [e for e in found if e.get("/Type") == Name.StructElem and str(e.S) == tag]


def untagged(file: Pdf) -> None:
    del file.Root.StructTreeRoot, file.Root.MarkInfo


def title_missing(file: Pdf) -> None:
    del file.docinfo[Name.Title]


def swapped(file: Pdf) -> None:
    kids = file.Root.StructTreeRoot.K.K
    kids[3], kids[4] = kids[4], kids[3]


def heading_skipped(file: Pdf) -> None:
    elements(file, "/H1")[0].S = Name.P


def emptied(file: Pdf) -> None:
    elements(file, "/P")[0].K = pikepdf.Array()


def note(file: Pdf) -> Any:
    return next(page.Annots[0] for page in file.pages if "/Annots" in page)


def font(file: Pdf) -> Any:
    return next(iter(file.pages[0].resources.Font.items()))[1]


def without(find: Callable[[Pdf], Any], key: str) -> Callable[[Pdf], None]:
    def change(file: Pdf) -> None:
        del find(file)[key]

    return change


def set_to(find: Callable[[Pdf], Any], key: str, value: Any) -> Callable[[Pdf], None]:
    def change(file: Pdf) -> None:
        find(file)[key] = value

    return change


def not_ua(file: Pdf) -> None:
    file.Root.Metadata.write(file.Root.Metadata.read_bytes().replace(b"pdfuaid:part", b"a:b"))


def figure(file: Pdf) -> Any:
    return elements(file, "/Figure")[0]


def link(file: Pdf) -> Any:
    return elements(file, "/Link")[0]


def link_element_lost(file: Pdf) -> None:
    link(file).K = next(kid for kid in link(file).K if not isinstance(kid, pikepdf.Dictionary))


def mark_shared(file: Pdf) -> None:
    first, second = elements(file, "/P")[:2]
    first.K = pikepdf.Array([first.K, second.K])


def parents_short(file: Pdf) -> None:
    del file.Root.StructTreeRoot.ParentTree.Nums[1][-1]


def attachment(file: Pdf) -> Any:
    return file.Root.AF[0]


DEFECTS: dict[str, tuple[Callable[[Pdf], None], str]] = {
    "painted outside": (
        on_page(b"/Artifact BMC\n", b"0 0 9 9 re f\n/Artifact BMC\n"),
        "page 1: f paints outside marked content",
    ),
    "text outside": (
        on_page(b"EMC\nET", b"EMC\n(x) Tj\nET"),
        "page 1: Tj paints outside marked content",
    ),
    "mark after its text": (
        on_page(b"EMC\nET", b"ET\nEMC"),
        "page 1: a mark is open at the end of its text object",
    ),
    "mark around the end of text": (
        on_page(b"EMC\nET", b"EMC\n/Artifact BMC\nET\nEMC"),
        "page 1: a mark is open at the end of its text object",
    ),
    "mark in a mark": (
        on_page(b"/P <</MCID 2>> BDC", b"/Artifact BMC\n/P <</MCID 2>> BDC"),
        "page 1: a mark begins inside another",
    ),
    "mark without end": (
        on_page(b"/P <</MCID 0>> BDC", b"/P <</MCID 0>> BDC EMC /Artifact BMC EMC EMC"),
        "page 1: a mark ends that did not begin",
    ),
    "mark without number": (
        on_page(b"/P <</MCID 2>> BDC", b"/P BMC"),
        "page 1: a mark of the type /P has no number",
    ),
    "mark of another type": (
        on_page(b"/P <</MCID 2>>", b"/H2 <</MCID 2>>"),
        "page 1: mark 2 has another type than its element",
    ),
    "mark twice": (
        on_page(b"/P <</MCID 2>>", b"/P <</MCID 1>>"),
        "page 1: two marks have the number 1",
    ),
    "mark nobody knows": (
        on_page(b"/P <</MCID 2>>", b"/P <</MCID 99>>"),
        "page 1: its marks are not those in the tree of parents",
    ),
    "mark in two elements": (mark_shared, "page 1: mark 1 is in 2 elements"),
    "mark in no element": (emptied, "page 1: mark 0 is in 0 elements"),
    "element empty": (emptied, "an element P is empty"),
    "tree of parents too short": (
        parents_short,
        "page 1: its marks are not those in the tree of parents",
    ),
    "order": (swapped, "page 1: it is read in another order than drawn"),
    "heading skipped": (heading_skipped, "a heading H2 follows one of level 0"),
    "no first heading": (heading_skipped, "the file has not one heading of the first level"),
    "type unknown": (
        set_to(lambda file: elements(file, "/P")[0], "/S", Name.Para),
        "Para is no type of the standard",
    ),
    "item outside a list": (
        set_to(lambda file: elements(file, "/L")[0], "/S", Name.P),
        "an element LI is inside P",
    ),
    "figure without alternative": (without(figure, "/Alt"), "a figure has no alternative"),
    "figure without box": (without(figure, "/A"), "a figure does not say where it is"),
    "link without element": (without(note, "/StructParent"), "page 1: a link has no element"),
    "link without description": (
        without(note, "/Contents"),
        "page 1: a link has no description",
    ),
    "link not held": (link_element_lost, "page 1: the element of a link does not hold it"),
    "font not embedded": (
        without(lambda file: font(file).FontDescriptor, "/FontFile2"),
        "the font /AAAAAA+Lato-Regular is not embedded",
    ),
    "font without characters": (
        without(font, "/ToUnicode"),
        "the font /AAAAAA+Lato-Regular does not say which characters it shows",
    ),
    "no language": (without(lambda file: file.Root, "/Lang"), "the file has no language"),
    "no title": (title_missing, "the file has no title"),
    "no marks": (without(lambda file: file.Root, "/MarkInfo"), "the file is not marked as tagged"),
    "no structure": (untagged, "the file has no structure"),
    "no metadata": (without(lambda file: file.Root, "/Metadata"), "the file has no metadata"),
    "not PDF/UA": (not_ua, "the metadata do not name PDF/UA-1"),
    "title not shown": (
        without(lambda file: file.Root, "/ViewerPreferences"),
        "the file does not ask for its title to be shown",
    ),
    "tabs": (
        without(lambda file: file.pages[0].obj, "/Tabs"),
        "page 1: tabs do not follow the structure",
    ),
    "page without parents": (
        without(lambda file: file.pages[0].obj, "/StructParents"),
        "page 1: it is not in the tree of parents",
    ),
    "attachment without relation": (
        without(attachment, "/AFRelationship"),
        "an attached file has no /AFRelationship",
    ),
}


@pytest.fixture(scope="module")
def good() -> bytes:
    return render(letter(figures="{}"))


@pytest.mark.parametrize("defect", DEFECTS)
def test_defect_is_found(good: bytes, defect: str) -> None:
    change, sentence_ = DEFECTS[defect]
    assert sentence_ in problems(changed(good, change))


def test_file_saved_again_without_change_has_no_defect(good: bytes) -> None:
    assert problems(changed(good, lambda file: None)) == []


def test_reader_tells_words_and_pages() -> None:
    found = read_out(render(replace(letter(), delivery="")))
    assert found[1] == Told("P", "22 July 2020", (0,))
