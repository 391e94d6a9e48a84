"""The vocabulary in which casework is asked about: who was in force, what counts, what is open."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest, Lower, Upper
from django.db.models.lookups import LessThanOrEqual

from casework.choices import COMPARED_TYPES, OPEN_STAGES, PUBLISHED_OUTCOMES, Outcome, Stage
from casework.conditions import in_force_between

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from casework.models import (  # noqa: F401
        Authority,
        Change,
        ClockPause,
        Complainant,
        Complaint,
        Contact,
        Decision,
        DecisionReason,
        Recommendation,
        SavedFilter,
        Statement,
    )

# Decisions are published on complaints received from this day on, six weeks after their date.
FIRST_PUBLISHED = dt.date(2013, 4, 1)
SIX_WEEKS = dt.timedelta(weeks=6)

# What figures, letters and published decisions say of a complaint itself.
COUNTED_OF_A_COMPLAINT = (
    "reference",
    "authority_id",
    "category",
    "subcategory",
    "public_subcategory_id",
    "received_on",
)

CASES = Count("authority_id")
REMEDIED = Count("authority_id", filter=Q(is_remedied_by_authority=True))


# Conditions that desks count by, several of them in one query.


def open_recommendation() -> Q:
    """Neither carried out nor overtaken by a compliance outcome or a further decision."""
    return Q(completed_on=None, decision__compliance="", decision__is_standing=True)


def delayed_recommendation(day: dt.date) -> Q:
    """Still open twelve months after it was due."""
    return open_recommendation() & Q(due_on__lt=a_year_before(day))


def nothing_in_the_way(*, statement: str = "", decision: str = "decision__") -> Q:
    """Of a current statement that the public may read, but for the six weeks.

    The decision stands, has an outcome that is published, is about a complaint received from
    1 April 2013, is not excepted, not under review and its case is not open again. The database
    holds the same list (migration `0003` of reviews). The two prefixes lead from what is asked for
    to the statement and to the decision.
    """
    review = apps.get_model("casework", "DecisionReview")._default_manager
    exception = apps.get_model("casework", "PublicationException")._default_manager
    key = OuterRef(f"{decision}pk")
    return Q(
        ~Exists(review.filter(decision=key, ended_on=None)),
        # Not a join: PostgreSQL would take it that hardly a decision is without one.
        ~Exists(exception.filter(decision=key)),
        (f"{statement}is_current", True),
        (f"{statement}withdrawn_on", None),
        (f"{decision}is_standing", True),
        (f"{decision}outcome__in", PUBLISHED_OUTCOMES),
        (f"{decision}received_on__gte", FIRST_PUBLISHED),
        (f"{decision}complaint__stage__in", (Stage.REMEDY, Stage.CLOSED)),
    )


def six_weeks_old(day: dt.date, *, statement: str = "", decision: str = "decision__") -> Q:
    """On `day` six weeks lie behind the statement's own day and that of the decision."""
    # Not the decision's day alone: SQLite would begin with all decisions there ever were.
    later = Greatest(F(f"{statement}dated_on"), F(f"{decision}decided_on"))
    return Q(LessThanOrEqual(later, day - SIX_WEEKS))


class AuthorityQuerySet(QuerySet["Authority"]):
    def in_force_on(self, day: dt.date) -> Self:
        return self.in_force_between(day, day)

    def in_force_between(self, first: dt.date, last: dt.date) -> Self:
        """In force on any day from `first` to `last`, both included.

        One merged into another is not: its cases are there, and it has no row in a new round.
        """
        return self.usable().filter(in_force_between(first, last))

    def usable(self) -> Self:
        """Those that a case can be about: not merged into another."""
        return self.filter(merged_into=None)

    def compared(self) -> Self:
        """Of the five types that are compared with an average."""
        return self.filter(authority_type__in=COMPARED_TYPES)

    def named(self, name: str) -> Self:
        """By slug or GSS code; by a former code only where nobody has that code now."""
        present = self.filter(Q(slug=name) | Q(gss_code=name))
        return present if present.exists() else self.filter(former_codes__gss_code=name)


class ContactQuerySet(QuerySet["Contact"]):
    def in_office_on(self, day: dt.date) -> Self:
        return self.filter(in_force_between(day, day))


class ComplaintQuerySet(QuerySet["Complaint"]):
    def received_between(self, first: dt.date, last: dt.date) -> Self:
        return self.filter(received_on__gte=first, received_on__lte=last)

    def undecided(self) -> Self:
        return self.exclude(decisions__is_standing=True)

    def open(self) -> Self:
        """Being worked on: before the decision, or opened again after one."""
        return self.filter(stage__in=OPEN_STAGES)

    def of_caseworker(self, user: "User") -> Self:
        return self.filter(caseworker=user)

    def of_the_same_person(self, complainant: "Complainant") -> Self:
        """Other cases with the same e-mail address, or the same name at the same postcode."""
        same = Q(pk__in=[])
        if complainant.email:
            same |= Q(lower_email=complainant.email.lower())
        if compact := complainant.postcode.replace(" ", "").upper():
            same |= Q(
                upper_postcode__in=[compact, f"{compact[:-3]} {compact[-3:]}"],
                lower_name=complainant.name.lower(),
            )
        return (
            self.exclude(pk=complainant.pk)
            .alias(
                lower_email=Lower("complainant__email"),
                upper_postcode=Upper("complainant__postcode"),
                lower_name=Lower("complainant__name"),
            )
            .filter(same)
        )

    def counted_by(self, *columns: str) -> QuerySet["Complaint", tuple[Any, ...]]:
        """Groups of the columns, each a tuple that ends with its number of complaints."""
        return counted_by(self, *columns)


