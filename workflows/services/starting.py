"""Which processes somebody may start about a row of a kind."""

from __future__ import annotations

from core.actors import Actor
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition


def startable_for(actor: Actor, subject_type: str) -> list[ProcessDefinition]:
    """The published processes about this kind of row that a person begins and this one may begin."""
    rows = ProcessDefinition.objects.visible_to(actor).filter(
        subject_type=subject_type, current_version__isnull=False
    )
    return [
        one
        for one in rows.order_by("key")
        if one.may_be_started_by(actor) and definition_of(one.current_version_id).plain_start is not None  # type: ignore[arg-type]
    ]
