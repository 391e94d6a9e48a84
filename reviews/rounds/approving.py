"""Approval by a second person, and what makes an approved letter a draft again."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils import timezone

from casework.actions import recorded
from casework.refusals import Refused
from reviews.models import (
    LateReplies,
    Letter,
    LetterReturn,
    Round,
    RoundEvent,
    WordingText,
    WordingVersion,
)
from reviews.pdf.text import first_unfit
from reviews.proofing import Proof, digest_of_all, proof_letters
from reviews.querysets import LetterQuerySet
from reviews.rounds.steps import number_of, record, require

A_MINUTE = dt.timedelta(minutes=1)  # in which a round is opened
MOST_PROBLEMS = 20  # said at once when letters are refused


def approve(
    *,
    round_: Round,
    by: User,
    letters: QuerySet[Letter] | None = None,
    seen: int | None = None,
    words_seen: str = "",
    reason: str = "",
) -> int:
    """Approves the letters given, or all of the round; the number that were not yet approved.

    Refuses whoever froze the figures: letters are approved by a second person. `seen` is the number
    of the freeze that person looked at, and `words_seen` what `words_of` said then of the same
    letters; letters that have changed since are not approved unseen. Letters are proofed first: an
    error refuses, warnings need a `reason`. Of all letters those returned and not answered stay
    drafts; asked for by itself, such a letter is refused.
    """
    require(by, "reviews.approve_letters", "approve letters")
    # Most of the reading is done before anybody has to wait for the round.
    proof_letters(_to_approve(round_, letters))
    with recorded(by=by, what=f"Approve letters of the round {round_.year}", reason=reason):
        round_ = Round.objects.select_for_update().get(pk=round_.pk)
        if round_.freeze is None:
            raise Refused(f"The round {round_.year} is not frozen yet, so it has no letters.")
        if round_.freeze.frozen_by_id == by.pk:
            raise Refused(
                f"{by.get_username()} froze the round {round_.year}; another person has to "
                "approve its letters."
            )
        if _worded_by(round_, by):
            raise Refused(
                f"{by.get_username()} accepted wording of the round {round_.year}; another person "
                "has to approve its letters."
            )
        if seen is not None and round_.freeze.number != seen:
            raise Refused(
                f"The round {round_.year} was frozen again since you looked; look at its new "
                "letters before you approve them."
            )
        waiting = _to_approve(round_, letters)
        if letters is not None and waiting.returned().exists():
            raise Refused(
                *(
                    f"{name}: the letter was returned; answer the comment before it is approved."
                    for name in waiting.returned().values_list("summary__name", flat=True)
                )
            )
        waiting = waiting.exclude(pk__in=waiting.returned().order_by().values("pk"))
        if own := waiting.filter(frozen_by=by).select_related("summary").first():
            raise Refused(
                f"{by.get_username()} drafted the correction for {own.summary.name}; another "
                "person has to approve it."
            )
        if words_seen and words_of(round_, letters) != words_seen:
            raise Refused(
                f"What letters of the round {round_.year} say has changed since you looked; look "
                "at them again before you approve them."
            )
        accepted = _accept(proof_letters(waiting), reason)
        approved = Letter.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).update(
            approved_at=timezone.now(), approved_by=by
        )
        if approved:
            detail = f"{number_of(approved)}{accepted}"
            record(round_, RoundEvent.Action.APPROVED, by=by, detail=detail)
    return approved


def words_of(round_: Round, letters: QuerySet[Letter] | None = None) -> str:
    """A digest of all that letters say: those given, or all of the round that wait for approval."""
    of_round = Letter.objects.of_round(round_.pk)
    if letters is None:
        return digest_of_all(of_round.awaiting_approval())
    return digest_of_all(of_round.filter(pk__in=letters.order_by().values("pk")))


def _to_approve(round_: Round, letters: QuerySet[Letter] | None) -> LetterQuerySet:
    waiting = Letter.objects.of_round(round_.pk).awaiting_approval()
    return waiting if letters is None else waiting.filter(pk__in=letters.order_by().values("pk"))


def _accept(proofs: dict[int, Proof], reason: str) -> str:
    """What is noted of the warnings that are accepted. Refuses errors, and warnings unexplained."""
    problems = [
        f"{proof.authority}: {error}" for proof in proofs.values() for error in proof.of("error")
    ]
    if len(problems) > MOST_PROBLEMS:
        more = len(problems) - MOST_PROBLEMS
        problems = [*problems[:MOST_PROBLEMS], f"{more} more; see the proof of the round."]
    if problems:
        raise Refused(*problems)
    warned = sum(1 for proof in proofs.values() if proof.of("warning"))
    if not warned:
        return ""
    letters = f"{number_of(warned)} {'has' if warned == 1 else 'have'}"
    if not reason.strip():
        raise Refused(f"{letters} warnings; say why they may be approved all the same.")
    return f"; {letters} warnings, accepted: {reason.strip()}"


def return_letter(*, letter: Letter, by: User, comment: str) -> LetterReturn:
    """Sends a letter back with a comment; an approved one is a draft again."""
    require(by, "reviews.approve_letters", "return letters")
    if not comment.strip():
        raise Refused("Say what is wrong with the letter.")
    with recorded(by=by, what="Return a letter", reason=comment):
        round_ = Round.objects.select_for_update().get(pk=letter.summary.freeze.round_id)
        own = _not_issued(round_, letter)
        if own.returned().exists():
            raise Refused("The letter is returned already and waits for an answer.")
        withdraw_approval(round_, own, by=by)
        returned = LetterReturn.objects.create(
            letter=letter, comment=comment.strip(), returned_at=timezone.now(), returned_by=by
        )
        detail = f"{letter.summary.name}: {comment.strip()}"
        record(round_, RoundEvent.Action.RETURNED, by=by, detail=detail)
    return returned


def answer_return(*, letter: Letter, by: User, answer: str) -> LetterReturn:
    """Says what was done about a returned letter, which can then be approved."""
    require(by, "reviews.change_letter", "answer for a letter")
    if not answer.strip():
        raise Refused("Say what was changed, or why nothing was.")
    with recorded(by=by, what="Answer a returned letter", reason=answer):
        round_ = Round.objects.select_for_update().get(pk=letter.summary.freeze.round_id)
        _not_issued(round_, letter)
        open_return = letter.returns.unanswered().first()
        if open_return is None:
            raise Refused("The letter is not returned, or somebody has just answered.")
        open_return.answer = answer.strip()
        open_return.answered_at, open_return.answered_by = timezone.now(), by
        open_return.save(update_fields=["answer", "answered_at", "answered_by"])
        detail = f"{letter.summary.name}, answered: {answer.strip()}"
        record(round_, RoundEvent.Action.RETURNED, by=by, detail=detail)
    return open_return


def carry_over_returns(
    round_: Round, former: QuerySet[Letter], in_place: Iterable[Letter], *, by: User
) -> None:
    """A letter returned and not answered stays so, when new drafts take the place of `former`.

    Of an authority that has no letter any more the comment goes with its draft.
    """
    new = {letter.summary.authority_id: letter for letter in in_place}
    unanswered = LetterReturn.objects.unanswered().filter(letter__in=former.order_by().values("pk"))
    carried = []
    for each in unanswered.select_related("letter__summary"):
        if letter := new.get(each.letter.summary.authority_id):
            each.letter = letter
            carried.append(each)
    LetterReturn.objects.bulk_update(carried, ["letter"])
    if carried:
        names = ", ".join(sorted(each.letter.summary.name for each in carried))
        detail = f"Returned still, now as new drafts: {names}"
        record(round_, RoundEvent.Action.RETURNED, by=by, detail=detail)


def _not_issued(round_: Round, letter: Letter) -> LetterQuerySet:
    """The letter as a queryset, if it is of the round's newest freeze and not issued."""
    own = Letter.objects.of_round(round_.pk).filter(pk=letter.pk)
    if not own.exists():
        raise Refused("The round was frozen again meanwhile; look at the new draft instead.")
    if own.issued().exists():
        raise Refused("The letter is issued and cannot be changed any more.")
    return own


