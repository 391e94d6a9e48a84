"""Pages kept ready: made once, and never served when they no longer stand."""

import datetime as dt
import re
import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

from casework.models import Authority, FormerCode
from casework.triggers import NoteChange
from ombudsman.urls import urlpatterns
from reviews.management.commands.keep_pages import is_kept
from reviews.models import (
    AnnualSummary,
    Demonstration,
    KeptPage,
    PublicChange,
    PublishedFigure,
    Round,
)
from reviews.site import kept
from reviews.site.addresses import addresses as all_addresses
from reviews.site.responses import public, stored
from tests.factories import make_authority, make_round
from tests.leaks import Answer, ask, by_route
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    correct,
    hold,
    make_frozen_round,
    make_issued,
    release,
    retract,
)
from tests.reviews.site.cases import make_published
from tests.reviews.site.test_leaks import plant, values
from tests.test_triggers import rules

pytestmark = pytest.mark.django_db(transaction=True)

LONDON_MIDNIGHT = dt.datetime(2020, 7, 29, 23, tzinfo=dt.UTC)  # of 30 July
HOUR = dt.timedelta(hours=1)
CLOCKS_GO_BACK = dt.datetime(2020, 10, 24, 23, tzinfo=dt.UTC)  # midnight of that day
COUNCIL = "/councils/kings-lynn/"
IS_POSTGRESQL = project.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"


@pytest.fixture
def summary() -> AnnualSummary:
    authority = make_authority("King's Lynn Council", slug="kings-lynn")
    return make_issued(make_frozen_round(has_maps=True), authority, upheld=1, received=9137)


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def made(address: str, way: str = "GET") -> Answer:
    """The answer as it is made now: inside a transaction nothing is kept or read."""
    with transaction.atomic():
        return ask(Client(), address, way)


def stamp() -> int | None:
    found = kept.find("/", software="", known="", at=timezone.now()).stamp
    assert found == kept.stamp()
    return found


# Kept and read ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", COUNCIL, "/data/2020/statistics.csv"])
def test_page_is_made_once_and_then_read_by_one_query(
    client: Client, summary: AnnualSummary, address: str
) -> None:
    first = ask(client, address)
    with CaptureQueriesContext(connection) as captured:
        second = ask(client, address)
    assert len(captured) == 1
    assert first.status == 200
    assert second == first == made(address)
    assert ask(client, address, "HEAD").headers == first.headers


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (COUNCIL, 8),
        (f"{COUNCIL}2018/", 9),  # a year taken over asks for the council's name of then
        (f"{COUNCIL}2020/receipts/", 3),
        ("/map/2020/", 8),
        ("/funnel/2020/district/uphold/", 5),
        ("/data/2020/statistics.csv", 4),
    ],
)
def test_page_that_is_not_ready_asks_few_times(
    client: Client, summary: AnnualSummary, address: str, number: int
) -> None:
    """All that is asked, looking for a kept page and keeping it among it; for a correction too."""
    correct(summary, upheld=2, received=9137)
    PublishedFigure.objects.create(
        authority=summary.authority, year_ending=2018, uphold_percent=50, source="Example"
    )
    ask(client, "/methods/")  # the software's digest, and what else a process reads once
    with CaptureQueriesContext(connection) as captured:
        assert ask(client, address).status == 200
    assert len(captured) == number


def test_page_asked_for_by_head_is_kept_whole(client: Client, summary: AnnualSummary) -> None:
    client.head(COUNCIL)
    assert KeptPage.objects.get().path == COUNCIL
    assert client.get(COUNCIL).content == made(COUNCIL).body


