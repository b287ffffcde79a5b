"""Bring messages to the cases that wait for them, and start the cases they start.

Each delivery is a row and a transaction of its own, under the lock of the case: the place hears the message
once or not at all, whoever delivers it and how often it is tried. Three look after it: the process that sent
it right after its commit, where that is quick; the workers; the sweeper, for what both have lost.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, models, transaction
from django.utils import translation

from core import clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.jobs import health
from core.jobs.failures import failure_of
from workflows import registry
from workflows.engine import Field, FieldErrors
from workflows.models import (
    Delivery,
    HistoryEvent,
    Message,
    ProcessInstance,
    StartTrigger,
    Subscription,
)
from workflows.services.posting import address_anew, look_again, pair_what_missed
from workflows.services.receiving import (
    plain_errors,
    received_data,
    refusal_by,
    start_fields,
    taken_from,
)
from workflows.services.step import Step, step_of_instance
from workflows.services.triggers import start_by_trigger
from workflows.services.wake import offer_deliveries

logger = logging.getLogger(__name__)

Status = Delivery.Status
ACTOR = SystemActor("workflows.deliver")
# How many are delivered by whoever has sent them, before the workers are asked.
AT_ONCE = 3
# How long a delivery is left alone once it was offered to the workers.
LEASE = timedelta(seconds=60)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
OFFERED_AT_ONCE = 1000
# How long messages are kept as a log after they have expired.
LOGGED_FOR, FORGOTTEN_AT_ONCE = timedelta(days=90), 1000


health.watch(
    "messages", "SELECT min(try_at) FROM workflows_delivery WHERE status = 'open' AND try_at <= %(now)s"
)


# One delivery -----------------------------------------------------------------------------------


def deliver(*, delivery_id: int) -> bool:
    """Bring one message to its place. False if nothing moved: it was there already, must wait, or was refused."""
    found = (
        Delivery.objects.filter(pk=delivery_id, status=Status.OPEN)
        .values_list("subscription", "subscription__instance")
        .first()
    )
    if found is None:
        return False
    place, instance = found
    # What is written down does not depend on whose request delivers it.
    with translation.override(settings.LANGUAGE_CODE):
        try:
            return _start(delivery_id) if place is None else _hand_over(place, instance)
        except Exception as error:
            _try_later(delivery_id, error)
            return False


def _hand_over(place: int, instance_id: int) -> bool:
    """Let a case hear the oldest message on its way to one of its places."""
    with transaction.atomic():
        with step_of_instance(instance_id, actor=ACTOR) as step:
            arrived = _on_their_way(place)
            subscription = Subscription.objects.get(pk=place)
            if not arrived:
                return False
            is_waiting = subscription.status == Subscription.Status.OPEN
            if is_waiting and step.instance.status == ProcessInstance.Status.SUSPENDED:
                _update(arrived, try_at=step.now + LONGEST_PAUSE)
                return False
            heard = _first_that_fits(step, subscription, arrived) if is_waiting else None
            if heard is not None:
                _hear(step, subscription, heard)
        # The others came too late here; they may find somebody else, or the same place as it waits again.
        late = [one for one in arrived if one.status == Status.OPEN]
        if heard is not None or not is_waiting:
            _close(late, Status.VOID, step.now)
            address_anew([one.pk for one in late], now=step.now)
        else:
            look_again(place, now=step.now)
    return heard is not None


def _on_their_way(place: int) -> list[Delivery]:
    """Everything that is on its way to a place, the oldest message first. The case is locked."""
    rows = Delivery.objects.filter(subscription=place, status=Status.OPEN).order_by("message_id", "pk")
    return list(rows.select_related("message__sender").select_for_update(of=("self",), no_key=True))


def _first_that_fits(step: Step, subscription: Subscription, arrived: list[Delivery]) -> Delivery | None:
    """The first message whose data the place takes; those before it are refused."""
    form = step.definition.element(subscription.element).form
    for delivery in arrived:
        refusal = refusal_by(form, delivery.message)
        if refusal is None:
            return delivery
        _refuse(delivery, refusal, step.now)
    return None


def _hear(step: Step, subscription: Subscription, delivery: Delivery) -> None:
    message = delivery.message
    step.require_running()
    # Nobody stands here who could be told what a rule refuses: it is held as a failure.
    step.host.hold_refusals()
    case = step.load()
    step.hears = subscription
    subscription.status, subscription.closed_at = Subscription.Status.DONE, step.now
    subscription.save(update_fields=["status", "closed_at"])
    step.settle(subscription.token, subscription.kind)
    payload = taken_from(message, step.definition.element(subscription.element).form)
    case.fire(subscription.token, payload)
    received = step.history.automatic(
        HistoryEvent.Kind.RECEIVED, element=subscription.element, data=received_data(message, payload)
    )
    received.on_behalf_of = message.sender
    step.history.follow(case.events, done=received)
    _close([delivery], Status.DONE, step.now, instance=step.instance)


# One start --------------------------------------------------------------------------------------


def _start(delivery_id: int) -> bool:
    """Start the case that a message starts, and say so in the same transaction."""
    now = clock.now()
    with transaction.atomic():
        rows = Delivery.objects.select_related("message__sender", "trigger", "definition")
        delivery = (
            rows.filter(pk=delivery_id, status=Status.OPEN)
            .select_for_update(of=("self",), no_key=True)
            .first()
        )
        if delivery is None or delivery.trigger is None:
            return False
        message = delivery.message
        try:
            with transaction.atomic():
                instance = start_by_trigger(
                    trigger=delivery.trigger,
                    subject=_subject_of(delivery),
                    payload=taken_from(message, _asked_at_start(delivery.trigger)),
                    actor=_teller(message),
                )
        except (ApplicationError, ObjectDoesNotExist) as refusal:
            _not_started(delivery, refusal, now)
            return False
        _close([delivery], Status.DONE, now, instance=instance)
    return True


def _not_started(delivery: Delivery, refusal: Exception, now: datetime) -> None:
    code = getattr(refusal, "code", "subject_gone")
    if code == "busy":
        raise refusal
    if code == "trigger_closed":
        _close([delivery], Status.VOID, now)
        address_anew([delivery.pk], now=now)
        return
    cause = refusal.__cause__
    fields = {"fields": plain_errors(cause)} if isinstance(cause, FieldErrors) else {}
    _refuse(delivery, {"code": code, "text": str(refusal)[:500], **fields}, now)


def _subject_of(delivery: Delivery) -> models.Model | None:
    """A case is about the row that its message is about, if its process is about rows of that kind."""
    kind, message = delivery.definition.subject_type, delivery.message
    if not kind or kind != message.subject_type:
        return None
    row: models.Model | None = registry.subject_types()[kind].fetch(message.subject_id)
    return row


def _asked_at_start(trigger: StartTrigger) -> Sequence[Field]:
    """What the start asks for; in the version that is current, should another one have been published since."""
    if trigger.status != StartTrigger.Status.OPEN:
        open_ones = StartTrigger.objects.filter(
            definition=trigger.definition_id, kind=trigger.kind, name=trigger.name, status="open"
        )
        trigger = open_ones.filter(element=trigger.element).first() or open_ones.first() or trigger
    return start_fields(trigger.version_id, trigger.element)


def _teller(message: Message) -> Actor:
    """Who starts a case by a message: the person who sent it, else what told it."""
    if message.is_from_outside and message.sender is not None:
        return message.sender
    return SystemActor(message.sender_label)


# Rows -------------------------------------------------------------------------------------------


def _refuse(delivery: Delivery, refusal: dict[str, Any], now: datetime) -> None:
    delivery.refusal = refusal
    _close([delivery], Status.REFUSED, now, refusal=refusal)


def _close(deliveries: Sequence[Delivery], status: str, now: datetime, **more: Any) -> None:
    for one in deliveries:
        one.status = status
    _update(deliveries, status=status, closed_at=now, error="", **more)


def _update(deliveries: Sequence[Delivery], **values: Any) -> None:
    if deliveries:
        Delivery.objects.filter(pk__in=[one.pk for one in deliveries]).update(**values)


def _try_later(delivery_id: int, error: Exception) -> None:
    """A pause that doubles with each failure. Somebody else at work is none."""
    busy = isinstance(error, Conflict) and error.code in ("busy", "suspended")
    with transaction.atomic():
        rows = Delivery.objects.filter(pk=delivery_id, status=Status.OPEN)
        delivery = rows.select_for_update(no_key=True).first()
        if delivery is None:
            return
        pause = FIRST_PAUSE if busy else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(delivery.attempts, 10))
        delivery.try_at = clock.now() + pause
        if not busy:
            failure = failure_of(error)
            delivery.attempts += 1
            delivery.error = f"{failure.type}: {failure.text}"[:2000]
        delivery.save(update_fields=["try_at", "attempts", "error"])
    if not busy:
        logger.error(
            "Delivery %s failed, attempt %s; it is tried again in %s.",
            delivery_id, delivery.attempts, pause, exc_info=error,
        )  # fmt: skip


# Soon, and again --------------------------------------------------------------------------------


class _Running(threading.local):
    """What this thread delivers right now, after a commit of its own."""

    queue: deque[int] | None = None
    room = 0


_running = _Running()


def deliver_soon(delivery_ids: Sequence[int]) -> None:
    """Deliver the first few here and now; what they set off counts among them. The workers do the rest."""
    if _running.queue is not None:
        _accept(_running.queue, delivery_ids)
        return
    queue = _running.queue = deque()
    _running.room = AT_ONCE
    try:
        _accept(queue, delivery_ids)
        while queue:
            one = queue.popleft()
            if not _if_free(one):
                offer_deliveries([one])
    finally:
        _running.queue = None


def _accept(queue: deque[int], delivery_ids: Sequence[int]) -> None:
    here, there = delivery_ids[: _running.room], delivery_ids[_running.room :]
    _running.room -= len(here)
    queue.extend(here)
    offer_deliveries(there)


def _if_free(delivery_id: int) -> bool:
    """Deliver unless somebody works at the case: nobody is kept waiting. False: it was not tried."""
    with transaction.atomic():
        case = (
            Delivery.objects.filter(pk=delivery_id).values_list("subscription__instance", flat=True).first()
        )
        if case is not None:
            row = ProcessInstance.objects.filter(pk=case).select_for_update(skip_locked=True, no_key=True)
            if not row.values_list("pk", flat=True):
                return False
        deliver(delivery_id=delivery_id)
    return True


# Several sweepers may run: each takes rows that no other one holds.
_TAKE_DUE = """
   UPDATE workflows_delivery SET try_at = %(next)s
    WHERE id IN (SELECT id FROM workflows_delivery
                  WHERE status = 'open' AND try_at <= %(now)s
                  ORDER BY try_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def sweep_deliveries() -> int:
    """Offer what is due to the workers, and bring together what has missed each other; says how many there were."""
    now = clock.now()
    pair_what_missed(now=now)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_DUE, {"now": now, "next": now + LEASE, "most": OFFERED_AT_ONCE})
        taken = sorted(row[0] for row in cursor.fetchall())
    offer_deliveries(taken)
    return len(taken)


@transaction.atomic
def forget_messages() -> int:
    """Remove what expired long ago and is on its way to nobody; says how many messages that were."""
    old = Message.objects.filter(expires_at__lt=clock.now() - LOGGED_FOR)
    done = old.exclude(deliveries__status=Status.OPEN).order_by("expires_at")
    ids = list(done.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    Delivery.objects.filter(message__in=ids).delete()
    Message.objects.filter(pk__in=ids).delete()
    return len(ids)
