import datetime as dt
import hashlib
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from casework.actions import import_casework, system_user
from casework.importing import CsvFile
from casework.models import Authority, Complaint, Decision, ImportBatch, PublicSubcategory
from casework.refusals import Refused
from tests.casework.files import CASEWORK, refused, stored, table, take_in, write
from tests.factories import make_authority, make_complaint, make_decision, make_recommendation

pytestmark = pytest.mark.django_db

OPEN = "20 001 234,example,housing,Homelessness,2020-05-01,,,,,"
UPHELD = "20 001 235,example,housing,,2020-05-01,upheld,2020-09-01,yes,satisfied,2020-12-01"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2021-06-01 12:00", tick=False):
        yield


@pytest.fixture
def example() -> Authority:
    return make_authority("Example District Council", slug="example", gss_code="E07000001")


def one(reference: str) -> Decision:
    return Decision.objects.get(complaint__reference=reference)


def test_casework_is_stored_as_given(example: Authority, tmp_path: Path) -> None:
    path = write(tmp_path, table(CASEWORK, OPEN, UPHELD), name="cases.csv")
    assert take_in("import_casework", path, reason="Year end") == (
        "cases.csv: 2 new, 0 changed, 0 unchanged."
    )
    complaint = Complaint.objects.get(reference="20 001 234")
    assert (complaint.authority, complaint.category) == (example, "housing")
    assert (complaint.subcategory, complaint.received_on) == ("Homelessness", dt.date(2020, 5, 1))
    assert complaint.public_subcategory == PublicSubcategory.objects.get(slug="homelessness")
    assert complaint.decisions.count() == 0
    decision = one("20 001 235")
    assert decision.is_standing
    assert decision.is_remedied_by_authority
    assert (decision.outcome, decision.decided_on) == ("upheld", dt.date(2020, 9, 1))
    assert (decision.compliance, decision.compliance_recorded_on) == (
        "satisfied", dt.date(2020, 12, 1),
    )  # fmt: skip
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.file_name, batch.reason) == ("casework", "cases.csv", "Year end")
    assert (batch.new, batch.changed, batch.unchanged) == (2, 0, 0)
    assert batch.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert batch.imported_by == system_user()
    assert not system_user().has_usable_password()


def test_casework_a_second_time_changes_nothing(example: Authority, tmp_path: Path) -> None:
    path = write(tmp_path, table(CASEWORK, OPEN, UPHELD))
    take_in("import_casework", path)
    before = stored()
    assert take_in("import_casework", path) == (
        "file.csv: nothing to change; 0 new, 0 changed, 2 unchanged."
    )
    assert stored() == before


def test_casework_dry_run_writes_nothing(example: Authority, tmp_path: Path) -> None:
    before = stored()
    path = write(tmp_path, table(CASEWORK, OPEN, UPHELD))
    assert take_in("import_casework", path, dry_run=True) == (
        "file.csv: would be 2 new, 0 changed, 0 unchanged; nothing was written."
    )
    assert stored() == before


def test_casework_reference_in_another_spelling_is_the_same_case(
    example: Authority, tmp_path: Path
) -> None:
    take_in("import_casework", write(tmp_path, table(CASEWORK, OPEN)))
    again = table(CASEWORK, OPEN.replace("20 001 234", "20-001-234"))
    assert take_in("import_casework", write(tmp_path, again)) == (
        "file.csv: nothing to change; 0 new, 0 changed, 1 unchanged."
    )


def test_casework_blank_cells_clear_nothing(example: Authority, tmp_path: Path) -> None:
    take_in("import_casework", write(tmp_path, table(CASEWORK, UPHELD, OPEN)))
    before = stored()
    rows = (
        "20 001 235,example,housing,,2020-05-01,,,,,",
        "20 001 234,example,housing,,2020-05-01,,,,,",
    )
    take_in("import_casework", write(tmp_path, table(CASEWORK, *rows)))
    assert stored() == before


def test_casework_subcategory_column_alone_may_be_absent(
    example: Authority, tmp_path: Path
) -> None:
    header = CASEWORK.replace("subcategory,", "")
    path = write(tmp_path, table(header, "20 001 234,example,housing,2020-05-01,,,,,"))
    assert take_in("import_casework", path) == "file.csv: 1 new, 0 changed, 0 unchanged."
    assert Complaint.objects.get().subcategory == ""


