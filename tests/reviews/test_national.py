"""The national review of a round: written, made, approved by another, published at its instant."""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import Authority
from casework.refusals import Refused
from reviews import rounds
from reviews.letters.national import WITHHELD
from reviews.models import (
    AnnualSummary,
    Letter,
    NationalReview,
    NationalReviewFile,
    NationalReviewRow,
    ReviewText,
    Round,
)
from reviews.roles import sync_roles
from reviews.rounds import national
from tests.factories import (
    make_authority,
    make_decision,
    make_issued_round,
    make_recommendation,
    make_user,
)
from tests.reviews.pdf.reading import page_texts
from tests.reviews.pdf.structure import problems
from tests.reviews.site.builders import correct, retract

pytestmark = pytest.mark.django_db

WRITER = ("add_reviewtext", "add_nationalreview")


@pytest.fixture
def maker() -> User:
    return make_user("maker", *WRITER)


@pytest.fixture
def second() -> User:
    return make_user("second", "approve_review")


@pytest.fixture
def round_() -> Round:
    """Two councils: one with an upheld decision of two recommendations, one with nothing."""
    anna = make_authority("Anna Council")
    make_authority("Bela Council")
    decision = make_decision(anna)
    make_recommendation(decision)
    make_recommendation(decision, kind="personal", category="apology")
    return make_issued_round()


