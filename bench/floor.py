"""The bare floor: our engine package and plain psycopg, nothing of Django.

It runs the same diagram on the same tables and writes the same rows as ``workflows.services`` (the case, the
finished item, the next item, the history), in two statements a step: one that locks and reads, one that
writes everything. Nobody's rights are checked, nothing is counted or audited. Kept as fast as we can make it.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg

from workflows.engine import Case, Definition

_LOCK = """
SELECT i.id, i.state, i.last_event, i.revision, w.element, w.token
  FROM workflows_workitem w JOIN workflows_processinstance i ON i.id = w.instance_id
 WHERE w.id = %s AND w.status = 'open'
   FOR NO KEY UPDATE OF i, w
"""
_EVENTS = """
INSERT INTO workflows_historyevent (instance_id, seq, kind, element, actor_id, actor_label, outcome, comment, data, at)
SELECT %(instance)s, (e->>0)::int, e->>1, e->>2, (e->>3)::bigint, e->>4, e->>5, '', e->6, %(now)s
  FROM jsonb_array_elements(%(events)s) e
"""
_WRITE = (
    """
  WITH moved AS (
    UPDATE workflows_processinstance
       SET state = %(state)s, status = %(status)s, revision = %(revision)s, last_event = %(last)s,
           open_rows = %(open)s, ended_at = %(ended)s
     WHERE id = %(instance)s),
  done AS (
    UPDATE workflows_workitem
       SET status = 'completed', outcome = 'approve', completed_by_id = %(actor)s,
           completed_by_label = %(label)s, completed_at = %(now)s
     WHERE id = %(item)s),
  history AS ("""
    + _EVENTS
    + """ )
INSERT INTO workflows_workitem (instance_id, definition_id, element, token, name_zh, name_en, status, role,
       is_from_queue, excluded, indices, part, alarm, priority, visible_from, created_at, subject_type, subject_id,
       subject_title, department_path, starter_id, search_tokens, outcome, completed_by_label)
SELECT %(instance)s, %(definition)s, w->>0, w->>1, w->>2, w->>2, 'open', 'rep', true, '{}', '{}', '', '', 0, %(now)s,
       %(now)s, '', '', '', '', %(actor)s, '{}', '', ''
  FROM jsonb_array_elements(%(items)s) w
RETURNING id
"""
)
_START = """
INSERT INTO workflows_processinstance (definition_id, version_id, status, state, revision, open_rows, last_event,
       subject_type, subject_id, subject_title, business_key, department_path, starter_id, starter_label, started_at)
VALUES (%s, %s, 'active', '{}', 0, 1, 0, '', '', '', '', '', %s, '', %s)
RETURNING id
"""


class FloorHost:
    """A world without operations or subject."""

    refusals: tuple[type[Exception], ...] = ()

    def call(self, operation: str, params: dict[str, Any], **where: Any) -> dict[str, Any]:
        raise LookupError(operation)

    def subject(self, path: str) -> Any:
        raise LookupError(path)

    def guard(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def now(self) -> datetime:
        return datetime.now(UTC)


class Floor:
    """Starts cases and completes their items with the least that can be done."""

    def __init__(
        self, dsn: str, definition: Definition, *, definition_id: int, version_id: int, actor: int
    ) -> None:
        self.connection = psycopg.connect(dsn)
        self.definition = definition
        self.definition_id = definition_id
        self.version_id = version_id
        self.actor = actor

    def start(self) -> int:
        """Start a case; returns the first item's id."""
        now = datetime.now(UTC)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(_START, (self.definition_id, self.version_id, self.actor, now))
            instance = cursor.fetchone()[0]
            case = Case.start(self.definition, FloorHost(), {})
            return self._write(
                cursor, case, instance=instance, item=0, last=0, revision=0, element="", now=now
            )

    def complete(self, item: int) -> int:
        """Approve an item; returns the next item's id, 0 at the end."""
        now = datetime.now(UTC)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(_LOCK, (item,))
            instance, state, last, revision, element, token = cursor.fetchone()
            case = Case.load(self.definition, state, FloorHost())
            case.complete(token, {}, outcome="approve", by="rep1")
            return self._write(
                cursor,
                case,
                instance=instance,
                item=item,
                last=last,
                revision=revision,
                element=element,
                now=now,
            )

    def _write(
        self,
        cursor: psycopg.Cursor[Any],
        case: Case,
        *,
        instance: int,
        item: int,
        last: int,
        revision: int,
        element: str,
        now: datetime,
    ) -> int:
        events = []
        for event in case.events:
            if event.kind not in {"completed", "ended"}:
                continue
            last += 1
            name = event.element.id if event.element else ""
            person = name == element
            events.append(
                [
                    last,
                    event.kind,
                    name,
                    self.actor if person else None,
                    "rep1" if person else f"bench:{name}",
                    "approve" if person else "",
                    event.reads,
                ]
            )
        fresh = [
            [one.element.id, one.token, one.element.name]
            for one in case.waiting()
            if one.element.id != element and one.kind == "work_item"
        ]
        cursor.execute(
            _WRITE,
            {
                "instance": instance,
                "state": orjson.dumps(case.state()).decode(),
                "status": "completed" if case.is_completed else "active",
                "revision": revision + 1,
                "last": last,
                "open": len(fresh),
                "ended": now if case.is_completed else None,
                "item": item,
                "actor": self.actor,
                "label": "rep1",
                "now": now,
                "events": orjson.dumps(events).decode(),
                "definition": self.definition_id,
                "items": orjson.dumps(fresh).decode(),
            },
        )
        row = cursor.fetchone()
        return row[0] if row else 0

    def close(self) -> None:
        self.connection.close()
