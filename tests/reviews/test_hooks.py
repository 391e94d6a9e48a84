"""What the mail provider reports: signed, taken once, and told nothing."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.actions import system_user
from reviews import rounds
from reviews.models import MessageEvent, OutboxMessage
from tests.factories import make_authority, make_chief_executive, make_issued_round

pytestmark = pytest.mark.django_db

KEY = "a key for tests alone, of more than 32 characters"
HOOK = "/hooks/mail/"
AT = "2020-07-22T10:00:00+01:00"


@pytest.fixture(autouse=True)
def key(settings: Any) -> None:
    settings.MAIL_HOOK_KEY = KEY


@pytest.fixture
def sent() -> OutboxMessage:
    make_chief_executive(make_authority())
    make_issued_round(2020)
    rounds.send(by=system_user())
    return OutboxMessage.objects.get()


def post(body: bytes, *, signature: str | None = None) -> int:
    if signature is None:
        signature = "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
    response = Client(enforce_csrf_checks=True).post(
        HOOK, body, content_type="application/json", headers={"X-Signature-256": signature}
    )
    assert response.content == (b"" if response.status_code != 404 else response.content)
    return int(response.status_code)


def report(message_id: str, event: str = "bounced", at: str = AT) -> int:
    return post(json.dumps({"message_id": message_id, "event": event, "at": at}).encode())


def state(message: OutboxMessage) -> str:
    message.refresh_from_db()
    return message.state


def test_hook_records_a_bounce_once(sent: OutboxMessage) -> None:
    assert report(sent.message_id) == 202
    assert state(sent) == "bounced"
    last = MessageEvent.objects.all()[0]
    assert (last.detail, last.done_by.username) == (
        "Reported by the mail provider for 2020-07-22 10:00", "system",
    )  # fmt: skip
    number = MessageEvent.objects.count()
    assert report(sent.message_id) == 202
    assert MessageEvent.objects.count() == number


def test_hook_knows_the_number_without_its_brackets(sent: OutboxMessage) -> None:
    assert report(sent.message_id.strip("<>")) == 202
    assert state(sent) == "bounced"


def test_hook_that_says_delivered_settles_a_doubt(sent: OutboxMessage) -> None:
    make_chief_executive(make_authority(), email="second@example.org")
    make_issued_round(2021)
    message = OutboxMessage.objects.filter(state="queued")[0]
    for each in ("sending", "unknown"):
        MessageEvent.objects.create(
            message=message, state=each, done_at=timezone.now(), done_by=system_user()
        )
    assert report(message.message_id, "delivered") == 202
    assert state(message) == "sent"
    assert report(sent.message_id, "delivered") == 202
    assert (state(sent), sent.events.count()) == ("sent", 2)


def test_hook_answers_alike_what_it_does_not_know(sent: OutboxMessage) -> None:
    assert report("<unknown@example.org>") == 202
    assert report(sent.message_id, "opened") == 202
    assert state(sent) == "sent"


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha256=é", "md5=1"])
def test_hook_takes_nothing_unsigned(sent: OutboxMessage, signature: str) -> None:
    body = json.dumps({"message_id": sent.message_id, "event": "bounced", "at": AT}).encode()
    assert post(body, signature=signature) == 403
    assert state(sent) == "sent"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"1" * 4000, b"[" * 4000,
        b'{"message_id": 1, "event": "bounced", "at": "2020-07-22T10:00:00+01:00"}',
        b'{"message_id": "x", "event": "bounced"}',
        b'{"message_id": "x", "event": "bounced", "at": "2020-07-22T10:00:00"}',
        b'{"message_id": "x", "event": "bounced", "at": "yesterday"}',
        b'{"message_id": "x", "event": "bounced", "at": "0001-01-01T00:00:00+14:00"}',
        b'{"message_id": "\\u0000", "event": "bounced", "at": "2020-07-22T10:00:00+01:00"}',
        b'{"message_id": "\\ud800", "event": "bounced", "at": "2020-07-22T10:00:00+01:00"}',
    ],
)  # fmt: skip
def test_hook_refuses_what_it_cannot_read(body: bytes) -> None:
    assert post(body) == 400


def test_hook_takes_no_large_body() -> None:
    assert post(b" " * 4097) == 413
    assert post(b" " * 4096) == 400


def test_hook_without_a_key_is_no_page(settings: Any) -> None:
    settings.MAIL_HOOK_KEY = ""
    body = b"{}"
    wanted = "sha256=" + hmac.new(b"", body, hashlib.sha256).hexdigest()
    assert post(body, signature=wanted) == 404


def test_hook_is_only_posted_to() -> None:
    assert Client().get(HOOK).status_code == 405
