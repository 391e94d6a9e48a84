"""Files of authorities, the five compared types or other bodies, and of populations."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from casework.choices import AuthorityType, Region
from casework.importing.reading import CsvFile, Problems, Row, Table, shown

AUTHORITIES = Table(
    columns=(
        "slug", "code", "gss_code", "official_name", "nice_name", "official_name_2020",
        "letter_name", "authority_type", "tier", "special", "region", "region_code", "county_code",
        "county_name", "combined_authority_code", "population", "population_year", "latitude",
        "longitude", "point_method", "area_km2", "area_basis", "start_date", "start_date_basis",
        "end_date", "successor_codes", "in_force_2020_03_31", "in_force_2024_04_01", "website",
        "govuk_slug", "mhclg_ecode", "snac_code", "former_gss_codes", "alt_names", "legal_note",
        "source",
    ),
)  # fmt: skip
OTHER_BODIES = Table(
    columns=(
        "slug", "code", "gss_code", "name", "body_type", "region_code", "region", "mhclg_ecode",
        "start_date", "end_date", "successor_codes", "website", "note", "source",
    ),
)  # fmt: skip
POPULATIONS = Table(columns=("gss_code", "year", "population", "source"), most=100_000)

_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile("[A-Z0-9]{2,12}")
_GSS_CODE = re.compile("[A-Z][0-9]{8}")
_is_web_address = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """One authority as a file gives it; "", None and () are blank cells.

    `name_2020` is the official name on 31 March 2020, `population` comes with its year.
    """

    number: int
    slug: str
    code: str
    gss_code: str
    official_name: str
    authority_type: str
    region: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    successor_codes: tuple[str, ...]
    website: str
    note: str
    letter_name: str = ""
    short_name: str = ""
    other_names: str = ""
    name_2020: str = ""
    county_code: str = ""
    former_gss_codes: tuple[str, ...] = ()
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    population: int | None = None
    population_year: int | None = None


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """The residents of one authority's area by the estimate of one year."""

    number: int
    gss_code: str
    year: int
    residents: int
    source: str


def read_authorities(
    file: CsvFile, *, problems: Problems, today: dt.date
) -> Iterator[AuthorityRow]:
    """The sound rows of either file of authorities, told by its header."""
    seen: dict[tuple[str, str], int] = {}
    for row in file.rows(AUTHORITIES, OTHER_BODIES, problems=problems):
        if "body_type" in row.cells:
            read = _read_other_body(row)
        else:
            read = _read_council(row, today=today)
        codes = [("slug", read.slug), ("code", read.code), ("gss_code", read.gss_code)]
        codes += [("former_gss_codes", code) for code in read.former_gss_codes]
        for column, value in codes:
            # Present and former codes are one list: each names one authority.
            what = "gss_code" if column == "former_gss_codes" else column
            first = seen.setdefault((what, value), row.number) if value else row.number
            if first != row.number:
                row.refuse(column, f"{value} is already in row {first}")
        if row.is_sound:
            yield read


def read_populations(
    file: CsvFile, *, problems: Problems, today: dt.date
) -> Iterator[PopulationRow]:
    """The sound rows of a populations file; what is wrong with the others goes to `problems`."""
    for row in file.rows(POPULATIONS, problems=problems):
        row.need(*POPULATIONS.columns)
        year = row.number_between("year", 1801, today.year)
        residents = row.number_between("population", 1, 100_000_000)
        source = row.text("source", longest=300)
        if row.is_sound and year and residents:
            yield PopulationRow(
                number=row.number,
                gss_code=row.cells["gss_code"],
                year=year,
                residents=residents,
                source=source,
            )


