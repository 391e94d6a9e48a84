"""Recording a seminar at a keyboard, and what the round's page then says."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reviews.models import LearningAttendance, LearningEvent
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.browser.test_admin import choose_authority, sign_in, tab_to
from tests.factories import make_authority, make_event, make_round


def test_editor_records_a_seminar_by_keyboard_alone(live_server: Any, page: Page) -> None:
    make_authority("Example District Council")
    make_authority("Specimen County Council")
    round_ = make_round()
    sign_in(page, live_server.url, "review editor")
    page.goto(f"{live_server.url}/admin/reviews/learningevent/add/")
    page.locator("#id_kind").focus()
    page.keyboard.type("Seminar")
    for wanted, text in (
        ("id_held_on", "011019"), ("id_title", "Link officer seminar"), ("id_place", "Leeds"),
    ):  # fmt: skip
        tab_to(page, wanted, at_most=1)
        page.keyboard.type(text)
    page.keyboard.press("Tab")  # past whom it is for
    for number, name in enumerate(("Example District Council", "Specimen County Council")):
        for _ in range(3):  # past the sector and the link that takes the row before out again
            page.keyboard.press("Tab")
            if "select2-selection" in page.evaluate("document.activeElement.className"):
                break
        choose_authority(page, name)
        tab_to(page, f"id_attendance-{number}-people", at_most=1)
        page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/admin/reviews/learningevent/")
    assert (LearningEvent.objects.get().place, LearningAttendance.objects.count()) == ("Leeds", 2)

    page.goto(f"{live_server.url}/admin/reviews/round/{round_.pk}/change/")
    box = page.get_by_role("region", name="Learning events counted for this year")
    expect(box.get_by_role("row", name="People from local authorities at them")).to_contain_text(
        "4"
    )
    box.get_by_role("link", name="Events of this year").click()
    expect(page.get_by_role("link", name="Link officer seminar")).to_be_visible()


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_pages_of_learning_events_are_accessible(
    live_server: Any, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme
) -> None:
    event = make_event("seminar", make_authority(), "care_provider")
    round_ = make_round()
    page = open_page(colour_scheme=colour_scheme)
    sign_in(page, live_server.url, "review editor")
    for address in (
        "reviews/learningevent/", f"reviews/learningevent/{event.pk}/change/",
        f"reviews/round/{round_.pk}/change/",
    ):  # fmt: skip
        page.goto(f"{live_server.url}/admin/{address}")
        assert page.get_by_role("heading", level=1).is_visible()
        # The search field of an authority is Django's own.
        own = ("-people", "-sector", "desk-learning", "id_held_on", "id_kind", "id_place")
        faults = [
            fault for fault in axe(page)
            if any(name in element for element in fault["elements"] for name in own)
        ]  # fmt: skip
        assert faults == []
