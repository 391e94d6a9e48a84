"""A round from opening to issue: every step is one function, one transaction and one named actor.

Each step refuses (`Refused`) with one sentence a problem and changes nothing.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from casework.actions import lock_period, recorded
from casework.choices import ContactRole
from casework.models import Authority, Complaint, Contact, Decision, Recommendation
from casework.querysets import a_year_before
from casework.refusals import Refused
from reviews.drafting import compose
from reviews.figures.counts import COUNTED, Average
from reviews.figures.rates import Rate
from reviews.letters import wording
from reviews.letters.document import to_plain
from reviews.letters.statements import PER_100K_FROM
from reviews.models import (
    AnnualSummary,
    Demonstration,
    Freeze,
    Letter,
    LetterFile,
    OutboxMessage,
    PublishedFigure,
    Round,
    RoundEvent,
    Signatory,
    TypeAverage,
)
from reviews.pdf.render import render
from reviews.pdf.text import first_unprintable
from reviews.statistics import METHOD_VERSION, Row, averages, rows

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


def open_round(*, year: int, letter_on: dt.date, publish_at: dt.datetime, by: User) -> Round:
    """Starts the review of the year ending 31 March of `year`."""
    if not 2010 <= year <= 2200:
        raise Refused(f"{year} is not a year from 2010 to 2200.")
    _refuse_publication_before_letters(letter_on, publish_at)
    with recorded(by=by, what=f"Open the round {year}"):
        round_, is_new = Round.objects.get_or_create(
            year=year,
            defaults={
                "letter_on": letter_on,
                "publish_at": publish_at,
                "is_demonstration": Demonstration.objects.exists(),
                "opened_at": timezone.now(),
                "opened_by": by,
            },
        )
        if not is_new:
            raise Refused(f"The round {year} is already open.")
        record(round_, RoundEvent.Action.OPENED, by=by)
    return round_


def check(round_: Round, *, today: dt.date | None = None) -> list[Finding]:
    """What blocks freezing and what only warns, the blocks first, by authority."""
    lines, officers = rows(round_.period), _officers(round_)
    today = today or timezone.localdate()
    return [
        *_blocks(round_, lines, officers, today=today),
        *_warnings(round_, lines, officers, today=today),
    ]


def freeze(*, round_: Round, by: User, reason: str = "") -> Freeze:
    """Counts once and stores a row and a draft letter for every authority.

    With a reason, freezes again: the rows of before stay, the drafts go, approvals are void.
    """
    _require(by, "reviews.freeze_round", "freeze a round")
    # Changes of cases under way end first and others wait, so that none is missed by both the
    # figures and the list of what changed after them.
    what = f"Freeze the round {round_.year}"
    with (
        _one_state_of_the_database(Complaint, Decision, Recommendation),
        recorded(by=by, what=what, reason=reason),
    ):
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        _refuse_if_frozen(round_, reason)
        lines, officers = rows(round_.period), _officers(round_)
        today = timezone.localdate()
        blocks = [str(finding) for finding in _blocks(round_, lines, officers, today=today)]
        if blocks:
            raise Refused(*blocks)
        Letter.objects.of_round(round_.pk).delete()
        frozen = Freeze.objects.create(
            round=round_,
            number=round_.freezes.count() + 1,
            method_version=METHOD_VERSION,
            reason=reason,
            frozen_at=timezone.now(),
            frozen_by=by,
        )
        TypeAverage.objects.bulk_create(
            TypeAverage(
                freeze=frozen,
                authority_type=kind,
                **{name: getattr(average, name) for name in Average.__dataclass_fields__},
            )
            for kind, average in averages(lines).items()
        )
        summaries = AnnualSummary.objects.bulk_create(
            _summary(frozen, line, round_) for line in lines
        )
        signatory = _signatory(round_)
        Letter.objects.bulk_create(
            _letter(summary, officers.get(summary.authority_id, {}), signatory, by)
            for summary in summaries
        )
        Round.objects.filter(pk=round_.pk).update(freeze=frozen)
        lock_period(
            year=round_.year,
            first_day=round_.period.first_day,
            last_day=round_.period.last_day,
        )
        detail = f"{len(summaries)} authorities" + (f", again: {reason}" if reason else "")
        record(round_, RoundEvent.Action.FROZEN, by=by, detail=detail)
    return frozen


def reschedule(
    *, round_: Round, by: User, year: int, letter_on: dt.date, publish_at: dt.datetime
) -> int:
    """Changes what a round was opened with; the number of letters that are drafts again for it.

    The year stands once the figures are frozen, the dates once a letter is issued.
    """
    _require(by, "reviews.change_round", "change a round")
    _refuse_publication_before_letters(letter_on, publish_at)
    with recorded(by=by, what=f"Change the round {round_.year}"):
        locked = Round.objects.select_for_update().get(pk=round_.pk)
        if locked.freeze_id is not None and locked.year != year:
            raise Refused(f"The round {locked.year} is frozen and keeps its year.")
        letters = Letter.objects.of_round(round_.pk)
        if letters.issued().exists():
            raise Refused(f"Letters of the round {locked.year} are issued, so its dates stand.")
        Round.objects.filter(pk=round_.pk).update(
            year=year, letter_on=letter_on, publish_at=publish_at
        )
        return _withdraw_approval(locked, letters, by=by)


def amend_letter(*, letter: Letter, by: User, addressee: str, salutation: str) -> bool:
    """Changes whom a letter addresses; whether it had been approved and is a draft again."""
    _require(by, "reviews.change_letter", "change a letter")
    for text in (addressee.replace("\r", "").replace("\n", " "), salutation):
        if character := first_unprintable(text):
            raise Refused(
                f"{text!r} has {character}, which letters cannot show; spell it otherwise."
            )
    with recorded(by=by, what="Change whom a letter addresses"):
        # The round first, as everything else does that changes its letters.
        round_ = Round.objects.select_for_update().get(pk=letter.summary.freeze.round_id)
        own = Letter.objects.of_round(round_.pk).filter(pk=letter.pk)
        if not own.exists():
            raise Refused("The round was frozen again meanwhile; change the new draft instead.")
        if own.issued().exists():
            raise Refused("The letter is issued and cannot be changed any more.")
        own.update(addressee=addressee, salutation=salutation)
        return _withdraw_approval(round_, own, by=by) > 0


def approve(
    *, round_: Round, by: User, letters: QuerySet[Letter] | None = None, seen: int | None = None
) -> int:
    """Approves the letters given, or all of the round; the number that were not yet approved.

    Refuses whoever froze the figures: letters are approved by a second person. `seen` is the number
    of the freeze that person looked at; letters of a later one are not approved unseen.
    """
    _require(by, "reviews.approve_letters", "approve letters")
    with recorded(by=by, what=f"Approve letters of the round {round_.year}"):
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        if round_.freeze is None:
            raise Refused(f"The round {round_.year} is not frozen yet, so it has no letters.")
        if round_.freeze.frozen_by_id == by.pk:
            raise Refused(
                f"{by.get_username()} froze the round {round_.year}; another person has to "
                "approve its letters."
            )
        if seen is not None and round_.freeze.number != seen:
            raise Refused(
                f"The round {round_.year} was frozen again since you looked; look at its new "
                "letters before you approve them."
            )
        waiting = Letter.objects.of_round(round_.pk).awaiting_approval()
        if letters is not None:
            waiting = waiting.filter(pk__in=letters.values("pk"))
        approved = Letter.objects.filter(pk__in=waiting.values("pk")).update(
            approved_at=timezone.now(), approved_by=by
        )
        if approved:
            record(round_, RoundEvent.Action.APPROVED, by=by, detail=f"{approved} letters")
    return approved


def issue(*, round_: Round, by: User, progress: Callable[[int, int], None] | None = None) -> int:
    """Issues every approved letter of the round: stores its PDF and queues its messages.

    Each letter is one transaction, so that a stop at any instant loses and doubles nothing and a
    second run goes on where the first ended. Returns the number issued by this run; `progress` is
    told how many of how many are done.
    """
    _require(by, "reviews.issue_letters", "issue letters")
    round_ = Round.objects.select_related("freeze").get(pk=round_.pk)
    if round_.freeze is None:
        raise Refused(f"The round {round_.year} is not frozen yet, so it has no letters.")
    letters = Letter.objects.of_round(round_.pk).order_by("summary__slug")
    waiting = letters.awaiting_approval().count()
    if waiting:
        raise Refused(
            f"{waiting} of {letters.count()} letters of the round {round_.year} are not approved "
            "yet; approve or hold them first."
        )
    to_do = list(letters.filter(issued_at__isnull=True).values_list("pk", flat=True))
    issuing = _Issuing(round_.freeze, by)
    for position, pk in enumerate(to_do, start=1):
        issuing.issue(pk)
        if progress:
            progress(position, len(to_do))
    return issuing.done


def verify(round_: Round) -> list[str]:
    """What is wrong with the round's issued letters, a sentence each; empty when all is well."""
    problems = []
    issued = 0
    files = LetterFile.objects.filter(letter__summary__freeze__round=round_)
    for file in files.select_related("letter__summary").iterator(chunk_size=50):
        issued += 1
        letter = file.letter
        digest = hashlib.sha256(file.pdf).hexdigest()
        if (digest, len(file.pdf)) != (letter.sha256, letter.size):
            problems.append(
                f"{letter.summary.slug}: the stored letter has the SHA-256 digest {digest}, but "
                f"was issued with {letter.sha256 or 'none'}."
            )
    missing = Letter.objects.issued().filter(summary__freeze__round=round_, file__isnull=True)
    problems.extend(
        f"{slug}: the issued letter has no file."
        for slug in missing.values_list("summary__slug", flat=True)
    )
    if not issued and not problems:
        problems.append(f"No letter of the round {round_.year} is issued yet.")
    return problems


