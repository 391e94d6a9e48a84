"""Letters held, released, retracted and corrected, as the public sees them."""

import datetime as dt
import hashlib
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.models import Authority
from reviews.management.rounds import read_instant
from reviews.models import AnnualSummary, TypeAverage
from tests.factories import make_authority
from tests.reviews.site.builders import (
    DISTRICTS,
    PUBLISHED_AT,
    SPECIMEN,
    correct,
    hold,
    issue,
    make_frozen_round,
    make_issued,
    make_summary,
    release,
    retract,
)
from tests.reviews.site.words import Page

COUNCIL = "/councils/kings-lynn/"
LETTER = f"{COUNCIL}2020/letter"
# Where a council with a letter is met; the letter's own addresses come on top.
LISTS = (
    *("/", "/?q=lynn", "/councils/", COUNCIL, "/data/", "/data/changes/", "/data/changes.csv"),
    *("/data/all/statistics.csv", "/data/all/received-by-category.json"),
)
FILES = ("/data/2020/statistics.csv", "/data/2020/statistics.json", "/data/2020/manifest.csv")
OWN = (f"{COUNCIL}2020/", f"{LETTER}/", f"{LETTER}.pdf", f"{LETTER}/1/", f"{LETTER}-1.pdf")


@pytest.fixture
def authority() -> Authority:
    return make_authority("King's Lynn & West Norfolk Council", slug="kings-lynn")


@pytest.fixture
def summary(authority: Authority) -> AnnualSummary:
    round_ = make_frozen_round()
    make_issued(round_, make_authority("Other Council", slug="other"))
    return make_issued(round_, authority, **SPECIMEN)


def answers(client: Client, *addresses: str) -> dict[str, tuple[int, bytes]]:
    found = {address: client.get(address) for address in addresses}
    return {address: (answer.status_code, answer.content) for address, answer in found.items()}


def alerts(client: Client, address: str) -> list[str]:
    return [element.text for element in Page(client.get(address).content).classed("alert")]


def slugs(client: Client, address: str) -> list[str]:
    lines = client.get(address).content.decode().splitlines()[1:]
    column = 0 if "manifest" in address else 1
    return [line.split(",")[column] for line in lines]


# Held ---------------------------------------------------------------------------------------------


def test_held_letter_is_public_nowhere_from_the_next_request_on_and_again_when_released(
    client: Client, authority: Authority
) -> None:
    round_ = make_frozen_round()
    make_issued(round_, make_authority("Other Council", slug="other"))
    summary = make_summary(round_, authority, **SPECIMEN)
    without = answers(client, *LISTS, *FILES, *OWN)
    issue(summary)
    with_it = answers(client, *LISTS, *FILES, *OWN)
    same = {address for address in without if without[address] == with_it[address]}
    assert same == {"/data/changes/", "/data/changes.csv"}  # the round is public without it
    held = hold(summary)
    assert answers(client, *LISTS, *FILES, *OWN) == without
    release(held)
    assert answers(client, *LISTS, *FILES, *OWN) == with_it


def test_round_with_all_letters_held_is_as_if_it_never_was(
    client: Client, authority: Authority
) -> None:
    addresses = (*LISTS, *FILES, *OWN, "/data/2020/averages.csv", "/sources/")
    without = answers(client, *addresses)
    summary = make_issued(make_frozen_round(), authority, **SPECIMEN)
    hold(summary)
    assert answers(client, *addresses) == without


def test_held_letter_is_not_confirmed_to_a_reader_who_has_it(
    client: Client, summary: AnnualSummary
) -> None:
    etag = client.get(f"{LETTER}.pdf").headers["ETag"]
    hold(summary)
    assert client.get(f"{LETTER}.pdf", headers={"if-none-match": etag}).status_code == 404


def test_correction_is_public_while_what_it_replaces_is_held(
    client: Client, summary: AnnualSummary
) -> None:
    held = hold(summary)
    correct(summary, not_upheld=1, upheld=1)
    assert client.get(f"{LETTER}.pdf").content == b"%PDF-1.7 kings-lynn 2020 2"
    assert client.get(f"{LETTER}/1/").status_code == 404
    assert alerts(client, f"{LETTER}/") == [
        "This is the current letter, version 2 of 27 July 2020. Why: One case was counted twice."
    ]
    release(held)
    assert client.get(f"{LETTER}/1/").status_code == 200
    assert slugs(client, FILES[0]) == ["kings-lynn", "other"]


