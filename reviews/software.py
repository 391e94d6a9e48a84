"""Which software is running: what it made is made again once the software is another."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import version_info

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("casework", "ombudsman", "reviews", "templates")
# Code, templates, words, styles and scripts; files of data are read into the database.
SUFFIXES = (".css", ".html", ".js", ".md", ".py", ".svg", ".txt")
LOCK = "requirements.lock"
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


@cache
def software_digest() -> str:
    """SHA-256 in hexadecimal of all that makes letters and pages; the same for a whole process.

    Covers the project's own Python, templates, static files and usual wording, the packages named
    in the lock file in the versions that are installed, and Python itself. Settings and what is in
    the database are not part of it. Some thirty milliseconds, once: a process takes it when it
    starts, so that files put in their place afterwards do not pass for what it runs.
    """
    return digest_of_folder(ROOT)


def digest_of_folder(root: Path) -> str:
    """The digest of the software in a folder, whichever order its files are found in."""
    whole = hashlib.sha256()
    for name, content in _parts(root):
        # With its length, so that nothing of one part can pass for the beginning of the next.
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _parts(root: Path) -> Iterator[tuple[str, bytes]]:
    yield "python", f"{version_info.major}.{version_info.minor}".encode()
    lock = root / LOCK
    for package in sorted(set(_PACKAGE.findall(lock.read_text()))) if lock.is_file() else ():
        yield f"package {package}", _installed(package).encode()
    for folder in FOLDERS:
        files = [
            path / name
            for path, _, names in (root / folder).walk()
            for name in names
            if name.endswith(SUFFIXES) and not name.startswith(".")
        ]
        for file in sorted(files):
            yield file.relative_to(root).as_posix(), file.read_bytes()


def _installed(package: str) -> str:
    """The version that runs; nothing for a package that this system does not need."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
