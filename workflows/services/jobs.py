"""What workers do for cases after the commit: go on with automatic steps that were cut, and call the outside.

Jobs are rows; the broker carries ids. Whatever was not offered, or whose worker died, the sweeper offers again.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from core import clock
from core.actors import SystemActor
from core.errors import Conflict
from core.jobs import health, leases
from workflows.models import Job
from workflows.services.calls import run_call, wait_for_resume
from workflows.services.rows import CONTINUATION
from workflows.services.step import Step, step_of_instance
from workflows.services.wake import wake_callers, wake_workers

logger = logging.getLogger(__name__)

# How long a job is left alone once it was offered to the workers.
LEASE = leases.OFFERED_FOR
LONGEST_PAUSE = timedelta(minutes=10)

health.watch(
    "jobs of cases",
    "SELECT min(due_at) FROM workflows_job WHERE status = 'open' AND due_at <= %(now)s "
    "AND (worker = '' OR leased_until IS NULL OR leased_until <= %(now)s)",
)


def run_job(*, job_id: int) -> bool:
    """Do a job of a case. False if there was nothing to do (any more): a job may be offered twice."""
    found = Job.objects.filter(pk=job_id).values_list("kind", "instance").first()
    if found is None:
        return False
    kind, instance_id = found
    if kind == Job.OPERATION:
        return run_call(job_id)
    try:
        return _continue(job_id, instance_id)
    except Conflict as error:
        # Locked by somebody: the sweeper comes back. Suspended: whoever resumes it sees to it.
        if error.code == "suspended":
            wait_for_resume(job_id)
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
        step.host.hold_refusals()
        case = step.load()
        job.status, job.closed_at, job.leased_until = Job.Status.DONE, step.now, None
        job.save(update_fields=["status", "closed_at", "leased_until"])
        step.settle(job.token, CONTINUATION)
        case.continue_()
        step.history.follow(case.events)
    return True


def sweep_jobs() -> int:
    """Offer what is due to the workers, and how many that were; losing the broker loses nothing."""
    with transaction.atomic():
        due = leases.offer_due(Job)
        wake_workers([job_id for job_id, kind in due if kind == Job.CONTINUATION])
        wake_callers([job_id for job_id, kind in due if kind == Job.OPERATION])
    return len(due)


def offer_resumed(step: Step) -> None:
    """A case goes on: what its jobs could not do meanwhile is due now."""
    waiting = Job.objects.filter(instance=step.instance.pk, status=Job.Status.OPEN)
    waiting.filter(due_at__gt=step.now).update(due_at=step.now)
    jobs = list(waiting.values_list("pk", "kind"))
    wake_workers([job_id for job_id, kind in jobs if kind == Job.CONTINUATION])
    wake_callers([job_id for job_id, kind in jobs if kind == Job.OPERATION])


def _postpone(job_id: int) -> None:
    """A pause that doubles with each failure."""
    attempts = Job.objects.values_list("attempts", flat=True).get(pk=job_id)
    pause = min(LONGEST_PAUSE, timedelta(seconds=5) * 2 ** min(attempts, 10))
    Job.objects.filter(pk=job_id, status=Job.Status.OPEN).update(
        attempts=F("attempts") + 1, due_at=clock.now() + pause, leased_until=None
    )
    logger.exception("Job %s failed; it is tried again in %s.", job_id, pause)
