"""Comparing councils: what can be chosen, that one choice has one address, and what is said."""

import datetime as dt
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviews.models import PublishedFigure, Round
from tests.factories import make_authority
from tests.reviews.site.builders import (
    correct,
    hold,
    make_frozen_round,
    make_issued,
    retract,
)
from tests.reviews.site.words import Page

PAIR = "council=adur&council=zenith&measure=uphold"
PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def round_() -> Round:
    """Two districts far apart, a county, and one with nothing investigated."""
    found = make_frozen_round()
    for name, kind, upheld, not_upheld in (
        ("Zenith Council", "district", 18, 2),
        ("Adur Council", "district", 3, 17),
        ("Broad County Council", "county", 1, 1),
        ("Nothing Council", "district", 0, 0),
    ):
        authority = make_authority(name, slug=name.split()[0].lower(), authority_type=kind)
        make_issued(found, authority, upheld=upheld, not_upheld=not_upheld)
    return found


def page_of(client: Client, query: str) -> Page:
    response = client.get(f"/compare/?{query}" if query else "/compare/")
    assert response.status_code == 200
    return Page(response.content)


def rows(page: Page) -> list[str]:
    return [text for text in page.texts("tr") if "Council" in text and not text.startswith("Coun")]


def sentence(page: Page) -> str:
    (area,) = page.all("textarea")
    assert "readonly" in area.attributes
    return area.text


@pytest.mark.usefixtures("round_")
def test_councils_stand_side_by_side_with_base_and_interval(client: Client) -> None:
    page = page_of(client, PAIR)
    assert rows(page) == [
        "Adur Council 15% of 20 3 upheld 5% to 36% 45% lower than chance would explain",
        "Zenith Council 90% of 20 18 upheld 70% to 97% 45% higher than chance would explain",
    ]
    assert sentence(page) == (
        "Complaints upheld, year ending 31 March 2020: Adur Council 15% of 20 investigations "
        "(likely 5% to 36%); Zenith Council 90% of 20 investigations (likely 70% to 97%). More "
        "than chance would explain is only the difference between Adur Council and Zenith "
        "Council. Percentages of few cases vary a lot by chance, councils differ in what they do, "
        "and these figures rank nobody. Source: https://reviews.example.org/compare/?council=adur&"
        "council=zenith&measure=uphold&year=2020"
    )


@pytest.mark.usefixtures("round_")
def test_overlapping_ranges_are_no_difference_and_nothing_has_no_percentage(
    client: Client,
) -> None:
    page = page_of(client, "council=adur&council=broad&council=nothing&measure=uphold")
    said = sentence(page)
    assert "Their likely ranges overlap: the differences may be no more than chance." in said
    assert "Nothing Council none investigated" in said
    assert "0%" not in rows(page)[2]
    assert "none investigated none" in rows(page)[2]
    assert "not known" not in rows(page)[2]


@pytest.mark.usefixtures("round_")
@pytest.mark.parametrize(
    "query",
    [
        "council=zenith&council=adur&measure=uphold",
        "council=zenith&council=&council=adur&council=zenith",
        "measure=uphold&council=adur&council=zenith&year=",
        "utm_source=x&council=zenith&council=adur",
    ],
)
def test_one_choice_has_one_address(client: Client, query: str) -> None:
    response = client.get(f"/compare/?{query}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/compare/?{PAIR}")


@pytest.mark.usefixtures("round_")
def test_page_without_a_choice_offers_all_and_then_the_same_type_first(client: Client) -> None:
    page = page_of(client, "")
    assert [e.attributes.get("label") for e in page.all("optgroup")] == ["All councils"]
    page = page_of(client, "council=adur&measure=uphold")
    assert [(e.attributes.get("label"), e.text) for e in page.all("optgroup")] == [
        ("The same type", "Nothing CouncilZenith Council"),
        ("Other types", "Broad County Council"),
    ]
    hidden = [e.attributes.get("value") for e in page.all("input")]
    assert hidden == ["adur"]
    assert "/compare/?measure=uphold" in page.links  # Remove


@pytest.mark.usefixtures("round_")
@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("council=atlantis", "No figures are published of a council called “atlantis”."),
        ("council=adur&measure=received",
         "There is no measure “received”: uphold, compliance, remedied are."),
        ("council=adur&measure=uphold&year=20x0",
         "A year is four digits, the year in which the period ends."),
        ("council=adur&measure=uphold&measure=uphold", "Name one measure and one year."),
        ("council=adur&measure=uphold&year=2019",
         "There are no published figures of all these councils for the year ending 2019."),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_sentence(
    client: Client, query: str, problem: str
) -> None:
    page, picture = client.get(f"/compare/?{query}"), client.get(f"/compare.svg?{query}")
    assert (page.status_code, picture.status_code) == (400, 400)
    assert Page(page.content).classed("alert")[0].text == problem
    assert picture.content.decode() == f"{problem}\n"


def test_five_councils_are_compared_and_six_are_not(client: Client) -> None:
    round_ = make_frozen_round()
    slugs = [f"c{number}" for number in range(6)]
    for slug in slugs:
        make_issued(round_, make_authority(f"{slug} Council", slug=slug), upheld=1)
    query = "&".join(f"council={slug}" for slug in slugs)
    five = query.rpartition("&")[0] + "&measure=uphold"
    page = page_of(client, five)
    assert len(rows(page)) == 5
    assert "Add a council" not in page.texts("label")
    for address in ("/compare/", "/compare.svg"):
        response = client.get(f"{address}?{query}")
        assert response.status_code == 400
        assert "At most 5 councils can be compared at once." in response.content.decode()


