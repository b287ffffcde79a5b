"""What people have left around a row: who undoes an import does not take that away."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import Attachment, Comment, Follow, RecordView
from core.subjects import reference


def require_no_traces(row: models.Model) -> None:
    """Refuse where somebody has said or filed something about the row."""
    subject_type, subject_id = reference(row)
    for model, text in ((Comment, _("It has comments.")), (Attachment, _("It has files."))):
        if model._default_manager.filter(subject_type=subject_type, subject_id=subject_id).exists():
            raise Conflict(text, code="has_traces")


def forget(row: models.Model) -> None:
    """Who followed the row and who looked at it: nothing that anybody wrote."""
    subject_type, subject_id = reference(row)
    for model in (Follow, RecordView):
        model._default_manager.filter(subject_type=subject_type, subject_id=subject_id).delete()
