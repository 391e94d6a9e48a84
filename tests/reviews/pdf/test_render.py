import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from os import environ
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from reviews.figures.rates import Rate
from reviews.letters.document import (
    BulletList,
    Heading,
    LetterDocument,
    NumberedList,
    Panel,
    Run,
    Statement,
)
from reviews.pdf.fonts import REGULAR
from reviews.pdf.pages import laid_out
from reviews.pdf.prose import Prose
from reviews.pdf.render import DoesNotFit, UnprintableCharacter, render
from reviews.pdf.styles import STANDARD
from tests.reviews.pdf.factories import (
    NARRATIVE,
    NONE_DUE,
    NONE_UPHELD,
    NOTICE,
    addressed_to,
    compliance,
    letter,
    overview,
    remedies,
    sentence,
    upheld,
)
from tests.reviews.pdf.reading import TextBlock, fonts, links, marks, page_texts

ROOT = Path(__file__).parents[3]
LONGEST = "Bournemouth, Christchurch & Poole, " * 3 + "and Norfolk City"  # 121 characters
LONGEST_NAMES = (
    "Bournemouth, Christchurch and Poole Council",
    "Cambridgeshire and Peterborough Combined Authority",
    LONGEST,
)


def full_upheld(own: Rate, similar: Rate) -> Panel:
    """The panel with every sentence it can have."""
    panel = upheld(own, similar)
    *first, base = panel.statements
    adjusted = (
        Statement(
            "Adjusted for population, this is 112.4 upheld decisions per 100,000 residents.",
            "adjusted",
        ),
        Statement("The average for authorities of this type is 108.4.", "adjusted"),
    )
    return replace(panel, statements=(*first, *adjusted, base))


FULL_PANELS = (
    overview(12_340, 3_210, 1_600),
    full_upheld(Rate(1_600, 1_600), Rate(1, 1)),
    compliance(Rate(1_070, 1_070), Rate(1, 1), late=999),
    remedies(Rate(1_600, 1_600), Rate(1, 1)),
)


def lines_of(pdf: bytes) -> list[list[str]]:
    """The text blocks of each page, each as one string."""
    return [
        [
            "".join(str(values[0]) for name, values in mark.calls if name.startswith("text"))
            for mark in page
            if isinstance(mark, TextBlock)
        ]
        for page in marks(pdf)
    ]


def test_letter_has_its_text_in_reading_order() -> None:
    first, second, statistics = page_texts(render(letter(notice=NOTICE)))
    expected = [
        "Local Government & Social Care OMBUDSMAN",
        "22 July 2020 By email Ms Specimen Chief Executive King's Lynn & West Norfolk Council",
        "Dear Ms Specimen Annual Review letter 2020 I write to you",
        "say something about how complaints were dealt with. Complaints upheld. We uphold a",
        "of five types: • county councils and unitary councils, • district councils and",
        "will be on the map of council performance from 29 July 2020, beside those",
    ]
    assert [part for part in expected if part not in first] == []
    signed = (
        "Yours sincerely A. N. Specimen Local Government and Social Care Ombudsman "
        "Chair, Commission for Local Administration in England"
    )
    assert second.endswith(signed)
    assert "training@example.org. Yours sincerely" in second
    assert "King's Lynn & West Norfolk Council For the period ending 31 March 2020" in statistics


@pytest.mark.parametrize(
    "panels",
    [
        letter().panels,
        (upheld(Rate(22, 22), Rate(85, 100)), NONE_DUE, remedies(Rate(0, 22), Rate(7, 100))),
        FULL_PANELS,
    ],
)
def test_statistics_say_every_sentence_word_for_word(panels: tuple[Panel, ...]) -> None:
    text = page_texts(render(letter(panels=panels)))[-1]
    sentences = [panel.heading for panel in panels]
    sentences += [statement.text for panel in panels for statement in panel.statements]
    sentences += [bar.label for panel in panels for bar in panel.chart.bars]
    sentences += [bar.value for panel in panels for bar in panel.chart.bars]
    sentences += [panel.chart.empty for panel in panels]
    assert [sentence for sentence in sentences if sentence not in text] == []


def test_sentences_stand_before_the_words_of_their_chart() -> None:
    statistics = page_texts(render(letter()))[-1]
    order = [
        statistics.index(words)
        for words in ("Complaints upheld", "0 upheld decisions", "This authority", "Compliance w")
    ]
    assert order == sorted(order)


def test_lines_join_to_the_text_without_layout() -> None:
    blocks = lines_of(render(letter()))[0]
    assert (
        "The number of complaints says little by itself: a council that makes complaining easy may "
        "well receive more of them. We therefore look at three statistics which say something "
        "about how complaints were dealt with."
    ) in blocks


