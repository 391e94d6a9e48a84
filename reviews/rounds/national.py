"""The national review of a round: worded by staff, made, approved by a second person, published."""

import datetime as dt
import hashlib
from collections import Counter
from dataclasses import replace

from django.contrib.auth.models import User
from django.db.models import Count
from django.utils import timezone

from casework.actions import recorded
from casework.models import Recommendation
from casework.refusals import Refused
from reviews.figures.national import problems, to_plain
from reviews.letters import national as letters
from reviews.letters.language import NotUnderstood, Problem, lookalikes, read, tidied
from reviews.letters.national import VOCABULARY, ReviewDocument, Texts
from reviews.letters.wording import DRAFT
from reviews.models import (
    AnnualSummary,
    Letter,
    NationalReview,
    NationalReviewFile,
    NationalReviewRow,
    ReviewText,
    Round,
)
from reviews.national import categories_of, data_tables, document_of, figures_of
from reviews.pdf.national import render_review
from reviews.rounds.steps import require
from reviews.rounds.wording import unprintable_in

WRITE = "reviews.add_reviewtext"
MAKE = "reviews.add_nationalreview"
APPROVE = "reviews.approve_review"


# What staff write ---------------------------------------------------------------------------------


def text_problems(content: str) -> list[Problem]:
    """Everything in a text that the review cannot say, with its place."""
    content = tidied(content)
    try:
        read(content, "passage", VOCABULARY)
    except NotUnderstood as refused:
        return refused.problems
    return lookalikes(content, "passage", VOCABULARY) + unprintable_in(content)


def current_text(round_: Round, kind: str) -> ReviewText | None:
    """The newest version of the foreword or the chapters of a round."""
    texts = ReviewText.objects.filter(round=round_, kind=kind).select_related("made_by")
    return texts.order_by("-number").first()


def save_text(
    *, round_: Round, kind: str, content: str, reason: str, seen: int, by: User
) -> ReviewText:
    """Keeps the next version of a text; `seen` is the number of the one the person began from.

    Refuses what the review cannot say, each problem with line and column.
    """
    require(by, WRITE, "write for the national review")
    content = tidied(content)
    if found := text_problems(content):
        raise Refused(*map(str, found))
    label = ReviewText.Kind(kind).label
    with recorded(by=by, what=f"{label} of the national review {round_.year}", reason=reason):
        locked = _lock(round_)
        before = current_text(locked, kind)
        number = before.number if before else 0
        if number != seen:
            raise Refused(
                f"Version {number} was saved after you opened this page. Nothing of yours is saved "
                "yet; what you typed is still here. Look at that version, take over what you need "
                "and save again."
            )
        if before and before.content == content:
            raise Refused("The text says this already; change it or leave it as it is.")
        return ReviewText.objects.create(
            round=locked,
            kind=kind,
            number=number + 1,
            content=content,
            reason=reason.strip(),
            made_at=timezone.now(),
            made_by=by,
        )


def _texts(round_: Round) -> Texts:
    found = {text.kind: text.content for text in round_.review_texts.current()}
    return Texts(
        foreword=found.get(ReviewText.Kind.FOREWORD, ""),
        chapters=found.get(ReviewText.Kind.CHAPTERS, ""),
    )


# Making an edition --------------------------------------------------------------------------------


