"""Tell other programs what a step has done.

Called at the end of a step, when its rows are written; without anybody who listens it asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from core.webhooks import Announcement, announce_all, anybody_listens
from workflows.models import HistoryEvent, Incident, ProcessInstance, WorkItem

if TYPE_CHECKING:
    from workflows.services.step import Step

Kind = HistoryEvent.Kind


def announce_step(step: Step) -> None:
    """Everything that happened in this step, as one batch in its transaction."""
    if not anybody_listens():
        return
    announce_all([*_of_start(step), *_of_finished_item(step), *_of_fresh_rows(step), *_of_end(step)])


def announce_incident(incident: Incident) -> None:
    """A failure that no step opened: the audit found rows that disagree."""
    if anybody_listens():
        announce_all([Announcement("incident.opened", lambda: _incident(incident), incident.instance)])


# The case ------------------------------------------------------------------------------------------


def _of_start(step: Step) -> list[Announcement]:
    if not any(event.kind == Kind.STARTED for event in step.history.events):
        return []
    return [Announcement("process.started", lambda: _case(step), step.instance)]


def _of_end(step: Step) -> list[Announcement]:
    instance = step.instance
    cancelled = next((event for event in step.history.events if event.kind == Kind.CANCELLED), None)
    if cancelled is not None:
        told = Announcement(
            "process.cancelled", lambda: {**_case(step), "reason": cancelled.comment}, instance
        )
        return [told]
    if instance.status == ProcessInstance.Status.COMPLETED and instance.ended_at == step.now:
        return [Announcement("process.completed", lambda: _case(step), instance)]
    return []


def _case(step: Step) -> Mapping[str, Any]:
    instance = step.instance
    return {
        "instance": str(instance.pk),
        "definition": instance.definition.key,
        "version": instance.version.number,
        "status": instance.status,
        "business_key": instance.business_key,
        "subject": _subject(instance),
        "started_by": instance.starter.username if instance.starter else None,
        "by": _name_of(step),
    }


# Tasks and failures --------------------------------------------------------------------------------


def _of_finished_item(step: Step) -> list[Announcement]:
    item = step.finished
    if item is None or item.status != WorkItem.Status.COMPLETED:
        return []

    def payload() -> Mapping[str, Any]:
        done = {"outcome": item.outcome, "completed_by": _name_of(step), "completed_at": item.completed_at}
        return {**_item(item, step.instance), **done}

    return [Announcement("work_item.completed", payload, step.instance)]


def _of_fresh_rows(step: Step) -> list[Announcement]:
    """What waits now and did not before. The keys of the rows are asked for only if their event is wanted."""
    if not step.is_loaded:
        return []
    told = []
    for kind, name, load in (
        ("work_item", "work_item.created", _items_of),
        ("incident", "incident.opened", _incidents_of),
    ):
        before = {token for token, waited in step.waited if waited == kind}
        fresh = [one.token for one in step.case.waiting() if one.kind == kind and one.token not in before]
        rows = _asked_once(load, step.instance, fresh)
        told += [Announcement(name, _payload_of(rows, token), step.instance) for token in fresh]
    return told


Rows = Callable[[], Mapping[str, Mapping[str, Any]]]


def _asked_once(
    load: Callable[[ProcessInstance, list[str]], Mapping[str, Mapping[str, Any]]],
    instance: ProcessInstance,
    tokens: list[str],
) -> Rows:
    return cache(lambda: load(instance, tokens))


def _payload_of(rows: Rows, token: str) -> Callable[[], Mapping[str, Any]]:
    return lambda: rows()[token]


def _items_of(instance: ProcessInstance, tokens: list[str]) -> Mapping[str, Mapping[str, Any]]:
    items = WorkItem.objects.filter(instance=instance.pk, token__in=tokens, status=WorkItem.Status.OPEN)
    return {item.token: _item(item, instance) for item in items.select_related("assignee")}


def _item(item: WorkItem, instance: ProcessInstance) -> Mapping[str, Any]:
    return {
        "id": str(item.pk),
        "instance": str(instance.pk),
        "definition": instance.definition.key,
        "element": item.element,
        "name": {"zh": item.name_zh, "en": item.name_en},
        "role": item.role,
        "assignee": item.assignee.username if item.assignee else None,
        "priority": item.priority,
        "due_at": item.due_at,
        "subject": _subject(instance),
    }


def _incidents_of(instance: ProcessInstance, tokens: list[str]) -> Mapping[str, Mapping[str, Any]]:
    found = Incident.objects.filter(instance=instance.pk, token__in=tokens, status=Incident.Status.OPEN)
    return {one.token: _incident(one) for one in found.select_related("instance__definition")}


def _incident(incident: Incident) -> Mapping[str, Any]:
    instance = incident.instance
    return {
        "id": str(incident.pk),
        "instance": str(instance.pk),
        "definition": instance.definition.key,
        "element": incident.element,
        "error_type": incident.error_type,
        "message": incident.message,
        "subject": _subject(instance),
    }


# Words ---------------------------------------------------------------------------------------------


def _subject(instance: ProcessInstance) -> Mapping[str, str] | None:
    if not instance.subject_id:
        return None
    return {"type": instance.subject_type, "id": instance.subject_id, "title": instance.subject_title}


def _name_of(step: Step) -> str | None:
    """The person who set the step off; nobody where the system did."""
    return getattr(step.actor, "username", None)
