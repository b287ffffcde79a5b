"""What waits in the background: how many, since when, how fast it goes, what fails. Three statements, whatever the size.

Open rows have partial indexes; of what ended only the last hour is read, by a block index on its moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from core import clock
from core.webhooks.sending import KIND as WEBHOOK
from workflows.services.timers import LONGEST_PAUSE

CONTINUATIONS, CALLS, TIMERS, MESSAGES = "continuations", "calls", "timers", "messages"
WEBHOOKS, BACKGROUND = "webhooks", "background"
# In which order they are told; BACKGROUND once for each kind of job.
PLACES = (CONTINUATIONS, CALLS, TIMERS, MESSAGES, WEBHOOKS, BACKGROUND)
RATE_OVER = timedelta(hours=1)
HOURS_AHEAD = 24


@dataclass(frozen=True)
class Queue:
    """One kind of work. ``kind`` names the job of BACKGROUND, and is empty elsewhere.

    ``oldest``: since when the longest waiting of what is due waits for somebody to take it. ``failing``: failed
    and tried again by itself; ``failed``: given up and not dealt with yet, of messages and webhooks those of the
    last hour. Of timers (and starts by timers) only those count as waiting whose moment has passed.
    """

    place: str
    kind: str = ""
    waiting: int = 0
    due: int = 0
    oldest: datetime | None = None
    failing: int = 0
    failed: int = 0
    done_last_hour: int = 0
    next_at: datetime | None = None


# place, kind, waiting, due, oldest, failing, next
_OPEN = """
SELECT CASE kind WHEN 'operation' THEN 'calls' ELSE 'continuations' END, '', count(*),
       count(*) FILTER (WHERE due_at <= %(now)s),
       min(due_at) FILTER (WHERE due_at <= %(now)s AND {free}),
       count(*) FILTER (WHERE error_type <> '' OR attempts > (kind = 'operation')::int),
       min(due_at) FILTER (WHERE due_at > %(now)s)
  FROM workflows_job WHERE status = 'open' GROUP BY kind
UNION ALL
SELECT 'timers', '', count(*),
       count(*) FILTER (WHERE try_at <= %(now)s),
       min(try_at) FILTER (WHERE try_at <= %(now)s),
       count(*) FILTER (WHERE error <> ''),
       (SELECT min(due_at) FROM workflows_timer
         WHERE status = 'open' AND try_at > %(now)s AND due_at > %(now)s AND try_at <= %(day)s)
  FROM (SELECT try_at, error FROM workflows_timer
         WHERE status = 'open' AND try_at <= %(tried)s AND due_at <= %(now)s
        UNION ALL
        SELECT try_at, error FROM workflows_starttrigger
         WHERE status = 'open' AND kind = 'timer' AND try_at <= %(tried)s AND due_at <= %(now)s) moments
UNION ALL
SELECT 'messages', '', count(*),
       count(*) FILTER (WHERE try_at <= %(now)s),
       min(try_at) FILTER (WHERE try_at <= %(now)s),
       count(*) FILTER (WHERE error <> ''),
       min(try_at) FILTER (WHERE try_at > %(now)s)
  FROM workflows_delivery WHERE status = 'open'
UNION ALL
SELECT 'webhooks', '', count(*),
       count(*) FILTER (WHERE next_try_at <= %(now)s),
       (SELECT min(due_at) FROM core_backgroundjob
         WHERE status = 'open' AND kind = %(webhook)s AND due_at <= %(now)s AND {free}),
       count(*) FILTER (WHERE tries > 0),
       min(next_try_at) FILTER (WHERE next_try_at > %(now)s)
  FROM core_webhookdelivery WHERE status = 'pending'
UNION ALL
SELECT 'background', kind, count(*),
       count(*) FILTER (WHERE due_at <= %(now)s),
       min(due_at) FILTER (WHERE due_at <= %(now)s AND {free}),
       count(*) FILTER (WHERE error_type <> ''),
       min(due_at) FILTER (WHERE due_at > %(now)s)
  FROM core_backgroundjob WHERE status = 'open' AND kind <> %(webhook)s GROUP BY kind
""".format(free="(worker = '' OR leased_until IS NULL OR leased_until <= %(now)s)")  # noqa: S608 - our own text

# place, kind, done within the hour, failed
_ENDED = """
SELECT CASE kind WHEN 'operation' THEN 'calls' ELSE 'continuations' END, '', count(*), 0
  FROM workflows_job WHERE closed_at > %(since)s AND status = 'done' GROUP BY kind
UNION ALL
SELECT 'calls', '', 0, count(*) FROM workflows_incident incident
 WHERE incident.status = 'open' AND EXISTS (
       SELECT 1 FROM workflows_job job WHERE job.instance_id = incident.instance_id
          AND job.token = incident.token AND job.status = 'failed' AND job.kind = 'operation')
UNION ALL
SELECT 'timers', '', count(*), 0 FROM workflows_timer WHERE closed_at > %(since)s AND status = 'fired'
UNION ALL
SELECT 'messages', '', count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE status = 'refused')
  FROM workflows_delivery WHERE closed_at > %(since)s
UNION ALL
SELECT 'webhooks', '', count(*) FILTER (WHERE status = 'delivered'), count(*) FILTER (WHERE status = 'failed')
  FROM core_webhookdelivery WHERE closed_at > %(since)s
UNION ALL
SELECT 'background', kind, count(*), 0 FROM core_backgroundjob
 WHERE closed_at > %(since)s AND status = 'done' AND kind <> %(webhook)s GROUP BY kind
UNION ALL
SELECT 'background', kind, 0, count(*) FROM core_backgroundjob
 WHERE status = 'failed' AND kind <> %(webhook)s GROUP BY kind
"""

_HOURS = """
SELECT floor(extract(epoch FROM due_at - %(now)s) / 3600)::int, count(*)
  FROM workflows_timer
 WHERE status = 'open' AND try_at > %(now)s AND try_at <= %(day)s AND due_at > %(now)s GROUP BY 1
"""


def queues() -> list[Queue]:
    """Each kind of work, also that of which there is none; kinds of jobs only where there is something to say."""
    now = clock.now()
    values = {
        "now": now,
        "since": now - RATE_OVER,
        "tried": now + LONGEST_PAUSE,
        "day": now + timedelta(hours=HOURS_AHEAD),
        "webhook": WEBHOOK,
    }
    found: dict[tuple[str, str], dict[str, Any]] = {
        (place, ""): {} for place in PLACES if place != BACKGROUND
    }
    for place, kind, waiting, due, oldest, failing, next_at in _rows(_OPEN, values):
        found.setdefault((place, kind), {}).update(
            waiting=waiting, due=due, oldest=oldest, failing=failing, next_at=next_at
        )
    for place, kind, done, failed in _rows(_ENDED, values):
        one = found.setdefault((place, kind), {})
        one["done_last_hour"] = one.get("done_last_hour", 0) + done
        one["failed"] = one.get("failed", 0) + failed
    if not any(place == BACKGROUND for place, _kind in found):
        found[BACKGROUND, ""] = {}
    order = sorted(found, key=lambda key: (PLACES.index(key[0]), key[1]))
    return [Queue(place, kind, **found[place, kind]) for place, kind in order]


def timers_by_hour() -> list[int]:
    """How many timers are due in each of the coming hours, the first from now on."""
    now = clock.now()
    counts = dict(_rows(_HOURS, {"now": now, "day": now + timedelta(hours=HOURS_AHEAD)}))
    return [counts.get(hour, 0) for hour in range(HOURS_AHEAD)]


def _rows(statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