def make_review(
    *, round_: Round, by: User, publish_at: dt.datetime | None = None, reason: str = ""
) -> NationalReview:
    """Makes an edition of what is or will be public of the round when the edition is.

    It has the rows issued, not held and not retracted. One not approved yet is made anew under its
    number and keeps its instant if none is given; after an approved one comes another edition, with
    a reason. The first is public with the letters unless told otherwise, and never before them.
    """
    require(by, MAKE, "make a national review")
    with recorded(by=by, what=f"Make the national review {round_.year}", reason=reason):
        locked = _lock(round_)
        last = locked.reviews.order_by("-number").first()
        if last and not last.approved_at:
            publish_at = publish_at or last.publish_at
            reason = reason or last.reason
            number = last.number
            last.delete()
        else:
            number = last.number + 1 if last else 1
        if publish_at is None:
            publish_at = max(locked.publish_at, timezone.now()) if last else locked.publish_at
        _refuse_instant(locked, publish_at)
        if number > 1 and not reason.strip():
            raise Refused("Say why there is another edition; readers are told.")
        rows = _rows(locked, publish_at)
        found = figures_of(
            locked.year,
            rows,
            recommendations=_recommendations(locked, rows),
            categories=categories_of(locked.freeze_id, rows, at=publish_at),
        )
        if wrong := problems(found):
            raise Refused(*(f"{problem[0].upper()}{problem[1:]}." for problem in wrong))
        document = document_of(
            locked, found, texts=_texts(locked), edition=number, reason=reason.strip()
        )
        _drawn(_with_tables(document, rows))
        review = NationalReview.objects.create(
            round=locked,
            number=number,
            reason=reason.strip() if number > 1 else "",
            publish_at=publish_at,
            figures=to_plain(found),
            document=letters.to_plain(document),
            made_at=timezone.now(),
            made_by=by,
        )
        NationalReviewRow.objects.bulk_create(
            NationalReviewRow(review=review, summary=row) for row in rows
        )
    return review


def _lock(round_: Round) -> Round:
    return Round.objects.select_for_update().get(pk=round_.pk)


def _refuse_instant(round_: Round, publish_at: dt.datetime) -> None:
    if publish_at < round_.publish_at:
        raise Refused(
            f"The letters of {round_.year} are public from {_instant(round_.publish_at)}; the "
            "national review is not public before them."
        )


def _instant(at: dt.datetime) -> str:
    return f"{timezone.localtime(at):%-d %B %Y, %H:%M}"


def _rows(round_: Round, publish_at: dt.datetime) -> list[AnnualSummary]:
    """What will be public when the edition is, as far as one can know now."""
    letters_ = Letter.objects.of_round(round_.pk).not_held()
    if waiting := letters_.filter(issued_at=None, summary__version=1).count():
        raise Refused(
            f"{waiting} of {letters_.count()} letters of the round {round_.year} are not issued; "
            "issue or hold them before the national review is made."
        )
    found = AnnualSummary.objects.published(at=publish_at).current().filter(freeze=round_.freeze_id)
    rows = list(found.order_by("name", "slug"))
    if not rows:
        raise Refused(
            f"No letter of the round {round_.year} is issued yet, so nothing can be told."
        )
    return rows


def _recommendations(round_: Round, rows: list[AnnualSummary]) -> dict[str, int] | None:
    """Recommendations of the year's upheld decisions by category.

    None unless `rows` are of every authority of the freeze: taking the numbers of one edition away
    from those of another would tell what was recommended to one authority, personal remedies too.
    None also where none at all is recorded: then they were not recorded rather than not made.
    """
    wanted = {row.authority_id for row in rows}
    of_freeze = AnnualSummary.objects.filter(freeze=round_.freeze_id, version=1).order_by()
    if wanted != set(of_freeze.values_list("authority", flat=True)):
        return None
    period = round_.period
    found = (
        Recommendation.objects.filter(
            decision__is_standing=True,
            decision__decided_on__range=(period.first_day, period.last_day),
        )
        .order_by()
        .values_list("decision__authority", "category")
        .annotate(number=Count("pk"))
    )
    numbers = Counter[str]()
    for authority, category, number in found:
        if authority in wanted:
            numbers[category] += number
    return dict(sorted(numbers.items())) or None


# The file -----------------------------------------------------------------------------------------


def _with_tables(document: ReviewDocument, rows: list[AnnualSummary]) -> ReviewDocument:
    """The file has the figures by authority too, which the page reads from the rows each time."""
    return replace(document, sections=(*document.sections, data_tables(rows)))


def _document(review: NationalReview) -> ReviewDocument:
    rows = AnnualSummary.objects.filter(in_reviews__review=review).order_by("name", "slug")
    return _with_tables(letters.from_plain(review.document), list(rows))


