"""Drawing the packs for scrutiny committees: those that are not drawn, and those that changed."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from reviews.models import AnnualSummary, Round, ScrutinyPack
from reviews.pdf.national import render_review
from reviews.site.scrutiny import digest_of, pack


@dataclass(frozen=True, slots=True)
class Drawn:
    """`number` of `of` packs were drawn; `failed` says why some could not be, a sentence each."""

    number: int
    of: int
    failed: list[str]


def draw_packs(round_: Round, *, progress: Callable[[int, int], None] | None = None) -> Drawn:
    """Draws every pack of a round that says something else than its file.

    As of now, or of publication while that is to come, so that files are there when pages are.
    """
    at = max(timezone.now(), round_.publish_at)
    rows = list(
        AnnualSummary.objects.published(at=at)
        .current()
        .filter(freeze__current_of=round_)
        .select_related("letter", "authority", "freeze__round")
        .order_by("slug")
    )
    known = dict(
        ScrutinyPack.objects.filter(summary__in=rows).values_list("summary", "digest").order_by()
    )
    drawn = 0
    failed: list[str] = []
    for position, row in enumerate(rows, start=1):
        document = pack(row, at=at)
        digest = digest_of(document)
        if known.get(row.pk) != digest:
            try:
                pdf = render_review(document)
            except ValueError as error:
                failed.append(f"{row.name}: the pack cannot be drawn: {error}.")
                continue
            ScrutinyPack.objects.update_or_create(
                summary=row,
                defaults={
                    "digest": digest,
                    "pdf": pdf,
                    "sha256": hashlib.sha256(pdf).hexdigest(),
                    "size": len(pdf),
                    "drawn_at": timezone.now(),
                },
            )
            drawn += 1
        if progress:
            progress(position, len(rows))
    return Drawn(drawn, len(rows), failed)
