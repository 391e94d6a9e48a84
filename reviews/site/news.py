"""What became public in the last days.

Annual and national reviews, letters on their own, retractions and decisions.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from reviews.figures.periods import Period
from reviews.models import AnnualSummary, Hold, NationalReview, PublishedDecision
from reviews.querysets import AnnualSummaryQuerySet

DAYS = 30
# So many letters that became public together on a day of their own are named one by one.
FEW = 5


@dataclass(frozen=True, slots=True)
class News:
    """Something that became public at an instant; `key` names it for good, `path` is its page."""

    at: dt.datetime
    title: str
    text: str
    path: str
    key: str

    @property
    def day(self) -> dt.date:
        """In London."""
        return timezone.localdate(self.at)


def news(*, at: dt.datetime) -> list[News]:
    """The newest first: of today and the days before it, `DAYS` in all. Four queries."""
    first_day = timezone.localdate(at) - dt.timedelta(days=DAYS - 1)
    since = _begin(first_day)
    found = [*_letters(since, at), *_national(since, at), *_decisions(first_day, at)]
    return sorted(found, key=lambda each: (-each.at.timestamp(), each.key))


def by_day(found: list[News]) -> list[tuple[dt.date, list[News]]]:
    """Days with what became public on them."""
    return [(day, list(each)) for day, each in groupby(found, key=lambda one: one.day)]


def _begin(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _letters(since: dt.datetime, at: dt.datetime) -> Iterator[News]:
    """Reviews, letters that became public on a day of their own, corrections and retractions."""
    together: dict[tuple[int, dt.date], list[tuple[dt.datetime, AnnualSummary]]] = {}
    for row in _rows(since, at):
        public_at = _public_at(row)
        if hasattr(row, "retraction"):
            retracted_at = max(row.retraction.retracted_at, public_at)
            if retracted_at >= since:
                yield _retracted(row, retracted_at)
        elif public_at < since:
            continue
        elif row.is_correction:
            yield _corrected(row, public_at)
        else:
            key = (row.year_ending, timezone.localdate(public_at))
            together.setdefault(key, []).append((public_at, row))
    for (year, day), found in together.items():
        publish_at = found[0][1].freeze.round.publish_at
        if len(found) > FEW or day == timezone.localdate(publish_at):
            yield _review(year, day, found)
        else:
            yield from (_published(row, public_at) for public_at, row in found)


def _rows(since: dt.datetime, at: dt.datetime) -> AnnualSummaryQuerySet:
    """Rows shown now, of which something may have become public since then."""
    released = Hold.objects.filter(summary=OuterRef("pk"), released_at__gte=since)
    return (
        AnnualSummary.objects.shown(at=at)
        .filter(
            Q(letter__issued_at__gte=since)
            | Q(freeze__round__publish_at__gte=since)
            | Q(retraction__retracted_at__gte=since)
            | Exists(released)
        )
        .select_related("letter", "freeze__round", "authority", "correction", "retraction")
        .prefetch_related("holds")
        .order_by("name", "version")
    )


def _review(year: int, day: dt.date, found: list[tuple[dt.datetime, AnnualSummary]]) -> News:
    number = len(found)
    return News(
        at=min(public_at for public_at, _ in found),
        title=f"Annual review {year}",
        text=f"{number:,} letter{'' if number == 1 else 's'} for {Period(year).text}, with "
        "the figures in them.",
        path=f"{reverse('data')}#year-{year}",
        key=f"/reviews/{year}/{day}",
    )


def _published(row: AnnualSummary, at: dt.datetime) -> News:
    return News(
        at=at,
        title=f"Letter published: {row.name}, {row.year_ending}",
        text="With the figures in it.",
        path=_path(row),
        key=_path(row),
    )


def _corrected(row: AnnualSummary, at: dt.datetime) -> News:
    return News(
        at=at,
        title=f"Letter corrected: {row.name}, {row.year_ending}",
        text=f"Version {row.number} takes the place of the one before.",
        path=_path(row),
        key=_path(row),
    )


def _retracted(row: AnnualSummary, at: dt.datetime) -> News:
    return News(
        at=at,
        title=f"Letter retracted: {row.name}, {row.year_ending}",
        text="A notice stands in its place, and its figures are no longer shown.",
        path=_path(row),
        key=f"{_path(row)}retracted",
    )


def _path(row: AnnualSummary) -> str:
    return reverse(
        "letter-version",
        kwargs={"slug": row.authority.slug, "year": row.year_ending, "version": row.number},
    )


def _public_at(row: AnnualSummary) -> dt.datetime:
    """The first instant at which a row that is shown now was shown."""
    issued_at = row.letter.issued_at
    publish_at = row.freeze.round.publish_at
    found = max(issued_at, publish_at) if issued_at else publish_at
    for hold in sorted(row.holds.all(), key=lambda each: each.held_at):
        if hold.held_at <= found and hold.released_at and hold.released_at > found:
            found = hold.released_at
    return found


def _national(since: dt.datetime, at: dt.datetime) -> Iterator[News]:
    """Editions of national reviews; one approved after its instant is public from then on."""
    editions = NationalReview.objects.published(at=at).filter(
        Q(publish_at__gte=since) | Q(approved_at__gte=since)
    )
    for edition in editions.select_related("round").defer("figures", "document"):
        year, number = edition.round.year, edition.number
        yield News(
            at=max(edition.publish_at, edition.approved_at or edition.publish_at),
            title=f"National review {year}" + (f", edition {number}" if number > 1 else ""),
            text=f"All complaints about councils together, for {Period(year).text}.",
            path=reverse("review", kwargs={"year": year}),
            key=f"/reviews/{year}/edition-{number}",
        )


def _decisions(first_day: dt.date, at: dt.datetime) -> Iterator[News]:
    days = (
        PublishedDecision.objects.published(at=at)
        .filter(published_on__gte=first_day)
        .order_by()
        .values_list("published_on")
        .annotate(decisions=Count("pk"))
    )
    for day, number in days:
        yield News(
            at=_begin(day),
            title=f"{number:,} decision{'' if number == 1 else 's'}",
            text="Statements of decisions about complaints, without the names of people.",
            path=reverse("decisions"),
            key=f"/decisions/{day}",
        )
