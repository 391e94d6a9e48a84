import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine

from casework.models import Authority, Decision, ImportBatch, Recommendation
from tests.casework.files import REMEDIES, refused, stored, table, take_in, write
from tests.factories import make_authority, make_complaint, make_decision

pytestmark = pytest.mark.django_db

SECRET = "Pay Ms Example of Nowhere Street"
PAY = f"20 001 234,personal,financial_redress_distress,{SECRET},250,2020-12-01,"
TRAIN = "20-001-234,service_improvement,training_or_guidance,Train staff,,2021-12-01,2021-06-01"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2021-06-01 12:00", tick=False):
        yield


@pytest.fixture
def example() -> Authority:
    return make_authority("Example District Council", slug="example")


@pytest.fixture
def decision(example: Authority) -> Decision:
    return make_decision(example, reference="20 001 234")


def test_remedies_are_stored_as_given(decision: Decision, tmp_path: Path) -> None:
    path = write(tmp_path, table(REMEDIES, PAY, TRAIN))
    assert take_in("import_remedies", path) == "file.csv: 2 new, 0 changed, 0 unchanged."
    columns = ("decision", "kind", "category", "text", "amount", "due_on", "completed_on")
    assert list(Recommendation.objects.order_by("pk").values_list(*columns)) == [
        (
            decision.pk, "personal", "financial_redress_distress", SECRET, Decimal("250.00"),
            dt.date(2020, 12, 1), None,
        ),
        (
            decision.pk, "service_improvement", "training_or_guidance", "Train staff", None,
            dt.date(2021, 12, 1), dt.date(2021, 6, 1),
        ),
    ]  # fmt: skip
    assert ImportBatch.objects.get().kind == "remedies"


def test_remedies_a_second_time_change_nothing(decision: Decision, tmp_path: Path) -> None:
    path = write(tmp_path, table(REMEDIES, PAY, TRAIN))
    take_in("import_remedies", path)
    before = stored()
    assert take_in("import_remedies", path) == (
        "file.csv: nothing to change; 0 new, 0 changed, 2 unchanged."
    )
    assert stored() == before


def test_remedies_dry_run_writes_nothing(decision: Decision, tmp_path: Path) -> None:
    before = stored()
    path = write(tmp_path, table(REMEDIES, PAY))
    assert take_in("import_remedies", path, dry_run=True) == (
        "file.csv: would be 1 new, 0 changed, 0 unchanged; nothing was written."
    )
    assert stored() == before


def test_remedy_known_is_updated_and_never_cleared(decision: Decision, tmp_path: Path) -> None:
    take_in("import_remedies", write(tmp_path, table(REMEDIES, PAY)))
    done = PAY.replace(",250,2020-12-01,", ",,2021-01-01,2021-06-01")
    assert take_in("import_remedies", write(tmp_path, table(REMEDIES, done))) == (
        "file.csv: 0 new, 1 changed, 0 unchanged."
    )
    remedy = Recommendation.objects.get()
    assert (remedy.amount, remedy.due_on) == (Decimal(250), dt.date(2021, 1, 1))
    assert remedy.completed_on == dt.date(2021, 6, 1)
    blank = PAY.replace(",250,2020-12-01,", ",,2021-01-01,")
    assert take_in("import_remedies", write(tmp_path, table(REMEDIES, blank))) == (
        "file.csv: nothing to change; 0 new, 0 changed, 1 unchanged."
    )


def test_remedy_text_may_have_lines_however_they_end(decision: Decision, tmp_path: Path) -> None:
    row = '20 001 234,personal,apology,"One,\r\n""two""\nthree",,2020-12-01,'
    take_in("import_remedies", write(tmp_path, table(REMEDIES, row)))
    assert Recommendation.objects.get().text == 'One,\n"two"\nthree'
    path = write(tmp_path, table(REMEDIES, row.replace("\r\n", "\n")))
    assert take_in("import_remedies", path) == (
        "file.csv: nothing to change; 0 new, 0 changed, 1 unchanged."
    )


