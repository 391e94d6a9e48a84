"""The vocabulary in which casework is asked about: who was in force, what counts, what is open."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q, QuerySet

from casework.choices import COMPARED_TYPES, Outcome
from casework.conditions import in_force_between

if TYPE_CHECKING:
    from casework.models import Authority, Complaint, Contact, Decision  # noqa: F401

CASES = Count("authority_id")
REMEDIED = Count("authority_id", filter=Q(is_remedied_by_authority=True))


class AuthorityQuerySet(QuerySet["Authority"]):
    def in_force_on(self, day: dt.date) -> Self:
        return self.in_force_between(day, day)

    def in_force_between(self, first: dt.date, last: dt.date) -> Self:
        """In force on any day from `first` to `last`, both included."""
        return self.filter(in_force_between(first, last))

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


def counted_by(cases: QuerySet[Any], *columns: str, **further: Count) -> QuerySet[Any, Any]:
    """Groups with their size, counted by a column of each index, so that an index answers alone."""
    groups = cases.order_by().values(*columns).annotate(cases=CASES, **further)
    return groups.values_list(*columns, "cases", *further)
