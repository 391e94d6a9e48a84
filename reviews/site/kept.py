"""Public pages kept ready: made once, served until something public changes.

The database is asked at every request, by one query, whether the page kept for a path still stands.
So a correction, a hold or a retraction shows on the next request of every process, and a page made
after publication is not served to a reader whose clock is before it.
"""

import datetime as dt
import hashlib
import json
from base64 import b64decode
from collections.abc import Buffer, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import Error, connection
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import set_response_etag
from django.utils.csp import CSP
from django.utils.http import parse_etags

from reviews.models.kept import PATH_LENGTH, KeptPage, PublicChange
from reviews.software import software_digest

type View = Callable[..., HttpResponseBase]

DATA = Path(__file__).parents[1] / "data"

# What a view tells the middleware of content security policies, beside the response.
_OWN_POLICIES = ("_csp_config", "_csp_ro_config")

UTF_8 = "charset=utf-8"  # in the headers of what is text
# PostgreSQL sends bytes as hexadecimal digits, two a byte, and text as it is.
_BODIES = {
    "sqlite": "page.body",
    "postgresql": (
        f"CASE WHEN position('{UTF_8}' IN page.headers) > 0 "
        "THEN convert_from(page.body, 'UTF8') ELSE encode(page.body, 'base64') END"
    ),
}
# In SQL, because Django's compiler takes longer than the database. A body that the reader has is
# not read. A sum of no rows is no stamp, and then nothing is kept.
_FIND = """
SELECT now_public.stamp, EXISTS (SELECT 1 FROM reviews_demonstration), page.etag, page.headers,
       CASE WHEN page.etag = %s THEN NULL ELSE {body} END
FROM (SELECT CAST(SUM(token) AS bigint) AS stamp FROM reviews_publicchange) now_public
LEFT JOIN reviews_keptpage page
  ON page.path = %s AND page.stamp = now_public.stamp AND page.software = %s
 AND page.made_at <= %s AND page.good_until > %s
"""
# Time alone changes what is public when a round or a national review is due, and with the day:
# published decisions begin and end, authorities come into force and cease.
_KEEP = """
INSERT INTO reviews_keptpage (path, stamp, software, made_at, etag, headers, body, good_until)
VALUES (%s, %s, %s, %s, %s, %s, %s, COALESCE(
  (SELECT MIN(publish_at) FROM (
     SELECT publish_at FROM reviews_round UNION SELECT publish_at FROM reviews_nationalreview
   ) due WHERE publish_at > %s AND publish_at < %s), %s))
ON CONFLICT (path) DO UPDATE SET
  stamp = excluded.stamp, software = excluded.software, made_at = excluded.made_at,
  etag = excluded.etag, headers = excluded.headers, body = excluded.body,
  good_until = excluded.good_until
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What is public now, as its stamp, and the page that was kept of it, if one stands.

    Beside it whether all that is public is a demonstration, which every page that is made asks.
    """

    stamp: int | None
    is_demonstration: bool
    page: HttpResponse | None


