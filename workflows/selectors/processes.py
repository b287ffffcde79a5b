"""Processes as staff know them: which they may read about, which they may begin, and how long these take."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Count

from core.models import User
from workflows.definitions import definition_of
from workflows.models import ProcessDefinition, ProcessInstance, WorkItem

# The newest finished cases of a process say how long it takes now.
LATEST = 200


def process_to_read(person: User, key: str) -> ProcessDefinition:
    """A published process that this person may start, draw, look at or takes part in.

    Raises ProcessDefinition.DoesNotExist for everybody else as for a process that is not there."""
    found = ProcessDefinition.objects.select_related("current_version").get(
        key=key, current_version__isnull=False
    )
    if ProcessDefinition.objects.visible_to(person).filter(pk=found.pk).exists() or _takes_part(
        person, found
    ):
        return found
    raise ProcessDefinition.DoesNotExist(key)


def _takes_part(person: User, process: ProcessDefinition) -> bool:
    """Whoever has a role of one of its steps, or a task or a case of it."""
    version = process.current_version_id
    if version is not None and definition_of(version).roles & person.role_codes:
        return True
    mine = WorkItem.objects.filter(definition=process)
    return (
        mine.filter(assignee=person.pk).exists()
        or mine.filter(completed_by=person.pk).exists()
        or ProcessInstance.objects.filter(definition=process, starter=person.pk).exists()
    )


def processes_to_start(person: User) -> list[ProcessDefinition]:
    """The published processes that begin when a person says so, and that this one may begin."""
    published = (
        ProcessDefinition.objects.visible_to(person)
        .filter(current_version__isnull=False)
        .select_related("current_version")
        .order_by("key")
    )
    return [one for one in published if one.may_be_started_by(person) and begins_plainly(one)]


def begins_plainly(process: ProcessDefinition) -> bool:
    version = process.current_version_id
    return version is not None and definition_of(version).plain_start is not None


@dataclass(frozen=True)
class Usage:
    """How much a process is used: `mine` by this person, `finished` by anybody, and the median of how long."""

    mine: int = 0
    finished: int = 0
    median: timedelta | None = None


def usage_of(person: User, processes: Collection[ProcessDefinition]) -> Mapping[int, Usage]:
    """By process; two questions for all of them."""
    keys = [one.pk for one in processes]
    started = ProcessInstance.objects.filter(starter=person.pk, definition__in=keys).order_by()
    mine = dict(started.values_list("definition").annotate(Count("pk")))
    times = _medians(keys)
    return {key: Usage(mine.get(key, 0), *times.get(key, (0, None))) for key in keys}


_MEDIANS = """
SELECT d.id, count(c.took), percentile_cont(0.5) WITHIN GROUP (ORDER BY c.took)
  FROM unnest(%(keys)s::bigint[]) AS d(id)
 CROSS JOIN LATERAL (
    SELECT extract(epoch FROM ended_at - started_at) AS took FROM workflows_processinstance
     WHERE definition_id = d.id AND status = 'completed' ORDER BY id DESC LIMIT %(latest)s
 ) AS c
 GROUP BY d.id
"""


def _medians(keys: Collection[int]) -> dict[int, tuple[int, timedelta]]:
    with connection.cursor() as cursor:
        cursor.execute(_MEDIANS, {"keys": list(keys), "latest": LATEST})
        return {key: (count, timedelta(seconds=float(took))) for key, count, took in cursor.fetchall()}
