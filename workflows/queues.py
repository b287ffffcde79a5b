"""Which part of which role's queue a person sees.

Whoever has a role sees its queue. A grant of ``workflows.take_from_queue`` to the role narrows it: with
the scope department or subtree, its people see only items of business in their own department (or below).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, FilteredRelation, Q

from core.actors import Actor, SystemActor

if TYPE_CHECKING:
    from core.models import User

NARROWING = "workflows.take_from_queue"


@dataclass(frozen=True)
class Queue:
    """A role's queue as one person sees it."""

    role: str
    scope: str  # all, subtree, department
    path: str  # the person's department

    def reach(self) -> Q:
        """The condition on an item's department."""
        if self.scope == "all":
            return Q()
        anywhere = Q(department_path="")
        if not self.path:
            return anywhere
        if self.scope == "subtree":
            return anywhere | Q(department_path__startswith=self.path)
        return anywhere | Q(department_path=self.path)

    def holds(self, *, role: str, department_path: str) -> bool:
        """The same condition for an item at hand."""
        if role != self.role:
            return False
        if self.scope == "all" or not department_path:
            return True
        if not self.path:
            return False
        inside = department_path.startswith(self.path)
        return inside if self.scope == "subtree" else department_path == self.path


def queues_of(actor: Actor) -> list[Queue]:
    """The queues of a person, one for each role; asked of the database once for each user object."""
    if isinstance(actor, SystemActor):
        return []
    known: list[Queue] | None = getattr(actor, "_queues", None)
    if known is None:
        known = _load(actor) if actor.is_active else []
        actor._queues = known  # type: ignore[attr-defined]
    return known


def _load(person: User) -> list[Queue]:
    from core.models import Role

    narrowing = FilteredRelation("grants", condition=Q(grants__permission=NARROWING))
    rows = (
        Role.objects.filter(users=person)
        .annotate(narrowing=narrowing)
        .annotate(scope=F("narrowing__scope"), path=F("users__department__path"))
        .values_list("code", "scope", "path")
        .order_by("code")
    )
    return [Queue(code, scope or "all", path or "") for code, scope, path in rows]


# Asked at each step that hands work to a role, so it is written out: building it costs more than running it.
_PEOPLE = """
      FROM core_user u
      JOIN core_user_roles ur ON ur.user_id = u.id
      JOIN core_role r ON r.id = ur.role_id
      LEFT JOIN core_department d ON d.id = u.department_id
      LEFT JOIN core_grant g ON g.role_id = r.id AND g.permission = %(narrowing)s
     WHERE u.is_active AND r.code = ANY(%(roles)s) AND NOT u.id = ANY(%(excluded)s)
       AND CASE WHEN %(path)s = '' OR coalesce(g.scope, 'all') = 'all' THEN true
                WHEN g.scope = 'subtree' THEN starts_with(%(path)s, d.path)
                ELSE d.path = %(path)s END
"""
_ANYBODY = f"SELECT EXISTS (SELECT 1 {_PEOPLE})"
_ROLES = f"SELECT DISTINCT r.code {_PEOPLE}"
_WHO = f"SELECT DISTINCT u.id {_PEOPLE} ORDER BY u.id LIMIT %(most)s"


def anybody_in_queue(role: str, *, department_path: str, excluded: Collection[int] = ()) -> bool:
    """Whether the queue of anybody would show an item of this role and department."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ANYBODY,
            {"narrowing": NARROWING, "roles": [role], "path": department_path, "excluded": list(excluded)},
        )
        return bool(cursor.fetchone()[0])


def roles_with_people(
    roles: Collection[str], *, department_path: str, excluded: Collection[int] = ()
) -> set[str]:
    """The same for several roles at once: those of them that have anybody."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ROLES,
            {
                "narrowing": NARROWING,
                "roles": list(roles),
                "path": department_path,
                "excluded": list(excluded),
            },
        )
        return {code for (code,) in cursor.fetchall()}


def people_of_queue(
    role: str, *, department_path: str, excluded: Collection[int] = (), most: int | None = None
) -> list[int]:
    """Whose queue would show an item of this role and department: their ids, so many at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WHO,
            {
                "narrowing": NARROWING,
                "roles": [role],
                "path": department_path,
                "excluded": list(excluded),
                "most": most,
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


def in_queues_of(actor: Actor) -> Q:
    """Open items nobody has taken yet that this person may take."""
    unclaimed = Q(assignee=None, status="open")
    if isinstance(actor, SystemActor):
        return unclaimed
    reached = Q(pk__in=[])
    for queue in queues_of(actor):
        reached |= Q(role=queue.role) & queue.reach()
    return unclaimed & reached & ~Q(excluded__contains=[actor.pk])
