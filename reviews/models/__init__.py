"""What the Ombudsman says: rounds, the figures frozen in them, and the letters that carry them.

Frozen rows and issued letters are immutable in the database itself (triggers, migration `0002`) and
say by value what they say: names, type, counts, averages, method.
"""

from reviews.models.caselists import CaseList, CaseListKind
from reviews.models.decisions import ImprovementStatus, PublishedDecision, PublishedImprovement
from reviews.models.kept import KeptPage, PublicChange
from reviews.models.learning import FrozenLearning, LearningAttendance, LearningEvent, Sector
from reviews.models.letters import (
    Letter,
    LetterAlternative,
    LetterCode,
    LetterFile,
    Signatory,
    Signature,
)
from reviews.models.maps import Layer, MapLayout
from reviews.models.outbox import NEXT_STATES, MessageEvent, MessageState, OutboxMessage
from reviews.models.proofs import LetterProof, LetterReturn
from reviews.models.publishing import Correction, Hold, Retraction
from reviews.models.rounds import Demonstration, Freeze, Round, RoundEvent
from reviews.models.summaries import AnnualSummary, PublishedFigure, TypeAverage
from reviews.models.wording import (
    LateReplies,
    SummaryCondition,
    WordingDraft,
    WordingText,
    WordingVersion,
)

__all__ = [
    "NEXT_STATES",
    "AnnualSummary",
    "CaseList",
    "CaseListKind",
    "Correction",
    "Demonstration",
    "Freeze",
    "FrozenLearning",
    "Hold",
    "ImprovementStatus",
    "KeptPage",
    "LateReplies",
    "Layer",
    "LearningAttendance",
    "LearningEvent",
    "Letter",
    "LetterAlternative",
    "LetterCode",
    "LetterFile",
    "LetterProof",
    "LetterReturn",
    "MapLayout",
    "MessageEvent",
    "MessageState",
    "OutboxMessage",
    "PublicChange",
    "PublishedDecision",
    "PublishedFigure",
    "PublishedImprovement",
    "Retraction",
    "Round",
    "RoundEvent",
    "Sector",
    "Signatory",
    "Signature",
    "SummaryCondition",
    "TypeAverage",
    "WordingDraft",
    "WordingText",
    "WordingVersion",
]
