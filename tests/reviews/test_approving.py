"""Approval after proofing, and letters returned with a comment."""

import datetime as dt
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.models import Change
from casework.refusals import Refused
from reviews import rounds
from reviews.letters.wording import usual
from reviews.models import Letter, LetterReturn, Round, RoundEvent, WordingVersion
from reviews.rounds import wording
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
    make_signatory,
    make_user,
)

pytestmark = pytest.mark.django_db

REASON = "The post is advertised"


@pytest.fixture
def round_() -> Round:
    """Frozen; the first of its three letters has a chief executive, the others a vacant post."""
    make_signatory()
    for position in range(3):
        authority = make_authority(f"Council {position}")
        if not position:
            make_chief_executive(authority)
        make_decision(authority)
    round_ = make_round()
    rounds.freeze(round_=round_, by=make_editor())
    return round_


def letter(position: int) -> Letter:
    return Letter.objects.select_related("summary__freeze").get(summary__name=f"Council {position}")


def states() -> list[str]:
    return [each.state for each in Letter.objects.order_by("summary__name")]


def test_approve_needs_a_reason_where_letters_have_warnings(round_: Round) -> None:
    approver = make_approver()
    with pytest.raises(Refused) as refused:
        rounds.approve(round_=round_, by=approver)
    assert refused.value.problems == [
        "2 letters have warnings; say why they may be approved all the same."
    ]
    assert states() == ["draft", "draft", "draft"]
    assert rounds.approve(round_=round_, by=approver, reason=REASON) == 3
    event = RoundEvent.objects.get(action="approved")
    assert event.detail == f"3 letters; 2 letters have warnings, accepted: {REASON}"


def test_approve_needs_no_reason_where_nothing_was_found(round_: Round) -> None:
    own = Letter.objects.filter(pk=letter(0).pk)
    assert rounds.approve(round_=round_, by=make_approver(), letters=own) == 1
    assert RoundEvent.objects.get(action="approved").detail == "1 letter"


def test_approve_refuses_errors_also_with_a_reason(round_: Round) -> None:
    Letter.objects.filter(pk=letter(1).pk).update(salutation="Dear 😀")
    with pytest.raises(Refused) as refused:
        rounds.approve(round_=round_, by=make_approver(), reason=REASON)
    assert refused.value.problems == [
        "Council 1: U+1F600 (GRINNING FACE) in salutation cannot be printed; spell it otherwise."
    ]
    assert states() == ["draft", "draft", "draft"]


def test_return_makes_a_draft_again_and_waits_for_an_answer(round_: Round) -> None:
    approver, editor = make_approver(), make_user("amender", "change_letter")
    rounds.approve(round_=round_, by=approver, reason=REASON)
    rounds.return_letter(letter=letter(0), by=approver, comment=" Wrong title. ")
    assert states() == ["draft", "approved", "approved"]
    assert list(Letter.objects.returned()) == [letter(0)]
    assert RoundEvent.objects.get(action="returned").detail == "Council 0: Wrong title."
    assert rounds.approve(round_=round_, by=approver, reason=REASON) == 0
    own = Letter.objects.filter(pk=letter(0).pk)
    with pytest.raises(Refused) as refused:
        rounds.approve(round_=round_, by=approver, letters=own, reason=REASON)
    assert refused.value.problems == [
        "Council 0: the letter was returned; answer the comment before it is approved."
    ]
    with pytest.raises(Refused) as refused:
        rounds.issue(round_=round_, by=User.objects.get(username="editor"))
    assert "1 of 3 letters" in refused.value.problems[0]
    rounds.answer_return(letter=letter(0), by=editor, answer="Title corrected.")
    answered = LetterReturn.objects.get()
    assert (answered.comment, answered.returned_by) == ("Wrong title.", approver)
    assert (answered.answer, answered.answered_by) == ("Title corrected.", editor)
    assert rounds.approve(round_=round_, by=approver, reason=REASON) == 1


def test_return_not_answered_outlives_freezing_again(round_: Round) -> None:
    approver, amender = make_approver(), make_user("amender", "change_letter")
    editor = User.objects.get(username="editor")
    ending = make_authority("Council 3")
    rounds.freeze(round_=round_, by=editor, reason="A council more")
    for position in (0, 1, 3):
        rounds.return_letter(letter=letter(position), by=approver, comment=f"Comment {position}")
    rounds.answer_return(letter=letter(1), by=amender, answer="Done.")
    before = {each.comment: each.returned_at for each in LetterReturn.objects.all()}
    ending.ends_on = dt.date(2019, 3, 31)  # it has no row any more
    ending.save()
    rounds.freeze(round_=round_, by=editor, reason="Late cases")
    kept = LetterReturn.objects.get()
    assert (kept.letter, kept.comment, kept.returned_by, kept.returned_at) == (
        letter(0), "Comment 0", approver, before["Comment 0"],
    )  # fmt: skip
    assert kept.letter.summary.freeze.number == 3
    assert RoundEvent.objects.filter(action="returned")[0].detail == (
        "Returned still, now as new drafts: Council 0"
    )
    assert RoundEvent.objects.filter(action="returned")[0].done_by == editor
    assert rounds.approve(round_=round_, by=approver, reason=REASON) == 2
    assert states() == ["draft", "approved", "approved"]
    rounds.freeze(round_=round_, by=editor, reason="Once more")
    assert LetterReturn.objects.get().letter == letter(0)


