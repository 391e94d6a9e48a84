"""The change note: when published files became different, which rows and why.

It is worked out from what the public may know at the time of the question. Of a letter that is
held there is no word, as there is none in the files; when it is released, its row was added. The
percentages of averages never change.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from django.db.models import Exists, F, Min, OuterRef, Prefetch, Q
from django.utils import timezone

from reviews.models import AnnualSummary, Freeze, Hold, Round
from reviews.querysets import AnnualSummaryQuerySet
from reviews.site.opendata import csv_bytes
from reviews.site.tables import TABLES, Column

MANIFEST = "manifest"
ALL_FILES = (*TABLES, MANIFEST)
OF_AUTHORITIES = (*(t.name for t in TABLES.values() if t.of_authorities), MANIFEST)


class What(StrEnum):
    """What happened to the files of a year."""

    PUBLISHED = "published"
    ADDED = "added"
    CORRECTED = "corrected"
    RETRACTED = "retracted"

    @property
    def text(self) -> str:
        return _TEXTS[self]


_TEXTS = {
    What.PUBLISHED: "The files of the year were published.",
    What.ADDED: "The row was added.",
    What.CORRECTED: "The row was replaced by a corrected one.",
    What.RETRACTED: "The row was left out, because the letter was retracted.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a year's files at one instant: of one row, or of all where there is no `row`.

    `tables` are the names of the files that became different, in the order of the tables; averages
    are among them where their counts may have come or gone with the row. `why` is
    the reason printed in the letter, or the notice that stands in its place; it may be empty.
    """

    at: dt.datetime
    year: int
    what: What
    tables: tuple[str, ...]
    row: AnnualSummary | None = None
    why: str = ""

    @property
    def day(self) -> dt.date:
        return timezone.localdate(self.at)


CHANGES_COLUMNS = (
    Column("date", "Day on which the files became different", "date", is_required=True),
    Column("year_ending", "Year whose files they are", is_required=True),
    Column("what", "What happened", "string", is_required=True, codes=tuple(What)),
    Column("gss_code", "ONS code of the authority's area, where the change is of a row", "string"),
    Column("slug", "Name of that authority in web addresses", "string"),
    Column("authority", "Name of that authority as printed in its letter", "string"),
    Column(
        "tables",
        "Names of the files that became different",
        "string",
        is_required=True,
        codes=ALL_FILES,
        is_list=True,
    ),
    Column("why", "The reason printed in the letter, or the notice in its place", "string"),
)


def changes_csv(changes: Iterable[Change]) -> bytes:
    return csv_bytes(
        [column.name for column in CHANGES_COLUMNS],
        (
            {
                "date": change.day,
                "year_ending": change.year,
                "what": change.what.value,
                "gss_code": change.row.gss_code or None if change.row else None,
                "slug": change.row.slug if change.row else None,
                "authority": change.row.name if change.row else None,
                "tables": " ".join(change.tables),
                "why": " ".join(change.why.split()) or None,
            }
            for change in changes
        ),
    )


def changes(*, at: dt.datetime) -> list[Change]:
    """What the public may know of, the newest first. Seven queries, however many changes."""
    freezes = list(
        Freeze.objects.filter(current_of__in=Round.objects.published(at=at))
        .select_related("round")
        .prefetch_related(
            Prefetch(
                "summaries",
                AnnualSummary.objects.superseded().select_related(
                    "letter", "correction", "retraction"
                ),
                to_attr="replaced",
            )
        )
    )
    shown = AnnualSummary.objects.shown(at=at).filter(freeze__in=freezes).order_by()
    issued_first = dict(shown.values_list("freeze").annotate(first=Min("letter__issued_at")))
    history = _History(
        public_from={
            freeze.pk: max(freeze.round.publish_at, issued_first[freeze.pk]) for freeze in freezes
        },
        freezes={freeze.pk: freeze for freeze in freezes},
        shown_before=set(shown.superseded().values_list("pk", flat=True)),
        issued=_later_versions(freezes),
    )
    found = [
        Change(
            # A demonstration of a past year was issued when it was made, long after that.
            freeze.round.publish_at
            if freeze.round.is_demonstration
            else history.public_from[freeze.pk],
            freeze.round.year,
            What.PUBLISHED,
            ALL_FILES,
        )
        for freeze in freezes
    ]
    for row in _eventful(shown):
        found += _of_row(row, history)
    found.sort(key=lambda change: (change.year, change.row.slug if change.row else ""))
    return sorted(found, key=lambda change: change.at, reverse=True)


