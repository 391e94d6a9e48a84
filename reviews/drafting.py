"""From a frozen row and its letter's addressee and signatory to the letter as a plain value."""

from dataclasses import replace

from django.conf import settings
from django.utils import timezone

from reviews.figures.periods import Period, day_text
from reviews.letters import wording
from reviews.letters.document import LetterDocument
from reviews.letters.statements import panels
from reviews.models import Letter


def compose(letter: Letter) -> LetterDocument:
    """The letter as it would be issued now: the same row and wording give the same letter.

    Reads the summary, its freeze and round: select them with the letter for a list.
    """
    summary = letter.summary
    round_ = summary.freeze.round
    return LetterDocument(
        authority=summary.name,
        slug=summary.slug,
        year=summary.year_ending,
        version=summary.version,
        letterhead=wording.LETTERHEAD,
        date=day_text(round_.letter_on),
        delivery=wording.DELIVERY,
        addressee=(*letter.addressee.splitlines(), summary.name),
        salutation=letter.salutation,
        subject=wording.subject(round_.letter_on),
        narrative=wording.narrative(
            authority=summary.name,
            slug=summary.slug,
            year_ending=summary.year_ending,
            has_comparison=summary.has_comparison,
            public_on=timezone.localdate(round_.publish_at),
            site_address=settings.SITE_ADDRESS,
        ),
        close=wording.CLOSE,
        signatory=tuple(letter.signatory.splitlines()),
        statistics_heading=summary.name,
        statistics_period=Period(summary.year_ending).text,
        panels=panels(summary.statistics()),
        check_address=f"{settings.SITE_ADDRESS}/verify/",
        notice=wording.DEMONSTRATION if round_.is_demonstration else "",
    )


def draft(letter: Letter) -> LetterDocument:
    """The letter with a mark across its pages, so that nobody takes it for an issued one."""
    return replace(compose(letter), watermark=wording.DRAFT)
