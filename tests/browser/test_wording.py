"""A sentence of all letters changed, looked at, accepted and approved again, as people meet it."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from casework.models import Authority
from reviews import rounds
from reviews.models import Letter, Round, WordingText
from reviews.rounds import wording
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.browser.test_admin import sign_in
from tests.factories import make_approver, make_authority, make_editor, make_round

# A person's time, generously: to find and press something, for a key, to read one difference.
SECONDS_A_CLICK, SECONDS_A_KEY, SECONDS_A_DIFFERENCE = 4.0, 0.3, 15.0
TWO_MINUTES = 120


class Hands:
    """Clicks and types as a person does, and counts both."""

    def __init__(self) -> None:
        self.clicks = self.keys = 0

    def click(self, target: Any) -> None:
        target.click()
        self.clicks += 1

    def type(self, page: Page, text: str) -> None:
        page.keyboard.type(text)
        self.keys += len(text)

    def press(self, page: Page, key: str) -> None:
        page.keyboard.press(key)
        self.keys += 1


@pytest.fixture
def approved(live_server: LiveServer) -> Round:
    """A round of 300 letters, all approved."""
    for number in range(300):
        make_authority(f"Example {number:03} District Council", population=None)
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    return round_


def test_sentence_of_all_letters_is_changed_and_approved_again_in_two_minutes(
    live_server: LiveServer,
    open_page: OpenPage,
    approved: Round,
    capsys: pytest.CaptureFixture[str],
) -> None:
    editor, approver = open_page(), open_page()
    sign_in(editor, live_server.url, "review editor")
    sign_in(approver, live_server.url, "approver")
    desk = f"{live_server.url}/admin/reviews/round/{approved.pk}/change/"
    editor.goto(desk)
    approver.goto(desk)
    hands = Hands()
    begun = time.monotonic()

    hands.click(editor.get_by_role("link", name="Wording of the letters"))
    hands.click(editor.get_by_role("button", name="Change the main text"))
    box = editor.get_by_label("Text")
    hands.click(box)
    for key in ("Control+Home", "ArrowDown", "ArrowUp", "Home"):
        hands.press(editor, key)
    hands.type(editor, "I am pleased to write to you. ")
    hands.click(editor.get_by_role("button", name="Save draft and see what changes"))
    editor.get_by_text("300 of 300 letters change.").wait_for()
    assert editor.get_by_text("300 approved ones wait for approval again.").count() == 1
    difference = editor.locator("ins").first
    assert difference.text_content() == "I am pleased to write to you. "
    assert editor.get_by_role("heading", name="300 letters, for example to").count() == 1
    hands.click(editor.get_by_text("All 300 authorities"))
    editor.get_by_text("Example 299 District Council").wait_for()
    hands.click(editor.get_by_label("Why the wording changes"))
    hands.type(editor, "A warmer beginning")
    hands.press(editor, "Enter")
    editor.get_by_text("Main text accepted: 300 letters changed").wait_for()
    assert Letter.objects.awaiting_approval().count() == 300

    approver.reload()
    hands.keys += 1
    hands.click(approver.get_by_role("button", name="Approve 300 letters…"))
    hands.click(approver.get_by_label("Why letters with warnings may go out"))
    hands.type(approver, "Posts are advertised")
    hands.click(approver.get_by_role("button", name="Approve all letters"))
    done = approver.get_by_text("300 letters of the 2020 review approved.")
    done.wait_for(timeout=120_000)  # every letter is proofed
    machine = time.monotonic() - begun
    assert Letter.objects.awaiting_approval().count() == 0
    person = (
        hands.clicks * SECONDS_A_CLICK
        + hands.keys * SECONDS_A_KEY
        + 2 * SECONDS_A_DIFFERENCE  # in a letter and in the text
    )
    with capsys.disabled():
        print(  # noqa: T201
            f"\nA sentence in 300 letters, changed to approved again: {hands.clicks} clicks and "
            f"{hands.keys} keys, {person:.0f} seconds of two people; {machine:.1f} of the machine."
        )
    assert person < TWO_MINUTES


def with_draft(text: WordingText, user: User) -> None:
    """One letter of the two gets a sentence more with every draft."""
    changed = text.versions.latest("number").content.replace(
        "I hope that", "((late replies??You were late.)) I hope that"
    )
    wording.save_draft(text=text, content=changed, by=user, seen=wording.state_of(text))


def addresses(live_server: LiveServer, round_: Round, text: WordingText) -> dict[str, str]:
    pages = f"{live_server.url}/admin/reviews/wordingtext"
    return {
        "texts": f"{pages}/round/{round_.pk}/",
        "new": f"{pages}/round/{round_.pk}/new/",
        "edit": f"{pages}/{text.pk}/change/",
        "review": f"{pages}/{text.pk}/review/",
        "versions": f"{pages}/{text.pk}/versions/",
    }


@pytest.fixture
def text(live_server: LiveServer) -> WordingText:
    """A main text with two versions and a draft, in a round of two letters."""
    for name in ("Anna", "Bela"):
        make_authority(f"{name} District Council", population=None)
    round_, user = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=user)
    found = wording.main_text(round_, by=user)
    with_draft(found, user)
    content = found.draft.content
    digest = wording.changes(text=found, content=content).digest
    wording.accept(text=found, by=user, reason="Example", seen=digest)
    wording.mark_late_replies(
        round_=round_, authority=Authority.objects.get(official_name__startswith="Anna"), by=user
    )
    found.refresh_from_db()
    with_draft(found, user)
    return found


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_wording_pages_are_accessible(
    live_server: LiveServer,
    open_page: OpenPage,
    axe: Axe,
    text: WordingText,
    colour_scheme: ColourScheme,
) -> None:
    page = open_page(colour_scheme=colour_scheme)
    sign_in(page, live_server.url, "review editor")
    faults: dict[str, list[Any]] = {}
    found = addresses(live_server, text.round, text)
    for name, address in found.items():
        page.goto(address)
        faults[name] = axe(page)
    page.goto(found["edit"])
    page.get_by_label("Text").fill("((author))")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("Line 1, column 1: there is no placeholder").wait_for()
    faults["refused"] = axe(page)
    assert {where: found for where, found in faults.items() if found} == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_wording_pages_fit_the_screen(
    live_server: LiveServer, open_page: OpenPage, text: WordingText, width: int
) -> None:
    page = open_page(width=width)
    sign_in(page, live_server.url, "review editor")
    for address in addresses(live_server, text.round, text).values():
        page.goto(address)
        wide = page.evaluate(
            "[...document.querySelectorAll('.wording, .wording > *, .wording .editing > *')]"
            ".filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth)"
            ".map(e => e.className || e.tagName)"
        )
        assert (address, wide) == (address, [])


def test_wording_is_changed_by_keyboard_and_without_scripts(
    live_server: LiveServer, page: Page, text: WordingText
) -> None:
    sign_in(page, live_server.url, "review editor")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(addresses(live_server, text.round, text)["edit"])
    page.get_by_label("Text").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.type("Good morning. ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("2 of 2 letters change.").wait_for()
    page.get_by_label("Why the wording changes").focus()
    page.keyboard.type("Polite")
    page.keyboard.press("Enter")
    page.get_by_text("Main text accepted: 2 letters changed.").wait_for()
    assert text.versions.latest("number").content.startswith("Good morning. This letter")
