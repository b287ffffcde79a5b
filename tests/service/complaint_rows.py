"""Complaints in the states that tests start from, made through the services as in life."""

from __future__ import annotations

from typing import Any
from unittest import mock

from core.actors import SystemActor
from core.models import User
from service import services
from service.models import Complaint
from service.services import Share
from tests.contracts.factory import customer_of

SYSTEM = SystemActor("complaint:test")


def received(people: Any, owner: str = "rep1", **fields: Any) -> Complaint:
    """Registered by after-sales; nobody runs its process."""
    customer = customer_of(getattr(people, owner))
    with mock.patch("workflows.services.start_process"):
        return services.receive_complaint(
            customer_id=customer.pk,
            fields={"description": "商铺三天打不开，客服没有回电。", "severity": 3, **fields},
            actor=people.aftersales,
        )


def answered(people: Any, **fields: Any) -> Complaint:
    complaint = received(people, **fields)
    services.set_deadlines(complaint_id=complaint.pk, respond_in="PT4H", resolve_in="P3D", actor=SYSTEM)
    return services.acknowledge(
        complaint_id=complaint.pk,
        severity=complaint.severity,
        response="已致电客户说明处理安排。",
        actor=people.aftersales,
    )


def ruled(people: Any, blamed: User | None = None, handler: User | None = None, **fields: Any) -> Complaint:
    """Justified: somebody is responsible, somebody else handles it."""
    complaint = answered(people, **fields)
    services.rule(
        complaint_id=complaint.pk,
        is_justified=True,
        basis="电话录音与工单记录",
        shares=[
            Share("person", 60, person_id=(blamed or people.rep1).pk),
            Share("department", 40, department_id=people.content.department_id),
        ],
        handler_id=(handler or people.aftersales2).pk,
        actor=people.aftersales,
    )
    complaint.refresh_from_db()
    return complaint


def handled(people: Any, **fields: Any) -> Complaint:
    complaint = ruled(people, **fields)
    services.finish_handling(
        complaint_id=complaint.pk, kind="rectify", description="已恢复商铺。", actor=people.aftersales2
    )
    complaint.refresh_from_db()
    return complaint


def summed_up(people: Any, **fields: Any) -> Complaint:
    complaint = handled(people, **fields)
    services.instruct(complaint_id=complaint.pk, verdict="agree", actor=people.director)
    services.sum_up(
        complaint_id=complaint.pk, root_cause="证书过期", prevention="到期前提醒", actor=people.aftersales
    )
    services.plan_follow_up(complaint_id=complaint.pk, after="P3D", actor=SYSTEM)
    complaint.refresh_from_db()
    return complaint