def test_held_correction_and_what_it_replaced_are_both_away(
    client: Client, summary: AnnualSummary
) -> None:
    hold(summary)
    hold(correct(summary))
    codes = {address: client.get(address).status_code for address in (*OWN, f"{LETTER}/2/")}
    assert set(codes.values()) == {404}
    assert slugs(client, FILES[0]) == ["other"]


# What a held letter would be found out from ------------------------------------------------------


def to_come(summary: AnnualSummary) -> None:
    """Drafted and not issued."""
    make_summary(summary.freeze.round, make_authority())


def held_and_corrected(summary: AnnualSummary) -> None:
    hold(summary)
    correct(summary, upheld=1)


def retracted_and_corrected(summary: AnnualSummary) -> None:
    retract(summary)
    correct(summary, upheld=1)


def counted_again_before_issue(summary: AnnualSummary) -> None:
    """The draft that went into the sums was never sent; what took its place is public."""
    correct(make_summary(summary.freeze.round, make_authority(), upheld=1), upheld=2)


@pytest.mark.parametrize(
    "deed",
    [hold, retract, to_come, held_and_corrected, retracted_and_corrected,
     counted_again_before_issue],
)  # fmt: skip
def test_sums_of_a_type_are_kept_back_while_a_row_in_them_is_not_public(
    client: Client, summary: AnnualSummary, deed: Callable[[AnnualSummary], object]
) -> None:
    county = make_authority("Example County Council", authority_type="county")
    TypeAverage.objects.create(
        freeze=summary.freeze, authority_type="county", **DISTRICTS | {"investigated": 401}
    )
    make_issued(summary.freeze.round, county, similar_investigated=401)
    correct(summary, upheld=1)  # a correction alone keeps nothing back: both versions are public
    rows = [
        "county,401,180,45,150,149,99,18,10,22000000,0.8,192",
        "district,400,180,45,150,149,99,18,10,22000000,0.8,192",
    ]
    lines = [
        "County council 192 45% of 401 99% of 150 10% of 180",
        "District council 192 45% of 400 99% of 150 10% of 180",
    ]
    note = "the percentage stands without the number it is of"
    home = Page(client.get("/").content)
    assert client.get("/data/2020/averages.csv").content.decode().splitlines()[1:] == rows
    assert home.texts("tr")[1:] == lines
    assert note not in home.text
    if deed in (held_and_corrected, retracted_and_corrected):
        summary = make_issued(summary.freeze.round, make_authority())
    deed(summary)
    rows[1] = "district,,,45,,,99,,10,22000000,0.8,192"
    lines[1] = "District council 192 45% 99% 10%"
    home = Page(client.get("/").content)
    assert client.get("/data/2020/averages.csv").content.decode().splitlines()[1:] == rows
    assert home.texts("tr")[1:] == lines
    assert note in home.text
    row = client.get("/data/2020/averages.json").json()["rows"][1]
    assert (row["investigated"], row["upheld"], row["uphold_percent"]) == (None, None, 45)


def test_sums_of_a_type_are_public_again_with_the_last_letter_released(
    client: Client, summary: AnnualSummary
) -> None:
    address = "/data/2020/averages.csv"
    before = client.get(address).content
    first, second = hold(summary), hold(AnnualSummary.objects.get(slug="other"))
    third = make_issued(summary.freeze.round, make_authority())
    release(first)
    assert b"district,,,45" in client.get(address).content
    release(second)
    assert client.get(address).content == before
    hold(third)
    assert client.get(address).content != before


def test_row_outside_the_sums_keeps_nothing_back(client: Client, summary: AnnualSummary) -> None:
    round_ = summary.freeze.round
    before = client.get("/data/2020/averages.csv").content
    hold(make_issued(round_, make_authority("Gone District"), has_comparison=False))
    hold(make_issued(round_, make_authority("Example Parks", authority_type="national_park")))
    make_summary(make_frozen_round(2019), make_authority())
    assert client.get("/data/2020/averages.csv").content == before


# Retracted ----------------------------------------------------------------------------------------


