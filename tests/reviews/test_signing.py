"""The picture of a signature: only approved letters carry it, and a change is approved again."""

import base64
import datetime as dt
import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from casework.models import Change
from casework.refusals import Refused
from reviews import rounds
from reviews.drafting import compose, draft, unsigned
from reviews.letters.document import from_plain, to_plain
from reviews.letters.text import as_text
from reviews.models import Letter, LetterProof, Round, RoundEvent, Signatory, Signature
from reviews.proofing import proof_letters, proofs_of
from tests.casework.test_admin import address, errors_of, said, signed_in
from tests.factories import (
    make_approver,
    make_authority,
    make_chief_executive,
    make_decision,
    make_editor,
    make_round,
    make_signatory,
    make_user,
)
from tests.reviews.pdf.structure import problems, read_out
from tests.reviews.signatures import make_png

pytestmark = pytest.mark.django_db

PNG, OTHER = make_png(), make_png(500, 100)
ALTERNATIVE = "Signature of Specimen Signatory"


@pytest.fixture
def signatory() -> Signatory:
    return make_signatory()


@pytest.fixture
def round_(signatory: Signatory) -> Round:
    """Frozen, with two letters."""
    for position in range(2):
        authority = make_authority(f"Council {position}")
        make_chief_executive(authority)
        make_decision(authority)
    round_ = make_round()
    rounds.freeze(round_=round_, by=make_editor())
    return round_


@pytest.fixture
def keeper() -> User:
    return make_user("keeper", "change_signatory")


def letter(position: int = 0) -> Letter:
    return Letter.objects.select_related("summary__freeze__round").get(
        summary__name=f"Council {position}", summary__version=1
    )


def picture() -> bytes:
    """What the first letter would be signed with if it were issued now."""
    return base64.b64decode(compose(letter()).signature)


def figures(pdf: bytes) -> list[str]:
    return [each.text for each in read_out(pdf) if each.text == ALTERNATIVE]


# Which letters carry it ---------------------------------------------------------------------------


