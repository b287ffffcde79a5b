"""Who gets a work item: the ladder.

The person that the step names; while they are away their substitute, or that one's substitute; else the nearest
manager above, who may be away too; else the queue of the role; else the administrators, alarmed. Nobody who did
what the step checks. Never nobody, and never done by itself for want of somebody. The role is that of the step or
its lane, or the one that a value of the case names (``named_roles``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, QuerySet, Subquery

from core.models import User
from core.people import away_today
from workflows.models import WorkItem
from workflows.queues import anybody_in_queue, roles_with_people

if TYPE_CHECKING:
    from workflows.engine import Definition, Element
    from workflows.models import ProcessInstance

ADMINISTRATORS = "process_admin"
# Substitutes of substitutes: so far, then it is the manager's.
LONGEST_CHAIN = 3


@dataclass(frozen=True)
class Assignment:
    """The person or the role's queue that an item goes to."""

    assignee_id: int | None = None
    # Whose work it is, where the assignee stands in.
    on_behalf_of_id: int | None = None
    role: str = ""
    alarm: str = WorkItem.Alarm.NONE


class Assigner:
    """Hands out the work of one step. What it has asked once it knows, so that two hundred reviewers cost
    no more statements than one."""

    def __init__(self, *, department_path: str) -> None:
        self.department_path = department_path
        self._people: dict[str, User | None] = {}
        self._queues: dict[tuple[str, tuple[int, ...]], bool] = {}

    def meet(self, names: Iterable[str]) -> None:
        """Look the named people up, by user name or id, in one statement."""
        wanted = {name for name in names if name not in self._people}
        if not wanted:
            return
        keys = [int(name) for name in wanted if name.isdecimal() and len(name) < 19]
        found = _with_substitute(User.objects.filter(Q(username__in=wanted) | Q(pk__in=keys)))
        self._people.update(dict.fromkeys(wanted))
        for person in found.order_by("-pk"):
            for name in wanted & {person.username, str(person.pk)}:
                self._people[name] = person

    def look_into(self, queues: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Ask which of these roles have anybody, in one statement for each set of excluded people."""
        wanted: dict[tuple[int, ...], set[str]] = {}
        for role, excluded in queues:
            if (role, tuple(excluded)) not in self._queues:
                wanted.setdefault(tuple(excluded), set()).add(role)
        for excluded, roles in wanted.items():
            found = roles_with_people(roles, department_path=self.department_path, excluded=excluded)
            self._queues.update({(role, excluded): role in found for role in roles})

    def assign(self, role: str, *, person: str | None, excluded: Collection[int]) -> Assignment:
        """The first rung of the ladder that holds.

        ``role`` is the one whose queue the work is for ("" where there is none), ``person`` the user name (or id)
        that the step's expression gave; ``excluded`` are people whose own earlier work the step checks.
        """
        if person:
            found = self._able_person(person, excluded)
            if found is not None:
                does, for_whom = found
                return Assignment(does, None if does == for_whom else for_whom, role)
        if role and self._anybody(role, excluded):
            return Assignment(role=role)
        return Assignment(role=ADMINISTRATORS, alarm=WorkItem.Alarm.NOBODY_ENTITLED)

    def is_for(self, chosen: Assignment, name: str | None) -> bool:
        """Whether it went to the very person that was named."""
        person = self._people.get(name) if name else None
        return person is not None and person.pk == chosen.assignee_id

    def _able_person(self, name: str, excluded: Collection[int]) -> tuple[int, int] | None:
        """(who does it, whose work it is): the named person or whoever stands in, else the nearest manager above
        of whom the same holds."""
        self.meet([name])
        person = self._people[name]
        if person is None:
            return None
        able = self._able_for(person, excluded)
        if able is not None:
            return able, person.pk
        for manager in person.chain_of_command():
            able = self._able_for(_asked_again(manager.pk), excluded)
            if able is not None:
                return able, manager.pk
        return None

    def _able_for(self, person: User, excluded: Collection[int]) -> int | None:
        """The person, or while they are away the last one of the chain of their substitutes."""
        for _hop in range(LONGEST_CHAIN + 1):
            if not person.is_active:
                return None
            if person.substitute_id is None:  # type: ignore[attr-defined]
                return person.pk if person.pk not in excluded else None
            person = _asked_again(person.substitute_id)  # type: ignore[attr-defined]
        return None

    def _anybody(self, role: str, excluded: Collection[int]) -> bool:
        key = (role, tuple(excluded))
        if key not in self._queues:
            self._queues[key] = anybody_in_queue(
                role, department_path=self.department_path, excluded=excluded
            )
        return self._queues[key]


def beside(path: str, elements: Collection[str]) -> list[str]:
    """The paths of elements of the same diagram: that of a called process is reached through its call."""
    call, slash, _name = path.rpartition("/")
    return [f"{call}{slash}{name}" for name in elements]


class Done:
    """Who did which steps of a case; asked once for each set of steps."""

    def __init__(self, instance: ProcessInstance, *, finished: WorkItem | None = None) -> None:
        self.instance = instance
        # An item that was finished in this very step: its row is not written yet.
        self.finished = finished
        self._known: dict[tuple[str, ...], dict[tuple[str, tuple[int, ...]], int]] = {}

    def kept_apart(
        self, definition: Definition, path: str, indices: Sequence[int], elements: Collection[str]
    ) -> list[tuple[str, int]]:
        """(step, person) for the people who may not do a step, because it checks what they did.

        Inside a multi-instance only what was done for the same element counts. Of a step done several times
        over the last time does; of one with several elements, each.
        """
        others = beside(path, elements)
        around = _repeated(definition, path)
        shared = {other: _shared(around, _repeated(definition, other), other == path) for other in others}
        return [
            (element, person)
            for (element, of), person in self._last(tuple(others)).items()
            if element in shared and of[: shared[element]] == tuple(indices[: shared[element]])
        ]

    def _last(self, elements: tuple[str, ...]) -> dict[tuple[str, tuple[int, ...]], int]:
        """Who completed these steps last, by step and element of the multi-instances around it."""
        if elements not in self._known:
            rows = (
                WorkItem.objects.filter(
                    instance=self.instance.pk,
                    element__in=elements,
                    status=WorkItem.Status.COMPLETED,
                    completed_by__isnull=False,
                )
                .order_by("element", "indices", "-completed_at", "-pk")
                .distinct("element", "indices")
                .values_list("element", "indices", "completed_by")
            )
            found = {(element, tuple(indices)): person for element, indices, person in rows}
            last = self.finished
            if last is not None and last.completed_by_id is not None:
                found[last.element, tuple(last.indices)] = last.completed_by_id
            self._known[elements] = found
        return self._known[elements]


def _shared(around: list[str], other: list[str], is_same: bool) -> int:
    """How many multi-instances stand around both steps. A step apart from itself means its other elements."""
    if is_same:
        return len(around) - 1 if around else 0
    return next(
        (n for n, (a, b) in enumerate(zip(around, other, strict=False)) if a != b),
        min(len(around), len(other)),
    )


def _repeated(definition: Definition, path: str) -> list[str]:
    """The multi-instance activities around an element, itself included, outermost first."""
    first, _, rest = path.partition("/")
    element: Element | None = definition.elements.get(first)
    found: list[str] = []
    while element is not None:
        if element.loop is not None and element.loop.is_multi:
            found.append(element.id)
        element = definition.elements.get(element.scope)
    found.reverse()
    if rest and first in definition.calls:
        found += [f"{first}/{inner}" for inner in _repeated(definition.calls[first], rest)]
    return found


def _with_substitute(people: QuerySet[User]) -> QuerySet[User]:
    """Who stands in for them today comes with the people, in the same statement."""
    substitute = away_today().filter(person=OuterRef("pk")).values("substitute")[:1]
    return people.select_related("manager").annotate(substitute_id=Subquery(substitute))


def _asked_again(pk: int) -> User:
    """Somebody further up the ladder, with who stands in for them."""
    return _with_substitute(User.objects.all()).get(pk=pk)