def record(round_: Round, action: RoundEvent.Action, *, by: User, detail: str = "") -> RoundEvent:
    """Leaves a line in the round's history."""
    return RoundEvent.objects.create(
        round=round_, action=action, detail=detail, done_at=timezone.now(), done_by=by
    )


@contextmanager
def _one_state_of_the_database(*unchanged: type[Model]) -> Iterator[None]:
    """A transaction in which nothing that others commit meanwhile shows up in later counts.

    Nobody writes to the tables `unchanged` meanwhile. SQLite has it so anyway; PostgreSQL when
    asked before the first query, so not inside another transaction.
    """
    is_outermost = not connection.in_atomic_block
    try:
        with transaction.atomic():
            if is_outermost and connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    tables = ", ".join(model._meta.db_table for model in unchanged)
                    cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
            yield
    except OperationalError as error:
        raise Refused(
            "Somebody else is changing the round or its cases just now; try again."
        ) from error


def _withdraw_approval(round_: Round, letters: QuerySet[Letter], *, by: User) -> int:
    """Makes approved letters drafts again, since what was approved has changed."""
    approved = letters.filter(approved_at__isnull=False, issued_at__isnull=True)
    withdrawn = Letter.objects.filter(pk__in=approved.values("pk")).update(
        approved_at=None, approved_by=None
    )
    if withdrawn:
        record(round_, RoundEvent.Action.WITHDRAWN, by=by, detail=f"{withdrawn} letters")
    return withdrawn