@pytest.mark.parametrize("name", ["example", "E07000001", "E07000099"])
def test_casework_names_authorities_by_slug_or_code(
    example: Authority, tmp_path: Path, name: str
) -> None:
    example.former_codes.create(gss_code="E07000099")
    path = write(tmp_path, table(CASEWORK, OPEN.replace("example", name)))
    take_in("import_casework", path)
    assert Complaint.objects.get().authority == example


@pytest.mark.parametrize(
    ("category", "text", "slug"),
    [
        ("housing", "homelessNESS", "homelessness"),
        ("housing", "Noise", None),  # of another category
        ("education_and_childrens_services", "Other", None),  # of two public categories
        ("housing", "Other", "other"),
        ("housing", "", None),
    ],
)
def test_casework_subcategory_finds_its_public_one(
    example: Authority, tmp_path: Path, category: str, text: str, slug: str | None
) -> None:
    row = f"20 001 234,example,{category},{text},2020-05-01,,,,,"
    take_in("import_casework", write(tmp_path, table(CASEWORK, row)))
    complaint = Complaint.objects.get()
    found = complaint.public_subcategory
    assert (complaint.subcategory, found and found.slug) == (text, slug)


def test_casework_chosen_public_subcategory_outlasts_an_import(
    example: Authority, tmp_path: Path
) -> None:
    path = write(tmp_path, table(CASEWORK, OPEN))
    take_in("import_casework", path)
    chosen = PublicSubcategory.objects.get(slug="allocations")
    Complaint.objects.update(public_subcategory=chosen)
    take_in("import_casework", path)
    assert Complaint.objects.get().public_subcategory == chosen


def test_casework_compliance_of_a_case_already_upheld(example: Authority, tmp_path: Path) -> None:
    make_decision(
        example, reference="20 001 234", received_on=dt.date(2020, 5, 1),
        decided_on=dt.date(2020, 9, 1),
    )  # fmt: skip
    row = "20 001 234,example,housing,,2020-05-01,,,,ceased,2021-06-01"
    assert take_in("import_casework", write(tmp_path, table(CASEWORK, row))) == (
        "file.csv: 0 new, 1 changed, 0 unchanged."
    )
    decision = one("20 001 234")
    assert (decision.outcome, decision.compliance) == ("upheld", "ceased")
    assert decision.compliance_recorded_on == dt.date(2021, 6, 1)


def test_casework_a_standing_decision_is_changed_in_place(
    example: Authority, tmp_path: Path
) -> None:
    decision = make_decision(
        example, reference="20 001 234", received_on=dt.date(2020, 5, 1), outcome="upheld",
        decided_on=dt.date(2020, 9, 1), is_remedied_by_authority=True,
    )  # fmt: skip
    row = "20 001 234,example,housing,,2020-05-01,not_upheld,2020-10-01,no,,"
    take_in("import_casework", write(tmp_path, table(CASEWORK, row)))
    now = one("20 001 234")
    assert now.pk == decision.pk
    assert (now.outcome, now.decided_on) == ("not_upheld", dt.date(2020, 10, 1))
    assert not now.is_remedied_by_authority


