"""Who has done how much, by person and by department; and one person's work by step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Sum

from core.models import Department, User
from workflows.models import WorkTally
from workflows.selectors.figures.asked import Asked


@dataclass
class PersonFigures:
    """What a person, a department or a person at a step has done."""

    name: str
    count: int = 0
    seconds: float = 0
    due: int = 0
    late: int = 0
    person: User | None = None
    department: Department | None = None

    def add(self, count: int, milliseconds: int, due: int, late: int) -> None:
        self.count += count
        self.seconds += milliseconds / 1000
        self.due += due
        self.late += late

    @property
    def average(self) -> float | None:
        return self.seconds / self.count if self.count else None

    @property
    def late_share(self) -> float | None:
        return self.late / self.due * 100 if self.due else None


@dataclass(frozen=True)
class People:
    persons: list[PersonFigures] = field(default_factory=list)
    departments: list[PersonFigures] = field(default_factory=list)


def people_of(asked: Asked) -> People:
    """The department is the one in which the person was then."""
    rows = WorkTally.objects.filter(asked.work).order_by().values_list("person", "person_department_path")
    counted = list(
        rows.annotate(
            Sum("count"),
            Sum("milliseconds"),
            Sum("due"),
            Sum("late"),
        )
    )
    people = User.objects.select_related("department").in_bulk({row[0] for row in counted})
    departments = {one.path: one for one in Department.objects.filter(path__in={row[1] for row in counted})}
    by_person: dict[int, PersonFigures] = {}
    by_department: dict[str, PersonFigures] = {}
    for pk, path, *sums in counted:
        person, department = people[pk], departments.get(path)
        by_person.setdefault(pk, PersonFigures(person.name, person=person)).add(*sums)
        name = str(department) if department is not None else ""
        by_department.setdefault(path, PersonFigures(name, department=department)).add(*sums)
    return People(_most_first(by_person.values()), _most_first(by_department.values()))


def steps_of_person(asked: Asked, person: User) -> list[PersonFigures]:
    """What one person has done, by step; ``name`` is its path."""
    rows = WorkTally.objects.filter(asked.work, person=person.pk).order_by().values_list("element")
    found = []
    for element, *sums in rows.annotate(Sum("count"), Sum("milliseconds"), Sum("due"), Sum("late")):
        one = PersonFigures(element, person=person)
        one.add(*sums)
        found.append(one)
    return _most_first(found)


def _most_first(found: Iterable[PersonFigures]) -> list[PersonFigures]:
    return sorted(found, key=lambda one: (-one.count, one.name))
