"""The pages of a round's wording: what they show, keep and refuse."""

import datetime as dt
import html
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from casework.models import Authority
from reviews import rounds
from reviews.models import (
    LateReplies,
    Letter,
    Round,
    SummaryCondition,
    WordingDraft,
    WordingText,
    WordingVersion,
)
from reviews.roles import sync_roles
from reviews.rounds import wording
from tests.factories import make_approver, make_authority, make_complaint, make_round

pytestmark = pytest.mark.django_db

MAIN = "Dear ((authority)).\n\n((passages))\n\nGoodbye."


def signed_in(role: str) -> tuple[Client, User]:
    sync_roles()
    user = User.objects.create_user(f"one-{role.split()[-1]}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client, user


@pytest.fixture
def editor() -> tuple[Client, User]:
    return signed_in("review editor")


@pytest.fixture
def text(editor: tuple[Client, User]) -> WordingText:
    """The main text of a frozen round of two letters, both approved."""
    user = editor[1]
    make_authority("Anna District Council")
    make_authority("Bela District Council")
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=user)
    found = wording.main_text(round_, by=user)
    wording.save_draft(text=found, content=MAIN, by=user, seen=wording.state_of(found))
    seen = wording.changes(text=found, content=MAIN).digest
    wording.accept(text=found, by=user, reason="Shorter", seen=seen)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    return found


def page(name: str, pk: int) -> str:
    return reverse(f"admin:reviews_wordingtext_{name}", args=[pk])


def shown(response: Any) -> str:
    return html.unescape(" ".join(response.content.decode().split()))


