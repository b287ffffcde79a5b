"""Make the rows of what an ended case has waited for besides people into one value of its row.

Timers, jobs and subscriptions of a case that is over are asked by nobody but those who look back: figures that are
counted anew, a case as it was, its file. Those need where it waited, for what kind of thing and how long: that is kept
(``ProcessInstance.waited``). Everything else about a case stays as it is.

What could be asked for yet does not go: an answer that came too late for its case (a withdrawn call with a result), and
the places of deliveries, which the list of messages shows until it forgets them. Deliveries themselves stay: they go with
their messages, and say which case began which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from core import clock
from workflows.services.batches import Done, in_batches, take

_CANDIDATES = """
SELECT i.id, i.ended_at FROM workflows_processinstance i
 WHERE i.ended_at IS NOT NULL AND i.compacted_at IS NULL AND i.ended_at < %(before)s
   AND (i.ended_at, i.id) > (%(ended)s, %(id)s)
 ORDER BY i.ended_at, i.id LIMIT %(most)s
"""
_LOGGED = """
SELECT DISTINCT s.instance_id FROM workflows_delivery d JOIN workflows_subscription s ON s.id = d.subscription_id
 WHERE s.instance_id = ANY(%(ids)s)
"""
_OTHERS = "SELECT id FROM workflows_processinstance WHERE id = ANY(%(ids)s) AND compacted_at IS NOT NULL"
# One statement: nobody sees a case without both its rows and what they have become.
_COMPACT = """
WITH timers AS (
    DELETE FROM workflows_timer WHERE instance_id = ANY(%(ids)s) AND status <> 'open'
    RETURNING instance_id, 'timer' AS kind, element, status, created_at, closed_at
), jobs AS (
    DELETE FROM workflows_job
     WHERE instance_id = ANY(%(ids)s) AND status <> 'open' AND NOT (status = 'cancelled' AND result IS NOT NULL)
    RETURNING instance_id, kind, element, status, created_at, closed_at
), places AS (
    DELETE FROM workflows_subscription WHERE instance_id = ANY(%(ids)s) AND status <> 'open'
    RETURNING instance_id, kind, element, status, created_at, closed_at
), waits AS (
    SELECT * FROM timers UNION ALL SELECT * FROM jobs UNION ALL SELECT * FROM places
), each_case AS (
    SELECT instance_id, string_agg(concat_ws(E'\\t', kind, element, status,
                                             (extract(epoch FROM created_at) * 1000000)::bigint,
                                             (extract(epoch FROM closed_at - created_at) * 1000000)::bigint),
                                   E'\\n' ORDER BY created_at, closed_at, kind, element) AS waited
      FROM waits GROUP BY 1
)
UPDATE workflows_processinstance i
   SET compacted_at = %(now)s, waited = coalesce(each_case.waited, '')
  FROM unnest(%(ids)s::bigint[]) AS asked (id) LEFT JOIN each_case ON each_case.instance_id = asked.id
 WHERE i.id = asked.id
"""
# A look ahead counts so many cases at most.
_COUNT = """
SELECT count(*) FROM (SELECT FROM workflows_processinstance i
                       WHERE i.ended_at IS NOT NULL AND i.compacted_at IS NULL AND i.ended_at < %(before)s
                       LIMIT %(most)s) candidates
"""
MOST_COUNTED = 100_000


def compact(
    before: datetime,
    *,
    after_each: Callable[[Done], None] = lambda done: None,
    go_on: Callable[[], bool] = lambda: True,
) -> Done:
    """Compact the cases that ended before a moment, the oldest first; ``after_each`` may raise to end it between two
    batches."""
    done = Done()
    for cases, stay in in_batches(_CANDIDATES, {"before": before}, _compact, go_on):
        done.add(cases, stay)
        after_each(done)
    return done


def candidates(before: datetime) -> int:
    """How many cases that ended before a moment are not compacted; ``MOST_COUNTED`` stands for more."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"before": before, "most": MOST_COUNTED})
        return int(cursor.fetchone()[0])


def _compact(ids: Sequence[int]) -> tuple[list[int], dict[int, str]]:
    """Those of some cases that nothing holds back; (which those are, which stay and why). In a transaction."""
    taken, stay = take(ids)
    values: dict[str, Any] = {"ids": taken, "now": clock.now()}
    with connection.cursor() as cursor:
        # Since it was found, another run may have done it.
        cursor.execute(_OTHERS, values)
        done = {pk for (pk,) in cursor.fetchall()}
        cursor.execute(_LOGGED, values)
        logged = {pk for (pk,) in cursor.fetchall()}
        values["ids"] = [pk for pk in taken if pk not in done | logged]
        cursor.execute(_COMPACT, values)
    return values["ids"], stay | dict.fromkeys(logged - done, "logged")
