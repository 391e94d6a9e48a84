"""Every kind of public page in a browser: accessible in colour, width, zoom, keyboard, script.

What these tests find is what the accessibility page says was tested: `make accessibility` writes
its report, once each of them has passed.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page

from reviews.site.about import REPORT
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.browser.pages import ADDRESSES, CHECKS, COUNCIL, PAGES

CHECKER = Path(__file__).parent / "node_modules/vnu-jar/build/dist/vnu.jar"
# What a Tab stops at, in the order of the page; of a group of radio buttons one.
STOPS = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
)].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled
    && !(e.type === 'radio' && e !== (document.querySelector(
        `input[type=radio][name="${e.name}"]:checked`
    ) || document.querySelector(`input[type=radio][name="${e.name}"]`))))
"""
FOCUSED = """() => {
    const e = document.activeElement, style = getComputedStyle(e);
    return [e.dataset.stop || null, style.outlineStyle !== 'none' && style.outlineWidth !== '0px'];
}"""

passed: dict[str, list[str]] = {}


@pytest.fixture(scope="session", autouse=True)
def report(browser: Browser) -> Iterator[None]:
    """After every check has passed, `make accessibility` writes down what was tested."""
    yield
    if os.environ.get("ACCESSIBILITY_REPORT") and len(passed) == len(CHECKS):
        content = {
            "tested_on": timezone.localdate().isoformat(),
            "browser": f"Chromium {browser.version}",
            "pages": {name: what for name, (what, _) in PAGES.items()},
            "checks": {check: CHECKS[check] for check in CHECKS if check in passed},
        }
        text = json.dumps(content, ensure_ascii=False, indent=2)
        REPORT.write_text(f"{text}\n", encoding="utf-8")


def unfolded(page: Page, address: str) -> Page:
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    return page


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_pages_are_accessible(
    site: str, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme
) -> None:
    page = open_page(colour_scheme=colour_scheme)
    for address in ADDRESSES:
        assert axe(unfolded(page, f"{site}{address}")) == [], address
    passed[colour_scheme] = list(PAGES)


@pytest.mark.parametrize(
    ("check", "height", "scale"),
    # 400% of a window of 1280 by 1024 shows 320 by 256.
    [("narrow", 900, 1), ("zoom", 256, 4)],
)
def test_pages_fit_a_narrow_and_a_magnified_screen(
    site: str, open_page: OpenPage, axe: Axe, check: str, height: int, scale: int
) -> None:
    page = open_page(width=320, height=height, scale=scale)
    for address in ADDRESSES:
        unfolded(page, f"{site}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address
        assert axe(page) == [], address
    passed[check] = list(PAGES)


def test_pages_are_walked_with_the_keyboard(site: str, open_page: OpenPage) -> None:
    page = open_page()
    for address in ADDRESSES:
        page.goto(f"{site}{address}")
        stops = page.evaluate(f"({STOPS})().map((e, n) => e.dataset.stop = String(n))")
        seen: list[str] = []
        for _ in range(len(stops) + 1):
            page.keyboard.press("Tab")
            stop, is_shown = page.evaluate(FOCUSED)
            if stop is None or stop in seen:
                break  # out of the page, or round to its beginning
            assert is_shown, f"{address}: focus is not seen at stop {stop}"
            seen.append(stop)
        assert seen == stops, address
    passed["keyboard"] = list(PAGES)


def test_pages_say_the_same_without_javascript(site: str, open_page: OpenPage) -> None:
    with_script, without = open_page(), open_page(has_javascript=False)
    for address in ADDRESSES:
        said = []
        for page in (with_script, without):
            page.goto(f"{site}{address}")
            said.append([page.title(), page.locator("body").inner_text()])
        if address == "/verify/":
            continue  # dropping a file needs the script; the field for a code does not
        assert said[0] == said[1], address
    passed["script"] = list(PAGES)


def test_pages_work_without_a_word_in_the_console(site: str, open_page: OpenPage) -> None:
    """Other hosts and the content security policy are watched by `open_page` itself."""
    page = open_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("console", hear)
    for address in ADDRESSES:
        if address != "/no-such-page/":
            page.goto(f"{site}{address}")
    assert said == []
    assert page.context.cookies() == []
    passed["hosts"] = list(PAGES)


@pytest.fixture(scope="session")
def checker() -> Path:
    if CHECKER.exists() and shutil.which("java"):
        return CHECKER
    line = "No HTML checker found: 'make checker' installs it, with npm; it runs on Java."
    if os.environ.get("CI"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def test_pages_are_valid_html(site: str, checker: Path, tmp_path: Path) -> None:
    for number, address in enumerate(ADDRESSES):
        if address != "/no-such-page/":
            with urlopen(f"{site}{address}") as answer:  # noqa: S310 (our own server)
                (tmp_path / f"{number}.html").write_bytes(answer.read())
    done = subprocess.run(
        ["java", "-jar", checker, "--format", "json", tmp_path],
        check=False,
        capture_output=True,
        text=True,
    )
    said: list[Any] = [
        (ADDRESSES[int(Path(message["url"]).stem)], message["message"], message.get("extract"))
        for message in json.loads(done.stderr)["messages"]
    ]
    assert said == []
    passed["html"] = list(PAGES)


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
