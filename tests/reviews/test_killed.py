"""Issuing and sending killed at any instant, in real processes, lose and double nothing."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import DNS_NAME
from django.core.management import call_command
from django.utils import timezone

from casework.actions import system_user
from casework.choices import ContactRole
from reviews import rounds
from reviews.models import Letter, LetterFile, OutboxMessage, Round
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
    make_signatory,
)
from tests.mail_server import mailers, running_apart
from tests.reviews.killing import Prepared, kill_after, run, told

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = 4  # each of them seven writes or more in one transaction
YEARS = range(2013, 2026)  # each a round to kill, since a copy of a database costs more
KILLS = 50
COPIES = 8  # more than are needed, unless runs end before they are killed
SEED = 20_200_722


def make_approved_rounds(years: range, letters: int) -> None:
    make_signatory()
    for number in range(letters):
        authority = make_authority(f"Example Council {number}", slug=f"council-{number}")
        make_chief_executive(authority, email=f"chief-{number}@example.org")
        make_chief_executive(
            authority, role=ContactRole.LINK_OFFICER, email=f"link-{number}@example.org"
        )
        make_decision(authority)
    editor, approver = make_editor(), make_approver()
    for year in years:
        round_ = make_round(year)
        rounds.freeze(round_=round_, by=editor)
        rounds.approve(reason="For a test", round_=round_, by=approver)


@pytest.fixture
def approved(tmp_path: Path) -> Iterator[Prepared]:
    make_approved_rounds(YEARS, LETTERS)
    prepared = Prepared(tmp_path)
    yield prepared
    prepared.remove()


def parts_of_a_run(number: int) -> list[float]:
    """So many instants spread over a run, from 0 to 1, the same whenever the tests run."""
    chance = random.Random(SEED)  # noqa: S311
    found = [(position + chance.random()) / number for position in range(number)]
    chance.shuffle(found)
    return found


# Issuing ------------------------------------------------------------------------------------------


def issue(year: int) -> None:
    call_command("issue_letters", str(year), "--by", "editor", stdout=StringIO())


def issue_the_rest(year: int) -> dict[str, Any]:
    """Issues what is not issued yet; how all of it then stands."""
    issue(year)
    round_ = Round.objects.get(year=year)
    letters, messages = Letter.objects.of_round(round_.pk), OutboxMessage.objects
    said = ("letter__summary__slug", "role", "email", "subject", "body")
    return {
        "digests": dict(letters.issued().values_list("summary__slug", "sha256")),
        "files": LetterFile.objects.filter(letter__in=letters).count(),
        "problems": rounds.verify(round_),
        "messages": sorted(map(list, messages.of_round(round_.pk).values_list(*said))),
        "numbers": messages.of_round(round_.pk).values("message_id").distinct().count(),
    }


def test_letters_killed_at_fifty_instants_are_issued_once_and_the_same(
    approved: Prepared, tmp_path: Path
) -> None:
    with approved.copy() as database:
        seconds = sorted(run(database, partial(issue, year)) for year in YEARS)
        whole = [told(database, tmp_path, partial(issue_the_rest, year)) for year in YEARS]
    for each in whole:
        assert (len(each["digests"]), each["files"], each["problems"]) == (LETTERS, LETTERS, [])
        assert len(each["messages"]) == each["numbers"] == 2 * LETTERS
    longest = seconds[len(YEARS) // 2]
    waiting = parts_of_a_run(KILLS)
    for _ in range(COPIES):
        if not waiting:
            break
        with approved.copy() as database:
            for year, wanted in zip(YEARS, whole, strict=True):
                if not waiting:
                    break
                if kill_after(waiting[-1] * longest, database, partial(issue, year)):
                    waiting.pop()
                    assert told(database, tmp_path, partial(issue_the_rest, year)) == wanted
                else:  # it was done before, so a run takes less by now
                    longest *= 0.8
    assert waiting == []


# Sending ------------------------------------------------------------------------------------------


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a mail server, and the file of what it took in."""
    path = tmp_path / "taken.txt"
    with running_apart(path) as port:
        yield port, path


@pytest.fixture
def issued(tmp_path: Path) -> Iterator[Prepared]:
    make_approved_rounds(YEARS, LETTERS // 2)
    for round_ in Round.objects.all():
        rounds.issue(round_=round_, by=User.objects.get(username="editor"))
    prepared = Prepared(tmp_path)
    yield prepared
    prepared.remove()


def send(year: int) -> None:
    call_command("send_messages", str(year), stdout=StringIO())


def send_the_rest(year: int) -> dict[str, str]:
    """Sends as runs would an hour later; how the messages then stand, by their numbers."""
    round_ = Round.objects.get(year=year)
    while rounds.send(
        by=system_user(),
        round_=round_,
        clock=lambda: timezone.now() + dt.timedelta(hours=1),
    ).counts:
        pass
    return dict(OutboxMessage.objects.of_round(round_.pk).values_list("message_id", "state"))


def test_messages_killed_at_any_instant_are_never_sent_twice(
    issued: Prepared, counted: tuple[int, Path], tmp_path: Path, settings: Any
) -> None:
    port, path = counted
    DNS_NAME.get_fqdn()  # asked for once, not by each process anew
    settings.MAILERS = mailers(port)
    with issued.copy() as database:
        seconds = sorted(run(database, partial(send, year)) for year in YEARS)
        sent = told(database, tmp_path, partial(send_the_rest, YEARS[0]))
    assert set(sent.values()) == {"sent"}
    assert set(Counter(path.read_text().split()).values()) == {1}
    longest = seconds[len(YEARS) // 2]
    when = iter(parts_of_a_run(2 * len(YEARS)))
    killed = in_doubt = 0
    for _ in range(2):
        path.write_text("")
        with issued.copy() as database:
            for year in YEARS:
                killed += kill_after(next(when) * longest, database, partial(send, year))
                states = told(database, tmp_path, partial(send_the_rest, year))
                taken = Counter(path.read_text().split())
                unknown = {number for number, state in states.items() if state == "unknown"}
                assert set(taken.values()) == {1}
                assert set(states.values()) <= {"sent", "unknown"}
                assert len(unknown) <= 1
                assert set(states) - unknown <= set(taken)
                in_doubt += len(unknown)
    assert killed > len(YEARS)
    assert in_doubt > 0
