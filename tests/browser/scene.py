"""An office with work on every desk: contracts at each step, made through the services as in life."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from contracts import services
from contracts.models import Contract
from core import clock
from tests.contracts import factory
from workflows.models import WorkItem
from workflows.services import complete_work_item, publish_shipped


@dataclass
class Office:
    """The people, and a contract that stands at each step."""

    people: SimpleNamespace
    drafting: Contract
    with_manager: Contract
    overdue: Contract
    with_finance: Contract
    with_gm: Contract
    with_seal: Contract

    def item(self, contract: Contract) -> WorkItem:
        """The open task of a contract."""
        return WorkItem.objects.open().get(subject_id=str(contract.pk))


def move(contract: Contract, element: str, actor: Any, outcome: str, comment: str = "") -> None:
    item = WorkItem.objects.open().get(subject_id=str(contract.pk), element=element)
    complete_work_item(work_item_id=item.pk, actor=actor, outcome=outcome, comment=comment)


# The customer of each contract.
CUSTOMERS = {
    "drafting": "无锡太湖阀门厂",
    "with_manager": "上海明远商贸有限公司",
    "overdue": "成都川流供应链管理有限公司",
    "with_finance": "深圳市华川电子科技股份有限公司",
    "with_gm": "宁波甬江轴承有限公司",
    "with_seal": "常州精工刀具有限公司",
}


def office_of(people: SimpleNamespace) -> Office:
    """The office that has been furnished."""
    contracts = {one.customer.name: one for one in Contract.objects.select_related("customer")}
    return Office(people=people, **{desk: contracts[name] for desk, name in CUSTOMERS.items()})


def furnish(people: SimpleNamespace) -> None:
    """Start the contracts of an office and carry each to its step."""
    publish_shipped(only=["contract_lifecycle"])
    rep = people.rep1

    def start(desk: str, price: str, days_ago: int = 0) -> Contract:
        with clock.travel(timedelta(days=-days_ago)):
            customer = factory.customer_of(rep, CUSTOMERS[desk])
            contract = services.start_contract(
                customer_id=customer.pk,
                actor=rep,
                fields=factory.term(),
                lines=[factory.membership(price, "VIP-G")],
                plan=factory.instalments((10, price)),
            )
            if days_ago:
                move(contract, "draft_contract", rep, "submit")
        return contract

    def submit(contract: Contract, *steps: tuple[str, Any]) -> None:
        move(contract, "draft_contract", rep, "submit")
        for element, actor in steps:
            move(contract, element, actor, "approve", "同意。")

    manager = ("manager_review", people.manager1)
    finance = ("finance_review", people.finance)
    start("drafting", "12800.00")
    submit(start("with_manager", "29800.00"))
    start("overdue", "256000.00", days_ago=9)
    submit(start("with_finance", "128400.00"), manager)
    submit(start("with_gm", "86200.00"), manager, finance)
    submit(start("with_seal", "36780.00"), manager, finance)
