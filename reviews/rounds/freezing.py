"""Freezing: the year is counted once, and every authority gets a row and a draft letter."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from casework.actions import lock_period, recorded
from casework.choices import ContactRole
from casework.models import Complaint, Contact, Decision, PublicInterestReport, Recommendation
from casework.refusals import Refused
from reviews.figures.counts import COUNTED, Average
from reviews.figures.periods import Period
from reviews.letters import wording
from reviews.letters.statements import number
from reviews.letters.vocabulary import PUBLIC_REPORT
from reviews.models import (
    AnnualSummary,
    CaseList,
    Freeze,
    FrozenLearning,
    Layer,
    Letter,
    MapLayout,
    Round,
    RoundEvent,
    SummaryCondition,
    TypeAverage,
)
from reviews.rounds.approving import carry_over_returns
from reviews.rounds.checking import blocks, officers_on, signatory_on
from reviews.rounds.holding import carry_over
from reviews.rounds.steps import record, require
from reviews.statistics import METHOD_VERSION, Row, averages, cases, learning, reported_on, rows


def freeze(*, round_: Round, by: User, reason: str = "") -> Freeze:
    """Counts once and stores a row and a draft letter for every authority.

    With a reason, freezes again: the rows of before stay, the drafts go, approvals are void. What
    is held or returned stays so.
    """
    require(by, "reviews.freeze_round", "freeze a round")
    # Changes of cases under way end first and others wait, so that none is missed by both the
    # figures and the list of what changed after them.
    what = f"Freeze the round {round_.year}"
    with (
        one_state_of_the_database(Complaint, Decision, Recommendation, PublicInterestReport),
        recorded(by=by, what=what, reason=reason),
    ):
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        _refuse_if_frozen(round_, reason)
        lines, officers = rows(round_.period), officers_on(round_.letter_on)
        today = timezone.localdate()
        signatory = signatory_on(round_.letter_on)
        found = blocks(round_, lines, officers, today=today, signatory=signatory)
        problems = [str(finding) for finding in found]
        if problems:
            raise Refused(*problems)
        drafts = Letter.objects.of_round(round_.pk)  # of the freeze of before
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
            frozen_row(frozen, line, round_) for line in lines
        )
        FrozenLearning.of(frozen, learning(round_.period)).save(force_insert=True)
        keep_map(frozen, round_.period)
        freeze_conditions(summaries, round_.period)
        keep_case_lists(summaries, round_.period)
        letters = Letter.objects.bulk_create(
            draft_letter(summary, officers.get(summary.authority_id, {}), signatory, by)
            for summary in summaries
        )
        former = AnnualSummary.objects.filter(freeze__round=round_).exclude(freeze=frozen)
        carry_over(former, summaries, by=by)
        carry_over_returns(round_, drafts, letters, by=by)
        drafts.delete()
        Round.objects.filter(pk=round_.pk).update(freeze=frozen)
        lock_period(
            year=round_.year,
            first_day=round_.period.first_day,
            last_day=round_.period.last_day,
        )
        detail = number(len(summaries), "authority", "authorities")
        detail += f", again: {reason}" if reason else ""
        record(round_, RoundEvent.Action.FROZEN, by=by, detail=detail)
    return frozen


def keep_map(frozen: Freeze, period: Period) -> None:
    """Stores where councils stand on the map."""
    MapLayout.objects.bulk_create(MapLayout.of(frozen, layer, period.last_day) for layer in Layer)


def freeze_conditions(summaries: Iterable[AnnualSummary], period: Period) -> None:
    """Stores with new rows what wording may ask about and the figures do not hold."""
    reported = reported_on(period)
    SummaryCondition.objects.bulk_create(
        SummaryCondition(summary=summary, name=PUBLIC_REPORT)
        for summary in summaries
        if summary.authority_id in reported
    )


def keep_case_lists(summaries: Collection[AnnualSummary], period: Period) -> None:
    """Stores with new rows the cases behind their figures, an empty list where there are none."""
    CaseList.objects.bulk_create(
        CaseList(summary=summary, kind=kind, number=len(found), cases=found)
        for kind, of_authority in cases(period).items()
        for summary in summaries
        for found in [of_authority.get(summary.authority_id, [])]
    )


@contextmanager
def one_state_of_the_database(*unchanged: type[Model]) -> Iterator[None]:
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
                let_nobody_write(*unchanged)
            yield
    except OperationalError as error:
        raise Refused(
            "Somebody else is changing the round or its cases just now; try again."
        ) from error


def let_nobody_write(*models: type[Model]) -> None:
    """Others wait with changes to these tables until the transaction ends; theirs end first.

    SQLite has one writer at a time as it is.
    """
    if connection.vendor == "postgresql":
        tables = ", ".join(model._meta.db_table for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")


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


def frozen_row(frozen: Freeze, line: Row, round_: Round) -> AnnualSummary:
    """A first version of an authority's row, not saved yet."""
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


def draft_letter(
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
