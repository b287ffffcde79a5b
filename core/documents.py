"""Store files for good: by content, once, unchangeable."""

import hashlib

from django.db import models

from core import clock
from core.actors import Actor, SystemActor
from core.models import Document, DocumentContent
from core.subjects import reference


def store_document(
    *,
    content: bytes,
    name: str,
    media_type: str,
    kind: str,
    actor: Actor,
    subject: models.Model | None = None,
) -> Document:
    """File some bytes as a document of a business row."""
    sha256 = hashlib.sha256(content).hexdigest()
    DocumentContent.objects.bulk_create(
        [DocumentContent(sha256=sha256, content=content, size=len(content))], ignore_conflicts=True
    )
    subject_type, subject_id = reference(subject)
    return Document.objects.create(
        content_id=sha256,
        name=name,
        media_type=media_type,
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        created_by=None if isinstance(actor, SystemActor) else actor,
        created_by_label=actor.display_name,
        created_at=clock.now(),
    )


def documents_of(subject: models.Model, *, kind: str | None = None) -> models.QuerySet[Document]:
    """The files of a business row, newest first."""
    subject_type, subject_id = reference(subject)
    found = Document.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return found.filter(kind=kind) if kind else found
