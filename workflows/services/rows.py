"""After the engine has moved: write the marking, and make the open rows agree with what now waits.

The invariant (``audit`` proves it): every token that waits for the outside owns exactly one open row, a work
item, a timer, a subscription, a job or an incident; all that is left over for a later transaction owns one
job. What waited before the step had its rows; so only the difference is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from core.errors import Conflict
from workflows import registry
from workflows.models import Incident, Job, ProcessInstance, Subscription, Timer, WorkItem
from workflows.services.announcing import announce_step
from workflows.services.arming import open_subscriptions, open_timers
from workflows.services.data_changes import note_changes
from workflows.services.history import describe_parts
from workflows.services.opening import open_work_items
from workflows.services.posting import look_for_kept, post_thrown
from workflows.services.wake import wake_callers, wake_workers

if TYPE_CHECKING:
    from workflows.engine import Element, Waiting
    from workflows.services.step import Step

Status = ProcessInstance.Status
WORK_ITEM, INCIDENT, CONTINUATION, JOB = "work_item", "incident", "continuation", "job"
TIMER, MESSAGE, SIGNAL, CONDITION = "timer", "message", "signal", "condition"
# What waits for the outside, and the model of its row. What only the case itself moves, a join, an activity
# whose inside runs, an event that catches errors, has none.
MODELS: dict[str, type[models.Model]] = {
    WORK_ITEM: WorkItem,
    INCIDENT: Incident,
    CONTINUATION: Job,
    JOB: Job,
    TIMER: Timer,
    MESSAGE: Subscription,
    SIGNAL: Subscription,
    CONDITION: Subscription,
}

Place = tuple[str, str]  # a token and the kind of its waiting
# Under this name the application keeps words of its own in the engine's state: which step wrote it ("revision"),
# the last event then ("event"), since when its timers wait ("since", by token).
STAMP = "row"


def places(waiting: Iterable[Waiting]) -> dict[Place, Waiting]:
    """What waits for the outside, by its token and kind.

    Steps left over go on together, so the first of them stands for all: two hundred branches need one job.
    """
    found: dict[Place, Waiting] = {(one.token, one.kind): one for one in waiting if one.kind in MODELS}
    for place in [place for place in found if place[1] == CONTINUATION][1:]:
        del found[place]
    return found


def fingerprint(waited: Iterable[Place]) -> int:
    """Places as one number, whatever their order; the audit makes the same of the open rows."""
    found = 0
    for token, kind in waited:
        found ^= int(hashlib.md5(f"{kind}:{token}".encode(), usedforsecurity=False).hexdigest()[:16], 16)
    return found - (1 << 64) if found >> 63 else found


def stamp_of(instance: ProcessInstance) -> dict[str, Any]:
    """What the application wrote into the state; nothing in one that is older than this."""
    found = instance.state.get(STAMP) if isinstance(instance.state, dict) else None
    return found if isinstance(found, dict) else {}


def write_step(step: Step) -> None:
    """Store everything a step has done: the end of its transaction."""
    if step.is_loaded:
        _reconcile(step)
    if step.is_loaded or step.history.events:
        _save_instance(step)
        step.writes.insert(step.history.events)
    step.writes.execute()
    if step.is_loaded:
        look_for_kept(step)
        if step.case.outbox:
            post_thrown(step)
    announce_step(step)


def close_everything(step: Step) -> None:
    """Withdraw every open row of a case that ends before its end."""
    still_open = {"instance": step.instance.pk, "status": "open"}
    WorkItem.objects.filter(**still_open).update(status=WorkItem.Status.CANCELLED, withdrawn_at=step.now)
    Incident.objects.filter(**still_open).update(
        status=Incident.Status.CANCELLED, closed_at=step.now, closed_by=step.actor.pk
    )
    Job.objects.filter(**still_open).update(
        status=Job.Status.CANCELLED, closed_at=step.now, leased_until=None
    )
    Timer.objects.filter(**still_open).update(status=Timer.Status.CANCELLED, closed_at=step.now)
    Subscription.objects.filter(**still_open).update(status=Subscription.Status.CANCELLED, closed_at=step.now)


# The marking and its rows -----------------------------------------------------------------------


def _reconcile(step: Step) -> None:
    instance, case = step.instance, step.case
    note_changes(step, _data_of(instance))
    now = places(case.waiting())
    close_rows(step, [place for place in step.waited if place not in now])
    fresh = [one for place, one in now.items() if place not in step.waited]
    for kind, open_rows in _OPENERS.items():
        waiting = [one for one in fresh if one.kind == kind]
        if waiting:
            open_rows(step, waiting)
    if not now and not case.is_completed:
        # The lint proves that this cannot be; should it be wrong once, nothing is left stuck.
        raise Conflict(
            _("After this the case would wait for nothing that anybody can do. Its diagram needs mending."),
            code="stuck",
        )
    instance.state = case.state() | {STAMP: _stamp(step, now)}
    instance.state_revision = instance.revision + 1
    instance.open_rows, instance.places = len(now), fingerprint(now)
    if case.is_completed:
        instance.status, instance.ended_at = Status.COMPLETED, step.now
    elif instance.status != Status.SUSPENDED:  # which only mending meets: it stays suspended
        is_held = any(kind == INCIDENT for _token, kind in now)
        instance.status = Status.WAITING_INCIDENT if is_held else Status.ACTIVE


def _data_of(instance: ProcessInstance) -> Mapping[str, Any]:
    """The data of a case before the step; nothing in one that begins."""
    found = instance.state.get("vars") if isinstance(instance.state, dict) else None
    return found if isinstance(found, dict) else {}


def _stamp(step: Step, now: dict[Place, Waiting]) -> dict[str, Any]:
    """A timer whose row is lost is armed again as of the moment it began to wait."""
    before = stamp_of(step.instance).get("since", {})
    since = {token: before.get(token) or step.now.isoformat() for token, kind in now if kind == TIMER}
    stamp = {"revision": step.instance.revision + 1, "event": step.instance.last_event}
    return stamp | ({"since": since} if since else {})


def _save_instance(step: Step) -> None:
    instance = step.instance
    names = ["status", "last_event"]
    if step.is_loaded or not instance.is_open:
        names += [
            "state", "state_revision", "open_rows", "places", "ended_at",
            "subject_title", "department_path", "business_key",
        ]  # fmt: skip
    changed = {name: getattr(instance, name) for name in names}
    step.writes.update(instance, revision=instance.revision + 1, **changed)


def close_rows(step: Step, gone: list[Place]) -> None:
    """Withdraw rows whose tokens went away without anybody finishing them."""
    fired = {event.token for event in step.case.events if event.kind == "fired"}
    by_row: dict[tuple[str, str], list[str]] = {}
    for token, kind in gone:
        # A condition has come true within the case itself.
        status = "done" if kind == CONDITION and token in fired else "cancelled"
        by_row.setdefault((kind, status), []).append(token)
    for (kind, status), tokens in by_row.items():
        rows = MODELS[kind]._default_manager.filter(
            instance=step.instance.pk, token__in=tokens, status="open"
        )
        changes: dict[str, Any] = {"withdrawn_at" if kind == WORK_ITEM else "closed_at": step.now}
        if MODELS[kind] is Job:
            changes["leased_until"] = None
        rows.update(status=status, **changes)


# Failures and continuations ---------------------------------------------------------------------


def _open_incidents(step: Step, waiting: list[Waiting]) -> None:
    rows = []
    for one in waiting:
        error_type, message = describe_failure(one)
        rows.append(
            Incident(
                instance=step.instance,
                element=one.path,
                token=one.token,
                part=describe_parts(one.parts),
                error_type=error_type,
                message=message,
                group_key=_group_key(step, one.element, error_type, message),
                opened_at=step.now,
                last_failed_at=step.now,
            )
        )
    step.writes.insert(rows)


def describe_failure(waiting: Waiting) -> tuple[str, str]:
    """(type, message) of what holds a token."""
    failure = waiting.error
    if failure is None:
        return "Unknown", ""
    return failure.type[:200], failure.message("en")[:2000]


def _group_key(step: Step, element: Element, error_type: str, message: str) -> str:
    # Numbers and quoted names differ from case to case; what is left is the cause.
    cause = "".join(letter for letter in message if not letter.isdigit())
    text = "\n".join([step.instance.definition.key, element.id, error_type, cause])
    return hashlib.sha256(text.encode()).hexdigest()


def _open_jobs(step: Step, waiting: list[Waiting]) -> None:
    jobs = Job.objects.bulk_create(_job(step, one) for one in waiting)
    wake_workers([job.pk for job in jobs if job.kind == Job.CONTINUATION])
    wake_callers([job.pk for job in jobs if job.kind == Job.OPERATION])


def _job(step: Step, waiting: Waiting) -> Job:
    job = Job(
        kind=Job.CONTINUATION,
        key=idempotency_key(step.instance, waiting),
        instance=step.instance,
        element=waiting.path,
        token=waiting.token,
        due_at=step.now,
        created_at=step.now,
    )
    if waiting.kind == JOB:
        name, params = waiting.element.operation or "", waiting.params or {}
        job.kind, job.limited_by = Job.OPERATION, registry.allowance_of(name, params)
        job.payload = {"operation": name, "params": params}
    return job


def idempotency_key(instance: ProcessInstance, waiting: Waiting) -> str:
    """What tells the outside one wish from another: the case, the step, and which time it is there.

    A token's number is given once in a case; a step that is reached again, in a loop or for the next element
    of a multi-instance, is reached by another token."""
    key = f"{instance.pk}:{waiting.path}:{waiting.token}"
    if waiting.kind == CONTINUATION:
        key += f":{instance.revision}"
    return key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest()


_OPENERS: dict[str, Callable[[Step, list[Waiting]], None]] = {
    WORK_ITEM: open_work_items,
    INCIDENT: _open_incidents,
    CONTINUATION: _open_jobs,
    JOB: _open_jobs,
    TIMER: open_timers,
    MESSAGE: open_subscriptions,
    SIGNAL: open_subscriptions,
    CONDITION: open_subscriptions,
}
