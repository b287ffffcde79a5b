"""Write down who did what. The rows cannot be changed afterwards."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from core import clock
from core.actors import Actor, SystemActor
from core.models import AuditEntry
from core.subjects import reference


def record(
    actor: Actor,
    action: str,
    subject: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> AuditEntry:
    """Add an entry in the caller's transaction: the deed and its record stand or fall together."""
    subject_type, subject_id = reference(subject)
    return AuditEntry.objects.create(
        at=clock.now(),
        actor=None if isinstance(actor, SystemActor) else actor,
        actor_label=actor.display_name,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        before=dict(before or {}),
        after=dict(after or {}),
        note=note,
    )
