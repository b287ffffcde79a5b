"""A complaint on its way through its process, as people carry it; time as the workers do."""

from __future__ import annotations

from typing import Any

from core.models import Notification
from service import services
from service.models import Complaint
from tests.contracts.factory import customer_of
from tests.processes.walk import settle
from workflows.audit import audit
from workflows.models import ProcessInstance, Subscription, Timer, WorkItem
from workflows.selectors import history, inbox
from workflows.services import complete_work_item

KEY = "complaint"
SAID = "商铺三天打不开，客服没有回电。"


class ComplaintWalk:
    """One complaint on its way: does the steps as people, says where it stands."""

    def __init__(
        self, company: Any, owner: str = "rep1", receiver: str = "aftersales", **fields: Any
    ) -> None:
        self.people = company
        self.customer = customer_of(getattr(company, owner))
        self.complaint = services.receive_complaint(
            customer_id=self.customer.pk,
            fields={"description": SAID, "severity": 3, **fields},
            actor=getattr(company, receiver),
        )
        self.case = ProcessInstance.objects.get(
            subject_type="service.complaint", subject_id=str(self.complaint.pk)
        )

    def do(self, who: str, element: str, outcome: str = "", comment: str = "", **data: Any) -> None:
        item = WorkItem.objects.get(instance=self.case, element=element, status="open")
        complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
        )

    def acknowledge(self, who: str = "aftersales", severity: int | None = None) -> None:
        severity = severity or self.complaint.severity
        self.do(who, "acknowledge", "done", severity=str(severity), response="已致电说明处理安排。")

    def rule(
        self, who: str = "aftersales", *, blamed: str = "rep1", handler: str = "aftersales2", **data: Any
    ) -> None:
        person = getattr(self.people, blamed)
        self.do(
            who,
            "rule",
            "justified",
            **{
                "party_1": f"person:{person.pk}",
                "share_1": "60",
                "party_2": f"department:{self.people.content.department_id}",
                "share_2": "40",
                "basis": "通话录音",
                "handler": str(getattr(self.people, handler).pk) if handler else "",
                **data,
            },
        )

    def refuse(self, who: str = "aftersales") -> None:
        """The ruling finds that the complaint is not justified."""
        self.do(
            who, "rule", "unjustified", party_1="customer", share_1="100", basis="合同约定如此", handler=""
        )

    def explain(self) -> None:
        self.do("aftersales", "explain", "done", explanation="按合同第三条说明。")

    def handle(self, who: str = "aftersales2", cost: str = "0") -> None:
        self.do(who, "handle", "done", kind="rectify", description="已恢复商铺并补偿一周。", cost=cost)

    def instruct(self, who: str = "director", verdict: str = "agree", comment: str = "") -> None:
        element = "instruct_gm" if who == "gm" else "instruct_director"
        self.do(who, element, verdict, comment)

    def sum_up(self) -> None:
        self.do("aftersales", "sum_up", "done", root_cause="证书过期", prevention="到期前提醒", lesson="")

    def call(self, outcome: str = "satisfied", score: int = 5) -> None:
        comment = "" if outcome == "satisfied" else "仍有页面打不开"
        self.do("aftersales", "call_customer", outcome, comment, score=str(score), note="")

    def until_handled(self) -> None:
        self.acknowledge()
        self.rule()
        self.handle()

    def until_summed_up(self) -> None:
        self.until_handled()
        self.instruct()
        self.sum_up()

    def waits(self) -> list[str]:
        timers = Timer.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        places = Subscription.objects.filter(instance=self.case, status="open")
        return sorted([*timers, *places.values_list("element", flat=True)])

    def told(self, who: str) -> list[str]:
        rows = Notification.objects.filter(person=getattr(self.people, who), kind__startswith="complaint.")
        return list(rows.order_by("pk").values_list("params__what", flat=True))

    def stands(self, state: str, *waiting: str, case: str = "active") -> Complaint:
        """The complaint's state, the steps that wait, and the case's status, all at once."""
        self.complaint.refresh_from_db()
        self.case.refresh_from_db()
        open_items = WorkItem.objects.filter(instance=self.case, status="open").order_by("element")
        assert (self.complaint.state, [one.element for one in open_items], self.case.status) == (
            state,
            sorted(waiting),
            case,
        )
        assert self.case.open_rows == len(waiting) + len(self.waits())
        assert audit() == []
        return self.complaint

    def trail(self) -> list[tuple[str, str, str]]:
        """(who, step, decision) of everything people did."""
        return [
            (line.event.actor.username, line.event.element, line.event.outcome)
            for line in history(self.case)
            if line.event.kind == "completed" and line.event.actor_id
        ]

    def inbox_of(self, who: str, box: str) -> list[str]:
        return [
            item.element
            for item in inbox(getattr(self.people, who), box=box)
            if item.instance_id == self.case.pk
        ]


__all__ = ["ComplaintWalk", "settle"]
