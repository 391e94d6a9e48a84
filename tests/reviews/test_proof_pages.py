"""The page on which the letters of a round are proofed, and those of a single letter's return."""

from typing import Any

import pytest
from django.urls import reverse

from reviews import rounds
from reviews.models import Letter, LetterProof, LetterReturn
from tests.casework.test_admin import said, signed_in
from tests.factories import make_authority, make_decision, make_editor, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    """Of a round with one letter, whose post is vacant."""
    make_decision(make_authority("Example Council"))
    round_ = make_round()
    rounds.freeze(round_=round_, by=make_editor())
    return reverse("admin:reviews_round_proof", args=[round_.pk])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_proof_is_made_and_its_findings_lead_to_their_letters(page: str) -> None:
    client = signed_in("approver")
    assert "0 of 1 letter not yet issued have been proofed." in text(client.get(page))
    assert said(client.post(page)) == ["Proofed 1 letter."]
    content = text(client.get(page))
    assert "1 of 1 letter not yet issued has been proofed." in content
    letter = reverse("admin:reviews_letter_change", args=[Letter.objects.get().pk])
    finding = "page 1: it is addressed to the post, since nobody holds it."
    assert f'<li><a href="{letter}">Example Council</a>: {finding}</li>' in content


def test_proof_is_read_by_auditors_and_made_by_those_who_prepare_or_approve(page: str) -> None:
    auditor = signed_in("auditor")
    assert "Proof the letters now" not in text(auditor.get(page))
    assert auditor.post(page).status_code == 403
    assert LetterProof.objects.exists() is False
    assert signed_in("caseworker").get(page).status_code == 403
    assert "Proof the letters now" in text(signed_in("review editor").get(page))


def test_page_leads_to_the_awkward_letters(page: str) -> None:
    letter = reverse("admin:reviews_letter_page", args=[Letter.objects.get().pk])
    content = text(signed_in("approver").get(page))
    assert f'One investigated: <a href="{letter}">Example Council</a>' in content
    assert "Two investigated: none in this round" in content


def test_letter_is_returned_and_answered_on_its_pages(page: str) -> None:
    letter = Letter.objects.get()
    approver, editor = signed_in("approver"), signed_in("review editor")
    away = reverse("admin:reviews_letter_return", args=[letter.pk])
    back = reverse("admin:reviews_letter_answer", args=[letter.pk])
    assert editor.post(away, {"words": "Not mine to return."}).status_code == 403
    assert approver.post(away, {"words": ""}).status_code == 200
    approver.post(away, {"words": "The <b>title</b> is wrong."})
    assert "The &lt;b&gt;title&lt;/b&gt; is wrong." in text(editor.get(back))
    assert approver.post(back, {"words": "Not mine to answer."}).status_code == 403
    editor.post(back, {"words": "The title is right now."})
    assert list(LetterReturn.objects.values_list("comment", "answer")) == [
        ("The <b>title</b> is wrong.", "The title is right now.")
    ]


def test_selected_letters_with_warnings_are_approved_once_a_reason_is_given(page: str) -> None:
    client, letter = signed_in("approver"), Letter.objects.get()
    asked = {"action": "approve", "_selected_action": [letter.pk]}
    shown = client.post(reverse("admin:reviews_letter_changelist"), asked)
    assert "Why they may be approved all the same:" in text(shown)
    letter.refresh_from_db()
    assert letter.state == "draft"
    unexplained = asked | {"words": shown.context["words"]}
    told = client.post(reverse("admin:reviews_letter_changelist"), unexplained)
    assert told.context["problems"] == [
        "1 letter has warnings; say why they may be approved all the same."
    ]
    given = unexplained | {"reason": "The post is advertised."}
    client.post(reverse("admin:reviews_letter_changelist"), given)
    letter.refresh_from_db()
    assert letter.state == "approved"
