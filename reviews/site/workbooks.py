"""Open data as spreadsheets, in the form that the Government Analysis Function asks for.

A cover sheet, notes, a sheet that describes every column, and one with the table alone.
https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/
"""

from collections.abc import Iterable, Sequence

from django.utils import timezone

from reviews.figures.breaks import BREAKS, Break
from reviews.figures.measures import MEASURES
from reviews.figures.periods import day_text
from reviews.letters.wording import DEMONSTRATION
from reviews.models import Freeze
from reviews.site.ods import Sheet, ods_bytes
from reviews.site.tables import PROTECTED, Cell, Column, Row, Table

ALL_YEARS = "all published years"
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
SHORTHAND = "[c]"  # as the Government Analysis Function asks for what is confidential
NARROW, WIDE, WIDEST = 3.5, 9.0, 18.0  # centimetres


def table_ods(
    table: Table, rows: Iterable[Row], *, freezes: Sequence[Freeze], is_demonstration: bool
) -> bytes:
    """The spreadsheet of one table, of one year or of several."""
    years = _years_text(freezes)
    title = f"{table.title}, {years}"
    notice = [DEMONSTRATION] if is_demonstration else []
    cover = Sheet(
        "Cover",
        title,
        [
            *notice,
            "From the annual reviews of council complaints of the Local Government and Social Care "
            "Ombudsman.",
            table.description,
            *(
                f"Year ending 31 March {freeze.round.year}: {freeze.round.period.text}, published "
                f"{day_text(timezone.localdate(freeze.round.publish_at))}, "
                f"rules of counting {freeze.method_version}."
                for freeze in freezes
            ),
            "This file has four sheets. Cover: this one. Notes: what empty cells and shorthand "
            f"mean. Columns: what every column is. {table.name}: the table.",
            f"Licence: Open Government Licence v3.0, {LICENCE}",
        ],
        widths=[30],
    )
    columns = Sheet(
        "Columns",
        "What every column is",
        ["This sheet has one table."],
        ["Column", "Meaning", "Values"],
        [(each.name, each.description, " ".join(each.codes) or None) for each in table.columns],
        [WIDE, WIDEST, WIDEST],
    )
    shown = Sheet(
        table.name,
        title,
        ["This sheet has one table. The sheet Notes says what empty cells and shorthand mean."],
        [column.name for column in table.columns],
        [[_ods_value(column, row) for column in table.columns] for row in rows],
        [WIDE if column.datatype == "string" else NARROW for column in table.columns],
    )
    return ods_bytes(
        [cover, _notes(table), columns, shown],
        title=title,
        description=" ".join([table.description, *notice]),
    )


def _years_text(freezes: Sequence[Freeze]) -> str:
    return freezes[0].round.period.text if len(freezes) == 1 else ALL_YEARS


def _ods_value(column: Column, row: Row) -> Cell:
    value = row[column.name]
    return SHORTHAND if value is None and column.may_be_protected else value


def _measures(of: Break) -> str:
    return " and ".join(MEASURES[code].label.lower() for code in sorted(of.measures))


def _notes(table: Table) -> Sheet:
    rows = [
        (
            "Empty cell",
            "The figure does not exist: there was nothing to count, or it does not apply. It is "
            "never 0. Where there is a column that ends in _state, it says why.",
        )
    ]
    if any(column.may_be_protected for column in table.columns):
        rows.append(
            (
                SHORTHAND,
                "Confidential: the count could point to a person who complained, or another such "
                f"count could be worked out from it ({PROTECTED}). The column “protected” lists "
                "these categories. Totals are of all cells, protected ones too.",
            )
        )
    rows += [
        ("Percentages", "Whole numbers, halves rounded up. Every percentage has its counts."),
        ("Years", "A year ends on 31 March and is named by the year in which it ends."),
        *(
            (
                f"Break in {each.year_ending}",
                f"{each.reason} Do not compare {_measures(each)} with years before.",
            )
            for each in BREAKS
        ),
        (
            "Rows",
            "A row that is corrected is replaced; a row whose letter is retracted is left out. "
            "Figures of earlier years that were taken over as published are not in this file.",
        ),
    ]
    return Sheet(
        "Notes",
        "Notes",
        ["This sheet has one table."],
        ["Shorthand or subject", "Meaning"],
        rows,
        [WIDE, 2 * WIDEST],
    )
