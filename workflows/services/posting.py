"""Write down what is told, and to whom it goes, in the transaction of who tells it.

A message goes to one case of each process: the one that has waited longest, else it starts one. A signal goes
to everybody who waits at this moment. Nothing is delivered here: each case that hears is moved in a transaction
of its own, after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from workflows.models import Message
from workflows.services.correlation import key_of
from workflows.services.wake import wake_deliveries

if TYPE_CHECKING:
    from workflows.services.step import Step

# How long a message that nobody waits for is kept, unless its sender says otherwise.
KEPT_FOR = timedelta(days=30)

# Who hears of it: the oldest open place of each process, for a signal all of them.
_TO_CASES = """
INSERT INTO workflows_delivery
       (message_id, definition_id, subscription_id, is_single, status, attempts, try_at, error, created_at)
SELECT message_id, definition_id, subscription_id, is_single, 'open', 0, %(now)s, '', %(now)s
  FROM (SELECT m.id AS message_id, s.definition_id, s.id AS subscription_id, m.kind = 'message' AS is_single,
               row_number() OVER (PARTITION BY m.id, s.definition_id ORDER BY s.id) AS place
          FROM workflows_message m
          JOIN workflows_subscription s
            ON s.status = 'open' AND s.kind = m.kind AND s.name = m.name
           AND (m.kind = 'signal' OR s.key = m.key)
         WHERE m.id = ANY(%(messages)s)
           AND NOT EXISTS (SELECT 1 FROM workflows_delivery d
                            WHERE d.message_id = m.id
                              AND (d.subscription_id = s.id
                                   OR (d.is_single AND d.definition_id = s.definition_id AND d.status <> 'void')))
       ) AS found
 WHERE place = 1 OR NOT is_single
    ON CONFLICT DO NOTHING
RETURNING id
"""
# A process that can be started by it, unless one of its cases hears of it already.
_TO_STARTS = """
INSERT INTO workflows_delivery
       (message_id, definition_id, trigger_id, is_single, status, attempts, try_at, error, created_at)
SELECT DISTINCT ON (m.id, t.definition_id)
       m.id, t.definition_id, t.id, m.kind = 'message', 'open', 0, %(now)s, '', %(now)s
  FROM workflows_message m
  JOIN workflows_starttrigger t ON t.status = 'open' AND t.kind = m.kind AND t.name = m.name
 WHERE m.id = ANY(%(messages)s)
   AND NOT EXISTS (SELECT 1 FROM workflows_delivery d
                    WHERE d.message_id = m.id AND d.is_single AND d.definition_id = t.definition_id
                      AND d.status <> 'void')
 ORDER BY m.id, t.definition_id, t.id
    ON CONFLICT DO NOTHING
RETURNING id
"""


def post_thrown(step: Step) -> None:
    """Send what the case has thrown in this step. Its uid is the token's, so that a repetition is none."""
    instance = step.instance
    post(
        Message(
            uid=f"case:{instance.pk}:{thrown.token}:{instance.revision}",
            kind=thrown.kind,
            name=thrown.name,
            key=key_of(
                thrown.correlation, subject_type=instance.subject_type, subject_id=instance.subject_id
            ),
            payload=dict(thrown.payload),
            subject_type=instance.subject_type,
            subject_id=instance.subject_id,
            sender_label=f"{instance.definition.key}:{thrown.element.id}"[:120],
            created_at=step.now,
            expires_at=step.now + KEPT_FOR,
        )
        for thrown in step.case.outbox
    )


def post(messages: Iterable[Message]) -> list[Message]:
    """Store messages and address them, in the caller's transaction; workers are woken after its commit."""
    stored = Message.objects.bulk_create(messages)
    if stored:
        address([one.pk for one in stored], now=stored[0].created_at)
    return stored


def address(message_ids: Sequence[int], *, now: datetime) -> int:
    """Find out who hears of messages now; says how many deliveries that makes."""
    if not message_ids:
        return 0
    values: dict[str, Any] = {"messages": list(message_ids), "now": now}
    found: list[int] = []
    with connection.cursor() as cursor:
        for statement in (_TO_CASES, _TO_STARTS):
            cursor.execute(statement, values)
            found += [row[0] for row in cursor.fetchall()]
    wake_deliveries(found)
    return len(found)