@pytest.mark.parametrize("name", LONGEST_NAMES)
@pytest.mark.parametrize("panels", [letter().panels, FULL_PANELS])
def test_statistics_are_one_page_whatever_they_say(name: str, panels: tuple[Panel, ...]) -> None:
    document = addressed_to(name, panels=panels, notice=NOTICE, watermark="Draft")
    texts = page_texts(render(document))
    assert ["Statistics are based on" in text for text in texts] == [False, False, True]
    assert texts[-1].count(name) == 2  # as heading and in the footer
    assert panels[-1].statements[-1].text in texts[-1]


def test_statistics_stay_above_the_footer() -> None:
    document = addressed_to(LONGEST, panels=FULL_PANELS)
    page = laid_out(document, STANDARD)[-1]
    assert min(placed.y for placed in page.placed) * page.scale >= STANDARD.bottom - 0.001


def test_statistics_of_the_usual_length_are_not_shrunk() -> None:
    four = (overview(123, 32, 16), *letter().panels)
    assert [laid_out(letter(panels=panels), STANDARD)[-1].scale for panels in (four, four[1:])] == [
        1,
        1,
    ]


def test_statistics_too_long_for_any_page_are_refused() -> None:
    panel = upheld(Rate(1, 2), Rate(1, 2))
    endless = replace(panel, statements=(Statement("Much more of the same. " * 500, "lead"),))
    with pytest.raises(DoesNotFit) as refused:
        render(letter(panels=(endless,)))
    assert str(refused.value) == (
        "the statistics of King's Lynn & West Norfolk Council do not go on one page"
    )


def test_pages_are_numbered() -> None:
    texts = page_texts(render(letter(narrative=NARRATIVE * 2)))
    assert [text.count(f"Page {page} of 4") for page, text in enumerate(texts, 1)] == [1] * 4


def test_long_narrative_loses_nothing_on_its_way_over_pages() -> None:
    words = [f"word{number}" for number in range(1500)]
    text = " ".join(page_texts(render(letter(narrative=(sentence(" ".join(words)),)))))
    assert [word for word in text.split() if word.startswith("word")] == words


@pytest.mark.parametrize("paragraphs", range(1, 24))
def test_signature_takes_the_last_of_the_narrative_along(paragraphs: int) -> None:
    narrative = tuple(sentence(f"Paragraph {n}. " + "Words. " * 20) for n in range(paragraphs))
    pages = lines_of(render(letter(narrative=narrative)))[:-1]
    signed = [page for page in pages if "Yours sincerely" in page]
    assert len(signed) == 1
    position = signed[0].index("Yours sincerely")
    assert signed[0][position - 1].startswith(f"Paragraph {paragraphs - 1}. ")
    assert signed[0][position + 1 : position + 4] == list(letter().signatory)


@pytest.mark.parametrize("paragraphs", range(1, 16))
def test_heading_stays_with_its_text_and_no_line_stands_alone(paragraphs: int) -> None:
    before = tuple(sentence("Words of a line or two. " * 6) for _ in range(paragraphs))
    after = sentence("Text under the heading. " * 20)
    pages = laid_out(letter(narrative=(*before, Heading("A heading"), after)), STANDARD)
    columns = [[p.part for p in page.placed if isinstance(p.part, Prose)] for page in pages[:-1]]
    for column in columns:
        texts = ["".join(f.text for line in part.lines for f in line) for part in column]
        assert texts[-1] != "A heading"
        bodies = [part for part, text in zip(column, texts, strict=True) if "Text under" in text]
        assert [part for part in bodies if len(part.lines) < 2] == []


def test_paragraph_before_a_list_keeps_to_its_first_item() -> None:
    for count in range(1, 40):
        before = tuple(sentence("One line.") for _ in range(count))
        narrative = (*before, sentence("These are:"), BulletList(((Run("an item"),),)))
        page = next(page for page in page_texts(render(letter(narrative=narrative))))
        assert page.count("These are:") == page.count("• an item")


def test_notice_and_watermark_are_on_every_page() -> None:
    texts = page_texts(render(letter(notice=NOTICE, watermark="Draft")))
    assert [(text.count(NOTICE), text.count("Draft")) for text in texts] == [(1, 1)] * 3


def test_letter_without_notice_or_watermark_has_neither() -> None:
    texts = page_texts(render(letter()))
    assert [("Demonstration" in text, "Draft" in text) for text in texts] == [(False, False)] * 3


def test_watermark_lies_under_the_text() -> None:
    blocks = lines_of(render(letter(watermark="Draft")))
    assert [page[0] for page in blocks] == ["Draft"] * 3


