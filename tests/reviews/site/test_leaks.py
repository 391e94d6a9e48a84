"""No fact of a round is told to anybody who may not know it, before the instant it is public.

Three moments: frozen and issued, a microsecond before publication, and publication. The public must
get, byte for byte, what it would get from a database without the round; staff who may not see a
round find none of its facts in the back office either.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.test import Client
from django.urls import get_resolver, path
from django.utils import timezone

from casework.models import Authority
from ombudsman.urls import urlpatterns
from reviews.models import (
    AnnualSummary,
    Letter,
    LetterFile,
    OutboxMessage,
    Round,
    RoundEvent,
)
from reviews.site.opendata import TABLES
from tests.factories import make_authority
from tests.leaks import WAYS, Answer, addresses, ask, ask_all, told
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    correct,
    hold,
    issue,
    make_frozen_round,
    make_issued,
    make_summary,
    make_user,
    release,
    retract,
)

MOMENTS = (PUBLISHED_AT - dt.timedelta(days=5), BEFORE)
MAY_KNOW = ("review editor", "approver", "auditor")
MAY_NOT_KNOW = ("caseworker", "casework manager", "nobody in any group")

PDF = b"%PDF-1.7 " + b"0" * 48122  # 48,131 bytes: a size that nothing else has
FACTS = {
    "count": r"\b9,?137\b",
    "addressee": "Quillon Zzyzx",
    "reason of a correction": "Wibble was counted twice",
    "notice": "Wobble was sent in error",
    "size": r"\b48131\b|47\.0\s?KB",
    "digest": "DIGEST",  # known when planted
    "year": r"\b2020\b",
    "letter date": "22 July 2020",
}
# What only staff may ever know.
FOR_STAFF = {"recipient": "quillon@example.org", "reason of a hold": "Wubble asked"}


def plant() -> dict[str, str]:
    """A round of 2020 with all there can be, issued and not yet public; the facts it must not tell.

    A letter corrected, one retracted, one held and released, one still held, messages and events.
    """
    round_ = make_frozen_round()
    first = make_issued(round_, Authority.objects.get(slug="kings-lynn"), received=9137)
    summary = correct(first, upheld=9137, received=9137, reason="Wibble was counted twice")
    special = make_summary(round_, Authority.objects.get(slug="special"), upheld=9137, received=1)
    Letter.objects.filter(summary=special).update(
        addressee="Quillon Zzyzx\nChief Executive", recipients={"link": "quillon@example.org"}
    )
    special.letter.refresh_from_db()
    letter = issue(special, pdf=PDF)
    release(hold(special, reason="Wubble asked"))
    retracted = make_issued(round_, Authority.objects.get(slug="retracted"))
    retract(retracted, "Wobble was sent in error")
    hold(make_issued(round_, Authority.objects.get(slug="held")))
    OutboxMessage.objects.create(
        letter=letter, role="link_officer", email="quillon@example.org", subject="Quillon Zzyzx",
        queued_at=timezone.now(),
    )  # fmt: skip
    RoundEvent.objects.create(
        round=round_, action="held", detail="Wubble asked", done_at=timezone.now(),
        done_by=make_user("first"),
    )  # fmt: skip
    assert summary.version == 2
    return FACTS | {"digest": letter.sha256}


@pytest.fixture
def before_the_round() -> None:
    """What there is without the round: councils, and a year published before."""
    names = {"kings-lynn": "King's Lynn Council", "special": "Special Council",
             "retracted": "Sorry Council", "held": "Held Council"}  # fmt: skip
    round_ = make_frozen_round(2019)
    for slug, name in names.items():
        make_issued(round_, make_authority(name, slug=slug), upheld=1)


# What to put for the parameters of routes ---------------------------------------------------------


def keys_of(route: str) -> list[str] | None:
    """The keys of the rows that a route of the back office is about."""
    if found := re.match(r"admin/(\w+)/(\w+)/", route):
        model = apps.get_model(found[1], found[2])
        keys = [
            str(pk)
            for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:1]
        ]
        return keys or ["1"]
    return ["1"]


def values(route: str, converter: str, name: str) -> Iterable[str] | None:
    """None for a parameter that nobody has thought of."""
    match converter, name:
        case "slug", "slug":
            return [*Authority.objects.values_list("slug", flat=True), "nowhere"]
        case "year", "year":
            return ["2020"]
        case "version", "version":
            return ["1", "2", "3"]
        case "table", "name":
            return TABLES
        case "str", "name":
            return ["assign", "later-due-date", "record"]  # bulk actions
        case "path", "content_type_id":
            return [str(ContentType.objects.get_for_model(Letter).pk)]
        case ("path", "object_id") | ("int", "pk") | ("", "id"):
            return keys_of(route)
        case _, "ending":
            return ["csv"]  # a spreadsheet has the same rows
        case "", "app_label":
            return ["reviews", "casework"]
        case "", "url":
            return ["reviews", "2020"]
    return None


# Pages by which somebody logs in and out, which say nothing of a round.
OF_ONESELF = (
    "/admin/login/",
    "/admin/logout/",
    "/admin/inactive/",
    "/admin/password_change/",
    "/admin/second-factor/",
)
SEARCHES = ("?q=zzyzx", "?q=9137&year=2020", "?type=district&region=&status=in-force")


def public_questions(patterns: Iterable[Any] = urlpatterns) -> list[tuple[str, str]]:
    """Every address in every way; those of the back office once, since it asks who you are."""
    found = list(addresses(patterns, values))
    asked = [(address, "GET") for address in found if address.startswith("/admin/")]
    for address in found:
        if not address.startswith("/admin/"):
            asked += [(address, way) for way in WAYS]
            asked += [(address + search, "GET") for search in SEARCHES]
            asked += [(address.rstrip("/"), "GET")]
    return asked


# Looking ------------------------------------------------------------------------------------------


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is gone after."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def differences(
    clock: time_machine.Traveller,
    client: Client,
    planted: Callable[[], dict[str, str]],
    patterns: Iterable[Any] = urlpatterns,
    moments: Iterable[dt.datetime] = MOMENTS,
) -> tuple[list[tuple[str, str]], set[str], dict[str, str]]:
    """Answers that a round not yet public changes, the facts told once it is, and all facts."""
    moments = tuple(moments)
    with undone():
        clock.move_to(MOMENTS[0])
        facts = planted()
        asked = public_questions(patterns)
        hidden = []
        for moment in moments:
            clock.move_to(moment)
            hidden.append(ask_all(client, asked))
        clock.move_to(PUBLISHED_AT)
        public = [question for question in asked if not question[0].startswith("/admin/")]
        shown = told(facts, ask_all(client, public).values())
    changed = []
    for moment, answers in zip(moments, hidden, strict=True):
        clock.move_to(moment)
        changed += [
            question for question, answer in ask_all(client, asked).items()
            if answer != answers[question]
        ]  # fmt: skip
    return sorted(set(changed)), shown, facts


def member(role: str) -> Client:
    user = User.objects.create_user(f"a {role}", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_public_gets_what_it_would_get_without_the_round_until_it_is_public(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    changed, shown, facts = differences(clock, client, plant)
    assert changed == []
    assert set(facts) - shown == set()


@pytest.mark.parametrize("role", [*MAY_KNOW, *MAY_NOT_KNOW])
def test_staff_see_on_public_pages_what_the_public_sees(
    client: Client, clock: time_machine.Traveller, before_the_round: None, role: str
) -> None:
    plant()
    asked = [question for question in public_questions() if not question[0].startswith("/admin/")]
    for moment in (*MOMENTS, PUBLISHED_AT):
        clock.move_to(moment)
        seen, public = ask_all(member_at(role), asked), ask_all(client, asked)
        assert [question for question in asked if seen[question] != public[question]] == []


def member_at(role: str) -> Client:
    """Signed in now: a session ends after some hours."""
    user, _ = User.objects.get_or_create(username=f"a {role}", defaults={"is_staff": True})
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def office_addresses() -> list[str]:
    """Every address of the back office but those about one's own log-in, and searches of lists."""
    found = [
        address for address in addresses(urlpatterns, values)
        if address.startswith("/admin/") and not address.startswith(OF_ONESELF)
    ]  # fmt: skip
    lists = [address for address in found if re.fullmatch(r"/admin/\w+/\w+/", address)]
    return found + [address + "?q=zzyzx" for address in lists]


