import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path

import pytest

from casework.importing.authorities import AUTHORITIES, OTHER_BODIES
from casework.models import Authority, EarlierName, FormerCode, ImportBatch, Population
from tests.casework.files import POPULATIONS, refused, stored, table, take_in, write
from tests.factories import make_authority, make_complaint

pytestmark = pytest.mark.django_db

DATA = Path(__file__).resolve().parents[2] / "casework" / "data"


def file_of(columns: tuple[str, ...], *rows: dict[str, str]) -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, columns)
    writer.writeheader()
    writer.writerows({column: row.get(column, "") for column in columns} for row in rows)
    return target.getvalue().encode()


def council(**values: str) -> dict[str, str]:
    return {
        "slug": "example", "code": "EXA", "gss_code": "E07000901",
        "official_name": "Example District Council", "authority_type": "district",
        "region": "East of England", "region_code": "E12000006", "start_date": "1974-04-01",
    } | values  # fmt: skip


COUNTY = council(
    slug="county", code="CTY", gss_code="E10000901", official_name="Example County Council",
    authority_type="county",
)  # fmt: skip


def test_all_councils_and_other_bodies_of_the_project_load(tmp_path: Path) -> None:
    assert take_in("import_authorities", DATA / "authorities.csv") == (
        "authorities.csv: 409 new, 0 changed, 0 unchanged."
    )
    assert take_in("import_authorities", DATA / "other_bodies.csv") == (
        "other_bodies.csv: 71 new, 0 changed, 0 unchanged."
    )
    compared = ("county", "district", "metropolitan", "unitary", "london_borough")
    in_force = {}
    for day in (
        "2009-03-31", "2009-04-01", "2019-03-31", "2020-03-31", "2020-04-01", "2021-04-01",
        "2024-04-01",
    ):  # fmt: skip
        authorities = Authority.objects.in_force_on(dt.date.fromisoformat(day)).compared()
        counts = Counter(authorities.values_list("authority_type", flat=True))
        in_force[day] = (*(counts[kind] for kind in compared), counts.total())
    assert in_force == {
        "2009-03-31": (34, 238, 36, 47, 33, 388),
        "2009-04-01": (27, 201, 36, 56, 33, 353),
        "2019-03-31": (27, 201, 36, 56, 33, 353),
        "2020-03-31": (26, 192, 36, 56, 33, 343),
        "2020-04-01": (25, 188, 36, 57, 33, 339),
        "2021-04-01": (24, 181, 36, 59, 33, 333),
        "2024-04-01": (21, 164, 36, 63, 33, 317),
    }
    assert Population.objects.count() == 350
    assert FormerCode.objects.count() == 7
    assert EarlierName.objects.count() == 4
    before = stored()
    for name, rows in (("authorities.csv", 409), ("other_bodies.csv", 71)):
        assert take_in("import_authorities", DATA / name) == (
            f"{name}: nothing to change; 0 new, 0 changed, {rows} unchanged."
        )
    assert stored() == before

    def name_in(slug: str, year: int) -> str:
        return Authority.objects.get(slug=slug).name_on(dt.date(year, 3, 31))

    assert name_in("colchester-city-council", 2022) == "Colchester Borough Council"
    assert name_in("colchester-city-council", 2023) == "Colchester City Council"
    lynn = Authority.objects.named("E07000146").get()
    assert lynn.slug == "borough-council-of-kings-lynn-and-west-norfolk"
    assert lynn.name_on(dt.date(2020, 3, 31)) == "King's Lynn & West Norfolk Council"
    assert lynn.county == Authority.objects.get(slug="norfolk-county-council")
    assert Authority.objects.named("E07000097").get().slug == "east-hertfordshire-district-council"
    bedfordshire = Authority.objects.get(slug="bedfordshire-county-council")
    assert set(bedfordshire.successors.values_list("slug", flat=True)) == {
        "bedford-borough-council", "central-bedfordshire-council",
    }  # fmt: skip
    scilly = Authority.objects.get(slug="council-of-the-isles-of-scilly")
    assert (scilly.starts_on, scilly.ends_on) == (None, None)
    assert Authority.objects.get(slug="broads-authority").note == (
        "Statutory body with national park status"
    )


