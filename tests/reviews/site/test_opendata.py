"""Open data: columns, states, empty cells and nulls, and the description of every column."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from casework.choices import Region
from reviews.models import Demonstration, TypeAverage
from tests.factories import make_authority, make_round
from tests.reviews.site.builders import (
    PUBLISHED_AT,
    SPECIMEN,
    correct,
    make_frozen_round,
    make_issued,
    make_summary,
)

STATISTICS = (
    "gss_code,slug,authority,authority_type,year_ending,period_start,period_end,"
    "complaints_received,decided,not_for_us,assessed_and_closed,investigated,"
    "upheld,not_upheld,uphold_percent,uphold_percent_low,uphold_percent_high,"
    "uphold_percent_similar,uphold_state,"
    "population,population_year,upheld_per_100k,upheld_per_100k_similar,per_100k_state,"
    "compliance_outcomes,complied,complied_late,compliance_percent,compliance_percent_low,"
    "compliance_percent_high,compliance_percent_similar,compliance_state,"
    "remedied_by_authority,remedied_percent,remedied_percent_low,remedied_percent_high,"
    "remedied_percent_similar,remedied_state,"
    "uphold_similar_state,compliance_similar_state,remedied_similar_state,"
    "letter_version,letter_sha256"
)
WHO = "gss_code,slug,authority,authority_type,year_ending,period_start,period_end"
CATEGORIES = (
    f"{WHO},adult_care_services,benefits_and_tax,corporate_and_other,"
    "education_and_childrens_services,environment_and_regulation,highways_and_transport,housing,"
    "planning_and_development,other,total,protected"
)
OUTCOMES = (
    f"{WHO},invalid_or_incomplete,advice_given,referred_back,closed_after_initial_enquiries,"
    "not_upheld,upheld,total"
)
AVERAGES = (
    "authority_type,investigated,upheld,uphold_percent,compliance_outcomes,complied,"
    "compliance_percent,remedied_by_authority,remedied_percent,population,upheld_per_100k,councils"
)


def rows(client: Client, address: str = "/data/2020/statistics.csv") -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def test_statistics_of_the_specimen(client: Client) -> None:
    authority = make_authority(
        'King\'s Lynn & "West" Norfolk, Council',
        slug="lynn",
        gss_code="E07000146",
        region=Region.EAST,
    )
    make_issued(make_frozen_round(), authority, **SPECIMEN)
    digest = hashlib.sha256(b"%PDF-1.7 lynn 2020 1").hexdigest()
    assert client.get("/data/2020/statistics.csv").content.decode() == (
        f"{STATISTICS}\n"
        'E07000146,lynn,"King\'s Lynn & ""West"" Norfolk, Council",district,2020,2019-04-01,'
        "2020-03-31,3,2,0,0,2,"
        "0,2,0,0.0,65.8,45,value,151245,2019,0.0,0.8,value,"
        "0,0,0,,,,99,none_due,0,,,,10,none_upheld,value,value,value,"
        f"1,{digest}\n"
    )


def test_statistics_as_json_have_numbers_and_nulls(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority(slug="a", gss_code=None), **SPECIMEN)
    content = json.loads(client.get("/data/2020/statistics.json").content)
    assert list(content) == ["meta", "rows"]
    [row] = content["rows"]
    assert ",".join(row) == STATISTICS
    assert {key: row[key] for key in ("gss_code", "uphold_percent", "compliance_percent")} == {
        "gss_code": None,
        "uphold_percent": 0,
        "compliance_percent": None,
    }
    assert (row["uphold_percent_high"], row["period_start"]) == (65.8, "2019-04-01")
    assert content["meta"] == {
        "name": "statistics",
        "title": "Annual statistics of each authority",
        "description": (
            "One row for every authority of the year's review: counts, rates and averages."
        ),
        "year_ending": 2020,
        "period_start": "2019-04-01",
        "period_end": "2020-03-31",
        "published_at": "2020-07-29T00:00:00+01:00",
        "method_version": "1",
        "licence": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "notice": None,
    }


def test_statistics_of_a_full_year_round_halves_up(client: Client) -> None:
    make_issued(
        make_frozen_round(),
        make_authority(slug="a"),
        upheld=24,
        not_upheld=16,
        remedied_by_authority=3,
        satisfied=30,
        satisfied_late=3,
        not_satisfied=7,
        ceased=5,
        advice_given=1,
        referred_back=2,
        invalid_or_incomplete=4,
        closed_after_initial_enquiries=8,
        population=240_000,
    )
    [row] = rows(client)
    assert {
        key: row[key]
        for key in (
            "decided", "not_for_us", "assessed_and_closed", "investigated", "uphold_percent",
            "compliance_outcomes", "complied", "complied_late", "compliance_percent",
            "remedied_percent", "upheld_per_100k",
        )
    } == {
        "decided": "55", "not_for_us": "7", "assessed_and_closed": "8", "investigated": "40",
        "uphold_percent": "60", "compliance_outcomes": "40", "complied": "33",
        "complied_late": "3", "compliance_percent": "83", "remedied_percent": "13",
        "upheld_per_100k": "10.0",
    }  # fmt: skip


def test_states_say_why_there_is_no_figure(client: Client) -> None:
    round_ = make_frozen_round()
    park = make_authority(slug="park", authority_type="national_park", population=None)
    make_issued(round_, park, upheld=1, gss_code="")
    make_issued(round_, make_authority(slug="uncounted"), population=None, population_year=None)
    make_issued(
        round_,
        make_authority(slug="lonely"),
        upheld=1,
        similar_investigated=0,
        similar_upheld=0,
        similar_compliance_outcomes=0,
        similar_complied=0,
        similar_remedied_by_authority=0,
    )
    states = {
        row["slug"]: [value for key, value in row.items() if key.endswith("_state")]
        for row in rows(client)
    }
    assert states == {
        "lonely": [
            *("value", "value", "none_due", "value"),
            *("none_in_group", "none_in_group", "none_in_group"),
        ],
        "park": [
            *("value", "not_applicable", "none_due", "value"),
            *("no_comparison", "no_comparison", "no_comparison"),
        ],
        "uncounted": [
            *("none_investigated", "no_population", "none_due", "none_upheld"),
            *("value", "value", "value"),
        ],
    }
    park_row = rows(client)[1]
    assert [key for key, value in park_row.items() if not value] == [
        *("gss_code", "uphold_percent_similar"),
        *("population", "population_year", "upheld_per_100k", "upheld_per_100k_similar"),
        *("compliance_percent", "compliance_percent_low", "compliance_percent_high"),
        *("compliance_percent_similar", "remedied_percent_similar"),
    ]


def test_corrected_row_stands_in_for_the_first(client: Client) -> None:
    first = make_issued(make_frozen_round(), make_authority(slug="a"), **SPECIMEN)
    correct(first, not_upheld=1, upheld=1)
    [row] = rows(client)
    digest = hashlib.sha256(b"%PDF-1.7 a 2020 2").hexdigest()
    assert (row["uphold_percent"], row["letter_version"], row["letter_sha256"]) == (
        "50",
        "2",
        digest,
    )
    assert rows(client, "/data/2020/manifest.csv") == [
        {"authority": "a", "file": "2020-a.pdf", "bytes": "17", "sha256": digest}
    ]


def test_averages_have_a_row_for_each_type(client: Client) -> None:
    round_ = make_frozen_round()
    assert round_.freeze
    TypeAverage.objects.create(
        freeze=round_.freeze,
        authority_type="county",
        councils=1,
        investigated=0,
        upheld=0,
        compliance_outcomes=0,
        complied=0,
        remedied_by_authority=0,
        population=None,
    )
    make_issued(round_, make_authority())
    assert client.get("/data/2020/averages.csv").content.decode() == (
        f"{AVERAGES}\n"
        "county,0,0,,0,0,,0,,,,1\n"
        "district,400,180,45,150,149,99,18,10,22000000,0.8,192\n"
    )


@pytest.mark.parametrize(
    ("address", "columns", "key"),
    [
        ("2020/statistics", STATISTICS, "slug"),
        ("2020/averages", AVERAGES, "authority_type"),
        ("2020/received-by-category", CATEGORIES, "slug"),
        ("2020/investigated-by-category", CATEGORIES, "slug"),
        ("2020/upheld-by-category", CATEGORIES, "slug"),
        ("2020/decided-by-outcome", OUTCOMES, "slug"),
        ("all/statistics", STATISTICS, ["year_ending", "slug"]),
        (
            "all/averages",
            f"year_ending,period_start,period_end,{AVERAGES}",
            ["year_ending", "authority_type"],
        ),
    ],
)
def test_metadata_describes_every_column(
    client: Client, address: str, columns: str, key: str | list[str]
) -> None:
    make_issued(make_frozen_round(), make_authority())
    response = client.get(f"/data/{address}.csv-metadata.json")
    table = address.partition("/")[2]
    header = client.get(f"/data/{address}.csv").content.decode().splitlines()[0]
    assert header == columns
    metadata = json.loads(response.content)
    assert metadata["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    assert metadata["url"] == f"{table}.csv"
    described = metadata["tableSchema"]["columns"]
    assert ",".join(column["name"] for column in described) == columns
    assert [c["name"] for c in described if not c["dc:description"] or not c["datatype"]] == []
    assert metadata["tableSchema"]["primaryKey"] == key


def test_files_say_that_they_are_a_demonstration(client: Client) -> None:
    make_issued(make_frozen_round(), make_authority())
    Demonstration.objects.create(made_at=PUBLISHED_AT)
    notice = "Demonstration data: real councils and published totals, invented cases."
    meta = json.loads(client.get("/data/2020/averages.json").content)["meta"]
    assert meta["notice"] == notice
    metadata = json.loads(client.get("/data/2020/averages.csv-metadata.json").content)
    assert metadata["dc:description"].endswith(notice)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("statistics.csv", "text/csv; charset=utf-8"),
        ("statistics.json", "application/json"),
        ("statistics.csv-metadata.json", "application/csvm+json"),
        ("statistics.ods", "application/vnd.oasis.opendocument.spreadsheet"),
        ("manifest.csv", "text/csv; charset=utf-8"),
    ],
)
def test_file_is_named_and_typed(client: Client, name: str, content_type: str) -> None:
    make_issued(make_frozen_round(), make_authority())
    response = client.get(f"/data/2020/{name}")
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="2020-{name}"'
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert name.endswith("ods") or b"\r" not in response.content
    assert not response.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "name",
    [
        *("2020/statistics.csv", "2020/averages.json", "2020/statistics.csv-metadata.json"),
        *("2020/manifest.csv", "2020/upheld-by-category.ods", "all/statistics.csv"),
        *("all/averages.ods", "changes.csv", "openapi.json"),
    ],
)
def test_unknown_parameter_is_refused_with_a_sentence(client: Client, name: str) -> None:
    make_issued(make_frozen_round(), make_authority())
    response = client.get(f"/data/{name}?year=2019")
    assert (response.status_code, response.headers["Content-Type"]) == (
        400,
        "text/plain; charset=utf-8",
    )
    assert response.content.decode() == (
        "This file takes no query parameters: ask for its address without the question mark and "
        "what follows it.\n"
    )


@pytest.mark.parametrize("address", ["/data/2020/people.csv", "/data/20/statistics.csv"])
def test_unknown_file_is_not_found(client: Client, address: str) -> None:
    make_issued(make_frozen_round(), make_authority())
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("councils", [1, 3])
def test_files_ask_a_fixed_number_of_queries(client: Client, councils: int) -> None:
    for year in range(2020, 2020 - councils, -1):
        round_ = make_frozen_round(year)
        for _ in range(councils):
            correct(make_issued(round_, make_authority(), **SPECIMEN))
    counts = {}
    expected = {
        "2020/statistics.csv": 2, "2020/statistics.json": 3, "2020/statistics.ods": 3,
        "2020/averages.csv": 2, "2020/manifest.csv": 2, "2020/decided-by-outcome.csv": 2,
        "2020/received-by-category.csv": 3, "2020/upheld-by-category.ods": 4,
        "2020/statistics.csv-metadata.json": 2,
        "all/statistics.csv": 4, "all/averages.json": 5, "all/upheld-by-category.ods": 5,
        "all/averages.csv-metadata.json": 1, "changes.csv": 7, "openapi.json": 0,
    }  # fmt: skip
    for name in expected:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/data/{name}").status_code == 200
        counts[name] = len(queries)
    assert counts == expected


def test_command_writes_what_the_site_will_show(client: Client, tmp_path: Path) -> None:
    make_issued(make_frozen_round(), make_authority(slug="a"), **SPECIMEN)
    call_command("export_open_data", "2020", "--to", str(tmp_path / "new" / "folder"))
    written = {path.name: path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir()}
    assert sorted(written) == sorted(
        f"{table}.{ending}"
        for table in ("averages", "statistics", "received-by-category", "decided-by-outcome",
                      "investigated-by-category", "upheld-by-category")
        for ending in ("csv", "csv-metadata.json", "json", "ods")
    )  # fmt: skip
    for name, content in written.items():
        assert content == client.get(f"/data/2020/{name}").content, name


def test_command_gives_staff_rows_before_issue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_summary(make_frozen_round(), make_authority(slug="a"), **SPECIMEN)
    call_command("export_open_data", "2020", "--to", str(tmp_path))
    assert capsys.readouterr().out == f"Wrote 24 files of open data to {tmp_path}.\n"
    [row] = csv.DictReader((tmp_path / "statistics.csv").open(newline=""))
    assert (row["uphold_percent"], row["letter_version"], row["letter_sha256"]) == ("0", "", "")


def test_command_refuses_a_round_that_is_not_frozen(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no round 2020"):
        call_command("export_open_data", "2020", "--to", str(tmp_path))
    make_round()
    with pytest.raises(CommandError, match="The round 2020 is not frozen yet"):
        call_command("export_open_data", "2020", "--to", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_command_refuses_a_place_it_cannot_write_to(tmp_path: Path) -> None:
    make_summary(make_frozen_round(), make_authority(slug="a"), **SPECIMEN)
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="The files cannot be written to"):
        call_command("export_open_data", "2020", "--to", str(tmp_path / "file"))
