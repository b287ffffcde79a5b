"""All the work of one person goes to others: they leave, or somebody stands in for them from now on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor, SystemActor
from core.models import User
from core.permissions import MANAGE_PEOPLE
from core.rights import require
from core.services.substitutions import moves_open_work
from workflows import notices
from workflows.models import HistoryEvent, ProcessDefinition, WorkItem
from workflows.services.assignment import Assigner
from workflows.services.handing_over import possible_assignees
from workflows.services.history import part_of
from workflows.services.named_roles import role_of
from workflows.services.step import Step, step_of_work_item


@dataclass
class Taken:
    """Where the tasks went: to the taker, back to a queue, to somebody else, or to the administrators."""

    by_taker: int = 0
    to_queue: int = 0
    by_others: dict[str, int] = field(default_factory=dict)
    to_administrators: int = 0


def open_items_of(person: User, *, definition_key: str = "") -> list[int]:
    """What lies in somebody's box, in the order in which cases are locked."""
    rows = WorkItem.objects.open().filter(assignee=person.pk)
    if definition_key:
        rows = rows.filter(definition__key=definition_key)
    return list(rows.order_by("instance_id", "pk").values_list("pk", flat=True))


@transaction.atomic
def hand_over_items(*, person: User, to: User, definition_key: str = "", actor: Actor) -> Taken:
    """Every open item of somebody who leaves goes to the taker, or where they may not do it up the ladder.

    An item that was taken from a queue to which the taker does not belong goes back there.
    """
    require(actor, MANAGE_PEOPLE)
    taken = Taken()
    told: list[WorkItem] = []
    reason = _("%(name)s has left.") % {"name": person.name}
    for pk in open_items_of(person, definition_key=definition_key):
        with step_of_work_item(pk, actor=actor) as step:
            item = step.item
            if not item.is_open or item.assignee_id != person.pk:
                continue
            if item.is_from_queue and not possible_assignees(item).filter(pk=to.pk).exists():
                assigner = Assigner(department_path=item.department_path)
                chosen = assigner.assign(role_of(step), person=None, excluded=item.excluded)
            else:
                assigner = Assigner(department_path=item.department_path)
                chosen = assigner.assign(role_of(step), person=to.username, excluded=item.excluded)
            _write(step, chosen.assignee_id, chosen.on_behalf_of_id, chosen.role, chosen.alarm, reason)
            _count(taken, chosen.assignee_id, to, alarm=chosen.alarm)
            if chosen.assignee_id == to.pk:
                told.append(item)
    if told:
        notices.tell_of_many(to, told, person, actor)
    return taken


@moves_open_work
@transaction.atomic
def hand_to_substitute(person: User, substitute: User, actor: Actor) -> int:
    """What lies there now goes to the substitute as new work would; says how many did.

    Where the substitute may not do it, it stays: the person is away, not gone.
    """
    moved: list[WorkItem] = []
    reason = _("Substitution")
    for pk in open_items_of(person):
        with step_of_work_item(pk, actor=SystemActor("workflows.substitution")) as step:
            item = step.item
            if not item.is_open or item.assignee_id != person.pk:
                continue
            chosen = Assigner(department_path=item.department_path).assign(
                item.role, person=person.username, excluded=item.excluded
            )
            if chosen.on_behalf_of_id != person.pk:
                continue
            _write(step, chosen.assignee_id, person.pk, item.role, item.alarm, reason)
            moved.append(item)
    if moved:
        notices.tell_of_many(substitute, moved, person, actor)
    return len(moved)


def _write(
    step: Step, assignee: int | None, on_behalf_of: int | None, role: str, alarm: str, reason: str
) -> None:
    item, before = step.item, step.item.assignee_id
    step.writes.update(
        item,
        assignee=assignee,
        on_behalf_of=on_behalf_of,
        role=role or item.role,
        alarm=alarm,
        is_from_queue=assignee is None,
        claimed_at=None,
        **item.brought_back(step.now),
    )
    step.history.deed(
        HistoryEvent.Kind.REASSIGNED,
        element=item.element,
        comment=reason,
        data={"from": before, "to": assignee, **part_of(item)},
    )


def _count(taken: Taken, assignee: int | None, to: User, *, alarm: str) -> None:
    if alarm:
        taken.to_administrators += 1
    elif assignee is None:
        taken.to_queue += 1
    elif assignee == to.pk:
        taken.by_taker += 1
    else:
        name = User.objects.get(pk=assignee).name
        taken.by_others[name] = taken.by_others.get(name, 0) + 1


@transaction.atomic
def hand_over_definitions(*, person: User, to: User, actor: Actor) -> int:
    """The flows that somebody looks after."""
    require(actor, MANAGE_PEOPLE)
    owned: Iterable[ProcessDefinition] = ProcessDefinition.objects.filter(owner=person).order_by("pk")
    keys: Sequence[int] = [one.pk for one in owned]
    ProcessDefinition.objects.filter(pk__in=keys).update(owner=to)
    return len(keys)