def test_round_leads_to_its_wording_in_one_step(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, _ = editor
    desk = client.get(reverse("admin:reviews_round_change", args=[text.round_id]))
    assert f'<a href="{page("round", text.round_id)}">Wording of the letters</a>' in shown(desk)
    listed = shown(client.get(page("round", text.round_id)))
    assert f'<a href="{page("change", text.pk)}">Main text</a>' in listed
    assert "Version 2</a>, one-editor," in listed


def test_main_text_of_a_round_without_texts_begins_with_the_usual(
    editor: tuple[Client, User],
) -> None:
    client, _ = editor
    round_ = make_round(2019)
    assert "The usual wording" in shown(client.get(page("round", round_.pk)))
    response = client.post(page("round", round_.pk))
    made = WordingText.objects.get()
    assert response.headers["Location"] == page("change", made.pk)
    assert "This letter sets out what we decided" in shown(client.get(page("change", made.pk)))


def test_sentence_is_changed_reviewed_and_accepted(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, _ = editor
    opened = client.get(page("change", text.pk))
    assert opened.context["form"]["content"].value() == MAIN
    new = MAIN.replace("Goodbye", "Farewell")
    saved = client.post(
        page("change", text.pk),
        {"content": new.replace("\n", "\r\n"), "seen": opened.context["form"]["seen"].value()},
    )
    assert saved.headers["Location"] == page("review", text.pk)
    reviewed = client.get(page("review", text.pk))
    words = shown(reviewed)
    assert "2 of 2 letters change. <strong>2 approved ones wait for approval again." in words
    assert "<h3>2 letters, for example to Anna District Council</h3>" in words
    assert "<td><del>Goodbye.</del></td> <td><ins>Farewell.</ins></td>" in words
    assert "<li>Anna District Council</li><li>Bela District Council</li>" in words
    accepted = client.post(
        page("review", text.pk),
        {"reason": "Warmer", "seen": reviewed.context["changes"].digest},
        follow=True,
    )
    assert (
        "Main text accepted: 2 letters changed, of which 2 approved before wait for approval again."
        in shown(accepted)
    )
    assert Letter.objects.awaiting_approval().count() == 2


def test_what_is_typed_stays_where_it_is_refused(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, _ = editor
    typed = "((passages))\n((author)) <img src=x> 😀"
    response = client.post(
        page("change", text.pk), {"content": typed, "seen": wording.state_of(text)}
    )
    words = shown(response)
    assert "Text: Line 2, column 1: there is no placeholder “author”" in words
    assert "Text: Line 2, column 12: letters have no HTML;" in words
    assert response.context["form"]["content"].value() == typed
    assert b"&lt;img src=x&gt;" in response.content
    assert b"<img src=x>" not in response.content
    assert not WordingDraft.objects.exists()


def test_second_of_two_editors_is_told_and_keeps_what_was_typed(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, _ = editor
    opened = client.get(page("change", text.pk)).context["form"]["seen"].value()
    other = User.objects.create_user("bela")
    other.groups.add(Group.objects.get(name="review editor"))
    hers = f"{MAIN} Hers."
    wording.save_draft(text=text, content=hers, by=other, seen=opened)
    mine = {"content": f"{MAIN} Mine.", "seen": opened}
    response = client.post(page("change", text.pk), mine)
    words = shown(response)
    assert "bela saved a draft of this text on " in words
    assert "<td>Goodbye. <del>Hers.</del></td> <td>Goodbye. <ins>Mine.</ins></td>" in words
    assert response.context["form"]["content"].value() == f"{MAIN} Mine."
    assert WordingDraft.objects.get().content == hers
    again = mine | {"seen": response.context["form"]["seen"].value()}
    assert client.post(page("change", text.pk), again).status_code == 302
    assert WordingDraft.objects.get().content == f"{MAIN} Mine."


def test_draft_changed_meanwhile_is_not_accepted_unseen(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, user = editor
    wording.save_draft(text=text, content=f"{MAIN} A.", by=user, seen=wording.state_of(text))
    digest = client.get(page("review", text.pk)).context["changes"].digest
    wording.save_draft(text=text, content=f"{MAIN} B.", by=user, seen=wording.state_of(text))
    form = {"reason": "Warmer", "seen": digest}
    response = client.post(page("review", text.pk), form)
    assert "have changed since you looked" in shown(response)
    form["seen"] = response.context["form"]["seen"].value()
    assert client.post(page("review", text.pk), form).status_code == 302


def test_acceptance_without_a_reason_is_asked_for_it(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, user = editor
    wording.save_draft(text=text, content=f"{MAIN} A.", by=user, seen=wording.state_of(text))
    digest = client.get(page("review", text.pk)).context["changes"].digest
    response = client.post(page("review", text.pk), {"reason": " ", "seen": digest})
    assert "Why the wording changes: This field is required." in shown(response)
    assert text.versions.count() == 2


def test_draft_is_discarded(editor: tuple[Client, User], text: WordingText) -> None:
    client, user = editor
    wording.save_draft(text=text, content=f"{MAIN} A.", by=user, seen=wording.state_of(text))
    response = client.post(page("review", text.pk), {"discard": "yes"}, follow=True)
    assert "Main text: the draft is discarded." in shown(response)
    gone = client.get(page("review", text.pk), follow=True)
    assert "Main text has no draft: somebody accepted or discarded it." in shown(gone)


def test_passage_is_added_to_the_letters_of_a_type(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, _ = editor
    new = page("new", text.round_id)
    given = {
        "scope": "type", "authority_type": "district", "region": "", "authority": "",
        "subject": "praise", "position": "1", "content": "Well done.",
    }  # fmt: skip
    wrong = client.post(new, given | {"authority_type": "", "region": "E12000006"})
    words = shown(wrong)
    assert "Type of authority: Choose one: the passage goes into its letters." in words
    assert "Region: Leave this empty: the passage goes elsewhere." in words
    refused = client.post(new, given | {"content": "((passages))"})
    assert "Line 1, column 1: only the main text has ((passages))" in shown(refused)
    saved = client.post(new, given, follow=True)
    assert "2 of 2 letters change." in shown(saved)
    assert str(WordingText.objects.get(scope="type")) == "District council: praise"


def test_versions_are_compared_and_restored(editor: tuple[Client, User], text: WordingText) -> None:
    client, _ = editor
    words = shown(client.get(page("versions", text.pk)))
    assert "<td><ins>Dear ((authority)).</ins></td>" in words or "<ins>Dear" in words
    same = client.get(page("versions", text.pk), {"from": "2", "to": "2"})
    assert "<ins>" not in shown(same)
    response = client.post(page("versions", text.pk), {"number": "1"}, follow=True)
    assert "it restores version 1" in shown(response)
    odd = client.post(page("versions", text.pk), {"number": "x"}, follow=True)
    assert "There is no version 0 of this text." in shown(odd)


def test_authority_is_marked_for_late_replies_and_unmarked(
    editor: tuple[Client, User], text: WordingText
) -> None:
    client, _ = editor
    late = page("late", text.round_id)
    authority = Authority.objects.get(official_name="Anna District Council")
    told = client.post(late, {"authority": authority.pk}, follow=True)
    assert "Anna District Council is marked for late replies." in shown(told)
    twice = client.post(late, {"authority": authority.pk}, follow=True)
    assert "Anna District Council is marked already." in shown(twice)
    client.post(late, {"authority": authority.pk, "remove": "yes"})
    assert not LateReplies.objects.exists()
    nothing = client.post(late, {"authority": ""}, follow=True)
    assert "Choose the authority that replied late." in shown(nothing)


@pytest.mark.parametrize("role", ["approver", "auditor"])
def test_others_read_wording_and_change_nothing(role: str, text: WordingText) -> None:
    client, _ = signed_in(role)
    for name, pk in (
        ("round", text.round_id), ("change", text.pk), ("versions", text.pk),
    ):  # fmt: skip
        response = client.get(page(name, pk))
        assert response.status_code == 200
        assert "<textarea" not in shown(response)
    for name in ("round", "new", "late"):
        assert client.post(page(name, text.round_id)).status_code == 403
    for name in ("change", "review", "versions"):
        assert client.post(page(name, text.pk)).status_code == 403


def test_caseworker_sees_no_wording(text: WordingText) -> None:
    client, _ = signed_in("caseworker")
    for name, pk in (
        ("round", text.round_id), ("new", text.round_id), ("change", text.pk),
        ("review", text.pk), ("versions", text.pk),
    ):  # fmt: skip
        assert client.get(page(name, pk)).status_code == 403


def test_wording_page_costs_the_same_for_one_text_and_three(
    editor: tuple[Client, User], text: WordingText, django_assert_num_queries: Any
) -> None:
    client, user = editor
    for _ in range(2):
        with django_assert_num_queries(11):
            client.get(page("round", text.round_id))
        for kind in ("county", "unitary"):
            wording.begin_passage(
                text=WordingText(
                    round=Round.objects.get(), scope="type", authority_type=kind, subject="praise"
                ),
                content="Well done.",
                by=user,
            )


@pytest.mark.parametrize(
    ("model", "queries"),
    [
        (WordingText, 8), (WordingVersion, 8), (WordingDraft, 8), (LateReplies, 8),
        (SummaryCondition, 9),
    ],
)  # fmt: skip
def test_lists_cost_the_same_for_one_row_and_three(
    model: Any, queries: int, django_assert_num_queries: Any
) -> None:
    user = User.objects.create_superuser("admin")
    client = Client()
    client.force_login(user)
    for number, year in enumerate((2018, 2019, 2020), start=1):
        authority = make_authority()
        make_complaint(authority, received_on=dt.date(year - 1, 5, 1))
        round_ = make_round(year)
        frozen = rounds.freeze(round_=round_, by=user)
        SummaryCondition.objects.create(summary=frozen.summaries.all()[0], name="Example")
        wording.mark_late_replies(round_=round_, authority=authority, by=user)
        text = wording.main_text(round_, by=user)
        wording.save_draft(text=text, content=MAIN, by=user, seen=wording.state_of(text))
        if number == 2:
            continue
        with django_assert_num_queries(queries):
            response = client.get(
                reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
            )
        assert response.context["cl"].result_count == number
