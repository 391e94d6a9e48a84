"""From a frozen row and its letter's addressee and signatory to the letter as a plain value."""

from dataclasses import replace

from django.conf import settings
from django.utils import timezone

from reviews.figures.periods import Period, day_text
from reviews.letters import wording
from reviews.letters.document import LetterDocument, Paragraph
from reviews.letters.statements import panels
from reviews.models import AnnualSummary, Letter


def compose(letter: Letter) -> LetterDocument:
    """The letter as it would be issued now: the same row and wording give the same letter.

    Reads the summary, its freeze and round: select them with the letter for a list.
    """
    summary = letter.summary
    round_ = summary.freeze.round
    letter_on = round_.letter_on
    opening: tuple[Paragraph, ...] = ()
    if summary.version > 1:
        letter_on = summary.correction.letter_on
        opening = (_what_it_replaces(summary),)
    return LetterDocument(
        authority=summary.name,
        slug=summary.slug,
        year=summary.year_ending,
        version=summary.version,
        letterhead=wording.LETTERHEAD,
        date=day_text(letter_on),
        delivery=wording.DELIVERY,
        addressee=(*letter.addressee.splitlines(), summary.name),
        salutation=letter.salutation,
        subject=wording.subject(letter_on),
        narrative=opening
        + wording.narrative(
            authority=summary.name,
            slug=summary.slug,
            year_ending=summary.year_ending,
            has_comparison=summary.has_comparison,
            public_on=max(timezone.localdate(round_.publish_at), letter_on),
            site_address=settings.SITE_ADDRESS,
        ),
        close=wording.CLOSE,
        signatory=tuple(letter.signatory.splitlines()),
        statistics_heading=summary.name,
        statistics_period=Period(summary.year_ending).text,
        panels=panels(summary.statistics()),
        notice=wording.DEMONSTRATION if round_.is_demonstration else "",
    )


def _what_it_replaces(summary: AnnualSummary) -> Paragraph:
    """The first lines of a correction. The letter it replaces is the last that was issued."""
    replaced = (
        AnnualSummary.objects.filter(
            freeze=summary.freeze_id,
            authority=summary.authority_id,
            version__lt=summary.version,
            letter__issued_at__isnull=False,
        )
        .select_related("correction")
        .latest("version")
    )
    replaced_on = (
        summary.freeze.round.letter_on if replaced.version == 1 else replaced.correction.letter_on
    )
    return wording.replacement(version=replaced.version, on=replaced_on, reason=summary.reason)


def draft(letter: Letter) -> LetterDocument:
    """The letter with a mark across its pages, so that nobody takes it for an issued one."""
    return replace(compose(letter), watermark=wording.DRAFT)
