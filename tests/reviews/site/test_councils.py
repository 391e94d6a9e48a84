"""The list of councils: order, filters, counts and marks."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.choices import AuthorityType, Region
from tests.factories import make_authority
from tests.reviews.site.builders import SPECIMEN, make_frozen_round, make_issued
from tests.reviews.site.words import Page


@pytest.fixture
def councils() -> None:
    make_authority(
        "London Borough of Barnet",
        short_name="Barnet",
        authority_type=AuthorityType.LONDON_BOROUGH,
        region=Region.LONDON,
    )
    make_authority("Adur District Council", region=Region.SOUTH_EAST)
    # In force for the last day on 31 March 2020 and on the day of the test: one beyond and none.
    make_authority("Aylesbury Vale", region=Region.SOUTH_EAST, ends_on=dt.date(2020, 7, 28))
    make_authority("Zenith Council", region=Region.SOUTH_EAST, ends_on=dt.date(2020, 7, 29))
    make_authority("Éire Example", authority_type=AuthorityType.FIRE)


def names(client: Client, query: str = "") -> list[str]:
    page = Page(client.get(f"/councils/{query}").content)
    return [row.text for row in page.all("th") if row.attributes.get("scope") == "row"]


@pytest.mark.usefixtures("councils")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (
            "",
            [
                "Adur District Council",
                "Aylesbury Vale until 28 July 2020",
                "London Borough of Barnet",
                "Éire Example",
                "Zenith Council",
            ],
        ),
        ("?type=london_borough", ["London Borough of Barnet"]),
        ("?region=E12000007&type=", ["London Borough of Barnet"]),
        ("?region=E12000008&status=ended", ["Aylesbury Vale until 28 July 2020"]),
        ("?region=E12000008&status=in-force", ["Adur District Council", "Zenith Council"]),
        ("?type=london_borough&region=E12000008", []),
        ("?type=no_such_type&utm=1", None),
    ],
)
def test_list_is_filtered_and_in_order_of_places(
    client: Client, query: str, shown: list[str] | None
) -> None:
    assert names(client, query) == (names(client) if shown is None else shown)


@pytest.mark.usefixtures("councils")
def test_list_counts_what_each_choice_would_show(client: Client) -> None:
    page = Page(client.get("/councils/?region=E12000008").content)
    assert page.texts("h2") == ["3 of 5"]
    options = page.texts("option")
    assert "London borough (0)" in options
    assert "District council (3)" in options
    assert "London (1)" in options
    assert "No longer in force (1)" in options
    chosen = [e.text for e in page.all("option") if "selected" in e.attributes]
    assert chosen == ["South East (3)"]
    assert Page(client.get("/councils/").content).texts("h2") == ["All 5"]


def test_list_shows_the_newest_figure_with_its_base(client: Client) -> None:
    authority = make_authority("Adur District Council")
    make_issued(make_frozen_round(2019), authority, upheld=4)
    assert Page(client.get("/councils/").content).texts("td") == [
        "District council",
        "",
        "100% of 4",
    ]
    make_issued(make_frozen_round(2020), authority, **SPECIMEN)
    assert Page(client.get("/councils/").content).texts("td") == ["District council", "", "0% of 2"]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_a_fixed_number_of_queries(client: Client, rows: int) -> None:
    round_ = make_frozen_round()
    for _ in range(rows):
        make_issued(round_, make_authority(), **SPECIMEN)
    with CaptureQueriesContext(connection) as queries:
        assert len(names(client)) == rows
    assert len(queries) == 4
