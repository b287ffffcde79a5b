"""Deadlines that pass: people are reminded, their manager is told, the manager may hand the work on.

domain.md 3: every step of a person reminds at 100 % of its time, tells the manager at 150 %, and gives the
manager the right to hand it on at 200 %; a diagram may say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actors import SystemActor
from core.models import User
from workflows import notices
from workflows.models import HistoryEvent, WorkItem
from workflows.oversight import managers_of, workers_of
from workflows.services.due_items import each_due
from workflows.services.history import part_of
from workflows.services.step import Step

ACTOR = SystemActor("workflows.alert_due")


@dataclass(frozen=True)
class Level:
    """One of the moments of a deadline: what the history says, and who hears of it."""

    code: str
    moment: str  # the field of the work item
    event: str
    is_for_managers: bool


LEVELS = (
    Level(notices.REMIND, "remind_at", HistoryEvent.Kind.REMINDED, False),
    Level(notices.COPY, "copy_at", HistoryEvent.Kind.COPIED, True),
    Level(notices.HANDOVER, "handover_at", HistoryEvent.Kind.COPIED, True),
)


def alert_due() -> int:
    """Tell everybody whom a deadline concerns now, once, however many beats ask; says how many items it was."""
    return each_due("alert_at", _alert, actor=ACTOR, trouble="Nobody could be told that task %s is overdue.")


def _alert(step: Step, now: datetime) -> bool:
    item = step.item
    if not item.is_open or item.alert_at is None or item.alert_at > now:
        return False  # another beat or the person was faster
    # What lies before the moment that was waited for has been told already. After a pause of the whole system,
    # or of the case, several levels come together.
    passed = [level for level in LEVELS if _is_between(item.alert_at, _moment(item, level), now)]
    workers, managers = workers_of(item), managers_of(item)
    for level in passed:
        told = managers if level.is_for_managers else workers
        data = {"level": level.code, "people": [person.pk for person in told], **part_of(item)}
        step.history.deed(level.event, element=item.element, data=data)
    _tell(item, passed, workers, managers)
    # What is due is not put off any longer.
    if item.wakes_at is not None:
        step.history.deed(HistoryEvent.Kind.WOKEN, element=item.element, data=part_of(item))
        if not any(level.code == notices.REMIND for level in passed):
            notices.tell(workers, notices.WOKEN, item, again=str(step.instance.last_event))
    later = [moment for level in LEVELS if (moment := _moment(item, level)) is not None and moment > now]
    step.writes.update(item, alert_at=min(later, default=None), **item.brought_back(now))
    return True


def _tell(item: WorkItem, passed: Sequence[Level], workers: Sequence[User], managers: Sequence[User]) -> None:
    """Everybody hears of the highest level that concerns them, and of no other."""
    highest: dict[User, Level] = {}
    for level in passed:
        highest |= dict.fromkeys(managers if level.is_for_managers else workers, level)
    for level in passed:
        people = [person for person, of in highest.items() if of is level]
        if people:
            notices.tell(people, level.code, item)


def _moment(item: WorkItem, level: Level) -> datetime | None:
    moment: datetime | None = getattr(item, level.moment)
    return moment


def _is_between(first: datetime, moment: datetime | None, last: datetime) -> bool:
    return moment is not None and first <= moment <= last
