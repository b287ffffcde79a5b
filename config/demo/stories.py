"""How the contracts of the demo went, each told in a few lines; config.demo.contracts lets it happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.demo.deeds import Deed
from contracts.services.wording import Change


@dataclass(frozen=True)
class Story:
    """How one contract went: who, what, since when, and how far."""

    firm: str
    owner: str
    days_ago: int
    items: tuple[tuple[str, str, int], ...]  # product code, price, quantity
    plan: tuple[tuple[int, str], ...]  # days after the term starts, amount
    # The steps that were done; what is not named still waits.
    until: str
    payments: tuple[Receipt, ...] = ()
    title: str = ""
    special_terms: str = ""
    comment: str = ""
    # When it takes effect; empty as its products say. On a date: so many days after the draft.
    rule: str = ""
    effective_after: int = 0
    # What the customer had changed in the template: legal and a panel look at it.
    deviation: Change | None = None
    # The number of the customer's own contract, where they took no text of ours.
    their_paper: str = ""
    template: str = "membership"
    # Printed in Chinese and English side by side.
    in_both: bool = False
    signing_order: str = "either"
    months: int = 12
    # So many days ago began the contract that this one renews; its draft comes from that renewal.
    renews: int = 0
    # What happened besides the usual steps.
    also: tuple[Deed, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """Money on an instalment: days after it was due, how much of it, who recorded and who confirmed."""

    instalment: int
    days_late: int
    amount: str
    recorded_by: str = "finance"
    confirmed_by: str = "finance2"
    reversed_because: str = ""
    method: str = "transfer"


# What customers ask for most.
REFUND = Change(
    "refund",
    "changed",
    paragraphs=[{"text": "服务开通后30日内甲方书面提出终止的，乙方按未履行期限的比例退还服务费。"}],
    reason="客户为集团采购，采购制度要求可退",
    risk="mid",
)
LIABILITY = Change(
    "breach",
    "changed",
    paragraphs=[
        {
            "text": "甲方逾期付款的，乙方应当先书面催告；催告后十五日内仍未支付的，自催告期满之次日起计算违约金。"
        },
        {"text": "乙方因本合同承担的赔偿责任累计不超过合同总价款的百分之一百二十。"},
    ],
    reason="客户法务要求提高赔偿上限",
    risk="high",
)
INVOICE = Change(
    "invoice",
    "changed",
    paragraphs=[
        {"text": "乙方应当在收到每期款项之日起五个工作日内，按照实收金额向甲方开具增值税电子专用发票。"}
    ],
    reason="客户为一般纳税人，需要专用发票",
    risk="low",
)
GOLD, SILVER, BRONZE, AD, ARTICLE, SHOP = "VIP-G", "VIP-S", "VIP-B", "AD-HOME", "ART-PRO", "SRV-SHOP"

STORIES: Final[tuple[Story, ...]] = (
    # In effect, paid and owed in every age.
    Story("上海明远阀门", "rep1", 330, ((GOLD, "29800.00", 1),), ((7, "14900.00"), (180, "14900.00")), "active",
          (Receipt(0, -2, "14900.00"), Receipt(1, 3, "14900.00", reversed_because="银行退回，付款账号有误"),
           Receipt(1, 6, "14900.00"))),
    Story("宁波东海紧固件", "rep1", 262, ((GOLD, "29800.00", 1), (ARTICLE, "1500.00", 10), (SHOP, "3800.00", 1)),
          ((7, "12150.00"), (97, "12150.00"), (187, "12150.00"), (277, "12150.00")), "active",
          (Receipt(0, 0, "12150.00"),)),
    Story("苏州吴越机床", "rep2", 245, ((GOLD, "28000.00", 2),), ((7, "28000.00"), (120, "28000.00")), "active",
          (Receipt(0, 5, "28000.00", "finance2", "finance"),)),
    Story("苏州恒力泵业", "rep1", 205, ((GOLD, "29800.00", 1), (AD, "18000.00", 2)),
          ((7, "20000.00"), (90, "25800.00"), (183, "20000.00")), "active",
          (Receipt(0, 1, "20000.00"), Receipt(1, 9, "25800.00", "finance2", "finance")),
          title="金牌会员及首页广告服务合同"),
    Story("无锡锡安轴承", "rep1", 155, ((SILVER, "12800.00", 1),), ((7, "6400.00"), (103, "6400.00")), "active",
          (Receipt(0, 2, "6400.00"), Receipt(1, 20, "2000.00"))),
    Story("上海浦江密封件", "rep1", 98, ((BRONZE, "5980.00", 1),), ((30, "5980.00"),), "active",
          rule="on_signature"),
    Story("常州龙城电机", "rep2", 68, ((GOLD, "29800.00", 1), (AD, "18000.00", 4)),
          ((10, "50900.00"), (120, "50900.00")), "active",
          (Receipt(0, 12, "30000.00", "finance2", "finance"),), title="金牌会员及全年广告服务合同", in_both=True),
    Story("宁波象山注塑机", "rep3", 40, ((SILVER, "11800.00", 1),), ((15, "11800.00"),), "active",
          (Receipt(0, 10, "11800.00", "finance2", ""),), rule="on_signature", deviation=REFUND),
    # A year old and paid: one for each place where a renewal waits (config.demo.renewals).
    Story("无锡宜兴耐火材料", "rep3", 378, ((BRONZE, "5980.00", 1),), ((7, "5980.00"),), "active",
          (Receipt(0, 0, "5980.00"),), rule="on_signature"),
    Story("杭州富阳水处理", "rep2", 356, ((BRONZE, "5980.00", 1),), ((7, "5980.00"),), "active",
          (Receipt(0, 0, "5980.00"),), rule="on_signature"),
    Story("宁波镇海阀门铸件", "rep1", 350, ((BRONZE, "5980.00", 1),), ((7, "5980.00"),), "active",
          (Receipt(0, 0, "5980.00"),), rule="on_signature"),
    Story("苏州阳澄液压接头", "rep2", 345, ((BRONZE, "5980.00", 1),), ((7, "5980.00"),), "active",
          (Receipt(0, 0, "5980.00"),), rule="on_signature"),
    Story("常州金坛滚珠丝杠", "rep3", 340, ((BRONZE, "5980.00", 1),), ((7, "5980.00"),), "active",
          (Receipt(0, 0, "5980.00"),), rule="on_signature"),
    # New: their onboarding is under way (config.demo.onboarding); the first one pays in a few days.
    Story("上海青浦联轴器", "rep1", 12, ((BRONZE, "5980.00", 1),), ((6, "5980.00"),), "active", rule="on_signature"),
    Story("南京溧水齿轮箱", "rep2", 14, ((BRONZE, "5980.00", 1),), ((45, "5980.00"),), "active", rule="on_signature"),
    Story("合肥庐江称重仪表", "rep3", 15, ((BRONZE, "5980.00", 1),), ((45, "5980.00"),), "active", rule="on_signature"),
    Story("温州瑞安汽配冲件", "rep1", 17, ((BRONZE, "5980.00", 1),), ((45, "5980.00"),), "active", rule="on_signature"),
    # Over (config.demo.endings): its term with a debt; before its time with a rest to pay, and with a refund.
    Story("上海宝山钢管", "rep3", 385, ((AD, "18000.00", 1),), ((7, "9000.00"), (335, "9000.00")), "active",
          (Receipt(0, 0, "9000.00"),), title="首页广告服务合同"),
    Story("苏州太仓物流设备", "rep2", 90, ((AD, "18000.00", 2),), ((7, "18000.00"), (120, "18000.00")), "active",
          (Receipt(0, 2, "18000.00"),), title="首页广告服务合同"),
    Story("无锡梁溪换热器", "rep2", 60, ((GOLD, "29800.00", 1),), ((7, "29800.00"),), "active",
          (Receipt(0, 1, "29800.00"),), rule="on_signature"),
    # Signed, and waiting for its first payment or its day.
    Story("上海申江气动元件", "rep2", 21, ((SILVER, "12800.00", 1),), ((7, "6400.00"), (120, "6400.00")), "active"),
    Story("常州天目减速机", "rep1", 13, ((AD, "18000.00", 2), (ARTICLE, "1500.00", 4)), ((20, "42000.00"),), "active",
          title="首页广告及推广文章服务合同", rule="on_date", effective_after=45),
    # Sealed, and the signed copy is not back: the owner was reminded; the director is asked.
    Story("宁波海天液压件", "rep1", 23, ((GOLD, "29800.00", 1),), ((7, "29800.00"),), "seal"),
    Story("杭州富春链条", "rep3", 41, ((SILVER, "12800.00", 1),), ((7, "12800.00"),), "seal"),
    # On their way; one has paid before it signed.
    Story("杭州西湖仪表", "rep1", 16, ((SILVER, "12800.00", 1), (SHOP, "3800.00", 1)),
          ((10, "8300.00"), (90, "8300.00")), "seal", (Receipt(0, -8, "8300.00"),)),
    Story("苏州昆仑传感器", "rep3", 9, ((GOLD, "29800.00", 1),), ((7, "14900.00"), (180, "14900.00")), "finance"),
    Story("温州正阳电气", "rep1", 8, ((GOLD, "28800.00", 2), (AD, "16000.00", 2)),
          ((7, "44800.00"), (180, "44800.00")), "finance", title="金牌会员（两年）及首页广告服务合同",
          special_terms="首页横幅广告的上线日期由甲方提前10个工作日书面通知乙方。"),
    Story("杭州钱塘环保设备", "rep2", 6, ((SILVER, "12000.00", 1),), ((7, "6000.00"), (90, "6000.00")), "manager"),
    Story("南京金陵工业自动化", "rep1", 3, ((BRONZE, "5980.00", 1), (ARTICLE, "1500.00", 2)), ((7, "8980.00"),), "submit"),
    Story("南京栖霞过滤设备", "rep3", 2, ((BRONZE, "5680.00", 1),), ((7, "5680.00"),), "submit"),
    Story("苏州精诚模具", "manager1", 4, ((SILVER, "12800.00", 1),), ((7, "12800.00"),), "submit"),
    Story("合肥科源激光设备", "rep1", 1, ((GOLD, "29800.00", 1),), ((7, "29800.00"),), "draft"),
    Story("宁波甬江弹簧", "rep2", 7, ((BRONZE, "4980.00", 1),), ((60, "4980.00"),), "returned",
          comment="首期款账期过长，请改为签约后10日内付款。"),
    Story("温州鹿城包装机械", "rep3", 1, ((SILVER, "12800.00", 1),), (), "draft"),
    # Negotiated: legal has one before it, the panel another.
    Story("上海闵行焊接材料", "rep2", 5, ((GOLD, "29800.00", 1),), ((10, "29800.00"),), "manager", their_paper="MH-CG-2026-118",
          also=(Deed(3, "legal", "note", "breach", "每日百分之一、累计不设上限"),)),
    Story("温州瓯海管件", "rep2", 11, ((GOLD, "29800.00", 1),), ((10, "14900.00"), (120, "14900.00")), "finance",
          deviation=REFUND),
    # Ended before they were signed.
    Story("上海闵行焊接材料", "rep2", 50, ((GOLD, "22000.00", 2), (AD, "12000.00", 1)),
          ((30, "28000.00"), (200, "28000.00")), "rejected", comment="低于底价，且无战略合作依据，不同意。"),
    Story("温州瓯海管件", "rep2", 75, ((SILVER, "12800.00", 1),), ((7, "12800.00"),), "voided",
          comment="客户改签金牌会员，重新起草。"),
    # Over for long: renewed a year later.
    Story("上海嘉定注塑件", "rep1", 545, ((SILVER, "12800.00", 1),), ((7, "12800.00"),), "active",
          (Receipt(0, 0, "12800.00"),), rule="on_signature"),
    Story("上海嘉定注塑件", "rep1", 225, (), ((7, "12800.00"),), "active", (Receipt(0, 1, "12800.00"),), renews=545),
    # From the other templates, for other terms, in an agreed order of signing.
    Story("苏州昆山连接器", "rep2", 100, ((BRONZE, "5980.00", 1),), ((10, "5980.00"),), "active",
          (Receipt(0, 0, "5980.00"),), rule="on_signature", template="order"),
    Story("佛山三水铝型材", "rep3", 150, ((AD, "18000.00", 2),), ((7, "18000.00"), (100, "18000.00")), "active",
          (Receipt(0, 2, "18000.00"), Receipt(1, 0, "18000.00")), template="advertising",
          signing_order="customer_first"),
    Story("合肥肥东输送设备", "rep1", 200, ((AD, "18000.00", 1),), ((7, "18000.00"),), "active",
          (Receipt(0, 1, "18000.00"),), template="advertising", months=3),
    Story("南京六合搅拌机", "rep2", 240, ((ARTICLE, "1500.00", 6),), ((7, "4500.00"), (120, "4500.00")), "active",
          (Receipt(0, 3, "4500.00"),), title="推广文章服务合同", months=6),
    # Ended before their time: for a breach, by law (config.demo.endings).
    Story("温州龙港印刷机", "rep3", 130, ((AD, "18000.00", 1),), ((7, "9000.00"), (100, "9000.00")), "active",
          (Receipt(0, 2, "9000.00"),), template="advertising"),
    Story("青岛即墨纺织器材", "rep1", 115, ((AD, "18000.00", 2),), ((7, "18000.00"), (120, "18000.00")), "active",
          (Receipt(0, 1, "18000.00"),), title="首页广告服务合同"),
    # Yielding at a clause of much weight, and at one of little.
    Story("合肥长丰叉车配件", "rep1", 85, ((GOLD, "29800.00", 1),), ((7, "29800.00"),), "active",
          (Receipt(0, 2, "29800.00"),), rule="on_signature", deviation=LIABILITY),
    Story("温州永嘉泵阀", "rep2", 72, ((SILVER, "12800.00", 1),), ((7, "12800.00"),), "active",
          (Receipt(0, 0, "12800.00"),), rule="on_signature", deviation=INVOICE),
    # Given up: legal would not have it; the director waited long enough for the signed copy.
    Story("无锡惠山电镀设备", "rep2", 33, ((SILVER, "12800.00", 1),), ((10, "12800.00"),), "manager",
          deviation=LIABILITY,
          also=(Deed(3, "legal", "legal_review", "reject", "客户坚持由其住所地法院管辖且不设赔偿上限，风险过高。"),)),
    Story("杭州萧山钢构件", "rep3", 62, ((BRONZE, "5980.00", 1),), ((7, "5980.00"),), "seal",
          also=(Deed(40, "director", "press_signature", "void", "客户多次催签未果，已改投其他平台。"),)),
    # Back on the drafter's desk: returned by legal, vetoed in the appraisal; one was answered and is under review again.
    Story("常州溧阳变速箱", "rep2", 8, ((GOLD, "29800.00", 1),), ((15, "29800.00"),), "manager", deviation=LIABILITY,
          also=(Deed(3, "legal", "mark", "breach", "赔偿上限超过合同价款，请改回模板条款。"),
                Deed(3, "legal", "legal_review", "return", "违约责任条款不能接受，见批注。"))),
    Story("上海松江伺服驱动", "rep3", 13, ((SILVER, "12800.00", 1),), ((30, "12800.00"),), "finance", deviation=REFUND,
          also=(Deed(5, "finance", "panel_review", "reject", "无条件退款影响收入确认，财务不同意。"),)),
    Story("苏州张家港法兰", "rep1", 10, ((SILVER, "12800.00", 1),), ((10, "12800.00"),), "manager", deviation=REFUND,
          also=(Deed(3, "legal", "mark", "refund", "退款期限请限定在开通后七日内。"),
                Deed(3, "legal", "legal_review", "return", "请按批注修改退款条款后再报。"),
                Deed(5, "rep1", "answer", "refund", "客户坚持三十日，已取得采购制度文件作为附件。"),
                Deed(5, "rep1", "draft_contract", "submit"))),
    # Being signed: copies out before the seal, the text confirmed by link, our signature first.
    Story("宁波余姚模架", "rep1", 9, ((SILVER, "12800.00", 1),), ((10, "12800.00"),), "finance",
          signing_order="customer_first", also=(Deed(4, "assistant", "send", "SF1380024601", "顺丰速运"),)),
    Story("南京浦口测控", "rep2", 11, ((BRONZE, "5980.00", 1),), ((10, "5980.00"),), "seal", template="order",
          also=(Deed(7, "rep2", "share"),)),
    Story("佛山顺德风机叶轮", "rep3", 13, ((SILVER, "12800.00", 1),), ((10, "12800.00"),), "seal",
          signing_order="we_first",
          also=(Deed(7, "assistant", "sign", "B", "郑国栋"), Deed(8, "assistant", "send", "EB260011873CS", "EMS"))),
)  # fmt: skip
