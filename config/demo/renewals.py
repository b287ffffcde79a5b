"""The renewals of the demo: one stands at each place where a renewal waits.

The contracts are a year old; most of what happens comes by itself while their stories are told. Told here is what
people said on their days.
"""

from __future__ import annotations

from datetime import timedelta

from config.demo.contracts import Teller, settle
from contracts.models import Contract
from core import clock
from core.acting import acting_as
from core.actors import SystemActor
from crm.models import MemberAccount
from service.models import MemberActivation
from service.services import record_answer
from service.services.effects import NAMES, take_figures
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

PLATFORM = SystemActor("member_events")
TALK, WIN_BACK = "talk_renewal", "win_back"
# firm, days ago, who, step, outcome, comment
TALKS = (
    # Undecided: talked to again after two weeks.
    ("苏州阳澄液压接头", 6, "rep2", TALK, "undecided", "客户要等下月的预算会。"),
    # Refused: the director's turn.
    ("宁波镇海阀门铸件", 2, "rep1", TALK, "refused", "询盘太少，老板不想续。"),
    # Agreed: the next contract is drafted and waits for its signature.
    ("常州金坛滚珠丝杠", 3, "rep3", TALK, "renew", ""),
    # Given up: waits for the end of the term.
    ("杭州富阳水处理", 20, "rep2", TALK, "refused", "公司缩减推广费用。"),
    ("杭州富阳水处理", 13, "director", WIN_BACK, "give_up", "已面谈，客户今年没有预算。"),
    # Given up, and the term is over: the platform declines to end the membership.
    ("无锡宜兴耐火材料", 40, "rep3", TALK, "refused", "工厂搬迁，暂停经营。"),
    ("无锡宜兴耐火材料", 33, "director", WIN_BACK, "give_up", "客户停产。"),
)
DECLINED = "无锡宜兴耐火材料"
# Firm, days ago: it was renewed last year.
RENEWED, TOLD_BEFORE = "上海嘉定注塑件", 260
# What the memberships brought, by firm: shop visits, contact views, advertisement clicks, messages, inquiries.
# The one that is not told of stays without figures, and its owner has to find out why.
EFFECTS = {
    "苏州阳澄液压接头": (2_140, 318, 0, 46, 27),
    "宁波镇海阀门铸件": (410, 38, 0, 5, 2),
    "常州金坛滚珠丝杠": (3_865, 702, 0, 121, 64),
    "杭州富阳水处理": (980, 97, 0, 14, 9),
    "上海明远阀门": (6_230, 1_104, 0, 188, 92),
    RENEWED: (4_120, 655, 0, 97, 51),
}
# Days ago; before any of these renewals began.
TOLD = 75


def plan_renewals(teller: Teller) -> None:
    """What people did on their days; the platform answers on the last."""
    others = [firm for firm in EFFECTS if firm != RENEWED]
    teller.on(teller.today - timedelta(days=TOLD_BEFORE), lambda: _tell_effects(teller, [RENEWED]))
    teller.on(teller.today - timedelta(days=TOLD), lambda: _tell_effects(teller, others))
    for firm, days, who, step, outcome, comment in TALKS:
        teller.on(
            teller.today - timedelta(days=days),
            lambda one=(firm, who, step, outcome, comment): _do(teller, *one),  # type: ignore[misc]
            minutes=420,
        )
    teller.on(teller.today, lambda: _decline(teller))


def _tell_effects(teller: Teller, firms: list[str]) -> None:
    for firm in firms:
        data = {"day": clock.today().isoformat(), **dict(zip(NAMES, EFFECTS[firm], strict=True))}
        take_figures(MemberAccount.objects.filter(customer=teller.customers[firm].pk).earliest("pk"), data)


def _do(teller: Teller, firm: str, who: str, step: str, outcome: str, comment: str) -> None:
    # What has become due since the last thing that was told.
    settle()
    person = teller.people[who]
    contract = Contract.objects.filter(customer=teller.customers[firm].pk).earliest("pk")
    item = open_work_item_of(contract, element=step, actor=person)
    if item is None:
        raise RuntimeError(f"{firm}: {who} has no step {step}.")
    with acting_as(person):
        complete_work_item(work_item_id=item.pk, actor=person, outcome=outcome, comment=comment)


def _decline(teller: Teller) -> None:
    settle()
    wish = MemberActivation.objects.get(
        contract__customer=teller.customers[DECLINED].pk, kind=MemberActivation.Kind.DEACTIVATE
    )
    answer = {"ok": False, "reason": "会员账号有未结的广告订单", "at": clock.now().isoformat()}
    record_answer(request_key=wish.request_key, answer=answer, actor=PLATFORM)
    settle()
