"""What is put into a case beside its own fields: notes, links to other cases, files.

A file is kept under a random name in the private store, which has no address. Storing it is no
part of the transaction, so whoever begins that wraps it in `stored_files_kept_only_if_saved()`.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from casework.actions.history import recorded
from casework.actions.looks import record_look
from casework.choices import LinkKind, LookAt
from casework.models import Attachment, CaseLink, Complaint, Note
from casework.refusals import Refused

LARGEST_FILE = 25 * 1024 * 1024
TOO_LARGE = (
    f"A file has at most {LARGEST_FILE // 1024 // 1024} MB: make it smaller or divide it, and "
    "choose it again."
)
CHUNK = 1024 * 1024

_stored: ContextVar[list[str] | None] = ContextVar("stored", default=None)


def write_note(*, complaint: Complaint, text: str, by: User) -> Note:
    """Adds a note; the notes there are stay as they are."""
    with recorded(by=by, what="Note written"):
        return Note.objects.create(
            complaint=complaint, text=text, written_at=timezone.now(), written_by=by
        )


def link_cases(*, complaint: Complaint, other: Complaint, kind: LinkKind, by: User) -> CaseLink:
    """Ties a case to another; one tie between two, in either direction."""
    if complaint == other:
        raise Refused("A case cannot be linked to itself: give another reference.")
    with recorded(by=by, what="Cases linked"):
        if are_linked(complaint, other):
            raise Refused(f"{other} is linked to this case already.")
        return CaseLink.objects.create(complaint=complaint, other=other, kind=kind)


def are_linked(one: Complaint, other: Complaint) -> bool:
    """Whether there is a link between two cases, in either direction."""
    there = Q(complaint=one, other=other) | Q(complaint=other, other=one)
    return CaseLink.objects.filter(there).exists()


def attach_file(*, complaint: Complaint, content: File, title: str, by: User) -> Attachment:
    """Keeps a file with the case: random stored name, its size in bytes and its SHA-256."""
    if (content.size or 0) > LARGEST_FILE:
        raise Refused(TOO_LARGE)
    digest = hashlib.sha256()
    for chunk in content.chunks(CHUNK):
        digest.update(chunk)
    content.seek(0)
    name = (content.name or "").replace("\\", "/").rpartition("/")[2]
    attachment = Attachment(
        complaint=complaint,
        title=title,
        file_name=name[-255:],
        size=content.size or 0,
        sha256=digest.hexdigest(),
        added_at=timezone.now(),
        added_by=by,
    )
    with stored_files_kept_only_if_saved(), recorded(by=by, what="File attached"):
        attachment.file.save(secrets.token_hex(16), content, save=False)
        stored = _stored.get()
        assert stored is not None  # noqa: S101
        stored.append(str(attachment.file.name))
        attachment.save()
    return attachment


@contextmanager
def stored_files_kept_only_if_saved() -> Iterator[None]:
    """Around a transaction: files stored in it are deleted where their rows did not stay."""
    if _stored.get() is not None:
        yield  # whoever came first looks after the transaction
        return
    stored: list[str] = []
    token = _stored.set(stored)
    try:
        yield
    finally:
        _stored.reset(token)
        if stored:
            kept = set(Attachment.objects.filter(file__in=stored).values_list("file", flat=True))
            for name in stored:
                if name not in kept:
                    Attachment.file.field.storage.delete(name)


def remove_attachment(*, attachment: Attachment, by: User) -> None:
    """Removes a file for good, once the row's end is certain; the history keeps that it was."""
    name, storage = str(attachment.file.name), attachment.file.storage
    with recorded(by=by, what="File removed"):
        attachment.delete()
        transaction.on_commit(lambda: storage.delete(name))


def open_attachment(*, attachment: Attachment, by: User) -> File:
    """The file, opened for reading and still as it came; leaves a look. Raises Refused."""
    digest = hashlib.sha256()
    try:
        content = attachment.file.open("rb")
        for chunk in content.chunks(CHUNK):
            digest.update(chunk)
    except OSError:
        raise Refused(
            "The file is missing from the private store: tell whoever looks after the server."
        ) from None
    if digest.hexdigest() != attachment.sha256:
        content.close()
        raise Refused(
            "The file is no longer as it was when it was attached, so it is not given out: tell "
            "whoever looks after the server."
        )
    content.seek(0)
    record_look(
        by=by, what=LookAt.ATTACHMENT, complaint=attachment.complaint, detail=str(attachment)
    )
    return content
