"""What a round's letters say: drafted, looked at in every letter it changes, then accepted."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import formats, timezone

from casework.actions import recorded
from casework.models import Authority
from casework.refusals import Refused
from reviews.drafting import RoundWording, facts, wording_of
from reviews.letters import wording
from reviews.letters.differences import Line, compared, printed
from reviews.letters.document import Block
from reviews.letters.language import (
    NotUnderstood,
    Problem,
    Scope,
    lookalikes,
    read,
    tidied,
)
from reviews.letters.vocabulary import VOCABULARY, Facts
from reviews.models import (
    LateReplies,
    Letter,
    Round,
    RoundEvent,
    WordingDraft,
    WordingText,
    WordingVersion,
)
from reviews.pdf.text import first_unprintable
from reviews.rounds.approving import withdraw_approval
from reviews.rounds.steps import number_of, record, require

PERMISSION = "reviews.change_wordingtext"
MAIN = WordingText.Scope.MAIN
AS_USUAL = "The usual wording."


class ChangedMeanwhile(Refused):
    """Somebody else changed a text while it was edited; nothing was saved."""


# What letters can say -----------------------------------------------------------------------------


def problems_of(content: str, scope: str) -> list[Problem]:
    """Everything in a text that letters cannot say, with its place."""
    content = tidied(content)
    try:
        read(content, _language_scope(scope))
    except NotUnderstood as refused:
        return refused.problems
    return lookalikes(content, _language_scope(scope)) + unprintable_in(content)


def unprintable_in(content: str) -> list[Problem]:
    """The lines of a text with a character that the font of letters does not have."""
    return [
        Problem(number, column, f"letters cannot show {character}; spell it otherwise.")
        for number, line in enumerate(content.split("\n"), start=1)
        if (character := first_unprintable(line.replace("\t", " ")))
        for column in [_column_of_unprintable(line.replace("\t", " "))]
    ]


def _column_of_unprintable(line: str) -> int:
    """Where the first character stands that letters cannot show, together with its accents."""
    for column in range(1, len(line) + 1):
        if first_unprintable(line[max(0, column - 8) : column]):
            return column
    return 1


def _language_scope(scope: str) -> Scope:
    return "main" if scope == MAIN else "passage"


def _refuse_what_letters_cannot_say(content: str, scope: str) -> None:
    if problems := problems_of(content, scope):
        raise Refused(*map(str, problems))


# Where a text stands ------------------------------------------------------------------------------


def current(text: WordingText) -> WordingVersion | None:
    """The version that letters are composed with; a passage that is new has none."""
    return text.versions.order_by("-number").first()


def draft_of(text: WordingText) -> WordingDraft | None:
    return WordingDraft.objects.select_related("saved_by", "begun_by").filter(wording=text).first()


def state_of(text: WordingText) -> str:
    """A digest of what the text says now, which a form carries to tell a change meanwhile."""
    version, draft = current(text), draft_of(text)
    parts = (version.number if version else 0, draft.content if draft else None)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _lock(round_id: int) -> Round:
    """The round, which whoever changes its letters locks first; refused once any is issued."""
    round_ = Round.objects.select_for_update().get(pk=round_id)
    if Letter.objects.of_round(round_.pk).issued().exists():
        raise Refused(f"Letters of the round {round_.year} are issued, so their words stand.")
    return round_


def copy_wording(round_: Round, *, by: User) -> None:
    """Gives a new round the words of the last one before it, or the usual.

    What was said to a single authority is not said to it again.
    """
    source = Round.objects.filter(year__lt=round_.year, texts__isnull=False).first()
    found = WordingVersion.objects.current().filter(wording__round=source).exclude(content="")
    copied = list(
        found.exclude(wording__scope=WordingText.Scope.COUNCIL)
        .select_related("wording__round")
        .order_by("wording")
    )
    if not any(version.wording.scope == MAIN for version in copied):
        _first(round_, AS_USUAL, wording.usual(), by=by, scope=MAIN)
    for version in copied:
        old = version.wording
        _first(
            round_,
            f"As in the round {old.round.year}.",
            version.content,
            by=by,
            scope=old.scope,
            authority_type=old.authority_type,
            region=old.region,
            subject=old.subject,
            position=old.position,
        )


def _first(
    round_: Round,
    reason: str,
    content: str,
    *,
    by: User,
    scope: str,
    authority_type: str = "",
    region: str = "",
    subject: str = "",
    position: int = 1,
) -> WordingText:
    text = WordingText.objects.create(
        round=round_,
        scope=scope,
        authority_type=authority_type,
        region=region,
        subject=subject,
        position=position,
    )
    _new_version(text, content, reason, by=by, restores=None)
    return text


def _new_version(
    text: WordingText, content: str, reason: str, *, by: User, restores: int | None
) -> WordingVersion:
    before = current(text)
    return WordingVersion.objects.create(
        wording=text,
        number=before.number + 1 if before else 1,
        content=content,
        reason=reason,
        restores=restores,
        made_at=timezone.now(),
        made_by=by,
    )


def main_text(round_: Round, *, by: User) -> WordingText:
    """The round's main text; one opened without has the usual wording as its first version."""
    require(by, PERMISSION, "change the wording of letters")
    with recorded(by=by, what=f"Wording of the round {round_.year}"):
        locked = _lock(round_.pk)
        found = WordingText.objects.filter(round=locked, scope=MAIN).first()
        return found or _first(locked, AS_USUAL, wording.usual(), by=by, scope=MAIN)


