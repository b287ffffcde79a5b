"""What diagrams may do with a contract in effect: close it with its term, end it before its time."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts import performance_process, services
from contracts.models import Contract
from workflows.registry import OperationContext, Type, operation

# Says what the process needs to begin.
__all__ = ["performance_process"]


@operation(
    name="contracts.close_contract",
    label=("合同到期", "Close the contract"),
    result={"state": Type("choice", choices=("active", "completed", "expired"))},
)
def close_contract(context: OperationContext) -> dict[str, str]:
    """Completed where all is paid, else expired; one that has expired is completed with the last money. One whose
    term was extended at the last moment stays in effect."""
    contract = services.close_contract(contract_id=context.subject.pk, actor=context.actor)
    return {"state": contract.state}


@operation(
    name="contracts.read_termination",
    label=("读取终止申请", "Read what was asked for"),
    result={"needs_manager": "boolean", "last_approver": "text", "ends_on": "date"},
)
def read_termination(context: OperationContext) -> dict[str, Any]:
    """Who has to look at it: the owner's manager, unless they or somebody above them ask; at last the director, or the
    general manager where a director asks."""
    contract: Contract = context.subject
    way = services.way_of_termination(contract)
    return {"needs_manager": way.needs_manager, "last_approver": way.last_approver, "ends_on": way.ends_on}


@operation(name="contracts.refuse_termination", label=("驳回终止申请", "Refuse the termination"))
def refuse_termination(context: OperationContext) -> None:
    """The contract goes on; whoever asked hears who refused, and why."""
    services.refuse_termination(contract_id=context.subject.pk, actor=context.actor)


@operation(
    name="contracts.terminate_contract",
    label=("终止合同", "Terminate the contract"),
    result={"owed": "decimal", "refund": "decimal", "ended_on": "date"},
)
def terminate_contract(context: OperationContext) -> dict[str, Any]:
    """The contract ends as it was settled: what is not owed any more is released, who delivers hears of it."""
    found = services.terminate_contract(contract_id=context.subject.pk, actor=context.actor)
    ended: date = found.ends_on
    return {"owed": found.owed, "refund": found.refund, "ended_on": ended}
