"""The people of the storm: they start cases and do their tasks over the API, and do not give up.

Every wish carries an idempotency key and is repeated until it is answered, as any careful client would.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import requests

PATIENCE = 10
# Of the people against the clock, so many answer by themselves.
ANSWERING = 0.5
RETURNING = 0.15


@dataclass
class Staff:
    """Works with a site at several addresses until nothing is left to do."""

    addresses: list[str]
    token: str
    seed: int
    cases: dict[int, str] = field(default_factory=dict)
    answers: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _given_up: set[int] = field(default_factory=set)

    def start_cases(self, wanted: list[tuple[str, dict[str, Any]]], *, threads: int, seconds: float) -> None:
        """Start all these cases, several at a time, spread over so many seconds if they can be had that fast."""
        left, began = deque(enumerate(wanted)), time.monotonic()

        def work() -> None:
            while True:
                with self._lock:
                    if not left:
                        return
                    number, (key, data) = left.popleft()
                time.sleep(max(0.0, began + seconds * number / len(wanted) - time.monotonic()))
                body = {"definition": key, **({"data": data} if data else {})}
                answer = self._insist("POST", "process-instances/", body, f"start-{self.seed}-{number}")
                with self._lock:
                    self.cases[int(answer["id"])] = key

        _in_threads(work, threads)

    def work_through(self, *, threads: int, until: threading.Event) -> None:
        """Do whatever tasks there are until told that all is done."""
        stacks: deque[dict[str, Any]] = deque()
        busy: set[int] = set()

        def look() -> None:
            while not until.is_set():
                found = self._try("GET", "work-items/?box=all&limit=200")
                with self._lock:
                    for item in found.get("results", []) if found else []:
                        if item["id"] not in busy and item["id"] not in self._given_up:
                            busy.add(item["id"])
                            stacks.append(item)
                until.wait(0.3)

        def work() -> None:
            while not until.is_set():
                with self._lock:
                    item = stacks.popleft() if stacks else None
                if item is None:
                    until.wait(0.1)
                    continue
                self._do(item)
                with self._lock:
                    busy.discard(item["id"])

        looking = threading.Thread(target=look)
        looking.start()
        _in_threads(work, threads)
        looking.join()

    def _do(self, item: dict[str, Any]) -> None:
        dice = random.Random(f"{self.seed}:{item['id']}")
        element, body = item["element"], {}
        if element == "answer" and dice.random() > ANSWERING:
            self._given_up.add(item["id"])  # the clock answers for this one
            return
        if element in ("review", "decide"):
            body = {"outcome": "return" if dice.random() < RETURNING else "approve"}
        self._insist("POST", f"work-items/{item['id']}/complete/", body, f"do-{self.seed}-{item['id']}")

    def _insist(
        self, method: str, path: str, body: Any, key: str, *, token: str = "", files: Any = None
    ) -> dict[str, Any]:
        """Ask again until there is an answer that stands: done, or done already."""
        while True:
            answer = self._send(method, path, body, key, token=token, files=files)
            if answer is None or answer.status_code >= 500 or answer.status_code == 429:
                self._count(answer)
                time.sleep(0.2)
                continue
            self._count(answer)
            if answer.status_code == 409 and answer.json().get("code") == "busy":
                continue
            if answer.status_code >= 400 and answer.status_code not in (403, 404, 409):
                raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
            found: dict[str, Any] = answer.json()
            return found

    def _try(self, method: str, path: str) -> dict[str, Any] | None:
        answer = self._send(method, path, None, "")
        self._count(answer)
        found: dict[str, Any] | None = answer.json() if answer is not None and answer.ok else None
        return found

    def _send(
        self, method: str, path: str, body: Any, key: str, *, token: str = "", files: Any = None
    ) -> requests.Response | None:
        address = random.choice(self.addresses)
        headers = {"Authorization": f"Token {token or self.token}", "Accept-Language": "en"}
        sent = {"data": body, "files": files} if files else {"json": body}
        if key:
            headers["Idempotency-Key"] = key
        try:
            return requests.request(
                method, f"{address}/api/v1/{path}", headers=headers, timeout=PATIENCE, **sent
            )
        except requests.RequestException:
            return None

    def _count(self, answer: requests.Response | None) -> None:
        with self._lock:
            self.answers[str(answer.status_code) if answer is not None else "no answer"] += 1


def _in_threads(work: Any, count: int) -> None:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