def test_return_has_a_history_of_every_field(round_: Round) -> None:
    approver, amender = make_approver(), make_user("amender", "change_letter")
    returned = rounds.return_letter(letter=letter(0), by=approver, comment="Wrong title.")
    rounds.answer_return(letter=letter(0), by=amender, answer="Title corrected.")
    rounds.freeze(round_=round_, by=User.objects.get(username="editor"), reason="Late cases")
    changes = Change.objects.filter(record="reviews.letterreturn").order_by("pk")
    told = changes.values_list("action", "record_id", "batch__begun_by__username")
    assert list(told) == [
        ("+", returned.pk, "approver"), ("~", returned.pk, "amender"), ("-", returned.pk, "editor"),
    ]  # fmt: skip
    added, answered, gone = ((each.before or {}, each.after or {}) for each in changes)
    assert added[1]["comment"] == "Wrong title."
    assert set(answered[1]) == {"answer", "answered_at", "answered_by_id"}
    assert (gone[0]["comment"], gone[0]["answer"]) == ("Wrong title.", "Title corrected.")


def test_return_is_refused_twice_without_words_and_after_issue(round_: Round) -> None:
    approver = make_approver()
    with pytest.raises(Refused, match="Say what is wrong with the letter"):
        rounds.return_letter(letter=letter(0), by=approver, comment="  ")
    rounds.return_letter(letter=letter(0), by=approver, comment="Wrong title.")
    with pytest.raises(Refused, match="returned already"):
        rounds.return_letter(letter=letter(0), by=approver, comment="Wrong title.")
    amender = make_user("amender", "change_letter")
    with pytest.raises(Refused, match="Say what was changed, or why nothing was"):
        rounds.answer_return(letter=letter(0), by=amender, answer=" ")
    with pytest.raises(Refused, match="not returned"):
        rounds.answer_return(letter=letter(1), by=amender, answer="Nothing to change.")
    rounds.answer_return(letter=letter(0), by=amender, answer="Nothing to change.")
    rounds.approve(round_=round_, by=approver, reason=REASON)
    rounds.issue(round_=round_, by=User.objects.get(username="editor"))
    with pytest.raises(Refused, match="issued and cannot be changed"):
        rounds.return_letter(letter=letter(0), by=approver, comment="Too late.")


@pytest.mark.parametrize(
    ("deed", "permission"), [("return_letter", "change_letter"), ("answer_return", "freeze_round")]
)
def test_return_and_answer_are_for_those_who_may(round_: Round, deed: str, permission: str) -> None:
    words = "comment" if deed == "return_letter" else "answer"
    with pytest.raises(Refused, match="may not"):
        getattr(rounds, deed)(letter=letter(0), by=make_user("no", permission), **{words: "Words"})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("letter_return_with_comment", {"comment": ""}),
        ("letter_return_answered_at_by", {"answered_at": timezone.now(), "answer": "Done."}),
        ("letter_return_answered_with_words", {"answered_at": timezone.now(), "answer": ""}),
    ],
)
def test_database_refuses_a_return_that_is_not_whole(
    round_: Round, name: str, values: dict[str, object]
) -> None:
    by = User.objects.get(username="editor")
    whole = {"comment": "Look again.", "returned_at": timezone.now(), "returned_by": by}
    if name == "letter_return_answered_with_words":
        whole["answered_by"] = by
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        LetterReturn.objects.create(letter=letter(0), **(whole | values))


def test_database_refuses_a_second_open_return(round_: Round) -> None:
    values = {"returned_at": timezone.now(), "returned_by": User.objects.get(username="editor")}
    LetterReturn.objects.create(letter=letter(0), comment="One.", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterReturn.objects.create(letter=letter(0), comment="Two.", **values)


def test_approve_refuses_letters_that_changed_since_they_were_looked_at(round_: Round) -> None:
    approver, seen = make_approver(), rounds.words_of(round_)
    rounds.amend_letter(
        letter=letter(0),
        by=make_user("amender", "change_letter"),
        addressee="Mx Other",
        salutation="Dear Mx Other",
    )
    with pytest.raises(Refused) as refused:
        rounds.approve(round_=round_, by=approver, words_seen=seen, reason=REASON)
    assert refused.value.problems == [
        "What letters of the round 2020 say has changed since you looked; look at them again "
        "before you approve them."
    ]
    again = rounds.words_of(round_)
    assert rounds.approve(round_=round_, by=approver, words_seen=again, reason=REASON) == 3


def test_approve_is_for_somebody_who_never_worded_the_letters(round_: Round) -> None:
    both = make_user("both", "approve_letters", "change_wordingtext")
    other = make_user("other", "change_wordingtext")
    text = wording.main_text(round_, by=other)
    content = usual()
    for by, words in ((both, "One."), (other, "Two.")):
        content = f"{words}\n\n{content}"
        WordingVersion.objects.create(
            wording=text,
            number=text.versions.count() + 1,
            content=content,
            reason="For a test",
            made_at=timezone.now(),
            made_by=by,
        )
    with pytest.raises(Refused, match="both accepted wording of the round 2020"):
        rounds.approve(round_=round_, by=both, reason=REASON)


def test_approve_command_passes_by_a_returned_letter(round_: Round) -> None:
    rounds.return_letter(letter=letter(0), by=make_approver(), comment="Wrong title.")
    call_command("approve_letters", "2020", "--by", "approver", stdout=StringIO())
    assert states() == ["draft", "approved", "approved"]
