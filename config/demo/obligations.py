"""What contracts of the demo ask for by a day: done, waiting for its day, lying before somebody, overdue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from config.demo.contracts import morning_of
from contracts import services
from contracts.models import Contract
from core import clock
from core.acting import acting_as
from core.models import User


@dataclass(frozen=True)
class Duty:
    """Recorded so many days ago, due so many days from today (negative: it has passed)."""

    firm: str
    what: str
    party: str
    days_ago: int
    due_in: int
    by: str
    settled: str = ""


DUTIES = (
    Duty("苏州恒力泵业", "提交上半年会员效果报告", "B", 150, -20, "rep1", "已面交刘经理，客户无异议"),
    Duty("苏州恒力泵业", "提供下半年首页横幅广告素材", "A", 30, 5, "rep1"),
    Duty("常州龙城电机", "提供第四季度广告投放计划", "A", 40, -3, "rep2"),
    Duty("苏州吴越机床", "提供年度平台服务总结", "B", 60, 75, "assistant"),
)


def record_duties(people: dict[str, User], settle: Callable[[], None]) -> None:
    """Recorded on their days; what has come due since then has happened."""
    for duty in DUTIES:
        contract = Contract.objects.filter(customer__name__startswith=duty.firm, state="active").earliest(
            "pk"
        )
        person = people[duty.by]
        with clock.travel(morning_of(duty.days_ago)), acting_as(person):
            row = services.record_obligation(
                contract_id=contract.pk,
                actor=person,
                fields={
                    "party": duty.party,
                    "what": duty.what,
                    "due_on": clock.today() + timedelta(days=duty.days_ago + duty.due_in),
                },
                responsible_id=person.pk,
            )
        if duty.settled:
            with clock.travel(morning_of(-duty.due_in + 2)), acting_as(person):
                settle()
                services.settle_ahead(obligation_id=row.pk, actor=person, note=duty.settled)
    settle()
