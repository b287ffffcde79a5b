"""Run one job from any table of jobs: take it, keep it alive, and say how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation

from core import clock
from core.acting import acting_as
from core.actors import SystemActor
from core.jobs import leases, rates
from core.jobs.failures import Failure, Later, LeaseLost, failure_of
from core.jobs.heartbeat import Heartbeat
from core.jobs.leases import Lease
from core.jobs.queue import TASK
from core.jobs.registry import Handler, JobRun, Policy, handler_of, queue_of
from core.jobs.wake import wake_workers
from core.log_context import log_context
from core.models import AbstractJob, BackgroundJob, JobFile
from core.tracing import span

logger = logging.getLogger(__name__)

# Whoever asks us to come back later than this is asked again all the same.
LONGEST_WISH = timedelta(days=1)
_Job = TypeVar("_Job", bound=AbstractJob)
# Takes the lease and its heartbeat; does the work and ends the job (leases.finish, or in a step of its own).
Perform = Callable[[Lease[_Job], Heartbeat], None]
# Called once when no further attempt will be made.
OnFailure = Callable[[Lease[_Job], Failure], None]


def run_leased(
    model: type[_Job],
    job_id: int,
    *,
    policy: Policy,
    perform: Perform[_Job],
    on_failure: OnFailure[_Job] = leases.fail,
) -> bool:
    """Take the job and do it. False if it was not ours to do; a failure is written down, not raised."""
    lease = leases.take(model, job_id, lease=policy.lease)
    if lease is None:
        return False
    about = f"{model._meta.label}:{job_id}"
    with log_context(job=about), span("job", job=about, attempt=lease.attempt):
        try:
            return _run(lease, policy, perform, on_failure)
        except LeaseLost as lost:
            logger.warning("A late result was refused: %s", lost)
            return False


def _run(lease: Lease[_Job], policy: Policy, perform: Perform[_Job], on_failure: OnFailure[_Job]) -> bool:
    if lease.attempt > policy.retries + 1:
        # Its workers died one after the other: an attempt that ends itself is counted below.
        on_failure(lease, Failure("WorkerLost", "Each worker that took it ended before it was done."))
        return True
    job = lease.job
    if policy.rate:
        has_waited = job.due_at > job.created_at
        moment = rates.take_turn(job.limited_by or job.kind, policy.rate, has_waited=has_waited)
        if moment:
            leases.postpone(lease, moment)
            return False
    try:
        with Heartbeat(lease, policy.longest) as heartbeat:
            perform(lease, heartbeat)
    except LeaseLost:
        raise
    except Later as later:
        leases.postpone(lease, clock.now() + min(max(timedelta(seconds=1), later.pause), LONGEST_WISH))
    except Exception as error:
        _failed(lease, policy, error, on_failure)
    return True


def _failed(lease: Lease[Any], policy: Policy, error: Exception, on_failure: OnFailure[Any]) -> None:
    failure = failure_of(error)
    pause = None if failure.is_final else policy.pause_after(lease.attempt)
    label, pk = lease.model._meta.label, lease.job.pk
    if pause is None:
        logger.error(
            "%s %s (%s) failed: %s",
            label,
            pk,
            lease.job.kind,
            failure.type,
            exc_info=None if failure.is_final else error,
        )
        on_failure(lease, failure)
    else:
        logger.warning(
            "%s %s (%s) failed for the %s. time: %s", label, pk, lease.job.kind, lease.attempt, failure.type
        )
        leases.postpone(lease, clock.now() + pause, failure=failure)


_UNKNOWN = Handler("", lambda job: None, Policy(), None, "", atomic=False)


def run_background_job(job_id: int) -> bool:
    """A job of the ground, by the handler of its kind, in the language of whoever asked for it."""
    kind = BackgroundJob.objects.filter(pk=job_id).values_list("kind", flat=True).first()
    if kind is None:
        return False
    known = handler_of(kind)

    def perform(lease: Lease[BackgroundJob], heartbeat: Heartbeat) -> None:
        if known is None:
            # Perhaps a worker of the version before; the next attempt may meet a newer one.
            raise LookupError(kind)
        run = JobRun(lease, heartbeat)
        person = lease.job.created_by
        language = translation.override(person.language) if person and person.language else nullcontext()
        actor = person or SystemActor(f"job:{kind}")
        with language, acting_as(actor), transaction.atomic() if known.atomic else nullcontext():
            result = known.run(run)
            with transaction.atomic():
                leases.finish(lease, result=result, changes=run.changes)
                if run.file:
                    run.file.save(force_insert=True)

    return run_leased(BackgroundJob, job_id, policy=(known or _UNKNOWN).policy, perform=perform)


def remove_old_files() -> int:
    """Files that nobody will fetch any more, and how many those were."""
    removed, _by_model = JobFile.objects.filter(kept_until__lt=clock.now()).delete()
    return removed


def sweep_background_jobs() -> int:
    """Offer what is due to the workers, and how many that were; losing the broker loses nothing."""
    with transaction.atomic():
        due = leases.offer_due(BackgroundJob)
        by_queue: dict[str | None, list[int]] = {}
        for job_id, kind in due:
            by_queue.setdefault(queue_of(kind), []).append(job_id)
        for queue, job_ids in by_queue.items():
            wake_workers(TASK, job_ids, queue=queue)
    return len(due)
