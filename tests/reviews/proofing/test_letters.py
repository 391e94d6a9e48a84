"""Proofs of a round's letters: what they warn of, what is kept, and when it is read again."""

from dataclasses import replace
from typing import Any

import pytest

from reviews.drafting import compose
from reviews.letters.document import Bar
from reviews.models import Letter, LetterProof
from reviews.proofing import Proof, letters, proof_letters, proofs_of
from reviews.proofing.letters import read
from reviews.rounds import amend_letter, freeze
from tests.factories import (
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
    make_signatory,
    make_user,
)

pytestmark = pytest.mark.django_db


def frozen(number: int = 1) -> None:
    make_signatory()
    for _ in range(number):
        authority = make_authority()
        make_chief_executive(authority)
        make_decision(authority)
    freeze(round_=make_round(), by=make_editor())


def codes(proofs: dict[int, Proof]) -> list[list[tuple[str, str]]]:
    return [[(each.level, each.code) for each in proof.findings] for proof in proofs.values()]


def test_proof_of_a_letter_that_is_right_finds_nothing() -> None:
    frozen()
    assert codes(proof_letters(Letter.objects.all())) == [[]]


def test_proof_warns_of_a_vacant_post_nobody_to_send_to_and_nobody_who_signs() -> None:
    make_decision(make_authority())
    freeze(round_=make_round(), by=make_editor())
    assert codes(proof_letters(Letter.objects.all())) == [
        [("warning", "post-vacant"), ("warning", "no-recipient"), ("warning", "no-signatory")]
    ]


@pytest.mark.parametrize(
    ("salutation", "code"),
    [
        ("Dear \u200bMs Example", "unprintable-text"),
        ("Dear Ms 😀", "unprintable-text"),
        ("Dear {{ Name }}", "unresolved-placeholder"),
    ],
)
def test_proof_names_what_no_letter_shows(salutation: str, code: str) -> None:
    frozen()
    Letter.objects.update(salutation=salutation)
    assert codes(proof_letters(Letter.objects.all())) == [[("error", code)]]


def test_proof_names_statistics_that_do_not_fit_their_page() -> None:
    frozen()
    letter = Letter.objects.select_related("summary__freeze__round").get()
    document = compose(letter)
    panels = document.panels * 8
    found = read(replace(document, panels=panels), statistics=letter.summary.statistics())
    assert [(each.level, each.code) for each in found] == [("error", "overflow")]


def test_proof_names_the_rendition_that_cannot_be_made() -> None:
    frozen()
    letter = Letter.objects.select_related("summary__freeze__round").get()
    bars = tuple(Bar(f"Bar {n}", str(n), n, 50) for n in range(22))
    document = compose(letter)
    first, *others = document.panels
    panels = (replace(first, chart=replace(first.chart, bars=bars)), *others)
    found = read(replace(document, panels=panels), statistics=letter.summary.statistics())
    assert [str(each) for each in found if each.code == "overflow"] == [
        "in large print: a chart or a row of a table is too long for a page; shorten the letter's "
        "words."
    ]


def test_proof_is_kept_until_the_letter_changes() -> None:
    frozen()
    letter = Letter.objects.select_related("summary__freeze").get()
    proof_letters(Letter.objects.all())
    first = LetterProof.objects.get()
    proof_letters(Letter.objects.all())
    assert LetterProof.objects.get().proofed_at == first.proofed_at
    assert list(proofs_of(Letter.objects.all())) == [letter.pk]
    amend_letter(
        letter=letter,
        by=make_user("amender", "change_letter"),
        addressee="Mx Other\nChief Executive",
        salutation="Dear Mx Other",
    )
    assert proofs_of(Letter.objects.all()) == {}
    proof_letters(Letter.objects.all())
    assert LetterProof.objects.get().proofed_at > first.proofed_at
    assert list(proofs_of(Letter.objects.all())) == [letter.pk]


def test_proof_is_not_kept_over_another_version_of_the_software(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frozen()
    proof_letters(Letter.objects.all())
    first = LetterProof.objects.get()
    monkeypatch.setattr(letters, "software_digest", lambda: "another")
    assert proofs_of(Letter.objects.all()) == {}
    proof_letters(Letter.objects.all())
    assert LetterProof.objects.get().proofed_at > first.proofed_at
    assert len(proofs_of(Letter.objects.all())) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_proof_asks_the_same_of_the_database_for_one_letter_and_three(
    number: int, django_assert_num_queries: Any
) -> None:
    frozen(number)
    with django_assert_num_queries(10):
        proof_letters(Letter.objects.all())
