"""A small real server that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Say:
    """One answer: its status, headers and body; ``drip`` sends the body byte by byte, ``hang`` nothing at all."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"
    drip: float = 0.0
    hang: bool = False
    hang_up: bool = False


class Receiver:
    """``script`` is used up answer by answer; afterwards everything is 200."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.requests: list[Received] = []
        self.script: list[Say] = []
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Received(self.command, self.path, headers, body))
            say = receiver.script.pop(0) if receiver.script else Say()
            if say.hang:
                receiver.over.wait(20)
                return
            if say.hang_up:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(say.status)
            for name, value in say.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in say.headers:
                self.send_header("Content-Length", str(len(say.body)))
            self.end_headers()
            try:
                for position in range(0, len(say.body), 1 if say.drip else len(say.body)):
                    self.wfile.write(say.body[position : position + 1] if say.drip else say.body)
                    if say.drip and receiver.over.wait(say.drip):
                        return
            except OSError:
                pass

        do_GET = do_PUT = do_POST  # noqa: N815

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request, client_address) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    receiver = Receiver(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def slow_headers() -> Iterator[int]:
    """A port where a server sends a header that never ends, a byte at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not over.wait(0.02):
                    connection.sendall(b"a")
            except OSError:
                pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        thread.join(5)
        listener.close()


def seconds_of(deed) -> float:
    began = time.monotonic()
    deed()
    return time.monotonic() - began