def test_retracted_letter_answers_with_its_notice_and_without_figures(
    client: Client, summary: AnnualSummary
) -> None:
    etag = client.get(f"{LETTER}.pdf").headers["ETag"]
    retract(summary, "It was <b>sent</b> in error.")
    for address in (f"{LETTER}/", f"{LETTER}/1/", f"{COUNCIL}2020/", COUNCIL):
        response = client.get(address)
        assert response.status_code == 200
        page = Page(response.content)
        assert [e.text for e in page.classed("alert")] == ["It was <b>sent</b> in error."]
        assert page.statements() == []
        assert "retracted on 29 July 2020" in page.text
        assert "Wrong council" not in page.text
    for address in (f"{LETTER}.pdf", f"{LETTER}-1.pdf"):
        for response in (
            client.get(address),
            client.get(address, headers={"if-none-match": etag}),
        ):
            assert response.status_code == 410
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert response.content == (
                b"This letter has been retracted.\n\nIt was <b>sent</b> in error.\n"
            )


def test_figures_of_a_retracted_letter_leave_lists_and_open_data_and_are_named_there(
    client: Client, summary: AnnualSummary
) -> None:
    retract(summary)
    assert slugs(client, FILES[0]) == slugs(client, FILES[2]) == ["other"]
    assert Page(client.get("/councils/").content).texts("tr")[1:] == [
        "King's Lynn & West Norfolk Council District council letter retracted",
        "Other Council District council none investigated",
    ]
    data = Page(client.get("/data/").content)
    assert f"{LETTER}/" in data.links
    assert (
        "Left out, because the letter was retracted: King's Lynn & West Norfolk Council"
        in data.text
    )
    assert "1 letter and their figures" in Page(client.get("/").content).text
    years = Page(client.get(COUNCIL).content).texts("tr")
    assert years[1:] == ["2020 letter retracted: its figures no longer stand"]


def test_round_with_all_letters_retracted_still_shows_the_notice(
    client: Client, authority: Authority
) -> None:
    retract(make_issued(make_frozen_round(), authority, **SPECIMEN))
    assert alerts(client, f"{LETTER}/") == ["It was sent in error."]
    assert slugs(client, FILES[0]) == slugs(client, FILES[2]) == []


def test_correction_follows_a_retraction_and_the_notice_stays(
    client: Client, summary: AnnualSummary
) -> None:
    retract(summary)
    correct(summary, upheld=1, not_upheld=1)
    assert client.get(f"{LETTER}.pdf").content == b"%PDF-1.7 kings-lynn 2020 2"
    assert client.get(f"{LETTER}-1.pdf").status_code == 410
    assert alerts(client, f"{LETTER}/1/") == ["It was sent in error."]
    assert "Version 2 of 27 July 2020 replaces it. Why: One case was counted twice." in (
        Page(client.get(f"{LETTER}/1/").content).text
    )
    assert slugs(client, FILES[0]) == ["kings-lynn", "other"]
    letters = Page(client.get(COUNCIL).content).texts("li")
    assert [text for text in letters if text.startswith("Annual Review letter")] == [
        "Annual Review letter 2020, version 2 corrected 27 July 2020 "
        "PDF of the letter 2020, version 2 (26 bytes) "
        "Why it was corrected: One case was counted twice.",
        "Annual Review letter 2020 dated 22 July 2020 replaced retracted",
    ]


def test_retracted_correction_does_not_bring_back_what_it_replaced(
    client: Client, summary: AnnualSummary
) -> None:
    retract(correct(summary))
    assert client.get(f"{LETTER}.pdf").status_code == 410
    assert slugs(client, FILES[0]) == ["other"]
    assert alerts(client, f"{LETTER}/1/") == [
        "This letter has been replaced by version 2 of 27 July 2020, "
        "which has been retracted since."
    ]
    assert 'value="kings-lynn"' not in client.get("/compare/").text
    retract(summary)
    former = Page(client.get(f"{LETTER}/1/").content).text
    assert "Version 2 of 27 July 2020 replaces it and has been retracted since." in former
    assert "One case was counted twice" not in former


def test_retracted_letter_that_is_held_has_no_notice(
    client: Client, summary: AnnualSummary
) -> None:
    retract(summary)
    hold(summary)
    assert client.get(f"{LETTER}/").status_code == 404
    assert "kings-lynn" not in " ".join(Page(client.get("/data/").content).links)


# Corrected ----------------------------------------------------------------------------------------


