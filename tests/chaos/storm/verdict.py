"""After the storm: is every case where it must be, is every effect there once, does anything lie around."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q

from tests.chaos.ledger.models import Entry
from tests.chaos.storm.shapes import Shape
from workflows.audit import audit
from workflows.models import (
    Delivery,
    HistoryEvent,
    Incident,
    Job,
    Message,
    ProcessInstance,
    Subscription,
    Timer,
    WorkItem,
)

OPEN_ROWS = (WorkItem, Timer, Subscription, Job, Incident, Delivery)


# The shapes drawn for the storm; the shipped processes beside them are judged in lifecycle_verdict.py.
DRAWN = Q(definition__key__startswith="storm_")


def faults(
    shapes: list[Shape], started: Mapping[int, str], wanted: Counter[str], effects: Mapping[str, int]
) -> list[str]:
    """Everything that is not as promised; an empty list is the proof."""
    return [
        *_ends(),
        *_cases(started, wanted),
        *(fault for shape in shapes for fault in _ledger(shape)),
        *_pairs(),
        *_outside(effects),
        *_timers(),
        *_left_over(),
        *_history(),
        *(f"audit: {breach}" for breach in audit()),
    ]


def figures() -> dict[str, Any]:
    """What the storm went over."""
    return {
        "cases": ProcessInstance.objects.filter(DRAWN).count(),
        "cases of shipped processes": ProcessInstance.objects.exclude(DRAWN).count(),
        "tasks done": WorkItem.objects.filter(status="completed").count(),
        "timers fired": Timer.objects.filter(status="fired").count(),
        "timers withdrawn": Timer.objects.filter(status="cancelled").count(),
        "messages delivered": Delivery.objects.filter(status="done").count(),
        "jobs done": Job.objects.filter(status="done").count(),
        "attempts of jobs": sum(Job.objects.values_list("attempts", flat=True)),
        "history rows": HistoryEvent.objects.count(),
    }


def _ends() -> Iterator[str]:
    for row in (
        ProcessInstance.objects.filter(DRAWN)
        .exclude(status="completed")
        .order_by()
        .values("definition__key", "status")
        .annotate(count=Count("pk"))
    ):
        yield f"{row['count']} cases of {row['definition__key']} are {row['status']}"
    for kind, error, count in (
        Incident.objects.filter(instance__definition__key__startswith="storm_")
        .order_by()
        .values_list("kind", "message")
        .annotate(count=Count("pk"))
    ):
        yield f"{count} incidents ({kind}): {error[:200]}"


def _cases(started: Mapping[int, str], wanted: Counter[str]) -> Iterator[str]:
    """Each wish for a case made one; nobody else made any."""
    found = dict(
        ProcessInstance.objects.order_by().values_list("definition__key").annotate(count=Count("pk"))
    )
    for key, count in wanted.items():
        if found.get(key, 0) != count:
            yield f"{count} cases of {key} were asked for, {found.get(key, 0)} are there"
    missing = set(started) - set(ProcessInstance.objects.values_list("pk", flat=True))
    if missing:
        yield f"{len(missing)} cases were answered and are not there: {sorted(missing)[:5]}"


def _ledger(shape: Shape) -> Iterator[str]:
    """The rows that the steps have written agree with what the case says it has passed."""
    cases = ProcessInstance.objects.filter(definition__key=shape.key).values_list("pk", flat=True)
    written: dict[int, Counter[str]] = defaultdict(Counter)
    for instance, element in Entry.objects.filter(instance__in=cases).values_list("instance", "element"):
        written[instance][element] += 1
    passed: dict[int, Counter[str]] = defaultdict(Counter)
    known = {element for end in shape.ends for element in end} | shape.as_often_as_passed
    rows = HistoryEvent.objects.filter(instance__in=cases, kind="completed", element__in=known)
    for instance, element in rows.values_list("instance", "element"):
        passed[instance][element] += 1
    for case in cases:
        if written[case] != passed[case]:
            yield f"{shape.key} {case}: wrote {dict(written[case])}, passed {dict(passed[case])}"
        once = {name: count for name, count in written[case].items() if name not in shape.as_often_as_passed}
        if any(count != 1 for count in once.values()):
            yield f"{shape.key} {case}: done more than once: {once}"
        if frozenset(once) not in {end - shape.as_often_as_passed for end in shape.ends}:
            yield f"{shape.key} {case}: ended with {sorted(once)}, which is no end of its diagram"


def _pairs() -> Iterator[str]:
    """Each question made one case that replied, and each reply reached its case."""
    for name in ("storm.question", "storm.reply"):
        sent = Message.objects.filter(name=name)
        reached = Count("deliveries", filter=Q(deliveries__status="done"))
        for message in sent.annotate(reached=reached).exclude(reached=1)[:5]:
            yield f"message {message.pk} {name} ({message.key}) went out {message.reached} times"
        twice = sent.order_by().values("key").annotate(count=Count("pk")).filter(count__gt=1)
        for row in twice[:5]:
            yield f"{name} was sent {row['count']} times for {row['key']}"


def _outside(effects: Mapping[str, int]) -> Iterator[str]:
    jobs = Job.objects.filter(kind=Job.OPERATION, instance__definition__key__startswith="storm_")
    keys = set(jobs.values_list("key", flat=True))
    for key, count in effects.items():
        if count != 1:
            yield f"the outside has {count} effects for {key}"
        if key not in keys:
            yield f"the outside has an effect for {key}, which no case asked for"
    for key in keys - set(effects):
        yield f"the outside knows nothing of {key}"
    for row in jobs.order_by().values("key").annotate(count=Count("pk")).filter(count__gt=1):
        yield f"{row['count']} jobs for {row['key']}"


def _timers() -> Iterator[str]:
    early = Timer.objects.filter(status="fired", closed_at__lt=F("due_at"))
    if early.exists():
        yield f"{early.count()} timers fired before their time"


def _left_over() -> Iterator[str]:
    for model in OPEN_ROWS:
        count = model._default_manager.filter(status="open").count()
        if count:
            yield f"{count} rows of {model.__name__} are open, and no case is"


def _history() -> Iterator[str]:
    """Numbered without a gap, whoever died when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id FROM workflows_processinstance i JOIN workflows_historyevent e ON e.instance_id = i.id"
            " GROUP BY i.id HAVING count(*) <> max(e.seq) OR max(e.seq) <> i.last_event LIMIT 5"
        )
        for (case,) in cursor.fetchall():
            yield f"the history of case {case} has a gap"
