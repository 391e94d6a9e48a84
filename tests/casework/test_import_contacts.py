import datetime as dt
from pathlib import Path

import pytest

from casework.importing.contacts import CONTACTS as TABLE
from casework.models import Authority, Contact
from tests.casework.files import CONTACTS, refused, stored, table, take_in, write
from tests.factories import make_authority

pytestmark = pytest.mark.django_db

FIRST = "example,chief_executive,Ms,Fictional,Example,Chief Executive,chief@example.org,2015-04-01,"
OTHER = "example,chief_executive,,Invented,Specimen,,,2020-04-01,"


@pytest.fixture
def example() -> Authority:
    return make_authority("Example District Council", slug="example", gss_code="E07000001")


def days() -> list[tuple[str, dt.date, dt.date | None]]:
    return list(
        Contact.objects.order_by("starts_on").values_list("surname", "starts_on", "ends_on")
    )


def test_contacts_are_stored_as_given(example: Authority, tmp_path: Path) -> None:
    link = FIRST.replace("chief_executive", "link_officer").replace("example,", "E07000001,", 1)
    assert take_in("import_contacts", write(tmp_path, table(CONTACTS, FIRST, link))) == (
        "file.csv: 2 new, 0 changed, 0 unchanged."
    )
    chief = Contact.objects.get(role="chief_executive")
    assert (chief.authority, chief.title, chief.forenames, chief.surname) == (
        example, "Ms", "Fictional", "Example",
    )  # fmt: skip
    assert (chief.job_title, chief.email) == ("Chief Executive", "chief@example.org")
    assert (chief.starts_on, chief.ends_on) == (dt.date(2015, 4, 1), None)
    before = stored()
    assert take_in("import_contacts", write(tmp_path, table(CONTACTS, FIRST, link))) == (
        "file.csv: nothing to change; 0 new, 0 changed, 2 unchanged."
    )
    assert stored() == before


def test_contacts_dry_run_writes_nothing(example: Authority, tmp_path: Path) -> None:
    before = stored()
    take_in("import_contacts", write(tmp_path, table(CONTACTS, FIRST)), dry_run=True)
    assert stored() == before


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_contacts_one_leaves_and_the_next_comes_in_one_file(
    example: Authority, tmp_path: Path, order: slice
) -> None:
    take_in("import_contacts", write(tmp_path, table(CONTACTS, FIRST)))
    rows = [FIRST + "2020-03-31", OTHER][order]
    assert take_in("import_contacts", write(tmp_path, table(CONTACTS, *rows))) == (
        "file.csv: 1 new, 1 changed, 0 unchanged."
    )
    assert days() == [
        ("Example", dt.date(2015, 4, 1), dt.date(2020, 3, 31)),
        ("Specimen", dt.date(2020, 4, 1), None),
    ]


def test_contacts_days_move_from_one_to_the_other(example: Authority, tmp_path: Path) -> None:
    """The middle one leaves earlier and the first one stays longer: no order of rows helps."""
    rows = [FIRST + "2016-03-31", OTHER.replace("2020-04-01,", "2018-04-01,2020-03-31")]
    take_in("import_contacts", write(tmp_path, table(CONTACTS, *rows)))
    rows = [
        FIRST + "2018-03-31",
        OTHER.replace("2020-04-01,", "2018-04-01,2018-12-31"),
        OTHER.replace("2020-04-01,", "2019-01-01,"),
    ]
    take_in("import_contacts", write(tmp_path, table(CONTACTS, *rows)))
    assert [end for _, _, end in days()] == [dt.date(2018, 3, 31), dt.date(2018, 12, 31), None]


