"""The published site as files, which any web server can show without this program.

Each file holds, byte for byte, what the address answers; an address that ends in a stroke is
`index.html` in its folder (`index.xml` for the feed).
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from posixpath import join, normpath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone
from django.views.defaults import page_not_found

from casework.refusals import Refused
from reviews.models import NationalReview, Round
from reviews.site import kept
from reviews.site.addresses import DRAWN_LATER, NEEDS_SERVER, Address, addresses

# Says that a folder is an export, which another may replace.
MARK = ".annual-reviews-export"
NOT_FOUND = "404.html"

type Progress = Callable[[int, int], None]

_LINKED = re.compile(rb"""(?:href|src)=["']([^"'#?]+)""")
_LINKED_IN_STYLES = re.compile(rb"""url\(["']?([^"')#?]+)""")


def answer(path: str) -> HttpResponse:
    """What the view of a path answers to anybody, kept ready or made now."""
    match = resolve(path)
    request = _Asked(path)
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


class _Asked(HttpRequest):
    """A request of the program's own, under the site's address."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.method, self.path, self.path_info = "GET", path, path
        self.META = {"REQUEST_METHOD": "GET", "PATH_INFO": path}

    def get_host(self) -> str:
        return urlsplit(settings.SITE_ADDRESS).netloc


def write_site(*, to: Path, progress: Progress | None = None) -> int:
    """Writes the site into a folder, in place of an older export; returns the number of addresses.

    The folder holds the whole site or what it held before. Refused where it holds anything else,
    and where something became public, or was changed, while the files were written.
    """
    _refuse_unless_free(to)
    try:
        part = Path(tempfile.mkdtemp(dir=to.absolute().parent, prefix=f".{to.name}."))
        try:
            number = _fill(part, progress)
            part.chmod(0o755)
            _put_in_place(part, to)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise Refused(f"The site cannot be written to {to}: {error.strerror}.") from error
    return number


def _refuse_unless_free(to: Path) -> None:
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise Refused(f"{to} is no folder; name one that is empty or not there yet.")
    if to.is_dir() and any(to.iterdir()) and not (to / MARK).is_file():
        raise Refused(
            f"{to} holds files that are no export of the site, so nothing was written; name a "
            "folder that is empty or not there yet."
        )


def _fill(folder: Path, progress: Progress | None) -> int:
    before = _state()
    wanted = [each for each in addresses(at=timezone.now()) if each.route not in NEEDS_SERVER]
    static: set[str] = set()
    written = 0
    for position, address in enumerate(wanted, start=1):
        response = answer(address.path)
        if response.status_code != HTTPStatus.OK and address.route in DRAWN_LATER:
            continue
        _write(folder / file_name(address, response), response.content)
        written += 1
        if _is_html(response):
            static |= _static_names(_LINKED.findall(response.content))
        if progress:
            progress(position, len(wanted))
    not_found = page_not_found(_Asked("/"), Http404())
    _write(folder / NOT_FOUND, not_found.content)
    static |= _static_names(_LINKED.findall(not_found.content))
    _write_static(folder, static)
    _write(folder / MARK, b"Written by manage.py export_site, which may replace this folder.\n")
    if _state() != before:
        raise Refused(
            "Something became public or was changed while the files were written, so they would "
            "not fit together: nothing was replaced; run the command again."
        )
    return written


def _state() -> tuple[object, ...]:
    """What must be the same at the end as at the beginning: changes, the day, what is published."""
    at = timezone.now()
    return (
        *(kept.stamp(), timezone.localdate(at)),
        Round.objects.published(at=at).count(),
        NationalReview.objects.published(at=at).count(),
    )


def file_name(address: Address, response: HttpResponse) -> str:
    """The file of an address, from the folder of the export."""
    name = address.path.removeprefix("/")
    if not name.endswith("/") and name:
        return name
    return f"{name}index.html" if _is_html(response) else f"{name}index.xml"


def _is_html(response: HttpResponse) -> bool:
    return response.headers["Content-Type"].startswith("text/html")


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _static_names(links: list[bytes], *, base: str = "") -> set[str]:
    """The static files among the links, by their names below the static address."""
    found = set()
    for link in links:
        path = urlsplit(join(base, unquote(link.decode()))).path
        if path.startswith(settings.STATIC_URL):
            found.add(normpath(path.removeprefix(settings.STATIC_URL)))
    return found


def _write_static(folder: Path, names: set[str]) -> None:
    """Style sheets, scripts and pictures, and what style sheets name in turn."""
    written: set[str] = set()
    while waiting := names - written:
        for name in sorted(waiting):
            content = _static(name)
            _write(folder / settings.STATIC_URL.strip("/") / name, content)
            written.add(name)
            if name.endswith(".css"):
                base = join(settings.STATIC_URL, name.rpartition("/")[0], "")
                names |= _static_names(_LINKED_IN_STYLES.findall(content), base=base)


def _static(name: str) -> bytes:
    """As it is served; one whose name holds its digest is where they were collected."""
    if found := finders.find(name):
        return Path(found).read_bytes()
    if not staticfiles_storage.exists(name):
        raise Refused(f"The static file {name} is missing; run: manage.py collectstatic")
    with staticfiles_storage.open(name) as file:
        content: bytes = file.read()
    return content


def _put_in_place(part: Path, to: Path) -> None:
    """Two renamings, the second of which is undone if it fails."""
    if not to.exists():
        part.rename(to)
        return
    with tempfile.TemporaryDirectory(dir=to.absolute().parent, prefix=f".{to.name}.") as old:
        former = Path(old) / "former"
        to.rename(former)
        try:
            part.rename(to)
        except OSError:
            former.rename(to)
            raise


def files(folder: Path) -> Iterator[Path]:
    """The files of an export, without its mark."""
    return (each for each in sorted(folder.rglob("*")) if each.is_file() and each.name != MARK)
