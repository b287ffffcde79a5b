"""Put a task off until later (稍后处理): it leaves its assignee's box and comes back by itself.

Nothing else changes: the case waits as before, the deadline goes on, and whom it concerns is told when it passes.
What its deadline or another person touches comes back at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from core import clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from workflows import notices
from workflows.models import HistoryEvent, WorkItem
from workflows.oversight import workers_of
from workflows.services.due_items import each_due
from workflows.services.history import part_of
from workflows.services.step import Step, step_of_work_item
from workflows.services.work_items import require_open_item, require_reach

Kind = HistoryEvent.Kind
ACTOR = SystemActor("workflows.wake_due")
# Whoever does not want to see a task for longer should hand it on.
LONGEST = timedelta(days=30)


def snooze_work_item(*, work_item_id: int, until: datetime, actor: Actor) -> WorkItem:
    """Take an item of the actor's out of their box until then. One that is put off already gets the new time.

    ``snooze_warning`` says what of its deadline the actor should know.
    """
    with step_of_work_item(work_item_id, actor=actor) as step:
        item = step.item
        _require_own(step)
        step.require_running()
        _require_time(until, step.now)
        step.writes.update(item, visible_from=until, wakes_at=until)
        _note(step, Kind.SNOOZED, {"until": until.isoformat()})
    return item


def wake_work_item(*, work_item_id: int, actor: Actor) -> WorkItem:
    """Bring an item that the actor has put off back before its time."""
    with step_of_work_item(work_item_id, actor=actor) as step:
        item = step.item
        _require_own(step)
        if item.snoozed_until is None:
            raise Conflict(_("This task is not put off; it stands among your tasks."), code="not_snoozed")
        step.writes.update(item, **item.brought_back(step.now))
        _note(step, Kind.WOKEN, {})
    return item


def snooze_warning(item: WorkItem, until: datetime) -> str:
    """What somebody who puts an item off until then has to know: it is due before. Empty where it is not."""
    if item.alert_at is not None and item.alert_at <= until:
        return _("Its deadline brings it back earlier, on %(time)s.") % {"time": _moment(item.alert_at)}
    if item.due_at is not None and item.due_at < clock.now():
        return _("It is overdue already.")
    if item.due_at is not None and item.due_at < until:
        return _("It is due before that, on %(time)s.") % {"time": _moment(item.due_at)}
    return ""


def wake_due() -> int:
    """Tell people that what they put off is back, once, however many beats ask; says how many items it was."""
    # One of whom nobody is told stands in its box again all the same.
    return each_due("wakes_at", _wake, actor=ACTOR, trouble="Nobody could be told that task %s is back.")


def _wake(step: Step, now: datetime) -> bool:
    item = step.item
    if not item.is_open or item.wakes_at is None or item.wakes_at > now:
        return False  # done, brought back or put off anew meanwhile
    # Since when it stands in the box stays true.
    step.writes.update(item, wakes_at=None)
    _note(step, Kind.WOKEN, {})
    notices.tell(workers_of(item), notices.WOKEN, item, again=str(step.instance.last_event))
    return True


# Conditions and words ---------------------------------------------------------------------------


def _require_own(step: Step) -> None:
    require_open_item(step)
    require_reach(step)
    if step.item.assignee_id is None:
        raise Conflict(
            _("Claim the task first: what lies in the queue is everybody's and cannot be put off."),
            code="not_claimed",
        )


def _require_time(until: datetime, now: datetime) -> None:
    if until <= now:
        _refuse(_("Choose a time that is still to come."), "until_passed")
    if until > now + LONGEST:
        _refuse(
            _("A task can be put off for %(days)s days at most. Hand it on if somebody else should do it.")
            % {"days": LONGEST.days},
            "until_too_far",
        )


def _refuse(text: str, code: str) -> None:
    raise ApplicationError(text, code=code, errors={"until": [text]})


def _note(step: Step, kind: str, data: dict[str, str]) -> None:
    item = step.item
    step.history.deed(
        kind,
        element=item.element,
        data={**data, **part_of(item)},
        on_behalf_of=item.on_behalf_of_id if step.actor.pk == item.assignee_id else None,
    )


def _moment(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")
