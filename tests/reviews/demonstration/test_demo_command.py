"""When `demo` refuses; what it makes is tested in tests/journeys."""

import datetime as dt
import io

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from casework.models import Authority, Contact, ImportBatch
from reviews.demonstration.totals import LAST_DAY
from reviews.models import Demonstration, Signatory

pytestmark = pytest.mark.django_db

IN_TIME = dt.datetime.combine(LAST_DAY, dt.time(12), tzinfo=dt.UTC) + dt.timedelta(days=1)


def refusal() -> str:
    with time_machine.travel(IN_TIME), pytest.raises(CommandError) as caught:
        call_command("demo", stdout=io.StringIO())
    return str(caught.value)


def test_demo_refuses_a_database_with_an_authority() -> None:
    Authority.objects.create(slug="a", official_name="A", authority_type="fire")
    assert refusal() == (
        "This database holds authorities already; the demonstration needs an empty one, so set "
        "DATABASE_URL to another."
    )
    assert Demonstration.objects.count() == 0
    assert User.objects.count() == 0


def test_demo_refuses_a_database_with_a_user() -> None:
    User.objects.create_user("somebody")
    assert refusal().startswith("This database holds users already;")


def test_demo_refuses_a_database_with_a_signatory() -> None:
    Signatory.objects.create(name="N", titles="T", starts_on=dt.date(2020, 1, 1))
    assert refusal().startswith("This database holds signatories already;")


def test_demo_that_fails_in_the_middle_leaves_nothing() -> None:
    Group.objects.filter(name="approver").delete()
    with time_machine.travel(IN_TIME), pytest.raises(Group.DoesNotExist):
        call_command("demo", stdout=io.StringIO())
    for model in (Demonstration, User, Authority, Contact, ImportBatch):
        assert model.objects.count() == 0


@pytest.mark.parametrize("days", [0, 1])
def test_demo_refuses_until_the_day_after_its_last_case(days: int) -> None:
    # A user there already stops the run that the clock lets through.
    User.objects.create_user("somebody")
    at = dt.datetime.combine(LAST_DAY, dt.time(12), tzinfo=dt.UTC) + dt.timedelta(days=days)
    with time_machine.travel(at), pytest.raises(CommandError) as caught:
        call_command("demo", stdout=io.StringIO())
    about_clock = (
        "This machine's clock says 2026-07-31, but the demonstration's cases run to 2026-07-31; "
        "set the clock right and try again."
    )
    assert (str(caught.value) == about_clock) == (days == 0)
