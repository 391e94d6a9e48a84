import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from casework.models import Authority, Change, ImportBatch
from reviews.importing.learning import TABLE
from reviews.models import LearningAttendance, LearningEvent
from tests.casework.files import refused, stored, table, take_in, write
from tests.factories import make_authority

pytestmark = pytest.mark.django_db

HEADER = ",".join(TABLE.columns)
SEMINAR = "seminar,Link officer seminar,Leeds,2019-10-01,local_authority"


def file(folder: Path, *rows: str) -> Path:
    return write(folder, table(HEADER, *rows))


def attendance() -> list[tuple[Any, ...]]:
    return list(
        LearningAttendance.objects.order_by("pk").values_list(
            "event__title", "authority__slug", "sector", "people"
        )
    )


@pytest.fixture(autouse=True)
def authorities() -> None:
    make_authority(slug="one", gss_code="E07000001")
    make_authority("Ended Council", slug="ended", ends_on=dt.date(2019, 9, 30))


def test_learning_events_are_taken_in_with_who_came(tmp_path: Path) -> None:
    content = (
        f"{SEMINAR},one,,2", f"{SEMINAR},,care_provider,1",
        "course,Complaint handling,,2019-09-30,care_provider,ended,local_authority,7",
    )  # fmt: skip
    assert take_in("import_learning_events", file(tmp_path, *content)) == (
        "file.csv: 3 new, 0 changed, 0 unchanged."
    )
    assert attendance() == [
        ("Link officer seminar", "one", "local_authority", 2),
        ("Link officer seminar", None, "care_provider", 1),
        ("Complaint handling", "ended", "local_authority", 7),
    ]
    assert list(
        LearningEvent.objects.order_by("pk").values_list("kind", "place", "held_on", "audience")
    ) == [
        ("seminar", "Leeds", dt.date(2019, 10, 1), "local_authority"),
        ("course", "", dt.date(2019, 9, 30), "care_provider"),
    ]
    batch = ImportBatch.objects.get().batch
    assert batch is not None
    assert Change.objects.filter(batch=batch).count() == 5


def test_learning_events_again_change_what_differs_and_keep_the_rest(tmp_path: Path) -> None:
    content = file(tmp_path, f"{SEMINAR},one,,2", f"{SEMINAR},,other,1")
    take_in("import_learning_events", content)
    before = stored()
    assert take_in("import_learning_events", content) == (
        "file.csv: nothing to change; 0 new, 0 changed, 2 unchanged."
    )
    assert stored() == before
    again = file(tmp_path, f"{SEMINAR},E07000001,,3")
    assert take_in("import_learning_events", again) == "file.csv: 0 new, 1 changed, 0 unchanged."
    assert [row[1:] for row in attendance()] == [
        ("one", "local_authority", 3), (None, "other", 1),
    ]  # fmt: skip


def test_learning_events_of_an_authority_entered_twice_are_of_the_one_kept(tmp_path: Path) -> None:
    make_authority(slug="double", merged_into=Authority.objects.get(slug="one"))
    take_in("import_learning_events", file(tmp_path, f"{SEMINAR},double,,2"))
    assert [row[1] for row in attendance()] == ["one"]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([f"{SEMINAR},one,,0"],
         "row 2, column people: 0 is not a whole number from 1 to 100000, in digits only"),
        ([f"{SEMINAR},,,1"],
         "row 2, column authority: blank; name it, or give the sector of who came from none"),
        ([f"{SEMINAR},,local_authority,1"],
         "row 2, column authority: blank; name it, or give the sector of who came from none"),
        ([f"{SEMINAR},one,other,1"],
         "row 2, column sector: an authority is one of the local authorities; leave it blank"),
        ([f"{SEMINAR},ended,,1"],
         "row 2, column authority: Ended Council was abolished on 30 September 2019"),
        ([f"{SEMINAR},nobody,,1"],
         "row 2, column authority: nobody is not an authority known here; give its slug or GSS "
         "code"),
        ([f"{SEMINAR},one,,1", f"{SEMINAR},E07000001,,1"],
         "row 3: Example has people at Link officer seminar, Leeds, 2019-10-01 in row 2; add them "
         "up in one row"),
        ([f"{SEMINAR},one,,1", f"{SEMINAR.replace('local_authority', 'other')},,other,1"],
         "row 3, column audience: Link officer seminar, Leeds, 2019-10-01 is for local "
         "authorities; say the same here, or change the event first"),
        (["party,A,B,2019-10-01,other,,other,1"],
         "row 2, column kind: party is not one of seminar, course"),
        (["course,A,B,2219-10-01,other,,other,1"],
         "row 2, column held_on: 2219-10-01 is not a date; write YYYY-MM-DD"),
        (["course,A,B,2199-10-01,other,,other,1"],
         "row 2, column held_on: 2199-10-01 is in the future"),
        (["course,A,中,2019-10-01,other,,other,1"],
         "row 2, column place: has U+4E2D (CJK UNIFIED IDEOGRAPH-4E2D), which letters cannot show; "
         "spell it otherwise"),
    ],
)  # fmt: skip
def test_learning_events_that_cannot_be_are_refused(
    rows: list[str], problem: str, tmp_path: Path
) -> None:
    Authority.objects.filter(slug="one").update(official_name="Example")
    assert refused("import_learning_events", file(tmp_path, *rows)) == [problem]
