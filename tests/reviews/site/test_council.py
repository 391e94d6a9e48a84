"""A council's page: what it says of a year, and which years, letters and councils it leads to."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.models import Authority, EarlierName
from reviews.models import PublishedFigure
from tests.factories import make_authority
from tests.reviews.site.builders import (
    SPECIMEN,
    correct,
    make_frozen_round,
    make_issued,
)
from tests.reviews.site.words import Page


@pytest.fixture
def kings_lynn() -> Authority:
    return make_authority(
        "Borough Council of King's Lynn and West Norfolk",
        letter_name="King's Lynn & West Norfolk Council",
        slug="kings-lynn",
    )


def get(client: Client, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.content)


def test_council_page_says_the_specimen(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    page = get(client, "/councils/kings-lynn/2020/")
    assert page.texts("h1") == ["King's Lynn & West Norfolk Council"]
    assert page.statements() == [
        "0% of complaints we investigated were upheld.",
        "This compares to an average of 45% in similar authorities.",
        "0 upheld decisions",
        (
            "Statistics are based on a total of 2 detailed investigations for the period "
            "1 April 2019 to 31 March 2020."
        ),
        "No recommendations were due for compliance in this period.",
        "The Ombudsman did not uphold any detailed investigations during this period.",
    ]
    assert [chart.attributes["aria-label"] for chart in page.classed("chart")] == [
        "Bar chart. This authority: 0% (0 of 2). Similar authorities: 45%.",
        "Empty chart: nothing to count.",
        "Empty chart: nothing to count.",
    ]


def test_council_page_without_year_shows_the_newest(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(2019), kings_lynn, upheld=1)
    make_issued(make_frozen_round(2020), kings_lynn, **SPECIMEN)
    newest = get(client, "/councils/kings-lynn/")
    assert "1 April 2019 to 31 March 2020" in newest.texts("p")
    assert "These are the latest figures published about this authority." in newest.texts("p")
    older = get(client, "/councils/kings-lynn/2019/")
    assert "Later figures are published: year ending 31 March 2020" in older.texts("p")


def test_council_page_from_2025_begins_with_the_overview(
    client: Client, kings_lynn: Authority
) -> None:
    round_ = make_frozen_round(2025, publish_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    make_issued(round_, kings_lynn, advice_given=1, not_upheld=2, upheld=3)
    page = get(client, "/councils/kings-lynn/2025/")
    assert page.texts("h3") == [
        "Complaint overview",
        "Complaints upheld",
        "Compliance with Ombudsman recommendations",
        "Satisfactory remedies provided by the authority",
    ]
    assert page.statements()[0] == (
        "We dealt with 6 complaints. Of these, 1 was not for us or not ready for us to "
        "investigate. We assessed and closed 0. We investigated 5."
    )
    assert [e.text for e in page.classed("statement-adjusted")] == [
        "Adjusted for population, this is 2 upheld decisions per 100,000 residents.",
        "The average for authorities of this type is 0.8.",
    ]


def test_council_page_without_comparison_has_no_average(client: Client) -> None:
    park = make_authority(
        "Example National Park", slug="park", authority_type="national_park", population=None
    )
    make_issued(make_frozen_round(), park, upheld=1)
    page = get(client, "/councils/park/2020/")
    assert "average" not in " ".join(page.statements())
    assert len(page.classed("similar")) == 0
    assert "Population" not in page.texts("dt")


def test_council_page_gives_population_and_its_year(client: Client, kings_lynn: Authority) -> None:
    make_issued(make_frozen_round(), kings_lynn)
    page = get(client, "/councils/kings-lynn/2020/")
    assert "151,245 (estimate for 2019)" in page.texts("dd")


def test_council_page_shows_a_taken_over_year_as_published(
    client: Client, kings_lynn: Authority
) -> None:
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    PublishedFigure.objects.create(
        authority=kings_lynn,
        year_ending=2018,
        investigated=12,
        upheld=6,
        not_upheld=6,
        uphold_percent=50,
        compliance_percent=98,
        source="https://example.org/figures",
    )
    page = get(client, "/councils/kings-lynn/2018/")
    assert (
        "These figures are as published at the time, not recounted. What is missing is not known "
        "here; it is not zero." in page.texts("p")
    )
    assert "https://example.org/figures" in page.links
    assert page.statements() == []
    rows = page.texts("tr")
    assert "Upheld, of investigated 50% of 12" in rows
    assert "Complied, of compliance outcomes 98% (base not known)" in rows
    newest = get(client, "/councils/kings-lynn/")
    assert newest.texts("td") == [
        "0% of 2 average 45%",
        "none due average 99%",
        "none upheld average 10%",
        "counted for this review",
        "50% of 12",
        "98% (base not known)",
        "not known, of 6",
        "as published at the time",
    ]


@pytest.mark.parametrize("source", ["javascript:alert(1)", "A newspaper <b>of the day</b>"])
def test_source_that_is_no_address_is_no_link(
    client: Client, kings_lynn: Authority, source: str
) -> None:
    PublishedFigure.objects.create(
        authority=kings_lynn, year_ending=2018, uphold_percent=50, source=source
    )
    page = get(client, "/councils/kings-lynn/2018/")
    assert source in page.texts("li")
    assert not [link for link in page.links if link.startswith("javascript")]


def test_taken_over_year_is_printed_under_the_name_of_its_time(
    client: Client, kings_lynn: Authority
) -> None:
    EarlierName.objects.create(
        authority=kings_lynn, name="West Norfolk District", ends_on=dt.date(2018, 3, 31)
    )
    for year in (2018, 2019):
        PublishedFigure.objects.create(
            authority=kings_lynn, year_ending=year, uphold_percent=50, source="Example"
        )
    assert get(client, "/councils/kings-lynn/2018/").texts("h1") == ["West Norfolk District"]
    assert get(client, "/councils/kings-lynn/2019/").texts("h1") == [
        "King's Lynn & West Norfolk Council"
    ]


def test_taken_over_year_with_a_round_of_its_own_is_not_shown(
    client: Client, kings_lynn: Authority
) -> None:
    PublishedFigure.objects.create(
        authority=kings_lynn, year_ending=2020, uphold_percent=50, source="Example"
    )
    assert get(client, "/councils/kings-lynn/").texts("h1") == [
        "King's Lynn & West Norfolk Council"
    ]
    make_frozen_round(2020)
    assert client.get("/councils/kings-lynn/2020/").status_code == 404
    page = get(client, "/councils/kings-lynn/")
    assert "No figures have been published about this authority." in page.texts("p")


def test_council_page_leads_to_neighbours_in_time(client: Client) -> None:
    old = make_authority("Old Council", slug="old", ends_on=dt.date(2019, 3, 31))
    new = make_authority("New Council", slug="new", starts_on=dt.date(2019, 4, 1))
    old.successors.add(new)
    page = get(client, "/councils/old/")
    assert "/councils/new/" in page.links
    assert "31 March 2019" in page.texts("dd")
    assert "/councils/old/" in get(client, "/councils/new/").links


def test_council_page_lists_every_version_of_its_letters(
    client: Client, kings_lynn: Authority
) -> None:
    first = make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    correct(first, not_upheld=1, upheld=1)
    page = get(client, "/councils/kings-lynn/2020/")
    assert page.statements()[0] == "50% of complaints we investigated were upheld."
    assert [text for text in page.texts("li") if text.startswith("Annual Review letter")] == [
        (
            "Annual Review letter 2020, version 2 corrected 27 July 2020 "
            "PDF of the letter 2020, version 2 (26 bytes)"
        ),
        (
            "Annual Review letter 2020 dated 22 July 2020 replaced "
            "PDF of the letter 2020, version 1 (26 bytes)"
        ),
    ]


def test_hostile_name_is_shown_as_it_is(client: Client) -> None:
    name = "Fish & Chips' <script>alert(1)</script> Council"
    make_issued(make_frozen_round(), make_authority(name, slug="hostile"))
    for address in ("/councils/hostile/", "/councils/hostile/2020/letter/"):
        response = client.get(address)
        page = Page(response.content)
        assert name in page.texts("h1")[0]
        assert page.all("script") == []
        assert b"<script" not in response.content
    assert Page(client.get("/councils/").content).texts("th")[-1] == name
    assert name in Page(client.get("/?q=fish+and+chips").content).texts("a")


@pytest.mark.parametrize("years", [1, 3])
def test_council_page_asks_a_fixed_number_of_queries(
    client: Client, kings_lynn: Authority, years: int
) -> None:
    for year in range(2021 - years, 2021):
        make_issued(make_frozen_round(year), kings_lynn, **SPECIMEN)
        PublishedFigure.objects.create(
            authority=kings_lynn, year_ending=year - 5, uphold_percent=50, source="Example"
        )
    with CaptureQueriesContext(connection) as queries:
        get(client, "/councils/kings-lynn/2020/")
    assert len(queries) == 8


def test_public_pages_read_no_casework_but_the_authorities(
    client: Client, kings_lynn: Authority
) -> None:
    kings_lynn.successors.add(make_authority("New Council", starts_on=dt.date(2021, 4, 1)))
    make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    PublishedFigure.objects.create(
        authority=kings_lynn, year_ending=2018, uphold_percent=50, source="Example"
    )
    reference = {
        "casework_authority",
        "casework_authority_successors",
        "casework_earliername",
        "casework_formercode",
        "casework_population",
    }
    council = "/councils/kings-lynn/"
    for address in (
        *("/", "/?q=lynn", "/councils/", council, f"{council}2018/", f"{council}2020/"),
        *(f"{council}2020/letter/", f"{council}2020/letter/1/", f"{council}2020/letter.pdf"),
        *(f"{council}2020/letter-1.pdf", "/data/", "/data/2020/statistics.csv"),
        *("/data/2020/statistics.json", "/data/2020/statistics.csv-metadata.json"),
        *("/data/2020/averages.csv", "/data/2020/manifest.csv", "/methods/", "/sources/"),
    ):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200, address
        sql = " ".join(query["sql"] for query in queries)
        assert set(re.findall(r"casework_\w+", sql)) <= reference, address
        assert response.cookies == {}
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["Cache-Control"] == "public, no-cache"