def _read_council(row: Row, *, today: dt.date) -> AuthorityRow:
    row.need("slug", "official_name", "authority_type")
    population = row.number_between("population", 1, 100_000_000)
    population_year = row.number_between("population_year", 1801, today.year)
    for given, blank in (("population", "population_year"), ("latitude", "longitude")):
        for one, other in ((given, blank), (blank, given)):
            if row.cells[one] and not row.cells[other]:
                row.refuse(other, f"blank though {one} is given; give both or neither")
    starts_on, ends_on = _read_days(row)
    return AuthorityRow(
        number=row.number,
        slug=_read_form(row, "slug", _SLUG, longest=120),
        code=_read_form(row, "code", _CODE, longest=12),
        gss_code=_read_form(row, "gss_code", _GSS_CODE, longest=9),
        official_name=row.text("official_name", longest=200),
        authority_type=row.choice("authority_type", AuthorityType.values),
        region=_read_region(row),
        starts_on=starts_on,
        ends_on=ends_on,
        successor_codes=_read_codes(row, "successor_codes", _CODE),
        website=_read_website(row),
        note=row.text("legal_note", longest=10_000),
        letter_name=row.text("letter_name", longest=200),
        short_name=row.text("nice_name", longest=200),
        other_names=row.text("alt_names", longest=10_000),
        name_2020=row.text("official_name_2020", longest=200),
        county_code=_read_form(row, "county_code", _CODE, longest=12),
        former_gss_codes=_read_codes(row, "former_gss_codes", _GSS_CODE),
        latitude=_read_degrees(row, "latitude", 90),
        longitude=_read_degrees(row, "longitude", 180),
        population=population,
        population_year=population_year,
    )


def _read_other_body(row: Row) -> AuthorityRow:
    row.need("slug", "name", "body_type")
    starts_on, ends_on = _read_days(row)
    return AuthorityRow(
        number=row.number,
        slug=_read_form(row, "slug", _SLUG, longest=120),
        code=_read_form(row, "code", _CODE, longest=12),
        gss_code=_read_form(row, "gss_code", _GSS_CODE, longest=9),
        official_name=row.text("name", longest=200),
        authority_type=row.choice("body_type", AuthorityType.values),
        region=_read_region(row),
        starts_on=starts_on,
        ends_on=ends_on,
        successor_codes=_read_codes(row, "successor_codes", _CODE),
        website=_read_website(row),
        note=row.text("note", longest=10_000),
    )


def _read_days(row: Row) -> tuple[dt.date | None, dt.date | None]:
    starts_on, ends_on = row.date("start_date"), row.date("end_date")
    if starts_on and ends_on and ends_on < starts_on:
        row.refuse("end_date", f"{ends_on} is before the first day, {starts_on}")
    return starts_on, ends_on


def _read_form(row: Row, column: str, form: re.Pattern[str], *, longest: int) -> str:
    value = row.text(column, longest=longest)
    if value and not form.fullmatch(value):
        row.refuse(column, f"{shown(value)} cannot be used here; {_FORMS[form]}")
        return ""
    return value


def _read_codes(row: Row, column: str, form: re.Pattern[str]) -> tuple[str, ...]:
    """Codes separated by semicolons, each once."""
    values = [value.strip() for value in row.cells[column].split(";") if value.strip()]
    for value in values:
        if not form.fullmatch(value):
            row.refuse(column, f"{shown(value)} cannot be used here; {_FORMS[form]}")
    return tuple(dict.fromkeys(values))


_FORMS = {
    _SLUG: "write small letters, digits and single dashes",
    _CODE: "write 2 to 12 capital letters and digits",
    _GSS_CODE: "write a capital letter and eight digits",
}


def _read_region(row: Row) -> str:
    code = row.choice("region_code", Region.values)
    name = row.cells["region"]
    if code and name and name != Region(code).label:
        row.refuse("region", f"{shown(name)} is not the region {code}, {Region(code).label}")
    elif name and not row.cells["region_code"]:
        row.refuse("region_code", "blank though region is given; give both or neither")
    return code


def _read_website(row: Row) -> str:
    value = row.text("website", longest=200)
    if value:
        try:
            _is_web_address(value)
        except ValidationError:
            row.refuse("website", f"{shown(value)} is not a web address; start it with https://")
    return value


def _read_degrees(row: Row, column: str, most: int) -> Decimal | None:
    degrees = row.decimal(
        column, r"-?[0-9]{1,3}(\.[0-9]{1,5})?", "write degrees with at most five decimals"
    )
    if degrees is not None and abs(degrees) > most:
        row.refuse(column, f"{degrees} is not between -{most} and {most} degrees")
        return None
    return degrees
