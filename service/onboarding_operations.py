"""What diagrams may do with an onboarding. Each is one service, called by the step as the system."""

from __future__ import annotations

from typing import Any

from contracts.models import Contract
from service.models import Onboarding
from service.services import onboarding as services
from workflows.registry import OperationContext, operation


@operation(
    name="service.open_onboarding",
    label=("启动开通与上线", "Open the onboarding"),
    result={"is_renewal": "boolean", "opens_membership": "boolean", "late_after": "text"},
)
def open_onboarding(context: OperationContext) -> dict[str, Any]:
    """List what is to be done for what the contract sells, and until when."""
    opened = services.open_onboarding(contract_id=context.subject.pk, actor=context.actor)
    contract: Contract = context.subject
    return {
        "is_renewal": contract.kind == Contract.Kind.RENEWAL,
        "opens_membership": services.opens_membership(contract),
        "late_after": services.days_to_do(opened),
    }


@operation(
    name="service.escalate_onboarding",
    label=("上报超期", "Report that it is late"),
)
def escalate_onboarding(context: OperationContext) -> None:
    """Tell the owner, their manager and the director that the prescribed time is over."""
    services.escalate_onboarding(contract_id=context.subject.pk, actor=context.actor)


@operation(
    name="service.close_onboarding",
    label=("核对上线事项", "Check what is left to do"),
    result={"is_done": "boolean"},
)
def close_onboarding(context: OperationContext) -> dict[str, bool]:
    """Whether nothing is left to do: advertisements, articles and training may take longer than the rest."""
    onboarding = services.close_onboarding(contract_id=context.subject.pk, actor=context.actor)
    return {"is_done": onboarding.state == Onboarding.State.DONE}
