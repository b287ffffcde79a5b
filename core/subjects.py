"""How a row of any kind is named in rows that may point at all of them: ``contracts.contract`` and its key."""

from django.db import models


def type_of(subject: models.Model) -> str:
    return subject._meta.label_lower


def reference(subject: models.Model | None) -> tuple[str, str]:
    """(type, id) of a row; empty texts for none."""
    return (type_of(subject), str(subject.pk)) if subject is not None else ("", "")
