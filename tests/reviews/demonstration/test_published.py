"""Published figures against the arithmetic and against the demonstration's targets."""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from reviews.demonstration.councils import PUBLISHED_FIGURES, councils, rows
from reviews.demonstration.provenance import Provenance, provenance
from reviews.demonstration.targets import PUBLISHED_COUNTS, targets
from reviews.demonstration.totals import ABOLISHED, YEARS
from reviews.figures.periods import Period
from reviews.figures.rates import PopulationRate, Rate

ROWS = rows(PUBLISHED_FIGURES)


def counts(row: dict[str, str], part: str, whole: str, percent: str) -> tuple[int, int, int] | None:
    cells = (row[part], row[whole], row[percent])
    return (int(cells[0]), int(cells[1]), int(cells[2])) if all(cells) else None


@pytest.mark.parametrize(
    ("part", "whole", "percent", "number"),
    [
        ("upheld", "investigated", "uphold_percent", 59),
        ("remedied_by_authority", "upheld", "remedied_percent", 19),
    ],
)
def test_published_counts_yield_the_published_percentage(
    part: str, whole: str, percent: str, number: int
) -> None:
    given = [found for row in ROWS if (found := counts(row, part, whole, percent))]
    assert len(given) == number
    assert [(p, w, Rate(p, w).percent) for p, w, _ in given] == given


@pytest.mark.parametrize(("part", "whole", "percent"), [(33, 40, 83), (3, 24, 13), (49, 56, 88)])
def test_published_halves_round_up(part: int, whole: int, percent: int) -> None:
    assert Rate(part, whole).percent == percent


def test_published_parts_add_up() -> None:
    given = [row for row in ROWS if row["dealt_with"]]
    assert len(given) >= 25
    for row in given:
        parts = ("not_for_us", "assessed_and_closed", "investigated")
        assert sum(int(row[part]) for part in parts) == int(row["dealt_with"]), row["authority"]


@pytest.mark.parametrize("year", [2020, 2025])
def test_targets_have_the_published_counts(year: int) -> None:
    checked = 0
    for row in ROWS:
        council = councils()[row["authority"]]
        if int(row["year_ending"]) != year or not council.is_in_force_in(Period(year)):
            continue
        target = targets(year)[council.slug]
        for column, name in PUBLISHED_COUNTS.items():
            if row[column]:
                assert getattr(target, name) == int(row[column]), (council.slug, column)
                checked += 1
        if row["uphold_percent"]:
            rate = Rate(target.upheld, target.investigated)
            assert rate.percent == int(row["uphold_percent"])
        if row["remedied_percent"] and row["upheld"]:
            rate = Rate(target.remedied_by_authority, target.upheld)
            assert rate.percent == int(row["remedied_percent"])
        if row["compliance_percent"]:
            complied = target.compliance_outcomes - target.not_satisfied
            rate = Rate(complied, target.compliance_outcomes)
            assert rate.percent == int(row["compliance_percent"])
    assert checked == (16 if year == 2020 else 98)


def test_only_cumbria_is_published_without_a_row() -> None:
    assert [
        row["authority"]
        for row in ROWS
        if int(row["year_ending"]) in (2020, 2025)
        and row["authority"] not in targets(int(row["year_ending"]))
    ] == ["cumbria-county-council"]


def pooled(figure: Provenance) -> Decimal:
    """The demonstration's own average, rounded as it would be printed."""
    year = figure.year_ending
    england = figure.group == "england"
    members = {
        slug: target
        for slug, target in targets(year).items()
        if england or (councils()[slug].kind == figure.group and slug not in ABOLISHED[year])
    }
    upheld = sum(target.upheld for target in members.values())
    outcomes = sum(target.compliance_outcomes for target in members.values())
    match figure.measure:
        case "complaints_received":
            return Decimal(sum(target.received for target in members.values()))
        case "upheld_per_100k":
            population = sum(
                councils()[slug].population
                for slug in members.keys() - ABOLISHED[year].keys()
                # Residents of two-tier areas once, when all of England is meant.
                if not england or councils()[slug].kind != "district"
            )
            return PopulationRate(upheld, population).per_100k
        case "compliance_percent":
            missed = sum(target.not_satisfied for target in members.values())
            if england:
                share = Decimal(100 * (outcomes - missed)) / outcomes
                return share.quantize(Decimal("0.1"), ROUND_HALF_UP)
            part, whole = outcomes - missed, outcomes
        case "remedied_percent":
            part = sum(target.remedied_by_authority for target in members.values())
            whole = upheld
        case _:
            part = upheld
            whole = sum(target.investigated for target in members.values())
    percent = Rate(part, whole).percent
    assert percent is not None
    return Decimal(percent)


def test_pooled_targets_equal_every_published_average() -> None:
    published = [figure for figure in provenance() if figure.published is not None]
    assert len(published) == 14
    for figure in published:
        assert pooled(figure) == figure.published, figure


def test_provenance_names_every_average_of_the_years() -> None:
    figures = list(provenance())
    assert {figure.year_ending for figure in figures} == set(YEARS)
    assert len(figures) == 6 * (3 + 4 + 4) + 3
    assert len({(f.year_ending, f.group, f.measure) for f in figures}) == len(figures)
    assert {f.published for f in figures if f.year_ending == 2026} == {None}
