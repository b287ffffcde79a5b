"""Elements and flows: how often passed, how long waited at, how often late, and what waits there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet, Sum, Value

from core import clock
from workflows.models import DwellTally, Incident, Job, PassTally, Subscription, Timer, WorkItem
from workflows.selectors.figures.asked import Asked
from workflows.selectors.figures.buckets import percentile

INCIDENT = "incident"


@dataclass
class ElementFigures:
    """One element. Times are seconds; ``waiting`` and ``held`` are now, ``overdue`` are tasks among the waiting."""

    element: str
    passes: int = 0
    waits: int = 0
    seconds: float = 0
    due: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0
    held: int = 0
    # How long failures have held cases here.
    failures: int = 0
    failure_seconds: float = 0
    buckets: Counter[int] = field(default_factory=Counter)

    @property
    def average(self) -> float | None:
        return self.seconds / self.waits if self.waits else None

    @property
    def median(self) -> float | None:
        return percentile(self.buckets, 0.5)

    @property
    def slowest(self) -> float | None:
        return percentile(self.buckets, 0.9)

    @property
    def late_share(self) -> float | None:
        return self.late / self.due * 100 if self.due else None


@dataclass(frozen=True)
class Elements:
    by_path: dict[str, ElementFigures]
    flows: dict[str, int]

    @property
    def due(self) -> int:
        return sum(one.due for one in self.by_path.values())

    @property
    def late(self) -> int:
        return sum(one.late for one in self.by_path.values())


def elements_of(asked: Asked) -> Elements:
    """Every element at which anything happened or waits. An event at the border of a step is no place where a case
    stands: it is passed, but nobody waits at it."""
    found: dict[str, ElementFigures] = {}
    flows: dict[str, int] = {}

    def at(path: str) -> ElementFigures:
        return found.setdefault(path, ElementFigures(path))

    passed = PassTally.objects.filter(asked.counters).order_by().values_list("element", "is_flow")
    for path, is_flow, count in passed.annotate(Sum("count")):
        if is_flow:
            flows[path] = count
        else:
            at(path).passes = count
    for path, is_failure, bucket, count, milliseconds, due, late in _dwell(asked):
        if asked.is_beside(path):
            continue
        one = at(path)
        if is_failure:
            one.failures += count
            one.failure_seconds += milliseconds / 1000
            continue
        one.waits += count
        one.seconds += milliseconds / 1000
        one.buckets[bucket] += count
        one.due, one.late = one.due + due, one.late + late
    for path, kind, count, overdue in _waiting(asked):
        if asked.is_beside(path):
            continue
        one = at(path)
        if kind == INCIDENT:
            one.held += count
        else:
            one.waiting, one.overdue = one.waiting + count, one.overdue + overdue
    return Elements(found, flows)


def _dwell(asked: Asked) -> Iterable[Any]:
    rows = DwellTally.objects.filter(asked.counters).order_by()
    is_failure = models.Case(
        models.When(kind=INCIDENT, then=Value(True)), default=Value(False), output_field=models.BooleanField()
    )
    keys = rows.annotate(is_failure=is_failure).values_list("element", "is_failure", "bucket")
    return keys.annotate(Sum("count"), Sum("milliseconds"), Sum("due"), Sum("late"))


def _waiting(asked: Asked) -> Iterable[Any]:
    """What is open now, by element: one statement."""
    late = Count("pk", filter=Q(due_at__lt=clock.now()))
    none = Value(0)
    parts = [
        _open(asked, WorkItem, "work_item", late),
        _open(asked, Incident.objects.filter(kind=Incident.Kind.FAILURE), INCIDENT, none),
        _open(asked, Timer, "timer", none),
        _open(asked, Subscription, "subscription", none),
        _open(asked, Job, "job", none),
    ]
    return parts[0].union(*parts[1:], all=True)


def _open(asked: Asked, rows: Any, kind: str, overdue: Any) -> QuerySet[Any, Any]:
    wanted: QuerySet[Any, Any] = rows.all() if isinstance(rows, QuerySet) else rows._default_manager.all()
    cases = _of_instance(asked.running)
    keys = wanted.filter(cases, status="open").order_by().values("element")
    counted: QuerySet[Any, Any] = keys.annotate(what=Value(kind), number=Count("pk"), overdue=overdue)
    return counted.values_list("element", "what", "number", "overdue")


def _of_instance(conditions: Q) -> Q:
    """The same conditions, asked of the case of a row."""
    asked = Q(_connector=conditions.connector, _negated=conditions.negated)
    for one in conditions.children:
        asked.children.append(
            _of_instance(one) if isinstance(one, Q) else (f"instance__{one[0]}", one[1])  # type: ignore[index]
        )
    return asked
