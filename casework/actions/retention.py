"""Closed cases past their period: one person proposes, another agrees, and the people are gone.

What figures are counted from stays: authority, category, dates, outcomes, kinds and amounts.
"""

import calendar
import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from casework.actions.bulk import BulkChange
from casework.actions.history import recorded
from casework.choices import RecommendationKind, Stage
from casework.models import (
    Anonymisation,
    Attachment,
    Batch,
    Change,
    CheckedPlaces,
    ClockPause,
    Complainant,
    Complaint,
    Decision,
    DecisionReview,
    DutyTransfer,
    Extension,
    ImportBatch,
    Look,
    Note,
    PublicationException,
    Recommendation,
    Statement,
)

WHY = "Anonymised after the retention period"
REMOVED = "Removed when the case was anonymised."
LOT = 500
STRAY_AFTER = dt.timedelta(days=1)
ATTACHMENTS = "attachments"

# What history says of these goes as a whole …
PERSONAL_RECORDS = (
    "casework.complainant",
    "casework.note",
    "casework.attachment",
    "casework.checkedplaces",
)
# … and of these the words that somebody typed. The public copies are records of their case, too.
PERSONAL_FIELDS: dict[str, tuple[str, ...]] = {
    "casework.recommendation": ("text",),
    "casework.statement": ("text",),
    "casework.decision": ("compliance_note",),
    "casework.publicationexception": ("details",),
    "casework.publicinterestreport": ("title",),
    "casework.decisionreview": ("reason",),
    "casework.clockpause": ("reason",),
    "casework.extension": ("reason",),
    "casework.dutytransfer": ("reason",),
    "reviews.publisheddecision": ("text", "improvements", "report_title"),
    "reviews.publishedimprovement": ("text",),
}

# Of these the words of a few rows only.
PARTLY_PERSONAL = {"casework.recommendation", "casework.decision"}

logger = logging.getLogger(__name__)


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_for_anonymisation(
    today: dt.date, among: QuerySet[Complaint] | None = None
) -> QuerySet[Complaint]:
    """Closed cases whose period is over and that hold something of people, proposed or not.

    It runs from the later of decision and compliance outcome. A case in remedy, open again or whose
    decision is under review is not among them.
    """
    limit = months_before(today, settings.RETENTION_MONTHS)
    decisions = Decision.objects.filter(complaint=OuterRef("pk")).order_by()
    recent = Q(decided_on__gt=limit) | Q(compliance_recorded_on__gt=limit)
    reviews = DecisionReview.objects.filter(ended_on=None, decision__complaint=OuterRef("pk"))
    complaints = Complaint.objects.all() if among is None else among
    return complaints.filter(
        ~Exists(decisions.filter(recent)),
        ~Exists(reviews.order_by()),
        _holds_people("pk"),
        stage=Stage.CLOSED,
        anonymised_on=None,
        received_on__lte=limit,  # as every decision is later; an index answers this one
    )


def _holds_people(complaint: str) -> Exists:
    """Whether anything that anonymising takes out was ever put into a case.

    The history knows, also of what was removed since; nothing gets into a case past it. Dates,
    outcomes and improvements name nobody. The reason of an import is not about one case.
    """
    personal = RecommendationKind.PERSONAL
    return Exists(
        Change.objects.filter(
            Q(record__in=(*PERSONAL_RECORDS, *PERSONAL_FIELDS.keys() - PARTLY_PERSONAL))
            | Q(record="casework.recommendation", before__kind=personal)
            | Q(record="casework.recommendation", after__kind=personal)
            | Q(record="casework.decision", before__compliance_note__gt="")
            | Q(record="casework.decision", after__compliance_note__gt="")
            | Q(batch__reason__gt="", batch__import_batch=None),
            case_id=OuterRef(complaint),
        ).order_by()
    )


def _is_due(today: dt.date, complaint: str) -> Exists:
    return Exists(due_for_anonymisation(today).filter(pk=OuterRef(complaint)).order_by())


def _why_not_due(complaint: Complaint, *, holds_people: bool) -> str:
    if complaint.anonymised_on:
        return "It is anonymised already."
    if complaint.stage != Stage.CLOSED:
        return f"It is not closed but at the stage {complaint.get_stage_display().lower()}."
    if not holds_people:
        return "It holds nothing of people: there is nothing to remove."
    return (
        f"Its last decision or outcome is not {settings.RETENTION_MONTHS} months old yet, or a "
        "decision is under review."
    )