# Who may ------------------------------------------------------------------------------------------


def _require(by: User, permission: str, deed: str) -> None:
    if not (by.is_active and by.has_perm(permission)):
        raise Refused(f"{by.get_username()} may not {deed}.")


def _refuse_publication_before_letters(letter_on: dt.date, publish_at: dt.datetime) -> None:
    if timezone.localdate(publish_at) < letter_on:
        raise Refused(
            f"Publication on {timezone.localdate(publish_at)} comes before the letter date "
            f"{letter_on}; choose that day or a later one."
        )


def _refuse_if_frozen(round_: Round, reason: str) -> None:
    if round_.freeze_id is None:
        if reason:
            raise Refused(f"The round {round_.year} is not frozen yet; freeze it without a reason.")
        return
    if not reason:
        raise Refused(
            f"The round {round_.year} is already frozen; to count again, freeze it again and say "
            "why."
        )
    if Letter.objects.of_round(round_.pk).issued().exists():
        raise Refused(
            f"Letters of the round {round_.year} are issued, so its figures stand; correct a "
            "single letter instead."
        )


# Checking -----------------------------------------------------------------------------------------


type Officers = dict[int, dict[str, Contact]]


def _chief(officers: Officers, authority_id: int) -> Contact | None:
    return officers.get(authority_id, {}).get(ContactRole.CHIEF_EXECUTIVE)


def _blocks(
    round_: Round, lines: list[Row], officers: Officers, *, today: dt.date
) -> Iterator[Finding]:
    period = round_.period
    if today <= period.last_day:
        yield Finding(
            "block",
            "period-not-over",
            f"The year {period.text} is not over yet; freeze it from the day after it ends.",
        )
    for line in lines:
        texts = [line.authority.name_on(period.last_day)]
        if chief := _chief(officers, line.authority.pk):
            texts += [chief.printed_name, chief.job_title]
        for text in texts:
            if character := first_unprintable(text):
                yield Finding(
                    "block",
                    "unprintable-text",
                    f"{text!r} has {character}, which letters cannot show; spell it otherwise.",
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
    round_: Round, lines: list[Row], officers: Officers, *, today: dt.date
) -> Iterator[Finding]:
    if not Signatory.objects.signing_on(round_.letter_on).exists():
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
                f"{now.received} complaints received, {received} the year before.",
                line.authority,
            )


