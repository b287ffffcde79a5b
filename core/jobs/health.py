"""Is the background alive? Asked of the database alone: what is due, and since when nobody did it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from core import clock

# A queue that is a little behind is nobody's concern.
PATIENCE = timedelta(seconds=60)
# Pages ask this process, and this process asks the database at most this often (seconds).
KEPT_FOR = 15.0

# name: SQL for the moment since which the oldest due thing waits, null if none; %(now)s is the current moment.
_clocks: dict[str, str] = {}


@dataclass(frozen=True)
class Background:
    """``since`` when something due has been waiting for longer than it should; None when all is well."""

    since: datetime | None = None
    what: str = ""

    @property
    def is_delayed(self) -> bool:
        return self.since is not None


WELL = Background()
_shown: tuple[float, Background] | None = None


def watch(name: str, sql: str) -> None:
    """Count something else that the background does: timers, deliveries, jobs of another table."""
    _clocks[name] = sql


watch(
    "background jobs",
    "SELECT min(due_at) FROM core_backgroundjob WHERE status = 'open' AND due_at <= %(now)s "
    "AND (worker = '' OR leased_until IS NULL OR leased_until <= %(now)s)",
)


def state_of_background() -> Background:
    """As it is now, in one query."""
    now = clock.now()
    parts = " UNION ALL ".join(f"SELECT %(name{i})s, ({sql})" for i, sql in enumerate(_clocks.values()))
    names = {f"name{i}": name for i, name in enumerate(_clocks)}
    with connection.cursor() as cursor:
        # The parts are ours: only names and the moment are values.
        cursor.execute(
            f"SELECT * FROM ({parts}) AS due (what, since) WHERE since IS NOT NULL",  # noqa: S608
            {**names, "now": now},
        )
        found = cursor.fetchall()
    late = [(since, what) for what, since in found if since < now - PATIENCE]
    return Background(*min(late)) if late else WELL


def shown_state() -> Background:
    """For pages: a few seconds old at most, so that hardly any request pays for it."""
    global _shown
    if _shown is None or time.monotonic() > _shown[0]:
        _shown = (time.monotonic() + KEPT_FOR, state_of_background())
    return _shown[1]


def show(state: Background | None, *, seconds: float = KEPT_FOR) -> None:
    """Have pages show this state for a while; None: ask anew."""
    global _shown
    _shown = None if state is None else (time.monotonic() + seconds, state)
