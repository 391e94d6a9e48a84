"""The change note: every change of a published file that the public may know of, and no other."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.models import Authority
from reviews.models import AnnualSummary
from reviews.site.changes import ALL_FILES, OF_AUTHORITIES
from tests.factories import make_authority
from tests.reviews.site.builders import (
    PUBLISHED_AT,
    SPECIMEN,
    correct,
    hold,
    make_frozen_round,
    make_issued,
    make_summary,
    release,
    retract,
)
from tests.reviews.site.builders import issue as issue_now
from tests.reviews.site.words import Page

DAY = dt.timedelta(days=1)
PUBLISHED = ("2020-07-29", "published", "")


@pytest.fixture
def authority() -> Authority:
    return make_authority("King's Lynn & West Norfolk Council", slug="kings-lynn")


@pytest.fixture
def summary(clock: time_machine.Traveller, authority: Authority) -> AnnualSummary:
    clock.move_to(PUBLISHED_AT - 7 * DAY)
    round_ = make_frozen_round()
    make_issued(round_, make_authority("Other Council", slug="other"))
    made = make_issued(round_, authority, **SPECIMEN)
    clock.move_to(PUBLISHED_AT)
    return made


def rows(client: Client) -> list[dict[str, str]]:
    content = client.get("/data/changes.csv").content.decode()
    return list(csv.DictReader(io.StringIO(content, newline="")))


def told(client: Client) -> list[tuple[str, str, str]]:
    return [(row["date"], row["what"], row["slug"]) for row in rows(client)]


def test_nothing_is_told_before_anything_is_published(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT - dt.timedelta(microseconds=1))
    assert rows(client) == []
    assert "Nothing has been published yet." in Page(client.get("/data/changes/").content).text


def test_publication_of_a_year_is_one_change_of_all_its_files(
    client: Client, summary: AnnualSummary
) -> None:
    assert rows(client) == [
        {
            "date": "2020-07-29",
            "year_ending": "2020",
            "what": "published",
            "gss_code": "",
            "slug": "",
            "authority": "",
            "tables": " ".join(ALL_FILES),
            "why": "",
        }
    ]


def test_correction_is_told_with_its_reason_and_the_files_that_look_different(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + 40 * DAY)
    correct(summary, received=4)
    change, published = rows(client)
    assert published["what"] == "published"
    assert change == {
        "date": "2020-09-07",
        "year_ending": "2020",
        "what": "corrected",
        "gss_code": summary.gss_code,
        "slug": "kings-lynn",
        "authority": "King's Lynn & West Norfolk Council",
        "tables": "statistics received-by-category manifest",
        "why": "One case was counted twice.",
    }
    page = Page(client.get("/data/changes/").content)
    assert (
        "7 September 2020 2020 King's Lynn & West Norfolk Council The row was replaced by a "
        "corrected one. Why: One case was counted twice. statistics, received-by-category, "
        "manifest" in page.texts("tr")
    )
    assert "/councils/kings-lynn/2020/letter/" in page.links


def test_correction_of_protected_cells_alone_does_not_tell_of_them(
    client: Client, clock: time_machine.Traveller, authority: Authority
) -> None:
    first = make_issued(
        make_frozen_round(), authority, received=2, received_by_category={"housing": 2}
    )
    clock.move_to(PUBLISHED_AT + DAY)
    correct(first, received_by_category={"housing": 1, "other": 1})
    assert rows(client)[0]["tables"] == "statistics manifest"  # of the letter


def test_correction_before_publication_changed_no_published_file(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT - DAY)
    correct(summary, received=4)
    clock.move_to(PUBLISHED_AT)
    assert told(client) == [PUBLISHED]


def test_retraction_is_told_with_its_notice_and_what_corrects_it_without_a_reason_of_a_retracted(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    second = correct(summary, received=4)
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    retract(second, "It was sent\nin error.")
    assert [(row["date"], row["what"], row["why"]) for row in rows(client)] == [
        ("2020-07-31", "retracted", "It was sent in error."),
        ("2020-07-30", "corrected", ""),
        ("2020-07-29", "published", ""),
    ]
    assert rows(client)[0]["tables"] == " ".join(ALL_FILES)
    assert "Wrong council" not in client.get("/data/changes/").content.decode()


def test_correction_of_a_retracted_letter_brings_its_row_back_into_every_file(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    retract(summary)
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    correct(summary, received=4)
    corrected = rows(client)[0]
    assert (corrected["date"], corrected["what"]) == ("2020-07-31", "corrected")
    assert corrected["tables"] == " ".join(OF_AUTHORITIES)


def test_retraction_of_a_version_that_was_replaced_before_changed_no_file(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    correct(summary, received=4)
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    retract(summary)
    assert told(client) == [("2020-07-30", "corrected", "kings-lynn"), PUBLISHED]


def test_held_letter_is_told_of_by_nothing_and_released_is_a_row_that_was_added(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    corrected = correct(summary, received=4)
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    holds = [hold(summary), hold(corrected)]
    assert told(client) == [PUBLISHED]
    assert "Lynn" not in client.get("/data/changes/").content.decode()
    clock.move_to(PUBLISHED_AT + 4 * DAY)
    for each in holds:
        release(each)
    assert told(client) == [
        ("2020-08-02", "added", "kings-lynn"),
        ("2020-07-30", "corrected", "kings-lynn"),
        PUBLISHED,
    ]
    assert "A query" not in client.get("/data/changes.csv").content.decode()  # why it was held


def test_hold_that_ended_before_publication_is_told_of_by_nothing(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT - 2 * DAY)
    held = hold(summary)
    clock.move_to(PUBLISHED_AT - DAY)
    release(held)
    clock.move_to(PUBLISHED_AT)
    assert told(client) == [PUBLISHED]


def test_correction_of_what_is_held_is_a_row_that_was_added(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    hold(summary)
    clock.move_to(PUBLISHED_AT + DAY)
    correct(summary, received=4)
    assert told(client) == [("2020-07-30", "added", "kings-lynn"), PUBLISHED]
    assert rows(client)[0]["why"] == ""


def test_letter_issued_after_publication_is_a_row_that_was_added(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    park = make_authority(slug="park", authority_type="national_park", population=None)
    late = [
        make_summary(summary.freeze.round, authority)
        for authority in (make_authority(slug="late"), park)
    ]
    assert told(client) == [PUBLISHED]
    clock.move_to(PUBLISHED_AT + DAY)
    for each in late:
        issue_now(each)
    assert told(client) == [
        ("2020-07-30", "added", "late"),
        ("2020-07-30", "added", "park"),
        PUBLISHED,
    ]
    # Averages may have counts again when a row of their type is there, and no others.
    assert [row["tables"] for row in rows(client)[:2]] == [
        " ".join(ALL_FILES),
        " ".join(OF_AUTHORITIES),
    ]


def test_year_issued_after_its_instant_is_published_on_the_day_of_its_first_letter(
    client: Client, clock: time_machine.Traveller, authority: Authority
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    make_issued(make_frozen_round(), authority)
    assert told(client) == [("2020-07-30", "published", "")]


@pytest.mark.parametrize("others", [1, 3])
def test_page_asks_the_same_number_of_queries_of_one_and_of_three_changes(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary, others: int
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    for number in range(others):
        for deed in (retract, correct):
            deed(make_issued(summary.freeze.round, make_authority(slug=f"{deed.__name__}{number}")))
    with CaptureQueriesContext(connection) as queries:
        client.get("/data/changes/")
    assert len(queries) == 8
