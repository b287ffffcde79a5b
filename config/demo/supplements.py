"""Two supplements: one in effect that extends a term and moves an instalment, one before legal with new words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from config.demo.contracts import morning_of
from contracts import services
from contracts.models import Contract
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

EXTENDED: Final = "南京溧水齿轮箱"
REWORDED: Final = "常州龙城电机"
SOFTER: Final = "服务开通后30日内甲方书面提出终止的，乙方按未履行期限的比例退还服务费。\n其他情形下已收取的服务费不予退还。"


def create_supplements(
    people: dict[str, User], customers: dict[str, Customer], settle: Callable[[], None]
) -> None:
    """Carried by the people of their process, on the last days."""
    main = _of(customers[EXTENDED])
    first = main.plan_lines.order_by("seq")[:1].get()
    if main.in_force_until is None:
        raise RuntimeError(f"{EXTENDED}: the contract has no term.")
    with clock.travel(morning_of(3)):
        extended = _draft(
            main,
            "服务期限与付款时间补充协议",
            services.Amendment("term", new_day=main.in_force_until + timedelta(days=90)),
            services.Amendment("instalment", instalment=first.seq, new_day=first.due_on + timedelta(days=30)),
        )
        _do(extended, main.owner, "draft_contract", "submit")
        _do(extended, main.owner.manager, "manager_review", "approve")
        settle()
    with clock.travel(morning_of(2)):
        _do(extended, people["finance"], "finance_review", "approve")
        seal = {"seal_kind": "contract", "copies": "2", "cross_page": "on"}
        _do(extended, people["seal"], "seal_contract", data=seal)
        settle()
    with clock.travel(morning_of(1)):
        signed = {
            "signed_on": clock.today().isoformat(),
            "customer_signer": customers[EXTENDED].legal_representative,
            "our_signer": people["boss"].display_name,
            "method": "paper",
        }
        _do(extended, people["assistant"], "record_signature", data=signed)
        settle()
        main = _of(customers[REWORDED])
        reworded = _draft(
            main,
            "退款条款补充协议",
            services.Amendment(
                "clause", code="refund", text=SOFTER, reason="客户采购制度要求可退", risk="mid"
            ),
        )
        _do(reworded, main.owner, "draft_contract", "submit")
        _do(reworded, main.owner.manager, "manager_review", "approve")
        settle()


def _of(customer: Customer) -> Contract:
    rows = Contract.objects.filter(customer=customer, state=Contract.State.ACTIVE)
    return rows.exclude(kind=Contract.Kind.SUPPLEMENT).select_related("owner__manager").get()


def _draft(main: Contract, title: str, *changes: services.Amendment) -> Contract:
    with acting_as(main.owner):
        return services.start_contract(
            customer_id=main.customer_id,
            actor=main.owner,
            fields={
                "kind": Contract.Kind.SUPPLEMENT,
                "parent_id": main.pk,
                "title": title,
                "effective_rule": Contract.EffectiveRule.ON_SIGNATURE,
            },
            changes=changes,
        )


def _do(
    contract: Contract,
    person: User | None,
    element: str,
    outcome: str = "",
    *,
    data: dict[str, str] | None = None,
) -> None:
    item = person and open_work_item_of(Contract.objects.get(pk=contract.pk), element=element, actor=person)
    if person is None or item is None:
        raise RuntimeError(f"{contract}: {person} has no step {element}.")
    complete_work_item(work_item_id=item.pk, actor=person, outcome=outcome, comment="", data=data or {})
