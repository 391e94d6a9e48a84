"""The digest of the software: another for whatever may make a letter or a page another."""

from pathlib import Path
from subprocess import check_output
from sys import executable

import pytest

from reviews import software
from reviews.software import digest_of_folder, software_digest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "reviews/letters/language.py": "WORDS = 1\n",
        "reviews/letters/usual_wording.md": "Thank you.\n",
        "reviews/static/reviews/site.css": "p {}\n",
        "templates/reviews/letter.html": "<p>\n",
        "requirements.lock": "django==6.1.3 \\\n    --hash=sha256:00\n",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_digest_is_the_same_in_every_process() -> None:
    script = "from reviews.software import software_digest; print(software_digest())"
    another = check_output([executable, "-c", script], cwd=software.ROOT, text=True)
    assert another.strip() == software_digest()
    assert len(software_digest()) == 64


@pytest.mark.parametrize(
    "name",
    [
        "reviews/letters/language.py",
        "reviews/letters/usual_wording.md",
        "reviews/static/reviews/site.css",
        "templates/reviews/letter.html",
    ],
)
def test_digest_follows_code_wording_styles_and_templates(project: Path, name: str) -> None:
    before = digest_of_folder(project)
    (project / name).write_text("changed")
    changed = digest_of_folder(project)
    (project / name).rename((project / name).with_stem("other"))
    assert len({before, changed, digest_of_folder(project)}) == 3


def test_digest_follows_the_installed_version_of_a_package_that_is_locked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of_folder(project)
    monkeypatch.setattr(software, "version", {"django": "6.1.4"}.__getitem__)
    assert digest_of_folder(project) != before


def test_digest_follows_neither_data_nor_what_python_and_editors_leave(project: Path) -> None:
    before = digest_of_folder(project)
    for name in (
        "reviews/data.csv",
        "reviews/letters/language.pyc",
        "reviews/.site.css.swp",
        "reviews/site.css~",
    ):
        (project / name).write_text("left behind")
    (project / "reviews/.#language.py").symlink_to("somebody@here.1")
    assert digest_of_folder(project) == before


def test_digest_does_not_take_two_files_for_one(project: Path) -> None:
    together, apart = project / "reviews/a.py", project / "reviews/b.py"
    together.write_text("onetwo")
    apart.write_text("")
    before = digest_of_folder(project)
    together.write_text("one")
    apart.write_text("two")
    assert digest_of_folder(project) != before
