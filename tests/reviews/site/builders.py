"""Rows as a round leaves them behind, written directly: counted, approved and issued."""

import datetime as dt
import hashlib
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from casework.choices import COMPARED_TYPES
from casework.models import Authority
from reviews.drafting import compose
from reviews.figures import national as figures
from reviews.letters import national as letters
from reviews.letters.document import to_plain
from reviews.letters.national import Texts
from reviews.models import (
    AnnualSummary,
    Correction,
    Freeze,
    Hold,
    Layer,
    Letter,
    LetterFile,
    MapLayout,
    NationalReview,
    NationalReviewFile,
    NationalReviewRow,
    Retraction,
    Round,
    TypeAverage,
)
from reviews.national import categories_of, document_of, figures_of
from reviews.rounds import store_alternatives
from tests.factories import make_round

PUBLISHED_AT = dt.datetime(2020, 7, 28, 23, tzinfo=dt.UTC)  # midnight of 29 July in London
BEFORE = PUBLISHED_AT - dt.timedelta(microseconds=1)

CORRECTED_ON = dt.date(2020, 7, 27)

# The averages of districts in the specimen year: 45% upheld.
DISTRICTS: dict[str, Any] = {
    "councils": 192,
    "investigated": 400,
    "upheld": 180,
    "compliance_outcomes": 150,
    "complied": 149,
    "remedied_by_authority": 18,
    "population": 22_000_000,
}
NOTHING: dict[str, Any] = dict.fromkeys(
    (
        "received",
        "invalid_or_incomplete",
        "advice_given",
        "referred_back",
        "closed_after_initial_enquiries",
        "not_upheld",
        "upheld",
        "remedied_by_authority",
        "satisfied",
        "satisfied_late",
        "not_satisfied",
        "ceased",
    ),
    0,
)
SPECIMEN = {"received": 3, "not_upheld": 2}


def make_user(username: str) -> User:
    return User.objects.get_or_create(username=username)[0]


def make_frozen_round(year: int = 2020, *, has_maps: bool = False, **values: Any) -> Round:
    """A round with a freeze and the districts' average; public from midnight, 29 July.

    With `has_maps` it keeps where the councils that there are by now stand on its maps.
    """
    round_ = make_round(year, **values)
    freeze = Freeze.objects.create(
        round=round_,
        number=1,
        method_version="1",
        frozen_at=timezone.now(),
        frozen_by=make_user("first"),
    )
    TypeAverage.objects.create(freeze=freeze, authority_type="district", **DISTRICTS)
    for layer in Layer if has_maps else ():
        MapLayout.of(freeze, layer, round_.period.last_day).save(force_insert=True)
    round_.freeze = freeze
    round_.save()
    return round_


def make_summary(round_: Round, authority: Authority, **values: Any) -> AnnualSummary:
    """A frozen row and its draft letter; all counts are 0 unless told otherwise."""
    has_comparison = values.pop("has_comparison", authority.authority_type in COMPARED_TYPES)
    if has_comparison:
        values = {f"similar_{name}": value for name, value in DISTRICTS.items()} | values
    if authority.authority_type in COMPARED_TYPES:
        values = {"population": 151_245, "population_year": 2019} | values
    assert round_.freeze
    summary = AnnualSummary.objects.create(
        **NOTHING
        | {
            "freeze": round_.freeze,
            "authority": authority,
            "year_ending": round_.year,
            "name": authority.letter_name or authority.official_name,
            "slug": authority.slug,
            "gss_code": authority.gss_code or "",
            "authority_type": authority.authority_type,
            "region": authority.region,
            "method_version": "1",
            "received_by_category": {},
            "investigated_by_category": {},
            "upheld_by_category": {},
            "has_comparison": has_comparison,
        }
        | values
    )
    Letter.objects.create(
        summary=summary,
        addressee="Chief Executive",
        salutation="Dear Chief Executive",
        is_post_vacant=True,
        signatory="Specimen Signatory\nLocal Government and Social Care Ombudsman",
        frozen_by=make_user("first"),
    )
    return summary


