"""A contract on its way through its process, as people carry it; time and messages as the workers do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import services
from contracts.models import Contract, Payment
from contracts.services.wording import Change
from core import clock
from core.models import Notification
from tests.contracts.factory import customer_of, instalments, membership, term
from workflows.audit import audit
from workflows.models import Delivery, Subscription, Timer, WorkItem
from workflows.selectors import history, inbox, running_process_of
from workflows.services import complete_work_item, deliver, fire_due_timers

SMALL, LARGE = "12800.00", "50000.00"


def settle() -> None:
    """Everything that is due has happened and all that was told has arrived."""
    while True:
        fired = fire_due_timers(seconds=60)
        waiting = list(Delivery.objects.filter(status="open").order_by("pk").values_list("pk", flat=True))
        if not fired and not sum(deliver(delivery_id=one) for one in waiting):
            return


@contextmanager
def later(**time: float) -> Iterator[None]:
    """So much later, with everything done that fell due."""
    with clock.travel(timedelta(**time)):
        settle()
        yield


class Walk:
    """One contract on its way: does the steps as people, says where it stands."""

    def __init__(
        self,
        company: Any,
        price: str = SMALL,
        owner: str = "rep1",
        *,
        rule: str = "on_signature",
        **fields: Any,
    ) -> None:
        self.people = company
        self.owner = getattr(company, owner)
        self.contract = services.start_contract(
            customer_id=customer_of(self.owner).pk,
            actor=self.owner,
            fields={**term(rule=rule), **fields},
            lines=[membership(price)],
            plan=instalments((10, price)),
        )
        self.case = running_process_of(self.contract)

    def do(self, who: str, element: str, outcome: str = "", comment: str = "", **data: Any) -> None:
        files = {name: data.pop(name) for name in list(data) if isinstance(data[name], SimpleUploadedFile)}
        item = WorkItem.objects.get(instance=self.case, element=element, status="open")
        complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
            files=files,
        )

    def submit(self) -> None:
        self.do("rep1", "draft_contract", "submit")

    def manager(self, outcome: str = "approve", comment: str = "") -> None:
        self.do("manager1", "manager_review", outcome, comment)

    def legal(self, outcome: str = "approve", comment: str = "") -> None:
        self.do("legal", "legal_review", outcome, comment)

    def appraise(self, who: str, role: str, outcome: str = "approve", comment: str = "") -> None:
        """One of the panel says what the role thinks."""
        item = WorkItem.objects.get(instance=self.case, element="panel_review", role=role, status="open")
        complete_work_item(
            work_item_id=item.pk, actor=getattr(self.people, who), outcome=outcome, comment=comment, data={}
        )

    def deviate(self, **more: Any) -> None:
        """The draft yields at one locked clause."""
        self.contract.refresh_from_db()
        said = {"reason": "客户账期较长", "risk": "mid", **more}
        softer = [
            {
                "text": "甲方逾期付款超过90日的，乙方可以暂停服务。",
                "text_en": "Party B may suspend the Services once payment is more than 90 days late.",
            }
        ]
        services.update_contract(
            contract_id=self.contract.pk,
            revision=self.contract.revision,
            actor=self.owner,
            clauses=[Change("refund", "changed", paragraphs=softer, **said)],
        )

    def finance(self, outcome: str = "approve", comment: str = "") -> None:
        self.do("finance", "finance_review", outcome, comment)

    def gm(self, outcome: str = "approve", comment: str = "") -> None:
        self.do("gm", "gm_review", outcome, comment)

    def seal(self, who: str = "seal") -> None:
        self.do(who, "seal_contract", seal_kind="contract", copies="2", cross_page="on")

    def sign(self, **changes: Any) -> None:
        data = {
            "signed_on": clock.today().isoformat(),
            "customer_signer": "刘经理",
            "our_signer": "郑国栋",
            "method": "paper",
        }
        self.do("assistant", "record_signature", **{**data, **changes})

    def sealed(self) -> None:
        """Everything up to the seal."""
        for step in (self.submit, self.manager, self.finance, self.seal):
            step()

    def director(self, outcome: str, comment: str = "") -> None:
        self.do("director", "press_signature", outcome, comment)

    def pay(self, amount: str = "1000.00") -> Payment:
        """Finance records money on the first instalment, a colleague confirms it, the case hears of it."""
        payment = self.record(amount)
        services.confirm_payment(payment_id=payment.pk, actor=self.people.finance2)
        settle()
        return payment

    def record(self, amount: str = "1000.00") -> Payment:
        line = self.contract.plan_lines.order_by("seq").first()
        return services.record_payment(
            customer_id=self.contract.customer_id,
            fields={"received_on": clock.today(), "amount": amount, "method": "transfer"},
            shares=[services.Share(line.pk, Decimal(amount))],
            actor=self.people.finance,
        )

    def reverse(self, payment: Payment) -> None:
        services.reverse_payment(payment_id=payment.pk, reason="退票", actor=self.people.finance)
        settle()

    def waits(self) -> list[str]:
        """What waits for something that is nobody's task, by its element."""
        timers = Timer.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        places = Subscription.objects.filter(instance=self.case, status="open")
        return sorted([*timers, *places.values_list("element", flat=True)])

    def told(self, who: str) -> list[str]:
        """The kinds of what somebody was told about contracts, in order."""
        rows = Notification.objects.filter(person=getattr(self.people, who), kind__startswith="contract.")
        return list(rows.order_by("pk").values_list("kind", flat=True))

    def stands(self, state: str, *waiting: str, case: str = "active") -> None:
        """The contract's state, the steps that wait, and the case's status, all at once."""
        self.contract.refresh_from_db()
        self.case.refresh_from_db()
        open_items = WorkItem.objects.filter(instance=self.case, status="open").order_by("element")
        assert (self.contract.state, [one.element for one in open_items], self.case.status) == (
            state,
            sorted(waiting),
            case,
        )
        assert self.case.open_rows == len(waiting) + len(self.waits())
        assert audit() == []

    def trail(self) -> list[tuple[str, str, str]]:
        """(who, step, decision) of everything people did."""
        return [
            (line.event.actor.username, line.event.element, line.event.outcome)
            for line in history(self.case)
            if line.event.kind == "completed" and line.event.actor_id
        ]

    def contract_now(self) -> Contract:
        return Contract.objects.get(pk=self.contract.pk)

    def inbox_of(self, who: str, box: str) -> list[str]:
        return [
            item.element
            for item in inbox(getattr(self.people, who), box=box)
            if item.instance_id == self.case.pk
        ]
