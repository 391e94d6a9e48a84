"""Proofing the letters of a round, and keeping what was found until a letter changes."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from reviews.drafting import RoundWording, unsigned, wording_of
from reviews.figures.counts import Statistics
from reviews.letters.document import LetterDocument, words_and_figures
from reviews.letters.pictures import drawn
from reviews.letters.wording import OFFICE
from reviews.models import Letter, LetterProof
from reviews.pdf.render import DoesNotFit, UnprintableCharacter, render
from reviews.proofing.findings import Finding, Proof
from reviews.proofing.reading import findings
from reviews.renditions import Kind, make_rendition
from reviews.software import software_digest

WHOLE = "summary__freeze__round"


def proof_letters(
    letters: QuerySet[Letter], *, progress: Callable[[int, int], None] | None = None
) -> dict[int, Proof]:
    """What is wrong with each letter, by its key, and stores it.

    A letter that was right before is not read again while it and the software that makes and reads
    it are the same; one with an error is, as its cause may have been mended elsewhere. Each that is
    read takes twenty to forty milliseconds.
    """
    kept = {
        proof.letter_id: proof
        for proof in LetterProof.objects.filter(letter__in=letters.order_by().values("pk"))
    }
    found: dict[int, Proof] = {}
    stored: list[LetterProof] = []
    waiting = _whole(letters)
    for position, (letter, document) in enumerate(waiting, 1):
        digest = digest_of(document, letter)
        proof = kept.get(letter.pk)
        if proof is None or proof.digest != digest or proof.number_of("error"):
            proof = LetterProof(
                letter=letter,
                digest=digest,
                findings=[asdict(each) for each in _read(letter, document)],
                proofed_at=timezone.now(),
            )
            stored.append(proof)
        found[letter.pk] = _proof(letter, proof)
        if progress:
            progress(position, len(waiting))
    with transaction.atomic():
        # Who freezes the round again meanwhile takes these drafts away.
        drafts = Letter.objects.filter(pk__in=[proof.letter_id for proof in stored])
        there = set(drafts.select_for_update(no_key=True).values_list("pk", flat=True))
        LetterProof.objects.bulk_create(
            [proof for proof in stored if proof.letter_id in there],
            update_conflicts=True,
            unique_fields=["letter"],
            update_fields=["digest", "findings", "proofed_at"],
        )
    return found


def proofs_of(letters: QuerySet[Letter]) -> dict[int, Proof]:
    """What was found in letters that have not changed since; others are left out."""
    with_proof = letters.filter(proof__isnull=False).select_related("proof")
    return {
        letter.pk: _proof(letter, letter.proof)
        for letter, document in _whole(with_proof)
        if letter.proof.digest == digest_of(document, letter)
    }


def _whole(letters: QuerySet[Letter]) -> list[tuple[Letter, LetterDocument]]:
    """Each letter with its words, those of a round read once; a fixed number of queries a round."""
    words: dict[int, RoundWording] = {}
    found = []
    for letter in letters.select_related(WHOLE).prefetch_related("summary__conditions"):
        round_ = letter.summary.freeze.round
        if round_.pk not in words:
            words[round_.pk] = wording_of(round_)
        found.append((letter, unsigned(letter, words[round_.pk])))
    return found


def digest_of(document: LetterDocument, letter: Letter) -> str:
    """What a proof rests on: the letter's words and figures, whom it goes to, and the software."""
    said = [
        words_and_figures(document),
        sorted(letter.recipients),
        letter.is_post_vacant,
        software_digest(),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def digest_of_all(letters: QuerySet[Letter]) -> str:
    """A digest of what all these letters say, whichever order they come in."""
    digests = sorted(digest_of(document, letter) for letter, document in _whole(letters))
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _proof(letter: Letter, proof: LetterProof) -> Proof:
    return Proof(letter.summary.name, tuple(Finding(**each) for each in proof.findings))


def _read(letter: Letter, document: LetterDocument) -> list[Finding]:
    return [*read(document, statistics=letter.summary.statistics()), *_warnings(letter)]


def read(document: LetterDocument, *, statistics: Statistics) -> list[Finding]:
    """What is wrong with a letter once it is drawn, or why it cannot be, against frozen figures."""
    try:
        pdf = render(document)
    except UnprintableCharacter as error:
        message = f"{error}; spell it otherwise."
        return [Finding("error", "unprintable-text", message)]
    except DoesNotFit as error:
        return [Finding("error", "overflow", f"{error}; shorten the authority's name or notice.")]
    except ValueError as error:
        return [Finding("error", "cannot-be-drawn", f"the letter cannot be drawn: {error}.")]
    html = render_to_string(
        "reviews/letter_document.html",
        {"document": document, "panels": drawn(document.panels)},
    )
    return [
        *findings(document, pdf=pdf, html=html, statistics=statistics),
        *_other_renditions(document),
    ]


def _other_renditions(document: LetterDocument) -> Iterator[Finding]:
    """Why the letter cannot be kept in large print or as plain text, which would stop its issue."""
    for kind in Kind:
        try:
            make_rendition(document, kind)
        except DoesNotFit as error:
            yield Finding(
                "error", "overflow", f"in {kind.label}: {error}; shorten the letter's words."
            )
        except ValueError as error:
            yield Finding(
                "error", "cannot-be-drawn", f"the letter cannot be drawn in {kind.label}: {error}."
            )


def _warnings(letter: Letter) -> list[Finding]:
    found = []
    if letter.is_post_vacant:
        found.append(
            Finding(
                "warning", "post-vacant", "it is addressed to the post, since nobody holds it.", 1
            )
        )
    if not letter.recipients:
        found.append(
            Finding("warning", "no-recipient", "no officer has an e-mail address to send it to.")
        )
    if letter.signatory == OFFICE:
        found.append(Finding("warning", "no-signatory", "nobody is recorded as signing it.", 1))
    return found
