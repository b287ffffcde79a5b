"""Which processes somebody may start about a business row."""

from __future__ import annotations

from django.db import models

from core.actors import Actor
from core.errors import ApplicationError
from core.subjects import reference
from workflows import registry
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition, ProcessInstance


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
        if one.may_be_started_by(actor) and _begins_plainly(one) and _makes_sense(known, subject, one.key)
    ]


def _begins_plainly(definition: ProcessDefinition) -> bool:
    version = definition.current_version_id
    return version is not None and definition_of(version).plain_start is not None


def _makes_sense(known: registry.SubjectType[models.Model], subject: models.Model, key: str) -> bool:
    try:
        known.require_startable(subject, key)
    except ApplicationError:
        return False
    return True
