"""What is asked, and of how much of it the answer may tell this reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from core.actors import Actor
from core.generic.arrivals import moments_of
from core.rights import EVERYBODY, NOBODY, scope_q
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.models.work_item import VIEW_CASES


@dataclass(frozen=True)
class Reach:
    """Of which cases the figures may tell, and of which of these who has done what."""

    cases: Q
    people: Q


def reach_of(actor: Actor, definition: ProcessDefinition) -> Reach | None:
    """Whoever sees the cases of a department or of all sees their figures; whoever draws or publishes a process sees
    those of the process, but of people only what the cases would show as well. None for everybody else."""
    seen = scope_q(actor, VIEW_CASES, owner=None)
    if definition.shows_its_draft_to(actor):
        return Reach(EVERYBODY, seen)
    return None if seen == NOBODY else Reach(seen, seen)


def require_reach(actor: Actor, definition: ProcessDefinition) -> Reach:
    """Raises PermissionDenied for who sees the process and none of its figures."""
    reach = reach_of(actor, definition)
    if reach is None:
        raise PermissionDenied(VIEW_CASES)
    return reach


@dataclass(frozen=True)
class Asked:
    """The figures of a process in a period, both days included; of one version and one department if said so."""

    definition: ProcessDefinition
    reach: Reach
    start: date
    end: date
    version: ProcessVersion | None = None
    department_path: str = ""

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return moments_of(self.start, self.end)

    @cached_property
    def versions(self) -> list[int]:
        if self.version is not None:
            return [self.version.pk]
        return list(self.definition.versions.values_list("pk", flat=True))

    def is_beside(self, path: str) -> bool:
        """Whether an element stands at the border of a step, in the newest version that has it."""
        for version in sorted(self.versions, reverse=True):
            element = definition_of(version).find(path)
            if element is not None:
                return element.host is not None
        return False

    @property
    def counters(self) -> Q:
        """Of rows that are counted by day."""
        return Q(version__in=self.versions, day__gte=self.start, day__lte=self.end) & self.cases

    @property
    def cases(self) -> Q:
        """The department of rows that have one of their own."""
        return self.reach.cases & self._department("department_path")

    @property
    def tallies(self) -> Q:
        """Of one row for each case."""
        only = Q(version=self.version) if self.version is not None else Q()
        return Q(definition=self.definition) & only & self.cases

    @property
    def work(self) -> Q:
        return self.counters & self.reach.people

    @property
    def running(self) -> Q:
        """Of cases as they stand."""
        return self.tallies

    def _department(self, name: str) -> Q:
        return Q(**{f"{name}__startswith": self.department_path}) if self.department_path else Q()
