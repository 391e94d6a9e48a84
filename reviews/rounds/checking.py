"""What blocks freezing a round and what only warns."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from casework.choices import ContactRole
from casework.models import Authority, Complaint, Contact, Decision
from casework.querysets import a_year_before
from reviews.figures.rates import Rate
from reviews.letters import wording
from reviews.letters.statements import PER_100K_FROM, number
from reviews.models import AnnualSummary, PublishedFigure, Round, Signatory
from reviews.pdf.text import first_unfit
from reviews.statistics import Row, rows

# What counts as far from last year's figure (docs/figures.md, "Checks before freezing").
FAR_PERCENTAGE_POINTS = 20
FAR_LEAST_INVESTIGATED = 10
FAR_LEAST_RECEIVED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `check` found about one authority, or about the round where it names none."""

    level: Literal["block", "warning"]
    code: str
    message: str
    authority: Authority | None = None

    def __str__(self) -> str:
        about = f"{self.authority.official_name}: " if self.authority else ""
        return f"{about}{self.message}"


type Officers = dict[int, dict[str, Contact]]


def check(round_: Round, *, today: dt.date | None = None) -> list[Finding]:
    """What blocks freezing and what only warns, the blocks first, by authority."""
    lines, officers = rows(round_.period), officers_on(round_.letter_on)
    today, signatory = today or timezone.localdate(), signatory_on(round_.letter_on)
    return [
        *blocks(round_, lines, officers, today=today, signatory=signatory),
        *_warnings(round_, lines, officers, today=today, signatory=signatory),
    ]


def _chief(officers: Officers, authority_id: int) -> Contact | None:
    return officers.get(authority_id, {}).get(ContactRole.CHIEF_EXECUTIVE)


def blocks(
    round_: Round, lines: list[Row], officers: Officers, *, today: dt.date, signatory: str
) -> Iterator[Finding]:
    """What blocks freezing; `signatory` is whoever signs, name and titles one a line."""
    period = round_.period
    if today <= period.last_day:
        yield Finding(
            "block",
            "period-not-over",
            f"The year {period.text} is not over yet; freeze it from the day after it ends.",
        )
    for text in signatory.splitlines():
        if unfit := first_unfit(text):
            yield Finding(
                "block",
                "unprintable-text",
                f"whoever signs: {text!r} has {unfit}, which letters cannot show; spell it "
                "otherwise.",
            )
    for line in lines:
        texts = [line.authority.name_on(period.last_day)]
        if chief := _chief(officers, line.authority.pk):
            texts += [chief.printed_name, chief.job_title]
        for text in texts:
            if unfit := first_unfit(text):
                yield Finding(
                    "block",
                    "unprintable-text",
                    f"{text!r} has {unfit}, which letters cannot show; spell it otherwise.",
                    line.authority,
                )
        for problem in line.tally.problems:
            yield Finding(
                "block",
                "parts-do-not-add-up",
                f"{problem}; correct the cases behind them.",
                line.authority,
            )
        prints_rate = (
            round_.year >= PER_100K_FROM
            and line.authority.is_compared
            and (line.is_in_force or line.counts.investigated > 0)
        )
        if prints_rate and line.population is None:
            yield Finding(
                "block",
                "population-missing",
                "there is no population for its rate per 100,000 residents; import an estimate.",
                line.authority,
            )


def _warnings(
    round_: Round, lines: list[Row], officers: Officers, *, today: dt.date, signatory: str
) -> Iterator[Finding]:
    if signatory == wording.OFFICE:
        yield Finding(
            "warning",
            "no-signatory",
            f"nobody is recorded as signing letters on {round_.letter_on}; the letters will carry "
            "the Ombudsman's title alone.",
        )
    open_cases = _open_cases(round_, today=today)
    overdue = _overdue_cases(round_, today=today)
    before = _last_year(round_)
    for line in lines:
        authority = line.authority
        is_reachable = any(o.email for o in officers.get(authority.pk, {}).values())
        nobody = "no officer has an e-mail address, so nobody will be sent the letter."
        if _chief(officers, authority.pk) is None:
            goes_to = "the letter goes to the post." if is_reachable else nobody
            yield Finding(
                "warning",
                "post-vacant",
                f"no chief executive is recorded on the letter date; {goes_to}",
                authority,
            )
        elif not is_reachable:
            yield Finding("warning", "no-recipient", nobody, authority)
        if references := open_cases.get(authority.pk):
            yield Finding(
                "warning",
                "case-open-over-a-year",
                f"{_cases(references)} been open for more than a year.",
                line.authority,
            )
        if references := overdue.get(authority.pk):
            yield Finding(
                "warning",
                "compliance-overdue",
                f"{_cases(references)} a recommendation past its due date and no compliance "
                "outcome.",
                line.authority,
            )
        if authority.pk in before:
            yield from _far_from_last_year(line, *before[authority.pk])


