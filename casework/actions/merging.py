"""One record in place of two for the same thing: what would move, what stays, and doing it.

Live casework moves. What was counted, published or sent keeps the record it was made with.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet

from casework.actions.history import FrozenYears, recorded
from casework.choices import AuthorityType, Category, ContactRole, Outcome
from casework.importing import day_text
from casework.models import (
    Authority,
    Complaint,
    Contact,
    Decision,
    DecisionReason,
    DutyTransfer,
    EarlierName,
    Population,
    PublicCategory,
    PublicSubcategory,
)
from casework.refusals import Refused

LOOK_AGAIN = (
    "Nothing was merged: what there is to move has changed since you looked. Look at it again."
)


class Part(NamedTuple):
    """So many records of one kind."""

    label: str
    number: int


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would do; `skipped` and `refusals` are sentences, `mark` stands for all."""

    moves: tuple[Part, ...]
    stays: tuple[Part, ...]
    skipped: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def mark(self) -> str:
        return hashlib.sha256(repr(self).encode("utf-8", "backslashreplace")).hexdigest()


class Merge[M: Model](ABC):
    """The record `duplicate` goes up in `keeper`, which is of the same kind."""

    model: ClassVar[type[Model]]

    def __init__(self, *, duplicate: M, keeper: M) -> None:
        self.duplicate = duplicate
        self.keeper = keeper

    def plan(self) -> MergePlan:
        """Writes nothing."""
        if self.duplicate.pk == self.keeper.pk:
            return MergePlan(
                (), (), (), ("A record cannot be merged into itself: choose another.",)
            )
        return MergePlan(
            moves=tuple(part for part in self.moves() if part.number),
            stays=tuple(part for part in self.stays() if part.number),
            skipped=tuple(self.skipped()),
            refusals=tuple(self.refusals()),
        )

    @abstractmethod
    def moves(self) -> Iterable[Part]:
        """What the keeper is to have."""

    def stays(self) -> Iterable[Part]:
        """What other parts of the system made with the duplicate, and keeps it."""
        for relation in self.duplicate._meta.related_objects:
            record = relation.related_model
            if record._meta.app_label != self.duplicate._meta.app_label:
                rows = record._base_manager.filter(**{relation.field.name: self.duplicate})
                yield Part(str(record._meta.verbose_name_plural), rows.count())

    def skipped(self) -> Iterable[str]:
        """What stays with the duplicate because the keeper has its like."""
        return ()

    @abstractmethod
    def refusals(self) -> Iterable[str]:
        """Why the two cannot be merged."""

    @abstractmethod
    def write(self) -> None:
        """Moves what moves."""

    @property
    def outcome(self) -> str:
        """What becomes of the duplicate, in a sentence."""
        return f"{self.duplicate} is then deleted; its history stays."