@dataclass(frozen=True, slots=True)
class Proposal(BulkChange):
    """Proposes closed cases past their period for anonymising."""

    what = "Anonymising proposed"
    today: dt.date

    def rows(self) -> QuerySet[Complaint]:
        return Complaint.objects.annotate(
            is_due=_is_due(self.today, "pk"),
            holds_people=_holds_people("pk"),
            is_proposed=Exists(Anonymisation.objects.filter(complaint=OuterRef("pk")).order_by()),
        )

    def name(self, row: Complaint) -> str:
        return row.reference

    def refusal(self, row: Any) -> str:
        if not row.is_due:
            return _why_not_due(row, holds_people=row.holds_people)
        return "It is proposed already." if row.is_proposed else ""

    def before(self, row: Complaint) -> list[object]:
        return []

    def counts_in(self, row: Complaint) -> Iterable[dt.date | None]:
        return ()  # a proposal changes nothing of the case

    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        now = timezone.now()
        Anonymisation.objects.bulk_create(
            [Anonymisation(complaint_id=key, proposed_at=now, proposed_by=by) for key in keys],
            batch_size=LOT,
        )


class _OfProposals(BulkChange):
    """What is done with proposals that nobody has agreed to."""

    def rows(self) -> QuerySet[Anonymisation]:
        return Anonymisation.objects.select_related("complaint")

    def name(self, row: Anonymisation) -> str:
        return row.complaint.reference

    def before(self, row: Anonymisation) -> list[object]:
        return [row.proposed_by_id, str(row.proposed_at)]

    def counts_in(self, row: Anonymisation) -> Iterable[dt.date | None]:
        return ()  # the reason of anonymising is always the same


@dataclass(frozen=True, slots=True)
class Withdrawal(_OfProposals):
    """Takes proposals back."""

    what = "Proposals to anonymise withdrawn"

    def refusal(self, row: Anonymisation) -> str:
        return "It is agreed, and the case anonymised." if row.agreed_at else ""

    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        Anonymisation.objects.filter(pk__in=keys, agreed_at=None).delete()


@dataclass(frozen=True, slots=True)
class Agreement(_OfProposals):
    """Agrees to proposals of somebody else and anonymises the cases in the same transaction."""

    what = "Cases anonymised"
    by_key: int
    today: dt.date

    def rows(self) -> QuerySet[Anonymisation]:
        return _OfProposals.rows(self).annotate(
            is_due=_is_due(self.today, "complaint"), holds_people=_holds_people("complaint")
        )

    def refusal(self, row: Any) -> str:
        if row.agreed_at:
            return "It is agreed already."
        if row.proposed_by_id == self.by_key:
            return "You proposed it yourself: another person has to agree."
        if row.is_due:
            return ""
        return _why_not_due(row.complaint, holds_people=row.holds_people)

    def write(self, keys: Sequence[int], *, by: User, reason: str) -> None:
        with recorded(by=by, what=self.what, reason=WHY) as batch:
            Batch.objects.filter(pk=batch.pk).update(reason=WHY)
            complaints = list(
                Complaint.objects.select_for_update(of=("self",))
                .filter(anonymisation__in=keys)
                .order_by("pk")
                .values_list("pk", flat=True)
            )
            Anonymisation.objects.filter(pk__in=keys).update(agreed_at=timezone.now(), agreed_by=by)
            files: list[str] = []
            for start in range(0, len(complaints), LOT):
                files += _anonymise(complaints[start : start + LOT], today=self.today)
            _forget_reasons(complaints)
            transaction.on_commit(partial(_delete_files, files), robust=True)


def _anonymise(cases: Sequence[int], *, today: dt.date) -> list[str]:
    """Takes the people out of cases, also out of their history; the names of files to delete."""
    Complaint.objects.filter(pk__in=cases).update(anonymised_on=today)
    attachments = Attachment.objects.filter(complaint__in=cases)
    files = list(attachments.values_list("file", flat=True))
    attachments.delete()
    Complainant.objects.filter(complaint__in=cases).delete()
    Note.objects.filter(complaint__in=cases).delete()
    decisions = list(
        Decision.objects.filter(complaint__in=cases).order_by().values_list("pk", flat=True)
    )
    _forget_personal_remedies(decisions)
    Statement.objects.filter(decision__in=decisions, published_on=None).delete()
    CheckedPlaces.objects.filter(decision__in=decisions).delete()
    DutyTransfer.objects.filter(decision__in=decisions).update(reason=REMOVED)
    of_decisions = Decision.objects.filter(pk__in=decisions)
    of_decisions.exclude(compliance_note="").update(compliance_note=REMOVED)
    PublicationException.objects.filter(decision__in=decisions).update(details=REMOVED)
    DecisionReview.objects.filter(decision__in=decisions).update(reason=REMOVED)
    ClockPause.objects.filter(complaint__in=cases).update(reason=REMOVED)
    Extension.objects.filter(recommendation__decision__in=decisions).update(reason=REMOVED)
    Look.objects.filter(complaint__in=cases).exclude(detail="").update(detail="")
    forget_what_is_taken_off(cases)
    return files


