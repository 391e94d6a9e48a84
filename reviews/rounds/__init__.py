"""A round from opening to issue: every step is one function, one transaction and one named actor.

Each step refuses (`Refused`) with one sentence a problem and changes nothing.
"""

from reviews.rounds.alternatives import make_alternative, store_alternatives
from reviews.rounds.approving import amend_letter, answer_return, approve, return_letter, words_of
from reviews.rounds.checking import Finding, check
from reviews.rounds.correcting import correct, correction_refusals
from reviews.rounds.freezing import freeze
from reviews.rounds.holding import hold, release
from reviews.rounds.issuing import issue, verify
from reviews.rounds.opening import open_round, reschedule
from reviews.rounds.outbox import (
    awaiting_case_lists,
    confirm_arrived,
    queue_case_lists,
    report_bounce,
    report_event,
    send_again,
    send_to,
    withdraw,
)
from reviews.rounds.retracting import retract
from reviews.rounds.sending import Sending, send
from reviews.rounds.signing import (
    change_signatory,
    check_png,
    remove_signature,
    set_signature,
)
from reviews.rounds.steps import number_of, record

__all__ = [
    "Finding",
    "Sending",
    "amend_letter",
    "answer_return",
    "approve",
    "awaiting_case_lists",
    "change_signatory",
    "check",
    "check_png",
    "confirm_arrived",
    "correct",
    "correction_refusals",
    "freeze",
    "hold",
    "issue",
    "make_alternative",
    "number_of",
    "open_round",
    "queue_case_lists",
    "record",
    "release",
    "remove_signature",
    "report_bounce",
    "report_event",
    "reschedule",
    "retract",
    "return_letter",
    "send",
    "send_again",
    "send_to",
    "set_signature",
    "store_alternatives",
    "verify",
    "withdraw",
    "words_of",
]
