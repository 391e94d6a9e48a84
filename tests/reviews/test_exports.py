import csv
import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from casework.refusals import Refused
from reviews import exports, rounds
from reviews.drafting import compose, wording_of
from reviews.models import Letter, LetterFile, RoundEvent
from tests.factories import (
    make_approver,
    make_authority,
    make_decision,
    make_editor,
    make_issued_round,
    make_round,
    make_signatory,
    make_user,
)
from tests.reviews.signatures import make_png

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = (page.get_textpage().get_text_bounded() for page in document)
    return " ".join(" ".join(pages).split())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_export_of_issued_letters_gives_the_stored_bytes_and_a_manifest(tmp_path: Path) -> None:
    make_authority(slug="bath")
    make_authority(slug="avon")
    round_ = make_issued_round(2020)
    number = exports.export_round(
        round_=round_, by=make_user("system2"), to=tmp_path / "letters", authority=None
    )
    assert number == 2
    files = contents(tmp_path / "letters")
    assert sorted(files) == ["2020-avon.pdf", "2020-bath.pdf", "manifest.csv"]
    for letter in Letter.objects.select_related("summary", "file"):
        pdf = files[f"2020-{letter.summary.slug}.pdf"]
        assert pdf == bytes(letter.file.pdf)
        assert hashlib.sha256(pdf).hexdigest() == letter.sha256
    manifest = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode())))
    assert manifest == [
        {
            "authority": letter.summary.slug,
            "file": f"2020-{letter.summary.slug}.pdf",
            "bytes": str(letter.size),
            "sha256": letter.sha256,
        }
        for letter in Letter.objects.select_related("summary").order_by("summary__slug")
    ]
    assert RoundEvent.objects.filter(action="exported").get().detail == "2 letters"


@pytest.mark.parametrize("name", ["one", "one.zip"])
def test_export_of_drafts_twice_gives_identical_bytes(tmp_path: Path, name: str) -> None:
    for _ in range(3):
        make_decision(make_authority())
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    system = make_user("system2")
    for turn in ("first", "second"):
        (tmp_path / turn).mkdir()
        exports.export_round(round_=round_, by=system, to=tmp_path / turn / name, authority=None)
    first, second = tmp_path / "first" / name, tmp_path / "second" / name
    if name.endswith(".zip"):
        assert first.read_bytes() == second.read_bytes()
        assert contents(tmp_path / "first").keys() == {"one.zip"}
        with zipfile.ZipFile(first) as archive:
            assert len(archive.namelist()) == 4
            assert archive.testzip() is None
    else:
        assert contents(first) == contents(second)


def test_export_of_one_authority_alone_gives_the_same_bytes_as_among_all(tmp_path: Path) -> None:
    wanted = make_authority("Łódź Twinned Council", slug="lodz")
    for name in ("Ångström Council", "Example Council"):
        make_decision(make_authority(name))
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    system = make_user("system2")
    exports.export_round(round_=round_, by=system, to=tmp_path / "all", authority=None)
    exports.export_round(round_=round_, by=system, to=tmp_path / "one", authority=wanted.pk)
    one, among_all = contents(tmp_path / "one"), contents(tmp_path / "all")
    assert one.keys() == {"2020-lodz.pdf", "manifest.csv"}
    assert one["2020-lodz.pdf"] == among_all["2020-lodz.pdf"]


def test_export_marks_drafts_and_not_issued_letters() -> None:
    make_authority()
    round_, editor = make_round(2020), make_editor()
    rounds.freeze(round_=round_, by=editor)
    letter = Letter.objects.get()
    assert "Draft" in text_of(exports.letter_pdf(letter))
    rounds.approve(reason="For a test", round_=round_, by=make_approver())
    letter.refresh_from_db()
    assert "Draft" in text_of(exports.letter_pdf(letter))
    rounds.issue(round_=round_, by=editor)
    letter.refresh_from_db()
    issued = exports.letter_pdf(letter)
    assert issued == bytes(LetterFile.objects.get().pdf)
    assert "Draft" not in text_of(issued)


@pytest.mark.parametrize("number", [1, 3])
def test_export_of_approved_drafts_asks_the_same_for_one_letter_and_three(
    number: int, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    rounds.set_signature(
        signatory=make_signatory(), png=make_png(), by=make_user("signs", "change_signatory")
    )
    for _ in range(number):
        make_authority()
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    rounds.approve(round_=round_, by=make_approver(), reason="For a test")
    with django_assert_num_queries(7):
        assert exports.write_letters(letters=Letter.objects.all(), to=tmp_path / "a.zip") == number
    words = wording_of(round_)
    assert all(compose(letter, words).signature for letter in Letter.objects.all())
    assert len(words.signatures) == 1


def test_export_before_freezing_or_of_another_authority_is_refused(tmp_path: Path) -> None:
    round_, system = make_round(2020), make_user("system2")
    with pytest.raises(Refused) as refused:
        exports.export_round(round_=round_, by=system, to=tmp_path / "x", authority=None)
    assert refused.value.problems == [
        "The round 2020 is not frozen yet, so it has no letters to export."
    ]
    make_authority()
    rounds.freeze(round_=round_, by=make_editor())
    later = make_authority()
    with pytest.raises(Refused) as refused:
        exports.export_round(round_=round_, by=system, to=tmp_path / "x", authority=later.pk)
    assert refused.value.problems == ["That authority has no letter in the round 2020."]
    assert (tmp_path / "x").exists() is False


@pytest.mark.parametrize("name", ["missing/letters.zip", "file/letters"])
def test_export_that_cannot_be_written_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    make_authority()
    round_ = make_round(2020)
    rounds.freeze(round_=round_, by=make_editor())
    with pytest.raises(Refused, match="The letters cannot be written to"):
        exports.export_round(
            round_=round_, by=make_user("system2"), to=tmp_path / name, authority=None
        )
    assert contents(tmp_path) == {"file": b"in the way"}


def test_merged_pdf_holds_all_pages() -> None:
    for _ in range(3):
        make_authority()
    round_ = make_issued_round(2020)
    letters = Letter.objects.of_round(round_.pk)
    alone = sum(len(pypdfium2.PdfDocument(exports.letter_pdf(letter))) for letter in letters)
    target = io.BytesIO()
    assert exports.merged_pdf(letters=letters, target=target) == alone
    assert len(pypdfium2.PdfDocument(target.getvalue())) == alone
