import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine

from casework.models import ImportBatch
from reviews.importing.published_figures import TABLE
from reviews.models import PublishedFigure
from tests.casework.files import refused, stored, take_in, write
from tests.factories import make_authority

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "reviews" / "data" / "published_figures.csv"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2026-06-01 12:00", tick=False):
        yield


def file_of(*rows: dict[str, str]) -> bytes:
    lines = [TABLE.columns, *([row.get(column, "") for column in TABLE.columns] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def row(**values: str) -> dict[str, str]:
    return {"authority": "example", "year_ending": "2020", "source": "A letter"} | values


def test_all_published_figures_of_the_project_load(tmp_path: Path) -> None:
    for name in ("authorities.csv", "other_bodies.csv"):
        take_in("import_authorities", ROOT / "casework" / "data" / name)
    assert take_in("import_published_figures", PUBLISHED) == (
        "published_figures.csv: 75 new, 0 changed, 0 unchanged."
    )
    before = stored()
    assert take_in("import_published_figures", PUBLISHED) == (
        "published_figures.csv: nothing to change; 0 new, 0 changed, 75 unchanged."
    )
    assert stored() == before
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        for given in csv.DictReader(file):
            figure = PublishedFigure.objects.get(
                authority__slug=given["authority"], year_ending=given["year_ending"]
            )
            assert figure.authority.gss_code == given["gss_code"]
            for column in TABLE.columns[3:-1]:
                value = getattr(figure, column)
                assert value == (Decimal(given[column]) if given[column] else None)
            assert figure.source == given["source"]
    assert ImportBatch.objects.filter(kind="published_figures").count() == 1


def test_published_figures_blank_is_unknown_and_clears_nothing(tmp_path: Path) -> None:
    make_authority(slug="example")
    first = row(investigated="2", upheld="0", not_upheld="2", uphold_percent="0")
    take_in("import_published_figures", write(tmp_path, file_of(first)))
    more = row(dealt_with="3", not_for_us="1", assessed_and_closed="0", upheld_per_100k="7.5")
    assert take_in("import_published_figures", write(tmp_path, file_of(more))) == (
        "file.csv: 0 new, 1 changed, 0 unchanged."
    )
    figure = PublishedFigure.objects.get()
    assert (figure.investigated, figure.upheld, figure.uphold_percent) == (2, 0, 0)
    assert (figure.dealt_with, figure.upheld_per_100k) == (3, Decimal("7.5"))
    assert figure.complaints_received is None


def test_published_figures_dry_run_writes_nothing(tmp_path: Path) -> None:
    make_authority(slug="example")
    before = stored()
    take_in("import_published_figures", write(tmp_path, file_of(row())), dry_run=True)
    assert stored() == before


@pytest.mark.parametrize(
    "values",
    [
        {"upheld": "33", "investigated": "40", "uphold_percent": "83"},
        {"upheld": "3", "investigated": "24", "uphold_percent": "13"},
        {"upheld": "49", "investigated": "56", "uphold_percent": "88"},
        {"upheld": "0", "investigated": "2", "uphold_percent": "0"},
        {"upheld": "2", "investigated": "2", "uphold_percent": "100"},
        {"upheld": "0", "investigated": "0"},
        {"compliance_outcomes": "0"},
        {"authority": "", "gss_code": "E07000001"},
        {"gss_code": "E07000001"},
        {"year_ending": "2026"},
    ],
)
def test_published_figure_that_is_sound_is_taken(tmp_path: Path, values: dict[str, str]) -> None:
    make_authority(slug="example", gss_code="E07000001")
    assert take_in("import_published_figures", write(tmp_path, file_of(row(**values)))) == (
        "file.csv: 1 new, 0 changed, 0 unchanged."
    )


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"authority": ""}, "authority: blank, and gss_code too; give one of them"),
        ({"authority": "nowhere"}, "authority: nowhere is not an authority known here; give its "
         "slug or GSS code"),
        ({"gss_code": "E07000002"}, "gss_code: E07000002 is Other District Council, not Example "
         "District Council"),
        ({"year_ending": "2027"}, "year_ending: 2027 is not a whole number from 1975 to 2026, in "
         "digits only"),
        ({"source": ""}, "source: blank; give a value"),
        ({"upheld": "-1"}, "upheld: -1 is not a whole number from 0 to 10000000, in digits only"),
        ({"uphold_percent": "101"}, "uphold_percent: 101 is not a whole number from 0 to 100, in "
         "digits only"),
        ({"upheld_per_100k": "7.55"}, "upheld_per_100k: 7.55 cannot be read; write a number with "
         "at most one decimal"),
        ({"investigated": "5", "upheld": "2", "not_upheld": "2"}, "investigated: 5, but upheld + "
         "not_upheld is 4; check the figures"),
        ({"investigated": "5", "upheld": "6"}, "investigated: 5, but upheld is 6; check the "
         "figures"),
        ({"dealt_with": "5", "not_for_us": "2", "assessed_and_closed": "2", "investigated": "2"},
         "dealt_with: 5, but not_for_us + assessed_and_closed + investigated is 6; check the "
         "figures"),
        ({"upheld": "5", "remedied_by_authority": "6"}, "upheld: 5, but remedied_by_authority is "
         "6; check the figures"),
        ({"upheld": "33", "investigated": "40", "uphold_percent": "82"}, "uphold_percent: 82, but "
         "33 of 40 is 83%"),
        ({"upheld": "4", "remedied_by_authority": "1", "remedied_percent": "26"},
         "remedied_percent: 26, but 1 of 4 is 25%"),
        ({"investigated": "0", "uphold_percent": "0"}, "uphold_percent: 0, though it would be a "
         "share of none; leave it blank"),
        ({"compliance_outcomes": "0", "compliance_percent": "100"}, "compliance_percent: 100, "
         "though it would be a share of none; leave it blank"),
    ],
)  # fmt: skip
def test_published_figure_wrong_row_is_refused(
    tmp_path: Path, values: dict[str, str], problem: str
) -> None:
    make_authority("Example District Council", slug="example", gss_code="E07000001")
    make_authority("Other District Council", slug="other", gss_code="E07000002")
    path = write(tmp_path, file_of(row(year_ending="2019"), row(**values)))
    assert refused("import_published_figures", path) == [f"row 3, column {problem}"]


