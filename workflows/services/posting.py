"""Write down what is told, and to whom it goes, in the transaction of who tells it.

A message goes to one case of each process: the one that has waited longest, else it starts one. A process that
has not heard it may until it expires, so a case that begins to wait looks whether its message is there already.
A signal goes to everybody who waits at this moment. Nothing is delivered here: each case that hears is moved in
a transaction of its own, after the commit (``delivery``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from core.errors import ApplicationError
from workflows import registry
from workflows.models import Delivery, Message
from workflows.services.correlation import key_of
from workflows.services.wake import wake_deliveries

if TYPE_CHECKING:
    from workflows.services.step import Step

# How long a message is kept for those who do not wait for it yet, unless its sender says otherwise.
KEPT_FOR = timedelta(days=30)
# What is sent is offered to the workers at once; the sweeper leaves it alone so long.
GRACE = timedelta(seconds=15)

_INSERT = """
INSERT INTO workflows_delivery
       (message_id, definition_id, subscription_id, trigger_id, is_single, status, attempts, try_at, error,
        refusal, created_at)
"""
_ROW = "'open', 0, %(try_at)s, '', jsonb_build_object(), %(now)s"
# A message that is on its way to a process, has arrived there or was refused there does not go there again.
_NEW_TO = """
NOT EXISTS (SELECT 1 FROM workflows_delivery d
             WHERE d.message_id = m.id AND d.is_single AND d.definition_id = {definition}
               AND d.status <> 'void')
"""
_BUSY = "EXISTS (SELECT 1 FROM workflows_delivery d WHERE d.subscription_id = s.id AND d.status = 'open')"
_MATCH = "s.status = 'open' AND s.kind = m.kind AND s.name = m.name AND (m.kind = 'signal' OR s.key = m.key)"

# Who hears of it: the oldest place of each process to which nothing is on its way yet, for a signal all.
_TO_CASES = f"""
{_INSERT}
SELECT message_id, definition_id, subscription_id, NULL, is_single, {_ROW}
  FROM (SELECT m.id AS message_id, s.definition_id, s.id AS subscription_id, m.kind = 'message' AS is_single,
               row_number() OVER (PARTITION BY m.id, s.definition_id ORDER BY {_BUSY}, s.id) AS place
          FROM workflows_message m
          JOIN workflows_subscription s ON {_MATCH}
         WHERE m.id = ANY(%(messages)s) AND {_NEW_TO.format(definition="s.definition_id")}
       ) AS found
 WHERE place = 1 OR NOT is_single
 ORDER BY message_id, subscription_id
    ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608 - put together from the texts above
# A process that can be started by it, unless one of its cases hears of it already.
_TO_STARTS = f"""
{_INSERT}
SELECT DISTINCT ON (m.id, t.definition_id)
       m.id, t.definition_id, NULL::bigint, t.id, m.kind = 'message', {_ROW}
  FROM workflows_message m
  JOIN workflows_starttrigger t ON t.status = 'open' AND t.kind = m.kind AND t.name = m.name
 WHERE m.id = ANY(%(messages)s) AND {_NEW_TO.format(definition="t.definition_id")}
 ORDER BY m.id, t.definition_id, t.id
    ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608
# The oldest message that is kept, for each place.
_KEPT_FOR_PLACES = f"""
{_INSERT}
SELECT DISTINCT ON (s.id) m.id, s.definition_id, s.id, NULL::bigint, true, {_ROW}
  FROM workflows_subscription s
  JOIN workflows_message m
    ON m.kind = 'message' AND m.name = s.name AND m.key = s.key AND m.expires_at > %(now)s
 WHERE s.status = 'open' AND s.kind = 'message' AND {{which}}
   AND {_NEW_TO.format(definition="s.definition_id")}
 ORDER BY s.id, m.id
    ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608
