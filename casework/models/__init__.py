"""What the Ombudsman knows: authorities and their officers, complaints, decisions and remedies.

The database holds every rule it can: constraints beside the fields, and triggers (migration `0002`)
for the rules that compare rows.
"""

from casework.models.authorities import Authority, EarlierName, FormerCode, Population
from casework.models.cases import (
    Complainant,
    Complaint,
    Decision,
    DecisionReason,
    ImportBatch,
    PublicCategory,
    PublicSubcategory,
    Recommendation,
)
from casework.models.contacts import Contact

__all__ = [
    "Authority",
    "Complainant",
    "Complaint",
    "Contact",
    "Decision",
    "DecisionReason",
    "EarlierName",
    "FormerCode",
    "ImportBatch",
    "Population",
    "PublicCategory",
    "PublicSubcategory",
    "Recommendation",
]
