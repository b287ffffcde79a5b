"""Signed events to whoever sells the memberships: told until they are taken, in no particular order.

The signature is that of Standard Webhooks: v1, HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

PAUSE = 0.5
LONGEST_PAUSE = 30.0


def sign(secret: str, event_id: str, seconds: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([event_id.encode(), str(seconds).encode(), body])
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


@dataclass
class Told:
    """One event with the bytes that were signed."""

    event_id: str
    body: bytes

    def headers(self, secret: str) -> dict[str, str]:
        seconds = int(time.time())
        return {
            "Content-Type": "application/json",
            "webhook-id": self.event_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": sign(secret, self.event_id, seconds, self.body),
        }


@dataclass
class Teller:
    """Sends what happened to ``url``; without one the events only lie here for a test to carry them."""

    secret: str
    url: str = ""
    events: list[Told] = field(default_factory=list)
    _waiting: queue.Queue[Told] = field(default_factory=queue.Queue)
    _over: threading.Event = field(default_factory=threading.Event)

    def tell(self, kind: str, external_id: str, data: dict[str, Any], *, event_id: str = "") -> Told:
        event_id = event_id or uuid.uuid4().hex
        content = {
            "event_id": event_id,
            "kind": kind,
            "external_id": external_id,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "data": data,
        }
        told = Told(event_id, json.dumps(content, ensure_ascii=False).encode())
        self.events.append(told)
        if self.url:
            self._waiting.put(told)
        return told

    def start(self) -> None:
        threading.Thread(target=self._send_all, daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _send_all(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Empty):
                self._send(self._waiting.get(timeout=0.2))

    def _send(self, told: Told) -> None:
        pause = PAUSE
        while not self._over.is_set():
            request = urllib.request.Request(  # noqa: S310 - the address that the demo was started with
                self.url, data=told.body, headers=told.headers(self.secret), method="POST"
            )
            try:
                with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                    return
            except urllib.error.HTTPError as refusal:
                refusal.close()
                if refusal.code < 500 and refusal.code not in (408, 425, 429):
                    return
            except OSError:
                pass
            self._over.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
