"""Messages and case lists in the back office."""

import csv
import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.actions import system_user
from casework.choices import ContactRole
from reviews import rounds
from reviews.models import CaseList, Letter, MessageEvent, OutboxMessage, Round, RoundEvent
from tests.casework.test_admin import address, said, signed_in
from tests.factories import make_authority, make_chief_executive, make_decision, make_issued_round
from tests.mail_server import HANG_UP, Mailbox, mailers, running
from tests.reviews.test_admin import approved_round, body, buttons, desk, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def round_() -> Round:
    """Two councils with a chief executive and a link officer, a decision each; issued."""
    for number in range(2):
        authority = make_authority(f"Example Council {number}", slug=f"council-{number}")
        make_chief_executive(authority, email=f"chief-{number}@example.org")
        make_chief_executive(
            authority, role=ContactRole.LINK_OFFICER, email=f"link-{number}@example.org"
        )
        make_decision(authority)
    return make_issued_round(2020)


def add_states(*states: str) -> None:
    """Brings the first messages into these states."""
    ways = {"unknown": ["sending"], "failed": ["sending"], "bounced": ["sending", "sent"]}
    now, by = timezone.now(), system_user()
    for message, state in zip(OutboxMessage.objects.order_by("pk"), states, strict=False):
        for each in [*ways[state], state]:
            MessageEvent.objects.create(message=message, state=each, done_at=now, done_by=by)


def state_of(message: OutboxMessage) -> str:
    return OutboxMessage.objects.get(pk=message.pk).state


def act(client: Client, action: str, *messages: OutboxMessage) -> Any:
    return client.post(
        address(OutboxMessage, "changelist"),
        {"action": action, "_selected_action": [message.pk for message in messages]},
    )


# Lists --------------------------------------------------------------------------------------------


def test_messages_are_listed_by_state_and_counted_on_the_start_page(round_: Round) -> None:
    add_states("unknown", "failed", "bounced")
    client = signed_in("review editor")
    found = {
        state: client.get(address(OutboxMessage, "changelist"), {"state": state})
        .context["cl"]
        .result_count
        for state in ("unsent", "unknown", "failed", "bounced", "sent")
    }
    assert found == {"unsent": 1, "unknown": 1, "failed": 1, "bounced": 1, "sent": 0}
    (own,) = [d for d in client.get(reverse("admin:index")).context["desks"] if d.title[0] == "A"]
    assert [(panel.title, panel.count) for panel in own.panels][-4:] == [
        ("Messages not sent yet", 1),
        ("Messages that may or may not have arrived", 1),
        ("Messages that failed", 1),
        ("Messages that came back", 1),
    ]


def test_attempt_that_never_ended_is_listed_as_in_doubt(round_: Round) -> None:
    MessageEvent.objects.create(
        message=OutboxMessage.objects.all()[0], state="sending", done_by=system_user(),
        done_at=timezone.now() - dt.timedelta(minutes=11),
    )  # fmt: skip
    client = signed_in("review editor")
    page = client.get(address(OutboxMessage, "changelist"), {"state": "unknown"})
    assert page.context["cl"].result_count == 1
    page = client.get(address(OutboxMessage, "changelist"), {"state": "unsent"})
    assert page.context["cl"].result_count == 3


def test_message_page_links_the_letter_and_says_what_happened(round_: Round) -> None:
    add_states("failed")
    message = OutboxMessage.objects.order_by("pk")[0]
    page = signed_in("review editor").get(address(OutboxMessage, "change", message.pk))
    text = page.content.decode()
    assert reverse("admin:reviews_letter_change", args=[message.letter_id]) in text
    assert message.email in text
    assert "Being sent" in text
    assert "The letter is public at" in text


# Decisions ----------------------------------------------------------------------------------------