_KEPT_FOR_STEP = _KEPT_FOR_PLACES.format(which="s.instance_id = %(instance)s AND s.token = ANY(%(tokens)s)")
_KEPT_FOR_PLACE = _KEPT_FOR_PLACES.format(which="s.id = %(place)s")
# Who has missed each other, because both were written at the same moment and neither saw the other.
_MISSED = _KEPT_FOR_PLACES.format(which=f"NOT {_BUSY}")
# A start that was paused when the message came. One that did not exist then has nothing to do with it.
_MISSED_STARTS = f"""
{_INSERT}
SELECT DISTINCT ON (m.id, t.definition_id)
       m.id, t.definition_id, NULL::bigint, t.id, true, {_ROW}
  FROM workflows_message m
  JOIN workflows_starttrigger t ON t.status = 'open' AND t.kind = 'message' AND t.name = m.name
 WHERE m.kind = 'message' AND m.expires_at > %(now)s AND m.created_at >= t.created_at
   AND {_NEW_TO.format(definition="t.definition_id")}
 ORDER BY m.id, t.definition_id, t.id
    ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608
# A signal was on its way to a place that has heard another one: the same place waits again under a new row.
_TO_FOLLOWERS = f"""
{_INSERT}
SELECT d.message_id, s.definition_id, s.id, NULL::bigint, false, {_ROW}
  FROM workflows_delivery d
  JOIN workflows_subscription s ON s.follows_id = d.subscription_id
 WHERE d.id = ANY(%(deliveries)s) AND NOT d.is_single
 ORDER BY d.message_id, s.id
    ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608


def post_thrown(step: Step) -> None:
    """Send what the case has thrown in this step. Its uid is the token's, so that a repetition is none."""
    instance = step.instance
    for thrown in step.case.outbox:
        # The lint keeps such diagrams out; this one is older than the name's declaration.
        if thrown.name in registry.events():
            raise ApplicationError(
                _("“%(name)s” is told by the program itself, so no diagram tells it.")
                % {"name": thrown.name},
                code="event_is_reserved",
            )
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
            expires_at=step.now + KEPT_FOR if thrown.kind == Message.Kind.MESSAGE else step.now,
        )
        for thrown in step.case.outbox
    )


def post(messages: Iterable[Message]) -> list[Message]:
    """Store messages and address them, in the caller's transaction; they are delivered after its commit."""
    stored = Message.objects.bulk_create(messages)
    if stored:
        address([one.pk for one in stored], now=stored[0].created_at)
    return stored


def address(message_ids: Sequence[int], *, now: datetime) -> int:
    """Find out who hears of messages now; says how many deliveries that makes."""
    values = {"messages": list(message_ids)}
    return _insert((_TO_CASES, _TO_STARTS), values, now) if message_ids else 0


def address_anew(void: Sequence[int], *, now: datetime) -> int:
    """Find out who hears instead what did not arrive: its deliveries are void."""
    kept = Message.objects.filter(deliveries__in=void, kind=Message.Kind.MESSAGE, expires_at__gt=now)
    found = address(sorted(set(kept.values_list("pk", flat=True))), now=now)
    return found + _insert((_TO_FOLLOWERS,), {"deliveries": list(void)}, now)


def look_for_kept(step: Step) -> int:
    """Messages that came before anybody waited for them, for the places that a step has opened."""
    values = {"instance": step.instance.pk, "tokens": step.listens}
    return _insert((_KEPT_FOR_STEP,), values, step.now) if step.listens else 0


def look_again(subscription_id: int, *, now: datetime) -> int:
    """The next kept message for a place that has refused one and waits on."""
    return _insert((_KEPT_FOR_PLACE,), {"place": subscription_id}, now)


def pair_what_missed(*, now: datetime) -> int:
    """Messages and those who wait for them that do not know each other: the sweeper's part."""
    return _insert((_MISSED, _MISSED_STARTS), {}, now)


def offer_again(instance_id: int, *, now: datetime) -> None:
    """A case goes on that was suspended: what has come meanwhile is delivered now."""
    waiting = Delivery.objects.filter(subscription__instance=instance_id, status=Delivery.Status.OPEN)
    ids = list(waiting.order_by("message_id").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(try_at=now + GRACE)
    wake_deliveries(ids)


def _insert(statements: Iterable[str], values: dict[str, Any], now: datetime) -> int:
    values = {**values, "now": now, "try_at": now + GRACE}
    found: list[int] = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
            found += [row[0] for row in cursor.fetchall()]
    wake_deliveries(found)
    return len(found)
