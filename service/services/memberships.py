"""What a contract says about the membership it sells: which plan, from when until when, and how the platform is told."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.models import Contract, Product
from core import clock
from service.models import MemberActivation

Kind = MemberActivation.Kind


def kind_for(contract: Contract) -> str:
    """A renewal extends the membership that there is; any other contract opens one."""
    return Kind.EXTEND if contract.kind == Contract.Kind.RENEWAL else Kind.ACTIVATE


def plan_of(contract: Contract) -> str:
    """The code of the membership that a contract sells, "" if it sells none."""
    lines = contract.lines.filter(product__kind=Product.Kind.MEMBERSHIP)
    return str(lines.order_by("seq").values_list("product__code", flat=True).first() or "")


def command_of(activation: MemberActivation) -> dict[str, Any]:
    """What the platform is told: who, which plan, from when until when."""
    customer = activation.contract.customer
    return {
        "request_key": activation.request_key,
        "kind": activation.kind,
        "external_id": activation.external_id,
        "customer_no": customer.no,
        "company": customer.name,
        "contract_no": activation.contract.no,
        "plan": activation.plan,
        "from": activation.starts_on.isoformat(),
        "to": activation.ends_on.isoformat(),
    }


def term_of(contract: Contract, kind: str) -> tuple[date, date]:
    """From when until when: never before the contract is in effect."""
    today = clock.today()
    if kind == Kind.DEACTIVATE:
        return today, today
    first = max(day for day in (contract.start_on, contract.effective_on) if day is not None)
    return first, max(first, contract.in_force_until or first)
