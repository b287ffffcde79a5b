"""A service outside that does something once for each Idempotency-Key, counts, and misbehaves as it is told.

How it behaves is the first part of the path (see ``WAYS``). What it has done is written to a journal before it
answers, so that it knows it again after it was killed. In a test: ``with outside() as service``; beside a site:
``python -m tests.fakes.outside --port 9999 --journal counts.txt``, or ``with outside_process(folder)``.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Journal:
    """Calls and effects by key, one line each; a torn last line is no effect yet."""

    def __init__(self, path: Path | None = None) -> None:
        self.calls: Counter[str] = Counter()
        self.effects: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._file: int | None = None
        if path is not None:
            self._read(path)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _read(self, path: Path) -> None:
        if not path.exists():
            return
        whole, _newline, torn = path.read_bytes().rpartition(b"\n")
        if torn:
            os.truncate(path, len(whole) + 1 if whole else 0)
        for line in whole.decode().splitlines():
            what, _, key = line.partition(" ")
            (self.effects if what == "E" else self.calls)[key] += 1

    def call(self, key: str) -> int:
        """Which call of this key it is."""
        with self._lock:
            self.calls[key] += 1
            self._write(f"C {key}\n")
            return self.calls[key]

    def do(self, key: str) -> None:
        """The effect, once for each key."""
        with self._lock:
            if not self.effects[key]:
                self._write(f"E {key}\n")
                self.effects[key] += 1

    def _write(self, line: str) -> None:
        if self._file is not None:
            os.write(self._file, line.encode())
            os.fsync(self._file)


@dataclass
class Heard:
    """One call, for tests that look closely."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    key: str
    number: int


class Handler(BaseHTTPRequestHandler):
    """One call: ``way`` is how to behave, ``argument`` its number, ``number`` which call of its key this is."""

    protocol_version = "HTTP/1.1"
    service: Outside

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/counts":
            journal = self.service.journal
            self.answer(200, {"calls": journal.calls, "effects": journal.effects})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.key = headers.get("idempotency-key", "")
        self.number = self.service.journal.call(self.key) if self.key else 1
        heard = Heard(self.command, self.path, headers, body, self.key, self.number)
        self.service.heard.append(heard)
        self.service.rang.set()
        parts = self.path.partition("?")[0].strip("/").split("/")
        way = parts[0]
        self.argument = float(parts[1]) if len(parts) > 1 else 1.0
        if way == "storm":
            way = self.weather()
        try:
            WAYS.get(way, effect)(self)
        except OSError:
            pass  # whoever called has hung up

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815

    def weather(self) -> str:
        """Mostly it is fine; the same key has the same weather each time."""
        draw = zlib.crc32(f"{self.key}#{self.number}".encode()) % 100
        self.argument = 1.0
        return "drop" if draw < 10 else "down" if draw < 20 else "slow" if draw < 25 else "effect"

    def answer(self, status: int, content: object, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do(self) -> None:
        if self.key:
            self.service.journal.do(self.key)

    def receipt(self) -> dict[str, str]:
        return {"receipt": f"R-{zlib.crc32(self.key.encode()):08x}"}

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def effect(call: Handler) -> None:
    """Does it, and gives a receipt, each time the same."""
    call.do()
    call.answer(200, call.receipt())


def fail(call: Handler) -> None:
    """500 for so many calls of a key; then it works."""
    if call.number <= call.argument:
        call.answer(500, {"error": "out of order"})
    else:
        effect(call)


def down(call: Handler) -> None:
    call.answer(503, {"error": "down"})


def later(call: Handler) -> None:
    """Asks for patience once."""
    if call.number == 1:
        call.answer(429, {"error": "slowly"}, Retry_After=f"{call.argument:.0f}")
    else:
        effect(call)


def refuse(call: Handler) -> None:
    call.answer(422, {"error": "no such account"})


def conflict(call: Handler) -> None:
    """A key it knows already is a conflict, told with the first answer."""
    call.do()
    call.answer(200 if call.number == 1 else 409, call.receipt())


def drop(call: Handler) -> None:
    """Does it, and the line breaks before the answer; the next time it answers."""
    call.do()
    if call.number == 1:
        call.hang_up()
    else:
        call.answer(200, call.receipt())


def hang(call: Handler) -> None:
    """Does it and says nothing, until the test is over; the next time it answers."""
    call.do()
    if call.number == 1:
        call.service.over.wait(60)
        call.hang_up()
    else:
        call.answer(200, call.receipt())


def wait(call: Handler) -> None:
    """Does it, and answers when the test lets it; only the first call waits."""
    call.do()
    if call.number == 1:
        call.service.may_answer.wait(60)
    call.answer(200, call.receipt())


def slow(call: Handler) -> None:
    """Does it, and answers so many seconds later."""
    call.do()
    call.service.over.wait(call.argument)
    call.answer(200, call.receipt())


def twice(call: Handler) -> None:
    """Answers the same call two times over."""
    call.do()
    call.answer(200, call.receipt())
    call.answer(200, call.receipt())


def odd(call: Handler) -> None:
    """An answer nobody expects."""
    call.do()
    call.answer(200, b"\x00\xff<html>" + b"\xed\xa0\x80" * 10)


def echo(call: Handler) -> None:
    """Tells back what it was told, secrets too."""
    call.do()
    call.answer(200, dict(call.headers.items()))


def moved(call: Handler) -> None:
    call.answer(302, {}, Location="http://127.0.0.1:1/elsewhere")


WAYS: dict[str, Callable[[Handler], None]] = {
    way.__name__: way
    for way in (
        effect, fail, down, later, refuse, conflict, drop, hang, wait, slow, twice, odd, echo, moved,
    )
}  # fmt: skip


@dataclass
class Outside:
    """The service, as a test sees it."""

    server: ThreadingHTTPServer
    journal: Journal
    heard: list[Heard] = field(default_factory=list)
    rang: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def calls(self) -> Counter[str]:
        return self.journal.calls

    @property
    def effects(self) -> Counter[str]:
        return self.journal.effects


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def _serve(port: int, journal: Journal) -> Outside:
    class Bound(Handler):
        pass

    service = Outside(_Server(("127.0.0.1", port), Bound), journal)
    Bound.service = service
    return service


@contextmanager
def outside(journal: Path | None = None) -> Iterator[Outside]:
    """The service in a thread."""
    service = _serve(0, Journal(journal))
    thread = threading.Thread(
        target=service.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        service.may_answer.set()
        service.server.shutdown()
        service.server.server_close()
        thread.join()


@dataclass
class OutsideProcess:
    """The service as a process of its own, which can be killed and started again."""

    port: int
    journal: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.fakes.outside", "--port", str(self.port)]
        root = Path(__file__).resolve().parents[2]
        self.process = subprocess.Popen([*command, "--journal", str(self.journal)], cwd=root)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.counts()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("The service outside does not start.")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def counts(self) -> dict[str, dict[str, int]]:
        with urllib.request.urlopen(f"{self.url}/counts", timeout=10) as answer:  # noqa: S310 - our own
            found: dict[str, dict[str, int]] = json.load(answer)
            return found

    def effects(self) -> dict[str, int]:
        """How often it was done, by key."""
        return self.counts()["effects"]


@contextmanager
def outside_process(folder: Path) -> Iterator[OutsideProcess]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = OutsideProcess(port, folder / "outside.txt")
    service.start()
    try:
        yield service
    finally:
        service.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--journal", type=Path)
    given = parser.parse_args()
    _serve(given.port, Journal(given.journal)).server.serve_forever()


if __name__ == "__main__":
    main()
