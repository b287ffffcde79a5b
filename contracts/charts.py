"""Small charts drawn by the server: no scripts, they print, they follow the theme."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

from contracts.filters import AGE_NAMES
from contracts.selectors import AGES, Ageing


@dataclass(frozen=True)
class Bar:
    """One bar: its share of the longest, and what it stands for."""

    name: str
    label: str | Promise
    count: int
    total: Decimal
    width: str  # of 100
    colour: str


def ageing_bars(ages: list[Ageing]) -> list[Bar]:
    """The bars of an ageing, from not yet due to long overdue; the longest fills the width."""
    longest = max((one.total for one in ages), default=Decimal(0))
    order = list(AGES)
    return [
        Bar(
            name=one.age,
            label=AGE_NAMES[one.age],
            count=one.count,
            total=one.total,
            width=f"{one.total / longest * 100:.1f}" if longest else "0",
            colour=f"b{order.index(one.age)}",
        )
        for one in ages
    ]
