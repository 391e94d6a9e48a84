"""The public pages are valid HTML by the checker behind the W3C's validator."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.browser.test_pages import ADDRESSES, site

CHECKER = Path(__file__).parent / "node_modules/vnu-jar/build/dist/vnu.jar"

__all__ = ["site"]


@pytest.fixture(scope="session")
def checker() -> Path:
    if CHECKER.exists() and shutil.which("java"):
        return CHECKER
    line = "No HTML checker found: 'make checker' installs it, with npm; it runs on Java."
    if os.environ.get("CI"):
        pytest.fail(line, pytrace=False)
    pytest.skip(line)


def test_pages_are_valid_html(site: str, checker: Path, tmp_path: Path) -> None:
    for number, address in enumerate(ADDRESSES):
        if address == "/no-such-page/":
            continue
        with urlopen(f"{site}{address}") as answer:  # noqa: S310 (our own server)
            (tmp_path / f"{number}.html").write_bytes(answer.read())
    done = subprocess.run(
        ["java", "-jar", checker, "--format", "json", tmp_path],
        check=False,
        capture_output=True,
        text=True,
    )
    said = [
        (ADDRESSES[int(Path(message["url"]).stem)], message["message"], message.get("extract"))
        for message in json.loads(done.stderr)["messages"]
    ]
    assert said == []