def _drawn(document: ReviewDocument) -> bytes:
    try:
        return render_review(document)
    except ValueError as error:
        raise Refused(f"The review cannot be drawn: {error}.") from error


def draft_pdf(review: NationalReview) -> bytes:
    """The edition with a mark across its pages, so that nobody takes it for an approved one."""
    return _drawn(replace(_document(review), watermark=DRAFT))


# Approving and publishing -------------------------------------------------------------------------


def changes_since(review: NationalReview) -> list[str]:
    """What was done to the round's letters since an edition was made of them, a sentence each."""
    rows = AnnualSummary.objects.published(at=review.publish_at).current()
    now = set(rows.filter(freeze__round=review.round_id).values_list("pk", flat=True))
    then = set(review.rows.values_list("summary", flat=True))
    gone, new = len(then - now), len(now - then)
    one = NationalReview.objects.filter(pk=review.pk)
    is_whole = gone > 0 or one.whole(at=review.publish_at).exists()
    words = {
        "A letter that was replaced, and that its figures by category are of, is not public any "
        "more.": not is_whole,
        f"Letters it was made of that were corrected, held or retracted since: {gone}.": gone,
        f"Letters it was not made of that are public with it, or will be: {new}.": new,
    }
    return [sentence for sentence, count in words.items() if count]


def written_by(round_: Round) -> set[int]:
    """The keys of those who wrote in the round's foreword or chapters."""
    return set(round_.review_texts.order_by().values_list("made_by", flat=True))


def approve_review(*, review: NationalReview, by: User, seen: dt.datetime | None = None) -> None:
    """Approves an edition and stores its PDF file; it is public from its instant on.

    Refuses whoever made it or wrote in it, and an edition whose letters have changed since. `seen`
    is when the edition that the person looked at was made; one made anew is not approved unseen.
    """
    require(by, APPROVE, "approve a national review")
    with recorded(by=by, what=f"Approve the national review {review.round.year}"):
        round_ = _lock(review.round)
        found = NationalReview.objects.filter(pk=review.pk).first()
        if found is None or (seen is not None and found.made_at != seen):
            raise Refused("The review was made anew since you looked; look at it again.")
        if found.approved_at:
            raise Refused("The review is approved already.")
        if found.made_by_id == by.pk:
            raise Refused(f"{by.get_username()} made the review; another person has to approve it.")
        if by.pk in written_by(round_):
            raise Refused(
                f"{by.get_username()} wrote in the review; another person has to approve it."
            )
        if changed := changes_since(found):
            raise Refused(*changed, "Make the review anew, then approve it.")
        pdf = _drawn(_document(found))
        NationalReviewFile.objects.create(review=found, pdf=pdf)
        NationalReview.objects.filter(pk=found.pk).update(
            approved_at=timezone.now(),
            approved_by=by,
            sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf),
        )


def reschedule_review(*, review: NationalReview, publish_at: dt.datetime, by: User) -> None:
    """Changes from when an edition is public, until it is; never to before the letters."""
    require(by, APPROVE, "change when a national review is published")
    with recorded(by=by, what=f"Reschedule the national review {review.round.year}"):
        round_ = _lock(review.round)
        found = NationalReview.objects.get(pk=review.pk)
        if found.approved_at and found.publish_at <= timezone.now():
            raise Refused("The review is public already, so its date stands.")
        _refuse_instant(round_, publish_at)
        NationalReview.objects.filter(pk=review.pk).update(publish_at=publish_at)


def discard_review(*, review: NationalReview, by: User) -> None:
    """Throws away an edition that nobody approved."""
    require(by, MAKE, "make a national review")
    with recorded(by=by, what=f"Discard the national review {review.round.year}"):
        _lock(review.round)
        found = NationalReview.objects.filter(pk=review.pk).first()
        if found is None:
            raise Refused("Somebody else discarded it or made it anew.")
        if found.approved_at:
            raise Refused("The review is approved and stays.")
        found.delete()
