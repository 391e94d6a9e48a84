"""The commands of a round: what they print, and how they refuse."""

import datetime as dt
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from casework.refusals import Refused
from reviews.management.rounds import read_day, read_instant
from reviews.models import Letter, OutboxMessage, Round, RoundEvent
from reviews.rounds import approve, freeze
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
)


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert refusal.value.returncode == 1
    return str(refusal.value)


@pytest.mark.django_db
def test_commands_take_a_round_from_opening_to_verified_letters(tmp_path: Path) -> None:
    authority = make_authority("Example District Council")
    make_decision(authority)
    make_editor()
    make_approver()
    assert run(
        "open_round", "2020", "--letter-date", "2020-07-22", "--publish-at", "2020-07-29"
    ) == (
        "Opened the round 2020: letters dated 2020-07-22, public from 2020-07-29T00:00:00+01:00.\n"
    )
    assert run("check_round", "2020") == (
        "warning: no-signatory: nobody is recorded as signing letters on 2020-07-22; the letters "
        "will carry the Ombudsman's title alone.\n"
        "warning: post-vacant: Example District Council: no chief executive is recorded on the "
        "letter date; no officer has an e-mail address, so nobody will be sent the letter.\n"
        "Round 2020: 0 to mend before freezing, 2 to be aware of.\n"
    )
    assert run("freeze_round", "2020", "--by", "editor") == (
        "Froze the round 2020 (freeze 1): 1 authority, each with a draft letter.\n"
    )
    assert run("freeze_round", "2020", "--by", "editor", "--again", "--reason", "Late file") == (
        "Froze the round 2020 (freeze 2): 1 authority, each with a draft letter.\n"
    )
    assert run("approve_letters", "2020", "--by", "approver", "--authority", authority.slug) == (
        "Approved 1 letter of the round 2020.\n"
    )
    assert run("approve_letters", "2020", "--by", "approver") == (
        "Nothing to do: these letters of the round 2020 are approved.\n"
    )
    assert run("issue_letters", "2020", "--by", "editor") == (
        "Issued 1 letter of the round 2020.\n"
    )
    assert run("issue_letters", "2020", "--by", "editor") == (
        "Nothing to do: all letters of the round 2020 are issued.\n"
    )
    assert run("verify_letters", "2020") == (
        "The 1 issued letter of the round 2020 is as issued.\n"
    )
    to = tmp_path / "letters.zip"
    assert run("export_letters", "2020", "--to", str(to)) == (
        f"Wrote 1 letter and manifest.csv to {to}.\n"
    )
    assert to.is_file()


@pytest.mark.django_db
def test_export_case_lists_writes_what_was_frozen(tmp_path: Path) -> None:
    one, other = make_authority(slug="one"), make_authority(slug="other")
    make_decision(one)
    make_decision(other)
    round_ = make_round(2020)
    to = tmp_path / "lists.zip"
    assert refused("export_case_lists", "2020", "--to", str(to)) == (
        "The round 2020 is not frozen yet, so it has no case lists."
    )
    freeze(round_=round_, by=make_editor())
    assert run("export_case_lists", "2020", "--to", str(to)) == f"Wrote 6 case lists to {to}.\n"
    first = to.read_bytes()
    run("export_case_lists", "2020", "--to", str(to))
    assert to.read_bytes() == first
    run("export_case_lists", "2020", "--to", str(to), "--authority", "one")
    with zipfile.ZipFile(to) as archive:
        assert archive.namelist() == [
            f"2020-one-{kind}.csv" for kind in ("compliance", "decided", "received")
        ]
    assert RoundEvent.objects.filter(action="exported")[0].detail == "3 case lists"
    without = make_authority(slug="without", starts_on=dt.date(2021, 1, 1))
    assert refused("export_case_lists", "2020", "--to", str(to), "--authority", without.slug) == (
        "No case lists were kept for that in the round 2020."
    )
    nowhere = tmp_path / "nowhere" / "lists.zip"
    assert refused("export_case_lists", "2020", "--to", str(nowhere)).startswith(
        f"The case lists cannot be written to {nowhere}: "
    )
    assert [path.name for path in tmp_path.iterdir()] == ["lists.zip"]


@pytest.mark.django_db
def test_issue_letters_attaches_the_case_lists_if_asked() -> None:
    authority = make_authority()
    make_chief_executive(authority, role="link_officer", email="link@example.org")
    round_ = make_round(2020)
    freeze(round_=round_, by=make_editor())
    approve(reason="For a test", round_=round_, by=make_approver())
    run("issue_letters", "2020", "--by", "editor", "--case-lists")
    assert OutboxMessage.objects.get().has_case_lists is True


