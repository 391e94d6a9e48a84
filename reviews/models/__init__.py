"""What the Ombudsman says: rounds, the figures frozen in them, and the letters that carry them.

Frozen rows and issued letters are immutable in the database itself (triggers, migration `0002`) and
say by value what they say: names, type, counts, averages, method.
"""

from reviews.models.decisions import PublishedDecision
from reviews.models.letters import Letter, LetterFile, OutboxMessage, Signatory
from reviews.models.publishing import Correction, Hold, Retraction
from reviews.models.rounds import Demonstration, Freeze, Round, RoundEvent
from reviews.models.summaries import AnnualSummary, PublishedFigure, TypeAverage

__all__ = [
    "AnnualSummary",
    "Correction",
    "Demonstration",
    "Freeze",
    "Hold",
    "Letter",
    "LetterFile",
    "OutboxMessage",
    "PublishedDecision",
    "PublishedFigure",
    "Retraction",
    "Round",
    "RoundEvent",
    "Signatory",
    "TypeAverage",
]
