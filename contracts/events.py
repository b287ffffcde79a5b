"""What the program tells the processes about contracts and money. Each is about one contract."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from contracts.models import Contract, ContractTermination, Obligation, Payment
from core.actors import Actor
from crm.models import Customer
from workflows import services as workflow_services
from workflows.registry import event

CONFIRMED, REVERSED = "payment.confirmed", "payment.reversed"
_PAYLOAD = {"payment": "text", "amount": "decimal", "received_on": "date"}

event(CONFIRMED, label=("回款已确认", "Payment confirmed"), subject="contracts.contract", payload=_PAYLOAD)
event(REVERSED, label=("回款已冲销", "Payment reversed"), subject="contracts.contract", payload=_PAYLOAD)


def payment_confirmed(payment: Payment, contracts: Iterable[Contract], *, actor: Actor) -> None:
    """Confirmed money pays these contracts. A contract hears of a payment once, however its shares are spread."""
    _tell(CONFIRMED, "payment-confirmed", payment, contracts, actor)


def payment_reversed(payment: Payment, contracts: Iterable[Contract], *, actor: Actor) -> None:
    """Money that counted pays these contracts no more."""
    _tell(REVERSED, "payment-reversed", payment, contracts, actor)


def _tell(name: str, uid: str, payment: Payment, contracts: Iterable[Contract], actor: Actor) -> None:
    payload = {"payment": payment.no, "amount": payment.amount, "received_on": payment.received_on}
    told = {one.pk: one for one in contracts}
    # Money for a supplement is news about the contract that it changes, too.
    told |= {one.parent.pk: one.parent for one in contracts if one.is_supplement and one.parent}
    for contract in told.values():
        workflow_services.emit(
            name, subject=contract, payload=payload, actor=actor, uid=f"{uid}:{payment.pk}:{contract.pk}"
        )


OPENED, CHANGED = "receivables.opened", "receivables.changed"
event(
    OPENED, label=("产生应收款", "Receivables opened"), subject="crm.customer", payload={"contract": "text"}
)
event(
    CHANGED, label=("应收款变动", "Receivables changed"), subject="crm.customer", payload={"reason": "text"}
)
# News to look again: who waits hears it at once, who begins to wait later has looked by then.
_NEWS_KEPT_FOR = timedelta(hours=1)


def receivables_opened(customer: Customer, contract: str, *, actor: Actor, uid: str) -> None:
    """The customer owes something, or again. Starts a collection case, or is heard by the one that runs."""
    workflow_services.emit(OPENED, subject=customer, payload={"contract": contract}, actor=actor, uid=uid)


def receivables_changed(customer: Customer, reason: str, *, actor: Actor, uid: str = "") -> None:
    """Money, a promise, a dispute or the end of a contract: everything that waits about this debt looks again."""
    workflow_services.emit(
        CHANGED,
        subject=customer,
        payload={"reason": reason},
        actor=actor,
        uid=f"{CHANGED}:{uid}" if uid else "",
        keep_for=_NEWS_KEPT_FOR,
    )


SIGNED, ACTIVE, RENEWED = "contract.signed", "contract.active", "contract.renewed"
ASKED = "contract.termination_requested"
TERMINATED, ENDED = "contract.terminated", "contract.ended"
event(
    ASKED,
    label=("申请终止合同", "Termination asked for"),
    subject="contracts.contract",
    payload={"requested_by": "text", "ends_on": "date"},
)
event(
    TERMINATED,
    label=("合同提前终止", "Contract terminated"),
    subject="contracts.contract",
    payload={"ended_on": "date"},
)
event(
    ENDED,
    label=("合同到期", "Contract at its end"),
    subject="contracts.contract",
    payload={"ended_on": "date", "state": "text"},
)
event(
    RENEWED,
    label=("续费合同生效", "Renewal in effect"),
    subject="contracts.contract",
    payload={"contract": "text"},
)
event(
    SIGNED,
    label=("合同双方已签署", "Contract signed by both"),
    subject="contracts.contract",
    payload={"signed_on": "date"},
)
event(
    ACTIVE,
    label=("合同生效", "Contract in effect"),
    subject="contracts.contract",
    payload={"effective_on": "date"},
)

TERM_CHANGED = "contract.term_changed"
event(
    TERM_CHANGED,
    label=("合同期限变更", "Term of the contract changed"),
    subject="contracts.contract",
    payload={"ends_on": "date", "supplement": "text"},
)


def term_changed(contract: Contract, *, supplement: str, actor: Actor) -> None:
    """A supplement in effect moved the end of the contract's term."""
    _once(TERM_CHANGED, contract, {"ends_on": contract.in_force_until, "supplement": supplement}, actor)


def contract_signed(contract: Contract, *, actor: Actor) -> None:
    _once(SIGNED, contract, {"signed_on": contract.signed_on}, actor)


def contract_active(contract: Contract, *, actor: Actor) -> None:
    """A renewal in effect is news about the contract that it renews, too."""
    if contract.kind == Contract.Kind.RENEWAL and contract.parent is not None:
        workflow_services.emit(
            RENEWED,
            subject=contract.parent,
            payload={"contract": contract.no},
            actor=actor,
            uid=f"{RENEWED}:{contract.pk}",
        )
    _once(ACTIVE, contract, {"effective_on": contract.effective_on}, actor)


def termination_requested(termination: ContractTermination, *, actor: Actor) -> None:
    """Somebody asks to end a contract in effect before its time."""
    workflow_services.emit(
        ASKED,
        subject=termination.contract,
        payload={"requested_by": termination.requested_by.username, "ends_on": termination.ends_on},
        actor=actor,
        uid=f"{ASKED}:{termination.pk}",
    )


def contract_terminated(contract: Contract, *, actor: Actor) -> None:
    """It has ended before its time: whoever still delivers on it stops."""
    _once(TERMINATED, contract, {"ended_on": contract.ended_on}, actor)


def contract_ended(contract: Contract, *, actor: Actor) -> None:
    """Its term is over, paid or not."""
    _once(ENDED, contract, {"ended_on": contract.ended_on, "state": contract.state}, actor)


def _once(name: str, contract: Contract, payload: dict[str, Any], actor: Actor) -> None:
    uid = f"{name}:{contract.pk}:{contract.revision}"
    workflow_services.emit(name, subject=contract, payload=payload, actor=actor, uid=uid)


SETTLED = "obligation.settled"
event(
    SETTLED,
    label=("义务已了结", "Obligation settled"),
    subject="contracts.obligation",
    payload={"state": "text"},
)


def obligation_settled(obligation: Obligation, *, actor: Actor) -> None:
    """Somebody settled it on the contract's page: its case has nothing to wait for any more."""
    workflow_services.emit(
        SETTLED,
        subject=obligation,
        payload={"state": obligation.state},
        actor=actor,
        uid=f"{SETTLED}:{obligation.pk}",
    )