@pytest.mark.parametrize("role", MAY_NOT_KNOW)
def test_staff_who_may_not_see_a_round_find_nothing_of_it(
    clock: time_machine.Traveller, before_the_round: None, role: str
) -> None:
    """A microsecond before publication; the back office itself knows no clock."""
    clock.move_to(MOMENTS[0])
    facts = plant() | FOR_STAFF
    del facts["year"]  # cases have dates of that year, and the past round has its own
    clock.move_to(BEFORE)
    client, leaks = member_at(role), {}
    for address in office_addresses():
        answer = ask(client, address)
        if found := told(facts, [answer]):
            leaks[address] = found
    assert leaks == {}


@pytest.mark.parametrize("role", MAY_KNOW)
def test_staff_who_may_see_a_round_find_every_fact_of_it(
    clock: time_machine.Traveller, before_the_round: None, role: str
) -> None:
    clock.move_to(MOMENTS[0])
    facts = plant() | FOR_STAFF
    clock.move_to(BEFORE)
    client = member_at(role)
    answers = [ask(client, address) for address in office_addresses() if "/reviews/" in address
               and "/export/" not in address]  # fmt: skip
    assert set(facts) - told(facts, answers) == set()


def test_held_letters_are_told_of_by_nothing_after_publication(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    def held() -> dict[str, str]:
        facts = plant()
        for summary in AnnualSummary.objects.filter(year_ending=2020, slug__in=SHOWN):
            hold(summary)
        return facts

    changed, shown, _ = differences(clock, client, held, moments=[PUBLISHED_AT])
    assert changed == []
    assert shown - {"year"} == set()  # which is the date of this moment, too


SHOWN = ("kings-lynn", "special", "retracted")


# Testing the test ---------------------------------------------------------------------------------


def summaries() -> Any:
    return AnnualSummary.objects.filter(year_ending=2020)


def in_body(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(str(row.upheld) for row in summaries()))


def in_header(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("ok")
    if newest := Round.objects.order_by("-year").first():
        response.headers["X-Newest"] = str(newest.year)
    return response


def in_etag(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("ok")
    response.headers["ETag"] = f'"{Letter.objects.order_by("-pk")[0].sha256}"'
    return response


def in_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("ok")
    response.set_cookie("seen", str(Letter.objects.count()))
    return response


def in_status(request: HttpRequest) -> HttpResponse:
    return HttpResponse("no", status=403 if summaries().exists() else 404)


def in_redirect(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/data/{Round.objects.order_by('-year')[0].year}/")


def in_count(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{Letter.objects.issued().count()} letters")


def in_file_name(request: HttpRequest) -> HttpResponse:
    name = AnnualSummary.objects.order_by("-year_ending")[0].year_ending
    return HttpResponse("ok", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'})


def in_snippet(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")
    found = Letter.objects.filter(addressee__icontains=query) if query else Letter.objects.none()
    return HttpResponse(" ".join(letter.addressee[:9] for letter in found))


def in_length(request: HttpRequest) -> HttpResponse:
    response = HttpResponse()
    response.headers["Content-Length"] = str(len(LetterFile.objects.order_by("-pk")[0].pdf))
    return response


def in_not_modified(request: HttpRequest) -> HttpResponse:
    if "If-None-Match" in request.headers and summaries().exists():
        return HttpResponseNotModified()
    return HttpResponse("ok")


def in_what_head_says(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204 if request.method == "HEAD" and summaries() else 200)


def in_caching(request: HttpRequest) -> HttpResponse:
    """How long until something is public."""
    next_at = Round.objects.filter(publish_at__gt=timezone.now()).first()
    seconds = (next_at.publish_at - timezone.now()).seconds if next_at else 60
    return HttpResponse("ok", headers={"Cache-Control": f"max-age={seconds}"})


LEAKS = (
    in_body, in_header, in_etag, in_cookie, in_status, in_redirect, in_count, in_file_name,
    in_snippet, in_length, in_not_modified, in_what_head_says, in_caching,
)  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
def test_planted_leak_is_found(
    client: Client, clock: time_machine.Traveller, before_the_round: None, settings: Any,
    leak: Callable[[HttpRequest], HttpResponse],
) -> None:  # fmt: skip
    leaking = (path("leak/", leak),)
    settings.ROOT_URLCONF = (*leaking, *urlpatterns)
    changed, _, _ = differences(clock, client, plant, leaking)
    assert {address.partition("?")[0].rstrip("/") for address, _ in changed} == {"/leak"}


def test_leak_a_microsecond_before_publication_is_found(
    client: Client, clock: time_machine.Traveller, before_the_round: None, settings: Any
) -> None:
    """A clock that goes wrong by less than anybody would notice."""

    def early(request: HttpRequest) -> HttpResponse:
        at = timezone.now() + dt.timedelta(microseconds=1)
        return HttpResponse(str(AnnualSummary.objects.published(at=at).count()))

    leaking = (path("leak/", early),)
    settings.ROOT_URLCONF = (*leaking, *urlpatterns)
    assert differences(clock, client, plant, leaking, MOMENTS[:1])[0] == []
    assert differences(clock, client, plant, leaking, MOMENTS[1:])[0] != []


def test_leak_to_staff_is_found(
    clock: time_machine.Traveller, before_the_round: None, settings: Any
) -> None:
    facts = plant() | FOR_STAFF

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(OutboxMessage.objects.get().email)

    settings.ROOT_URLCONF = (path("admin/leak/", page), *urlpatterns)
    answer = ask(member("caseworker"), "/admin/leak/")
    assert told(facts, [answer]) == {"recipient"}


def test_new_route_is_asked_for_without_anybody_remembering_it(before_the_round: None) -> None:
    new = path("councils/<slug:slug>/feed.xml", in_body)
    assert ("/councils/special/feed.xml", "GET") in public_questions([new])
    assert get_resolver().url_patterns is urlpatterns


def test_parameter_that_nobody_has_thought_of_fails_the_test() -> None:
    with pytest.raises(AssertionError) as failure:
        list(addresses([path("paint/<str:colour>/", in_body)], values))
    assert str(failure.value) == (
        "Nobody has said what to put for <str:colour> in 'paint/<str:colour>/', so the leak test "
        "cannot ask for it: give the parameter values in tests/reviews/site/test_leaks.py."
    )


def test_words_of_a_spreadsheet_are_read() -> None:
    import io
    import zipfile

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", "Quillon Zzyzx")
    answer = Answer(200, (), held.getvalue())
    assert told(FACTS, [answer]) == {"addressee"}