def test_contacts_two_holders_in_a_file_are_refused(example: Authority, tmp_path: Path) -> None:
    path = write(tmp_path, table(CONTACTS, OTHER, FIRST + "2020-04-01"))
    assert refused("import_contacts", path) == [
        "row 2, column from: on some of these days row 3 holds this role too; end the earlier one "
        "in column to"
    ]
    path = write(tmp_path, table(CONTACTS, OTHER, FIRST + "2020-03-31"))
    assert take_in("import_contacts", path) == "file.csv: 2 new, 0 changed, 0 unchanged."


def test_contacts_holder_beside_a_stored_one_is_refused(example: Authority, tmp_path: Path) -> None:
    take_in("import_contacts", write(tmp_path, table(CONTACTS, FIRST)))
    assert refused("import_contacts", write(tmp_path, table(CONTACTS, OTHER))) == [
        "row 2, column from: on some of these days the one stored from 2015-04-01 holds this role "
        "too; end the earlier one in column to"
    ]
    earlier = OTHER.replace("2020-04-01", "2014-04-01")
    assert refused("import_contacts", write(tmp_path, table(CONTACTS, earlier))) == [
        "row 2, column to: on some of these days the one stored from 2015-04-01 holds this role "
        "too; end the earlier one in column to"
    ]
    link = OTHER.replace("chief_executive", "link_officer")
    assert take_in("import_contacts", write(tmp_path, table(CONTACTS, link))) == (
        "file.csv: 1 new, 0 changed, 0 unchanged."
    )


def test_contacts_same_holder_twice_is_refused(example: Authority, tmp_path: Path) -> None:
    path = write(tmp_path, table(CONTACTS, FIRST, FIRST.replace("example,", "E07000001,", 1)))
    assert refused("import_contacts", path) == [
        "row 3, column from: row 2 has the same authority, role and first day"
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (FIRST.replace("example,", "nowhere,", 1), "authority: nowhere is not an authority known "
         "here; give its slug or GSS code"),
        (FIRST.replace("chief_executive", "mayor"), "role: mayor is not one of chief_executive, "
         "link_officer, monitoring_officer"),
        (FIRST.replace(",Example,", ",,"), "surname: blank; give a value"),
        (FIRST.replace("Ms", "x" * 41), "title: 41 characters; shorten it to at most 40"),
        (FIRST.replace("chief@example.org", "chief at example"), "email: chief at example is not "
         "an e-mail address"),
        (FIRST.replace("2015-04-01", ""), "from: blank; give a value"),
        (FIRST + "2015-03-31", "to: 2015-03-31 is before the first day, 2015-04-01"),
    ],
)  # fmt: skip
def test_contact_wrong_row_is_refused(
    example: Authority, tmp_path: Path, row: str, problem: str
) -> None:
    assert refused("import_contacts", write(tmp_path, table(CONTACTS, row))) == [
        f"row 2, column {problem}"
    ]


def test_contact_in_office_for_one_day_is_taken(example: Authority, tmp_path: Path) -> None:
    path = write(tmp_path, table(CONTACTS, FIRST + "2015-04-01"))
    assert take_in("import_contacts", path) == "file.csv: 1 new, 0 changed, 0 unchanged."


def test_contact_longest_texts_fit_the_columns(example: Authority, tmp_path: Path) -> None:
    row = {"authority": "example", "role": "link_officer", "from": "2020-04-01", "to": ""}
    columns = ("title", "forenames", "surname", "job_title")
    lengths = {f.name: f.max_length or 0 for f in Contact._meta.fields if f.name in columns}
    row |= {column: "x" * length for column, length in lengths.items()}
    row["email"] = "x" * 60 + "@example.org"
    path = write(tmp_path, table(CONTACTS, ",".join(row[column] for column in TABLE.columns)))
    assert take_in("import_contacts", path) == "file.csv: 1 new, 0 changed, 0 unchanged."
    for column in lengths:
        longer = row | {column: row[column] + "x"}
        path = write(tmp_path, table(CONTACTS, ",".join(longer[c] for c in TABLE.columns)))
        assert len(refused("import_contacts", path)) == 1
