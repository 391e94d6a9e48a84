"""Messages: queued once, sent once, and every doubt put before a person."""

import datetime as dt
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.actions import system_user
from casework.choices import ContactRole
from casework.models import Authority
from casework.refusals import Refused
from reviews import rounds
from reviews.letters.messages import one_line
from reviews.models import (
    NEXT_STATES,
    Letter,
    LetterFile,
    MessageEvent,
    MessageState,
    OutboxMessage,
    Round,
    RoundEvent,
)
from reviews.rounds import sending
from reviews.rounds.sending import WAITS
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_issued_round,
    make_round,
    make_user,
)
from tests.mail_server import HANG_UP, Mailbox, mailers, running

pytestmark = pytest.mark.django_db

LONDON = timezone.get_default_timezone()
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    with running(box) as port:
        settings.MAILERS = mailers(port)
        yield box


@pytest.fixture
def editor() -> Any:
    return make_user("editor", "freeze_round", "issue_letters", "export_letters", "send_messages")


def link_officer(authority: Authority) -> None:
    make_chief_executive(
        authority, role=ContactRole.LINK_OFFICER, email="link@example.org", surname="Link"
    )


def issued(councils: int = 1, **values: Any) -> Round:
    for number in range(councils):
        authority = make_authority(f"Example Council {number}", slug=f"council-{number}")
        make_chief_executive(authority, email=f"chief-{number}@example.org")
    return make_issued_round(2020, **values)


def send(**values: Any) -> rounds.Sending:
    return rounds.send(by=system_user(), **values)


def at(instant: dt.datetime) -> Any:
    """A clock that stands still."""
    return lambda: instant


def later(**wait: float) -> Any:
    """A clock that goes ahead."""
    return lambda: timezone.now() + dt.timedelta(**wait)


def states() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True))


def history(message: OutboxMessage) -> list[tuple[str, str]]:
    return list(message.events.order_by("pk").values_list("state", "detail"))


def only() -> OutboxMessage:
    return OutboxMessage.objects.get()


# What a message says ------------------------------------------------------------------------------


def test_message_says_what_it_is_until_when_it_is_embargoed_and_where_it_will_be(
    box: Mailbox,
) -> None:
    with time_machine.travel(dt.datetime(2020, 7, 22, 9, tzinfo=LONDON), tick=False):
        issued(publish_at=dt.datetime(2020, 7, 29, 0, 1, tzinfo=LONDON))
        send()
    (message,) = box.messages
    assert (message["To"], message["From"], message["Subject"]) == (
        "chief-0@example.org",
        "annual-reviews@localhost",
        "Annual Review letter 2020: Example Council 0",
    )
    assert message["Message-ID"] == only().message_id
    assert message["Auto-Submitted"] == "auto-generated"
    text, pdf = message.iter_parts()
    assert text.get_content() == (
        "Our annual review letter to Example Council 0 for the year ending 31 March 2020 is "
        "attached as a PDF.\n\n"
        "EMBARGO: until 00:01 on 29 July 2020 (London time) the letter and its figures are for you "
        "and your officers only. From then on the letter is at\n"
        "https://reviews.example.org/councils/council-0/2020/\n\n"
        "Please tell us before then if something in it looks wrong to you.\n\n"
        "Local Government and Social Care Ombudsman\n"
    )
    assert (pdf.get_content_type(), pdf.get_filename()) == ("application/pdf", "2020-council-0.pdf")
    assert pdf.get_content() == bytes(LetterFile.objects.get().pdf)


def test_copies_say_that_they_are_and_a_vacant_post_is_said(box: Mailbox) -> None:
    link_officer(make_authority("Vacant Council"))
    link_officer(filled := make_authority("Filled Council"))
    make_chief_executive(filled)
    with time_machine.travel(dt.datetime(2020, 7, 22, 9, tzinfo=LONDON), tick=False):
        make_issued_round(2020)
    bodies = {
        (m.letter.summary.name, m.role): m.body.split("\n\n")[1]
        for m in OutboxMessage.objects.select_related("letter__summary")
    }
    vacant = "We have no e-mail address of a chief executive, so the letter comes to you. Please"
    assert bodies["Vacant Council", "link_officer"] == f"{vacant} pass it on."
    assert bodies["Filled Council", "link_officer"] == (
        "This is a copy for the link officer. The letter itself goes to the chief executive."
    )
    assert bodies["Filled Council", "chief_executive"].startswith("EMBARGO")


