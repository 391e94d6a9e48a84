"""Letters going out as files: issued ones byte for byte, others as drafts marked as such."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched
from pathlib import Path
from typing import IO, BinaryIO

from django.contrib.auth.models import User
from django.db.models import QuerySet

from casework.refusals import Refused
from reviews import caselists
from reviews.drafting import RoundWording, draft, wording_of
from reviews.letters.document import from_plain
from reviews.letters.statements import number
from reviews.models import AnnualSummary, CaseList, Letter, LetterAlternative, Round, RoundEvent
from reviews.pdf.merged import merge
from reviews.pdf.render import render
from reviews.rounds import make_alternative, number_of, record
from reviews.site.opendata import MANIFEST_COLUMNS, csv_bytes, letter_file_name
from reviews.site.tables import Row

# The earliest date a ZIP can hold: the same letters make the same bytes on any day.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)

AT_ONCE = 50  # letters of which the words, not the files, are in memory together

type Progress = Callable[[int, int], None]


def letter_pdf(letter: Letter, words: RoundWording | None = None) -> bytes:
    """The PDF as issued, else a draft marked as such across its pages."""
    if letter.issued_at:
        return bytes(letter.file.pdf)
    return render(draft(letter, words))


def letter_alternative(letter: Letter, kind: LetterAlternative.Kind) -> bytes:
    """Another rendition as issued, else of a draft marked as such.

    For a letter issued before renditions were kept it is made from the words as issued.
    """
    if not letter.issued_at:
        return make_alternative(draft(letter), kind)
    stored = letter.alternatives.filter(kind=kind).first()
    if stored is None:
        return make_alternative(from_plain(letter.file.document), kind)
    return bytes(stored.content)


def write_letters(*, letters: QuerySet[Letter], to: Path, progress: Progress | None = None) -> int:
    """Writes the letters and `manifest.csv` into a folder, or into one file if `to` ends in .zip.

    A file appears whole or not at all. The same letters give the same bytes. Returns the number.
    """
    if to.suffix.lower() == ".zip":
        return _write_zip(letters, to, progress)
    to.mkdir(parents=True, exist_ok=True)
    manifest: list[Row] = []
    for letter, name, pdf in _each(letters, progress):
        _write_whole(to / name, pdf)
        manifest.append(_line(letter, name, pdf))
    _write_whole(to / "manifest.csv", csv_bytes(MANIFEST_COLUMNS, manifest))
    return len(manifest)


def write_zip(*, letters: QuerySet[Letter], target: BinaryIO) -> int:
    """Writes a ZIP of the letters and `manifest.csv` to an open file; returns the number."""
    return _fill_zip(letters, target, None)


def merged_pdf(*, letters: QuerySet[Letter], target: BinaryIO) -> int:
    """Writes all letters into one PDF, for proofing and print; returns the number of pages."""
    return merge((pdf for _, _, pdf in _each(letters, None)), target)


def export_round(
    *, round_: Round, by: User, to: Path, authority: int | None, progress: Progress | None = None
) -> int:
    """Exports a frozen round's letters, or one authority's (by its id), and records it."""
    letters = Letter.objects.of_round(round_.pk).filter(
        summary__in=AnnualSummary.objects.current().values("pk")
    )
    if not letters.exists():
        raise Refused(f"The round {round_.year} is not frozen yet, so it has no letters to export.")
    if authority is not None:
        letters = letters.filter(summary__authority=authority)
        if not letters.exists():
            raise Refused(f"That authority has no letter in the round {round_.year}.")
    try:
        written = write_letters(letters=letters, to=to, progress=progress)
    except OSError as error:
        raise Refused(f"The letters cannot be written to {to}: {error.strerror}.") from error
    record_export(round_, by=by, detail=number_of(written))
    return written


def write_case_lists(*, letters: QuerySet[Letter], target: BinaryIO | IO[bytes]) -> int:
    """Writes a ZIP of the letters' case lists as CSV to an open file; returns the number of lists.

    The same lists give the same bytes.
    """
    found = CaseList.objects.filter(summary__letter__in=letters.order_by().values("pk"))
    written = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        ordered = found.select_related("summary__correction").order_by(
            "summary__slug", "summary_id", "kind"
        )
        for each in ordered.iterator(chunk_size=50):
            entry = _entry(caselists.file_name(each, "csv"))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, caselists.content(each, "csv"))
            written += 1
    return written


def export_case_lists(*, round_: Round, by: User, to: Path, authority: int | None) -> int:
    """Exports a frozen round's case lists, or one authority's (by its id), and records it."""
    letters = Letter.objects.of_round(round_.pk).filter(
        summary__in=AnnualSummary.objects.current().values("pk")
    )
    if not letters.exists():
        raise Refused(f"The round {round_.year} is not frozen yet, so it has no case lists.")
    if authority is not None:
        letters = letters.filter(summary__authority=authority)
    if not CaseList.objects.filter(summary__letter__in=letters.values("pk")).exists():
        raise Refused(f"No case lists were kept for that in the round {round_.year}.")
    try:
        with _whole_file(to) as part:
            written = write_case_lists(letters=letters, target=part)
    except OSError as error:
        raise Refused(f"The case lists cannot be written to {to}: {error.strerror}.") from error
    record_export(round_, by=by, detail=number(written, "case list", "case lists"))
    return written


def record_export(round_: Round, *, by: User, detail: str) -> None:
    """Leaves a line in the round's history of who took what."""
    record(round_, RoundEvent.Action.EXPORTED, by=by, detail=detail)


