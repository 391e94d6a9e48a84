"""The pages about the site itself."""

import datetime as dt

from django.test import Client
from django.urls import get_resolver

from reviews.figures.bands import BANDS
from reviews.figures.breaks import BREAKS
from reviews.figures.measures import MEASURES
from reviews.site.about import report
from tests.browser.pages import CHECKS, PAGES
from tests.reviews.site.words import Page

# Routes that answer with something else than a page.
NO_PAGE = {
    *("healthz", "decisions-feed", "published-feed"),
    *("data-manifest", "letter-text", "letter-version-text"),
}


def test_methods_have_a_heading_for_every_measure_and_every_break(client: Client) -> None:
    page = Page(client.get("/methods/").content)
    headings = {element.attributes.get("id"): element.text for element in page.all("h2")}
    assert {code: headings.get(code) for code in MEASURES} == {
        code: measure.label for code, measure in MEASURES.items()
    }
    for measure in MEASURES.values():
        assert measure.definition in page.text
    for each in BREAKS:
        assert f"Year ending 31 March {each.year_ending}: {each.title}" in page.text
        assert each.reason in page.text
    for bands in BANDS.values():
        assert "; ".join(f"{band.number}: {band.label}" for band in bands) in page.text


def test_accessibility_page_says_what_the_browser_tests_check(client: Client) -> None:
    """Where this fails, a page or a check is new: `make accessibility` writes the report again."""
    assert report()["pages"] == {name: what for name, (what, _) in PAGES.items()}
    assert report()["checks"] == CHECKS
    page = Page(client.get("/accessibility/").content)
    for words in (*report()["pages"].values(), *CHECKS.values(), report()["browser"]):
        assert words in page.text
    tested_on = dt.date.fromisoformat(report()["tested_on"])
    assert f"On {tested_on.day} {tested_on:%B %Y}" in page.text


def test_every_public_page_is_opened_in_a_browser() -> None:
    routes = {
        name: str(routes[0][0][0])
        for name, routes in get_resolver("reviews.site.urls").reverse_dict.lists()
        if isinstance(name, str)
    }
    files = {name for name, route in routes.items() if "." in route.rpartition("/")[2]}
    assert set(routes) - files - NO_PAGE == set(PAGES)
