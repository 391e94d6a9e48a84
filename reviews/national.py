"""From frozen rows to the national review as a plain value: for its editions, and for the page."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.conf import settings

from casework.choices import (
    COMPARED_TYPES,
    SERVICE_IMPROVEMENT_CATEGORIES,
    AuthorityType,
    Category,
    Outcome,
    RemedyCategory,
)
from reviews.figures.counts import Counts
from reviews.figures.national import Categories, National, national, shown_categories
from reviews.figures.protection import sums
from reviews.letters.national import (
    Labels,
    ReviewDocument,
    Section,
    Texts,
    by_authority,
    compose,
)
from reviews.letters.vocabulary import PUBLIC_REPORT
from reviews.letters.wording import DEMONSTRATION
from reviews.models import AnnualSummary, Round, SummaryCondition

LABELS = Labels(
    types=dict(AuthorityType.choices),
    categories=dict(Category.choices),
    outcomes=dict(Outcome.choices),
    remedies=dict(RemedyCategory.choices),
    improvements=frozenset(code.value for code in SERVICE_IMPROVEMENT_CATEGORIES),
)


def figures_of(
    year: int,
    rows: Collection[AnnualSummary],
    *,
    recommendations: Mapping[str, int] | None = None,
    categories: Categories | None = None,
) -> National:
    """The figures of these rows together; one query, for the reports frozen with them."""
    reported = SummaryCondition.objects.filter(
        summary__in=[row.pk for row in rows], name=PUBLIC_REPORT
    )
    return national(
        year,
        ((row.authority_type, row.counts()) for row in rows),
        types=AuthorityType.values,
        reported=reported.count(),
        recommendations=recommendations,
        categories=categories,
    )


def categories_of(
    freeze_id: int | None, rows: Collection[AnnualSummary], *, at: dt.datetime
) -> Categories | None:
    """The counts by category that may be shown beside `rows`, those of a freeze public at `at`.

    None unless every authority of the freeze is among them, and the first row of each is public,
    too: the sums are of those rows, of which some may have been replaced before they were issued.
    """
    of_freeze = AnnualSummary.objects.filter(freeze=freeze_id, version=1)
    first = list(of_freeze)
    readable = set(of_freeze.published(at=at).values_list("pk", flat=True))
    if readable != {row.pk for row in first}:
        return None
    if {row.authority_id for row in first} != {row.authority_id for row in rows}:
        return None
    groups: dict[str, list[Counts]] = defaultdict(list)
    for row in first:
        kind = row.authority_type
        groups[kind if kind in COMPARED_TYPES else ""].append(row.counts())
    return shown_categories(sums(groups).all)


def document_of(
    round_: Round,
    found: National,
    *,
    texts: Texts | None = None,
    edition: int = 1,
    reason: str = "",
) -> ReviewDocument:
    """The review that says these figures. Raises NotUnderstood for texts not in the language."""
    return compose(
        found,
        labels=LABELS,
        site_address=settings.SITE_ADDRESS,
        texts=texts,
        edition=edition,
        reason=reason,
        notice=DEMONSTRATION if round_.is_demonstration else "",
    )


def data_tables(rows: Sequence[AnnualSummary]) -> Section:
    """The figures by authority, in the order of the rows."""
    return by_authority([(row.name, row.counts()) for row in rows])