# Drafts -------------------------------------------------------------------------------------------


def begin_passage(*, text: WordingText, content: str, by: User) -> WordingDraft:
    """Adds a passage, not saved before, with the draft of its first version."""
    require(by, PERMISSION, "change the wording of letters")
    content = tidied(content)
    if not content:
        raise Refused("The passage says nothing; write it.")
    _refuse_what_letters_cannot_say(content, text.scope)
    with recorded(by=by, what="New passage of letters"):
        _lock(text.round_id)
        text.save(force_insert=True)
        return _store_draft(text, content, by=by, restores=None)


def save_draft(*, text: WordingText, content: str, by: User, seen: str) -> WordingDraft:
    """Keeps what a text shall say next; `seen` is its state when the person began to type.

    Refuses what letters cannot say, each problem with line and column, and raises ChangedMeanwhile
    where somebody else has saved or accepted since.
    """
    require(by, PERMISSION, "change the wording of letters")
    content = tidied(content)
    _refuse_what_letters_cannot_say(content, text.scope)
    with recorded(by=by, what=f"Draft of wording: {text}"):
        _lock(text.round_id)
        if seen != state_of(text):
            raise ChangedMeanwhile(_who_changed(text))
        return _store_draft(text, content, by=by, restores=None)


def _store_draft(
    text: WordingText, content: str, *, by: User, restores: int | None
) -> WordingDraft:
    draft, _ = WordingDraft.objects.update_or_create(
        wording=text,
        defaults={
            "content": content,
            "restores": restores,
            "saved_at": timezone.now(),
            "saved_by": by,
        },
        create_defaults={
            "content": content,
            "restores": restores,
            "begun_by": by,
            "saved_at": timezone.now(),
            "saved_by": by,
        },
    )
    return draft


def _who_changed(text: WordingText) -> str:
    draft, version = draft_of(text), current(text)
    if draft:
        who, at, what = draft.saved_by, draft.saved_at, "saved a draft of this text"
    elif version:
        who, at, what = version.made_by, version.made_at, f"accepted version {version.number}"
    else:
        return "The draft was discarded after you opened this page; save again to begin it anew."
    when = formats.date_format(timezone.localtime(at), "j F Y, H:i")
    return (
        f"{who.get_username()} {what} on {when}, after you opened this page. Nothing of yours is "
        "saved yet; what you typed is still here, and what stands now beside it. Take over what "
        "you need and save again."
    )


def discard_draft(*, text: WordingText, by: User) -> None:
    """Throws the draft away; a passage that has never been accepted goes with it."""
    require(by, PERMISSION, "change the wording of letters")
    with recorded(by=by, what=f"Discard a draft of wording: {text}"):
        _lock(text.round_id)
        if not WordingDraft.objects.filter(wording=text).delete()[0]:
            raise Refused("There is no draft any more; look at the text as it is now.")
        if not text.versions.exists():
            text.delete()


def restore_version(*, text: WordingText, number: int, by: User) -> WordingDraft:
    """Makes a draft of an older version, to be looked at and accepted like any other."""
    require(by, PERMISSION, "change the wording of letters")
    with recorded(by=by, what=f"Restore wording: {text}"):
        _lock(text.round_id)
        version = text.versions.filter(number=number).first()
        now = current(text)
        if version is None or now is None:
            raise Refused(f"There is no version {number} of this text.")
        if version.content == now.content:
            raise Refused(f"Version {number} says what the text says now.")
        if draft_of(text):
            raise Refused("The text has a draft; accept or discard it before you restore.")
        _refuse_what_letters_cannot_say(version.content, text.scope)
        return _store_draft(text, version.content, by=by, restores=number)


# What a change changes ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """One change to letters that differ in nothing but their values.

    `lines` are the changed lines as `example` has them; `names` are all authorities, in order.
    """

    lines: tuple[Line, ...]
    example: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What letters say differently: `letters` by key, the approved ones, and how they differ.

    `digest` stands for all of it, and for the draft itself: accepted is what was looked at.
    """

    differences: tuple[Difference, ...]
    letters: tuple[int, ...]
    approved: int
    of: int
    digest: str


def changes(*, text: WordingText, content: str) -> Changes:
    """What the round's letters would say differently; five queries for any number of letters."""
    before, version = wording_of(text.round), current(text)
    about = (text.pk, version.number if version else 0, content)
    return _changes(text.round, before, before.with_text(text, content), about=about)


