"""A contract in effect on its way to its renewal, as people carry it; time is travelled, calls are done as by workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from config.reference import STARTERS
from contracts import services as contract_services
from contracts.models import Contract
from core import clock
from service.models import MemberActivation, RenewalCase
from service.services import record_answer
from tests.processes.walk import settle
from tests.service.factory import PROCESS, contract_in_effect
from workflows.audit import audit
from workflows.models import Job, ProcessDefinition, ProcessInstance, WorkItem
from workflows.services import complete_work_item, publish_shipped, run_job

KEY = "renewal"


class RenewalWalk:
    """One renewal: does the steps as people, says where it stands."""

    def __init__(self, company: Any, owner: str = "rep1", **kwargs: Any) -> None:
        if not ProcessInstance.objects.filter(definition__key=KEY).exists():
            publish_shipped(only={KEY})
            ProcessDefinition.objects.filter(key=KEY).update(start_roles=STARTERS[KEY])
        self.people = company
        self.contract: Contract = contract_in_effect(company, getattr(company, owner), **kwargs)
        settle()
        self.case = ProcessInstance.objects.get(
            definition__key=KEY, subject_type="contracts.contract", subject_id=str(self.contract.pk)
        )

    @property
    def end(self) -> date:
        assert self.contract.end_on is not None
        return self.contract.end_on

    @contextmanager
    def at(self, days: int) -> Iterator[None]:
        """So many days from the term's last day, with everything done that is due until then; negative before it."""
        with clock.travel(self.end + timedelta(days=days)):
            for _round in range(4):
                settle()
            yield

    @property
    def renewal(self) -> RenewalCase:
        return RenewalCase.objects.get(contract=self.contract)

    def membership_is_open(self) -> MemberActivation:
        """As the onboarding leaves it: the platform has opened the membership."""
        activation = MemberActivation.objects.create(
            contract=self.contract,
            plan="MEMBER",
            kind="activate",
            starts_on=max(self.contract.start_on, self.contract.effective_on),
            ends_on=self.end,
            request_key=f"activate-{self.contract.pk}",
            asked_at=clock.now(),
        )
        return record_answer(
            request_key=activation.request_key, answer={"ok": True, "external_id": "M-77"}, actor=PROCESS
        )

    def do(self, who: str, element: str, outcome: str = "", comment: str = "") -> None:
        item = WorkItem.objects.get(instance=self.case, element=f"{element}", status="open")
        complete_work_item(
            work_item_id=item.pk, actor=getattr(self.people, who), outcome=outcome, comment=comment
        )
        settle()

    def draft(self) -> Contract:
        return Contract.objects.get(parent=self.contract, kind="renewal")

    def sign(self, draft: Contract) -> Contract:
        """The next contract goes the contract's own way until it is in effect."""
        contract_services.submit_contract(contract_id=draft.pk, actor=PROCESS, submitted_by=self.people.rep1)
        contract_services.approve_contract(contract_id=draft.pk, actor=PROCESS)
        contract_services.seal_contract(
            contract_id=draft.pk, actor=self.people.seal, seal_kind="contract", copies=2
        )
        contract_services.record_signature(
            contract_id=draft.pk,
            actor=self.people.assistant,
            signed_on=clock.today(),
            customer_signer="张三",
            our_signer="郑国栋",
        )
        found = contract_services.activate_contract(contract_id=draft.pk, actor=PROCESS)
        settle()
        return found

    def call(self) -> None:
        """A worker does the call to the platform."""
        for job in Job.objects.filter(instance=self.case, status="open"):
            Job.objects.filter(pk=job.pk).update(due_at=clock.now())
            run_job(job_id=job.pk)

    def stands(self, state: str, *waiting: str, case: str = "active") -> None:
        """The renewal's state ("" before there is one), the open tasks and the case's status, all at once."""
        self.case.refresh_from_db()
        items = WorkItem.objects.filter(instance=self.case, status="open").order_by("element")
        found = RenewalCase.objects.filter(contract=self.contract).first()
        assert (found.state if found else "", [one.element for one in items], self.case.status) == (
            state,
            sorted(waiting),
            case,
        )
        assert audit() == []

    def steps(self) -> list[str]:
        done = self.case.events.filter(kind="completed").order_by("pk")
        return [name for name in done.values_list("element", flat=True) if name]
