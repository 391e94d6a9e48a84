"""Taking a file in through the pages: three bad rows in 500 are refused and explained."""

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import FilePayload, Page

from casework.models import Change, Complaint, ImportBatch
from tests.browser.conftest import Axe, ColourScheme, OpenPage
from tests.casework.files import CASEWORK, table
from tests.casework.staff import make_staff
from tests.factories import make_authority

ROWS = [f"20 001 {number},example,housing,,2020-05-01,,,,," for number in range(100, 600)]


def sign_in(page: Page, address: str) -> None:
    user = make_staff(
        "manager",
        *(
            f"casework.{each}"
            for each in ("import_files", "change_complaint", "change_decision", "view_importbatch")
        ),
    )
    client = Client()
    client.force_login(user)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])


def upload(page: Page, address: str, rows: list[str]) -> None:
    page.goto(f"{address}/admin/casework/upload/add/")
    page.get_by_label("What the file holds").select_option(label="Casework")
    file = FilePayload(name="cases.csv", mimeType="text/csv", buffer=table(CASEWORK, *rows))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload and look at it").press("Enter")
    page.get_by_role("heading", name="Preview of cases.csv").wait_for()


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_file_with_three_bad_rows_is_refused_explained_mended_and_taken_in(
    live_server: Any, open_page: OpenPage, axe: Axe, colour_scheme: ColourScheme
) -> None:
    make_authority("Example District Council", slug="example")
    page = open_page(colour_scheme=colour_scheme)
    sign_in(page, live_server.url)
    bad = list(ROWS)
    bad[10] = bad[10].replace("housing", "houses")
    bad[200] = bad[200].replace("2020-05-01", "01/05/2020")
    bad[499] = bad[499].replace("example", "nowhere")

    page.goto(f"{live_server.url}/admin/casework/importbatch/")
    page.get_by_role("link", name="Take in a file").press("Enter")
    page.get_by_role("heading", name="Take in a file").wait_for()
    assert axe(page) == []
    upload(page, live_server.url, bad)
    assert page.get_by_role("heading", name="3 problems").count() == 1
    problems = page.get_by_role("region", name="3 problems").get_by_role("row")
    assert [problems.nth(number).inner_text().split("\t") for number in (2, 3)] == [
        ["202", "received_on", "01/05/2020 is not a date; write YYYY-MM-DD"],
        ["501", "authority", "nowhere is not an authority known here; give its slug or GSS code"],
    ]
    assert page.get_by_role("button", name="Take in").count() == 0
    assert axe(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="All problems as CSV").press("Enter")
    assert download.value.suggested_filename == "problems.csv"
    assert len(download.value.path().read_text(encoding="utf-8").splitlines()) == 4
    page.get_by_role("button", name="Drop the file").press("Enter")
    page.get_by_text("cases.csv was dropped.").wait_for()
    assert Complaint.objects.count() == 0

    upload(page, live_server.url, ROWS)
    assert axe(page) == []
    page.get_by_label("Reason").fill("The year's complaints")
    page.get_by_role("button", name="Take in 500 rows").press("Enter")
    page.get_by_text("cases.csv: 500 new, 0 changed, 0 unchanged.").wait_for()
    assert Complaint.objects.count() == 500
    batch = ImportBatch.objects.get()
    assert (batch.imported_by.username, batch.reason) == ("manager", "The year's complaints")
    assert Change.objects.filter(batch=batch.batch).count() == 500
