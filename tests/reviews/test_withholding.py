"""Holding, releasing, correcting and retracting letters: the steps, their commands and pages."""

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from casework.models import Authority, Batch, Change
from casework.refusals import Refused
from reviews import caselists, rounds
from reviews.drafting import compose
from reviews.letters.document import Paragraph
from reviews.models import (
    AnnualSummary,
    CaseList,
    Correction,
    Freeze,
    Hold,
    Letter,
    LetterReturn,
    OutboxMessage,
    Retraction,
    Round,
    RoundEvent,
    TypeAverage,
)
from reviews.rounds.holding import carry_over
from reviews.rounds.issuing import Issuing
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
    make_signatory,
    make_user,
    with_reason,
)
from tests.reviews.test_commands import refused as command_refused
from tests.reviews.test_commands import run

pytestmark = pytest.mark.django_db

PUBLISHED = dt.datetime(2020, 7, 28, 23, tzinfo=dt.UTC)
LATER = dt.datetime(2020, 10, 5, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(dt.datetime(2020, 7, 22, 9, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def approver() -> User:
    return make_approver()


@pytest.fixture
def round_() -> Round:
    """Two councils, A with one upheld case and B with none; not frozen yet."""
    make_signatory()
    for name in ("a", "b"):
        make_chief_executive(make_authority(f"Council {name.upper()}", slug=name))
    make_decision(Authority.objects.get(slug="a"))
    make_decision(Authority.objects.get(slug="b"), "not_upheld")
    return make_round(2020)


@pytest.fixture
def frozen(round_: Round, editor: User) -> Round:
    rounds.freeze(round_=round_, by=editor)
    return round_


@pytest.fixture
def issued(frozen: Round, editor: User, approver: User) -> Round:
    rounds.approve(reason="For a test", round_=frozen, by=approver)
    rounds.issue(round_=frozen, by=editor)
    return frozen


def letters(slug: str) -> Any:
    return Letter.objects.filter(summary__authority__slug=slug, summary__freeze__current_of__gt=0)


def letter(slug: str, version: int = 1) -> Letter:
    return letters(slug).select_related("summary").get(summary__version=version)


def council(slug: str) -> Authority:
    return Authority.objects.get(slug=slug)


def held() -> list[tuple[str, int, str]]:
    return [
        (hold.summary.slug, hold.summary.version, hold.reason)
        for hold in Hold.objects.open().order_by("summary__slug", "summary__version")
    ]


def refusal(deed: Any, **values: Any) -> str:
    with pytest.raises(Refused) as raised:
        deed(**values)
    return "\n".join(raised.value.problems)


# Holding ------------------------------------------------------------------------------------------


def test_held_letter_is_neither_needed_for_issuing_nor_issued(
    frozen: Round, editor: User, approver: User
) -> None:
    assert rounds.hold(round_=frozen, by=editor, reason="A query", letters=letters("b")) == 1
    assert held() == [("b", 1, "A query")]
    assert rounds.approve(reason="For a test", round_=frozen, by=approver) == 1
    assert rounds.issue(round_=frozen, by=editor) == 1
    assert [letter("a").state, letter("b").state] == ["issued", "draft"]
    assert list(OutboxMessage.objects.values_list("letter__summary__slug", flat=True)) == ["a"]
    assert rounds.release(round_=frozen, by=editor) == 1
    assert "1 of 2 letters" in refusal(rounds.issue, round_=frozen, by=editor)
    rounds.approve(reason="For a test", round_=frozen, by=approver)
    assert rounds.issue(round_=frozen, by=editor) == 1


def test_holding_is_recorded_with_who_when_and_why(frozen: Round, editor: User) -> None:
    rounds.hold(round_=frozen, by=editor, reason="  A query ")
    rounds.release(round_=frozen, by=editor, letters=letters("a"))
    assert [
        (event.action, event.detail, event.done_by.username)
        for event in RoundEvent.objects.filter(action__in=["held", "released"]).order_by("pk")
    ] == [("held", "2 letters: A query", "editor"), ("released", "1 letter", "editor")]
    hold = Hold.objects.get(summary__slug="a")
    assert (hold.held_by, hold.released_by) == (editor, editor)
    changes = Change.objects.filter(record="reviews.hold").order_by("pk")
    assert [change.action for change in changes] == ["+", "+", "~"]
    assert {batch.begun_by for batch in Batch.objects.filter(changes__in=changes)} == {editor}


def test_holding_and_releasing_twice_does_nothing(frozen: Round, editor: User) -> None:
    assert rounds.hold(round_=frozen, by=editor, reason="One") == 2
    assert rounds.hold(round_=frozen, by=editor, reason="Two") == 0
    assert rounds.release(round_=frozen, by=editor) == 2
    assert rounds.release(round_=frozen, by=editor) == 0
    assert RoundEvent.objects.filter(action__in=["held", "released"]).count() == 2


def test_hold_is_refused(round_: Round, editor: User) -> None:
    nobody = make_user("nobody")
    assert refusal(rounds.hold, round_=round_, by=nobody, reason="xxx") == (
        "nobody may not hold letters."
    )
    assert refusal(rounds.release, round_=round_, by=nobody) == "nobody may not release letters."
    assert refusal(rounds.hold, round_=round_, by=editor, reason=" ") == (
        "Say why the letters are held."
    )
    assert refusal(rounds.hold, round_=round_, by=editor, reason="xxx") == (
        "The round 2020 is not frozen yet, so it has no letters."
    )


def test_hold_outlives_freezing_again(frozen: Round, editor: User, approver: User) -> None:
    rounds.hold(round_=frozen, by=approver, reason="A query", letters=letters("b"))
    rounds.hold(round_=frozen, by=editor, reason="Over", letters=letters("a"))
    rounds.release(round_=frozen, by=editor, letters=letters("a"))
    before = Hold.objects.open().get()
    rounds.freeze(round_=frozen, by=editor, reason="Again")
    hold = Hold.objects.open().get()
    assert hold.summary == letter("b").summary
    assert hold.pk != before.pk
    assert (hold.reason, hold.held_by, hold.held_at) == ("A query", approver, before.held_at)
    assert Hold.objects.count() == 3


def test_hold_of_an_authority_that_has_no_row_any_more_ends(frozen: Round, editor: User) -> None:
    rounds.hold(round_=frozen, by=editor, reason="A query")
    former = AnnualSummary.objects.all()
    carry_over(former, [letter("a").summary], by=editor)
    assert held() == [("a", 1, "A query")]


def test_round_with_held_letters_counts_as_issued_and_ready(
    frozen: Round, editor: User, approver: User
) -> None:
    rounds.hold(round_=frozen, by=editor, reason="A query", letters=letters("b"))
    assert Round.objects.awaiting_approval().count() == 1
    rounds.approve(reason="For a test", round_=frozen, by=approver)
    assert Round.objects.awaiting_approval().count() == 0
    assert Round.objects.to_issue().count() == 1
    rounds.issue(round_=frozen, by=editor)
    assert Round.objects.to_issue().count() == 0


def test_correction_not_issued_yet_is_held_and_released_alone(
    issued: Round, editor: User, clock: Any, client: Client
) -> None:
    clock.move_to(LATER)
    rounds.correct(round_=issued, authority=council("a"), by=editor, reason="Recounted.")
    first, second = (Letter.objects.filter(pk=letter("a", version).pk) for version in (1, 2))
    assert rounds.hold(round_=issued, by=editor, reason="xxx", letters=second) == 1
    assert held() == [("a", 2, "xxx")]
    assert client.get("/councils/a/2020/letter/").status_code == 200
    rounds.hold(round_=issued, by=editor, reason="yyy", letters=first)
    assert client.get("/councils/a/2020/letter/").status_code == 404
    assert rounds.release(round_=issued, by=editor, letters=first) == 1
    assert held() == [("a", 2, "xxx")]
    assert rounds.hold(round_=issued, by=editor, reason="zzz", letters=letters("a")) == 1
    assert rounds.release(round_=issued, by=editor, letters=second) == 1
    assert held() == [("a", 1, "zzz")]


def test_holding_an_issued_correction_holds_what_it_replaced_and_releasing_goes_the_other_way(
    issued: Round, editor: User, approver: User
) -> None:
    rounds.correct(round_=issued, authority=council("a"), by=editor, reason="Recounted.")
    first, second = (Letter.objects.filter(pk=letter("a", version).pk) for version in (1, 2))
    rounds.approve(reason="For a test", round_=issued, by=approver)
    assert rounds.issue(round_=issued, by=editor) == 1
    assert rounds.hold(round_=issued, by=editor, reason="xxx", letters=second) == 2
    assert held() == [("a", 1, "xxx"), ("a", 2, "xxx")]
    assert rounds.release(round_=issued, by=editor, letters=second) == 1
    assert held() == [("a", 1, "xxx")]
    rounds.hold(round_=issued, by=editor, reason="yyy", letters=second)
    assert rounds.release(round_=issued, by=editor, letters=first) == 2


def test_database_keeps_holds_and_issues_no_held_letter(
    frozen: Round, editor: User, approver: User
) -> None:
    rounds.approve(reason="For a test", round_=frozen, by=approver)
    rounds.hold(round_=frozen, by=editor, reason="A query", letters=letters("b"))
    hold = Hold.objects.get()
    for broken in (
        lambda: Hold.objects.update(reason="Other"),
        lambda: Hold.objects.all().delete(),
        lambda: Hold.objects.create(
            summary=hold.summary, reason="xxx", held_at=hold.held_at, held_by=editor
        ),
        lambda: letters("b").update(
            issued_at=hold.held_at, issued_by=editor, sha256="0" * 64, size=1
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()
    rounds.release(round_=frozen, by=editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.update(released_at=None, released_by=None)


# Correcting ---------------------------------------------------------------------------------------


@pytest.fixture
def corrected(issued: Round, editor: User, clock: Any) -> AnnualSummary:
    """A second upheld case of A came to light after publication."""
    clock.move_to(LATER)
    with with_reason():
        make_decision(council("a"))
    return rounds.correct(
        round_=issued, authority=council("a"), by=editor, reason="A  case was\nleft out."
    )


def test_correction_counts_one_authority_again_and_keeps_the_averages(
    corrected: AnnualSummary, editor: User
) -> None:
    first = AnnualSummary.objects.get(slug="a", version=1)
    assert (first.upheld, corrected.upheld, corrected.received) == (1, 2, 2)
    assert (corrected.version, corrected.replaces, corrected.reason) == (
        2, first, "A case was left out.",
    )  # fmt: skip
    assert corrected.freeze == first.freeze
    assert corrected.similar() == first.similar()
    assert TypeAverage.objects.get().upheld == 1
    made = Correction.objects.get()
    assert (made.letter_on, made.corrected_by) == (dt.date(2020, 10, 5), editor)
    assert AnnualSummary.objects.filter(slug="b").count() == 1
    assert RoundEvent.objects.get(action="corrected").detail == (
        "Council A, version 2: A case was left out."
    )


def test_corrected_letter_says_in_its_first_lines_what_it_replaces_and_why(
    corrected: AnnualSummary,
) -> None:
    document = compose(letter("a", 2))
    first = document.narrative[0]
    assert isinstance(first, Paragraph)
    assert "".join(run.text for run in first.runs) == (
        "This letter replaces our letter of 22 July 2020 (version 1), which no longer stands. The "
        "reason is: A case was left out."
    )
    assert (document.version, document.date) == (2, "5 October 2020")
    assert document.addressee[-1] == "Council A"


def test_correction_is_current_from_its_own_issue(
    corrected: AnnualSummary, issued: Round, editor: User, approver: User, client: Client
) -> None:
    def current() -> list[int]:
        rows = AnnualSummary.objects.current().filter(slug="a")
        return list(rows.values_list("version", flat=True))

    assert current() == [1]
    assert client.get("/councils/a/2020/letter/2/").status_code == 404
    assert client.get("/councils/a/2020/letter/1/").status_code == 200
    assert "1 of 3 letters" in refusal(rounds.issue, round_=issued, by=editor)
    assert rounds.approve(reason="For a test", round_=issued, by=approver) == 1
    assert current() == [1]
    assert rounds.issue(round_=issued, by=editor) == 1
    assert current() == [2]
    assert client.get("/councils/a/2020/letter/2/").status_code == 200
    assert OutboxMessage.objects.filter(letter=letter("a", 2)).count() == 1
    assert rounds.verify(issued) == []


def test_whoever_drafted_a_correction_cannot_approve_it(
    issued: Round, approver: User, editor: User
) -> None:
    second = make_user("second", "correct_letter", "approve_letters")
    rounds.correct(round_=issued, authority=council("a"), by=second, reason="Recounted.")
    assert refusal(rounds.approve, round_=issued, by=second) == (
        "second drafted the correction for Council A; another person has to approve it."
    )
    assert rounds.approve(reason="For a test", round_=issued, by=approver) == 1


def test_correction_of_a_correction_names_the_last_that_was_issued(
    corrected: AnnualSummary, issued: Round, editor: User, approver: User, clock: Any
) -> None:
    rounds.approve(reason="For a test", round_=issued, by=approver)
    rounds.issue(round_=issued, by=editor)
    clock.move_to(LATER + dt.timedelta(days=3))
    third = rounds.correct(round_=issued, authority=council("a"), by=editor, reason="A name.")
    assert (third.version, third.replaces, third.upheld) == (3, corrected, 2)
    first = compose(letter("a", 3)).narrative[0]
    assert isinstance(first, Paragraph)
    assert first.runs[1].text.startswith(" our letter of 5 October 2020 (version 2)")


def test_correction_not_issued_yet_is_made_anew_in_its_place(
    corrected: AnnualSummary, issued: Round, editor: User, approver: User
) -> None:
    again: dict[str, Any] = {
        "round_": issued,
        "authority": council("a"),
        "by": editor,
        "reason": "Better said.",
    }
    assert refusal(rounds.correct, **again) == (
        "Version 2 of the letter to Council A is drafted and not issued yet; issue it, or correct "
        "again in its place."
    )
    rounds.hold(round_=issued, by=editor, reason="xxx", letters=letters("a"))
    third = rounds.correct(**again, instead_of=2)
    assert [each.summary.version for each in letters("a").order_by("summary__version")] == [1, 3]
    assert held() == [("a", 1, "xxx"), ("a", 3, "xxx")]
    assert refusal(rounds.correct, **again, instead_of=2).startswith("Version 3 of the letter")
    rounds.release(round_=issued, by=editor)
    rounds.approve(reason="For a test", round_=issued, by=approver)
    rounds.issue(round_=issued, by=editor)
    assert list(AnnualSummary.objects.current().filter(slug="a")) == [third]
    first = compose(letter("a", 3)).narrative[0]
    assert isinstance(first, Paragraph)
    assert "our letter of 22 July 2020 (version 1)" in first.runs[1].text
    assert refusal(rounds.correct, **again, instead_of=3) == (
        "Version 3 of the letter to Council A is no draft any more; look at it before you correct "
        "it once more."
    )


def test_correction_goes_to_who_is_in_office_when_it_is_made(
    issued: Round, editor: User, clock: Any
) -> None:
    clock.move_to(LATER)
    council("a").contacts.update(ends_on=dt.date(2020, 9, 30))
    make_chief_executive(
        council("a"), surname="Later", email="later@example.org", starts_on=dt.date(2020, 10, 1)
    )
    rounds.correct(round_=issued, authority=council("a"), by=editor, reason="The addressee.")
    made = letter("a", 2)
    assert made.salutation == "Dear Ms Later"
    assert made.recipients == {"chief_executive": "later@example.org"}


def test_correct_is_refused(frozen: Round, editor: User) -> None:
    def told(reason: str, by: User = editor) -> str:
        return refusal(rounds.correct, round_=frozen, authority=council("a"), by=by, reason=reason)

    assert told("xxx", make_user("nobody")) == "nobody may not correct a letter."
    assert told(" \n ") == "Say why the letter is corrected; the letter prints it."
    assert told("x" * 601) == "The reason has 601 characters; the letter has room for 600."
    assert told("\N{SLIGHTLY SMILING FACE}").startswith("The reason has ")
    assert told("xxx") == (
        "No letter to Council A is issued in the round 2020, so there is none to correct; change "
        "its draft, or freeze the figures again."
    )
    assert AnnualSummary.objects.count() == 2


def test_correction_of_a_held_letter_can_be_issued_before_that_is_released(
    issued: Round, editor: User, approver: User
) -> None:
    rounds.hold(round_=issued, by=editor, reason="Wrong", letters=letters("a"))
    rounds.correct(round_=issued, authority=council("a"), by=editor, reason="Recounted.")
    assert held() == [("a", 1, "Wrong")]
    rounds.approve(reason="For a test", round_=issued, by=approver)
    assert rounds.issue(round_=issued, by=editor) == 1


def test_correcting_costs_the_same_for_two_and_four_councils(
    issued: Round, editor: User, django_assert_num_queries: Any
) -> None:
    for slug in ("a", "b"):
        with django_assert_num_queries(30 if connection.vendor == "sqlite" else 33):
            rounds.correct(round_=issued, authority=council(slug), by=editor, reason="xxx")
        make_decision(make_authority(), decided_on=dt.date(2021, 1, 1))


# Correcting what was never sent -------------------------------------------------------------------


@pytest.fixture
def held_back(frozen: Round, editor: User, approver: User) -> Round:
    """A is issued; B was held before issue, for its figures are wrong."""
    rounds.hold(round_=frozen, by=approver, reason="Wrong", letters=letters("b"))
    rounds.approve(reason="For a test", round_=frozen, by=approver)
    rounds.issue(round_=frozen, by=editor)
    return frozen


@pytest.fixture
def recounted(held_back: Round, editor: User, clock: Any) -> AnnualSummary:
    """B counted again after publication, with the case that was left out."""
    clock.move_to(LATER)
    make_decision(council("b"))
    return rounds.correct(
        round_=held_back, authority=council("b"), by=editor, reason="A case was left out."
    )


def test_letter_never_sent_is_counted_again_and_stays_held(
    recounted: AnnualSummary, held_back: Round, approver: User
) -> None:
    first = AnnualSummary.objects.get(slug="b", version=1)
    assert (first.upheld, recounted.upheld, recounted.version) == (0, 1, 2)
    assert (recounted.replaces, recounted.reason) == (first, "A case was left out.")
    assert recounted.similar() == first.similar()
    assert (recounted.correction.is_first, recounted.number) == (True, 1)
    assert [each.summary for each in letters("b")] == [recounted]
    assert held() == [("b", 2, "Wrong")]
    assert Hold.objects.open().get().held_by == approver
    assert RoundEvent.objects.get(action="corrected").detail == (
        "Council B, version 2 before anything was sent: A case was left out."
    )
    assert list(AnnualSummary.objects.current().filter(slug="b")) == [recounted]


def test_letter_that_is_the_first_names_no_other_and_is_dated_when_it_was_drafted(
    recounted: AnnualSummary,
) -> None:
    document = compose(letter("b", 2))
    words = str(document.narrative)
    assert (document.version, document.date) == (1, "5 October 2020")
    assert json.loads(document.figures)["letter_version"] == 1
    assert "replaces" not in words
    assert "left out" not in words
    assert "take the place of" not in words
    assert "The figures of the other authorities are public already." in words


def test_letter_that_is_the_first_is_not_dated_before_those_to_the_others(
    round_: Round, editor: User, approver: User
) -> None:
    Round.objects.update(letter_on=dt.date(2020, 7, 24))
    rounds.freeze(round_=round_, by=editor)
    rounds.hold(round_=round_, by=editor, reason="Wrong", letters=letters("b"))
    rounds.approve(reason="For a test", round_=round_, by=approver)
    rounds.issue(round_=round_, by=editor)
    made = rounds.correct(round_=round_, authority=council("b"), by=editor, reason="xxx")
    assert made.correction.letter_on == dt.date(2020, 7, 24)


def test_letter_that_is_the_first_is_approved_issued_and_read_as_any_first_letter(
    recounted: AnnualSummary, held_back: Round, editor: User, approver: User, client: Client,
    tmp_path: Any,
) -> None:  # fmt: skip
    address = "/councils/b/2020/letter"
    assert client.get(f"{address}/").status_code == 404
    assert rounds.approve(reason="For a test", round_=held_back, by=approver) == 0
    rounds.release(round_=held_back, by=editor)
    assert "1 of 2 letters" in refusal(rounds.issue, round_=held_back, by=editor)
    assert rounds.approve(reason="For a test", round_=held_back, by=approver) == 1
    assert rounds.issue(round_=held_back, by=editor) == 1
    assert rounds.verify(held_back) == []
    message = OutboxMessage.objects.get(letter=letter("b", 2))
    assert "replaces" not in message.body
    assert list(OutboxMessage.objects.filter(letter=letter("b", 2)).may_be_sent()) == [message]
    pdf = bytes(letter("b", 2).file.pdf)
    for name in (".pdf", "-1.pdf"):
        assert client.get(f"{address}{name}").content == pdf
    assert client.get(f"{address}-2.pdf").status_code == 404
    for page in (f"{address}/", f"{address}/1/", "/councils/b/2020/"):
        shown = client.get(page).content.decode()
        for unsaid in ("left out", "version 2", "letter/2/", "letter-2.pdf", "corrected"):
            assert unsaid not in shown, (page, unsaid)
    assert "dated 5 October 2020" in client.get("/councils/b/").content.decode()
    rows = list(csv.DictReader(io.StringIO(
        client.get("/data/2020/statistics.csv").content.decode()
    )))  # fmt: skip
    assert [(row["slug"], row["letter_version"], row["upheld"]) for row in rows] == [
        ("a", "1", "1"), ("b", "1", "1"),
    ]  # fmt: skip
    run("export_letters", "2020", "--to", str(tmp_path))
    assert (tmp_path / "2020-b.pdf").read_bytes() == pdf
    manifest = client.get("/data/2020/manifest.csv").content.decode()
    assert f"b,2020-b.pdf,{len(pdf)},{letter('b', 2).sha256}" in manifest
    code = client.get("/verify/", {"code": letter("b", 2).code.code}).content.decode()
    assert "This letter was issued by us</h2>" in code


def test_correction_of_a_first_letter_that_was_version_2_names_it_version_1(
    recounted: AnnualSummary, held_back: Round, editor: User, approver: User, client: Client
) -> None:
    rounds.release(round_=held_back, by=editor)
    rounds.approve(reason="For a test", round_=held_back, by=approver)
    rounds.issue(round_=held_back, by=editor)
    third = rounds.correct(round_=held_back, authority=council("b"), by=editor, reason="A name.")
    rounds.approve(reason="For a test", round_=held_back, by=approver)
    rounds.issue(round_=held_back, by=editor)
    assert (third.version, third.number, third.correction.is_first) == (3, 3, False)
    first = compose(letter("b", 3)).narrative[0]
    assert isinstance(first, Paragraph)
    assert first.runs[1].text.startswith(" our letter of 5 October 2020 (version 1)")
    message = OutboxMessage.objects.get(letter=letter("b", 3))
    assert "It is version 3 and replaces our earlier letter." in message.body
    shown = client.get("/councils/b/2020/letter/").content.decode()
    assert 'href="/councils/b/2020/letter/1/">version 1</a>' in shown
    assert client.get("/councils/b/2020/letter-1.pdf").content == bytes(letter("b", 2).file.pdf)
    assert client.get("/councils/b/2020/letter-2.pdf").status_code == 404
    assert client.get("/councils/b/2020/letter-3.pdf").status_code == 200


def test_first_letter_not_issued_yet_is_made_anew_and_is_still_the_first(
    recounted: AnnualSummary, held_back: Round, editor: User, tmp_path: Any
) -> None:
    again = rounds.correct(
        round_=held_back, authority=council("b"), by=editor, reason="Better.", instead_of=2
    )
    assert (again.version, again.number, again.replaces) == (3, 1, recounted)
    assert list(AnnualSummary.objects.current().filter(slug="b")) == [again]
    assert held() == [("b", 3, "Wrong")]
    run("export_open_data", "2020", "--to", str(tmp_path))
    rows = list(csv.DictReader((tmp_path / "statistics.csv").open()))
    assert [(row["slug"], row["letter_version"]) for row in rows] == [("a", "1"), ("b", "")]
    averages = list(csv.DictReader((tmp_path / "averages.csv").open()))
    assert averages[0]["investigated"] == "2"  # staff see the sums


def test_draft_never_sent_is_looked_at_before_another_takes_its_place(
    held_back: Round, editor: User, approver: User
) -> None:
    rounds.release(round_=held_back, by=editor)
    rounds.approve(reason="For a test", round_=held_back, by=approver)
    rounds.issue(round_=held_back, by=editor)
    assert refusal(
        rounds.correct, round_=held_back, authority=council("b"), by=editor, reason="xxx",
        instead_of=1,
    ) == (
        "Version 1 of the letter to Council B is no draft any more; look at it before you correct "
        "it once more."
    )  # fmt: skip


def test_round_is_not_complete_while_a_first_letter_waits(
    recounted: AnnualSummary, held_back: Round, editor: User, approver: User
) -> None:
    address = reverse("admin:reviews_round_change", args=[held_back.pk])
    client = signed_in("approver")
    assert client.get(address).context["state"] == "public"  # what is held is needed for none
    rounds.release(round_=held_back, by=editor)
    assert client.get(address).context["state"] == "frozen"
    rounds.approve(reason="For a test", round_=held_back, by=approver)
    rounds.issue(round_=held_back, by=editor)
    assert client.get(address).context["state"] == "public"


def test_letter_replaced_while_letters_are_issued_is_passed_by(
    held_back: Round, editor: User, approver: User
) -> None:
    rounds.release(round_=held_back, by=editor)
    rounds.approve(reason="For a test", round_=held_back, by=approver)
    draft, freeze = letter("b").pk, Freeze.objects.get(current_of=held_back)
    rounds.correct(round_=held_back, authority=council("b"), by=editor, reason="xxx")
    issuing = Issuing(freeze, editor)
    issuing.issue(draft)
    assert issuing.done == 0
    assert "1 of 2 letters" in refusal(rounds.issue, round_=held_back, by=editor)


def test_command_and_page_count_a_letter_again_that_was_never_sent(
    held_back: Round, editor: User
) -> None:
    own = letter("b").pk
    client = signed_in("review editor")
    shown = client.get(page("correct", letters=own)).context["outlook"]
    assert shown.problems == []
    assert shown.sentences[0].startswith("Nothing was sent to this authority yet.")
    assert shown.sentences[1] == (
        "The draft of version 1 goes, and version 2 is made, held as the draft is until released."
    )
    assert run(
        "correct_letter", "2020", "--authority", "b", "--by", "editor", "--reason", "Recounted"
    ) == (
        "Drafted version 2 of the letter to Council B in the round 2020; another person approves "
        "it, then issue it. It is held, as the draft before it was; release it.\n"
    )
    told = client.get(reverse("admin:reviews_letter_change", args=[letter("b", 2).pk]))
    assert "for its readers it is version 1: Recounted" in told.content.decode()
    client.post(page("correct", letters=letter("b", 2).pk), {"reason": "Better", "instead_of": 2})
    assert [each.summary.version for each in letters("b")] == [3]


def test_comment_of_an_approver_stays_when_a_correction_takes_the_drafts_place(
    corrected: AnnualSummary, issued: Round, editor: User, approver: User
) -> None:
    rounds.return_letter(letter=letter("a", 2), by=approver, comment="Count again.")
    rounds.correct(
        round_=issued, authority=council("a"), by=editor, reason="Better said.", instead_of=2
    )
    returned = LetterReturn.objects.unanswered().get()
    assert (returned.letter, returned.comment, returned.returned_by) == (
        letter("a", 3), "Count again.", approver,
    )  # fmt: skip
    assert RoundEvent.objects.filter(action="returned")[0].detail == (
        "Returned still, now as new drafts: Council A"
    )


def test_database_knows_which_letter_is_the_first(
    corrected: AnnualSummary, recounted: AnnualSummary
) -> None:
    for summary in (corrected, recounted):
        made = summary.correction
        wrong = AnnualSummary.objects.get(pk=summary.pk)
        wrong.pk, wrong.version, wrong.replaces = None, 9, summary
        wrong.save(force_insert=True)
        with (
            pytest.raises(IntegrityError, match="first letter if none was issued"),
            transaction.atomic(),
        ):
            Correction.objects.create(
                summary=wrong, is_first=not made.is_first, letter_on=made.letter_on,
                corrected_at=made.corrected_at, corrected_by=made.corrected_by,
            )  # fmt: skip


# Retracting ---------------------------------------------------------------------------------------


def test_retraction_is_of_a_public_letter_and_for_good(
    issued: Round, approver: User, editor: User, clock: Any
) -> None:
    given: dict[str, Any] = {
        "letter": letter("a"),
        "by": approver,
        "reason": "Wrong",
        "notice": "Sent in error.",
    }
    private = (
        "The letter to Council A is not public, so there is nothing to retract; hold it instead."
    )
    assert refusal(rounds.retract, **given) == private
    clock.move_to(PUBLISHED)
    rounds.hold(round_=issued, by=editor, reason="xxx")
    assert refusal(rounds.retract, **given) == private
    rounds.release(round_=issued, by=editor)
    assert refusal(rounds.retract, **given | {"by": editor}) == "editor may not retract a letter."
    assert refusal(rounds.retract, **given | {"reason": " "}) == (
        "Say why the letter is retracted; only staff read it."
    )
    assert refusal(rounds.retract, **given | {"notice": ""}) == (
        "Write the notice that the public reads in place of the letter."
    )
    assert refusal(rounds.retract, **given | {"notice": "x" * 2001}).startswith("The notice has")
    assert rounds.retract(**given) is True
    assert rounds.retract(**given | {"notice": "Other"}) is False
    retraction = Retraction.objects.get()
    assert (retraction.notice, retraction.retracted_by) == ("Sent in error.", approver)
    assert RoundEvent.objects.get(action="retracted").detail == "Council A, version 1: Wrong"
    for broken in (
        lambda: Retraction.objects.update(notice="Other"),
        lambda: Retraction.objects.all().delete(),
        lambda: Correction.objects.create(
            summary=retraction.summary, letter_on=dt.date(2020, 8, 1),
            corrected_at=retraction.retracted_at, corrected_by=editor,
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


# Commands -----------------------------------------------------------------------------------------


def test_commands_hold_release_correct_and_retract(
    frozen: Round, editor: User, approver: User, clock: Any
) -> None:
    hold = ("hold_letters", "2020", "--by", "editor", "--reason", "A query")
    assert run(*hold, "--authority", "b") == "Held 1 letter of the round 2020.\n"
    assert run(*hold, "--authority", "b") == (
        "Nothing to do: these letters of the round 2020 are held.\n"
    )
    approve = ("approve_letters", "2020", "--by", "approver")
    assert run(*approve) == "Approved 1 letter of the round 2020.\n"
    assert run(*approve) == (
        "Nothing to do: these letters of the round 2020 are approved or held.\n"
    )
    issue = ("issue_letters", "2020", "--by", "editor")
    assert run(*issue) == "Issued 1 letter of the round 2020; 1 is held.\n"
    assert run(*issue) == ("Nothing to do: all letters of the round 2020 are issued; 1 is held.\n")
    release = ("release_letters", "2020", "--by", "editor")
    assert run(*release) == "Released 1 letter of the round 2020.\n"
    assert run(*release) == "Nothing to do: none of these letters of the round 2020 is held.\n"
    assert command_refused(*release, "--authority", "nowhere").startswith("There is no authority")
    correct = (
        "correct_letter", "2020", "--authority", "a", "--by", "editor", "--reason", "Recounted",
    )  # fmt: skip
    assert command_refused(*correct, "--again") == (
        "No correction of the letter to Council A is waiting to be issued; leave out --again."
    )
    drafted = (
        "Drafted version {} of the letter to Council A in the round 2020; another person approves "
        "it, then issue it.\n"
    )
    assert run(*correct) == drafted.format(2)
    assert run(*correct, "--again") == drafted.format(3)
    assert run(*approve) == "Approved 2 letters of the round 2020.\n"
    assert run(*issue) == "Issued 2 letters of the round 2020.\n"
    clock.move_to(PUBLISHED)
    retract = (
        "retract_letter", "2020", "--authority", "a", "--by", "approver", "--reason", "Wrong",
        "--notice", "Sent in error.",
    )  # fmt: skip
    assert run(*retract) == "Retracted the letter to Council A of the round 2020.\n"
    assert run(*retract) == "Nothing to do: the letter to Council A is retracted.\n"
    assert Retraction.objects.get().summary.version == 3


def test_export_takes_the_current_letter_of_each_council(
    corrected: AnnualSummary, issued: Round, editor: User, approver: User, tmp_path: Any
) -> None:
    run("export_letters", "2020", "--to", str(tmp_path))
    assert (tmp_path / "2020-a.pdf").read_bytes() == bytes(letter("a").file.pdf)
    rounds.approve(reason="For a test", round_=issued, by=approver)
    rounds.issue(round_=issued, by=editor)
    run("export_letters", "2020", "--to", str(tmp_path))
    assert (tmp_path / "2020-a.pdf").read_bytes() == bytes(letter("a", 2).file.pdf)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2020-a.pdf", "2020-b.pdf", "manifest.csv",
    ]  # fmt: skip


# Pages --------------------------------------------------------------------------------------------


def signed_in(role: str) -> Client:
    user = User.objects.create_user(f"the {role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def page(name: str, **chosen: Any) -> str:
    query = "&".join(f"{key}={value}" for key, value in chosen.items())
    return f"{reverse(f'admin:reviews_letter_{name}')}?{query}"


def test_page_says_what_holding_does_and_does_it(frozen: Round, client: Client) -> None:
    client = signed_in("review editor")
    desk = client.get(reverse("admin:reviews_round_change", args=[frozen.pk]))
    assert page("hold", round=frozen.pk) in desk.content.decode()
    address = page("hold", round=frozen.pk)
    shown = client.get(address)
    assert shown.context["outlook"].sentences[0].startswith("2 letters will be held")
    assert shown.context["can"]
    unsaid = client.post(address, {"reason": ""})
    assert unsaid.context["form"].errors == {"reason": ["This field is required."]}
    client.post(address, {"reason": "A query"})
    assert held() == [("a", 1, "A query"), ("b", 1, "A query")]
    assert not client.get(address).context["can"]
    desk = client.get(reverse("admin:reviews_round_change", args=[frozen.pk]))
    assert desk.context["counts"]["held"] == 2
    release = page("release", round=frozen.pk)
    assert release in desk.content.decode()
    client.post(release)
    assert held() == []


def test_round_stays_public_while_a_correction_is_drafted_and_its_next_steps_are_offered(
    corrected: AnnualSummary, issued: Round, approver: User
) -> None:
    address = reverse("admin:reviews_round_change", args=[issued.pk])
    approve, edit = signed_in("approver"), signed_in("review editor")
    shown = approve.get(address).context
    assert shown["state"] == "public"
    assert [label for _, label in shown["buttons"]] == ["Approve 1 letter…"]
    rounds.approve(round_=issued, by=approver)
    assert [label for _, label in edit.get(address).context["buttons"]] == [
        "Issue 1 letter…", "Send 2 messages…",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["hold", "release", "correct", "retract"])
def test_action_of_a_letter_leads_to_its_page(issued: Round, clock: Any, name: str) -> None:
    clock.move_to(LATER)
    client = signed_in("approver" if name == "retract" else "review editor")
    listed = reverse("admin:reviews_letter_changelist")
    own = letter("a").pk
    answer = client.post(listed, {"action": name, "_selected_action": [own]})
    assert answer.status_code == 302
    assert answer.headers["Location"] == page(name, letters=own)
    assert client.get(page(name, letters=own)).status_code == 200
    both = client.post(
        listed, {"action": name, "_selected_action": [own, letter("b").pk]}, follow=True
    )
    told = [str(message) for message in both.context["messages"]]
    assert told == (
        ["Choose 1 letter or fewer for this."] if name in {"correct", "retract"} else []
    )


def test_page_of_a_correction_shows_what_would_change_before_it_is_made(
    issued: Round, clock: Any
) -> None:
    clock.move_to(LATER)
    client = signed_in("review editor")
    address = page("correct", letters=letter("a").pk)
    unchanged = client.get(address).context["outlook"]
    assert (unchanged.changes, unchanged.sentences[-1]) == ([], "No figure would change.")
    with with_reason():
        make_decision(council("a"))
    shown = client.get(address)
    assert shown.context["outlook"].changes == [("Received", 1, 2), ("Upheld", 1, 2)]
    client.post(address, {"reason": "A case was left out."})
    assert letter("a", 2).summary.upheld == 2
    again = client.get(address)
    assert 'name="instead_of" value="2"' in again.content.decode()
    client.post(address, {"reason": "Better said.", "instead_of": 2})
    assert letters("a").get(summary__version=3).summary.reason == "Better said."
    late = client.post(address, {"reason": "Too late.", "instead_of": 2})
    assert late.context["problems"][0].startswith("Version 3 of the letter to Council A")


def test_page_of_a_retraction_refuses_before_anything_is_typed(issued: Round, clock: Any) -> None:
    client = signed_in("approver")
    address = page("retract", letters=letter("a").pk)
    shown = client.get(address)
    assert not shown.context["can"]
    assert shown.context["problems"] == [
        "The letter to Council A is not public, so there is nothing to retract; hold it instead."
    ]
    clock.move_to(PUBLISHED + dt.timedelta(days=1))
    client.force_login(User.objects.get(username="the approver"))
    client.post(address, {"reason": "Wrong", "notice": "Sent in error."})
    assert Retraction.objects.get().notice == "Sent in error."
    told = client.get(reverse("admin:reviews_letter_change", args=[letter("a").pk]))
    assert "Retracted by the approver on 29 July 2020: Wrong" in told.content.decode()


def test_pages_are_for_who_may_and_for_letters_there_are(issued: Round) -> None:
    allowed = {
        "hold": {"review editor", "approver"},
        "release": {"review editor", "approver"},
        "correct": {"review editor"},
        "retract": {"approver"},
    }
    own = letter("a").pk
    for role in ("caseworker", "casework manager", "review editor", "approver", "auditor"):
        client = signed_in(role)
        for name, roles in allowed.items():
            expected = 200 if role in roles else 403
            assert client.get(page(name, letters=own)).status_code == expected
            if role in roles:
                missing = [page(name), page(name, letters="x"), page(name, letters=own + 99)]
                assert {client.get(each).status_code for each in missing} == {404}


def test_message_of_a_letter_that_was_replaced_is_not_sent_any_more(
    corrected: AnnualSummary, issued: Round, editor: User, approver: User
) -> None:
    former = OutboxMessage.objects.filter(letter__summary__version=1).may_be_sent()
    before = former.count()
    rounds.approve(reason="For a test", round_=issued, by=approver)
    assert former.count() == before
    rounds.issue(round_=issued, by=editor)
    of_it = {"letter__summary__authority": corrected.authority_id}
    assert former.filter(**of_it).count() == 0
    later = OutboxMessage.objects.filter(letter__summary__version=2, **of_it)
    assert later.may_be_sent().count() == later.count() > 0


def test_case_lists_of_a_correction_have_a_name_of_their_own(corrected: AnnualSummary) -> None:
    names = {
        caselists.file_name(each, "csv")
        for each in CaseList.objects.filter(summary__authority=corrected.authority_id)
    }
    assert len(names) == 6
    assert f"2020-{corrected.slug}-received.csv" in names
    assert f"2020-{corrected.slug}-received-2.csv" in names
