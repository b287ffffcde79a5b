"""Attach files to a row, take them off, put them back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from core import audit, clock, following
from core.documents import documents_of, store_document
from core.errors import ApplicationError, Conflict
from core.files import Checked, check_upload, clean_name, previews_of
from core.files.checks import LARGEST
from core.files.previews import MEDIA_TYPE, SIZES
from core.models import Attachment, Document, User
from core.permissions import REMOVE_COMMENTS
from core.subjects import find, reference

MOST = 100
KIND, PREVIEW = "attachment", "preview_"


@dataclass
class Received:
    """What became of several files: those that were taken, and why others were not."""

    taken: list[Attachment] = field(default_factory=list)
    refused: list[ApplicationError] = field(default_factory=list)


def attach(*, subject_type: str, subject_id: str, name: str, content: bytes, actor: User) -> Attachment:
    """One file. Raises DoesNotExist for whoever does not see the row, ApplicationError for a bad file."""
    subject = find(actor, subject_type, subject_id)
    checked = check_upload(name, content)
    pictures = previews_of(content) if checked.is_image else []
    with transaction.atomic():
        _require_room(subject)
        _refuse_what_is_there(subject, checked)
        document = store_document(
            content=checked.content,
            name=checked.name,
            media_type=checked.media_type,
            kind=KIND,
            actor=actor,
            subject=subject,
        )
        attachment = Attachment.objects.create(
            document=document,
            subject_type=subject_type,
            subject_id=str(subject.pk),
            added_by=actor,
            added_at=clock.now(),
        )
        for picture in pictures:
            store_document(
                content=picture.content,
                name=f"{checked.name}.webp",
                media_type=MEDIA_TYPE,
                kind=f"{PREVIEW}{picture.size}",
                actor=actor,
                subject=attachment,
            )
        following.tell(subject=subject, what=following.ATTACHED, actor=actor, file=checked.name)
    return attachment


def attach_many(
    *, subject_type: str, subject_id: str, files: Sequence[tuple[str, bytes]], actor: User
) -> Received:
    """Several files: a bad one among them does not hold up the others."""
    received = Received()
    find(actor, subject_type, subject_id)
    for name, content in files:
        try:
            received.taken.append(
                attach(
                    subject_type=subject_type, subject_id=subject_id, name=name, content=content, actor=actor
                )
            )
        except ApplicationError as refusal:
            received.refused.append(refusal)
    return received


@transaction.atomic
def remove_attachment(*, attachment_id: int, actor: User) -> Attachment:
    """Take a file off its row. The document stays for good and can be put back."""
    attachment, subject = _seen(attachment_id, actor)
    _require_mine(attachment, subject, actor)
    if attachment.removed_at is None:
        attachment.removed_at, attachment.removed_by = clock.now(), actor
        attachment.save(update_fields=["removed_at", "removed_by"])
        audit.record(actor, "core.remove_attachment", subject, before={"file": attachment.document.name})
    return attachment


@transaction.atomic
def restore_attachment(*, attachment_id: int, actor: User) -> Attachment:
    """Put a file back."""
    attachment, subject = _seen(attachment_id, actor)
    _require_mine(attachment, subject, actor)
    if attachment.removed_at is not None:
        _require_room(subject)
        attachment.removed_at, attachment.removed_by = None, None
        attachment.save(update_fields=["removed_at", "removed_by"])
        audit.record(actor, "core.restore_attachment", subject, after={"file": attachment.document.name})
    return attachment


def too_large_text(name: str) -> str:
    """Why a file is not even read."""
    why = _("it is larger than %(size)s MB.") % {"size": LARGEST >> 20}
    return _("“%(name)s” was not taken: %(why)s") % {"name": clean_name(name), "why": why}


def may_remove(attachment: Attachment, subject: models.Model, actor: User) -> bool:
    """Whoever added it, whose row it is, and whoever looks after what people say and attach."""
    if attachment.added_by_id == actor.pk or actor.may(REMOVE_COMMENTS):
        return True
    owner = following.owner_of(subject)
    return owner is not None and owner.pk == actor.pk


def attachments_of(subject: models.Model) -> models.QuerySet[Attachment]:
    """The files of a row, newest first, without those that were taken off. Contents are not read."""
    kind, pk = reference(subject)
    rows = Attachment.objects.filter(subject_type=kind, subject_id=pk, removed_at=None)
    return (
        rows.select_related("document__content", "added_by")
        .defer("document__content__content")
        .order_by("-pk")
    )


def removed_of(subject: models.Model) -> models.QuerySet[Attachment]:
    kind, pk = reference(subject)
    rows = Attachment.objects.filter(subject_type=kind, subject_id=pk, removed_at__isnull=False)
    return rows.select_related("document", "removed_by").order_by("-removed_at")


def with_previews(attachments: Sequence[Attachment]) -> set[int]:
    """Which of them can be shown as pictures."""
    keys = [str(one.pk) for one in attachments]
    found = Document.objects.filter(
        subject_type=Attachment._meta.label_lower, subject_id__in=keys, kind=f"{PREVIEW}small"
    )
    return {int(key) for key in found.values_list("subject_id", flat=True)}


def attachment_for(actor: User, attachment_id: int) -> Attachment:
    """A file of a row that the actor sees, and that was not taken off. Raises DoesNotExist else."""
    attachment, subject = _seen(attachment_id, actor)
    if attachment.removed_at is not None and not may_remove(attachment, subject, actor):
        raise Attachment.DoesNotExist(str(attachment_id))
    return attachment


def preview_for(actor: User, attachment_id: int, size: str) -> Document:
    """The picture of a file, small or large. Raises DoesNotExist where there is none."""
    attachment = attachment_for(actor, attachment_id)
    if size not in SIZES:
        raise Document.DoesNotExist(size)
    return documents_of(attachment, kind=f"{PREVIEW}{size}").select_related("content").latest("pk")


def _seen(attachment_id: int, actor: User) -> tuple[Attachment, models.Model]:
    attachment = Attachment.objects.select_related("document").get(pk=attachment_id)
    return attachment, find(actor, attachment.subject_type, attachment.subject_id)


def _require_mine(attachment: Attachment, subject: models.Model, actor: User) -> None:
    if not may_remove(attachment, subject, actor):
        raise PermissionDenied(REMOVE_COMMENTS)


def _require_room(subject: models.Model) -> None:
    """At most a hundred files; who attaches to the same row at this moment waits for the count."""
    kind, pk = reference(subject)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [f"attach {kind} {pk}"])
    if attachments_of(subject).count() >= MOST:
        raise Conflict(
            _("There are %(count)s files here already. Take one off first.") % {"count": MOST}, code="full"
        )


def _refuse_what_is_there(subject: models.Model, checked: Checked) -> None:
    sha256 = hashlib.sha256(checked.content).hexdigest()
    found = attachments_of(subject).filter(document__content_id=sha256).first()
    if found is not None:
        text = _("“%(name)s” is attached already, as “%(other)s”.") % {
            "name": checked.name,
            "other": found.document.name,
        }
        raise Conflict(text, code="already_there", errors={"file": [text]})