def test_correction_of_a_correction_is_the_current_letter(
    client: Client, summary: AnnualSummary
) -> None:
    third = correct(correct(summary, upheld=1, not_upheld=1), upheld=2, not_upheld=0)
    pdf = b"%PDF-1.7 kings-lynn 2020 3"
    assert client.get(f"{LETTER}.pdf").content == pdf
    assert [client.get(f"{LETTER}/{version}/").status_code for version in (1, 2, 3, 4)] == [
        200, 200, 200, 404,
    ]  # fmt: skip
    assert alerts(client, f"{LETTER}/2/") == [
        "This letter has been replaced by version 3 of 27 July 2020. "
        "Why: One case was counted twice.",
        "This is version 2 of 27 July 2020. It replaces version 1. "
        "Why: One case was counted twice.",
    ]
    manifest = client.get(FILES[2]).content.decode().splitlines()
    assert manifest[1] == f"kings-lynn,2020-kings-lynn.pdf,26,{hashlib.sha256(pdf).hexdigest()}"
    row = client.get(FILES[0]).content.decode().splitlines()[1].split(",")
    assert row[-2:] == ["3", third.letter.sha256]
    assert alerts(client, f"{COUNCIL}2020/") == [
        "The letter and these figures were corrected on 27 July 2020. "
        "Why: One case was counted twice."
    ]


# Cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "queries"),
    [("/", 7), ("/councils/", 4), (COUNCIL, 7), (f"{LETTER}/", 6), (f"{LETTER}.pdf", 2),
     ("/data/", 4), (FILES[0], 2), (FILES[2], 2)],
)  # fmt: skip
@pytest.mark.parametrize("others", [1, 3])
def test_pages_cost_the_same_with_one_and_three_letters_held_corrected_and_retracted(
    client: Client, summary: AnnualSummary, address: str, queries: int, others: int
) -> None:
    correct(summary)
    for number in range(others):
        for deed in (hold, retract, correct):
            deed(
                make_issued(summary.freeze.round, make_authority(slug=f"{deed.__name__}-{number}"))
            )
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked) == queries


# The instant --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "instant",
    [
        "2020-07-29T00:01",
        "2020-03-29T00:59:59",  # the last second before the clocks go forward
        "2020-03-29T02:00",  # the first after it
        "2020-10-25T01:30+01:00",  # comes twice that night: before the clocks go back
        "2020-10-25T01:30+00:00",  # and after
    ],
)
def test_round_is_public_at_its_instant_in_london_and_not_a_microsecond_before(
    client: Client, clock: time_machine.Traveller, authority: Authority, instant: str
) -> None:
    publish_at = read_instant(instant)
    letter_on = publish_at.date() - dt.timedelta(days=7)
    round_ = make_frozen_round(letter_on=letter_on, publish_at=publish_at)
    make_issued(round_, authority, **SPECIMEN)
    clock.move_to(publish_at.astimezone(dt.UTC) - dt.timedelta(microseconds=1))
    assert {client.get(address).status_code for address in (*OWN, *FILES)} == {404}
    clock.move_to(publish_at)
    assert {client.get(address).status_code for address in (*OWN, *FILES)} == {200}
    shown = Page(client.get("/data/").content).text
    assert f"published {publish_at.day} {publish_at:%B %Y}" in shown


def test_the_two_half_past_ones_of_a_night_are_an_hour_apart() -> None:
    first, second = read_instant("2020-10-25T01:30+01:00"), read_instant("2020-10-25T01:30Z")
    assert second - first == dt.timedelta(hours=1)


# Caches -------------------------------------------------------------------------------------------


def test_no_cache_keeps_an_answer_past_publication(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    addresses = (*LISTS, *FILES, *OWN)
    clock.move_to(PUBLISHED_AT - dt.timedelta(days=8))
    kept = {}
    for address in addresses:
        response = client.get(address)
        control = {part.strip() for part in response.headers["Cache-Control"].split(",")}
        assert control - {"public"} == {"no-cache"}, address
        assert "Expires" not in response.headers
        kept[address] = response.headers.get("ETag", '"none"')
    clock.move_to(PUBLISHED_AT)
    for address in addresses:
        again = client.get(address, headers={"if-none-match": kept[address]})
        assert again.status_code == 200, address


def test_page_that_a_reader_has_already_is_not_sent_again(
    client: Client, summary: AnnualSummary
) -> None:
    for address in (*LISTS, *FILES, *OWN):
        etag = client.get(address).headers["ETag"]
        again = client.get(address, headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b""), address
        assert again.headers["Cache-Control"] == "public, no-cache"
