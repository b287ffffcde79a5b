"""Wish for a job, in the transaction of the deed that wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core import clock
from core.jobs.registry import queue_of
from core.jobs.wake import wake_workers
from core.models import BackgroundJob, User

TASK = "core.run_job"


def enqueue(
    kind: str,
    payload: Mapping[str, Any],
    *,
    key: str,
    title: str = "",
    limited_by: str = "",
    due_at: datetime | None = None,
    created_by: User | None = None,
    once: bool = False,
) -> BackgroundJob:
    """The job, done by a worker after the commit; rolled back with the caller's transaction.

    The same key while the first is open is the same wish and gives the same row; with ``once`` also when the
    first has ended, however it did.
    """
    now = clock.now()
    wish = BackgroundJob(
        kind=kind,
        payload=dict(payload),
        key=key,
        title=title[:200],
        limited_by=limited_by,
        due_at=due_at or now,
        created_by=created_by,
        created_at=now,
    )
    with transaction.atomic():
        job = _known(key) if once else None
        job = job or _write(wish)
        if job.is_open and job.due_at <= now:
            wake(job)
    return job


def wake(job: BackgroundJob) -> None:
    """Offer it to the workers after the commit."""
    wake_workers(TASK, [job.pk], queue=queue_of(job.kind))


def _known(key: str) -> BackgroundJob | None:
    # Until the commit nobody else asks for this key: the first wish could be written and done meanwhile.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('core.jobs:' || %s, 0))", [key])
    return BackgroundJob.objects.filter(key=key).order_by("-pk").first()


def _write(wish: BackgroundJob) -> BackgroundJob:
    """The index refuses a second open row, also one that is just being written; that one is waited for."""
    open_ones = BackgroundJob.objects.filter(key=wish.key, status=BackgroundJob.Status.OPEN)
    while True:
        BackgroundJob.objects.bulk_create([wish], ignore_conflicts=True)
        # None if the other one ended between the two statements: then this wish is a new one.
        if found := open_ones.first():
            return found