@pytest.mark.parametrize(
    ("received_on", "decided_on"),
    [
        (dt.date(2021, 1, 1), dt.date(2021, 2, 1)),  # both after the stored pair
        (dt.date(2019, 1, 1), dt.date(2019, 2, 1)),  # both before it
        (dt.date(2020, 9, 1), dt.date(2020, 9, 1)),
        (dt.date(2020, 5, 1), dt.date(2020, 5, 1)),
    ],
)
def test_casework_both_days_of_a_case_may_move(
    example: Authority, tmp_path: Path, received_on: dt.date, decided_on: dt.date
) -> None:
    other = make_authority("Other District Council", slug="other")
    make_decision(
        example, reference="20 001 234", received_on=dt.date(2020, 5, 1),
        decided_on=dt.date(2020, 9, 1),
    )  # fmt: skip
    row = f"20 001 234,other,benefits_and_tax,,{received_on},upheld,{decided_on},,,"
    take_in("import_casework", write(tmp_path, table(CASEWORK, row)))
    decision = one("20 001 234")
    complaint = decision.complaint
    for holder in (decision, complaint):
        assert (holder.received_on, holder.authority) == (received_on, other)
        assert holder.category == "benefits_and_tax"
    assert decision.decided_on == decided_on


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",example,housing,,2020-05-01,,,,,", "reference: blank; give a value"),
        ("x,example,housing,,2020-05-01,,,,,", "reference: x is not a reference; write YY NNN NNN"),
        ("20 001 234,,housing,,2020-05-01,,,,,", "authority: blank; give a value"),
        (
            "20 001 234,nowhere,housing,,2020-05-01,,,,,",
            "authority: nowhere is not an authority known here; give its slug or GSS code",
        ),
        ("20 001 234,example,,,2020-05-01,,,,,", "category: blank; give a value"),
        (
            "20 001 234,example,Housing,,2020-05-01,,,,,",
            "category: Housing is not one of adult_care_services, benefits_and_tax, "
            "corporate_and_other, education_and_childrens_services, environment_and_regulation, "
            "highways_and_transport, housing, planning_and_development, other",
        ),
        (
            f"20 001 234,example,housing,{'x' * 201},2020-05-01,,,,,",
            "subcategory: 201 characters; shorten it to at most 200",
        ),
        ("20 001 234,example,housing,,,,,,,", "received_on: blank; give a value"),
        (
            "20 001 234,example,housing,,2020-02-30,,,,,",
            "received_on: 2020-02-30 is not a date; write YYYY-MM-DD",
        ),
        (
            "20 001 234,example,housing,,01/05/2020,,,,,",
            "received_on: 01/05/2020 is not a date; write YYYY-MM-DD",
        ),
        (
            "20 001 234,example,housing,,2021-06-02,,,,,",
            "received_on: 2021-06-02 is in the future",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,Upheld,2020-09-01,,,",
            "outcome: Upheld is not one of invalid_or_incomplete, advice_given, referred_back, "
            "closed_after_initial_enquiries, not_upheld, upheld",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,,,,",
            "decided_on: blank though outcome is given; give both or neither",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,,2020-09-01,,,",
            "outcome: blank though decided_on is given; give both or neither",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-04-30,,,",
            "decided_on: 2020-04-30 is before the complaint was received on 2020-05-01",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2021-06-02,,,",
            "decided_on: 2021-06-02 is in the future",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-09-01,maybe,,",
            "remedied_by_authority: maybe is not one of yes, no",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,not_upheld,2020-09-01,yes,,",
            "remedied_by_authority: yes, though the complaint is not_upheld",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,,,yes,,",
            "remedied_by_authority: yes, though the complaint is still open",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,not_upheld,2020-09-01,,satisfied,2020-12-01",
            "compliance: satisfied, though the complaint is not_upheld",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,,,,satisfied,2020-12-01",
            "compliance: satisfied, though the complaint is still open",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-09-01,,done,2020-12-01",
            "compliance: done is not one of satisfied, satisfied_late, not_satisfied, ceased",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-09-01,,satisfied,",
            "compliance_recorded_on: blank though compliance is given; give both or neither",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-09-01,,,2020-12-01",
            "compliance: blank though compliance_recorded_on is given; give both or neither",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-09-01,,satisfied,2020-08-31",
            "compliance_recorded_on: 2020-08-31 is before the decision of 2020-09-01",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-09-01,,satisfied,2021-06-02",
            "compliance_recorded_on: 2021-06-02 is in the future",
        ),
        (
            "20-001-235,example,housing,,2020-05-01,,,,,",
            "reference: 20 001 235 is already in row 2",
        ),
    ],
)
def test_casework_wrong_row_is_refused(
    example: Authority, tmp_path: Path, row: str, problem: str
) -> None:
    path = write(tmp_path, table(CASEWORK, UPHELD, row))
    assert refused("import_casework", path) == [f"row 3, column {problem}"]


def test_casework_days_at_the_edge_are_taken(example: Authority, tmp_path: Path) -> None:
    day = "2021-06-01"
    row = f"20 001 234,example,housing,,{day},upheld,{day},no,satisfied_late,{day}"
    assert take_in("import_casework", write(tmp_path, table(CASEWORK, row))) == (
        "file.csv: 1 new, 0 changed, 0 unchanged."
    )


