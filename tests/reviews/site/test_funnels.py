"""Funnel plots: who is in them, what is said of whom, and that picture and table agree."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.figures.chance import MINIMUM_BASE, TAIL_95, limits
from reviews.figures.rates import Rate
from reviews.models import AnnualSummary, Round
from reviews.site.funnelplot import FunnelPlot, funnel_plot
from tests.factories import make_authority
from tests.reviews.site.builders import (
    hold,
    make_frozen_round,
    make_issued,
    retract,
)
from tests.reviews.site.words import Page

ADDRESS = "/funnel/2020/district/uphold/"


@pytest.fixture
def round_() -> Round:
    """Districts far above and below 45%, one like it, one with too few, one with nothing."""
    found = make_frozen_round()
    for name, upheld, not_upheld in (
        ("Zenith District Council", 20, 0),
        ("Adur District Council", 9, 11),
        ("Below District Council", 0, 20),
        ("Few District Council", 9, 0),
        ("None District Council", 0, 0),
    ):
        authority = make_authority(name, slug=name.split()[0].lower())
        make_issued(found, authority, upheld=upheld, not_upheld=not_upheld)
    return found


def page_of(client: Client, address: str = ADDRESS) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    return Page(response.content)


def rows(page: Page) -> list[str]:
    return [text for text in page.texts("tr") if "District Council" in text]


def marks(page: Page) -> list[str]:
    """The names of the plot's links."""
    return [label for e in page.all("a") if (label := e.attributes.get("aria-label"))]


@pytest.mark.usefixtures("round_")
def test_table_tells_every_council_in_alphabetical_order(client: Client) -> None:
    assert rows(page_of(client)) == [
        "Adur District Council 9 of 20 investigations 45% 26% to 66% no more than chance",
        (
            "Below District Council 0 of 20 investigations 0% 0% to 16% "
            "lower than chance would explain"
        ),
        "Few District Council 9 of 9 investigations 100% 70% to 100% too few to tell",
        "None District Council none investigated",
        (
            "Zenith District Council 20 of 20 investigations 100% 84% to 100% "
            "higher than chance would explain"
        ),
    ]


@pytest.mark.usefixtures("round_")
def test_plot_says_what_the_table_says(client: Client) -> None:
    page = page_of(client)
    assert marks(page) == [
        "Adur District Council: 45%, 9 of 20 investigations, no more than chance",
        "Below District Council: 0%, 0 of 20 investigations, lower than chance would explain",
        "Few District Council: 100%, 9 of 9 investigations, too few to tell",
        "Zenith District Council: 100%, 20 of 20 investigations, higher than chance would explain",
    ]
    assert page.classed("funnel")[-1].attributes["aria-label"] == (
        "Funnel plot. Complaints upheld in district councils, year ending 31 March 2020. Average "
        "45%. Of 5 councils, 1 higher and 1 lower than chance would explain, 1 no more than "
        "chance, 1 too few to tell. The table gives the figures."
    )
    shapes = {
        (mark.attributes["class"] or "").split()[-1]: mark.attributes["d"]
        for mark in page.classed("spot")
    }
    assert len(set(shapes.values())) == 3  # too few is hollow


def test_picture_of_one_council_is_told_of_as_one(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority("Adur", slug="adur"), upheld=9, not_upheld=11)
    said = page_of(client).classed("funnel")[-1].attributes["aria-label"] or ""
    assert "Average 45%. Of 1 council, 0 higher" in said


def test_pooled_counts_are_not_told(client: Client, round_: Round) -> None:
    text = page_of(client).text
    assert "45%" in text
    assert re.search(r"\b(180|400)\b", text) is None


@pytest.mark.parametrize("deed", [hold, retract])
def test_limits_are_not_told_while_a_council_of_the_type_is_not_public(
    client: Client, round_: Round, deed: Callable[[AnnualSummary], object]
) -> None:
    deed(round_.freeze.summaries.get(slug="zenith"))  # type: ignore[union-attr]
    page = page_of(client)
    assert rows(page) == [
        "Adur District Council 9 of 20 investigations 45% 26% to 66% not told",
        "Below District Council 0 of 20 investigations 0% 0% to 16% not told",
        "Few District Council 9 of 9 investigations 100% 70% to 100% not told",
        "None District Council none investigated",
    ]
    assert page.classed("funnel") == []
    assert page.classed("alert")[0].text.startswith("Verdicts and limits are not told while")
    council = page_of(client, "/councils/adur/")
    assert "unremarkable" not in council.text
    assert "is more than chance is not told while figures of one of them" in council.text
    compared = page_of(client, "/compare/?council=adur&measure=uphold")
    assert "not told while figures of a council of this type are not public" in compared.text


