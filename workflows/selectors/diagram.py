"""Where a case stands in its diagram: what was passed how often, what waits for whom since when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, WorkItem


@dataclass
class ElementState:
    """One element of the diagram."""

    done: int = 0
    active: int = 0
    failed: int = 0
    # Who it waits for, an assignee's name or a role's code, and since when.
    assignees: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    since: datetime | None = None

    def waits(self, since: datetime) -> None:
        self.since = min(self.since or since, since)


@dataclass(frozen=True)
class DiagramState:
    """The diagram's elements that have something to show, and the flows that were taken how often."""

    elements: dict[str, ElementState]
    flows: dict[str, int]


def drawn_at(path: str) -> str:
    """Where the diagram of the case shows an element: what is in a called process, at its call."""
    return path.partition("/")[0]


def diagram_state(instance: ProcessInstance) -> DiagramState:
    """The state of each element. The caller has shown that the case may be seen."""
    elements: dict[str, ElementState] = {}
    flows: Counter[str] = Counter()
    passed = HistoryEvent.objects.filter(
        instance=instance.pk, kind__in=[HistoryEvent.Kind.STARTED, HistoryEvent.Kind.COMPLETED]
    )
    for element, taken in passed.values_list("element", "data__flows"):
        elements.setdefault(element, ElementState()).done += 1
        if "/" not in element:
            flows.update(taken or ())
    still_open = {"instance": instance.pk, "status": "open"}
    for item in WorkItem.objects.filter(**still_open).select_related("assignee"):
        state = elements.setdefault(drawn_at(item.element), ElementState())
        state.active += 1
        state.waits(item.created_at)
        if item.assignee is not None:
            state.assignees.append(item.assignee.name)
        else:
            state.roles.append(item.role)
    for element, at in Incident.objects.filter(**still_open).values_list("element", "opened_at"):
        state = elements.setdefault(drawn_at(element), ElementState())
        state.failed += 1
        state.waits(at)
    for element, at in Job.objects.filter(**still_open).values_list("element", "created_at"):
        state = elements.setdefault(drawn_at(element), ElementState())
        state.active += 1
        state.waits(at)
    return DiagramState(elements, dict(flows))