class DecisionQuerySet(QuerySet["Decision"]):
    def standing(self) -> Self:
        """The decision that stands in each case; superseded ones are kept but never counted."""
        return self.filter(is_standing=True)

    def decided_between(self, first: dt.date, last: dt.date) -> Self:
        return self.filter(decided_on__gte=first, decided_on__lte=last)

    def outcome_recorded_between(self, first: dt.date, last: dt.date) -> Self:
        return self.filter(compliance_recorded_on__gte=first, compliance_recorded_on__lte=last)

    def upheld(self) -> Self:
        return self.filter(outcome=Outcome.UPHELD)

    def awaiting_compliance(self) -> Self:
        """Upheld, with no compliance outcome recorded."""
        return self.upheld().filter(compliance="")

    def counted_by(self, *columns: str, **further: Count) -> QuerySet["Decision", tuple[Any, ...]]:
        """Groups of the columns, each a tuple that ends with its number of cases.

        `further` counts a part of each group and comes after it.
        """
        return counted_by(self, *columns, **further)


class DecisionReasonQuerySet(QuerySet["DecisionReason"]):
    def in_force_on(self, day: dt.date) -> Self:
        """Those that a decision of this day may have."""
        return self.filter(in_force_between(day, day))


class RecommendationQuerySet(QuerySet["Recommendation"]):
    def open(self) -> Self:
        return self.filter(open_recommendation())


class StatementQuerySet(QuerySet["Statement"]):
    def current(self) -> Self:
        return self.filter(is_current=True)

    def unpublished(self) -> Self:
        return self.filter(is_current=True, published_on=None)

    def with_nothing_in_the_way(self) -> Self:
        return self.filter(nothing_in_the_way())

    def may_be_published(self) -> Self:
        """Waiting, with nothing in the way but the six weeks."""
        return self.unpublished().with_nothing_in_the_way()

    def publishable_on(self, day: dt.date) -> Self:
        """May be published, six weeks after its own day and that of the decision."""
        return self.may_be_published().filter(six_weeks_old(day))

    def shown(self) -> Self:
        """Published and neither replaced nor withdrawn since; perhaps suspended."""
        return self.filter(is_current=True, published_on__isnull=False, withdrawn_on=None)


class ChangeQuerySet(QuerySet["Change"]):
    def of_case(self, complaint_id: int) -> Self:
        return self.filter(case_id=complaint_id)

    def after(self, number: int) -> Self:
        return self.filter(pk__gt=number)

    def to_cases_between(self, first: dt.date, last: dt.date) -> Self:
        """To what is counted of cases received, decided or with an outcome recorded in the days.

        Also of those that were before the change. Who works on a case and its stage count nowhere.
        """
        complaint = apps.get_model("casework", "Complaint")
        decision = apps.get_model("casework", "Decision")
        days = (first, last)
        now = Q(case_id__in=complaint._default_manager.filter(received_on__range=days).values("pk"))
        for field in ("decided_on", "compliance_recorded_on"):
            found = decision._default_manager.filter((f"{field}__range", days))
            now |= Q(case_id__in=found.order_by().values("complaint_id"))
        before = Q()
        for field in ("received_on", "decided_on", "compliance_recorded_on"):
            before |= Q((f"before__{field}__gte", str(first)), (f"before__{field}__lte", str(last)))
        counted = (
            Q(record__in=("casework.decision", "casework.recommendation"))
            | Q(record="casework.complaint", action__in="+-")
            | Q(record="casework.complaint", after__has_any_keys=list(COUNTED_OF_A_COMPLAINT))
        )
        return self.filter(counted, now | before)


class ClockPauseQuerySet(QuerySet["ClockPause"]):
    def on(self, day: dt.date) -> Self:
        return self.filter(in_force_between(day, day))


class SavedFilterQuerySet(QuerySet["SavedFilter"]):
    def seen_by(self, user: "User") -> Self:
        return self.filter(Q(owner=user) | Q(is_shared=True))


def a_year_before(day: dt.date) -> dt.date:
    """The same day of the year before; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def counted_by(cases: QuerySet[Any], *columns: str, **further: Count) -> QuerySet[Any, Any]:
    """Groups with their size, counted by a column of each index, so that an index answers alone."""
    groups = cases.order_by().values(*columns).annotate(cases=CASES, **further)
    return groups.values_list(*columns, "cases", *further)