@pytest.mark.django_db
def test_check_round_exits_1_where_something_blocks() -> None:
    year = str(dt.datetime.now(tz=dt.UTC).year + 2)
    run("open_round", year, "--letter-date", f"{year}-07-22", "--publish-at", f"{year}-07-29")
    with pytest.raises(SystemExit) as stopped:
        run("check_round", year)
    assert stopped.value.code == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check_round", "1999"), "There is no round 1999; open it with: manage.py open_round"),
        (("freeze_round", "2020", "--by", "ghost"), "There is no user 'ghost'; --by takes a user"),
        (("freeze_round", "2020", "--by", "approver"), "approver may not freeze a round."),
        (("freeze_round", "2020", "--by", "system"), "system may not freeze a round."),
        (("freeze_round", "2020", "--by", "editor", "--again"), "--again and --reason TEXT go"),
        (("freeze_round", "2020", "--by", "editor", "--reason", "x"), "--again and --reason TEXT"),
        (("approve_letters", "2020", "--by", "approver"), "The round 2020 is not frozen yet"),
        (("issue_letters", "2020", "--by", "editor"), "The round 2020 is not frozen yet"),
        (("verify_letters", "2020"), "No letter of the round 2020 is issued yet."),
        (("export_letters", "2020", "--to", "x"), "The round 2020 is not frozen yet"),
        (("export_letters", "2020", "--to", "x", "--authority", "nowhere"),
         "There is no authority 'nowhere'; name it by its slug or its GSS code."),
        (("open_round", "2020", "--letter-date", "2020-07-22", "--publish-at", "2020-07-29"),
         "The round 2020 is already open."),
        (("open_round", "2021", "--letter-date", "22 July", "--publish-at", "2021-07-29"),
         "'22 July' is not a date; write YYYY-MM-DD."),
        (("open_round", "2021", "--letter-date", "2021-07-22", "--publish-at", "2021-07-21"),
         "Publication on 2021-07-21 comes before the letter date 2021-07-22"),
    ],
)  # fmt: skip
def test_commands_refuse_in_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    make_editor()
    make_approver()
    run("open_round", "2020", "--letter-date", "2020-07-22", "--publish-at", "2020-07-29")
    said = refused(*arguments)
    assert said.startswith(message)
    assert "\n" not in said
    assert Round.objects.count() == 1
    assert Letter.objects.count() == 0


@pytest.mark.parametrize(
    "arguments",
    [("open_round", "abc"), ("open_round", "2020"), ("freeze_round", "2020"), ("import_casework",)],
)
def test_commands_refuse_wrong_arguments_in_one_line_with_status_1(
    arguments: tuple[str, ...],
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--settings", "tests.settings"],
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("CommandError: ")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2020-07-29", "2020-07-28T23:00:00+00:00"),
        ("2020-01-29", "2020-01-29T00:00:00+00:00"),
        ("2020-07-29T09:30", "2020-07-29T08:30:00+00:00"),
        ("2020-07-29T09:30:15", "2020-07-29T08:30:15+00:00"),
        ("2020-07-29T09:30+00:00", "2020-07-29T09:30:00+00:00"),
        ("2020-07-29T09:30Z", "2020-07-29T09:30:00+00:00"),
        # The clocks go back at 02:00 on 25 October 2020, forward at 01:00 on 29 March 2020.
        ("2020-10-25T00:59", "2020-10-24T23:59:00+00:00"),
        ("2020-10-25T02:00", "2020-10-25T02:00:00+00:00"),
        ("2020-10-25T01:30+01:00", "2020-10-25T00:30:00+00:00"),
        ("2020-03-29T00:59", "2020-03-29T00:59:00+00:00"),
        ("2020-03-29T02:00", "2020-03-29T01:00:00+00:00"),
    ],
)
def test_read_instant_is_london_time_unless_told_otherwise(text: str, instant: str) -> None:
    assert read_instant(text).astimezone(dt.UTC).isoformat() == instant


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2020-10-25T01:00", "comes twice"),
        ("2020-10-25T01:59:59", "comes twice"),
        ("2020-03-29T01:00", "does not exist"),
        ("2020-03-29T01:59", "does not exist"),
    ],
)
def test_read_instant_refuses_the_hour_the_clocks_change(text: str, problem: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_instant(text)
    assert refusal.value.problems == [
        f"{text} {problem} in London, where the clocks change that night; add an offset, +00:00 "
        "or +01:00."
    ]


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2020-02-30", "2020-07-29T25:00", "29/07/2020", "2020-W31-3"]
)
def test_read_instant_refuses_what_is_no_instant(text: str) -> None:
    with pytest.raises(Refused, match="is not a date and time"):
        read_instant(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00"])
def test_read_instant_refuses_years_beyond_reason(text: str) -> None:
    with pytest.raises(Refused, match="is not in the years 1900 to 2200"):
        read_instant(text)


@pytest.mark.parametrize("text", ["20200722", "2020-W30-3", "2020-7-22", "2020-02-30", ""])
def test_read_day_takes_one_form_only(text: str) -> None:
    with pytest.raises(Refused, match="is not a date; write YYYY-MM-DD"):
        read_day(text)
