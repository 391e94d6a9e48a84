"""Statements of the demonstration: what they say, which are published, and reports on some."""

import datetime as dt
from collections.abc import Iterable
from itertools import islice

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.actions import recorded
from casework.actions.publication import record_report, write_statement
from casework.choices import Compliance, Outcome, RecommendationKind
from casework.models import Complaint, Decision, PublicInterestReport, Recommendation
from reviews.figures.periods import Period
from reviews.publication import publish_decisions

REASON = "Demonstration"
NEWEST = 18
# Of these councils every decision with an improvement of services is published, and of the others
# one in so many, from the first of the days to the last.
COUNCILS = (
    "borough-council-of-kings-lynn-and-west-norfolk",
    "cambridge-city-council",
    "devon-county-council",
    "leeds-city-council",
    "london-borough-of-hillingdon",
)
OF_THE_OTHERS = 6
FIRST, LAST = Period(2025).first_day, dt.date(2026, 5, 31)

STATEMENT = """The complaint
{who} complained about how the Council dealt with a matter of {subject}. {grievance}

How I considered it
1. I read the complaint and asked the Council for its file.
2. Both could comment on a draft of this decision before it was made.

What I found
{finding}

The decision
{decision}

This is a statement made up for the demonstration. It is about no real person or case.
"""
WHO = ("Mr X", "Miss Y", "Mrs Z", "Mr and Mrs B")
GRIEVANCES = (
    "The Council took more than a year to answer.",
    "The Council did not explain its decision, nor how to appeal against it.",
    "The Council lost papers that had been sent to it twice.",
    "A service was stopped without notice.",
    "The Council asked for money that was not owed.",
    "Officers gave advice that turned out to be wrong.",
    "The Council did not keep to its own published procedure.",
    "Nobody answered telephone calls or letters for months.",
    "An assessment that was promised was never made.",
    "A neighbour's comments were left out of the officer's report.",
    "The complaint was closed before it was looked into.",
)
FINDINGS = {
    Outcome.UPHELD.value: (
        "There was fault by the Council. It did not do what its procedure says, and its records do "
        "not show why. That caused avoidable distress and uncertainty.",
        "I uphold the complaint. The Council agreed to apologise and to review how it handles such "
        "matters.",
    ),
    Outcome.NOT_UPHELD.value: (
        "The Council considered what it had to consider and gave its reasons. There was no fault "
        "in how it decided, so I cannot question what it decided.",
        "I do not uphold the complaint: there was no fault by the Council.",
    ),
    Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES.value: (
        "There is not enough evidence of fault, and it is unlikely that an investigation would "
        "lead to a different outcome.",
        "I will not investigate this complaint.",
    ),
}

# Days after the decision: issued, answered, satisfied; and whether it is a further report.
REPORTS = (
    (20, 95, 160, False),
    (25, 110, None, False),
    (15, None, None, False),
    (30, 100, None, True),
)


def publish_examples(*, caseworker: User, manager: User) -> None:
    """Publishes decisions with improvements in every status, others among them, and reports."""
    with recorded(by=caseworker, what="Demonstration statements", reason=REASON):
        last = newest(decided_before=dt.date(2026, 1, 1))
        give(last, caseworker)
        known = {decision.pk for decision in last}
        others = [decision for decision in _examples() if decision.pk not in known]
        write_statements([*last, *others], caseworker)
    with recorded(by=manager, what="Demonstration reports", reason=REASON):
        _report_on(_with_improvement().filter(authority__slug__in=COUNCILS), manager)
    publish_decisions(by=manager)


def newest(*, decided_before: dt.date) -> list[Decision]:
    """The newest decisions before that day that may have a statement."""
    found = _may_have_one().filter(decided_on__lt=decided_before).order_by("-decided_on", "pk")
    return list(islice(found.iterator(chunk_size=NEWEST), NEWEST))


def give(decisions: Iterable[Decision], caseworker: User) -> None:
    cases = [decision.complaint_id for decision in decisions]
    Complaint.objects.filter(pk__in=cases).update(caseworker=caseworker)


def write_statements(decisions: Iterable[Decision], caseworker: User) -> None:
    for decision in decisions:
        finding, said = FINDINGS[decision.outcome]
        number = int(decision.complaint.reference.replace(" ", ""))
        text = STATEMENT.format(
            who=WHO[number % len(WHO)],
            subject=(decision.complaint.subcategory or decision.get_category_display()).lower(),
            grievance=GRIEVANCES[number % len(GRIEVANCES)],
            finding=finding,
            decision=said,
        )
        write_statement(decision=decision, text=text, dated_on=decision.decided_on, by=caseworker)


def _may_have_one() -> QuerySet[Decision]:
    return (
        Decision.objects.standing().filter(outcome__in=list(FINDINGS)).select_related("complaint")
    )


def _with_improvement() -> QuerySet[Decision]:
    improvements = Recommendation.objects.filter(
        decision=OuterRef("pk"), kind=RecommendationKind.SERVICE_IMPROVEMENT
    )
    return _may_have_one().filter(Exists(improvements), decided_on__range=(FIRST, LAST))


def _examples() -> list[Decision]:
    """Those of the named councils, all whose improvements came to nothing, and some without one."""
    of_councils = Q(authority__slug__in=COUNCILS)
    to_nothing = Q(compliance__in=[Compliance.NOT_SATISFIED, Compliance.CEASED])
    improved = list(_with_improvement().filter(of_councils | to_nothing).order_by("pk"))
    others = _may_have_one().filter(of_councils, decided_on__range=(FIRST, LAST)).order_by("pk")
    known = {decision.pk for decision in improved}
    return improved + [each for each in list(others)[::OF_THE_OTHERS] if each.pk not in known]


def _report_on(decisions: QuerySet[Decision], by: User) -> None:
    """Reports on the first cases, each of another category as long as there is one."""
    first: dict[str, Decision] = {}
    for decision in decisions.order_by("decided_on", "pk"):
        first.setdefault(decision.category, decision)

    def days_after(decision: Decision, days: int | None) -> dt.date | None:
        return None if days is None else decision.decided_on + dt.timedelta(days=days)

    for decision, (issued, answered, satisfied, is_further) in zip(
        first.values(), REPORTS, strict=False
    ):
        record_report(
            report=PublicInterestReport(
                decision=decision,
                title=f"{decision.complaint.subcategory}: what went wrong, and what has to change",
                is_further=is_further,
                issued_on=decision.decided_on + dt.timedelta(days=issued),
                answered_on=days_after(decision, answered),
                satisfied_on=days_after(decision, satisfied),
            ),
            by=by,
        )