def test_fonts_are_embedded_subsets_of_one_family() -> None:
    assert fonts(render(letter(notice=NOTICE, watermark="Draft"))) == {
        "AAAAAA+Lato-Regular": True,
        "AAAAAA+Lato-Bold": True,
    }


def test_rare_characters_get_a_subset_of_their_own() -> None:
    rare = render(addressed_to("Ďŵr Ľubovňa Ẅ Συμβούλιο"))
    assert set(fonts(rare)) == {
        "AAAAAA+Lato-Regular",
        "AAAAAB+Lato-Regular",
        "AAAAAA+Lato-Bold",
        "AAAAAB+Lato-Bold",
    }
    assert "Ďŵr Ľubovňa Ẅ Συμβούλιο" in page_texts(rare)[0]


def test_welsh_and_punctuation_need_no_further_subset() -> None:
    name = "Ŵyl Tŷ a’r Môr – “Caffi” £5 … ½"
    pdf = render(addressed_to(name))
    assert len(fonts(pdf)) == 2
    assert name in page_texts(pdf)[0]


def test_letter_is_small() -> None:
    assert len(render(letter(panels=FULL_PANELS, notice=NOTICE))) < 80_000


def test_page_is_a4_upright() -> None:
    with pikepdf.open(BytesIO(render(letter()))) as pdf:
        boxes = [[round(float(side)) for side in page.mediabox] for page in pdf.pages]
    assert boxes == [[0, 0, 595, 842]] * 3


def test_file_says_what_it_is() -> None:
    with pikepdf.open(BytesIO(render(letter()))) as pdf:
        told = {name: str(pdf.docinfo[name]) for name in ("/Title", "/Author", "/CreationDate")}
        assert told == {
            "/Title": "Annual Review letter 2020: King's Lynn & West Norfolk Council",
            "/Author": "Local Government & Social Care OMBUDSMAN",
            "/CreationDate": "D:20000101000000+00'00'",
        }
        assert str(pdf.Root.Lang) == "en-GB"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle) is True


def test_links_lead_where_the_document_says() -> None:
    addresses = [[link.address for link in page] for page in links(render(letter()))]
    assert addresses == [
        ["https://www.example.org/map?year=2020&a=1"],
        ["mailto:training@example.org"],
        [],
    ]


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//example.org",
        "map",
        "https://example.org/a b",
    ],
)
def test_link_that_leads_nowhere_safe_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match=r"narrative\[0\]\.runs\[0\] is not an http"):
        render(letter(narrative=(sentence(Run("here", link=link)),)))


@pytest.mark.parametrize(
    "text",
    [
        '<img src="/etc/passwd"/> after',
        "<b>not bold</b> <font color='red'>x</font>",
        "&amp; &lt; &#169; AT&T",
        "{{ authority }} {% now %}",
        "Smith & Sons <limited>",
        "\"quoted\" 'single' ]]> <!-- no -->",
        "</para><para>",
        r"back\slash (bracket) \n )",
    ],
)
def test_text_that_looks_like_markup_is_printed_as_it_is(text: str) -> None:
    document = addressed_to(
        text,
        narrative=(sentence(text), Heading(text), BulletList(((Run(text),),))),
        subject=text,
        notice=text,
    )
    pages = page_texts(render(document))
    # In the notice, the address, the subject line, three times in the narrative, twice in the foot.
    assert pages[0].count(text) == 8


def test_bold_runs_are_bold() -> None:
    document = letter(narrative=(sentence("plain ", Run("bold", is_bold=True), "ly, plain"),))
    page = marks(render(document))[0]
    block = next(b for b in page if isinstance(b, TextBlock) and ("textOut", ("bold",)) in b.calls)
    shown = [values[0] for name, values in block.calls if name != "setFillColorRGB"]
    assert shown == ["Lato-Regular", "plain ", "Lato-Bold", "bold", "Lato-Regular", "ly, plain"]


def test_stressed_runs_are_in_italics() -> None:
    runs = (
        Run("stress", is_italic=True),
        Run(", both", is_bold=True, is_italic=True),
        Run(", plain"),
    )
    page = marks(render(letter(narrative=(sentence(*runs),))))[0]
    block = next(
        b for b in page if isinstance(b, TextBlock) and ("textOut", ("stress",)) in b.calls
    )
    shown = [values[0] for name, values in block.calls if name != "setFillColorRGB"]
    assert shown == [
        *("Lato-Italic", "stress"),
        *("Lato-BoldItalic", ", both"),
        *("Lato-Regular", ", plain"),
    ]