def test_published_figure_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    make_authority("Example District Council", slug="example", gss_code="E07000001")
    path = write(tmp_path, file_of(row(), row(authority="", gss_code="E07000001")))
    assert refused("import_published_figures", path) == [
        "row 3, column year_ending: Example District Council already has figures of 2020 in row 2"
    ]


def test_published_figure_of_a_year_not_over_is_refused(tmp_path: Path) -> None:
    make_authority(slug="example")
    path = write(tmp_path, file_of(row(year_ending="2026")))
    with time_machine.travel("2026-03-31 12:00", tick=False):
        assert refused("import_published_figures", path) == [
            "row 2, column year_ending: 2026 is not a whole number from 1975 to 2025, in digits "
            "only"
        ]
    with time_machine.travel("2026-04-01 12:00", tick=False):
        assert take_in("import_published_figures", path) == (
            "file.csv: 1 new, 0 changed, 0 unchanged."
        )


def test_published_figure_is_checked_with_what_is_stored(tmp_path: Path) -> None:
    make_authority(slug="example")
    take_in("import_published_figures", write(tmp_path, file_of(row(investigated="5"))))
    for values, problem in (
        ({"upheld": "6"}, "investigated: 5, but upheld is 6; check the figures"),
        ({"upheld": "2", "uphold_percent": "41"}, "uphold_percent: 41, but 2 of 5 is 40%"),
    ):
        path = write(tmp_path, file_of(row(**values)))
        assert refused("import_published_figures", path) == [f"row 2, column {problem}"]
