"""While a worker works: a thread with a connection of its own that says it is still alive."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from django.db import Error, connection

from core.jobs.failures import LeaseLost
from core.jobs.leases import Lease, prolong

logger = logging.getLogger(__name__)

# Progress is shown to people: often enough is once a second.
SECONDS_BETWEEN_BEATS = 1.0


class Heartbeat(threading.Thread):
    """Prolongs a lease every third of its time, and writes progress at once, whatever the worker's own
    transaction does.

    After ``longest`` it falls silent: work that hangs is given to somebody else when its lease is over."""

    def __init__(self, lease: Lease[Any], longest: timedelta | None = None) -> None:
        super().__init__(name=f"heartbeat of {lease.model._meta.label} {lease.job.pk}", daemon=True)
        self.lease = lease
        self.is_lost = False
        self._ends = time.monotonic() + longest.total_seconds() if longest is not None else None
        self._changes: dict[str, Any] = {}
        self._wanted = threading.Event()
        self._over = threading.Event()

    def tell(self, **changes: Any) -> None:
        """Have these values written soon; stops the work if the job is no longer ours."""
        self.require()
        self._changes = changes
        self._wanted.set()

    def require(self) -> None:
        if self.is_lost:
            raise LeaseLost(f"{self.lease.model._meta.label} {self.lease.job.pk} was taken by somebody else.")

    def run(self) -> None:
        pause = self.lease.duration.total_seconds() / 3
        try:
            while not self._over.is_set():
                self._wanted.wait(pause)
                self._wanted.clear()
                if self._over.is_set() or self._is_too_long():
                    return
                self._beat()
                if self.is_lost:
                    return
                self._over.wait(min(SECONDS_BETWEEN_BEATS, pause))
        finally:
            connection.close()

    def _is_too_long(self) -> bool:
        return self._ends is not None and time.monotonic() > self._ends

    def _beat(self) -> None:
        try:
            self.is_lost = not prolong(self.lease, self._changes)
        except Error:
            # The lease may outlast the trouble; if not, the fence refuses what comes late.
            logger.warning("The lease of job %s could not be prolonged.", self.lease.job.pk, exc_info=True)
            connection.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._wanted.set()
        self.join()