@pytest.mark.parametrize("known", ["{}", "W/{}", '{}, "another"'])
def test_reader_who_has_the_page_is_told_so(
    client: Client, summary: AnnualSummary, known: str
) -> None:
    etag = client.get(COUNCIL).headers["ETag"]
    answer = client.get(COUNCIL, headers={"if-none-match": known.format(etag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert client.get(COUNCIL, headers={"if-none-match": '"another"'}).status_code == 200


def test_body_that_the_reader_has_is_not_read(client: Client, summary: AnnualSummary) -> None:
    etag = client.get(COUNCIL).headers["ETag"]
    software = kept.software_key()
    bodies = [
        page.content
        for known in (etag, '"another"')
        if (page := kept.find(COUNCIL, software=software, known=known, at=timezone.now()).page)
    ]
    assert bodies == [b"", made(COUNCIL).body]


def test_reader_who_is_logged_in_reads_the_same_kept_page(
    admin_client: Client, client: Client, summary: AnnualSummary
) -> None:
    assert ask(admin_client, COUNCIL) == ask(client, COUNCIL)
    assert KeptPage.objects.count() == 1
    assert queries(admin_client, COUNCIL) == 1


# Changes ------------------------------------------------------------------------------------------


def changes(summary: AnnualSummary) -> list[Callable[[], object]]:
    """Each in a way of its own: rows written one by one, in bulk and by SQL."""
    corrected: list[AnnualSummary] = []
    held: list[Any] = []

    def by_sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE casework_authority SET letter_name = 'By SQL'")

    return [
        lambda: held.append(hold(summary)),
        lambda: release(held[0]),
        lambda: corrected.append(correct(summary, upheld=2)),
        lambda: retract(corrected[0]),
        lambda: Authority.objects.update(letter_name="In bulk"),
        by_sql,
        lambda: Demonstration.objects.create(made_at=timezone.now()),
        lambda: Demonstration.objects.all().delete(),
    ]


def test_change_shows_everywhere_on_the_next_request(
    client: Client, summary: AnnualSummary
) -> None:
    addresses = ("/", "/councils/", COUNCIL, f"{COUNCIL}2020/", f"{COUNCIL}2020/letter/", "/data/",
                 "/data/2020/statistics.csv", "/data/2020/manifest.csv")  # fmt: skip
    before = [ask(client, address) for address in addresses]
    for change in changes(summary):
        change()
        after = [ask(client, address) for address in addresses]
        assert after == [made(address) for address in addresses]
        assert after != before
        before = after


def test_page_made_while_somebody_changes_it_is_not_served_again(
    client: Client, summary: AnnualSummary, settings: Any
) -> None:
    @public
    def page(request: HttpRequest) -> HttpResponse:
        name = Authority.objects.get().letter_name
        Authority.objects.update(letter_name="Changed by somebody else")
        return HttpResponse(name)

    settings.ROOT_URLCONF = (path("page/", page), *urlpatterns)
    Authority.objects.update(letter_name="Before")
    assert client.get("/page/").content == b"Before"
    assert client.get("/page/").content == b"Changed by somebody else"


def test_change_that_is_undone_is_none(client: Client, summary: AnnualSummary) -> None:
    before = stamp()
    with transaction.atomic():
        Authority.objects.update(letter_name="Never")
        transaction.set_rollback(True)
    assert stamp() == before


def test_every_kind_of_change_is_noted(summary: AnnualSummary) -> None:
    stamps = [stamp()]

    def note(change: Callable[[], object]) -> None:
        change()
        stamps.append(stamp())

    code = FormerCode(authority=summary.authority, gss_code="E07000146")
    note(lambda: FormerCode.objects.bulk_create([code]))
    note(lambda: FormerCode.objects.update(gss_code="E07000147"))
    note(lambda: FormerCode.objects.all()._raw_delete(using="default"))
    if IS_POSTGRESQL:
        with connection.cursor() as cursor:
            note(lambda: cursor.execute("TRUNCATE casework_formercode"))
    assert len(set(stamps)) == len(stamps) == 4 + IS_POSTGRESQL


def test_notes_of_changes_stay_few(summary: AnnualSummary) -> None:
    for number in range(70):
        Authority.objects.update(letter_name=f"Name {number}")
    assert 1 <= PublicChange.objects.count() <= 66


def test_transaction_notes_one_change_however_many_rows_it_writes(
    summary: AnnualSummary,
) -> None:
    before = set(PublicChange.objects.values_list("pk", flat=True))
    with transaction.atomic():
        for number in range(5):
            make_authority(f"Council {number}")
    assert len(set(PublicChange.objects.values_list("pk", flat=True)) - before) == 1


def test_what_casework_does_changes_no_page(summary: AnnualSummary) -> None:
    from tests.factories import make_complaint

    before = stamp()
    complaint = make_complaint(authority=summary.authority)
    complaint.subcategory = "Noise"
    complaint.save()
    assert stamp() == before


if IS_POSTGRESQL:

    def test_change_waits_for_nobody_and_is_seen_when_it_is_committed(
        summary: AnnualSummary,
    ) -> None:
        """The first to begin is the last to commit, and neither note hides the other."""
        other = make_authority("Other Council", slug="other")
        begun, may_end = threading.Event(), threading.Event()

        def long_one() -> None:
            with transaction.atomic():
                Authority.objects.filter(pk=summary.authority_id).update(letter_name="Long")
                begun.set()
                may_end.wait(10)
            connection.close()

        thread = threading.Thread(target=long_one)
        before = stamp()
        thread.start()
        assert begun.wait(10)
        Authority.objects.filter(pk=other.pk).update(letter_name="Short")
        between = stamp()
        may_end.set()
        thread.join()
        assert len({before, between, stamp()}) == 3


# Time ---------------------------------------------------------------------------------------------


@pytest.fixture
def published(clock: time_machine.Traveller) -> None:
    """Two rounds with all there can be: the later one is public from PUBLISHED_AT."""
    names = {"kings-lynn": "King's Lynn Council", "special": "Special Council",
             "retracted": "Sorry Council", "held": "Held Council"}  # fmt: skip
    clock.move_to(BEFORE - dt.timedelta(days=5))
    earlier = make_frozen_round(2019)
    for slug, name in names.items():
        make_issued(earlier, make_authority(name, slug=slug), upheld=1)
    plant()
    clock.move_to(PUBLISHED_AT)
    make_published(make_authority("Leeds", slug="leeds"), improvements=["Train staff."])


def addresses() -> list[str]:
    """The first address of each public route, and all of one council."""
    return [
        address
        for route in by_route(urlpatterns, values)
        for address in (*route[:1], *(each for each in route[1:] if "/kings-lynn/" in each))
        if not address.startswith("/admin/")
    ]


def test_every_table_that_public_pages_read_notes_its_changes(published: None) -> None:
    """A page that reads another table needs a `NoteChange` of it in a migration."""
    asked = addresses()
    with CaptureQueriesContext(connection) as captured:
        statuses = {made(address).status for address in asked}
    assert 200 in statuses
    read = {
        table
        for query in captured
        for table in re.findall(r'(?:FROM|JOIN) "?(\w+)', query["sql"])
        if table in connection.introspection.table_names()
    }
    noted = {rule.table for rule in rules() if isinstance(rule, NoteChange)}
    assert "reviews_annualsummary" in read
    assert read - noted == set()


def test_kept_pages_are_what_would_be_made_whichever_way_time_goes(
    client: Client, clock: time_machine.Traveller, published: None
) -> None:
    """No reader before publication gets what was made after it, nor one after what was before."""
    asked = addresses()
    for moment in (BEFORE, PUBLISHED_AT, BEFORE, LONDON_MIDNIGHT, PUBLISHED_AT):
        clock.move_to(moment)
        for _ in range(2):
            differing = [each for each in asked if ask(client, each) != made(each)]
            assert differing == []
    assert KeptPage.objects.count() > 10


@pytest.mark.parametrize(
    ("now", "due", "until"),
    [
        (PUBLISHED_AT, None, LONDON_MIDNIGHT),
        (PUBLISHED_AT, LONDON_MIDNIGHT - HOUR, LONDON_MIDNIGHT - HOUR),
        (PUBLISHED_AT, LONDON_MIDNIGHT + HOUR, LONDON_MIDNIGHT),
        (BEFORE, None, PUBLISHED_AT),  # the round's own instant, which is midnight as well
        (LONDON_MIDNIGHT - dt.timedelta(microseconds=1), None, LONDON_MIDNIGHT),
        (CLOCKS_GO_BACK, None, CLOCKS_GO_BACK + 25 * HOUR),
    ],
)  # fmt: skip
def test_page_is_good_until_time_alone_changes_what_is_public(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary,
    now: dt.datetime, due: dt.datetime | None, until: dt.datetime,
) -> None:  # fmt: skip
    if due:
        make_round(2021, letter_on=dt.date(2020, 7, 1), publish_at=due)
    clock.move_to(now)
    client.get("/methods/")
    page = KeptPage.objects.get()
    assert (page.made_at, page.good_until) == (now, until)


def test_page_is_made_again_from_the_instant_it_is_good_until(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    client.get("/methods/")
    clock.move_to(LONDON_MIDNIGHT - dt.timedelta(microseconds=1))
    assert queries(client, "/methods/") == 1
    clock.move_to(LONDON_MIDNIGHT)
    assert queries(client, "/methods/") > 1
    assert queries(client, "/methods/") == 1


def test_page_made_across_the_instant_of_publication_is_served_to_nobody(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary, settings: Any
) -> None:
    @public
    def page(request: HttpRequest) -> HttpResponse:
        clock.move_to(PUBLISHED_AT + dt.timedelta(seconds=1))
        return HttpResponse(str(Round.objects.published(at=timezone.now()).count()))

    settings.ROOT_URLCONF = (path("page/", page), *urlpatterns)
    clock.move_to(BEFORE)
    assert client.get("/page/").content == b"1"
    row = KeptPage.objects.get()
    assert row.good_until <= row.made_at


# What is not kept ---------------------------------------------------------------------------------


@public
def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


@public
def with_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("hello")
    response.set_cookie("seen", "yes")
    return response


@public
def with_session(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.user.is_authenticated))


@public
def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request._csp_nonce))  # type: ignore[attr-defined]


@public
@csp_override({"frame-ancestors": [CSP.NONE]})
def with_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a file")


@public
def gone(request: HttpRequest) -> HttpResponse:
    return HttpResponse("gone", status=410)


@stored
def as_stored(request: HttpRequest) -> HttpResponse:
    return HttpResponse("stored")


NOT_KEPT = (with_cookie, with_session, with_nonce, with_policy, gone, as_stored)


@pytest.mark.parametrize("view", NOT_KEPT)
def test_answer_that_is_not_the_same_for_everybody_is_not_kept(
    client: Client, summary: AnnualSummary, settings: Any, view: Any
) -> None:
    settings.ROOT_URLCONF = (path("page/", view), path("plain/", plain), *urlpatterns)
    client.get("/page/")
    assert not KeptPage.objects.exists()
    client.get("/plain/")
    assert KeptPage.objects.get().path == "/plain/"


@pytest.mark.parametrize(
    "address",
    [
        *("/?q=lynn", "/methods/?", "/councils/nowhere/", "/verify/"),
        *("/data/2031/statistics.csv", f"{COUNCIL}2020/letter.pdf"),
    ],
)
def test_answer_to_a_question_or_about_nothing_is_not_kept(
    client: Client, summary: AnnualSummary, address: str
) -> None:
    client.get(address)
    assert not KeptPage.objects.filter(path__contains="?").exists()
    assert list(KeptPage.objects.values_list("path", flat=True)) == (
        ["/methods/"] if address == "/methods/?" else []
    )


def test_nothing_is_kept_while_templates_are_changed(
    client: Client, summary: AnnualSummary, settings: Any
) -> None:
    settings.DEBUG = True
    client.get("/methods/")
    assert not KeptPage.objects.exists()


def test_page_of_other_software_or_settings_is_made_again(
    client: Client, summary: AnnualSummary, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/methods/")
    monkeypatch.setattr(kept, "software_digest", lambda: "another")
    assert queries(client, "/methods/") > 1
    settings.SITE_ADDRESS = "https://elsewhere.example.org"
    assert queries(client, "/methods/") > 1
    assert KeptPage.objects.count() == 1


def test_nothing_is_kept_where_no_change_was_ever_noted(
    client: Client, summary: AnnualSummary
) -> None:
    PublicChange.objects.all().delete()
    assert client.get("/methods/").status_code == 200
    assert not KeptPage.objects.exists()


# Made ready by command ----------------------------------------------------------------------------


def keep_pages() -> str:
    out = StringIO()
    call_command("keep_pages", stdout=out)
    return out.getvalue()


def test_command_makes_every_page_ready_once(client: Client, published: None) -> None:
    expected = [each.path for each in all_addresses(at=timezone.now()) if is_kept(each.path)]
    number = len(expected)
    assert keep_pages() == (f"Made {number} pages ready and removed 0; {number} stand ready.\n")
    assert set(KeptPage.objects.values_list("path", flat=True)) == set(expected)
    assert keep_pages() == f"Made 0 pages ready and removed 0; {number} stand ready.\n"
    assert {queries(client, path) for path in expected} == {1}
    assert [path for path in expected if ask(client, path) != made(path)] == []


def test_command_removes_what_no_longer_stands(
    client: Client, clock: time_machine.Traveller, summary: AnnualSummary
) -> None:
    client.get(f"{COUNCIL}2020/letter/")
    hold(summary)
    keep_pages()
    assert not KeptPage.objects.filter(path__contains="2020").exists()
    assert KeptPage.objects.filter(path=COUNCIL).exists()


# Nothing fails ------------------------------------------------------------------------------------


def test_page_is_answered_by_a_database_that_can_only_be_read(
    client: Client, summary: AnnualSummary
) -> None:
    on, off = (
        ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
        if IS_POSTGRESQL
        else ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
        try:
            assert client.get("/methods/").status_code == 200
            assert not KeptPage.objects.exists()
        finally:
            cursor.execute(off)
    client.get("/methods/")
    assert KeptPage.objects.exists()


def test_page_kept_by_two_at_once_is_one(client: Client, summary: AnnualSummary) -> None:
    now = stamp()
    assert now is not None
    for text in ("first", "second"):
        response = HttpResponse(text, headers={"ETag": f'"{text}"'})
        kept.keep("/page/", response, stamp=now, software="same", begun_at=timezone.now())
    page = kept.find("/page/", software="same", known="", at=timezone.now()).page
    assert page is not None
    assert (page.content, page.headers["ETag"]) == (b"second", '"second"')


if not IS_POSTGRESQL:

    def test_reader_does_not_wait_for_another_writer() -> None:
        def patience() -> int:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout")
                return int(cursor.fetchone()[0])

        usual = patience()
        with kept._not_waiting():
            assert patience() == 0
        assert patience() == usual > 0
