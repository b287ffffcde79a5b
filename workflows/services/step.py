"""The step: one transaction that moves one case.

Lock the instance, check that the deed is still possible, let the engine move, write what now waits, commit.
Every service that moves a case is one ``with`` block here; nothing else writes these rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.acting import acting_as
from core.actors import Actor, SystemActor
from core.errors import Conflict
from core.log_context import log_context
from core.tracing import span
from workflows.definitions import definition_of
from workflows.engine import Case, Definition, Element, Waiting
from workflows.models import ProcessInstance, Subscription, Timer, WorkItem
from workflows.services import locking
from workflows.services.batch import Batch
from workflows.services.history import Historian
from workflows.services.host import DomainHost
from workflows.services.rows import Place, places, write_step


class Step:
    """A locked case in the middle of its step."""

    def __init__(
        self, instance: ProcessInstance, *, actor: Actor, now: datetime, item: WorkItem | None = None
    ) -> None:
        self.instance = instance
        self.actor = actor
        self.now = now
        self.host = DomainHost(instance, person=actor, now=now)
        self.history = Historian(instance, actor=actor, now=now)
        # What waited before the step and still has its open row.
        self.waited: dict[Place, Waiting] = {}
        # Timers whose rows were lost, by token: they count from when they began to wait, not from now.
        self.armed_at: dict[str, datetime] = {}
        # The place that hears a message in this step, and those that begin to wait for one, by token.
        self.hears: Subscription | None = None
        self.listens: list[str] = []
        # Everything the step changes, sent to the database at its end.
        self.writes = Batch()
        self._item = item
        self._case: Case | None = None

    @property
    def item(self) -> WorkItem:
        """The work item by which the step was reached."""
        if self._item is None:
            raise RuntimeError("This step was not reached by a work item.")
        return self._item

    @property
    def finished(self) -> WorkItem | None:
        """The item that was finished in this step; its row is not written yet."""
        return self._item if self._item is not None and not self._item.is_open else None

    @property
    def definition(self) -> Definition:
        return definition_of(self.instance.version_id)

    @property
    def element(self) -> Element:
        """The diagram's element at which the work item stands."""
        return self.definition.element(self.item.element)

    @property
    def case(self) -> Case:
        """The running case, after ``load`` or ``begin``."""
        if self._case is None:
            raise RuntimeError("Load the case first: claiming and the like do without it.")
        return self._case

    @property
    def is_loaded(self) -> bool:
        return self._case is not None

    def load(self) -> Case:
        """Bring the case to life where it stands; only deeds that move it need that."""
        self._case = Case.load(self.definition, self.instance.state, self.host)
        self.waited = places(self._case.waiting())
        return self._case

    def begin(self, data: Mapping[str, Any], *, by: str, start: str | None = None) -> Case:
        """Start the case instead of loading it: at its plain start, or at the event that was triggered."""
        self._case = Case.start(self.definition, self.host, data, by=by, start=start)
        return self._case

    def settle(self, token: str, kind: str) -> None:
        """The deed has closed this place's row itself; if the place waits again, it gets a new row."""
        self.waited.pop((token, kind), None)

    def require_running(self) -> None:
        """Refuse when the case has ended or is suspended: the deed came too late."""
        self.require_open()
        if self.instance.status == ProcessInstance.Status.SUSPENDED:
            raise Conflict(_("This case is suspended. It can go on after it is resumed."), code="suspended")

    def require_open(self) -> None:
        """Refuse when the case has ended."""
        if not self.instance.is_open:
            raise Conflict(
                _("This case is over (%(status)s).") % {"status": self.instance.get_status_display()},
                code="case_is_over",
            )


@contextmanager
def step_of_instance(instance_id: int, *, actor: Actor) -> Iterator[Step]:
    """Lock a case, hand it to the caller's deed, write what the deed did."""
    with (
        log_context(instance=instance_id),
        span("step", case=instance_id),
        acting_as(actor),
        locking.busy_is_a_conflict(),
        transaction.atomic(),
    ):
        step = Step(locking.lock_instance(instance_id), actor=actor, now=clock.now())
        yield step
        write_step(step)


@contextmanager
def step_of_work_item(work_item_id: int, *, actor: Actor) -> Iterator[Step]:
    """The same, reached by one of its work items, which is locked too."""
    with (
        log_context(work_item=work_item_id),
        span("step", work_item=work_item_id),
        acting_as(actor),
        locking.busy_is_a_conflict(),
        transaction.atomic(),
    ):
        instance, item = locking.lock_work_item(work_item_id)
        step = Step(instance, actor=actor, now=clock.now(), item=item)
        yield step
        write_step(step)


@contextmanager
def step_of_timer(timer_id: int) -> Iterator[tuple[Step, Timer]]:
    """The same, reached by one of its timers, which is locked too. Nobody but the case itself acts."""
    with (
        log_context(timer=timer_id),
        span("step", timer=timer_id),
        locking.busy_is_a_conflict(),
        transaction.atomic(),
    ):
        instance, timer = locking.lock_timer(timer_id)
        actor = SystemActor(f"{instance.definition.key}:{timer.element}"[:120])
        step = Step(instance, actor=actor, now=clock.now())
        step.host.hold_refusals()
        yield step, timer
        write_step(step)
