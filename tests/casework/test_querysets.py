import datetime as dt

import pytest

from casework.actions.directory import Directory
from casework.models import Authority, FormerCode
from tests.factories import make_authority

pytestmark = pytest.mark.django_db


def test_authority_is_named_by_slug_and_by_code_present_or_former() -> None:
    authority = make_authority(slug="lynn", gss_code="E07000146")
    FormerCode.objects.create(authority=authority, gss_code="E07999146")
    for name in ("lynn", "E07000146", "E07999146"):
        assert Authority.objects.named(name).get() == authority
        assert Directory().find(name) == authority
    assert list(Authority.objects.named("nowhere")) == []
    assert Directory().find("nowhere") is None


def test_former_code_that_somebody_has_now_names_that_one() -> None:
    now = make_authority(gss_code="E07000001")
    before = make_authority(gss_code="E07000002")
    FormerCode.objects.create(authority=before, gss_code="E07000001")
    assert Authority.objects.named("E07000001").get() == now
    assert Directory().find("E07000001") == now


def test_authority_with_two_earlier_names_has_the_one_of_the_day() -> None:
    authority = make_authority("Third Council")
    authority.earlier_names.create(name="Second Council", ends_on=dt.date(2022, 3, 31))
    authority.earlier_names.create(name="First Council", ends_on=dt.date(2010, 3, 31))
    days = (dt.date(2010, 3, 31), dt.date(2010, 4, 1), dt.date(2022, 3, 31), dt.date(2022, 4, 1))
    assert [authority.name_on(day) for day in days] == [
        "First Council", "Second Council", "Second Council", "Third Council",
    ]  # fmt: skip
