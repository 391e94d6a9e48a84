"""The map and its table: the same content twice, embargo, links, and what the picture says."""

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.actions import import_authorities
from casework.choices import AuthorityType, Region
from casework.importing import CsvFile
from casework.models import Authority
from reviews import rounds
from reviews.models import AnnualSummary, Freeze, Layer, Letter, LetterFile, MapLayout
from reviews.site.picture import abbreviation, picture
from tests.factories import make_authority, make_editor, make_round
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    SPECIMEN,
    hold,
    make_frozen_round,
    make_issued,
    make_summary,
    retract,
)
from tests.reviews.site.words import Page

# What a letter has once it is issued.
ISSUED = ("approved", "issued", "sha256", "size")
REGISTER = Path("casework/data/authorities.csv")
BASE = {"upheld": 28, "not_upheld": 13}


def somewhere(name: str, number: int = 0, **values: object) -> Authority:
    return make_authority(
        name,
        **{
            "slug": name.casefold().replace(" ", "-"),
            "short_name": name,
            "latitude": f"5{number % 5}.5",
            "longitude": f"-{number % 3}.5",
        }
        | values,
    )


def table(page: Page) -> list[list[str]]:
    """The lines of the table, as texts of their cells."""
    cells = [e.text for e in page.elements if e.tag == "td" or e.attributes.get("scope") == "row"]
    return [cells[start : start + 5] for start in range(0, len(cells), 5)]


def hexagons(page: Page) -> list[tuple[str, str]]:
    """The address and the name of each link in the picture."""
    pairs = pairwise(page.elements)
    return [
        (link.attributes.get("href") or "", title.text)
        for link, title in pairs
        if (link.tag, title.tag) == ("a", "title")
    ]


def look(client: Client, address: str = "/map/2020/") -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.content)


# What is shown ------------------------------------------------------------------------------------


def test_map_shows_each_council_in_the_table_and_in_the_picture(client: Client) -> None:
    round_ = make_frozen_round()
    make_issued(round_, somewhere("Devon", 1, region=Region.SOUTH_WEST), **BASE)
    make_issued(round_, somewhere("Adur", 2, region=Region.SOUTH_EAST), **SPECIMEN)
    make_issued(round_, somewhere("Barnet", 3, region=Region.LONDON))
    retract(make_issued(round_, somewhere("Exeter", 4, region=Region.SOUTH_WEST), **BASE))
    somewhere("Yeovil", 5, region=Region.SOUTH_WEST)
    page = look(client)
    assert table(page) == [
        ["Adur", "too few to show", "0", "2", "few"],
        ["Barnet", "none investigated", "0", "0", "none"],
        ["Devon", "68%", "28", "41", "4"],
        ["Exeter", "letter retracted", "", "", "–"],
        ["Yeovil", "no figures published", "", "", "–"],
    ]
    # From north to south by region, within one by name; a council without figures has its own page.
    assert hexagons(page) == [
        ("/councils/barnet/2020/", "Barnet: none investigated"),
        ("/councils/adur/2020/", "Adur: too few to show, 0 of 2 investigations upheld"),
        ("/councils/devon/2020/", "Devon: 68% of 41 investigations upheld"),
        ("/councils/exeter/2020/", "Exeter: no figures published, the letter was retracted"),
        ("/councils/yeovil/", "Yeovil: no figures published"),
    ]
    assert [e.attributes.get("class") for e in page.all("use")[8:]] == [
        "none", "few", "b4", "gap", "gap",
    ]  # fmt: skip
    assert page.texts("tspan") == ["none", "few", "4", "–", "–"]
    for address, _ in hexagons(page):
        assert client.get(address).status_code == 200


def test_table_comes_before_the_picture(client: Client) -> None:
    make_issued(make_frozen_round(), somewhere("Devon"), **BASE)
    page = look(client)
    picture = page.classed("map")[-1]
    assert page.elements.index(page.all("table")[0]) < page.elements.index(picture)
    assert picture.attributes["aria-labelledby"] == "map"


