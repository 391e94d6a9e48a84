"""Whether a letter is ours, by its code or by its file's digest."""

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from casework.models import Authority
from reviews.models import AnnualSummary, LetterCode, LetterFile
from tests.factories import make_authority, make_decision, make_issued_round
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    SPECIMEN,
    correct,
    make_frozen_round,
    make_issued,
)
from tests.reviews.site.words import Page

CODE = "DFGH-6789-KMNP"
LATER = "DFGH-6789-KMNQ"


@pytest.fixture(autouse=True)
def _no_earlier_attempts(db: None) -> None:
    cache.clear()


@pytest.fixture
def kings_lynn() -> Authority:
    return make_authority("King's Lynn & West Norfolk Council", slug="kings-lynn")


@pytest.fixture
def issued(kings_lynn: Authority) -> AnnualSummary:
    summary = make_issued(make_frozen_round(), kings_lynn, **SPECIMEN)
    LetterCode.objects.create(letter=summary.letter, code=CODE)
    return summary


def heading(client: Client, **asked: str) -> str:
    response = client.get("/verify/", asked)
    assert response.status_code == 200
    return Page(response.content).texts("h2")[0]


OURS = "This letter was issued by us"
REPLACED = "This letter was issued by us and has been replaced"
ALTERED = "This file is not as we issued it"
UNKNOWN = "We know of no such letter"


def test_verify_knows_a_letter_by_its_code_and_by_its_digest(
    client: Client, issued: AnnualSummary
) -> None:
    assert heading(client, code="dfgh 6789 kmnp") == OURS
    assert heading(client, sha256=issued.letter.sha256.upper()) == OURS
    page = client.get("/verify/", {"code": CODE}).content.decode()
    assert "King&#x27;s Lynn &amp; West Norfolk Council" in page
    assert '<a href="/councils/kings-lynn/2020/letter/1/">' in page


def test_verify_tells_a_letter_that_was_replaced(client: Client, issued: AnnualSummary) -> None:
    corrected = correct(issued, not_upheld=3)
    LetterCode.objects.create(letter=corrected.letter, code=LATER)
    assert heading(client, code=CODE) == REPLACED
    assert heading(client, sha256=issued.letter.sha256) == REPLACED
    assert heading(client, code=LATER) == OURS


def test_verify_tells_a_file_that_was_altered(client: Client, issued: AnnualSummary) -> None:
    assert heading(client, code=CODE, sha256="0" * 64) == ALTERED
    assert heading(client, sha256="0" * 64) == UNKNOWN
    assert heading(client, code=LATER, sha256="0" * 64) == UNKNOWN


def test_verify_does_not_know_a_code_that_was_never_issued(
    client: Client, issued: AnnualSummary
) -> None:
    assert heading(client, code=LATER) == UNKNOWN


@pytest.mark.parametrize("by", ["code", "sha256", "both"])
def test_verify_knows_nothing_before_publication(
    client: Client, clock: time_machine.Traveller, issued: AnnualSummary, by: str
) -> None:
    known = {"code": CODE, "sha256": issued.letter.sha256}
    made_up = {"code": LATER, "sha256": "0" * 64}
    if by != "both":
        known, made_up = {by: known[by]}, {by: made_up[by]}
    clock.move_to(BEFORE)
    hidden, never = client.get("/verify/", known), client.get("/verify/", made_up)
    assert heading(client, **known) == UNKNOWN
    for name, value in known.items():  # the page shows what was typed
        assert hidden.content.count(value.encode()) == never.content.count(made_up[name].encode())
    assert len(hidden.content) == len(never.content)
    clock.move_to(PUBLISHED_AT)
    assert heading(client, **known) == OURS


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"code": "BCDF"}, "A check code has twelve letters and digits"),
        ({"sha256": "abc"}, "A SHA-256 digest has 64 digits and letters"),
    ],
)
def test_verify_says_what_is_wrong_with_what_was_typed(
    client: Client, issued: AnnualSummary, asked: dict[str, str], problem: str
) -> None:
    response = client.get("/verify/", asked)
    assert problem in response.content.decode()
    assert Page(response.content).texts("h2")[0] == "By the code in the letter"


def test_verify_prints_hostile_text_as_typed(client: Client, issued: AnnualSummary) -> None:
    page = client.get("/verify/", {"code": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_verify_limits_how_often_one_address_asks(client: Client, issued: AnnualSummary) -> None:
    for _ in range(30):
        assert client.get("/verify/", {"code": LATER}).status_code == 200
    assert client.get("/verify/", {"code": CODE}).status_code == 429
    assert client.get("/verify/").status_code == 200
    elsewhere = client.get("/verify/", {"code": CODE}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


@pytest.mark.parametrize("asked", [{}, {"code": CODE}])
def test_verify_is_read_only_and_never_cached(
    client: Client, issued: AnnualSummary, asked: dict[str, str]
) -> None:
    response = client.get("/verify/", asked)
    assert "no-store" in response.headers["Cache-Control"]
    assert client.post("/verify/", asked).status_code == 405


def test_issued_letter_keeps_its_code() -> None:
    make_decision(make_authority())
    make_issued_round(2020)
    assert LetterCode.objects.get().code == LetterFile.objects.get().document["check_code"]
