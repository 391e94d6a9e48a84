"""What became public lately: each thing once, on the day it did, and nothing before."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
import time_machine
from django.test import Client

from reviews.models import AnnualSummary, Round
from tests.factories import make_authority
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    correct,
    hold,
    make_edition,
    make_frozen_round,
    make_issued,
    release,
    retract,
)
from tests.reviews.site.words import Page
from tests.reviews.test_publication import published as publish_decision

ATOM = "{http://www.w3.org/2005/Atom}"
DAY = dt.timedelta(days=1)
REVIEW = ("Wednesday 29 July 2020", "Annual review 2020", "/data/#year-2020")
LYNN = "/councils/kings-lynn/2020/letter"


@pytest.fixture
def round_(clock: time_machine.Traveller) -> Round:
    clock.move_to(PUBLISHED_AT - 7 * DAY)
    return make_frozen_round()


@pytest.fixture
def lynn(round_: Round) -> AnnualSummary:
    make_issued(round_, make_authority("Other Council", slug="other"))
    return make_issued(round_, make_authority("King's Lynn Council", slug="kings-lynn"))


def told(client: Client) -> list[tuple[str, str, str]]:
    """Day, title and address of each thing on the page."""
    found, day = [], ""
    for element in Page(client.get("/published/").content).elements:
        if element.tag == "footer":
            break
        if element.tag == "h2":
            day = element.text
        if element.tag == "a" and day:
            found.append((day, element.text, element.attributes["href"] or ""))
    return found


def test_review_is_told_of_from_the_instant_it_is_public_for_thirty_days(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    for moment, expected in (
        (BEFORE, []),
        (PUBLISHED_AT, [REVIEW]),
        (PUBLISHED_AT + 30 * DAY - dt.timedelta(microseconds=1), [REVIEW]),
        (PUBLISHED_AT + 30 * DAY, []),
    ):
        clock.move_to(moment)
        assert told(client) == expected
    assert "Nothing became public in these days" in Page(client.get("/published/").content).text


def test_review_says_how_many_letters(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT)
    text = "2 letters for 1 April 2019 to 31 March 2020, with the figures in them."
    assert text in Page(client.get("/published/").content).text
    retract(lynn)
    text = "1 letter for 1 April 2019 to 31 March 2020, with the figures in them."
    assert text in Page(client.get("/published/").content).text


def test_correction_made_before_publication_is_told_of_with_its_review(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    correct(lynn, upheld=1)
    clock.move_to(BEFORE)
    assert told(client) == []
    clock.move_to(PUBLISHED_AT)
    corrected = (REVIEW[0], "Letter corrected: King's Lynn Council, 2020", f"{LYNN}/2/")
    assert told(client) == [REVIEW, corrected] or told(client) == [corrected, REVIEW]


def test_correction_and_retraction_are_told_of_on_their_days(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    corrected = correct(lynn, upheld=1)
    assert told(client) == [
        ("Friday 31 July 2020", "Letter corrected: King's Lynn Council, 2020", f"{LYNN}/2/"),
        REVIEW,
    ]
    clock.move_to(PUBLISHED_AT + 3 * DAY)
    retract(corrected)
    assert told(client) == [
        ("Saturday 1 August 2020", "Letter retracted: King's Lynn Council, 2020", f"{LYNN}/2/"),
        REVIEW,
    ]


def test_letter_held_at_publication_is_told_of_when_it_is_released(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    held = hold(lynn)
    clock.move_to(PUBLISHED_AT + DAY)
    assert told(client) == [REVIEW]
    release(held)
    assert told(client) == [
        ("Thursday 30 July 2020", "Letter published: King's Lynn Council, 2020", f"{LYNN}/1/"),
        REVIEW,
    ]


def test_letter_held_for_a_while_after_publication_is_no_news_when_it_is_back(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    held = hold(lynn)
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    release(held)
    assert told(client) == [REVIEW]


def test_national_review_is_told_of_from_its_own_instant_and_each_edition_once(
    client: Client, clock: time_machine.Traveller, round_: Round, lynn: AnnualSummary
) -> None:
    make_edition(round_, publish_at=PUBLISHED_AT + DAY)
    make_edition(round_, publish_at=PUBLISHED_AT + 2 * DAY, approved=False)
    clock.move_to(PUBLISHED_AT + DAY - dt.timedelta(microseconds=1))
    assert told(client) == [REVIEW]
    clock.move_to(PUBLISHED_AT + 3 * DAY)
    first = ("Thursday 30 July 2020", "National review 2020", "/reviews/2020/")
    assert told(client) == [first, REVIEW]
    make_edition(round_, number=3, publish_at=PUBLISHED_AT)
    assert told(client) == [
        ("Saturday 1 August 2020", "National review 2020, edition 3", "/reviews/2020/"),
        first,
        REVIEW,
    ]
    clock.move_to(PUBLISHED_AT + 40 * DAY)
    assert told(client) == []
    hold(lynn)
    hold(AnnualSummary.objects.get(slug="other"))
    clock.move_to(PUBLISHED_AT + 3 * DAY)
    assert told(client) == []  # of a year of which the public does not know


@pytest.mark.parametrize(("letters", "lines"), [(5, 5), (6, 1)])
def test_many_letters_issued_late_are_told_of_as_one(
    client: Client, clock: time_machine.Traveller, round_: Round, letters: int, lines: int
) -> None:
    clock.move_to(PUBLISHED_AT + DAY)
    for number in range(letters):
        make_issued(round_, make_authority(f"Council {number}"))
    assert len(told(client)) == lines
    assert {day for day, _, _ in told(client)} == {"Thursday 30 July 2020"}


def test_decisions_are_counted_by_the_day_they_were_published(
    client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(dt.datetime(2020, 9, 1, 12, tzinfo=dt.UTC))
    copy = publish_decision()
    day = copy.published_on
    clock.move_to(dt.datetime.combine(day, dt.time(12), dt.UTC))
    assert [title for _, title, _ in told(client)] == ["1 decision"]
    clock.move_to(dt.datetime.combine(day, dt.time(12), dt.UTC) + 30 * DAY)
    assert told(client) == []


def test_feed_says_the_same_as_the_page(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT + 2 * DAY)
    correct(lynn, upheld=1)
    answer = client.get("/published/feed/")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.content)  # noqa: S314 - made here
    assert feed.findtext(f"{ATOM}updated") == "2020-07-31T00:00:00+01:00"
    entries = [
        (
            entry.findtext(f"{ATOM}id"),
            entry.findtext(f"{ATOM}title"),
            entry.findtext(f"{ATOM}updated"),
            entry.find(f"{ATOM}link").attrib["href"],  # type: ignore[union-attr]
        )
        for entry in feed.iter(f"{ATOM}entry")
    ]
    assert entries == [
        (
            f"tag:reviews.example.org,2020-07-31:{LYNN}/2/",
            "Letter corrected: King's Lynn Council, 2020",
            "2020-07-31T00:00:00+01:00",
            f"https://reviews.example.org{LYNN}/2/",
        ),
        (
            "tag:reviews.example.org,2020-07-29:/reviews/2020/2020-07-29",
            "Annual review 2020",
            "2020-07-29T00:00:00+01:00",
            "https://reviews.example.org/data/#year-2020",
        ),
    ]


def test_feed_of_nothing_is_of_this_morning(client: Client, clock: time_machine.Traveller) -> None:
    clock.move_to(PUBLISHED_AT + dt.timedelta(hours=9))
    feed = ET.fromstring(client.get("/published/feed/").content)  # noqa: S314 - made here
    assert feed.findtext(f"{ATOM}updated") == "2020-07-29T00:00:00+01:00"
    assert list(feed.iter(f"{ATOM}entry")) == []


def test_hostile_names_are_escaped(
    client: Client, clock: time_machine.Traveller, lynn: AnnualSummary
) -> None:
    clock.move_to(PUBLISHED_AT)
    make_issued(Round.objects.get(), make_authority("</title><b>&", slug="hostile"))
    clock.move_to(PUBLISHED_AT + DAY)
    correct(AnnualSummary.objects.get(slug="hostile"), upheld=1)
    for address in ("/published/", "/published/feed/"):
        assert b"<b>" not in client.get(address).content
    feed = ET.fromstring(client.get("/published/feed/").content)  # noqa: S314 - made here
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    assert "Letter corrected: </title><b>&, 2020" in titles


@pytest.mark.parametrize("councils", [1, 3])
def test_queries_are_the_same_for_one_letter_and_many(
    client: Client, clock: time_machine.Traveller, round_: Round, councils: int,
    django_assert_num_queries: object,
) -> None:  # fmt: skip
    for number in range(councils):
        summary = make_issued(round_, make_authority(f"Council {number}"))
        correct(summary, upheld=1)
        release(hold(summary))
    clock.move_to(PUBLISHED_AT)
    make_edition(round_)
    with django_assert_num_queries(5):  # type: ignore[operator]
        client.get("/published/")