def test_legend_says_bands_in_words_and_numbers(client: Client) -> None:
    make_issued(make_frozen_round(), somewhere("Devon"), **BASE)
    legend = [text for text in look(client).texts("li") if re.match(r"([1-5]|few|none|–) ", text)]
    assert legend == [
        "1 0% to 20%", "2 21% to 40%", "3 41% to 60%", "4 61% to 80%", "5 81% to 100%",
        "few too few to show: fewer than 10 investigations",
        "none none investigated: no share",
        "– no figures published",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "title"),
    [
        ("uphold", "Devon: 68% of 41 investigations upheld"),
        ("compliance", "Devon: none due"),
        ("remedied", "Devon: 25% of 28 upheld decisions already remedied by the authority"),
        ("upheld-per-100k", "Devon: 18.5 upheld for every 100,000 of 151,245 residents"),
    ],
)
def test_map_shows_the_measure_asked_for(client: Client, measure: str, title: str) -> None:
    make_issued(make_frozen_round(), somewhere("Devon"), **BASE, remedied_by_authority=7)
    page = look(client, f"/map/2020/districts/{measure}/")
    assert hexagons(page) == [("/councils/devon/2020/", title)]
    chosen = [e.attributes["href"] for e in page.all("a") if "aria-current" in e.attributes]
    assert chosen == [f"/map/2020/districts/{measure}/"] * 3
    default = hexagons(look(client)) == hexagons(page)
    assert default == (measure == "uphold")


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        ("districts", ["district", "london_borough", "metropolitan", "unitary"]),
        ("counties", ["county", "london_borough", "metropolitan", "unitary"]),
    ],
)
def test_layer_shows_councils_that_cover_england_once(
    client: Client, layer: str, shown: list[str]
) -> None:
    make_issued(make_frozen_round(), somewhere("district"), **BASE)
    for number, kind in enumerate(AuthorityType.values):
        if kind != "district":
            somewhere(kind, number, authority_type=kind)
    assert [line[0] for line in table(look(client, f"/map/2020/{layer}/uphold/"))] == shown


@pytest.mark.parametrize(
    "address",
    ["/map/2020/districts/received/", "/map/2020/towns/uphold/", "/map/2021/", "/map/20/"],
)
def test_map_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    make_issued(make_frozen_round(), somewhere("Devon"), **BASE)
    assert client.get(address).status_code == 404


def test_map_shows_councils_in_force_on_the_last_day(client: Client) -> None:
    round_ = make_frozen_round()
    last = dt.date(2020, 3, 31)
    make_issued(round_, somewhere("Last", 1, ends_on=last), **BASE)
    ended = somewhere("Over", 2, ends_on=last - dt.timedelta(days=1))
    make_issued(round_, ended, **BASE)
    somewhere("Ended long ago", 3, ends_on=dt.date(2019, 3, 31))
    somewhere("First", 4, starts_on=last)
    somewhere("Later", 4, starts_on=last + dt.timedelta(days=1))
    page = look(client)
    assert [line[0] for line in table(page)] == ["First", "Last"]
    assert "no longer in force on its last day: Over." in page.text
    assert "/councils/over/2020/" in page.links


def test_council_has_the_name_of_the_year(client: Client) -> None:
    round_ = make_frozen_round()
    council = somewhere("Colchester City Council", short_name="Colchester")
    council.earlier_names.create(name="Colchester Borough Council", ends_on=dt.date(2022, 11, 22))
    make_issued(round_, somewhere("Devon"), **BASE)
    page = look(client)
    assert [line[0] for line in table(page)] == ["Colchester Borough Council", "Devon"]
    assert hexagons(page)[0][1] == "Colchester: no figures published"


def test_names_are_escaped(client: Client) -> None:
    make_issued(make_frozen_round(), somewhere("<i>& so", slug="so"), **BASE)
    content = client.get("/map/2020/").content.decode()
    assert "<i>" not in content
    assert "<title>&lt;i&gt;&amp; so: 68% of 41 investigations upheld</title>" in content


# Who may know -------------------------------------------------------------------------------------


def test_held_council_looks_as_one_that_has_no_figures(client: Client) -> None:
    round_ = make_frozen_round()
    make_issued(round_, somewhere("Devon", 1), **BASE)
    held = make_issued(round_, somewhere("Exeter", 2), **BASE)
    hold(held)
    with_held = client.get("/map/2020/").content
    assert table(Page(with_held))[1] == ["Exeter", "no figures published", "", "", "–"]
    assert hexagons(Page(with_held))[1][0] == "/councils/exeter/"


