"""Checking a letter in a browser: by its file, which stays there, and by the code in it."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, Request

from reviews.models import Letter
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.factories import make_authority, make_chief_executive, make_decision, make_issued_round
from tests.reviews.site.builders import correct, retract

OURS = "This letter was issued by us"
REPLACED = "This letter was issued by us and has been replaced"
RETRACTED = "This letter was issued by us and has been retracted"
ALTERED = "This file is not as we issued it"
UNKNOWN = "We know of no such letter"


@dataclass(frozen=True)
class Site:
    """The address of the page, a letter that was issued, and its files."""

    address: str
    letter: Letter
    code: str
    pdf: Path
    altered: Path
    large_print: Path
    text: Path

    def asking(self, **asked: str) -> str:
        return f"{self.address}?{'&'.join(f'{name}={value}' for name, value in asked.items())}"


@pytest.fixture
def site(transactional_db: None, live_server: Any, tmp_path: Path) -> Site:
    cache.clear()
    authority = make_authority("Borough Council of King's Lynn and West Norfolk", slug="lynn")
    make_chief_executive(authority)
    make_decision(authority)
    make_issued_round(2020)
    letter = Letter.objects.select_related("summary__freeze__round").get()
    code = letter.code.code
    pdf = bytes(letter.file.pdf)
    altered = bytearray(pdf)
    altered[len(pdf) // 2] ^= 1
    assert code.encode() in altered
    files = {each.kind: bytes(each.content) for each in letter.alternatives.all()}
    files |= {"pdf": pdf, "altered": bytes(altered)}
    paths = {name: tmp_path / name for name in files}
    for name, content in files.items():
        paths[name].write_bytes(content)
    return Site(f"{live_server.url}/verify/", letter, code, **paths)


def answer(page: Page) -> str:
    page.wait_for_load_state()
    return page.locator("#answer").inner_text()


def choose(page: Page, file: Path) -> str:
    with page.expect_navigation():
        page.get_by_label("Drop the file here, or choose it").set_input_files(file)
    return answer(page)


def drop(page: Page, file: Path) -> str:
    content = base64.b64encode(file.read_bytes()).decode()
    with page.expect_navigation():
        page.evaluate(
            """content => {
                const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
                const dataTransfer = new DataTransfer();
                dataTransfer.items.add(new File([bytes], "letter.pdf"));
                document.getElementById("drop").dispatchEvent(
                    new DragEvent("drop", {dataTransfer, cancelable: true}));
            }""",
            content,
        )
    return answer(page)


@pytest.mark.parametrize("hand_over", [choose, drop])
def test_file_is_known_or_found_altered_and_never_leaves_the_browser(
    site: Site, page: Page, hand_over: Any
) -> None:
    asked: list[Request] = []

    def hear(request: Request) -> None:
        asked.append(request)

    page.on("request", hear)
    page.goto(site.address)
    assert hand_over(page, site.pdf) == OURS
    assert page.get_by_text("The file is the letter's PDF, byte for byte").count() == 1
    assert hand_over(page, site.altered) == ALTERED
    assert hand_over(page, site.large_print) == OURS
    assert page.get_by_text("The file is the letter's large print, byte for byte").count() == 1
    assert hand_over(page, site.text) == OURS
    assert page.get_by_text("The file is the letter's plain text, byte for byte").count() == 1
    home = site.address.removesuffix("verify/")
    assert len(asked) >= 5
    for request in asked:
        assert request.url.startswith(home)
        assert (request.method, request.post_data_buffer) == ("GET", None)
        assert len(request.url) < len(site.address) + 150
        assert sum(map(len, request.headers.values())) < 2000


def test_file_of_somebody_else_is_not_known(site: Site, page: Page, tmp_path: Path) -> None:
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.7 something else")
    page.goto(site.asking(code=site.code))
    assert choose(page, other) == UNKNOWN


def test_file_too_large_to_be_a_letter_is_not_read(site: Site, page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    page.goto(site.address)
    page.get_by_label("Drop the file here, or choose it").set_input_files(large)
    said = page.locator("#drop-status")
    assert said.inner_text() == "This file is too large to be one of our letters."
    assert page.url == site.address


def test_code_is_typed_after_a_file_was_found_altered(site: Site, page: Page) -> None:
    page.goto(site.address)
    assert choose(page, site.altered) == ALTERED
    page.get_by_label("Check code").fill(site.code.lower().replace("-", " "))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "sha256" not in page.url
    assert answer(page) == OURS


def test_page_works_without_scripts(site: Site, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.address)
    assert page.locator("#drop").is_visible() is False
    page.get_by_label("Check code").fill(site.code)
    page.get_by_role("button", name="Check the code").click()
    assert answer(page) == OURS
    page.get_by_label("SHA-256 digest of the file").fill(site.letter.sha256)
    page.get_by_role("button", name="Check the digest").click()
    assert answer(page) == OURS
    assert page.get_by_text("The file is the letter's PDF, byte for byte").count() == 1
    context.close()


def states(site: Site) -> list[tuple[str, str]]:
    """Every answer and where it is, but those that a later letter or a notice gives."""
    return [
        (site.address, ""),
        (site.asking(code="short"), ""),
        (site.asking(code=site.code), OURS),
        (site.asking(sha256=site.letter.sha256), OURS),
        (site.asking(code=site.code, sha256="0" * 64), ALTERED),
        (site.asking(sha256="0" * 64), UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("colour_scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)]
)
def test_every_answer_is_accessible_and_fits(
    site: Site, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme, width: int
) -> None:
    page = open_page(colour_scheme=colour_scheme, width=width)

    def look(address: str, heading: str) -> None:
        page.goto(address)
        assert page.locator("#answer").all_inner_texts() == ([heading] if heading else [])
        assert page.locator("#drop").is_visible() is True
        assert axe(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") == width, address

    for address, heading in states(site):
        look(address, heading)
    correct(site.letter.summary, upheld=0)
    look(site.asking(code=site.code), REPLACED)
    retract(site.letter.summary)
    look(site.asking(code=site.code), RETRACTED)
