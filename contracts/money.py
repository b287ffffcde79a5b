"""How amounts are written in sentences and what counts as one."""

from decimal import Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal("999999999999.99")


def shown(amount: Decimal) -> str:
    """¥128,400.00"""
    return f"¥{amount:,.2f}"


def is_money(value: Decimal) -> bool:
    """Whether this is a number that a bank could write: finite, at most two decimals, not astronomical."""
    return value.is_finite() and abs(value) <= LARGEST and value == value.quantize(CENT)
