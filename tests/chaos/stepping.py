"""Two transactions against each other, the first one halted before each of its statements in turn.

While the first stands still, the second runs until it has ended or waits for a lock of the first. Then the
first goes on. So every order in which the statements of the two can meet is seen, without any sleeping.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from django.db import connection
from django.utils import translation

# The first is halted before each so many-th statement: the fixture everywhere sets it.
EVERY = 1
_IS_BLOCKED = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
# Until the other one has ended or is seen waiting for a lock (tries of ten milliseconds).
MOST_TRIES = 3000


@dataclass
class Runner:
    """A deed in a thread of its own, with its own connection; halts before its n-th statement if told so."""

    deed: Callable[[], object]
    halt_at: int | None = None
    result: object = None
    error: Exception | None = None
    backend: int = 0
    was_halted: bool = False
    _halted: threading.Event = field(default_factory=threading.Event)
    _go_on: threading.Event = field(default_factory=threading.Event)
    _connected: threading.Event = field(default_factory=threading.Event)
    _passed: int = 0

    def start(self) -> Runner:
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        self._connected.wait()
        return self

    def wait_until_halted(self) -> bool:
        """False when it came to its end before that statement."""
        self._halted.wait()
        return self.was_halted

    def go_on(self) -> None:
        self._go_on.set()

    def join(self) -> Runner:
        self.thread.join()
        return self

    def _run(self) -> None:
        try:
            with translation.override("zh-hans"):
                self._connect()
                self.result = self.deed()
        except Exception as error:
            self.error = error
        finally:
            connection.close()
            self._connected.set()
            self._halted.set()

    def _connect(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.backend = cursor.fetchone()[0]
        self._connected.set()
        commit = connection._commit

        def around_statement(execute, sql, params, many, context):
            self._moment()
            return execute(sql, params, many, context)

        def around_commit() -> None:
            self._moment()
            commit()

        connection.execute_wrappers.append(around_statement)
        connection._commit = around_commit

    def _moment(self) -> None:
        self._passed += 1
        if self._passed == self.halt_at:
            self.was_halted = True
            self._halted.set()
            self._go_on.wait()


@dataclass(frozen=True)
class Meeting:
    """How one order of the two ended."""

    halted_at: int
    first: Runner
    second: Runner


def meet_everywhere(
    prepare: Callable[[], tuple[Callable[[], object], Callable[[], object]]],
) -> Iterator[Meeting]:
    """Prepare a fresh pair, halt the first before its 1st, 2nd, 3rd ... statement and let the second run.

    Where ``EVERY`` is larger than one, only before each so many-th.
    Ends when the first has no further statement. The caller checks each meeting.
    """
    for moment in count(1, EVERY):
        deed, other = prepare()
        first = Runner(deed, halt_at=moment).start()
        if not first.wait_until_halted():
            first.join()
            assert moment > 1, f"The first did not talk to the database at all: {first.error!r}"
            return
        second = Runner(other).start()
        _wait_until_ended_or_blocked(second)
        first.go_on()
        yield Meeting(moment, first.join(), second.join())


def _wait_until_ended_or_blocked(runner: Runner) -> None:
    for _try in range(MOST_TRIES):
        runner.thread.join(0.01)
        if not runner.thread.is_alive():
            return
        with connection.cursor() as cursor:
            cursor.execute(_IS_BLOCKED, [runner.backend])
            if cursor.fetchone()[0]:
                return
    raise AssertionError("The second neither ended nor waited for the first.")
