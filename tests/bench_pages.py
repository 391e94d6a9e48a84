"""How fast public pages are answered, beside a view that reads one row and says hello.

    DATABASE_URL=… python -m tests.bench_pages

The same middleware, process and database; each page and the floor in turn. Works on a database of
its own, made and dropped by Django's test runner.
"""

import os
import statistics as numbers
import time
from collections.abc import Callable
from typing import Any

import django

COUNCILS = 330
RUNS = 400
# At most so many times the floor, and so many bytes before compression.
KEPT, UNCHANGED = 1.5, 1.2
COUNCIL_BYTES, MAP_BYTES = 100_000, 250_000
QUERIES = 8  # of a page that is not ready

type Ask = Callable[[], Any]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()

    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import OperationalError, connection
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory
    from django.test.utils import CaptureQueriesContext
    from django.urls import NoReverseMatch, path, reverse

    from ombudsman.urls import urlpatterns
    from reviews.models import KeptPage, Round

    try:
        connection.ensure_connection()
    except OperationalError:
        print(f"pages on {connection.vendor}: no server answers, left out")
        return
    connection.creation.create_test_db(verbosity=0, serialize=False)
    # As with the pool of a server: a request does not pay for a connection.
    connection.settings_dict["CONN_MAX_AGE"] = None
    try:
        fill()

        def hello(request: HttpRequest) -> HttpResponse:
            Round.objects.get(year=2020)
            return HttpResponse("hello", content_type="text/plain")

        settings.ROOT_URLCONF = (path("hello/", hello), *urlpatterns)
        handler = WSGIHandler()
        requests = RequestFactory()

        def ask(address: str, **headers: str) -> Ask:
            def get() -> HttpResponse:
                request = requests.get(address, headers={"host": "localhost"} | headers)
                response = handler.get_response(request)
                response.close()
                return response  # type: ignore[return-value]

            return get

        def map_page() -> list[tuple[str, str, int | None]]:
            try:
                return [("map page", reverse("map", kwargs={"year": 2020}), MAP_BYTES)]
            except NoReverseMatch:
                return []

        floor = ask("/hello/")
        pages: list[tuple[str, str, int | None]] = [
            ("council page", "/councils/council-7/", COUNCIL_BYTES),
            *map_page(),
            ("CSV", "/data/2020/statistics.csv", None),
        ]
        print(f"public pages of {COUNCILS} councils on {connection.vendor}:")
        for name, address, most in pages:
            KeptPage.objects.all().delete()
            with CaptureQueriesContext(connection) as captured:
                first = ask(address)()
            if first.status_code != 200:
                raise RuntimeError(f"{address} answers {first.status_code}.")
            size = len(first.content)
            say(len(captured), QUERIES, f"{name}: {len(captured)} queries when it is not ready")
            if most:
                say(size, most, f"{name}: {size:,} bytes")
            known = ask(address, **{"if-none-match": first.headers["ETag"]})
            if known().status_code != 304:
                raise RuntimeError(f"{address} does not answer 304.")
            for what, page, goal in (("ready", ask(address), KEPT), ("304", known, UNCHANGED)):
                took, least = in_turn(page, floor)
                say(
                    took / least,
                    goal,
                    f"{name}, {what}: {took * 1000:.2f} ms, hello {least * 1000:.2f} ms, "
                    f"ratio {took / least:.2f}",
                )
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def say(measured: float, goal: float, text: str) -> None:
    print(f"{'  ' if measured <= goal else '! '}{text} (at most {goal:,})", flush=True)


def fill() -> None:
    """Two rounds of all councils, published."""
    from tests.factories import make_authority
    from tests.reviews.site.builders import make_frozen_round, make_issued

    councils = [
        make_authority(f"Council {number}", slug=f"council-{number}") for number in range(COUNCILS)
    ]
    for year in (2019, 2020):
        round_ = make_frozen_round(year, has_maps=True)
        for number, council in enumerate(councils):
            make_issued(
                round_, council, received=200 + number, upheld=number, not_upheld=5, satisfied=3
            )


def in_turn(one: Ask, other: Ask) -> tuple[float, float]:
    """Median seconds of each, run in turn after a warm-up, so that both see the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for attempt in range(RUNS + 20):
        for work, measured in zip((one, other), times, strict=True):
            started = time.perf_counter()
            work()
            if attempt >= 20:
                measured.append(time.perf_counter() - started)
    return numbers.median(times[0]), numbers.median(times[1])


if __name__ == "__main__":
    main()
