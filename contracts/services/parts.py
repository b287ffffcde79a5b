"""A contract and its supplements in effect: what is owed, settled and ended together."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet

from contracts.models import Contract, PaymentPlanLine
from contracts.money import ZERO
from contracts.selectors import paid_of

IN_EFFECT = (Contract.State.ACTIVE, *Contract.ENDED)


def parts_of(contract: Contract) -> list[Contract]:
    """The contract itself, then its supplements that have taken effect."""
    return [contract, *_supplements(contract)]


def locked_parts(contract: Contract) -> list[Contract]:
    """The same until the end of the transaction; the contract is locked. Supplements come after it by key, as
    everybody locks contracts."""
    return [contract, *_supplements(contract).select_for_update(of=("self",), no_key=True)]


def paid_together(contract: Contract) -> Decimal:
    """What has been confirmed on a contract and its supplements."""
    return sum((paid_of(one) for one in parts_of(contract)), ZERO)


def open_together(contract: Contract) -> Decimal:
    """What of a contract and its supplements is neither paid nor released."""
    lines = PaymentPlanLine.objects.filter(contract__in=parts_of(contract)).with_paid()
    return sum((line.outstanding for line in lines), ZERO)


def _supplements(contract: Contract) -> QuerySet[Contract]:
    rows = Contract.objects.filter(parent=contract.pk, kind=Contract.Kind.SUPPLEMENT, state__in=IN_EFFECT)
    return rows.order_by("pk")
