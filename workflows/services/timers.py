"""Fire what is due: never early, never twice, never lost.

The rows are the truth. Every 1.5 seconds something looks whether any is due and asks the workers for help; each of
those takes a few rows for a moment, fires each in a transaction of its own, and takes more until none is left.
So any number of beats and workers share a burst, nothing queues up behind it, and a worker that dies holds
back no more than its handful, until their moment is over and somebody else takes them.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from core import clock
from core.errors import Conflict
from core.jobs import health
from core.jobs.failures import failure_of
from workflows.engine import NotWaiting
from workflows.engine.timers import Due
from workflows.models import HistoryEvent, ProcessInstance, Timer
from workflows.services.rows import TIMER
from workflows.services.step import Step, step_of_timer
from workflows.services.triggers import fire_start
from workflows.services.wake import call_for_timers

logger = logging.getLogger(__name__)

# How many a worker takes at once, and how long nobody else takes them.
PARCEL, LEASE = 10, timedelta(seconds=5)
# How many workers one look asks for help, how long each of them goes on, and when a call for help is stale.
MOST_HELPERS, SECONDS, STALE = 8, 1.0, timedelta(seconds=2)
# When a firing is tried again: somebody works on the case; it failed; only an operator can make it possible.
BUSY_PAUSE, FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=5), timedelta(minutes=10)

_DUE_TIMERS = "SELECT id FROM workflows_timer WHERE status = 'open' AND try_at <= %(now)s"
_DUE_STARTS = (
    "SELECT id FROM workflows_starttrigger WHERE status = 'open' AND kind = 'timer' AND try_at <= %(now)s"
)
_COUNT = f"""
SELECT count(*) FROM ((SELECT 1 FROM ({_DUE_TIMERS} LIMIT %(most)s) t)
                      UNION ALL (SELECT 1 FROM ({_DUE_STARTS} LIMIT %(most)s) s)) due
"""  # noqa: S608 - our own text
# Each takes rows that no other one holds. Nobody waits until that is on the disk: after a crash of the database
# the rows are simply due.
_TAKE = """
  WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
UPDATE {table} SET try_at = %(lease)s
  FROM quick
 WHERE id IN ({due} ORDER BY try_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_TAKE_TIMERS = _TAKE.format(table="workflows_timer", due=_DUE_TIMERS)
_TAKE_STARTS = _TAKE.format(table="workflows_starttrigger", due=_DUE_STARTS)

health.watch("timers", "SELECT min(try_at) FROM workflows_timer WHERE status = 'open' AND try_at <= %(now)s")
health.watch(
    "timer starts",
    "SELECT min(try_at) FROM workflows_starttrigger"
    " WHERE status = 'open' AND kind = 'timer' AND try_at <= %(now)s",
)


# Looking ----------------------------------------------------------------------------------------


def offer_due_timers() -> int:
    """Look whether anything is due and ask as many workers for help as it is worth. How many it asked."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"now": now, "most": MOST_HELPERS * PARCEL})
        due: int = cursor.fetchone()[0]
    helpers = min(MOST_HELPERS, -(-due // PARCEL))
    # The moment says when the call becomes stale: that of the database, for the clocks of machines differ.
    call_for_timers(now, helpers=helpers)
    return helpers


def fire_due_timers(*, asked_at: datetime | None = None, seconds: float = SECONDS) -> int:
    """Fire what is due until nothing is, or the time is up. How many moments came to pass."""
    if asked_at is not None and clock.now() - asked_at > STALE:
        return 0  # so a burst leaves no queue behind; the next look asks anew if there is need
    ends, fired = time.monotonic() + seconds, 0
    while True:
        timers = _take(_TAKE_TIMERS)
        fired += sum(fire_timer(timer_id=one) for one in timers)
        # Starts are few: they are looked for when the timers become few, too, or the time is up.
        is_time_up = time.monotonic() > ends
        starts = _take(_TAKE_STARTS) if len(timers) < PARCEL or is_time_up else []
        fired += sum(fire_start(trigger_id=one) for one in starts)
        # A round that was made up for may have the next one behind it, due as well: empty hands end it.
        if not (starts or timers) or is_time_up:
            return fired


def _take(statement: str) -> list[int]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, "lease": now + LEASE, "most": PARCEL})
        return sorted(row[0] for row in cursor.fetchall())


# Firing -----------------------------------------------------------------------------------------


def fire_timer(*, timer_id: int) -> bool:
    """Let a case go on at a moment that has come. False if there was nothing to do (any more), or it did not work.

    Whatever looks for due timers may come twice or late: only an open row whose moment has passed fires. What
    fails in the case's own steps is held there as an incident; so only trouble around it comes back here, and
    is tried again for as long as it takes.
    """
    try:
        with step_of_timer(timer_id) as (step, timer):
            if not _is_possible(step, timer):
                return False
            _fire(step, timer)
    except Timer.DoesNotExist:
        return False
    except Conflict as error:
        # Somebody works on the case, or the engine says that it could go on nowhere.
        _try_again(timer_id, BUSY_PAUSE if error.code == "busy" else LONGEST_PAUSE, error)
        return False
    except NotWaiting as error:
        # The row and the state of the case disagree, which the audit reports and mends.
        logger.error("Timer %s does not wait in the state of its case.", timer_id, exc_info=True)
        _try_again(timer_id, LONGEST_PAUSE, error)
        return False
    except Exception as error:
        attempts = Timer.objects.filter(pk=timer_id).values_list("attempts", flat=True).first() or 0
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts, 10))
        logger.exception("Timer %s failed; it is tried again in %s.", timer_id, pause)
        _try_again(timer_id, pause, error)
        return False
    return True


def _is_possible(step: Step, timer: Timer) -> bool:
    if timer.status != Timer.Status.OPEN or timer.due_at is None or step.now < timer.due_at:
        return False
    if step.instance.status == ProcessInstance.Status.SUSPENDED or not step.instance.is_open:
        # It stays due. Resuming the case has it looked at at once.
        step.writes.update(timer, try_at=step.now + LONGEST_PAUSE)
        return False
    return True


def _fire(step: Step, timer: Timer) -> None:
    if timer.due_at is None:
        raise ValueError(f"Timer {timer.pk} has no moment.")
    case = step.load()
    step.settle(timer.token, TIMER)
    step.writes.update(timer, status=Timer.Status.FIRED, closed_at=step.now)
    case.fire(timer.token, due=Due(timer.due_at, timer.anchor, timer.round).state())
    fired = step.history.automatic(
        HistoryEvent.Kind.FIRED, element=timer.element, data={"due_at": timer.due_at.isoformat()}
    )
    step.history.follow(case.events, done=fired)


def _try_again(timer_id: int, pause: timedelta, error: Exception) -> None:
    failure = failure_of(error)
    rows = Timer.objects.filter(pk=timer_id, status=Timer.Status.OPEN, due_at__isnull=False)
    if isinstance(error, Conflict) and error.code == "busy":
        rows.update(try_at=clock.now() + pause)
        return
    rows.update(
        try_at=clock.now() + pause,
        attempts=F("attempts") + 1,
        error=f"{failure.type}: {failure.text}"[:2000],
    )