def test_council_is_stored_as_given(tmp_path: Path) -> None:
    row = council(
        county_code="CTY", former_gss_codes="E07000801;E07000802", nice_name="Example",
        letter_name="Example & Sons", official_name_2020="Example Borough Council",
        population="12345", population_year="2020", latitude="51.5", longitude="-0.12345",
        website="https://www.example.org/", alt_names="exampleton;sample", legal_note="A note",
        end_date="2023-03-31", successor_codes="CTY",
    )  # fmt: skip
    path = write(tmp_path, file_of(AUTHORITIES.columns, row, COUNTY))
    assert take_in("import_authorities", path) == "file.csv: 2 new, 0 changed, 0 unchanged."
    authority = Authority.objects.get(slug="example")
    assert (authority.code, authority.gss_code) == ("EXA", "E07000901")
    assert (authority.letter_name, authority.short_name) == ("Example & Sons", "Example")
    assert (authority.region, authority.authority_type) == ("E12000006", "district")
    assert (authority.starts_on, authority.ends_on) == (dt.date(1974, 4, 1), dt.date(2023, 3, 31))
    assert (str(authority.latitude), str(authority.longitude)) == ("51.50000", "-0.12345")
    assert (authority.other_names, authority.note) == ("exampleton;sample", "A note")
    assert authority.county == Authority.objects.get(slug="county")
    assert list(authority.successors.all()) == [authority.county]
    assert [code.gss_code for code in authority.former_codes.all()] == ["E07000801", "E07000802"]
    population = authority.populations.get()
    assert (population.year, population.residents) == (2020, 12345)
    assert population.source == "Office for National Statistics, mid-2020 estimate"
    earlier = authority.earlier_names.get()
    assert (earlier.name, earlier.starts_on, earlier.ends_on) == (
        "Example Borough Council", None, dt.date(2022, 3, 31),
    )  # fmt: skip
    assert ImportBatch.objects.get().kind == "authorities"


def test_council_changes_only_what_a_row_gives(tmp_path: Path) -> None:
    given = council(website="https://example.org", population="5", population_year="2020")
    take_in("import_authorities", write(tmp_path, file_of(AUTHORITIES.columns, given)))
    path = write(tmp_path, file_of(AUTHORITIES.columns, council(end_date="2023-03-31")))
    assert take_in("import_authorities", path) == "file.csv: 0 new, 1 changed, 0 unchanged."
    authority = Authority.objects.get()
    assert (authority.website, authority.ends_on) == ("https://example.org", dt.date(2023, 3, 31))
    more = council(population="6", population_year="2020", former_gss_codes="E07000801")
    path = write(tmp_path, file_of(AUTHORITIES.columns, more))
    assert take_in("import_authorities", path) == "file.csv: 0 new, 1 changed, 0 unchanged."
    assert authority.populations.get().residents == 6


def test_authorities_dry_run_writes_nothing(tmp_path: Path) -> None:
    before = stored()
    path = write(tmp_path, file_of(AUTHORITIES.columns, council()))
    assert take_in("import_authorities", path, dry_run=True) == (
        "file.csv: would be 1 new, 0 changed, 0 unchanged; nothing was written."
    )
    assert stored() == before


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (council(slug="Exa mple"), "slug: Exa mple cannot be used here; write small letters, "
         "digits and single dashes"),
        (council(slug=""), "slug: blank; give a value"),
        (council(gss_code="07000901"), "gss_code: 07000901 cannot be used here; write a capital "
         "letter and eight digits"),
        (council(gss_code="E10000901"), "gss_code: E10000901 is already in row 2"),
        (council(former_gss_codes="E10000901"), "former_gss_codes: E10000901 is already in row 2"),
        (council(code="CTY"), "code: CTY is already in row 2"),
        (council(slug="county"), "slug: county is already in row 2"),
        (council(official_name=""), "official_name: blank; give a value"),
        (council(official_name="x" * 201), "official_name: 201 characters; shorten it to at most "
         "200"),
        (council(region="London"), "region: London is not the region E12000006, East of England"),
        (council(region_code=""), "region_code: blank though region is given; give both or "
         "neither"),
        (council(end_date="1974-03-31"), "end_date: 1974-03-31 is before the first day, "
         "1974-04-01"),
        (council(county_code="ZZZ"), "county_code: ZZZ is no authority's code, neither in this "
         "file nor stored"),
        (council(county_code="EXA"), "county_code: EXA is Example District Council, which is no "
         "county council"),
        (council(successor_codes="CTY;ZZZ"), "successor_codes: ZZZ is no authority's code, neither "
         "in this file nor stored"),
        (council(successor_codes="EXA"), "successor_codes: EXA is the authority itself"),
        (council(population="0", population_year="2020"), "population: 0 is not a whole number "
         "from 1 to 100000000, in digits only"),
        (council(population="5"), "population_year: blank though population is given; give both or "
         "neither"),
        (council(latitude="90.1", longitude="0"), "latitude: 90.1 is not between -90 and 90 "
         "degrees"),
        (council(website="javascript:alert(1)"), "website: javascript:alert(1) is not a web "
         "address; start it with https://"),
        (council(gss_code="E09000901"), "gss_code: E09000901 is Stored Council's"),
        (council(gss_code="E09000902"), "gss_code: E09000902 is Stored Council's"),
        (council(former_gss_codes="E09000901"), "former_gss_codes: E09000901 is Stored "
         "Council's"),
        (council(slug="stored", start_date="2020-05-02"), "start_date: Stored Council has "
         "complaints received before 2020-05-02; move them first"),
        (council(slug="stored", end_date="2020-04-30"), "end_date: Stored Council has complaints "
         "received after 2020-04-30; move them first"),
    ],
)  # fmt: skip
def test_council_wrong_row_is_refused(tmp_path: Path, row: dict[str, str], problem: str) -> None:
    held = make_authority("Stored Council", slug="stored", gss_code="E09000901")
    held.former_codes.create(gss_code="E09000902")
    make_complaint(held, received_on=dt.date(2020, 5, 1))
    if row["slug"] == "stored":
        problem = problem.replace("Stored Council", "Example District Council")
    path = write(tmp_path, file_of(AUTHORITIES.columns, COUNTY, row))
    assert refused("import_authorities", path) == [f"row 3, column {problem}"]


