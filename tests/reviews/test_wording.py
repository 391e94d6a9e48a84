"""Words of a round: drafted, looked at, accepted, restored; and the letters they change."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone
from pypdfium2 import PdfDocument

from casework.choices import AuthorityType, Region
from casework.models import Authority, PublicInterestReport
from casework.refusals import Refused
from reviews import rounds
from reviews.drafting import compose, wording_of
from reviews.letters import wording as usual
from reviews.letters.document import Paragraph
from reviews.models import (
    AnnualSummary,
    LateReplies,
    Letter,
    Round,
    RoundEvent,
    SummaryCondition,
    WordingDraft,
    WordingText,
    WordingVersion,
)
from reviews.pdf.render import render
from reviews.proofing import proof_letters
from reviews.renditions import Kind, make_rendition
from reviews.rounds import wording
from tests.factories import (
    make_approver,
    make_authority,
    make_complaint,
    make_decision,
    make_editor,
    make_round,
)

pytestmark = pytest.mark.django_db

MAIN = "Dear ((authority)).\n\n((passages))\n\nGoodbye."


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def frozen(editor: User) -> Round:
    """Three authorities: a district and a county with nothing, a district that complied late."""
    make_authority("Anna District Council", region=Region.EAST)
    make_authority("Bela County Council", authority_type=AuthorityType.COUNTY)
    late = make_authority("Cara District Council", region=Region.LONDON)
    make_decision(late, compliance="satisfied_late", compliance_recorded_on=dt.date(2020, 1, 1))
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=editor)
    return round_


def passage(round_: Round, **values: Any) -> WordingText:
    return WordingText(round=round_, subject="praise", **values)


def draft(text: WordingText, content: str, by: User) -> WordingDraft:
    return wording.save_draft(text=text, content=content, by=by, seen=wording.state_of(text))


def accept(text: WordingText, by: User, reason: str = "Clearer") -> wording.Changes:
    content = WordingDraft.objects.get(wording=text).content
    seen = wording.changes(text=text, content=content).digest
    return wording.accept(text=text, by=by, reason=reason, seen=seen)


def reworded(round_: Round, content: str, by: User) -> WordingText:
    text = wording.main_text(round_, by=by)
    draft(text, content, by)
    accept(text, by)
    return text


def said(letter: Letter) -> list[str]:
    return [
        "".join(run.text for run in block.runs)
        for block in compose(letter).narrative
        if isinstance(block, Paragraph)
    ]


def letters() -> dict[str, list[str]]:
    return {letter.summary.name.split()[0]: said(letter) for letter in Letter.objects.all()}


# Letters say it -----------------------------------------------------------------------------------


def test_round_without_texts_says_the_usual(frozen: Round) -> None:
    assert letters()["Anna"][0].startswith("This letter sets out what we decided about complaints")


DIFFERENCE = (
    "((if difference in complaints upheld known))\n\n((difference in complaints upheld))\n\n((end))"
)


def test_letters_say_whether_a_difference_is_chance_only_where_their_wording_asks(
    frozen: Round, editor: User
) -> None:
    """The same in every rendition; what was not reworded, and what was issued, stays as it was."""
    summary = AnnualSummary.objects.get(name__startswith="Cara")
    make_decision(summary.authority, outcome="not_upheld")
    make_decision(Authority.objects.get(official_name__startswith="Anna"), outcome="upheld")
    rounds.freeze(round_=frozen, by=editor, reason="More cases")
    before = {letter.pk: compose(letter) for letter in Letter.objects.all()}
    assert "unremarkable" not in str(before)
    reworded(frozen, f"Dear ((authority)).\n\n{DIFFERENCE}\n\n((passages))\n\nGoodbye.", editor)
    said_now = letters()
    assert said_now["Bela"] == ["Dear Bela County Council.", "Goodbye."]
    letter = Letter.objects.get(summary__name__startswith="Anna")
    document = compose(letter)
    told = said_now["Anna"][1]
    assert told == (
        "With 1 investigation, 0 or 1 upheld would all be unremarkable where the average is 67%."
    )
    assert document.figures == before[letter.pk].figures
    assert document.panels == before[letter.pk].panels
    assert told in " ".join(make_rendition(document, Kind.TEXT).decode().split())
    for pdf in (render(document), make_rendition(document, Kind.LARGE_PRINT)):
        assert told in words_of(pdf)
    page = render_to_string("reviews/letter_document.html", {"document": document})
    assert told in " ".join(page.split())


def words_of(pdf: bytes) -> str:
    with PdfDocument(pdf) as opened:
        pages = [opened[number].get_textpage().get_text_range() for number in range(len(opened))]
    return " ".join(" ".join(pages).split())


def test_letters_say_the_main_text_and_the_passages_for_them(frozen: Round, editor: User) -> None:
    reworded(frozen, MAIN, editor)
    for text, content in (
        (passage(frozen, scope="council", authority=Authority.objects.get(region=Region.EAST)),
         "Council."),
        (passage(frozen, scope="type", authority_type="district", position=2), "Second."),
        (passage(frozen, scope="type", authority_type="district", position=1), "First."),
        (passage(frozen, scope="region", region=Region.LONDON), "London."),
    ):  # fmt: skip
        wording.begin_passage(text=text, content=content, by=editor)
        accept(text, editor)
    assert letters() == {
        "Anna": ["Dear Anna District Council.", "First.", "Second.", "Council.", "Goodbye."],
        "Bela": ["Dear Bela County Council.", "Goodbye."],
        "Cara": ["Dear Cara District Council.", "First.", "Second.", "London.", "Goodbye."],
    }


def test_conditions_from_figures_report_and_mark(frozen: Round, editor: User) -> None:
    reworded(
        frozen,
        "((passages))\n\n((complied late??Late.))((late replies??Slow.))"
        "((public report this year??Reported.))",
        editor,
    )
    assert letters() == {"Anna": [], "Bela": [], "Cara": ["Late."]}
    anna = Authority.objects.get(official_name__startswith="Anna")
    rounds_marked = wording.mark_late_replies(round_=frozen, authority=anna, by=editor)
    assert (rounds_marked, letters()["Anna"]) == (0, ["Slow."])
    wording.unmark_late_replies(round_=frozen, authority=anna, by=editor)
    assert letters()["Anna"] == []


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [("2019-03-31", 0), ("2019-04-01", 1), ("2020-03-31", 1), ("2020-04-01", 0)],
)
def test_public_report_of_the_year_is_frozen(issued_on: str, expected: int, editor: User) -> None:
    decision = make_decision(make_authority(), decided_on=dt.date(2019, 1, 1))
    PublicInterestReport.objects.create(
        decision=decision, title="Example", issued_on=issued_on, answer_due_on="2020-07-01"
    )
    make_complaint(decision.authority)
    rounds.freeze(round_=make_round(2020), by=editor)
    found = SummaryCondition.objects.values_list("summary__authority", "name")
    assert list(found) == [(decision.authority_id, "public report this year")] * expected


# Drafts -------------------------------------------------------------------------------------------


def test_draft_changes_no_letter_until_it_is_accepted(frozen: Round, editor: User) -> None:
    before = letters()
    text = wording.main_text(frozen, by=editor)
    draft(text, MAIN, editor)
    assert letters() == before
    found = accept(text, editor, reason=" Shorter ")
    assert letters()["Bela"] == ["Dear Bela County Council.", "Goodbye."]
    assert len(found.letters) == 3
    versions = text.versions.values_list("number", "content", "reason", "made_by")
    assert list(versions) == [
        (2, MAIN, "Shorter", editor.pk),
        (1, usual.usual(), "The usual wording.", editor.pk),
    ]
    assert not WordingDraft.objects.exists()
    event = RoundEvent.objects.get(action="worded")
    assert (event.detail, event.done_by) == ("Main text, version 2: 3 letters. Shorter", editor)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("((passages))\n((author))",
         "Line 2, column 1: there is no placeholder “author”; did you mean “authority”?"),
        ("((passages))\n\nWell done 😀!",
         "Line 3, column 11: letters cannot show U+1F600 (GRINNING FACE); spell it otherwise."),
        ("((passages))\na\u0323\u0301",
         "Line 2, column 3: letters cannot show U+0301 (COMBINING ACUTE ACCENT); spell it "
         "otherwise."),
        ("((passages))\nThis is {{ authority }}.",
         "Line 2, column 9: “{{ authority }}” would print as it stands and look like a "
         "placeholder that was not filled in; write ((name)) with a name from the list, or take "
         "out its signs."),
        ("((passages))\n\\((authority))",
         "Line 2, column 1: two brackets side by side look like a placeholder that was not filled "
         "in; put a space between them."),
    ],
)  # fmt: skip
def test_draft_that_letters_cannot_say_is_refused_with_its_place(
    content: str, problem: str, frozen: Round, editor: User
) -> None:
    text = wording.main_text(frozen, by=editor)
    with pytest.raises(Refused) as refused:
        draft(text, content, editor)
    assert refused.value.problems == [problem]
    assert not WordingDraft.objects.exists()


@pytest.mark.parametrize("typed", ["We met no figure people.", "One ( (a) or (b)) } %} [[x]]"])
def test_words_that_can_be_accepted_are_no_error_of_the_proof(
    typed: str, frozen: Round, editor: User
) -> None:
    reworded(frozen, f"((passages))\n\n{typed}", editor)
    assert [proof.of("error") for proof in proof_letters(Letter.objects.all()).values()] == [[]] * 3


def test_text_accepted_before_lookalikes_were_refused_is_read_and_named_by_the_proof(
    frozen: Round, editor: User
) -> None:
    text = wording.main_text(frozen, by=editor)
    content = "((passages))\n\nSee \\((a) or (b))."
    WordingVersion.objects.create(
        wording=text, number=2, content=content, made_at=timezone.now(), made_by=editor, reason="R"
    )
    assert letters()["Anna"] == ["See ((a) or (b))."]
    proofs = proof_letters(Letter.objects.all()).values()
    assert {finding.code for proof in proofs for finding in proof.of("error")} == {
        "unresolved-placeholder"
    }


def test_second_of_two_is_told_who_saved_and_nothing_is_overwritten(
    frozen: Round, editor: User
) -> None:
    text = wording.main_text(frozen, by=editor)
    seen = wording.state_of(text)
    other = make_editor("bela")
    wording.save_draft(text=text, content=MAIN, by=other, seen=seen)
    with pytest.raises(wording.ChangedMeanwhile, match=r"^bela saved a draft of this text on "):
        wording.save_draft(text=text, content=f"{MAIN} Mine.", by=editor, seen=seen)
    assert WordingDraft.objects.get().content == MAIN
    draft(text, f"{MAIN} Mine.", editor)
    kept = WordingDraft.objects.get()
    assert (kept.begun_by, kept.saved_by, kept.content) == (other, editor, f"{MAIN} Mine.")


def test_draft_is_told_of_a_version_accepted_meanwhile_and_of_a_discarded_draft(
    frozen: Round, editor: User
) -> None:
    text = wording.main_text(frozen, by=editor)
    seen = wording.state_of(text)
    draft(text, MAIN, editor)
    with_draft = wording.state_of(text)
    wording.discard_draft(text=text, by=editor)
    with pytest.raises(wording.ChangedMeanwhile, match="accepted version 1 on "):
        wording.save_draft(text=text, content=MAIN, by=editor, seen=with_draft)
    draft(text, MAIN, editor)
    accept(text, editor)
    with pytest.raises(wording.ChangedMeanwhile, match="accepted version 2 on "):
        wording.save_draft(text=text, content=MAIN, by=editor, seen=seen)


def test_discarding_the_draft_of_a_new_passage_takes_the_passage(
    frozen: Round, editor: User
) -> None:
    text = passage(frozen, scope="type", authority_type="district")
    wording.begin_passage(text=text, content="Well done.", by=editor)
    wording.discard_draft(text=text, by=editor)
    assert not WordingText.objects.exists()


# Accepting ----------------------------------------------------------------------------------------


def test_only_letters_that_change_lose_their_approval(frozen: Round, editor: User) -> None:
    reworded(frozen, MAIN, editor)
    rounds.approve(reason="For a test", round_=frozen, by=make_approver())
    text = passage(frozen, scope="type", authority_type="county")
    wording.begin_passage(text=text, content="Well done.", by=editor)
    found = accept(text, editor)
    assert (len(found.letters), found.approved, found.of) == (1, 1, 3)
    waiting = Letter.objects.awaiting_approval().values_list("summary__name", flat=True)
    assert list(waiting) == ["Bela County Council"]
    withdrawn = RoundEvent.objects.get(action="withdrawn")
    assert withdrawn.detail == "1 letter"


def test_changes_are_grouped_where_letters_differ_in_values_alone(
    frozen: Round, editor: User
) -> None:
    text = reworded(frozen, MAIN, editor)
    content = "Hello ((authority)).((complied late?? You were late.))\n\n((passages))\n\nGoodbye."
    found = wording.changes(text=text, content=content)
    told = [
        (
            each.example,
            each.names,
            [
                ("|".join(p.text for p in line.before), "|".join(p.text for p in line.after))
                for line in each.lines
            ],
        )
        for each in found.differences
    ]
    assert told == [
        ("Anna District Council", ("Anna District Council", "Bela County Council"),
         [("Dear |Anna District Council.", "Hello |Anna District Council.")]),
        ("Cara District Council", ("Cara District Council",),
         [("Dear |Cara District |Council.",
           "Hello |Cara District |Council. You were late.")]),
    ]  # fmt: skip


def test_what_was_not_looked_at_is_not_accepted(frozen: Round, editor: User) -> None:
    text = wording.main_text(frozen, by=editor)
    draft(text, MAIN, editor)
    seen = wording.changes(text=text, content=MAIN).digest
    meanwhile = [
        lambda: draft(text, f"{MAIN} More.", editor),
        lambda: rounds.approve(reason="For a test", round_=frozen, by=make_approver()),
        lambda: rounds.freeze(round_=frozen, by=editor, reason="Again"),
    ]
    for change in meanwhile:
        change()
        with pytest.raises(Refused, match="have changed since you looked"):
            wording.accept(text=text, by=editor, reason="Clearer", seen=seen)
        seen = wording.changes(text=text, content=WordingDraft.objects.get().content).digest
    wording.accept(text=text, by=editor, reason="Clearer", seen=seen)


@pytest.mark.parametrize("reason", ["", "  "])
def test_acceptance_needs_a_reason(reason: str, frozen: Round, editor: User) -> None:
    text = wording.main_text(frozen, by=editor)
    draft(text, MAIN, editor)
    with pytest.raises(Refused, match="Say why the wording changes"):
        accept(text, editor, reason=reason)


def test_accepting_twice_or_what_stands_already_is_refused(frozen: Round, editor: User) -> None:
    text = reworded(frozen, MAIN, editor)
    with pytest.raises(Refused, match="There is no draft any more"):
        wording.accept(text=text, by=editor, reason="Clearer", seen="")
    draft(text, MAIN, editor)
    with pytest.raises(Refused, match="The draft says what stands already"):
        accept(text, editor)


def test_older_version_is_restored_through_a_draft(frozen: Round, editor: User) -> None:
    text = reworded(frozen, MAIN, editor)
    wording.restore_version(text=text, number=1, by=editor)
    with pytest.raises(Refused, match="The text has a draft"):
        wording.restore_version(text=text, number=1, by=editor)
    accept(text, editor, reason="Back")
    with pytest.raises(Refused, match="Version 1 says what the text says now"):
        wording.restore_version(text=text, number=1, by=editor)
    with pytest.raises(Refused, match="There is no version 9"):
        wording.restore_version(text=text, number=9, by=editor)
    version = text.versions.get(number=3)
    assert (version.content, version.restores) == (usual.usual(), 1)


def test_words_stand_once_letters_are_issued(frozen: Round, editor: User) -> None:
    text = reworded(frozen, MAIN, editor)
    anna = Authority.objects.get(official_name__startswith="Anna")
    wording.mark_late_replies(round_=frozen, authority=anna, by=editor)
    draft(text, f"{MAIN} More.", editor)
    seen = wording.changes(text=text, content=f"{MAIN} More.").digest
    rounds.approve(reason="For a test", round_=frozen, by=make_approver())
    rounds.issue(round_=frozen, by=editor)
    other = Authority.objects.exclude(pk=anna.pk)[0]
    for refused in (
        lambda: wording.accept(text=text, by=editor, reason="Clearer", seen=seen),
        lambda: draft(text, MAIN, editor),
        lambda: wording.discard_draft(text=text, by=editor),
        lambda: wording.restore_version(text=text, number=1, by=editor),
        lambda: wording.mark_late_replies(round_=frozen, authority=other, by=editor),
        lambda: wording.unmark_late_replies(round_=frozen, authority=anna, by=editor),
    ):
        with pytest.raises(Refused, match="are issued, so their words stand"):
            refused()
    for forbidden in (
        lambda: WordingVersion.objects.create(
            wording=text, number=9, reason="x", made_at=frozen.opened_at, made_by=editor
        ),
        lambda: LateReplies.objects.create(
            round=frozen, authority=other, marked_at=frozen.opened_at, marked_by=editor
        ),
        lambda: LateReplies.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="are issued: their words"), transaction.atomic():
            forbidden()


def test_versions_cannot_be_changed(frozen: Round, editor: User) -> None:
    text = reworded(frozen, MAIN, editor)
    for change in (
        lambda: text.versions.update(content="x"),
        lambda: text.versions.all()._raw_delete("default"),
    ):
        with (
            pytest.raises(IntegrityError, match="A version of a wording is kept"),
            transaction.atomic(),
        ):
            change()


def test_who_may_not_change_wording_changes_nothing(frozen: Round, editor: User) -> None:
    text = reworded(frozen, MAIN, editor)
    approver = make_approver()
    anna = Authority.objects.all()[0]
    for deed in (
        lambda: wording.main_text(frozen, by=approver),
        lambda: draft(text, "x", approver),
        lambda: wording.begin_passage(text=text, content="x", by=approver),
        lambda: wording.accept(text=text, by=approver, reason="x", seen=""),
        lambda: wording.discard_draft(text=text, by=approver),
        lambda: wording.restore_version(text=text, number=1, by=approver),
        lambda: wording.mark_late_replies(round_=frozen, authority=anna, by=approver),
        lambda: wording.unmark_late_replies(round_=frozen, authority=anna, by=approver),
    ):
        with pytest.raises(Refused, match="may not change the wording of letters"):
            deed()


def test_who_accepted_words_does_not_approve_letters(frozen: Round) -> None:
    both = User.objects.create_superuser("both")
    reworded(frozen, MAIN, both)
    with pytest.raises(Refused, match="both accepted wording of the round 2020; another person"):
        rounds.approve(reason="For a test", round_=frozen, by=both)


# Opening a round ----------------------------------------------------------------------------------


def open_round(year: int, by: User) -> Round:
    template = make_round(year)
    template.delete()
    return rounds.open_round(
        year=year, letter_on=template.letter_on, publish_at=template.publish_at, by=by
    )


def test_round_opens_with_the_words_of_the_one_before_it(frozen: Round, editor: User) -> None:
    first = open_round(2019, editor)
    (text,) = first.texts.all()
    (version,) = text.versions.all()
    assert (version.number, version.content, version.reason) == (
        1, usual.usual(), "The usual wording.",
    )  # fmt: skip
    reworded(frozen, MAIN, editor)
    anna = Authority.objects.get(official_name__startswith="Anna")
    for text, content in (
        (passage(frozen, scope="type", authority_type="district"), "For districts."),
        (passage(frozen, scope="region", region=Region.EAST), "For the East."),
        (passage(frozen, scope="council", authority=anna), "For Anna."),
    ):
        wording.begin_passage(text=text, content=content, by=editor)
        accept(text, editor)
    second = open_round(2021, editor)
    copied = WordingVersion.objects.filter(wording__round=second).order_by("pk")
    assert [(str(v.wording), v.number, v.content, v.reason) for v in copied] == [
        ("Main text", 1, MAIN, "As in the round 2020."),
        ("District council: praise", 1, "For districts.", "As in the round 2020."),
        ("East of England: praise", 1, "For the East.", "As in the round 2020."),
    ]


# Many letters, and two people ---------------------------------------------------------------------


def test_changes_ask_a_fixed_number_of_times(
    frozen: Round, editor: User, django_assert_num_queries: Any
) -> None:
    text = reworded(frozen, MAIN, editor)
    text = WordingText.objects.select_related("round").get(pk=text.pk)
    with django_assert_num_queries(6):
        assert len(wording.changes(text=text, content=f"{MAIN} More.").letters) == 3
    make_authority()
    rounds.freeze(round_=frozen, by=editor, reason="One more")
    with django_assert_num_queries(6):
        assert len(wording.changes(text=text, content=f"{MAIN} More.").letters) == 4


def test_changes_of_hundreds_of_letters_are_one_difference(editor: User) -> None:
    for number in range(350):
        make_authority(f"Example {number:03} Council", population=None)
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=editor)
    text = wording.main_text(round_, by=editor)
    content = usual.usual().replace("I hope that it helps you", "I hope it will help you")
    found = wording.changes(text=text, content=content)
    assert [(len(each.names), len(each.lines)) for each in found.differences] == [(350, 1)]


def test_words_of_a_round_are_read_with_three_queries(
    frozen: Round, editor: User, django_assert_num_queries: Any
) -> None:
    reworded(frozen, MAIN, editor)
    with django_assert_num_queries(3):
        wording_of(frozen)


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_one_version(frozen: Round, editor: User) -> None:
    text = wording.main_text(frozen, by=editor)
    draft(text, MAIN, editor)
    seen = wording.changes(text=text, content=MAIN).digest
    refusals: list[str] = []

    def try_to_accept() -> None:
        try:
            wording.accept(text=text, by=editor, reason="Clearer", seen=seen)
        except Refused as refused:
            refusals.extend(refused.problems)

    def run() -> None:
        try:
            try_to_accept()
        finally:
            connection.close()

    if connection.vendor == "postgresql":
        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
    else:
        try_to_accept()
        try_to_accept()
    assert refusals == ["There is no draft any more: somebody accepted or discarded it."]
    assert [version.number for version in text.versions.all()] == [2, 1]
