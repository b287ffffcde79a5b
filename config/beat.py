"""Beat for any number of processes: each turn is sent once, and none to workers that have long not listened."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import beat

from core import presence

logger = logging.getLogger(__name__)

# More than this in the queue, and nobody works: what is sent now would only be thrown away unread later.
MOST_WAITING = 1000


class Scheduler(beat.Scheduler):  # type: ignore[misc]  # Celery tells no types
    """What is sent twice does no harm, but costs; the first of several beats takes the turn, the others leave it.

    Nothing is lost when the one that took it dies: the mark is gone before the next turn.
    """

    _said_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() - self._said_at > presence.EVERY:
            self._said_at = time.monotonic()
            presence.note([presence.BEAT])
        return super().tick(*args, **kwargs)

    def adjust(self, n: Any, drift: float = 0.001) -> Any:
        """Wake up behind a moment. Celery's hundredth of a second before it is spent asking again and again."""
        return super().adjust(n, drift)

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            is_wanted = self._take_turn(entry, producer)
        except Exception:
            # No Redis, no marks; sending says so, and connects again.
            logger.debug("The turn of %s could not be marked.", entry.name, exc_info=True)
            is_wanted = True
        if is_wanted:
            super().apply_entry(entry, producer=producer)

    def _take_turn(self, entry: Any, producer: Any) -> bool:
        redis, seconds = producer.channel.client, entry.schedule.run_every.total_seconds()
        if not redis.set(f"beat:{entry.name}", "1", nx=True, px=int(seconds * 800)):
            return False
        if redis.llen(self.app.conf.task_default_queue) > MOST_WAITING:
            logger.warning("Nobody listens: %s is not sent.", entry.name)
            return False
        return True
