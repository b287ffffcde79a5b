"""The contracts of the demo: each reaches its state through the process, step by step, by the right people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from config.demo.company import product
from contracts import services
from contracts.models import Contract
from contracts.services.wording import Change
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from workflows.models import Delivery
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item, deliver, fire_due_timers

People = dict[str, User]


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
GOLD, SILVER, BRONZE, AD, ARTICLE, SHOP = "VIP-G", "VIP-S", "VIP-B", "AD-HOME", "ART-PRO", "SRV-SHOP"

STORIES: tuple[Story, ...] = (
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
          (Receipt(0, 12, "30000.00", "finance2", "finance"),), title="金牌会员及全年广告服务合同"),
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
    Story("上海闵行焊接材料", "rep2", 5, ((GOLD, "29800.00", 1),), ((10, "29800.00"),), "manager", deviation=REFUND),
    Story("温州瓯海管件", "rep2", 11, ((GOLD, "29800.00", 1),), ((10, "14900.00"), (120, "14900.00")), "finance",
          deviation=REFUND),
    # Ended before they were signed.
    Story("上海闵行焊接材料", "rep2", 50, ((GOLD, "22000.00", 2), (AD, "12000.00", 1)),
          ((30, "28000.00"), (200, "28000.00")), "rejected", comment="低于底价，且无战略合作依据，不同意。"),
    Story("温州瓯海管件", "rep2", 75, ((SILVER, "12800.00", 1),), ((7, "12800.00"),), "voided",
          comment="客户改签金牌会员，重新起草。"),
)  # fmt: skip

# What happens when, counted in days from the draft; a later step needs all before it.
_DAYS = {"submit": 1, "manager": 2, "legal": 2, "finance": 3, "panel": 4, "gm": 4, "seal": 6, "active": 9}
_ORDER = tuple(_DAYS)


@dataclass(order=True)
class Event:
    """Something that happened on a day; sorted, so that numbers grow with the dates."""

    at: datetime
    serial: int
    run: Callable[[], Any] = field(compare=False)


class Teller:
    """Turns stories into deeds on their days."""

    def __init__(
        self,
        people: People,
        customers: dict[str, Customer],
        *,
        afterwards: Callable[[], None] = lambda: None,
    ) -> None:
        """``afterwards`` is what others do when something has happened."""
        self.people = people
        self.afterwards = afterwards
        self.customers = customers
        self.today = clock.today()
        self.events: list[Event] = []

    def tell(self) -> None:
        for serial, story in enumerate(STORIES):
            Telling(self, story, serial).plan()
        for event in sorted(self.events):
            with clock.travel(event.at):
                event.run()
                settle()
                self.afterwards()
        settle()

    def on(self, day: date, run: Callable[[], Any], *, minutes: int = 0) -> None:
        """Let something happen on a day, in office hours, and never later than now."""
        at = datetime.combine(working_day(day), time(9, 30), clock.COMPANY_ZONE) + timedelta(minutes=minutes)
        self.events.append(Event(min(at, clock.now()), len(self.events), run))


def settle() -> None:
    """What the workers would have done by this moment: moments that have come, news that arrives."""
    while True:
        fired = fire_due_timers(seconds=60)
        waiting = Delivery.objects.filter(status=Delivery.Status.OPEN).order_by("pk")
        heard = [deliver(delivery_id=one) for one in waiting.values_list("pk", flat=True)]
        if not fired and not any(heard):
            return


class Telling:
    """One story on its way."""

    def __init__(self, teller: Teller, story: Story, serial: int) -> None:
        self.teller, self.story, self.serial = teller, story, serial
        self.begin = teller.today - timedelta(days=story.days_ago)
        self.term_start = working_day(self.begin + timedelta(days=10))
        self.contract: Contract | None = None

    def plan(self) -> None:
        self._on(0, self.draft)
        for name, run in self._steps():
            self._on(_DAYS[name], run)
        if self.story.until == "returned":
            self._on(3, lambda: self.review("finance", "return"))
        elif self.story.until == "rejected":
            self._on(4, lambda: self.review("gm", "reject"))
        elif self.story.until == "voided":
            self._on(2, self.void)
        for receipt in self.story.payments:
            self._plan_receipt(receipt)

    def _on(self, days: int, run: Callable[[], Any]) -> None:
        self.teller.on(self.begin + timedelta(days=days), run, minutes=self.serial * 11 + days)

    def _steps(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """The steps up to where the story stands."""
        last = {"draft": None, "returned": "manager", "rejected": "finance", "voided": "submit"}.get(
            self.story.until, self.story.until
        )
        for name in _ORDER[: _ORDER.index(last) + 1] if last else ():
            if name == "gm" and self._amount() < 50_000:
                continue
            if name in ("legal", "panel") and self.story.deviation is None:
                continue
            yield name, getattr(self, f"do_{name}")

    def _amount(self) -> Decimal:
        return sum((Decimal(price) * quantity for _code, price, quantity in self.story.items), Decimal(0))

    # The deeds

    def draft(self) -> None:
        story = self.story
        owner = self.teller.people[story.owner]
        fields: dict[str, Any] = {
            "start_on": self.term_start,
            "end_on": _year_later(self.term_start),
            "special_terms": story.special_terms,
            "effective_rule": story.rule,
        }
        if story.effective_after:
            fields["effective_due_on"] = self.begin + timedelta(days=story.effective_after)
        if story.title:
            fields["title"] = story.title
        with acting_as(owner):
            self.contract = services.start_contract(
                customer_id=self.teller.customers[story.firm].pk,
                actor=owner,
                fields=fields,
                lines=[
                    services.Line(
                        product_id=product(code).pk, price=Decimal(price), quantity=Decimal(quantity)
                    )
                    for code, price, quantity in story.items
                ],
                plan=[
                    services.Instalment(due_on=self.due_on(number), amount=Decimal(amount))
                    for number, (_days, amount) in enumerate(story.plan)
                ],
            )
            if story.deviation is not None:
                services.update_contract(
                    contract_id=self.contract.pk,
                    revision=self.contract.revision,
                    clauses=[story.deviation],
                    actor=owner,
                )

    def do_submit(self) -> None:
        self.complete(self.story.owner, "draft_contract", "submit")

    def do_manager(self) -> None:
        above = self.teller.people[self.story.owner].manager
        self.complete(above.username if above else "director", "manager_review", "approve")

    def do_legal(self) -> None:
        self.review("legal", "approve")

    def do_panel(self) -> None:
        """Everybody agrees; the sales director says what for."""
        for who in ("legal", "finance", "aftersales", "director"):
            comment = "同意，续约时恢复原条款。" if who == "director" else ""
            self.complete(who, "panel_review", "approve", comment=comment)

    def do_finance(self) -> None:
        # What takes the fast lane is approved already.
        if Contract.objects.get(pk=self._id()).state != Contract.State.APPROVED:
            self.review("finance", "approve")

    def do_gm(self) -> None:
        self.review("gm", "approve")

    def review(self, who: str, outcome: str) -> None:
        comment = self.story.comment if outcome != "approve" else ""
        self.complete(who, f"{who}_review", outcome, comment=comment)

    def do_seal(self) -> None:
        data = {"seal_kind": "contract", "copies": "2", "cross_page": "on"}
        self.complete("seal", "seal_contract", data=data)

    def do_active(self) -> None:
        data = {
            "signed_on": clock.today().isoformat(),
            "customer_signer": self.teller.customers[self.story.firm].legal_representative,
            "our_signer": self.teller.people["boss"].display_name,
            "method": "paper",
        }
        self.complete("assistant", "record_signature", data=data)

    def void(self) -> None:
        director = self.teller.people["director"]
        with acting_as(director):
            services.void_contract(contract_id=self._id(), reason=self.story.comment, actor=director)

    def complete(
        self,
        who: str,
        element: str,
        outcome: str = "",
        *,
        comment: str = "",
        data: dict[str, str] | None = None,
    ) -> None:
        person = self.teller.people[who]
        item = open_work_item_of(Contract.objects.get(pk=self._id()), element=element, actor=person)
        if item is None:
            raise RuntimeError(f"{self.story.firm}: {who} has no step {element}.")
        complete_work_item(
            work_item_id=item.pk, actor=person, outcome=outcome, comment=comment, data=data or {}
        )

    # Money

    def due_on(self, number: int) -> date:
        return self.term_start + timedelta(days=self.story.plan[number][0])

    def _plan_receipt(self, receipt: Receipt) -> None:
        day = self.due_on(receipt.instalment) + timedelta(days=receipt.days_late)
        self.teller.on(day, lambda: self.receive(receipt), minutes=200 + self.serial)

    def receive(self, receipt: Receipt) -> None:
        people = self.teller.people
        line = Contract.objects.get(pk=self._id()).plan_lines.get(seq=receipt.instalment + 1)
        with acting_as(people[receipt.recorded_by]):
            payment = services.record_payment(
                customer_id=self.teller.customers[self.story.firm].pk,
                fields={
                    "received_on": clock.today(),
                    "amount": receipt.amount,
                    "method": receipt.method,
                    "bank_ref": f"ICBC{clock.today():%Y%m%d}{self.serial:02d}{receipt.instalment}",
                },
                shares=[services.Share(line.pk, Decimal(receipt.amount))],
                actor=people[receipt.recorded_by],
            )
        if not receipt.confirmed_by:
            return
        confirmer = people[receipt.confirmed_by]
        with acting_as(confirmer):
            services.confirm_payment(payment_id=payment.pk, actor=confirmer)
            if receipt.reversed_because:
                services.reverse_payment(
                    payment_id=payment.pk, reason=receipt.reversed_because, actor=confirmer
                )

    def _id(self) -> int:
        if self.contract is None:
            raise RuntimeError(f"{self.story.firm}: the contract is not drafted yet.")
        return self.contract.pk


def working_day(day: date) -> date:
    """The Friday before, if the day is at a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def morning_of(days_ago: int) -> datetime:
    """10:00 of the working day so many days ago; before 10:00 today is now: nothing of the demo lies in the future."""
    day = working_day(clock.today() - timedelta(days=days_ago))
    return min(datetime.combine(day, time(10), clock.COMPANY_ZONE), clock.now())


def _year_later(start: date) -> date:
    """The last day of a term of one year."""
    try:
        return start.replace(year=start.year + 1) - timedelta(days=1)
    except ValueError:  # the 29th of February
        return date(start.year + 1, 2, 28)