def test_message_about_demonstration_data_says_so_first() -> None:
    issued(is_demonstration=True)
    assert only().body.startswith("Demonstration data: real councils and published totals")


@pytest.mark.parametrize("name", ["Example\r\nBcc: all@example.org", "Example\x00\u202e Council"])
def test_subject_is_one_line_of_printable_characters(name: str) -> None:
    assert one_line(name).isprintable()
    assert one_line("x" * 400) == "x" * 300
    assert one_line("Example\r\nBcc: all@example.org") == "Example Bcc: all@example.org"


# Sending ------------------------------------------------------------------------------------------


def test_send_sends_each_message_once_and_leaves_a_line(box: Mailbox) -> None:
    round_ = issued(3)
    done = send()
    assert (done.sent, done.left, dict(done.counts)) == (3, 0, {"sent": 3})
    assert sorted(box.recipients) == [f"chief-{n}@example.org" for n in range(3)]
    assert send() == rounds.Sending()
    assert len(box.messages) == 3
    assert states() == ["sent"] * 3
    assert history(OutboxMessage.objects.all()[0]) == [("sending", ""), ("sent", "")]
    event = RoundEvent.objects.get(action="sent")
    assert (event.round, event.detail, event.done_by.username) == (
        round_, "3 messages", "system",
    )  # fmt: skip
    message = OutboxMessage.objects.all()[0]
    assert (message.attempts, message.next_attempt_at) == (1, None)
    assert message.sent_at == message.events.get(state="sent").done_at


def test_send_through_the_console_mailer_needs_no_server() -> None:
    issued(2)
    assert send().sent == 2
    assert [message.to for message in mail.outbox] == [
        ["chief-0@example.org"],
        ["chief-1@example.org"],
    ]


def test_send_of_one_round_leaves_the_others(box: Mailbox) -> None:
    round_ = issued(1)
    make_issued_round(2021)
    assert send(round_=round_).sent == 1
    assert states() == ["sent", "queued"]


def test_messages_of_a_held_letter_wait_until_it_is_released(box: Mailbox) -> None:
    round_ = issued(2)
    holder = make_user("holder", "hold_letters")
    one = Letter.objects.filter(summary__slug="council-0")
    rounds.hold(round_=round_, by=holder, reason="A query", letters=one)
    done = send()
    assert (done.sent, done.left) == (1, 0)
    assert box.recipients == ["chief-1@example.org"]
    assert states() == ["queued", "sent"]
    rounds.release(round_=round_, by=holder, letters=one)
    assert send().sent == 1
    assert send().sent == 0
    assert box.recipients == ["chief-1@example.org", "chief-0@example.org"]
    assert states() == ["sent", "sent"]


def test_messages_of_a_retracted_letter_wait_for_good(box: Mailbox) -> None:
    round_ = issued(2)
    one = Letter.objects.get(summary__slug="council-0")
    retractor = make_user("retractor", "retract_letter", "hold_letters")
    rounds.retract(letter=one, by=retractor, reason="Wrong council", notice="Sent in error.")
    assert send().sent == 1
    rounds.hold(round_=round_, by=retractor, reason="A query")
    rounds.release(round_=round_, by=retractor)
    assert send(clock=later(days=400)).sent == 0
    assert box.recipients == ["chief-1@example.org"]
    assert states() == ["queued", "sent"]


def test_message_that_waits_longer_than_its_letter_is_held_keeps_its_own_time(
    box: Mailbox,
) -> None:
    round_ = issued()
    box.answers["MAIL"] = "451 later"
    send()
    holder = make_user("holder", "hold_letters")
    rounds.hold(round_=round_, by=holder, reason="A query")
    box.answers.clear()
    assert send(clock=later(hours=1)).sent == 0
    rounds.release(round_=round_, by=holder)
    assert send().sent == 0
    assert send(clock=later(hours=1)).sent == 1


def test_send_stops_in_time_and_goes_on_later(box: Mailbox) -> None:
    issued(3)
    minutes = iter(range(100))

    def clock() -> dt.datetime:
        return timezone.now() + next(minutes) * MINUTE

    done = send(clock=clock, longest=9 * MINUTE)
    assert 0 < done.sent < 3
    assert done.left == 3 - done.sent
    assert send(clock=later(hours=2)).sent == done.left


