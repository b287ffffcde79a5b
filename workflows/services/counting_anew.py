"""The calendar of the company changed: what waits in working time is counted anew.

Timers, deadlines of tasks and timed starts keep what they are counted from, so a second count gives the moment
that the first one would have given. What has come already stays: a timer that is due fires, a reminder that was
sent is not taken back. Each row is changed in a transaction of its own under its case's lock, where firing
takes it too: it fires once, at the old moment or at the new one, and never gets lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import SystemActor
from core.calendar import KNOWN_FOR, Calendar, Count, current, forget
from core.errors import Conflict
from core.jobs import JobRun, Later, enqueue
from workflows.definitions import definition_of
from workflows.engine.timers import Due, TimerError, moment_again, parse_timer
from workflows.models import StartTrigger, Timer, WorkItem
from workflows.services import locking
from workflows.services.arming import adding
from workflows.services.deadlines import LEVELS
from workflows.services.opening import moments_of
from workflows.services.step import step_of_timer, step_of_work_item

logger = logging.getLogger(__name__)

JOB = "workflows.count_anew"
ACTOR = SystemActor(JOB)
# Read at once; and how many of each kind a preview looks at before it says "more".
CHUNK, LOOKED_AT = 500, 5000
# Every process has heard of the change by then, and ended the step in which it believed the old calendar.
SURELY_HEARD = timedelta(seconds=KNOWN_FOR + 25)
# A case on which somebody works is passed over, and asked again a little later.
BUSY_PAUSE = 3.0

Changes = dict[str, datetime | None]
_Row = TypeVar("_Row", Timer, StartTrigger, WorkItem)


def count_anew_later(change: int) -> None:
    """Two jobs for one change: at once, and when nobody can arm by the old calendar any more."""
    now = clock.now()
    for number, due_at in enumerate((now, now + SURELY_HEARD), 1):
        enqueue(JOB, {"change": change}, key=f"{JOB}:{change}:{number}", due_at=due_at)


def count_anew(job: JobRun) -> dict[str, Any]:
    """Move what is to be moved; what is right already costs nothing but the look."""
    forget()
    calendar, now = current(), clock.now()
    total, done = sum(rows.count() for rows in (_timers(), _triggers(), _items())), 0
    moved = {"timers": 0, "starts": 0, "tasks": 0}
    busy = False
    deeds: list[tuple[str, Iterator[list[Any]], Callable[..., Changes], Callable[..., bool]]] = [
        ("timers", _chunks(_timers()), timer_changes, _move_timer),
        ("starts", _chunks(_triggers()), timer_changes, _move_trigger),
        ("tasks", _chunks(_items()), item_changes, _move_item),
    ]
    for name, chunks, changes_of, move in deeds:
        for rows in chunks:
            for row in rows:
                if not changes_of(row, calendar, now):
                    continue
                try:
                    moved[name] += move(row.pk, calendar)
                except Conflict:
                    busy = True
            done += len(rows)
            job.progress(done, max(total, done))
    if busy:
        raise Later(BUSY_PAUSE)
    return moved


def preview(calendar: Calendar) -> list[Count]:
    """How much would move if that were the calendar."""
    now = clock.now()
    return [
        _count(_("Timers of cases"), _timers(), lambda row: timer_changes(row, calendar, now)),
        _count(_("Timed starts"), _triggers(), lambda row: timer_changes(row, calendar, now)),
        _count(_("Tasks with a due time"), _items(), lambda row: item_changes(row, calendar, now)),
    ]


# What changes -------------------------------------------------------------------------------------


def timer_changes(timer: Timer | StartTrigger, calendar: Calendar, now: datetime) -> Changes:
    """The new moment of a timer whose moment has not come yet; nothing if it stays."""
    if timer.due_at is None or timer.anchor is None or timer.due_at <= now or not timer.is_working_time:
        return {}
    try:
        schedule = parse_timer(timer.form, timer.text)  # type: ignore[arg-type]
        due = Due(timer.due_at, timer.anchor, timer.round)
        moment = moment_again(schedule, due, adding(True, calendar))
    except TimerError:
        logger.warning("Timer %s could not be counted anew; it keeps its moment.", timer.pk, exc_info=True)
        return {}
    return {} if moment == timer.due_at else {"due_at": moment, "try_at": moment}


def item_changes(item: WorkItem, calendar: Calendar, now: datetime) -> Changes:
    """The new moments of a task; those that have passed stay, for people have been told of them. What is due on a
    day stays due on that day."""
    element = definition_of(item.instance.version_id).element(item.element)
    if element.due_on is not None:
        return {}
    fresh = moments_of(element.deadline, item.created_at, calendar)
    if not fresh:
        return {}
    names = ["due_at", *(level.moment for level in LEVELS)]
    before = {name: getattr(item, name) for name in names}
    after = {name: _moved(old, fresh[name], now) for name, old in before.items()}
    changes: Changes = {name: moment for name, moment in after.items() if moment != before[name]}
    alert = item.alert_at
    if changes and alert is not None and alert > now:
        untold = [
            after[level.moment]
            for level in LEVELS
            if before[level.moment] is not None and before[level.moment] >= alert
        ]
        changes["alert_at"] = min(filter(None, untold), default=None)
    return changes


def _moved(old: datetime | None, fresh: datetime | None, now: datetime) -> datetime | None:
    return fresh if old is not None and fresh is not None and old > now else old


# Moving -------------------------------------------------------------------------------------------


def _move_timer(pk: int, calendar: Calendar) -> bool:
    with step_of_timer(pk) as (step, timer):
        changes = timer_changes(timer, calendar, step.now) if timer.status == Timer.Status.OPEN else {}
        if changes:
            step.writes.update(timer, **changes)
        return bool(changes)


def _move_item(pk: int, calendar: Calendar) -> bool:
    with step_of_work_item(pk, actor=ACTOR) as step:
        changes = item_changes(step.item, calendar, step.now) if step.item.is_open else {}
        if changes:
            step.writes.update(step.item, **changes)
        return bool(changes)


def _move_trigger(pk: int, calendar: Calendar) -> bool:
    with locking.busy_is_a_conflict(), transaction.atomic():
        locking.set_patience()
        trigger = _triggers().select_for_update(no_key=True).filter(pk=pk).first()
        changes = timer_changes(trigger, calendar, clock.now()) if trigger else {}
        if trigger and changes:
            for name, moment in changes.items():
                setattr(trigger, name, moment)
            trigger.save(update_fields=list(changes))
        return bool(changes)


# Looking ------------------------------------------------------------------------------------------


def _timers() -> QuerySet[Timer]:
    return Timer.objects.filter(
        status=Timer.Status.OPEN, is_working_time=True, due_at__isnull=False
    ).order_by("pk")


def _triggers() -> QuerySet[StartTrigger]:
    return StartTrigger.objects.filter(
        status__in=StartTrigger.LIVE, kind="timer", is_working_time=True, due_at__isnull=False
    ).order_by("pk")


def _items() -> QuerySet[WorkItem]:
    return (
        WorkItem.objects.open()
        .filter(due_at__isnull=False)
        .select_related("instance")
        .defer("instance__state")
        .order_by("pk")
    )


def _chunks(rows: QuerySet[_Row]) -> Iterator[list[_Row]]:
    """All rows in parcels, without one transaction around them."""
    last = 0
    while parcel := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield parcel
        last = parcel[-1].pk


def _count(label: Any, rows: QuerySet[Any], changes_of: Callable[[Any], Changes]) -> Count:
    looked: Iterable[models.Model] = list(rows[: LOOKED_AT + 1])
    number = sum(bool(changes_of(row)) for row in looked)
    return Count(label, number, is_more=len(list(looked)) > LOOKED_AT)
