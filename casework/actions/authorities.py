"""Authorities and populations from files."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from casework.actions.directory import Directory, unknown
from casework.actions.files import CHANGED, NEW, UNCHANGED, FileImport, Plan
from casework.choices import AuthorityType
from casework.importing import (
    AuthorityRow,
    CsvFile,
    PopulationRow,
    Problems,
    read_authorities,
    read_populations,
)
from casework.models import Authority, Complaint, EarlierName, FormerCode, Population

# Names of 31 March 2020 are printed up to the year ending on this day (cities of 2022).
LAST_DAY_OF_2020_NAMES = dt.date(2022, 3, 31)

_FIELDS = (
    "code",
    "gss_code",
    "official_name",
    "letter_name",
    "short_name",
    "other_names",
    "authority_type",
    "region",
    "starts_on",
    "ends_on",
    "website",
    "latitude",
    "longitude",
    "note",
)


@dataclass(slots=True)
class _Change:
    """One authority as it is to be, and what hangs on it; None and empty: stays as it is."""

    authority: Authority
    is_new: bool
    county_code: str
    successor_codes: tuple[str, ...]
    former_codes: list[str]
    earlier_name: str
    population: Population | None
    before: dict[str, Any]

    @property
    def after(self) -> dict[str, Any]:
        """What is to be, named as in `before`; and what is added."""
        return {
            **_values(self.authority),
            "county": self.county_code or self.before.get("county"),
            "successors": "; ".join(self.successor_codes) or self.before.get("successors"),
            "population": _population_text(self.population) or self.before.get("population"),
            "former code": "; ".join(self.former_codes),
            "name in 2020": self.earlier_name,
        }


@dataclass(slots=True)
class AuthorityPlan(Plan):
    changes: list[_Change] = field(default_factory=list)


class AuthorityImport(FileImport[AuthorityRow, AuthorityPlan]):
    """One row an authority, known by its slug; what a row leaves blank stays as it is."""

    kind = "authorities"
    tables = (Authority, EarlierName, FormerCode, Population, Complaint)

    def read(self, file: CsvFile, problems: Problems) -> Iterator[AuthorityRow]:
        return read_authorities(file, problems=problems, today=self.today)

    def plan(self, rows: tuple[AuthorityRow, ...], problems: Problems) -> AuthorityPlan:
        stored = {
            authority.slug: authority
            for authority in Authority.objects.select_related("county").prefetch_related(
                "successors", "former_codes", "earlier_names", "populations"
            )
        }
        plan = AuthorityPlan()
        by_slug = dict(stored)
        for row in rows:
            is_new = row.slug not in stored
            authority = by_slug.setdefault(row.slug, Authority(slug=row.slug))
            change = _plan_authority(row, authority, problems)
            if is_new:
                kind = NEW
                plan.new += 1
            elif change:
                kind = CHANGED
                plan.changed += 1
            else:
                kind = UNCHANGED
                plan.unchanged += 1
            if change:
                plan.changes.append(change)
            before = change.before if change else {}
            self.tell(kind, row.number, row.slug, before, change.after if change else {})
        _check_codes(rows, by_slug, problems)
        return plan

    def write(self, plan: AuthorityPlan) -> None:
        for change in plan.changes:
            if not change.is_new:
                change.authority.save()
        Authority.objects.bulk_create(
            [change.authority for change in plan.changes if change.is_new]
        )
        by_code = {authority.code: authority for authority in Authority.objects.all()}
        for change in plan.changes:
            authority = change.authority
            if change.county_code:
                authority.county = by_code[change.county_code]
                authority.save(update_fields=["county"])
            if change.successor_codes:
                authority.successors.set([by_code[code] for code in change.successor_codes])
            for gss_code in change.former_codes:
                authority.former_codes.create(gss_code=gss_code)
            if change.earlier_name:
                authority.earlier_names.update_or_create(
                    ends_on=LAST_DAY_OF_2020_NAMES, defaults={"name": change.earlier_name}
                )
            if change.population:
                change.population.authority = authority
                change.population.save()


def _plan_authority(row: AuthorityRow, authority: Authority, problems: Problems) -> _Change | None:
    """Puts what the row gives into the authority; None where that changes nothing."""
    is_new = authority._state.adding
    before = {} if is_new else _values(authority)
    for name in _FIELDS:
        given = getattr(row, name)
        if given is not None and given != "":
            setattr(authority, name, given)
    _refuse_reversed_days(row, authority, problems)
    if not is_new:
        _refuse_days_without_its_complaints(row, authority, problems)
    has_changed = _values(authority) != before
    county_code, successor_codes = row.county_code, row.successor_codes
    former_codes = list(row.former_gss_codes)
    name = row.name_2020 if row.name_2020 != authority.official_name else ""
    population: Population | None = None
    if not is_new:
        if authority.county and authority.county.code == county_code:
            county_code = ""
        if {successor.code for successor in authority.successors.all()} == set(successor_codes):
            successor_codes = ()
        known = {former.gss_code for former in authority.former_codes.all()}
        former_codes = [code for code in former_codes if code not in known]
        earlier = [(n.name, n.ends_on) for n in authority.earlier_names.all()]
        if (name, LAST_DAY_OF_2020_NAMES) in earlier:
            name = ""
        population = next(
            (p for p in authority.populations.all() if p.year == row.population_year), None
        )
        before["county"] = authority.county and authority.county.code
        before["successors"] = "; ".join(each.code or "" for each in authority.successors.all())
        before["population"] = _population_text(population)
    population = _plan_population(row, population)
    hangers_on = (county_code, successor_codes, former_codes, name, population)
    if not is_new and not has_changed and not any(hangers_on):
        return None
    return _Change(
        authority=authority,
        is_new=is_new,
        county_code=county_code,
        successor_codes=successor_codes,
        former_codes=former_codes,
        earlier_name=name,
        population=population,
        before=before,
    )


def _values(authority: Authority) -> dict[str, Any]:
    return {name: getattr(authority, name) for name in _FIELDS}


def _population_text(population: Population | None) -> str:
    return f"{population.residents} ({population.year})" if population else ""


def _plan_population(row: AuthorityRow, stored: Population | None) -> Population | None:
    """The population to store; None where the row gives none or the one there is."""
    if row.population is None or row.population_year is None:
        return None
    source = f"Office for National Statistics, mid-{row.population_year} estimate"
    if stored and (stored.residents, stored.source) == (row.population, source):
        return None
    population = stored or Population(year=row.population_year)
    population.residents = row.population
    population.source = source
    return population


def _refuse_reversed_days(row: AuthorityRow, authority: Authority, problems: Problems) -> None:
    """A day given beside one that is stored; two of one row are compared when it is read."""
    if authority.starts_on and authority.ends_on and authority.ends_on < authority.starts_on:
        problems.add(
            f"{authority.ends_on} is before the first day, {authority.starts_on}",
            row=row.number,
            column="end_date" if row.ends_on else "start_date",
        )


def _refuse_days_without_its_complaints(
    row: AuthorityRow, authority: Authority, problems: Problems
) -> None:
    days = (
        ("start_date", row.starts_on, Q(received_on__lt=row.starts_on), "before"),
        ("end_date", row.ends_on, Q(received_on__gt=row.ends_on), "after"),
    )
    for column, day, outside, word in days:
        if day and authority.complaints.filter(outside).exists():
            problems.add(
                f"{authority} has complaints received {word} {day}; move them first",
                row=row.number,
                column=column,
            )


def _check_codes(
    rows: tuple[AuthorityRow, ...], by_slug: dict[str, Authority], problems: Problems
) -> None:
    """Refuses codes that another authority has, and counties and successors nobody knows."""
    by_code: dict[str, Authority] = {}
    by_gss_code: dict[str, Authority] = {}
    for authority in by_slug.values():
        if authority.code:
            by_code.setdefault(authority.code, authority)
        if authority.gss_code:
            by_gss_code.setdefault(authority.gss_code, authority)
        if not authority._state.adding:
            for former in authority.former_codes.all():
                by_gss_code.setdefault(former.gss_code, authority)
    for row in rows:
        authority = by_slug[row.slug]
        if authority.merged_into:
            problems.add(
                f"{row.slug} was merged into {authority.merged_into.slug}; take the row out",
                row=row.number,
                column="slug",
            )
        taken = [("code", row.code, by_code), ("gss_code", row.gss_code, by_gss_code)]
        taken += [("former_gss_codes", code, by_gss_code) for code in row.former_gss_codes]
        for column, code, owners in taken:
            owner = owners.setdefault(code, authority) if code else authority
            if owner is not authority:
                problems.add(f"{code} is {owner}'s", row=row.number, column=column)
        county = by_code.get(row.county_code)
        if row.county_code and county is None:
            problems.add(_no_such(row.county_code), row=row.number, column="county_code")
        elif county and county.authority_type != AuthorityType.COUNTY:
            problems.add(
                f"{row.county_code} is {county}, which is no county council",
                row=row.number,
                column="county_code",
            )
        elif county and county.merged_into:
            problems.add(_merged(county), row=row.number, column="county_code")
        for code in row.successor_codes:
            if code not in by_code:
                problems.add(_no_such(code), row=row.number, column="successor_codes")
            elif by_code[code] is authority:
                problems.add(
                    f"{code} is the authority itself", row=row.number, column="successor_codes"
                )
            elif by_code[code].merged_into:
                problems.add(_merged(by_code[code]), row=row.number, column="successor_codes")


def _merged(authority: Authority) -> str:
    keeper = authority.merged_into
    return (
        f"{authority.code} was merged into {keeper}; write {(keeper and keeper.code) or 'nothing'}"
    )


def _no_such(code: str) -> str:
    return f"{code} is no authority's code, neither in this file nor stored"


@dataclass(slots=True)
class PopulationPlan(Plan):
    new_populations: list[Population] = field(default_factory=list)
    populations: list[Population] = field(default_factory=list)


class PopulationImport(FileImport[PopulationRow, PopulationPlan]):
    """One row an authority's population in one year's estimate."""

    kind = "populations"
    tables = (Authority, Population)

    def __init__(self, *, today: dt.date, reason: str = "") -> None:
        super().__init__(today=today, reason=reason)
        self._directory = Directory()

    def read(self, file: CsvFile, problems: Problems) -> Iterator[PopulationRow]:
        return read_populations(file, problems=problems, today=self.today)

    def plan(self, rows: tuple[PopulationRow, ...], problems: Problems) -> PopulationPlan:
        stored = {
            (population.authority_id, population.year): population
            for population in Population.objects.order_by()
        }
        seen: dict[tuple[int, int], int] = {}
        plan = PopulationPlan()
        for row in rows:
            authority = self._directory.find(row.gss_code)
            if authority is None:
                problems.add(unknown(row.gss_code), row=row.number, column="gss_code")
                continue
            key = (authority.pk, row.year)
            first = seen.setdefault(key, row.number)
            if first != row.number:
                problems.add(
                    f"{authority} already has a population of {row.year} in row {first}",
                    row=row.number,
                    column="year",
                )
                continue
            population = stored.get(key)
            before = (
                {"population": population.residents, "source": population.source}
                if population
                else {}
            )
            if population is None:
                kind = NEW
                plan.new += 1
                population = Population(authority=authority, year=row.year)
                plan.new_populations.append(population)
            elif (population.residents, population.source) == (row.residents, row.source):
                kind = UNCHANGED
                plan.unchanged += 1
            else:
                kind = CHANGED
                plan.changed += 1
                plan.populations.append(population)
            population.residents, population.source = row.residents, row.source
            after = {"population": row.residents, "source": row.source}
            self.tell(kind, row.number, f"{authority.slug}, {row.year}", before, after)
        return plan

    def write(self, plan: PopulationPlan) -> None:
        Population.objects.bulk_update(plan.populations, ["residents", "source"], batch_size=100)
        Population.objects.bulk_create(plan.new_populations)