def forget_what_is_taken_off(cases: Sequence[int]) -> None:
    """The texts of statements of anonymised cases that the public reads no more.

    Their copies follow by trigger. What is withdrawn later goes when it is.
    """
    published = Statement.objects.filter(
        decision__complaint__in=cases,
        decision__complaint__anonymised_on__isnull=False,
        published_on__isnull=False,
    )
    published.filter(decision__is_standing=False, is_current=True).update(is_current=False)
    off = published.filter(Q(is_current=False) | Q(withdrawn_on__isnull=False))
    off.exclude(text=REMOVED).update(text=REMOVED)
    _forget_history(cases)


def _forget_personal_remedies(decisions: Sequence[int]) -> None:
    """One sentence in place of each text; numbered where a decision has several of a category."""
    seen: dict[tuple[int, str], int] = defaultdict(int)
    by_text: dict[str, list[int]] = defaultdict(list)
    remedies = Recommendation.objects.filter(
        decision__in=decisions, kind=RecommendationKind.PERSONAL
    )
    for pk, decision, category in remedies.order_by("pk").values_list(
        "pk", "decision_id", "category"
    ):
        seen[decision, category] += 1
        number = seen[decision, category]
        by_text[REMOVED if number == 1 else f"{REMOVED} ({number})"].append(pk)
    for text, keys in by_text.items():
        Recommendation.objects.filter(pk__in=keys).update(text=text)


def _forget_history(cases: Sequence[int]) -> None:
    changes = Change.objects.filter(case_id__in=cases).order_by()
    changes.filter(record__in=PERSONAL_RECORDS).update(before=None, after=None)
    emptied = []
    for change in changes.filter(record__in=PERSONAL_FIELDS):
        typed = [
            (part, field)
            for part in (change.before, change.after)
            for field in PERSONAL_FIELDS[change.record]
            if part and part.get(field) is not None
        ]
        for part, field in typed:
            part[field] = None
        if typed:
            emptied.append(change)
    Change.objects.bulk_update(emptied, ["before", "after"], batch_size=100)


def _forget_reasons(cases: Sequence[int]) -> None:
    """What staff gave as reasons for changes, where a batch is about anonymised cases alone.

    The reason of one that is about others too goes when the last of them is anonymised.
    """
    anonymised = Complaint.objects.filter(pk=OuterRef("case_id"), anonymised_on__isnull=False)
    of_others = Change.objects.filter(~Exists(anonymised.order_by()), batch=OuterRef("pk"))
    for start in range(0, len(cases), LOT):
        lot = cases[start : start + LOT]
        touched = Change.objects.filter(case_id__in=lot).order_by().values("batch")
        alone = Batch.objects.filter(~Exists(of_others.order_by()), pk__in=touched)
        given = alone.exclude(reason__in=("", WHY, REMOVED))
        # First those of imports, which are found by the reason of their batch.
        ImportBatch.objects.filter(batch__in=given).exclude(reason="").update(reason=REMOVED)
        given.update(reason=REMOVED)


# Files -------------------------------------------------------------------------------------------


def _delete_files(names: Iterable[str]) -> None:
    """After the transaction; one that cannot be deleted now is deleted by `delete_stray_files`."""
    store = storages["private"]
    for name in names:
        try:
            store.delete(name)
        except OSError as error:
            logger.error("A private file could not be deleted: %s", error.strerror)


def delete_stray_files() -> int:
    """Deletes files in the private store that no case has; how many.

    A stop between a transaction and the deletion of its files leaves such, as does one between
    storing a file and saving its case. Those younger than a day may still get theirs.
    """
    store = storages["private"]
    before = timezone.now() - STRAY_AFTER
    try:
        names = [f"{ATTACHMENTS}/{name}" for name in store.listdir(ATTACHMENTS)[1]]
    except FileNotFoundError:
        return 0
    old = [name for name in names if store.get_modified_time(name) < before]
    known: set[str] = set()
    for start in range(0, len(old), LOT):
        lot = old[start : start + LOT]
        known.update(Attachment.objects.filter(file__in=lot).values_list("file", flat=True))
    stray = [name for name in old if name not in known]
    _delete_files(stray)
    return len(stray)
