"""Correcting: a new row and a new letter, which say what they replace and why."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from casework.actions import recorded
from casework.models import Authority, Complaint, Decision, Recommendation
from casework.refusals import Refused
from reviews.figures.counts import COUNTED, Average
from reviews.models import AnnualSummary, Correction, Letter, Round, RoundEvent
from reviews.pdf.text import first_unfit
from reviews.querysets import LetterQuerySet
from reviews.rounds.approving import carry_over_returns
from reviews.rounds.checking import blocks, officers_on, signatory_on
from reviews.rounds.freezing import (
    draft_letter,
    freeze_conditions,
    frozen_row,
    keep_case_lists,
    let_nobody_write,
)
from reviews.rounds.holding import carry_over
from reviews.rounds.steps import record, require
from reviews.statistics import METHOD_VERSION, row_of

REASON_LENGTH = 600  # characters; it stands in the letter's first lines
COUNTED_OR_NAMED = {"name", "population", *COUNTED}
# What a correction takes over from the row it replaces: averages stay as first frozen.
AS_FROZEN = (
    "authority_type",
    "has_comparison",
    *(f"similar_{name}" for name in Average.__dataclass_fields__),
)


def correct(
    *, round_: Round, authority: Authority, by: User, reason: str, instead_of: int | None = None
) -> AnnualSummary:
    """Recounts one authority of a round and drafts a letter that replaces the issued one.

    The reason is printed in the letter. The draft is approved by a second person and issued as any
    other. `instead_of` is the version of a draft that was looked at, which goes.

    Where other letters of the round are issued and none to this authority, its draft goes in any
    case, and the new letter is its first: it names no other, and the reason stays on record only.
    """
    require(by, "reviews.correct_letter", "correct a letter")
    reason = _fit_to_print(reason)
    what = f"Correct a letter of the round {round_.year}"
    with recorded(by=by, what=what, reason=reason):
        # All three counts are of one state of the cases.
        let_nobody_write(Complaint, Decision, Recommendation)
        # Nobody freezes, approves, holds or issues the round meanwhile.
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        if problems := correction_refusals(round_, authority, instead_of=instead_of):
            raise Refused(*problems)
        former = AnnualSummary.objects.filter(freeze=round_.freeze_id, authority=authority)
        draft, is_first = _draft(round_, authority), is_first_letter(round_, authority)
        line, today = row_of(authority, round_.period), timezone.localdate()
        # A first letter is not dated before those to the others.
        letter_on = max(today, round_.letter_on) if is_first else today
        officers, signatory = officers_on(letter_on), signatory_on(letter_on)
        found = blocks(round_, [line], officers, today=today, signatory=signatory)
        problems = [str(finding) for finding in found]
        if problems:
            raise Refused(*problems)
        last = former.select_related("freeze").latest("version")
        summary = frozen_row(last.freeze, line, round_)
        for name in AS_FROZEN:
            setattr(summary, name, getattr(last, name))
        summary.method_version = METHOD_VERSION
        summary.version, summary.replaces, summary.reason = last.version + 1, last, reason
        summary.save(force_insert=True)
        freeze_conditions([summary], round_.period)
        keep_case_lists([summary], round_.period)
        Correction.objects.create(
            summary=summary,
            is_first=is_first,
            letter_on=letter_on,
            corrected_at=timezone.now(),
            corrected_by=by,
        )
        letter = draft_letter(summary, officers.get(authority.pk, {}), signatory, by)
        letter.save(force_insert=True)
        before_issue = " before anything was sent" if is_first else ""
        detail = f"{summary.name}, version {summary.version}{before_issue}: {reason}"
        record(round_, RoundEvent.Action.CORRECTED, by=by, detail=detail)
        if draft is not None:
            carry_over(former.filter(pk=draft.summary_id), [summary], by=by)
            carry_over_returns(round_, Letter.objects.filter(pk=draft.pk), [letter], by=by)
            draft.delete()
    return summary


def correction_refusals(
    round_: Round, authority: Authority, *, instead_of: int | None = None
) -> list[str]:
    """Why the letter to an authority cannot be corrected now, a sentence each."""
    letters = _letters(round_, authority)
    if not (letters.exists() and Letter.objects.of_round(round_.pk).issued().exists()):
        return [
            f"No letter to {authority.official_name} is issued in the round {round_.year}, so "
            "there is none to correct; change its draft, or freeze the figures again."
        ]
    version = open_draft(round_, authority)
    if version == instead_of or (version == 1 and instead_of is None):
        return []
    if version is None:
        return [
            f"Version {instead_of} of the letter to {authority.official_name} is no draft any "
            "more; look at it before you correct it once more."
        ]
    return [
        f"Version {version} of the letter to {authority.official_name} is drafted and not issued "
        "yet; issue it, or correct again in its place."
    ]


def open_draft(round_: Round, authority: Authority) -> int | None:
    """The version of the letter that is not issued yet, whose place a correction takes, or None."""
    draft = _draft(round_, authority)
    return draft.summary.version if draft else None


def is_first_letter(round_: Round, authority: Authority) -> bool:
    """Whether nothing was issued to the authority yet, so that a new letter replaces none."""
    return not _letters(round_, authority).issued().exists()


def changes(round_: Round, authority: Authority) -> list[tuple[str, Any, Any]]:
    """What a correction would change now of an authority's newest row: label, frozen, counted."""
    former = AnnualSummary.objects.filter(freeze=round_.freeze_id, authority=authority)
    last = former.select_related("freeze").latest("version")
    counted = frozen_row(last.freeze, row_of(authority, round_.period), round_)
    return [
        (str(field.verbose_name).capitalize(), getattr(last, field.name), new)
        for field in AnnualSummary._meta.concrete_fields
        if field.name in COUNTED_OR_NAMED
        and (new := getattr(counted, field.name)) != getattr(last, field.name)
    ]


def _letters(round_: Round, authority: Authority) -> LetterQuerySet:
    return Letter.objects.of_round(round_.pk).filter(summary__authority=authority)


def _draft(round_: Round, authority: Authority) -> Letter | None:
    unissued = _letters(round_, authority).filter(issued_at__isnull=True)
    return unissued.select_related("summary").first()


def _fit_to_print(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("Say why the letter is corrected; the letter prints it.")
    if len(reason) > REASON_LENGTH:
        raise Refused(
            f"The reason has {len(reason)} characters; the letter has room for {REASON_LENGTH}."
        )
    if unfit := first_unfit(reason):
        raise Refused(f"The reason has {unfit}, which letters cannot show; spell it otherwise.")
    return reason