def test_casework_today_is_the_day_in_london(example: Authority, tmp_path: Path) -> None:
    row = "20 001 234,example,housing,,2021-06-02,,,,,"
    path = write(tmp_path, table(CASEWORK, row))
    with time_machine.travel("2021-06-01T22:59:59Z", tick=False):
        assert refused("import_casework", path) == [
            "row 2, column received_on: 2021-06-02 is in the future"
        ]
    with time_machine.travel("2021-06-01T23:00:00Z", tick=False):
        assert take_in("import_casework", path) == "file.csv: 1 new, 0 changed, 0 unchanged."


def test_casework_every_problem_gets_a_line(example: Authority, tmp_path: Path) -> None:
    rows = ["x,,,,,upheld,,,,", *(f"2{i},example,housing,,2020-05-01,,,,," for i in range(60))]
    problems = refused("import_casework", write(tmp_path, table(CASEWORK, *rows)))
    assert problems[:5] == [
        "row 2, column authority: blank; give a value",
        "row 2, column category: blank; give a value",
        "row 2, column received_on: blank; give a value",
        "row 2, column reference: x is not a reference; write YY NNN NNN",
        "row 2, column decided_on: blank though outcome is given; give both or neither",
    ]
    assert len(problems) == 51
    assert problems[-1] == "and 15 more problems"


@pytest.mark.parametrize("day", ["2019-03-31", "2019-04-01"])
def test_casework_authority_must_be_in_force_on_the_day(tmp_path: Path, day: str) -> None:
    old = make_authority("Old Heath Council", slug="old", ends_on=dt.date(2019, 3, 31))
    older = make_authority("Older Heath Council", slug="older", ends_on=dt.date(2019, 3, 31))
    new = make_authority("New Heath Council", slug="new", starts_on=dt.date(2019, 4, 1))
    for council in (old, older):
        council.successors.add(new)
    rows = [f"20 001 23{i},{slug},housing,,{day},,,,," for i, slug in enumerate(("old", "new"))]
    expected = {
        "2019-03-31": (
            "row 3, column authority: New Heath Council began on 1 April 2019; its predecessors "
            "are Old Heath Council and Older Heath Council"
        ),
        "2019-04-01": (
            "row 2, column authority: Old Heath Council was abolished on 31 March 2019; its "
            "successor is New Heath Council"
        ),
    }
    path = write(tmp_path, table(CASEWORK, *rows))
    assert refused("import_casework", path) == [expected[day]]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "20 001 234,example,housing,,2020-05-01,not_upheld,2020-09-01,no,,",
            "outcome: not_upheld, though the compliance outcome satisfied is stored, which only an "
            "upheld complaint has",
        ),
        (
            "20 001 234,example,housing,,2020-09-02,,,,,",
            "received_on: 2020-09-02 is after the decision stored for 2020-09-01",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,upheld,2020-12-02,,,",
            "decided_on: 2020-12-02 is after the compliance outcome stored for 2020-12-01",
        ),
        (
            "20 001 234,example,housing,,2020-05-01,,,,satisfied,2020-08-31",
            "compliance_recorded_on: 2020-08-31 is before the decision of 2020-09-01",
        ),
    ],
)
def test_casework_row_that_does_not_fit_what_is_stored_is_refused(
    example: Authority, tmp_path: Path, row: str, problem: str
) -> None:
    stored_row = UPHELD.replace("20 001 235", "20 001 234").replace(",yes,", ",no,")
    take_in("import_casework", write(tmp_path, table(CASEWORK, stored_row)))
    path = write(tmp_path, table(CASEWORK, row))
    assert refused("import_casework", path) == [f"row 2, column {problem}"]


def test_casework_upheld_case_with_a_remedy_stays_upheld(
    example: Authority, tmp_path: Path
) -> None:
    make_decision(
        example, reference="20 001 234", received_on=dt.date(2020, 5, 1),
        decided_on=dt.date(2020, 9, 1), is_remedied_by_authority=True,
    )  # fmt: skip
    row = "20 001 234,example,housing,,2020-05-01,not_upheld,2020-09-01,,,"
    assert refused("import_casework", write(tmp_path, table(CASEWORK, row))) == [
        "row 2, column outcome: not_upheld, though a remedy by the authority is stored, which only "
        "an upheld complaint has; write no in remedied_by_authority"
    ]


