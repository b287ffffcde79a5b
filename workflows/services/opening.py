"""Work items that appear: who gets them, what lists show of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from core import search
from core.calendar import Calendar
from workflows.engine import ExpressionError
from workflows.models import HistoryEvent, WorkItem
from workflows.services.assignment import Assigner, Done
from workflows.services.history import describe_parts, part_data, plain_items
from workflows.services.named_roles import is_by_value, roles_of
from workflows.working_time import NotADurationError, due_after, due_on

if TYPE_CHECKING:
    from workflows.engine import Waiting
    from workflows.engine.definition import Deadline
    from workflows.engine.expressions import Expression
    from workflows.services.step import Step

logger = logging.getLogger(__name__)


def open_work_items(step: Step, waiting: list[Waiting]) -> None:
    """Give each of these places its row in the inbox."""
    refresh_subject(step)
    step.writes.insert(Opening(step).items(waiting))


def refresh_subject(step: Step) -> None:
    """Copy what lists show of the business row as it is now."""
    instance, row = step.instance, step.host.subject_row
    if row is None:
        return
    about = step.host.subject_type
    instance.subject_title = about.title(row)[:200]
    instance.business_key = about.business_key(row)[:80]
    instance.department_path = about.department_path(row)


class Opening:
    """The items that one step opens. What they share is asked once."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.assigner = Assigner(department_path=step.instance.department_path)
        self.done = Done(step.instance, finished=step.finished)
        self.subject, self.found_by = _subject_values(step)
        self._deadlines: dict[Deadline | None, dict[str, datetime | None]] = {}

    def items(self, waiting: list[Waiting]) -> list[WorkItem]:
        people = {one.token: _person(self.step, one) for one in waiting}
        self.assigner.meet(person for person in people.values() if person)
        roles = roles_of(self.step, waiting)
        apart = {one.token: self._kept_apart(one) for one in waiting}
        self.assigner.look_into(
            (roles[one.token], apart[one.token])
            for one in waiting
            if roles[one.token] and people[one.token] is None and is_by_value(one.element)
        )
        return [
            self._item(one, person=people[one.token], role=roles[one.token], excluded=apart[one.token])
            for one in waiting
        ]

    def _item(self, waiting: Waiting, *, person: str | None, role: str, excluded: list[int]) -> WorkItem:
        step, element = self.step, waiting.element
        chosen = self.assigner.assign(role, person=person, excluded=excluded)
        if chosen.alarm:
            step.history.automatic(
                HistoryEvent.Kind.UNASSIGNED, element=waiting.path, data=part_data(waiting.parts)
            )
        return WorkItem(
            instance=step.instance,
            definition=step.instance.definition,
            element=waiting.path,
            token=waiting.token,
            indices=list(waiting.indices),
            # Whose it is stands beside the name anyway.
            part=describe_parts(
                waiting.parts, known_by=person if self.assigner.is_for(chosen, person) else None
            ),
            name_zh=element.label("zh-hans")[:200],
            name_en=element.label("en")[:200],
            role=chosen.role,
            assignee_id=chosen.assignee_id,
            on_behalf_of_id=chosen.on_behalf_of_id,
            alarm=chosen.alarm,
            is_from_queue=chosen.assignee_id is None,
            priority=element.priority,
            excluded=excluded,
            visible_from=step.now,
            created_at=step.now,
            **(self._moments_of_a_day(waiting) or self._moments(element.deadline)),
            search_tokens=list(_tokens(*self.found_by, *plain_items(waiting.parts))),
            **self.subject,
        )

    def _moments(self, deadline: Deadline | None) -> dict[str, datetime | None]:
        """When it is due, and when its people and their manager hear of it: the same for all like it."""
        if deadline not in self._deadlines:
            self._deadlines[deadline] = moments_of(deadline, self.step.now)
        return self._deadlines[deadline]

    def _moments_of_a_day(self, waiting: Waiting) -> dict[str, datetime | None]:
        """The same of a step that is due on a day. Where its expression gives none, the time that it may take counts."""
        element = waiting.element
        day = None if element.due_on is None else _value(self.step, waiting, element.due_on)
        if element.deadline is None or not isinstance(day, date):
            return {}
        return moments_after(element.deadline, due_on(day))

    def _kept_apart(self, waiting: Waiting) -> list[int]:
        """People who may not do the step, because it checks what they did."""
        apart = waiting.element.distinct_from
        if not apart:
            return []
        kept = self.done.kept_apart(self.step.definition, waiting.path, waiting.indices, apart)
        return sorted({person for _element, person in kept})


def _subject_values(step: Step) -> tuple[Mapping[str, Any], list[str]]:
    """What every item of a step shows of the business row, and what it is found by."""
    instance, row = step.instance, step.host.subject_row
    found_by, amount = [instance.subject_title, instance.business_key], None
    if row is not None:
        about = step.host.subject_type
        amount = about.amount(row)
        found_by.append(about.search_text(row))
    values = {
        "subject_type": instance.subject_type,
        "subject_id": instance.subject_id,
        "subject_title": instance.subject_title,
        "department_path": instance.department_path,
        "starter_id": instance.starter_id,
        "amount": amount,
    }
    return values, found_by


@lru_cache(maxsize=4096)
def _tokens(*texts: str) -> tuple[str, ...]:
    """The same few titles come by at each step of their cases."""
    return tuple(search.tokens(*texts))


def _person(step: Step, waiting: Waiting) -> str | None:
    """The person named by the step's expression. One that cannot be evaluated names nobody: the ladder goes on."""
    assigned = waiting.element.assign
    if assigned is None or assigned.person is None:
        return None
    found = _value(step, waiting, assigned.person)
    return None if found is None else str(found)


def _value(step: Step, waiting: Waiting, expression: Expression) -> Any:
    """What an expression of a step gives; None where it cannot be evaluated, since the step is opened all the same."""
    try:
        return step.case.evaluate(expression, waiting.token)
    except (ExpressionError, LookupError, AttributeError, TypeError):
        logger.warning(
            "Case %s: %s of %s gives nothing.", step.instance.pk, expression.text, waiting.path, exc_info=True
        )
        return None


def moments_of(
    deadline: Deadline | None, start: datetime, calendar: Calendar | None = None
) -> dict[str, datetime | None]:
    """The moments of a deadline that begins then, as a work item holds them."""
    if deadline is None:
        return {}
    try:
        due_at = due_after(start, deadline.duration, calendar=calendar)
    except NotADurationError:
        return {}
    percents = {"remind_at": deadline.remind, "copy_at": deadline.copy, "handover_at": deadline.handover}
    alerts = {
        name: None if percent is None else due_after(start, deadline.duration, percent, calendar=calendar)
        for name, percent in percents.items()
    }
    return _with_alert({"due_at": due_at, **alerts})


def moments_after(deadline: Deadline, due_at: datetime) -> dict[str, datetime | None]:
    """The same of a step that is due at a moment: people hear of it then, or so much of the time later."""
    percents = {"remind_at": deadline.remind, "copy_at": deadline.copy, "handover_at": deadline.handover}
    alerts = {
        name: None
        if percent is None
        else due_at
        if percent <= 100
        else due_after(due_at, deadline.duration, percent - 100)
        for name, percent in percents.items()
    }
    return _with_alert({"due_at": due_at, **alerts})


def _with_alert(moments: dict[str, datetime | None]) -> dict[str, datetime | None]:
    alerts = (moment for name, moment in moments.items() if name != "due_at")
    return {**moments, "alert_at": min(filter(None, alerts), default=None)}