def issue(summary: AnnualSummary, *, pdf: bytes = b"") -> Letter:
    """Issues the letter of a row. Its bytes are no PDF, and differ from any other letter's."""
    letter = summary.letter
    pdf = pdf or f"%PDF-1.7 {summary.slug} {summary.year_ending} {summary.version}".encode()
    document = compose(letter)
    LetterFile.objects.create(letter=letter, document=to_plain(document), pdf=pdf)
    store_alternatives(letter, document)
    now = timezone.now()
    letter.approved_at, letter.approved_by = now, make_user("second")
    letter.issued_at, letter.issued_by = now, make_user("first")
    letter.sha256, letter.size = hashlib.sha256(pdf).hexdigest(), len(pdf)
    letter.save()
    return letter


def make_issued(round_: Round, authority: Authority, **values: Any) -> AnnualSummary:
    summary = make_summary(round_, authority, **values)
    issue(summary)
    return summary


def draft_correction(summary: AnnualSummary, **values: Any) -> AnnualSummary:
    """A correction of a row that is not issued yet; its first letter where that was not either."""
    same = {
        field.attname: getattr(summary, field.attname)
        for field in AnnualSummary._meta.concrete_fields
        if field.attname not in {"id", "freeze_id", "authority_id"}
    }
    changed = same | {
        "version": summary.version + 1,
        "replaces_id": summary.pk,
        "reason": "One case was counted twice.",
    }
    corrected = make_summary(summary.freeze.round, summary.authority, **changed | values)
    Correction.objects.create(
        summary=corrected,
        is_first=not summary.letter.issued_at,
        letter_on=CORRECTED_ON,
        corrected_at=timezone.now(),
        corrected_by=make_user("first"),
    )
    if not summary.letter.issued_at:
        summary.letter.delete()
    return corrected


def correct(summary: AnnualSummary, **values: Any) -> AnnualSummary:
    """An issued correction of a row."""
    corrected = draft_correction(summary, **values)
    issue(corrected)
    return corrected


def hold(summary: AnnualSummary, *, reason: str = "A query") -> Hold:
    return Hold.objects.create(
        summary=summary, reason=reason, held_at=timezone.now(), held_by=make_user("first")
    )


def release(hold: Hold) -> None:
    hold.released_at, hold.released_by = timezone.now(), make_user("first")
    hold.save()


def retract(summary: AnnualSummary, notice: str = "It was sent in error.") -> Retraction:
    return Retraction.objects.create(
        summary=summary,
        reason="Wrong council",
        notice=notice,
        retracted_at=timezone.now(),
        retracted_by=make_user("second"),
    )


def make_edition(
    round_: Round, *, foreword: str = "", pdf: bytes = b"", approved: bool = True, **values: Any
) -> NationalReview:
    """An edition of what is public of a round when it is; its bytes are no PDF."""
    number = round_.reviews.count() + 1
    values = {
        "number": number,
        "reason": "" if number == 1 else "Figures were corrected.",
        "publish_at": round_.publish_at,
    } | values
    rows = list(
        AnnualSummary.objects.published(at=values["publish_at"])
        .current()
        .filter(freeze=round_.freeze)
    )
    found = figures_of(
        round_.year,
        rows,
        categories=categories_of(round_.freeze_id, rows, at=values["publish_at"]),
    )
    document = document_of(
        round_,
        found,
        texts=Texts(foreword=foreword),
        edition=values["number"],
        reason=values["reason"],
    )
    review = NationalReview.objects.create(
        round=round_,
        figures=figures.to_plain(found),
        document=letters.to_plain(document),
        made_at=timezone.now(),
        made_by=make_user("first"),
        **values,
    )
    for row in rows:
        NationalReviewRow.objects.create(review=review, summary=row)
    if approved:
        pdf = pdf or f"%PDF-1.7 national {round_.year} {number}".encode()
        NationalReviewFile.objects.create(review=review, pdf=pdf)
        review.approved_at, review.approved_by = timezone.now(), make_user("second")
        review.sha256, review.size = hashlib.sha256(pdf).hexdigest(), len(pdf)
        review.save()
    return review