def test_staff_decides_about_messages_in_doubt(round_: Round) -> None:
    add_states("unknown", "unknown", "failed", "failed")
    first, second, third, fourth = OutboxMessage.objects.order_by("pk")
    client = signed_in("review editor")
    act(client, "confirm_arrived", first)
    act(client, "send_again", second, third)
    act(client, "withdraw", fourth)
    assert [state_of(each) for each in (first, second, third, fourth)] == [
        "sent", "queued", "queued", "withdrawn",
    ]  # fmt: skip
    act(client, "report_bounce", first)
    assert state_of(first) == "bounced"
    assert {event.done_by.username for event in first.events.all()} == {
        "system", "a review editor",
    }  # fmt: skip


def test_decision_that_comes_too_late_is_refused_in_a_sentence(round_: Round) -> None:
    message = OutboxMessage.objects.order_by("pk")[0]
    response = act(signed_in("review editor"), "confirm_arrived", message)
    assert said(response) == [
        "The message to Example Council 0 (chief executive) is “waiting”, so that cannot be done "
        "with it."
    ]


@pytest.mark.parametrize("role", ["auditor", "approver", "caseworker", "casework manager"])
def test_others_decide_nothing_about_messages(round_: Round, role: str) -> None:
    add_states("unknown")
    message = OutboxMessage.objects.order_by("pk")[0]
    client = signed_in(role)
    for action in ("confirm_arrived", "send_again", "report_bounce", "withdraw"):
        act(client, action, message)
    page = reverse("admin:reviews_outboxmessage_address", args=[message.pk])
    assert client.post(page, {"email": "other@example.org"}).status_code == 403
    assert [client.post(step(round_, name)).status_code for name in ("send", "lists")] == [403] * 2
    assert (state_of(message), OutboxMessage.objects.count()) == ("unknown", 4)


def test_corrected_address_makes_another_message(round_: Round) -> None:
    add_states("bounced")
    message = OutboxMessage.objects.order_by("pk")[0]
    client = signed_in("review editor")
    page = reverse("admin:reviews_outboxmessage_address", args=[message.pk])
    assert page in client.get(address(OutboxMessage, "change", message.pk)).content.decode()
    answer = client.post(page, {"email": "not an address"})
    assert "Enter a valid email address." in answer.content.decode()
    client.post(page, {"email": "right@example.org"})
    second = OutboxMessage.objects.get(replaces=message)
    assert (second.email, second.state, state_of(message)) == (
        "right@example.org", "queued", "withdrawn",
    )  # fmt: skip
    answer = client.post(page, {"email": "third@example.org"})
    assert "is “withdrawn”, so that cannot be done with it." in answer.content.decode()
    made = client.get(address(OutboxMessage, "change", second.pk)).content.decode()
    assert f"An earlier message to {message.email}" in made


# Steps of a round ---------------------------------------------------------------------------------


def test_send_step_says_all_before_it_acts(round_: Round) -> None:
    add_states("unknown", "failed")
    make_authority()
    client = signed_in("review editor")
    page = client.get(step(round_, "send")).content.decode()
    assert "Sends 2 messages now" in page
    assert "1 that may or may not have arrived" in page
    assert "1 that failed" in page
    response = client.post(step(round_, "send"))
    assert said(response) == ["Messages: 2 sent."]
    assert RoundEvent.objects.get(action="sent").done_by.username == "a review editor"
    text = desk(client, round_).content.decode()
    assert "2 sent" in text
    assert "state=unknown" in text


def test_send_step_says_that_nothing_is_sent_without_a_mail_server(
    round_: Round, settings: Any
) -> None:
    client = signed_in("review editor")
    sentence = "messages are printed where the server runs"
    assert sentence not in client.get(step(round_, "send")).content.decode()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    assert sentence in client.get(step(round_, "send")).content.decode()


def test_send_step_tells_of_a_server_that_breaks_off(round_: Round, settings: Any) -> None:
    box = Mailbox({"CONTENT": HANG_UP})
    client = signed_in("review editor")
    with running(box) as port:
        settings.MAILERS = mailers(port)
        response = client.post(step(round_, "send"))
    assert said(response) == ["Messages: 1 of which nobody knows the end, 3 still waiting."]
    response = client.post(step(round_, "send"))
    assert "does not answer as it should" in response.content.decode()


