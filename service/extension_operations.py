"""What diagrams may do when the end of a contract's term has moved. Each is one service, called by the step as the
system."""

from __future__ import annotations

from typing import Any

from service.services import extensions as services
from workflows.registry import OperationContext, Type, operation


@operation(
    name="service.ask_for_new_term",
    label=("申请变更会员期限", "Ask to change the term of the membership"),
    result={"standing": Type("choice", choices=tuple(services.Standing)), "request": "text"},
)
def ask_for_new_term(context: OperationContext) -> dict[str, Any]:
    """Compare the end that the platform knows with that of the contract; write down what it shall be told."""
    standing, request = services.ask_for_new_term(contract_id=context.subject.pk, actor=context.actor)
    return {"standing": standing.value, "request": request}


@operation(
    name="service.withdraw_new_term",
    label=("撤回会员期限变更", "Withdraw the change of the term"),
)
def withdraw_new_term(context: OperationContext) -> None:
    """The contract is over: what the platform has not answered yet is not asked any more."""
    services.withdraw_new_term(contract_id=context.subject.pk, actor=context.actor)
