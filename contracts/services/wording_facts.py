"""What decides who has to look at a contract: how far it yields from template and price list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from django.db.models import F

from contracts.models import Contract, Risk
from contracts.services.counterparty import is_on_counterparty_paper, notes_of
from contracts.services.wording import deviations_of

NO_RISK: Final = "none"
RISKS: Final = (NO_RISK, *Risk.values)
_CENT: Final = Decimal("0.01")


def deviation_count(contract: Contract) -> int:
    """How many clauses yield from the template. The customer's own paper is one, whatever was noted about it."""
    if is_on_counterparty_paper(contract):
        return max(1, len(notes_of(contract)))
    return len(deviations_of(contract))


def highest_risk(contract: Contract) -> str:
    """The highest risk of its deviations: none, low, mid, high. A customer's paper about which nothing was noted is
    taken to be of middle risk."""
    if is_on_counterparty_paper(contract):
        return max((one.risk for one in notes_of(contract)), key=RISKS.index, default=Risk.MIDDLE.value)
    return max((one.risk or NO_RISK for one in deviations_of(contract)), key=RISKS.index, default=NO_RISK)


def is_standard_text(contract: Contract) -> bool:
    """Whether it is written on a standard text of ours; deviations are counted apart."""
    return contract.template.is_standard and not is_on_counterparty_paper(contract)


def change_count(contract: Contract) -> int:
    """How many things a supplement changes about its main contract; none for other contracts."""
    return contract.amendments.count() if contract.is_supplement else 0


def discount_of(contract: Contract) -> Decimal:
    """What the customer saves on the list prices, in percent of them, to two places; never below zero."""
    listed = sum((one.list_price * one.quantity for one in contract.lines.all()), Decimal(0))
    if not listed:
        return Decimal(0)
    return max(Decimal(0), (listed - contract.amount) / listed * 100).quantize(_CENT)


def is_below_floor(contract: Contract) -> bool:
    """Whether something is sold below the price that takes the general manager's word."""
    return contract.lines.filter(price__lt=F("product__floor_price")).exists()


def sells(kind: str) -> Callable[[Contract], bool]:
    """Whether a contract sells something of this kind: those who will deliver it appraise it too."""

    def does(contract: Contract) -> bool:
        return contract.lines.filter(product__kind=kind).exists()

    return does
