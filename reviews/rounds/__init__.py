"""A round from opening to issue: every step is one function, one transaction and one named actor.

Each step refuses (`Refused`) with one sentence a problem and changes nothing.
"""

from reviews.rounds.approving import amend_letter, approve
from reviews.rounds.checking import Finding, check
from reviews.rounds.correcting import correct, correction_refusals
from reviews.rounds.freezing import freeze
from reviews.rounds.holding import hold, release
from reviews.rounds.issuing import issue, verify
from reviews.rounds.opening import open_round, reschedule
from reviews.rounds.retracting import retract
from reviews.rounds.steps import record

__all__ = [
    "Finding",
    "amend_letter",
    "approve",
    "check",
    "correct",
    "correction_refusals",
    "freeze",
    "hold",
    "issue",
    "open_round",
    "record",
    "release",
    "reschedule",
    "retract",
    "verify",
]
