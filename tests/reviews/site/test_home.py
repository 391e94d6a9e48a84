"""The home page: searching for a council, and what was published lately."""

import datetime as dt

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.models import EarlierName, FormerCode
from reviews.models import Demonstration, Round
from tests.factories import make_authority
from tests.reviews.site.builders import SPECIMEN, hold, make_frozen_round, make_issued
from tests.reviews.site.words import Page


def found(client: Client, query: str) -> list[str]:
    page = Page(client.get("/", {"q": query}).content)
    return [link.removeprefix("/councils/") for link in page.links if link.count("/") == 3]


@pytest.fixture
def councils() -> None:
    kings_lynn = make_authority(
        "Borough Council of King's Lynn and West Norfolk",
        letter_name="King's Lynn & West Norfolk Council",
        short_name="King's Lynn & West Norfolk",
        other_names="KLWN; Lynn",
        slug="lynn",
        gss_code="E07000146",
    )
    EarlierName.objects.create(
        authority=kings_lynn, name="West Norfolk District", ends_on=dt.date(1981, 3, 31)
    )
    FormerCode.objects.create(authority=kings_lynn, gss_code="E07999146")
    make_authority("Norfolk County Council", slug="norfolk")
    make_authority("London Borough of Barnet", slug="barnet", short_name="Barnet")
    make_authority("Council of the Isles of Scilly", slug="scilly", short_name="Isles of Scilly")
    make_authority("Stoke-on-Trent City Council", slug="stoke")


@pytest.mark.usefixtures("councils")
@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("King's Lynn & West Norfolk", ["lynn/"]),
        ("KINGS LYNN AND WEST NORFOLK", ["lynn/"]),
        ("king’s lynn", ["lynn/"]),
        ("lynn west", ["lynn/"]),
        ("borough council of kings lynn", ["lynn/"]),
        ("west norfolk district", ["lynn/"]),
        ("klwn", ["lynn/"]),
        ("E07000146", ["lynn/"]),
        ("e07999146", ["lynn/"]),
        ("norfolk", ["norfolk/", "lynn/"]),
        ("norfolk council", ["norfolk/", "lynn/"]),
        ("Barnet Council", ["barnet/"]),
        ("barn", ["barnet/"]),
        ("stoke on trent", ["stoke/"]),
        ("isles-of-scilly", ["scilly/"]),
        ("city council", ["stoke/"]),
        ("ynn", []),
        ("Atlantis", []),
        ("&", ["lynn/"]),
        ("'", []),
        ("   ", []),
        ("\x00", []),
        ("x" * 5000, []),
    ],
)
def test_search_finds_by_any_name(client: Client, query: str, slugs: list[str]) -> None:
    assert found(client, query) == slugs


@pytest.mark.usefixtures("councils")
def test_search_says_by_which_other_name_it_found(client: Client) -> None:
    texts = Page(client.get("/?q=district").content).texts("p")
    assert "District council Found as “West Norfolk District”" in texts
    texts = Page(client.get("/?q=lynn").content).texts("p")
    assert "District council" in texts


def test_search_marks_councils_that_ended(client: Client) -> None:
    old = make_authority("Old Town Council", slug="old", ends_on=dt.date(2019, 3, 31))
    old.successors.add(make_authority("New Town Council", slug="new"))
    old.successors.add(make_authority("Third Council", slug="third"))
    page = Page(client.get("/?q=town").content)
    assert page.texts("h2")[0] == "2 councils found for “town”"
    assert page.classed("cards")[0].text == (
        "New Town Council District council Old Town Council District council "
        "Until 31 March 2019, then New Town Council and Third Council"
    )


def test_search_shows_a_hostile_query_as_it_is(client: Client) -> None:
    query = "\"><script>alert('x')</script>&amp;"
    response = client.get("/", {"q": query})
    page = Page(response.content)
    assert page.texts("h2")[0] == f"No council found for “{query}”"
    assert page.all("input")[0].attributes["value"] == query
    assert page.all("script") == []


