"""What diagrams may do with memberships: ask the platform, call it, take down its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.turns import turn
from service import complaint_operations, services
from service.models import MemberActivation
from service.services.activation import command_of, kind_for
from service.services.extensions import why_not_told
from workflows.registry import GiveUp, Later, OperationContext, OutsideContext, Param, Rate, Type, operation
from workflows.services.http import ask
from workflows.services.outside_services import rate_of, service_named

# What is done with complaints registers itself.
__all__ = ["complaint_operations"]
# The code of the member platform among the external systems.
PLATFORM = "platform"
COMMANDS = "members/commands"
# A platform that has only taken the request is asked again so often; its own event may come first.
LOOK_AGAIN = 60.0
# A call of the platform takes at most a few seconds.
NEXT_TURN = 5.0
_ANSWER = {"ok": "boolean", "external_id": "text", "reason": "text"}
_STANDS = {"is_ok": "boolean", "is_answered": "boolean", "reason": "text"}


@operation(
    name="service.ask_for_activation",
    label=("申请开通、延长或停用会员", "Ask to open, extend or end the membership"),
    params={"kind": Param(Type("text"), required=False)},
    result={"request": "text"},
)
def ask_for_activation(context: OperationContext, kind: str | None = None) -> dict[str, str]:
    """Write down what the platform shall do: open or extend as the contract says, or the ``kind`` given."""
    return {
        "request": services.ask_for_activation(
            contract_id=context.subject.pk, kind=kind or kind_for(context.subject), actor=context.actor
        )
    }


def _rate(params: Mapping[str, Any]) -> Rate | None:
    return rate_of(PLATFORM)


@operation(
    name="service.change_membership",
    label=("通知会员平台", "Tell the member platform"),
    effect="outside",
    params={"request": "text"},
    result=_ANSWER,
    retries=3,
    first_pause=timedelta(seconds=5),
    longest_pause=timedelta(minutes=10),
    timeout=timedelta(seconds=75),
    rate=_rate,
    limited_by=PLATFORM,
)
def change_membership(context: OutsideContext, *, request: str) -> dict[str, Any]:
    """Open, extend or end a membership, as the request with this key says."""
    customer = MemberActivation.objects.values_list("contract__customer_id", flat=True).get(
        request_key=request
    )
    with turn(f"member platform: customer {customer}") as is_ours:
        if not is_ours:
            # Another command about this customer is on its way: ours may undo it, and must not overtake it.
            raise Later(NEXT_TURN)
        return _told(request)


def _told(request: str) -> dict[str, Any]:
    activation = MemberActivation.objects.select_related("contract__customer").get(request_key=request)
    if over := why_not_told(activation):
        return {"ok": False, "external_id": "", "reason": over}
    platform = service_named(PLATFORM)
    if platform is None:
        raise GiveUp(_("There is no external system “%(code)s”.") % {"code": PLATFORM})
    answer = ask(platform, path=COMMANDS, method="POST", body=command_of(activation), key=request)
    said = answer["body"] or {}
    if said.get("status") == "accepted":
        raise Later(LOOK_AGAIN)
    if said.get("status") not in ("done", "declined"):
        raise GiveUp(
            _("The member platform answered something unknown: %(text)s") % {"text": answer["text"][:200]}
        )
    return {
        "ok": said["status"] == "done",
        "external_id": str(said.get("external_id") or "")[:60],
        "reason": str(said.get("reason") or "")[:300],
    }


@operation(
    name="service.record_activation",
    label=("记录平台答复", "Write down the platform's answer"),
    params={
        "request": "text",
        "ok": "boolean",
        "external_id": Param(Type("text"), required=False),
        "reason": Param(Type("text"), required=False),
    },
    result=_STANDS,
)
def record_activation(
    context: OperationContext,
    *,
    request: str,
    ok: bool,
    external_id: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """What the call brought back. If the platform's own event was faster, that one stays."""
    answer = {"ok": ok, "external_id": external_id or "", "reason": reason or ""}
    return _stands(services.record_answer(request_key=request, answer=answer, actor=context.actor))


@operation(
    name="service.read_activation",
    label=("查看平台答复", "Read the platform's answer"),
    params={"request": "text"},
    result=_STANDS,
)
def read_activation(context: OperationContext, *, request: str) -> dict[str, Any]:
    """What the platform has answered by an event of its own."""
    return _stands(MemberActivation.objects.get(request_key=request))


def _stands(activation: MemberActivation) -> dict[str, Any]:
    return {
        "is_ok": activation.state == MemberActivation.State.OK,
        "is_answered": activation.state != MemberActivation.State.PENDING,
        "reason": str(activation.answer.get("reason") or ""),
    }
