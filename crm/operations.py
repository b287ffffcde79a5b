"""What diagrams may do with a customer. Each is one service, called by the step as the system."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from crm.services import standing as services
from workflows.registry import OperationContext, Param, Type, operation

_STANDING = {
    "is_tracked": "boolean",
    "kind": "text",
    "stall_after": "text",
    "has_next": "boolean",
    "next_on": "date",
    "wake_on": "date",
}
_OPTIONAL = Param(Type("text"), required=False)


@operation(name="crm.read_status", label=("读取客户状态", "Read the customer's status"), result=_STANDING)
def read_status(context: OperationContext) -> dict[str, Any]:
    """What the row of the status says: its kind, after which time it stalls, when the next contact is."""
    return asdict(services.standing_of(context.subject.pk))


@operation(
    name="crm.change_status",
    label=("变更客户状态", "Change the customer's status"),
    params={"to": "text", "facts": _OPTIONAL, "reason": _OPTIONAL},
)
def change_status(
    context: OperationContext, *, to: str, facts: str | None = None, reason: str | None = None
) -> None:
    """Move the customer along a way to another status; whoever had to approve it has done so."""
    services.move_customer(
        customer_id=context.subject.pk,
        to=to,
        facts=facts or "",
        reason=reason or "",
        actor=context.actor,
    )


@operation(name="crm.hint_manager", label=("提示经理客户停滞", "Hint the manager that it stalls"))
def hint_manager(context: OperationContext) -> None:
    """Tell the owner's manager that the customer stands still in its status."""
    services.hint_stall(customer_id=context.subject.pk, actor=context.actor)


@operation(name="crm.wake_customer", label=("唤醒客户", "Wake the customer"))
def wake_customer(context: OperationContext) -> None:
    """A customer that rests is worked on again."""
    services.wake_customer(customer_id=context.subject.pk, actor=context.actor)
