"""What the program tells the processes about customers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.actors import Actor
from crm.models import Activity, Customer, CustomerStatus, MemberEvent, OwnershipPeriod, StatusChange
from crm.models.status import known_statuses
from workflows import services as workflow_services
from workflows.registry import event

CLAIMED, RELEASED, TRANSFERRED = "customer.claimed", "customer.released", "customer.transferred"
_SUBJECT = "crm.customer"
# Whoever waits now shall hear of it; a case that begins next week reads the customer itself.
KEPT = timedelta(days=1)
# There is nothing to follow up any more.
_OVER = (CustomerStatus.Kind.WON, CustomerStatus.Kind.LOST, CustomerStatus.Kind.INVALID)

event(
    CLAIMED,
    label=("客户已被跟踪", "Customer is tracked"),
    subject=_SUBJECT,
    payload={"owner": "text", "how": "text"},
)
STATUS_CHANGED, LOGGED = "customer.status_changed", "activity.logged"
event(
    STATUS_CHANGED,
    label=("客户状态已变化", "Customer status changed"),
    subject=_SUBJECT,
    payload={"status": "text", "kind": "text"},
)
event(
    LOGGED,
    label=("已记行动", "Activity logged"),
    subject=_SUBJECT,
    payload={"type": "text", "next_on": "date"},
)
REOPENED = "customer.reopened"
event(REOPENED, label=("客户重新跟进", "Customer is worked on again"), subject=_SUBJECT, payload={})
REACTIVATED = "member.reactivated"
event(REACTIVATED, label=("会员重新活跃", "Member is active again"), subject=_SUBJECT, payload={})
event(RELEASED, label=("客户已释放", "Customer released"), subject=_SUBJECT, payload={})
event(TRANSFERRED, label=("客户已转移", "Customer handed over"), subject=_SUBJECT, payload={"owner": "text"})


def tracked(customer: Customer, period: OwnershipPeriod, *, actor: Actor) -> None:
    """Somebody tracks a customer that nobody tracked before."""
    payload = {"owner": period.owner.username, "how": period.how}
    _tell(CLAIMED, customer, payload, actor, str(period.pk))


def transferred(customer: Customer, period: OwnershipPeriod, *, actor: Actor) -> None:
    _tell(TRANSFERRED, customer, {"owner": period.owner.username}, actor, str(period.pk))


def released(customer: Customer, *, actor: Actor) -> None:
    _tell(RELEASED, customer, {}, actor, f"{customer.pk}:{customer.revision}")


def status_changed(customer: Customer, status: CustomerStatus, change: StatusChange, *, actor: Actor) -> None:
    payload = {"status": status.code, "kind": status.kind}
    _tell(STATUS_CHANGED, customer, payload, actor, str(change.pk))
    before = known_statuses().get(change.from_code)
    if before is not None and before.kind in _OVER and status.kind not in _OVER:
        _tell(REOPENED, customer, {}, actor, str(change.pk))


def activity_logged(customer: Customer, activity: Activity, *, actor: Actor) -> None:
    payload: dict[str, Any] = {"type": activity.type.code}
    if activity.next_on:
        payload["next_on"] = activity.next_on
    # Who does not wait now reads the customer later: a follow-up must not hear of its own activity.
    _tell(LOGGED, customer, payload, actor, str(activity.pk), keep_for=timedelta(0))


def member_active(customer: Customer, news: MemberEvent, *, actor: Actor) -> None:
    """A customer that rests has come back to the platform by itself."""
    status = known_statuses().get(customer.status)
    if status is not None and status.kind == status.Kind.DORMANT and news.at > customer.status_since:
        _tell(REACTIVATED, customer, {}, actor, str(news.pk))


def _tell(
    name: str,
    customer: Customer,
    payload: dict[str, Any],
    actor: Actor,
    uid: str,
    *,
    keep_for: timedelta = KEPT,
) -> None:
    workflow_services.emit(
        name, subject=customer, payload=payload, actor=actor, uid=f"{name}:{uid}", keep_for=keep_for
    )