def test_no_map_before_publication(client: Client, clock: time_machine.Traveller) -> None:
    make_issued(make_frozen_round(), somewhere("Devon"), **BASE)
    clock.move_to(BEFORE)
    for address in ("/map/2020/", "/map/2020/counties/remedied/"):
        assert client.get(address).status_code == 404
    assert "Nothing has been published yet." in Page(client.get("/map/").content).text
    clock.move_to(PUBLISHED_AT)
    assert client.get("/map/").content == client.get("/map/2020/").content


def test_newest_map_and_years_are_those_published(client: Client) -> None:
    council = somewhere("Devon")
    for year in (2010, 2019, 2020):
        make_issued(make_frozen_round(year), council, **BASE)
    make_summary(make_frozen_round(2021), council)
    links = {to for to in look(client).links if re.fullmatch(r"/map/\d+/districts/uphold/", to)}
    assert links == {f"/map/{year}/districts/uphold/" for year in (2010, 2019, 2020)}
    assert client.get("/map/").content == client.get("/map/2020/").content
    assert client.get("/map/2010/").status_code == 200
    assert client.get("/map/2018/").status_code == 404


# Kept with the figures ----------------------------------------------------------------------------


def frozen() -> MapLayout:
    """The kept layout of a round of two councils."""
    for number, name in enumerate(("Devon", "Exeter")):
        somewhere(name, number)
    rounds.freeze(round_=make_round(), by=make_editor())
    return MapLayout.objects.get(layer=Layer.DISTRICTS)


def test_layout_is_kept_when_figures_are_frozen(client: Client) -> None:
    kept = frozen()
    assert kept.by_authority().keys() == set(Authority.objects.values_list("pk", flat=True))
    assert MapLayout.objects.get(layer=Layer.COUNTIES).cells == {}


def test_published_map_does_not_change_with_the_register(client: Client) -> None:
    devon, exeter = somewhere("Devon", 1), somewhere("Exeter", 2)
    round_ = make_round()
    freeze = Freeze.objects.create(
        round=round_, number=1, method_version="1", frozen_at=round_.opened_at,
        frozen_by=make_editor(),
    )  # fmt: skip
    MapLayout.of(freeze, Layer.DISTRICTS, dt.date(2020, 3, 31)).save()
    round_.freeze = freeze
    round_.save()
    make_issued(round_, devon, **BASE)
    published = client.get("/map/2020/").content
    assert [to for to, _ in hexagons(Page(published))] == [
        "/councils/devon/2020/",
        "/councils/exeter/",
    ]
    Authority.objects.filter(pk=exeter.pk).update(latitude="55", longitude="1")
    somewhere("Found later", 3)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/map/2020/").content == published
    assert len(queries) == 7


