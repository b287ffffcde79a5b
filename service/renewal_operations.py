"""What diagrams may do with a renewal. Each is one service, called by the step as the system."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from contracts.models import Contract
from service import renewal_notices
from service.models import RenewalCase
from service.services import renewals as services
from workflows.registry import OperationContext, Param, Type, operation

_PLAN = {
    "is_renewable": "boolean",
    "opens_on": "date",
    "remind_on": "date",
    "remind_again_on": "date",
    "ends_on": "date",
    "lost_on": "date",
}


@operation(
    name="service.plan_renewal",
    label=("安排续费", "Plan the renewal"),
    params={
        "open_before": "integer",
        "remind_before": "integer",
        "remind_again_before": "integer",
        "grace": "integer",
    },
    result=_PLAN,
)
def plan_renewal(
    context: OperationContext, *, open_before: int, remind_before: int, remind_again_before: int, grace: int
) -> dict[str, Any]:
    """The days of a renewal, counted in days before the term's last day, and the days of grace after it."""
    plan = services.plan_renewal(
        context.subject,
        open_before=open_before,
        remind_before=remind_before,
        remind_again_before=remind_again_before,
        grace=grace,
    )
    return asdict(plan)


@operation(name="service.open_renewal", label=("开始续费", "Open the renewal"))
def open_renewal(context: OperationContext) -> None:
    """Take down what the membership brought until today; the talks begin."""
    services.open_renewal(contract_id=context.subject.pk, actor=context.actor)


@operation(name="service.move_renewal", label=("顺延续费", "Move the renewal"))
def move_renewal(context: OperationContext) -> None:
    """The term has a new end by a supplement, and what is open of the renewal is due with it."""
    services.move_renewal(contract_id=context.subject.pk, actor=context.actor)


@operation(
    name="service.draft_renewal",
    label=("起草续费合同", "Draft the renewal"),
    result={"is_new": "boolean"},
)
def draft_renewal(context: OperationContext) -> dict[str, bool]:
    """A draft for the next term on the owner's desk, unless there is one already."""
    contract: Contract = context.subject
    is_new = not services.renewals_of(contract).exists()
    services.draft_renewal(contract_id=contract.pk, actor=context.actor)
    return {"is_new": is_new}


@operation(name="service.record_renewed", label=("登记已续费", "Record that it is renewed"))
def record_renewed(context: OperationContext) -> None:
    """Link the contract of the next term, which is in effect."""
    services.record_renewed(contract_id=context.subject.pk, actor=context.actor)


@operation(
    name="service.record_lost",
    label=("登记未续费", "Record that it is not renewed"),
    params={"reason": Param(Type("text"), required=False)},
)
def record_lost(context: OperationContext, *, reason: str | None = None) -> None:
    """Why the customer goes; without a reason given, that the term ran out."""
    text = reason or renewal_notices.ran_out()
    services.record_lost(contract_id=context.subject.pk, reason=text, actor=context.actor)


@operation(
    name="service.end_membership",
    label=("客户到期", "The term is over"),
    result={"has_membership": "boolean"},
)
def end_membership(context: OperationContext) -> dict[str, bool]:
    """Who has no other contract in effect becomes a lost customer and stays with its owner."""
    is_open = services.end_membership(contract_id=context.subject.pk, actor=context.actor)
    return {"has_membership": is_open}


@operation(
    name="service.remind_of_renewal",
    label=("提醒续费", "Remind of the renewal"),
    params={"with_director": Param(Type("boolean"), required=False)},
)
def remind_of_renewal(context: OperationContext, *, with_director: bool | None = None) -> None:
    """Tell the owner, and the director if wished, how many days are left."""
    case = RenewalCase.objects.select_related("contract__owner", "customer").get(contract=context.subject.pk)
    renewal_notices.tell_soon(case, with_director=bool(with_director))