def refused(do: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        do()
    return " ".join(refusal.value.problems)


def write(round_: Round, by: User, content: str, kind: str = "foreword", seen: int = 0) -> Any:
    return national.save_text(
        round_=round_, kind=kind, content=content, reason="First words", seen=seen, by=by
    )


# Making -------------------------------------------------------------------------------------------


def test_edition_has_the_figures_of_the_issued_letters_and_their_recommendations(
    round_: Round, maker: User
) -> None:
    review = national.make_review(round_=round_, by=maker)
    assert (review.number, review.publish_at, review.reason) == (1, round_.publish_at, "")
    assert review.figures["recommendations"] == {"apology": 1, "training_or_guidance": 1}
    assert [
        (group["authority_type"], group["authorities"], group["counts"]["upheld"])
        for group in review.figures["groups"]
    ] == [("district", 2, 1)]
    assert sorted(review.rows.values_list("summary__name", flat=True)) == [
        "Anna Council", "Bela Council",
    ]  # fmt: skip


def test_held_and_retracted_letters_are_not_in_an_edition(round_: Round, maker: User) -> None:
    anna = Authority.objects.get(official_name="Anna Council").annual_summaries.get()
    holder = make_user("holder", "hold_letters")
    rounds.hold(
        round_=round_, by=holder, reason="A query", letters=type(anna.letter).objects.filter(
            pk=anna.letter.pk
        ),
    )  # fmt: skip
    review = national.make_review(round_=round_, by=maker)
    assert list(review.rows.values_list("summary__name", flat=True)) == ["Bela Council"]
    assert review.figures["recommendations"] is None
    # A sum by category would be of other rows than one made after the release.
    assert review.figures["categories"] is None
    assert str(review.document).count(WITHHELD) == 2


def test_recommendations_are_left_out_while_an_authority_is_held(
    round_: Round, maker: User
) -> None:
    bela = Letter.objects.filter(summary__name="Bela Council")
    rounds.hold(
        round_=round_, by=make_user("holder", "hold_letters"), reason="A query", letters=bela
    )
    review = national.make_review(round_=round_, by=maker)
    assert list(review.rows.values_list("summary__name", flat=True)) == ["Anna Council"]
    assert review.figures["recommendations"] is None


def test_edition_not_approved_is_made_anew_under_its_number(round_: Round, maker: User) -> None:
    later = round_.publish_at + dt.timedelta(days=60)
    first = national.make_review(round_=round_, by=maker, publish_at=later)
    write(round_, maker, "New words.")
    second = national.make_review(round_=round_, by=maker)
    assert (second.number, second.publish_at) == (1, later)
    assert list(NationalReview.objects.all()) == [second] != [first]
    assert second.document["sections"][0]["parts"][0]["runs"][0]["text"] == "New words."


def test_another_edition_needs_a_reason_and_tells_it(
    round_: Round, maker: User, second: User
) -> None:
    national.approve_review(review=national.make_review(round_=round_, by=maker), by=second)
    assert "Say why" in refused(lambda: national.make_review(round_=round_, by=maker))
    again = national.make_review(round_=round_, by=maker, reason="A letter was corrected.")
    assert (again.number, again.reason) == (2, "A letter was corrected.")
    assert "A letter was corrected." in str(again.document["opening"])


@pytest.mark.parametrize("early", [dt.timedelta(microseconds=1), dt.timedelta(days=1)])
def test_review_is_never_public_before_the_letters(
    round_: Round, maker: User, second: User, early: dt.timedelta
) -> None:
    before = round_.publish_at - early
    said = "is not public before them"
    assert said in refused(lambda: national.make_review(round_=round_, by=maker, publish_at=before))
    review = national.make_review(round_=round_, by=maker)
    assert said in refused(
        lambda: national.reschedule_review(review=review, by=second, publish_at=before)
    )
    with pytest.raises(DatabaseError, match="not public before the letters"), transaction.atomic():
        NationalReview.objects.filter(pk=review.pk).update(publish_at=before)


def test_round_whose_letters_are_not_issued_has_no_review(maker: User) -> None:
    make_authority()
    from tests.factories import make_editor, make_round

    round_ = make_round()
    assert "No letter" in refused(lambda: national.make_review(round_=round_, by=maker))
    rounds.freeze(round_=round_, by=make_editor())
    said = refused(lambda: national.make_review(round_=round_, by=maker))
    assert said.startswith("1 of 1 letters of the round 2020 are not issued")


# Approving ----------------------------------------------------------------------------------------


def test_approval_stores_the_file_for_good(round_: Round, maker: User, second: User) -> None:
    review = national.make_review(round_=round_, by=maker)
    national.approve_review(review=review, by=second, seen=review.made_at)
    review.refresh_from_db()
    pdf = bytes(review.file.pdf)
    assert (review.sha256, review.size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert problems(pdf) == []
    assert "Anna Council 1 1 0 0 0 1 100% of 1" in " ".join(page_texts(pdf))
    for change in (
        lambda: NationalReview.objects.filter(pk=review.pk).update(sha256="0"),
        lambda: NationalReview.objects.filter(pk=review.pk).delete(),
        lambda: NationalReviewFile.objects.update(pdf=b"other"),
        lambda: NationalReviewFile.objects.all().delete(),
        lambda: NationalReviewRow.objects.all().delete(),
        lambda: NationalReviewRow.objects.create(
            review=review, summary=AnnualSummary.objects.earliest("pk")
        ),
    ):
        with (
            pytest.raises(
                DatabaseError, match=r"approved edition|protected foreign keys|(?i:unique)"
            ),
            transaction.atomic(),
        ):
            change()


@pytest.mark.parametrize("column", ["figures", "document", "reason", "made_at"])
def test_edition_stands_as_it_was_made(round_: Round, maker: User, column: str) -> None:
    review = national.make_review(round_=round_, by=maker)
    other = {"figures": {}, "document": {}, "reason": "Other", "made_at": timezone.now()}
    with pytest.raises(DatabaseError, match="stands as it was made"), transaction.atomic():
        NationalReview.objects.filter(pk=review.pk).update(**{column: other[column]})


def test_edition_is_approved_only_with_its_file(round_: Round, maker: User, second: User) -> None:
    review = national.make_review(round_=round_, by=maker)
    with pytest.raises(DatabaseError, match="together with its file"), transaction.atomic():
        NationalReview.objects.filter(pk=review.pk).update(
            approved_at=timezone.now(), approved_by=second, sha256="0", size=1
        )


def test_review_is_approved_by_somebody_else(round_: Round) -> None:
    both = make_user("both", *WRITER, "approve_review")
    writer = make_user("writer", *WRITER, "approve_review")
    write(round_, writer, "Words.")
    review = national.make_review(round_=round_, by=both)
    assert "both made the review" in refused(
        lambda: national.approve_review(review=review, by=both)
    )
    assert "writer wrote in the review" in refused(
        lambda: national.approve_review(review=review, by=writer)
    )
    assert "may not approve" in refused(
        lambda: national.approve_review(review=review, by=make_user("nobody"))
    )


def test_review_made_anew_is_not_approved_unseen(round_: Round, maker: User, second: User) -> None:
    seen = national.make_review(round_=round_, by=maker)
    national.make_review(round_=round_, by=maker)
    said = refused(lambda: national.approve_review(review=seen, by=second, seen=seen.made_at))
    assert said == "The review was made anew since you looked; look at it again."


def test_review_whose_letters_changed_is_made_anew_first(
    round_: Round, maker: User, second: User
) -> None:
    review = national.make_review(round_=round_, by=maker)
    assert national.changes_since(review) == []
    holder = make_user("holder", "hold_letters")
    rounds.hold(round_=round_, by=holder, reason="A query")
    assert "were corrected, held or retracted since: 2." in refused(
        lambda: national.approve_review(review=review, by=second)
    )


def test_review_by_category_is_made_anew_when_a_replaced_letter_is_retracted(
    round_: Round, maker: User, second: User
) -> None:
    anna = Authority.objects.get(official_name="Anna Council").annual_summaries.get()
    correct(anna)
    review = national.make_review(round_=round_, by=maker)
    assert review.figures["categories"]
    assert national.changes_since(review) == []
    retract(anna)
    assert "figures by category" in refused(
        lambda: national.approve_review(review=review, by=second)
    )
    review = national.make_review(round_=round_, by=maker)
    assert review.figures["categories"] is None
    national.approve_review(review=review, by=second)


def test_date_stands_once_the_review_is_public(round_: Round, maker: User, second: User) -> None:
    review = national.make_review(round_=round_, by=maker)
    later = timezone.now() + dt.timedelta(days=2)
    national.reschedule_review(review=review, by=second, publish_at=later)
    national.approve_review(review=review, by=second)
    national.reschedule_review(review=review, by=second, publish_at=round_.publish_at)
    review.refresh_from_db()
    assert review.publish_at == round_.publish_at < timezone.now()
    assert "public already" in refused(
        lambda: national.reschedule_review(review=review, by=second, publish_at=later)
    )


def test_only_an_edition_that_nobody_approved_is_discarded(
    round_: Round, maker: User, second: User
) -> None:
    national.discard_review(review=national.make_review(round_=round_, by=maker), by=maker)
    assert not NationalReviewRow.objects.exists()
    review = national.make_review(round_=round_, by=maker)
    national.approve_review(review=review, by=second)
    assert "approved and stays" in refused(lambda: national.discard_review(review=review, by=maker))


def test_draft_is_marked_and_is_not_stored(round_: Round, maker: User) -> None:
    review = national.make_review(round_=round_, by=maker)
    assert all("Draft" in text for text in page_texts(national.draft_pdf(review)))
    assert not NationalReviewFile.objects.exists()


# Writing ------------------------------------------------------------------------------------------


def test_text_is_kept_in_versions_with_author_and_reason(round_: Round, maker: User) -> None:
    write(round_, maker, "One.")
    write(round_, maker, "Two.", seen=1)
    write(round_, maker, "# Chapter\n\nText.", kind="chapters")
    assert list(
        ReviewText.objects.order_by("kind", "number").values_list(
            "kind", "number", "content", "reason", "made_by__username"
        )
    ) == [
        ("chapters", 1, "# Chapter\n\nText.", "First words", "maker"),
        ("foreword", 1, "One.", "First words", "maker"),
        ("foreword", 2, "Two.", "First words", "maker"),
    ]
    with pytest.raises(DatabaseError, match="kept as it is"), transaction.atomic():
        ReviewText.objects.update(content="Other")


def test_text_changed_meanwhile_is_not_written_over(round_: Round, maker: User) -> None:
    write(round_, maker, "One.")
    assert "Version 1 was saved after you opened" in refused(lambda: write(round_, maker, "Two."))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("((authority))", "Line 1, column 1: there is no placeholder “authority”"),
        ("Fine.\n\n<b>", "Line 3, column 1: letters have no HTML"),
        ("漢", "Line 1, column 1: letters cannot show"),
        ("((uphold percent))", "may have no value"),
    ],
)
def test_text_that_cannot_be_said_is_refused_with_its_place(
    round_: Round, maker: User, content: str, said: str
) -> None:
    assert said in refused(lambda: write(round_, maker, content))
    assert not ReviewText.objects.exists()


