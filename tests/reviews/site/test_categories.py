"""Tables by category and by outcome: their cells, and which are protected in every format."""

import csv
import io
import json

import pytest
from django.test import Client

from casework.choices import Category, Outcome
from tests.factories import make_authority
from tests.reviews.site.builders import correct, hold, make_frozen_round, make_issued, retract
from tests.reviews.site.sheets import sheet

LARGE = dict.fromkeys(Category.values, 40)
UPHELD = dict.fromkeys(Category.values, 30)


def rows(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def cells(row: dict[str, str]) -> list[str]:
    return [row[code] for code in Category.values]


def make_large(slug: str = "a", **changed: int) -> dict[str, object]:
    """The values of a council with many cases in every category; `changed` are received."""
    received = LARGE | changed
    return {
        "received": sum(received.values()),
        "received_by_category": received,
        "upheld": sum(UPHELD.values()),
        "not_upheld": sum(LARGE.values()) - sum(UPHELD.values()),
        "investigated_by_category": LARGE,
        "upheld_by_category": UPHELD,
    }


def test_tables_by_category_have_a_cell_for_each_and_the_total(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority(slug="a"), **make_large())
    for table, count in (
        ("received-by-category", 40),
        ("investigated-by-category", 40),
        ("upheld-by-category", 30),
    ):
        [row] = rows(client, f"/data/2020/{table}.csv")
        assert cells(row) == [str(count)] * 9
        assert (row["slug"], row["total"], row["protected"]) == ("a", str(9 * count), "")


def test_table_by_outcome_has_a_cell_for_each_and_the_total(client: Client) -> None:
    outcomes = {code: number for number, code in enumerate(Outcome.values)}
    make_issued(make_frozen_round(), make_authority(slug="a"), **outcomes)
    [row] = rows(client, "/data/2020/decided-by-outcome.csv")
    assert {code: row[code] for code in Outcome.values} == {
        code: str(number) for code, number in outcomes.items()
    }
    assert row["total"] == "15"


def test_protected_cells_are_empty_null_or_shorthand_and_named(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority(slug="a"), **make_large(housing=2))
    address = "/data/2020/received-by-category"
    [row] = rows(client, f"{address}.csv")
    assert (row["housing"], row["other"], row["planning_and_development"]) == ("", "", "40")
    assert (row["total"], row["protected"]) == ("322", "housing other")
    [plain] = json.loads(client.get(f"{address}.json").content)["rows"]
    assert (plain["housing"], plain["total"], plain["protected"]) == (None, 322, "housing other")
    header, line = sheet(client.get(f"{address}.ods").content, "received-by-category")[2:]
    in_ods = dict(zip(header, line, strict=True))
    assert (in_ods["housing"], in_ods["other"], in_ods["total"]) == ("[c]", "[c]", 322)
    assert in_ods["protected"] == "housing other"


def test_protected_column_is_described_as_a_list_of_codes(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority())
    metadata = json.loads(client.get("/data/2020/upheld-by-category.csv-metadata.json").content)
    described = {column["name"]: column for column in metadata["tableSchema"]["columns"]}
    assert described["protected"]["separator"] == " "
    assert described["protected"]["datatype"]["format"] == "|".join(Category.values)
    assert (described["housing"]["required"], described["total"]["required"]) == (False, True)


def test_cell_protected_in_a_former_version_stays_so_whether_that_is_held_or_not(
    client: Client,
) -> None:
    """5 where 4 was hidden before would say that it was 4."""
    first = make_issued(make_frozen_round(), make_authority(slug="a"), **make_large(housing=4))
    correct(first, **make_large(housing=5))
    for address in ("/data/2020/received-by-category.csv", "/data/all/received-by-category.csv"):
        [row] = rows(client, address)
        assert (row["total"], row["protected"]) == ("325", "housing other")
    hold(first)
    [row] = rows(client, "/data/2020/received-by-category.csv")
    assert row["protected"] == "housing other"


def test_what_becomes_of_one_council_changes_no_cell_of_another(client: Client) -> None:
    round_ = make_frozen_round()
    make_issued(round_, make_authority(slug="a"), **make_large(housing=2))
    other = make_issued(round_, make_authority(slug="b"), **make_large(housing=2))
    address = "/data/2020/received-by-category.csv"
    alone = rows(client, address)[0]
    held = hold(other)
    assert rows(client, address) == [alone]
    held.released_at, held.released_by = held.held_at, held.held_by
    held.save()
    correct(other, **make_large(housing=90))
    assert rows(client, address)[0] == alone
    retract(other)
    assert rows(client, address)[0] == alone


@pytest.mark.parametrize("table", ["statistics", "averages", "upheld-by-category"])
def test_file_of_all_years_has_the_rows_of_each_year_in_order(client: Client, table: str) -> None:
    authority = make_authority(slug="a")
    for year in (2020, 2019):
        make_issued(make_frozen_round(year), authority, upheld=year)
    make_frozen_round(2018)  # nothing of it is issued
    found = rows(client, f"/data/all/{table}.csv")
    assert [row["year_ending"] for row in found] == ["2019", "2020"]
    by_year = [row for year in (2019, 2020) for row in rows(client, f"/data/{year}/{table}.csv")]
    assert [{key: row[key] for key in by_year[0]} for row in found] == by_year


def test_json_of_all_years_tells_each_year_and_every_break(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority(slug="a"))
    content = json.loads(client.get("/data/all/averages.json").content)
    assert content["meta"]["years"] == [
        {
            "year_ending": 2020,
            "period_start": "2019-04-01",
            "period_end": "2020-03-31",
            "published_at": "2020-07-29T00:00:00+01:00",
            "method_version": "1",
        }
    ]
    assert [(each["year_ending"], each["measures"]) for each in content["meta"]["breaks"]] == [
        (2021, ["decided", "received"]),
        (2023, ["remedied", "uphold"]),
    ]
    assert list(content["rows"][0])[:4] == [
        "year_ending", "period_start", "period_end", "authority_type",
    ]  # fmt: skip


def test_file_of_all_years_is_there_before_anything_is_published(client: Client) -> None:
    assert rows(client, "/data/all/statistics.csv") == []
    assert json.loads(client.get("/data/all/statistics.json").content)["rows"] == []