def test_send_whose_sender_is_refused_waits_since_the_setting_is_wrong(box: Mailbox) -> None:
    issued(2)
    box.answers["MAIL"] = "550 not from you"
    assert dict(send().counts) == {"queued": 2}
    assert states() == ["queued", "queued"]
    del box.answers["MAIL"]
    assert send(clock=later(minutes=6)).sent == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "CONTENT"])
def test_send_refused_for_now_tries_again_at_growing_intervals(box: Mailbox, command: str) -> None:
    issued()
    box.answers[command] = "451 chief-0@example.org is busy"
    now = timezone.now()
    for attempt, wait in enumerate(WAITS, start=1):
        done = send(clock=at(now))
        assert dict(done.counts) == {"queued": 1}
        message = only()
        assert (message.state, message.attempts) == ("queued", attempt)
        assert message.next_attempt_at == now + wait
        assert send(clock=at(now + wait - dt.timedelta(seconds=1))) == rounds.Sending()
        now += wait
    assert sorted(WAITS) == list(WAITS)
    assert dict(send(clock=at(now)).counts) == {"failed": 1}
    assert history(only())[-1] == (
        "failed", f"The mail server said: not now (451), {len(WAITS) + 1} times",
    )  # fmt: skip
    assert box.messages == []


def test_send_refused_for_now_and_taken_later_is_sent_once(box: Mailbox) -> None:
    issued()
    box.answers["RCPT"] = "450 later"
    send()
    del box.answers["RCPT"]
    assert send(clock=later(minutes=6)).sent == 1
    assert len(box.messages) == 1
    assert box.messages[0]["Message-ID"] == only().message_id


@pytest.mark.parametrize("command", ["RCPT", "DATA", "CONTENT"])
def test_send_refused_for_good_fails_and_the_others_go_on(box: Mailbox, command: str) -> None:
    issued(2)
    box.answers[command] = "550 no chief-0@example.org here"
    done = send()
    assert dict(done.counts) == {"failed": 2}
    assert box.messages == []
    assert history(OutboxMessage.objects.all()[0])[-1] == (
        "failed", "The mail server refused it for good (550)",
    )  # fmt: skip
    assert send(clock=later(days=30)) == rounds.Sending()


@pytest.mark.parametrize("answer", [HANG_UP, "999 who knows", "nonsense"])
def test_send_whose_end_is_unknown_is_never_repeated_by_itself(box: Mailbox, answer: str) -> None:
    issued(2)
    box.answers["CONTENT"] = answer
    done = send()
    assert (dict(done.counts), done.left) == ({"unknown": 1}, 1)
    assert states() == ["unknown", "queued"]
    box.answers.clear()
    assert send(clock=later(days=30)).sent == 1
    assert states() == ["unknown", "sent"]


def test_send_to_a_server_that_does_not_answer_changes_nothing(settings: Any) -> None:
    issued()
    with running(Mailbox()) as port:
        pass
    settings.MAILERS = mailers(port)
    with pytest.raises(Refused, match=r"does not answer as it should \(ConnectionRefusedError\)"):
        send()
    assert (states(), MessageEvent.objects.count()) == (["queued"], 0)


def test_send_to_a_server_that_turns_everybody_away_changes_nothing(box: Mailbox) -> None:
    issued()
    box.answers["CONNECT"] = "421 closed"
    with pytest.raises(Refused, match="SMTPConnectError"):
        send()
    assert (states(), MessageEvent.objects.count()) == (["queued"], 0)


def test_server_that_leaves_rudely_has_taken_the_message_all_the_same(box: Mailbox) -> None:
    issued()
    box.answers["QUIT"] = "500 what"
    assert send().sent == 1
    box.answers["QUIT"] = HANG_UP
    make_issued_round(2021)
    assert send().sent == 1


def test_address_that_cannot_be_written_fails(box: Mailbox) -> None:
    authority = make_authority()
    make_chief_executive(authority, email="chéf@example.org")
    make_issued_round(2020)
    assert dict(send().counts) == {"failed": 1}
    assert history(only())[-1][1] == "The address cannot be written in a message"


def test_attempt_that_never_ended_is_in_doubt_after_ten_minutes(box: Mailbox) -> None:
    issued()
    MessageEvent.objects.create(
        message=only(), state="sending", done_at=timezone.now(), done_by=system_user()
    )
    assert send(clock=later(minutes=9)) == rounds.Sending()
    assert states() == ["sending"]
    assert send(clock=later(minutes=11)) == rounds.Sending(interrupted=1)
    assert (states(), box.messages) == (["unknown"], [])


