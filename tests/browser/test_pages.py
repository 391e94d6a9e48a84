"""The public pages as a browser shows them: accessible, in both colour schemes, on any width."""

import datetime as dt
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage

from reviews.models import Demonstration, PublishedFigure
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.factories import make_authority
from tests.reviews.site.builders import SPECIMEN, correct, make_frozen_round, make_issued

COUNCIL = "/councils/lynn/"
ADDRESSES = [
    "/",
    "/?q=lynn",
    "/?q=atlantis",
    "/councils/",
    "/councils/?type=county",
    COUNCIL,
    f"{COUNCIL}2019/",
    f"{COUNCIL}2018/",
    "/councils/gone/",
    f"{COUNCIL}2020/letter/",
    f"{COUNCIL}2020/letter/1/",
    "/data/",
    "/verify/",
    "/methods/",
    "/sources/",
    "/no-such-page/",
]


@pytest.fixture
def site(transactional_db: None, live_server: Any) -> str:
    """The address of a site with a corrected letter, a taken-over year and a council that ended."""
    lynn = make_authority(
        "Borough Council of King's Lynn and West Norfolk, with a name as long as any of them",
        slug="lynn",
        region="E12000006",
    )
    gone = make_authority("Gone Council", slug="gone", ends_on=dt.date(2019, 3, 31))
    gone.successors.add(lynn)
    make_issued(make_frozen_round(2019), lynn, upheld=5, not_upheld=3, satisfied=4)
    correct(make_issued(make_frozen_round(2020), lynn, **SPECIMEN), not_upheld=1, upheld=1)
    PublishedFigure.objects.create(
        authority=lynn,
        year_ending=2018,
        uphold_percent=50,
        source="https://example.org/" + "a-very-long-address" * 8,
    )
    Demonstration.objects.create(made_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return str(live_server.url)


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_pages_are_accessible(
    site: str, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme
) -> None:
    page = open_page(colour_scheme=colour_scheme)
    for address in ADDRESSES:
        page.goto(f"{site}{address}")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert axe(page) == [], address


def test_pages_fit_a_narrow_screen(site: str, open_page: OpenPage, axe: Axe) -> None:
    page = open_page(width=320)
    for address in ADDRESSES:
        page.goto(f"{site}{address}")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address
        assert axe(page) == [], address


def test_pages_work_without_a_word_in_the_console(site: str, open_page: OpenPage) -> None:
    page = open_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", hear)
    for address in ADDRESSES[:-1]:
        page.goto(f"{site}{address}")
    assert said == []
    assert page.context.cookies() == []


def test_search_leads_to_the_letter(site: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site)
    page.get_by_label("Name of a council, now or in the past").fill("kings lynn")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="King's Lynn").click()
    assert page.url == f"{site}{COUNCIL}"
    page.get_by_role("link", name="Read the letter").click()
    assert page.get_by_text("50% of complaints we investigated were upheld.").count() == 1


def test_first_stop_of_the_keyboard_skips_to_the_content(site: str, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(f"{site}{COUNCIL}")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    assert skip.evaluate("link => link === document.activeElement") is True
    box = skip.bounding_box()
    assert box
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
