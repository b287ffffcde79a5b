"""Remove ended cases with everything that was theirs, and leave one row of each.

A batch is one short transaction that takes what nobody else has locked, so that nobody at work waits for it: it
touches ended cases only, and no step, start or inbox asks for a lock on those. Whoever places a legal hold waits for
the batch under way, then finds its case held or gone. What the database lets be deleted, its triggers say
(migration 0024); counters of figures stay.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from psycopg import errors as postgres

from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.rights import require
from core.search import tokens
from core.services.forgetting import forget_around
from workflows.models import ProcessDefinition, ProcessInstance, PurgedCase, WorkItem
from workflows.models.retention import PURGE
from workflows.selectors.cases import case_for
from workflows.services import locking
from workflows.services.purge_policy import Rule, reasons, why_not

# A batch shall take so many seconds; its size follows. Whoever places a hold waits that long at most.
TARGET = 0.08
FIRST, SMALLEST, LARGEST = 20, 5, 100
# For nobody's lock does a batch wait longer.
PATIENCE_MS = 100
# So often it finds everything locked before it leaves the rest for another time.
TRIES = 20

_HOLDS = "hashtextextended('workflows.legal_hold', 0)"
_CANDIDATES = """
SELECT i.id, i.ended_at FROM workflows_processinstance i
 WHERE i.definition_id = %(definition)s AND i.ended_at < %(before)s AND (i.ended_at, i.id) > (%(ended)s, %(id)s)
 ORDER BY i.ended_at, i.id LIMIT %(most)s
