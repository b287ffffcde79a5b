"""Write down, with the deed, who is to be told of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from core import clock
from core.models import WebhookDelivery, WebhookEndpoint
from core.subjects import reference
from core.webhooks import interest
from core.webhooks.catalogue import event
from core.webhooks.sending import send_out

# What is told, or how to find it out: asked only when somebody listens.
Payload = Mapping[str, Any] | Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Announcement:
    """One event of several."""

    name: str
    payload: Payload
    subject: models.Model | None = None


def announce(name: str, payload: Payload, *, subject: models.Model | None = None) -> None:
    """Tell whoever subscribed, once the caller's transaction is committed."""
    announce_all([Announcement(name, payload, subject)])


def announce_all(announcements: Iterable[Announcement]) -> None:
    """The same for everything that one step does, with one look at who listens."""
    told = list(announcements)
    for one in told:
        event(one.name)
    if not told or not interest.anybody():
        return
    if not connection.in_atomic_block:
        raise RuntimeError(
            "Announce within the transaction of the deed: otherwise one may stand without the other."
        )
    listening = list(WebhookEndpoint.objects.listening({one.name for one in told}).order_by("pk"))
    if listening:
        send_out([row for one in told for row in _rows(one, listening)])


def _rows(told: Announcement, listening: list[WebhookEndpoint]) -> list[WebhookDelivery]:
    endpoints = [one for one in listening if told.name in one.events]
    if not endpoints:
        return []
    payload = told.payload() if callable(told.payload) else told.payload
    event_id = uuid.uuid4()
    return [
        delivery_of(one, told.name, payload, subject=told.subject, event_id=event_id) for one in endpoints
    ]


def delivery_of(
    endpoint: WebhookEndpoint,
    name: str,
    payload: Mapping[str, Any],
    *,
    subject: models.Model | None = None,
    event_id: uuid.UUID | None = None,
) -> WebhookDelivery:
    """A row that is not written yet."""
    now = clock.now()
    subject_type, subject_id = reference(subject)
    return WebhookDelivery(
        endpoint=endpoint,
        event_id=event_id or uuid.uuid4(),
        event=name,
        payload=dict(payload),
        subject_type=subject_type,
        subject_id=subject_id,
        occurred_at=now,
        round_began_at=now,
        next_try_at=now,
    )
