"""What starts cases by itself: the timer, message and signal starts of published versions.

Each has a row. Publishing closes those of the version before and opens its own; a timer whose words have not
changed keeps its rhythm. The moment of the next round is written in the transaction that starts the case, so
that a round starts one case, whoever looks and how often.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.jobs.failures import failure_of
from core.rights import require
from workflows.engine.case import ArmedTimer
from workflows.engine.timers import Due, TimerError
from workflows.models import ProcessDefinition, ProcessInstance, ProcessVersion, StartTrigger
from workflows.services import locking
from workflows.services.arming import moment_of
from workflows.services.instances import begin_case

if TYPE_CHECKING:
    from workflows.engine import Definition, Element

logger = logging.getLogger(__name__)

Kind, Status = StartTrigger.Kind, StartTrigger.Status
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)


# Publishing -------------------------------------------------------------------------------------


@transaction.atomic
def arm_starts(
    definition: ProcessDefinition, version: ProcessVersion, compiled: Definition, now: datetime
) -> None:
    """Let the starts of a version wait instead of those of the version before. The definition is locked."""
    before = _last_of_each(definition)
    fresh = [
        _trigger(definition, version, compiled.elements[start], before.get(start), now)
        for start in compiled.starts
        if compiled.elements[start].event is not None
    ]
    live = [one.pk for one in before.values() if one.is_live]
    StartTrigger.objects.filter(pk__in=live).update(status=Status.CLOSED, closed_at=now)
    StartTrigger.objects.bulk_create(fresh)


def _last_of_each(definition: ProcessDefinition) -> dict[str, StartTrigger]:
    """The newest trigger of each start event there ever was; those that wait are locked."""
    rows = StartTrigger.objects.filter(definition=definition)
    list(rows.filter(status__in=StartTrigger.LIVE).order_by("pk").select_for_update(no_key=True))
    return {one.element: one for one in rows.order_by("pk")}


def _trigger(
    definition: ProcessDefinition,
    version: ProcessVersion,
    element: Element,
    before: StartTrigger | None,
    now: datetime,
) -> StartTrigger:
    event = element.event
    if event is None:
        raise ValueError(f"{element.id} is a plain start.")
    trigger = StartTrigger(
        definition=definition, version=version, element=element.id, kind=event.kind, created_at=now
    )
    if event.kind != Kind.TIMER:
        trigger.name = event.ref or ""
        if before is not None and before.is_live and (before.kind, before.name) == (event.kind, trigger.name):
            trigger.status = before.status
        return trigger
    trigger.form, trigger.text = event.form, event.text
    trigger.is_working_time, trigger.missed = event.working_time, event.missed
    if before is not None and _has_same_rhythm(before, trigger):
        for name in ("status", "due_at", "anchor", "round", "try_at", "attempts", "error", "closed_at"):
            setattr(trigger, name, getattr(before, name))
        return trigger
    trigger.anchor = now
    _set_due(trigger, _moment(ArmedTimer(event.form, event.text, working_time=event.working_time), now), now)
    return trigger


def _has_same_rhythm(before: StartTrigger, after: StartTrigger) -> bool:
    """Its words are the same, and it waits still or its last round is over: a date that has come does not
    come again because something else of the diagram was changed."""
    words = [(one.form, one.text, one.is_working_time) for one in (before, after)]
    return before.kind == Kind.TIMER and words[0] == words[1] and (before.is_live or before.due_at is None)


def _moment(armed: ArmedTimer, now: datetime) -> Due | None:
    try:
        return moment_of(armed, now)
    except TimerError as error:
        raise ApplicationError(error.message(_language()), code=error.code) from error


def _set_due(trigger: StartTrigger, due: Due | None, now: datetime) -> None:
    """Wait for a round, or for nothing any more."""
    trigger.attempts, trigger.error = 0, ""
    if due is None:
        trigger.status, trigger.closed_at = Status.CLOSED, now
        trigger.due_at = trigger.try_at = None
        return
    trigger.due_at = trigger.try_at = due.moment
    trigger.anchor, trigger.round = due.anchor, due.round


# Messages and signals ---------------------------------------------------------------------------


def start_by_trigger(
    *, trigger: StartTrigger, subject: models.Model | None, payload: Mapping[str, Any], actor: Actor
) -> ProcessInstance:
    """Start the case of a message or signal that has come, in the caller's transaction.

    A version published meanwhile takes it over. Raises Conflict("trigger_closed") when none waits for it any
    more, and what starting a case refuses: ApplicationError with the fields that do not fit, "already_running".
    """
    with transaction.atomic():
        current = _open_trigger_for(trigger)
        return begin_case(
            current.definition,
            current.version,
            subject=subject,
            data=payload,
            actor=actor,
            start=current.element,
        )


def _open_trigger_for(trigger: StartTrigger) -> StartTrigger:
    found = _shared("t.id = %s", [trigger.pk]) or _shared(
        # The same start event of a newer version if it is still there, else another one that hears the same.
        "t.definition_id = %s AND t.kind = %s AND t.name = %s ORDER BY t.element <> %s, t.id LIMIT 1",
        [trigger.definition_id, trigger.kind, trigger.name, trigger.element],
    )
    if found is None:
        raise Conflict(_("No version of this process is started by it any more."), code="trigger_closed")
    return found


def _shared(condition: str, values: list[Any]) -> StartTrigger | None:
    """Locked so that publishing waits, while other messages of the kind start their cases beside this one."""
    statement = f"SELECT t.* FROM workflows_starttrigger t WHERE t.status = 'open' AND {condition} FOR SHARE"  # noqa: S608
    return next(iter(StartTrigger.objects.raw(statement, values)), None)


# Moments ----------------------------------------------------------------------------------------


def fire_start(*, trigger_id: int) -> bool:
    """Start the case of a timer start that is due. False if it was not (any more), or did not work.

    What did not work is tried again with a growing pause, at the latest with the next round, which then
    stands for both. The reason is shown with the process.
    """
    try:
        return _start_due(trigger_id)
    except Exception as error:
        _postpone(trigger_id, error)
        return False


def _start_due(trigger_id: int) -> bool:
    with locking.busy_is_a_conflict(), transaction.atomic():
        locking.set_patience()
        now = clock.now()
        waiting = StartTrigger.objects.filter(
            pk=trigger_id, kind=Kind.TIMER, status=Status.OPEN, due_at__lte=now
        )
        trigger = (
            waiting.select_related("definition", "version")
            .select_for_update(of=("self",), no_key=True)
            .first()
        )
        if trigger is None:
            return False
        begin_case(
            trigger.definition,
            trigger.version,
            subject=None,
            data={},
            actor=SystemActor(f"{trigger.definition.key}:{trigger.element}"[:120]),
            start=trigger.element,
        )
        _set_due(trigger, _next_of(trigger, now), now)
        trigger.save(update_fields=_MOVING)
    return True


_MOVING = ["status", "due_at", "anchor", "round", "try_at", "attempts", "error", "closed_at"]


def _next_of(trigger: StartTrigger, now: datetime, *, missed: str = "") -> Due | None:
    """The round after the one the trigger waits for."""
    if trigger.due_at is None or trigger.anchor is None:
        return None
    armed = ArmedTimer(
        trigger.form,  # type: ignore[arg-type]
        trigger.text,
        round=trigger.round,
        after=Due(trigger.due_at, trigger.anchor, trigger.round).state(),
        working_time=trigger.is_working_time,
        missed=missed or trigger.missed,  # type: ignore[arg-type]
    )
    return _moment(armed, now)


def _postpone(trigger_id: int, error: Exception) -> None:
    failure = failure_of(error)
    with transaction.atomic():
        trigger = (
            StartTrigger.objects.select_for_update(no_key=True)
            .filter(pk=trigger_id, status=Status.OPEN, kind=Kind.TIMER, due_at__isnull=False)
            .first()
        )
        if trigger is None:
            return
        now = clock.now()
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(trigger.attempts, 10))
        following = _next_of(trigger, now, missed="once")
        trigger.attempts += 1
        trigger.error = f"{failure.type}: {failure.text}"[:2000]
        trigger.try_at = min([now + pause, *([following.moment] if following is not None else [])])
        trigger.save(update_fields=["attempts", "error", "try_at"])
    logger.error(
        "%s did not start a case, attempt %s; it is tried again at %s.",
        trigger, trigger.attempts, trigger.try_at, exc_info=error,
    )  # fmt: skip


# Pausing ----------------------------------------------------------------------------------------


@transaction.atomic
def pause_trigger(*, trigger_id: int, reason: str, actor: Actor) -> StartTrigger:
    """No case starts by it until it is resumed."""
    trigger = _for_pausing(trigger_id, actor)
    if not reason.strip():
        text = _("Say why.")
        raise ApplicationError(text, code="reason_needed", errors={"reason": [text]})
    if trigger.status != Status.OPEN:
        raise Conflict(_("This start does not wait any more."), code="not_open")
    return _note(trigger, Status.PAUSED, "workflows.pause_trigger", actor, note=reason)


@transaction.atomic
def resume_trigger(*, trigger_id: int, actor: Actor) -> StartTrigger:
    """Let a paused start wait again. The rounds that fell into the pause are left out."""
    trigger = _for_pausing(trigger_id, actor)
    if trigger.status != Status.PAUSED:
        raise Conflict(_("This start is not paused."), code="not_paused")
    now = clock.now()
    if trigger.form == "cycle" and trigger.due_at is not None and trigger.due_at <= now:
        trigger.status = Status.OPEN
        _set_due(trigger, _next_of(trigger, now, missed="once"), now)
        trigger.save(update_fields=_MOVING)
    return _note(
        trigger, trigger.status if not trigger.is_live else Status.OPEN, "workflows.resume_trigger", actor
    )


def _for_pausing(trigger_id: int, actor: Actor) -> StartTrigger:
    require(actor, "workflows.publish_definition")
    return (
        StartTrigger.objects.select_related("definition")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=trigger_id, definition__in=ProcessDefinition.objects.visible_to(actor))
    )


def _note(trigger: StartTrigger, status: str, action: str, actor: Actor, *, note: str = "") -> StartTrigger:
    before, trigger.status = trigger.status, status
    trigger.save(update_fields=["status"])
    audit.record(
        actor,
        action,
        trigger.definition,
        before={"start": trigger.element, "status": before},
        after={"start": trigger.element, "status": status},
        note=note,
    )
    return trigger


def _language() -> str:
    return get_language() or "zh-hans"
