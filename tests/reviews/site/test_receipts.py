"""The receipts of a council's year: each number on its page leads to one, and only what stands."""

import hashlib
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviews.models import AnnualSummary, PublishedFigure
from tests.factories import make_authority
from tests.reviews.site.builders import (
    correct,
    hold,
    make_frozen_round,
    make_issued,
    make_summary,
    retract,
)
from tests.reviews.site.words import Page

ADDRESS = "/councils/lynn/2020/receipts/"


@pytest.fixture
def summary() -> AnnualSummary:
    authority = make_authority("King's Lynn & West Norfolk Council", slug="lynn")
    authority.gss_code = "E07000146"
    authority.save()
    return make_issued(
        make_frozen_round(), authority, received=34, upheld=3, not_upheld=8, advice_given=41,
        satisfied=4, satisfied_late=1, not_satisfied=1, ceased=2, remedied_by_authority=1,
        received_by_category={"housing": 29, "other": 5},
    )  # fmt: skip


def page_of(client: Client, address: str = ADDRESS) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.content)


@pytest.mark.usefixtures("summary")
def test_every_link_to_a_receipt_has_one(client: Client) -> None:
    anchors = {
        link.partition("#")[2]
        for link in page_of(client, "/councils/lynn/").links
        if link.startswith(f"{ADDRESS}#")
    }
    assert anchors == {
        *("received", "decided", "uphold", "compliance", "remedied", "by-category"),
        *("invalid_or_incomplete", "advice_given", "referred_back", "not_upheld", "upheld"),
        *("closed_after_initial_enquiries", "satisfied", "satisfied_late", "not_satisfied"),
        *("compliance_outcomes", "ceased", "upheld-per-100k"),
    }
    page = page_of(client)
    assert anchors <= {element.attributes.get("id") for element in page.elements}
    contents = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert contents <= {element.attributes.get("id") for element in page.elements}


@pytest.mark.usefixtures("summary")
def test_receipt_says_rule_parts_and_what_is_left_out(client: Client) -> None:
    page = page_of(client)
    assert "Complaints upheld: 27%" in page.texts("h3")
    assert (
        "41 cases decided without an investigation: 41 not for us or not ready for us, 0 assessed "
        "and closed. The rate is one of investigations." in page.texts("li")
    )
    assert "2 cases in which compliance was ceased: in neither part." in page.texts("li")
    assert "/admin/reviews/annualsummary/lynn/2020/cases/upheld/" in page.links


@pytest.mark.usefixtures("summary")
def test_digest_is_of_the_text_beside_it_and_the_same_on_every_database(client: Client) -> None:
    said, text = page_of(client).texts("code")
    assert hashlib.sha256(text.encode()).hexdigest() == said
    assert text.startswith('{"advice_given":41,"assessed_and_closed":0,"authority":"King')
    assert said == "a4c3bc0d2b31774ee8c67e57d6c6424f7eed0a48608c8330c506d2eebe2822ad"


@pytest.mark.usefixtures("summary")
def test_receipts_tell_neither_categories_nor_sums_of_a_type(client: Client) -> None:
    """From a digest of small counts somebody could find them by trying."""
    page = page_of(client)
    assert "housing" not in page.text
    assert re.search(r"\b(29|180|400|149|150)\b", page.text) is None


def test_receipts_are_of_the_version_that_stands(client: Client, summary: AnnualSummary) -> None:
    before = page_of(client).texts("code")[0]
    correct(summary, upheld=4)
    page = page_of(client)
    assert "Complaints upheld: 33%" in page.texts("h3")
    assert "2 corrected on 27 July 2020: One case was counted twice." in page.texts("dd")
    assert page.texts("code")[0] != before


def test_first_letter_that_took_the_place_of_a_draft_is_no_correction(client: Client) -> None:
    """Why a draft was made anew is for staff."""
    draft = make_summary(make_frozen_round(), make_authority("Lynn Council", slug="lynn"), upheld=1)
    correct(draft, upheld=2)
    for address in (ADDRESS, "/councils/lynn/"):
        assert "One case was counted twice." not in page_of(client, address).text
    assert page_of(client).texts("dd")[-2] == "1"


def test_nothing_has_receipts_but_what_stands_and_was_counted_here(
    client: Client, summary: AnnualSummary
) -> None:
    PublishedFigure.objects.create(
        authority=summary.authority, year_ending=2018, uphold_percent=50, source="Example"
    )
    for address in ("/councils/lynn/2018/receipts/", "/councils/nowhere/2020/receipts/"):
        assert client.get(address).status_code == 404
    kept = hold(summary)
    assert client.get(ADDRESS).status_code == 404
    kept.released_at, kept.released_by = kept.held_at, kept.held_by
    kept.save()
    assert client.get(ADDRESS).status_code == 200
    retract(summary)
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("versions", [1, 3])
def test_receipts_ask_a_fixed_number_of_queries(
    client: Client, summary: AnnualSummary, versions: int
) -> None:
    for _ in range(versions - 1):
        summary = correct(summary)
    with CaptureQueriesContext(connection) as queries:
        page_of(client)
    assert len(queries) == 2
