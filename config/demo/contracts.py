"""The contracts of the demo: each reaches its state through the process, step by step, by the right people."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from config.demo import deeds
from config.demo.company import product
from config.demo.deeds import Deed
from config.demo.stories import STORIES, Receipt, Story
from config.demo.their_paper import their_paper
from contracts import services
from contracts.models import Contract, ContractTemplate
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from workflows.models import Delivery
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item, deliver, fire_due_timers

People = dict[str, User]


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
        self.term_start = (
            _term_of(teller.today - timedelta(days=story.renews), 12)[1] + timedelta(days=1)
            if story.renews
            else _term_of(self.begin, story.months)[0]
        )
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
        for deed in self.story.also:
            self._on(deed.days, lambda deed=deed: self.do(deed))  # type: ignore[misc]
        for receipt in self.story.payments:
            self._plan_receipt(receipt)

    def _on(self, days: int, run: Callable[[], Any]) -> None:
        self.teller.on(self.begin + timedelta(days=days), run, minutes=self.serial * 7 + days)

    def _steps(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        """The steps up to where the story stands."""
        last = {"draft": None, "returned": "manager", "rejected": "finance", "voided": "submit"}.get(
            self.story.until, self.story.until
        )
        for name in _ORDER[: _ORDER.index(last) + 1] if last else ():
            if not self._needs(name):
                continue
            yield name, getattr(self, f"do_{name}")

    def _needs(self, name: str) -> bool:
        """Whether the tables of the process ask for this step."""
        deviation = self.story.deviation
        if name == "gm":
            return self._amount() >= 50_000 or (deviation is not None and deviation.risk == "high")
        yields = deviation is not None or bool(self.story.their_paper)
        return yields if name in ("legal", "panel") else True

    def _amount(self) -> Decimal:
        return sum((Decimal(price) * quantity for _code, price, quantity in self.story.items), Decimal(0))

    # The deeds

    def draft(self) -> None:
        story = self.story
        owner = self.teller.people[story.owner]
        if story.renews:
            with acting_as(owner):
                self.contract = self._draft_of_renewal(owner)
            return
        start, end = _term_of(self.begin, story.months)
        fields: dict[str, Any] = {
            "template_id": ContractTemplate.objects.get(code=story.template, state="published").pk,
            "start_on": start,
            "end_on": end,
            "special_terms": story.special_terms,
            "effective_rule": story.rule,
            "signing_order": story.signing_order,
            "paper_language": (
                Contract.PaperLanguage.BOTH if story.in_both else Contract.PaperLanguage.CHINESE
            ),
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
                plan=self._plan(),
            )
            if story.their_paper:
                paper = their_paper(
                    self.contract.customer.name, self.contract.own_company.name, story.their_paper
                )
                services.take_counterparty_paper(contract_id=self.contract.pk, content=paper, actor=owner)
            if story.deviation is not None:
                services.update_contract(
                    contract_id=self.contract.pk,
                    revision=self.contract.revision,
                    clauses=[story.deviation],
                    actor=owner,
                )

    def _draft_of_renewal(self, owner: User) -> Contract:
        """The customer goes on, and the process drafts the contract; its owner adds when it is paid."""
        settle()
        customer = self.teller.customers[self.story.firm]
        before = Contract.objects.filter(customer=customer.pk).earliest("pk")
        item = open_work_item_of(before, element="talk_renewal", actor=owner)
        if item is None:
            raise RuntimeError(f"{self.story.firm}: no renewal is talked about.")
        complete_work_item(work_item_id=item.pk, actor=owner, outcome="renew", comment="", data={})
        settle()
        draft = Contract.objects.get(parent=before, kind=Contract.Kind.RENEWAL)
        return services.update_contract(
            contract_id=draft.pk, revision=draft.revision, plan=self._plan(), actor=owner
        )

    def _plan(self) -> list[services.Instalment]:
        return [
            services.Instalment(due_on=self.due_on(number), amount=Decimal(amount))
            for number, (_days, amount) in enumerate(self.story.plan)
        ]

    def do(self, deed: Deed) -> None:
        """What happened besides the usual steps."""
        if deed.what not in deeds.OTHERS:
            self.complete(deed.who, deed.what, deed.detail, comment=deed.comment)
            return
        person = self.teller.people[deed.who]
        with acting_as(person):
            contract = Contract.objects.select_related("customer").get(pk=self._id())
            deeds.OTHERS[deed.what](contract, person, deed.detail, deed.comment)

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


def _term_of(begin: date, months: int) -> tuple[date, date]:
    """A term of whole months that begins ten days after the draft: its first and its last day."""
    start = working_day(begin + timedelta(days=10))
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    behind = date(year, month, min(start.day, monthrange(year, month)[1]))
    return start, behind - timedelta(days=1)
