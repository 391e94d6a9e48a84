"""Whether a letter is ours, by its code or by its file's digest."""

from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client

from casework.models import Authority
from reviews.models import AnnualSummary, Letter, LetterAlternative, LetterCode, LetterFile
from tests.factories import make_authority, make_decision, make_issued_round
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    SPECIMEN,
    correct,
    hold,
    make_frozen_round,
    make_issued,
    release,
    retract,
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
RETRACTED = "This letter was issued by us and has been retracted"
UNKNOWN = "We know of no such letter"


def paragraphs(client: Client, **asked: str) -> list[str]:
    return Page(client.get("/verify/", asked).content).texts("p")


def ways(summary: AnnualSummary) -> dict[str, dict[str, str]]:
    """Every way to ask about a letter."""
    files = {
        each.kind: {"sha256": each.sha256, "code": CODE}
        for each in summary.letter.alternatives.all()
    }
    return files | {
        "code": {"code": CODE},
        "pdf": {"sha256": summary.letter.sha256},
        "altered": {"sha256": "0" * 64, "code": CODE},
    }


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


@pytest.mark.parametrize(
    ("kind", "named"), [("large_print", "large print"), ("text", "plain text")]
)
def test_verify_knows_other_renditions_and_says_which(
    client: Client, issued: AnnualSummary, kind: str, named: str
) -> None:
    digest = issued.letter.alternatives.get(kind=kind).sha256
    assert heading(client, sha256=digest) == OURS
    said = f"The file is the letter's {named}, byte for byte as we issued it."
    assert said in paragraphs(client, sha256=digest)
    assert said in paragraphs(client, sha256=digest, code=CODE)
    assert said not in paragraphs(client, sha256=issued.letter.sha256)
    assert said not in paragraphs(client, code=CODE)


@pytest.mark.parametrize("by", ["code", "pdf", "large_print", "text", "altered"])
def test_verify_tells_a_letter_that_was_retracted(
    client: Client, issued: AnnualSummary, by: str
) -> None:
    retract(issued, notice="It was sent in <error>.")
    assert heading(client, **ways(issued)[by]) == RETRACTED
    said = paragraphs(client, **ways(issued)[by])
    assert "It was sent in <error>." in said
    assert (
        "The letter to King's Lynn & West Norfolk Council about the year ending 31 March 2020 was "
        "issued on 29 July 2020 and retracted on 29 July 2020. It no longer stands, nor do its "
        "figures."
    ) in said
    page = client.get("/verify/", ways(issued)[by]).content.decode()
    assert '<a href="/councils/kings-lynn/2020/letter/1/">retracted</a>' in page
    assert "Wrong council" not in page  # the reason is for staff


def test_verify_tells_a_letter_replaced_by_one_that_was_retracted(
    client: Client, issued: AnnualSummary
) -> None:
    corrected = correct(issued, not_upheld=3)
    retract(corrected)
    assert heading(client, code=CODE) == REPLACED
    assert (
        "A later one took its place on 29 July 2020 and has been retracted since: the notice."
    ) in paragraphs(client, code=CODE)
    assert heading(client, sha256=corrected.letter.sha256) == RETRACTED


def test_verify_tells_a_retracted_letter_that_was_replaced_since(
    client: Client, issued: AnnualSummary
) -> None:
    retract(issued)
    correct(issued, not_upheld=3)
    assert heading(client, code=CODE) == RETRACTED
    assert "A later one took its place on 29 July 2020: the current letter." in paragraphs(
        client, code=CODE
    )


@pytest.mark.parametrize("by", ["code", "pdf", "large_print", "text", "altered"])
@pytest.mark.parametrize("is_retracted", [False, True])
def test_verify_knows_nothing_of_a_letter_while_it_is_held(
    client: Client, issued: AnnualSummary, by: str, is_retracted: bool
) -> None:
    if is_retracted:
        retract(issued)
    held = hold(issued)
    assert heading(client, **ways(issued)[by]) == UNKNOWN
    release(held)
    cache.clear()
    assert heading(client, **ways(issued)[by]) != UNKNOWN


@pytest.mark.parametrize("by", ["large_print", "text", "altered"])
@pytest.mark.parametrize("is_retracted", [False, True])
def test_verify_knows_nothing_of_other_renditions_or_notices_before_publication(
    client: Client,
    clock: time_machine.Traveller,
    issued: AnnualSummary,
    by: str,
    is_retracted: bool,
) -> None:
    if is_retracted:
        retract(issued)
    clock.move_to(BEFORE)
    assert heading(client, **ways(issued)[by]) == UNKNOWN


@pytest.mark.parametrize(
    ("by", "number"), [("code", 3), ("pdf", 3), ("large_print", 4), ("text", 5), ("altered", 5)]
)
def test_verify_asks_little_of_the_database(
    client: Client,
    issued: AnnualSummary,
    django_assert_num_queries: Any,
    settings: Any,
    by: str,
    number: int,
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    asked = ways(issued)[by]
    with django_assert_num_queries(number):
        client.get("/verify/", asked)


@pytest.mark.parametrize("model", [Letter, LetterAlternative])
def test_digests_that_verify_looks_for_have_an_index(model: Any) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert ["sha256"] in [each["columns"] for each in found.values() if each["index"]]


def test_verify_takes_the_code_by_itself_after_a_file(
    client: Client, issued: AnnualSummary
) -> None:
    """A digest asked about before does not go along with a code typed after it."""
    page = Page(client.get("/verify/", {"code": CODE, "sha256": "0" * 64}).content)
    named = [element.attributes.get("name") for element in page.elements]
    forms = [index for index, element in enumerate(page.elements) if element.tag == "form"]
    by_code, by_file = named[slice(*forms)], named[forms[1] :]
    assert [name for name in by_code if name] == ["code"]
    assert [name for name in by_file if name] == ["code", "sha256"]
    hidden = next(each for each in page.elements if each.attributes.get("id") == "file-code")
    assert (hidden.attributes["type"], hidden.attributes.get("value")) == ("hidden", None)


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
