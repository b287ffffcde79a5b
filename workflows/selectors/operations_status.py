"""How the whole runs: programs, queues, failures, and what of it is trouble. For administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import redis
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count

from core import clock, presence
from core.actors import Actor
from core.jobs.health import PATIENCE
from core.permissions import MANAGE_JOBS
from workflows.models import Incident
from workflows.selectors.incidents import DEAL_WITH
from workflows.selectors.queue_figures import CALLS, Queue, queues

RED, AMBER, GREEN = "red", "amber", "green"
# Waiting that a queue makes up for by itself is amber; beyond this it is red.
LONG = timedelta(minutes=10)
DAYS_SHOWN = 14

REDIS, NOT_SEEN, LATE, FAILED, FAILURES, BREACHES = (
    "redis",
    "not_seen",
    "late",
    "failed",
    "failures",
    "breaches",
)
TROUBLES: Final = (REDIS, NOT_SEEN, LATE, BREACHES, FAILURES, FAILED)


@dataclass(frozen=True)
class Program:
    """Beat, or whoever serves a queue. ``seen``: how many seconds ago it said a word, None for not within a day."""

    name: str
    seen: float | None

    @property
    def is_running(self) -> bool:
        return self.seen is not None and self.seen <= presence.PATIENCE


@dataclass(frozen=True)
class Trouble:
    """Something to look at. What else is told depends on its code: a program, a queue, a number."""

    code: str
    level: str
    program: str = ""
    queue: Queue | None = None
    count: int = 0
    since: datetime | None = None


@dataclass(frozen=True)
class Status:
    """As it is now. ``programs`` is None while Redis, which knows them, is away."""

    at: datetime
    programs: Sequence[Program] | None
    queues: Sequence[Queue]
    failures: int
    breaches: int
    troubles: Sequence[Trouble] = field(default_factory=list)

    @property
    def level(self) -> str:
        levels = {one.level for one in self.troubles}
        return RED if RED in levels else AMBER if levels else GREEN


def may_watch(actor: Actor) -> bool:
    return actor.may(DEAL_WITH) or actor.may(MANAGE_JOBS)


def require_watching(actor: Actor) -> None:
    """Whoever deals with failures or manages background work; others are refused."""
    if not may_watch(actor):
        raise PermissionDenied(DEAL_WITH)


def operations_status(actor: Actor) -> Status:
    """Three statements and one question to Redis, whatever the size."""
    require_watching(actor)
    return current_status()


def current_status() -> Status:
    """The same for the program itself."""
    at, running, waiting = clock.now(), programs(), queues()
    counts = dict(
        Incident.objects.filter(status=Incident.Status.OPEN)
        .order_by()
        .values_list("kind")
        .annotate(found=Count("pk"))
    )
    failures, breaches = counts.get(Incident.Kind.FAILURE, 0), counts.get(Incident.Kind.BREACH, 0)
    troubles = [
        *_of_programs(running),
        *_of_queues(waiting, at),
        *([Trouble(BREACHES, RED, count=breaches)] if breaches else []),
        *([Trouble(FAILURES, AMBER, count=failures)] if failures else []),
    ]
    troubles.sort(key=lambda one: (one.level != RED, TROUBLES.index(one.code)))
    return Status(at, running, waiting, failures, breaches, troubles)


def programs() -> list[Program] | None:
    """Those without which something is never done; None if nobody knows."""
    try:
        ages = presence.seconds_since(presence.expected())
    except redis.RedisError:
        return None
    return [Program(name, age) for name, age in ages.items()]


def _of_programs(running: Sequence[Program] | None) -> list[Trouble]:
    if running is None:
        return [Trouble(REDIS, RED)]
    return [Trouble(NOT_SEEN, RED, program=one.name) for one in running if not one.is_running]


def _of_queues(waiting: Sequence[Queue], at: datetime) -> list[Trouble]:
    found = []
    for one in waiting:
        if one.oldest is not None and at - one.oldest > PATIENCE:
            level = RED if at - one.oldest > LONG else AMBER
            found.append(Trouble(LATE, level, queue=one, since=one.oldest))
        # Failed calls hold their cases, so they are told as failures.
        if one.failed and one.place != CALLS:
            found.append(Trouble(FAILED, AMBER, queue=one, count=one.failed))
    return found


# Failures by day -----------------------------------------------------------------------------------

_BY_DAY = """
SELECT (opened_at AT TIME ZONE %(zone)s)::date, count(*), 0
  FROM workflows_incident WHERE opened_at >= %(since)s GROUP BY 1
UNION ALL
SELECT (closed_at AT TIME ZONE %(zone)s)::date, 0, count(*)
  FROM workflows_incident WHERE closed_at >= %(since)s GROUP BY 1
"""


@dataclass
class Day:
    """Failures and disagreements of a day: how many came, how many were dealt with or withdrawn."""

    opened: int = 0
    closed: int = 0


def incidents_by_day() -> dict[str, Day]:
    """The last days where the company is, the oldest first, by their date (2026-12-20)."""
    today = clock.today()
    days = {str(today - timedelta(days=ago)): Day() for ago in range(DAYS_SHOWN - 1, -1, -1)}
    first = today - timedelta(days=DAYS_SHOWN - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=clock.COMPANY_ZONE)
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"zone": clock.COMPANY_ZONE.key, "since": since})
        for day, opened, closed in cursor.fetchall():
            if str(day) in days:
                days[str(day)].opened += opened
                days[str(day)].closed += closed
    return days
