"""Where a case stands in its diagram: what was passed how often, what waits for whom since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from workflows.definitions import definition_of
from workflows.engine import Definition
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, Subscription, Timer, WorkItem

# What says that an element was passed, and which flows were taken behind it.
PASSED = (
    HistoryEvent.Kind.STARTED,
    HistoryEvent.Kind.COMPLETED,
    HistoryEvent.Kind.FIRED,
    HistoryEvent.Kind.RECEIVED,
)


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
        """Something has stood here since then."""
        self.since = min(self.since or since, since)


@dataclass(frozen=True)
class DiagramState:
    """The diagram's elements that have something to show, and the flows that were taken how often."""

    elements: dict[str, ElementState]
    flows: dict[str, int]


@dataclass(frozen=True)
class Then:
    """A moment in the life of a case: the end of a step. ``last`` is the number of that step's last event."""

    last: int
    at: datetime


def open_rows(model: Any, instance: ProcessInstance, then: Then | None = None) -> QuerySet[Any]:
    """The rows that are open, or were open when a step ended. Of work that was withdrawn long ago it is not known
    when; it counts as never open."""
    rows: QuerySet[Any] = model._default_manager.filter(instance=instance.pk)
    if then is None:
        return rows.filter(status="open")
    is_item = model is WorkItem
    closed = Coalesce("completed_at", "withdrawn_at") if is_item else F("closed_at")
    began = "opened_at__lte" if model is Incident else "created_at__lte"
    rows = rows.annotate(left_at=closed).filter(**{began: then.at})
    return rows.filter(Q(status="open") | Q(left_at__gt=then.at))


def places_of(definition: Definition, path: str) -> list[str]:
    """An element and every activity that runs while something stands there: its subprocesses, and the call
    that leads to its process. Innermost first, each by its path."""
    call, _, inner = path.partition("/")
    called = definition.calls.get(call)
    found = [f"{call}/{place}" for place in places_of(called, inner)] if inner and called else []
    at: str | None = call
    while at is not None:
        found.append(at)
        element = definition.elements.get(at)
        at = element.scope if element is not None and element.scope in definition.elements else None
    return found


def diagram_state(instance: ProcessInstance, then: Then | None = None) -> DiagramState:
    """The state of each element, now or as it was then. The caller has shown that the case may be seen."""
    definition = definition_of(instance.version_id)
    elements: dict[str, ElementState] = {}
    flows: Counter[str] = Counter()

    def standing_at(path: str, since: datetime) -> list[ElementState]:
        found = [elements.setdefault(place, ElementState()) for place in places_of(definition, path)]
        for state in found:
            state.waits(since)
        return found

    passed = HistoryEvent.objects.filter(instance=instance.pk, kind__in=PASSED)
    if then is not None:
        passed = passed.filter(seq__lte=then.last)
    for element, data in passed.values_list("element", "data"):
        state = elements.setdefault(element, ElementState())
        # All elements of a multi-instance together are no further time.
        state.done += not data.get("is_whole")
        if "/" not in element:
            flows.update(data.get("flows", ()))
    for item in open_rows(WorkItem, instance, then).select_related("assignee"):
        for state in standing_at(item.element, item.created_at):
            state.active += 1
            if item.assignee is not None:
                state.assignees.append(item.assignee.name)
            else:
                state.roles.append(item.role)
    failures = open_rows(Incident, instance, then).filter(kind=Incident.Kind.FAILURE)
    for element, at in failures.values_list("element", "opened_at"):
        for state in standing_at(element, at):
            state.failed += 1
    for is_call, element, at in _waits(instance, then):
        found = definition.find(element)
        # What waits at the border of a step is shown by its step.
        is_shown = is_call or (found is not None and found.host is None)
        for state in standing_at(element, at) if is_shown else ():
            state.active += 1
    return DiagramState(elements, dict(flows))


def _waits(instance: ProcessInstance, then: Then | None) -> Iterator[tuple[bool, str, datetime]]:
    """What is or was waited for besides people: (whether it is a job, where, since when)."""
    for model in (Job, Timer, Subscription):
        for element, at in open_rows(model, instance, then).values_list("element", "created_at"):
            yield model is Job, element, at
    for one in waits_kept(instance):
        if then is not None and one.since <= then.at < one.until:
            yield one.kind in (Job.OPERATION, Job.CONTINUATION), one.element, one.since


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class KeptWait(NamedTuple):
    """Something that a compacted case has waited for, as it is kept: ``status`` as its row had it."""

    kind: str
    element: str
    status: str
    since: datetime
    until: datetime


def waits_kept(instance: ProcessInstance) -> list[KeptWait]:
    """What is kept of the rows of a compacted case, in the order in which they began."""
    found = []
    for line in (instance.waited or "").splitlines():
        kind, element, status, since, length = line.split("\t")
        began = _EPOCH + timedelta(microseconds=int(since))
        found.append(KeptWait(kind, element, status, began, began + timedelta(microseconds=int(length))))
    return found
