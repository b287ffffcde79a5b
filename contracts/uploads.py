"""Scans of signed contracts and of receipts: judged by their content, filed for good."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, DunningNotice
from core.actors import Actor
from core.documents import store_document
from core.models import Document

Upload: TypeAlias = "UploadedFile[Any]"

LARGEST = 10 * 1024 * 1024
# How the files begin that we take: (first bytes, media type, extension).
_KINDS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)


def clean_scan(upload: Upload | None) -> Upload | None:
    """Refuse what is too large or no scan."""
    if upload is None:
        return None
    if (upload.size or 0) > LARGEST:
        raise ValidationError(
            _("The file is larger than 10 MB: scan it at a lower resolution."), code="too_large"
        )
    if _kind_of(upload) is None:
        raise ValidationError(_("This is no PDF, JPEG or PNG file."), code="wrong_kind")
    return upload


def clean_paper(upload: Upload) -> Upload:
    """Refuse what is too large or no PDF, before anything reads it."""
    if (upload.size or 0) > LARGEST:
        raise ValidationError(
            _("The file is larger than 10 MB: save it with smaller pictures."), code="too_large"
        )
    found = _kind_of(upload)
    if found is None or found[2] != "pdf":
        raise ValidationError(_("This is no PDF file: save their contract as PDF."), code="wrong_kind")
    upload.seek(0)
    return upload


def file_scan(upload: Upload, *, contract: Contract, actor: Actor) -> Document:
    """File a scan of the signed contract."""
    return _file(upload, f"{contract.no}-签章件", kind="signed_contract", subject=contract, actor=actor)


def file_evidence(upload: Upload, *, contract: Contract, actor: Actor) -> Document:
    """File what shows that an obligation was fulfilled."""
    return _file(
        upload, f"{contract.no}-履约凭证", kind="performance_evidence", subject=contract, actor=actor
    )


def file_receipt(upload: Upload, *, notice: DunningNotice, actor: Actor) -> Document:
    """File what proves that a letter arrived: the slip of the post, a signed copy."""
    return _file(upload, f"{notice.no}-送达回执", kind="dunning_receipt", subject=notice, actor=actor)


def _file(upload: Upload, name: str, *, kind: str, subject: Model, actor: Actor) -> Document:
    """Under a name of ours, whatever it was called."""
    found: Any = _kind_of(upload)
    _begin, media_type, extension = found
    upload.seek(0)
    return store_document(
        content=upload.read(),
        name=f"{name}.{extension}",
        media_type=media_type,
        kind=kind,
        subject=subject,
        actor=actor,
    )


def _kind_of(upload: Upload) -> tuple[bytes, str, str] | None:
    upload.seek(0)
    begin = upload.read(16)
    return next((kind for kind in _KINDS if begin.startswith(kind[0])), None)