def kept(view: View) -> View:
    """Serves a page as it was kept, or makes it and keeps it.

    Only whole answers (200) without query parameters are kept, which name neither a reader nor a
    policy of their own. Not inside a transaction, which may have changed what others do not see
    yet, and not while templates are being changed (DEBUG).
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        path = request.path
        if (
            request.META.get("QUERY_STRING")
            or len(path) > PATH_LENGTH
            or connection.in_atomic_block
            or settings.DEBUG
        ):
            return view(request, *args, **kwargs)
        software = software_key()
        # The stamp comes first: a page that is made while somebody changes what is public is kept
        # under the stamp of before, and so served to nobody.
        begun_at = timezone.now()
        found = find(path, software=software, known=_known(request), at=begun_at)
        if found.page is not None:
            return found.page
        request.is_demonstration = found.is_demonstration  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        if (
            found.stamp is not None
            and isinstance(response, HttpResponse)
            and _is_for_everybody(request, response)
        ):
            set_response_etag(response)
            keep(path, response, stamp=found.stamp, software=software, begun_at=begun_at)
        return response

    return wrapped


def software_key() -> str:
    """64 characters: another where the same rows would make other pages."""
    static = getattr(staticfiles_storage, "manifest_hash", "")  # the names of styles and scripts
    parts = (software_digest(), data_digest(), static, settings.SITE_ADDRESS, settings.STATIC_URL)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def data_digest() -> str:
    """SHA-256 of the files of data that pages read; the same for a whole process."""
    whole = hashlib.sha256()
    for file in sorted(DATA.iterdir()):
        if file.is_file():
            content = file.read_bytes()
            whole.update(f"{file.name}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()


def _known(request: HttpRequest) -> str:
    """The one version that the reader has, or nothing."""
    etags = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return etags[0].removeprefix("W/") if len(etags) == 1 else ""


def find(path: str, *, software: str, known: str, at: dt.datetime) -> Found:
    """The page kept for a path; without its body where that is the version `known`."""
    now = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        sql = _FIND.format(body=_BODIES[connection.vendor])
        cursor.execute(sql, [known, path, software, now, now])
        stamp, is_demonstration, etag, headers, body = cursor.fetchone()
    if etag is None:
        return Found(stamp, bool(is_demonstration), None)
    page = HttpResponse(_bytes(body, headers), headers=json.loads(headers))
    page.headers["ETag"] = etag
    return Found(stamp, bool(is_demonstration), page)


def _bytes(body: str | Buffer | None, headers: str) -> bytes:
    """As it was kept, from what the database sends."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode() if UTF_8 in headers else b64decode(body)
    return bytes(body)


def stamp() -> int | None:
    """The stamp of what is public now: another after every change of what pages read."""
    found: int | None = PublicChange.objects.aggregate(stamp=Sum("token"))["stamp"]
    return found


def _standing(at: dt.datetime) -> QuerySet[KeptPage]:
    now_public = stamp()
    if now_public is None:
        return KeptPage.objects.none()
    return KeptPage.objects.filter(
        stamp=now_public, software=software_key(), made_at__lte=at, good_until__gt=at
    )


def paths(*, at: dt.datetime) -> set[str]:
    """The paths of the pages that stand at that instant."""
    return set(_standing(at).values_list("path", flat=True))


def remove_stale(*, at: dt.datetime) -> int:
    """Removes the pages that do not stand at that instant; returns their number."""
    removed, _ = KeptPage.objects.exclude(pk__in=_standing(at).values("pk")).delete()
    return removed


def _is_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    session = getattr(request, "session", None)
    return (
        response.status_code == 200
        and not response.cookies
        and not any(hasattr(response, policy) for policy in _OWN_POLICIES)
        and not response.has_header(CSP.HEADER_ENFORCE)
        and not getattr(request, "_csp_nonce", None)
        and not (session is not None and session.accessed)
    )


def keep(
    path: str, response: HttpResponse, *, stamp: int, software: str, begun_at: dt.datetime
) -> None:
    """Keeps an answer whose making began at that instant; never fails.

    It stands from the end of its making: were something published between the two, the row would
    be good until before it was made, and served to nobody.
    """
    adapt = connection.ops.adapt_datetimefield_value
    made, begun = adapt(timezone.now()), adapt(begun_at)
    midnight = adapt(_next_midnight(begun_at))
    etag = response.headers["ETag"]
    headers = {name: value for name, value in response.items() if name != "ETag"}
    try:
        with _not_waiting(), connection.cursor() as cursor:
            cursor.execute(
                _KEEP,
                [
                    *(path, stamp, software, made, etag, json.dumps(headers), response.content),
                    *(begun, midnight, midnight),
                ],
            )
    except Error:  # somebody writes now, or the database can only be read
        pass


def _next_midnight(at: dt.datetime) -> dt.datetime:
    """The first instant of the next day in London."""
    tomorrow = timezone.localdate(at, timezone.get_default_timezone()) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(), timezone.get_default_timezone())


@contextmanager
def _not_waiting() -> Iterator[None]:
    """SQLite has one writer at a time; a reader does not wait for an import to end."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    seconds = connection.settings_dict["OPTIONS"].get("timeout", 5)
    connection.connection.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