@pytest.mark.usefixtures("round_")
@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "Name one to five councils, each as council=…"),
        (
            "council=adur&colour=red",
            "There is no parameter “colour”: council, measure and year are.",
        ),
    ],
)
def test_picture_takes_nothing_but_what_it_knows(client: Client, query: str, problem: str) -> None:
    response = client.get(f"/compare.svg?{query}")
    assert (response.status_code, response.content.decode()) == (400, f"{problem}\n")


@pytest.mark.usefixtures("round_")
def test_picture_says_base_date_and_source_in_itself(client: Client) -> None:
    response = client.get(f"/compare.svg?{PAIR}")
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    picture = Page(response.content)
    assert picture.texts("text") == [
        "Complaints upheld",
        "Year ending 31 March 2020 (1 April 2019 to 31 March 2020)",
        *("0%", "25%", "50%", "75%", "100%"),
        *("Adur Council", "15% of 20 investigations"),
        *("Zenith Council", "90% of 20 investigations"),
        "Percentage of investigations. Bar: the likely range (95% interval).",
        "Diamond: average of similar authorities. Percentages of few cases vary a lot by chance.",
        "Source: https://reviews.example.org/compare/",
    ]
    assert picture.texts("desc") == [
        "Chart. Complaints upheld, year ending 31 March 2020. Adur Council: 15% of 20 "
        "investigations (likely 5% to 36%), average 45%. Zenith Council: 90% of 20 investigations "
        "(likely 70% to 97%), average 45%."
    ]
    assert b"style=" not in response.content
    inline = page_of(client, PAIR).classed("comparison")[0]
    assert inline.attributes["aria-label"] == picture.texts("desc")[0]


@pytest.mark.usefixtures("round_")
def test_hostile_names_are_escaped_in_the_picture(client: Client) -> None:
    name = "<script>alert(1)</script> & Council"
    make_issued(Round.objects.get(), make_authority(name, slug="hostile"), upheld=1)
    response = client.get("/compare.svg?council=hostile")
    assert b"<script" not in response.content
    assert name in Page(response.content).texts("text")


def test_years_are_those_known_of_all_and_breaks_stand_between_them(client: Client) -> None:
    first, second = (make_authority(f"{name} Council", slug=name) for name in ("adur", "zenith"))
    for year in (2022, 2023):
        round_ = make_frozen_round(year, publish_at=PAST)
        make_issued(round_, first, upheld=1, not_upheld=1)
        if year == 2022:
            make_issued(round_, second, upheld=1)
    for year, percent in ((2021, 50), (2019, None)):
        for each in (first, second):
            PublishedFigure.objects.create(
                authority=each, year_ending=year, uphold_percent=percent, source="Example"
            )
    page = page_of(client, PAIR)
    assert "Complaints upheld, year ending 31 March 2022" in page.texts("h2")
    years = [text.split()[0] for text in page.texts("tr") if text[:4].isdigit()]
    assert years == ["2022", "2021"]
    make_issued(Round.objects.get(year=2023), second, not_upheld=4)
    page = page_of(client, f"{PAIR}&year=2022")
    lines = page.texts("tr")
    assert lines[-3].startswith("Break in the series from 2023: ")
    assert [line.split()[0] for line in lines[-4:]] == ["2023", "Break", "2022", "2021"]
    assert "2021 50% (base not known) 50% (base not known)" in lines


def test_comparison_shows_what_stands_and_nothing_held(client: Client, round_: Round) -> None:
    adur, zenith = (round_.freeze.summaries.get(slug=slug) for slug in ("adur", "zenith"))  # type: ignore[union-attr]
    correct(adur, upheld=10, not_upheld=10)
    assert rows(page_of(client, PAIR))[0].startswith("Adur Council 50% of 20")
    hold(zenith)
    unknown = client.get("/compare/?council=nowhere")
    held = client.get("/compare/?council=zenith")
    assert held.content.replace(b"zenith", b"nowhere") == unknown.content
    retract(round_.freeze.summaries.get(slug="broad"))  # type: ignore[union-attr]
    assert client.get("/compare.svg?council=broad").status_code == 400


@pytest.mark.parametrize("number", [1, 3])
def test_comparison_asks_a_fixed_number_of_queries(client: Client, number: int) -> None:
    round_ = make_frozen_round()
    query = []
    for place in range(number):
        make_issued(round_, make_authority(slug=f"c{place}"), upheld=1)
        query.append(f"council=c{place}")
    asked = "&".join([*query, "measure=uphold"])
    assert parse_qsl(asked)
    with CaptureQueriesContext(connection) as queries:
        page_of(client, asked)
    assert len(queries) == 4


def test_figures_of_a_year_stand_under_the_name_of_then(client: Client, round_: Round) -> None:
    renamed = make_authority("Colchester City Council", slug="colchester")
    make_issued(round_, renamed, name="Colchester Borough Council", upheld=3)
    page = page_of(client, "council=colchester&measure=uphold")
    assert [row for row in rows(page) if "Colchester Borough Council" in row] != []
    assert "Colchester Borough Council 100% of 3 investigations" in sentence(page)
