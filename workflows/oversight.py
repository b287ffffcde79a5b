"""Who has to do a work item, and who stands above them: whom a deadline reminds and whom it tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from core import clock
from core.actors import Actor, SystemActor
from core.models import User
from core.rights import users_with_role
from workflows.models import WorkItem
from workflows.queues import people_of_queue

# So many of a queue are reminded.
MOST = 50
# Whom a deadline tells where nobody has a manager.
LADDER = ("gm", "process_admin")

# The chains of command above some people. A loop, which the services refuse anyway, ends at the depth.
_ABOVE = """
WITH RECURSIVE above (worker, id, depth) AS (
    SELECT u.id, u.manager_id, 1 FROM core_user u WHERE u.id = ANY(%(workers)s) AND u.manager_id IS NOT NULL
     UNION
    SELECT a.worker, u.manager_id, a.depth + 1
      FROM above a JOIN core_user u ON u.id = a.id
     WHERE u.manager_id IS NOT NULL AND a.depth < 30
)
"""
_NEAREST = f"""{_ABOVE}
SELECT DISTINCT ON (a.worker) m.id
  FROM above a JOIN core_user m ON m.id = a.id
 WHERE m.is_active AND m.id <> a.worker
 ORDER BY a.worker, a.depth
"""  # noqa: S608 - our own text
_IS_ABOVE = f"{_ABOVE} SELECT EXISTS (SELECT 1 FROM above WHERE id = %(person)s AND worker <> %(person)s)"  # noqa: S608


def workers_of(item: WorkItem) -> list[User]:
    """Who can do it now: the assignee, else the people of its queue, so many at most."""
    people = User.objects.filter(pk__in=_worker_ids(item, MOST), is_active=True)
    return list(people.order_by("pk"))


def managers_of(item: WorkItem) -> list[User]:
    """The nearest active managers of those people, else the general manager, else an administrator: never nobody."""
    found = User.objects.filter(pk__in=_column(_NEAREST, workers=_worker_ids(item, MOST)))
    return list(found.order_by("pk")) or _ladder()


def is_above(actor: Actor, item: WorkItem) -> bool:
    """Whether the actor commands somebody who has to do it, or stands in for a manager nobody has."""
    if isinstance(actor, SystemActor):
        return True
    if not actor.is_active:
        return False
    workers = _worker_ids(item, None)
    if any(_column(_IS_ABOVE, workers=workers, person=actor.pk)):
        return True
    return not _column(_NEAREST, workers=workers) and any(one.pk == actor.pk for one in _ladder())


def is_told(actor: Actor, item: WorkItem) -> bool:
    """Whether the item's deadline has made it the actor's business: then they may look at it."""
    told_from = min(filter(None, (item.copy_at, item.handover_at)), default=None)
    return item.is_open and told_from is not None and told_from <= clock.now() and is_above(actor, item)


def _worker_ids(item: WorkItem, most: int | None) -> list[int]:
    if item.assignee_id is not None:
        return [item.assignee_id]
    return people_of_queue(item.role, department_path=item.department_path, excluded=item.excluded, most=most)


def _ladder() -> list[User]:
    for role in LADDER:
        people = list(users_with_role(role).order_by("pk")[:MOST])
        if people:
            return people
    return list(User.objects.filter(is_active=True, is_superuser=True).order_by("pk")[:MOST])


def _column(statement: str, **values: Any) -> Sequence[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
