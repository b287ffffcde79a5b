"""Random cases of a small process with everything that is counted: a way back, several at once, a loop, deadlines,
moments, a message, an operation that fails, a called process."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from core import clock
from core.models import User
from tests.workflows.clockwork import MONDAY, timer
from tests.workflows.diagrams import DECISIONS
from tests.workflows.engine.drawing import Drawing
from tests.workflows.posts import correlate, message, post, put_up
from tests.workflows.running import FINANCE, MANAGER, REP, each, form, user
from workflows import services
from workflows.models import Incident, ProcessInstance, ProcessVersion, Subscription, Timer, WorkItem

KEY, CALLED = "orders", "packing"
DUE = '<flow:due in="P2D"/>'
AGAIN = (
    "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>not found</bpmn:loopCondition>"
    "</bpmn:standardLoopCharacteristics>"
)
GIVEN = "".join(
    f'<flow:variable name="{name}" type="{kind}" required="true"/>'
    for name, kind in (("people", 'list" item="text'), ("account", "text"), ("number", "text"))
)


def packing() -> Drawing:
    drawing = Drawing(CALLED).start("begin").end("packed")
    user(drawing, "pack", FINANCE, DUE, name="包装")
    return drawing.chain("begin", "pack", "packed")


def orders(name: str = "订单") -> Drawing:
    drawing = Drawing(KEY, name=name, extensions=GIVEN).start().end("end", "gone", "given_up")
    user(drawing, "draft", REP, DUE, name="起草")
    user(drawing, "review", MANAGER, DUE, DECISIONS, name="审批")
    drawing.choice("decided", default="on")
    user(drawing, "sign", FINANCE, DUE, inner=each("people", "one"), name="会签")
    user(drawing, "search", REP, form("found:boolean?"), inner=AGAIN, name="找货")
    drawing.element("intermediateCatchEvent", "cool", timer("PT6H"), name="等待")
    drawing.service("charge", "tests.charge", account="account")
    drawing.parallel("fork", "join")
    drawing.element("callActivity", "call", calledElement=CALLED, name="备货")
    drawing.element(
        "intermediateCatchEvent", "payment", message("paid"), extensions=correlate("number"), name="到账"
    )
    drawing.element("boundaryEvent", "late", timer("P20D"), attachedToRef="draft", name="无人起草")
    drawing.element(
        "boundaryEvent", "hurry", timer("P3D"), attachedToRef="review", cancelActivity="false", name="催办"
    )
    user(drawing, "chase", MANAGER, name="催促")
    drawing.chain("start", "draft", "review", "decided")
    drawing.flow("decided", "draft", 'review.outcome == "reject"', id="back")
    drawing.flow("decided", "sign", id="on")
    drawing.chain("sign", "search", "cool", "charge", "fork", "call", "join", "end")
    drawing.chain("fork", "payment", "join")
    return drawing.chain("late", "given_up").chain("hurry", "chase", "gone")


def publish() -> ProcessVersion:
    put_up(packing())
    return put_up(orders())


class Walk:
    """One case that goes on by chance: people work, time goes by, messages come, some is stopped."""

    def __init__(self, cast: Any, chance: random.Random) -> None:
        self.cast, self.chance = cast, chance
        self.now: datetime = MONDAY + timedelta(minutes=chance.randint(0, 60 * 24 * 50))
        given = {
            "people": ["甲", "乙", "丙"][: chance.randint(1, 3)],
            "account": "broken" if chance.random() < 0.15 else "good",
            "number": f"N{chance.random()}",
        }
        self.number = given["number"]
        with clock.travel(self.now):
            actor = chance.choice([cast.rep1, cast.rep2, cast.admin])
            self.case = services.start_process(definition_key=KEY, actor=actor, data=given)

    def go(self, deeds: int = 40) -> Walk:
        for _number in range(deeds):
            if not ProcessInstance.objects.filter(pk=self.case.pk, status__in=ProcessInstance.OPEN).exists():
                break
            self.now += timedelta(minutes=self.chance.choice([1, 45, 200, 1500, 5000, 15000]))
            with clock.travel(self.now):
                self.step()
        return self

    def step(self) -> None:
        """One thing happens: what chance wants, or else whatever can."""
        wanted = self.chance.choices(
            [self.work, self.fire, self.pay, self.mend, self.stop], [55, 30, 15, 12, 1]
        )
        for deed in (*wanted, self.work, self.mend, self.pay, self.fire):
            if deed():
                break

    def work(self) -> bool:
        items = list(WorkItem.objects.open().filter(instance=self.case).order_by("pk"))
        if items:
            item = self.chance.choice(items)
            people = User.objects.filter(roles__code=item.role, is_active=True).order_by("pk")
            given = {"found": self.chance.random() < 0.5} if item.element == "search" else {}
            outcome = self.chance.choice(["approve", "approve", "reject"]) if item.element == "review" else ""
            services.complete_work_item(
                work_item_id=item.pk,
                actor=item.assignee or self.chance.choice(list(people)),
                outcome=outcome,
                comment="x" if outcome else "",
                data=given,
            )
        return bool(items)

    def fire(self) -> bool:
        due = list(Timer.objects.filter(instance=self.case, status="open", due_at__lte=self.now))
        for one in due:
            services.fire_timer(timer_id=one.pk)
        return bool(due)

    def pay(self) -> bool:
        waits = Subscription.objects.filter(instance=self.case, status="open").exists()
        if waits:
            services.send_message(name="paid", correlation={"number": self.number}, actor=self.cast.admin)
            post()
        return waits

    def mend(self) -> bool:
        held = list(Incident.objects.filter(instance=self.case, status="open"))
        for incident in held:
            if self.chance.random() < 0.5:
                services.retry_incident(incident_id=incident.pk, actor=self.cast.admin)
            else:
                services.skip_incident(incident_id=incident.pk, reason="x", actor=self.cast.admin)
        return bool(held)

    def stop(self) -> bool:
        services.cancel_instance(instance_id=self.case.pk, reason="x", actor=self.cast.admin)
        return True