def test_numbers_stand_beside_their_items_however_many() -> None:
    for count in (9, 10, 100):
        items = tuple((Run(f"item {n}"),) for n in range(count))
        pages = marks(render(letter(narrative=(NumberedList(items),))))
        ends = {}
        for mark in (mark for page in pages[:-1] for mark in page if isinstance(mark, TextBlock)):
            words = "".join(str(v[0]) for name, v in mark.calls if name.startswith("text"))
            if words == f"{count}.":
                ends["number"] = mark.x + stringWidth(words, REGULAR, 11)
            if words == f"item {count - 1}":
                ends["item"] = mark.x
        assert 0 < ends["item"] - ends["number"] < 11


def test_word_wider_than_the_page_is_torn_and_kept() -> None:
    word = "https://example.org/" + "abcdefghij" * 30
    text = page_texts(render(letter(narrative=(sentence("See ", word, " there."),))))[0]
    assert word in text.replace(" ", "")


@pytest.mark.parametrize(
    ("character", "change", "where"),
    [
        ("😀", {"subject": "Letter 😀"}, "subject"),
        ("漢", {"addressee": ("A", "漢")}, "addressee[1]"),
        ("\x00", {"authority": "A\x00"}, "authority"),
        ("\n", {"narrative": (sentence("a", "b\nc"),)}, "narrative[0].runs[1].text"),
        ("\t", {"signatory": ("a\tb",)}, "signatory[0]"),
        ("\u202e", {"notice": "a\u202eb"}, "notice"),
        ("\u00ad", {"close": "a\u00adb"}, "close"),
        ("\u0302", {"date": "q\u0302"}, "date"),
        ("\ud800", {"watermark": "\ud800"}, "watermark"),
    ],
)
def test_unprintable_character_is_refused_with_its_place(
    character: str, change: dict[str, object], where: str
) -> None:
    with pytest.raises(UnprintableCharacter) as refused:
        render(letter(**change))
    assert (refused.value.character, refused.value.where) == (character, where)
    assert f"U+{ord(character):04X}" in str(refused.value)


def test_unprintable_character_in_a_panel_is_refused() -> None:
    panel = upheld(Rate(1, 2), Rate(1, 2))
    bad = replace(panel, statements=(*panel.statements, Statement("☃", "base")))
    with pytest.raises(UnprintableCharacter) as refused:
        render(letter(panels=(NONE_DUE, bad)))
    assert refused.value.where == "panels[1].statements[4].text"


def test_accent_typed_after_its_letter_is_printed_as_one_letter() -> None:
    text = " ".join(page_texts(render(letter(close="Yours, w\u0302yr"))))
    assert "Yours, ŵyr A. N. Specimen" in text


PROGRAM = """
import sys
from hashlib import sha256
from reviews.pdf.render import render
from tests.reviews.pdf.factories import addressed_to, letter, NOTICE
letters = {
    "plain": letter(),
    "rare": addressed_to("Ďŵr Ľubovňa Συμβούλιο", notice=NOTICE),
    "rarer": addressed_to("Συμβούλιο ĽĹ Жж", watermark="Draft Ж"),
}
digests = {name: sha256(render(letters[name])).hexdigest() for name in sys.argv[1:]}
print(*(digests[name] for name in sorted(digests)))
"""


def digests_elsewhere(seed: str, *names: str) -> list[str]:
    """The digests of these letters, sorted by name, drawn in this order in a new process."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        cwd=ROOT,
        env={**environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "1" else "UTC"},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


def test_same_letter_has_the_same_bytes_in_every_process_and_order() -> None:
    forwards = digests_elsewhere("1", "plain", "rare", "rarer")
    assert digests_elsewhere("2", "rarer", "rare", "plain") == forwards
    assert digests_elsewhere("3", "rare", "plain", "rarer", "rare") == forwards
    assert digests_elsewhere("4", "plain") == forwards[:1]
    render(addressed_to("Οι Жж Ďŵr"))
    assert sha256(render(letter())).hexdigest() == forwards[0]


def test_different_letters_have_different_bytes() -> None:
    documents: list[LetterDocument] = [letter(), letter(date="23 July 2020"), letter(panels=())]
    assert len({render(document) for document in documents}) == 3


def test_letter_says_nothing_upheld_and_nothing_due_beside_zero_percent() -> None:
    statistics = page_texts(render(letter(panels=(letter().panels[0], NONE_DUE, NONE_UPHELD))))[-1]
    assert "0% of complaints we investigated were upheld." in statistics
    assert "No recommendations were due for compliance in this period." in statistics
    assert (
        "The Ombudsman did not uphold any detailed investigations during this period." in statistics
    )
