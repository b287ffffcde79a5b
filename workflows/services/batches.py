"""Work on many ended cases in short transactions, the oldest first, so that nobody at work waits for it.

A batch takes what nobody else has locked. It touches ended cases only, and no step, start or inbox asks for a lock on
those. Whoever places a legal hold waits for the batch under way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg import errors as postgres

from workflows.services.purge_policy import reasons

# A batch shall take so many seconds; its size follows. Whoever places a hold waits that long at most.
TARGET = 0.08
FIRST, SMALLEST, LARGEST = 20, 5, 100
# For nobody's lock does a batch wait longer.
PATIENCE_MS = 100
# So often it finds everything locked before it leaves the rest for another time.
TRIES = 20

_HOLDS = "hashtextextended('workflows.legal_hold', 0)"
_TAKE = "SELECT i.id FROM workflows_processinstance i WHERE i.id = ANY(%(ids)s) ORDER BY i.id FOR UPDATE SKIP LOCKED"

# Some cases to (those that it is done with, those that stay and why).
Work = Callable[[list[int]], tuple[list[int], dict[int, str]]]


@dataclass
class Done:
    """What a run has done: with how many cases, how many stay and why."""

    cases: int = 0
    held_back: dict[str, int] = field(default_factory=dict)

    def add(self, cases: int, stay: Mapping[int, str]) -> None:
        self.cases += cases
        for why in stay.values():
            self.held_back[why] = self.held_back.get(why, 0) + 1

    def merge(self, other: Done) -> None:
        self.cases += other.cases
        for why, number in other.held_back.items():
            self.held_back[why] = self.held_back.get(why, 0) + number


def in_batches(
    candidates: str, values: Mapping[str, Any], work: Work, go_on: Callable[[], bool]
) -> Iterator[tuple[int, Mapping[int, str]]]:
    """Do ``work`` with candidates until there are no more: (with how many, which stay and why) of each batch.

    The statement gives (id, ended_at) of ``most`` cases behind ``ended`` and ``id``, in this order."""
    size, tries = FIRST, 0
    mark: tuple[datetime, int] = (datetime.min.replace(tzinfo=UTC), 0)
    while go_on():
        found = _next(candidates, {**values, "ended": mark[0], "id": mark[1], "most": size})
        if not found:
            return
        began = time.monotonic()
        try:
            with transaction.atomic():
                _be_impatient()
                done, stay = work([pk for pk, _ended in found])
        except OperationalError as error:
            if not _is_busy(error) or (tries := tries + 1) > TRIES:
                raise
            continue
        took, tries = time.monotonic() - began, 0
        mark = (found[-1][1], found[-1][0])
        yield len(done), stay
        size = max(SMALLEST, min(LARGEST, int(size * min(2.0, TARGET / max(took, 0.001)))))


def take(ids: Sequence[int]) -> tuple[list[int], dict[int, str]]:
    """Lock those of some cases that nothing holds back; (which those are, which stay and why). In a transaction."""
    with connection.cursor() as cursor:
        # No hold is placed from here to the commit; one that is being placed is waited for.
        cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_HOLDS})")
        cursor.execute(_TAKE, {"ids": list(ids)})
        locked = [pk for (pk,) in cursor.fetchall()]
    found = reasons(ids)
    taken = [pk for pk in locked if not found[pk]]
    return taken, {pk: why or "busy" for pk, why in found.items() if pk not in set(taken)}


def _next(candidates: str, values: dict[str, Any]) -> list[tuple[int, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(candidates, values)
        return list(cursor.fetchall())


def _be_impatient() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE_MS}ms"])


def _is_busy(error: OperationalError) -> bool:
    return isinstance(error.__cause__, postgres.LockNotAvailable | postgres.DeadlockDetected)
