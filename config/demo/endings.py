"""How contracts of the demo end: with their term, paid or not, before it as it was settled; and one request at each of
those who are asked, and one that waits for money.

The contracts come with their stories (config.demo.contracts). Told here is who asked when, and what everybody said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.demo.contracts import Teller, settle
from contracts import services
from contracts.models import Contract
from core import clock
from core.acting import acting_as
from core.actors import SystemActor
from service.models import MemberActivation
from service.services import record_answer
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

PLATFORM = SystemActor("member_events")
# Its membership is not ended: the platform declines, and tech has it before it.
DECLINED = "无锡梁溪换热器"
MANAGER, LEGAL, SETTLE, DIRECTOR = "end_by_manager", "end_by_legal", "settle_end", "end_by_director"
MONEY = "decide_on_money"
STEPS = {MANAGER: "manager", LEGAL: "legal", SETTLE: "finance", DIRECTOR: "director"}


@dataclass(frozen=True)
class Ending:
    """A request to end a customer's oldest contract, and how far it has come: the steps before ``until`` agreed."""

    firm: str
    days_ago: int
    who: str
    kind: str
    reason: str
    until: str = ""
    notes: str = ""
    # What finance settles: value, still to be paid, to be refunded.
    amounts: tuple[str, str, str] = ("0", "0", "0")
    note: str = ""
    refused: str = ""


ENDINGS = (
    # Ended: something is still to be paid; something goes back, and finance has it before it.
    Ending("苏州太仓物流设备", 24, "rep2", "agreement", "客户与母公司合并，广告预算取消。",
           notes="已投放的两个月广告照付，其余不再履行。", amounts=("24000.00", "6000.00", "0"), note="按已投放部分计。"),
    Ending("无锡梁溪换热器", 9, "rep2", "withdrawal", "客户所属行业频道关闭，无法按约推广。",
           notes="退还未履行期限的服务费。", amounts=("3800.00", "0", "26000.00"), note="按已履行天数计。"),
    Ending("温州龙港印刷机", 30, "rep3", "breach", "客户擅自转让广告位，书面催告后仍未改正。",
           notes="已付款项归乙方，未履行部分不再收取。", amounts=("9000.00", "0", "0"), note="按已投放部分计。"),
    Ending("青岛即墨纺织器材", 28, "rep1", "statutory", "客户厂区被征收，合同目的不能实现。",
           notes="双方互不追究违约责任。", amounts=("18000.00", "0", "0"), note="已付款项与已投放部分相抵。"),
    # Under review, one at each of those who are asked.
    Ending("上海浦江密封件", 1, "rep1", "breach", "合同款逾期，多次催款未付。", until=MANAGER),
    Ending("苏州恒力泵业", 3, "rep1", "agreement", "客户产线停产，希望提前结束广告投放。", until=LEGAL),
    Ending("苏州昆山连接器", 4, "rep2", "agreement", "客户转为集团统一采购。", until=SETTLE),
    Ending("无锡锡安轴承", 6, "rep1", "breach", "余款长期未付，客户明确表示不再付款。", until=DIRECTOR,
           amounts=("8400.00", "0", "0"), note="已付款项与已履行期限相抵。"),
    # Agreed to, but money was recorded that finance has not confirmed.
    Ending("宁波象山注塑机", 6, "rep3", "agreement", "客户停产检修，双方同意提前终止。", until=MONEY,
           amounts=("1300.00", "1300.00", "0"), note="按已履行天数计；客户称已付全款，到账待确认。"),
    # Asked for, and the director would not have it.
    Ending("上海明远阀门", 60, "rep1", "agreement", "客户反映询盘不足。", until=DIRECTOR,
           amounts=("26000.00", "0", "3800.00"), refused="已安排增加推广资源，合同继续履行。"),
)  # fmt: skip


def plan_endings(teller: Teller) -> None:
    """Everybody says their word on the day after the one before."""
    for serial, one in enumerate(ENDINGS):
        first = teller.today - timedelta(days=one.days_ago)
        teller.on(first, lambda one=one: _ask(teller, one), minutes=440 + serial)  # type: ignore[misc]
        for number, step in enumerate(_said(one)):
            day = min(first + timedelta(days=number + 1), teller.today)
            teller.on(
                day,
                lambda one=one, step=step: _say(teller, one, step),  # type: ignore[misc]
                minutes=450 + 10 * number + serial,
            )
    teller.on(teller.today, lambda: _decline(teller))


def _decline(teller: Teller) -> None:
    settle()
    wish = MemberActivation.objects.get(
        contract=_contract(teller, DECLINED), kind=MemberActivation.Kind.DEACTIVATE
    )
    answer = {"ok": False, "reason": "店铺仍有未处理的询盘", "at": clock.now().isoformat()}
    record_answer(request_key=wish.request_key, answer=answer, actor=PLATFORM)
    settle()


def _said(one: Ending) -> list[str]:
    """The steps that were done."""
    steps = list(STEPS)
    return steps[: steps.index(one.until) + bool(one.refused)] if one.until in STEPS else steps


def _contract(teller: Teller, firm: str) -> Contract:
    return Contract.objects.filter(customer=teller.customers[firm].pk).earliest("pk")


def _ask(teller: Teller, one: Ending) -> None:
    person = teller.people[one.who]
    with acting_as(person):
        services.request_termination(
            contract_id=_contract(teller, one.firm).pk,
            kind=one.kind,
            reason=one.reason,
            ends_on=clock.today(),
            notes=one.notes,
            actor=person,
        )
    settle()


def _say(teller: Teller, one: Ending, step: str) -> None:
    contract = _contract(teller, one.firm)
    who = STEPS[step]
    above = contract.owner.manager
    person = above if step == MANAGER and above else teller.people[who]
    item = open_work_item_of(contract, element=step, actor=person)
    if item is None:
        raise RuntimeError(f"{one.firm}: {who} has no step {step}.")
    is_last = bool(one.refused) and step == one.until
    data = dict(zip(("value", "owed", "refund"), one.amounts, strict=True)) if step == SETTLE else {}
    with acting_as(person):
        complete_work_item(
            work_item_id=item.pk,
            actor=person,
            outcome="refuse" if is_last else "agree",
            comment=one.refused if is_last else "",
            data={**data, "note": one.note} if data else {},
        )
    settle()
