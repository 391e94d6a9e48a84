"""What is public of cases: decisions, what councils agreed to improve, and public reports.

Everything here is read from published copies and starts from what may be read at one instant.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.db.models.functions import Left

from casework.choices import PUBLISHED_OUTCOMES, Outcome
from casework.models.authorities import Authority
from reviews import search as searching
from reviews.figures.improvements import COMPLIED, is_found_again, whole_months
from reviews.models import ImprovementStatus, PublishedDecision, PublishedImprovement
from reviews.querysets import SAME_KIND
from reviews.search import Search
from reviews.site import statements

EXCERPT_WORDS = searching.EXCERPT_WORDS
OPENING = 800  # characters: more than the longest excerpt

# What each outcome says, for readers who have not met the word.
OUTCOME_MEANINGS = {
    Outcome.UPHELD.value: (
        "The Ombudsman found fault, or the authority had accepted that there was fault."
    ),
    Outcome.NOT_UPHELD.value: "The Ombudsman investigated and found no fault.",
    Outcome.CLOSED_AFTER_INITIAL_ENQUIRIES.value: (
        "The Ombudsman looked at the complaint and did not investigate it. That says neither that "
        "there was fault nor that there was none."
    ),
}
OUTCOME_LABELS = {outcome.value: outcome.label for outcome in reversed(PUBLISHED_OUTCOMES)}
STATUS_MEANINGS = {
    ImprovementStatus.DUE.value: "nothing is recorded yet of whether it was carried out.",
    ImprovementStatus.ON_TIME.value: "by the day agreed.",
    ImprovementStatus.LATE.value: "after the day agreed.",
    ImprovementStatus.NOT_CARRIED_OUT.value: (
        "the Ombudsman recorded that it was not satisfied with what the authority did."
    ),
    ImprovementStatus.CEASED.value: (
        "the Ombudsman stopped asking, because the authority is gone, say."
    ),
}

type Kind = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage in parts, each with whether it is a word that was looked for."""

    parts: Sequence[tuple[str, bool]] = ()
    is_of_improvement: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A decision in a list. `kind` is the public sub-category, "" where there is none."""

    reference: str
    address: str
    council: str
    council_address: str
    category: str
    kind: str
    outcome: str
    outcome_code: str
    decided_on: dt.date
    excerpt: Excerpt = field(default_factory=Excerpt)


@dataclass(frozen=True, slots=True)
class Again:
    """Fault of the same kind, upheld so many whole months after compliance; the first such."""

    months: int
    reference: str
    address: str
    decided_on: dt.date
    others: int

    @property
    def when(self) -> str:
        """`7 months`, `1 month`, `less than a month`."""
        if self.months == 0:
            return "less than a month"
        return "1 month" if self.months == 1 else f"{self.months:,} months"


@dataclass(frozen=True, slots=True)
class Improvement:
    """A service improvement as lists show it; `outcome` is its case's, "" while there is none."""

    decision: Line
    number: int
    text: str
    kind: str
    status: str
    status_code: str
    due_on: dt.date
    completed_on: dt.date | None
    outcome: str
    outcome_recorded_on: dt.date | None
    again: Again | None
    excerpt: Excerpt = field(default_factory=Excerpt)


@dataclass(frozen=True, slots=True)
class Report:
    decision: Line
    title: str
    is_further: bool
    issued_on: dt.date
    answered_on: dt.date | None
    satisfied_on: dt.date | None


@dataclass(frozen=True, slots=True)
class CouncilCases:
    """What is public of one council's cases, the newest first in each list.

    `progress` has every status that occurs, with its label and how many improvements have it.
    """

    decisions: list[Line]
    decision_count: int
    improvements: list[Improvement]
    improvement_count: int
    progress: list[tuple[str, int]]
    found_again_count: int
    reports: list[Report]

    @property
    def report_count(self) -> int:
        return len(self.reports)


# One council --------------------------------------------------------------------------------------


def cases_of(authority: Authority, *, at: dt.datetime, limit: int = 5) -> CouncilCases:
    """The newest `limit` decisions and improvements of a council, and all its reports.

    Two queries, however much there is.
    """
    copies = list(
        PublishedDecision.objects.published(at=at)
        .filter(authority=authority)
        .order_by("-decided_on", "reference")
        .defer("text")
    )
    councils = {authority.pk: authority}
    rows = PublishedImprovement.objects.published(at=at).filter(decision__authority=authority)
    of_copy: dict[int, list[PublishedImprovement]] = defaultdict(list)
    for row in rows.order_by("number"):
        of_copy[row.decision_id].append(row)
    ordered = [(copy, row) for copy in copies for row in of_copy[copy.pk]]
    later = _Later(copies)
    agreed = [_improvement(row, copy, councils, later) for copy, row in ordered]
    counts = Counter(each.status_code for each in agreed)
    return CouncilCases(
        decisions=[line(copy, councils) for copy in copies[:limit]],
        decision_count=len(copies),
        improvements=agreed[:limit],
        improvement_count=len(agreed),
        progress=[
            (label, counts[code]) for code, label in ImprovementStatus.choices if counts[code]
        ],
        found_again_count=sum(each.again is not None for each in agreed),
        reports=reports(copies, councils),
    )


# Lists --------------------------------------------------------------------------------------------


def line(
    copy: PublishedDecision,
    councils: Mapping[int, Authority],
    excerpt: Excerpt | None = None,
) -> Line:
    return Line(
        reference=copy.reference,
        address=copy.get_absolute_url(),
        council=copy.authority_name,
        council_address=councils[copy.authority_id].get_absolute_url(),
        category=copy.get_category_display(),
        kind=copy.public_subcategory,
        outcome=copy.get_outcome_display(),
        outcome_code=copy.outcome,
        decided_on=copy.decided_on,
        excerpt=excerpt or Excerpt(),
    )


