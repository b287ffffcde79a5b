"""Take a job for a while, and come back with an answer only while it is still yours.

For any table of jobs. Each statement here checks the fence in its WHERE: a worker that was thought dead and
comes back late changes nothing and hears LeaseLost. A row is *taken* while ``worker`` is named and
``leased_until`` is ahead; with no worker named, ``leased_until`` says how long the sweeper leaves it alone
after it was offered.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from core import clock
from core.jobs.failures import Failure, LeaseLost
from core.models import AbstractJob

_Job = TypeVar("_Job", bound=AbstractJob)

LEASE = timedelta(seconds=60)
# How long the sweeper leaves alone what it has offered: a lost message costs this much.
OFFERED_FOR = timedelta(seconds=30)
OFFERED_AT_ONCE = 500

_TAKE = """
   UPDATE {table}
      SET fence = fence + 1, attempts = attempts + 1, leased_until = %(until)s, worker = %(worker)s
    WHERE id = %(id)s AND status = 'open' AND due_at <= %(now)s
      AND (worker = '' OR leased_until IS NULL OR leased_until <= %(now)s)
RETURNING *
"""
# Several sweepers may run: each takes rows that no other one holds.
_OFFER = """
   UPDATE {table} SET leased_until = %(until)s, worker = ''
    WHERE id IN (SELECT id FROM {table}
                  WHERE status = 'open' AND due_at <= %(now)s
                    AND (leased_until IS NULL OR leased_until <= %(now)s)
                  ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, kind
"""


@dataclass(frozen=True)
class Lease(Generic[_Job]):
    """A job in the hands of one worker. ``job`` is the row as it was when it was taken."""

    job: _Job
    duration: timedelta

    @property
    def model(self) -> type[_Job]:
        return type(self.job)

    @property
    def fence(self) -> int:
        return self.job.fence

    @property
    def attempt(self) -> int:
        """1 for the first; a worker that died has used up one."""
        return self.job.attempts


def this_worker() -> str:
    """This process, for people who look for it."""
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def take(
    model: type[_Job], job_id: int, worker: str | None = None, *, lease: timedelta = LEASE
) -> Lease[_Job] | None:
    """The job, now this worker's; None if it is not due, not open or somebody else's.

    Call it outside a transaction: others must see at once that it is taken.
    """
    now = clock.now()
    values = {"id": job_id, "now": now, "until": now + lease, "worker": worker or this_worker()}
    taken = list(model._default_manager.raw(_TAKE.format(table=model._meta.db_table), values))
    return Lease(taken[0], lease) if taken else None


def prolong(lease: Lease[Any], changes: Mapping[str, Any] | None = None) -> bool:
    """One beat of the heart, with what else is to be written (progress). False: the job is lost.

    A transaction of our own that holds the row (it is just finishing the job) is not waited for.
    """
    mine = _mine(lease)
    free = lease.model._default_manager.filter(pk=lease.job.pk).select_for_update(skip_locked=True)
    with transaction.atomic():
        beaten = mine.filter(pk__in=free.values("pk")).update(
            leased_until=clock.now() + lease.duration, worker=lease.job.worker, **(changes or {})
        )
    # A row that cannot be seen from here is still in its writer's transaction: nobody else has it.
    return bool(beaten) or mine.exists() or not lease.model._default_manager.filter(pk=lease.job.pk).exists()


def finish(
    lease: Lease[Any], *, result: Mapping[str, Any] | None = None, changes: Mapping[str, Any] | None = None
) -> None:
    """Done. Within a transaction, all of it counts together with this or not at all."""
    _close(lease, AbstractJob.Status.DONE, result=result, error_type="", error="", **(changes or {}))


def fail(lease: Lease[Any], failure: Failure, *, changes: Mapping[str, Any] | None = None) -> None:
    """Given up: a person has to look at it."""
    told = {"error_type": failure.type[:200], "error": failure.text}
    _close(lease, AbstractJob.Status.FAILED, **told, **(changes or {}))


def postpone(lease: Lease[Any], until: datetime, *, failure: Failure | None = None) -> None:
    """Open again, and due then. Without a failure it counts as no attempt."""
    changes: dict[str, Any] = {}
    if failure is None:
        changes["attempts"] = Greatest(F("attempts") - 1, 0)
    else:
        changes |= {"error_type": failure.type[:200], "error": failure.text}
    _change(lease, due_at=until, leased_until=None, worker="", **changes)


def require_current(model: type[_Job], job_id: int, fence: int) -> _Job:
    """The row, locked in the caller's transaction, if this fence is still the newest; else LeaseLost."""
    job = (
        model._default_manager.select_for_update(no_key=True, of=("self",))
        .filter(pk=job_id, fence=fence, status=AbstractJob.Status.OPEN)
        .first()
    )
    if job is None:
        raise LeaseLost(f"{model._meta.label} {job_id} is no longer held with fence {fence}.")
    return job


def offer_due(model: type[AbstractJob], limit: int = OFFERED_AT_ONCE) -> list[tuple[int, str]]:
    """What is due and in nobody's hands, as (id, kind), marked as offered."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _OFFER.format(table=model._meta.db_table),
            {"now": now, "until": now + OFFERED_FOR, "most": limit},
        )
        return list(cursor.fetchall())


def _mine(lease: Lease[Any]) -> models.QuerySet[Any]:
    rows: models.QuerySet[Any] = lease.model._default_manager.all()
    return rows.filter(pk=lease.job.pk, fence=lease.fence, status=AbstractJob.Status.OPEN)


def _close(lease: Lease[Any], status: str, **changes: Any) -> None:
    _change(lease, **{"status": status, "closed_at": clock.now(), "leased_until": None, **changes})


def _change(lease: Lease[Any], **changes: Any) -> None:
    if not _mine(lease).update(**changes):
        raise LeaseLost(
            f"{lease.model._meta.label} {lease.job.pk} is no longer held with fence {lease.fence}."
        )
