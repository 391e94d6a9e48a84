"""The steps of a case that people take by hand: from stage to stage, open again, to whom."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from casework.actions.decisions import supersede_decision
from casework.actions.history import recorded
from casework.choices import NEXT_STAGES, OPEN_STAGES, Compliance, Outcome, Stage
from casework.models import Complaint, Decision, Team
from casework.refusals import Refused

ASSIGN_TO_ME = "assign_to_me"
CLOSE_AGAIN = "close_again"
WITHDRAW = "withdraw"

IN_ORDER = list(Stage)


@dataclass(frozen=True, slots=True)
class Step:
    """What may be done next with a case: its `code` among its steps, and what its button says."""

    code: str
    label: str
    needs_reason: bool = False


def steps_of(*, complaint: Complaint, decision: Decision | None, by: User) -> list[Step]:
    """The legal next steps of a case with this standing decision that this person may take."""
    stage = Stage(complaint.stage)
    steps = []
    if _may_take(complaint, by):
        steps.append(Step(ASSIGN_TO_ME, "Assign to me"))
    for to in NEXT_STAGES[stage]:
        if stage not in OPEN_STAGES:
            steps.append(Step(to, f"Open again: {to.label}", needs_reason=True))
        elif IN_ORDER.index(to) > IN_ORDER.index(stage):
            steps.append(Step(to, f"Move to {to.label}"))
        else:
            steps.append(Step(to, f"Back to {to.label}"))
    if decision and stage in OPEN_STAGES:
        steps.append(Step(CLOSE_AGAIN, "Close again: the decision stands"))
    if decision and by.has_perm("casework.withdraw_decision"):
        steps.append(Step(WITHDRAW, "Withdraw the decision", needs_reason=True))
    return steps


def take_step(*, complaint: Complaint, code: str, by: User, reason: str = "") -> str:
    """Takes the step of that code and says in one sentence what was done; raises Refused."""
    if code == ASSIGN_TO_ME:
        assign_case(complaint=complaint, caseworker=by, by=by)
        return "The case is now yours."
    if code == CLOSE_AGAIN:
        closed = close_again(complaint=complaint, by=by)
        return f"The decision stands; the case is at {_label(closed)}."
    if code == WITHDRAW:
        withdraw_decision(complaint=complaint, by=by, reason=reason)
        return "The decision is withdrawn and kept; the case waits for another."
    if code not in Stage:
        raise Refused("There is no such step: choose one of those offered.")
    moved = move_case(complaint=complaint, to=Stage(code), by=by, reason=reason)
    return f"The case is at {_label(moved)}."


def move_case(*, complaint: Complaint, to: Stage, by: User, reason: str = "") -> Complaint:
    """Moves a case on or back by one step, or opens it again, which needs a reason."""
    with recorded(by=by, what=f"Case moved to {to.label}", reason=reason):
        case = _locked(complaint)
        stage = Stage(case.stage)
        if to not in NEXT_STAGES[stage]:
            may = " or ".join(each.label.lower() for each in NEXT_STAGES[stage])
            raise Refused(
                f"The case is at {_label(case)}, from where it goes to {may}, not to "
                f"{to.label.lower()}."
            )
        if stage not in OPEN_STAGES and not reason.strip():
            raise Refused(f"The case is at {_label(case)}: give the reason why it is opened again.")
        return _store(case, stage=to)


def close_again(*, complaint: Complaint, by: User) -> Complaint:
    """Puts a case that was opened again where its standing decision leaves it."""
    with recorded(by=by, what="Case closed again"):
        case = _locked(complaint)
        decision = case.decisions.standing().first()
        if decision is None:
            raise Refused("The case has no decision: a decision closes it.")
        if case.stage not in OPEN_STAGES:
            raise Refused(f"The case is at {_label(case)} already.")
        awaits_remedy = (
            decision.outcome == Outcome.UPHELD
            and not decision.compliance
            and decision.recommendations.exists()
        )
        return _store(case, stage=Stage.REMEDY if awaits_remedy else Stage.CLOSED)


def withdraw_decision(*, complaint: Complaint, by: User, reason: str) -> list[Decision]:
    """Takes the standing decision back without another in its place; it is kept but not counted."""
    if not by.has_perm("casework.withdraw_decision"):
        raise Refused("Only a casework manager withdraws a decision: ask one.")
    if not reason.strip():
        raise Refused("Give the reason why the decision is withdrawn.")
    with recorded(by=by, what="Decision withdrawn", reason=reason):
        withdrawn = supersede_decision(complaint=_locked(complaint))
        if not withdrawn:
            raise Refused("The case has no decision that stands.")
        return withdrawn


def assign_case(
    *, complaint: Complaint, caseworker: User | None, by: User, team: Team | None = None
) -> Complaint:
    """Gives a case to a caseworker, and to a team if one is named.

    Who may not assign cases takes only such as nobody has.
    """
    with recorded(by=by, what="Case assigned"):
        case = _locked(complaint)
        if not by.has_perm("casework.assign_complaint") and (
            caseworker != by or not _may_take(case, by)
        ):
            raise Refused(
                "Only a casework manager assigns cases to others, or one that somebody has: ask "
                "one."
            )
        return _store(case, caseworker=caseworker, team=team or case.team)


def check_compliance(*, decision: Decision, former: str, by: User) -> None:
    """Refuses a change of the compliance outcome from or to “Not satisfied” but by a manager."""
    if decision.compliance == former or by.has_perm("casework.record_not_satisfied"):
        return
    if Compliance.NOT_SATISFIED in (decision.compliance, former):
        raise Refused(ONLY_A_MANAGER)


ONLY_A_MANAGER = "Only a casework manager records “Not satisfied” or changes it: ask one."


def _may_take(case: Complaint, by: User) -> bool:
    if case.caseworker_id is None:
        return True
    return case.caseworker_id != by.pk and by.has_perm("casework.assign_complaint")


def _locked(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_for_update().get(pk=complaint.pk)


def _store(case: Complaint, **values: Any) -> Complaint:
    for name, value in values.items():
        setattr(case, name, value)
    case.save(update_fields=list(values))
    return case


def _label(case: Complaint) -> str:
    return Stage(case.stage).label.lower()