# Freezing -----------------------------------------------------------------------------------------


def _summary(frozen: Freeze, line: Row, round_: Round) -> AnnualSummary:
    authority, counts, similar = line.authority, line.counts, line.similar
    return AnnualSummary(
        freeze=frozen,
        authority=authority,
        year_ending=round_.year,
        name=authority.name_on(round_.period.last_day),
        slug=authority.slug,
        gss_code=authority.gss_code or "",
        authority_type=authority.authority_type,
        region=authority.region,
        method_version=frozen.method_version,
        **{name: getattr(counts, name) for name in COUNTED},
        received_by_category=counts.received_by_category,
        investigated_by_category=counts.investigated_by_category,
        upheld_by_category=counts.upheld_by_category,
        population=line.population,
        population_year=line.population_year,
        has_comparison=similar is not None,
        **{
            f"similar_{name}": getattr(similar, name) if similar else None
            for name in Average.__dataclass_fields__
        },
    )


def _letter(
    summary: AnnualSummary, officers: dict[str, Contact], signatory: str, frozen_by: User
) -> Letter:
    """A draft that carries by value whom it addresses and whom its messages go to."""
    chief = officers.get(ContactRole.CHIEF_EXECUTIVE)
    if chief is None:
        addressee, salutation = wording.POST, f"Dear {wording.POST}"
    else:
        addressee = f"{chief.printed_name}\n{chief.job_title or wording.POST}"
        salutation = f"Dear {chief.printed_name}"
    return Letter(
        summary=summary,
        addressee=addressee,
        salutation=salutation,
        is_post_vacant=chief is None,
        signatory=signatory,
        recipients={role: o.email for role, o in sorted(officers.items()) if o.email},
        frozen_by=frozen_by,
    )


def _officers(round_: Round) -> Officers:
    """Who is in office on the letter date, by authority id and role; one query."""
    found: Officers = defaultdict(dict)
    for contact in Contact.objects.in_office_on(round_.letter_on):
        found[contact.authority_id][contact.role] = contact
    return found


def _signatory(round_: Round) -> str:
    """Name and titles of whoever signs on the letter date, one a line."""
    signatory = Signatory.objects.signing_on(round_.letter_on).first()
    return f"{signatory.name}\n{signatory.titles}" if signatory else wording.OFFICE


# Issuing ------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Issuing:
    """One run of issuing: what it has done so far stands in the round's history all the while."""

    freeze: Freeze
    by: User
    done: int = 0
    event: RoundEvent | None = None

    def issue(self, pk: int) -> None:
        """Issues one letter, whole or not at all, unless another run has just done so."""
        with recorded(by=self.by, what="Issue a letter"):
            # Nobody freezes, approves or issues the round meanwhile.
            round_ = Round.objects.select_for_update().get(pk=self.freeze.round_id)
            if round_.freeze_id != self.freeze.pk:
                raise Refused(
                    f"The round {round_.year} was frozen again while its letters were being "
                    "issued; approve the new letters and issue them."
                )
            letter = Letter.objects.select_related("summary__freeze__round").get(pk=pk)
            if letter.issued_at or not letter.approved_at:
                return
            document = compose(letter)
            try:
                pdf = render(document)
            except ValueError as error:
                raise Refused(
                    f"The letter to {document.authority} cannot be drawn: {error}."
                ) from error
            LetterFile.objects.create(letter=letter, document=to_plain(document), pdf=pdf)
            now = timezone.now()
            Letter.objects.filter(pk=pk).update(
                issued_at=now,
                issued_by=self.by,
                sha256=hashlib.sha256(pdf).hexdigest(),
                size=len(pdf),
            )
            OutboxMessage.objects.bulk_create(
                OutboxMessage(
                    letter=letter,
                    role=role,
                    email=email,
                    subject=f"{document.subject}: {document.authority}",
                    queued_at=now,
                )
                for role, email in letter.recipients.items()
            )
            self._record(round_)

    def _record(self, round_: Round) -> None:
        self.done += 1
        if self.event is None:
            self.event = record(round_, RoundEvent.Action.ISSUED, by=self.by)
        self.event.detail = f"{self.done} letters"
        self.event.save(update_fields=["detail"])