@dataclass(frozen=True, slots=True)
class _History:
    """Of freezes: when the public had them first, and what became of their rows."""

    public_from: dict[int, dt.datetime]
    freezes: dict[int, Freeze]
    shown_before: set[int]  # replaced rows of which the public may know
    issued: dict[tuple[int, int], list[tuple[int, dt.datetime]]]

    def replaced_at(self, row: AnnualSummary) -> dt.datetime | None:
        """When a later version took the row's place; None while it stands."""
        versions = self.issued[row.freeze_id, row.authority_id]
        return min((at for version, at in versions if version > row.version), default=None)

    def former(self, row: AnnualSummary) -> AnnualSummary | None:
        """The version whose place the row took, if the public may know of it."""
        replaced: list[AnnualSummary] = getattr(self.freezes[row.freeze_id], "replaced", [])
        earlier = [
            each
            for each in replaced
            if each.authority_id == row.authority_id and each.version < row.version
        ]
        last = max(earlier, key=lambda each: each.version, default=None)
        return last if last and last.pk in self.shown_before else None


def _later_versions(
    freezes: Iterable[Freeze],
) -> dict[tuple[int, int], list[tuple[int, dt.datetime]]]:
    """The versions after the first by freeze and authority, each with its instant of issue."""
    issued: dict[tuple[int, int], list[tuple[int, dt.datetime]]] = defaultdict(list)
    later = AnnualSummary.objects.filter(
        freeze__in=freezes, version__gt=1, letter__issued_at__isnull=False
    )
    for freeze, authority, version, at in later.order_by().values_list(
        "freeze_id", "authority_id", "version", "letter__issued_at"
    ):
        if at is not None:
            issued[freeze, authority].append((version, at))
    return issued


def _eventful(shown: AnnualSummaryQuerySet) -> Iterable[AnnualSummary]:
    """The rows to which something can have happened after their year was published."""
    published = "freeze__round__publish_at"
    released = Hold.objects.filter(summary=OuterRef("pk"), released_at__gt=OuterRef(published))
    return (
        shown.filter(
            Q(version__gt=1)
            | Q(retraction__isnull=False)
            | Q(letter__issued_at__gt=F(published))
            | Exists(released)
        )
        .select_related("letter", "correction", "retraction", "authority")
        .prefetch_related("holds")
    )


def _of_row(row: AnnualSummary, history: _History) -> Iterator[Change]:
    """What happened to a year's files because of one version of a row."""
    freeze = history.freezes[row.freeze_id]
    issued_at = row.letter.issued_at or freeze.round.publish_at
    appeared = max(freeze.round.publish_at, issued_at)
    retraction = getattr(row, "retraction", None)
    ends = [at for at in (history.replaced_at(row), retraction and retraction.retracted_at) if at]

    def stood(at: dt.datetime) -> bool:
        return all(at < end for end in ends)

    # The counts behind an average are shown only while every row that went into them is.
    files = ALL_FILES if row.has_comparison else OF_AUTHORITIES

    def change(at: dt.datetime, what: What, why: str = "") -> Change:
        return Change(at, freeze.round.year, what, files, row, why)

    if stood(appeared):
        former = history.former(row)
        if former and issued_at > freeze.round.publish_at:
            why = "" if retraction else row.reason
            different = (
                OF_AUTHORITIES  # which had no row of it
                if _was_retracted(former, at=appeared)
                else _different(freeze, former, row)
            )
            yield replace(change(appeared, What.CORRECTED, why), tables=different)
        elif timezone.localdate(appeared) > timezone.localdate(history.public_from[freeze.pk]):
            yield change(appeared, What.ADDED)
    for hold in row.holds.all():
        if hold.released_at and hold.released_at > appeared and stood(hold.released_at):
            yield change(hold.released_at, What.ADDED)
    replaced_at = history.replaced_at(row)
    if (
        retraction
        and retraction.retracted_at > appeared
        and (replaced_at is None or replaced_at > retraction.retracted_at)
    ):
        yield change(retraction.retracted_at, What.RETRACTED, retraction.notice)


def _was_retracted(row: AnnualSummary, *, at: dt.datetime) -> bool:
    return hasattr(row, "retraction") and row.retraction.retracted_at <= at


def _different(freeze: Freeze, former: AnnualSummary, row: AnnualSummary) -> tuple[str, ...]:
    """The files in which the two look different: of protected cells nothing can be told from it."""
    changed = (
        table.name
        for table in TABLES.values()
        if table.of_authorities
        and table.rows(freeze, [former], None) != table.rows(freeze, [row], None)
    )
    return (*changed, MANIFEST)