def test_case_lists_are_queued_from_the_round(round_: Round) -> None:
    client = signed_in("review editor")
    assert buttons(client, round_)[0] == ["Send 4 messages…", "Send the case lists…"]
    assert "2 link officers who have" in " ".join(
        client.get(step(round_, "lists")).content.decode().split()
    )
    response = client.post(step(round_, "lists"))
    assert said(response) == ["The case lists wait to be sent to 2 link officers."]
    assert buttons(client, round_)[0] == ["Send 6 messages…"]


def test_issue_step_attaches_the_case_lists_if_asked() -> None:
    round_ = approved_round(1)
    authority = Letter.objects.get().summary.authority
    make_chief_executive(authority, role=ContactRole.LINK_OFFICER, email="link@example.org")
    rounds.freeze(
        round_=round_,
        by=round_.events.get(action="frozen").done_by,
        reason="There is a link officer",
    )
    rounds.approve(
        reason="For a test", round_=round_, by=round_.events.filter(action="approved")[0].done_by
    )
    client = signed_in("review editor")
    assert 'name="with_case_lists"' in client.get(step(round_, "issue")).content.decode()
    client.post(step(round_, "issue"), {"number": 2, "with_case_lists": "on"})
    assert dict(OutboxMessage.objects.values_list("role", "has_case_lists")) == {
        "chief_executive": False, "link_officer": True,
    }  # fmt: skip


# Case lists ---------------------------------------------------------------------------------------


def test_letter_page_offers_its_case_lists_as_files_and_records_who_takes_them(
    round_: Round,
) -> None:
    letter = Letter.objects.order_by("summary__slug")[0]
    client = signed_in("review editor")
    text = client.get(address(Letter, "change", letter.pk)).content.decode()
    for kind in ("received", "decided", "compliance"):
        for ending in ("csv", "xlsx"):
            page = reverse("admin:reviews_letter_cases", args=[letter.pk, kind, ending])
            assert page in text
            response = client.get(page)
            assert response.headers["Content-Disposition"] == (
                f'attachment; filename="2020-council-0-{kind}.{ending}"'
            )
    assert RoundEvent.objects.filter(action="exported").count() == 6
    assert RoundEvent.objects.filter(action="exported")[0].detail == (
        "Case list as XLSX: Compliance outcomes: Example Council 0, 2020"
    )
    page = reverse("admin:reviews_letter_cases", args=[letter.pk, "decided", "csv"])
    rows = list(csv.reader(io.StringIO(client.get(page).content.decode("utf-8-sig"))))
    assert [row[3] for row in rows] == ["Outcome", "Upheld"]
    for kind, ending in (("decided", "pdf"), ("people", "csv")):
        page = reverse("admin:reviews_letter_cases", args=[letter.pk, kind, ending])
        assert client.get(page).status_code == 404
    page = reverse("admin:reviews_letter_cases", args=[letter.pk, "decided", "csv"])
    assert [signed_in(role).get(page).status_code for role in ("auditor", "caseworker")] == [
        403
    ] * 2


def test_case_lists_of_a_round_are_a_zip(round_: Round) -> None:
    client = signed_in("review editor")
    response = client.post(
        address(Letter, "changelist"),
        {
            "action": "download_case_lists",
            "_selected_action": list(Letter.objects.values_list("pk", flat=True)),
        },
    )
    assert response.headers["Content-Disposition"] == 'attachment; filename="case-lists-2020.zip"'
    with zipfile.ZipFile(io.BytesIO(body(response))) as archive:
        assert archive.namelist() == [
            f"2020-council-{number}-{kind}.csv"
            for number in range(2)
            for kind in ("compliance", "decided", "received")
        ]
    assert RoundEvent.objects.get(action="exported").detail == (
        "Case lists of 2 letters, from the back office"
    )
    assert CaseList.objects.count() == 6
