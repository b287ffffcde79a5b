"""Go on with cases whose automatic steps were cut: run by workers, offered again by the sweeper."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import connection
from django.db.models import F

from core import clock
from core.actors import SystemActor
from core.errors import Conflict
from workflows.models import Job
from workflows.services.rows import CONTINUATION
from workflows.services.step import step_of_instance
from workflows.services.wake import wake_workers

logger = logging.getLogger(__name__)

# How long a job is left alone once it was offered to the workers.
LEASE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=10)
OFFERED_AT_ONCE = 500

# Several sweepers may run: each takes rows that no other one holds.
_TAKE_DUE = """
   UPDATE workflows_job SET due_at = %(next)s
    WHERE id IN (SELECT id FROM workflows_job
                  WHERE status = 'open' AND due_at <= %(now)s
                  ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def run_job(*, job_id: int) -> bool:
    """Continue a case. False if there was nothing to do (any more): a job may be offered twice."""
    instance_id = Job.objects.filter(pk=job_id).values_list("instance", flat=True).first()
    if instance_id is None:
        return False
    try:
        return _continue(job_id, instance_id)
    except Conflict:
        # Suspended, or locked by somebody: the sweeper comes back.
        return False
    except Exception:
        _postpone(job_id)
        raise


def _continue(job_id: int, instance_id: int) -> bool:
    actor = SystemActor("workflows.run_job")
    with step_of_instance(instance_id, actor=actor) as step:
        job = Job.objects.get(pk=job_id)
        if job.status != Job.Status.OPEN:
            return False
        step.require_running()
        case = step.load()
        job.status, job.closed_at = Job.Status.DONE, step.now
        job.save(update_fields=["status", "closed_at"])
        step.settle(job.token, CONTINUATION)
        case.continue_()
        step.history.follow(case.events)
    return True


def sweep_jobs() -> int:
    """Offer what is due to the workers, and how many that were; losing the broker loses nothing."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_DUE, {"now": now, "next": now + LEASE, "most": OFFERED_AT_ONCE})
        taken = [row[0] for row in cursor.fetchall()]
    wake_workers(taken)
    return len(taken)


def _postpone(job_id: int) -> None:
    """A pause that doubles with each failure."""
    attempts = Job.objects.values_list("attempts", flat=True).get(pk=job_id)
    pause = min(LONGEST_PAUSE, timedelta(seconds=5) * 2 ** min(attempts, 10))
    Job.objects.filter(pk=job_id, status=Job.Status.OPEN).update(
        attempts=F("attempts") + 1, due_at=clock.now() + pause
    )
    logger.exception("Job %s failed; it is tried again in %s.", job_id, pause)