def test_nothing_to_count_in_a_type_is_said_without_a_plot(client: Client, round_: Round) -> None:
    page = page_of(client, "/funnel/2020/district/remedied/")
    assert rows(page)[0] == (
        "Adur District Council 0 of 9 upheld decisions 0% 0% to 30% too few to tell"
    )
    make_issued(
        round_, make_authority("Empty County Council", slug="empty", authority_type="county"),
        similar_upheld=0, similar_investigated=0, similar_remedied_by_authority=0,
    )  # fmt: skip
    page = page_of(client, "/funnel/2020/county/uphold/")
    assert "There is no average: no council of the type had anything to count." in page.text
    assert page.texts("tr")[1:] == ["Empty County Council none investigated"]
    assert marks(page) == []
    assert "%" not in page.texts("tr")[1]


@pytest.mark.usefixtures("round_")
def test_plots_lead_to_one_another_and_only_to_what_is_there(client: Client) -> None:
    make_issued(make_frozen_round(2019), make_authority("Old District Council"), upheld=1)
    page = page_of(client)
    assert [link for link in page.links if link.startswith("/funnel/2")] == [
        *("/funnel/2020/district/uphold/", "/funnel/2020/district/compliance/"),
        *("/funnel/2020/district/remedied/", "/funnel/2020/district/uphold/"),
        *("/funnel/2020/district/uphold/", "/funnel/2019/district/uphold/"),
    ]
    newest = page_of(client, "/funnel/")
    assert newest.texts("h2") == ["Year ending 31 March 2020", "Year ending 31 March 2019"]
    assert {link for link in newest.links if link.startswith("/funnel/2020")} == {
        f"/funnel/2020/district/{measure}/" for measure in ("uphold", "compliance", "remedied")
    }


@pytest.mark.parametrize(
    "address",
    [
        "2018/district/uphold/",
        "2020/county/uphold/",
        "2020/district/received/",
        "2020/fire/uphold/",
    ],
)
@pytest.mark.usefixtures("round_")
def test_plot_of_what_is_not_there_is_not_found(client: Client, address: str) -> None:
    assert client.get(f"/funnel/{address}").status_code == 404


def test_page_without_anything_published_says_so(client: Client) -> None:
    assert "No figures are published yet." in page_of(client, "/funnel/").text


@pytest.mark.parametrize("others", [1, 3])
def test_funnel_asks_a_fixed_number_of_queries(client: Client, round_: Round, others: int) -> None:
    for _ in range(others):
        make_issued(round_, make_authority(), upheld=1)
    for address in (ADDRESS, "/funnel/"):
        with CaptureQueriesContext(connection) as asked:
            page_of(client, address)
        assert len(asked) == (4 if address == ADDRESS else 2)


def heights(line: str) -> dict[float, float]:
    pairs = (pair.split(",") for pair in line.split())
    return {float(x): float(y) for x, y in pairs}


def between_lines(plot: FunnelPlot, x: float, y: float) -> bool:
    """Whether a place is not outside the 95% lines, read from the picture."""
    low, high = (heights(line) for line in plot.inner)
    return high[x] <= y <= low[x]


RATES_OF_MANY = st.lists(
    st.integers(MINIMUM_BASE, 60).flatmap(
        lambda whole: st.integers(0, whole).map(lambda part: Rate(part, whole))
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=60)
@given(rates=RATES_OF_MANY, average=st.integers(0, 400).map(lambda part: Rate(part, 400)))
def test_mark_lies_outside_the_lines_exactly_where_its_count_is_outside(
    rates: list[Rate], average: Rate
) -> None:
    plot = funnel_plot(rates, average)
    for rate, spot in zip(rates, plot.spots, strict=True):
        inside = rate.part in limits(rate.whole, average, tail=TAIL_95)
        assert between_lines(plot, spot.x, spot.y) is inside