def _each(
    letters: QuerySet[Letter], progress: Progress | None
) -> Iterator[tuple[Letter, str, bytes]]:
    """Each letter with its file name and PDF, in the order of slugs, one at a time in memory.

    Of several versions of a letter the last has the usual name.
    """
    ordered = letters.order_by("summary__slug", "-summary__version", "pk")
    keys = list(ordered.values_list("pk", flat=True))
    names: set[str] = set()
    words: dict[int, RoundWording] = {}
    for position, letter in enumerate(_in_order(keys), start=1):
        round_ = letter.summary.freeze.round
        if round_.pk not in words:
            words[round_.pk] = wording_of(round_)
        name = letter_file_name(letter.summary)
        if name in names:
            name = f"{name.removesuffix('.pdf')}-{letter.summary.number}.pdf"
        names.add(name)
        yield letter, name, letter_pdf(letter, words[round_.pk])
        if progress:
            progress(position, len(keys))


def _in_order(keys: list[int]) -> Iterator[Letter]:
    """The letters with these keys, read a few at a time with what their words need."""
    wanted = Letter.objects.select_related(
        "summary__freeze__round", "summary__correction"
    ).prefetch_related("summary__conditions")
    for few in batched(keys, AT_ONCE):
        found = wanted.in_bulk(few)
        yield from (found.pop(pk) for pk in few)


def _line(letter: Letter, name: str, pdf: bytes) -> Row:
    """The letter's line of the manifest."""
    return {
        "authority": letter.summary.slug,
        "file": name,
        "bytes": len(pdf),
        "sha256": hashlib.sha256(pdf).hexdigest(),
    }


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _write_zip(letters: QuerySet[Letter], to: Path, progress: Progress | None) -> int:
    with _whole_file(to) as part:
        return _fill_zip(letters, part, progress)


@contextmanager
def _whole_file(to: Path) -> Iterator[IO[bytes]]:
    """A file to write, which takes its name when it is whole and goes when it is not."""
    with tempfile.NamedTemporaryFile(
        dir=to.parent, prefix=f".{to.name}.", suffix=".part", delete=False
    ) as part:
        try:
            yield part
            Path(part.name).chmod(0o644)
            Path(part.name).replace(to)
        except BaseException:
            Path(part.name).unlink()
            raise


def _fill_zip(
    letters: QuerySet[Letter], target: BinaryIO | IO[bytes], progress: Progress | None
) -> int:
    manifest: list[Row] = []
    # Stored, not deflated: a PDF is compressed already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for letter, name, pdf in _each(letters, progress):
            archive.writestr(_entry(name), pdf)
            manifest.append(_line(letter, name, pdf))
        archive.writestr(_entry("manifest.csv"), csv_bytes(MANIFEST_COLUMNS, manifest))
    return len(manifest)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=ZIP_DATE)
    entry.external_attr = 0o644 << 16
    return entry
