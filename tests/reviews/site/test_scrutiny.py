"""The pack for a scrutiny committee: a page of what is public, and a file that says the same."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from casework.models import Authority
from reviews.models import AnnualSummary, Round, ScrutinyPack
from reviews.packs import draw_packs
from tests.factories import make_authority, make_recommendation
from tests.reviews.pdf.reading import page_texts
from tests.reviews.pdf.structure import problems
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    correct,
    hold,
    make_frozen_round,
    make_issued,
    release,
    retract,
)
from tests.reviews.site.cases import make_published, make_stated, publish
from tests.reviews.site.test_national import words

PAGE, FILE = "/councils/anna/2020/scrutiny/", "/councils/anna/2020/scrutiny.pdf"


@pytest.fixture
def anna() -> Authority:
    return make_authority("Anna Council", slug="anna")


@pytest.fixture
def round_() -> Round:
    return make_frozen_round()


@pytest.fixture
def summary(round_: Round, anna: Authority) -> AnnualSummary:
    return make_issued(round_, anna, received=3, upheld=2, satisfied_late=1)


def test_page_and_file_are_public_with_the_letter_and_say_the_same(
    client: Client, clock: time_machine.Traveller, round_: Round, summary: AnnualSummary
) -> None:
    clock.move_to(BEFORE)
    drawn = draw_packs(round_)
    assert (drawn.number, drawn.of, drawn.failed) == (1, 1, [])
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 404
    clock.move_to(PUBLISHED_AT)
    said = words(client.get(PAGE))
    assert "In 1 of these cases the authority complied late." in said
    assert "(1 late of 1 compliance outcome)" in said
    assert "This pack as PDF" in said
    answer = client.get(FILE)
    assert problems(answer.content) == []
    assert "1 late of 1 compliance outcome" in " ".join(page_texts(answer.content))
    assert answer.headers["ETag"] == f'"{ScrutinyPack.objects.get().sha256}"'


def test_file_that_is_not_drawn_is_said_to_be(
    client: Client, round_: Round, summary: AnnualSummary
) -> None:
    assert "The PDF of this pack is being drawn." in words(client.get(PAGE))
    answer = client.get(FILE)
    assert answer.status_code == 404
    assert answer.text.startswith("The PDF file of this pack is being drawn again")


def test_file_is_not_served_once_the_page_says_something_else(
    client: Client, clock: time_machine.Traveller, round_: Round, summary: AnnualSummary
) -> None:
    draw_packs(round_)
    assert client.get(FILE).status_code == 200
    make_published(summary.authority, decided_on=dt.date(2019, 10, 1))
    publish()
    assert "1 upheld of 1 published decision of the year" in words(client.get(PAGE))
    assert client.get(FILE).status_code == 404
    assert draw_packs(round_).number == 1
    assert client.get(FILE).status_code == 200
    assert draw_packs(round_).number == 0


def test_corrected_letter_has_a_pack_of_its_own(
    client: Client, round_: Round, summary: AnnualSummary
) -> None:
    draw_packs(round_)
    correct(summary, satisfied_late=0)
    assert "complied late" not in words(client.get(PAGE)).partition("The letter")[0]
    assert client.get(FILE).status_code == 404


def test_held_letter_has_no_pack_until_it_is_released(
    client: Client, round_: Round, summary: AnnualSummary
) -> None:
    draw_packs(round_)
    held = hold(summary)
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 404
    assert "being drawn" not in client.get(FILE).text
    assert draw_packs(round_).of == 0
    release(held)
    assert client.get(FILE).status_code == 200


def test_retracted_letter_gives_way_to_its_notice(
    client: Client, round_: Round, summary: AnnualSummary
) -> None:
    draw_packs(round_)
    retract(summary, notice="It was sent in error.")
    assert "It was sent in error." in client.get(PAGE).text
    assert "complied late" not in client.get(PAGE).text
    answer = client.get(FILE)
    assert (answer.status_code, "It was sent in error." in answer.text) == (410, True)


def test_pack_that_cannot_be_drawn_is_named_and_the_others_are_drawn(
    round_: Round, summary: AnnualSummary
) -> None:
    bela = make_authority("Bela Council", slug="bela")
    make_issued(round_, bela)
    make_recommendation(make_stated(bela, decided_on=dt.date(2019, 10, 1)), text="Train 漢.")
    publish()
    drawn = draw_packs(round_)
    assert (drawn.number, drawn.of) == (1, 2)
    assert [each.partition(":")[0] for each in drawn.failed] == ["Bela Council"]


def test_command_says_how_many_it_drew(round_: Round, summary: AnnualSummary, capsys: Any) -> None:
    call_command("draw_packs", "2020")
    call_command("draw_packs", "2020")
    assert capsys.readouterr().out.splitlines() == [
        "Drew 1 of 1 packs of the round 2020; the others stand.",
        "Drew 0 of 1 packs of the round 2020; the others stand.",
    ]


def test_chance_is_not_spoken_of_while_a_letter_of_the_type_is_held(
    client: Client, round_: Round, anna: Authority
) -> None:
    make_issued(round_, anna, upheld=19, not_upheld=1)
    other = make_issued(round_, make_authority("Bela Council", slug="bela"))
    assert "95% is higher than the 45% of similar authorities" in words(client.get(PAGE))
    hold(other)
    said = words(client.get(PAGE))
    assert "than the 45%" not in said
    assert "chance would explain" not in said
    assert "This compares to an average of 45% in similar authorities." in said


def test_what_was_agreed_after_the_year_is_not_in_its_pack(
    client: Client, summary: AnnualSummary
) -> None:
    """Improvements of the year and those still open of before, to the last day and none beyond."""
    for decided_on in ((2019, 3, 31), (2019, 4, 1), (2020, 3, 31), (2020, 4, 1)):
        day = dt.date(*decided_on)
        make_stated(
            summary.authority,
            decided_on=day,
            improvements=[{"text": f"Agreed on {day}.", "due_on": dt.date(2020, 12, 1)}],
        )
    publish()
    said = words(client.get(PAGE))
    assert [f"Agreed on {day}." in said for day in ("2019-03-31", "2019-04-01", "2020-03-31")] == [
        *(True, True, True)
    ]
    assert "Agreed on 2020-04-01." not in said
    assert "(3 improvements due, the first on 1 December 2020)" in said


@pytest.mark.parametrize("number", [0, 3])
def test_page_costs_the_same_for_no_decision_and_three(
    client: Client, summary: AnnualSummary, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        make_published(summary.authority, decided_on=dt.date(2019, 10, 1))
    publish()
    assert timezone.now() == PUBLISHED_AT
    with django_assert_num_queries(7):
        client.get(PAGE)
