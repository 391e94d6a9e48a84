"""A case as a person at a keyboard meets it."""

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Page

from casework.actions import recorded
from casework.actions.filing import link_cases, write_note
from casework.choices import LinkKind
from casework.models import Change, Complainant, Complaint, Recommendation
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.browser.test_admin import focused, sign_in
from tests.factories import make_authority, make_complaint, make_decision, make_recommendation


class Keyboard:
    """Types as a person without a mouse, and counts every key."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def tab_to(self, wanted: str, *, at_most: int) -> None:
        for _ in range(at_most):
            self.press("Tab")
            if focused(self.page) == wanted:
                return
        pytest.fail(f"{wanted} is more than {at_most} presses of Tab away")

    def fill(self, wanted: str, text: str, *, at_most: int = 1) -> None:
        self.tab_to(wanted, at_most=at_most)
        self.type(text)


def test_caseworker_goes_from_complaint_to_compliance_by_keyboard_alone(
    live_server: Any, page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    make_authority("Example District Council")
    make_authority("Sample Borough Council")
    sign_in(page, live_server.url, "caseworker")
    page.goto(f"{live_server.url}/admin/casework/complaint/add/")
    page.wait_for_function("document.activeElement.id === 'id_reference'")

    keys = Keyboard(page)
    typed = 0

    def fill(wanted: str, text: str, *, at_most: int = 1) -> None:
        nonlocal typed
        keys.fill(wanted, text, at_most=at_most)
        typed += len(text)

    keys.type("20001234")
    fill("id_received_on", "040526")
    keys.press("Tab")
    keys.press("Enter")  # opens the search of authorities
    keys.type("Exam")
    page.get_by_role("option", name="Example District Council").wait_for()
    keys.press("Enter")
    fill("id_category", "Hous")
    fill("id_complainant-0-name", "Zeno Fictional", at_most=4)
    fill("id_complainant-0-email", "zeno@example.org")
    fill("id_decisions-0-outcome", "Uph", at_most=4)
    fill("id_decisions-0-decided_on", "010626", at_most=2)
    fill("id_recommendations-0-category", "Apol", at_most=3)
    fill("id_recommendations-0-amount", "250")
    fill("id_recommendations-0-due_on", "010726")
    fill("id_recommendations-0-completed_on", "200626")
    fill("id_recommendations-0-text", "Apologise and pay.")
    fill("id_recommendations-1-category", "Trai", at_most=2)
    fill("id_recommendations-1-due_on", "010926", at_most=2)
    fill("id_recommendations-1-completed_on", "300826")
    fill("id_recommendations-1-text", "Train staff.")
    fill("id_decisions-0-compliance", "Satis", at_most=3)
    fill("id_decisions-0-compliance_recorded_on", "020926")
    keys.press("Enter")
    page.wait_for_url(f"{live_server.url}/admin/casework/complaint/")

    complaint = Complaint.objects.get()
    assert (complaint.reference, complaint.stage, complaint.category) == (
        "20 001 234", "closed", "housing",
    )  # fmt: skip
    assert complaint.authority.official_name == "Example District Council"
    assert complaint.complainant.email == "zeno@example.org"
    decision = complaint.decisions.get()
    assert (decision.outcome, decision.decided_on, decision.compliance) == (
        "upheld", dt.date(2026, 6, 1), "satisfied",
    )  # fmt: skip
    assert list(Recommendation.objects.values_list("category", "amount", "text")) == [
        ("apology", 250, "Apologise and pay."),
        ("training_or_guidance", None, "Train staff."),
    ]
    words = typed + len("20001234") + len("Exam")
    with capsys.disabled():
        print(  # noqa: T201
            f"\nFrom complaint to compliance: {keys.pressed} keys, of which {words} type what is "
            f"recorded and {keys.pressed - words} move and save."
        )
    assert keys.pressed - words <= 36


def test_case_is_found_and_moved_on_by_keyboard_alone(live_server: Any, page: Page) -> None:
    complaint = make_complaint(make_authority(), reference="20 001 234")
    sign_in(page, live_server.url, "caseworker")
    page.locator("#find-case-reference").focus()
    page.keyboard.type("20-001-234")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Case 20 001 234").wait_for()
    page.get_by_role("button", name="Move to Assessment").press("Enter")
    page.get_by_text("20 001 234 is saved. The case is at assessment.").wait_for()
    complaint.refresh_from_db()
    assert complaint.stage == "assessment"
    page.locator("#find-case-reference").fill("20 009")
    page.keyboard.press("Enter")
    page.get_by_text("No case has a reference that begins with 20 009.").wait_for()


def test_search_for_a_case_works_without_scripts(live_server: Any, browser: Any) -> None:
    make_complaint(make_authority(), reference="20 001 234")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, "caseworker")
    page.get_by_label("Find case").fill("20001234")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Case 20 001 234").wait_for()
    page.get_by_role("button", name="Move to Assessment").click()
    page.get_by_text("The case is at assessment.").wait_for()
    context.close()


def make_case() -> Complaint:
    """A case in remedy with something in each of its parts."""
    from django.contrib.auth.models import User

    decision = make_decision(make_authority("Example District Council"), reference="20 001 234")
    make_recommendation(decision)
    make_recommendation(decision, kind="personal", category="apology", text="Apologise.")
    complaint = decision.complaint
    Complainant.objects.create(complaint=complaint, name="Zeno", email="zeno@example.org")
    again = make_complaint(make_authority(), reference="20 001 235")
    Complainant.objects.create(complaint=again, name="Zeno", email="zeno@example.org")
    other = make_complaint(make_authority(), reference="20 001 236")
    writer = User.objects.create_user("writer")
    with recorded(by=writer, what="Test", reason="A reason"):
        write_note(complaint=complaint, text="Rang the council.", by=writer)
        link_cases(complaint=other, other=complaint, kind=LinkKind.REPEAT, by=writer)
    return complaint


def test_auditor_opens_a_case_and_changes_nothing(live_server: Any, page: Page) -> None:
    complaint = make_case()
    sign_in(page, live_server.url, "auditor")
    before = Change.objects.count()
    page.get_by_label("Find case").fill("20001234")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Case 20 001 234").wait_for()
    for shown in ("Apologise.", "Rang the council.", "Remedy", "20 001 236"):
        assert page.get_by_text(shown).first.is_visible()
    typing = "#content input:not([type=hidden]), #content select, #content textarea"
    assert page.locator(typing).count() == 0
    assert page.locator("#content button[type=submit], #content input[type=submit]").count() == 0
    for address in ("complainant", "decision"):
        link = page.locator(".case-tools a", has_text=re.compile(f"^{address}", re.IGNORECASE))
        link.click()
        page.get_by_role("heading", level=1).wait_for()
        assert page.locator("input[name=_save]").count() == 0
        page.goto(f"{live_server.url}/admin/casework/complaint/{complaint.pk}/change/")
    page.get_by_role("link", name="History").click()
    page.get_by_role("heading", name="History: 20 001 234").wait_for()
    assert Change.objects.count() == before


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_case_and_its_history_are_accessible(
    live_server: Any, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme, width: int
) -> None:
    complaint = make_case()
    page = open_page(colour_scheme=colour_scheme, width=width)
    sign_in(page, live_server.url, "caseworker")
    case = f"{live_server.url}/admin/casework/complaint"
    for address in (
        f"{case}/{complaint.pk}/change/", f"{case}/{complaint.pk}/history/", f"{case}/add/",
    ):  # fmt: skip
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scripts", [True, False])
def test_page_with_errors_opens_at_them_and_leads_to_each_field(
    live_server: Any, browser: Any, axe: Axe, scripts: bool
) -> None:
    complaint = make_case()
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    sign_in(page, live_server.url, "caseworker")
    page.goto(f"{live_server.url}/admin/casework/complaint/{complaint.pk}/change/")
    page.get_by_label("Reference:").fill("abc")
    page.get_by_role("button", name="Save", exact=True).click()
    summary = page.get_by_role("alert")
    summary.get_by_text("Nothing is saved yet").wait_for()
    assert page.locator(".error-summary:focus").count() == 1
    if scripts:
        assert axe(page) == []
    summary.get_by_role("link", name="Reference: A reference has eight digits").click()
    assert page.locator("#id_reference:target").is_visible()
    context.close()
