"""What other programs can hear about contracts and money."""

from collections.abc import Mapping
from typing import Any

from contracts.models import Contract, Payment
from core.webhooks import announce, declare

_CUSTOMER = {"id": "17", "no": "KH-00017", "name": "东方阀门有限公司"}
_CONTRACT = {
    "id": "42",
    "no": "XS-2026-0042",
    "title": "年度会员服务",
    "kind": "new",
    "state": "signed",
    "amount": "128400.00",
    "signed_on": "2026-12-20",
    "effective_on": None,
    "owner": "rep1",
    "customer": _CUSTOMER,
}
_PAYMENT = {
    "id": "8",
    "no": "HK-2026-0008",
    "state": "confirmed",
    "amount": "50000.00",
    "received_on": "2026-12-21",
    "method": "transfer",
    "bank_ref": "202612210001",
    "customer": _CUSTOMER,
}

declare("contract.signed", zh="合同双方已签署", en="Contract signed by both", sample=_CONTRACT)
declare(
    "contract.activated",
    zh="合同生效",
    en="Contract in effect",
    sample={**_CONTRACT, "state": "active", "effective_on": "2026-12-20"},
)
declare(
    "contract.ended",
    zh="合同到期",
    en="Contract at its end",
    sample={**_CONTRACT, "state": "completed", "effective_on": "2026-12-20"},
)
declare(
    "contract.terminated",
    zh="合同提前终止",
    en="Contract terminated",
    sample={**_CONTRACT, "state": "terminated", "effective_on": "2026-12-20"},
)
declare("payment.confirmed", zh="回款已确认", en="Payment confirmed", sample=_PAYMENT)
declare(
    "payment.reversed",
    zh="回款已冲销",
    en="Payment reversed",
    sample={**_PAYMENT, "state": "reversed", "reason": "银行退回"},
)


def contract_signed(contract: Contract) -> None:
    announce("contract.signed", lambda: _contract(contract), subject=contract)


def contract_activated(contract: Contract) -> None:
    announce("contract.activated", lambda: _contract(contract), subject=contract)


def contract_ended(contract: Contract) -> None:
    announce("contract.ended", lambda: _contract(contract), subject=contract)


def contract_terminated(contract: Contract) -> None:
    announce("contract.terminated", lambda: _contract(contract), subject=contract)


def payment_confirmed(payment: Payment) -> None:
    announce("payment.confirmed", lambda: _payment(payment), subject=payment)


def payment_reversed(payment: Payment, *, reason: str) -> None:
    announce("payment.reversed", lambda: {**_payment(payment), "reason": reason}, subject=payment)


def _contract(contract: Contract) -> Mapping[str, Any]:
    return {
        "id": str(contract.pk),
        "no": contract.no,
        "title": contract.title,
        "kind": contract.kind,
        "state": contract.state,
        "amount": f"{contract.amount:.2f}",
        "signed_on": contract.signed_on,
        "effective_on": contract.effective_on,
        "owner": contract.owner.username,
        "customer": _customer(contract.customer),
    }


def _payment(payment: Payment) -> Mapping[str, Any]:
    return {
        "id": str(payment.pk),
        "no": payment.no,
        "state": payment.state,
        "amount": f"{payment.amount:.2f}",
        "received_on": payment.received_on,
        "method": payment.method,
        "bank_ref": payment.bank_ref,
        "customer": _customer(payment.customer),
    }


def _customer(customer: Any) -> Mapping[str, Any]:
    return {"id": str(customer.pk), "no": customer.no, "name": customer.name}
