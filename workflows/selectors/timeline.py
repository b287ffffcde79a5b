"""What happened in a case, with the words of the diagram in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from workflows.definitions import definition_of
from workflows.engine import Definition
from workflows.models import HistoryEvent, ProcessInstance


@dataclass(frozen=True)
class HistoryLine:
    """One event, ready to be read."""

    event: HistoryEvent
    kind: str
    kind_label: str
    element: str
    element_label: str
    element_kind: str
    actor_name: str
    by_system: bool
    on_behalf_of: str
    outcome: str
    outcome_label: str
    comment: str
    part: str
    data: Mapping[str, Any]
    at: datetime


def history(instance: ProcessInstance) -> list[HistoryLine]:
    """The events of a case in order. The caller has shown that the case may be seen."""
    events = HistoryEvent.objects.filter(instance=instance.pk).select_related("actor", "on_behalf_of")
    return lines(instance, events.order_by("seq"))


def lines(instance: ProcessInstance, events: Iterable[HistoryEvent]) -> list[HistoryLine]:
    """Some events of a case, such as one page of them."""
    definition = definition_of(instance.version_id)
    return [_line(event, definition) for event in events]


def _line(event: HistoryEvent, definition: Definition) -> HistoryLine:
    language = get_language() or "zh-hans"
    element = definition.find(event.element)
    return HistoryLine(
        event=event,
        kind=event.kind,
        kind_label=str(event.get_kind_display()),
        element=event.element,
        element_label=element.label(language) if element is not None else event.element,
        element_kind=element.kind if element is not None else "",
        actor_name=event.actor.name if event.actor is not None else event.actor_label,
        by_system=event.actor_id is None,
        on_behalf_of=event.on_behalf_of.name if event.on_behalf_of is not None else "",
        outcome=event.outcome,
        outcome_label=_outcome_label(event, definition, language),
        comment=event.comment,
        part=event.data.get("part", ""),
        data=event.data,
        at=event.at,
    )


def _outcome_label(event: HistoryEvent, definition: Definition, language: str) -> str:
    element = definition.find(event.element)
    outcomes = element.outcomes if element is not None else ()
    return next((one.label(language) for one in outcomes if one.code == event.outcome), event.outcome)