def _cases(references: list[str]) -> str:
    """`Case 20 001 234 has` or `3 cases, the first 20 001 234, have`."""
    if len(references) == 1:
        return f"case {references[0]} has"
    return f"{len(references)} cases, the first {references[0]}, have"


def _open_cases(round_: Round, *, today: dt.date) -> dict[int, list[str]]:
    """References by authority of cases received by the period's end and open over a year today."""
    found: dict[int, list[str]] = defaultdict(list)
    a_year_ago = a_year_before(today)
    cases = Complaint.objects.undecided().filter(
        received_on__lt=a_year_ago, received_on__lte=round_.period.last_day
    )
    for authority, reference in cases.order_by("received_on", "reference").values_list(
        "authority_id", "reference"
    ):
        found[authority].append(reference)
    return found


def _overdue_cases(round_: Round, *, today: dt.date) -> dict[int, list[str]]:
    """References by authority of upheld cases of the period or before with compliance overdue."""
    found: dict[int, list[str]] = defaultdict(list)
    cases = (
        Decision.objects.standing()
        .awaiting_compliance()
        .filter(
            decided_on__lte=round_.period.last_day,
            recommendations__due_on__lt=today,
            recommendations__completed_on__isnull=True,
        )
        .order_by("decided_on", "complaint__reference")
        .distinct()
    )
    for authority, reference, _ in cases.values_list(
        "authority_id", "complaint__reference", "decided_on"
    ):
        found[authority].append(reference)
    return found


def _last_year(round_: Round) -> dict[int, tuple[int | None, int | None, int | None]]:
    """Received, upheld and investigated of the year before, by authority, where known.

    From this system's own frozen rows if there are any, else from published figures.
    """
    year = round_.year - 1
    own = AnnualSummary.objects.current().filter(year_ending=year)
    if own.exists():
        return {
            summary.authority_id: (
                summary.received, summary.upheld, summary.upheld + summary.not_upheld,
            )
            for summary in own
        }  # fmt: skip
    return {
        published.authority_id: (
            published.complaints_received, published.upheld, published.investigated,
        )
        for published in PublishedFigure.objects.filter(year_ending=year)
    }  # fmt: skip


def _far_from_last_year(
    line: Row, received: int | None, upheld: int | None, investigated: int | None
) -> Iterator[Finding]:
    now = line.counts
    if upheld is not None and investigated is not None:
        before = Rate(upheld, investigated)
        if (
            min(now.investigated, investigated) >= FAR_LEAST_INVESTIGATED
            and now.uphold.percent is not None
            and before.percent is not None
            and abs(now.uphold.percent - before.percent) > FAR_PERCENTAGE_POINTS
        ):
            yield Finding(
                "warning",
                "far-from-last-year",
                f"{now.uphold.percent}% upheld, {before.percent}% the year before.",
                line.authority,
            )
    if received is not None:
        low, high = sorted((received, now.received))
        if high >= FAR_LEAST_RECEIVED and high > 2 * low:
            yield Finding(
                "warning",
                "far-from-last-year",
                f"{number(now.received, 'complaint', 'complaints')} received, {received} the year "
                "before.",
                line.authority,
            )


def officers_on(day: dt.date) -> Officers:
    """Who is in office on a day, by authority id and role; one query."""
    found: Officers = defaultdict(dict)
    for contact in Contact.objects.in_office_on(day):
        found[contact.authority_id][contact.role] = contact
    return found


def signatory_on(day: dt.date) -> str:
    """Name and titles of whoever signs letters of this date, one a line."""
    signatory = Signatory.objects.signing_on(day).first()
    return f"{signatory.name}\n{signatory.titles}" if signatory else wording.OFFICE
