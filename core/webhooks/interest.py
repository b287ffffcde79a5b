"""Does anybody listen at all? Remembered for a few seconds, so that steps pay nothing where nobody does.

Once somebody listens, every announcement asks the database within its own transaction. Only the first
endpoint of an installation is heard of late by other processes: by ``KNOWN_FOR`` seconds at most.
"""

from __future__ import annotations

import time

from core.models import WebhookEndpoint

KNOWN_FOR = 5.0

_known: tuple[float, bool] | None = None


def anybody() -> bool:
    """Whether there is an active endpoint, asked at most every few seconds."""
    known = _known
    if known is None or time.monotonic() > known[0]:
        return note(WebhookEndpoint.objects.filter(is_active=True).exists())
    return known[1]


def note(found: bool) -> bool:
    """Remember it for a while: what was just seen, or just made true."""
    global _known
    _known = (time.monotonic() + KNOWN_FOR, found)
    return found
