"""What the program tells the processes about memberships. Each is about one contract."""

from __future__ import annotations

from datetime import timedelta

from core.actors import Actor
from service.models import Complaint, MemberActivation, Onboarding
from workflows import services as workflow_services
from workflows.registry import event

ACTIVATED, DONE = "member.activated", "onboarding.done"
# News for whoever waits for it now: a case that begins to wait later has asked anew.
FOR_THOSE_WHO_WAIT = timedelta(minutes=1)

event(
    ACTIVATED,
    label=("会员平台已答复", "Member platform has answered"),
    subject="contracts.contract",
    payload={"request": "text", "ok": "boolean"},
)


def member_activated(activation: MemberActivation, *, actor: Actor) -> None:
    """The platform has answered what was asked for a contract, once for each request."""
    workflow_services.emit(
        ACTIVATED,
        subject=activation.contract,
        payload={
            "request": activation.request_key,
            "ok": activation.state == MemberActivation.State.OK,
        },
        actor=actor,
        uid=f"{ACTIVATED}:{activation.request_key}",
        keep_for=FOR_THOSE_WHO_WAIT,
    )


CLOSED = "complaint.closed"
event(
    CLOSED,
    label=("投诉已关闭", "Complaint closed"),
    subject="service.complaint",
    payload={"no": "text", "justified": "boolean"},
)


def complaint_closed(complaint: Complaint, *, actor: Actor) -> None:
    """The customer is content. Told once: a closed complaint stays closed."""
    workflow_services.emit(
        CLOSED,
        subject=complaint,
        payload={"no": complaint.no, "justified": bool(complaint.is_justified)},
        actor=actor,
        uid=f"{CLOSED}:{complaint.pk}",
    )


event(DONE, label=("开通与上线已完成", "Onboarding is done"), subject="contracts.contract")


def onboarding_done(onboarding: Onboarding, *, actor: Actor) -> None:
    """Nothing of an onboarding is left to do."""
    workflow_services.emit(
        DONE,
        subject=onboarding.contract,
        actor=actor,
        uid=f"{DONE}:{onboarding.pk}:{onboarding.done_at}",
        keep_for=FOR_THOSE_WHO_WAIT,
    )
