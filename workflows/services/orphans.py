"""Work that lost its people: somebody left, a role became empty. It goes up the ladder again; never nobody."""

from __future__ import annotations

from collections.abc import Iterator

from core.actors import SystemActor
from core.models import User
from workflows.models import HistoryEvent, WorkItem
from workflows.queues import anybody_in_queue
from workflows.services.assignment import ADMINISTRATORS, Assigner
from workflows.services.history import part_of
from workflows.services.named_roles import role_of
from workflows.services.step import step_of_work_item

ACTOR = SystemActor("workflows.reassign_orphans")
# Each is a transaction of its own; what is left comes a minute later.
AT_ONCE = 200


def reassign_orphans() -> int:
    """Give every open item that nobody can do to somebody who can; says how many there were."""
    return sum(_reassign(pk) for pk in [*_of_people_who_left(), *_of_empty_queues()][:AT_ONCE])


def _of_people_who_left() -> Iterator[int]:
    left = User.objects.filter(is_active=False).values("pk")
    yield from WorkItem.objects.open().filter(assignee__in=left).values_list("pk", flat=True)[:AT_ONCE]


def _of_empty_queues() -> Iterator[int]:
    unclaimed = WorkItem.objects.open().filter(assignee=None).exclude(role=ADMINISTRATORS)
    for role, path in unclaimed.order_by().values_list("role", "department_path").distinct():
        if not anybody_in_queue(role, department_path=path):
            rows = unclaimed.filter(role=role, department_path=path)
            yield from rows.values_list("pk", flat=True)[:AT_ONCE]


def _reassign(work_item_id: int) -> bool:
    with step_of_work_item(work_item_id, actor=ACTOR) as step:
        item = step.item
        if not item.is_open:
            return False
        assignee = item.assignee.username if item.assignee is not None else None
        chosen = Assigner(department_path=item.department_path).assign(
            role_of(step), person=assignee, excluded=item.excluded
        )
        if (chosen.assignee_id, chosen.role) == (item.assignee_id, item.role):
            return False
        step.writes.update(
            item,
            assignee=chosen.assignee_id,
            on_behalf_of=chosen.on_behalf_of_id,
            role=chosen.role,
            alarm=chosen.alarm,
            is_from_queue=chosen.assignee_id is None,
            claimed_at=None,
            **item.brought_back(step.now),
        )
        step.history.deed(HistoryEvent.Kind.REASSIGNED, element=item.element, data=part_of(item))
    return True
