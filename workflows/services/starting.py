"""Which processes somebody may start about a business row."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models

from core.actors import Actor
from core.errors import ApplicationError
from core.subjects import reference
from workflows import registry
from workflows.models import ProcessDefinition, ProcessInstance
from workflows.selectors.processes import begins_plainly


def startable_for(actor: Actor, subject: models.Model) -> list[ProcessDefinition]:
    """The published processes about this kind of row that a person begins, that this one may begin, and that
    make sense for the row now: starting asks all of it again."""
    kind, pk = reference(subject)
    known = registry.subject_types().get(kind)
    if known is None:
        return []
    running = ProcessInstance.objects.filter(
        subject_type=kind, subject_id=pk, status__in=ProcessInstance.OPEN
    )
    rows = (
        ProcessDefinition.objects.visible_to(actor)
        .filter(subject_type=kind, current_version__isnull=False)
        .exclude(pk__in=running.values("definition"))
        .order_by("key")
    )
    return [
        one
        for one in rows
        if one.may_be_started_by(actor) and begins_plainly(one) and _makes_sense(known, subject, one.key)
    ]


def rows_to_start(
    actor: Actor, definition: ProcessDefinition, rows: Sequence[models.Model]
) -> list[models.Model]:
    """Of these rows, which the actor sees, those about which a case may begin now."""
    known = registry.subject_types().get(definition.subject_type)
    if known is None or not definition.may_be_started_by(actor) or not begins_plainly(definition):
        return []
    running = ProcessInstance.objects.filter(
        definition=definition,
        subject_type=definition.subject_type,
        subject_id__in=[str(row.pk) for row in rows],
        status__in=ProcessInstance.OPEN,
    )
    taken = set(running.values_list("subject_id", flat=True))
    return [row for row in rows if str(row.pk) not in taken and _makes_sense(known, row, definition.key)]


def _makes_sense(known: registry.SubjectType[models.Model], subject: models.Model, key: str) -> bool:
    try:
        known.require_startable(subject, key)
    except ApplicationError:
        return False
    return True
