"""A membership whose term a supplement moves: what the platform is told and answers, and where the case stands."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import F

from config.reference import STARTERS, load_all
from contracts import events
from contracts import services as contract_services
from contracts.models import Contract
from core import clock
from service.models import MemberActivation
from service.services import ask_for_activation, record_answer
from tests.contracts.supplement_world import changed_by
from tests.processes.onboarding_walk import EVENT
from tests.processes.walk import settle
from tests.service.factory import PROCESS, contract_in_effect
from workflows.audit import audit
from workflows.models import Job, ProcessDefinition, ProcessInstance, WorkItem
from workflows.services import complete_work_item, publish_shipped, run_job

KEY = "membership_extension"
MEND = "mend_extension"


def publish() -> None:
    publish_shipped(only={KEY})
    ProcessDefinition.objects.filter(key=KEY).update(start_roles=STARTERS[KEY])


class ExtensionWalk:
    """One contract in effect, with its membership opened a while ago unless said otherwise."""

    def __init__(
        self, company: Any, *, opened: bool = True, published: bool = True, also: tuple[str, ...] = ()
    ) -> None:
        if also:
            load_all(processes={KEY, *also})
        elif published:
            publish()
        self.people = company
        self.contract: Contract = contract_in_effect(company, company.rep1)
        self.end: date = self.contract.in_force_until
        settle()
        if opened:
            # The platform answered a while ago: nobody who waits hears of it any more.
            with clock.travel(-timedelta(minutes=5)):
                self.answers(self.asks_to_open())

    def asks_to_open(self) -> MemberActivation:
        key = ask_for_activation(contract_id=self.contract.pk, kind="activate", actor=PROCESS)
        return MemberActivation.objects.get(request_key=key)

    def answers(self, one: MemberActivation, *, ok: bool = True, **more: Any) -> None:
        """The platform's own event arrives."""
        record_answer(
            request_key=one.request_key, answer={"ok": ok, "external_id": "M-77", **more}, actor=EVENT
        )
        settle()

    def move(self, days: int) -> None:
        """A supplement moves the end of the term by so many days from its first end."""
        self.contract.refresh_from_db()
        amendment = contract_services.Amendment("term", new_day=self.day(days))
        changed_by(self.people, self.contract, amendment)
        settle()

    def terminated(self) -> None:
        """The contract has ended before its time; who listens has not heard it yet."""
        rows = Contract.objects.filter(pk=self.contract.pk)
        rows.update(state="terminated", ended_on=clock.today(), revision=F("revision") + 1)
        events.contract_terminated(rows.get(), actor=PROCESS)

    def contract_now(self) -> Contract:
        return Contract.objects.get(pk=self.contract.pk)

    def day(self, days: int) -> date:
        return self.end + timedelta(days=days)

    @property
    def cases(self) -> list[ProcessInstance]:
        rows = ProcessInstance.objects.filter(definition__key=KEY, subject_id=str(self.contract.pk))
        return list(rows.order_by("pk"))

    @property
    def case(self) -> ProcessInstance:
        return self.cases[-1]

    def requests(self) -> list[tuple[int, str]]:
        """(days from the first end, state) of what the platform was asked after the opening, in order."""
        rows = MemberActivation.objects.filter(contract=self.contract, follows__isnull=False).order_by("pk")
        return [((one.ends_on - self.end).days, one.state) for one in rows]

    def last(self) -> MemberActivation:
        return MemberActivation.objects.filter(contract=self.contract).latest("pk")

    def call(self, times: int = 1) -> None:
        """A worker does the calls that are due, after whatever pause they wait for."""
        for _turn in range(times):
            for job in Job.objects.filter(instance=self.case, status="open").order_by("pk"):
                Job.objects.filter(pk=job.pk).update(due_at=clock.now())
                run_job(job_id=job.pk)
            settle()

    def mend(self) -> None:
        item = WorkItem.objects.get(instance=self.case, element=MEND, status="open")
        complete_work_item(work_item_id=item.pk, actor=self.people.tech, outcome="again", comment="")
        settle()

    def stands(self, *waiting: str, case: str = "active") -> None:
        """The open tasks and the status of the newest case."""
        items = WorkItem.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        assert (sorted(items), self.case.status) == (sorted(waiting), case)
        assert audit() == []
