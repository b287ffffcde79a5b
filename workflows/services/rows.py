"""After the engine has moved: write the marking, and make the open rows agree with what now waits.

The invariant (``audit`` proves it): every token that waits for the outside owns exactly one open row, a work
item, an incident or a job. What waited before the step had its rows; so only the difference is written.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core import search
from workflows.engine import ExpressionError
from workflows.models import HistoryEvent, Incident, Job, ProcessInstance, WorkItem
from workflows.services.assignment import Assignment, assign, beside, done_by
from workflows.services.wake import wake_workers
from workflows.working_time import NotADurationError, due_after

if TYPE_CHECKING:
    from workflows.engine import Element, Waiting
    from workflows.services.step import Step

logger = logging.getLogger(__name__)
Status = ProcessInstance.Status
WORK_ITEM, INCIDENT, CONTINUATION = "work_item", "incident", "continuation"
# What waits for the outside. A join waits for other tokens of the same case and has no row.
WITH_ROWS = (WORK_ITEM, INCIDENT, CONTINUATION)

Place = tuple[str, str]  # a token and the kind of its waiting


def places(waiting: Iterable[Waiting]) -> dict[Place, Waiting]:
    """What waits for the outside, by its token and kind."""
    return {(one.token, one.kind): one for one in waiting if one.kind in WITH_ROWS}


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


# Work items -------------------------------------------------------------------------------------


def _open_work_items(step: Step, waiting: list[Waiting]) -> None:
    refresh_subject(step)
    step.writes.insert([_work_item(step, one) for one in waiting])


def refresh_subject(step: Step) -> None:
    """Copy what lists show of the business row as it is now."""
    instance, row = step.instance, step.host.subject_row
    if row is None:
        return
    about = step.host.subject_type
    instance.subject_title = about.title(row)[:200]
    instance.business_key = about.business_key(row)[:80]
    instance.department_path = about.department_path(row)


def _work_item(step: Step, waiting: Waiting) -> WorkItem:
    instance, element = step.instance, waiting.element
    excluded = _kept_apart(step, element, waiting.path)
    chosen = assign(
        element,
        person=_person(step, waiting),
        department_path=instance.department_path,
        excluded=excluded,
    )
    if chosen.alarm:
        step.history.automatic(HistoryEvent.Kind.UNASSIGNED, element=waiting.path)
    item = WorkItem(
        instance=instance,
        definition=instance.definition,
        element=waiting.path,
        token=waiting.token,
        name_zh=element.label("zh-hans")[:200],
        name_en=element.label("en")[:200],
        priority=element.priority,
        excluded=excluded,
        visible_from=step.now,
        created_at=step.now,
        due_at=_due(step, element),
        subject_type=instance.subject_type,
        subject_id=instance.subject_id,
        subject_title=instance.subject_title,
        department_path=instance.department_path,
        starter_id=instance.starter_id,
    )
    _hand_to(item, chosen)
    _describe_subject(step, item)
    return item


def _hand_to(item: WorkItem, chosen: Assignment) -> None:
    item.role, item.assignee_id, item.alarm = chosen.role, chosen.assignee_id, chosen.alarm
    item.is_from_queue = chosen.assignee_id is None


def _describe_subject(step: Step, item: WorkItem) -> None:
    row = step.host.subject_row
    found_by = [item.subject_title, step.instance.business_key]
    if row is not None:
        about = step.host.subject_type
        item.amount = about.amount(row)
        found_by.append(about.search_text(row))
    item.search_tokens = list(_tokens(*found_by))


@lru_cache(maxsize=4096)
def _tokens(*texts: str) -> tuple[str, ...]:
    """The same few titles come by at each step of their cases."""
    return tuple(search.tokens(*texts))


def _person(step: Step, waiting: Waiting) -> str | None:
    """The person named by the step's expression. One that cannot be evaluated names nobody: the ladder goes on."""
    assigned = waiting.element.assign
    if assigned is None or assigned.person is None:
        return None
    try:
        found = step.case.evaluate(assigned.person, waiting.token)
    except (ExpressionError, LookupError, AttributeError, TypeError):
        logger.warning("Case %s: nobody found for %s.", step.instance.pk, waiting.element.id, exc_info=True)
        return None
    return None if found is None else str(found)


def _kept_apart(step: Step, element: Element, path: str) -> list[int]:
    """People who may not do the step, because it checks what they did."""
    if not element.distinct_from:
        return []
    apart = beside(path, element.distinct_from)
    people = done_by(step.instance, apart)
    finished = step.finished
    if finished is not None and finished.element in apart and finished.completed_by_id:
        people[finished.element] = finished.completed_by_id
    return sorted(set(people.values()))


def _due(step: Step, element: Element) -> Any:
    if not element.due:
        return None
    try:
        return due_after(step.now, element.due)
    except NotADurationError:
        return None


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
    WORK_ITEM: _open_work_items,
    INCIDENT: _open_incidents,
    CONTINUATION: _open_jobs,
}
_MODELS = {WORK_ITEM: WorkItem, INCIDENT: Incident, CONTINUATION: Job}