# Commands -----------------------------------------------------------------------------------------


def test_commands_make_and_approve(round_: Round, maker: User, second: User, capsys: Any) -> None:
    call_command("make_review", "2020", "--by", "maker", "--publish-at", "2020-09-01T09:30")
    call_command("approve_review", "2020", "--by", "second")
    call_command("approve_review", "2020", "--by", "second")
    assert capsys.readouterr().out.splitlines() == [
        "Made edition 1 of the national review 2020 from 2 letters, to be public from 2020-09-01 "
        "09:30.",
        "Approved edition 1 of the national review 2020.",
        "Nothing to do: edition 1 of the national review 2020 is approved.",
    ]


def test_commands_refuse_who_may_not(round_: Round, second: User) -> None:
    for command, by, said in (
        ("make_review", "second", "second may not make a national review"),
        ("approve_review", "second", "There is no national review 2020"),
    ):
        with pytest.raises((CommandError, Refused, SystemExit), match=said):
            call_command(command, "2020", "--by", by)


# The back office ----------------------------------------------------------------------------------


def member(role: str) -> Client:
    sync_roles()
    user = User.objects.create_user(f"one-{role.split()[-1]}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_pages_take_a_review_from_its_words_to_its_publication(round_: Round) -> None:
    editor, approver = member("review editor"), member("approver")
    page = reverse("admin:reviews_nationalreview_round", args=[round_.pk])
    foreword = reverse("admin:reviews_nationalreview_text", args=[round_.pk, "foreword"])
    wrong = editor.post(foreword, {"content": "((x))", "reason": "First words", "seen": 0})
    assert "there is no placeholder “x”" in wrong.text
    assert "((x))</textarea>" in wrong.text
    right = {"content": "We saw ((authorities)).", "reason": "First words", "seen": 0}
    assert editor.post(foreword, right).status_code == 302
    made = editor.post(page, {"make": "", "publish_at": "2020-09-01T09:30", "reason": ""})
    assert made.status_code == 302
    review = NationalReview.objects.get()
    assert timezone.localtime(review.publish_at).isoformat() == "2020-09-01T09:30:00+01:00"
    words = approver.get(reverse("admin:reviews_nationalreview_words", args=[review.pk]))
    assert "We saw 2 authorities." in words.text
    pdf = reverse("admin:reviews_nationalreview_pdf", args=[review.pk])
    assert "Draft" in page_texts(approver.get(pdf).content)[0]
    seen = review.made_at.isoformat()
    assert "made anew" in approver.post(page, {"approve": "", "seen": "then"}).text
    assert "may not approve" in editor.post(page, {"approve": "", "seen": seen}).text
    assert approver.post(page, {"approve": "", "seen": seen}).status_code == 302
    assert approver.get(pdf).content == bytes(NationalReviewFile.objects.get().pdf)
    assert "Draft" not in page_texts(approver.get(pdf).content)[0]


def test_pages_are_read_by_auditors_and_nobody_below(round_: Round, maker: User) -> None:
    review = national.make_review(round_=round_, by=maker)
    addresses = [
        reverse("admin:reviews_nationalreview_round", args=[round_.pk]),
        reverse("admin:reviews_nationalreview_text", args=[round_.pk, "chapters"]),
        reverse("admin:reviews_nationalreview_pdf", args=[review.pk]),
        reverse("admin:reviews_nationalreview_words", args=[review.pk]),
    ]
    auditor, caseworker = member("auditor"), member("caseworker")
    for address in addresses:
        assert auditor.get(address).status_code == 200
        assert caseworker.get(address).status_code == 403
    page = auditor.get(addresses[0]).text
    assert "Approve edition" not in page
    assert "Make it" not in page
    assert "may not make" in auditor.post(
        addresses[0], {"make": "", "publish_at": "2020-09-01T09:30", "reason": ""}
    ).text  # fmt: skip


@pytest.mark.parametrize("number", [1, 3])
def test_page_of_a_review_costs_the_same_for_one_edition_and_three(
    round_: Round, maker: User, second: User, number: int, django_assert_num_queries: Any
) -> None:
    for edition in range(number):
        review = national.make_review(round_=round_, by=maker, reason="Again" if edition else "")
        national.approve_review(review=review, by=second)
    client = member("auditor")
    with django_assert_num_queries(12):
        client.get(reverse("admin:reviews_nationalreview_round", args=[round_.pk]))