WRITES = {
    "update": lambda row: MapLayout.objects.update(cells={}),
    "save": lambda row: row.save(),
    "delete": lambda row: MapLayout.objects.all()._raw_delete("default"),
    "again": lambda row: MapLayout.of(row.freeze, Layer.DISTRICTS, dt.date(2020, 3, 31)).save(),
    "replace": lambda row: connection.cursor().execute(
        "REPLACE INTO reviews_maplayout SELECT * FROM reviews_maplayout"
        if connection.vendor == "sqlite"
        else "TRUNCATE reviews_maplayout CASCADE"
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_kept_layout_is_changed_by_nobody(way: str) -> None:
    row = frozen()
    before = list(MapLayout.objects.values())
    connection.check_constraints()  # or PostgreSQL refuses to truncate for another reason
    refused = "cannot be changed; freeze the round|together with the round"
    with pytest.raises((DatabaseError, IntegrityError), match=refused), transaction.atomic():
        WRITES[way](row)
    assert list(MapLayout.objects.values()) == before


# Fast and small -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_map_asks_a_fixed_number_of_queries(client: Client, rows: int) -> None:
    round_ = make_frozen_round()
    for number in range(rows):
        make_issued(round_, somewhere(f"Council {number}", number), **BASE)
    with CaptureQueriesContext(connection) as queries:
        assert len(table(look(client))) == rows
    assert len(queries) == 8  # one of them because this round keeps no layout


@pytest.fixture
def all_england() -> None:
    """Every council there is, each with figures as long as figures get."""
    with REGISTER.open("rb") as file:
        import_authorities(
            file=CsvFile(file, REGISTER.name), by=make_editor(), today=dt.date(2020, 7, 1)
        )
    last = dt.date(2020, 3, 31)
    councils = list(Authority.objects.in_force_on(last))
    round_ = make_frozen_round()
    first = make_issued(round_, councils[0], upheld=1234, not_upheld=1234)
    same = {
        field.attname: getattr(first, field.attname)
        for field in AnnualSummary._meta.concrete_fields
        if field.attname != "id"
    }
    summaries = AnnualSummary.objects.bulk_create(
        AnnualSummary(
            **same
            | {
                "authority_id": each.pk,
                "name": each.official_name,
                "slug": each.slug,
                "gss_code": each.gss_code,
                "authority_type": each.authority_type,
            }
        )
        for each in councils[1:]
    )
    letter = {
        field.attname: getattr(first.letter, field.attname)
        for field in Letter._meta.concrete_fields
        if field.attname not in ("id", "summary_id")
    }
    issued = {name: letter.pop(name) for name in list(letter) if name.startswith(ISSUED)}
    drafts = Letter.objects.bulk_create(
        Letter(**letter | {"summary_id": each.pk}) for each in summaries
    )
    document = LetterFile.objects.get().document
    LetterFile.objects.bulk_create(
        LetterFile(letter=each, document=document, pdf=b"") for each in drafts
    )
    Letter.objects.filter(issued_at=None).update(**issued)


@pytest.mark.usefixtures("all_england")
def test_map_of_all_england_is_small_and_no_hexagon_is_missing(client: Client) -> None:
    for layer, councils in (("districts", 317), ("counties", 151)):
        content = client.get(f"/map/2020/{layer}/upheld-per-100k/").content
        page = Page(content)
        drawn = page.all("use")[8:]  # after those of the legend
        assert len(content) <= 250_000
        assert len(hexagons(page)) == len(table(page)) == councils
        assert len({(e.attributes["x"], e.attributes["y"]) for e in drawn}) == councils
        assert all("upheld for every 100,000 of" in title for _, title in hexagons(page))
        names = [name for name in page.texts("text") if name in Region.labels]
        assert {"North East", "South West", "East of England"} <= set(names)


# The picture --------------------------------------------------------------------------------------


def test_picture_draws_coast_and_borders_once() -> None:
    """Two cells side by side have ten sides by the sea, and one between them."""
    for other, borders in (("north", 0), ("south", 1)):
        drawn = picture({(0, 0): "north", (1, 0): other})
        assert (drawn.coast.count("M"), drawn.borders.count("M")) == (10, borders)
        assert drawn.middles == {(0, 0): ("160", "30"), (1, 0): ("200", "30")}
        assert (drawn.width, drawn.height) == ("360", "60")
    assert picture({}).coast == ""


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Leeds", "Leeds"),
        ("Cornwall", "Cornwa"),
        ("Isle of Wight", "IoW"),
        ("Isles of Scilly", "Scilly"),
        ("City of London", "City"),
        ("Kingston upon Hull", "Hull"),
        ("Kingston upon Thames", "Kingst"),
        ("North Yorkshire", "N York"),
        ("North East Lincolnshire", "NE Lin"),
        ("Kensington and Chelsea", "K&C"),
        ("Bath and North East Somerset", "B&NES"),
        ("Bournemouth, Christchurch and Poole", "BCP"),
        ("King's Lynn and West Norfolk", "KL&WN"),
        ("Forest of Dean", "Forest"),
        ("Test Valley", "Test V"),
        ("St Albans", "St Alb"),
        ("Northamptonshire", "N’hants"),
        ("West", "West"),
        ("of", "of"),
        ("–", "–"),
    ],
)
def test_label_is_short_and_known(name: str, label: str) -> None:
    assert abbreviation(name) == label
