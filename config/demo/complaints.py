"""The complaints of the demo: one for each step that waits for somebody, and one that is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.demo.contracts import morning_of
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from service.models import Complaint
from service.services import pause_for_customer, receive_complaint
from workflows.selectors import open_work_on
from workflows.services import complete_work_item


@dataclass(frozen=True)
class Case:
    """A complaint: of whom, how many days ago, what it says, and the step at which it has stopped."""

    customer: str
    days_ago: int
    category: str
    severity: int
    said: str
    wants: str
    stops_at: str = ""
    is_justified: bool = True


CASES = (
    Case(
        "苏州吴越机床", 24, "content", 3, "商铺首页的产品图片张冠李戴，提醒过两次没有改。", "尽快更正并致歉。"
    ),
    Case(
        "宁波东海紧固件",
        9,
        "service",
        2,
        "会员到期前没有任何人联系，商铺下线了两天。",
        "补偿下线的天数。",
        "call_customer",
    ),
    Case(
        "杭州西湖仪表",
        6,
        "attitude",
        3,
        "电话里催款的语气很差，财务同事很不满。",
        "以后统一由书面联系。",
        "sum_up",
    ),
    Case(
        "浦江密封件",
        5,
        "product",
        1,
        "推广上线一周没有一条询盘，与签约时介绍的效果差距太大。",
        "延长推广期或退款。",
        "instruct_gm",
    ),
    Case(
        "龙城电机",
        4,
        "billing",
        3,
        "发票抬头开错了，重开拖了半个月。",
        "本周内收到正确的发票。",
        "instruct_director",
    ),
    Case("象山注塑机", 3, "content", 2, "企业介绍里的产能数据写错，被下游客户质疑。", "立即更正。", "handle"),
    Case(
        "吴越机床",
        2,
        "product",
        4,
        "希望把竞争对手的商铺排到后面。",
        "调整排名。",
        "explain",
        is_justified=False,
    ),
    Case("西湖仪表", 1, "service", 3, "客服电话连续两天无人接听。", "安排专人对接。", "rule"),
    Case("东海紧固件", 0, "product", 3, "手机上打不开商铺的询价表单。", "修好表单。", "acknowledge"),
)


def create_complaints(people: Mapping[str, User], settle: Callable[[], None]) -> None:
    """Each as far as it goes today; whoever waits for the customer waits since yesterday."""
    for case in CASES:
        with clock.travel(morning_of(case.days_ago)):
            complaint = _received(case, people)
            _go_on(complaint, case, people)
        # The call to the customer, where its day has come by today.
        settle()
        _go_on(complaint, case, people)
    waiting = Complaint.objects.filter(state=Complaint.State.HANDLING, is_justified=True).first()
    if waiting is not None and waiting.handler is not None:
        pause_for_customer(complaint_id=waiting.pk, actor=waiting.handler)


def _received(case: Case, people: Mapping[str, User]) -> Complaint:
    customer = Customer.objects.filter(name__contains=case.customer).order_by("pk")[:1].get()
    with acting_as(people["aftersales2"]):
        return receive_complaint(
            customer_id=customer.pk,
            fields={
                "channel": "phone",
                "category": case.category,
                "severity": case.severity,
                "description": case.said,
                "demand": case.wants,
            },
            actor=people["aftersales2"],
        )


def _go_on(complaint: Complaint, case: Case, people: Mapping[str, User]) -> None:
    while (item := open_work_on([complaint]).first()) is not None and item.element != case.stops_at:
        who, outcome, data = _deed(item.element, case, people)
        with acting_as(who):
            complete_work_item(work_item_id=item.pk, actor=who, outcome=outcome, data=data)


def _deed(element: str, case: Case, people: Mapping[str, User]) -> tuple[User, str, dict[str, Any]]:
    """Who does a step of a complaint, and how."""
    ruler, service = people["aftersales"], people["aftersales2"]
    if element == "acknowledge":
        said = "已致电客户，说明登记情况和处理时间。"
        return service, "done", {"severity": str(case.severity), "response": said}
    if element == "rule" and not case.is_justified:
        basis = "排名按规则自动计算，合同未作约定。"
        return ruler, "unjustified", {"party_1": "customer", "share_1": "100", "basis": basis, "handler": ""}
    if element == "rule":
        return (
            ruler,
            "justified",
            {
                "party_1": f"department:{people['content'].department_id}",
                "share_1": "70",
                "party_2": f"person:{people['addesign'].pk}",
                "share_2": "30",
                "basis": "通话录音和修改记录一致，客户反映属实。",
                "handler": str(service.pk),
            },
        )
    if element == "handle":
        done = "已当面致歉并更正，补偿服务期七天。"
        return service, "done", {"kind": "rectify", "description": done, "cost": "300.00"}
    if element in ("instruct_director", "instruct_gm"):
        return people[element.partition("_")[2]], "agree", {}
    if element == "sum_up":
        written = {"root_cause": "提醒清单漏了这一项。", "prevention": "加入每周检查。", "lesson": ""}
        return service, "done", written
    return service, "satisfied", {"score": "5", "note": "客户满意，同意关闭。"}
