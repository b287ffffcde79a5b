"""How the demo's customers are followed up: each place at which it waits is there to be seen.

The company follows up this way since a few weeks; what was told of its customers before starts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast

from config.demo.contracts import morning_of
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer, CustomerStatus
from crm.services import log_activity, save_status
from workflows.models import Delivery, ProcessInstance
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item, start_process

KEY = "customer_status"
# type, what was said, days ago, days from today until the next contact
TALKS = (
    ("phone_call", "介绍了金牌会员的展示位，客户要求发同行案例。", 2, 3),
    ("visit", "上门拜访，见到总经理，对首页广告感兴趣。", 5, 0),
    ("inbound_call", "客户来电询问银牌会员价格，下周开会讨论。", 3, 6),
    ("phone_call", "联系人出差，约定回来后再谈。", 6, 1),
    ("email", "发送了产品目录和报价说明。", 4, 10),
    ("phone_call", "客户在比较两家平台，等年度预算。", 8, -2),
)
# The one that nobody has moved for long: days ago.
LONG_AGO = 55


def nobody_follows_yet() -> None:
    """The customers of last year were entered before the company followed up this way."""
    Delivery.objects.filter(definition__key=KEY, status="open").update(status="void", closed_at=clock.now())


def follow_customers(people: Mapping[str, User], settle: Callable[[], None]) -> None:
    """Whoever is worked on is followed up: most wait for the next contact, some are asked for today."""
    _quotes_are_approved(people["director"])
    worked_on = CustomerStatus.objects.filter(kind__in=("open", "waiting")).values("code")
    rows = Customer.objects.filter(owner__isnull=False, status__in=worked_on).select_related("owner")
    known = set(ProcessInstance.objects.filter(definition__key=KEY).values_list("subject_id", flat=True))
    customers = [one for one in rows.order_by("pk") if str(one.pk) not in known]
    stalled, *others = customers
    _talk(stalled, ("visit", "客户说今年暂无计划，保持联系。", LONG_AGO, 4))
    for number, customer in enumerate(others):
        _talk(customer, TALKS[number % len(TALKS)])
    settle()
    _decide(others, "interested", "dormant", comment="客户今年不做推广，明年一季度再联系。")
    planned = {"to_status": "quoted", "facts": "已按客户要求发出正式报价单。", "next_on": _in_days(4)}
    _decide(others, "planned", "advance", **planned)
    settle()


def _quotes_are_approved(director: User) -> None:
    quoted = CustomerStatus.objects.get(code="quoted")
    ways = {way.to_status.code: way.needs_fact for way in quoted.ways.select_related("to_status")}
    with acting_as(director):
        save_status(code="quoted", fields={"needs_approval": True}, ways=ways, actor=director)


def _talk(customer: Customer, talk: tuple[str, str, int, int]) -> None:
    """Somebody has talked with the customer, and its follow-up begins."""
    kind, said, days_ago, days = talk
    owner = cast(User, customer.owner)
    following = clock.today() + timedelta(days=days)
    with clock.travel(morning_of(days_ago)), acting_as(owner):
        fields = {"type": kind, "subject": "客户沟通", "description": said}
        log_activity(customer_id=customer.pk, fields={**fields, "next_on": following}, actor=owner)
        start_process(definition_key=KEY, subject=customer, actor=owner)


def _decide(customers: list[Customer], status: str, outcome: str, *, comment: str = "", **data: Any) -> None:
    """The first customer in a status whose owner is asked today is decided on."""
    for customer in customers:
        owner = customer.owner
        if customer.status != status or owner is None:
            continue
        item = open_work_item_of(customer, element="follow_up", actor=owner)
        if item is None:
            continue
        given = {
            "type": "phone_call",
            "occurred_on": clock.today().isoformat(),
            "description": "电话沟通，明确了客户的打算。",
            **data,
        }
        with acting_as(owner):
            complete_work_item(
                work_item_id=item.pk, actor=owner, outcome=outcome, comment=comment, data=given
            )
        return
    raise RuntimeError(f"Nobody in the status {status} is to be followed up today.")


def _in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()
