"""Spreadsheets (.xlsx, .ods) as the CSV they would be saved as, so that one reader reads all."""

import subprocess
import sys
from pathlib import Path

from casework.importing import spreadsheet_program
from casework.importing.reading import shown
from casework.refusals import Refused

SECONDS = 30
_ARCHIVE = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"


def is_spreadsheet(start: bytes) -> bool:
    """Whether a file that begins with these bytes is a spreadsheet, of a kind read here or not."""
    return start.startswith((_ARCHIVE, _COMPOUND))


def csv_of_spreadsheet(content: bytes, name: str) -> bytes:
    """The one sheet of a spreadsheet as CSV in UTF-8, its rows under the numbers they have there.

    Read by a process of its own, so that a file made to exhaust memory harms nothing. Raises
    Refused with a sentence for each thing wrong.
    """
    name = shown(name)
    if content.startswith(_COMPOUND):
        raise Refused(
            f"{name}: protected by a password, or of an Excel before 2007; save it as .xlsx "
            "without a password"
        )
    program = Path(spreadsheet_program.__file__)
    try:
        read = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", str(program)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        read = None
    if read is not None and read.returncode == 0:
        return read.stdout
    if read is not None and read.returncode == spreadsheet_program.REFUSED:
        lines = read.stdout.decode("utf-8", "replace").splitlines()
        raise Refused(*(f"{name}: {line}" for line in lines))
    raise Refused(
        f"{name}: too large once it is opened, or damaged; save the table alone as a new file, or "
        "as CSV UTF-8"
    )
