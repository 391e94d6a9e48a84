import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from casework.choices import PERSONAL_CATEGORIES, SERVICE_IMPROVEMENT_CATEGORIES
from reviews.demonstration.contacts import CHIEF_EXECUTIVES, contacts
from reviews.demonstration.files import write_files
from reviews.demonstration.totals import LAST_DAY

WRITE = (
    "import pathlib, sys; from reviews.demonstration.files import write_files; "
    "write_files(pathlib.Path(sys.argv[1]))"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("demonstration")
    write_files(made)
    return made


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_files_are_the_same_bytes_in_another_process(folder: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "12345", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path)], env=environment, check=True)
    for name in ("casework.csv", "remedies.csv", "contacts.csv", "learning_events.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_remedies_are_one_to_three_a_case_and_complete(folder: Path) -> None:
    remedies = read(folder / "remedies.csv")
    by_case = Counter(row["reference"] for row in remedies)
    assert set(by_case.values()) == {1, 2, 3}
    assert len(by_case) > 5_000
    kinds = {
        "personal": {category.value for category in PERSONAL_CATEGORIES},
        "service_improvement": {category.value for category in SERVICE_IMPROVEMENT_CATEGORIES},
    }
    for kind, categories in kinds.items():
        assert {row["category"] for row in remedies if row["kind"] == kind} == categories
    keys = {(row["reference"], row["kind"], row["category"], row["text"]) for row in remedies}
    assert len(keys) == len(remedies)


def test_remedies_are_dated_after_the_decision_and_done_in_time_if_so_recorded(
    folder: Path,
) -> None:
    cases = {row["reference"]: row for row in read(folder / "casework.csv")}
    for row in read(folder / "remedies.csv"):
        case = cases[row["reference"]]
        assert case["outcome"] == "upheld"
        assert case["decided_on"] <= row["due_on"]
        assert row["completed_on"] <= min(LAST_DAY.isoformat(), case["compliance_recorded_on"])
        if case["compliance"] == "satisfied":
            assert case["decided_on"] <= row["completed_on"] <= row["due_on"]
        elif case["compliance"] == "satisfied_late":
            assert row["due_on"] < row["completed_on"]
        else:
            assert row["completed_on"] == ""


def test_money_is_given_with_financial_redress_only(folder: Path) -> None:
    for row in read(folder / "remedies.csv"):
        assert bool(row["amount"]) == row["category"].startswith("financial_redress")


def test_contacts_are_visibly_fictional() -> None:
    rows = contacts()
    assert {row[6].rpartition(".")[0].rpartition(".")[2] for row in rows} == {"example"}
    chiefs = [row for row in rows if row[1] == "chief_executive"]
    assert len(chiefs) == len(CHIEF_EXECUTIVES) < 12
    assert {row[4] for row in rows if row[1] == "link_officer"} == {"Link Officer"}


def test_specimen_has_a_chief_executive_on_the_letter_date() -> None:
    (row,) = [
        row
        for row in contacts()
        if row[0] == "borough-council-of-kings-lynn-and-west-norfolk"
        and row[1] == "chief_executive"
    ]
    assert (row[2], row[4]) == ("Ms", "Example")
    assert row[7] <= "2020-07-22"
    assert row[8] == ""
