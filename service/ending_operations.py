"""What diagrams may do when a contract was terminated. Each is one service, called by the step as the system."""

from __future__ import annotations

from service.services import endings as services
from workflows.registry import OperationContext, operation


@operation(
    name="service.end_services",
    label=("终止服务", "End the services"),
    result={"has_membership": "boolean"},
)
def end_services(context: OperationContext) -> dict[str, bool]:
    """Call off the onboarding, give up the renewal; whether a membership on the platform is to be ended."""
    return {"has_membership": services.end_services(contract_id=context.subject.pk, actor=context.actor)}