def test_casework_upheld_case_with_recommendations_stays_upheld(
    example: Authority, tmp_path: Path
) -> None:
    _, decision = [
        make_decision(
            example, reference=f"20 001 23{i}", received_on=dt.date(2020, 5, 1),
            decided_on=dt.date(2020, 9, 1),
        )
        for i in range(2)
    ]  # fmt: skip
    make_recommendation(decision)
    rows = [f"20 001 23{i},example,housing,,2020-05-01,not_upheld,2020-09-01,,," for i in range(2)]
    assert refused("import_casework", write(tmp_path, table(CASEWORK, *rows))) == [
        "row 3, column outcome: not_upheld, though recommendations are stored, which only an "
        "upheld complaint has"
    ]
    assert take_in("import_casework", write(tmp_path, table(CASEWORK, rows[0]))) == (
        "file.csv: 0 new, 1 changed, 0 unchanged."
    )


def test_casework_superseded_decision_is_not_overtaken(example: Authority, tmp_path: Path) -> None:
    make_decision(
        example, reference="20 001 234", received_on=dt.date(2020, 5, 1), is_standing=False,
        decided_on=dt.date(2020, 6, 1),
    )  # fmt: skip
    row = "20 001 234,example,housing,,2020-06-02,not_upheld,2020-09-01,,,"
    assert refused("import_casework", write(tmp_path, table(CASEWORK, row))) == [
        "row 2, column received_on: 2020-06-02 is after the superseded decision stored for "
        "2020-06-01"
    ]
    path = write(tmp_path, table(CASEWORK, row.replace("2020-06-02", "2020-06-01")))
    take_in("import_casework", path)
    assert list(
        Decision.objects.order_by("pk").values_list("is_standing", "outcome", "received_on")
    ) == [
        (False, "upheld", dt.date(2020, 6, 1)),
        (True, "not_upheld", dt.date(2020, 6, 1)),
    ]


def test_casework_of_several_lots_is_taken_whole_or_not_at_all(
    example: Authority, tmp_path: Path
) -> None:
    rows = [f"21{i:06},example,housing,,2021-05-01,,,,," for i in range(2_001)]
    path = write(tmp_path, table(CASEWORK, *rows, "x,example,housing,,2021-05-01,,,,,"))
    assert refused("import_casework", path) == [
        "row 2003, column reference: x is not a reference; write YY NNN NNN"
    ]
    path = write(tmp_path, table(CASEWORK, *rows))
    assert take_in("import_casework", path) == "file.csv: 2,001 new, 0 changed, 0 unchanged."
    assert Complaint.objects.count() == 2_001


def test_casework_queries_do_not_grow_with_rows(example: Authority, tmp_path: Path) -> None:
    counts = []
    for start, number in ((0, 1), (500, 300)):
        rows = [f"21{start + i:06},example,housing,,2021-05-01,,,,," for i in range(number)]
        path = write(tmp_path, table(CASEWORK, *rows))
        with CaptureQueriesContext(connection) as queries:
            take_in("import_casework", path)
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_casework_changed_between_check_and_write_is_refused(
    example: Authority, tmp_path: Path
) -> None:
    complaint = make_complaint(example, reference="20 001 234", received_on=dt.date(2020, 5, 1))
    row = "20 001 234,example,housing,,2020-05-01,not_upheld,2020-09-01,,,"
    path = write(tmp_path, table(CASEWORK, row))

    def somebody_else_decides(doing: str, rows: int) -> None:
        if doing == "Checked":
            decision = Decision.objects.create(
                complaint=complaint, authority=example, category=complaint.category,
                received_on=complaint.received_on, outcome="upheld",
                decided_on=dt.date(2020, 8, 1),
            )  # fmt: skip
            make_recommendation(decision)

    with path.open("rb") as file, pytest.raises(Refused) as caught:
        import_casework(
            file=CsvFile(file, path.name), by=system_user(), today=dt.date(2021, 6, 1),
            progress=somebody_else_decides,
        )  # fmt: skip
    assert caught.value.problems == [
        "row 2, column outcome: not_upheld, though recommendations are stored, which only an "
        "upheld complaint has"
    ]
    assert one("20 001 234").outcome == "upheld"


