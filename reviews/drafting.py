"""From a frozen row, its letter and the round's wording to the letter as a plain value."""

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils import timezone

from reviews.figures import learning
from reviews.figures.periods import Period, day_text
from reviews.letters import wording
from reviews.letters.document import Block, LetterDocument, Paragraph
from reviews.letters.language import Wording, read
from reviews.letters.proof import check_code, figures_json
from reviews.letters.statements import panels
from reviews.letters.vocabulary import ALREADY_PUBLIC, LATE_REPLIES, Facts, facts_of
from reviews.models import (
    AnnualSummary,
    FrozenLearning,
    LateReplies,
    Letter,
    Round,
    Signatory,
    Signature,
    WordingText,
    WordingVersion,
)


@dataclass(frozen=True, slots=True)
class RoundWording:
    """The words of a round's letters, read once for all of them.

    `passages` are in the order in which letters print them; `late` are the authorities (by key)
    marked for late replies. `values` and `true` are further values and conditions, which are the
    same in every letter. `signatures` are those that letters have asked for, by their day and the
    name that signs.
    """

    main: Wording
    passages: tuple[tuple[WordingText, Wording], ...] = ()
    late: frozenset[int] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    true: frozenset[str] = frozenset()
    signatures: dict[tuple[dt.date, str], str] = field(default_factory=dict)

    def passages_for(self, summary: AnnualSummary) -> tuple[Wording, ...]:
        return tuple(wording for text, wording in self.passages if _is_for(text, summary))

    def with_text(self, text: WordingText, content: str) -> "RoundWording":
        """The same with one text, perhaps a new one, saying something else."""
        if text.scope == WordingText.Scope.MAIN:
            return replace(self, main=read(content, "main"))
        others = [pair for pair in self.passages if pair[0].pk != text.pk]
        texts = sorted([*others, (text, read(content, "passage"))], key=lambda pair: pair[0].place)
        return replace(self, passages=tuple(texts))


def _is_for(text: WordingText, summary: AnnualSummary) -> bool:
    match text.scope:
        case WordingText.Scope.TYPE:
            return text.authority_type == summary.authority_type
        case WordingText.Scope.REGION:
            return text.region == summary.region
    return text.authority_id == summary.authority_id


def wording_of(round_: Round) -> RoundWording:
    """What the round's letters say now; a round without texts says the usual. Three queries."""
    versions = (
        WordingVersion.objects.filter(wording__round=round_).current().select_related("wording")
    )
    late = frozenset(
        LateReplies.objects.filter(round=round_).order_by().values_list("authority_id", flat=True)
    )
    figures = FrozenLearning.objects.figures_of(round_.freeze_id)
    held = frozenset(name for name, is_so in learning.conditions(figures).items() if is_so)
    found = RoundWording(
        main=read(wording.usual(), "main"),
        late=late,
        values=learning.placeholders(figures),
        true=held,
    )
    texts = sorted(versions, key=lambda version: version.wording.place)
    main = [version for version in texts if version.wording.scope == WordingText.Scope.MAIN]
    return replace(
        found,
        main=read(main[0].content, "main") if main else found.main,
        passages=tuple(
            (version.wording, read(version.content, "passage"))
            for version in texts
            if version.wording.scope != WordingText.Scope.MAIN
        ),
    )


def facts(letter: Letter, words: RoundWording) -> Facts:
    """What wording may say of one letter.

    Reads the summary, its freeze, round and conditions: select them with the letter for a list.
    """
    summary = letter.summary
    round_ = summary.freeze.round
    also_true = {condition.name for condition in summary.conditions.all()} | words.true
    if summary.authority_id in words.late:
        also_true.add(LATE_REPLIES)
    letter_on, public_on = summary.letter_on, timezone.localdate(round_.publish_at)
    if letter_on > public_on:
        also_true.add(ALREADY_PUBLIC)
    return facts_of(
        summary.statistics(),
        authority=summary.name,
        slug=summary.slug,
        letter_on=letter_on,
        public_on=max(public_on, letter_on),
        site_address=settings.SITE_ADDRESS,
        is_correction=summary.is_correction,
        is_post_vacant=letter.is_post_vacant,
        also_true=also_true,
        also_named=words.values,
    )


def narrative(letter: Letter, words: RoundWording) -> tuple[Block, ...]:
    """The letter from its first sentence to the close; a correction says first what it replaces."""
    summary = letter.summary
    opening = (_what_it_replaces(summary),) if summary.is_correction else ()
    return opening + words.main.fill(facts(letter, words), words.passages_for(summary))


def compose(letter: Letter, words: RoundWording | None = None) -> LetterDocument:
    """The letter as it would be issued now: the same row, wording and signature give the same.

    One query for the signature of an approved letter, for all that share it where the round's words
    are given; else as `unsigned`.
    """
    document = unsigned(letter, words)
    if not letter.approved_at:
        return document
    known = {} if words is None else words.signatures
    key = (letter.summary.letter_on, letter.signatory.partition("\n")[0])
    if key not in known:
        known[key] = _signature(*key)
    return replace(document, signature=known[key])


def _signature(day: dt.date, name: str) -> str:
    """The signature of whoever signs on the letter's date, if that is whom the letter names."""
    found = Signature.objects.filter(
        signatory__in=Signatory.objects.signing_on(day), signatory__name=name
    )
    png = found.values_list("png", flat=True).first()
    return base64.b64encode(png).decode() if png else ""


def unsigned(letter: Letter, words: RoundWording | None = None) -> LetterDocument:
    """The letter without the picture of a signature: the same row and wording give the same.

    Reads the summary, its freeze, round and conditions: select them with the letter for a list, and
    give the round's words, or they are asked for.
    """
    summary = letter.summary
    round_ = summary.freeze.round
    statistics = summary.statistics()
    letter_on = summary.letter_on
    document = LetterDocument(
        authority=summary.name,
        slug=summary.slug,
        year=summary.year_ending,
        version=summary.number,
        letterhead=wording.LETTERHEAD,
        date=day_text(letter_on),
        delivery=wording.DELIVERY,
        addressee=(*letter.addressee.splitlines(), summary.name),
        salutation=letter.salutation,
        subject=wording.subject(letter_on),
        narrative=narrative(letter, words or wording_of(round_)),
        close=wording.CLOSE,
        signatory=tuple(letter.signatory.splitlines()),
        statistics_heading=summary.name,
        statistics_period=Period(summary.year_ending).text,
        panels=panels(statistics),
        check_address=f"{settings.SITE_ADDRESS}/verify/",
        notice=wording.DEMONSTRATION if round_.is_demonstration else "",
        figures=figures_json(
            statistics,
            authority=summary.name,
            slug=summary.slug,
            gss_code=summary.gss_code,
            version=summary.number,
        ),
    )
    key = f"check code of letters:{settings.SECRET_KEY}".encode()
    return replace(document, check_code=check_code(document, key=key))


def _what_it_replaces(summary: AnnualSummary) -> Paragraph:
    """The first lines of a correction. The letter it replaces is the last that was issued."""
    replaced = (
        AnnualSummary.objects.filter(
            freeze=summary.freeze_id,
            authority=summary.authority_id,
            version__lt=summary.version,
            letter__issued_at__isnull=False,
        )
        .select_related("correction", "freeze__round")
        .latest("version")
    )
    return wording.replacement(
        version=replaced.number, on=replaced.letter_on, reason=summary.reason
    )


def draft(letter: Letter, words: RoundWording | None = None) -> LetterDocument:
    """The letter with a mark across its pages, so that nobody takes it for an issued one."""
    return replace(compose(letter, words), watermark=wording.DRAFT)
