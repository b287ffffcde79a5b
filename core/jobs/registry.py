"""What is done for each kind of job of the ground."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from core import clock
from core.errors import Text
from core.jobs.heartbeat import Heartbeat
from core.jobs.leases import LEASE, Lease
from core.jobs.rates import Rate
from core.models import BackgroundJob, Document, JobFile

# Work of many seconds waits in a queue of its own, so that mails and reminders do not stand behind it.
SLOW = "slow"
FILES_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Policy:
    """How a kind of job is tried: how often, after which pauses, for how long a worker may be silent, and for
    how long it may be at it at all."""

    retries: int = 8
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(hours=1)
    lease: timedelta = LEASE
    rate: Rate | None = None
    longest: timedelta | None = None

    def pause_after(self, attempt: int) -> timedelta | None:
        """How long to wait after this failed attempt; None when that was the last one.

        Each pause is twice the one before, and up to a fifth longer by chance: what failed together does
        not come back together.
        """
        if attempt > self.retries:
            return None
        doubled: float = 2.0 ** min(attempt - 1, 20)
        return min(self.first_pause * doubled, self.longest_pause) * (1 + random.random() / 5)  # noqa: S311


@dataclass
class JobRun:
    """A job while it runs, as its handler sees it."""

    lease: Lease[BackgroundJob]
    heartbeat: Heartbeat
    changes: dict[str, Any] = field(default_factory=dict)
    file: JobFile | None = None

    @property
    def id(self) -> int:
        return self.lease.job.pk

    @property
    def payload(self) -> Mapping[str, Any]:
        payload: Mapping[str, Any] = self.lease.job.payload
        return payload

    @property
    def key(self) -> str:
        """The same for every attempt: whoever hears it twice knows that it is one wish."""
        return self.lease.job.key

    @property
    def attempt(self) -> int:
        return self.lease.attempt

    @property
    def job(self) -> BackgroundJob:
        return self.lease.job

    def progress(self, done: int, total: int | None = None) -> None:
        """Show how far it is. Raises LeaseLost when the job was withdrawn or given to somebody else."""
        self.changes |= {"progress_done": done, "progress_total": total}
        self.heartbeat.tell(progress_done=done, progress_total=total)

    def store(self, document: Document) -> None:
        """The document that this job files for good."""
        self.changes["document"] = document

    def keep(self, content: bytes, *, name: str, media_type: str) -> None:
        """A file for whoever asked, to be fetched within some days."""
        self.file = JobFile(
            job=self.job,
            name=name,
            media_type=media_type,
            content=content,
            size=len(content),
            kept_until=clock.now() + FILES_KEPT_FOR,
        )


Run = Callable[[JobRun], "Mapping[str, Any] | None"]


@dataclass(frozen=True)
class Handler:
    kind: str
    run: Run
    policy: Policy
    queue: str | None
    # What people call it.
    name: Text
    # One transaction from the first row that the handler writes to the end of the job: all of it or nothing.
    atomic: bool


_handlers: dict[str, Handler] = {}


def handler(
    kind: str,
    *,
    retries: int = 8,
    first_pause: timedelta = timedelta(seconds=5),
    longest_pause: timedelta = timedelta(hours=1),
    lease: timedelta = LEASE,
    rate: Rate | None = None,
    queue: str | None = None,
    name: Text = "",
    atomic: bool = False,
) -> Callable[[Run], Run]:
    """``@handler("mail")`` above ``def send(job: JobRun) -> Mapping | None``; what it returns is the result.

    ``atomic`` joins what it writes and the end of the job in one transaction, for work that only changes rows.
    """
    policy = Policy(retries, first_pause, longest_pause, lease, rate)

    def register(run: Run) -> Run:
        known = _handlers.get(kind)
        if known is not None and known.run.__qualname__ != run.__qualname__:
            raise ValueError(f"Two handlers for jobs of the kind {kind}.")
        _handlers[kind] = Handler(kind, run, policy, queue, name or kind, atomic)
        return run

    return register


def handler_of(kind: str) -> Handler | None:
    return _handlers.get(kind)


def kinds() -> dict[str, Handler]:
    """Every kind that is known here."""
    return dict(_handlers)


def queue_of(kind: str) -> str | None:
    found = _handlers.get(kind)
    return found.queue if found else None
