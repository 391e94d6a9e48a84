"""What the Ombudsman knows: authorities and their officers, complaints, decisions and remedies.

The database holds every rule it can: constraints beside the fields, and triggers (migrations `0002`
and `0005`) for the rules that compare rows and for the history of every change.
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
    Team,
)
from casework.models.contacts import Contact
from casework.models.history import Batch, Change, LockedPeriod
from casework.models.publication import (
    CheckedPlaces,
    DecisionReview,
    PublicationException,
    PublicInterestReport,
    Statement,
)
from casework.models.working import (
    Anonymisation,
    Attachment,
    BankHoliday,
    CaseLink,
    ClockPause,
    DutyTransfer,
    Extension,
    Look,
    Note,
    SavedFilter,
    Upload,
)

__all__ = [
    "Anonymisation",
    "Attachment",
    "Authority",
    "BankHoliday",
    "Batch",
    "CaseLink",
    "Change",
    "CheckedPlaces",
    "ClockPause",
    "Complainant",
    "Complaint",
    "Contact",
    "Decision",
    "DecisionReason",
    "DecisionReview",
    "DutyTransfer",
    "EarlierName",
    "Extension",
    "FormerCode",
    "ImportBatch",
    "LockedPeriod",
    "Look",
    "Note",
    "Population",
    "PublicCategory",
    "PublicInterestReport",
    "PublicSubcategory",
    "PublicationException",
    "Recommendation",
    "SavedFilter",
    "Statement",
    "Team",
    "Upload",
]