def _changes(round_: Round, before: RoundWording, after: RoundWording, *, about: object) -> Changes:
    letters = (
        Letter.objects.of_round(round_.pk)
        .select_related("summary__freeze__round")
        .prefetch_related("summary__conditions")
        .order_by("summary__name", "summary__slug")
    )
    digest = hashlib.sha256(repr(about).encode())
    sides = (_Side(before), _Side(after))
    examples: dict[object, tuple[str, tuple[Line, ...]]] = {}
    names: dict[object, list[str]] = defaultdict(list)
    changed: list[Letter] = []
    total = 0
    for letter in letters:
        total += 1
        (old, old_pattern), (new, new_pattern) = (side.of(letter) for side in sides)
        digest.update(repr((letter.pk, letter.approved_at is None, old, new)).encode())
        if old == new:
            continue
        changed.append(letter)
        pattern = (old_pattern, new_pattern)
        if pattern not in examples:
            lines = compared(printed(old), printed(new))
            shown = tuple(line for line in lines if line.is_changed)
            examples[pattern] = (letter.summary.name, shown)
        names[pattern].append(letter.summary.name)
    return Changes(
        differences=tuple(
            Difference(lines, example, tuple(names[pattern]))
            for pattern, (example, lines) in sorted(
                examples.items(), key=lambda item: -len(names[item[0]])
            )
        ),
        letters=tuple(letter.pk for letter in changed),
        approved=sum(letter.approved_at is not None for letter in changed),
        of=total,
        digest=digest.hexdigest(),
    )


_NAMES = {name: f"(({name}))" for name in VOCABULARY.by_name}


class _Side:
    """The round's letters in one wording, and which of them differ in nothing but their values."""

    def __init__(self, words: RoundWording) -> None:
        self.words = words
        self.patterns: dict[object, tuple[Block, ...]] = {}

    def of(self, letter: Letter) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """The letter's blocks, and the same with the names of its values in their place."""
        so = facts(letter, self.words)
        passages = self.words.passages_for(letter.summary)
        kind = (so.true, tuple(map(id, passages)))
        if kind not in self.patterns:
            self.patterns[kind] = self.words.main.fill(Facts(_NAMES, so.true), passages)
        return self.words.main.fill(so, passages), self.patterns[kind]


def accept(*, text: WordingText, by: User, reason: str, seen: str) -> Changes:
    """Makes the draft the text's next version; letters it changes are drafts again.

    `seen` is the digest of the changes that were looked at; others are not accepted unseen.
    """
    require(by, PERMISSION, "change the wording of letters")
    reason = reason.strip()
    if not reason:
        raise Refused("Say why the wording changes; it stays with the version.")
    with recorded(by=by, what=f"Accept wording: {text}", reason=reason):
        round_ = _lock(text.round_id)
        draft, before = draft_of(text), current(text)
        if draft is None:
            raise Refused("There is no draft any more: somebody accepted or discarded it.")
        if before and before.content == draft.content:
            raise Refused("The draft says what stands already; change it or discard it.")
        _refuse_what_letters_cannot_say(draft.content, text.scope)
        found = changes(text=text, content=draft.content)
        if found.digest != seen:
            raise Refused(
                "The draft, the round or its letters have changed since you looked; look at what "
                "changes now and accept that."
            )
        version = _new_version(text, draft.content, reason, by=by, restores=draft.restores)
        draft.delete()
        detail = f"{text}, version {version.number}: {number_of(len(found.letters))}. {reason}"
        record(round_, RoundEvent.Action.WORDED, by=by, detail=detail)
        withdraw_approval(round_, Letter.objects.filter(pk__in=found.letters), by=by)
    return found


# Late replies -------------------------------------------------------------------------------------


def mark_late_replies(*, round_: Round, authority: Authority, by: User) -> int:
    """Says that an authority replied late; the number of letters that are drafts again for it."""
    require(by, PERMISSION, "change the wording of letters")
    with recorded(by=by, what=f"Late replies in the round {round_.year}"):
        locked = _lock(round_.pk)
        before = wording_of(locked)
        _, is_new = LateReplies.objects.get_or_create(
            round=locked,
            authority=authority,
            defaults={"marked_at": timezone.now(), "marked_by": by},
        )
        if not is_new:
            raise Refused(f"{authority} is marked already.")
        return _late_replies_changed(locked, before, f"{authority} replied late", by=by)


def unmark_late_replies(*, round_: Round, authority: Authority, by: User) -> int:
    """Takes that mark back; the number of letters that are drafts again for it."""
    require(by, PERMISSION, "change the wording of letters")
    with recorded(by=by, what=f"Late replies in the round {round_.year}"):
        locked = _lock(round_.pk)
        before = wording_of(locked)
        if not LateReplies.objects.filter(round=locked, authority=authority).delete()[0]:
            raise Refused(f"{authority} is not marked any more.")
        return _late_replies_changed(locked, before, f"{authority} did not reply late", by=by)


def _late_replies_changed(round_: Round, before: RoundWording, what: str, *, by: User) -> int:
    found = _changes(round_, before, wording_of(round_), about=what)
    detail = f"{what}: {number_of(len(found.letters))}"
    record(round_, RoundEvent.Action.WORDED, by=by, detail=detail)
    return withdraw_approval(round_, Letter.objects.filter(pk__in=found.letters), by=by)