def _worded_by(round_: Round, by: User) -> bool:
    """Whether words of the round's letters are this person's, beside those it was opened with.

    Also words that others have changed since, and marks of late replies, which words may follow.
    """
    begun_with = Q(number=1) & (
        Q(wording__scope=WordingText.Scope.MAIN) | Q(made_at__lt=round_.opened_at + A_MINUTE)
    )
    own = WordingVersion.objects.filter(wording__round=round_, made_by=by).exclude(begun_with)
    return own.exists() or LateReplies.objects.filter(round=round_, marked_by=by).exists()


def amend_letter(*, letter: Letter, by: User, addressee: str, salutation: str) -> bool:
    """Changes whom a letter addresses; whether it had been approved and is a draft again."""
    require(by, "reviews.change_letter", "change a letter")
    for text in (addressee.replace("\r", "").replace("\n", " "), salutation):
        if unfit := first_unfit(text):
            raise Refused(f"{text!r} has {unfit}, which letters cannot show; spell it otherwise.")
    with recorded(by=by, what="Change whom a letter addresses"):
        # The round first, as everything else does that changes its letters.
        round_ = Round.objects.select_for_update().get(pk=letter.summary.freeze.round_id)
        own = _not_issued(round_, letter)
        own.update(addressee=addressee, salutation=salutation)
        return withdraw_approval(round_, own, by=by) > 0


def withdraw_approval(round_: Round, letters: QuerySet[Letter], *, by: User) -> int:
    """Makes approved letters drafts again, since what was approved has changed."""
    approved = letters.filter(approved_at__isnull=False, issued_at__isnull=True)
    withdrawn = Letter.objects.filter(pk__in=approved.values("pk")).update(
        approved_at=None, approved_by=None
    )
    if withdrawn:
        record(round_, RoundEvent.Action.WITHDRAWN, by=by, detail=number_of(withdrawn))
    return withdrawn