def test_other_body_may_lack_codes_and_first_day(tmp_path: Path) -> None:
    rows = [
        {"slug": f"fire-{i}", "name": f"Fire Authority {i}", "body_type": "fire"} for i in range(2)
    ]
    path = write(tmp_path, file_of(OTHER_BODIES.columns, *rows))
    assert take_in("import_authorities", path) == "file.csv: 2 new, 0 changed, 0 unchanged."
    fire = Authority.objects.get(slug="fire-0")
    assert (fire.code, fire.gss_code, fire.starts_on, fire.region) == (None, None, None, "")
    bad = {"slug": "fire-3", "name": "Fire", "body_type": "brigade"}
    path = write(tmp_path, file_of(OTHER_BODIES.columns, bad))
    assert refused("import_authorities", path) == [
        "row 2, column body_type: brigade is not one of county, district, metropolitan, unitary, "
        "london_borough, combined_authority, strategic_regional_authority, national_park, "
        "regional_park, fire, waste, passenger_transport"
    ]


def test_populations_are_stored_by_code_and_year(tmp_path: Path) -> None:
    authority = make_authority(gss_code="E07000901", population=None)
    authority.former_codes.create(gss_code="E07000801")
    rows = ["E07000901,2019,100,Example estimate", "E07000801,2020,200,Example estimate"]
    path = write(tmp_path, table(POPULATIONS, *rows))
    assert take_in("import_populations", path) == "file.csv: 2 new, 0 changed, 0 unchanged."
    assert take_in("import_populations", path) == (
        "file.csv: nothing to change; 0 new, 0 changed, 2 unchanged."
    )
    path = write(tmp_path, table(POPULATIONS, "E07000901,2020,300,Example estimate"))
    assert take_in("import_populations", path) == "file.csv: 0 new, 1 changed, 0 unchanged."
    assert list(authority.populations.values_list("year", "residents")) == [
        (2020, 300), (2019, 100),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("E07000999,2020,5,x", "gss_code: E07000999 is not an authority known here; give its slug "
         "or GSS code"),
        ("E07000801,2019,5,x", "year: Example District Council already has a population of 2019 in "
         "row 2"),
        ("E07000901,2020,0,x", "population: 0 is not a whole number from 1 to 100000000, in digits "
         "only"),
        ('E07000901,2020,"5,000",x', "population: 5,000 is not a whole number from 1 to 100000000, "
         "in digits only"),
        ("E07000901,2020,5,", "source: blank; give a value"),
        ("E07000901,1800,5,x", "year: 1800 is not a whole number from 1801 to YEAR, in digits "
         "only"),
        ("E07000901,2999,5,x", "year: 2999 is not a whole number from 1801 to YEAR, in digits "
         "only"),
    ],
)  # fmt: skip
def test_population_wrong_row_is_refused(tmp_path: Path, row: str, problem: str) -> None:
    authority = make_authority("Example District Council", gss_code="E07000901", population=None)
    authority.former_codes.create(gss_code="E07000801")
    path = write(tmp_path, table(POPULATIONS, "E07000901,2019,100,x", row))
    year = str(dt.datetime.now(dt.UTC).year)
    assert refused("import_populations", path) == [f"row 3, column {problem.replace('YEAR', year)}"]
