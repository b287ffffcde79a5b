"""Who gets a work item: a person, else their manager, else a role's queue, else the administrators, alarmed.

Never nobody, and never done by itself for want of somebody.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from core.models import User
from workflows.models import WorkItem
from workflows.queues import anybody_in_queue

if TYPE_CHECKING:
    from workflows.engine import Element
    from workflows.models import ProcessInstance

ADMINISTRATORS = "process_admin"


@dataclass(frozen=True)
class Assignment:
    """The person or the role's queue that an item goes to."""

    assignee_id: int | None = None
    role: str = ""
    alarm: str = WorkItem.Alarm.NONE


def assign(
    element: Element, *, person: str | None, department_path: str, excluded: Collection[int]
) -> Assignment:
    """The first rung of the ladder that holds.

    ``person`` is the user name (or id) that the step's expression gave; ``excluded`` are people whose own
    earlier work the step checks.
    """
    role = element.role or ""
    if person:
        found = _able_person(person, excluded)
        if found is not None:
            return Assignment(assignee_id=found, role=role)
    if role and anybody_in_queue(role, department_path=department_path, excluded=excluded):
        return Assignment(role=role)
    return Assignment(role=ADMINISTRATORS, alarm=WorkItem.Alarm.NOBODY_ENTITLED)


def beside(path: str, elements: Collection[str]) -> list[str]:
    """The paths of elements of the same diagram: that of a called process is reached through its call."""
    call, slash, _name = path.rpartition("/")
    return [f"{call}{slash}{name}" for name in elements]


def done_by(instance: ProcessInstance, elements: Collection[str]) -> dict[str, int]:
    """Who last completed each of these steps of a case: element -> person."""
    rows = (
        WorkItem.objects.filter(
            instance=instance.pk,
            element__in=elements,
            status=WorkItem.Status.COMPLETED,
            completed_by__isnull=False,
        )
        .order_by("element", "-completed_at", "-pk")
        .distinct("element")
        .values_list("element", "completed_by")
    )
    return dict(rows)


def _able_person(name: str, excluded: Collection[int]) -> int | None:
    """The named person, or the nearest manager above who is active and not excluded."""
    is_named = Q(username=name) | (Q(pk=int(name)) if name.isdecimal() and len(name) < 19 else Q(pk__in=[]))
    person = User.objects.filter(is_named).select_related("manager").order_by("pk").first()
    if person is None:
        return None
    for candidate in [person, *([] if _is_able(person, excluded) else person.chain_of_command())]:
        if _is_able(candidate, excluded):
            return candidate.pk
    return None


def _is_able(person: User, excluded: Collection[int]) -> bool:
    return person.is_active and person.pk not in excluded
