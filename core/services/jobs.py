"""What people do with background work: try again what failed, withdraw what is not wanted any more."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import Conflict
from core.jobs.queue import wake
from core.models import BackgroundJob, JobFile
from core.permissions import MANAGE_JOBS
from core.rights import require

Status = BackgroundJob.Status


@transaction.atomic
def retry_job(*, job_id: int, actor: Actor) -> BackgroundJob:
    """Open a failed job again, with its key: for the outside it is the same wish as before."""
    require(actor, MANAGE_JOBS)
    job = BackgroundJob.objects.select_for_update(no_key=True).get(pk=job_id)
    if job.status != Status.FAILED:
        raise Conflict(_("This has not failed (any more)."), code="job_not_failed")
    if BackgroundJob.objects.filter(key=job.key, status=Status.OPEN).exists():
        raise Conflict(_("The same is being done already by a newer job."), code="job_open_already")
    before = {"status": job.status, "attempts": job.attempts}
    job.status, job.closed_at, job.due_at = Status.OPEN, None, clock.now()
    job.attempts, job.worker = 0, ""
    job.save(update_fields=["status", "closed_at", "due_at", "attempts", "worker"])
    audit.record(actor, "core.retry_job", job, before=before, after={"status": job.status})
    wake(job)
    return job


@transaction.atomic
def withdraw_job(*, job_id: int, actor: Actor) -> BackgroundJob:
    """Close an open job. A worker that is at it hears so at its next sign of life, and its result is refused."""
    job = BackgroundJob.objects.visible_to(actor).select_for_update(no_key=True, of=("self",)).get(pk=job_id)
    if not may_withdraw(job, actor):
        raise PermissionDenied(MANAGE_JOBS)
    if not job.is_open:
        raise Conflict(_("This has ended already."), code="job_ended")
    job.status, job.closed_at, job.leased_until = Status.CANCELLED, clock.now(), None
    job.save(update_fields=["status", "closed_at", "leased_until"])
    audit.record(
        actor, "core.withdraw_job", job, before={"status": Status.OPEN}, after={"status": job.status}
    )
    return job


def may_withdraw(job: BackgroundJob, actor: Actor) -> bool:
    """Their own work by everybody, anything by whoever manages jobs."""
    return job.created_by_id == actor.pk or actor.may(MANAGE_JOBS)


def file_of(*, job_id: int, actor: Actor) -> JobFile:
    """The file that a job made: only for the person who asked, whatever others may see of the job."""
    return JobFile.objects.get(job=job_id, job__created_by=actor.pk, kept_until__gt=clock.now())
