"""Services that end with a terminated contract: what the platform answers, and where the case stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from config.reference import load_all
from core import clock
from service.models import MemberActivation
from service.services import record_answer
from tests.processes.performance_walk import PerformanceWalk
from tests.processes.walk import settle
from tests.service.factory import PROCESS
from workflows.models import Job, ProcessInstance, WorkItem

KEY = "service_end"


class ServiceEndWalk(PerformanceWalk):
    """A contract with a membership that the platform has opened, and its end before its time."""

    def __init__(self, company: Any, **kwargs: Any) -> None:
        load_all(processes={"contract_performance", KEY, *kwargs.pop("also", ())})
        super().__init__(company, **kwargs)
        # The platform answered a while ago: nobody who waits hears of it any more.
        with clock.travel(-timedelta(minutes=5)):
            self._is_opened()

    def _is_opened(self) -> None:
        activation = MemberActivation.objects.create(
            contract=self.contract,
            plan="VIP-S",
            kind="activate",
            starts_on=max(self.contract.start_on, self.contract.effective_on),
            ends_on=self.end,
            request_key=f"activate-{self.contract.pk}",
            asked_at=clock.now(),
        )
        record_answer(
            request_key=activation.request_key, answer={"ok": True, "external_id": "M-77"}, actor=PROCESS
        )

    def end_contract(self) -> None:
        """All have agreed; who listens has not heard it yet."""
        from contracts import services

        self.ask()
        self.until_settled()
        services.decide_termination(
            contract_id=self.contract.pk,
            outcome="agree",
            step="end_by_director",
            actor=self.people.director,
        )
        services.terminate_contract(contract_id=self.contract.pk, actor=PROCESS)

    def terminate(self, **amounts: str) -> None:
        if self.contract.terminations.filter(state="requested").first() is None:
            self.ask()
        super().terminate(**amounts)

    @property
    def ending(self) -> ProcessInstance:
        return ProcessInstance.objects.get(definition__key=KEY, subject_id=str(self.contract.pk))

    def ends(self, *waiting: str, case: str = "active") -> None:
        """The open tasks and the status of the case that ends the services."""
        items = WorkItem.objects.filter(instance=self.ending, status="open").values_list("element", flat=True)
        found = (sorted(items), self.ending.status)
        assert found == (sorted(waiting), case), found

    def mend(self) -> None:
        from workflows.services import complete_work_item

        item = WorkItem.objects.get(instance=self.ending, status="open")
        complete_work_item(work_item_id=item.pk, actor=self.people.tech, outcome="again", comment="")
        settle()

    def call(self) -> None:
        """A worker does the call to the platform."""
        from workflows.services import run_job

        for job in Job.objects.filter(instance=self.ending, status="open"):
            Job.objects.filter(pk=job.pk).update(due_at=clock.now())
            run_job(job_id=job.pk)
        settle()
