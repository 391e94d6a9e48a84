"""Work on the desks of the demonstration: cases in hand, remedies due, statements to publish."""

import datetime as dt

from django.contrib.auth.models import User

from casework.actions import recorded
from casework.actions.compliance import agree_extension
from casework.actions.filing import write_note
from casework.choices import Stage
from casework.models import Complaint, Recommendation, Team
from reviews.management.statements import (
    REASON,
    give,
    newest,
    publish_examples,
    write_statements,
)

IN_HAND = 24
TO_COMPLY = 24
DAY = dt.timedelta(days=1)


def fill_desks(*, caseworker: User, manager: User, today: dt.date) -> None:
    """Gives the two something to do, spread over every list of the start page.

    Statements of some decisions before 2026 are published, later ones wait.
    """
    with recorded(by=manager, what="Demonstration desks", reason=REASON):
        north, south = (Team.objects.create(name=f"Team {name}") for name in ("North", "South"))
        north.members.add(caseworker)
        south.members.add(manager)
        _give_cases(caseworker, north, south)
    _set_remedies_going(caseworker, manager, north, today)
    publish_examples(caseworker=caseworker, manager=manager)
    with recorded(by=caseworker, what="Demonstration desks", reason=REASON):
        waiting = newest(decided_before=today)
        give(waiting, caseworker)
        write_statements(waiting, caseworker)


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
