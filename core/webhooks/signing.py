"""Signatures by the Standard Webhooks scheme (standardwebhooks.com): v1, HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from core.models import WebhookDelivery, WebhookEndpoint
from core.webhooks import secrets


def body_of(delivery: WebhookDelivery) -> bytes:
    """What is sent; byte for byte the same in every try."""
    return json.dumps(
        message_of(delivery), cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()


def message_of(delivery: WebhookDelivery) -> dict[str, Any]:
    subject = {"type": delivery.subject_type, "id": delivery.subject_id} if delivery.subject_id else None
    return {
        "type": delivery.event,
        "timestamp": delivery.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "subject": subject,
        "data": delivery.payload,
    }


def headers_of(delivery: WebhookDelivery, body: bytes, *, now: datetime) -> Mapping[str, str]:
    """The headers of one try: the id stays, the time and with it the signature are the try's own."""
    seconds = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery.message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(
            signature(secret, delivery.message_id, seconds, body)
            for secret in secrets_of(delivery.endpoint, now=now)
        ),
    }


def signature(secret: str, message_id: str, seconds: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(secrets.PREFIX))
    signed = b".".join([message_id.encode(), seconds.encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def secrets_of(endpoint: WebhookEndpoint, *, now: datetime) -> Sequence[str]:
    """The secret, and the one before while both are in force."""
    found = [secrets.decrypt(endpoint.secret)]
    if endpoint.old_secret and endpoint.old_secret_until and now < endpoint.old_secret_until:
        found.append(secrets.decrypt(endpoint.old_secret))
    return found
