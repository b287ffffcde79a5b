"""Call the outside for a case and take over what it answers: never lost, never taken twice.

A worker holds a lease on the job while it calls. It comes back with an outcome, an answer, an error that the
diagram knows or a failure, and the case takes that over in one step, if the job is still this worker's. While
the case cannot take it over, because it is suspended or somebody works on it, the outcome is kept in the job, so
that nobody calls a second time for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.actors import SystemActor
from core.errors import Conflict
from core.jobs import GiveUp, Later, LeaseLost, Policy, leases
from core.jobs.failures import Failure
from core.jobs.heartbeat import Heartbeat
from core.jobs.leases import Lease
from core.jobs.runner import run_leased
from core.readonly import writing_nothing
from workflows import registry
from workflows.engine import BpmnError, Case, OutsideError
from workflows.engine.values import Mismatch, check_json, fitting
from workflows.models import Job, ProcessInstance
from workflows.outside import Attempts, NotNow, OutsideContext, OutsideSubject
from workflows.services.host import OperationNotGrantedError, require_granted
from workflows.services.rows import JOB
from workflows.services.step import step_of_instance

logger = logging.getLogger(__name__)

# An outcome, as it is kept: {"answer": {...}}, {"error": "declined"} or {"failure": {"type": ..., "text": ...}}.
Outcome = Mapping[str, Any]

# When a job of a suspended case is looked at again; resuming the case does so at once.
SUSPENDED_PAUSE = timedelta(minutes=10)
# When a kept outcome is tried again because somebody works on the case.
BUSY_PAUSE = timedelta(seconds=1)
# For so long the outside may ask for patience; afterwards that counts as a failure.
LONGEST_PATIENCE = timedelta(days=3)

# Taking over is tried for as long as it takes: the outside has done its part.
_TAKING_OVER = Policy(retries=10**9, longest_pause=timedelta(minutes=10))
# For an operation that this worker does not know: perhaps it is of the version before.
_UNKNOWN = Policy()


def run_call(job_id: int) -> bool:
    """Call, or take over what was kept. False if there was nothing to do (any more)."""
    job = Job.objects.select_related("instance").defer("instance__state").get(pk=job_id)
    if not job.is_open:
        return False
    if job.instance.status == ProcessInstance.Status.SUSPENDED:
        wait_for_resume(job_id)
        return False
    if job.result is not None:
        return run_leased(Job, job_id, policy=_TAKING_OVER, perform=_take_over_kept)
    known = registry.operations().get(job.payload["operation"])
    if known is None or known.attempts is None:
        return run_leased(Job, job_id, policy=_UNKNOWN, perform=_refuse_unknown, on_failure=_give_up)
    policy = known.attempts.policy_for(job.payload["params"])
    return run_leased(Job, job_id, policy=policy, perform=_perform, on_failure=_give_up)


def wait_for_resume(job_id: int) -> None:
    """Leave a job alone while its case is suspended, unless a worker has it in hand."""
    now = clock.now()
    free = Q(worker="") | Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    Job.objects.filter(free, pk=job_id, status=Job.Status.OPEN).update(
        due_at=now + SUSPENDED_PAUSE, leased_until=None, worker=""
    )


# Calling ----------------------------------------------------------------------------------------


def _perform(lease: Lease[Job], heartbeat: Heartbeat) -> None:
    job = lease.job
    instance = _instance_of(job)
    if instance.status == ProcessInstance.Status.SUSPENDED:
        leases.postpone(lease, clock.now() + SUSPENDED_PAUSE)
        return
    if not instance.is_open:
        raise LeaseLost(f"The case of job {job.pk} is over.")
    known = registry.operations()[job.payload["operation"]]
    _require_granted(known, job, instance)
    take_over(lease, _call(known, lease, instance))


def _call(known: registry.Operation, lease: Lease[Job], instance: ProcessInstance) -> Outcome:
    job = lease.job
    context = _context(known.attempts, lease, instance)
    params = {
        name: fitting(value, known.signature.params[name].type)
        for name, value in job.payload["params"].items()
    }
    try:
        with writing_nothing():
            result = known.run(context, **params)
        return {"answer": check_json(dict(result or {}))}
    except BpmnError as error:
        return {"error": error.code}
    except Mismatch as mismatch:
        # It was done outside; only what it said cannot be kept. Calling again would not change that.
        raise GiveUp(
            _("It was done, but its answer cannot be stored (%(reason)s).") % {"reason": mismatch.code}
        ) from mismatch
    except Later as later:
        if clock.now() - job.created_at > LONGEST_PATIENCE:
            raise NotNow(_("For days it has been asking to come back later.")) from later
        raise


def _context(attempts: Attempts | None, lease: Lease[Job], instance: ProcessInstance) -> OutsideContext:
    if attempts is None:
        raise ValueError("Only operations outside are called by workers.")
    subject = None
    if instance.subject_id:
        subject = OutsideSubject(
            instance.subject_type, instance.subject_id, instance.subject_title, instance.business_key
        )
    return OutsideContext(
        key=lease.job.key,
        attempt=lease.attempt,
        instance_id=instance.pk,
        definition=instance.definition.key,
        element=lease.job.element,
        subject=subject,
        now=clock.now(),
        timeout=attempts.timeout.total_seconds(),
    )


def _require_granted(known: registry.Operation, job: Job, instance: ProcessInstance) -> None:
    """What was checked on publishing may have been taken back since."""
    try:
        require_granted(known.grant(job.payload["params"]), instance.definition)
    except OperationNotGrantedError as error:
        raise GiveUp(str(error)) from error


def _refuse_unknown(lease: Lease[Job], heartbeat: Heartbeat) -> None:
    raise NotNow(_("This program knows no operation “%(name)s”.") % {"name": lease.job.payload["operation"]})


def _instance_of(job: Job) -> ProcessInstance:
    rows = ProcessInstance.objects.without_state().select_related("definition")
    found: ProcessInstance = rows.get(pk=job.instance_id)
    return found


# Taking over ------------------------------------------------------------------------------------


def take_over(lease: Lease[Job], outcome: Outcome) -> None:
    """Let the case go on with what came of the call: one step, in which the job is closed.

    Raises LeaseLost, and changes nothing in the case, if the job is another worker's by now or was withdrawn.
    """
    job = lease.job
    try:
        with step_of_instance(job.instance_id, actor=_actor(job)) as step:
            # Nobody stands here who could be told of a refusal: it is held for an operator.
            step.host.hold_refusals()
            leases.require_current(Job, job.pk, lease.fence)
            step.require_running()
            case = step.load()
            step.settle(job.token, JOB)
            _close(lease, outcome, at=step.now)
            _tell(case, job.token, outcome)
            step.history.follow(case.events)
    except LeaseLost:
        _remember(lease, outcome)
        raise
    except Exception as error:
        _keep(lease, outcome, error)


def _take_over_kept(lease: Lease[Job], heartbeat: Heartbeat) -> None:
    take_over(lease, lease.job.result or {})


def _give_up(lease: Lease[Job], failure: Failure) -> None:
    take_over(lease, {"failure": {"type": failure.type, "text": failure.text}})


def _tell(case: Case, token: str, outcome: Outcome) -> None:
    if "answer" in outcome:
        case.answer(token, outcome["answer"])
    elif "error" in outcome:
        case.give_up(token, BpmnError(outcome["error"]))
    else:
        case.give_up(token, OutsideError(reason_of(_failure_in(outcome))))


def _close(lease: Lease[Job], outcome: Outcome, *, at: datetime) -> None:
    """Closed at the moment of the step that takes it over, as other rows of the case are."""
    if "failure" in outcome:
        leases.fail(lease, _failure_in(outcome), changes={"closed_at": at})
    else:
        leases.finish(lease, result=outcome, changes={"closed_at": at})


def _failure_in(outcome: Outcome) -> Failure:
    told = outcome["failure"]
    return Failure(told["type"], told["text"], is_final=True)


def reason_of(failure: Failure) -> str:
    """What operators read: a text of ours as it is, anything else by its type and place."""
    if failure.type == "GiveUp" or failure.type.startswith("refused: "):
        return failure.text
    return f"{failure.type} ({failure.text})" if failure.text else failure.type


def _keep(lease: Lease[Job], outcome: Outcome, error: Exception) -> None:
    """The case cannot take it over now: a later worker does, without calling again."""
    is_busy = isinstance(error, Conflict) and error.code in ("busy", "suspended")
    logger.log(
        logging.INFO if is_busy else logging.ERROR,
        "Case %s cannot take over the outcome of job %s now: %s",
        *(lease.job.instance_id, lease.job.pk, error),
        exc_info=None if is_busy else error,
    )
    kept = _mine(lease).update(
        result=outcome, due_at=clock.now() + _pause(lease, error), leased_until=None, worker=""
    )
    if not kept:
        _remember(lease, outcome)


def _pause(lease: Lease[Job], error: Exception) -> timedelta:
    known = {"suspended": SUSPENDED_PAUSE, "busy": BUSY_PAUSE}
    if isinstance(error, Conflict) and error.code in known:
        return known[error.code]
    return _TAKING_OVER.pause_after(lease.attempt) or SUSPENDED_PAUSE


def _remember(lease: Lease[Job], outcome: Outcome) -> None:
    """The case went another way meanwhile. What happened outside is known all the same."""
    Job.objects.filter(
        pk=lease.job.pk, fence=lease.fence, status=Job.Status.CANCELLED, result__isnull=True
    ).update(result=outcome)


def _mine(lease: Lease[Job]) -> Any:
    return Job.objects.filter(pk=lease.job.pk, fence=lease.fence, status=Job.Status.OPEN)


def _actor(job: Job) -> SystemActor:
    key = ProcessInstance.objects.values_list("definition__key", flat=True).get(pk=job.instance_id)
    return SystemActor(f"{key}:{job.element}"[:120])
