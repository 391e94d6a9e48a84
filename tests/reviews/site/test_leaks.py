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
from reviews import rounds
from reviews.figures.bands import BANDS
from reviews.figures.measures import RATES
from reviews.models import (
    AnnualSummary,
    Hold,
    Layer,
    Letter,
    OutboxMessage,
    Round,
    RoundEvent,
)
from reviews.site.tables import TABLES
from tests.factories import make_authority
from tests.leaks import WAYS, Answer, ask, ask_all, by_route, told
from tests.reviews.site.builders import (
    BEFORE,
    DISTRICTS,
    PUBLISHED_AT,
    correct,
    draft_correction,
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
        body="Quillon Zzyzx", message_id="<quillon@example.org>", queued_at=timezone.now(),
        next_attempt_at=timezone.now(),
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


def keys_of(route: str) -> list[str]:
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
            return ["special", "kings-lynn", "retracted", "held", "nowhere"]
        case _, "year":
            return ["2020"]
        case "slug", "figure":
            return ["received", "upheld", "compliance_outcomes"]
        case "version", "version":
            return ["1", "2"]
        case "version", "part":
            return ["1"]  # of the sitemap
        case "reference", "reference":
            return ["19-000-001", "99-999-999"]
        case "table", "name":
            return TABLES
        case "type", "kind":
            return ["district", "county"]
        case "rate", "measure":
            return list(RATES)
        case "layer", "layer":
            return Layer.values
        case "measure", "measure":
            return BANDS
        case "slug", "kind":
            return ["received", "decided", "compliance"]  # case lists
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


def is_office(address: str) -> bool:
    return address.startswith("/admin/")


def public_questions(patterns: Iterable[Any] = urlpatterns) -> list[tuple[str, str]]:
    """Every public address; the first of each route in every way and with every search."""
    asked = []
    for first, *others in by_route(patterns, values):
        if is_office(first):
            continue
        asked += [(first, way) for way in WAYS]
        asked += [(first + search, "GET") for search in SEARCHES]
        asked += [(first.rstrip("/"), "GET")]
        asked += [(address, "GET") for address in others]
    return asked


def office_questions() -> list[tuple[str, str]]:
    return [
        (address, "GET")
        for route in by_route(urlpatterns, values)
        for address in route
        if is_office(address)
    ]


# Looking ------------------------------------------------------------------------------------------


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is gone after."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


type Questions = Callable[[], list[tuple[str, str]]]


def differences(
    clock: time_machine.Traveller,
    client: Client,
    planted: Callable[[], dict[str, str]],
    questions: Questions = public_questions,
    moments: Iterable[dt.datetime] = MOMENTS,
) -> list[tuple[str, str]]:
    """The questions that are answered otherwise because of a round that is not public yet."""
    hidden = {}
    with undone():
        clock.move_to(MOMENTS[0])
        planted()
        asked = questions()
        for moment in moments:
            clock.move_to(moment)
            hidden[moment] = ask_all(client, asked)
    changed = []
    for moment, answers in hidden.items():
        clock.move_to(moment)
        never = ask_all(client, asked)
        changed += [question for question in asked if never[question] != answers[question]]
    return changed


def member(role: str) -> Client:
    """Signed in now: a session ends after some hours."""
    user, _ = User.objects.get_or_create(username=f"a {role}", defaults={"is_staff": True})
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_public_gets_what_it_would_get_without_the_round_until_it_is_public(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    assert differences(clock, client, plant) == []


def test_public_gets_every_fact_once_the_round_is_public(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    clock.move_to(MOMENTS[0])
    facts = plant()
    clock.move_to(PUBLISHED_AT)
    asked = [(address, way) for address, way in public_questions() if way == "GET"]
    assert set(facts) - told(facts, ask_all(client, asked).values()) == set()


def test_back_office_tells_who_has_not_signed_in_nothing(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    assert differences(clock, client, plant, office_questions, [BEFORE]) == []


def test_staff_see_on_public_pages_what_the_public_sees(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    clock.move_to(MOMENTS[0])
    plant()
    firsts = [(first, "GET") for first, *_ in by_route(urlpatterns, values) if not is_office(first)]
    for moment in (*MOMENTS, PUBLISHED_AT):
        clock.move_to(moment)
        public = ask_all(client, firsts)
        for role in (*MAY_KNOW, *MAY_NOT_KNOW):
            assert ask_all(member(role), firsts) == public, role


def office_addresses() -> list[str]:
    """Every address of the back office but those about one's own log-in, and searches of lists."""
    found = [address for address, _ in office_questions() if not address.startswith(OF_ONESELF)]
    lists = [address for address in found if re.fullmatch(r"/admin/\w+/\w+/", address)]
    return found + [address + "?q=zzyzx" for address in lists]


@pytest.mark.parametrize("role", MAY_NOT_KNOW)
def test_staff_who_may_not_see_a_round_find_nothing_of_it(
    clock: time_machine.Traveller, before_the_round: None, role: str
) -> None:
    """A microsecond before publication; the back office itself knows no clock."""
    clock.move_to(MOMENTS[0])
    facts = plant() | FOR_STAFF
    del facts["year"]  # it stands in dates of other things, too
    clock.move_to(BEFORE)
    client = member(role)
    found = {address: told(facts, [ask(client, address)]) for address in office_addresses()}
    assert {address: told for address, told in found.items() if told} == {}


@pytest.mark.parametrize("role", MAY_KNOW)
def test_staff_who_may_see_a_round_find_every_fact_of_it(
    clock: time_machine.Traveller, before_the_round: None, role: str
) -> None:
    clock.move_to(MOMENTS[0])
    missing = plant() | FOR_STAFF
    clock.move_to(BEFORE)
    client = member(role)
    # Messages, which name this officer, show addresses that approving needs not.
    unseen = {"addressee", "recipient"} if role == "approver" else set()
    for address in office_addresses():
        if missing and address.startswith("/admin/reviews/") and "/export/" not in address:
            for name in told(missing, [ask(client, address)]):
                del missing[name]
    assert missing.keys() == unseen


def test_held_letters_are_told_of_by_nothing_after_publication(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    def all_held() -> dict[str, str]:
        facts = plant()
        for summary in AnnualSummary.objects.filter(year_ending=2020, slug__in=SHOWN):
            hold(summary)
        return facts

    assert differences(clock, client, all_held, moments=[PUBLISHED_AT]) == []


SHOWN = ("kings-lynn", "special", "retracted")


def test_held_draft_of_a_correction_takes_nothing_away_and_is_told_of_by_nothing(
    client: Client, clock: time_machine.Traveller, before_the_round: None
) -> None:
    def drafted() -> dict[str, str]:
        for summary in AnnualSummary.objects.filter(year_ending=2019):
            draft = draft_correction(summary, upheld=9137, reason="Wibble was counted twice")
            rounds.hold(
                round_=draft.freeze.round, by=User.objects.create_superuser(summary.slug),
                reason="Wubble asked", letters=Letter.objects.filter(summary=draft),
            )  # fmt: skip
        assert Hold.objects.open().count() == 4
        return {}

    assert differences(clock, client, drafted, moments=[*MOMENTS, PUBLISHED_AT]) == []


SUMS = {"investigated": 94_391, "upheld": 42_477, "compliance_outcomes": 83_717,
        "complied": 83_701, "remedied_by_authority": 9_973}  # fmt: skip


def test_sums_of_a_type_are_told_by_nothing_while_a_letter_of_it_is_held(
    client: Client,
    clock: time_machine.Traveller,
    before_the_round: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, number in SUMS.items():
        monkeypatch.setitem(DISTRICTS, name, number)
    clock.move_to(MOMENTS[0])
    round_ = make_frozen_round()
    for slug in (*SHOWN, "held"):
        make_issued(round_, Authority.objects.get(slug=slug), upheld=1, satisfied=1)
    clock.move_to(PUBLISHED_AT)
    facts = {name: rf"\b{number:,}\b|\b{number}\b" for name, number in SUMS.items()}
    asked = [(address, way) for address, way in public_questions() if way == "GET"]
    assert told(facts, ask_all(client, asked).values()) == set(SUMS)
    hold(AnnualSummary.objects.get(year_ending=2020, slug="held"))
    assert told(facts, ask_all(client, asked).values()) == set()


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
    response.headers["Content-Length"] = str(Letter.objects.order_by("-size")[0].size)
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
    changed = differences(clock, client, plant, lambda: public_questions(leaking))
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

    def questions() -> list[tuple[str, str]]:
        return public_questions(leaking)

    assert differences(clock, client, plant, questions, MOMENTS[:1]) == []
    assert differences(clock, client, plant, questions, MOMENTS[1:]) != []


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
        list(by_route([path("paint/<str:colour>/", in_body)], values))
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
