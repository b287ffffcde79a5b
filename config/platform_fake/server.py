"""The platform's server.

``POST /members/commands``  open, extend or end a membership; once for each Idempotency-Key
``POST /control``           ``{"mode": "down", "times": 2, "seconds": 3}``, ``{"finish": true}``, or
                            ``{"event": {"kind": "approved", "external_id": "M-1", "data": {...}}}``
``GET /journal``            calls, effects, answers and memberships
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from config.platform_fake.journal import Journal
from config.platform_fake.modes import MODES
from config.platform_fake.telling import Teller

HEADER = "X-Platform-Key"
# Known to everybody, as the passwords of the demo are: a platform beside a real site is given another one.
DEMO_SECRET = "whsec_" + base64.b64encode(b"member platform of the demo only").decode()
LARGEST = 100_000


@dataclass
class Platform:
    """The platform as its surroundings see it."""

    server: ThreadingHTTPServer
    journal: Journal
    teller: Teller
    mode: str = "well"
    # For how many commands the mode holds; for all of them where it is nothing.
    times: int | None = None
    seconds: float = 0.0
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def effects(self) -> dict[str, int]:
        """How often something was done, by key."""
        return dict(self.journal.effects)

    @property
    def calls(self) -> dict[str, int]:
        return dict(self.journal.calls)

    def behave(self, mode: str, *, times: int | None = None, seconds: float = 0.0) -> None:
        if mode not in MODES:
            raise ValueError(f"The platform knows no mode {mode!r}.")
        with self._lock:
            self.mode, self.times, self.seconds = mode, times, seconds

    def next_mode(self) -> str:
        """How to behave now, using up one of its times."""
        with self._lock:
            mode = self.mode
            if self.times is not None:
                self.times -= 1
                if self.times <= 0:
                    self.mode, self.times = "well", None
            return mode

    def do(self, key: str, command: dict[str, Any]) -> dict[str, Any]:
        is_new = key not in self.journal.answers
        answer = self.journal.done(key, command)
        if is_new:
            self.tell_answer(key, answer)
        return answer

    def tell_answer(self, key: str, answer: dict[str, Any]) -> None:
        data = {"request_key": key, **answer}
        self.teller.tell("membership", str(answer.get("external_id") or ""), data)

    def put_off(self, key: str, command: dict[str, Any]) -> None:
        with self._lock:
            self.waiting[key] = command
            seconds = self.seconds
        if seconds:
            threading.Timer(seconds, self.finish).start()

    def finish(self) -> int:
        """Do what was put off."""
        with self._lock:
            waiting, self.waiting = self.waiting, {}
        for key, command in waiting.items():
            self.do(key, command)
        return len(waiting)


class Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"
    platform: Platform
    secret: str = ""

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/journal":
            self.answer(200, self.platform.journal.told())
        elif self.path == "/health":
            self.answer(200, {"status": "ok", "mode": self.platform.mode})
        else:
            self.answer(404, {"error": "no such page"})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST))
        try:
            content = json.loads(body or b"{}")
        except ValueError:
            content = None
        if not isinstance(content, dict):
            self.answer(400, {"error": "no JSON object"})
            return
        try:
            if self.path == "/members/commands":
                self.command_given(content)
            elif self.path == "/control":
                self.controlled(content)
            else:
                self.answer(404, {"error": "no such page"})
        except OSError:
            pass  # whoever called has hung up

    def command_given(self, command: dict[str, Any]) -> None:
        key = self.headers.get("Idempotency-Key", "")
        if self.secret and self.headers.get(HEADER, "") != self.secret:
            self.answer(401, {"error": "who are you?"})
        elif not key or command.get("kind") not in ("activate", "extend", "deactivate"):
            self.answer(422, {"error": "a key and a kind are needed"})
        else:
            self.platform.journal.called(key)
            MODES[self.platform.next_mode()](self, key, command)

    def controlled(self, told: dict[str, Any]) -> None:
        platform = self.platform
        if "mode" in told:
            if told["mode"] not in MODES:
                self.answer(422, {"error": f"modes: {', '.join(MODES)}"})
                return
            platform.behave(told["mode"], times=told.get("times"), seconds=float(told.get("seconds", 0)))
        if told.get("finish"):
            platform.finish()
        event = told.get("event")
        if isinstance(event, dict):
            given = (str(event.get("kind", "")), str(event.get("external_id", "")), event.get("data") or {})
            platform.teller.tell(*given, event_id=str(event.get("event_id", "")))
        self.answer(200, {"mode": platform.mode, "waiting": len(platform.waiting)})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def made(port: int, *, secret: str = "", events_url: str = "", journal: Path | None = None) -> Platform:
    """The platform, not serving yet."""

    class Bound(Handler):
        pass

    found = Platform(_Server(("127.0.0.1", port), Bound), Journal(journal), Teller(secret, events_url))
    Bound.platform, Bound.secret = found, secret
    return found


@contextmanager
def platform(*, secret: str = "", events_url: str = "", journal: Path | None = None) -> Iterator[Platform]:
    """The platform in a thread."""
    found = made(0, secret=secret, events_url=events_url, journal=journal)
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.teller.start()
    try:
        yield found
    finally:
        found.over.set()
        found.teller.stop()
        found.server.shutdown()
        found.server.server_close()
        thread.join()