@pytest.mark.parametrize("amount", ["0", "99.5", "99.50", "99999999.99"])
def test_remedy_amount_is_in_pounds(decision: Decision, tmp_path: Path, amount: str) -> None:
    take_in("import_remedies", write(tmp_path, table(REMEDIES, PAY.replace("250", amount))))
    assert Recommendation.objects.get().amount == Decimal(amount)


AMOUNT = (
    "cannot be read; write pounds up to 99999999.99 without sign, £ or commas, such as 250 or 99.50"
)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (PAY.replace("20 001 234", "20 009 999"), "reference: 20 009 999 is not a complaint known "
         "here; import its casework first"),
        (PAY.replace("20 001 234", "20 001 235"), "reference: 20 001 235 is still open; only an "
         "upheld complaint has remedies"),
        (PAY.replace("20 001 234", "20 001 236"), "reference: 20 001 236 is not_upheld; only an "
         "upheld complaint has remedies"),
        (PAY.replace("personal", "private"), "kind: private is not one of personal, "
         "service_improvement"),
        (PAY.replace("personal", "service_improvement"), "category: financial_redress_distress "
         "goes with the kind personal, not service_improvement"),
        (TRAIN.replace("service_improvement", "personal"), "category: training_or_guidance goes "
         "with the kind service_improvement, not personal"),
        (PAY.replace(SECRET, ""), "text: blank; give a value"),
        (PAY.replace(SECRET, "x" * 10_001), "text: 10,001 characters; shorten it to at most "
         "10,000"),
        (PAY.replace(",250,", ",£250,"), f"amount: £250 {AMOUNT}"),
        (PAY.replace(",250,", ',"1,250",'), f"amount: 1,250 {AMOUNT}"),
        (PAY.replace(",250,", ",-250,"), f"amount: -250 {AMOUNT}"),
        (PAY.replace(",250,", ",250.005,"), f"amount: 250.005 {AMOUNT}"),
        (PAY.replace(",250,", ",100000000,"), f"amount: 100000000 {AMOUNT}"),
        (PAY.replace(",250,", ",NaN,"), f"amount: NaN {AMOUNT}"),
        (PAY.replace("2020-12-01", ""), "due_on: blank; give a value"),
        (PAY + "2021-06-02", "completed_on: 2021-06-02 is in the future"),
    ],
)  # fmt: skip
def test_remedy_wrong_row_is_refused(
    decision: Decision, example: Authority, tmp_path: Path, row: str, problem: str
) -> None:
    make_complaint(example, reference="20 001 235")
    make_decision(example, reference="20 001 236", outcome="not_upheld")
    path = write(tmp_path, table(REMEDIES, TRAIN, row))
    assert refused("import_remedies", path) == [f"row 3, column {problem}"]


def test_remedy_twice_in_a_file_is_refused_without_its_text(
    decision: Decision, tmp_path: Path
) -> None:
    twice = PAY.replace("20 001 234", "20-001-234").replace("250", "300")
    problems = refused("import_remedies", write(tmp_path, table(REMEDIES, PAY, twice)))
    assert problems == ["row 3, column text: the same remedy as in row 2"]


@pytest.mark.parametrize("bad", [b"\xa3", b"\0", b"\x07"])
def test_remedy_text_is_never_repeated(decision: Decision, tmp_path: Path, bad: bytes) -> None:
    content = table(REMEDIES, PAY).replace(SECRET.encode(), SECRET.encode() + bad + b" x")
    problems = refused("import_remedies", write(tmp_path, content))
    assert len(problems) == 1
    assert problems[0].startswith("row 2, column text: ")
    assert "Example" not in problems[0]


def test_remedies_of_a_superseded_decision_are_refused(example: Authority, tmp_path: Path) -> None:
    make_decision(example, reference="20 001 234", is_standing=False)
    assert refused("import_remedies", write(tmp_path, table(REMEDIES, PAY))) == [
        "row 2, column reference: 20 001 234 is still open; only an upheld complaint has remedies"
    ]
