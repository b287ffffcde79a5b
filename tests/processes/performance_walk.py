"""A contract in effect on its way to its end, as people carry it; time is travelled, messages arrive as by workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from config.reference import STARTERS
from contracts import selectors, services
from contracts.models import Contract, ContractTermination, Payment
from core import clock
from core.models import Notification
from tests.contracts.factory import instalments, membership
from tests.processes.walk import settle
from tests.service.factory import contract_in_effect
from workflows.audit import audit
from workflows.models import Incident, ProcessDefinition, ProcessInstance, Subscription, Timer, WorkItem
from workflows.services import complete_work_item, publish_shipped

KEY = "contract_performance"
# In three instalments; the first one falls due at once.
PLAN = ((0, "4800.00"), (90, "4000.00"), (180, "4000.00"))
MANAGER, LEGAL, SETTLE, DIRECTOR, MONEY, REFUND = (
    "end_by_manager",
    "end_by_legal",
    "settle_end",
    "end_by_director",
    "decide_on_money",
    "pay_refund",
)


def publish() -> None:
    publish_shipped(only={KEY})
    ProcessDefinition.objects.filter(key=KEY).update(start_roles=STARTERS[KEY])


class PerformanceWalk:
    """One contract in effect: does the steps as people, says where it stands."""

    def __init__(self, company: Any, owner: str = "rep1", plan: Any = PLAN, **kwargs: Any) -> None:
        if not ProcessDefinition.objects.filter(key=KEY).exists():
            publish()
        self.people = company
        total = str(sum((Decimal(amount) for _days, amount in plan), Decimal(0)))
        kwargs.setdefault("lines", [membership(total)])
        self.contract: Contract = contract_in_effect(
            company, getattr(company, owner), price=total, plan=instalments(*plan), **kwargs
        )
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
        """So many days from the term's last day, with everything done that is due until then."""
        with clock.travel(self.end + timedelta(days=days)):
            settle()
            yield

    # Money

    def record(self, amount: str, seq: int = 1) -> Payment:
        line = self.contract.plan_lines.get(seq=seq)
        return services.record_payment(
            customer_id=self.contract.customer_id,
            fields={"received_on": clock.today(), "amount": amount, "method": "transfer"},
            shares=[services.Share(line.pk, Decimal(amount))],
            actor=self.people.finance,
        )

    def confirm(self, payment: Payment) -> None:
        services.confirm_payment(payment_id=payment.pk, actor=self.people.finance2)
        settle()

    def pay(self, amount: str, seq: int = 1) -> Payment:
        payment = self.record(amount, seq)
        self.confirm(payment)
        return payment

    def pay_all(self) -> None:
        for line in self.contract.plan_lines.with_paid():
            if line.outstanding:
                self.pay(str(line.outstanding), line.seq)

    def reverse(self, payment: Payment) -> None:
        services.reverse_payment(payment_id=payment.pk, reason="退票", actor=self.people.finance)
        settle()

    def open_amount(self) -> Decimal:
        rows = selectors.open_instalments(self.people.finance, clock.today())
        return sum((one.outstanding for one in rows.filter(contract=self.contract)), Decimal("0.00"))

    def released(self) -> list[str]:
        return [str(one.released) for one in self.contract.plan_lines.order_by("seq")]

    # The end

    def ask(self, who: str = "rep1", *, in_days: int = 0, **more: Any) -> ContractTermination:
        found = services.request_termination(
            contract_id=self.contract.pk,
            actor=getattr(self.people, who),
            **{
                "kind": "agreement",
                "reason": "客户转行，双方同意终止",
                "ends_on": clock.today() + timedelta(days=in_days),
                **more,
            },
        )
        settle()
        return found

    def do(self, who: str, element: str, outcome: str = "agree", comment: str = "", **data: Any) -> None:
        item = WorkItem.objects.get(instance=self.case, element=element, status="open")
        complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
        )
        settle()

    def settled(self, owed: str = "0", refund: str = "0", value: str = "0", who: str = "finance") -> None:
        self.do(who, SETTLE, value=value, owed=owed, refund=refund, note="")

    def until_settled(self, **amounts: str) -> None:
        """Everybody but the director has agreed."""
        self.do("manager1", MANAGER)
        self.do("legal", LEGAL)
        self.settled(**amounts)

    def terminate(self, **amounts: str) -> None:
        self.until_settled(**amounts)
        self.do("director", DIRECTOR)

    @property
    def termination(self) -> ContractTermination:
        return ContractTermination.objects.filter(contract=self.contract).latest("pk")

    # What is

    def waits(self) -> list[str]:
        timers = Timer.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        places = Subscription.objects.filter(instance=self.case, status="open")
        return sorted([*timers, *places.values_list("element", flat=True)])

    def told(self, who: str) -> list[str]:
        rows = Notification.objects.filter(person=getattr(self.people, who), kind__startswith="contract.")
        return list(rows.order_by("pk").values_list("kind", flat=True))

    def stands(self, state: str, *waiting: str, case: str = "active") -> None:
        """The contract's state, the open tasks and the case's status, all at once; nothing has failed."""
        self.contract.refresh_from_db()
        self.case.refresh_from_db()
        items = WorkItem.objects.filter(instance=self.case, status="open").order_by("element")
        assert (self.contract.state, [one.element for one in items], self.case.status) == (
            state,
            sorted(waiting),
            case,
        )
        assert not Incident.objects.filter(status="open").exists()
        assert audit() == []
