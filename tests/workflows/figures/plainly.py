"""The same figures, counted case by case from history and rows, in plain Python and without any of the program's SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.clock import COMPANY_ZONE
from core.models import User
from workflows.definitions import definition_of
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, Subscription, Timer, WorkItem

PASSED = {"started", "completed", "fired", "received"}
# The elements of the small process that a reader meets; those of other processes are looked up.
SILENT = {"start_event", "exclusive_gateway", "inclusive_gateway", "parallel_gateway", "event_gateway"}
SILENT |= {"script_task", "call_activity", "throw_event", "subprocess", "transaction", "event_subprocess"}


def day_of(moment: datetime) -> date:
    return moment.astimezone(COMPANY_ZONE).date()


@dataclass
class Plainly:
    passes: Counter[Any] = field(default_factory=Counter)
    flows: Counter[Any] = field(default_factory=Counter)
    spans: dict[Any, list[float]] = field(default_factory=lambda: defaultdict(list))
    due: Counter[Any] = field(default_factory=Counter)
    late: Counter[Any] = field(default_factory=Counter)
    work: Counter[Any] = field(default_factory=Counter)
    ways: dict[int, tuple[str, ...]] = field(default_factory=dict)
    cases: dict[int, tuple[Any, ...]] = field(default_factory=dict)


def count() -> Plainly:
    """Everything that has happened in every case."""
    found = Plainly()
    for case in ProcessInstance.objects.order_by("pk"):
        _events(found, case)
        late = _rows(found, case)
        ended = case.status if case.ended_at else ""
        found.cases[case.pk] = (case.version_id, case.started_at, case.ended_at, ended, late)
    return found


def _events(found: Plainly, case: ProcessInstance) -> None:
    seen: Counter[Any] = Counter()
    most: Counter[str] = Counter()
    way: list[str] = []
    for event in HistoryEvent.objects.filter(instance=case).order_by("seq"):
        place = (case.version_id, event.element, case.department_path, day_of(event.at))
        call = event.element[: event.element.rfind("/") + 1]
        for flow in event.data.get("flows", []):
            found.flows[case.version_id, call + flow, case.department_path, day_of(event.at)] += 1
        if event.kind not in PASSED or not event.element or event.data.get("is_whole"):
            continue
        found.passes[place] += 1
        if not _is_told(case.version_id, event.element):
            continue
        part = (event.element, tuple(event.data.get("indices", [])))
        seen[part] += 1
        if seen[part] > most[event.element]:
            most[event.element] = seen[part]
            way.append(event.element)
    if case.ended_at:
        found.ways[case.pk] = tuple(way)


def _is_told(version: int, path: str) -> bool:
    definition = definition_of(version)
    element = definition.find(path)
    if element is None or element.kind in SILENT:
        return False
    if element.kind == "end_event":
        return "/" not in path and element.scope == definition.key
    return element.kind not in ("boundary_event", "catch_event") or bool(element.name)


def _rows(found: Plainly, case: ProcessInstance) -> bool:
    """Whether a task of it was late."""
    is_late = False

    def span(kind: str, element: str, since: datetime, at: datetime) -> Any:
        key = (case.version_id, element, case.department_path, day_of(at), kind)
        found.spans[key].append((at - since).total_seconds())
        return key

    for item in WorkItem.objects.filter(instance=case, status="completed"):
        key = span("work_item", item.element, item.created_at, item.completed_at)
        late = item.due_at is not None and item.completed_at > item.due_at
        found.due[key] += item.due_at is not None
        found.late[key] += late
        is_late |= late
        person = User.objects.get(pk=item.completed_by_id)
        found.work[*key[:4], person.pk, person.department_path] += 1
    for timer in Timer.objects.filter(instance=case, status="fired"):
        span("timer", timer.element, timer.created_at, timer.closed_at)
    for place in Subscription.objects.filter(instance=case, status="done"):
        span(place.kind, place.element, place.created_at, place.closed_at)
    for job in Job.objects.filter(instance=case, status__in=["done", "failed"], kind="operation"):
        span("job", job.element, job.created_at, job.closed_at)
    for incident in Incident.objects.filter(instance=case, status="resolved", kind="failure"):
        span("incident", incident.element, incident.opened_at, incident.closed_at)
    return is_late
