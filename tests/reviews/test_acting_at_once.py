"""Several people act on a round at the same moment: one wins, the others get a clear sentence.

Real processes on PostgreSQL and on a SQLite file, where one waits for another to end.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from casework.actions import system_user
from casework.refusals import Refused
from reviews import rounds
from reviews.models import Freeze, Letter, OutboxMessage, Round, RoundEvent
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
    make_user,
)
from tests.mail_server import mailers, running_apart
from tests.reviews.killing import Prepared, end, start, told

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = 6


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[Prepared]:
    for number in range(LETTERS):
        authority = make_authority(f"Example Council {number}")
        make_chief_executive(authority)
        make_decision(authority)
    make_round(2020)
    make_editor(), make_approver()
    make_user("second approver", "approve_letters")
    found = Prepared(tmp_path)
    yield found
    found.remove()


def user(name: str) -> User:
    return User.objects.get(username=name)


def round_2020() -> Round:
    return Round.objects.get(year=2020)


def freeze() -> object:
    return rounds.freeze(round_=round_2020(), by=user("editor")).number


def approve_as(name: str) -> object:
    return rounds.approve(reason="For a test", round_=round_2020(), by=user(name))


def issue() -> object:
    return rounds.issue(round_=round_2020(), by=user("editor"))


def at_once(database: str, folder: Path, *deeds: Callable[[], object]) -> list[str]:
    """What each deed came back with or was refused with, all begun at the same instant."""
    begin = time.monotonic() + 0.5

    def at_the_instant(deed: Callable[[], object], answer: Path) -> None:
        time.sleep(max(0, begin - time.monotonic()))
        try:
            answer.write_text(str(deed()))
        except Refused as refused:
            answer.write_text(" ".join(refused.problems))

    answers = [folder / f"deed-{number}.txt" for number in range(len(deeds))]
    processes = [
        start(database, lambda deed=deed, answer=answer: at_the_instant(deed, answer))  # type: ignore[misc]
        for deed, answer in zip(deeds, answers, strict=True)
    ]
    assert [end(process) for process in processes] == [0] * len(deeds)
    return [answer.read_text() for answer in answers]


BUSY = "Somebody else is changing the round or its cases just now; try again."
FROZEN = "The round 2020 is already frozen; to count again, freeze it again and say why."


def test_round_frozen_twice_at_once_is_frozen_once(prepared: Prepared, tmp_path: Path) -> None:
    def state() -> list[int]:
        return [Freeze.objects.count(), Letter.objects.count(), round_2020().events.count()]

    with prepared.copy() as database:
        said = sorted(at_once(database, tmp_path, freeze, freeze))
        assert said[0] == "1"
        assert said[1] in (FROZEN, BUSY)
        assert told(database, tmp_path, state) == [1, LETTERS, 1]


def test_two_approvers_and_an_issuer_at_once_leave_each_letter_approved_and_issued_once(
    prepared: Prepared, tmp_path: Path
) -> None:
    def state() -> dict[str, object]:
        letters = Letter.objects.of_round(round_2020().pk)
        return {
            "approved": sum(
                int(detail.split()[0])
                for detail in RoundEvent.objects.filter(action="approved").values_list(
                    "detail", flat=True
                )
            ),
            "approvers": letters.values("approved_by").distinct().count(),
            "issued": letters.issued().count(),
            "messages": OutboxMessage.objects.count(),
            "problems": rounds.verify(round_2020()),
        }

    with prepared.copy() as database:
        assert at_once(database, tmp_path, freeze) == ["1"]
        *approved, issued = at_once(
            database,
            tmp_path,
            lambda: approve_as("approver"),
            lambda: approve_as("second approver"),
            issue,
        )
        assert sorted(approved) == ["0", str(LETTERS)]
        assert issued in (
            str(LETTERS),
            f"{LETTERS} of {LETTERS} letters of the round 2020 are not approved yet; approve or "
            "hold them first.",
        )
        at_once(database, tmp_path, issue, issue)
        assert told(database, tmp_path, state) == {
            "approved": LETTERS, "approvers": 1, "issued": LETTERS, "messages": LETTERS,
            "problems": [],
        }  # fmt: skip


def test_two_senders_at_once_send_each_message_once(
    prepared: Prepared, tmp_path: Path, settings: object
) -> None:
    def send() -> object:
        return rounds.send(by=system_user()).sent

    def state() -> list[str]:
        return list(OutboxMessage.objects.values_list("state", flat=True))

    taken = tmp_path / "taken.txt"
    with prepared.copy() as database, running_apart(taken) as port:
        settings.MAILERS = mailers(port)  # type: ignore[attr-defined]
        at_once(database, tmp_path, freeze)
        at_once(database, tmp_path, lambda: approve_as("approver"))
        at_once(database, tmp_path, issue)
        sent = at_once(database, tmp_path, send, send, send)
        assert sum(map(int, sent)) == LETTERS
        assert told(database, tmp_path, state) == ["sent"] * LETTERS
    numbers = taken.read_text().split()
    assert len(set(numbers)) == len(numbers) == LETTERS
