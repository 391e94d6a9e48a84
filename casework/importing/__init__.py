"""Files that come in, read into checked plain values. No database: what needs it is in actions."""

from casework.importing.authorities import (
    AuthorityRow,
    PopulationRow,
    read_authorities,
    read_populations,
)
from casework.importing.cases import CaseRow, RemedyRow, read_casework, read_remedies
from casework.importing.contacts import ContactRow, read_contacts
from casework.importing.reading import CsvFile, Problem, Problems, Row, Table, day_text, shown

__all__ = [
    "AuthorityRow",
    "CaseRow",
    "ContactRow",
    "CsvFile",
    "PopulationRow",
    "Problem",
    "Problems",
    "RemedyRow",
    "Row",
    "Table",
    "day_text",
    "read_authorities",
    "read_casework",
    "read_contacts",
    "read_populations",
    "read_remedies",
    "shown",
]