def test_home_tells_what_was_published_lately(client: Client) -> None:
    assert "Nothing has been published yet." in Page(client.get("/").content).texts("p")
    round_ = make_frozen_round()
    make_issued(round_, make_authority(), **SPECIMEN)
    make_issued(make_frozen_round(2019), make_authority())
    page = Page(client.get("/").content)
    assert page.classed("timeline")[0].text == (
        "29 July 2020 Annual review 2020, for 1 April 2019 to 31 March 2020: 1 letter and their "
        "figures. Map of 2020, data of 2020 29 July 2019 Annual review 2019, for 1 April 2018 to "
        "31 March 2019: 1 letter and their figures. Map of 2019, data of 2019"
    )
    assert page.texts("tr")[1:] == ["District council 192 45% of 400 99% of 150 10% of 180"]


@pytest.mark.parametrize("address", ["/", "/councils/", "/data/", "/methods/", "/no-such-page"])
def test_demonstration_is_said_on_every_page(client: Client, address: str) -> None:
    notice = "Demonstration data: real councils and published totals, invented cases."
    assert notice not in Page(client.get(address).content).texts("p")
    Demonstration.objects.create(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert notice in Page(client.get(address).content).texts("p")


def test_sources_say_what_is_invented_only_for_a_demonstration(client: Client) -> None:
    assert "What is invented here" not in Page(client.get("/sources/").content).texts("h2")
    Demonstration.objects.create(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert "What is invented here" in Page(client.get("/sources/").content).texts("h2")


def test_sources_list_invented_averages_of_published_years_alone(client: Client) -> None:
    Demonstration.objects.create(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert "District council" not in Page(client.get("/sources/").content).text
    make_issued(make_frozen_round(2020), make_authority())
    page = Page(client.get("/sources/").content)
    assert "2020 District council Complaints upheld, % of investigated 45" in page.texts("tr")
    assert "2020 County council Complaints upheld, % of investigated invented" in page.texts("tr")
    assert "2025" not in page.text


@pytest.mark.parametrize(
    "credit",
    [
        (
            "Contains data from mySociety's UK Local Authorities dataset, licensed under the "
            "Creative Commons Attribution 4.0 International Licence (CC BY 4.0)."
        ),
        "Contains public sector information licensed under the Open Government Licence v3.0.",
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0.",
        "Contains OS data © Crown copyright and database right 2021.",
        "SIL Open Font License 1.1",
    ],
)
def test_sources_give_credit(client: Client, credit: str) -> None:
    assert credit in Page(client.get("/sources/").content).text


@pytest.mark.parametrize("rounds", [1, 3])
def test_home_asks_a_fixed_number_of_queries(client: Client, rounds: int) -> None:
    for year in range(2021 - rounds, 2021):
        make_issued(make_frozen_round(year), make_authority("Example Council"), **SPECIMEN)
    with CaptureQueriesContext(connection) as home:
        client.get("/")
    with CaptureQueriesContext(connection) as search:
        client.get("/?q=example")
    # The first page has a map, and these rounds keep no layout of it.
    assert (len(home), len(search)) == (7, 8)


def test_pages_are_for_reading_only(client: Client) -> None:
    for address in ("/", "/councils/", "/data/", "/healthz"):
        assert client.post(address).status_code == 405
        assert client.head(address).content == b""


def test_health_is_ok_while_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")
    assert response.cookies == {}


def test_health_is_503_when_the_database_does_not_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("no such host")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (503, b"unavailable")


def test_home_leads_to_the_map_by_a_picture_of_it(client: Client) -> None:
    assert Page(client.get("/").content).classed("glance") == []
    make_issued(
        make_frozen_round(),
        make_authority("Devon", authority_type="county", latitude="50.7", longitude="-3.8"),
        upheld=9,
        not_upheld=3,
    )
    held = make_authority("Kent", authority_type="county", latitude="51.2", longitude="0.7")
    hold(make_issued(Round.objects.get(), held, upheld=12))
    page = Page(client.get("/").content)
    (link,) = page.classed("glance")
    assert link.attributes["href"] == "/map/2020/"
    assert link.text == "All councils on a map: complaints upheld, 2020"
    assert sorted(each.attributes["class"] or "" for each in page.all("use")) == ["b4", "gap"]
    assert Page(client.get("/?q=devon").content).classed("glance") == []
