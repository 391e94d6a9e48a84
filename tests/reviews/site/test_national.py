"""The public pages of the national review: what they show when, and what they keep back."""

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from reviews.models import AnnualSummary, Round
from tests.factories import make_authority
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    correct,
    hold,
    make_edition,
    make_frozen_round,
    make_issued,
    make_summary,
    release,
    retract,
)

LATER = PUBLISHED_AT + dt.timedelta(days=60)
PAGE, FILE = "/reviews/2020/", "/reviews/2020/review.pdf"


def words(answer: Any) -> str:
    """All text of a page, with single spaces; cells and items do not run into each other."""
    text = re.sub(r"(?s)<(script|style).*?</\1>|<title>.*?</title>", "", answer.content.decode())
    # Inside a sentence, elements stand without spaces around them.
    text = re.sub(r"</?(a|strong|em|code|span)\b[^>]*>", "", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def round_() -> Round:
    return make_frozen_round()


@pytest.fixture
def anna(round_: Round) -> AnnualSummary:
    return make_issued(round_, make_authority("Anna Council", slug="anna"), received=7000, upheld=3)


@pytest.fixture
def bela(round_: Round) -> AnnualSummary:
    return make_issued(round_, make_authority("Bela Council", slug="bela"), received=11)


def test_review_is_public_from_its_own_instant_on(
    client: Client, clock: time_machine.Traveller, round_: Round, anna: AnnualSummary
) -> None:
    make_edition(round_, publish_at=LATER)
    addresses = (PAGE, FILE, "/reviews/2020/review-1.pdf")
    for moment in (PUBLISHED_AT, LATER - dt.timedelta(microseconds=1)):
        clock.move_to(moment)
        never = {address: client.get(address.replace("2020", "2019")) for address in addresses}
        for address in addresses:
            assert client.get(address).status_code == 404
            assert client.get(address).content == never[address].content
        assert "Nothing has been published yet." in client.get("/reviews/").text
    clock.move_to(LATER)
    assert "7,000 complaints received" in words(client.get(PAGE))
    assert client.get(FILE).content == b"%PDF-1.7 national 2020 1"
    assert client.get("/reviews/2020/review-1.pdf").content == client.get(FILE).content
    assert 'href="/reviews/2020/"' in client.get("/reviews/").text


def test_review_that_nobody_approved_is_not_public(
    client: Client, round_: Round, anna: AnnualSummary
) -> None:
    make_edition(round_, approved=False)
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 404


def test_review_is_not_public_before_its_letters(
    client: Client, clock: time_machine.Traveller, round_: Round, anna: AnnualSummary
) -> None:
    make_edition(round_)
    clock.move_to(BEFORE)
    assert client.get(PAGE).status_code == 404


def test_page_says_how_many_authorities_it_sums_and_lists_them_by_name(
    client: Client, round_: Round, bela: AnnualSummary, anna: AnnualSummary
) -> None:
    make_edition(round_, foreword="We saw ((authorities)).")
    page = client.get(PAGE)
    said = words(page)
    assert "The figures are those of 2 authorities: all" in said
    assert "We saw 2 authorities." in said
    assert "Anna Council 7,000 3 0 0 0 3 100% of 3 Bela Council 11 0 0 0 0 0 none investigated" in (
        said
    )
    assert "All authorities 7,011 3 0 0 0 3 100% of 3" in said
    assert '<a href="/councils/anna/2020/">Anna Council</a>' in page.text


def test_authority_that_was_held_when_the_review_was_made_is_told_of_once_released(
    client: Client, round_: Round, anna: AnnualSummary, bela: AnnualSummary
) -> None:
    held = hold(bela)
    make_edition(round_)
    said = words(client.get(PAGE))
    assert "those of 1 authority:" in said
    assert "Bela" not in said
    assert "Since then" not in said
    release(held)
    said = words(client.get(PAGE))
    assert "the figures of 1 authority were published: Bela Council" in said
    assert "7,000 complaints received" in said
    assert "All authorities 7,011" in said


def test_corrected_authority_is_named_and_the_review_stands(
    client: Client, round_: Round, anna: AnnualSummary, bela: AnnualSummary
) -> None:
    make_edition(round_)
    correct(bela, received=12)
    page = client.get(PAGE)
    said = words(page)
    assert "the figures of 1 authority were corrected: Bela Council" in said
    assert 'href="/councils/bela/2020/letter/"' in page.text
    assert "7,011 complaints received" in said
    assert "Bela Council 12 0" in said
    assert client.get(FILE).status_code == 200


@pytest.mark.parametrize("withhold", [hold, retract])
def test_review_of_a_row_that_may_not_be_read_gives_way_to_a_sum_of_the_others(
    client: Client,
    round_: Round,
    anna: AnnualSummary,
    bela: AnnualSummary,
    withhold: Callable[[AnnualSummary], object],
) -> None:
    make_edition(round_, foreword="Anna Council did badly.")
    withhold(anna)
    said = words(client.get(PAGE))
    assert "The review as it was published is not available at present" in said
    assert "11 complaints received" in said
    assert "7,0" not in said
    assert "did badly" not in said
    answer = client.get(FILE)
    assert answer.status_code == 404
    assert answer.text.startswith("The PDF file of this review is not available at present")
    assert "ETag" not in answer.headers or "national" not in answer.headers["ETag"]


def test_retracted_letter_is_named_in_the_tables_without_a_figure(
    client: Client, round_: Round, anna: AnnualSummary, bela: AnnualSummary
) -> None:
    make_edition(round_)
    retract(anna)
    assert "Anna Council letter retracted Bela Council 11" in words(client.get(PAGE))


def test_review_is_whole_again_after_a_release(
    client: Client, round_: Round, anna: AnnualSummary
) -> None:
    make_edition(round_)
    held = hold(anna)
    assert client.get(PAGE).status_code == 404  # nothing of the year is public
    release(held)
    assert client.get(FILE).status_code == 200


def test_later_edition_takes_the_place_and_leaves_the_earlier_file(
    client: Client, round_: Round, anna: AnnualSummary, bela: AnnualSummary
) -> None:
    make_edition(round_)
    correct(bela, received=12)
    make_edition(round_)
    page = client.get(PAGE)
    said = words(page)
    assert "Edition 2. Figures were corrected." in said
    assert "7,012 complaints received" in said
    assert "Since then" not in said
    assert "Earlier editions Edition 1 as PDF" in said
    assert client.get(FILE).content == b"%PDF-1.7 national 2020 2"
    assert client.get("/reviews/2020/review-1.pdf").content == b"%PDF-1.7 national 2020 1"
    assert client.get("/reviews/2020/review-3.pdf").status_code == 404


def test_earlier_edition_with_a_retracted_letter_is_not_served(
    client: Client, round_: Round, anna: AnnualSummary, bela: AnnualSummary
) -> None:
    make_edition(round_)
    retract(anna)
    make_edition(round_)
    said = words(client.get(PAGE))
    assert "11 complaints received" in said
    assert "Edition 1, whose PDF is not available" in said
    assert client.get(FILE).status_code == 200
    assert client.get("/reviews/2020/review-1.pdf").status_code == 404


HOUSING = {"received": 30, "received_by_category": {"housing": 20, "other": 10}}


@pytest.mark.parametrize("withhold", [hold, retract])
def test_edition_gives_way_when_a_replaced_letter_in_its_categories_may_not_be_read(
    client: Client,
    round_: Round,
    withhold: Callable[[AnnualSummary], object],
) -> None:
    make_issued(round_, make_authority("Dora Council", slug="dora"), **HOUSING)
    first = make_issued(round_, make_authority("Cara Council", slug="cara"), **HOUSING)
    correct(first, received=31, received_by_category={"housing": 21, "other": 10})
    edition = make_edition(round_)
    assert edition.figures["categories"]["received"]["housing"] == 40
    assert client.get(FILE).status_code == 200
    withhold(first)  # the correction and its letter stay
    said = words(client.get(PAGE))
    assert "The review as it was published is not available at present" in said
    assert "61 complaints received" in said
    assert "Housing 40" not in said
    assert client.get(FILE).status_code == 404


def test_letter_counted_again_before_issue_keeps_figures_by_category_back(
    client: Client, round_: Round, bela: AnnualSummary
) -> None:
    never_issued = make_summary(round_, make_authority("Cara Council", slug="cara"), **HOUSING)
    correct(never_issued, received=31, received_by_category={"housing": 21, "other": 10})
    edition = make_edition(round_)
    assert edition.figures["categories"] is None
    said = words(client.get(PAGE))
    assert "Figures by category are left out" in said
    assert "before letters were corrected" not in said
    assert client.get(FILE).status_code == 200


def test_file_is_told_by_its_digest(client: Client, round_: Round, anna: AnnualSummary) -> None:
    edition = make_edition(round_)
    answer = client.get(FILE)
    assert answer.headers["ETag"] == f'"{edition.sha256}"'
    assert answer.headers["Content-Type"] == "application/pdf"
    again = client.get(FILE, headers={"if-none-match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert edition.sha256 in client.get(PAGE).text


def test_staff_words_are_text(client: Client, round_: Round, anna: AnnualSummary) -> None:
    make_edition(round_, foreword=r"A \<script>alert(1)\</script> & **bold**.")
    page = client.get(PAGE).text
    assert "A &lt;script&gt;alert(1)&lt;/script&gt; &amp; <strong>bold</strong>." in page


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_the_same_for_one_authority_and_three(
    client: Client, round_: Round, number: int, django_assert_num_queries: Any
) -> None:
    for name in "abc"[:number]:
        make_issued(round_, make_authority(f"{name} Council", slug=name), received=1)
    make_edition(round_)
    with django_assert_num_queries(5):
        client.get(PAGE)


def test_review_of_a_year_with_a_draft_correction_shows_what_is_issued(
    client: Client, round_: Round, anna: AnnualSummary
) -> None:
    make_edition(round_)
    draft = make_summary(
        round_, anna.authority, version=2, replaces=anna, reason="Counted twice.", received=1
    )
    assert "7,000 complaints received" in words(client.get(PAGE))
    assert "Since then" not in words(client.get(PAGE))
    assert not hasattr(draft.letter, "file")
