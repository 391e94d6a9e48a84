"""Every write to casework: one transaction each, the actor named.

Each import takes an open CSV file whole or not at all. `check_file(kind, …)` goes all the way but
for the writing; `import_…` writes too and leaves an `ImportBatch`, unless nothing changed.
"""

from functools import partial

from casework.actions.authorities import AuthorityImport, PopulationImport
from casework.actions.cases import CaseworkImport, RemedyImport
from casework.actions.contacts import ContactImport
from casework.actions.decisions import supersede_decision
from casework.actions.files import FileImport, Progress, Result, check_file, import_file
from casework.actions.history import changed_since_locked, lock_period, recorded
from casework.actions.users import system_user

import_authorities = partial(import_file, AuthorityImport)
import_populations = partial(import_file, PopulationImport)
import_contacts = partial(import_file, ContactImport)
import_casework = partial(import_file, CaseworkImport)
import_remedies = partial(import_file, RemedyImport)

__all__ = [
    "AuthorityImport",
    "CaseworkImport",
    "ContactImport",
    "FileImport",
    "PopulationImport",
    "Progress",
    "RemedyImport",
    "Result",
    "changed_since_locked",
    "check_file",
    "import_authorities",
    "import_casework",
    "import_contacts",
    "import_file",
    "import_populations",
    "import_remedies",
    "lock_period",
    "recorded",
    "supersede_decision",
    "system_user",
]
