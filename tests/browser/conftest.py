"""A real browser for the tests beside this file: run them with ``make test-browser``."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from tests.browser.pages import site

# Playwright's event loop runs in the tests' thread, where Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # the sandbox does not start for root, as in most containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
HERE = {"127.0.0.1", "localhost"}

__all__ = ["site"]  # a fixture for all the tests here

ColourScheme = Literal["light", "dark"]
OpenPage = Callable[..., Page]
Axe = Callable[[Page], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if executable is None:
        line = f"No browser found: install one of {', '.join(CHROMIUM)}."
        if os.environ.get("CI"):
            pytest.fail(line, pytrace=False)
        pytest.skip(line)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens empty pages: ``open_page(colour_scheme="dark", width=320)``.

    A page may only ask this machine, and what it shows must fit its content security policy; the
    test fails at its end otherwise.
    """
    contexts = []
    problems: list[str] = []

    def check_request(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in {"http", "https"} and address.hostname not in HERE:
            problems.append(f"asked for {route.request.url}")
            route.abort()
        else:
            route.continue_()

    def check_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            problems.append(message.text)

    def open_one(
        *,
        colour_scheme: ColourScheme = "light",
        width: int = 1280,
        height: int = 900,
        scale: int = 1,
        has_javascript: bool = True,
    ) -> Page:
        context = browser.new_context(
            color_scheme=colour_scheme,
            device_scale_factor=scale,
            java_script_enabled=has_javascript,
            locale="en-GB",
            timezone_id="Europe/London",
            viewport={"width": width, "height": height},
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.route("**/*", check_request)
        context.on("console", check_message)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """An empty page in light colours, as wide as a desk screen."""
    return open_page()


@pytest.fixture
def axe() -> Axe:
    """Accessibility faults of what a page shows now, as axe-core names them: [] is good."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

    def run(page: Page) -> list[dict[str, Any]]:
        page.evaluate(source)
        found = page.evaluate(
            "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG
        )
        return [
            {
                "rule": fault["id"],
                "help": fault["help"],
                "elements": [part["html"] for part in fault["nodes"]],
            }
            for fault in found["violations"]
        ]

    return run
