"""Before a round is public nothing about it exists for the public."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from casework.models import Authority
from reviews.models import PublishedFigure
from tests.factories import make_authority
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    SPECIMEN,
    make_frozen_round,
    make_issued,
    make_summary,
)
from tests.reviews.site.words import Page

COUNCIL = "/councils/kings-lynn/"
OF_THE_YEAR = (
    f"{COUNCIL}YEAR/",
    f"{COUNCIL}YEAR/letter/",
    f"{COUNCIL}YEAR/letter.pdf",
    f"{COUNCIL}YEAR/letter/1/",
    f"{COUNCIL}YEAR/letter-1.pdf",
    f"{COUNCIL}YEAR/letter-large-print.pdf",
    f"{COUNCIL}YEAR/letter-1-large-print.pdf",
    f"{COUNCIL}YEAR/letter.txt",
    f"{COUNCIL}YEAR/letter-1.txt",
    "/data/YEAR/statistics.csv",
    "/data/YEAR/statistics.json",
    "/data/YEAR/statistics.csv-metadata.json",
    "/data/YEAR/averages.csv",
    "/data/YEAR/averages.json",
    "/data/YEAR/averages.csv-metadata.json",
    "/data/YEAR/manifest.csv",
)
OTHERS = ("/", "/?q=lynn", "/councils/", COUNCIL, "/data/", "/verify/", "/methods/", "/sources/")


@pytest.fixture
def kings_lynn() -> Authority:
    authority = make_authority("King's Lynn & West Norfolk Council", slug="kings-lynn")
    make_issued(make_frozen_round(2019), authority, upheld=1)
    PublishedFigure.objects.create(
        authority=authority, year_ending=2020, uphold_percent=37, source="Example"
    )
    return authority


@pytest.mark.parametrize("address", OF_THE_YEAR)
def test_address_answers_as_for_a_year_that_never_was_until_publication(
    client: Client, clock: time_machine.Traveller, kings_lynn: Authority, address: str
) -> None:
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    clock.move_to(BEFORE)
    hidden = client.get(address.replace("YEAR", "2020"))
    never = client.get(address.replace("YEAR", "2031"))
    assert hidden.status_code == never.status_code == 404
    assert hidden.content == never.content
    assert dict(hidden.headers) == dict(never.headers)
    asked = address.replace("YEAR", "2020") + "?x=1"
    assert client.get(asked).content == client.get(asked.replace("2020", "2031")).content
    clock.move_to(PUBLISHED_AT)
    assert client.get(address.replace("YEAR", "2020")).status_code == 200


@pytest.mark.parametrize("address", OTHERS)
def test_page_is_the_same_with_and_without_the_round_until_publication(
    client: Client, clock: time_machine.Traveller, kings_lynn: Authority, address: str
) -> None:
    PublishedFigure.objects.filter(year_ending=2020).delete()
    clock.move_to(BEFORE)
    without = client.get(address)
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    hidden = client.get(address)
    assert hidden.content == without.content
    assert dict(hidden.headers) == dict(without.headers)
    clock.move_to(PUBLISHED_AT)
    changes = address in {"/", "/?q=lynn", "/councils/", COUNCIL, "/data/"}
    assert (client.get(address).content != without.content) == changes


def test_letter_not_issued_is_not_public_though_its_round_is(
    client: Client, kings_lynn: Authority
) -> None:
    round_ = make_frozen_round()
    make_issued(round_, make_authority("Other Council", slug="other"))
    make_summary(round_, kings_lynn, **SPECIMEN)
    for address in OF_THE_YEAR[:9]:
        assert client.get(address.replace("YEAR", "2020")).status_code == 404
    assert b"kings-lynn" not in client.get("/data/2020/statistics.csv").content
    assert b"kings-lynn" not in client.get("/data/2020/manifest.csv").content
    page = Page(client.get("/councils/").content)
    assert page.texts("tr")[1:] == [
        "King's Lynn & West Norfolk Council District council no letter",
        "Other Council District council none investigated",
    ]


def test_round_with_nothing_issued_is_not_public(client: Client, kings_lynn: Authority) -> None:
    make_summary(make_frozen_round(), kings_lynn, **SPECIMEN)
    for address in OF_THE_YEAR:
        assert client.get(address.replace("YEAR", "2020")).status_code == 404
    assert "2020" not in " ".join(Page(client.get("/data/").content).texts("h2"))


def test_taken_over_figures_stay_hidden_once_a_round_of_the_year_is_open(
    client: Client, clock: time_machine.Traveller, kings_lynn: Authority
) -> None:
    assert client.get(f"{COUNCIL}2020/").status_code == 200
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    clock.move_to(BEFORE)
    assert client.get(f"{COUNCIL}2020/").status_code == 404
    assert "37%" not in Page(client.get(COUNCIL).content).text
    clock.move_to(PUBLISHED_AT + dt.timedelta(days=400))
    assert "37%" not in Page(client.get(f"{COUNCIL}2020/").content).text
