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


def furnish(people: SimpleNamespace) -> Office:
    """Start the contracts of an office and carry each to its step."""
    publish_shipped(only=["contract_lifecycle"])
    rep = people.rep1

    def start(name: str, price: str, days_ago: int = 0) -> Contract:
        with clock.travel(timedelta(days=-days_ago)):
            customer = factory.customer_of(rep, name)
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

    def submit(contract: Contract, *steps: tuple[str, Any]) -> Contract:
        move(contract, "draft_contract", rep, "submit")
        for element, actor in steps:
            move(contract, element, actor, "approve", "同意。")
        return contract

    manager = ("manager_review", people.manager1)
    finance = ("finance_review", people.finance)
    return Office(
        people=people,
        drafting=start("无锡太湖阀门厂", "12800.00"),
        with_manager=submit(start("上海明远商贸有限公司", "29800.00")),
        overdue=start("成都川流供应链管理有限公司", "256000.00", days_ago=9),
        with_finance=submit(start("深圳市华川电子科技股份有限公司", "128400.00"), manager),
        with_gm=submit(start("宁波甬江轴承有限公司", "86200.00"), manager, finance),
        with_seal=submit(start("常州精工刀具有限公司", "36780.00"), manager, finance),
    )
