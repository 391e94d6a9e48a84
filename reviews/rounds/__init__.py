"""A round from opening to issue: every step is one function, one transaction and one named actor.

Each step refuses (`Refused`) with one sentence a problem and changes nothing.
"""

from reviews.rounds.alternatives import make_alternative, store_alternatives
from reviews.rounds.approving import amend_letter, answer_return, approve, return_letter
from reviews.rounds.checking import Finding, check
from reviews.rounds.freezing import freeze
from reviews.rounds.issuing import issue, verify
from reviews.rounds.opening import open_round, reschedule
from reviews.rounds.steps import record

__all__ = [
    "Finding",
    "amend_letter",
    "answer_return",
    "approve",
    "check",
    "freeze",
    "issue",
    "make_alternative",
    "open_round",
    "record",
    "reschedule",
    "return_letter",
    "store_alternatives",
    "verify",
]
