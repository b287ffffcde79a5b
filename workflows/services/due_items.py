"""Work items whose moment has come, dealt with one by one by however many beats ask at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connection, transaction

from core import clock
from core.actors import SystemActor
from workflows.services.step import Step, step_of_work_item

logger = logging.getLogger(__name__)

# Each is a transaction of its own; what is left comes with the next beat.
AT_ONCE = 1000
# The next item whose moment has come, its case locked. Whatever somebody else holds, such as another beat, is
# passed over; so is a suspended case: nobody can work on it. The item itself may be older than the lock.
_TAKE_NEXT = """
SELECT w.id, w.{moment}
  FROM workflows_workitem w
  JOIN workflows_processinstance i ON i.id = w.instance_id
 WHERE w.status = 'open' AND w.{moment} <= %(now)s AND (w.{moment}, w.id) > (%(at)s, %(id)s)
   AND i.status IN ('active', 'waiting_incident')
 ORDER BY w.{moment}, w.id
 LIMIT 1
   FOR NO KEY UPDATE OF i SKIP LOCKED
"""

Place = tuple[datetime, int]  # in the order in which items are dealt with
Deal = Callable[[Step, datetime], bool]
_FIRST: Place = (datetime(1970, 1, 1, tzinfo=UTC), 0)


def each_due(moment: str, deal: Deal, *, actor: SystemActor, trouble: str) -> int:
    """Deal with every open item whose ``moment`` (a column) has come; says for how many ``deal`` did something.

    ``trouble`` is logged with the item's number where one fails; it is tried again with the next beat.
    """
    after, done = _FIRST, 0
    for _number in range(AT_ONCE):
        place, was_done = _next(after, moment, deal, actor, trouble)
        if place is None:
            break
        after, done = place, done + was_done
    return done


def take_next(moment: str) -> str:
    """The statement that locks the next item and its case."""
    return _TAKE_NEXT.format(moment=moment)


def _next(
    after: Place, moment: str, deal: Deal, actor: SystemActor, trouble: str
) -> tuple[Place | None, bool]:
    """Deal with the item behind a place, in a transaction of its own: (its place, whether anything was done)."""
    now = clock.now()
    place: Place | None = None
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(take_next(moment), {"now": now, "at": after[0], "id": after[1]})
                row = cursor.fetchone()
            if row is None:
                return None, False
            place = (row[1], row[0])
            with step_of_work_item(row[0], actor=actor) as step:
                return place, deal(step, now)
    except Exception:
        if place is None:
            raise
        # One that fails must not keep the others waiting.
        logger.exception(trouble, place[1])
        return place, False
