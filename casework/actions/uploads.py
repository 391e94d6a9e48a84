"""Files taken in through pages: kept for a day, looked at, then confirmed or dropped.

What is confirmed is what was looked at: the same bytes with the same effect, or nothing.
"""

import datetime as dt
import hashlib
import io
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from casework.actions.files import Effects, FileImport, Preview, Result, import_file, preview_file
from casework.importing import CsvFile, shown
from casework.importing.spreadsheets import csv_of_spreadsheet, is_spreadsheet
from casework.models import Upload
from casework.refusals import Refused

LARGEST_FILE = 5 * 1024 * 1024
# A preview of so many rows of casework takes about two seconds, taking them in about ten.
MOST_ROWS = 20_000
ROWS_SHOWN = 200
PROBLEMS_KEPT = 10_000
KEPT_FOR = dt.timedelta(days=1)

GONE = "The file is taken in or dropped already: upload it again."

type Importing = type[FileImport[Any, Any]]


class Stale(Refused):
    """The file would now do something else than was looked at."""


def command_of(importing: Importing) -> str:
    """The command that takes in the same files, of any length."""
    return f"import_{importing.kind.replace(' ', '_')}"


def keep_upload(*, importing: Importing, content: bytes, name: str, by: User) -> Upload:
    """Keeps a file until it is confirmed, dropped or a day old; a spreadsheet as CSV.

    Raises Refused where it is too large or a spreadsheet that cannot be read.
    """
    drop_old_uploads()
    if len(content) > LARGEST_FILE:
        raise Refused(
            f"{shown(name)}: larger than {LARGEST_FILE // 1024 // 1024} MB; divide it, or take it "
            f"in as CSV with the command {command_of(importing)}"
        )
    if is_spreadsheet(content[:8]):
        content = csv_of_spreadsheet(content, name)
    return Upload.objects.create(
        kind=importing.kind,
        file_name=name[:255],
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=timezone.now(),
        uploaded_by=by,
    )


def drop_old_uploads() -> int:
    """Forgets files that nobody confirmed within a day; how many."""
    old = Upload.objects.filter(uploaded_at__lt=timezone.now() - KEPT_FOR)
    return old.delete()[0]


def preview_upload(upload: Upload, *, importing: Importing) -> Preview:
    """What confirming would do. Writes nothing and raises nothing."""
    return preview_file(
        importing,
        file=_opened(upload, importing),
        today=timezone.localdate(),
        rows_shown=ROWS_SHOWN,
        problems_kept=PROBLEMS_KEPT,
    )


def confirm_upload(
    *, upload_pk: int, importing: Importing, digest: str, by: User, reason: str = ""
) -> Result:
    """Takes a file in as it was looked at, and forgets it; `digest` is that of its preview.

    Raises Refused, and Stale where the effect is another by now; nothing is changed then.
    """
    upload = Upload.objects.filter(pk=upload_pk).first()
    if upload is None:
        raise Refused(GONE)
    effects = Effects()

    def forget_if_as_seen() -> None:
        if effects.digest != digest:
            raise Stale(
                "Nothing is taken in yet: what is stored was changed after you looked, so that the "
                "file would now do something else. Look at it again."
            )
        if not Upload.objects.filter(pk=upload_pk).delete()[0]:
            raise Refused(GONE)

    result = import_file(
        importing,
        file=_opened(upload, importing),
        by=by,
        today=timezone.localdate(),
        reason=reason.strip(),
        effects=effects,
        at_last=forget_if_as_seen,
    )
    if result.is_nothing:
        forget_if_as_seen()
    return result


def _opened(upload: Upload, importing: Importing) -> CsvFile:
    return CsvFile(
        io.BytesIO(upload.content),
        upload.file_name,
        most_rows=MOST_ROWS,
        instead=f"divide the file, or take it in with the command {command_of(importing)}",
    )