"""
_TAKE = "SELECT i.id FROM workflows_processinstance i WHERE i.id = ANY(%(ids)s) ORDER BY i.id FOR UPDATE SKIP LOCKED"
# What belongs to a case, in the order in which it can go.
_ROWS = (
    """DELETE FROM workflows_delivery WHERE subscription_id IN
       (SELECT id FROM workflows_subscription WHERE instance_id = ANY(%(ids)s))""",
    "DELETE FROM workflows_delivery WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_subscription WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_job WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_timer WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_incident WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_workitem WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_historyevent WHERE instance_id = ANY(%(ids)s)",
    "DELETE FROM workflows_processinstance WHERE id = ANY(%(ids)s)",
)
_PARTS = {"workflows.workitem": "workflows_workitem", "workflows.incident": "workflows_incident"}


@dataclass(frozen=True)
class Why:
    """Who purges, by which rule or for which reason: it stands in what is left of each case."""

    actor: Actor
    reason: str = ""
    months: int | None = None

    def told(self) -> dict[str, Any]:
        return {
            "way": PurgedCase.Way.HAND if self.months is None else PurgedCase.Way.POLICY,
            "months": self.months,
            "reason": self.reason,
            "purged_by_id": self.actor.pk,
            "purged_by_label": self.actor.display_name,
            "purged_at": clock.now(),
        }


@dataclass
class Done:
    """What a run has done: how many are gone, how many stay and why."""

    purged: int = 0
    held_back: dict[str, int] = field(default_factory=dict)


def purge_case(*, instance_id: int, reason: str, actor: Actor) -> PurgedCase:
    """Remove one ended case. Raises Conflict, with what holds it back, and changes nothing then."""
    instance = case_for(actor, instance_id) if not isinstance(actor, SystemActor) else None
    require(actor, PURGE)
    if not reason.strip():
        raise ApplicationError(
            _("Please say why."), code="reason_missing", errors={"reason": [_("Please say why.")]}
        )
    with locking.busy_is_a_conflict(), transaction.atomic():
        locking.set_patience()
        pk = instance.pk if instance is not None else instance_id
        done, stay = _bury([pk], Why(actor, reason.strip()))
        if not done:
            why = stay.get(pk, "busy")
            raise Conflict(
                _("The case cannot be purged: %(why)s") % {"why": why_not(why)}, code=f"case_{why}"
            )
        gone = PurgedCase.objects.get(pk=pk)
        audit.record(actor, "workflows.purge_case", gone, before={"title": str(gone)}, note=reason)
    return gone


def purge_by_rule(
    rule: Rule,
    *,
    actor: Actor,
    reason: str = "",
    after_each: Callable[[Done], None] = lambda done: None,
    go_on: Callable[[], bool] = lambda: True,
) -> Done:
    """Remove what a rule says, the oldest first, in batches; ``after_each`` may raise to end it between two."""
    done, why = Done(), Why(actor, reason, rule.months)
    try:
        for purged, stay in _batches(rule, why, go_on):
            done.purged += purged
            for reason_code in stay.values():
                done.held_back[reason_code] = done.held_back.get(reason_code, 0) + 1
            after_each(done)
    finally:
        if done.purged:
            _record(rule.definition, done, why)
    return done


def _batches(rule: Rule, why: Why, go_on: Callable[[], bool]) -> Iterator[tuple[int, Mapping[int, str]]]:
    """(how many are gone, which stay and why) of one batch after the other."""
    size, tries = FIRST, 0
    mark: tuple[datetime, int] = (datetime.min.replace(tzinfo=rule.before.tzinfo), 0)
    while go_on():
        found = _next(rule, mark, size)
        if not found:
            return
        began = time.monotonic()
        ids = [pk for pk, _ended in found]
        try:
            with transaction.atomic():
                _be_impatient()
                purged, stay = _bury(ids, why)
        except OperationalError as error:
            if not _is_busy(error) or (tries := tries + 1) > TRIES:
                raise
            continue
        took, tries = time.monotonic() - began, 0
        mark = (found[-1][1], found[-1][0])
        yield len(purged), stay
        size = max(SMALLEST, min(LARGEST, int(size * min(2.0, TARGET / max(took, 0.001)))))


def _next(rule: Rule, mark: tuple[datetime, int], size: int) -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CANDIDATES,
            {
                "definition": rule.definition.pk,
                "before": rule.before,
                "ended": mark[0],
                "id": mark[1],
                "most": size,
            },
        )
        return list(cursor.fetchall())


# One batch ----------------------------------------------------------------------------------------


def _bury(ids: Sequence[int], why: Why) -> tuple[list[int], dict[int, str]]:
    """Remove those of some cases that nothing holds back; (who is gone, who stays and why). In a transaction."""
    with connection.cursor() as cursor:
        # No hold is placed from here to the commit; one that is being placed is waited for.
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_HOLDS})")
        cursor.execute(_TAKE, {"ids": list(ids)})
        taken = [pk for (pk,) in cursor.fetchall()]
    found = reasons(ids)
    gone = [pk for pk in taken if not found[pk]]
    stay = {pk: reason or "busy" for pk, reason in found.items() if pk not in set(gone)}
    if gone:
        PurgedCase.objects.bulk_create(_tombstones(gone, why))
        _remove(gone)
    return gone, stay


def _tombstones(ids: Sequence[int], why: Why) -> list[PurgedCase]:
    tasks = dict(
        WorkItem.objects.filter(instance__in=ids).order_by().values_list("instance").annotate(Count("pk"))
    )
    told = why.told()
    return [
        PurgedCase(
            instance_id=case.pk,
            definition_id=case.definition_id,
            version_id=case.version_id,
            status=case.status,
            subject_type=case.subject_type,
            subject_id=case.subject_id,
            subject_title=case.subject_title,
            business_key=case.business_key,
            department_path=case.department_path,
            starter_id=case.starter_id,
            starter_label=case.starter_label,
            started_at=case.started_at,
            ended_at=case.ended_at or case.started_at,
            events=case.last_event,
            tasks=tasks.get(case.pk, 0),
            search_tokens=tokens(case.business_key, case.subject_title),
            **told,
        )
        for case in ProcessInstance.objects.without_state().filter(pk__in=ids)
    ]


def _remove(ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        for kind, table in _PARTS.items():
            cursor.execute(f"SELECT id FROM {table} WHERE instance_id = ANY(%s)", [list(ids)])  # noqa: S608
            forget_around(kind, [pk for (pk,) in cursor.fetchall()])
        forget_around("workflows.processinstance", ids)
        for statement in _ROWS:
            cursor.execute(statement, {"ids": list(ids)})


def _record(definition: ProcessDefinition, done: Done, why: Why) -> None:
    audit.record(
        why.actor,
        "workflows.purge_cases",
        definition,
        after={"purged": done.purged, "held_back": done.held_back, "months": why.months},
        note=why.reason,
    )


def _be_impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE_MS}ms"])


def _is_busy(error: OperationalError) -> bool:
    return isinstance(error.__cause__, postgres.LockNotAvailable | postgres.DeadlockDetected)