def test_message_bounced_while_it_is_sent_stays_bounced(box: Mailbox) -> None:
    issued()
    number = only().message_id

    claimed = sending._claim(OutboxMessage.objects.due(at=timezone.now()), by=system_user(),
                             clock=timezone.now)  # fmt: skip
    assert claimed is not None
    rounds.report_event(message_id=number, state=MessageState.BOUNCED, detail="", by=system_user())
    state = sending._settle(
        claimed, sending.Answer(MessageState.SENT), by=system_user(), clock=timezone.now
    )
    assert (state, states()) == ("bounced", ["bounced"])


# What people decide -------------------------------------------------------------------------------


@pytest.fixture
def unknown(box: Mailbox, editor: Any) -> OutboxMessage:
    issued()
    box.answers["CONTENT"] = HANG_UP
    send()
    box.answers.clear()
    box.messages.clear()
    return only()


def test_message_in_doubt_may_be_said_to_have_arrived(
    unknown: OutboxMessage, box: Mailbox, editor: Any
) -> None:
    rounds.confirm_arrived(message=unknown, by=editor)
    assert send(clock=later(days=1)) == rounds.Sending()
    assert history(unknown)[-1] == ("sent", "It arrived")
    assert unknown.events.all()[0].done_by == editor


def test_message_in_doubt_may_be_sent_again_under_the_same_number(
    unknown: OutboxMessage, box: Mailbox, editor: Any
) -> None:
    rounds.send_again(message=unknown, by=editor)
    assert send().sent == 1
    assert [message["Message-ID"] for message in box.messages] == [unknown.message_id]


def test_interrupted_attempt_may_be_decided_before_another_run_says_so(editor: Any) -> None:
    issued()
    MessageEvent.objects.create(
        message=only(), state="sending", done_by=system_user(),
        done_at=timezone.now() - 11 * MINUTE,
    )  # fmt: skip
    rounds.send_again(message=only(), by=editor)
    assert [state for state, _ in history(only())] == ["sending", "unknown", "queued"]


def test_message_being_sent_is_left_alone(editor: Any) -> None:
    issued()
    MessageEvent.objects.create(
        message=only(), state="sending", done_at=timezone.now(), done_by=system_user()
    )
    for decide in (
        rounds.confirm_arrived,
        rounds.send_again,
        rounds.report_bounce,
        rounds.withdraw,
    ):
        with pytest.raises(Refused) as refused:
            decide(message=only(), by=editor)
        assert refused.value.problems == [
            "The message to Example Council 0 (chief executive) is “being sent”, so that cannot be "
            "done with it."
        ]
    assert states() == ["sending"]


def test_corrected_address_is_another_message_that_names_the_first(
    box: Mailbox, editor: Any
) -> None:
    issued()
    send()
    first = only()
    rounds.report_bounce(message=first, by=editor)
    second = rounds.send_to(message=first, email="right@example.org", by=editor)
    assert (second.replaces, second.email, second.role) == (first, "right@example.org", first.role)
    assert (second.body, second.subject) == (first.body, first.subject)
    assert second.message_id != first.message_id
    assert states() == ["withdrawn", "queued"]
    assert send().sent == 1
    assert box.recipients == ["chief-0@example.org", "right@example.org"]
    with pytest.raises(Refused):
        rounds.send_to(message=first, email="third@example.org", by=editor)
    assert OutboxMessage.objects.count() == 2


def test_address_that_is_none_is_refused(editor: Any) -> None:
    issued()
    with pytest.raises(Refused) as refused:
        rounds.send_to(message=only(), email="a@example.org\nBcc: b@example.org", by=editor)
    assert refused.value.problems == [
        "That is not an e-mail address; write it as name@example.org."
    ]
    assert states() == ["queued"]