def test_casework_file_changed_while_it_is_read_is_refused(
    example: Authority, tmp_path: Path
) -> None:
    path = write(tmp_path, table(CASEWORK, OPEN))

    def somebody_else_saves(doing: str, rows: int) -> None:
        if doing == "Checked":
            write(tmp_path, table(CASEWORK, OPEN.replace("Homelessness", "Allocations")))

    with path.open("rb") as file, pytest.raises(Refused) as caught:
        import_casework(
            file=CsvFile(file, path.name), by=system_user(), today=dt.date(2021, 6, 1),
            progress=somebody_else_saves,
        )  # fmt: skip
    assert caught.value.problems == ["file.csv: changed while it was being read; import it again"]
    assert Complaint.objects.count() == 0


def test_casework_refused_by_the_database_itself_is_one_clear_line(
    example: Authority, tmp_path: Path
) -> None:
    rows = [f"21{i:06},example,housing,,2021-05-01,,,,," for i in range(1_001)]
    path = write(tmp_path, table(CASEWORK, *rows))

    def somebody_else_ends_it(doing: str, rows: int) -> None:
        if doing == "Stored":
            Authority.objects.update(ends_on=dt.date(2020, 4, 30))

    with path.open("rb") as file, pytest.raises(Refused) as caught:
        import_casework(
            file=CsvFile(file, path.name), by=system_user(), today=dt.date(2021, 6, 1),
            progress=somebody_else_ends_it,
        )  # fmt: skip
    assert caught.value.problems == [
        "file.csv: the database refuses these rows: There are complaints received when the "
        "authority would not be in force."
    ]
    assert (Complaint.objects.count(), ImportBatch.objects.count()) == (0, 0)


def test_casework_progress_is_shown_on_a_terminal_only(example: Authority, tmp_path: Path) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    path = write(tmp_path, table(CASEWORK, OPEN))
    out = Terminal()
    call_command("import_casework", str(path), stdout=out)
    assert out.getvalue() == (
        "\rChecked 1 rows\rStored 1 rows\r\x1b[Kfile.csv: 1 new, 0 changed, 0 unchanged.\n"
    )


def test_import_file_that_is_none_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    nowhere = tmp_path / "nowhere.csv"
    assert refused("import_casework", nowhere) == [f"{nowhere}: there is no such file"]
    assert refused("import_casework", tmp_path) == [f"{tmp_path}: a folder, not a file"]
    assert refused("import_casework", tmp_path / "pipe") == [
        f"{tmp_path / 'pipe'}: not a file that can be read twice; save it to disk first"
    ]


def test_import_of_fifty_megabytes_in_a_line_is_refused_in_little_memory(
    example: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(table(CASEWORK, OPEN))
        file.write(b"x" * 50_000_000)
    tracemalloc.start()
    problems = refused("import_casework", path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problems == [
        "row 3: longer than 131,072 bytes; shorten it, or close the quotation mark it may have "
        "left open"
    ]
    assert peak < 10_000_000


KILLED = """
import os, sys, django
django.setup()
import datetime as dt
from pathlib import Path
from casework.actions import import_casework, system_user
from casework.importing import CsvFile

def die(doing, rows):
    if doing == "Stored":
        os._exit(9)

path = Path(sys.argv[1])
import_casework(
    file=CsvFile(path.open("rb"), path.name), by=system_user(), today=dt.date(2021, 6, 1),
    progress=die,
)
"""


def test_casework_import_killed_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    database = tmp_path / "killed.sqlite3"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
    }
    root = Path(__file__).resolve().parents[2]

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=root, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert python("manage.py", "migrate", "-v0").returncode == 0
    councils = root / "casework" / "data" / "authorities.csv"
    assert python("manage.py", "import_authorities", str(councils)).returncode == 0
    rows = [f"21{i:06},leeds-city-council,housing,,2021-05-01,,,,," for i in range(2_500)]
    path = write(tmp_path, table(CASEWORK, *rows))
    assert python("-c", KILLED, str(path)).returncode == 9
    done = python("manage.py", "import_casework", str(path))
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == "file.csv: 2,500 new, 0 changed, 0 unchanged.\n"
    refused = python("manage.py", "import_casework", str(root))
    assert (refused.stdout, refused.returncode) == ("", 1)
    assert refused.stderr == f"CommandError: {root}: a folder, not a file\n"
