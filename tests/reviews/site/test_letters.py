"""The letter as a page and as the issued PDF."""

import hashlib

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviews.letters.document import BulletList, Heading, Paragraph, Run, from_plain
from reviews.letters.text import as_text
from reviews.models import AnnualSummary, LetterAlternative, LetterFile
from tests.factories import make_authority
from tests.management.commands.flush import guards_lifted
from tests.reviews.site.builders import SPECIMEN, correct, make_frozen_round, make_issued
from tests.reviews.site.words import Page

LETTER = "/councils/kings-lynn/2020/letter"
SECOND = (
    "This is the current letter, version 2 of 27 July 2020. It replaces version 1. "
    "Why: One case was counted twice."
)


@pytest.fixture
def summary() -> AnnualSummary:
    authority = make_authority("King's Lynn & West Norfolk Council", slug="kings-lynn")
    return make_issued(make_frozen_round(), authority, **SPECIMEN)


def _joined(runs: tuple[Run, ...]) -> str:
    return " ".join("".join(run.text for run in runs).split())


def test_letter_page_has_every_word_of_the_stored_letter(
    client: Client, summary: AnnualSummary
) -> None:
    document = from_plain(LetterFile.objects.get().document)
    page = Page(client.get(f"{LETTER}/").content)
    article = page.all("article")[0].text
    words = [
        *document.letterhead,
        document.date,
        document.delivery,
        *document.addressee,
        document.salutation,
        document.subject,
    ]
    for block in document.narrative:
        match block:
            case Heading():
                words.append(block.text)
            case Paragraph():
                words.append(_joined(block.runs))
            case BulletList():
                words += [_joined(item) for item in block.items]
    words += [document.close, *document.signatory]
    words += [document.statistics_heading, document.statistics_period]
    for panel in document.panels:
        words += [panel.heading, *(statement.text for statement in panel.statements)]
        assert panel.chart.alternative in [
            chart.attributes["aria-label"] for chart in page.classed("chart")
        ]
    place = 0
    for word in words:
        place = article.index(word, place) + len(word)
    assert "22 July 2020" in article
    assert "29 July 2020" in article


def test_letter_page_names_size_and_digest(client: Client, summary: AnnualSummary) -> None:
    page = Page(client.get(f"{LETTER}/").content)
    pdf = b"%PDF-1.7 kings-lynn 2020 1"
    assert page.texts("code") == [hashlib.sha256(pdf).hexdigest()]
    assert f"The PDF has {len(pdf)} bytes and" in page.text
    assert "/councils/kings-lynn/2020/letter-1.pdf" in page.links


@pytest.mark.parametrize("address", [f"{LETTER}.pdf", f"{LETTER}-1.pdf"])
def test_pdf_is_the_bytes_that_were_issued(
    client: Client, summary: AnnualSummary, address: str
) -> None:
    response = client.get(address)
    pdf = b"%PDF-1.7 kings-lynn 2020 1"
    assert response.content == pdf
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'inline; filename="2020-kings-lynn.pdf"'
    assert response.headers["Content-Length"] == str(len(pdf))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert response.headers["ETag"] == f'"{hashlib.sha256(pdf).hexdigest()}"'


def test_pdf_that_a_reader_has_already_is_not_sent_again(
    client: Client, summary: AnnualSummary
) -> None:
    etag = client.get(f"{LETTER}.pdf").headers["ETag"]
    response = client.get(f"{LETTER}.pdf", headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag


def test_letter_in_large_print_and_as_text_is_as_issued(
    client: Client, summary: AnnualSummary
) -> None:
    kinds = {
        "-large-print.pdf": ("large_print", "application/pdf", "2020-kings-lynn-large-print.pdf"),
        ".txt": ("text", "text/plain; charset=utf-8", "2020-kings-lynn.txt"),
    }
    for ending, (kind, content_type, name) in kinds.items():
        stored = LetterAlternative.objects.get(kind=kind)
        for address in (f"{LETTER}{ending}", f"{LETTER}-1{ending}"):
            response = client.get(address)
            assert response.content == bytes(stored.content)
            assert hashlib.sha256(response.content).hexdigest() == stored.sha256
            assert len(response.content) == stored.size
            assert response.headers["Content-Type"] == content_type
            assert response.headers["Content-Disposition"] == f'inline; filename="{name}"'
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
            assert response.headers["ETag"] == f'"{stored.sha256}"'
            again = client.get(address, headers={"if-none-match": response.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")


def test_text_says_what_the_stored_letter_says(client: Client, summary: AnnualSummary) -> None:
    document = from_plain(LetterFile.objects.get().document)
    assert client.get(f"{LETTER}.txt").content.decode() == as_text(document)
    assert "0% of complaints we investigated were upheld." in as_text(document)


def test_letter_page_offers_the_renditions_there_are(
    client: Client, summary: AnnualSummary
) -> None:
    offered = {
        "/councils/kings-lynn/2020/letter-1-large-print.pdf",
        "/councils/kings-lynn/2020/letter-1.txt",
    }
    assert offered <= set(Page(client.get(f"{LETTER}/").content).links)
    with guards_lifted():
        LetterAlternative.objects.all().delete()
    assert offered & set(Page(client.get(f"{LETTER}/").content).links) == set()
    assert client.get(f"{LETTER}.txt").status_code == 404


def test_corrected_letter_replaces_the_first_and_both_stay(
    client: Client, summary: AnnualSummary
) -> None:
    correct(summary, not_upheld=1, upheld=1)
    assert client.get(f"{LETTER}.pdf").content == b"%PDF-1.7 kings-lynn 2020 2"
    assert client.get(f"{LETTER}-1.pdf").content == b"%PDF-1.7 kings-lynn 2020 1"
    assert client.get(f"{LETTER}-2.pdf").content == b"%PDF-1.7 kings-lynn 2020 2"
    assert [
        [e.text for e in Page(client.get(address).content).classed("alert")]
        for address in (f"{LETTER}/", f"{LETTER}/1/", f"{LETTER}/2/")
    ] == [
        [SECOND],
        [
            "This letter has been replaced by version 2 of 27 July 2020. "
            "Why: One case was counted twice."
        ],
        [SECOND],
    ]
    for address in (f"{LETTER}/3/", f"{LETTER}/0/", f"{LETTER}-3.pdf", f"{LETTER}-01.pdf"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("councils", [1, 3])
def test_letter_asks_a_fixed_number_of_queries(
    client: Client, summary: AnnualSummary, councils: int
) -> None:
    for number in range(1, councils):
        make_issued(summary.freeze.round, make_authority(slug=f"other-{number}"))
    with CaptureQueriesContext(connection) as page:
        client.get(f"{LETTER}/")
    with CaptureQueriesContext(connection) as pdf:
        client.get(f"{LETTER}.pdf")
    with CaptureQueriesContext(connection) as text:
        client.get(f"{LETTER}.txt")
    assert (len(page), len(pdf), len(text)) == (6, 2, 3)
    read = ('"pdf"', '"content"')
    assert not any(column in query["sql"] for query in page for column in read)


def test_link_of_a_letter_leads_to_web_addresses_only() -> None:
    runs = [
        Run("a", link="https://example.org/a"),
        Run("b", link="javascript:alert(1)"),
        Run("<c>", is_bold=True),
    ]
    assert render_to_string("reviews/runs.html", {"runs": runs}).strip() == (
        '<a href="https://example.org/a">a</a>b<strong>&lt;c&gt;</strong>'
    )
