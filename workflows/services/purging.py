"""Remove ended cases with everything that was theirs, and leave one row of each.

A batch is one short transaction (``batches``): whoever places a legal hold waits for it, then finds the case held or
gone. What the database lets be deleted, its triggers say (migration 0024); counters of figures stay.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

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
from workflows.services.batches import Done, in_batches, take
from workflows.services.purge_policy import Rule, why_not

_CANDIDATES = """
SELECT i.id, i.ended_at FROM workflows_processinstance i
 WHERE i.definition_id = %(definition)s AND i.ended_at < %(before)s AND (i.ended_at, i.id) > (%(ended)s, %(id)s)
 ORDER BY i.ended_at, i.id LIMIT %(most)s
"""
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
    values = {"definition": rule.definition.pk, "before": rule.before}
    try:
        for purged, stay in in_batches(_CANDIDATES, values, lambda ids: _bury(ids, why), go_on):
            done.add(purged, stay)
            after_each(done)
    finally:
        if done.cases:
            _record(rule.definition, done, why)
    return done


# One batch ----------------------------------------------------------------------------------------


def _bury(ids: Sequence[int], why: Why) -> tuple[list[int], dict[int, str]]:
    """Remove those of some cases that nothing holds back; (who is gone, who stays and why). In a transaction."""
    gone, stay = take(ids)
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
        after={"purged": done.cases, "held_back": done.held_back, "months": why.months},
        note=why.reason,
    )