def test_signature_is_applied_to_approved_letters_only(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    assert rounds.set_signature(signatory=signatory, png=PNG, by=keeper) == 0
    assert picture() == b""
    approver = make_approver()
    rounds.approve(round_=round_, by=approver)
    assert picture() == PNG
    assert base64.b64decode(draft(letter()).signature) == PNG
    rounds.return_letter(letter=letter(), by=approver, comment="Wrong title.")
    assert picture() == b""
    assert base64.b64decode(compose(letter(1)).signature) == PNG


def test_signature_is_of_whoever_signs_on_the_day_of_the_letter(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    last = round_.letter_on - dt.timedelta(days=1)
    Signatory.objects.update(ends_on=last, name="Former Signatory")
    later = make_signatory(starts_on=round_.letter_on)
    rounds.approve(round_=round_, by=make_approver())
    rounds.set_signature(signatory=signatory, png=OTHER, by=keeper)
    assert letter().state == "approved"
    assert picture() == b""
    assert rounds.set_signature(signatory=later, png=PNG, by=keeper) == 2
    Letter.objects.update(approved_at=timezone.now(), approved_by=keeper)
    assert picture() == PNG
    # Nobody's signature stands over another name.
    Letter.objects.update(signatory="Another Signatory\nOmbudsman")
    assert picture() == b""


def test_draft_asks_for_no_signature_and_an_approved_letter_once(
    round_: Round, signatory: Signatory, keeper: User, django_assert_num_queries: Any
) -> None:
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    with django_assert_num_queries(5):
        compose(letter())
    Letter.objects.update(approved_at=timezone.now(), approved_by=keeper)
    with django_assert_num_queries(6):
        compose(letter())
    with django_assert_num_queries(5):
        unsigned(letter())


def test_issued_letter_keeps_its_signature(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    rounds.approve(round_=round_, by=make_approver())
    rounds.issue(round_=round_, by=User.objects.get(username="editor"))
    before = bytes(letter().file.pdf), letter().file.document
    large = bytes(letter().alternatives.get(kind="large_print").content)
    assert figures(before[0]) == figures(large) == [ALTERNATIVE]
    assert problems(before[0]) == problems(large) == []
    assert rounds.set_signature(signatory=signatory, png=OTHER, by=keeper) == 0
    assert (bytes(letter().file.pdf), letter().file.document) == before
    document = from_plain(letter().file.document)
    assert base64.b64decode(document.signature) == PNG
    assert as_text(document) == as_text(unsigned(letter()))
    assert rounds.verify(round_) == []


def test_correction_is_signed_by_its_own_date(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    approver, editor = make_approver(), User.objects.get(username="editor")
    rounds.approve(round_=round_, by=approver)
    rounds.issue(round_=round_, by=editor)
    Signatory.objects.update(ends_on=round_.letter_on)
    now = make_signatory(
        name="Present Signatory", starts_on=round_.letter_on + dt.timedelta(days=1)
    )
    corrector = make_user("corrector", "correct_letter")
    rounds.correct(
        round_=round_, authority=letter().summary.authority, by=corrector, reason="A slip"
    )
    rounds.set_signature(signatory=now, png=PNG, by=keeper)
    rounds.approve(round_=round_, by=approver)
    correction = Letter.objects.get(summary__version=2)
    assert base64.b64decode(compose(correction).signature) == PNG
    signatory.refresh_from_db()
    assert rounds.set_signature(signatory=signatory, png=OTHER, by=keeper) == 0
    assert rounds.set_signature(signatory=now, png=OTHER, by=keeper) == 1
    assert Letter.objects.get(summary__version=2).state == "draft"


# What it does not change --------------------------------------------------------------------------


def test_signature_changes_neither_code_nor_proof(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    letters = Letter.objects.of_round(round_.pk)
    code, _ = compose(letter()).check_code, proof_letters(letters)
    before = list(LetterProof.objects.order_by("pk").values("digest", "proofed_at"))
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    rounds.approve(round_=round_, by=make_approver())
    assert (picture(), compose(letter()).check_code) == (PNG, code)
    assert proofs_of(letters).keys() == {letter(0).pk, letter(1).pk}
    proof_letters(letters)
    assert list(LetterProof.objects.order_by("pk").values("digest", "proofed_at")) == before


def test_document_stored_before_there_were_signatures_has_none(round_: Round) -> None:
    plain = to_plain(unsigned(letter()))
    del plain["signature"]
    assert from_plain(plain).signature == ""


# Changing it --------------------------------------------------------------------------------------


def test_change_of_a_signature_withdraws_approval(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    approver = make_approver()
    deeds = [
        lambda: rounds.set_signature(signatory=signatory, png=PNG, by=keeper),
        lambda: rounds.set_signature(signatory=signatory, png=OTHER, by=keeper),
        lambda: rounds.remove_signature(signatory=signatory, by=keeper),
    ]
    for number, deed in enumerate(deeds, 1):
        rounds.approve(round_=round_, by=approver)
        assert deed() == 2
        assert {each.state for each in Letter.objects.all()} == {"draft"}
        events = RoundEvent.objects.filter(action="withdrawn", detail="2 letters", done_by=keeper)
        assert events.count() == number


def test_same_signature_again_withdraws_nothing(
    round_: Round, signatory: Signatory, keeper: User
) -> None:
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    rounds.approve(round_=round_, by=make_approver())
    assert rounds.set_signature(signatory=signatory, png=PNG, by=keeper) == 0


@pytest.mark.parametrize(
    ("values", "withdrawn"),
    [
        ({"titles": "Another title"}, 0),
        ({"name": "Another Name"}, 2),
        ({"ends_on": dt.date(2010, 1, 2)}, 2),
        ({"starts_on": dt.date(2010, 1, 2)}, 2),
    ],
)
def test_change_of_who_signs_withdraws_approval_where_there_is_a_signature(
    round_: Round, signatory: Signatory, keeper: User, values: dict[str, Any], withdrawn: int
) -> None:
    approver = make_approver()
    rounds.approve(round_=round_, by=approver)
    for name, value in values.items():
        setattr(signatory, name, value)
    assert rounds.change_signatory(signatory=signatory, by=keeper) == 0
    Signatory.objects.update(name="Specimen Signatory", starts_on=dt.date(2010, 1, 1), ends_on=None)
    signatory.refresh_from_db()
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    rounds.approve(round_=round_, by=approver)
    for name, value in values.items():
        setattr(signatory, name, value)
    assert rounds.change_signatory(signatory=signatory, by=keeper) == withdrawn


def moving() -> bytes:
    target = BytesIO()
    frames = [Image.new("L", (20, 10), shade) for shade in (0, 255)]
    frames[0].save(target, "PNG", save_all=True, append_images=frames[1:])
    return target.getvalue()


WRONG = {
    "nothing": (b"", "The picture cannot be read as PNG; save the signature as PNG."),
    "text": (b"<svg/>", "The picture cannot be read as PNG; save the signature as PNG."),
    "other format": (
        make_png(mode="RGB", format="JPEG"),
        "The picture cannot be read as PNG; save the signature as PNG.",
    ),
    "cut short": (PNG[:-60], "The picture cannot be read as PNG; save the signature as PNG."),
    "too wide": (
        make_png(2401, 10),
        "The picture is 2401 × 10 pixels; make it at most 2400 × 800.",
    ),
    "too high": (
        make_png(10, 801),
        "The picture is 10 × 801 pixels; make it at most 2400 × 800.",
    ),
    "moving": (moving(), "The picture moves; save the signature as a PNG that stands still."),
    "too large": (
        PNG + bytes(200_001 - len(PNG)),
        "The picture has 200,001 bytes; at most 200,000 are kept with each letter. Save it "
        "smaller or in fewer colours.",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_picture_is_refused(signatory: Signatory, keeper: User, kind: str) -> None:
    png, sentence = WRONG[kind]
    with pytest.raises(Refused) as refused:
        rounds.set_signature(signatory=signatory, png=png, by=keeper)
    assert refused.value.problems == [sentence]
    assert Signature.objects.count() == 0


def test_largest_picture_is_taken(signatory: Signatory, keeper: User) -> None:
    png = make_png(2400, 800)
    png += bytes(200_000 - len(png))
    rounds.set_signature(signatory=signatory, png=png, by=keeper)
    assert bytes(Signature.objects.get().png) == png


def test_signature_is_changed_by_those_who_may(signatory: Signatory) -> None:
    other = make_user("other", "view_signatory")
    with pytest.raises(Refused, match="other may not change a signature"):
        rounds.set_signature(signatory=signatory, png=PNG, by=other)
    with pytest.raises(Refused, match="other may not change a signature"):
        rounds.remove_signature(signatory=signatory, by=other)
    with pytest.raises(Refused, match="other may not change a signatory"):
        rounds.change_signatory(signatory=signatory, by=other)


def test_removing_what_is_not_there_is_refused(signatory: Signatory, keeper: User) -> None:
    with pytest.raises(Refused, match="Specimen Signatory has no signature to remove"):
        rounds.remove_signature(signatory=signatory, by=keeper)


def test_history_holds_the_facts_and_not_the_picture(signatory: Signatory, keeper: User) -> None:
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    change = Change.objects.latest("pk")
    assert (change.record, change.action) == ("reviews.signature", "+")
    after = dict(change.after or {})
    assert after.pop("added_at")
    assert after == {
        "signatory_id": signatory.pk,
        "sha256": hashlib.sha256(PNG).hexdigest(),
        "size": len(PNG),
        "added_by_id": keeper.pk,
    }
    assert change.batch is not None
    assert (change.batch.what, change.batch.begun_by) == ("Set a signature", keeper)


@pytest.mark.parametrize("values", [{"size": 0}, {"size": 200_001}, {"sha256": ""}])
def test_database_refuses_a_signature_that_is_not_whole(
    signatory: Signatory, keeper: User, values: dict[str, Any]
) -> None:
    whole = {"png": PNG, "sha256": "a" * 64, "size": 7, "added_at": timezone.now()}
    name = "signature_neither_empty_nor_large"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Signature.objects.create(signatory=signatory, added_by=keeper, **(whole | values))


# The back office ----------------------------------------------------------------------------------

FORM = {
    "name": "Specimen Signatory", "titles": "Local Government and Social Care Ombudsman",
    "starts_on": "2010-01-01", "ends_on": "",
}  # fmt: skip


def upload(content: bytes, name: str = "signature.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/png")


def test_page_of_a_signatory_adds_replaces_and_removes(round_: Round, signatory: Signatory) -> None:
    client = signed_in("review editor")
    page = address(Signatory, "change", signatory.pk)
    assert client.post(page, {**FORM, "image": upload(PNG)}).status_code == 302
    kept = Signature.objects.get()
    assert (bytes(kept.png), kept.signatory) == (PNG, signatory)
    shown = client.get(page).content.decode()
    link = reverse("admin:reviews_signature_png", args=[kept.pk])
    assert f'<a href="{link}">' in shown
    assert 'enctype="multipart/form-data"' in shown
    rounds.approve(round_=round_, by=make_approver())
    assert client.post(page, FORM).status_code == 302  # nothing new
    assert bytes(Signature.objects.get().png) == PNG
    response = client.post(page, {**FORM, "image": upload(OTHER)}, follow=True)
    assert "Letters approved before that are drafts again: 2." in said(response)
    assert bytes(Signature.objects.get().png) == OTHER
    assert client.post(page, {**FORM, "image-clear": "on"}).status_code == 302
    assert Signature.objects.count() == 0
    history = client.get(address(Signatory, "history", signatory.pk)).content.decode()
    assert "signature" in history


def test_new_signatory_comes_with_a_signature() -> None:
    client = signed_in("review editor")
    response = client.post(address(Signatory, "add"), {**FORM, "image": upload(PNG)})
    assert response.status_code == 302
    assert bytes(Signatory.objects.get().signature.png) == PNG


def test_page_of_a_signatory_says_what_is_wrong_with_a_picture(signatory: Signatory) -> None:
    client = signed_in("review editor")
    page = address(Signatory, "change", signatory.pk)
    response = client.post(page, {**FORM, "name": "New", "image": upload(make_png(10, 801))})
    assert errors_of(response) == [WRONG["too high"][1]]
    response = client.post(page, {**FORM, "name": "New", "image": upload(b"GIF89a")})
    assert errors_of(response) == [
        "Upload a valid image. The file you uploaded was either not an image or a corrupted image."
    ]
    signatory.refresh_from_db()
    assert (signatory.name, Signature.objects.count()) == ("Specimen Signatory", 0)


@pytest.mark.parametrize(
    ("role", "status"),
    [("review editor", 200), ("approver", 200), ("auditor", 200), ("caseworker", 403)],
)
def test_signature_is_looked_at_by_staff_who_may(
    signatory: Signatory, keeper: User, role: str, status: int
) -> None:
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    link = reverse("admin:reviews_signature_png", args=[Signature.objects.get().pk])
    client, reader = Client(), make_user("reader")
    reader.groups.add(Group.objects.get(name=role))
    User.objects.filter(pk=reader.pk).update(is_staff=True)
    client.force_login(reader)
    response = client.get(link)
    assert response.status_code == status
    if status == 200:
        assert (response.content, response["Content-Type"]) == (PNG, "image/png")
        assert response["X-Content-Type-Options"] == "nosniff"
        page = client.get(address(Signatory, "change", signatory.pk)).content.decode()
        assert f'<a href="{link}">' in page
        assert (
            client.get(address(Signature, "change", Signature.objects.get().pk)).status_code == 200
        )


def test_signature_is_not_public(client: Client, signatory: Signatory, keeper: User) -> None:
    rounds.set_signature(signatory=signatory, png=PNG, by=keeper)
    link = reverse("admin:reviews_signature_png", args=[Signature.objects.get().pk])
    assert client.get(link).status_code == 302
    assert client.get(link.replace(f"{Signature.objects.get().pk}", "0")).status_code == 302
