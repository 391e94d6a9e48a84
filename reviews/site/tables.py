"""The tables of open data: their columns, each described, and what makes their rows.

A table is made from frozen rows alone. A figure that does not exist is None.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from casework.choices import Category, Outcome
from reviews.figures import protection
from reviews.figures.cells import statistics_cells
from reviews.figures.periods import Period
from reviews.models import AnnualSummary, Freeze, TypeAverage

type Cell = str | int | Decimal | dt.date | None
type Row = dict[str, Cell]
type MakeRows = Callable[[Freeze, Iterable[AnnualSummary], dt.datetime | None], list[Row]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in files, what it means, and its type in CSV on the Web.

    `codes` lists the values that a column of codes can hold; where `is_list`, it can hold several
    of them, with a space between two. A column that `may_be_protected` has empty cells for counts
    that are not shown.
    """

    name: str
    description: str
    datatype: str = "integer"
    is_required: bool = False
    codes: tuple[str, ...] = ()
    is_list: bool = False
    may_be_protected: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a round: `rows` makes its rows from the current rows of the round's freeze.

    It is given the instant at which the public asks, or None where staff do. `of_authorities` tells
    whether there is a row for each of those.
    """

    name: str
    title: str
    description: str
    key: str
    columns: tuple[Column, ...]
    rows: MakeRows
    of_authorities: bool = True


def _count(name: str, description: str) -> Column:
    return Column(name, description, is_required=True)


def _code(name: str, description: str, *codes: str) -> Column:
    return Column(name, description, "string", is_required=True, codes=codes)


def _percent(stem: str, of: str) -> tuple[Column, ...]:
    """A rate, the ends of its interval, and the average of similar authorities."""
    return (
        Column(f"{stem}_percent", f"{of}: whole percent, halves rounded up"),
        Column(
            f"{stem}_percent_low",
            "Lower end of the Wilson 95% interval of that percentage, one decimal",
            "decimal",
        ),
        Column(f"{stem}_percent_high", "Upper end of that interval, one decimal", "decimal"),
        Column(
            f"{stem}_percent_similar",
            "Average of all councils of the same type: whole percent, pooled",
        ),
    )


def _similar_state(stem: str, what: str) -> Column:
    return _code(
        f"{stem}_similar_state",
        f"Why there is or is not an average of {what}",
        "value",
        "no_comparison",
        "none_in_group",
    )


PERIOD_COLUMNS = (
    _count("year_ending", "Year in which the period ends"),
    Column("period_start", "First day of the period", "date", is_required=True),
    Column("period_end", "Last day of the period", "date", is_required=True),
)

AUTHORITY_COLUMNS = (
    Column("gss_code", "ONS code of the authority's area, where it has one", "string"),
    Column("slug", "Name of the authority in web addresses", "string", is_required=True),
    Column(
        "authority", "Name of the authority as printed in its letter", "string", is_required=True
    ),
    Column("authority_type", "Type of authority", "string", is_required=True),
    *PERIOD_COLUMNS,
)

STATISTICS_COLUMNS = (
    *AUTHORITY_COLUMNS,
    _count("complaints_received", "Complaints received in the period"),
    _count("decided", "Complaints decided in the period, with any outcome"),
    _count("not_for_us", "Decided as invalid or incomplete, with advice, or by referring back"),
    _count("assessed_and_closed", "Closed after initial enquiries"),
    _count("investigated", "Decided as upheld or not upheld"),
    _count("upheld", "Upheld"),
    _count("not_upheld", "Not upheld"),
    *_percent("uphold", "Upheld, of investigated"),
    _code("uphold_state", "Why there is or is not a percentage", "value", "none_investigated"),
    Column("population", "Residents of the authority's area"),
    Column("population_year", "Year of that population estimate"),
    Column("upheld_per_100k", "Upheld for every 100,000 residents, one decimal", "decimal"),
    Column(
        "upheld_per_100k_similar",
        "The same for all councils of the same type together, one decimal",
        "decimal",
    ),
    _code(
        "per_100k_state",
        "Why there is or is not a rate per 100,000",
        "value",
        "no_population",
        "not_applicable",
    ),
    _count("compliance_outcomes", "Cases in which a compliance outcome that counts was recorded"),
    _count("complied", "Of these, recommendations carried out, in time or late"),
    _count("complied_late", "Of these, carried out late"),
    *_percent("compliance", "Complied, of compliance outcomes"),
    _code("compliance_state", "Why there is or is not a percentage", "value", "none_due"),
    _count("remedied_by_authority", "Upheld, and remedied before the Ombudsman was asked"),
    *_percent("remedied", "Remedied by the authority, of upheld"),
    _code("remedied_state", "Why there is or is not a percentage", "value", "none_upheld"),
    _similar_state("uphold", "uphold rates"),
    _similar_state("compliance", "compliance rates"),
    _similar_state("remedied", "satisfactory remedy rates"),
    Column("letter_version", "Version of the current issued letter, 1 the first"),
    Column("letter_sha256", "SHA-256 digest of that letter's PDF", "string"),
)

AVERAGES_COLUMNS = (
    Column("authority_type", "Type of authority", "string", is_required=True),
    Column("investigated", "Investigated, all councils of the type together"),
    Column("upheld", "Upheld, all together"),
    Column("uphold_percent", "Upheld, of investigated: whole percent, halves rounded up"),
    Column("compliance_outcomes", "Compliance outcomes, all together"),
    Column("complied", "Of these, complied, in time or late"),
    Column("compliance_percent", "Complied, of compliance outcomes: whole percent"),
    Column("remedied_by_authority", "Remedied by the authority, all together"),
    Column("remedied_percent", "Remedied by the authority, of upheld: whole percent"),
    Column("population", "Residents of all these councils' areas"),
    Column("upheld_per_100k", "Upheld for every 100,000 residents, one decimal", "decimal"),
    _count("councils", "Councils of the type in force on any day of the period"),
)


PROTECTED = (
    f"counts below {protection.THRESHOLD}, and others from which they could be worked out, are not "
    "shown"
)


def _category_columns(what: str) -> tuple[Column, ...]:
    """A column for each category, the total, and which cells of the row are protected."""
    return (
        *AUTHORITY_COLUMNS,
        *(
            Column(code, f"{what}: {label}", may_be_protected=True)
            for code, label in Category.choices
        ),
        _count("total", f"{what}: all categories together"),
        Column(
            "protected",
            f"The categories whose cells are empty because {PROTECTED}",
            "string",
            codes=tuple(Category.values),
            is_list=True,
        ),
    )


OUTCOME_COLUMNS = (
    *AUTHORITY_COLUMNS,
    *(_count(code, f"Decided in the period: {label}") for code, label in Outcome.choices),
    _count("total", "Decided in the period, with any outcome"),
)


def _period_cells(period: Period) -> Row:
    return {
        "year_ending": period.year_ending,
        "period_start": period.first_day,
        "period_end": period.last_day,
    }


def _authority_cells(summary: AnnualSummary) -> Row:
    return {
        "gss_code": summary.gss_code or None,
        "slug": summary.slug,
        "authority": summary.name,
        "authority_type": summary.authority_type,
        **_period_cells(summary.period),
    }


def _statistics_row(summary: AnnualSummary) -> Row:
    letter = summary.letter
    return {
        **_authority_cells(summary),
        **statistics_cells(summary.statistics()),
        "letter_version": summary.number if letter.issued_at else None,
        "letter_sha256": letter.sha256 or None,
    }


def _average_row(row: TypeAverage, *, has_counts: bool) -> Row:
    average = row.average()
    rate = average.population_rate
    return {
        "authority_type": row.authority_type,
        "investigated": average.investigated if has_counts else None,
        "upheld": average.upheld if has_counts else None,
        "uphold_percent": average.uphold.percent,
        "compliance_outcomes": average.compliance_outcomes if has_counts else None,
        "complied": average.complied if has_counts else None,
        "compliance_percent": average.compliance.percent,
        "remedied_by_authority": average.remedied_by_authority if has_counts else None,
        "remedied_percent": average.remedied.percent,
        "population": average.population,
        "upheld_per_100k": rate.per_100k if rate else None,
        "councils": average.councils,
    }


def _in_order(summaries: Iterable[AnnualSummary]) -> list[AnnualSummary]:
    """Sorted here, since databases disagree about the order of hyphens."""
    return sorted(summaries, key=lambda summary: summary.slug)


def _statistics(
    freeze: Freeze, summaries: Iterable[AnnualSummary], at: dt.datetime | None
) -> list[Row]:
    return [_statistics_row(summary) for summary in _in_order(summaries)]


def _averages(
    freeze: Freeze, summaries: Iterable[AnnualSummary], at: dt.datetime | None
) -> list[Row]:
    if at is None:
        found = [_average_row(row, has_counts=True) for row in freeze.averages.all()]
    else:
        known = getattr(freeze, "sums", None)
        rows = freeze.averages.with_counts_public(at=at) if known is None else known
        found = [_average_row(row, has_counts=row.are_counts_public) for row in rows]
    return sorted(found, key=lambda row: str(row["authority_type"]))


def _outcomes(
    freeze: Freeze, summaries: Iterable[AnnualSummary], at: dt.datetime | None
) -> list[Row]:
    return [
        {
            **_authority_cells(summary),
            **{code: getattr(summary, code) for code in Outcome.values},
            "total": summary.counts().decided,
        }
        for summary in _in_order(summaries)
    ]


def _categories(
    table: Callable[[protection.ByCategory], protection.Row],
) -> MakeRows:
    """What makes the rows of one of the tables by category."""

    def rows(
        freeze: Freeze, summaries: Iterable[AnnualSummary], at: dt.datetime | None
    ) -> list[Row]:
        former = _former(freeze)
        found: list[Row] = []
        for summary in _in_order(summaries):
            shown = table(protected(summary, former[summary.authority_id]))
            found.append(
                {
                    **_authority_cells(summary),
                    **{code: shown.cells[code] for code in Category.values},
                    "total": shown.total,
                    "protected": " ".join(shown.protected) or None,
                }
            )
        return found

    return rows


def _former(freeze: Freeze) -> dict[int, list[AnnualSummary]]:
    """Versions that were replaced, by authority: one query, or none for a freeze `with_parts`."""
    replaced = getattr(freeze, "replaced", None)
    by_authority: dict[int, list[AnnualSummary]] = defaultdict(list)
    for summary in freeze.summaries.superseded() if replaced is None else replaced:
        by_authority[summary.authority_id].append(summary)
    return by_authority


def protected(
    summary: AnnualSummary, replaced: Iterable[AnnualSummary] = ()
) -> protection.ByCategory:
    """What may be shown of a row by category; `replaced` are the authority's earlier versions."""
    earlier = [each for each in replaced if each.version < summary.version]
    earlier.sort(key=lambda each: each.version)
    return protection.by_category(summary.counts(), former=[each.counts() for each in earlier])


