"""When a council ends: who has to comply with what it was told to do."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from casework.actions.history import recorded
from casework.importing import day_text
from casework.models import Authority, Decision, DutyTransfer, Recommendation
from casework.refusals import Refused


def under_duty(authority: Authority) -> QuerySet[Decision]:
    """Standing decisions with an open recommendation that this authority has to carry out.

    Its own and those passed to it, without those it passed on.
    """
    still_open = Recommendation.objects.open().filter(decision=OuterRef("pk"))
    return Decision.objects.standing().filter(
        Q(duty_authority=authority) | Q(duty_authority=None, authority=authority),
        Exists(still_open.order_by()),
    )


def why_no_duty_passes(authority: Authority, day: dt.date) -> str:
    """Why the duty of an authority stays where it is on a day; "" where it can be passed."""
    if authority.ends_on is None:
        return f"{authority} is in force: give its last day first."
    if authority.ends_on >= day:
        return (
            f"{authority} is in force until {day_text(authority.ends_on)}: its duty passes after "
            "that day."
        )
    if not authority.successors.exists():
        return f"{authority} has no successor: name one on its page first."
    return ""


def pass_duty(
    *,
    from_authority: Authority,
    to_authority: Authority,
    on: dt.date,
    by: User,
    reason: str,
    decisions: Collection[int] | None = None,
) -> list[DutyTransfer]:
    """Makes a successor answer for the open recommendations of an abolished authority.

    For all its cases, or those `decisions` (keys) name where several councils followed. Figures
    stay with the authority decided against. Raises Refused.
    """
    reason = reason.strip()
    with recorded(by=by, what=f"Duty to comply passed to {to_authority}", reason=reason):
        # Nobody changes their days or records an outcome meanwhile.
        list(
            Authority.objects.select_for_update()
            .filter(pk__in=(from_authority.pk, to_authority.pk))
            .order_by("pk")
        )
        from_authority.refresh_from_db()
        to_authority.refresh_from_db()
        if problems := list(_against(from_authority, to_authority, on, by, reason)):
            raise Refused(*problems)
        found = list(under_duty(from_authority).select_for_update().order_by("pk"))
        if decisions is not None:
            if gone := set(decisions) - {decision.pk for decision in found}:
                raise Refused(
                    f"{len(gone)} of these cases wait{'s' if len(gone) == 1 else ''} no longer for "
                    f"{from_authority}: look at the list again."
                )
            found = [decision for decision in found if decision.pk in decisions]
        if not found:
            raise Refused(f"No case waits for {from_authority} to comply.")
        Decision.objects.filter(pk__in=[decision.pk for decision in found]).update(
            duty_authority=to_authority
        )
        return DutyTransfer.objects.bulk_create(
            DutyTransfer(
                decision=decision,
                from_authority=from_authority,
                to_authority=to_authority,
                passed_on=on,
                passed_by=by,
                reason=reason,
            )
            for decision in found
        )


def _against(
    from_authority: Authority, to_authority: Authority, on: dt.date, by: User, reason: str
) -> Iterable[str]:
    if not by.has_perm("casework.pass_duty"):
        yield "Only a casework manager passes the duty to comply on: ask one."
    if on > timezone.localdate():
        yield "The day on which the duty passed is in the future: give today's or an earlier one."
    if why := why_no_duty_passes(from_authority, on):
        yield why
    elif not from_authority.successors.filter(pk=to_authority.pk).exists():
        yield f"{to_authority} is no successor of {from_authority}: name it on its page first."
    elif not to_authority.is_in_force_on(on):
        yield f"{to_authority} was not in force on {day_text(on)}: choose another day or successor."
    if not reason:
        yield "Give the reason, such as the order by which the authority ended."
