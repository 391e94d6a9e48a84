"""What is published of a decision and what stands in its way: statement, exception, review, report.

Publishing itself is done by reviews, which keeps the public copies.
"""

import calendar
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator

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
    RecommendationKind,
    ReviewResult,
    Stage,
)
from casework.models import (
    CheckedPlaces,
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
YEARS_SHOWN = 5

PUBLISHED_LABELS = " or ".join(f"“{Outcome(outcome).label}”" for outcome in PUBLISHED_OUTCOMES)
OVER = (
    "The five years of this decision for the public are over: a new statement is written only "
    "after a review that ended since."
)
NO_STATEMENT = f"Only a decision with the outcome {PUBLISHED_LABELS} has a public statement."


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# Who complained, in texts for the public ----------------------------------------------------------


def personal_data_in(text: str, *, of: Complaint) -> list[Find]:
    """What of the case's complainant stands in the text; nothing where nobody is entered."""
    complainant: Complainant | None = getattr(of, "complainant", None)
    if complainant is None:
        return []
    return find_personal_data(
        text,
        name=complainant.name,
        postcode=complainant.postcode,
        email=complainant.email,
        telephone=complainant.telephone,
    )


def digest_of(finds: Iterable[Find]) -> str:
    """Tells these places from others, so that a tick is not taken for what came after it."""
    found = "\n".join(f"{find.kind}\t{find.words}\t{find.context}" for find in finds)
    return hashlib.sha256(found.encode()).hexdigest()


def unchecked_in(text: str, *, decision: Decision) -> list[Find]:
    """Where the complainant seems to appear in the text, and nobody said that it tells nothing."""
    finds = personal_data_in(text, of=decision.complaint)
    if not finds or decision.pk is None:
        return finds
    digest = digest_of(finds)
    return [] if any(each.digest == digest for each in decision.checked_places.all()) else finds


def say_checked(*, decision: Decision, digest: str, by: User) -> None:
    """Keeps that somebody looked at the places this digest stands for, and they tell nobody."""
    with recorded(by=by, what="Text checked"):
        CheckedPlaces.objects.get_or_create(
            decision=decision,
            digest=digest,
            defaults={"checked_at": timezone.now(), "checked_by": by},
        )


def held_texts(decision: Decision) -> list[str]:
    """The texts for the public in which the complainant seems to appear, until somebody checks.

    Nothing of the decision is published, or told anew, while there is one.
    """
    if not hasattr(decision.complaint, "complainant"):
        return []
    held = [
        what for what, text in _texts_for_the_public(decision)
        if unchecked_in(text, decision=decision)
    ]  # fmt: skip
    return list(dict.fromkeys(held))


def _texts_for_the_public(decision: Decision) -> Iterator[tuple[str, str]]:
    for statement in decision.statements.all():
        if statement.is_current:
            yield "the statement", statement.text
    for each in decision.recommendations.all():
        if each.kind == RecommendationKind.SERVICE_IMPROVEMENT:
            yield "a service improvement", each.text
    if report := getattr(decision, "report", None):
        yield "the title of the report", report.title


# Statements ---------------------------------------------------------------------------------------


def last_day_shown(published_on: dt.date) -> dt.date:
    """The day before that on which five years are over."""
    return months_after(published_on, 12 * YEARS_SHOWN) - dt.timedelta(days=1)


def last_day_of(decision: Decision, *, published_on: dt.date) -> dt.date:
    """The last day on which a statement published on that day may be shown.

    The five years of a decision run from the day it was first published, whatever statements
    follow; after a review a new statement begins them anew.
    """
    days = [each.published_on for each in decision.statements.all() if each.published_on]
    reviews = [each.ended_on for each in decision.reviews.all() if each.ended_on]
    since = max(reviews, default=dt.date.min)
    return last_day_shown(min([published_on, *(day for day in days if day >= since)]))


def five_years_over(decision: Decision, *, day: dt.date) -> str:
    """Why no statement of this decision is written or published on that day; "" if one may be."""
    withdrawn = [each.withdrawn_on for each in decision.statements.all() if each.withdrawn_on]
    reviews = [each.ended_on for each in decision.reviews.all() if each.ended_on]
    is_back = not withdrawn or any(ended_on >= max(withdrawn) for ended_on in reviews)
    return "" if is_back and last_day_of(decision, published_on=day) >= day else OVER


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
        if over := five_years_over(decision, day=timezone.localdate()):
            raise Refused(over)
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