def merge(merging: Merge[Model], *, by: User, reason: str, mark: str) -> MergePlan:
    """Merges as the plan with this mark said, as one batch; else raises Refused.

    A reason is always needed: cases of frozen years may move too.
    """
    with recorded(by=by, what=f"Merged: {merging.model._meta.verbose_name}", reason=reason):
        # Nobody changes either meanwhile, nor enters a case for an authority.
        keys = (merging.duplicate.pk, merging.keeper.pk)
        list(merging.model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk"))
        merging.duplicate.refresh_from_db()
        merging.keeper.refresh_from_db()
        if not by.has_perm("casework.merge_authority"):
            raise Refused("Only a casework manager merges records: ask one.")
        if not reason.strip():
            raise Refused("Give the reason for which they are merged.")
        plan = merging.plan()
        if plan.refusals:
            raise Refused(*plan.refusals)
        if plan.mark != mark:
            raise Refused(LOOK_AGAIN)
        merging.write()
        return plan


def frozen_among(complaints: QuerySet[Complaint]) -> int:
    """How many of these cases count in a year whose figures are frozen."""
    frozen = FrozenYears()
    dates = complaints.order_by().values_list(
        "pk", "received_on", "decisions__decided_on", "decisions__compliance_recorded_on"
    )
    return len({pk for pk, *days in dates if frozen.year_of(days)})


class AuthorityMerge(Merge[Authority]):
    """One authority entered twice. The duplicate stays for what was published with it, unused."""

    model = Authority

    @property
    def outcome(self) -> str:
        return (
            f"{self.duplicate} can then not be chosen any more; files that name it mean "
            f"{self.keeper}. What was frozen, sent and published with it stays as it is."
        )

    def moves(self) -> Iterator[Part]:
        own = self.duplicate.complaints
        yield Part("complaints, with their decisions", own.count())
        yield Part("of these counted in a frozen year", frozen_among(own.all()))
        passed = Decision.objects.filter(duty_authority=self.duplicate)
        yield Part("decisions it has to comply with for another", passed.count())
        yield Part("officers", len(self._contacts()[0]))
        yield Part("populations", len(self._populations()[0]))
        yield Part("former codes", self.duplicate.former_codes.count())
        yield Part("earlier names", len(self._earlier_names()[0]))
        yield Part("successors", self._others("successors").count())
        yield Part("predecessors", self._others("predecessors").count())
        yield Part("districts of the county", self.duplicate.districts.count())
        yield Part("authorities merged into it before", self.duplicate.merged.count())

    def stays(self) -> Iterator[Part]:
        yield from super().stays()
        transfers = DutyTransfer.objects.filter(
            Q(from_authority=self.duplicate) | Q(to_authority=self.duplicate)
        )
        yield Part("records of a duty passed on", transfers.count())

    def skipped(self) -> Iterator[str]:
        for contact, other in self._contacts()[1]:
            yield (
                f"{contact.printed_name}, {ContactRole(contact.role).label.lower()}, stays: "
                f"{other.printed_name} of {self.keeper} holds the role on some of the same days."
            )
        for population, residents in self._populations()[1]:
            yield (
                f"The population of {population.year}, {population.residents:,}, stays: "
                f"{self.keeper} has one of {residents:,}."
            )
        for name in self._earlier_names()[1]:
            yield (
                f"The earlier name {name}, until {day_text(name.ends_on)}, stays: {self.keeper} "
                "has one until the same day."
            )

    def refusals(self) -> Iterator[str]:
        duplicate, keeper = self.duplicate, self.keeper
        for authority in (duplicate, keeper):
            if authority.merged_into_id:
                yield f"{authority} was merged already, into {authority.merged_into}."
        if duplicate.authority_type != keeper.authority_type:
            kinds = [AuthorityType(each.authority_type).label for each in (duplicate, keeper)]
            yield (
                f"They are of different types, {kinds[0].lower()} and {kinds[1].lower()}: a "
                "council that became another kind is rightly two records."
            )
        for earlier, later in ((duplicate, keeper), (keeper, duplicate)):
            if earlier.successors.filter(pk=later.pk).exists():
                yield f"{later} followed {earlier}: they are rightly two records."
        outside = duplicate.complaints.filter(
            Q(received_on__lt=keeper.starts_on) if keeper.starts_on else Q(pk__in=[]),
        ) | duplicate.complaints.filter(
            Q(received_on__gt=keeper.ends_on) if keeper.ends_on else Q(pk__in=[])
        )
        if number := outside.count():
            first = f" from {day_text(keeper.starts_on)}" if keeper.starts_on else ""
            last = f" until {day_text(keeper.ends_on)}" if keeper.ends_on else ""
            yield (
                f"{number} complaint{' was' if number == 1 else 's were'} received when {keeper} "
                f"was not in force, which is only{first}{last}: correct its days or theirs first."
            )

    def write(self) -> None:
        duplicate, keeper = self.duplicate, self.keeper
        contacts, populations = self._contacts()[0], self._populations()[0]
        earlier_names = self._earlier_names()[0]
        duplicate.complaints.update(authority=keeper)  # decisions follow by themselves
        Decision.objects.filter(duty_authority=duplicate).update(duty_authority=keeper)
        for rows, keys in (
            (duplicate.contacts, contacts),
            (duplicate.populations, populations),
            (duplicate.earlier_names, earlier_names),
        ):
            rows.filter(pk__in=keys).update(authority=keeper)
        duplicate.former_codes.update(authority=keeper)
        duplicate.districts.update(county=keeper)
        duplicate.merged.update(merged_into=keeper)
        keeper.successors.add(*self._others("successors"))
        keeper.predecessors.add(*self._others("predecessors"))
        duplicate.successors.clear()
        duplicate.predecessors.clear()
        duplicate.merged_into = keeper
        duplicate.save(update_fields=["merged_into"])

    def _others(self, name: str) -> QuerySet[Authority]:
        return getattr(self.duplicate, name).exclude(pk=self.keeper.pk)

    def _contacts(self) -> tuple[list[int], list[tuple[Contact, Contact]]]:
        """Those that move, and those beside whom the keeper has another at the same time."""
        taken = list(self.keeper.contacts.all())
        move: list[int] = []
        stay = []
        for contact in self.duplicate.contacts.all():
            other = next((each for each in taken if _at_once(contact, each)), None)
            if other:
                stay.append((contact, other))
            else:
                move.append(contact.pk)
        return move, stay

    def _populations(self) -> tuple[list[int], list[tuple[Population, int]]]:
        taken = dict(self.keeper.populations.values_list("year", "residents"))
        found = list(self.duplicate.populations.all())
        move = [each.pk for each in found if each.year not in taken]
        return move, [(each, taken[each.year]) for each in found if each.year in taken]

    def _earlier_names(self) -> tuple[list[int], list[EarlierName]]:
        taken = set(self.keeper.earlier_names.values_list("ends_on", flat=True))
        found = list(self.duplicate.earlier_names.all())
        move = [each.pk for each in found if each.ends_on not in taken]
        return move, [each for each in found if each.ends_on in taken]


def _at_once(one: Contact, other: Contact) -> bool:
    return (
        one.role == other.role
        and (other.ends_on is None or one.starts_on <= other.ends_on)
        and (one.ends_on is None or other.starts_on <= one.ends_on)
    )


class _DeletingMerge[M: Model](Merge[M]):
    """The duplicate is deleted at the end, so nothing else may name it."""

    def stays(self) -> Iterable[Part]:
        return ()

    def refusals(self) -> Iterator[str]:
        for label, number in super().stays():
            if number:
                yield f"{number} {label} name {self.duplicate}, and stay as they are: rename it."


class CategoryMerge(_DeletingMerge[PublicCategory]):
    model = PublicCategory

    def moves(self) -> Iterator[Part]:
        yield Part("subcategories", self.duplicate.subcategories.count() - len(self._same()))
        yield Part("subcategories that the other has too, so made one with it", len(self._same()))
        complaints = Complaint.objects.filter(public_subcategory__public_category=self.duplicate)
        yield Part("complaints in its subcategories", complaints.count())
        yield Part("of these counted in a frozen year", frozen_among(complaints))

    def refusals(self) -> Iterator[str]:
        yield from super().refusals()
        yield from _counted_alike(self.duplicate, self.keeper)

    def write(self) -> None:
        for duplicate, keeper in self._same():
            SubcategoryMerge(duplicate=duplicate, keeper=keeper).write()
        self.duplicate.subcategories.update(public_category=self.keeper)
        self.duplicate.delete()

    def _same(self) -> list[tuple[PublicSubcategory, PublicSubcategory]]:
        there = {each.slug: each for each in self.keeper.subcategories.all()}
        own = self.duplicate.subcategories.all()
        return [(each, there[each.slug]) for each in own if each.slug in there]


class SubcategoryMerge(_DeletingMerge[PublicSubcategory]):
    model = PublicSubcategory

    def moves(self) -> Iterator[Part]:
        yield Part("complaints", self.duplicate.complaints.count())
        yield Part(
            "of these counted in a frozen year", frozen_among(self.duplicate.complaints.all())
        )

    def refusals(self) -> Iterator[str]:
        yield from super().refusals()
        yield from _counted_alike(self.duplicate.public_category, self.keeper.public_category)

    def write(self) -> None:
        self.duplicate.complaints.update(public_subcategory=self.keeper)
        self.duplicate.delete()


def _counted_alike(duplicate: PublicCategory, keeper: PublicCategory) -> Iterator[str]:
    if duplicate.category != keeper.category:
        labels = [Category(each.category).label for each in (duplicate, keeper)]
        yield (
            f"{duplicate} is counted as {labels[0]} and {keeper} as {labels[1]}: merged, cases "
            "would stand under another category than they are counted in."
        )


class ReasonMerge(_DeletingMerge[DecisionReason]):
    model = DecisionReason

    def moves(self) -> Iterator[Part]:
        decisions = Decision.objects.filter(reason=self.duplicate)
        yield Part("decisions", decisions.count())
        complaints = Complaint.objects.filter(decisions__in=decisions)
        yield Part("of these counted in a frozen year", frozen_among(complaints))

    def refusals(self) -> Iterator[str]:
        yield from super().refusals()
        duplicate, keeper = self.duplicate, self.keeper
        if duplicate.outcome != keeper.outcome:
            labels = [Outcome(each.outcome).label for each in (duplicate, keeper)]
            yield f"They belong to different outcomes: {labels[0]} and {labels[1]}."
        used = Decision.objects.filter(reason=duplicate)
        outside = Q(pk__in=[])
        if keeper.starts_on:
            outside |= Q(decided_on__lt=keeper.starts_on)
        if keeper.ends_on:
            outside |= Q(decided_on__gt=keeper.ends_on)
        if number := used.filter(outside).count():
            yield (
                f"{number} decision{' is' if number == 1 else 's are'} of days on which "
                f"“{keeper.name}” was not used: correct its days first."
            )

    def write(self) -> None:
        Decision.objects.filter(reason=self.duplicate).update(reason=self.keeper)
        self.duplicate.delete()
