"""The site as files: every file holds what its address answers."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from casework.models import Authority
from reviews.models import PublishedFigure, Round
from reviews.packs import draw_packs
from reviews.site import export
from reviews.site.addresses import NEEDS_SERVER, addresses
from tests.factories import make_authority
from tests.reviews.site.builders import (
    BEFORE,
    PUBLISHED_AT,
    correct,
    make_edition,
    make_frozen_round,
    make_issued,
    retract,
)
from tests.reviews.site.cases import make_published

ENDINGS = {
    ".html": "text/html", ".xml": "application/", ".txt": "text/plain", ".csv": "text/csv",
    ".json": "application/", ".pdf": "application/pdf",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}  # fmt: skip


@pytest.fixture
def site(clock: time_machine.Traveller) -> None:
    """A corrected letter, a retracted one, and a year taken over; public from PUBLISHED_AT."""
    clock.move_to(BEFORE - dt.timedelta(days=5))
    round_ = make_frozen_round()
    correct(make_issued(round_, make_authority("King's Lynn", slug="kings-lynn")), upheld=9137)
    retract(make_issued(round_, make_authority("Sorry Council", slug="sorry")))
    PublishedFigure.objects.create(
        authority=make_authority("Old Council", slug="old"),
        year_ending=2018,
        uphold_percent=37,
        source="Example",
    )
    clock.move_to(PUBLISHED_AT)
    make_published(make_authority("Leeds", slug="leeds"), improvements=["Train staff."])


def export_site(to: Path) -> str:
    out = StringIO()
    call_command("export_site", to=to, stdout=out)
    return out.getvalue()


def refusal(to: Path) -> str:
    with pytest.raises(CommandError) as refused:
        export_site(to)
    return str(refused.value)


def address_of(file: Path, folder: Path) -> str:
    name = "/" + file.relative_to(folder).as_posix()
    return name.removesuffix("index.html").removesuffix("index.xml")


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_every_file_holds_what_its_address_answers(
    client: Client, site: None, tmp_path: Path
) -> None:
    to = tmp_path / "site"
    line = export_site(to)
    static: set[str] = set()
    pages: set[str] = set()
    for file in export.files(to):
        address = address_of(file, to)
        if address == "/404.html":
            answer = client.get("/nowhere/")
            assert answer.status_code == 404
        else:
            answer = client.get(address)
            assert answer.status_code == 200, address
            (static if address.startswith("/static/") else pages).add(address)
        content = b"".join(answer) if answer.streaming else answer.content
        assert file.read_bytes() == content, address
        if address in pages:
            assert answer.headers["Content-Type"].startswith(ENDINGS[file.suffix])
    expected = addresses(at=timezone.now())
    assert pages == {each.path for each in expected if each.route not in NEEDS_SERVER}
    assert static == {"/static/reviews/site.css", "/static/reviews/icon.svg"}
    assert line == (
        f"Wrote {len(pages)} addresses to {to}. Left out, because it needs the server: searches "
        "and filters, comparing at /compare/, checking a letter at /verify/.\n"
    )


def test_export_holds_nothing_of_a_round_before_it_is_public(
    clock: time_machine.Traveller, site: None, tmp_path: Path
) -> None:
    clock.move_to(BEFORE)
    export_site(tmp_path / "site")
    found = list(export.files(tmp_path / "site"))
    assert found
    assert [file for file in found if "2020" in file.as_posix().removeprefix(str(tmp_path))] == []
    assert [file for file in found if b"9137" in file.read_bytes()] == []


def test_export_takes_the_place_of_an_older_one_whole(
    clock: time_machine.Traveller, site: None, tmp_path: Path
) -> None:
    to = tmp_path / "site"
    export_site(to)
    (to / "of-the-older-one.html").write_text("gone")
    Authority.objects.filter(slug="old").update(letter_name="Renamed Council")
    export_site(to)
    assert "of-the-older-one.html" not in left(to)
    assert "Renamed Council" in (to / "councils/old/index.html").read_text()
    assert left(tmp_path) == ["site"]


def test_same_site_makes_the_same_files(site: None, tmp_path: Path) -> None:
    for name in ("one", "two"):
        export_site(tmp_path / name)
    one, two = (
        {file.relative_to(tmp_path / name): file.read_bytes() for file in
         export.files(tmp_path / name)} for name in ("one", "two")
    )  # fmt: skip
    assert one == two


def test_export_goes_into_an_empty_folder(site: None, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    export_site(tmp_path / "site")
    assert (tmp_path / "site/index.html").is_file()


def test_folder_with_other_files_is_left_as_it_was(site: None, tmp_path: Path) -> None:
    to = tmp_path / "site"
    to.mkdir()
    (to / "letter.docx").write_text("mine")
    assert refusal(to) == (
        f"{to} holds files that are no export of the site, so nothing was written; name a folder "
        "that is empty or not there yet."
    )
    assert left(to) == ["letter.docx"]
    assert refusal(to / "letter.docx") == (
        f"{to / 'letter.docx'} is no folder; name one that is empty or not there yet."
    )
    assert refusal(tmp_path / "no/such/folder") == (
        f"The site cannot be written to {tmp_path / 'no/such/folder'}: No such file or directory."
    )


@pytest.mark.django_db(transaction=True)  # what one transaction changes is noted once
def test_export_is_refused_when_something_changes_meanwhile(
    site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "site"
    export_site(to)
    before = {file: file.read_bytes() for file in export.files(to)}
    answer = export.answer

    def slowly(path: str) -> object:
        if path == "/methods/":
            Authority.objects.update(letter_name="Changed meanwhile")
        return answer(path)

    monkeypatch.setattr(export, "answer", slowly)
    assert refusal(to).startswith("Something became public or was changed while the files were")
    assert {file: file.read_bytes() for file in export.files(to)} == before
    assert left(tmp_path) == ["site"]


def test_export_is_refused_across_the_instant_of_publication(
    clock: time_machine.Traveller, site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(BEFORE)
    answer = export.answer

    def slowly(path: str) -> object:
        clock.move_to(PUBLISHED_AT)
        return answer(path)

    monkeypatch.setattr(export, "answer", slowly)
    assert refusal(tmp_path / "site").startswith("Something became public")
    assert left(tmp_path) == []


def test_export_is_refused_across_the_instant_of_a_national_review(
    clock: time_machine.Traveller, site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = PUBLISHED_AT + dt.timedelta(hours=9)
    make_edition(Round.objects.get(), publish_at=later)
    answer = export.answer

    def slowly(path: str) -> object:
        clock.move_to(later)
        return answer(path)

    monkeypatch.setattr(export, "answer", slowly)
    assert refusal(tmp_path / "site").startswith("Something became public")
    assert left(tmp_path) == []


def test_links_to_static_files_are_followed_into_style_sheets(
    site: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {"a/site.css": b"@font-face {src: url('../b/font.woff2#x')}", "b/font.woff2": b"f"}
    monkeypatch.setattr(export, "_static", contents.__getitem__)
    export._write_static(tmp_path, {"a/site.css"})
    assert (tmp_path / "static/b/font.woff2").read_bytes() == b"f"


def test_pack_that_waits_to_be_drawn_again_is_left_out_and_not_counted(
    site: None, tmp_path: Path
) -> None:
    draw_packs(Round.objects.get())
    pack = "councils/kings-lynn/2020/scrutiny.pdf"
    number = int(export_site(tmp_path / "drawn").split()[1])
    assert (tmp_path / "drawn" / pack).is_file()
    lynn = Authority.objects.get(slug="kings-lynn")
    make_published(lynn, decided_on=dt.date(2020, 1, 15))  # so the pack says something else
    said = int(export_site(tmp_path / "later").split()[1])
    assert not (tmp_path / "later" / pack).exists()
    assert said == number  # the decision's page in place of the file
