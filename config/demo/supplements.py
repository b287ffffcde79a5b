"""Three supplements: two in effect, one that extends a term and moves an instalment, one that sells more; and one before
legal with new words in Chinese and English. The member platform declines the new end of the membership, and tech has that
before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from config.demo.company import product
from config.demo.contracts import morning_of
from config.demo.endings import PLATFORM
from contracts import services
from contracts.models import Contract
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from service.models import MemberActivation
from service.services import record_answer
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

EXTENDED: Final = "合肥庐江称重仪表"
ENLARGED: Final = "佛山三水铝型材"
REWORDED: Final = "常州龙城电机"
SOFTER: Final = "服务开通后30日内甲方书面提出终止的，乙方按未履行期限的比例退还服务费。\n其他情形下已收取的服务费不予退还。"

# Its contract is in Chinese and English, so the supplement is too.
SOFTER_EN: Final = (
    "If Party A gives written notice of termination within 30 days of the activation of the Services, Party B refunds the"
    " service fee in proportion to the remaining term.\nIn all other cases, service fees that have been paid are not"
    " refunded."
)


def create_supplements(
    people: dict[str, User], customers: dict[str, Customer], settle: Callable[[], None]
) -> None:
    """Carried by the people of their process, on the last days."""
    _enlarge(people, customers[ENLARGED], settle)
    _extend(people, customers[EXTENDED], settle)
    with clock.travel(morning_of(1)):
        main = _of(customers[REWORDED])
        reworded = _draft(
            main,
            "退款条款补充协议",
            services.Amendment(
                "clause",
                code="refund",
                text=SOFTER,
                text_en=SOFTER_EN,
                reason="客户采购制度要求可退",
                risk="mid",
            ),
        )
        _do(reworded, main.owner, "draft_contract", "submit")
        _do(reworded, main.owner.manager, "manager_review", "approve")
        settle()


def _extend(people: dict[str, User], customer: Customer, settle: Callable[[], None]) -> None:
    """Until three months later, and the first instalment a month later."""
    main = _of(customer)
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
        _seal(extended, people)
        settle()
    with clock.travel(morning_of(1)):
        _sign(extended, people)
        settle()
        _decline(main, settle)


def _decline(main: Contract, settle: Callable[[], None]) -> None:
    """The platform does not take the new end of the membership."""
    asked = MemberActivation.objects.get(contract=main, follows__isnull=False)
    answer = {"ok": False, "reason": "账号资料待复核，暂不能变更到期日", "at": clock.now().isoformat()}
    record_answer(request_key=asked.request_key, answer=answer, actor=PLATFORM)
    settle()


def _enlarge(people: dict[str, User], customer: Customer, settle: Callable[[], None]) -> None:
    """One more quarter on the home page, to be paid next month."""
    with clock.travel(morning_of(20)):
        main, price = _of(customer), Decimal("16000.00")
        enlarged = _draft(
            main,
            "增订首页广告补充协议",
            lines=[services.Line(product_id=product("AD-HOME").pk, price=price)],
            plan=[services.Instalment(due_on=clock.today() + timedelta(days=45), amount=price)],
            start_on=clock.today() + timedelta(days=10),
            end_on=main.in_force_until,
        )
        _do(enlarged, main.owner, "draft_contract", "submit")
        _do(enlarged, main.owner.manager, "manager_review", "approve")
        settle()
    with clock.travel(morning_of(17)):
        for who, element in (("legal", "legal_review"), ("finance", "finance_review")):
            if open_work_item_of(enlarged, element=element, actor=people[who]):
                _do(enlarged, people[who], element, "approve")
        _seal(enlarged, people)
        settle()
    with clock.travel(morning_of(13)):
        _sign(enlarged, people)
        settle()


def _seal(contract: Contract, people: dict[str, User]) -> None:
    seal = {"seal_kind": "contract", "copies": "2", "cross_page": "on"}
    _do(contract, people["seal"], "seal_contract", data=seal)


def _sign(contract: Contract, people: dict[str, User]) -> None:
    signed = {
        "signed_on": clock.today().isoformat(),
        "customer_signer": contract.customer.legal_representative,
        "our_signer": people["boss"].display_name,
        "method": "paper",
    }
    _do(contract, people["assistant"], "record_signature", data=signed)


def _of(customer: Customer) -> Contract:
    rows = Contract.objects.filter(customer=customer, state=Contract.State.ACTIVE)
    return rows.exclude(kind=Contract.Kind.SUPPLEMENT).select_related("owner__manager").get()


def _draft(
    main: Contract,
    title: str,
    *changes: services.Amendment,
    lines: Sequence[services.Line] = (),
    plan: Sequence[services.Instalment] = (),
    **fields: Any,
) -> Contract:
    with acting_as(main.owner):
        return services.start_contract(
            customer_id=main.customer_id,
            actor=main.owner,
            fields={
                "kind": Contract.Kind.SUPPLEMENT,
                "parent_id": main.pk,
                "title": title,
                "effective_rule": Contract.EffectiveRule.ON_SIGNATURE,
                **fields,
            },
            lines=lines,
            plan=plan,
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
