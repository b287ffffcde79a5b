"""Whether an event really comes from the platform: Standard Webhooks, over the bytes as they came."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from core import clock
from core.webhooks.secrets import PREFIX
from core.webhooks.signing import signature

# Older than this it may be somebody's copy.
OLDEST = 300


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """``headers`` are webhook-id, webhook-timestamp and webhook-signature."""
    event_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "")
    if not secret or not event_id or not _is_fresh(seconds) or len(given) > 2000:
        return False
    try:
        wanted = signature(_as_key(secret), event_id, seconds, body)
    except (binascii.Error, ValueError, UnicodeError):
        return False
    return any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given.split())


def _as_key(secret: str) -> str:
    """A secret of another form than ours is taken by its bytes."""
    return secret if secret.startswith(PREFIX) else base64.b64encode(secret.encode()).decode()


def _is_fresh(seconds: str) -> bool:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return False
    try:
        told = datetime.fromtimestamp(int(seconds), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return abs((clock.now() - told).total_seconds()) <= OLDEST
