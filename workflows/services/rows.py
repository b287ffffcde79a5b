"""After the engine has moved: write the marking, and make the open rows agree with what now waits.

The invariant (``audit`` proves it): every token that waits for the outside owns exactly one open row, a work
item or an incident; all that is left over for a later transaction owns one job. What waited before the step
had its rows; so only the difference is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Conflict
from workflows.models import Incident, Job, ProcessInstance, WorkItem
from workflows.services.opening import open_work_items
from workflows.services.wake import wake_workers

if TYPE_CHECKING:
    from workflows.engine import Element, Waiting
    from workflows.services.step import Step

Status = ProcessInstance.Status
WORK_ITEM, INCIDENT, CONTINUATION = "work_item", "incident", "continuation"
# What waits for the outside. A join waits for other tokens of the same case and has no row.
WITH_ROWS = (WORK_ITEM, INCIDENT, CONTINUATION)

Place = tuple[str, str]  # a token and the kind of its waiting


def places(waiting: Iterable[Waiting]) -> dict[Place, Waiting]:
    """What waits for the outside, by its token and kind.

    Steps left over go on together, so the first of them stands for all: two hundred branches need one job.
    """
    found: dict[Place, Waiting] = {(one.token, one.kind): one for one in waiting if one.kind in WITH_ROWS}
    for place in [place for place in found if place[1] == CONTINUATION][1:]:
        del found[place]
    return found


def write_step(step: Step) -> None:
    """Store everything a step has done: the end of its transaction."""
    if step.is_loaded:
        _reconcile(step)
    if step.is_loaded or step.history.events:
        _save_instance(step)
        step.writes.insert(step.history.events)
    step.writes.execute()


def close_everything(step: Step) -> None:
    """Withdraw every open row of a case that ends before its end."""
    still_open = {"instance": step.instance.pk, "status": "open"}
    WorkItem.objects.filter(**still_open).update(status=WorkItem.Status.CANCELLED)
    Incident.objects.filter(**still_open).update(
        status=Incident.Status.CANCELLED, closed_at=step.now, closed_by=step.actor.pk
    )
    Job.objects.filter(**still_open).update(status=Job.Status.CANCELLED, closed_at=step.now)


# The marking and its rows -----------------------------------------------------------------------


def _reconcile(step: Step) -> None:
    instance, case = step.instance, step.case
    now = places(case.waiting())
    _close(step, [place for place in step.waited if place not in now])
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
    instance.state = case.state()
    instance.open_rows = len(now)
    if case.is_completed:
        instance.status, instance.ended_at = Status.COMPLETED, step.now
    elif any(kind == INCIDENT for _token, kind in now):
        instance.status = Status.WAITING_INCIDENT
    else:
        instance.status = Status.ACTIVE


def _save_instance(step: Step) -> None:
    instance = step.instance
    names = ["status", "last_event"]
    if step.is_loaded or not instance.is_open:
        names += ["state", "open_rows", "ended_at", "subject_title", "department_path", "business_key"]
    changed = {name: getattr(instance, name) for name in names}
    step.writes.update(instance, revision=instance.revision + 1, **changed)


def _close(step: Step, gone: list[Place]) -> None:
    """Withdraw rows whose tokens went away without anybody finishing them."""
    by_kind: dict[str, list[str]] = {}
    for token, kind in gone:
        by_kind.setdefault(kind, []).append(token)
    for kind, tokens in by_kind.items():
        rows = _MODELS[kind]._default_manager.filter(
            instance=step.instance.pk, token__in=tokens, status="open"
        )
        rows.update(status="cancelled", **({} if kind == WORK_ITEM else {"closed_at": step.now}))


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
    jobs = Job.objects.bulk_create(
        Job(
            kind=Job.CONTINUATION,
            key=f"{step.instance.pk}:{one.path}:{one.token}:{step.instance.revision}"[:200],
            instance=step.instance,
            element=one.path,
            token=one.token,
            due_at=step.now,
            created_at=step.now,
        )
        for one in waiting
    )
    wake_workers([job.pk for job in jobs])


_OPENERS: dict[str, Callable[[Step, list[Waiting]], None]] = {
    WORK_ITEM: open_work_items,
    INCIDENT: _open_incidents,
    CONTINUATION: _open_jobs,
}
_MODELS = {WORK_ITEM: WorkItem, INCIDENT: Incident, CONTINUATION: Job}