def test_decisions_are_for_those_who_may_send() -> None:
    issued()
    nobody, message = make_user("nobody"), only()
    for decide in (
        lambda: rounds.confirm_arrived(message=message, by=nobody),
        lambda: rounds.send_again(message=message, by=nobody),
        lambda: rounds.report_bounce(message=message, by=nobody),
        lambda: rounds.withdraw(message=message, by=nobody),
        lambda: rounds.send_to(message=message, email="a@example.org", by=nobody),
        lambda: rounds.queue_case_lists(round_=Round.objects.get(), by=nobody),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.problems == ["nobody may not send messages."]


# Held by the database -----------------------------------------------------------------------------


CHANGES = {
    "email": "other@example.org", "subject": "x", "body": "x", "role": "link_officer",
    "has_letter": False, "has_case_lists": True, "message_id": "<x@y>", "queued_at": timezone.now(),
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_what_a_message_says_never_changes(column: str) -> None:
    issued()
    with pytest.raises(IntegrityError, match="A message cannot be changed"), transaction.atomic():
        OutboxMessage.objects.update(**{column: CHANGES[column]})


@pytest.mark.parametrize(
    "values",
    [
        {"state": "sent", "next_attempt_at": None},
        {"state": "withdrawn", "next_attempt_at": None},
        {"attempts": 0},
        {"sent_at": timezone.now()},
    ],
)
def test_state_of_a_message_follows_its_history_alone(values: dict[str, Any]) -> None:
    issued()
    by = system_user()
    MessageEvent.objects.create(message=only(), state="sending", done_at=timezone.now(), done_by=by)
    MessageEvent.objects.create(
        message=only(), state="queued", done_at=timezone.now(), done_by=by,
        next_attempt_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.update(**values)


def test_history_of_a_message_is_kept(box: Mailbox) -> None:
    issued()
    send()
    for change in (
        lambda: MessageEvent.objects.update(detail="x"),
        lambda: MessageEvent.objects.all()._raw_delete("default"),
        lambda: OutboxMessage.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
            change()


class Undone(Exception):
    """Takes a step back that was only tried."""


@pytest.mark.parametrize("state", MessageState)
def test_steps_of_a_message_are_those_of_the_list(state: MessageState, box: Mailbox) -> None:
    ways: dict[str, list[str]] = {
        "queued": [], "sending": ["sending"], "sent": ["sending", "sent"],
        "unknown": ["sending", "unknown"], "failed": ["sending", "failed"],
        "bounced": ["sending", "bounced"], "withdrawn": ["withdrawn"],
    }  # fmt: skip
    issued()
    message, by = only(), system_user()

    def event(to: str) -> None:
        now = timezone.now()
        MessageEvent.objects.create(
            message=message, state=to, done_at=now, done_by=by,
            next_attempt_at=now if to == "queued" else None,
        )  # fmt: skip

    for each in ways[state]:
        event(each)
    allowed, refusals = set(), set()
    for to in MessageState:
        try:
            with transaction.atomic():
                event(to)
                raise Undone
        except Undone:
            allowed.add(to)
        except IntegrityError as error:
            refusals.add(str(error).partition("\n")[0])
    assert allowed == set(NEXT_STATES[state])
    assert refusals == {"That cannot happen to this message any more: look at how far it has come."}


def test_letter_has_one_message_a_role() -> None:
    issued()
    first = only()
    values = {
        field.attname: getattr(first, field.attname)
        for field in OutboxMessage._meta.concrete_fields
        if field.name not in ("id", "message_id")
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.create(**values, message_id="<other@example.org>")


# The command --------------------------------------------------------------------------------------


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("send_messages", *arguments, stdout=out)
    return out.getvalue()


def test_command_sends_what_is_due(box: Mailbox) -> None:
    issued(2)
    assert said("2020") == "Messages: 2 sent.\n"
    assert said() == "Messages: nothing to do.\n"


def test_command_says_what_went_wrong(box: Mailbox) -> None:
    issued(3)
    box.answers["RCPT"] = "550 no"
    assert said() == "Messages: 3 refused for good.\n"
    editor = make_user("sender", "send_messages")
    for message in OutboxMessage.objects.all():
        rounds.send_again(message=message, by=editor)
    box.answers["RCPT"] = HANG_UP
    assert said() == "Messages: 1 of which nobody knows the end, 2 still waiting.\n"
    with pytest.raises(CommandError, match="There is no round 2019"):
        said("2019")


def test_issue_approved_by_a_second_person_queues_the_case_lists_if_asked(box: Mailbox) -> None:
    authority = make_authority()
    link_officer(authority)
    make_chief_executive(authority)
    make_decision(authority)
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    rounds.issue(round_=round_, by=editor, case_lists_to=[ContactRole.LINK_OFFICER])
    send()
    names = {
        message["To"]: [part.get_filename() for part in message.iter_attachments()]
        for message in box.messages
    }
    slug = authority.slug
    assert names == {
        "chief@example.org": [f"2020-{slug}.pdf"],
        "link@example.org": [
            f"2020-{slug}.pdf",
            f"2020-{slug}-compliance.xlsx",
            f"2020-{slug}-decided.xlsx",
            f"2020-{slug}-received.xlsx",
        ],
    }
