"""Issuing: each letter whole or not at all, and later whether it still is as issued."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.utils import timezone

from casework.actions import recorded
from casework.refusals import Refused
from reviews.drafting import RoundWording, compose, wording_of
from reviews.letters.document import to_plain
from reviews.letters.statements import number
from reviews.models import (
    Freeze,
    Letter,
    LetterAlternative,
    LetterCode,
    LetterFile,
    Round,
    RoundEvent,
)
from reviews.pdf.render import render
from reviews.rounds.alternatives import store_alternatives
from reviews.rounds.outbox import queue_letter
from reviews.rounds.steps import number_of, record, require


def issue(
    *,
    round_: Round,
    by: User,
    progress: Callable[[int, int], None] | None = None,
    case_lists_to: Collection[str] = (),
) -> int:
    """Issues every approved letter of the round: stores its PDF and queues its messages.

    The officers of the roles `case_lists_to` get the case lists with the letter.

    Each letter is one transaction, so that a stop at any instant loses and doubles nothing and a
    second run goes on where the first ended. Returns the number issued by this run; `progress` is
    told how many of how many are done.
    """
    require(by, "reviews.issue_letters", "issue letters")
    round_ = Round.objects.select_related("freeze").get(pk=round_.pk)
    if round_.freeze is None:
        raise Refused(f"The round {round_.year} is not frozen yet, so it has no letters.")
    letters = Letter.objects.of_round(round_.pk).order_by("summary__slug")
    waiting = letters.awaiting_approval().count()
    if waiting:
        raise Refused(
            f"{waiting} of {number_of(letters.count())} of the round {round_.year} "
            f"{'is' if waiting == 1 else 'are'} not approved yet; approve or hold "
            f"{'it' if waiting == 1 else 'them'} first."
        )
    to_do = list(letters.not_held().filter(issued_at__isnull=True).values_list("pk", flat=True))
    issuing = Issuing(round_.freeze, by, case_lists_to)
    for position, pk in enumerate(to_do, start=1):
        issuing.issue(pk)
        if progress:
            progress(position, len(to_do))
    return issuing.done


@dataclass(slots=True)
class Issuing:
    """One run of issuing: what it has done so far stands in the round's history all the while."""

    freeze: Freeze
    by: User
    case_lists_to: Collection[str] = ()
    done: int = 0
    event: RoundEvent | None = None
    words: RoundWording | None = None

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
            letter = (
                Letter.objects.select_related("summary__freeze__round", "summary__correction")
                .filter(pk=pk)
                .first()
            )
            # Gone, where a correction has just taken its place.
            if not letter or letter.issued_at or not letter.approved_at or letter.is_held:
                return
            document = compose(letter, self._words(round_))
            try:
                pdf = render(document)
            except ValueError as error:
                raise Refused(
                    f"The letter to {document.authority} cannot be drawn: {error}."
                ) from error
            LetterFile.objects.create(letter=letter, document=to_plain(document), pdf=pdf)
            LetterCode.objects.create(letter=letter, code=document.check_code)
            store_alternatives(letter, document)
            now = timezone.now()
            Letter.objects.filter(pk=pk).update(
                issued_at=now,
                issued_by=self.by,
                sha256=hashlib.sha256(pdf).hexdigest(),
                size=len(pdf),
            )
            queue_letter(letter, subject=document.subject, at=now, case_lists_to=self.case_lists_to)
            self._record(round_)

    def _words(self, round_: Round) -> RoundWording:
        """What the round's letters say: once one of them is issued their words stand.

        Signatures do not: each letter asks for its own.
        """
        if self.words is None or self.event is None:
            self.words = wording_of(round_)
        return replace(self.words, signatures={})

    def _record(self, round_: Round) -> None:
        self.done += 1
        if self.event is None:
            self.event = record(round_, RoundEvent.Action.ISSUED, by=self.by)
        self.event.detail = number_of(self.done)
        self.event.save(update_fields=["detail"])


def _differences(content: bytes | memoryview, *, sha256: str, size: int | None) -> Iterator[str]:
    """How a stored file differs from what was written down of it when it was issued."""
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        yield f"has the SHA-256 digest {digest}, but was issued with {sha256 or 'none'}"
    elif len(content) != size:
        yield f"has {number(len(content), 'byte', 'bytes')}, but was issued with {size}"


def verify(round_: Round) -> list[str]:
    """What is wrong with the round's issued letters, a sentence each; empty when all is well.

    Their large print and plain text are looked at too.
    """
    problems: list[str] = []
    issued = 0
    files = LetterFile.objects.filter(letter__summary__freeze__round=round_)
    for file in files.select_related("letter__summary").iterator(chunk_size=50):
        issued += 1
        letter = file.letter
        problems.extend(
            f"{letter.summary.slug}: the stored letter {difference}."
            for difference in _differences(bytes(file.pdf), sha256=letter.sha256, size=letter.size)
        )
    kept = LetterAlternative.objects.filter(letter__summary__freeze__round=round_)
    for each in kept.select_related("letter__summary").iterator(chunk_size=50):
        problems.extend(
            f"{each.letter.summary.slug}: the stored {each.get_kind_display()} {difference}."
            for difference in _differences(bytes(each.content), sha256=each.sha256, size=each.size)
        )
    missing = Letter.objects.issued().filter(summary__freeze__round=round_, file__isnull=True)
    problems.extend(
        f"{slug}: the issued letter has no file."
        for slug in missing.values_list("summary__slug", flat=True)
    )
    if not issued and not problems:
        problems.append(f"No letter of the round {round_.year} is issued yet.")
    return problems