def lines(
    page: QuerySet[PublishedDecision], councils: Mapping[int, Authority], search: Search
) -> list[Line]:
    """The decisions of a page, each with a passage that has the words looked for.

    One query, and two more where there are words to look for.
    """
    copies = list(page.defer("text").annotate(beginning=Left("text", OPENING)))
    keys = [copy.pk for copy in copies]
    found = searching.highlighted(search, searching.DECISIONS, keys)
    improved = improvement_excerpts(search, keys)
    return [
        line(copy, councils, _excerpt(copy.pk, copy.beginning, found, improved)) for copy in copies
    ]


def improvement_excerpts(search: Search, decisions: Sequence[int]) -> dict[int, str]:
    """Of each of these decisions one improvement in which the words occur."""
    if not search.is_for_words:
        return {}
    owner = dict(
        PublishedImprovement.objects.filter(decision__in=decisions)
        .order_by("-number")
        .values_list("pk", "decision_id")
    )
    found = searching.highlighted(search, searching.IMPROVEMENTS, owner)
    return {owner[key]: text for key, text in found.items()}


def _excerpt(
    key: int, beginning: str, found: Mapping[int, str], improved: Mapping[int, str]
) -> Excerpt:
    if key in found:
        return Excerpt(searching.marked(searching.passage(found[key])))
    if key in improved:
        passage = searching.passage(improved[key])
        return Excerpt(searching.marked(passage), is_of_improvement=True)
    said = statements.opening(beginning, words=EXCERPT_WORDS)
    return Excerpt([(said, False)] if said else [])


def improvements(
    page: Iterable[PublishedImprovement],
    councils: Mapping[int, Authority],
    *,
    at: dt.datetime,
    search: Search | None = None,
) -> list[Improvement]:
    """Improvements with their decisions, which have to be read with them; one query more.

    With words to look for, another.
    """
    rows = list(page)
    complied = [row for row in rows if row.compliance in COMPLIED]
    later = _Later(())
    if complied:
        later = _Later(
            PublishedDecision.objects.published(at=at)
            .filter(
                authority__in={row.decision.authority_id for row in complied},
                category__in={row.decision.category for row in complied},
                outcome=Outcome.UPHELD,
                decided_on__gt=min(day for row in complied if (day := row.compliance_recorded_on)),
            )
            .only("reference", "outcome", "decided_on", *SAME_KIND)
        )
    found: Mapping[int, str] = {}
    if search:
        found = searching.highlighted(search, searching.IMPROVEMENTS, [row.pk for row in rows])
    return [_improvement(row, row.decision, councils, later, found.get(row.pk, "")) for row in rows]


def reports(copies: Iterable[PublishedDecision], councils: Mapping[int, Authority]) -> list[Report]:
    """The reports among these copies, the newest first."""
    found = [
        Report(
            decision=line(copy, councils),
            title=copy.report_title,
            is_further=copy.report_is_further,
            issued_on=copy.report_issued_on,
            answered_on=copy.report_answered_on,
            satisfied_on=copy.report_satisfied_on,
        )
        for copy in copies
        if copy.report_title and copy.report_issued_on
    ]
    return sorted(found, key=lambda report: report.issued_on, reverse=True)


def _improvement(
    row: PublishedImprovement,
    copy: PublishedDecision,
    councils: Mapping[int, Authority],
    later: "_Later",
    excerpt: str = "",
) -> Improvement:
    return Improvement(
        decision=line(copy, councils),
        number=row.number,
        text=row.text,
        kind=row.get_category_display(),
        status=row.get_status_display(),
        status_code=row.status,
        due_on=row.due_on,
        completed_on=row.completed_on,
        outcome=row.get_compliance_display() if row.compliance else "",
        outcome_recorded_on=row.compliance_recorded_on,
        again=later.after(row, copy),
        excerpt=Excerpt(searching.marked(excerpt)) if excerpt else Excerpt(),
    )


# Found again --------------------------------------------------------------------------------------


def kind_of(copy: PublishedDecision) -> Kind:
    """What two cases have to share to be of the same kind at the same authority."""
    return tuple(
        getattr(copy, "authority_id" if name == "authority" else name) for name in SAME_KIND
    )


class _Later:
    """Upheld decisions by kind, to be asked for those after compliance with an improvement."""

    def __init__(self, copies: Iterable[PublishedDecision]) -> None:
        self.by_kind: dict[Kind, list[PublishedDecision]] = defaultdict(list)
        upheld = (copy for copy in copies if copy.outcome == Outcome.UPHELD)
        for copy in sorted(upheld, key=lambda copy: (copy.decided_on, copy.reference)):
            self.by_kind[kind_of(copy)].append(copy)

    def after(self, row: PublishedImprovement, copy: PublishedDecision) -> Again | None:
        recorded_on = row.compliance_recorded_on
        found = [
            each
            for each in self.by_kind[kind_of(copy)]
            if is_found_again(
                compliance=row.compliance, recorded_on=recorded_on, decided_on=each.decided_on
            )
        ]
        if not found or recorded_on is None:
            return None
        first = found[0]
        return Again(
            months=whole_months(recorded_on, first.decided_on),
            reference=first.reference,
            address=first.get_absolute_url(),
            decided_on=first.decided_on,
            others=len(found) - 1,
        )
