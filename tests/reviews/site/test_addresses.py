"""Every public address from one place: none forgotten, none that is not public, none twice."""

import datetime as dt
import re
from collections import Counter

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from ombudsman.urls import urlpatterns
from reviews.models import PublishedFigure
from reviews.site import addresses, urls
from reviews.site.addresses import EXCEPTIONS, FEEDS, NEEDS_SERVER, ROUTES
from tests.factories import make_authority
from tests.leaks import by_route
from tests.reviews.site.builders import BEFORE, PUBLISHED_AT, make_frozen_round, make_issued
from tests.reviews.site.cases import make_published
from tests.reviews.site.test_leaks import plant, values


@pytest.fixture
def site(clock: time_machine.Traveller) -> None:
    """A round of 2020 with all there can be beside one of 2019, and a year taken over."""
    names = {"kings-lynn": "King's Lynn Council", "special": "Special Council",
             "retracted": "Sorry Council", "held": "Held Council"}  # fmt: skip
    clock.move_to(BEFORE - dt.timedelta(days=5))
    round_ = make_frozen_round(2019)
    for slug, name in names.items():
        make_issued(round_, make_authority(name, slug=slug), upheld=1)
    plant()
    PublishedFigure.objects.create(
        authority=make_authority("Old Council", slug="old"),
        year_ending=2018,
        uphold_percent=37,
        source="Example",
    )
    clock.move_to(PUBLISHED_AT)
    make_published(make_authority("Leeds", slug="leeds"), improvements=["Train staff."])


def paths() -> list[str]:
    return [each.path for each in addresses.addresses(at=timezone.now())]


def test_every_public_route_has_its_addresses_or_a_reason_to_have_none() -> None:
    """A new route is named in `ROUTES`, with what to put into it, or in `EXCEPTIONS`."""
    routes = {pattern.name for pattern in urls.urlpatterns}
    assert routes == {*ROUTES, *EXCEPTIONS, "sitemap-part"}
    assert set(ROUTES) & EXCEPTIONS == set()
    assert set(ROUTES) >= FEEDS | NEEDS_SERVER


def test_every_address_answers_and_every_route_has_one(client: Client, site: None) -> None:
    found = list(addresses.addresses(at=timezone.now()))
    assert {each.path: client.get(each.path).status_code for each in found} == dict.fromkeys(
        paths(), 200
    )
    assert {each.route for each in found} == {*ROUTES, "sitemap-part"}
    assert max(Counter(each.path for each in found).values()) == 1


def test_no_address_that_answers_is_missing(client: Client, site: None) -> None:
    asked = [address for route in by_route(urlpatterns, values) for address in route]
    answering = {
        address
        for address in asked
        if not address.startswith(("/admin/", "/healthz"))
        and client.get(address).status_code == 200
    }
    assert len(answering) > 20
    assert answering - set(paths()) == set()


def test_addresses_tell_nothing_of_a_round_before_it_is_public(
    clock: time_machine.Traveller, site: None
) -> None:
    clock.move_to(BEFORE)
    assert [path for path in paths() if "2020" in path] == []
    clock.move_to(PUBLISHED_AT)
    of_2020 = [path for path in paths() if "2020" in path]
    assert "/councils/kings-lynn/2020/letter/2/" in of_2020
    assert "/councils/retracted/2020/letter/" in of_2020
    assert [path for path in of_2020 if "retracted/2020/letter" in path and "." in path] == []
    assert [path for path in of_2020 if "/held/" in path] == []


def test_queries_are_the_same_however_much_is_public(
    site: None, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(11):  # type: ignore[operator]
        paths()


# What robots are told -----------------------------------------------------------------------------


def test_sitemap_lists_every_page_in_parts_that_are_read_whole(
    client: Client, site: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [path for path in paths() if path.endswith("/") and not path.endswith("/feed/")]
    monkeypatch.setattr(addresses, "SITEMAP_LENGTH", len(pages) - 1)
    index = client.get("/sitemap.xml")
    assert index.headers["Content-Type"] == "application/xml; charset=utf-8"
    parts = re.findall("<loc>https://reviews.example.org(.*?)</loc>", index.content.decode())
    assert parts == ["/sitemap-1.xml", "/sitemap-2.xml"]
    listed = [
        re.findall("<loc>https://reviews.example.org(.*?)</loc>", client.get(part).content.decode())
        for part in parts
    ]
    assert listed == [pages[:-1], pages[-1:]]
    assert client.get("/sitemap-3.xml").status_code == 404


def test_robots_are_told_of_the_sitemap_and_kept_from_what_is_not_public(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /hooks/",
        "Disallow: /portal/",
        "",
        "Sitemap: https://reviews.example.org/sitemap.xml",
    ]
