"""What diagrams may do with a complaint. Each is one service, called by the step as the system."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service import services
from workflows.registry import OperationContext, Param, Type, operation

_TEXT = Param(Type("text"))


@operation(
    name="service.set_deadlines",
    label=("设定投诉时限", "Set the complaint's deadlines"),
    params={"respond_in": _TEXT, "resolve_in": _TEXT},
    result={"respond_at": "datetime", "resolve_at": "datetime"},
)
def set_deadlines(context: OperationContext, respond_in: str, resolve_in: str) -> dict[str, Any]:
    """First response and solution are due so much working time after the complaint came in."""
    complaint = services.set_deadlines(
        complaint_id=context.subject.pk, respond_in=respond_in, resolve_in=resolve_in, actor=context.actor
    )
    return {"respond_at": complaint.respond_due_at, "resolve_at": complaint.resolve_due_at}


@operation(
    name="service.check_deadline",
    label=("核对投诉时限", "Check the complaint's deadline"),
    result={"standing": Type("choice", choices=("in_time", "late", "over")), "look_at": "datetime"},
)
def check_deadline(context: OperationContext) -> dict[str, str | datetime]:
    """Whether the solution is late; the deadline stands still while the complaint waits for the customer."""
    standing, look_at = services.check_deadline(complaint_id=context.subject.pk, actor=context.actor)
    return {"standing": standing, "look_at": look_at}


@operation(
    name="service.escalate_complaint",
    label=("投诉超时上报", "Escalate a late complaint"),
    params={"deadline": _TEXT, "role": _TEXT},
)
def escalate_complaint(context: OperationContext, deadline: str, role: str) -> None:
    """Tell the people of a role that the ``deadline`` (response or solution) has passed."""
    services.escalate_breach(complaint_id=context.subject.pk, what=deadline, role=role, actor=context.actor)


@operation(
    name="service.plan_follow_up",
    label=("安排回访", "Plan the follow-up call"),
    params={"after": _TEXT},
)
def plan_follow_up(context: OperationContext, after: str) -> None:
    """The customer is called so much working time from now."""
    services.plan_follow_up(complaint_id=context.subject.pk, after=after, actor=context.actor)


@operation(
    name="service.reopen_complaint",
    label=("重新处理投诉", "Reopen the complaint"),
    params={"resolve_in": _TEXT},
)
def reopen_complaint(context: OperationContext, resolve_in: str) -> None:
    """The customer is not content: it is handled again, with a new deadline."""
    services.reopen_complaint(complaint_id=context.subject.pk, resolve_in=resolve_in, actor=context.actor)


@operation(name="service.close_complaint", label=("关闭投诉", "Close the complaint"))
def close_complaint(context: OperationContext) -> None:
    """The customer is content."""
    services.close_complaint(complaint_id=context.subject.pk, actor=context.actor)