def with_parts(freezes: QuerySet[Freeze], *, at: dt.datetime) -> QuerySet[Freeze]:
    """Freezes with all that their tables are made of but the current rows, in three queries."""
    return freezes.select_related("round").prefetch_related(
        Prefetch("averages", TypeAverage.objects.with_counts_public(at=at), to_attr="sums"),
        Prefetch("summaries", AnnualSummary.objects.superseded(), to_attr="replaced"),
    )


TABLES = {
    table.name: table
    for table in (
        Table(
            "statistics",
            "Annual statistics of each authority",
            "One row for every authority of the year's review: counts, rates and averages.",
            "slug",
            STATISTICS_COLUMNS,
            _statistics,
        ),
        Table(
            "averages",
            "Averages of each type of authority",
            "One row for every type of authority: all its councils' figures together. Its sums are "
            "left empty while not every letter that goes into them is public.",
            "authority_type",
            AVERAGES_COLUMNS,
            _averages,
            of_authorities=False,
        ),
        Table(
            "received-by-category",
            "Complaints received by category",
            f"One row for every authority of the year's review: {PROTECTED}.",
            "slug",
            _category_columns("Received in the period"),
            _categories(lambda shown: shown.received),
        ),
        Table(
            "decided-by-outcome",
            "Complaints decided by outcome",
            "One row for every authority of the year's review.",
            "slug",
            OUTCOME_COLUMNS,
            _outcomes,
        ),
        Table(
            "investigated-by-category",
            "Complaints investigated by category",
            f"One row for every authority of the year's review: {PROTECTED}.",
            "slug",
            _category_columns("Decided in the period as upheld or not upheld"),
            _categories(lambda shown: shown.investigated),
        ),
        Table(
            "upheld-by-category",
            "Complaints upheld by category",
            f"One row for every authority of the year's review: {PROTECTED}.",
            "slug",
            _category_columns("Upheld in the period"),
            _categories(lambda shown: shown.upheld),
        ),
    )
}


def _over_years(table: Table) -> Table:
    """The same over all published years: what has no year of its own gets one in front."""
    columns = table.columns if table.of_authorities else (*PERIOD_COLUMNS, *table.columns)
    description = table.description.replace("the year's review", "each year's review")
    return replace(table, columns=columns, description=description)


OVER_YEARS = {name: _over_years(table) for name, table in TABLES.items()}

# A published year: its freeze and its current rows that the public may read.
type Year = tuple[Freeze, Iterable[AnnualSummary]]


def rows_over_years(table: Table, years: Iterable[Year], at: dt.datetime) -> list[Row]:
    """The rows of all years, the earliest first. Figures taken over from elsewhere have none."""
    return [
        {**({} if table.of_authorities else _period_cells(freeze.round.period)), **row}
        for freeze, summaries in years
        for row in table.rows(freeze, summaries, at)
    ]
