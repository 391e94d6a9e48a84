"""Work on the desks of the demonstration: cases in hand, remedies due, statements to publish."""

import datetime as dt
from itertools import islice

from django.contrib.auth.models import User

from casework.actions import recorded
from casework.actions.compliance import agree_extension
from casework.actions.filing import write_note
from casework.actions.publication import write_statement
from casework.choices import Outcome, Stage
from casework.models import Complaint, Decision, Recommendation, Team
from reviews.publication import publish_decisions

REASON = "Demonstration"
IN_HAND = 24
TO_COMPLY = 24
STATEMENTS = 18
DAY = dt.timedelta(days=1)

STATEMENT = """The complaint
Mr X complained about how the Council dealt with a matter of {subject}.

The decision
{finding}

This is a statement made up for the demonstration. It is about no real person or case.
"""
FINDINGS = {
    Outcome.UPHELD: (
        "There was fault by the Council, which caused avoidable distress and uncertainty. The "
        "Council agreed to apologise and to review how it handles such matters."
    ),
    Outcome.NOT_UPHELD: "There was no fault by the Council.",
    Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES: (
        "The Ombudsman will not investigate: there is not enough evidence of fault."
    ),
}


def fill_desks(*, caseworker: User, manager: User, today: dt.date) -> None:
    """Gives the two something to do, spread over every list of the start page.

    Statements of decisions before 2026 are published, later ones wait.
    """
    with recorded(by=manager, what="Demonstration desks", reason=REASON):
        north, south = (Team.objects.create(name=f"Team {name}") for name in ("North", "South"))
        north.members.add(caseworker)
        south.members.add(manager)
        _give_cases(caseworker, north, south)
    _set_remedies_going(caseworker, manager, north, today)
    _write_statements(caseworker, decided_before=dt.date(2026, 1, 1))
    publish_decisions(by=manager)
    _write_statements(caseworker, decided_before=today)


def _give_cases(caseworker: User, north: Team, south: Team) -> None:
    """The newest to the caseworker, each third a stage further; of the others half to a team."""
    open_ = list(
        Complaint.objects.open().order_by("-received_on", "pk").values_list("pk", flat=True)
    )
    mine, others = open_[:IN_HAND], open_[IN_HAND:]
    cases = Complaint.objects.all()
    cases.filter(pk__in=mine).update(caseworker=caseworker, team=north)
    cases.filter(pk__in=others[::2]).update(team=south)
    further = mine
    for stage in (Stage.ASSESSMENT, Stage.INVESTIGATION, Stage.DECISION):
        further = further[IN_HAND // 4 :]
        cases.filter(pk__in=further).update(stage=stage)
    write_note(
        complaint=cases.get(pk=mine[0]),
        text="Asked the Council for its file. A note made up for the demonstration.",
        by=caseworker,
    )


def _set_remedies_going(caseworker: User, manager: User, north: Team, today: dt.date) -> None:
    """Some remedies due soon, some overdue, some with evidence waiting."""
    due = Recommendation.objects.open().select_related("decision").order_by("due_on", "pk")
    by_case = {each.decision.complaint_id: each for each in due}
    latest = dict(list(by_case.items())[-TO_COMPLY:])
    longest_due = list(by_case)[: TO_COMPLY // 4]
    with recorded(by=manager, what="Demonstration desks", reason=REASON):
        cases = Complaint.objects.filter(pk__in=[*latest, *longest_due])
        cases.update(caseworker=caseworker, team=north)
        for number, recommendation in enumerate(latest.values()):
            if number % 3 == 0:
                agree_extension(
                    recommendation=recommendation,
                    due_on=max(today, recommendation.due_on) + (1 + number) * DAY,
                    reason="The authority asked for more time.",
                    agreed_on=today,
                    by=manager,
                )
            elif number % 3 == 1:
                received_on = min(today, recommendation.due_on)
                Recommendation.objects.filter(pk=recommendation.pk).update(
                    evidence_received_on=max(received_on, recommendation.decision.decided_on)
                )


def _write_statements(caseworker: User, *, decided_before: dt.date) -> None:
    """Statements of the newest decisions before that day that may have one."""
    decisions = (
        Decision.objects.standing()
        .filter(outcome__in=list(FINDINGS), decided_on__lt=decided_before)
        .select_related("complaint")
        .order_by("-decided_on", "pk")
    )
    with recorded(by=caseworker, what="Demonstration desks", reason=REASON):
        for decision in islice(decisions.iterator(chunk_size=STATEMENTS), STATEMENTS):
            Complaint.objects.filter(pk=decision.complaint_id).update(caseworker=caseworker)
            write_statement(
                decision=decision,
                text=STATEMENT.format(
                    subject=decision.get_category_display().lower(),
                    finding=FINDINGS[Outcome(decision.outcome)],
                ),
                dated_on=decision.decided_on,
                by=caseworker,
            )
