"""What is published of a decision and what stands in its way: statement, exception, review, report.

Publishing itself is done by reviews, which keeps the public copies.
"""

import calendar
import datetime as dt

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format

from casework.actions.history import recorded
from casework.actions.steps import move_case
from casework.anonymity import Find, find_personal_data
from casework.choices import (
    OPEN_STAGES,
    PUBLISHED_OUTCOMES,
    Outcome,
    PublicationGround,
    ReviewResult,
    Stage,
)
from casework.models import (
    Complainant,
    Complaint,
    Decision,
    DecisionReview,
    PublicationException,
    PublicInterestReport,
    Statement,
)
from casework.refusals import Refused

MONTHS_TO_ANSWER = 3

PUBLISHED_LABELS = " or ".join(f"“{Outcome(outcome).label}”" for outcome in PUBLISHED_OUTCOMES)
NO_STATEMENT = f"Only a decision with the outcome {PUBLISHED_LABELS} has a public statement."


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def personal_data_in(text: str, *, complaint_id: int) -> list[Find]:
    """What of the case's complainant stands in the text; nothing where nobody is entered."""
    complainant = Complainant.objects.filter(pk=complaint_id).first()
    if complainant is None:
        return []
    return find_personal_data(
        text,
        name=complainant.name,
        postcode=complainant.postcode,
        email=complainant.email,
        telephone=complainant.telephone,
    )


def first_day_of_statement(*, decision: Decision, former: Statement | None) -> dt.date:
    """The earliest day a statement may be dated: a new one in place of a published one is new."""
    if former is None or former.published_on is None:
        return decision.decided_on
    return max(decision.decided_on, former.published_on)


def write_statement(*, decision: Decision, text: str, dated_on: dt.date, by: User) -> Statement:
    """Writes the statement of a standing decision.

    One not yet published is amended; in place of a published one comes a new one, for good.
    """
    with recorded(by=by, what="Statement written"):
        _lock(decision)
        if not decision.is_standing:
            raise Refused(
                "This decision stands no longer: write the statement of the one that does."
            )
        if decision.outcome not in PUBLISHED_OUTCOMES:
            raise Refused(NO_STATEMENT)
        former = decision.statements.current().first()
        first = first_day_of_statement(decision=decision, former=former)
        if dated_on < first:
            raise Refused(
                f"A statement of this decision is dated {date_format(first, 'j F Y')} or later."
            )
        if dated_on > timezone.localdate():
            raise Refused("A statement cannot be dated in the future.")
        if former and former.published_on is None:
            former.text, former.dated_on = text, dated_on
            former.written_at, former.written_by = timezone.now(), by
            former.save(update_fields=["text", "dated_on", "written_at", "written_by"])
            return former
        if former:
            former.is_current = False
            former.save(update_fields=["is_current"])
        newest = decision.statements.order_by("-number").first()
        return Statement.objects.create(
            decision=decision,
            number=newest.number + 1 if newest else 1,
            dated_on=dated_on,
            text=text,
            written_at=timezone.now(),
            written_by=by,
        )


def except_from_publication(
    *, decision: Decision, ground: PublicationGround, details: str, by: User
) -> PublicationException:
    """Keeps a decision from the public, or says anew why; takes a published one off at once."""
    _require_manager(by)
    with recorded(by=by, what="Exception from publication"):
        _lock(decision)
        exception, _ = PublicationException.objects.update_or_create(
            decision=decision,
            defaults={
                "ground": ground,
                "details": details,
                "decided_at": timezone.now(),
                "decided_by": by,
            },
        )
        return exception


def lift_exception(*, exception: PublicationException, by: User) -> None:
    """The decision is published, or again, with the next publication."""
    _require_manager(by)
    with recorded(by=by, what="Exception from publication lifted"):
        _lock(exception.decision)
        exception.delete()


def record_review(*, review: DecisionReview, by: User) -> DecisionReview:
    """Stores a review as asked for or as ended; its end may open the case again."""
    with recorded(by=by, what="Review of the decision"):
        _lock(review.decision)
        former = DecisionReview.objects.filter(pk=review.pk).first()
        review.save()
        if review.result == ReviewResult.REOPENED and (
            not former or former.result != review.result
        ):
            case = Complaint.objects.get(pk=review.decision.complaint_id)
            if case.stage not in OPEN_STAGES:
                move_case(
                    complaint=case,
                    to=Stage.INVESTIGATION,
                    by=by,
                    reason="Review of the decision",
                )
        return review


def record_report(*, report: PublicInterestReport, by: User) -> PublicInterestReport:
    """Stores a report; the authority has three months to answer it."""
    with recorded(by=by, what="Public interest report"):
        report.answer_due_on = months_after(report.issued_on, MONTHS_TO_ANSWER)
        report.save()
        return report


def _lock(decision: Decision) -> None:
    """Publishing locks the case too, so that one of the two sees what the other did."""
    Complaint.objects.select_for_update().get(pk=decision.complaint_id)
    decision.refresh_from_db()


def _require_manager(by: User) -> None:
    if not by.has_perm("casework.add_publicationexception"):
        raise Refused("Only a casework manager decides that a decision is not published.")
