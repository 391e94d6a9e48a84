"""The methods page and the pages for errors."""

from django.template.loader import render_to_string
from django.test import Client

from reviews.figures.rates import Rate
from tests.reviews.site.words import Page


def test_methods_list_all_their_headings(client: Client) -> None:
    page = Page(client.get("/methods/").content)
    anchors = {element.attributes.get("id") for element in page.all("h2")}
    wanted = {link.partition("#")[2] for link in page.links if link.startswith("#")}
    assert wanted - {"main"} == anchors - {"contents"}
    assert {"averages", "rounding", "intervals", "chance", "changes", "breaks", "states"} <= anchors


def test_methods_examples_are_what_the_figures_give(client: Client) -> None:
    text = Page(client.get("/methods/").content).text
    assert Rate(33, 40).percent == 83
    assert "33 of 40 is 82.5% and shown as 83%" in text
    assert Rate(3, 24).percent == 13
    assert "3 of 24 is shown as 13%" in text
    interval = Rate(2, 4).interval
    assert interval
    assert (
        f"For 2 upheld of 4 investigated it goes from {interval.low}% to {interval.high}%" in text
    )
    for state in (
        *("none_investigated", "none_due", "none_upheld", "no_population", "not_applicable"),
        *("no_comparison", "none_in_group"),
    ):
        assert state in text


def test_error_pages_say_what_to_do(client: Client) -> None:
    response = client.get("/councils/no-such-council/")
    assert response.status_code == 404
    page = Page(response.content)
    assert page.texts("h1") == ["There is no page at this address"]
    assert {"/", "/councils/"} <= set(page.links)
    broken = Page(render_to_string("500.html").encode())
    assert broken.texts("h1") == ["Something went wrong on our side"]
