"""What became of the Ombudsman's recommendations: more time agreed, and the outcome of a case."""

import datetime as dt
import re
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils import timezone

from casework.actions.history import recorded
from casework.actions.steps import check_compliance
from casework.choices import Compliance, Outcome
from casework.conditions import A_WORD
from casework.importing import day_text
from casework.models import Decision, Extension, Recommendation
from casework.refusals import Refused

COMPLIED = (Compliance.SATISFIED, Compliance.SATISFIED_LATE)
NOTHING_TO_COMPLY_WITH = (
    "The case has no recommendations, so there is nothing to comply with: enter them first, or "
    "leave the compliance outcome blank."
)


def agree_extension(
    *, recommendation: Recommendation, due_on: dt.date, reason: str, agreed_on: dt.date, by: User
) -> Extension:
    """Moves the day an open recommendation is due to a later one; raises Refused."""
    reason = reason.strip()
    with recorded(by=by, what="Extension agreed", reason=reason):
        stored = (
            Recommendation.objects.select_related("decision")
            .select_for_update(of=("self",))
            .get(pk=recommendation.pk)
        )
        _refuse_any(_against_extension(stored, due_on, reason, agreed_on))
        return Extension.objects.create(
            recommendation=stored,
            former_due_on=stored.due_on,
            due_on=due_on,
            reason=reason,
            agreed_on=agreed_on,
            agreed_by=by,
        )


def _against_extension(
    stored: Recommendation, due_on: dt.date, reason: str, agreed_on: dt.date
) -> Iterable[str]:
    if why := why_closed(stored):
        yield why
    if due_on <= stored.due_on:
        yield f"It is due on {day_text(stored.due_on)} already: choose a later day."
    if not reason:
        yield "Give the reason for which more time was agreed."
    if agreed_on > timezone.localdate():
        yield "The day on which it was agreed is in the future: give today's or an earlier one."
    if agreed_on < stored.decision.decided_on:
        yield (
            f"It cannot have been agreed before {day_text(stored.decision.decided_on)}, the day "
            "of the decision."
        )


def why_closed(recommendation: Recommendation) -> str:
    """Why nothing is to be done about a recommendation any more; "" while it is open."""
    if recommendation.completed_on:
        return f"The recommendation was completed on {day_text(recommendation.completed_on)}."
    if recommendation.decision.compliance:
        return "The compliance outcome of this case is recorded already."
    if not recommendation.decision.is_standing:
        return "The decision no longer stands."
    return ""


def record_compliance(
    *, decision: Decision, outcome: str, recorded_on: dt.date | None, by: User, note: str = ""
) -> Decision:
    """Records the one compliance outcome of a case; the same once more changes nothing.

    `note` is needed where compliance ceased, and is the reason that a frozen year asks for. Raises
    Refused as `check_outcome` says.
    """
    with recorded(by=by, what="Compliance outcome recorded", reason=note):
        stored = Decision.objects.select_for_update().get(pk=decision.pk)
        former = stored.compliance
        stored.compliance, stored.compliance_recorded_on = outcome, recorded_on
        stored.compliance_note = note.strip() or stored.compliance_note
        check_outcome(decision=stored, former=former, by=by)
        stored.save(update_fields=["compliance", "compliance_recorded_on", "compliance_note"])
        return stored


def check_outcome(*, decision: Decision, former: str, by: User) -> None:
    """Refuses a compliance outcome that was `former` and does not fit what is stored of its case.

    A case without recommendations has none. Complied with means all of it: each recommendation
    needs its day. One completed after it was due makes the case late, since letters say how many
    were; who knows better corrects the day. The reverse is left to people: what came late is not
    always a date here. Imports bring outcomes without days and before the recommendations, so the
    database does not hold this.
    """
    if decision.compliance == former:
        return
    check_compliance(decision=decision, former=former, by=by)
    _refuse_any(_against_outcome(decision))


def _against_outcome(decision: Decision) -> Iterable[str]:
    outcome, recorded_on = decision.compliance, decision.compliance_recorded_on
    if not outcome:
        return
    if not decision.is_standing:
        yield "The decision no longer stands: the outcome belongs to the one that does."
    if decision.outcome != Outcome.UPHELD:
        yield "Only an upheld complaint has a compliance outcome."
    elif why := why_unfit(outcome, decision.recommendations.all()):
        yield why
    if recorded_on and recorded_on > timezone.localdate():
        yield "The day on which the outcome was recorded is in the future."
    if recorded_on and recorded_on < decision.decided_on:
        yield (
            f"Compliance cannot be recorded before {day_text(decision.decided_on)}, the day of the "
            "decision."
        )
    if outcome == Compliance.CEASED and not re.search(A_WORD, decision.compliance_note):
        yield "Say why compliance was given up."


def why_unfit(outcome: str, recommendations: Iterable[Recommendation]) -> str:
    """Why the recommendations of a case do not allow an outcome; "" if they do."""
    found = list(recommendations)
    if not found:
        return NOTHING_TO_COMPLY_WITH
    if outcome not in COMPLIED:
        return ""
    label = Compliance(outcome).label
    if waiting := sum(each.completed_on is None for each in found):
        of_all = f"{waiting} of the {len(found)} recommendations"
        which = (
            "The recommendation has"
            if len(found) == 1
            else f"{of_all} {'has' if waiting == 1 else 'have'}"
        )
        return f"{which} no day of completion: give it before “{label}”, or choose another outcome."
    if outcome == Compliance.SATISFIED and (late := completed_late(found)):
        return (
            f"A recommendation due on {day_text(late[0].due_on)} was completed later: choose "
            f"“{Compliance.SATISFIED_LATE.label}”, or correct its days."
        )
    return ""


def completed_late(recommendations: Iterable[Recommendation]) -> list[Recommendation]:
    """Those completed after the day they were due, agreed extensions counted in."""
    return [
        each for each in recommendations if each.completed_on and each.completed_on > each.due_on
    ]


def suggested_outcome(recommendations: Iterable[Recommendation]) -> Compliance | None:
    """What the days of all recommendations of a case speak for; None while one is open."""
    found = list(recommendations)
    if not found or any(each.completed_on is None for each in found):
        return None
    return Compliance.SATISFIED_LATE if completed_late(found) else Compliance.SATISFIED


def _refuse_any(problems: Iterable[str]) -> None:
    if found := list(problems):
        raise Refused(*found)
